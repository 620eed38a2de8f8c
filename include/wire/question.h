/*
 * question.h - what is asked, however it is put: one form for all requests that may share an answer.
 *
 * Two requests have the same form only when a model is asked the same. The form is made of parts with their
 * lengths before them, so that no two lists of parts read alike. It does not tell apart, since it changes no
 * answer:
 *
 *   - the dialect, where all is said in words that every dialect has: texts, roles, temperature, top_p and
 *     stops. (Anthropic's `system` is a first message there; whatever else its requests hold keeps them apart.)
 *   - a content that is a string, and one text part; escapes in strings; the order of a request's, a message's
 *     and a part's own members; members that are null
 *   - what is about the way, not the answer: model (the decision stands for it), stream, stream_options, user,
 *     safety_identifier, metadata, store, service_tier, prompt_cache_key and the like, cache_control
 *   - max_tokens: an answer that ended by itself is the same under any limit that it fits in (struct cached)
 *
 * Numbers differ by their spelling. Below the members that are named above order counts, since a model writes
 * an object in the order of its schema.
 */
#ifndef WEIR_WIRE_QUESTION_H
#define WEIR_WIRE_QUESTION_H

#include "wire/chat.h"

struct question {
    struct slice context;     /* all but the words of the last user turn; in the arena */
    struct slice turn;        /* those, each text with its length before it; in the arena */
    struct slice words;       /* the same joined by LF, for people and for what is alike: chat_question() */
    double       temperature; /* 1 where none is given, as the APIs have it */
    bool         has_seed;
};

/* Of the chat as it would go out, texts as they are `now`. False where that cannot be read again: then nothing
 * can be said of it. */
MUST_CHECK bool question_read(const struct chat *, struct arena *, struct question *out);

#endif
