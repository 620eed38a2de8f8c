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

#include "wire/dialect.h"
#include "wire/json.h"

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
 * string is listed too. Of its items and parts those that are not known to be texts count as unreadable. It may
 * have no model. */
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

/* How words are chosen, NULL-terminated; OpenAI's first reasoning models take none of it (400), whatever it
 * says. */
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

#endif
