/*
 * drafting.c - an answer that a better model's may replace: held, judged, then committed or followed by that.
 *
 *          +-- hold_tokens have come: judged --> doubted: hung up on ----------------+
 *          |                                 --> not: committed, streamed on         v
 *   hear --+                                                                   better model
 *          +-- it is whole: judged --> doubted: put by, in case nothing better comes ^
 *                                  --> not: [asked once more: do both agree?] -------+--> delivered
 *
 * What is only of use whole is held whole: JSON that was asked for, calls of tools, and drafts that are
 * compared. Of what was committed the rest is judged at its end all the same, and told in the metrics. The
 * checks are policy/draft.h's, each microseconds long; two drafts in prose are compared on an SLM thread.
 */
#include "asking_inside.h"
#include "outcomes.h"

#include "base/log.h"

#include <math.h>

enum {
    RECORD_MOST_BYTES = 4096,
    COMPARED_MOST_BYTES = 2000, /* of a draft, for its embedding */
};

bool drafting_may_escalate(const struct exchange *x)
{
    const struct model *to = x->decision.escalate_to;
    return to && !x->is_escalated && reach_allows(x->decision.reach, to->provider->zone);
}

static bool looks_for(const struct exchange *x, enum doubt doubt)
{
    return x->decision.escalation.doubts >> doubt & 1;
}

/* ---- judging ---- */

static struct slice restored(const struct exchange *x, struct slice text, bool is_json, struct arena *arena)
{
    struct buf   out;
    struct slice whole = text;
    if (!asking_vault(x))
        return text;
    buf_init(&out, RELAY_HEARD_MOST * 8);
    vault_restore(x->vault, text, is_json, &out);
    if (!out.full)
        whole = arena_copy(arena, buf_slice(&out));
    buf_wipe(&out);
    return whole;
}

/* What a leg's first choice has said, as the client would read it; false where it said more than is kept. */
static bool draft_of(const struct exchange *x, struct relay *relay, struct arena *arena, struct draft *out)
{
    bool               is_all = relay_heard(relay, out);
    struct draft_call *call = arena_array(arena, out->calls, sizeof *call);
    for (size_t i = 0; i < out->calls; i++)
        call[i] = (struct draft_call){ out->call[i].name, restored(x, out->call[i].arguments, true, arena) };
    out->content = restored(x, out->content, false, arena);
    out->call = call;
    return is_all;
}

struct look {
    struct exchange            *x;
    const struct relay_outcome *outcome;
    struct draft                draft;
    bool                        is_whole; /* the answer is, and all of it was kept */
    struct arena               *arena;
};

static bool is_cut_prompt(const struct look *l)
{
    return l->outcome->usage.is_given && prompt_was_cut(&l->x->chat, l->outcome->usage.prompt_tokens);
}

static bool is_malformed(const struct look *l)
{
    const char *how;
    if (!l->is_whole || !draft_is_malformed(&l->x->chat, &l->draft, l->arena, &how))
        return false;
    log_debug("malformed", "%s: %s: %s", l->x->id, l->x->model->name, how);
    return true;
}

static bool goes_round(const struct look *l)
{
    return text_goes_round(l->draft.content, l->arena);
}

/* Up to the end of a line or a sentence: what stands behind it may go on, "12 x 12 = 14" with another digit. */
static struct slice said_out(struct slice text)
{
    size_t end = text.len;
    while (end > 0 && text.ptr[end - 1] != '\n' &&
           !(text.ptr[end - 1] == '.' && end < text.len && text.ptr[end] == ' '))
        end--;
    return slice_cut(text, 0, end);
}

static bool sums_wrongly(const struct look *l)
{
    return text_sums(l->is_whole ? l->draft.content : said_out(l->draft.content)).wrong > 0;
}

static bool is_likely_wrong(const struct look *l)
{
    const struct escalation *e = &l->x->decision.escalation;
    return l->is_whole && draft_score(e->head, l->x->drafting.mark) > e->wrong_above;
}

static void take_marks(const struct look *l)
{
    const struct facts      *facts = &l->x->facts;
    const struct draft_known known = {
        .logprob = l->outcome->mean_logprob,
        .difficulty = facts->is_judged ? (double)facts->judgement.difficulty : 0.5,
    };
    draft_marks(chat_subject(&l->x->chat, l->arena), l->draft.content, &known, l->x->drafting.mark);
    l->x->drafting.has_marks = true;
}

static const struct {
    enum doubt doubt;
    bool (*is_found)(const struct look *);
} checks[] = {
    { DOUBT_PROMPT_CUT, is_cut_prompt },     { DOUBT_MALFORMED, is_malformed },
    { DOUBT_REPETITION, goes_round },        { DOUBT_WRONG_SUMS, sums_wrongly },
    { DOUBT_LIKELY_WRONG, is_likely_wrong },
};

/* The first doubt that the route looks for, of what has come by now. */
static enum doubt judge(struct exchange *x, bool is_whole)
{
    struct look l = { .x = x, .outcome = relay_outcome(x->relay), .arena = arena_new() };
    enum doubt  found = l.outcome->doubt, doubt = NO_DOUBT;
    l.is_whole = draft_of(x, x->relay, l.arena, &l.draft) && is_whole;
    if (l.is_whole && (looks_for(x, DOUBT_LIKELY_WRONG) || x->tools->records))
        take_marks(&l);
    if (found != DOUBT_CONFIDENCE && looks_for(x, found))
        doubt = found;
    for (size_t i = 0; !doubt && i < sizeof checks / sizeof *checks; i++)
        if (looks_for(x, checks[i].doubt) && checks[i].is_found(&l))
            doubt = checks[i].doubt;
    if (!doubt && found == DOUBT_CONFIDENCE && looks_for(x, found) &&
        l.outcome->confidence < x->decision.escalation.below)
        doubt = found;
    arena_free(&l.arena);
    if (doubt)
        metrics_doubt(x->tools->metrics, doubt);
    return doubt;
}

/* For weir calibrate, once: what heads see of the question and of the draft, and whether that was good enough.
 * It stays on this machine, which is zone 0 and within any reach; an inspection that still runs has nothing to
 * tell.
 */
static void record_outcome(struct exchange *x, bool is_good)
{
    if (x->drafting.is_recorded)
        return;
    x->drafting.is_recorded = true;
    const struct inspection *inspection = &x->inspecting.inspection;
    if (!x->tools->records || !x->inspecting.is_done || !inspection->view ||
        !reach_allows(x->decision.reach, 0))
        return;
    const struct slm *slm = x->snapshot->slm;
    struct buf        line;
    buf_init(&line, RECORD_MOST_BYTES);
    outcome_write(slm_dim(slm), slm_fingerprint(slm), inspection->view, is_good,
                  x->drafting.has_marks ? x->drafting.mark : NULL, &line);
    audit_line(x->tools->records, buf_slice(&line));
    buf_fini(&line);
}

/* ---- what becomes of it ---- */

/* The better model is next; the draft's fellows are not better than it. */
static void replace(struct exchange *x, struct relay *relay, enum doubt doubt)
{
    x->drafting.doubt = doubt;
    x->drafting.by = x->model;
    log_debug("escalated", "%s: %s of %s", x->id, doubt_word(doubt), x->model->name);
    metrics_add(x->tools->metrics, METRIC_ESCALATIONS, 1);
    if (!x->draft_model) /* there is not enough of it to compare with what comes */
        record_outcome(x, false);
    x->candidate = x->decision.count;
    x->tries_began_ms = 0; /* an answer had begun */
    drafting_ask_better(x, relay);
}

static void put_by(struct exchange *x)
{
    struct buf swap = x->draft;
    x->draft = x->out;
    x->out = swap;
    x->draft_model = x->model;
    x->draft_relay = x->relay;
}

void drafting_take_back(struct exchange *x)
{
    struct buf swap = x->out;
    x->out = x->draft;
    x->draft = swap;
    x->model = x->draft_model;
    x->relay = x->draft_relay;
    x->draft_model = NULL;
    if (x->drafting.by) /* nobody better has said what is right */
        record_outcome(x, false);
    x->drafting.is_second = false;
    x->drafting.by = NULL;
    x->fault = (struct fault){ 0 };
}

static void deliver(struct exchange *x)
{
    asking_keep(x);
    asking_deliver(x);
    exchange_end(x);
}

/* ---- two drafts ---- */

static void agreed(struct exchange *x, bool do_agree)
{
    struct relay *first = x->draft_relay;
    if (do_agree) {
        drafting_take_back(x);
        record_outcome(x, true);
        deliver(x);
        return;
    }
    x->drafting.is_second = false;
    metrics_doubt(x->tools->metrics, DOUBT_DISAGREE);
    replace(x, first, DOUBT_DISAGREE);
}

static void run_comparison(struct job *job, const struct inspector *inspector)
{
    struct drafting *d = (struct drafting *)job;
    float            one[SLM_DIM_MOST], other[SLM_DIM_MOST];
    double           dot = 0;
    slm_embed(inspector->worker, d->one, one);
    slm_embed(inspector->worker, d->other, other);
    for (unsigned i = 0; i < slm_dim(slm_of(inspector->worker)); i++) /* each is 1 long */
        dot += (double)one[i] * (double)other[i];
    d->cosine = dot;
}

static void on_compared(struct exchange *x)
{
    x->cancel = NULL;
    agreed(x, x->drafting.cosine >= x->decision.escalation.alike);
}

/* A convenience: what could not be compared counts as agreed. */
static void on_late(struct exchange *x)
{
    x->cancel = NULL;
    agreed(x, true);
}

static bool compare_prose(struct exchange *x, const struct draft *one, const struct draft *other)
{
    struct drafting *d = &x->drafting;
    if (!x->snapshot->slm)
        return false;
    d->one = arena_copy(x->arena, slice_cut(one->content, 0, COMPARED_MOST_BYTES));
    d->other = arena_copy(x->arena, slice_cut(other->content, 0, COMPARED_MOST_BYTES));
    if (!exchange_think(x, &d->thought, run_comparison, on_compared, on_late))
        return false;
    x->cancel = exchange_stop_thinking;
    return true;
}

static void compare(struct exchange *x)
{
    struct arena  *arena = arena_new();
    struct draft   one, other;
    bool           is_first_all = draft_of(x, x->draft_relay, arena, &one);
    bool           is_all = draft_of(x, x->relay, arena, &other) && is_first_all;
    enum agreement said = is_all ? drafts_agree(&one, &other, arena) : AGREEMENT_UNTOLD;
    bool           is_waiting = said == AGREEMENT_UNTOLD && compare_prose(x, &one, &other);
    arena_free(&arena);
    if (!is_waiting)
        agreed(x, said == AGREEMENT_SAME || said == AGREEMENT_UNTOLD);
}

/* The same model is asked the same again. */
static void ask_again(struct exchange *x)
{
    put_by(x);
    x->drafting.is_second = true;
    x->tries_began_ms = 0;
    metrics_add(x->tools->metrics, METRIC_SECOND_DRAFTS, 1);
    asking_ask(x);
}

/* The better model's answer tells whether the draft was as bad as it was thought to be. */
static void learn_from_better(struct exchange *x)
{
    struct arena *arena = arena_new();
    struct draft  draft, better;
    bool          is_draft_all = draft_of(x, x->draft_relay, arena, &draft);
    bool          is_all = draft_of(x, x->relay, arena, &better) && is_draft_all;
    record_outcome(x, is_all && drafts_agree(&draft, &better, arena) == AGREEMENT_SAME);
    arena_free(&arena);
}

/* ---- the doors ---- */

void drafting_begin(struct exchange *x)
{
    x->is_draft = drafting_may_escalate(x);
    x->drafting.is_committed = false;
    x->drafting.is_held_whole =
        x->is_draft && (looks_for(x, DOUBT_DISAGREE) || draft_wants_form(&x->chat, x->arena));
}

static bool is_held_longer(const struct exchange *x)
{
    return x->drafting.is_held_whole || relay_spoken_tokens(x->relay) < x->decision.escalation.hold_tokens ||
           relay_outcome(x->relay)->has_tool_calls;
}

bool drafting_hear(struct exchange *x)
{
    if (!x->is_draft || !x->chat.stream || relay_is_done(x->relay) || is_held_longer(x))
        return true;
    x->is_draft = false;
    enum doubt doubt = judge(x, false);
    if (!doubt) {
        x->drafting.is_committed = true;
        return true;
    }
    struct relay *relay = x->relay;
    call_cancel(&x->call);
    timer_clear(&x->deadline);
    exchange_let_go(x, LEG_WENT_WELL, 0);
    exchange_count_leg(x, true);
    x->drafting.cut = x->model;
    replace(x, relay, doubt);
    return false;
}

/* Too late to replace it. */
static void judge_committed(struct exchange *x)
{
    enum doubt doubt = judge(x, true);
    record_outcome(x, !doubt);
    if (!doubt)
        return;
    log_debug("doubted_late", "%s: %s of %s", x->id, doubt_word(doubt), x->model->name);
    metrics_add(x->tools->metrics, METRIC_DOUBTED_LATE, 1);
    x->drafting.doubt = doubt;
}

bool drafting_end(struct exchange *x)
{
    struct drafting *d = &x->drafting;
    if (d->is_committed)
        judge_committed(x);
    if (d->by && x->draft_model && x->tools->records)
        learn_from_better(x);
    if (!x->is_draft)
        return false;
    if (d->is_second) {
        compare(x);
        return true;
    }
    enum doubt doubt = judge(x, true);
    if (doubt) {
        put_by(x);
        replace(x, x->relay, doubt);
        return true;
    }
    if (looks_for(x, DOUBT_DISAGREE)) {
        ask_again(x);
        return true;
    }
    record_outcome(x, true);
    return false;
}

bool drafting_fail(struct exchange *x)
{
    if (!x->drafting.is_second)
        return false;
    drafting_take_back(x); /* the first was good enough by all that was asked of it alone */
    deliver(x);
    return true;
}

/* Costs nothing, so that no budget need be asked again. */
static bool is_free(const struct model *model)
{
    const struct rates *r = &model->price.usual;
    return model->price.is_known && r->input_nanousd == 0 && r->output_nanousd == 0;
}

const struct model *drafting_last_resort(struct exchange *x)
{
    const struct model *model = x->drafting.cut;
    x->drafting.cut = NULL;
    return model && is_free(model) ? model : NULL;
}
