/* recent.c - see policy/recent.h. */
#include "policy/recent.h"

static unsigned bin_of(double difficulty)
{
    if (!(difficulty > 0))
        return 0;
    return difficulty >= 1 ? RECENT_BINS - 1 : (unsigned)(difficulty * RECENT_BINS);
}

void recent_add(struct recent *r, double difficulty)
{
    uint16_t *slot = &r->bin[r->next];
    if (r->total == RECENT_MOST)
        r->count[*slot]--;
    else
        r->total++;
    *slot = (uint16_t)bin_of(difficulty);
    r->count[*slot]++;
    r->next = (r->next + 1) % RECENT_MOST;
}

bool recent_bar(const struct recent *r, double share, double *bar)
{
    double   most = share * (double)r->total;
    unsigned bin = RECENT_BINS;
    uint64_t above = 0;
    if (r->total < RECENT_ENOUGH)
        return false;
    while (bin > 0 && (double)(above + r->count[bin - 1]) <= most)
        above += r->count[--bin];
    *bar = (double)bin / RECENT_BINS;
    return true;
}

double recent_reference(const float quantile[21], double share)
{
    double   at = 20 * (1 - share);
    unsigned below = at >= 20 ? 19 : at > 0 ? (unsigned)at : 0;
    double   part = at - below;
    return (1 - part) * (double)quantile[below] + part * (double)quantile[below + 1];
}
