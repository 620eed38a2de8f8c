/*
 * alike_features.c - what the learned check looks at: how the words of two questions find each other.
 *
 * A word's partner is the word of the other text with the same stem, else the one whose state is nearest. Words
 * weigh what they are rare. All features are the same in both directions: a pair has a better and a worse side.
 */
#include "alike_inside.h"

#include <math.h>

struct partner {
    float alike;  /* cosine of the states; 1 for the same stem */
    float itself; /* of the words as such; likewise */
    bool  is_same;
};

struct side {
    const struct alike_text *text;
    const struct slm_states *states;
    size_t                   dim;
    float                   *state, *piece;            /* [words][dim], of length 1 */
    float                    rarity[ALIKE_WORDS_MOST]; /* of a word's rarest token */
};

struct found {
    float covered; /* weighed mean of the partners' alike */
    float worst,
        itself;      /* of the words without the same stem: the least alike, and as such; 1: there are none */
    float unmatched; /* # of these */
    float rarest;    /* their greatest rarity */
    float weight, shared; /* of all content words, of those with the same stem */
    float most_lost;      /* greatest rarity * (1 - alike) */
};

enum { DIM_MOST = SLM_DIM_MOST };

static float dot(const float *a, const float *b, size_t dim)
{
    float sum = 0;
    for (size_t i = 0; i < dim; i++)
        sum += a[i] * b[i];
    return sum;
}

static void add_up(float *sum, const float *x, size_t dim)
{
    for (size_t i = 0; i < dim; i++)
        sum[i] += x[i];
}

static void set_length_1(float *x, size_t dim)
{
    float length = sqrtf(dot(x, x, dim));
    for (size_t i = 0; i < dim && length > 0; i++)
        x[i] /= length;
}

/* A word's vectors are the mean of those of the tokens that it is made of. */
static void take_word(struct side *s, size_t at)
{
    const struct word *w = &s->text->word[at];
    float             *state = s->state + at * s->dim, *piece = s->piece + at * s->dim;
    memset(state, 0, s->dim * sizeof *state);
    memset(piece, 0, s->dim * sizeof *piece);
    s->rarity[at] = 0;
    for (size_t t = 0; t < s->states->count; t++) {
        if (s->states->place[t][0] >= w->at + w->text.len || s->states->place[t][1] <= w->at)
            continue;
        add_up(state, s->states->state + t * s->dim, s->dim);
        add_up(piece, s->states->piece + t * s->dim, s->dim);
        s->rarity[at] = fmaxf(s->rarity[at], s->states->rarity[t]);
    }
    set_length_1(state, s->dim);
    set_length_1(piece, s->dim);
}

static struct partner partner_of(const struct side *s, size_t at, const struct side *other)
{
    struct partner best = { 0 };
    for (size_t k = 0; k < other->text->words; k++) {
        if (other->text->word[k].stem == s->text->word[at].stem)
            return (struct partner){ 1, 1, true };
        if (!is_content(&other->text->word[k]))
            continue;
        best.alike = fmaxf(best.alike, dot(s->state + at * s->dim, other->state + k * s->dim, s->dim));
        best.itself = fmaxf(best.itself, dot(s->piece + at * s->dim, other->piece + k * s->dim, s->dim));
    }
    return best;
}

static struct found look(const struct side *s, const struct side *other)
{
    struct found f = { .worst = 1, .itself = 1 };
    for (size_t i = 0; i < s->text->words; i++) {
        const struct word *w = &s->text->word[i];
        if (!is_content(w))
            continue;
        struct partner p = partner_of(s, i, other);
        float          weight = 0.05F + s->rarity[i];
        f.weight += weight;
        f.covered += weight * p.alike;
        if (p.is_same) {
            f.shared += weight;
            continue;
        }
        f.unmatched++;
        f.worst = fminf(f.worst, p.alike);
        f.itself = fminf(f.itself, p.itself);
        f.rarest = fmaxf(f.rarest, s->rarity[i]);
        f.most_lost = fmaxf(f.most_lost, s->rarity[i] * (1 - p.alike));
    }
    f.covered = f.weight > 0 ? f.covered / f.weight : 1;
    return f;
}

/* The share of the small words of either that the other has too. */
static float small_shared(const struct alike_text *a, const struct alike_text *b)
{
    float all = 0, shared = 0;
    for (size_t i = 0; i < a->words; i++)
        if (!is_content(&a->word[i])) {
            all++;
            shared += has_stem(b, a->word[i].stem);
        }
    return all > 0 ? shared / all : 1;
}

static bool is_superlative(const struct alike_text *t)
{
    for (size_t i = 0; i < t->words; i++)
        if (slice_is(t->word[i].folded, "most") ||
            (t->word[i].folded.len > 5 && slice_ends(t->word[i].folded, S("est"))))
            return true;
    return t->has[WORD_DEGREE] >> 1 & 1;
}

static bool is_comparing(const struct alike_text *t)
{
    for (size_t i = 0; i < t->words; i++)
        if (slice_is(t->word[i].folded, "than") || slice_is(t->word[i].folded, "more"))
            return true;
    return t->has[WORD_DEGREE] >> 3 & 1;
}

static float bits(unsigned set)
{
    return (float)__builtin_popcount(set);
}

static uint32_t first_asked(const struct alike_text *t)
{
    for (size_t i = 0; i < t->words; i++)
        if (t->word[i].meaning->value[WORD_ASKED])
            return t->word[i].meaning->value[WORD_ASKED];
    return 0;
}

/* Share of neighbouring shared content words that stand the other way round. */
static float turned(const struct alike_text *a, const struct alike_text *b)
{
    size_t last = 0, pairs = 0, count = 0;
    bool   is_first = true;
    for (size_t i = 0; i < a->words; i++) {
        size_t k = 0;
        while (k < b->words && b->word[k].stem != a->word[i].stem)
            k++;
        if (!is_content(&a->word[i]) || k == b->words)
            continue;
        pairs += !is_first;
        count += !is_first && k < last;
        last = k;
        is_first = false;
    }
    return pairs ? (float)count / (float)pairs : 0;
}

static struct side side_of(const struct alike_text *t, const struct slm_states *states, size_t dim, float *room)
{
    struct side s = { .text = t, .states = states, .dim = dim, .state = room, .piece = room + t->words * dim };
    for (size_t i = 0; i < t->words; i++)
        take_word(&s, i);
    return s;
}

void alike_compare(struct arena *arena, size_t dim, const struct alike_text *a, const struct slm_states *in_a,
                   const struct alike_text *b, const struct slm_states *in_b, struct alike_features *out)
{
    struct side  x = side_of(a, in_a, dim, arena_array(arena, 2 * a->words * dim, sizeof(float)));
    struct side  y = side_of(b, in_b, dim, arena_array(arena, 2 * b->words * dim, sizeof(float)));
    struct found f = look(&x, &y), g = look(&y, &x);
    float        longer = (float)(a->words > b->words ? a->words : b->words);
    float        shorter = (float)(a->words > b->words ? b->words : a->words);
    uint32_t     asked_a = first_asked(a), asked_b = first_asked(b);
    *out = (struct alike_features){ {
        dot(in_a->embedding, in_b->embedding, dim),
        dot(in_a->middle, in_b->middle, dim),
        fminf(f.covered, g.covered),
        fmaxf(f.covered, g.covered),
        fminf(f.worst, g.worst),
        fmaxf(f.worst, g.worst),
        fminf(f.itself, g.itself),
        fmaxf(f.itself, g.itself),
        fminf(f.unmatched, g.unmatched),
        fmaxf(f.unmatched, g.unmatched),
        fmaxf(f.rarest, g.rarest),
        (f.shared + g.shared) / fmaxf(f.weight + g.weight, 0.05F),
        fmaxf(f.most_lost, g.most_lost),
        fminf(f.shared, g.shared),
        shorter / longer,
        shorter,
        fminf(small_shared(a, b), small_shared(b, a)),
        (float)(asked_a != asked_b) + (float)(asked_a != asked_b && asked_a && asked_b),
        (float)(is_superlative(a) != is_superlative(b)) + (float)(is_comparing(a) != is_comparing(b)),
        bits((a->has[WORD_PERSON] ^ b->has[WORD_PERSON]) & ~4U),
        bits((a->has[WORD_RELATION] ^ b->has[WORD_RELATION])) + bits(a->has[WORD_MOOD] ^ b->has[WORD_MOOD]) +
            bits(a->has[WORD_TENSE] ^ b->has[WORD_TENSE]),
        fmaxf(turned(a, b), turned(b, a)),
    } };
}
