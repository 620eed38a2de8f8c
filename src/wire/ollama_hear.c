/*
 * ollama_hear.c - an answer of Ollama's own /api/chat as a chat completion, whole or line by line.
 * https://github.com/ollama/ollama/blob/main/docs/api.md
 *
 * A stream is JSON, one document a line, and the line with "done": true is the last. Calls come whole, before
 * version 0.13 without ids; the reason is "stop" although a tool was called. A prompt's count is missing where
 * all of it was in the cache: then nothing is said of usage, since absent is not zero.
 */
#include "translate_inside.h"

struct hearing {
    struct completion completion;
    uint32_t          calls;
    bool              has_begun;
};

static void read_facts(struct translation *t, const struct json *j)
{
    struct hearing *h = t->state;
    if (!h->completion.id.len) {
        struct slice made = json_raw(j, json_get(j, 0, "created_at"));
        h->completion.id =
            slice_str(arena_printf(t->arena, "\"chatcmpl-%016llx\"", (unsigned long long)slice_hash(made)));
        h->completion.model = arena_copy(t->arena, translate_raw(j, 0, "model"));
    }
    h->completion.prompt_tokens = translate_number(j, 0, "prompt_eval_count");
    h->completion.output_tokens = translate_number(j, 0, "eval_count");
    h->completion.has_usage = h->completion.prompt_tokens > 0;
}

static const char *finish_of(struct translation *t, const struct json *j)
{
    const struct hearing *h = t->state;
    if (slice_is(translate_text(t, j, 0, "done_reason"), "length"))
        return "length";
    return h->calls ? "tool_calls" : "stop";
}

static void add_calls(struct translation *t, const struct json *j, json_at calls, struct buf *out)
{
    struct hearing *h = t->state;
    json_add_key(out, "tool_calls");
    buf_add_byte(out, '[');
    for (json_at c = json_first(j, calls); c != JSON_NONE; c = json_next(j, c)) {
        json_at      function = json_get(j, c, "function"), arguments = json_get(j, function, "arguments");
        struct slice id = translate_text(t, j, c, "id");
        if (!id.len)
            id = slice_str(arena_printf(t->scratch, "call_%016llx_%u",
                                        (unsigned long long)slice_hash(h->completion.id), h->calls));
        json_add_comma(out);
        buf_add_byte(out, '{');
        json_add_number_member(out, "index", h->calls);
        json_add_text_member(out, "id", id);
        buf_add_str(out, ",\"type\":\"function\",\"function\":{");
        json_add_member(out, "name", translate_raw(j, function, "name"));
        json_add_text_member(out, "arguments",
                             json_kind(j, arguments) == JSON_OBJECT ? json_raw(j, arguments) : S("{}"));
        buf_add_str(out, "}}");
        h->calls++;
    }
    buf_add_byte(out, ']');
}

static bool is_error(const struct json *j, struct buf *out, const char *before, const char *after)
{
    if (json_kind(j, json_get(j, 0, "error")) == JSON_NULL)
        return false;
    buf_printf(out, "%s{\"error\":{", before);
    json_add_member(out, "message", translate_raw(j, 0, "error"));
    buf_printf(out, ",\"type\":\"server_error\",\"param\":null,\"code\":null}}%s", after);
    return true;
}

static void add_logprobs(const struct json *j, struct buf *out)
{
    json_at logprobs = json_get(j, 0, "logprobs");
    if (json_kind(j, logprobs) != JSON_ARRAY)
        return;
    json_add_key(out, "logprobs");
    buf_add_byte(out, '{');
    json_add_member(out, "content", json_raw(j, logprobs));
    json_add_member(out, "refusal", S("null"));
    buf_add_byte(out, '}');
}

/* ---- a stream ---- */

static void tell_content(struct translation *t, const struct json *j, struct slice raw, struct buf *out)
{
    struct hearing *h = t->state;
    if (raw.len <= strlen("\"\"") && h->has_begun)
        return;
    chunk_begin(t, &h->completion, out);
    if (!h->has_begun)
        buf_add_str(out, "\"role\":\"assistant\"");
    h->has_begun = true;
    json_add_member(out, "content", raw);
    buf_add_byte(out, '}');
    add_logprobs(j, out);
    buf_add_str(out, ",\"finish_reason\":null}]}\n\n");
}

static void on_event(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         message = json_get(j, 0, "message");
    json_at         calls = json_get(j, message, "tool_calls");
    if (is_error(j, out, "data: ", "\n\n"))
        return;
    read_facts(t, j);
    chunk_text(t, &h->completion, "reasoning_content", translate_raw(j, message, "thinking"), out);
    tell_content(t, j, translate_raw(j, message, "content"), out);
    if (json_first(j, calls) != JSON_NONE) {
        chunk_begin(t, &h->completion, out);
        add_calls(t, j, calls, out);
        chunk_end(out);
    }
    if (json_kind(j, json_get(j, 0, "done")) != JSON_TRUE)
        return;
    chunk_begin(t, &h->completion, out);
    buf_add_byte(out, '}');
    json_add_text_member(out, "finish_reason", slice_str(finish_of(t, j)));
    buf_add_str(out, "}]}\n\n");
    chunk_usage(t, &h->completion, out);
    buf_add_str(out, "data: [DONE]\n\n");
}

/* ---- a whole answer ---- */

static void on_document(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         message = json_get(j, 0, "message"), calls = json_get(j, message, "tool_calls");
    if (is_error(j, out, "", ""))
        return;
    if (json_kind(j, message) != JSON_OBJECT) { /* whatever it is, it is no answer */
        buf_add_str(out, "{}");
        return;
    }
    read_facts(t, j);
    completion_begin(t, &h->completion, out);
    json_add_member(out, "content", translate_raw(j, message, "content"));
    json_add_member(out, "refusal", S("null"));
    if (json_kind(j, json_get(j, message, "thinking")) == JSON_STRING)
        json_add_member(out, "reasoning_content", translate_raw(j, message, "thinking"));
    if (json_first(j, calls) != JSON_NONE)
        add_calls(t, j, calls, out);
    buf_add_byte(out, '}');
    if (json_kind(j, json_get(j, 0, "logprobs")) == JSON_ARRAY)
        add_logprobs(j, out);
    else
        json_add_member(out, "logprobs", S("null"));
    json_add_text_member(out, "finish_reason", slice_str(finish_of(t, j)));
    buf_add_str(out, "}]");
    completion_usage(&h->completion, out);
    buf_add_byte(out, '}');
}

const struct answer_translator ollama_to_openai = {
    .from = DIALECT_OLLAMA,
    .to = DIALECT_OPENAI,
    .reads_lines = true,
    .state_bytes = sizeof(struct hearing),
    .on_event = on_event,
    .on_document = on_document,
};
