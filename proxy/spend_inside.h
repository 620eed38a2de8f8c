/*
 * spend_inside.h - the inside of spend, for the files that it is made of: spend.c adds, spend_rows.c sums,
 * spend_tell.c tells Redis, spend_names.c spells.
 */
#ifndef WEIR_SPEND_INSIDE_H
#define WEIR_SPEND_INSIDE_H

#include "base/sum.h"
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
    int64_t     taken_ms; /* when Redis said so */
};
TAILQ_HEAD(batch_list, batch);

/* A team's day, as far as Redis does not surely have it. */
struct sheet {
    TAILQ_ENTRY(sheet) link;
    struct spend     *spend;
    char             *plain_team, *team; /* as it is called; as in keys */
    int64_t           day;
    char             *key, *teams_key;
    int64_t           keep_ms;
    struct row       *slot[ROW_SLOTS];
    struct rows       rows;   /* of no batch yet */
    struct batch_list taken;  /* by number: Redis has them, but may yet lose them */
    struct batch_list untold; /* by number, the first may be on its way */
    uint64_t          known;  /* the last number that is taken */
    struct batch     *out;    /* on its way; NULL with asked_id: Redis is asked whether it has still all */
    uint64_t          asked_id;
    int64_t           told_ms; /* when the last batch was sent */
};
TAILQ_HEAD(sheet_list, sheet);

struct spend {
    struct loop      *loop;
    struct redis     *redis;
    struct metrics   *metrics;
    char              me[ME_BYTES]; /* unique to this loop of this process */
    uint64_t          last_number;
    struct sheet_list sheets;
    unsigned          held; /* # rows that Redis has not taken */
    unsigned          kept; /* # rows in batches that it has */
    struct buf        name; /* of the row that is looked for */
    struct timer      beat, soon;
    bool              is_soon;    /* that is set */
    bool              is_refused; /* Redis is there, but took nothing last: it may be full */
};

/* ---- spend_names.c ---- */

/* In the place of what stands in the buf, NUL-terminated. */
void row_name(struct buf *, const struct spent *, const struct model *);
/* What is left of it where there are too many: the settings bound how many of these there can be. */
void row_name_beyond(struct buf *, const struct spent *, const struct model *);
/* What stands in the buf, which is finished; the caller's to free. */
char *text_taken(struct buf *);

/* ---- spend_rows.c ---- */

/* The team's sheet of today; made where there is none. */
struct sheet *take_sheet(struct spend *, const char *team, int64_t keep_ms);
void          sheet_free(struct sheet *);
/* The row that a request's calls of a model, or the request itself, are summed in. */
struct row *take_row(struct sheet *, const struct spent *, const struct model *);
/* What waits, as much as a batch may have, is made into an untold one; NULL where nothing waits. */
struct batch *make_batch(struct sheet *, unsigned rows_most);
/* Has Redis taken all that it holds? */
bool is_told(const struct sheet *);
/* A batch has been taken, or was lost again; and it goes. */
void batch_taken(struct sheet *, struct batch *);
void batch_lost(struct sheet *, struct batch *);
void taken_free(struct sheet *, struct batch *);

/* ---- spend_tell.c ---- */

/* Sends the next batch, unless one is out or Redis is away; soon, where one has just been sent. */
void tell_sheet(struct sheet *);
/* Is what Redis took still there? */
void ask_whether_sure(struct sheet *);

#endif
