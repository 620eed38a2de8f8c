/*
 * shortening.c - the step shorten: of earlier turns of a long conversation only the sentences go on that matter
 * for the last question (slm/shorten.h), or the summaries that a model has made of them (summarize.c).
 *
 * A convenience (law 2): where it cannot be done, or not in time, the request goes on at its full length.
 */
#include "exchange_parts.h"

#include "base/log.h"
#include "slm/faithful.h"

/* ---- what may be cut ---- */

bool exchange_may_shorten(const struct chat *chat, const struct chat_text *text)
{
    return text->place == CHAT_CONTENT && text->message != CHAT_NO_MESSAGE && text->message < chat->last_user &&
           (text->role == CHAT_USER || text->role == CHAT_ASSISTANT || text->role == CHAT_TOOL);
}

struct slice exchange_text_now(const struct chat_text *text)
{
    return text->now.ptr ? text->now : text->text;
}

bool exchange_is_long(const struct exchange *x)
{
    return x->decision.compress_above_tokens > 0 && x->facts.tokens > x->decision.compress_above_tokens &&
           x->chat.last_user != CHAT_NO_MESSAGE;
}

/* ---- on an SLM thread ---- */

static size_t passages_words(const struct thinking *t)
{
    size_t words = 0;
    for (size_t i = 0; i < t->passages; i++)
        words += words_count(t->passage[i].text);
    return words;
}

/* Why the summary may not stand in for its text; NULL: it may. It goes wherever the request may. */
static const char *fault_of(struct thinking *t, const struct inspector *inspector, struct slice text,
                            struct slice summary)
{
    const struct exchange *x = t->thought.exchange;
    const char            *fault = summary_fault(t->arena, text, summary, t->question);
    if (!fault && !exchange_words_may_leave(x, inspector, t->arena, summary, x->decision.reach))
        return "private";
    return fault;
}

/* A summary that may stand in for its text does, and is not cut further. */
static void judge_summaries(struct thinking *t, const struct inspector *inspector)
{
    for (size_t i = 0; i < t->passages; i++) {
        struct passage *passage = &t->passage[i];
        if (t->summary[i].len == 0)
            continue;
        const char *fault = fault_of(t, inspector, passage->text, t->summary[i]);
        if (fault) {
            log_debug("summary_refused", "%s: %s", t->thought.exchange->id, fault);
            t->summary[i].len = 0;
            continue;
        }
        passage->text = t->summary[i];
        passage->is_fixed = true;
        t->accepted++;
    }
}

static void run_shortening(struct job *job, const struct inspector *inspector)
{
    struct thinking *t = (struct thinking *)job;
    struct exchange *x = t->thought.exchange;
    size_t           words = passages_words(t);
    judge_summaries(t, inspector);
    double wanted = x->decision.compress_to * (double)words, left = (double)passages_words(t);
    if (inspector->worker && wanted < left)
        shorten(inspector->worker, t->arena, t->question, t->passage, t->passages, wanted / left);
}

static void on_shortened(struct exchange *x)
{
    x->shortening.is_done = true;
    exchange_go_on(x);
}

/* ---- the step ---- */

enum step_result take_shorten(struct exchange *x)
{
    struct thinking *t = &x->shortening;
    struct chat     *chat = &x->chat;
    if (!exchange_is_long(x) || x->candidate > 0)
        return NEXT;
    if (x->inspecting.thought.is_out)
        return NEXT; /* an inspection that came too late still reads the texts that this would change */
    t->arena = arena_new();
    t->question = arena_copy(t->arena, chat_subject(chat, t->arena));
    t->passage = arena_array(t->arena, chat->text_count, sizeof *t->passage);
    t->passages = chat->text_count;
    for (size_t i = 0; i < chat->text_count; i++)
        t->passage[i] = (struct passage){
            .text = arena_copy(t->arena, exchange_text_now(&chat->text[i])),
            .is_fixed = !exchange_may_shorten(chat, &chat->text[i]),
        };
    t->summary = arena_array(t->arena, chat->text_count, sizeof *t->summary);
    for (unsigned i = 0; i < x->summarizing.at && i < x->summarizing.count; i++)
        t->summary[x->summarizing.text[i]] = arena_copy(t->arena, x->summarizing.summary[i]);
    if (!exchange_think(x, &t->thought, run_shortening, on_shortened, exchange_go_on))
        return NEXT;
    x->cancel = exchange_stop_thinking;
    return WAIT;
}

void exchange_take_shortened(struct exchange *x)
{
    struct thinking *t = &x->shortening;
    if (!t->is_done)
        return;
    t->is_done = false;
    for (size_t i = 0; i < t->passages; i++) {
        struct passage *passage = &t->passage[i];
        const size_t    before = exchange_text_now(&x->chat.text[i]).len;
        if (t->summary[i].len)
            x->chat.text[i].now = t->summary[i];
        if (passage->dropped) {
            x->chat.text[i].now = passage->kept;
            x->sentences_dropped += passage->dropped;
        }
        x->left_out_bytes += (int64_t)before - (int64_t)exchange_text_now(&x->chat.text[i]).len;
    }
    x->summaries = t->accepted;
    metrics_add(x->tools->metrics, METRIC_SENTENCES_DROPPED, x->sentences_dropped);
    metrics_add(x->tools->metrics, METRIC_SUMMARIES, x->summaries);
    metrics_add(x->tools->metrics, METRIC_SUMMARIES_REFUSED, x->summarizing.count - x->summaries);
}
