/*
 * anthropic_hear.c - an answer of Anthropic's Messages as a chat completion, whole or event by event.
 * https://docs.anthropic.com/en/docs/build-with-claude/streaming
 *
 * Usage is split over the first event and the last ones, which count from the beginning. The input of a tool
 * comes in pieces, or not at all, which means {}.
 */
#include "translate_inside.h"

struct hearing {
    struct completion completion;
    int64_t           input_tokens;         /* those that were neither in the cache nor written to it */
    uint32_t          calls;                /* # tool calls begun */
    uint32_t          signatures, redacted; /* # told */
    bool              is_in_call;           /* the block that is open is one */
    bool              has_input;            /* and a piece of its input has come */
};

static const struct {
    const char *stop_reason, *finish_reason;
} reasons[] = {
    { "end_turn", "stop" },       { "stop_sequence", "stop" },
    { "pause_turn", "length" }, /* a tool of its own takes long: the answer is to be gone on with */
    { "max_tokens", "length" },   { "model_context_window_exceeded", "length" },
    { "tool_use", "tool_calls" }, { "refusal", "content_filter" },
};

const char *anthropic_finish(struct slice stop_reason)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (slice_is(stop_reason, reasons[i].stop_reason))
            return reasons[i].finish_reason;
    return "stop";
}

/* ---- usage ---- */

/* What an event says replaces what an earlier one did; what it does not say stays. */
static void read_usage(struct hearing *h, const struct json *j, json_at usage)
{
    const struct {
        const char *key;
        int64_t    *to;
    } counts[] = { { "input_tokens", &h->input_tokens },
                   { "cache_read_input_tokens", &h->completion.cached_tokens },
                   { "cache_creation_input_tokens", &h->completion.written_tokens },
                   { "output_tokens", &h->completion.output_tokens } };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t tokens;
        if (json_i64(j, json_get(j, usage, counts[i].key), &tokens) && tokens >= 0) {
            *counts[i].to = tokens;
            h->completion.has_usage = true;
        }
    }
    int64_t for_an_hour =
        translate_number(j, json_get(j, usage, "cache_creation"), "ephemeral_1h_input_tokens");
    if (for_an_hour > 0)
        h->completion.written_hour_tokens = for_an_hour;
}

/* There, the input's three kinds are counted apart; here, as parts of one. */
static struct completion *completion_of(struct translation *t)
{
    struct hearing    *h = t->state;
    struct completion *c = &h->completion;
    c->prompt_tokens = h->input_tokens + c->cached_tokens + c->written_tokens;
    return c;
}

/* ---- chunks ---- */

static void tell_call(struct translation *t, const struct json *j, json_at block, struct buf *out)
{
    const struct hearing *h = t->state;
    chunk_begin(t, completion_of(t), out);
    buf_printf(out, "\"tool_calls\":[{\"index\":%u", h->calls - 1);
    json_add_member(out, "id", translate_raw(j, block, "id"));
    buf_add_str(out, ",\"type\":\"function\",\"function\":{");
    json_add_member(out, "name", translate_raw(j, block, "name"));
    buf_add_str(out, ",\"arguments\":\"\"}}]");
    chunk_end(out);
}

static void tell_arguments(struct translation *t, struct slice raw, struct buf *out)
{
    const struct hearing *h = t->state;
    chunk_begin(t, completion_of(t), out);
    buf_printf(out, "\"tool_calls\":[{\"index\":%u,\"function\":{", h->calls - 1);
    json_add_member(out, "arguments", raw);
    buf_add_str(out, "}}]");
    chunk_end(out);
}

/* What stands for one thought whole; from the second on behind a mark, so that they can be told apart when they
 * come back. */
static void tell_sealed(struct translation *t, const char *key, uint32_t *count, struct slice raw,
                        struct buf *out)
{
    if (raw.len <= strlen("\"\""))
        return;
    if ((*count)++)
        raw = slice_str(
            arena_printf(t->scratch, "\"" ANTHROPIC_SEALS_APART "%.*s", SLICE_ARG(slice_cut(raw, 1, raw.len))));
    chunk_text(t, completion_of(t), key, raw, out);
}

/* ---- events ---- */

static void on_message_start(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         message = json_get(j, 0, "message");
    h->completion.id = arena_copy(t->arena, translate_raw(j, message, "id"));
    h->completion.model = arena_copy(t->arena, translate_raw(j, message, "model"));
    read_usage(h, j, json_get(j, message, "usage"));
    chunk_begin(t, completion_of(t), out);
    buf_add_str(out, "\"role\":\"assistant\",\"content\":\"\"");
    chunk_end(out);
}

static void on_block_start(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         block = json_get(j, 0, "content_block");
    struct slice    type = translate_text(t, j, block, "type");
    h->is_in_call = slice_is(type, "tool_use");
    h->has_input = false;
    if (h->is_in_call) {
        h->calls++;
        tell_call(t, j, block, out);
    } else if (slice_is(type, "text")) {
        chunk_text(t, completion_of(t), "content", translate_raw(j, block, "text"), out);
    } else if (slice_is(type, "thinking")) {
        chunk_text(t, completion_of(t), "reasoning_content", translate_raw(j, block, "thinking"), out);
    } else if (slice_is(type, "redacted_thinking")) {
        tell_sealed(t, "reasoning_redacted", &h->redacted, translate_raw(j, block, "data"), out);
    }
}

static void on_block_delta(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         delta = json_get(j, 0, "delta");
    struct slice    type = translate_text(t, j, delta, "type");
    if (slice_is(type, "text_delta")) {
        chunk_text(t, completion_of(t), "content", translate_raw(j, delta, "text"), out);
    } else if (slice_is(type, "thinking_delta")) {
        chunk_text(t, completion_of(t), "reasoning_content", translate_raw(j, delta, "thinking"), out);
    } else if (slice_is(type, "signature_delta")) {
        tell_sealed(t, "reasoning_signature", &h->signatures, translate_raw(j, delta, "signature"), out);
    } else if (slice_is(type, "input_json_delta") && h->is_in_call) {
        struct slice piece = translate_raw(j, delta, "partial_json");
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
                         slice_str(anthropic_finish(translate_text(t, j, object, "stop_reason"))));
    json_add_member(out, "stop_reason", translate_raw(j, object, "stop_reason"));
    if (json_kind(j, sequence) == JSON_STRING)
        json_add_member(out, "stop_sequence", json_raw(j, sequence));
}

static void on_message_delta(struct translation *t, const struct json *j, struct buf *out)
{
    json_at delta = json_get(j, 0, "delta");
    read_usage(t->state, j, json_get(j, 0, "usage"));
    if (json_kind(j, json_get(j, delta, "stop_reason")) != JSON_STRING)
        return;
    chunk_begin(t, completion_of(t), out);
    buf_add_byte(out, '}');
    add_finish(t, j, delta, out);
    buf_add_str(out, "}]}\n\n");
}

static void on_message_stop(struct translation *t, const struct json *j, struct buf *out)
{
    (void)j;
    chunk_usage(t, completion_of(t), out);
    buf_add_str(out, "data: [DONE]\n\n");
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
    struct slice type = translate_text(t, j, 0, "type");
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

/* A member of all blocks of a type, one after the other, as one; nothing where there are none. */
static void add_joined(struct translation *t, const struct json *j, json_at blocks, const char *type,
                       const char *member, const char *key, const char *between, struct buf *out)
{
    bool has_any = false;
    for (json_at b = json_first(j, blocks); b != JSON_NONE; b = json_next(j, b)) {
        if (!slice_is(translate_text(t, j, b, "type"), type))
            continue;
        if (!has_any) {
            json_add_key(out, key);
            buf_add_byte(out, '"');
        } else {
            buf_add_str(out, between);
        }
        has_any = true;
        json_add_escaped(out, translate_text(t, j, b, member));
    }
    if (has_any)
        buf_add_byte(out, '"');
}

static void add_call(const struct json *j, json_at block, struct buf *out)
{
    json_at input = json_get(j, block, "input");
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_member(out, "id", translate_raw(j, block, "id"));
    buf_add_str(out, ",\"type\":\"function\",\"function\":{");
    json_add_member(out, "name", translate_raw(j, block, "name"));
    json_add_text_member(out, "arguments", json_kind(j, input) == JSON_OBJECT ? json_raw(j, input) : S("{}"));
    buf_add_str(out, "}}");
}

static void add_calls(struct translation *t, const struct json *j, json_at blocks, struct buf *out)
{
    bool has_any = false;
    for (json_at b = json_first(j, blocks); b != JSON_NONE; b = json_next(j, b)) {
        if (!slice_is(translate_text(t, j, b, "type"), "tool_use"))
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
        if (slice_is(translate_text(t, j, b, "type"), "text"))
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
    if (json_kind(j, blocks) != JSON_ARRAY) { /* whatever it is, it is no answer */
        buf_add_str(out, "{}");
        return;
    }
    h->completion.id = translate_raw(j, 0, "id");
    h->completion.model = translate_raw(j, 0, "model");
    read_usage(h, j, json_get(j, 0, "usage"));
    completion_begin(t, completion_of(t), out);
    if (has_text(t, j, blocks))
        add_joined(t, j, blocks, "text", "text", "content", "", out);
    else
        json_add_member(out, "content", S("null"));
    json_add_member(out, "refusal", S("null"));
    add_joined(t, j, blocks, "thinking", "thinking", "reasoning_content", "", out);
    add_joined(t, j, blocks, "thinking", "signature", "reasoning_signature", ANTHROPIC_SEALS_APART, out);
    add_joined(t, j, blocks, "redacted_thinking", "data", "reasoning_redacted", ANTHROPIC_SEALS_APART, out);
    add_calls(t, j, blocks, out);
    buf_add_str(out, "},\"logprobs\":null");
    add_finish(t, j, 0, out);
    buf_add_str(out, "}]");
    completion_usage(completion_of(t), out);
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
