/*
 * exchange_parts.h - the inside of an exchange, for the files that are its steps, or that steps are made of:
 * who does what is said beside each. Nobody else includes it.
 */
#ifndef WEIR_EXCHANGE_PARTS_H
#define WEIR_EXCHANGE_PARTS_H

#include "booking.h"
#include "cache.h"
#include "cache_control.h"
#include "exchange.h"
#include "guard.h"
#include "privacy/mask.h"
#include "providers.h"
#include "relay.h"
#include "request_id.h"
#include "slm/shorten.h"
#include "store.h"

enum step_result { NEXT, WAIT, END };

struct exchange;

/* What an SLM thread is asked to do; thinking.c. It stands first in what the thread works on. */
struct thought {
    struct job       job;
    struct exchange *exchange;
    void (*heard)(struct exchange *); /* it is done */
    void (*late)(struct exchange *);  /* it was not done in time; NULL: nobody waits */
    bool is_out;                      /* the pool has it, or will give it back */
};

/* Inspecting and shortening. Each in an arena of its own, since the exchange may go on without it. */
struct thinking {
    struct thought    thought;
    struct arena     *arena;
    bool              is_done; /* its results may be read */
    struct inspection inspection;
    struct passage   *passage; /* shortening: */
    size_t            passages;
    struct slice      question;
    struct slice     *summary;  /* of each passage; empty: none was made, or it was not taken */
    unsigned          accepted; /* # summaries taken */
};

/* Summaries that a model is asked for; summarize.c. */
enum { SUMMARIES_MOST = 8 };
struct summarizing {
    bool         is_planned;
    size_t       text[SUMMARIES_MOST]; /* indices in chat.text, in order */
    unsigned     count, at;            /* # to make; the one being made */
    struct slice summary[SUMMARIES_MOST];
    struct slice question;
    struct call *call;
    struct buf   heard; /* its answer */
    int          status;
    int64_t      asked_bytes;
};

/* What becomes of an answer that is looked through first; guarding.c. None is called when the exchange is over.
 */
struct guarding_handler {
    void (*passed)(struct exchange *, struct slice);          /* these bytes may go on */
    void (*through)(struct exchange *);                       /* all has; none of the three follows */
    void (*refused)(struct exchange *, const struct fault *); /* nothing more will; likewise */
};

/* What a client wants kept, and what was kept before; keeping.c. */
struct keeping {
    struct json      request;            /* of Responses: as the client sent it */
    struct slice     previous;           /* the response that it goes on from; empty: none */
    struct buf       joined;             /* the request with the conversation in front; empty: there is none */
    bool             is_wanted, is_kept; /* asked for; and granted */
    char             id[STORE_ID_BYTES]; /* the answer's; "": that which its provider gives it */
    struct buf       told;               /* to the client so far */
    struct store_ask ask;
};

struct guarding {
    struct thought                 thought; /* a look */
    struct guard                  *guard;   /* NULL: nobody asks for it */
    const struct guarding_handler *handler;
    struct buf                     waiting;   /* came while a look was out */
    bool                           has_ended; /* the body has */
    struct fault                   broke;     /* what ended it instead, told when the look is back */
};

/* What the cache is to the request; recalling.c. */
struct recalling {
    enum { RECALL_OFF, RECALL_BYPASS, RECALL_LOOKED } use;
    const char         *because; /* it is bypassed: a word */
    struct cache_wishes wishes;  /* the client's */
    bool                keeps;   /* the answer, when it is good */
    bool                is_out;  /* it is asked */
    struct question     question;
    struct cache_walls  walls;
    struct cache_ask    ask;
    const struct model *kept_model;       /* whose answers stand under its key */
    const struct model *bettered_by;      /* whom they would escalate to; NULL: nobody */
    struct cached       hit;              /* in the arena; without an answer: a miss */
    bool                is_hit, is_stale; /* it was served; though past its time */
    int64_t             age_ms, saved_nanousd;
};

/* An answer that a better model's may replace; drafting.c. */
enum { DRAFTING_HINT_MOST_BYTES = 16 * 1024 };
struct drafting {
    struct thought      thought;           /* compares two drafts */
    struct slice        one, other;        /* what is compared */
    double              cosine;            /* of their embeddings */
    enum doubt          doubt;             /* for which it was replaced, or is doubted too late */
    const struct model *by;                /* whose draft was replaced; NULL: none was */
    float               mark[DRAFT_MARKS]; /* what the draft is told apart by */
    bool                has_marks;         /* it was whole */
    bool                is_recorded;       /* its outcome is */
    bool                is_committed;      /* of the leg that runs: what was held has gone out */
    bool                is_held_whole;     /* of that leg: half of it would be no use */
    bool                is_second;         /* the leg that runs is the same model's again */
    const struct model *cut;               /* whose draft was hung up on; NULL: none was */
    struct slice        hint;              /* the draft's words, for who is asked next; empty: none go along */
};

/* May a draft's words go along to whoever is asked next? drafting_hint.c. */
struct hinting {
    struct thought thought;
    struct arena  *arena; /* the look's own */
    struct slice   words; /* in the exchange's arena */
    bool           may_go;
};

/* A model that would have been asked, or was, before the one that answered; the word says why it did not. */
struct passed {
    const struct model *model;
    const char         *word; /* of rest_word() or fault_code() */
};
enum { PASSED_MOST = 8 };

/* Is there an answer to a question in other words? likening.c. */
struct likening {
    struct thought      thought;
    struct arena       *arena;
    bool                is_done;   /* the look may be read */
    bool                is_asking; /* the cache, for what was found */
    bool                is_hit;    /* that was there */
    struct similar_look look;
    struct cache_ask    ask;
};

/* Was an answer to a similar question right? likening_audit.c. */
struct auditing {
    struct thought thought;
    struct arena  *arena;
    bool           is_wanted;     /* the answer to the question itself is to be compared when it comes */
    struct slice   served, heard; /* records: what was given, and what should have been */
    bool           served_is_stream, heard_is_stream;
    enum dialect   served_in, heard_in;
    bool           is_compared, is_right;
};

struct exchange {
    struct tools    *tools;
    struct snapshot *snapshot;
    struct arena    *arena;
    struct client   *client;    /* NULL once it has hung up or has its reply */
    bool             is_behind; /* it has its reply, and this goes on */
    LIST_ENTRY(exchange) behind;
    struct slice passed_on;        /* header lines for the provider, of the client that has gone */
    enum dialect told_in, dialect; /* the client's; the one that its request is read in */
    struct buf   asked_as;         /* the request as it came, where it had to be translated to be read */
    struct buf   body; /* the request's, which an SLM thread may read when the client is long gone */

    /* where it stands */
    unsigned step;                     /* index in the table of steps */
    void (*cancel)(struct exchange *); /* ends the one thing it waits for; NULL: it waits for nothing */
    struct timer    deadline;
    struct thought *awaited;            /* on an SLM thread; NULL: nothing is */
    unsigned        thoughts_out;       /* # that the pool has, or will give back */
    uint64_t        redis_id;           /* what it waits for in Redis */
    bool            is_over;            /* settled; only what is still out keeps it */
    int64_t         began_us, asked_us; /* when it began, and when the leg that runs did */
    int64_t         theirs_us;          /* spent on providers so far */
    char            id[REQUEST_ID_BYTES];

    /* who, what, whereto */
    struct auth_ask    asking_who;
    const struct team *team;
    struct chat        chat;
    struct payer       payer;
    struct thinking    inspecting, shortening;
    struct summarizing summarizing;
    struct facts       facts;
    double             bar[SHARES_MOST]; /* what facts.bar refers to */
    struct decision    decision;
    uint64_t           conversation; /* what stands for it in tools->conversations; 0: nothing was decided */
    struct vault      *vault;
    size_t             redactions;
    uint32_t           sentences_dropped, summaries; /* what stands in for earlier turns' words */
    struct recalling   recalling;
    struct likening    likening;
    struct auditing    auditing;

    /* paying */
    struct weight       weight; /* of the body */
    bool                is_weighed;
    struct hold        *hold;       /* NULL: nothing is held, or need be */
    bool                is_booking; /* the ledger is asked */
    enum ledger_verdict verdict;
    unsigned            bookings;      /* # holds asked for */
    int64_t             worst_nanousd; /* of the call, by the last hold */
    int64_t clamped_tokens;            /* the answer's length that there is money for; 0: as it was asked for */
    bool    is_on_allowance; /* Redis is away, and the call is paid out of what is allowed without it */

    struct keeping keeping;

    /* asking */
    unsigned            candidate; /* index of the next one to ask */
    const struct model *model;     /* the one being asked or that answered; NULL: none */
    bool                is_draft;  /* its answer is held until it is judged */
    bool                is_escalated;
    bool                is_in_hand; /* its provider counts this leg */
    struct passed       passed[PASSED_MOST];
    unsigned            passed_count;
    const struct model *was_too_small;  /* whose context, as we asked for it, did not hold the prompt */
    const struct model *rests;          /* whose rest would be over first, of those that rest */
    int64_t             waited_ms;      /* for pauses that providers asked for */
    int64_t             tries_began_ms; /* 0: none has */
    struct timer        tries;          /* all of them must have come to an answer's beginning by then */
    struct call        *call;
    int64_t             first_byte_us;          /* until this leg's answer began; 0: it has not */
    struct timer        progress;               /* ends an answer that comes, but says nothing */
    int64_t      progressed_ms, progress_bytes; /* when it last said something, and how much it had by then */
    struct mask  mask;                          /* the provider's own key */
    struct buf   masked;                        /* what was struck out of last */
    enum dialect heard;                         /* what reaches the guard and the relay */
    struct translation *hearing;                /* NULL: the provider's dialect is heard as it is */
    struct relay       *relay;
    struct guarding     guarding;
    struct drafting     drafting;
    struct hinting      hinting;
    struct buf          out;      /* for the client, not yet handed over */
    bool                has_told; /* something of an answer has gone to the client: nobody else may be asked */
    bool                is_early; /* the reply has begun before it was known who would answer */
    int64_t             told_us;  /* when the client was last sent something, or began to wait */
    struct timer        ping;
    struct buf          draft; /* a whole answer that was not good enough, in case nothing better comes */
    const struct model *draft_model;
    struct relay       *draft_relay;
    struct buf          error_body;     /* a provider's answer that is no answer */
    int                 error_status;   /* of that; 0: none */
    int64_t             told_wait_ms;   /* how long that provider asks to be left alone; -1: not told */
    int64_t             retry_after_s;  /* 0: not told */
    int64_t             retry_after_ms; /* the same, where it is known as finely */
    int64_t             asked_bytes;    /* of the body sent to this candidate */
    struct left_out     unread;         /* of the request, since the dialect it is read in has no word for it */
    struct left_out     left_out;       /* that, and what this candidate has no word for */
    int64_t             cost_nanousd;   /* of all legs so far */
    bool                is_unpriced;    /* one of them was by a model without a price: it is not all */
    int64_t             summaries_nanousd; /* of that, what summaries cost */
    int64_t             left_out_bytes;    /* of earlier turns' words, that shortening has left out */
    struct tab          tab;               /* of all legs so far, by model */
    struct answer_usage usage;             /* of all legs so far */

    struct fault fault; /* what ended it, if anything did */
};

/* Goes on with the step after a wait; or ends. Never called from within a step. */
void exchange_go_on(struct exchange *);
void exchange_end(struct exchange *);
/* The client is answered with the fault, or its answer broken off: END, for a step; or the end. why may be
 * &x->fault. */
enum step_result exchange_refuse(struct exchange *, const struct fault *why);
void             exchange_end_with(struct exchange *, const struct fault *why);
/* It goes on although its client has its answer, and will be told nothing more. */
void exchange_go_behind(struct exchange *);
/* What it was waiting for on an SLM thread has come back after its end. */
void exchange_free_when_nothing_is_out(struct exchange *);

/* leaving.c, on an SLM thread: may words that a model said go on to one in that zone, as they are? */
MUST_CHECK bool exchange_words_may_leave(const struct exchange *, const struct inspector *, struct arena *,
                                         struct slice words, unsigned zone);

/* thinking.c: has it run on an SLM thread. One of heard() and late() follows, never from within, unless the
 * exchange stops thinking first; at most one thought at a time is waited for. late NULL: nobody waits, and
 * heard() is called also when the exchange is over. False: it found no place in the queue. */
MUST_CHECK bool exchange_think(struct exchange *, struct thought *,
                               void (*run)(struct job *, const struct inspector *),
                               void (*heard)(struct exchange *), void (*late)(struct exchange *));
/* What is waited for, if anything is, is waited for no more. */
void exchange_stop_thinking(struct exchange *);

/* recalling.c: what becomes of it in the cache is known from here on. False where that is all that the client
 * wants, and it is nothing (NOT_CACHED). */
MUST_CHECK bool exchange_may_recall(struct exchange *, struct fault *why);
/* The cache is asked; exchange_recalled() is called, once, never from within. False where it is not. */
bool        exchange_recall(struct exchange *);
void        exchange_forget_recall(struct exchange *);    /* it is not */
void        exchange_end_recall(struct exchange *);       /* at the end, always */
const char *exchange_cache_word(const struct exchange *); /* "hit", "stale", "miss", "bypass", "off" */
void        exchange_tell_cache(const struct exchange *, struct buf *out); /* with how it came to that */
void        exchange_cache_headers(const struct exchange *, struct buf *out);

/* likening.c: after an exact miss. exchange_likened() is called, once, never from within; false where it is
 * not: the route does not ask for it, or it cannot be done. */
bool exchange_liken(struct exchange *);
void exchange_forget_liken(struct exchange *); /* it is not */
void exchange_likened(struct exchange *, const struct cached *hit);
/* likening_audit.c: draws whether this hit is asked for all the same, behind the client's back. */
bool exchange_draws_audit(struct exchange *);
/* The record of what came then. */
void exchange_audit(struct exchange *, struct slice record);
/* The answer that is kept now may be found by other words. */
void exchange_keep_likeness(struct exchange *, int64_t keep_ms);

/* paying.c: the step book. */
enum step_result take_book(struct exchange *);
void             exchange_recalled(struct exchange *);
/* What the cache had is no answer: on with what the ledger said. */
void exchange_missed(struct exchange *);
/* A leg has failed that has to be paid: the hold is extended to what the candidates that are left may cost
 * besides; goes on with exchange_ask_again(). */
void exchange_pay_again(struct exchange *);

/* shortening.c: the step shorten. */
enum step_result take_shorten(struct exchange *);
/* Is it so long that the route wants it shorter, and has it earlier turns that could be? */
bool exchange_is_long(const struct exchange *);
/* What may be cut: the words of earlier turns and tool results. The system prompt, the last user turn, what is
 * JSON for someone, and what comes after the last user turn (a running tool loop) stay. */
bool         exchange_may_shorten(const struct chat *, const struct chat_text *);
struct slice exchange_text_now(const struct chat_text *);
/* What came of shortening is put in the texts' place; once. */
void exchange_take_shortened(struct exchange *);

/* summarize.c: at most what the summaries can cost; where there are budgets and no price, none are made. */
enum step_result take_summarize(struct exchange *);
int64_t          exchange_summaries_worst(struct exchange *);

/* asking_whom.c: the leg of x->model is over, as far as its provider is concerned: once, what comes later is of
 * no matter. wait_ms: LIMITED alone. */
void exchange_let_go(struct exchange *, enum leg_end, int64_t wait_ms);

/* asking.c: the step forward, and the only arrow back. */
enum step_result take_forward(struct exchange *);
/* The next candidate after a wait for money; or the end, with x->fault. */
void exchange_ask_again(struct exchange *);
/* Answers with x->recalling.hit; NEXT when that is no whole answer, and nothing has been sent. */
enum step_result exchange_replay(struct exchange *);
/* From now on a client of a stream is told now and then that its answer is still being waited for. */
void exchange_keep_awake(struct exchange *);
/* Answers the client with the fault, or breaks off an answer that has begun. */
void exchange_fail(struct exchange *, const struct fault *);

/* keeping.c: the step recollect; the request with what was said before, once the step is over; then, when it is
 * decided where the request may go, whether its answer is kept; what a client is told, which must be all of it;
 * and the keeping, once the answer is whole. */
enum step_result take_recollect(struct exchange *);
struct slice     keeping_request(const struct exchange *);
void             keeping_decide(struct exchange *);
void             keeping_hear(struct exchange *, struct slice told);
void             keeping_put(struct exchange *);

/* guarding.c: answers that are looked through before they go on, where the decision asks for it. */
void exchange_guard(struct exchange *, const struct guarding_handler *); /* a new body is to come */
void guarding_feed(struct exchange *, struct slice body);
void guarding_end(struct exchange *);                         /* the body ended as it should */
void guarding_break(struct exchange *, const struct fault *); /* it did not: refused, with this */

/* The client's header lines that go along to a provider of its dialect, in the arena. */
struct slice exchange_passed_on(struct exchange *);
/* asking_words.c: what x->model is asked. The body: hidden values go out hidden beyond this machine; false with
 * why where the provider's dialect cannot say it. */
MUST_CHECK bool exchange_write_body(struct exchange *, struct buf *body, struct fault *why);
struct slice    exchange_ask_headers(struct exchange *);
const char     *exchange_ask_path(struct exchange *, const struct model *, bool is_stream);

/* settle.c */
void exchange_settle(struct exchange *);
/* A call of a model is over: it is charged to whoever pays, counted, and on the tab. Returns what it cost. */
int64_t exchange_charge(struct exchange *, const struct model *, const struct answer_usage *);
/* "0.000123450", or "unknown". */
const char *exchange_cost_words(const struct exchange *, char out[32]);
/* What the request's answer saves: nothing, and false, while there is none, and where nobody knows the cost. */
bool exchange_savings(struct exchange *, struct savings *);
/* Adds what the leg that ends now has cost. was_sent: the provider may have begun to work on it. */
void exchange_count_leg(struct exchange *, bool was_sent);
/* Did this machine answer since nobody beyond it could be asked, though somebody would have been? */
bool exchange_is_alone(const struct exchange *);
/* Did a model on this machine read but a part of the prompt? A window that is too small is the operator's to
 * widen. */
bool exchange_was_cut(const struct exchange *);
/* The line x-weir-passed-over, where there is something to tell. */
void exchange_add_passed(const struct exchange *, struct buf *out);
/* The x-request-id and x-weir-* lines that tell the answer's story, in the exchange's arena. */
struct slice exchange_headers(struct exchange *, bool tells_cost);

#endif
