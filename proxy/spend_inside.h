/*
 * spend_inside.h - the inside of spend, for the files that it is made of: spend.c adds, spend_rows.c sums,
 * spend_tell.c tells Redis, spend_names.c spells.
 */
#ifndef WEIR_SPEND_INSIDE_H
#define WEIR_SPEND_INSIDE_H

#include "spend.h"

#include <sys/queue.h>

enum { ROW_SLOTS = 64, SPEND_NAME_MOST_BYTES = 8192, ME_BYTES = 17 };

struct row {
    struct row *next;  /* of its slot */
    struct row *later; /* in the order of adding */
    char       *name, *beyond;
    int64_t     sum[SPEND_MEASURES];
};

struct rows {
    struct row *first, **end;
    unsigned    count;
};

struct batch {
    TAILQ_ENTRY(batch) link;
    uint64_t    number;
    struct rows rows;
    int64_t     taken_ms; /* when Redis said so; 0: not yet */
};
TAILQ_HEAD(batch_list, batch);

/* A team's day, as far as Redis does not surely have it. */
struct sheet {
    TAILQ_ENTRY(sheet) link;
    struct spend     *spend;
    char             *team; /* as in keys */
    char             *key, *teams_key;
    int64_t           keep_ms;
    struct row       *slot[ROW_SLOTS];
    struct rows       rows;    /* of no batch yet */
    struct batch_list batches; /* by number; those that are taken first */
    unsigned          kept;    /* # taken */
    uint64_t          known;   /* the last number that is taken */
    struct batch     *out;     /* on its way; NULL with asked_id: Redis is asked whether it has still all */
    uint64_t          asked_id;
};
TAILQ_HEAD(sheet_list, sheet);

struct spend {
    struct loop      *loop;
    struct redis     *redis;
    struct metrics   *metrics;
    char              me[ME_BYTES]; /* unique to this loop of this process */
    uint64_t          last_number;
    struct sheet_list sheets;
    unsigned          held; /* # rows, in batches too */
    struct timer      beat;
};

/* ---- spend_names.c: the caller's to free ---- */

char *row_name(const struct spent *, const struct model *);
/* What is left of it where there are too many: the settings bound how many of these there can be. */
char *row_name_beyond(const struct spent *, const struct model *);
/* What stands in the buf, which is finished. */
char *text_taken(struct buf *);

int64_t sum_most(int64_t a, int64_t b); /* stops at the ends of int64 */

/* ---- spend_rows.c ---- */

/* The team's sheet of today; made where there is none. */
struct sheet *take_sheet(struct spend *, const char *team, int64_t keep_ms);
void          sheet_free(struct sheet *);
/* The row that a request's calls of a model, or the request itself, are summed in. */
struct row *take_row(struct sheet *, const struct spent *, const struct model *);
/* What waits, as much as a batch may have, is made into one; NULL where nothing waits. */
struct batch *make_batch(struct sheet *, unsigned rows_most);
void          batch_free(struct sheet *, struct batch *);

/* ---- spend_tell.c ---- */

/* Sends the next batch, unless one is out or Redis is away. */
void tell_sheet(struct sheet *);
/* Is what Redis took long ago enough to be on its disk still there? */
void ask_whether_sure(struct sheet *);

#endif
