/* breaker.c - see policy/breaker.h. */
#include "policy/breaker.h"

enum { REST_GROWS_TO = 8 }; /* times the rule's rest, doubling with each trial that fails */

/* Forgets the slices that are as old as the window. */
static void turn(struct breaker *b, const struct breaker_rule *rule, int64_t now_ms)
{
    int64_t slice = now_ms * BREAKER_SLICES / rule->within_ms;
    int64_t gone = slice - b->slice;
    for (int64_t i = 1; i <= gone && i <= BREAKER_SLICES; i++) {
        b->failed[(b->slice + i) % BREAKER_SLICES] = 0;
        b->went_well[(b->slice + i) % BREAKER_SLICES] = 0;
    }
    b->slice = slice;
}

static void open(struct breaker *b, const struct breaker_rule *rule, int64_t now_ms)
{
    int64_t most = rule->rest_ms * REST_GROWS_TO;
    int64_t rest = b->rested_ms ? 2 * b->rested_ms : rule->rest_ms;
    b->state = BREAKER_OPEN;
    b->rested_ms = rest > most ? most : rest;
    b->until_ms = now_ms + b->rested_ms;
}

bool breaker_admits(struct breaker *b, int64_t now_ms)
{
    if (breaker_wait_ms(b, now_ms) > 0)
        return false;
    if (b->state != BREAKER_CLOSED) {
        b->state = BREAKER_TRYING;
        b->until_ms = now_ms + b->rested_ms;
    }
    return true;
}

int64_t breaker_wait_ms(const struct breaker *b, int64_t now_ms)
{
    return b->state == BREAKER_CLOSED || b->until_ms <= now_ms ? 0 : b->until_ms - now_ms;
}

void breaker_went_well(struct breaker *b, const struct breaker_rule *rule, int64_t now_ms)
{
    if (rule->failures == 0)
        return;
    if (b->state != BREAKER_CLOSED) { /* also when it was asked before it opened */
        *b = (struct breaker){ 0 };
        b->slice = now_ms * BREAKER_SLICES / rule->within_ms;
    }
    turn(b, rule, now_ms);
    b->went_well[b->slice % BREAKER_SLICES]++;
}

void breaker_failed(struct breaker *b, const struct breaker_rule *rule, int64_t now_ms)
{
    unsigned failed = 0, all = 0;
    if (rule->failures == 0 || b->state == BREAKER_OPEN) /* asked before it opened */
        return;
    turn(b, rule, now_ms);
    b->failed[b->slice % BREAKER_SLICES]++;
    for (int i = 0; i < BREAKER_SLICES; i++) {
        failed += b->failed[i];
        all += b->failed[i] + b->went_well[i];
    }
    if (b->state == BREAKER_TRYING || (failed >= rule->failures && failed * 3 > all * 2))
        open(b, rule, now_ms);
}

void breaker_learned_nothing(struct breaker *b, int64_t now_ms)
{
    if (b->state != BREAKER_TRYING)
        return;
    b->state = BREAKER_OPEN;
    b->until_ms = now_ms; /* the next one is the trial */
}
