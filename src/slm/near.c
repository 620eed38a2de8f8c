/*
 * near.c - see slm/near.h.
 *
 *   entries     a fixed number of slots, the free ones in a list; found by id in a hash table of slots
 *   groups      found by name in another; each has its members' signs in one run and their bytes in another,
 *               without gaps: who leaves is replaced by the last
 *
 * Hash tables chain their slots by index; ids and names are keyed hashes already, so their first bytes do.
 */
#include "slm/near.h"

#include "base/die.h"

#include <math.h>

enum { NONE = UINT32_MAX, SEARCHED = 64, GATHERED = 4 * SEARCHED, SWEPT = 4096, SCALE = 127 };

struct member {
    unsigned char id[NEAR_ID_BYTES];
    int64_t       ends_ms;
    struct slice  note;         /* ours */
    struct group *group;        /* NULL: a free slot */
    uint32_t      place;        /* in its group */
    uint32_t      next_by_id;   /* in its chain; of a slot that is free again the next such one */
    uint32_t      newer, older; /* in the order in which they came */
};

struct group {
    unsigned char name[NEAR_ID_BYTES];
    struct group *next; /* in its chain */
    uint32_t      count, cap;
    uint32_t     *member; /* [count] slots */
    uint64_t     *signs;  /* [count][words] */
    int8_t       *bytes;  /* [count][dim] */
};

struct near {
    size_t           dim, words; /* words of 64 signs */
    struct near_lock lock;
    struct member   *member; /* [most] */
    uint32_t         most, count, free, newest, oldest;
    uint32_t         used, swept; /* # slots that were ever taken; where the next sweep begins */
    uint32_t        *by_id;       /* [buckets] first of a chain */
    struct group   **by_name;     /* [buckets] */
    size_t           buckets;     /* a power of two */
};

static size_t bucket_of(const struct near *n, const unsigned char *id)
{
    uint64_t first;
    memcpy(&first, id, sizeof first);
    return first & (n->buckets - 1);
}

/* ---- birth and death ---- */

static void share(const struct near *n)
{
    if (n->lock.share)
        n->lock.share(n->lock.arg);
}

static void take(const struct near *n)
{
    if (n->lock.take)
        n->lock.take(n->lock.arg);
}

static void give(const struct near *n)
{
    if (n->lock.give)
        n->lock.give(n->lock.arg);
}

struct near *near_new(size_t dim, size_t entries_most, struct near_lock lock)
{
    struct near *n = must_calloc(1, sizeof *n);
    *n = (struct near){ .dim = dim,
                        .words = (dim + 63) / 64,
                        .lock = lock,
                        .most = (uint32_t)entries_most,
                        .free = NONE,
                        .newest = NONE,
                        .oldest = NONE,
                        .buckets = 64 };
    while (n->buckets < entries_most)
        n->buckets *= 2;
    n->member = must_calloc(entries_most, sizeof *n->member);
    n->by_id = must_calloc(n->buckets, sizeof *n->by_id);
    n->by_name = must_calloc(n->buckets, sizeof(struct group *));
    memset(n->by_id, 0xff, n->buckets * sizeof *n->by_id);
    return n;
}

static void group_free(struct group *g)
{
    free(g->member);
    free(g->signs);
    free(g->bytes);
    free(g);
}

void near_free(struct near **handle)
{
    struct near *n = *handle;
    *handle = NULL;
    if (!n)
        return;
    near_clear(n);
    free(n->member);
    free(n->by_id);
    free(n->by_name);
    free(n);
}

/* ---- groups ---- */

static struct group *group_find(const struct near *n, const unsigned char *name)
{
    struct group *g = n->by_name[bucket_of(n, name)];
    while (g && memcmp(g->name, name, NEAR_ID_BYTES) != 0)
        g = g->next;
    return g;
}

static struct group *group_made(struct near *n, const unsigned char *name)
{
    struct group *g = group_find(n, name);
    if (g)
        return g;
    struct group **chain = &n->by_name[bucket_of(n, name)];
    g = must_calloc(1, sizeof *g);
    memcpy(g->name, name, NEAR_ID_BYTES);
    g->next = *chain;
    *chain = g;
    return g;
}

static void group_drop(struct near *n, struct group *g)
{
    struct group **at = &n->by_name[bucket_of(n, g->name)];
    while (*at != g)
        at = &(*at)->next;
    *at = g->next;
    group_free(g);
}

static void *resized(void *old, size_t count, size_t bytes)
{
    return die_if_null(realloc(old, count * bytes));
}

static void group_resize(const struct near *n, struct group *g, uint32_t cap)
{
    g->cap = cap;
    g->member = resized(g->member, cap, sizeof *g->member);
    g->signs = resized(g->signs, cap, n->words * sizeof *g->signs);
    g->bytes = resized(g->bytes, cap, n->dim);
}

static void signs_of(const struct near *n, const int8_t *bytes, uint64_t *out)
{
    memset(out, 0, n->words * sizeof *out);
    for (size_t i = 0; i < n->dim; i++)
        out[i / 64] |= (uint64_t)(bytes[i] < 0) << i % 64;
}

static uint32_t group_add(const struct near *n, struct group *g, uint32_t slot, const int8_t *bytes)
{
    if (g->count == g->cap)
        group_resize(n, g, g->cap ? 2 * g->cap : 2);
    g->member[g->count] = slot;
    signs_of(n, bytes, g->signs + g->count * n->words);
    memcpy(g->bytes + g->count * n->dim, bytes, n->dim);
    return g->count++;
}

static void group_remove(struct near *n, struct group *g, uint32_t place)
{
    uint32_t last = --g->count;
    if (last == 0) {
        group_drop(n, g);
        return;
    }
    g->member[place] = g->member[last];
    n->member[g->member[place]].place = place;
    memmove(g->signs + place * n->words, g->signs + last * n->words, n->words * sizeof *g->signs);
    memmove(g->bytes + place * n->dim, g->bytes + last * n->dim, n->dim);
    if (g->count * 4 <= g->cap && g->cap > 8)
        group_resize(n, g, g->cap / 2);
}

/* ---- members ---- */

static uint32_t *id_link(const struct near *n, const unsigned char *id)
{
    uint32_t *at = &n->by_id[bucket_of(n, id)];
    while (*at != NONE && memcmp(n->member[*at].id, id, NEAR_ID_BYTES) != 0)
        at = &n->member[*at].next_by_id;
    return at;
}

static void leave_order(struct near *n, const struct member *m)
{
    *(m->newer == NONE ? &n->newest : &n->member[m->newer].older) = m->older;
    *(m->older == NONE ? &n->oldest : &n->member[m->older].newer) = m->newer;
}

static void drop(struct near *n, uint32_t *link)
{
    uint32_t       slot = *link;
    struct member *m = &n->member[slot];
    *link = m->next_by_id;
    leave_order(n, m);
    group_remove(n, m->group, m->place);
    free((char *)m->note.ptr);
    *m = (struct member){ .next_by_id = n->free };
    n->free = slot;
    n->count--;
}

static struct slice note_copy(struct slice note)
{
    char *copy = must_calloc(note.len + 1, 1);
    memcpy(copy, note.ptr, note.len);
    return slice_of(copy, note.len);
}

/* Slots that were never taken are not touched, so that they cost no memory. */
static uint32_t take_slot(struct near *n)
{
    uint32_t slot = n->free;
    if (slot == NONE)
        return n->used++;
    n->free = n->member[slot].next_by_id;
    return slot;
}

static void add(struct near *n, const struct near_entry *entry)
{
    uint32_t       slot = take_slot(n), *chain = &n->by_id[bucket_of(n, entry->id)];
    struct member *m = &n->member[slot];
    *m = (struct member){ .ends_ms = entry->ends_ms,
                          .note = note_copy(entry->note),
                          .group = group_made(n, entry->group),
                          .next_by_id = *chain,
                          .newer = NONE,
                          .older = n->newest };
    memcpy(m->id, entry->id, NEAR_ID_BYTES);
    *chain = slot;
    *(n->newest == NONE ? &n->oldest : &n->member[n->newest].newer) = slot;
    n->newest = slot;
    m->place = group_add(n, m->group, slot, entry->embedding);
    n->count++;
}

void near_put(struct near *n, const struct near_entry *entry, int64_t wall_ms)
{
    if (entry->ends_ms <= wall_ms || entry->note.len > NEAR_NOTE_MOST || n->most == 0)
        return;
    take(n);
    uint32_t *old = id_link(n, entry->id);
    if (*old != NONE)
        drop(n, old);
    else if (n->count == n->most)
        drop(n, id_link(n, n->member[n->oldest].id));
    add(n, entry);
    give(n);
}

void near_drop(struct near *n, const unsigned char id[NEAR_ID_BYTES])
{
    take(n);
    uint32_t *link = id_link(n, id);
    if (*link != NONE)
        drop(n, link);
    give(n);
}

void near_clear(struct near *n)
{
    take(n);
    while (n->oldest != NONE)
        drop(n, id_link(n, n->member[n->oldest].id));
    give(n);
}

void near_sweep(struct near *n, int64_t wall_ms)
{
    take(n);
    for (unsigned i = 0; i < SWEPT && i < n->used; i++) {
        const struct member *m = &n->member[n->swept];
        if (m->group && m->ends_ms <= wall_ms)
            drop(n, id_link(n, m->id));
        n->swept = n->swept + 1 < n->used ? n->swept + 1 : 0;
    }
    give(n);
}

size_t near_count(const struct near *n)
{
    share(n);
    size_t count = n->count;
    give(n);
    return count;
}

/* ---- searching ---- */

struct candidate {
    uint32_t place;
    uint32_t differing; /* signs */
    float    cosine;
};

struct search {
    struct candidate found[GATHERED];
    unsigned         count;
    uint32_t         bar; /* signs that may differ */
};

static int by_signs(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    return (a->differing > b->differing) - (a->differing < b->differing);
}

static int by_cosine(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    return (a->cosine < b->cosine) - (a->cosine > b->cosine);
}

/* There are enough: only those that differ least stay, and what comes must be better than they are. */
static void narrow(struct search *s)
{
    qsort(s->found, s->count, sizeof *s->found, by_signs);
    s->count = s->count < SEARCHED ? s->count : SEARCHED;
    s->bar = s->found[s->count - 1].differing;
    while (s->count == SEARCHED && s->bar > 0 && s->found[SEARCHED - 1].differing == s->bar)
        s->bar--;
}

static inline __attribute__((always_inline)) void scan_by(const struct group *g, const uint64_t *signs,
                                                          size_t words, struct search *s)
{
    for (uint32_t i = 0; i < g->count; i++) {
        const uint64_t *theirs = g->signs + i * words;
        uint32_t        differing = 0;
        for (size_t w = 0; w < words; w++)
            differing += (uint32_t)__builtin_popcountll(theirs[w] ^ signs[w]);
        if (differing > s->bar)
            continue;
        s->found[s->count++] = (struct candidate){ i, differing, 0 };
        if (s->count == GATHERED)
            narrow(s);
    }
}

/* One source, compiled for processors that count bits by themselves, and for any. */
#ifdef __x86_64__
__attribute__((target("popcnt"))) static void scan_counted(const struct group *g, const uint64_t *signs,
                                                           size_t words, struct search *s)
{
    scan_by(g, signs, words, s);
}
#endif

static void scan(const struct group *g, const uint64_t *signs, size_t words, struct search *s)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("popcnt")) {
        scan_counted(g, signs, words, s);
        return;
    }
#endif
    scan_by(g, signs, words, s);
}

void near_pack(const float *embedding, size_t dim, int8_t *out)
{
    float largest = 0;
    for (size_t i = 0; i < dim; i++)
        largest = fmaxf(largest, fabsf(embedding[i]));
    for (size_t i = 0; i < dim; i++)
        out[i] = (int8_t)(largest > 0 ? lrintf(embedding[i] / largest * SCALE) : 0);
}

static int32_t product(const int8_t *a, const int8_t *b, size_t dim)
{
    int32_t sum = 0;
    for (size_t i = 0; i < dim; i++)
        sum += a[i] * b[i];
    return sum;
}

static float cosine_of(const int8_t *a, const int8_t *b, size_t dim)
{
    double lengths = (double)product(a, a, dim) * product(b, b, dim);
    return lengths > 0 ? (float)(product(a, b, dim) / sqrt(lengths)) : 0;
}

/* More signs than the cosine allows with any likelihood: the angle's share of half a turn, and four standard
 * deviations. (Charikar 2002, "Similarity estimation techniques from rounding algorithms") */
static uint32_t signs_most(size_t dim, float cosine)
{
    double share = acos((double)cosine) / M_PI;
    return (uint32_t)((double)dim * share + 4 * sqrt((double)dim * share * (1 - share)) + 1);
}

size_t near_find(const struct near *n, struct arena *arena, const unsigned char group[NEAR_ID_BYTES],
                 const int8_t *embedding, float least_cosine, int64_t wall_ms, struct near_found *out,
                 size_t most)
{
    uint64_t      signs[NEAR_DIM_MOST / 64];
    struct search s = { .bar = signs_most(n->dim, least_cosine) };
    size_t        count = 0;
    signs_of(n, embedding, signs);
    share(n);
    const struct group *g = group_find(n, group);
    if (g)
        scan(g, signs, n->words, &s);
    for (unsigned i = 0; i < s.count; i++)
        s.found[i].cosine = cosine_of(embedding, g->bytes + s.found[i].place * n->dim, n->dim);
    qsort(s.found, s.count, sizeof *s.found, by_cosine);
    for (unsigned i = 0; g && i < s.count && count < most && s.found[i].cosine >= least_cosine; i++) {
        const struct member *m = &n->member[g->member[s.found[i].place]];
        if (m->ends_ms <= wall_ms)
            continue;
        out[count] = (struct near_found){ .cosine = s.found[i].cosine, .note = arena_copy(arena, m->note) };
        memcpy(out[count++].id, m->id, NEAR_ID_BYTES);
    }
    give(n);
    return count;
}
