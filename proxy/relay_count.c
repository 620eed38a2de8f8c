/*
 * relay_count.c - what the answer was: how much, of what kind, how it ended, and how sure one may be of it.
 */
#include "relay_inside.h"

#include <stdio.h>

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

static bool has_calls(const struct doc *doc, const struct doc_choice *choice)
{
    const struct json *j = &doc->answer.json;
    return json_first(j, json_get(j, choice->said, "tool_calls")) != JSON_NONE ||
           json_kind(j, json_get(j, choice->said, "function_call")) == JSON_OBJECT;
}

static bool count_choice(struct relay *r, struct doc *doc, struct doc_choice *choice, struct fault *why)
{
    struct relay_choice *seen = relay_choice(r, choice->index);
    if (!seen)
        return fault_set(why, FAULT_PROVIDER_BROKE, "it has more than %d choices", RELAY_CHOICES_MOST);
    if (has_calls(doc, choice)) {
        r->outcome.has_tool_calls = true;
        doc->speaks = true;
    }
    const struct json *j = &doc->answer.json;
    struct slice       finish = json_string(j, json_get(j, choice->at, "finish_reason"), doc->arena);
    if (finish.len == 0) /* null; and some providers send "" until the end */
        return true;
    choice->ends = true;
    seen->has_finished = true;
    seen->has_stopped = slice_is(finish, "stop");
    if (choice->index == 0)
        snprintf(r->outcome.finish, sizeof r->outcome.finish, "%.*s", SLICE_ARG(finish));
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

bool relay_count(struct relay *r, struct doc *doc, struct buf *out, struct fault *why)
{
    (void)out;
    for (size_t i = 0; i < doc->choice_count; i++)
        if (!count_choice(r, doc, &doc->choice[i], why))
            return false;
    for (size_t i = 0; i < doc->answer.text_count; i++)
        count_text(r, doc, &doc->answer.text[i]);
    if (doc->answer.usage.is_given) /* a later one counts all that an earlier one did */
        r->outcome.usage = doc->answer.usage;
    r->counts.logprob_sum += doc->answer.logprob_sum;
    r->counts.logprob_count += doc->answer.logprob_count;
    return true;
}

/* A refusal is not kept either: asked again, the model may do better. */
static bool is_good(const struct relay *r)
{
    const struct relay_counts *c = &r->counts;
    bool                       is_declined = slice_is(slice_str(r->outcome.doubt), "refusal");
    if (!r->outcome.is_whole || r->outcome.has_tool_calls || c->bad_events > 0 || is_declined)
        return false;
    for (size_t i = 0; i < c->choice_count; i++)
        if (!c->choice[i].has_stopped || !c->choice[i].has_content)
            return false;
    return true;
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
    if (!r->options.is_judged)
        return;
    r->outcome.confidence = confidence_of(&facts, &r->outcome.doubt);
    r->outcome.is_good = is_good(r);
}
