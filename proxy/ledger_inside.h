/*
 * ledger_inside.h - the inside of the ledger, for the files that it is made of: ledger_hold.c makes holds,
 * ledger.c reserves and settles, ledger_book.c remembers what this loop has spent, ledger_tell.c tells Redis of
 * it, ledger_note.c the journal.
 */
#ifndef WEIR_LEDGER_INSIDE_H
#define WEIR_LEDGER_INSIDE_H

#include "ledger.h"

#include "base/buf.h"

enum { WHO_BYTES = 48, RUN_BYTES = 64, PURSE_SLOTS = 4096, PEERS_MOST_BYTES = 48 * 1024 };

/* What was spent from a line, in one bucket, in all: by this loop, or by a process that is gone. */
struct total {
    char    who[WHO_BYTES]; /* whose */
    int64_t bucket, nanousd, until_ms;
    int64_t others_nanousd; /* what others had spent at least, as Redis said */
};

/* What this loop knows of a line. */
struct purse {
    struct purse *next;               /* of its slot */
    TAILQ_ENTRY(purse) link;          /* the longest unused first */
    LIST_HEAD(running, line) running; /* lines of holds that are held, or asked for */
    char         *key;
    int64_t       buckets, keep_ms;
    struct total *total;
    size_t        totals, cap;
};
TAILQ_HEAD(purse_list, purse);

struct book {
    struct purse     *slot[PURSE_SLOTS];
    struct purse_list purses;
    size_t            purse_count, totals;
    unsigned          generation; /* a total that was forgotten begins again under another name */
};

/* Telling of all purses, some batches at a time: were all on their way at once, the last would be answered too
 * late, the link be given up, and all be told anew, without end. No purse is forgotten meanwhile. */
struct tour {
    struct purse **purse; /* NULL: there is none */
    size_t         count;
    size_t         at, total_at; /* which is told next, and which of its totals */
    uint64_t       redis_id;     /* of the last batch that is waited for; 0: none */
};

struct ledger {
    struct loop        *loop;
    struct redis       *redis;
    struct journal     *journal;
    struct allowance   *allowance;
    struct ledger_times times;
    on_alert_fn        *on_alert;
    void               *alert_arg;
    char                me[WHO_BYTES - 8]; /* unique to this loop of this process */
    char                owner[WHO_BYTES];  /* what its leases begin with */
    unsigned            link;              /* # of its links to Redis so far */
    char                run[RUN_BYTES];    /* which server it is; "" until it has said so over this link */
    bool                is_active;         /* it has something to do with budgets */
    bool                is_known;          /* Redis has known it, or whose heir it is */
    bool                is_telling;        /* everything is being told */
    struct tour         tour;
    int64_t             changes;         /* of `peers`, that Redis has told of; -1: none */
    struct buf          peers;           /* the loops that share the budgets, commas between */
    struct buf          heir_of, owners; /* processes, commas between; what their leases begin with */
    uint64_t            last_hold;
    int64_t             taken_nanousd, taken_until_ms;         /* this loop's part of the allowance */
    int64_t             inherited_nanousd, inherited_until_ms; /* what processes that are gone took of it */
    struct book         book;
    struct hold_list    held;    /* in use by exchanges */
    struct hold_list    settled; /* Redis has not acknowledged it, or it is overdrawn */
    struct timer        beat;
};

/* ---- ledger_hold.c ---- */

void hold_move(struct hold *, struct hold_list *to);
/* None of its lines is asked for, or held, any more. */
void hold_rests(struct hold *);

/* ---- ledger_book.c ---- */

void book_init(struct book *);
void book_fini(struct book *);
/* Made where there is none. Refs to a purse live until book_prune(), those to a total until another is asked
 * for. */
struct purse *book_purse(struct book *, const struct line *);
struct total *book_total(struct book *, struct purse *, const char *me, const struct line *);
/* As it stands in the journal: of a process that is gone. */
void book_add_past(struct book *, const struct journal_entry *);
/* Forgets what nobody asks for any more, and above a ceiling the longest unused. */
void book_prune(struct book *, int64_t wall_ms);
/* It is asked for, or held; it is over. Idempotent. */
void line_runs(struct purse *, struct line *);
void line_rests(struct line *);

/* ---- ledger_note.c ---- */

/* Begun: may cost its amount, which is the journal's before this returns. */
void note_begun(struct ledger *, struct line *, int64_t amount);
/* Is over; what it did cost is in the total. */
void note_over(struct ledger *, struct line *);
void note_allowance(struct ledger *);
void note_peers(struct ledger *);
/* What processes that are gone have left; the first loop tells of it. */
void take_past(struct ledger *);

/* ---- ledger_tell.c ---- */

/* Words of a call of a script, in an arena of their own. */
struct words {
    struct arena *arena;
    struct slice *word;
    int           count, keys;
};
void words_init(struct words *); /* its first key is there */
void words_fini(struct words *);
void words_key(struct words *, const char *);
void words_keys(struct words *, const struct hold *, unsigned rates); /* of its lines, and of so many rates */
void words_add(struct words *, const char *);
void words_number(struct words *, int64_t);
/* What all scripts begin with, after all keys: lines', rates'. */
void words_begin(struct words *, const struct ledger *, unsigned lines, unsigned rates);

/* Sends what a settled hold has to tell. */
void tell_settled(struct ledger *, struct hold *);
/* Redis knows what was spent, and the budget had room for it: it may be spent again. */
void give_allowance_back(struct ledger *, struct hold *);
/* What was asked for must not stand; what stood before does again. */
void tell_undone(struct ledger *, const struct hold *);
/* Everything: before the first hold, after a link was made, and when Redis has lost something. */
void tell_all(struct ledger *);
/* It is called off, if it is under way. */
void tour_end(struct ledger *);
void tell_beat(struct ledger *); /* nothing: is all still there? */
void tell_left(struct ledger *);

const char *lease_of(struct arena *, const struct hold *, int64_t amount);
/* Of any answer of a script: notes the server and whether it has lost something. False for what is no answer.
 */
MUST_CHECK bool take_answer(struct ledger *, const struct redisReply *, unsigned run_at);

#endif
