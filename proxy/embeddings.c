/* embeddings.c - see embeddings.h. */
#include "embeddings.h"

#include "account.h"
#include "base/die.h"
#include "wire/embeddings.h"
#include "wire/ollama.h"

/* What is embedded before others have their turn: short texts go through the model together, and a long one is
 * read in many windows. */
enum { PIECE_TEXTS = 64, PIECE_BYTES = 16 << 10 };

struct embedding {
    struct errand             errand; /* first */
    struct embeddings_request request;

    /* what the SLM threads fill in */
    float  *vectors; /* [PIECE_TEXTS][slm_dim()] scratch */
    size_t  done;    /* # texts embedded */
    int64_t tokens;  /* of the texts, as far as they are read, [CLS] and [SEP] included */
    size_t  cut;     /* # texts that were longer than any is read */
};

static bool is_served(const struct snapshot *s, const struct grants *grants,
                      const struct embeddings_request *request, struct fault *why)
{
    if (!s->slm)
        return fault_set_param(why, FAULT_NO_SUCH_MODEL, "model",
                               "embeddings need a model on this machine; ./deploy/model fetches one");
    if (!slice_is(settings_alias(s->settings, request->model), slm_name(s->slm)))
        return fault_set_param(why, FAULT_NO_SUCH_MODEL, "model", "\"%.*s\"; embeddings are made by \"%s\"",
                               SLICE_ARG(slice_cut(request->model, 0, 80)), slm_name(s->slm));
    if (request->dimensions && request->dimensions != slm_dim(s->slm))
        return fault_set_param(why, FAULT_UNSUPPORTED, "dimensions",
                               "%s makes embeddings of %u numbers, no other", slm_name(s->slm),
                               slm_dim(s->slm));
    const char *whose = grants_forbid_model(grants, s->settings, slm_name(s->slm));
    return !whose || fault_set_param(why, FAULT_NOT_ALLOWED, "model", "%s may not use model \"%s\"", whose,
                                     slm_name(s->slm));
}

static bool read_openai(struct errand *errand, struct fault *why)
{
    struct embedding *e = (struct embedding *)errand;
    const struct slm *slm = errand->snapshot->slm;
    if (!embeddings_read(errand->arena, buf_slice(&errand->body), &e->request, why) ||
        !is_served(errand->snapshot, &errand->asking_who.caller.grants, &e->request, why))
        return false;
    e->vectors = arena_array(errand->arena, PIECE_TEXTS * (size_t)slm_dim(slm), sizeof *e->vectors);
    buf_init(&errand->answer, embeddings_bytes_most(e->request.count, slm_dim(slm)));
    embeddings_begin(&errand->answer);
    return true;
}

static bool read_ollama(struct errand *errand, struct fault *why)
{
    struct buf  asked = errand->body;
    struct buf *body = &errand->body;
    buf_init(body, 2 * asked.ceiling); /* with what is escaped anew */
    bool ok = ollama_read_embed(errand->arena, buf_slice(&asked), body, why) && read_openai(errand, why);
    buf_wipe(&asked);
    return ok;
}

/* # texts that are embedded next: one at least. */
static size_t piece_of(const struct embedding *e)
{
    size_t count = 0, bytes = 0;
    for (size_t left = e->request.count - e->done; count < left && count < PIECE_TEXTS; count++) {
        bytes += e->request.text[e->done + count].len;
        if (count > 0 && bytes > PIECE_BYTES)
            break;
    }
    return count;
}

/* The answer is written here too: printing a million numbers takes longer than a loop may. */
static void embed_piece(struct errand *errand, const struct inspector *inspector)
{
    struct embedding *e = (struct embedding *)errand;
    const struct slm *slm = slm_of(inspector->worker);
    const size_t      count = piece_of(e);
    const unsigned    dim = slm_dim(slm);
    struct slm_read   read[PIECE_TEXTS];
    slm_embed_all(inspector->worker, e->request.text + e->done, count, e->vectors, read);
    for (size_t i = 0; i < count; i++, e->done++) {
        e->cut += read[i].is_cut;
        e->tokens += (int64_t)read[i].tokens;
        embeddings_add(&errand->answer, e->done, e->vectors + i * dim, dim, e->request.is_base64);
    }
    errand->is_done = e->done == e->request.count;
    if (errand->is_done)
        embeddings_end(&errand->answer, slm_name(slm), e->tokens);
    if (errand->answer.full)
        die("an answer of %zu embeddings is longer than its ceiling", e->request.count);
}

static void finish(struct errand *errand, struct buf *headers)
{
    const struct embedding *e = (struct embedding *)errand;
    const struct snapshot  *snapshot = errand->snapshot;
    reply_header(headers, "x-weir-model", slm_name(snapshot->slm));
    reply_header(headers, "x-weir-zone", snapshot->settings->zone[0]);
    if (e->cut)
        buf_printf(headers, "x-weir-cut-texts: %zu\r\n", e->cut);
    metrics_add(errand->tools->metrics, METRIC_EMBEDDINGS, (int64_t)e->request.count);
}

/* The model is inside Weir: zone 0. */
static void tell(const struct errand *errand, bool is_answered, struct buf *line)
{
    const struct embedding *e = (const struct embedding *)errand;
    if (is_answered) {
        buf_add(line, S(",\"model\":"));
        json_add_string(line, slice_str(slm_name(errand->snapshot->slm)));
        buf_add(line, S(",\"zone\":"));
        json_add_string(line, slice_str(errand->snapshot->settings->zone[0]));
    }
    buf_printf(line, ",\"embeddings\":%zu,\"cut_texts\":%zu,\"prompt_tokens\":%lld", e->done, e->cut,
               (long long)e->tokens);
}

/* By another model: one of the settings, or of an account. */
static bool may_elsewhere(const struct errand *errand)
{
    const struct embedding *e = (const struct embedding *)errand;
    return account_may(errand) || settings_model(errand->snapshot->settings, e->request.model);
}

static bool tell_ollama(struct arena *arena, struct slice answer, struct buf *out)
{
    return ollama_tell_embed(arena, answer, false, out);
}

static bool tell_older_ollama(struct arena *arena, struct slice answer, struct buf *out)
{
    return ollama_tell_embed(arena, answer, true, out);
}

#define KIND(variable, word, read_it, retell_it)                                                               \
    const struct errand_kind variable = { .name = word,                                                        \
                                          .bytes = sizeof(struct embedding),                                   \
                                          .read = read_it,                                                     \
                                          .work = embed_piece,                                                 \
                                          .finish = finish,                                                    \
                                          .tell = tell,                                                        \
                                          .retell = retell_it,                                                 \
                                          .elsewhere = &account_errand,                                        \
                                          .may = may_elsewhere };
KIND(embeddings_errand, "embeddings", read_openai, NULL)
KIND(ollama_embed_errand, "embeddings", read_ollama, tell_ollama)
KIND(ollama_embeddings_errand, "embeddings", read_ollama, tell_older_ollama)
