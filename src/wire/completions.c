/*
 * completions.c - OpenAI's older completions: a prompt for a chat's one message, and the answer back.
 * https://platform.openai.com/docs/api-reference/completions
 *
 * A model that chats does not go on with a text by itself: it is asked with the prompt as it is.
 */
#include "translate_inside.h"

/* ---- the request ---- */

static bool read_prompt(struct rewrite *w, json_at prompt)
{
    json_at only = json_first(w->json, prompt);
    if (json_kind(w->json, prompt) == JSON_ARRAY && json_next(w->json, only) == JSON_NONE)
        prompt = only;
    if (json_kind(w->json, prompt) != JSON_STRING)
        return rewrite_refuse(w, "prompt", "must be one text: several, or tokens, are not served here");
    json_add_key(w->out, "messages");
    buf_add_str(w->out, "[{\"role\":\"user\"");
    json_add_member(w->out, "content", json_raw(w->json, prompt));
    buf_add_str(w->out, "}]");
    return true;
}

static bool refuse_above_one(struct rewrite *w, json_at at)
{
    int64_t count;
    if (json_i64(w->json, at, &count) && count > 1)
        return rewrite_refuse(w, "best_of", "asks for several answers to choose from, which a chat cannot");
    return true;
}

static const struct rewrite_field fields[] = {
    { "prompt", read_prompt },    { "best_of", refuse_above_one },
    { "echo", rewrite_nothing },  /* its answer's part */
    { "logprobs", rewrite_note }, /* in a shape of its own */
    { "suffix", rewrite_note },   { NULL, rewrite_copy },
};

bool completions_read_request(struct rewrite *w)
{
    buf_add_byte(w->out, '{');
    if (!rewrite_fields(w, 0, fields))
        return false;
    buf_add_byte(w->out, '}');
    return true;
}

/* ---- the answer ---- */

struct telling {
    bool has_echoed;
};

/* What stands before each choice's text, raw JSON without quotes: the prompt, where the request wants it said
 * back. */
static struct slice echo_of(const struct translation *t)
{
    const struct json *request = t->request;
    if (!request || json_kind(request, json_get(request, 0, "echo")) != JSON_TRUE)
        return S("");
    json_at prompt = json_get(request, 0, "prompt");
    if (json_kind(request, prompt) == JSON_ARRAY)
        prompt = json_first(request, prompt);
    struct slice raw = json_raw(request, prompt);
    return slice_cut(raw, 1, raw.len - 1);
}

/* Both are JSON strings: they are joined where their quotes were. */
static void add_text(struct translation *t, struct slice raw, struct buf *out)
{
    struct telling *s = t->state;
    json_add_key(out, "text");
    buf_add_byte(out, '"');
    if (!s->has_echoed)
        buf_add(out, echo_of(t));
    buf_add(out, slice_cut(raw, 1, raw.len));
}

static void add_choices(struct translation *t, const struct json *j, const char *message, struct buf *out)
{
    json_add_key(out, "choices");
    buf_add_byte(out, '[');
    for (json_at c = json_first(j, json_get(j, 0, "choices")); c != JSON_NONE; c = json_next(j, c)) {
        struct slice finish = translate_text(t, j, c, "finish_reason");
        json_add_comma(out);
        buf_add_byte(out, '{');
        add_text(t, translate_raw(j, json_get(j, c, message), "content"), out);
        json_add_number_member(out, "index", translate_number(j, c, "index"));
        json_add_member(out, "logprobs", S("null"));
        bool is_cut = slice_is(finish, "length") || slice_is(finish, "content_filter");
        if (finish.len) /* it knows of no calls */
            json_add_text_member(out, "finish_reason", is_cut ? finish : S("stop"));
        else
            json_add_member(out, "finish_reason", S("null"));
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void add_answer(struct translation *t, const struct json *j, const char *message, struct buf *out)
{
    buf_add_byte(out, '{');
    json_add_member(out, "id", translate_raw(j, 0, "id"));
    json_add_text_member(out, "object", S("text_completion"));
    json_add_number_member(out, "created", translate_number(j, 0, "created"));
    json_add_member(out, "model", translate_raw(j, 0, "model"));
    add_choices(t, j, message, out);
    if (json_kind(j, json_get(j, 0, "usage")) == JSON_OBJECT)
        json_add_member(out, "usage", json_raw(j, json_get(j, 0, "usage")));
    buf_add_byte(out, '}');
}

static void on_event(struct translation *t, const struct json *j, struct buf *out)
{
    buf_add_str(out, "data: ");
    if (json_kind(j, json_get(j, 0, "error")) == JSON_OBJECT)
        buf_add(out, json_raw(j, 0));
    else
        add_answer(t, j, "delta", out);
    buf_add_str(out, "\n\n");
    ((struct telling *)t->state)->has_echoed = true;
}

static void on_done(struct translation *t, struct buf *out)
{
    (void)t;
    buf_add_str(out, "data: [DONE]\n\n");
}

static void on_document(struct translation *t, const struct json *j, struct buf *out)
{
    add_answer(t, j, "message", out);
}

const struct answer_translator openai_to_completions = {
    .from = DIALECT_OPENAI,
    .to = DIALECT_COMPLETIONS,
    .state_bytes = sizeof(struct telling),
    .on_event = on_event,
    .on_done = on_done,
    .on_document = on_document,
};
