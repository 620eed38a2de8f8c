/*
 * errand.h - a request that SLM threads answer by themselves, a piece at a time: embeddings, redaction, what
 * was kept.
 *
 *   identify -> read -> admit -> fetch -> piece -> piece ... -> reply
 *   (redis)             redis    redis    SLM      SLM
 *
 * It waits for at most one thing: Redis, or the piece that is out. Between two pieces the SLM threads serve
 * whoever else waits, so that a client with two thousand texts does not keep chats from being inspected. A
 * piece that a thread has in hand cannot be called back; then what it works on is freed when it comes back.
 */
#ifndef WEIR_ERRAND_H
#define WEIR_ERRAND_H

#include "booking.h"
#include "exchange.h"
#include "request_id.h"

struct errand;

struct errand_kind {
    const char *name;  /* for the audit */
    size_t      bytes; /* of the struct that begins with a struct errand */
    /* On the loop: understands e->body. NULL: pieces do. */
    bool (*read)(struct errand *, struct fault *why);
    /* On the loop, before each piece: asks Redis, with e->redis_id to call it off by, or somebody else, whom
     * cancel calls off, for what the piece needs; its callback ends in errand_fetched(), which may be called at
     * once. NULL: pieces need nothing. */
    void (*fetch)(struct errand *);
    /* On the loop, at the end, whatever ended it: nobody calls back any more. NULL: there is nobody. */
    void (*cancel)(struct errand *);
    /* What else may answer where there is no such thing here (NOT_KEPT, NO_PREVIOUS, NO_SUCH_MODEL): the errand
     * goes on as one of that kind, from its reading on, if `may` says so. NULL: nobody. */
    const struct errand_kind *elsewhere;
    bool (*may)(const struct errand *);
    /* On an SLM thread: works a piece, and when it was the last sets is_done, the answer being written; or sets
     * e->why. Only what is the errand's own may be touched. NULL: reading has written the answer. */
    void (*work)(struct errand *, const struct inspector *);
    /* On an SLM thread, when the answer is whole: says it in the words of who asked, also an answer from
     * elsewhere; false where it is none. NULL: they are those that it is in. */
    bool (*retell)(struct arena *, struct slice answer, struct buf *out);
    /* On the loop, when the answer is whole: its header lines, and what there is to count. NULL: nothing. */
    void (*finish)(struct errand *, struct buf *headers);
    /* Members for its line in the audit, each after a comma. NULL: none. */
    void (*tell)(const struct errand *, bool is_answered, struct buf *line);
};

struct errand {
    struct job                job;             /* first: what the pool gives back */
    const struct errand_kind *kind, *asked_as; /* what it is now, and what it began as */
    struct tools             *tools;
    struct snapshot          *snapshot;
    struct arena             *arena;  /* the loop's until pieces begin, then the pieces' */
    struct client            *client; /* NULL once it has hung up or has its reply */
    struct auth_ask           asking_who;
    const struct team        *team;       /* NULL until it is known */
    struct slice              object;     /* of the id in its path, in the arena; empty where there is none */
    struct buf                body;       /* the request's; it outlives the client */
    struct hold              *hold;       /* counted in the team's limit; NULL: it has none */
    bool                      is_waiting; /* for the ledger */
    bool                      is_admitted;
    uint64_t                  redis_id; /* what it fetches; 0: nothing */
    bool                      is_out;   /* the pool has a piece, or will give it back */
    struct timer              deadline; /* of the piece that is out */
    int64_t                   began_ms;
    int64_t                   cost_nanousd; /* what others have charged for it; set by `cancel` at the latest */
    char                      id[REQUEST_ID_BYTES];

    /* what the pieces fill in */
    bool         is_done;
    struct fault why;            /* kind FAULT_NONE: nothing is wrong */
    int64_t      retry_after_ms; /* of that; 0: not told */
    struct buf   answer;
};

/* Takes the client's request in hand, until it has its reply. object: the id in its path, as it was sent. */
void errand_begin(struct tools *, struct client *, const struct errand_kind *, struct slice object);

/* What it fetched is there; or with e->why, is not, and that is its end. */
void errand_fetched(struct errand *);

/* The key that the team's placeholders and seals are made with (ref in the snapshot). */
const struct vault_key *errand_team_key(const struct errand *);

/* For server_handler, where the client's request is an errand. */
void errand_on_gone(struct client *);

#endif
