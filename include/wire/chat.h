/*
 * chat.h - what a chat is, whatever dialect it came in, and where each of its texts stands in the body.
 *
 * OpenAI's chat completions (src/wire/openai_*.c) or Anthropic's Messages (anthropic_*.c): a dialect's reader
 * fills this one shape. Texts are listed, not copied into structures of roles: inspection, redaction,
 * summarizing and pricing all walk the one list, so no field can be forgotten by one of them. Everything lives
 * in the arena given; slices may point into the body, which must outlive the chat.
 *
 * Not listed are empty strings; numbers of the protocol's own and short ones; what is meant for images, audio
 * and files, which are counted as unreadable; and protocol words (roles, types, ids, names of tools and
 * properties) as long as they look like such: letters, digits and "_-.:/". Anything else in their place is
 * listed as CHAT_METADATA.
 *
 * A changed text is written back by chat_write(), which splices: bytes that did not change are not touched.
 */
#ifndef WEIR_WIRE_CHAT_H
#define WEIR_WIRE_CHAT_H

#include "wire/json.h"

/* What a body is written in: OpenAI's chat completions, Anthropic's Messages, Gemini's generateContent,
 * Ollama's /api/chat, OpenAI's Responses and its older completions. The first two are read in place; the others
 * are translated. */
enum dialect {
    DIALECT_OPENAI,
    DIALECT_ANTHROPIC,
    DIALECT_GEMINI,
    DIALECT_OLLAMA, /* /api/chat */
    DIALECT_OLLAMA_GENERATE,
    DIALECT_RESPONSES,
    DIALECT_COMPLETIONS,
    DIALECT_MISTRAL, /* chat completions of Mistral's own kind: requests alone, its answers are OpenAI's */
};

enum chat_role { CHAT_SYSTEM, CHAT_USER, CHAT_ASSISTANT, CHAT_TOOL, CHAT_NO_ROLE };

enum chat_place {
    CHAT_CONTENT, /* a message's words: a string, or a part {"type":"text"}; also a refusal or reasoning given
                     back */
    CHAT_NAME,    /* a message's "name", the request's "user", "safety_identifier" */
    CHAT_TOOL_ARGUMENTS, /* a tool call's arguments: JSON, inside a string or as it is */
    CHAT_TOOL_ABOUT, /* a tool's or a response schema's free text: descriptions, enum values, defaults, titles
                      */
    CHAT_METADATA,   /* any other string in the body that a provider would see and that is not a protocol word;
                        also a   key of a map that the client made up, when it is no plain word */
};

struct chat_text {
    struct slice    text;       /* unescaped, UTF-8 */
    uint32_t        start, end; /* range of its JSON string in the body, quotes included */
    bool            is_json;    /* it is no string: the range is the text itself, and so is what replaces it */
    enum chat_place place;
    enum chat_role  role;
    uint32_t        message; /* index in messages[]; CHAT_NO_MESSAGE outside */
    struct slice now; /* what it shall say; NULL ptr while unchanged. Set by redaction, then by summarizing. */
};
#define CHAT_NO_MESSAGE UINT32_MAX

struct chat {
    enum dialect      dialect;
    struct json       json;
    struct slice      model; /* as the client named it */
    bool              stream;
    bool              include_usage; /* stream_options.include_usage */
    int64_t           max_tokens;    /* max_completion_tokens, else max_tokens; -1 where neither is given */
    int64_t           choices;       /* n, 1 where absent */
    bool              has_logprobs;  /* logprobs: true */
    bool              has_tools;
    bool              ends_in_tool; /* the last message is a tool's result: a tool loop is running */
    uint32_t          unreadable;   /* # parts that no text can be read from: images, audio, files */
    uint32_t          messages;     /* # of messages */
    uint32_t          last_user;    /* index of the last user message, or CHAT_NO_MESSAGE */
    struct chat_text *text;
    size_t            text_count;
};

/* Reads an OpenAI chat-completions body. why: BAD_REQUEST with param, DUPLICATE_KEY. */
MUST_CHECK bool chat_read(struct arena *, struct slice body, struct chat *out, struct fault *why);
/* The same of a body for Anthropic's Messages. */
MUST_CHECK bool anthropic_chat_read(struct arena *, struct slice body, struct chat *out, struct fault *why);

/* Any other body of OpenAI's, a JSON object, for who passes it on: `input` is what a user says, and every other
 * string is listed too. Of its items and parts those that are not known to be texts count as unreadable. It may have no
 * model. */
MUST_CHECK bool plain_chat_read(struct arena *, struct slice body, struct chat *out, struct fault *why);

MUST_CHECK bool chat_read_in(enum dialect, struct arena *, struct slice body, struct chat *out,
                             struct fault *why);

/* OpenAI has two names for an answer's limit. Its own reasoning models refuse the older one, and older servers
 * do not know the newer. */
enum answer_limit_key { LIMIT_AS_SENT, LIMIT_MAX_TOKENS, LIMIT_MAX_COMPLETION_TOKENS };

/* What goes out. Empty fields stay as they are. */
struct chat_changes {
    struct slice          model;        /* the provider's name of the model */
    int64_t               max_tokens;   /* a clamp or a limit that must be stated; 0 leaves it as it is */
    enum answer_limit_key limit_key;    /* OpenAI's: by this name alone */
    bool                  ask_usage;    /* OpenAI's: stream_options.include_usage = true */
    bool                  ask_logprobs; /* OpenAI's: logprobs = true */
    bool is_kept_here; /* OpenAI's: nothing is to be stored there; store = false, metadata = null */
    bool vary;         /* what would make the answer the same again is changed: temperature 0, a seed */
    bool no_sampling;  /* OpenAI's: each of chat_sampling becomes null */
};

/* How words are chosen, NULL-terminated; OpenAI's first reasoning models take none of it (400), whatever it says. */
extern const char *const chat_sampling[];
bool                     openai_takes_sampling(struct slice model);

/* The body with every text's `now`, and the changes, spliced in. */
void chat_write(const struct chat *, const struct chat_changes *, struct arena *, struct buf *out);

/* What the user wrote in the last message of theirs, its texts joined by LF, as they are now. */
struct slice chat_question(const struct chat *, struct arena *);

/* What difficulty and topic are judged by: the last user message that asks for something. One that says "yes,
 * go on" and no more (tables/assents.h) is judged as what it says yes to; where there is nothing before it, as
 * it is. */
struct slice chat_subject(const struct chat *, struct arena *);

/* An answer, or one chunk of a streamed one. Absent is told from zero. */
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

/* {"error":{"message":…,"type":…,"param":…,"code":…}}: OpenAI's shape, all four fields, param null where there
 * is none. */
void error_write(const struct fault *, struct buf *out);
/* The same in a dialect's shape. */
void error_write_in(enum dialect, const struct fault *, struct buf *out);

/* Any provider's error body (OpenAI's, a bare string, HTML, nothing) made whole in OpenAI's shape; of a body
 * that is no JSON no byte is kept. */
void error_mend(struct slice body, int status, struct arena *, struct buf *out);

#endif
