/* translate_inside.h - what the translations of requests share; for src/wire alone. */
#ifndef WEIR_WIRE_TRANSLATE_INSIDE_H
#define WEIR_WIRE_TRANSLATE_INSIDE_H

#include "wire/answer.h"
#include "wire/translate.h"

struct called {
    struct slice id;
    json_at      call;
};

/* A request on its way from one dialect to the other. */
struct rewrite {
    struct arena          *arena;
    const struct json     *json; /* (ref) the request's */
    struct limits_of_model limits;
    struct buf            *out;
    struct left_out       *left_out;
    struct fault          *why;
    char                   path[48]; /* of the message that is written: a fault's param */
    struct called         *called;   /* the calls in it, by id; made when it is first asked for */
    size_t                 calls, calls_cap;
};

typedef bool rewrite_fn(struct rewrite *, json_at);

/* What is done with a member that is known; a table ends in a line without a key, for all others. */
struct rewrite_field {
    const char *key;
    rewrite_fn *write;
};

bool rewrite_fields(struct rewrite *, json_at object, const struct rewrite_field *);

/* Refuses a member of what stands at the path; true never comes back. */
bool rewrite_refuse(struct rewrite *, const char *member, const char *wrong);
void rewrite_leave_out(struct rewrite *, struct slice field);

/* Copies a member under its own name, or another; one that is null is passed over. */
rewrite_fn rewrite_copy;
void       rewrite_copy_as(struct rewrite *, json_at, const char *key);
/* It is written elsewhere, or says nothing to the other. */
rewrite_fn rewrite_nothing;
rewrite_fn rewrite_note; /* left out, and noted where it says something */

rewrite_fn rewrite_one_answer; /* refuses an n above 1 */
rewrite_fn rewrite_stream;     /* to OpenAI's: with the usage, which other dialects always tell */

/* An array under that key, each element as `add` writes it; nothing where it is empty. */
bool rewrite_list(struct rewrite *, json_at array, const char *key, rewrite_fn *add);
/* Each message as `add` writes it; what is refused or noted meanwhile is of messages[i]. */
bool rewrite_messages(struct rewrite *, json_at messages, rewrite_fn *add);
/* From OpenAI's: a stop, or several, as an array. */
void rewrite_stop(struct rewrite *, json_at stop, const char *key);
bool rewrite_is_role(struct rewrite *, json_at message, const char *role);
bool rewrite_is_system(struct rewrite *, json_at message); /* a developer's, too */

/* "data:image/png;base64,…" into its media type and data; false for another kind of address. */
bool rewrite_data_url(struct slice url, struct slice *media, struct slice *data);
/* A call's arguments, JSON in a string, as a member that is that JSON. What a model wrote and is no object is
 * still told, in an object of ours. */
void rewrite_arguments(struct rewrite *, const char *key, struct slice arguments);
/* The function's name in the last call with that id. */
struct slice rewrite_called_name(struct rewrite *, struct slice id);
/* The words of a content, those of several parts joined by line ends, in the arena. */
struct slice rewrite_content_text(struct rewrite *, json_at content);

/* What is asked for where a dialect must be told a limit and the client gave none. */
int64_t rewrite_output_tokens(const struct rewrite *);

/* A member's string, unescaped; empty where it is none. */
struct slice rewrite_text(struct rewrite *, json_at object, const char *key);

/* ---- a dialect's file each: *_write.c to it, *_read.c from it ---- */

typedef bool rewrite_request(struct rewrite *);

rewrite_request anthropic_write_request, anthropic_read_request, gemini_write_request, ollama_write_request,
    ollama_read_request, responses_read_request, completions_read_request, mistral_write_request;

/* ---- answers ---- */

struct translation {
    struct arena                   *arena;
    struct arena                   *scratch; /* emptied after each event */
    struct translation             *next;    /* from the hub on; NULL: this one says it to the end */
    struct buf                      between; /* what it has not been fed yet */
    int64_t                         now_s;
    struct slice                    id; /* the answer's; empty: its provider's */
    bool                            is_kept;
    const struct json              *request; /* what the client sent; NULL: not told, or not to be read */
    bool                            is_stream;
    size_t                          most_bytes;
    size_t                          kept_bytes; /* of the answer, until it is whole */
    unsigned                        calls;      /* likewise, # calls of tools */
    struct sse                     *sse;        /* streams */
    struct buf                      document;   /* else: as it came; of a stream of lines, one */
    const struct answer_translator *how;
    void                           *state; /* of that; in the arena */
};

/* A way from one dialect to the other. json is what an event's data or the document says. */
struct answer_translator {
    enum dialect from, to;
    bool         reads_lines;  /* a stream is JSON line by line, not events */
    bool         writes_lines; /* likewise, of what it says: so comments are not passed on */
    size_t       state_bytes;
    void (*on_event)(struct translation *, const struct json *, struct buf *out);
    void (*on_done)(struct translation *, struct buf *out); /* "[DONE]" */
    void (*on_end)(struct translation *, struct buf *out);  /* the body's; NULL: it means nothing */
    void (*on_document)(struct translation *, const struct json *, struct buf *out);
};

/* What is told when the answer is whole goes through here, so that its ceilings count (law 4: cut short, it
 * would look whole): some text; one more call of a tool. */
void translate_keep(struct translation *, struct buf *kept, struct slice text);
void translate_keep_call(struct translation *);

/* A string member, unescaped, in scratch; its raw JSON, or "" with its quotes. */
struct slice translate_text(struct translation *, const struct json *, json_at object, const char *key);
struct slice translate_raw(const struct json *, json_at object, const char *key);

/* ---- a chat completion, as a hearing of another dialect writes it ---- */

struct completion {
    struct slice id, model; /* raw JSON strings, which live as long as it */
    bool         has_usage; /* absent is not zero */
    int64_t      prompt_tokens, cached_tokens, written_tokens, written_hour_tokens, audio_prompt_tokens;
    int64_t      output_tokens, reasoning_tokens, audio_output_tokens;
};

/* Up to within the message, or the delta; what is written then begins with a comma of json_add_*. */
void completion_begin(struct translation *, const struct completion *, struct buf *out);
void completion_usage(const struct completion *, struct buf *out);
/* The other way: what a completion, or a chunk, says of usage, if it does. */
void completion_read_usage(struct completion *, const struct json *);
/* {"ephemeral_5m_input_tokens":…,"ephemeral_1h_input_tokens":…}: what was written to the provider's cache. */
void completion_written(const struct completion *, struct buf *out);
void chunk_begin(struct translation *, const struct completion *, struct buf *out);
void chunk_end(struct buf *out);
/* A delta of one string; nothing where it is empty. */
void chunk_text(struct translation *, const struct completion *, const char *key, struct slice raw,
                struct buf *out);
/* Nothing where no usage was told; so completion_usage(). */
void chunk_usage(struct translation *, const struct completion *, struct buf *out);

/* {"type":"error",…} of a status, or where that is 0, of OpenAI's type. code: what clients may go by, in
 * "details"; empty where there is none. */
void anthropic_error_write(int status, struct slice openai_type, struct slice code, struct slice message,
                           struct buf *out);

/* {"error":"…"} */
void ollama_error_write(struct slice message, struct buf *out);

/* Between signatures, or redacted thoughts, of one answer: no letter of base64. */
#define ANTHROPIC_SEALS_APART ","

/* OpenAI's word for why Anthropic's model stopped. */
const char *anthropic_finish(struct slice stop_reason);

extern const struct answer_translator anthropic_to_openai, openai_to_anthropic, gemini_to_openai,
    ollama_to_openai, openai_to_ollama, openai_to_ollama_generate, openai_to_responses, openai_to_completions;

/* A number that is given, else 0. */
int64_t translate_number(const struct json *, json_at object, const char *key);

#endif
