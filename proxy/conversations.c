/* conversations.c - see conversations.h. */
#include "conversations.h"

#include "base/die.h"
#include "dice.h"

#include <pthread.h>

enum { IN_A_BUCKET = 8, BUCKETS = CONVERSATIONS_MOST / IN_A_BUCKET };

struct conversation {
    uint64_t key;   /* 0: nothing stands here */
    uint64_t model; /* hash of its name */
    int64_t  at_ms;
    int64_t  prompt_tokens, cached_tokens, completion_tokens;
};

struct conversations {
    pthread_mutex_t     lock;   /* over what is below, but for the secret */
    struct siphash_key  secret; /* so that no client can choose whose place it takes */
    struct conversation bucket[BUCKETS][IN_A_BUCKET];
};

struct conversations *conversations_new(void)
{
    struct conversations *c = must_calloc(1, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    dice_bytes(c->secret.bytes, sizeof c->secret.bytes);
    return c;
}

void conversations_free(struct conversations **handle)
{
    struct conversations *c = *handle;
    *handle = NULL;
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    free(c);
}

uint64_t conversation_key(const struct conversations *c, const struct chat *chat, const struct payer *payer)
{
    const uint64_t part[4] = { choice_lot(chat), slice_hash(slice_str(payer->team)),
                               slice_hash(slice_str(payer->user)), slice_hash(slice_str(payer->key)) };
    return siphash_of(&c->secret, slice_of((const char *)part, sizeof part)).half[0] | 1;
}

/* Under the lock: where it stands, or where it may. */
static struct conversation *place_of(struct conversations *c, uint64_t key)
{
    struct conversation *bucket = c->bucket[(key >> 1) % BUCKETS], *oldest = bucket;
    for (unsigned i = 0; i < IN_A_BUCKET; i++) {
        if (bucket[i].key == key)
            return &bucket[i];
        if (bucket[i].at_ms < oldest->at_ms)
            oldest = &bucket[i];
    }
    return oldest;
}

static const struct model *model_of(const struct settings *settings, uint64_t hash)
{
    for (unsigned i = 0; i < settings->model_count; i++)
        if (slice_hash(slice_str(settings->model[i].name)) == hash)
            return &settings->model[i];
    return NULL;
}

struct companion conversations_recall(struct conversations *c, uint64_t key, const struct settings *settings,
                                      int64_t now_ms)
{
    pthread_mutex_lock(&c->lock);
    const struct conversation found = *place_of(c, key);
    pthread_mutex_unlock(&c->lock);
    if (found.key != key)
        return (struct companion){ 0 };
    return (struct companion){
        .model = model_of(settings, found.model),
        .prompt_tokens = found.prompt_tokens,
        .completion_tokens = found.completion_tokens,
        .cached_tokens = found.cached_tokens,
        .since_ms = now_ms - found.at_ms,
    };
}

void conversations_note(struct conversations *c, uint64_t key, const struct model *model,
                        const struct answer_usage *usage, int64_t now_ms)
{
    int64_t                   read = usage->cached_tokens > 0 ? usage->cached_tokens : 0;
    int64_t                   written = usage->written_tokens > 0 ? usage->written_tokens : 0;
    const struct conversation fresh = {
        .key = key,
        .model = slice_hash(slice_str(model->name)),
        .at_ms = now_ms,
        .prompt_tokens = usage->prompt_tokens,
        .cached_tokens = read + written,
        .completion_tokens = usage->completion_tokens,
    };
    pthread_mutex_lock(&c->lock);
    *place_of(c, key) = fresh;
    pthread_mutex_unlock(&c->lock);
}
