/* moderations.c - see moderations.h. */
#include "moderations.h"

#include "account.h"
#include "slm/moderation.h"
#include "wire/moderations.h"

#include <math.h>

/* What is read before others have their turn. */
enum { TOGETHER = 16 };

struct moderating {
    struct errand              errand; /* first */
    struct moderations_request request;

    /* what the SLM threads fill in */
    size_t        at;    /* the text that is read */
    struct slice *piece; /* in which it is read */
    size_t        pieces, piece_at;
    float         score[MODERATION_CATEGORIES]; /* of the result that is being made */
    size_t        flagged;                      /* # results */
};

static bool read_request(struct errand *errand, struct fault *why)
{
    struct moderating *m = (struct moderating *)errand;
    const struct slm  *slm = errand->snapshot->slm;
    if (!slm || !moderation_fits(slm))
        return fault_set_param(why, FAULT_NO_SUCH_MODEL, "model",
                               "moderations need the model that Weir ships with; ./deploy/model fetches it");
    if (!moderations_read(errand->arena, buf_slice(&errand->body), &m->request, why))
        return false;
    buf_init(&errand->answer, moderations_bytes_most(m->request.count));
    moderations_begin(&errand->answer, arena_printf(errand->arena, "modr-%s", errand->id), slm_name(slm));
    return true;
}

/* One result is whole. */
static void add_result(struct moderating *m)
{
    bool is_flagged[MODERATION_CATEGORIES], is_any = false;
    for (unsigned c = 0; c < MODERATION_CATEGORIES; c++) {
        is_flagged[c] = moderation_is_flagged(m->score[c]);
        is_any = is_any || is_flagged[c];
    }
    moderations_add(&m->errand.answer, m->score, is_flagged);
    m->flagged += is_any;
    memset(m->score, 0, sizeof m->score);
}

/* The next piece of the text that is being read. */
static void read_piece(struct moderating *m, struct slm_worker *worker)
{
    float score[MODERATION_CATEGORIES];
    if (m->piece_at == 0)
        m->pieces = moderation_pieces(m->errand.arena, m->request.text[m->at], &m->piece);
    moderate(worker, m->piece[m->piece_at++], score);
    for (unsigned c = 0; c < MODERATION_CATEGORIES; c++)
        m->score[c] = fmaxf(m->score[c], score[c]);
    if (m->piece_at < m->pieces)
        return;
    m->piece_at = 0;
    m->at++;
    if (!m->request.is_one || m->at == m->request.count)
        add_result(m);
}

static void moderate_some(struct errand *errand, const struct inspector *inspector)
{
    struct moderating *m = (struct moderating *)errand;
    for (unsigned i = 0; i < TOGETHER && m->at < m->request.count; i++)
        read_piece(m, inspector->worker);
    errand->is_done = m->at == m->request.count;
    if (errand->is_done)
        moderations_end(&errand->answer);
}

static void finish(struct errand *errand, struct buf *headers)
{
    const struct moderating *m = (const struct moderating *)errand;
    reply_header(headers, "x-weir-model", slm_name(errand->snapshot->slm));
    reply_header(headers, "x-weir-zone", errand->snapshot->settings->zone[0]);
    if (m->request.unreadable)
        buf_printf(headers, "x-weir-unread-parts: %zu\r\n", m->request.unreadable);
    metrics_add(errand->tools->metrics, METRIC_MODERATIONS, (int64_t)m->request.count);
}

static void tell(const struct errand *errand, bool is_answered, struct buf *line)
{
    const struct moderating *m = (const struct moderating *)errand;
    if (is_answered)
        buf_printf(line, ",\"texts\":%zu,\"flagged\":%zu", m->request.count, m->flagged);
}

const struct errand_kind moderations_errand = {
    .name = "moderations",
    .bytes = sizeof(struct moderating),
    .read = read_request,
    .work = moderate_some,
    .finish = finish,
    .tell = tell,
    .elsewhere = &account_errand,
    .may = account_may,
};
