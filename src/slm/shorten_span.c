/*
 * shorten_span.c - see shorten_span.h.
 *
 * A stretch from block a to block b has the weight exp(sum of its blocks' evidence) times a log-normal of its
 * length as a share of all words; divided by the sum over all stretches that is its chance (a semi-Markov model
 * with one segment; Sarawagi and Cohen 2004). The constants are the development meetings', where a twelfth of a
 * meeting answers a question; they were flat around what is taken here (tests/bench/compress).
 */
#include "shorten_span.h"

#include <math.h>

static const double GAIN = 100,     /* how much evidence counts for, over the whole text */
    DOUBT = 1.5,                    /* the evidence beyond which a unit speaks for being within */
    USUAL_SHARE = 0.08, SPREAD = 1; /* of a stretch's length: the median, and the deviation of its logarithm */

struct block {
    size_t from;     /* unit */
    double share;    /* of all words */
    double evidence; /* for lying within */
};

static size_t cut_blocks(const struct unit *unit, size_t count, const float *evidence, struct block *out)
{
    double all = 0, filled = 0;
    size_t blocks = 0;
    for (size_t i = 0; i < count; i++)
        all += (double)unit[i].words + 1;
    for (size_t i = 0; i < count; i++) {
        double share = ((double)unit[i].words + 1) / all;
        if (i == 0 || (filled + share > 1.0 / SPAN_BLOCKS_MOST && blocks < SPAN_BLOCKS_MOST)) {
            out[blocks++] = (struct block){ .from = i };
            filled = 0;
        }
        filled += share;
        out[blocks - 1].share += share;
        out[blocks - 1].evidence += GAIN * share * ((double)evidence[i] - DOUBT);
    }
    return blocks;
}

static double log_weight(double evidence, double share)
{
    double away = (log(share) - log(USUAL_SHARE)) / SPREAD;
    return evidence - away * away / 2;
}

/* Of every stretch; so that none of them overflows. */
static double greatest_weight(const struct block *block, size_t blocks)
{
    double most = -INFINITY;
    for (size_t a = 0; a < blocks; a++) {
        double evidence = 0, share = 0;
        for (size_t b = a; b < blocks; b++) {
            evidence += block[b].evidence;
            share += block[b].share;
            most = fmax(most, log_weight(evidence, share));
        }
    }
    return most;
}

/* change[i]: by how much block i's sum of weights differs from that of the block before; returns the sum of
 * all. */
static double add_weights(const struct block *block, size_t blocks, double greatest, double *change)
{
    double all = 0;
    for (size_t a = 0; a < blocks; a++) {
        double evidence = 0, share = 0;
        for (size_t b = a; b < blocks; b++) {
            evidence += block[b].evidence;
            share += block[b].share;
            double weight = exp(log_weight(evidence, share) - greatest);
            change[a] += weight;
            change[b + 1] -= weight;
            all += weight;
        }
    }
    return all;
}

void span_chances(struct arena *arena, const struct unit *unit, size_t count, const float *evidence,
                  float *chance)
{
    struct block *block = arena_array(arena, SPAN_BLOCKS_MOST, sizeof *block);
    double       *change = arena_array(arena, SPAN_BLOCKS_MOST + 1, sizeof *change), within = 0;
    size_t        blocks = cut_blocks(unit, count, evidence, block);
    double        all = add_weights(block, blocks, greatest_weight(block, blocks), change);
    for (size_t b = 0; b < blocks; b++) {
        within += change[b];
        for (size_t i = block[b].from; i < (b + 1 < blocks ? block[b + 1].from : count); i++)
            chance[i] = (float)fmin(fmax(within / all, 0), 1);
    }
}
