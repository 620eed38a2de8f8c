/*
 * redis_inside.h - the inside of redis.h, for the files that it is made of: redis.c asks, redis_breaker.c makes
 * links, gives up on what is late, and steps aside.
 */
#ifndef WEIR_REDIS_INSIDE_H
#define WEIR_REDIS_INSIDE_H

#include "redis.h"

#include "redis_command.h"
#include "redis_finder.h"
#include "redis_link.h"

enum { SCRIPTS_MOST = 32 };

struct redis {
    struct loop         *loop;
    struct metrics      *metrics;      /* (ref) NULL: nothing is counted */
    struct redis_url     url;          /* under Sentinel: of the master that was found last */
    struct redis_finder *finder;       /* NULL: no Sentinel is asked */
    SSL_CTX             *tls;          /* NULL but for rediss:// */
    char                 address[300]; /* for the log */
    int64_t              deadline_ms, patience_ms;
    bool                 is_closed;

    struct redis_link *link; /* NULL between two tries, and while the master is looked for */
    bool               is_up, is_broken;
    bool               is_told; /* the log knows that it is down */
    int64_t            up_since_ms, back_off_ms;
    unsigned           misses;
    struct timer       retry_timer, deadline_timer;
    int64_t            tick_ms; /* when deadline_timer is due; 0: it is not set */

    bool               is_slow; /* who can do without is answered "away" at once */
    unsigned           hasty_misses;
    struct timer       probe_timer;
    enum redis_trouble down, refused; /* why there is no link; what it said last */
    int64_t            refused_ms;    /* when */

    struct command_list waiting, sent, away;
    unsigned            commands; /* # in all lists */
    size_t              bytes;    /* of all lists */
    bool                away_is_due;
    uint64_t            last_id;
    void (*on_up)(void *arg);
    void *on_up_arg;

    struct {
        const char *text;
        char        sha1[SHA1_HEX_BYTES];
        bool        is_told; /* its text has gone over this link, so what comes after may use its SHA-1 */
    } script[SCRIPTS_MOST];
};

/* ---- redis.c ---- */

void command_end(struct redis *, struct command *);
void answer(const struct command *, const struct redisReply *, const struct fault *why);
/* It is to be answered "away" at the end of this turn; words are kept as a ref. */
void put_away(struct redis *, struct command *, enum redis_trouble, const char *words);
void put_all_away(struct redis *, struct command_list *, enum redis_trouble, const char *words);
/* A sent command whose caller need not wait any longer: an answer goes out, its place in the order stays. */
void give_up_on(struct redis *, struct command *, const char *words);
void send_command(struct redis *, struct command *);
/* A script with its text, from which Redis learns it. */
void send_whole_script(struct redis *, struct command *);

/* ---- redis_breaker.c ---- */

void link_up(struct redis *);
/* The deadline timer comes no later than that. */
void tick_by(struct redis *, int64_t deadline_ms);
/* The master is there now; NULL: nobody says where, and why. */
void on_master_found(void *arg, const char *host, uint16_t port, const char *why);

#endif
