/*
 * relay_count.c - what the answer was: how much, of what kind, how it ended, and how sure one may be of it.
 */
#include "relay_inside.h"

#include <stdio.h>

enum { TOKEN_BYTES = 4 }; /* on average; no money hangs on it */

struct relay_choice *relay_choice(struct relay *r, uint32_t index)
{
    struct relay_counts *c = &r->counts;
    for (size_t i = 0; i < c->choice_count; i++)
        if (c->choice[i].index == index)
            return &c->choice[i];
    if (c->choice_count == RELAY_CHOICES_MOST)
        return NULL;
    if (c->choice_count == c->choice_cap)
        c->choice = arena_grow(r->arena, c->choice, c->choice_count, sizeof *c->choice, &c->choice_cap);
    struct relay_choice *fresh = &c->choice[c->choice_count++];
    *fresh = (struct relay_choice){ .index = index };
    return fresh;
}

bool relay_all_finished(const struct relay *r)
{
    for (size_t i = 0; i < r->counts.choice_count; i++)
        if (!r->counts.choice[i].has_finished)
            return false;
    return r->counts.choice_count > 0;
}

static unsigned flaws_of(struct slice finish)
{
    if (slice_is(finish, "stop"))
        return 0;
    if (slice_is(finish, "tool_calls") || slice_is(finish, "function_call"))
        return FLAW_TOOLS;
    return slice_is(finish, "length") ? FLAW_LENGTH : FLAW_OTHER;
}

static bool count_choice(struct relay *r, struct doc *doc, const struct doc_choice *choice, struct fault *why)
{
    struct relay_choice *seen = relay_choice(r, choice->index);
    if (!seen)
        return fault_set(why, FAULT_PROVIDER_BROKE, "it has more than %d choices", RELAY_CHOICES_MOST);
    if (choice->has_calls) {
        r->outcome.has_tool_calls = true;
        doc->speaks = true;
    }
    if (choice->finish.len == 0)
        return true;
    seen->has_finished = true;
    seen->flaws = flaws_of(choice->finish);
    if (choice->index == 0)
        snprintf(r->outcome.finish, sizeof r->outcome.finish, "%.*s", SLICE_ARG(choice->finish));
    return true;
}

/* Choice 0 is the one that confidence is about. */
static void count_first_content(struct relay_counts *c, struct slice text)
{
    size_t room = sizeof c->opening - c->opening_len;
    size_t taken = text.len < room ? text.len : room;
    memcpy(c->opening + c->opening_len, text.ptr, taken);
    c->opening_len += taken;
    c->first_bytes += (int64_t)text.len;
    c->has_words = c->has_words || slice_trim(text).len > 0;
}

static void count_text(struct relay *r, struct doc *doc, const struct answer_text *t)
{
    const struct doc_choice *choice = doc_choice_at(doc, t->start);
    if (!choice || t->place == ANSWER_OTHER || t->text.len == 0)
        return;
    doc->speaks = true;
    r->outcome.content_bytes += (int64_t)t->text.len;
    if (t->place == ANSWER_CONTENT)
        relay_choice(r, choice->index)->has_content = true; /* begun by count_choice() */
    if (choice->index != 0)
        return;
    if (t->place == ANSWER_CONTENT)
        count_first_content(&r->counts, t->text);
    if (t->place == ANSWER_REFUSAL)
        r->counts.has_refusal = true;
}

static int64_t told_or(int64_t told, int64_t before)
{
    return told < 0 ? before : told;
}

/* A later one counts all that an earlier one did, and what it does not tell stays. */
static void count_usage(struct answer_usage *u, const struct answer_usage *told)
{
    if (!told->is_given)
        return;
    if (!u->is_given) {
        *u = *told;
        return;
    }
    u->prompt_tokens = told_or(told->prompt_tokens, u->prompt_tokens);
    u->completion_tokens = told_or(told->completion_tokens, u->completion_tokens);
    u->cached_tokens = told_or(told->cached_tokens, u->cached_tokens);
    u->written_tokens = told_or(told->written_tokens, u->written_tokens);
    u->written_hour_tokens = told_or(told->written_hour_tokens, u->written_hour_tokens);
    u->reasoning_tokens = told_or(told->reasoning_tokens, u->reasoning_tokens);
    u->audio_prompt_tokens = told_or(told->audio_prompt_tokens, u->audio_prompt_tokens);
    u->audio_completion_tokens = told_or(told->audio_completion_tokens, u->audio_completion_tokens);
}

bool relay_count(struct relay *r, struct doc *doc, struct buf *out, struct fault *why)
{
    (void)out;
    for (size_t i = 0; i < doc->choice_count; i++)
        if (!count_choice(r, doc, &doc->choice[i], why))
            return false;
    for (size_t i = 0; i < doc->answer.text_count; i++)
        count_text(r, doc, &doc->answer.text[i]);
    count_usage(&r->outcome.usage, &doc->answer.usage);
    r->counts.logprob_sum += doc->answer.logprob_sum;
    r->counts.logprob_count += doc->answer.logprob_count;
    return true;
}

/* A refusal is not kept either: asked again, the model may do better. */
static unsigned all_flaws(const struct relay *r)
{
    const struct relay_counts *c = &r->counts;
    bool                       is_declined = r->outcome.doubt == DOUBT_REFUSAL;
    unsigned                   flaws = r->outcome.has_tool_calls ? FLAW_TOOLS : 0;
    if (!r->outcome.is_whole || c->bad_events > 0 || is_declined)
        flaws |= FLAW_OTHER;
    for (size_t i = 0; i < c->choice_count; i++) {
        const struct relay_choice *choice = &c->choice[i];
        flaws |= choice->has_finished ? choice->flaws : FLAW_OTHER;
        if (!choice->has_content && !(choice->flaws & FLAW_TOOLS))
            flaws |= FLAW_OTHER;
    }
    return flaws;
}

int64_t relay_spoken_tokens(const struct relay *r)
{
    const struct relay_counts *c = &r->counts;
    return c->logprob_count ? c->logprob_count : c->first_bytes / TOKEN_BYTES;
}

void relay_sum_up(struct relay *r)
{
    const struct relay_counts *c = &r->counts;
    const struct answer_facts  facts = {
         .opening = slice_of(c->opening, c->opening_len),
         .content_bytes = c->first_bytes,
         .finish = slice_str(r->outcome.finish),
         .has_words = c->has_words,
         .has_tool_calls = r->outcome.has_tool_calls,
         .has_refusal = c->has_refusal,
         .logprob_sum = c->logprob_sum,
         .logprob_count = c->logprob_count,
    };
    r->outcome.is_whole = r->state == RELAY_DONE;
    r->outcome.flaws = FLAW_OTHER;
    if (!r->options.is_judged)
        return;
    r->outcome.mean_logprob = c->logprob_count ? c->logprob_sum / c->logprob_count : 0;
    r->outcome.confidence = confidence_of(&facts, &r->outcome.doubt);
    r->outcome.flaws = all_flaws(r);
}
