/* densities.c - see densities.h. */
#include "densities.h"

#include "base/die.h"

#include <pthread.h>

enum { MODELS_MOST = 256 };

/* By what a provider calls it: the same tokenizer, whatever it is called here. */
struct learned {
    char          *provider, *model;
    struct density density;
};

struct densities {
    pthread_mutex_t lock; /* over all below */
    struct learned  learned[MODELS_MOST];
    unsigned        count;
};

struct densities *densities_new(void)
{
    struct densities *all = must_calloc(1, sizeof *all);
    pthread_mutex_init(&all->lock, NULL);
    return all;
}

void densities_free(struct densities **handle)
{
    struct densities *all = *handle;
    *handle = NULL;
    if (!all)
        return;
    for (unsigned i = 0; i < all->count; i++) {
        free(all->learned[i].provider);
        free(all->learned[i].model);
    }
    pthread_mutex_destroy(&all->lock);
    free(all);
}

/* Under the lock. NULL: it is not known. */
static struct density *known_of(struct densities *all, const struct model *model)
{
    for (unsigned i = 0; i < all->count; i++)
        if (strcmp(all->learned[i].model, model->sent_as) == 0 &&
            strcmp(all->learned[i].provider, model->provider->name) == 0)
            return &all->learned[i].density;
    return NULL;
}

int64_t densities_most_tokens(struct densities *all, const struct model *model, struct weight weight)
{
    static const struct density unknown;
    pthread_mutex_lock(&all->lock);
    const struct density *known = known_of(all, model);
    int64_t               tokens = density_most_tokens(known ? known : &unknown, weight);
    pthread_mutex_unlock(&all->lock);
    return tokens;
}

void densities_note(struct densities *all, const struct model *model, struct weight weight, int64_t tokens)
{
    pthread_mutex_lock(&all->lock);
    struct density *known = known_of(all, model);
    if (!known && all->count < MODELS_MOST) {
        struct learned *learned = &all->learned[all->count++];
        learned->provider = die_if_null(strdup(model->provider->name));
        learned->model = die_if_null(strdup(model->sent_as));
        known = &learned->density;
    }
    if (known)
        density_note(known, weight, tokens);
    pthread_mutex_unlock(&all->lock);
}
