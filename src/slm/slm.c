/*
 * slm.c - the door: a folder becomes a tokenizer and an encoder, a text becomes an embedding.
 */
#include "slm_inside.h"

#include "base/die.h"
#include "slm/kernels.h"
#include "slm/names.h"

#include <stdio.h>

static void set_name(struct slm *s, const char *folder)
{
    struct slice path = slice_str(folder);
    while (path.len > 1 && slice_ends(path, S("/")))
        path.len--;
    for (size_t at; (at = slice_find_byte(path, '/')) != SLICE_NONE && path.len > 1;)
        path = slice_cut(path, at + 1, path.len);
    snprintf(s->name, sizeof s->name, "%.*s", SLICE_ARG(path));
}

static bool load(struct slm *s, const char *folder, enum slm_precision precision, struct fault *why)
{
    char                  vocab[512];
    const struct kernels *kernels = kernels_pick(precision);
    if (!kernels)
        return fault_set(why, FAULT_UNSUPPORTED, "WEIR_KERNEL names no kernel that this processor can run");
    set_name(s, folder);
    snprintf(vocab, sizeof vocab, "%s/vocab.txt", folder);
    s->encoder = encoder_open(folder, kernels, why);
    if (!s->encoder || !model_head_open(folder, s->encoder, &s->head, why))
        return false;
    const struct bert_config *config = encoder_config(s->encoder);
    s->tokenizer = tokenizer_open(vocab, config->keeps_case ? CASE_KEPT : CASE_FOLDED, why);
    if (!s->tokenizer)
        return false;
    if (config->hidden > SLM_DIM_MOST)
        return fault_set(why, FAULT_UNSUPPORTED, "%s: embeddings of %zu floats are too long, %d is the most",
                         folder, config->hidden, SLM_DIM_MOST);
    if (tokenizer_tokens(s->tokenizer) > config->vocabulary)
        return fault_set(why, FAULT_UNSUPPORTED, "%s has %zu tokens, config.json knows only %zu", vocab,
                         tokenizer_tokens(s->tokenizer), config->vocabulary);
    if (names_fit(names_shipped(), s->encoder))
        s->names = names_branch(names_shipped(), s->encoder);
    return true;
}

struct slm *slm_open_in(const char *folder, enum slm_precision precision, struct fault *why)
{
    struct slm *s = must_calloc(1, sizeof *s);
    if (!load(s, folder, precision, why))
        slm_close(&s);
    return s;
}

struct slm *slm_open(const char *folder, struct fault *why)
{
    return slm_open_in(folder, SLM_FASTEST, why);
}

void slm_close(struct slm **s)
{
    if (!*s)
        return;
    tokenizer_free(&(*s)->tokenizer);
    encoder_branch_free(&(*s)->names);
    model_head_free(&(*s)->head);
    encoder_close(&(*s)->encoder);
    free(*s);
    *s = NULL;
}

const char *slm_name(const struct slm *s)
{
    return s->name;
}

unsigned slm_dim(const struct slm *s)
{
    return (unsigned)encoder_config(s->encoder)->hidden;
}

unsigned slm_tokens_most(const struct slm *s)
{
    return (unsigned)encoder_config(s->encoder)->tokens_most;
}

const char *slm_kernel(const struct slm *s)
{
    return encoder_kernels(s->encoder)->name;
}

uint64_t slm_fingerprint(const struct slm *s)
{
    return encoder_fingerprint(s->encoder);
}

struct slm_worker *slm_worker_new(const struct slm *s)
{
    struct slm_worker *worker = must_calloc(1, sizeof *worker);
    worker->slm = s;
    worker->scratch = encoder_scratch_new(s->encoder);
    worker->names = s->names ? names_scratch_new(s->encoder) : NULL;
    worker->ids = must_calloc(slm_tokens_most(s), sizeof *worker->ids);
    worker->kept = must_calloc(slm_tokens_most(s), sizeof *worker->kept);
    worker->long_ids = must_calloc(slm_tokens_most(s) + SLM_TOKENS_READ_MOST + 1, sizeof *worker->long_ids);
    if (s->head) {
        worker->states = must_calloc((size_t)slm_tokens_most(s) * slm_dim(s), sizeof *worker->states);
        worker->places = must_calloc(slm_tokens_most(s), sizeof *worker->places);
        worker->share = must_calloc(slm_labels(s), sizeof *worker->share);
    }
    return worker;
}

void slm_worker_free(struct slm_worker **worker)
{
    if (!*worker)
        return;
    encoder_scratch_free(&(*worker)->scratch);
    names_scratch_free(&(*worker)->names);
    free((*worker)->ids);
    free((*worker)->kept);
    free((*worker)->long_ids);
    free((*worker)->states);
    free((*worker)->places);
    free((*worker)->share);
    free(*worker);
    *worker = NULL;
}

const struct slm *slm_of(const struct slm_worker *worker)
{
    return worker->slm;
}

static bool is_kept(const struct slm_worker *worker, const uint32_t *ids, size_t count)
{
    return worker->kept_count == count && memcmp(worker->kept, ids, count * sizeof *ids) == 0;
}

void slm_keep_lower(struct slm_worker *worker, const uint32_t *ids, size_t count)
{
    const struct slm *s = worker->slm;
    if (is_kept(worker, ids, count))
        return;
    encoder_start(s->encoder, worker->scratch, ids, count);
    encoder_advance(s->encoder, worker->scratch, encoder_branch_from(s->names));
    encoder_keep(s->encoder, worker->scratch);
    memcpy(worker->kept, ids, count * sizeof *ids);
    worker->kept_count = count;
}

void slm_start(struct slm_worker *worker, struct slice text, size_t before)
{
    const struct slm *s = worker->slm;
    size_t            count = tokenizer_run(s->tokenizer, text, worker->ids, slm_tokens_most(s));
    if (is_kept(worker, worker->ids, count) && encoder_branch_from(s->names) <= before)
        encoder_resume(s->encoder, worker->scratch);
    else
        encoder_start(s->encoder, worker->scratch, worker->ids, count);
}

void slm_embed(struct slm_worker *worker, struct slice text, float *out)
{
    const struct slm *s = worker->slm;
    slm_start(worker, text, encoder_config(s->encoder)->layers);
    encoder_advance(s->encoder, worker->scratch, encoder_config(s->encoder)->layers);
    encoder_pool(s->encoder, worker->scratch, out);
}

size_t slm_tokenize(struct slm_worker *worker, struct slice text, uint32_t *ids, size_t most)
{
    return tokenizer_run(worker->slm->tokenizer, text, ids, most);
}
