/* choice.c - see policy/choice.h. */
#include "policy/choice.h"

#include "policy/decide.h"

#include <math.h>
#include <stdlib.h>

enum { FORGETS_MS = 10 * 1000 }; /* a peak has faded to 1/e of itself */

struct ranked {
    const struct model *model;
    bool                is_away;
    int64_t             priority;
    double              score, race; /* less is better */
};

/* splitmix64 (Steele, Lea, Flood 2014): every bit of the result depends on every bit of x. */
static uint64_t mixed(uint64_t x)
{
    x += 0x9E3779B97F4A7C15;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return x ^ x >> 31;
}

uint64_t choice_lot(const struct chat *chat)
{
    enum { LOOKED_AT_BYTES = 4096 }; /* of a text: it is hashed on a loop */
    uint64_t lot = 0;
    uint32_t first_user = CHAT_NO_MESSAGE;
    for (size_t i = 0; i < chat->text_count; i++) {
        const struct chat_text *text = &chat->text[i];
        if (text->message == CHAT_NO_MESSAGE || text->message > first_user)
            continue;
        lot = mixed(lot ^ slice_hash(slice_cut(text->text, 0, LOOKED_AT_BYTES)));
        if (text->role == CHAT_USER)
            first_user = text->message;
    }
    return lot;
}

/* When a member arrives in a race of exponential clocks, each as fast as its weight: it is first as often as
 * its share of all weights says, and a member that comes or goes changes nobody else's time. */
static double arrival(const struct member *member, uint64_t lot)
{
    uint64_t bits = mixed(lot ^ slice_hash(slice_str(member->model->name)));
    double   uniform = (double)((bits >> 11) + 1) * 0x1p-53; /* in (0, 1] */
    return -log(uniform) / (double)member->weight;
}

static double latency_score(const struct standing *s)
{
    const double nobody_knows = 1e15, takes_long = 1e16;
    if (s->is_cold)
        return takes_long + s->busy;
    if (s->first_byte_us == 0)
        return s->busy ? nobody_knows + s->busy : 0; /* one at a time finds out */
    return (double)s->first_byte_us * (s->busy + 1);
}

static double price_score(const struct model *model, const struct choice *wanted)
{
    const struct answer_usage usage = { .prompt_tokens = wanted->prompt_tokens,
                                        .completion_tokens = wanted->answer_tokens };
    return model->price.is_known ? (double)price_usage(&model->price, &usage) : INFINITY;
}

static double score_of(enum choose how, const struct member *member, const struct standing *s,
                       const struct choice *wanted, unsigned index, double race)
{
    const double loading = 1e6; /* more than anybody is busy */
    switch (how) {
    case CHOOSE_ORDER:
        return index;
    case CHOOSE_WEIGHTS:
        return race;
    case CHOOSE_LEAST_BUSY:
        return s->busy / (double)member->weight + (s->is_cold ? loading : 0);
    case CHOOSE_LATENCY:
        return latency_score(s);
    case CHOOSE_PRICE:
        return price_score(member->model, wanted);
    }
    return 0;
}

static int compared(double a, double b)
{
    return (a > b) - (a < b);
}

static int by_rank(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->is_away != b->is_away)
        return a->is_away ? 1 : -1;
    if (a->priority != b->priority)
        return a->priority > b->priority ? 1 : -1;
    int score = compared(a->score, b->score);
    return score ? score : compared(a->race, b->race);
}

unsigned choose_among(const struct settings *settings, const struct group *group, const struct choice *wanted,
                      const struct model *order[CANDIDATES_MOST])
{
    static const struct standing unknown;
    struct ranked                ranked[CANDIDATES_MOST];
    for (unsigned i = 0; i < group->count; i++) {
        const struct member   *member = &group->member[i];
        const struct standing *s =
            wanted->standing ? &wanted->standing[member->model - settings->model] : &unknown;
        double race = arrival(member, wanted->lot);
        ranked[i] = (struct ranked){ .model = member->model,
                                     .is_away = s->is_away,
                                     .priority = member->priority,
                                     .score = score_of(group->choose, member, s, wanted, i, race),
                                     .race = race };
    }
    qsort(ranked, group->count, sizeof *ranked, by_rank);
    for (unsigned i = 0; i < group->count; i++)
        order[i] = ranked[i].model;
    return group->count;
}

int64_t choice_latency_us(int64_t mean_us, int64_t seen_us, int64_t since_ms)
{
    if (seen_us < 1)
        seen_us = 1; /* 0 means that none was seen */
    if (mean_us == 0 || seen_us > mean_us)
        return seen_us;
    double kept = exp(-(double)(since_ms < 0 ? 0 : since_ms) / FORGETS_MS);
    return (int64_t)((double)mean_us * kept + (double)seen_us * (1 - kept));
}
