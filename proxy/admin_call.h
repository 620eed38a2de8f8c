/*
 * admin_call.h - one request to the admin API, for those who answer it: admin_*.c.
 *
 * A route (admin_routes.c) names its method, path, handler and what it takes, in a table of fields. Query and
 * body are read by that table before the handler is called: what is not in it, is of another kind, or is
 * missing, is refused there, with the field's name; and openapi.json is written from the same table.
 *
 * A handler ends the call once, by admin_reply() or admin_fail(), at once or when what it asked for has come;
 * every wait has a deadline of its own. The client may be gone by then, which the handler need not know. A call
 * that changes something leaves a line in the audit, whatever becomes of it: say what it is about by
 * admin_about().
 */
#ifndef WEIR_ADMIN_CALL_H
#define WEIR_ADMIN_CALL_H

#include "admin.h"
#include "request_id.h"
#include "wire/json.h"

enum admin_kind {
    ADMIN_TEXT,
    ADMIN_NUMBER, /* whole */
    ADMIN_MONEY,  /* US dollars, written as a text with nine decimals: exact */
    ADMIN_MOMENT, /* seconds since 1970 */
    ADMIN_FLAG,
    ADMIN_TEXTS, /* a list */
    ADMIN_OBJECT,
    ADMIN_OBJECTS /* a list of them */
};

struct admin_object;

struct admin_field {
    const char                *name;
    enum admin_kind            kind;
    bool                       is_needed; /* must be given; of an answer: is never null */
    const char                *about;
    const struct admin_object *of;          /* OBJECT, OBJECTS */
    const char *const         *one_of;      /* TEXT: NULL-terminated; NULL: any */
    int64_t                    least, most; /* NUMBER: with most 0, any that is not negative */
};

/* Fields end with one without a name. */
struct admin_object {
    const char               *name; /* in openapi.json */
    const struct admin_field *field;
};

struct admin_call;

struct admin_route {
    const char *method, *path; /* "{id}" stands for a word, one at most: admin_word() */
    const char *name;          /* what it does, as one word: "create_key" */
    void (*handle)(struct admin_call *);
    const char                *about; /* a sentence */
    const struct admin_field  *query; /* NULL: none is taken */
    const struct admin_object *body, *answer;
};

extern const struct admin_route admin_routes[];
extern const size_t             admin_route_count;

struct admin_call {
    struct admin             *admin;
    struct tools             *tools;
    struct snapshot          *snapshot; /* the one in force when it came */
    struct arena             *arena;
    const struct admin_route *route;
    struct client            *client; /* NULL once it has hung up */
    struct buf                out;    /* the answer's body, for whoever writes it */
    struct slice              word;   /* of the path */
    struct json               query, body;
    struct buf                body_text;
    const char               *media_type; /* of the answer; NULL: JSON */
    const char               *allow;      /* the methods that its path takes, where its own is none of them */
    const char               *about;      /* "" where it is about nothing in particular */
    char                      id[REQUEST_ID_BYTES];
    struct admin_call        *next, **link; /* among those in hand */
};

/* ---- what was asked ---- */

/* Of the body, else of the query; the fallback where it is not given, or null. Texts live in the call's arena.
 */
bool         admin_has(const struct admin_call *, const char *field);     /* given, and not null */
bool         admin_is_null(const struct admin_call *, const char *field); /* given as null: "none any more" */
struct slice admin_text(const struct admin_call *, const char *field, struct slice fallback);
int64_t      admin_number(const struct admin_call *, const char *field, int64_t fallback);
bool         admin_flag(const struct admin_call *, const char *field, bool fallback);
/* The nth text of a list; false beyond the last. */
MUST_CHECK bool admin_nth(const struct admin_call *, const char *field, size_t nth, struct slice *out);

/* ---- what is answered ---- */

/* For the audit: "key 01hzy…", "budget interns". Never a secret. */
void admin_about(struct admin_call *, const char *about);
/* 200 with what is in call->out: a JSON document, unless call->media_type says another. The call is over. */
void admin_reply(struct admin_call *);
void admin_fail(struct admin_call *, const struct fault *);

/* ---- admin_openapi.c, admin_read.c: for admin.c ---- */

void            admin_write_openapi(struct buf *out);
MUST_CHECK bool admin_read(struct admin_call *, const struct http1_head *, struct fault *why);

#endif
