/* alike_chance.c - the learned check: boosted trees over a pair's features, and the bars for their sum. */
#include "policy/alike.h"

#include <math.h>

enum { DEPTH = 4, SPLITS = (1 << DEPTH) - 1, LEAVES = 1 << DEPTH };

struct split {
    uint8_t feature;
    float   bar;
};

struct tree {
    struct split split[SPLITS];
    float        leaf[LEAVES];
};

#define ALIKE_SPLITS(...)
#define ALIKE_LEAVES(...)
#define ALIKE_TREE(splits, leaves)
#define ALIKE_BEGIN(sum) static const float begin = sum;
#include "tables/alike_trees.h"
#undef ALIKE_SPLITS
#undef ALIKE_LEAVES
#undef ALIKE_TREE
#undef ALIKE_BEGIN

static const struct tree trees[] = {
#define ALIKE_BEGIN(sum)
#define ALIKE_SPLITS(...)                                                                                      \
    {                                                                                                          \
        __VA_ARGS__                                                                                            \
    }
#define ALIKE_LEAVES(...)                                                                                      \
    {                                                                                                          \
        __VA_ARGS__                                                                                            \
    }
#define ALIKE_TREE(splits, leaves) { splits, leaves },
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
    float sum = begin;
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++)
        sum += leaf_of(&trees[i], f);
    return 1 / (1 + expf(-sum));
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
