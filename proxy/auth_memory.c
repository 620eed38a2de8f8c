/* auth_memory.c - see auth_memory.h. */
#include "auth_memory.h"

#include "base/die.h"

#include <stdio.h>
#include <sys/queue.h>

enum { SLOTS = 4096 };

struct memory {
    struct memory *next; /* of its slot */
    TAILQ_ENTRY(memory) link;
    char          id[API_KEY_ID_BYTES];
    int64_t       used_ms, asked_ms;
    unsigned char asked_for[API_KEY_HASH_BYTES]; /* on whose behalf, at asked_ms */
    size_t        len;
    char          record[];
};

struct auth_memory {
    struct memory *slot[SLOTS];
    TAILQ_HEAD(memory_list, memory) all; /* the longest unused first */
    size_t count, bytes;
    struct {
        char    id[API_KEY_ID_BYTES];
        int64_t until_ms;
    } unknown[AUTH_UNKNOWN_MOST];
    unsigned next_unknown;
};

struct auth_memory *auth_memory_new(void)
{
    struct auth_memory *m = must_calloc(1, sizeof *m);
    TAILQ_INIT(&m->all);
    return m;
}

void auth_memory_free(struct auth_memory **handle)
{
    if (*handle)
        auth_forget_all(*handle);
    free(*handle);
    *handle = NULL;
}

/* Where it stands, or where it would. */
static struct memory **locate(struct auth_memory *m, const char *id)
{
    struct memory **at = &m->slot[slice_hash(slice_str(id)) % SLOTS];
    while (*at && strcmp((*at)->id, id) != 0)
        at = &(*at)->next;
    return at;
}

static void drop(struct auth_memory *m, struct memory *one)
{
    *locate(m, one->id) = one->next;
    TAILQ_REMOVE(&m->all, one, link);
    m->count--;
    m->bytes -= one->len;
    free(one);
}

enum recollection auth_recall(struct auth_memory *m, const char *id, int64_t now_ms, struct slice *record)
{
    struct memory *one = *locate(m, id);
    if (one) {
        one->used_ms = now_ms;
        TAILQ_REMOVE(&m->all, one, link);
        TAILQ_INSERT_TAIL(&m->all, one, link);
        *record = slice_of(one->record, one->len);
        return AUTH_REMEMBERED;
    }
    for (unsigned i = 0; i < AUTH_UNKNOWN_MOST; i++)
        if (m->unknown[i].until_ms > now_ms && strcmp(m->unknown[i].id, id) == 0)
            return AUTH_UNKNOWN;
    return AUTH_UNHEARD;
}

bool auth_may_ask_again(struct auth_memory *m, const char *id, const unsigned char hash[API_KEY_HASH_BYTES],
                        int64_t now_ms)
{
    struct memory *one = *locate(m, id);
    if (!one)
        return true;
    if (now_ms - one->asked_ms < AUTH_AGAIN_MS && memcmp(one->asked_for, hash, API_KEY_HASH_BYTES) == 0)
        return false;
    one->asked_ms = now_ms;
    memcpy(one->asked_for, hash, API_KEY_HASH_BYTES);
    return true;
}

void auth_remember(struct auth_memory *m, const char *id, struct slice record, int64_t now_ms)
{
    struct memory *old = *locate(m, id), *one = must_calloc(1, sizeof *one + record.len);
    one->asked_ms = old ? old->asked_ms : now_ms - AUTH_AGAIN_MS;
    if (old)
        memcpy(one->asked_for, old->asked_for, sizeof one->asked_for);
    auth_forget(m, id);
    snprintf(one->id, sizeof one->id, "%s", id);
    one->used_ms = now_ms;
    one->len = record.len;
    memcpy(one->record, record.ptr, record.len);
    *locate(m, id) = one;
    TAILQ_INSERT_TAIL(&m->all, one, link);
    m->count++;
    m->bytes += one->len;
    while (m->count > AUTH_KEYS_MOST || m->bytes > AUTH_BYTES_MOST)
        drop(m, TAILQ_FIRST(&m->all));
}

void auth_remember_unknown(struct auth_memory *m, const char *id, int64_t now_ms)
{
    auth_forget(m, id);
    snprintf(m->unknown[m->next_unknown].id, API_KEY_ID_BYTES, "%s", id);
    m->unknown[m->next_unknown].until_ms = now_ms + AUTH_UNKNOWN_MS;
    m->next_unknown = (m->next_unknown + 1) % AUTH_UNKNOWN_MOST;
}

void auth_forget(struct auth_memory *m, const char *id)
{
    struct memory *one = *locate(m, id);
    if (one)
        drop(m, one);
    for (unsigned i = 0; i < AUTH_UNKNOWN_MOST; i++)
        if (strcmp(m->unknown[i].id, id) == 0)
            m->unknown[i].until_ms = 0;
}

void auth_forget_all(struct auth_memory *m)
{
    while (!TAILQ_EMPTY(&m->all))
        drop(m, TAILQ_FIRST(&m->all));
    for (unsigned i = 0; i < AUTH_UNKNOWN_MOST; i++)
        m->unknown[i].until_ms = 0;
}

void auth_forget_unused(struct auth_memory *m, int64_t since_ms)
{
    while (!TAILQ_EMPTY(&m->all) && TAILQ_FIRST(&m->all)->used_ms < since_ms)
        drop(m, TAILQ_FIRST(&m->all));
}

size_t auth_remembered(const struct auth_memory *m)
{
    return m->count;
}
