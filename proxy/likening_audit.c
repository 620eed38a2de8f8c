/*
 * likening_audit.c - was it right? Of the answers that were given to similar questions, a share is asked for
 * all the same, once the client has its own, and what comes is compared with what was given.
 *
 * It is an ordinary request from there on: the same models, reach and budgets, paid and counted; the answer is
 * kept, now under its own question. An SLM thread compares: what is JSON, or ends with a number, as two drafts
 * are compared (policy/draft.h); all else by its embedding, and short answers by the rules for questions too,
 * since a wrong number or name moves an embedding little. What is found out is counted in Redis by route and by
 * the chance that the answer was given with, and every process raises that route's bar where it shows that more
 * than max_error of what is served is wrong (similar.h).
 */
#include "exchange_parts.h"

#include "base/log.h"
#include "dice.h"
#include "policy/draft.h"
#include "wire/answer_form.h"

enum { COMPARED_MOST_BYTES = 256 * 1024 };

/* Answers to one question, said twice by one model, have a cosine of .9 and more; those to two that only look
 * alike seldom of .8. */
static const float AGREE_FROM = 0.8F;

/* ---- which ---- */

static double draw(void)
{
    uint32_t lot;
    dice_bytes(&lot, sizeof lot);
    return (double)lot / ((double)UINT32_MAX + 1);
}

/* What must stay on this machine is not asked about twice; and who wants what is kept or nothing gets that. */
bool exchange_draws_audit(struct exchange *x)
{
    struct auditing *a = &x->auditing;
    if (!x->likening.is_hit || x->decision.reach == 0 || x->recalling.wishes.only_if_cached ||
        draw() >= x->decision.cache->similar_audit)
        return false;
    a->is_wanted = true;
    a->arena = arena_new();
    a->served = arena_copy(a->arena, x->recalling.hit.answer);
    a->served_is_stream = x->recalling.hit.is_stream;
    a->served_in = x->recalling.hit.dialect;
    return true;
}

/* ---- comparing, on an SLM thread ---- */

/* What the first choice says; empty where that cannot be read. */
static struct slice words_of(struct arena *arena, enum dialect dialect, bool is_stream, struct slice record)
{
    struct answer answer;
    struct fault  why;
    struct buf    out;
    buf_init(&out, COMPARED_MOST_BYTES);
    if (is_stream) {
        bool is_gathered = answer_gather(arena, dialect, record, GATHER_WHAT_IS_KNOWN, &out);
        record = is_gathered ? arena_copy(arena, buf_slice(&out)) : S("");
        dialect = DIALECT_OPENAI;
        buf_reset(&out);
    }
    bool is_read = dialect == DIALECT_ANTHROPIC ? anthropic_answer_read(arena, record, &answer, &why)
                                                : answer_read(arena, record, &answer, &why);
    for (size_t i = 0; is_read && i < answer.text_count; i++)
        if (answer.text[i].place == ANSWER_CONTENT && answer.text[i].choice == 0)
            buf_add(&out, answer.text[i].text);
    struct slice words = arena_copy(arena, slice_trim(buf_slice(&out)));
    buf_wipe(&out);
    return words;
}

static bool is_near(const struct inspector *inspector, struct slice one, struct slice other)
{
    float    a[SLM_DIM_MOST], b[SLM_DIM_MOST], cosine = 0;
    unsigned dim = slm_dim(slm_of(inspector->worker));
    slm_embed(inspector->worker, one, a);
    slm_embed(inspector->worker, other, b);
    for (unsigned i = 0; i < dim; i++)
        cosine += a[i] * b[i];
    return cosine >= AGREE_FROM;
}

static bool contradict(const struct auditing *a, struct slice one, struct slice other)
{
    const struct alike *rules = similar_rules(a->thought.exchange->tools->similar);
    return alike_contradicts(alike_read(rules, a->arena, one), alike_read(rules, a->arena, other)) !=
           ALIKE_NONE;
}

static bool agree(const struct auditing *a, const struct inspector *inspector, struct slice one,
                  struct slice other)
{
    const struct draft served = { .content = one }, heard = { .content = other };
    switch (drafts_agree(&served, &heard, a->arena)) {
    case AGREEMENT_SAME:
        return true;
    case AGREEMENT_OTHER:
        return false;
    case AGREEMENT_ONE_SIDED:
    case AGREEMENT_UNTOLD:
        break;
    }
    return !contradict(a, one, other) && is_near(inspector, one, other);
}

static void run_comparison(struct job *job, const struct inspector *inspector)
{
    struct auditing *a = (struct auditing *)job;
    struct slice     served = words_of(a->arena, a->served_in, a->served_is_stream, a->served);
    struct slice     heard = words_of(a->arena, a->heard_in, a->heard_is_stream, a->heard);
    a->is_compared = inspector->worker && served.len && heard.len;
    a->is_right = a->is_compared && agree(a, inspector, served, heard);
}

/* ---- what comes of it ---- */

/* The exchange is over by now, most often. */
static void on_compared(struct exchange *x)
{
    const struct auditing *a = &x->auditing;
    if (!a->is_compared)
        return;
    metrics_add(x->tools->metrics, METRIC_CACHE_AUDITS, 1);
    metrics_add(x->tools->metrics, METRIC_CACHE_AUDITS_WRONG, !a->is_right);
    similar_tell_audit(x->tools->redis, slice_hash(slice_str(x->decision.route)), x->likening.look.chance,
                       a->is_right);
    if (!a->is_right)
        log_info("cache_audit",
                 "%s: route %s gave an answer with a chance of %.3f that its own question's is unlike", x->id,
                 x->decision.route, (double)x->likening.look.chance);
}

void exchange_audit(struct exchange *x, struct slice record)
{
    struct auditing *a = &x->auditing;
    if (!a->is_wanted)
        return;
    a->is_wanted = false;
    a->heard = arena_copy(a->arena, record);
    a->heard_is_stream = x->chat.stream;
    a->heard_in = x->heard;
    if (!exchange_think(x, &a->thought, run_comparison, on_compared, NULL))
        log_debug("cache_audit", "%s: the SLM threads have no time to compare", x->id);
}
