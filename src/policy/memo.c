/*
 * memo.c - a hash table whose entries are also a list, the one asked for last in front.
 */
#include "policy/memo.h"

#include "base/die.h"

enum { TOO_LARGE_SHARE = 16 };

struct entry {
    struct entry   *chain;         /* the next of its slot */
    struct entry   *newer, *older; /* in the list */
    struct memo_key key;
    size_t          len; /* bytes of value */
    char            value[];
};

struct memo {
    struct siphash_key key;
    struct memo_lock   lock; /* over all below */
    size_t             values, values_most;
    size_t             bytes, bytes_most;
    struct entry      *newest, *oldest;
    size_t             slots; /* a power of two */
    struct entry      *slot[];
};

static void take_lock(const struct memo *m)
{
    if (m->lock.take)
        m->lock.take(m->lock.arg);
}

static void give_lock(const struct memo *m)
{
    if (m->lock.give)
        m->lock.give(m->lock.arg);
}

struct memo *memo_new(const struct siphash_key *key, size_t values_most, size_t bytes_most,
                      struct memo_lock lock)
{
    size_t slots = 64;
    while (slots < values_most)
        slots *= 2;
    struct memo *m = must_calloc(1, sizeof *m + slots * sizeof(struct entry *));
    m->key = *key;
    m->lock = lock;
    m->values_most = values_most;
    m->bytes_most = bytes_most;
    m->slots = slots;
    return m;
}

void memo_free(struct memo **handle)
{
    struct memo *m = *handle;
    *handle = NULL;
    for (struct entry *e; m && (e = m->newest);) {
        m->newest = e->older;
        free(e);
    }
    free(m);
}

struct memo_key memo_key(const struct memo *m, uint64_t generation, enum memo_what what, struct slice text)
{
    return (struct memo_key){ siphash_of(&m->key, text), generation, what };
}

static bool is_key(const struct memo_key *a, const struct memo_key *b)
{
    return a->text.half[0] == b->text.half[0] && a->text.half[1] == b->text.half[1] &&
           a->generation == b->generation && a->what == b->what;
}

/* Where the entry hangs in its slot; *it is NULL where there is none. */
static struct entry **place_of(struct memo *m, const struct memo_key *key)
{
    struct entry **at = &m->slot[key->text.half[0] & (m->slots - 1)];
    while (*at && !is_key(&(*at)->key, key))
        at = &(*at)->chain;
    return at;
}

static void unlist(struct memo *m, struct entry *e)
{
    *(e->newer ? &e->newer->older : &m->newest) = e->older;
    *(e->older ? &e->older->newer : &m->oldest) = e->newer;
}

static void list_first(struct memo *m, struct entry *e)
{
    e->newer = NULL;
    e->older = m->newest;
    *(m->newest ? &m->newest->newer : &m->oldest) = e;
    m->newest = e;
}

static size_t size_of(const struct entry *e)
{
    return sizeof *e + e->len;
}

static void drop(struct memo *m, struct entry **at)
{
    struct entry *e = die_if_null(*at);
    *at = e->chain;
    unlist(m, e);
    m->values--;
    m->bytes -= size_of(e);
    free(e);
}

bool memo_recall(struct memo *m, const struct memo_key *key, struct arena *arena, struct slice *value)
{
    take_lock(m);
    struct entry *e = *place_of(m, key);
    if (e) {
        *value = arena_copy(arena, slice_of(e->value, e->len));
        unlist(m, e);
        list_first(m, e);
    }
    give_lock(m);
    return e != NULL;
}

static void make_room(struct memo *m)
{
    while (m->oldest && (m->values > m->values_most || m->bytes > m->bytes_most))
        drop(m, place_of(m, &m->oldest->key));
}

void memo_keep(struct memo *m, const struct memo_key *key, struct slice value)
{
    if (value.len > m->bytes_most / TOO_LARGE_SHARE)
        return;
    struct entry *made = must_calloc(1, sizeof *made + value.len);
    made->key = *key;
    made->len = value.len;
    if (value.len)
        memcpy(made->value, value.ptr, value.len);

    take_lock(m);
    struct entry **at = place_of(m, key);
    if (*at)
        drop(m, at);
    struct entry **slot = &m->slot[key->text.half[0] & (m->slots - 1)];
    made->chain = *slot;
    *slot = made;
    list_first(m, made);
    m->values++;
    m->bytes += size_of(made);
    make_room(m);
    give_lock(m);
}
