/*
 * answer.h - what an answer says, or one chunk of a streamed one, and where each of its texts stands.
 *
 * As with a chat, texts are listed with the range that each has in the JSON, so that whoever changes one
 * splices it. Everything lives in the arena given; slices may point into the JSON, which must outlive the
 * answer.
 */
#ifndef WEIR_WIRE_ANSWER_H
#define WEIR_WIRE_ANSWER_H

#include "wire/json.h"

enum answer_place {
    ANSWER_CONTENT,
    ANSWER_REFUSAL,
    ANSWER_REASONING,
    ANSWER_TOOL_ARGUMENTS, /* JSON inside a string */
    ANSWER_TOOL_INPUT,     /* a custom tool's input: plain text, streamed like the above */
    ANSWER_OTHER,          /* annotations and the like: each stands whole in one document */
};

struct answer_text {
    struct slice      text;
    uint32_t          start, end; /* range of its JSON string in the answer, quotes included */
    bool              is_json; /* it is no string: the range is the text itself, and so is what replaces it */
    uint32_t          choice;  /* the choice's "index" */
    uint32_t          tool;    /* the tool call's "index", 0 elsewhere */
    enum answer_place place;
};

/* Absent is not zero: what is not told of these is -1, where anything is. */
struct answer_usage {
    bool    is_given;
    int64_t prompt_tokens, completion_tokens; /* all others are within these */
    int64_t cached_tokens, reasoning_tokens;
    int64_t written_tokens,
        written_hour_tokens; /* of the prompt: into the provider's cache; of these, for an hour */
    int64_t audio_prompt_tokens, audio_completion_tokens; /* sound */
};

struct answer {
    struct json         json;
    bool                is_error;   /* {"error": …} with something in it, wherever its server puts it */
    bool                has_parts;  /* OpenAI's: a content is a list of parts */
    bool                has_calls;  /* Anthropic's: calls a tool */
    bool                is_last;    /* Anthropic's: says that the answer is whole */
    bool                ends_block; /* Anthropic's: the block of that number will say no more */
    uint32_t            block;
    struct answer_text *text;
    size_t              text_count;
    uint32_t            choices;       /* # of choices in this document */
    struct slice        finish;        /* the first non-null finish_reason; NULL ptr where there is none */
    uint32_t            finish_choice; /* whose it is */
    struct answer_usage usage;
    double              logprob_sum; /* over the tokens of choice 0's content */
    uint32_t            logprob_count;
};

/* why: PROVIDER_BROKE. The json must outlive *out. Numbers of usage that make no sense count as not given.
 * Tokens' own strings, in logprobs, are not listed. */
MUST_CHECK bool answer_read(struct arena *, struct slice json, struct answer *out, struct fault *why);

/* The same of an answer of Anthropic's Messages, or one event of a streamed one. There is one choice, 0; a
 * text's `tool` is the number of its block. finish is in OpenAI's words. The usage is what this event says:
 * tokens that it does not tell are -1, and those of the input count what was read from the cache and written
 * to it. */
MUST_CHECK bool anthropic_answer_read(struct arena *, struct slice json, struct answer *out, struct fault *why);

/* The answer's text with each content that is a list of parts made a string, and what it thought a member
 * "reasoning_content"; in the arena. */
struct slice answer_join_parts(const struct json *, struct arena *);

/* OpenAI's word for a finish_reason of another server's; the same slice where it is one already or is not
 * known, S("") where it says that the answer failed. */
struct slice answer_finish(struct slice finish_reason);

/* Where an error stands that makes an answer is_error: an object or a string; the document where it is the
 * error itself. */
json_at answer_error(const struct json *);

/* The edit that makes a text say something else. */
struct json_edit answer_edit_text(const struct answer_text *, struct slice text, struct arena *);

/* The edits, `*count` of them in the arena, by which the choices' logprobs become null. They overlap no text.
 */
struct json_edit *answer_edits_strip(const struct answer *, struct arena *, size_t *count);

/* An object of usage, in a chat's words or a response's of OpenAI's; nothing where it tells of neither the
 * prompt nor the answer. */
void usage_read(const struct json *, json_at, struct answer_usage *out);

/* A chunk that brings usage and no choice: it is not sent to a client who did not ask for usage. */
bool answer_is_usage_only(const struct answer *);

#endif
