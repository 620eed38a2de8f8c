/* alike_chance.c - the learned check: boosted trees over a pair's features, and the bars for their chance. */
#include "policy/alike.h"

#include <math.h>

enum { DEPTH = 4, SPLITS = (1 << DEPTH) - 1, LEAVES = 1 << DEPTH };

struct split {
    uint8_t feature;
    float   bar;
};

/* MADE learned from pairs made by edits, SAID from what people said: src/slm/train/alike.py. */
enum forest { MADE, SAID, FORESTS };

struct tree {
    enum forest  forest;
    struct split split[SPLITS];
    float        leaf[LEAVES];
};

#define ALIKE_SPLITS(...)
#define ALIKE_LEAVES(...)
#define ALIKE_TREE(forest, splits, leaves)
#define ALIKE_BEGIN(forest, sum) [forest] = sum,
static const float begin[FORESTS] = {
#include "tables/alike_trees.h"
};
#undef ALIKE_SPLITS
#undef ALIKE_LEAVES
#undef ALIKE_TREE
#undef ALIKE_BEGIN

static const struct tree trees[] = {
#define ALIKE_BEGIN(forest, sum)
#define ALIKE_SPLITS(...)                                                                                      \
    {                                                                                                          \
        __VA_ARGS__                                                                                            \
    }
#define ALIKE_LEAVES(...)                                                                                      \
    {                                                                                                          \
        __VA_ARGS__                                                                                            \
    }
#define ALIKE_TREE(forest, splits, leaves) { forest, splits, leaves },
#include "tables/alike_trees.h"
#undef ALIKE_SPLITS
#undef ALIKE_LEAVES
#undef ALIKE_TREE
#undef ALIKE_BEGIN
};

static float leaf_of(const struct tree *t, const struct alike_features *f)
{
    unsigned at = 0;
    while (at < SPLITS)
        at = 2 * at + (f->value[t->split[at].feature] <= t->split[at].bar ? 1 : 2);
    return t->leaf[at - SPLITS];
}

float alike_chance(const struct alike_features *f)
{
    float sum[FORESTS], chance = 1;
    memcpy(sum, begin, sizeof sum);
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++)
        sum[trees[i].forest] += leaf_of(&trees[i], f);
    for (unsigned i = 0; i < FORESTS; i++)
        chance /= 1 + expf(-sum[i]);
    return chance;
}

float alike_least_chance(double max_error)
{
    static const struct {
        double error;
        float  chance;
    } bars[] = {
#define ALIKE_BAR(error, chance) { error, chance },
#include "tables/alike_bars.h"
#undef ALIKE_BAR
    };
    float least = 2;
    for (size_t i = 0; i < sizeof bars / sizeof *bars && bars[i].error <= max_error; i++)
        least = bars[i].chance;
    return least;
}

/* The lower end of the interval of a share that `some` of `all` was seen of. */
static double least_share(double some, double all)
{
    const double z = 1.645, zz = z * z; /* one side, 95 % */
    double       share = some / all;
    return (share + zz / (2 * all) - z * sqrt(share * (1 - share) / all + zz / (4 * all * all))) /
           (1 + zz / all);
}

float alike_audited_chance(double max_error, const struct alike_audits *audits)
{
    float  bar = alike_least_chance(max_error);
    double wrong = 0, all = 0;
    for (int step = ALIKE_STEPS - 1; step >= 0 && (float)(step + 1) / 100 > bar; step--) {
        wrong += audits->wrong[step];
        all += audits->wrong[step] + audits->right[step];
    }
    /* From the lowest step up, until what is left above is no longer shown to be too wrong. */
    for (int step = 0; step < ALIKE_STEPS; step++) {
        if ((float)(step + 1) / 100 <= bar)
            continue;
        if (all == 0 || least_share(wrong, all) <= max_error)
            return (float)step / 100 > bar ? (float)step / 100 : bar;
        wrong -= audits->wrong[step];
        all -= audits->wrong[step] + audits->right[step];
    }
    return 2;
}
