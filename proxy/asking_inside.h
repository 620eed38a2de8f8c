/*
 * asking_inside.h - the inside of asking: what its files ask of one another. Nobody else.
 *
 *   asking.c        a leg, and what follows from how it ended
 *   asking_whom.c   who is asked next
 *   asking_words.c  what they are told
 *   asking_hear.c   what they answer
 *   asking_reply.c  what the client gets of it
 *   drafting.c      whether that will do
 *   drafting_hint.c what of it a better model is told
 *   asking_cache.c  what is kept of it, and given again
 */
#ifndef WEIR_ASKING_INSIDE_H
#define WEIR_ASKING_INSIDE_H

#include "exchange_parts.h"
#include "wire/refusal.h"

/* asking.c: a leg is over. It was answered, whole; or failed, with what is told of it. was_sent: the provider
 * may have begun to work on it. */
void asking_leg_done(struct exchange *);
void asking_leg_failed(struct exchange *, const struct fault *told, bool was_sent);

/* The next that may be asked is, or the exchange ends. */
void asking_ask(struct exchange *);

/* asking_whom.c: who is asked next, counted in hand; NULL where none of the candidates can be asked. *rests
 * then tells of the one whose rest is over first. */
const struct model *asking_next(struct exchange *, struct resting *rests);
/* The same once the route's stand-ins for errors are among them. */
const struct model *asking_stand_in(struct exchange *, struct resting *rests);
/* Of one that is no candidate. */
MUST_CHECK bool asking_may_ask(struct exchange *, const struct model *);
/* x->model has refused for that: who cannot help is struck out, who can is added. False where the refusal is
 * the client's to see. */
MUST_CHECK bool asking_look_elsewhere(struct exchange *, enum refusal, int64_t wait_ms);
/* x->model's context, which was made as large as we thought it must be, did not hold the prompt: it is next
 * again, and told to make one that surely will. False where that was tried, or cannot be. */
MUST_CHECK bool asking_look_wider(struct exchange *);
/* Waits for a rest to end where that is worth it, then asks. False: it is not. */
MUST_CHECK bool asking_wait(struct exchange *, const struct resting *);
/* Why nobody can be asked, where nothing else is to blame. */
void asking_explain(struct exchange *, const struct resting *, struct fault *);
/* For who wants to know why it was another that answered. */
void asking_pass_over(struct exchange *, const struct model *, const char *word);

/* drafting.c. May what comes next still be replaced by a better model's answer? */
bool drafting_may_escalate(const struct exchange *);
/* A leg begins. */
void drafting_begin(struct exchange *);
/* More of it has been heard. False when it was hung up on for it, and another leg has begun or the exchange has
 * ended. */
MUST_CHECK bool drafting_hear(struct exchange *);
/* It is whole, and counted. True when it is not to be delivered, or not yet: the exchange goes on elsewhere. */
MUST_CHECK bool drafting_end(struct exchange *);
/* It failed. True when the client has got its answer all the same. */
MUST_CHECK bool drafting_fail(struct exchange *);
/* The draft that was put by becomes the answer that goes out. */
void drafting_take_back(struct exchange *);
/* Nobody better answers, and the draft had been hung up on: who may be asked for it again, once; NULL for
 * nobody. */
const struct model *drafting_last_resort(struct exchange *);

/* asking_hear.c: hears the exchange's call. */
extern const struct call_handler asking_hearing;

/* asking_reply.c: the relay of the answer that is to come from x->model; what it restores from, NULL for
 * nothing. */
struct relay       *asking_relay(struct exchange *);
const struct vault *asking_vault(const struct exchange *);
/* What is sent goes at once; what the client is too slow for makes the provider wait. */
void asking_pass_on(struct exchange *);
void asking_deliver(struct exchange *);    /* the answer is whole: what is left of it */
void asking_pass_error(struct exchange *); /* the provider's own error, as its answer to the request; ends it */

/* drafting_hint.c: asks the better model, and tells it what the draft has said, where that may go along. */
void drafting_ask_better(struct exchange *, struct relay *of_draft);

/* asking_cache.c: for who asks the same, where it is fit for that. */
void asking_keep(struct exchange *);

#endif
