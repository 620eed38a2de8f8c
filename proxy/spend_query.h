/*
 * spend_query.h - what was spent, asked for: sums by day, team, key, user, model, route or tag, read out of the
 * sheets that spend.h tells of. `weir spend` and the admin API ask the same way.
 *
 * A question is read from words (a command line's, or a query string's), then asked, a day at a time, and
 * answered once with a table in its arena. By tag a request counts for each of its tags; the total counts it
 * once.
 */
#ifndef WEIR_SPEND_QUERY_H
#define WEIR_SPEND_QUERY_H

#include "spend.h"

enum spend_by {
    SPEND_DAY,
    SPEND_MONTH,
    SPEND_TEAM,
    SPEND_KEY,
    SPEND_USER,
    SPEND_MODEL,
    SPEND_ROUTE,
    SPEND_TAG,
    SPEND_BYS
};

/* "day", "month", …; NULL-terminated. */
extern const char *const spend_by_words[SPEND_BYS + 1];

enum spend_format { SPEND_TABLE, SPEND_CSV, SPEND_JSON };

struct spend_question {
    int64_t           since, until; /* days since 1970, both asked for */
    enum spend_by     by[SPEND_BYS];
    unsigned          bys;
    const char       *only[SPEND_BYS]; /* NULL: whatever it is */
    enum spend_format format;
};

/* The question as it is where nothing is said: this month's days until now, by team. */
void spend_question_init(struct spend_question *, int64_t wall_ms);
/* One word of it: "by" ("team,model"), "since", "until" (2026-11-01), "format" (table, csv, json), or what
 * alone is asked for: "team", "key", "user", "model", "route", "tag". why: BAD_REQUEST. */
MUST_CHECK bool spend_question_take(struct spend_question *, struct arena *, struct slice name,
                                    struct slice value, struct fault *why);
/* When all is taken. why: BAD_REQUEST. */
MUST_CHECK bool spend_question_check(const struct spend_question *, struct fault *why);

struct spend_row {
    const char *name[SPEND_BYS]; /* in the question's order; the total has none */
    int64_t     sum[SPEND_MEASURES];
};

struct spend_sums {
    const struct spend_question *question; /* (ref) */
    struct spend_row            *row;
    size_t                       rows;
    struct spend_row             total;
};

struct spend_query;

/* sums is NULL where Redis did not answer, or the question has more rows than SPEND_ROWS_TOLD; why says so.
 * Valid during the call. */
typedef void on_spend_fn(void *arg, const struct spend_sums *, const struct fault *why);

enum { SPEND_ROWS_TOLD = 50000 };

/* The callback never comes from within. The question is copied; its words must live as long as the query. */
struct spend_query *spend_ask(struct redis *, const struct spend_question *, on_spend_fn *, void *arg);
/* No callback will come; *query is nulled. NULL is allowed. After the callback the query is gone by itself. */
void spend_query_cancel(struct spend_query **);

/* In the question's format: a table for people, a line a row with a total; CSV (RFC 4180) with a head and no
 * total; or JSON. Money is in US dollars, in JSON in nano-dollars too. */
void spend_write(const struct spend_sums *, struct buf *out);
/* Its media type. */
const char *spend_media_type(enum spend_format);

#endif
