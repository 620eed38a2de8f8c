/* translate_answer.c - the door of the answers' translations: a body becomes events, or one document. */
#include "translate_inside.h"

#include "wire/sse.h"

static const struct answer_translator *const translators[] = {
    &anthropic_to_openai, &openai_to_anthropic,   &gemini_to_openai,
    &ollama_to_openai,    &openai_to_ollama,      &openai_to_ollama_generate,
    &openai_to_responses, &openai_to_completions, NULL,
};

enum dialect dialect_heard(enum dialect dialect)
{
    return dialect == DIALECT_ANTHROPIC ? dialect : DIALECT_OPENAI;
}

enum dialect dialect_answered(enum dialect dialect)
{
    return dialect == DIALECT_MISTRAL ? DIALECT_OPENAI : dialect;
}

bool dialect_tells_lines(enum dialect dialect)
{
    return dialect == DIALECT_OLLAMA || dialect == DIALECT_OLLAMA_GENERATE;
}

const char *dialect_stream_type(enum dialect dialect)
{
    return dialect_tells_lines(dialect) ? "application/x-ndjson" : "text/event-stream";
}

static const struct answer_translator *find(enum dialect from, enum dialect to)
{
    for (const struct answer_translator *const *way = translators; *way; way++)
        if ((*way)->from == from && (*way)->to == to)
            return *way;
    return NULL;
}

static void clean_up(void *arg)
{
    struct translation *t = arg;
    sse_free(&t->sse);
    arena_free(&t->scratch);
    buf_wipe(&t->document);
    buf_wipe(&t->between);
}

struct translation *translation_new(struct arena *arena, const struct translation_options *o)
{
    struct translation *t = arena_alloc(arena, sizeof *t);
    struct json        *request = arena_alloc(arena, sizeof *request);
    *t = (struct translation){ .arena = arena,
                               .now_s = o->now_s,
                               .is_stream = o->is_stream,
                               .most_bytes = o->most_bytes,
                               .id = o->id,
                               .is_kept = o->is_kept,
                               .how = find(o->from, o->to) };
    if (!t->how) { /* by way of the hub */
        struct translation_options rest = *o;
        rest.from = DIALECT_OPENAI;
        t->how = find(o->from, DIALECT_OPENAI);
        t->next = translation_new(arena, &rest);
    }
    if (o->request.len && json_read(arena, o->request, request, NULL))
        t->request = request;
    t->scratch = arena_new();
    t->sse = o->is_stream && !t->how->reads_lines ? sse_new(o->most_bytes) : NULL;
    buf_init(&t->document, o->most_bytes);
    buf_init(&t->between, o->most_bytes);
    t->state = arena_alloc(arena, t->how->state_bytes);
    arena_defer(arena, clean_up, t);
    return t;
}

/* What cannot be read goes on as what it is, so that whoever reads it next counts it. */
static void on_data(struct translation *t, struct slice data, struct buf *out)
{
    struct json json;
    if (slice_is(data, "[DONE]") && t->how->on_done)
        t->how->on_done(t, out);
    else if (json_read(t->scratch, data, &json, NULL))
        t->how->on_event(t, &json, out);
    else if (data.len)
        buf_add_str(out, "data: unreadable\n\n");
    arena_reset(t->scratch);
}

/* ---- streams ---- */

static bool feed_events(struct translation *t, struct slice body, struct buf *out)
{
    while (body.len) {
        struct sse_event ev;
        size_t           used = 0;
        enum sse_result  result = sse_read(t->sse, body, &used, &ev);
        body = slice_cut(body, used, body.len);
        if (result == SSE_TOO_LONG)
            return false;
        if (result == SSE_EVENT && ev.has_data)
            on_data(t, slice_trim(ev.data), out);
        else if (result == SSE_EVENT && !t->how->writes_lines) /* a comment */
            buf_add(out, ev.raw);
    }
    return true;
}

/* JSON, one document a line. */
static bool feed_lines(struct translation *t, struct slice body, struct buf *out)
{
    while (body.len) {
        size_t end = slice_find_byte(body, '\n');
        buf_add(&t->document, slice_cut(body, 0, end));
        if (t->document.full)
            return false;
        if (end == SLICE_NONE)
            return true;
        on_data(t, slice_trim(buf_slice(&t->document)), out);
        buf_reset(&t->document);
        body = slice_cut(body, end + 1, body.len);
    }
    return true;
}

/* ---- the doors ---- */

static bool keeps_too_much(const struct translation *t)
{
    return t->kept_bytes > t->most_bytes || t->calls > ANSWER_CALLS_MOST;
}

static bool too_large(const struct translation *t, struct fault *why)
{
    if (keeps_too_much(t))
        return fault_set(why, FAULT_PROVIDER_BROKE, "it has more than %zu bytes, or %d calls", t->most_bytes,
                         ANSWER_CALLS_MOST);
    return fault_set(why, FAULT_PROVIDER_BROKE, "%s has more than %zu bytes", t->is_stream ? "one event" : "it",
                     t->most_bytes);
}

/* What this one says goes to the next, where there is one. */
static bool hand_on(struct translation *t, struct buf *out, struct fault *why)
{
    if (keeps_too_much(t))
        return too_large(t, why);
    if (!t->next)
        return true;
    bool ok = translation_feed(t->next, buf_slice(&t->between), out, why);
    buf_reset(&t->between);
    return ok;
}

bool translation_feed(struct translation *t, struct slice body, struct buf *out, struct fault *why)
{
    struct buf *to = t->next ? &t->between : out;
    bool        ok = true;
    if (!t->is_stream) {
        buf_add(&t->document, body);
        ok = !t->document.full;
    } else {
        ok = t->sse ? feed_events(t, body, to) : feed_lines(t, body, to);
    }
    return ok ? hand_on(t, out, why) : too_large(t, why);
}

static bool end_document(struct translation *t, struct buf *out)
{
    struct json json;
    bool ok = json_read(t->scratch, buf_slice(&t->document), &json, NULL) && json_kind(&json, 0) == JSON_OBJECT;
    if (ok)
        t->how->on_document(t, &json, out);
    arena_reset(t->scratch);
    return ok;
}

/* Of events, one that was cut off says nothing; of lines, the last may lack its end. */
static void end_stream(struct translation *t, struct buf *out)
{
    if (t->how->reads_lines)
        on_data(t, slice_trim(buf_slice(&t->document)), out);
    if (t->how->on_end)
        t->how->on_end(t, out);
}

bool translation_end(struct translation *t, struct buf *out, struct fault *why)
{
    struct buf *to = t->next ? &t->between : out;
    if (t->is_stream)
        end_stream(t, to);
    else if (!end_document(t, to))
        return fault_set(why, FAULT_PROVIDER_BROKE, "it is no JSON object");
    return hand_on(t, out, why) && (!t->next || translation_end(t->next, out, why));
}

void translate_error(enum dialect to, struct slice openai_error, int status, struct arena *arena,
                     struct buf *out)
{
    struct json json;
    bool        is_read = json_read(arena, openai_error, &json, NULL);
    json_at     error = is_read ? json_get(&json, 0, "error") : JSON_NONE;
    if (is_read && to == DIALECT_ANTHROPIC)
        anthropic_error_write(status, json_string(&json, json_get(&json, error, "type"), arena),
                              json_string(&json, json_get(&json, error, "code"), arena),
                              json_string(&json, json_get(&json, error, "message"), arena), out);
    else if (is_read && dialect_tells_lines(to))
        ollama_error_write(json_string(&json, json_get(&json, error, "message"), arena), out);
    else
        buf_add(out, openai_error);
}

/* ---- what the translators share ---- */

void translate_keep(struct translation *t, struct buf *kept, struct slice text)
{
    t->kept_bytes += text.len;
    buf_add(kept, text);
}

void translate_keep_call(struct translation *t)
{
    t->calls++;
}

int64_t translate_number(const struct json *j, json_at object, const char *key)
{
    int64_t number;
    return json_i64(j, json_get(j, object, key), &number) && number > 0 ? number : 0;
}

struct slice translate_text(struct translation *t, const struct json *j, json_at object, const char *key)
{
    return json_string(j, json_get(j, object, key), t->scratch);
}

struct slice translate_raw(const struct json *j, json_at object, const char *key)
{
    json_at at = json_get(j, object, key);
    return json_kind(j, at) == JSON_STRING ? json_raw(j, at) : S("\"\"");
}

static void add_envelope(struct translation *t, const struct completion *c, const char *object, struct buf *out)
{
    buf_add_byte(out, '{');
    if (t->id.len)
        json_add_text_member(out, "id", t->id);
    else
        json_add_member(out, "id", c->id.len ? c->id : S("\"\""));
    json_add_text_member(out, "object", slice_str(object));
    json_add_number_member(out, "created", t->now_s);
    json_add_member(out, "model", c->model.len ? c->model : S("\"\""));
}

void completion_begin(struct translation *t, const struct completion *c, struct buf *out)
{
    add_envelope(t, c, "chat.completion", out);
    buf_add_str(out, ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\"");
}

void chunk_begin(struct translation *t, const struct completion *c, struct buf *out)
{
    buf_add_str(out, "data: ");
    add_envelope(t, c, "chat.completion.chunk", out);
    buf_add_str(out, ",\"choices\":[{\"index\":0,\"delta\":{");
}

void chunk_end(struct buf *out)
{
    buf_add_str(out, "},\"finish_reason\":null}]}\n\n");
}

void chunk_text(struct translation *t, const struct completion *c, const char *key, struct slice raw,
                struct buf *out)
{
    if (raw.len <= strlen("\"\""))
        return;
    chunk_begin(t, c, out);
    json_add_member(out, key, raw);
    chunk_end(out);
}

void chunk_usage(struct translation *t, const struct completion *c, struct buf *out)
{
    if (!c->has_usage)
        return;
    buf_add_str(out, "data: ");
    add_envelope(t, c, "chat.completion.chunk", out);
    buf_add_str(out, ",\"choices\":[]");
    completion_usage(c, out);
    buf_add_str(out, "}\n\n");
}

void completion_read_usage(struct completion *c, const struct json *j)
{
    struct answer_usage u = { 0 };
    usage_read(j, json_get(j, 0, "usage"), &u);
    if (!u.is_given)
        return;
    c->has_usage = true;
    c->prompt_tokens = u.prompt_tokens > 0 ? u.prompt_tokens : 0;
    c->output_tokens = u.completion_tokens > 0 ? u.completion_tokens : 0;
    c->cached_tokens = u.cached_tokens;
    c->written_tokens = u.written_tokens;
    c->written_hour_tokens = u.written_hour_tokens;
    c->reasoning_tokens = u.reasoning_tokens;
}

void completion_written(const struct completion *c, struct buf *out)
{
    buf_add_byte(out, '{');
    json_add_number_member(out, "ephemeral_5m_input_tokens", c->written_tokens - c->written_hour_tokens);
    json_add_number_member(out, "ephemeral_1h_input_tokens", c->written_hour_tokens);
    buf_add_byte(out, '}');
}

static void add_sound(int64_t tokens, struct buf *out)
{
    if (tokens > 0)
        json_add_number_member(out, "audio_tokens", tokens);
}

void completion_usage(const struct completion *c, struct buf *out)
{
    if (!c->has_usage)
        return;
    json_add_key(out, "usage");
    buf_add_byte(out, '{');
    json_add_number_member(out, "prompt_tokens", c->prompt_tokens);
    json_add_number_member(out, "completion_tokens", c->output_tokens);
    json_add_number_member(out, "total_tokens", c->prompt_tokens + c->output_tokens);
    json_add_key(out, "prompt_tokens_details");
    buf_add_byte(out, '{');
    json_add_number_member(out, "cached_tokens", c->cached_tokens);
    json_add_number_member(out, "cache_creation_tokens", c->written_tokens);
    if (c->written_hour_tokens) {
        json_add_key(out, "cache_creation_token_details");
        completion_written(c, out);
    }
    add_sound(c->audio_prompt_tokens, out);
    buf_add_str(out, "},\"completion_tokens_details\":{");
    json_add_number_member(out, "reasoning_tokens", c->reasoning_tokens);
    add_sound(c->audio_output_tokens, out);
    buf_add_str(out, "}}");
}
