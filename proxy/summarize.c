/*
 * summarize.c - the step summarize: a model that the route names (`compress: { by: small }`) is asked for
 * summaries of long texts of earlier turns.
 *
 *   plan --> ask --> hear --> ask --> hear ... --> shorten (an SLM thread judges each, and takes it or not)
 *
 * A leg like any other under the law of zones: the model's zone is asked for before each call, and what is
 * hidden is hidden from it too, wherever it is, so that its words bring nothing back that was to stay here.
 * What it may cost was reserved; what it did cost is the request's.
 *
 * A convenience (law 2): an answer that is cut, an error, or the deadline, and the request goes on with what
 * there is; texts without a summary, or with one that slm/faithful.h finds fault with, are left to choosing
 * sentences. Messages, their order and their tool calls stay; a text is another, nothing else.
 */
#include "exchange_parts.h"

#include "base/log.h"

enum {
    TEXT_LEAST_WORDS = 80,       /* of less a summary saves little */
    TEXT_MOST_BYTES = 64 * 1024, /* of more a small model loses the thread, or has no room */
    ANSWER_MOST_BYTES = 256 * 1024,
    FRAME_BYTES = 1024, /* around a text: instructions and JSON */
    TOKENS_A_WORD = 2,  /* errs high */
};

static const char instructions[] = "You shorten a part of a conversation for someone who will answer the "
                                   "question. Write it anew in at most %zu words, "
                                   "in its own language, as plain sentences. Keep what the question needs, and "
                                   "every name, number, date and code "
                                   "that you keep exactly as it is written. Add nothing, leave no \\\"not\\\" "
                                   "out, and do not answer the question.";

/* ---- what is to be summarized ---- */

/* Code, JSON and tables are not told in other words. */
static bool is_prose(struct slice text)
{
    struct slice begin = slice_trim(text);
    return slice_find(text, S("```")) == SLICE_NONE && slice_find(text, S("\n|")) == SLICE_NONE &&
           !slice_starts(begin, S("{")) && !slice_starts(begin, S("["));
}

static bool is_wanted(const struct exchange *x, const struct chat_text *text)
{
    struct slice now = exchange_text_now(text);
    return exchange_may_shorten(&x->chat, text) && now.len <= TEXT_MOST_BYTES && is_prose(now) &&
           words_count(now) >= TEXT_LEAST_WORDS;
}

/* Puts a text among the longest, in the order of the conversation. */
static void add_longest(struct summarizing *s, const struct chat *chat, size_t text)
{
    if (s->count < SUMMARIES_MOST) {
        s->text[s->count++] = text;
        return;
    }
    unsigned least = 0;
    for (unsigned i = 1; i < s->count; i++)
        if (chat->text[s->text[i]].text.len < chat->text[s->text[least]].text.len)
            least = i;
    if (chat->text[text].text.len <= chat->text[s->text[least]].text.len)
        return;
    memmove(&s->text[least], &s->text[least + 1], (s->count - least - 1) * sizeof *s->text);
    s->text[s->count - 1] = text;
}

static void plan(struct exchange *x)
{
    struct summarizing *s = &x->summarizing;
    if (s->is_planned)
        return;
    s->is_planned = true;
    if (!x->decision.compress_by || !exchange_is_long(x))
        return;
    for (size_t i = 0; i < x->chat.text_count; i++)
        if (is_wanted(x, &x->chat.text[i]))
            add_longest(s, &x->chat, i);
    s->question = chat_subject(&x->chat, x->arena);
}

static size_t words_wanted(const struct exchange *x, struct slice text)
{
    return (size_t)(x->decision.compress_to * (double)words_count(text)) + 1;
}

int64_t exchange_summaries_worst(struct exchange *x)
{
    struct summarizing *s = &x->summarizing;
    int64_t             bytes = 0, tokens = 0, cost = 0;
    struct fault        why;
    plan(x);
    for (unsigned i = 0; i < s->count; i++) {
        struct slice text = exchange_text_now(&x->chat.text[s->text[i]]);
        bytes += (int64_t)(text.len + s->question.len) + FRAME_BYTES;
        tokens += (int64_t)words_wanted(x, text) * TOKENS_A_WORD;
    }
    if (s->count && !price_worst(x->decision.compress_by, bytes, tokens, 1, &cost, &why)) {
        cost = 0;
        if (x->decision.budget_count) /* which cannot cover what has no price */
            s->count = 0;
    }
    return cost;
}

/* ---- asking ---- */

static enum step_result ask_next(struct exchange *x);

static void write_request(const struct exchange *x, struct slice text, struct buf *out)
{
    const struct summarizing *s = &x->summarizing;
    struct buf                user;
    buf_init(&user, SIZE_MAX); /* bounded by the body */
    buf_printf(&user, "Question: %.*s\n\nText:\n%.*s", SLICE_ARG(s->question), SLICE_ARG(text));
    buf_add(out, S("{\"model\":"));
    json_add_string(out, slice_str(x->decision.compress_by->sent_as));
    buf_add(out, S(",\"messages\":[{\"role\":\"system\",\"content\":\""));
    buf_printf(out, instructions, words_wanted(x, text));
    buf_add(out, S("\"},{\"role\":\"user\",\"content\":"));
    json_add_string(out, buf_slice(&user));
    buf_printf(out, "}]%s,\"%s\":%zu}",
               openai_takes_sampling(slice_str(x->decision.compress_by->sent_as)) ? ",\"temperature\":0" : "",
               x->decision.compress_by->provider->limit_key == LIMIT_MAX_COMPLETION_TOKENS
                   ? "max_completion_tokens"
                   : "max_tokens",
               words_wanted(x, text) * TOKENS_A_WORD);
    buf_wipe(&user);
}

/* What the call that ends now has cost, and what it says of the provider. */
static void count_call(struct exchange *x, const struct answer_usage *told, bool was_sent, enum leg_end end)
{
    struct summarizing   *s = &x->summarizing;
    const struct leg_told leg = { .end = end, .wait_ms = -1 };
    providers_end(x->tools->providers, x->decision.compress_by, &leg, loop_now_ms(x->tools->loop));
    x->theirs_us += loop_now_us(x->tools->loop) - x->asked_us;
    if (!was_sent)
        return;
    const struct answer_usage usage = usage_whole(told, s->asked_bytes, (int64_t)s->heard.len);
    x->summaries_nanousd += exchange_charge(x, x->decision.compress_by, &usage);
}

/* No more is asked; what was heard is judged. */
static void finish(struct exchange *x)
{
    timer_clear(&x->deadline);
    x->summarizing.at = x->summarizing.count;
    exchange_go_on(x);
}

static void failed(struct exchange *x, const char *what)
{
    log_debug("summary_failed", "%s: %s", x->id, what);
    finish(x);
}

/* The words of a whole answer; empty where it is none, or was cut. */
static struct slice summary_in(const struct answer *answer)
{
    if (answer->is_error || !slice_is(answer->finish, "stop"))
        return S("");
    for (size_t i = 0; i < answer->text_count; i++)
        if (answer->text[i].place == ANSWER_CONTENT && answer->text[i].choice == 0)
            return slice_trim(answer->text[i].text);
    return S("");
}

static void on_head(struct call *call, const struct http1_head *head, void *arg)
{
    (void)call;
    struct exchange *x = arg;
    x->summarizing.status = head->status;
}

static void on_body(struct call *call, struct slice bytes, void *arg)
{
    (void)call;
    struct exchange *x = arg;
    buf_add(&x->summarizing.heard, bytes);
}

static void on_end(struct call *call, void *arg)
{
    (void)call;
    struct exchange    *x = arg;
    struct summarizing *s = &x->summarizing;
    struct answer       answer = { 0 };
    struct fault        why = { 0 };
    struct slice        body = arena_copy(x->arena, buf_slice(&s->heard));
    s->call = NULL;
    bool is_read = s->status == 200 && !s->heard.full && answer_read(x->arena, body, &answer, &why);
    count_call(x, &answer.usage, s->status == 200, s->status < 500 ? LEG_WENT_WELL : LEG_FAILED);
    if (!is_read) {
        failed(x, "the answer is none");
        return;
    }
    s->summary[s->at++] = summary_in(&answer);
    if (ask_next(x) == NEXT)
        finish(x);
}

static void on_fault(struct call *call, const struct fault *why, void *arg)
{
    struct exchange *x = arg;
    x->summarizing.call = NULL;
    count_call(x, &(struct answer_usage){ 0 }, call_was_sent(call), LEG_FAILED);
    failed(x, why->detail);
}

static const struct call_handler handler = {
    .on_head = on_head,
    .on_body = on_body,
    .on_end = on_end,
    .on_fault = on_fault,
};

static void drop_call(struct exchange *x)
{
    struct summarizing *s = &x->summarizing;
    timer_clear(&x->deadline);
    count_call(x, &(struct answer_usage){ 0 }, call_was_sent(s->call), LEG_SAID_NOTHING);
    call_cancel(&s->call);
}

static void on_late(void *arg)
{
    struct exchange *x = arg;
    drop_call(x);
    failed(x, "too late");
}

/* NEXT when none is left. */
static enum step_result ask_next(struct exchange *x)
{
    struct summarizing *s = &x->summarizing;
    const struct model *by = x->decision.compress_by;
    struct resting      rests;
    if (s->at >= s->count || !reach_allows(x->decision.reach, by->provider->zone) ||
        !providers_begin(x->tools->providers, by, loop_now_ms(x->tools->loop), &rests))
        return NEXT;
    struct buf body;
    buf_init(&body, SIZE_MAX); /* bounded by what was received */
    write_request(x, exchange_text_now(&x->chat.text[s->text[s->at]]), &body);
    buf_reset(&s->heard);
    s->status = 0;
    s->asked_bytes = (int64_t)body.len;
    s->call = upstream_post(x->tools->upstream, snapshot_origin(x->snapshot, by->provider),
                            exchange_ask_path(x, by, false), slice_of(NULL, 0), buf_slice(&body), &handler, x);
    buf_wipe(&body);
    x->asked_us = loop_now_us(x->tools->loop);
    x->cancel = drop_call;
    return WAIT;
}

enum step_result take_summarize(struct exchange *x)
{
    struct summarizing *s = &x->summarizing;
    plan(x);
    if (x->candidate > 0 || s->at > 0 || x->inspecting.thought.is_out)
        return NEXT; /* done before; or an inspection that came too late still reads the texts */
    buf_init(&s->heard, ANSWER_MOST_BYTES);
    enum step_result result = ask_next(x);
    if (result == WAIT)
        timer_set(x->tools->loop, &x->deadline, x->snapshot->settings->summarize_ms, on_late, x);
    return result;
}
