/*
 * ledger_inside.h - the inside of the ledger, for the files that it is made of: ledger.c reserves and settles,
 * ledger_book.c remembers what this loop has spent, ledger_tell.c tells Redis of it.
 */
#ifndef WEIR_LEDGER_INSIDE_H
#define WEIR_LEDGER_INSIDE_H

#include "ledger.h"

enum { WHO_BYTES = 48, RUN_BYTES = 64, MARKERS_MOST = 4096, ACCOUNT_SLOTS = 4096 };

/* What was spent from one line, in one bucket, in all: by this loop, or by a process that is gone. */
struct account {
    struct account *next;      /* of its slot */
    TAILQ_ENTRY(account) link; /* the longest unused first */
    char   *key;               /* the line's in Redis */
    char   *marker;
    char    who[WHO_BYTES]; /* whose total it is */
    int64_t bucket, buckets, total_nanousd, until_ms, keep_ms;
};
TAILQ_HEAD(account_list, account);

/* A tag that was seen. */
struct marker {
    struct marker *next;
    char          *key;
    bool           is_known; /* Redis has answered about it */
};

struct book {
    struct account     *slot[ACCOUNT_SLOTS];
    struct account_list accounts;
    unsigned            count;
    unsigned            generation; /* a total that was forgotten begins again under another name */
    struct marker      *marker;
    unsigned            markers;
};

struct ledger {
    struct loop                *loop;
    struct redis               *redis;
    struct metrics             *metrics;
    struct journal             *journal;
    struct allowance           *allowance;
    on_alert_fn                *on_alert;
    void                       *alert_arg;
    char                        me[WHO_BYTES - 8]; /* unique to this loop of this process */
    char                        run[RUN_BYTES]; /* which server it is; "" until it has said so over this link */
    bool                        has_told;       /* over this link all that is known has been sent */
    uint64_t                    last_hold;
    const struct journal_entry *past; /* (ref) what processes that are gone have left */
    unsigned                    pasts;
    struct book                 book;
    struct hold_list            held;    /* in use by exchanges */
    struct hold_list            settled; /* not told yet, or not for long */
    struct timer                beat;
};

/* ---- ledger_book.c ---- */

void book_init(struct book *);
void book_fini(struct book *);
/* The account of a line's bucket for `me`; made where there is none. Refs live until book_prune(). */
struct account *book_account(struct book *, const char *me, const struct line *);
/* As it stands in the journal: of a process that is gone. */
void           book_add_past(struct book *, const struct journal_entry *);
struct marker *book_marker(struct book *, const char *key);
/* Forgets what nobody asks for any more, and above a ceiling the longest unused. */
void book_prune(struct book *, int64_t wall_ms);

/* ---- ledger_tell.c ---- */

/* Words of a call of a script, in an arena of their own. */
struct words {
    struct arena *arena;
    struct slice *word;
    int           count, keys;
};
void words_init(struct words *);
void words_fini(struct words *);
void words_add(struct words *, const char *);
void words_number(struct words *, int64_t);
/* What both scripts begin with, after all keys: tags', lines', rates'. told: has this link told all that it
 * knows once this is done? */
void words_begin(struct words *, const struct ledger *, bool told, unsigned lines, unsigned rates);
/* All keys of a hold: of the tags that its lines have, each once, of its lines, of so many of its rates. */
void words_keys(struct words *, struct ledger *, const struct hold *, unsigned rates);

/* Sends what a settled hold has to tell. */
void tell_settled(struct ledger *, struct hold *);
/* Redis knows what was spent, and the budget had room for it: it may be spent again. */
void give_allowance_back(struct ledger *, struct hold *);
/* A call's lease is over, or was never meant: `lease` is what it would be called; old: what stands in its
 * place. */
void tell_undone(struct ledger *, const struct hold *);
/* Everything: after a link was made, and when Redis has lost something. */
void tell_all(struct ledger *);
void tell_beat(struct ledger *); /* nothing: is all still there? */
void tell_left(struct ledger *);

const char *lease_of(struct arena *, const struct hold *, int64_t amount);
/* Redis has answered about these. */
void know_markers(struct ledger *, const struct hold *);
void hold_move(struct hold *, struct hold_list *to);
/* Of any answer of a script: notes the server and whether it has lost something. False for what is no answer.
 */
MUST_CHECK bool take_answer(struct ledger *, const struct redisReply *, unsigned run_at);

#endif
