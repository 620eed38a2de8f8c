/* translate_inside.h - what the translations of requests share; for src/wire alone. */
#ifndef WEIR_WIRE_TRANSLATE_INSIDE_H
#define WEIR_WIRE_TRANSLATE_INSIDE_H

#include "wire/translate.h"

/* A request on its way from one dialect to the other. */
struct rewrite {
    struct arena      *arena;
    const struct json *json; /* (ref) the request's */
    int64_t            output_tokens;
    struct buf        *out;
    struct left_out   *left_out;
    struct fault      *why;
    char               path[48]; /* of the message that is written: a fault's param */
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

/* A member's string, unescaped; empty where it is none. */
struct slice rewrite_text(struct rewrite *, json_at object, const char *key);

/* ---- anthropic_write.c, anthropic_read.c ---- */

bool anthropic_write_request(struct rewrite *);
bool anthropic_read_request(struct rewrite *);

/* ---- answers ---- */

struct translation {
    struct arena                   *arena;
    struct arena                   *scratch; /* emptied after each event */
    int64_t                         now_s;
    bool                            is_stream;
    size_t                          most_bytes;
    struct sse                     *sse;      /* streams */
    struct buf                      document; /* else: as it came */
    const struct answer_translator *how;
    void                           *state; /* of that; in the arena */
};

/* A way from one dialect to the other. json is what an event's data or the document says. */
struct answer_translator {
    enum dialect from, to;
    size_t       state_bytes;
    void (*on_event)(struct translation *, const struct json *, struct buf *out);
    void (*on_done)(struct translation *, struct buf *out); /* "[DONE]" */
    void (*on_document)(struct translation *, const struct json *, struct buf *out);
};

/* {"type":"error",…} of a status, or where that is 0, of OpenAI's type. */
void anthropic_error_write(int status, struct slice openai_type, struct slice message, struct buf *out);

/* OpenAI's word for why Anthropic's model stopped. */
const char *anthropic_finish(struct slice stop_reason);

extern const struct answer_translator anthropic_to_openai, openai_to_anthropic;

/* A number that is given, else 0. */
int64_t translate_number(const struct json *, json_at object, const char *key);

#endif
