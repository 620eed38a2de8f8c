/*
 * anthropic_hear.c - an answer of Anthropic's Messages as a chat completion, whole or event by event.
 * https://docs.anthropic.com/en/docs/build-with-claude/streaming
 *
 * Usage is split over the first event and the last ones, which count from the beginning. The input of a tool
 * comes in pieces, or not at all, which means {}.
 */
#include "translate_inside.h"

struct hearing {
    struct slice id, model; /* raw JSON strings, in the arena */
    int64_t      input_tokens, cached_tokens, written_tokens, output_tokens;
    uint32_t     calls;      /* # tool calls begun */
    bool         is_in_call; /* the block that is open is one */
    bool         has_input;  /* and a piece of its input has come */
};

static const struct {
    const char *stop_reason, *finish_reason;
} reasons[] = {
    { "end_turn", "stop" },
    { "stop_sequence", "stop" },
    { "pause_turn", "stop" },
    { "max_tokens", "length" },
    { "model_context_window_exceeded", "length" },
    { "tool_use", "tool_calls" },
    { "refusal", "content_filter" },
};

const char *anthropic_finish(struct slice stop_reason)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (slice_is(stop_reason, reasons[i].stop_reason))
            return reasons[i].finish_reason;
    return "stop";
}

static struct slice string_at(struct translation *t, const struct json *j, json_at object, const char *key)
{
    return json_string(j, json_get(j, object, key), t->scratch);
}

/* A raw string member, or an empty string. */
static struct slice raw_string(const struct json *j, json_at object, const char *key)
{
    json_at at = json_get(j, object, key);
    return json_kind(j, at) == JSON_STRING ? json_raw(j, at) : S("\"\"");
}

/* ---- usage ---- */

/* What an event says replaces what an earlier one did; what it does not say stays. */
static void read_usage(struct hearing *h, const struct json *j, json_at usage)
{
    const struct {
        const char *key;
        int64_t    *to;
    } counts[] = { { "input_tokens", &h->input_tokens },
                   { "cache_read_input_tokens", &h->cached_tokens },
                   { "cache_creation_input_tokens", &h->written_tokens },
                   { "output_tokens", &h->output_tokens } };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t tokens;
        if (json_i64(j, json_get(j, usage, counts[i].key), &tokens) && tokens >= 0)
            *counts[i].to = tokens;
    }
}

/* There, the input's three kinds are counted apart; here, as parts of one. */
static void add_usage(const struct hearing *h, struct buf *out)
{
    int64_t prompt = h->input_tokens + h->cached_tokens + h->written_tokens;
    json_add_key(out, "usage");
    buf_add_byte(out, '{');
    json_add_number_member(out, "prompt_tokens", prompt);
    json_add_number_member(out, "completion_tokens", h->output_tokens);
    json_add_number_member(out, "total_tokens", prompt + h->output_tokens);
    json_add_key(out, "prompt_tokens_details");
    buf_add_byte(out, '{');
    json_add_number_member(out, "cached_tokens", h->cached_tokens);
    json_add_number_member(out, "cache_creation_tokens", h->written_tokens);
    buf_add_str(out, "}}");
}

/* ---- chunks ---- */

static void add_envelope(struct translation *t, const char *object, struct buf *out)
{
    const struct hearing *h = t->state;
    buf_add_byte(out, '{');
    json_add_member(out, "id", h->id.len ? h->id : S("\"\""));
    json_add_text_member(out, "object", slice_str(object));
    json_add_number_member(out, "created", t->now_s);
    json_add_member(out, "model", h->model.len ? h->model : S("\"\""));
}

static void begin_delta(struct translation *t, struct buf *out)
{
    buf_add_str(out, "data: ");
    add_envelope(t, "chat.completion.chunk", out);
    buf_add_str(out, ",\"choices\":[{\"index\":0,\"delta\":{");
}

static void end_delta(struct buf *out)
{
    buf_add_str(out, "},\"finish_reason\":null}]}\n\n");
}

static void tell(struct translation *t, const char *key, struct slice raw, struct buf *out)
{
    if (raw.len <= strlen("\"\""))
        return;
    begin_delta(t, out);
    json_add_member(out, key, raw);
    end_delta(out);
}

static void tell_call(struct translation *t, const struct json *j, json_at block, struct buf *out)
{
    const struct hearing *h = t->state;
    begin_delta(t, out);
    buf_printf(out, "\"tool_calls\":[{\"index\":%u", h->calls - 1);
    json_add_member(out, "id", raw_string(j, block, "id"));
    buf_add_str(out, ",\"type\":\"function\",\"function\":{");
    json_add_member(out, "name", raw_string(j, block, "name"));
    buf_add_str(out, ",\"arguments\":\"\"}}]");
    end_delta(out);
}

static void tell_arguments(struct translation *t, struct slice raw, struct buf *out)
{
    const struct hearing *h = t->state;
    begin_delta(t, out);
    buf_printf(out, "\"tool_calls\":[{\"index\":%u,\"function\":{", h->calls - 1);
    json_add_member(out, "arguments", raw);
    buf_add_str(out, "}}]");
    end_delta(out);
}

/* ---- events ---- */

static void on_message_start(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         message = json_get(j, 0, "message");
    h->id = arena_copy(t->arena, raw_string(j, message, "id"));
    h->model = arena_copy(t->arena, raw_string(j, message, "model"));
    read_usage(h, j, json_get(j, message, "usage"));
    begin_delta(t, out);
    buf_add_str(out, "\"role\":\"assistant\",\"content\":\"\"");
    end_delta(out);
}

static void on_block_start(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         block = json_get(j, 0, "content_block");
    struct slice    type = string_at(t, j, block, "type");
    h->is_in_call = slice_is(type, "tool_use");
    h->has_input = false;
    if (h->is_in_call) {
        h->calls++;
        tell_call(t, j, block, out);
    } else if (slice_is(type, "text")) {
        tell(t, "content", raw_string(j, block, "text"), out);
    } else if (slice_is(type, "thinking")) {
        tell(t, "reasoning_content", raw_string(j, block, "thinking"), out);
    } else if (slice_is(type, "redacted_thinking")) {
        tell(t, "reasoning_redacted", raw_string(j, block, "data"), out);
    }
}

static void on_block_delta(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         delta = json_get(j, 0, "delta");
    struct slice    type = string_at(t, j, delta, "type");
    if (slice_is(type, "text_delta")) {
        tell(t, "content", raw_string(j, delta, "text"), out);
    } else if (slice_is(type, "thinking_delta")) {
        tell(t, "reasoning_content", raw_string(j, delta, "thinking"), out);
    } else if (slice_is(type, "signature_delta")) {
        tell(t, "reasoning_signature", raw_string(j, delta, "signature"), out);
    } else if (slice_is(type, "input_json_delta") && h->is_in_call) {
        struct slice piece = raw_string(j, delta, "partial_json");
        if (piece.len <= strlen("\"\""))
            return;
        h->has_input = true;
        tell_arguments(t, piece, out);
    }
}

static void on_block_stop(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    (void)j;
    if (h->is_in_call && !h->has_input)
        tell_arguments(t, S("\"{}\""), out);
    h->is_in_call = false;
}

static void add_finish(struct translation *t, const struct json *j, json_at object, struct buf *out)
{
    json_at sequence = json_get(j, object, "stop_sequence");
    json_add_text_member(out, "finish_reason",
                         slice_str(anthropic_finish(string_at(t, j, object, "stop_reason"))));
    json_add_member(out, "stop_reason", raw_string(j, object, "stop_reason"));
    if (json_kind(j, sequence) == JSON_STRING)
        json_add_member(out, "stop_sequence", json_raw(j, sequence));
}

static void on_message_delta(struct translation *t, const struct json *j, struct buf *out)
{
    json_at delta = json_get(j, 0, "delta");
    read_usage(t->state, j, json_get(j, 0, "usage"));
    if (json_kind(j, json_get(j, delta, "stop_reason")) != JSON_STRING)
        return;
    buf_add_str(out, "data: ");
    add_envelope(t, "chat.completion.chunk", out);
    buf_add_str(out, ",\"choices\":[{\"index\":0,\"delta\":{}");
    add_finish(t, j, delta, out);
    buf_add_str(out, "}]}\n\n");
}

static void on_message_stop(struct translation *t, const struct json *j, struct buf *out)
{
    (void)j;
    buf_add_str(out, "data: ");
    add_envelope(t, "chat.completion.chunk", out);
    buf_add_str(out, ",\"choices\":[]");
    add_usage(t->state, out);
    buf_add_str(out, "}\n\ndata: [DONE]\n\n");
}

static void on_ping(struct translation *t, const struct json *j, struct buf *out)
{
    (void)t;
    (void)j;
    buf_add_str(out, ": ping\n\n");
}

static void on_error(struct translation *t, const struct json *j, struct buf *out)
{
    (void)t;
    buf_add_str(out, "data: {");
    json_add_member(out, "error", json_raw(j, json_get(j, 0, "error")));
    buf_add_str(out, "}\n\n");
}

static const struct {
    const char *type;
    void (*on)(struct translation *, const struct json *, struct buf *out);
} events[] = {
    { "message_start", on_message_start },
    { "content_block_start", on_block_start },
    { "content_block_delta", on_block_delta },
    { "content_block_stop", on_block_stop },
    { "message_delta", on_message_delta },
    { "message_stop", on_message_stop },
    { "ping", on_ping },
    { "error", on_error },
};

/* A kind of event that is not known says nothing that a chat completion could. */
static void on_event(struct translation *t, const struct json *j, struct buf *out)
{
    struct slice type = string_at(t, j, 0, "type");
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (slice_is(type, events[i].type))
            events[i].on(t, j, out);
}

/* Not a word of this dialect. */
static void on_done(struct translation *t, struct buf *out)
{
    (void)t;
    buf_add_str(out, "data: unreadable\n\n");
}

/* ---- a whole answer ---- */

/* The texts of all blocks of a type, one after the other, as a member; nothing where there are none. */
static void add_texts(struct translation *t, const struct json *j, json_at blocks, const char *type,
                      const char *member, const char *key, struct buf *out)
{
    bool has_any = false;
    for (json_at b = json_first(j, blocks); b != JSON_NONE; b = json_next(j, b)) {
        if (!slice_is(string_at(t, j, b, "type"), type))
            continue;
        if (!has_any) {
            json_add_key(out, key);
            buf_add_byte(out, '"');
        }
        has_any = true;
        json_add_escaped(out, string_at(t, j, b, member));
    }
    if (has_any)
        buf_add_byte(out, '"');
}

static void add_call(const struct json *j, json_at block, struct buf *out)
{
    json_at input = json_get(j, block, "input");
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_member(out, "id", raw_string(j, block, "id"));
    buf_add_str(out, ",\"type\":\"function\",\"function\":{");
    json_add_member(out, "name", raw_string(j, block, "name"));
    json_add_text_member(out, "arguments", json_kind(j, input) == JSON_OBJECT ? json_raw(j, input) : S("{}"));
    buf_add_str(out, "}}");
}

static void add_calls(struct translation *t, const struct json *j, json_at blocks, struct buf *out)
{
    bool has_any = false;
    for (json_at b = json_first(j, blocks); b != JSON_NONE; b = json_next(j, b)) {
        if (!slice_is(string_at(t, j, b, "type"), "tool_use"))
            continue;
        if (!has_any)
            buf_add_str(out, ",\"tool_calls\":[");
        has_any = true;
        add_call(j, b, out);
    }
    if (has_any)
        buf_add_byte(out, ']');
}

static bool has_text(struct translation *t, const struct json *j, json_at blocks)
{
    for (json_at b = json_first(j, blocks); b != JSON_NONE; b = json_next(j, b))
        if (slice_is(string_at(t, j, b, "type"), "text"))
            return true;
    return false;
}

static void on_document(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         blocks = json_get(j, 0, "content");
    if (json_kind(j, json_get(j, 0, "error")) == JSON_OBJECT) {
        buf_add(out, json_raw(j, 0));
        return;
    }
    h->id = raw_string(j, 0, "id");
    h->model = raw_string(j, 0, "model");
    read_usage(h, j, json_get(j, 0, "usage"));
    add_envelope(t, "chat.completion", out);
    buf_add_str(out, ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\"");
    if (has_text(t, j, blocks))
        add_texts(t, j, blocks, "text", "text", "content", out);
    else
        json_add_member(out, "content", S("null"));
    json_add_member(out, "refusal", S("null"));
    add_texts(t, j, blocks, "thinking", "thinking", "reasoning_content", out);
    add_texts(t, j, blocks, "thinking", "signature", "reasoning_signature", out);
    add_texts(t, j, blocks, "redacted_thinking", "data", "reasoning_redacted", out);
    add_calls(t, j, blocks, out);
    buf_add_str(out, "},\"logprobs\":null");
    add_finish(t, j, 0, out);
    buf_add_str(out, "}]");
    add_usage(h, out);
    buf_add_byte(out, '}');
}

const struct answer_translator anthropic_to_openai = {
    .from = DIALECT_ANTHROPIC,
    .to = DIALECT_OPENAI,
    .state_bytes = sizeof(struct hearing),
    .on_event = on_event,
    .on_done = on_done,
    .on_document = on_document,
};
