/* bars.c - see bars.h. */
#include "bars.h"

#include "base/die.h"
#include "policy/recent.h"

#include <pthread.h>

struct bars {
    pthread_mutex_t lock; /* over all below */
    uint64_t        head; /* whose difficulties these are */
    struct recent   recent;
};

struct bars *bars_new(void)
{
    struct bars *b = must_calloc(1, sizeof *b);
    pthread_mutex_init(&b->lock, NULL);
    return b;
}

void bars_free(struct bars **handle)
{
    struct bars *b = *handle;
    *handle = NULL;
    if (!b)
        return;
    pthread_mutex_destroy(&b->lock);
    free(b);
}

/* Under the lock. */
static bool read_bars(const struct bars *b, const struct policy *policy, double bar[SHARES_MOST])
{
    const struct share *share;
    unsigned            count = policy_shares(policy, &share);
    bool                ok = b->head == policy_difficulty_id(policy);
    for (unsigned i = 0; ok && i < count; i++)
        ok = recent_bar(&b->recent, share[i].share, &bar[i]);
    return ok;
}

bool bars_take(struct bars *b, const struct policy *policy, double difficulty, double bar[SHARES_MOST])
{
    pthread_mutex_lock(&b->lock);
    if (b->head != policy_difficulty_id(policy)) {
        b->head = policy_difficulty_id(policy);
        b->recent = (struct recent){ 0 };
    }
    bool ok = read_bars(b, policy, bar);
    recent_add(&b->recent, difficulty);
    pthread_mutex_unlock(&b->lock);
    return ok;
}

void bars_write(struct bars *b, const struct policy *policy, struct buf *out)
{
    double              bar[SHARES_MOST];
    const struct share *share;
    unsigned            count = policy_shares(policy, &share);
    if (count == 0)
        return;
    for (unsigned i = 0; i < count; i++)
        bar[i] = share[i].reference;
    pthread_mutex_lock(&b->lock);
    (void)read_bars(b, policy, bar);
    uint32_t total = b->recent.total;
    pthread_mutex_unlock(&b->lock);
    buf_add_str(out, "# HELP weir_difficulty_bar the difficulty above which a prompt is of the hardest\n"
                     "# TYPE weir_difficulty_bar gauge\n");
    for (unsigned i = 0; i < count; i++)
        buf_printf(out, "weir_difficulty_bar{hardest=\"%g%%\"} %.4f\n", 100 * share[i].share, bar[i]);
    buf_printf(out,
               "# HELP weir_difficulty_recent prompts that the bars rest on; below 200 a reference stands in\n"
               "# TYPE weir_difficulty_recent gauge\nweir_difficulty_recent %u\n",
               total);
}
