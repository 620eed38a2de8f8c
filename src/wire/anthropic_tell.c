/*
 * anthropic_tell.c - a chat completion as an answer of Anthropic's Messages, whole or event by event.
 * https://docs.anthropic.com/en/docs/build-with-claude/streaming
 *
 *     chunk --> which block does it speak in? --> [stop the last] [start it] delta
 *     finish_reason, usage --> kept --> [DONE] --> stop, message_delta, message_stop
 *
 * There, one block follows the other. Calls of tools may alternate here, so the first one that begins is told
 * at once, and pieces of the others are kept until it can have no more: until the end. Of several choices only
 * the first is told, since there is but one answer there.
 */
#include "translate_inside.h"

enum block { NO_BLOCK, THINKING, TEXT, TOOL };

/* A call whose turn has not come. */
struct waiting_call {
    struct waiting_call *next;
    uint32_t             index;
    struct slice         id, name; /* raw JSON strings, in the arena */
    struct buf           arguments;
};

struct telling {
    bool                 has_begun, has_refused;
    enum block           open;
    uint32_t             blocks;    /* # begun */
    bool                 has_calls; /* one has been told */
    uint32_t             call;      /* index of the call that is open, or was last */
    struct waiting_call *waiting;   /* in the order in which they began */
    char                 finish[24];
    struct slice         stop_reason, stop_sequence; /* raw, in the arena: as the provider said; or empty */
    struct completion    completion;                 /* of which the usage is told */
};

static json_at get(const struct json *j, json_at object, const char *key)
{
    return json_get(j, object, key);
}

static bool has_string(const struct json *j, json_at at)
{
    return json_kind(j, at) == JSON_STRING && json_raw(j, at).len > strlen("\"\"");
}

/* ---- why it stopped, and what it took ---- */

static const struct {
    const char *finish_reason, *stop_reason;
} reasons[] = {
    { "length", "max_tokens" },
    { "tool_calls", "tool_use" },
    { "function_call", "tool_use" },
    { "content_filter", "refusal" },
};

static void add_stop_reason(const struct telling *s, struct buf *out)
{
    const char *reason = s->has_refused ? "refusal" : "end_turn";
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (slice_is(slice_str(s->finish), reasons[i].finish_reason))
            reason = reasons[i].stop_reason;
    if (s->stop_reason.len)
        json_add_member(out, "stop_reason", s->stop_reason);
    else
        json_add_text_member(out, "stop_reason", slice_str(reason));
    json_add_member(out, "stop_sequence", s->stop_sequence.len ? s->stop_sequence : S("null"));
}

static void read_finish(struct translation *t, const struct json *j, json_at choice)
{
    struct telling *s = t->state;
    struct slice    finish = translate_text(t, j, choice, "finish_reason");
    json_at         reason = get(j, choice, "stop_reason"), sequence = get(j, choice, "stop_sequence");
    if (finish.len == 0 || finish.len >= sizeof s->finish)
        return;
    memcpy(s->finish, finish.ptr, finish.len);
    s->finish[finish.len] = '\0';
    /* Only our own translation says both; vLLM's stop_reason is a number, or the text that it stopped at. */
    if (json_kind(j, sequence) == JSON_STRING)
        s->stop_sequence = arena_copy(t->arena, json_raw(j, sequence));
    if (has_string(j, reason) &&
        (s->stop_sequence.len || slice_is(translate_text(t, j, choice, "stop_reason"), "pause_turn")))
        s->stop_reason = arena_copy(t->arena, json_raw(j, reason));
}

static void add_usage(const struct telling *s, struct buf *out)
{
    const struct completion *c = &s->completion;
    int64_t                  fresh = c->prompt_tokens - c->cached_tokens - c->written_tokens;
    json_add_key(out, "usage");
    buf_add_byte(out, '{');
    json_add_number_member(out, "input_tokens", fresh > 0 ? fresh : 0);
    json_add_number_member(out, "cache_creation_input_tokens", c->written_tokens);
    if (c->written_hour_tokens) {
        json_add_key(out, "cache_creation");
        completion_written(c, out);
    }
    json_add_number_member(out, "cache_read_input_tokens", c->cached_tokens);
    json_add_number_member(out, "output_tokens", c->output_tokens);
    buf_add_byte(out, '}');
}

/* ---- events ---- */

static void begin_event(const char *type, struct buf *out)
{
    buf_printf(out, "event: %s\ndata: {\"type\":\"%s\"", type, type);
}

static void end_event(struct buf *out)
{
    buf_add_str(out, "}\n\n");
}

static struct slice raw_or(const struct json *j, json_at at, const char *other)
{
    return json_kind(j, at) == JSON_STRING ? json_raw(j, at) : slice_str(other);
}

static void begin_message(struct translation *t, const struct json *j, struct buf *out)
{
    struct telling *s = t->state;
    if (s->has_begun)
        return;
    s->has_begun = true;
    begin_event("message_start", out);
    buf_add_str(out, ",\"message\":{\"type\":\"message\",\"role\":\"assistant\"");
    json_add_member(out, "id", raw_or(j, get(j, 0, "id"), "\"\""));
    json_add_member(out, "model", raw_or(j, get(j, 0, "model"), "\"\""));
    buf_add_str(out, ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null");
    add_usage(s, out);
    buf_add_byte(out, '}');
    end_event(out);
}

static void stop_block(struct telling *s, struct buf *out)
{
    if (s->open == NO_BLOCK)
        return;
    begin_event("content_block_stop", out);
    json_add_number_member(out, "index", s->blocks - 1);
    end_event(out);
    s->open = NO_BLOCK;
}

static void begin_block(struct telling *s, enum block kind, struct buf *out)
{
    stop_block(s, out);
    s->open = kind;
    begin_event("content_block_start", out);
    json_add_number_member(out, "index", s->blocks++);
    json_add_key(out, "content_block");
}

/* A piece of a text or of a thought, in its block. */
static void tell(struct telling *s, enum block kind, const char *delta, const char *member, struct slice raw,
                 struct buf *out)
{
    if (s->open != kind) {
        begin_block(s, kind, out);
        buf_add_str(out, kind == TEXT ? "{\"type\":\"text\",\"text\":\"\"}"
                                      : "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
        end_event(out);
    }
    begin_event("content_block_delta", out);
    json_add_number_member(out, "index", s->blocks - 1);
    json_add_key(out, "delta");
    buf_add_byte(out, '{');
    json_add_text_member(out, "type", slice_str(delta));
    json_add_member(out, member, raw);
    buf_add_byte(out, '}');
    end_event(out);
}

static void tell_redacted(struct telling *s, struct slice raw, struct buf *out)
{
    begin_block(s, THINKING, out);
    buf_add_str(out, "{\"type\":\"redacted_thinking\"");
    json_add_member(out, "data", raw);
    buf_add_byte(out, '}');
    end_event(out);
    stop_block(s, out);
}

/* ---- calls of tools ---- */

static void tell_arguments(struct telling *s, struct slice raw, struct buf *out)
{
    tell(s, TOOL, "input_json_delta", "partial_json", raw, out);
}

static void begin_call(struct telling *s, uint32_t index, struct slice id, struct slice name, struct buf *out)
{
    begin_block(s, TOOL, out);
    buf_add_str(out, "{\"type\":\"tool_use\"");
    json_add_member(out, "id", id);
    json_add_member(out, "name", name);
    buf_add_str(out, ",\"input\":{}}");
    end_event(out);
    s->has_calls = true;
    s->call = index;
}

static void wipe_call(void *arg)
{
    struct waiting_call *call = arg;
    buf_wipe(&call->arguments);
}

static struct waiting_call *waiting_call(struct translation *t, uint32_t index)
{
    struct telling       *s = t->state;
    struct waiting_call **at = &s->waiting;
    while (*at && (*at)->index != index)
        at = &(*at)->next;
    if (*at)
        return *at;
    struct waiting_call *call = arena_alloc(t->arena, sizeof *call);
    *call = (struct waiting_call){ .index = index, .id = S("\"\""), .name = S("\"\"") };
    buf_init(&call->arguments, t->most_bytes);
    arena_defer(t->arena, wipe_call, call);
    translate_keep_call(t);
    *at = call;
    return call;
}

static void keep_piece(struct translation *t, const struct json *j, json_at piece, uint32_t index)
{
    struct waiting_call *call = waiting_call(t, index);
    json_at              function = get(j, piece, "function");
    if (has_string(j, get(j, piece, "id")))
        call->id = arena_copy(t->arena, json_raw(j, get(j, piece, "id")));
    if (has_string(j, get(j, function, "name")))
        call->name = arena_copy(t->arena, json_raw(j, get(j, function, "name")));
    translate_keep(t, &call->arguments, translate_text(t, j, function, "arguments"));
}

static void tell_piece(struct translation *t, const struct json *j, json_at piece, struct buf *out)
{
    struct telling *s = t->state;
    json_at         function = get(j, piece, "function");
    uint32_t        index = (uint32_t)translate_number(j, piece, "index");
    if (s->has_calls && (s->call != index || s->open != TOOL)) {
        keep_piece(t, j, piece, index);
        return;
    }
    if (!s->has_calls)
        begin_call(s, index, raw_or(j, get(j, piece, "id"), "\"\""),
                   raw_or(j, get(j, function, "name"), "\"\""), out);
    if (has_string(j, get(j, function, "arguments")))
        tell_arguments(s, json_raw(j, get(j, function, "arguments")), out);
}

static void tell_waiting(struct translation *t, struct buf *out)
{
    struct telling *s = t->state;
    for (struct waiting_call *call = s->waiting; call; call = call->next) {
        struct buf raw;
        buf_init(&raw, t->most_bytes * 2);
        json_add_string(&raw, buf_slice(&call->arguments));
        begin_call(s, call->index, call->id, call->name, out);
        if (call->arguments.len)
            tell_arguments(s, buf_slice(&raw), out);
        buf_wipe(&raw);
    }
    s->waiting = NULL;
}

/* ---- chunks ---- */

static void tell_delta(struct translation *t, const struct json *j, json_at delta, struct buf *out)
{
    struct telling *s = t->state;
    const struct {
        const char *key;
        enum block  block;
        const char *delta, *member;
    } texts[] = {
        { "reasoning_content", THINKING, "thinking_delta", "thinking" },
        { "reasoning", THINKING, "thinking_delta", "thinking" },
        { "reasoning_signature", THINKING, "signature_delta", "signature" },
        { "content", TEXT, "text_delta", "text" },
        { "refusal", TEXT, "text_delta", "text" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_at at = get(j, delta, texts[i].key);
        if (has_string(j, at))
            tell(s, texts[i].block, texts[i].delta, texts[i].member, json_raw(j, at), out);
    }
    s->has_refused = s->has_refused || has_string(j, get(j, delta, "refusal"));
    if (has_string(j, get(j, delta, "reasoning_redacted")))
        tell_redacted(s, json_raw(j, get(j, delta, "reasoning_redacted")), out);
    json_at pieces = get(j, delta, "tool_calls");
    for (json_at p = json_first(j, pieces); p != JSON_NONE; p = json_next(j, p))
        tell_piece(t, j, p, out);
}

static void on_event(struct translation *t, const struct json *j, struct buf *out)
{
    struct telling *s = t->state;
    json_at         error = get(j, 0, "error");
    if (json_kind(j, error) == JSON_OBJECT) {
        buf_add_str(out, "event: error\ndata: ");
        anthropic_error_write(0, translate_text(t, j, error, "type"), translate_text(t, j, error, "code"),
                              translate_text(t, j, error, "message"), out);
        buf_add_str(out, "\n\n");
        return;
    }
    completion_read_usage(&s->completion, j);
    begin_message(t, j, out);
    for (json_at c = json_first(j, get(j, 0, "choices")); c != JSON_NONE; c = json_next(j, c)) {
        if (translate_number(j, c, "index") != 0)
            continue;
        tell_delta(t, j, get(j, c, "delta"), out);
        read_finish(t, j, c);
    }
}

static void on_done(struct translation *t, struct buf *out)
{
    struct telling *s = t->state;
    tell_waiting(t, out);
    stop_block(s, out);
    begin_event("message_delta", out);
    json_add_key(out, "delta");
    buf_add_byte(out, '{');
    add_stop_reason(s, out);
    buf_add_byte(out, '}');
    add_usage(s, out);
    end_event(out);
    begin_event("message_stop", out);
    end_event(out);
}

/* ---- a whole answer ---- */

static void add_block(const char *type, const char *member, struct slice raw, struct buf *out)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "type", slice_str(type));
    json_add_member(out, member, raw);
    buf_add_byte(out, '}');
}

static void add_call(struct translation *t, const struct json *j, json_at call, struct buf *out)
{
    json_at      function = get(j, call, "function");
    struct slice arguments = translate_text(t, j, function, "arguments");
    struct json  input;
    bool is_object = json_read(t->scratch, arguments, &input, NULL) && json_kind(&input, 0) == JSON_OBJECT;
    json_add_comma(out);
    buf_add_str(out, "{\"type\":\"tool_use\"");
    json_add_member(out, "id", raw_or(j, get(j, call, "id"), "\"\""));
    json_add_member(out, "name", raw_or(j, get(j, function, "name"), "\"\""));
    json_add_member(out, "input", is_object ? slice_trim(arguments) : S("{}"));
    buf_add_byte(out, '}');
}

static void add_blocks(struct translation *t, const struct json *j, json_at message, struct buf *out)
{
    json_at thought = get(j, message, "reasoning_content"), signature = get(j, message, "reasoning_signature");
    if (json_kind(j, thought) != JSON_STRING)
        thought = get(j, message, "reasoning");
    if (has_string(j, thought) || has_string(j, signature)) {
        json_add_comma(out);
        buf_add_str(out, "{\"type\":\"thinking\"");
        json_add_member(out, "thinking", raw_or(j, thought, "\"\""));
        json_add_member(out, "signature", raw_or(j, signature, "\"\""));
        buf_add_byte(out, '}');
    }
    if (has_string(j, get(j, message, "reasoning_redacted")))
        add_block("redacted_thinking", "data", json_raw(j, get(j, message, "reasoning_redacted")), out);
    if (has_string(j, get(j, message, "content")))
        add_block("text", "text", json_raw(j, get(j, message, "content")), out);
    if (has_string(j, get(j, message, "refusal")))
        add_block("text", "text", json_raw(j, get(j, message, "refusal")), out);
    json_at calls = get(j, message, "tool_calls");
    for (json_at c = json_first(j, calls); c != JSON_NONE; c = json_next(j, c))
        add_call(t, j, c, out);
}

static void on_document(struct translation *t, const struct json *j, struct buf *out)
{
    struct telling *s = t->state;
    json_at         choice = json_first(j, get(j, 0, "choices")), message = get(j, choice, "message");
    completion_read_usage(&s->completion, j);
    read_finish(t, j, choice);
    s->has_refused = has_string(j, get(j, message, "refusal"));
    buf_add_str(out, "{\"type\":\"message\",\"role\":\"assistant\"");
    json_add_member(out, "id", raw_or(j, get(j, 0, "id"), "\"\""));
    json_add_member(out, "model", raw_or(j, get(j, 0, "model"), "\"\""));
    json_add_key(out, "content");
    buf_add_byte(out, '[');
    add_blocks(t, j, message, out);
    buf_add_byte(out, ']');
    add_stop_reason(s, out);
    add_usage(s, out);
    buf_add_byte(out, '}');
}

const struct answer_translator openai_to_anthropic = {
    .from = DIALECT_OPENAI,
    .to = DIALECT_ANTHROPIC,
    .state_bytes = sizeof(struct telling),
    .on_event = on_event,
    .on_done = on_done,
    .on_document = on_document,
};

/* ---- errors ---- */

/* https://docs.anthropic.com/en/api/errors; by the status, or in mid-stream, where there is none, by OpenAI's
 * type. */
static const struct {
    int         status;
    const char *openai, *type;
} error_types[] = {
    { 400, "invalid_request_error", "invalid_request_error" },
    { 401, "authentication_error", "authentication_error" },
    { 402, "insufficient_quota", "billing_error" },
    { 403, "permission_error", "permission_error" },
    { 404, "", "not_found_error" },
    { 413, "", "request_too_large" },
    { 429, "rate_limit_error", "rate_limit_error" },
    { 503, "", "overloaded_error" },
    { 504, "", "timeout_error" },
};

static const char *error_type(int status, struct slice openai)
{
    for (size_t i = 0; i < sizeof error_types / sizeof *error_types; i++)
        if (status ? status == error_types[i].status : slice_is(openai, error_types[i].openai))
            return error_types[i].type;
    return status >= 400 && status < 500 ? "invalid_request_error" : "api_error";
}

void anthropic_error_write(int status, struct slice openai_type, struct slice code, struct slice message,
                           struct buf *out)
{
    buf_add_str(out, "{\"type\":\"error\",\"error\":{");
    json_add_text_member(out, "type", slice_str(error_type(status, openai_type)));
    json_add_text_member(out, "message", message);
    if (code.len) {
        buf_add_str(out, ",\"details\":{");
        json_add_text_member(out, "error_code", code);
        buf_add_byte(out, '}');
    }
    buf_add_str(out, "}}");
}
