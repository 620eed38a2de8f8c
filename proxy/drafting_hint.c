/*
 * drafting_hint.c - a draft's words for the better model that is asked in its place.
 *
 *   the draft is short and its doubt one that words help with --> an SLM thread looks through it
 *     --> the policy would let a client's request of these words go there, unchanged --> they go along
 *     --> it would not, it hides something, or it is not known --> they do not
 *
 * The model here may know what nobody asked it to tell, and its words leave as any others do: looked through. A
 * hint is a convenience, and what is in doubt is left out.
 */
#include "asking_inside.h"

/* A refusal or a circle would not help. */
static const doubt_set helpful = (doubt_set)1 << DOUBT_LENGTH | (doubt_set)1 << DOUBT_WRONG_SUMS |
                                 (doubt_set)1 << DOUBT_LIKELY_WRONG | (doubt_set)1 << DOUBT_CONFIDENCE |
                                 (doubt_set)1 << DOUBT_DISAGREE;

/* ---- looking ---- */

static void run_look(struct job *job, const struct inspector *inspector)
{
    struct hinting        *h = (struct hinting *)job;
    const struct exchange *x = h->thought.exchange;
    h->may_go =
        exchange_words_may_leave(x, inspector, h->arena, h->words, x->decision.escalate_to->provider->zone);
}

static void on_looked(struct exchange *x)
{
    if (x->hinting.may_go)
        x->drafting.hint = x->hinting.words;
    asking_ask(x);
}

/* ---- the door ---- */

/* Nothing that was hidden may come back in the draft, which was made from plain words. */
static bool is_wanted(struct exchange *x, struct relay *relay)
{
    struct draft draft;
    bool         is_all = relay_heard(relay, &draft);
    if (!x->decision.escalation.hint || !(helpful >> x->drafting.doubt & 1) || x->redactions > 0 || !is_all ||
        draft.calls > 0 || draft.content.len > DRAFTING_HINT_MOST_BYTES)
        return false;
    x->hinting.words = arena_copy(x->arena, slice_trim(draft.content));
    return x->hinting.words.len > 0;
}

void drafting_ask_better(struct exchange *x, struct relay *relay)
{
    struct hinting *h = &x->hinting;
    if (!is_wanted(x, relay)) {
        asking_ask(x);
        return;
    }
    h->arena = arena_new();
    if (exchange_think(x, &h->thought, run_look, on_looked, asking_ask))
        x->cancel = exchange_stop_thinking;
    else
        asking_ask(x);
}
