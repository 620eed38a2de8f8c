/*
 * translate.h - a chat in one dialect said in another: requests whole, answers as they come.
 *
 * OpenAI's chat completions is the hub: every other dialect is translated to it and from it, so that each
 * client reaches each provider by at most two steps. Values are copied as they are written (numbers, escapes,
 * the order of keys in schemas and arguments). What the other dialect has no word for is refused (UNSUPPORTED,
 * with the field) where the answer would be another one without it, and is else left out and noted.
 *
 * What OpenAI has no word for but a client of another dialect may want back travels in the hub under names of
 * its own: in messages and deltas "reasoning_content", "reasoning_signature" and "reasoning_redacted" (a
 * model's thinking; signatures byte for byte), in a choice "stop_reason" and "stop_sequence" as the provider
 * gave them.
 */
#ifndef WEIR_WIRE_TRANSLATE_H
#define WEIR_WIRE_TRANSLATE_H

#include "wire/chat.h"

/* Fields that were left out, "seed, top_logprobs"; for a header: each once. */
struct left_out {
    char fields[192];
};
void left_out_add(struct left_out *, struct slice field);

/* Of the model that is asked; 0 where unknown. */
struct limits_of_model {
    int64_t               context_tokens, output_tokens;
    enum answer_limit_key limit_key;     /* how an answer's limit is called in OpenAI's dialect */
    bool                  was_too_small; /* the context that was asked for before (Ollama's) */
};

/* A request from one to the other. What is left out is added to what stands there already. why: UNSUPPORTED or
 * BAD_REQUEST with the field. */
MUST_CHECK bool translate_request(struct arena *, enum dialect from, enum dialect to, struct slice body,
                                  struct limits_of_model, struct buf *out, struct left_out *,
                                  struct fault *why);

/*
 * An answer. A translation is fed the body of an answer cut anywhere and appends what it means in the other
 * dialect: of a stream event by event, of a document when it has ended. A stream that breaks off stays broken:
 * what says that an answer is whole ([DONE], message_stop) is written only after the other's has come.
 */
struct translation;

enum { ANSWER_CALLS_MOST = 1024 }; /* OpenAI's clients may name 128 tools */

struct translation_options {
    enum dialect from, to;
    bool         is_stream;
    size_t       most_bytes; /* of one event, of a document, and of what is kept of a stream */
    int64_t      now_s;      /* since 1970, for dialects that tell when an answer was made */
    struct slice request;    /* (ref) as the client sent it, for dialects that say it back; may be empty */
    struct slice id;         /* (ref) the answer's; empty: as its provider calls it */
    bool         is_kept;    /* for Responses: the answer can be asked for again */
};

/* Lives in the arena, its buffers too, which are wiped with it. */
struct translation *translation_new(struct arena *, const struct translation_options *);
/* False (PROVIDER_BROKE) when something is beyond its ceiling. An event that makes no sense is
 * passed on as one that makes none, so that who reads it next counts it. */
MUST_CHECK bool translation_feed(struct translation *, struct slice body, struct buf *out, struct fault *why);
/* The body has ended. PROVIDER_BROKE: the document cannot be read. */
MUST_CHECK bool translation_end(struct translation *, struct buf *out, struct fault *why);

/* An error, in the dialect's shape, from OpenAI's ({"error":{…}}). */
void translate_error(enum dialect, struct slice openai_error, int status, struct arena *, struct buf *out);

#endif
