/*
 * kept_answer.c - the one document that a stream came to: the last event of Responses has it; the chunks of a
 * chat completion are joined.
 *
 * The stream is one that Weir has told, so tool calls are numbered and each piece is whole
 * (proxy/relay_mend.c).
 */
#include "wire/kept.h"

#include "wire/sse.h"

enum { CHOICES_MOST = 256, CALLS_MOST = 1024 };

struct call {
    struct slice id, name;
    bool         is_custom;
    struct buf   said; /* its arguments, or its input */
};

struct choice {
    bool         is_seen;
    struct buf   content, refusal, reasoning;
    struct buf   logprobs, refusal_logprobs; /* elements of arrays, with commas */
    bool         has_content, has_refusal, has_logprobs;
    struct slice finish;
    struct call *call; /* [CALLS_MOST] by index */
    size_t       calls;
};

struct joining {
    struct arena  *arena;
    size_t         most_bytes;
    struct choice *choice; /* [CHOICES_MOST] by index */
    size_t         choices;
    struct slice   envelope; /* the members of a chunk but for object, choices and usage */
    struct slice   usage;
    bool           is_whole; /* [DONE] came */
};

static void wipe_buf(void *arg)
{
    buf_wipe(arg);
}

static void begin_buf(struct joining *g, struct buf *b)
{
    buf_init(b, g->most_bytes);
    arena_defer(g->arena, wipe_buf, b);
}

/* ---- finding what a piece belongs to ---- */

/* NULL: it counts beyond what any provider makes. */
static struct choice *choice_at(struct joining *g, int64_t index)
{
    if (index < 0 || index >= CHOICES_MOST)
        return NULL;
    if (!g->choice)
        g->choice = arena_array(g->arena, CHOICES_MOST, sizeof *g->choice);
    struct choice *c = &g->choice[index];
    if (!c->is_seen) {
        c->is_seen = true;
        begin_buf(g, &c->content);
        begin_buf(g, &c->refusal);
        begin_buf(g, &c->reasoning);
        begin_buf(g, &c->logprobs);
        begin_buf(g, &c->refusal_logprobs);
    }
    g->choices = g->choices > (size_t)index ? g->choices : (size_t)index + 1;
    return c;
}

static struct call *call_at(struct joining *g, struct choice *c, int64_t index)
{
    if (index < 0 || index >= CALLS_MOST)
        return NULL;
    if (!c->call)
        c->call = arena_array(g->arena, CALLS_MOST, sizeof *c->call);
    for (; c->calls <= (size_t)index; c->calls++)
        begin_buf(g, &c->call[c->calls].said);
    return &c->call[index];
}

/* ---- chunks ---- */

static bool add_text(struct buf *to, const struct json *j, json_at at, struct arena *scratch)
{
    bool is_text = json_kind(j, at) == JSON_STRING;
    if (is_text)
        buf_add(to, json_string(j, at, scratch));
    return is_text;
}

static void add_elements(struct buf *to, const struct json *j, json_at array)
{
    for (json_at i = json_first(j, array); i != JSON_NONE; i = json_next(j, i)) {
        if (to->len)
            buf_add_byte(to, ',');
        buf_add(to, json_raw(j, i));
    }
}

static void take_call(struct joining *g, struct choice *c, const struct json *j, json_at piece,
                      struct arena *scratch)
{
    int64_t index = 0;
    json_at custom = json_get(j, piece, "custom");
    bool    is_custom = json_kind(j, custom) == JSON_OBJECT;
    json_at called = is_custom ? custom : json_get(j, piece, "function");
    if (!json_i64(j, json_get(j, piece, "index"), &index))
        return;
    struct call *call = call_at(g, c, index);
    struct slice id = json_string(j, json_get(j, piece, "id"), scratch);
    struct slice name = json_string(j, json_get(j, called, "name"), scratch);
    if (!call)
        return;
    call->is_custom = call->is_custom || is_custom;
    if (id.len)
        call->id = arena_copy(g->arena, id);
    if (name.len)
        call->name = arena_copy(g->arena, name);
    (void)add_text(&call->said, j, json_get(j, called, is_custom ? "input" : "arguments"), scratch);
}

static void take_choice(struct joining *g, const struct json *j, json_at at, struct arena *scratch)
{
    int64_t index = 0;
    if (!json_i64(j, json_get(j, at, "index"), &index))
        return;
    struct choice *c = choice_at(g, index);
    json_at        delta = json_get(j, at, "delta"), calls = json_get(j, delta, "tool_calls");
    json_at        logprobs = json_get(j, at, "logprobs");
    struct slice   finish = json_string(j, json_get(j, at, "finish_reason"), scratch);
    if (!c)
        return;
    c->has_content |= add_text(&c->content, j, json_get(j, delta, "content"), scratch);
    c->has_refusal |= add_text(&c->refusal, j, json_get(j, delta, "refusal"), scratch);
    (void)add_text(&c->reasoning, j, json_get(j, delta, "reasoning_content"), scratch);
    for (json_at p = json_first(j, calls); p != JSON_NONE; p = json_next(j, p))
        take_call(g, c, j, p, scratch);
    c->has_logprobs |= json_kind(j, logprobs) == JSON_OBJECT;
    add_elements(&c->logprobs, j, json_get(j, logprobs, "content"));
    add_elements(&c->refusal_logprobs, j, json_get(j, logprobs, "refusal"));
    if (finish.len)
        c->finish = arena_copy(g->arena, finish);
}

/* What all chunks say alike: the first tells it. */
static void take_envelope(struct joining *g, const struct json *j)
{
    static const char *const members[] = { "id",      "created", "model", "service_tier", "system_fingerprint",
                                           "provider" };
    struct buf               out;
    buf_init(&out, g->most_bytes);
    buf_add_byte(&out, '{');
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        json_at at = json_get(j, 0, members[i]);
        if (json_kind(j, at) != JSON_NULL)
            json_add_member(&out, members[i], json_raw(j, at));
    }
    g->envelope = arena_copy(g->arena, buf_slice(&out));
    buf_fini(&out);
}

static void take_chunk(struct joining *g, const struct json *j, struct arena *scratch)
{
    json_at usage = json_get(j, 0, "usage"), choices = json_get(j, 0, "choices");
    if (!g->envelope.len)
        take_envelope(g, j);
    if (json_kind(j, usage) == JSON_OBJECT)
        g->usage = arena_copy(g->arena, json_raw(j, usage));
    for (json_at c = json_first(j, choices); c != JSON_NONE; c = json_next(j, c))
        take_choice(g, j, c, scratch);
}

/* ---- the document ---- */

static void add_call(const struct call *call, struct buf *out)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "id", call->id);
    buf_add_str(out, call->is_custom ? ",\"type\":\"custom\",\"custom\":{"
                                     : ",\"type\":\"function\",\"function\":{");
    json_add_text_member(out, "name", call->name);
    json_add_text_member(out, call->is_custom ? "input" : "arguments", buf_slice(&call->said));
    buf_add_str(out, "}}");
}

static void add_text_or_null(struct buf *out, const char *key, bool is_given, const struct buf *text)
{
    if (is_given)
        json_add_text_member(out, key, buf_slice(text));
    else
        json_add_member(out, key, S("null"));
}

static void add_message(const struct choice *c, struct buf *out)
{
    buf_add_str(out, ",\"message\":{\"role\":\"assistant\"");
    add_text_or_null(out, "content", c->has_content && (c->content.len || !c->calls), &c->content);
    add_text_or_null(out, "refusal", c->has_refusal, &c->refusal);
    if (c->reasoning.len)
        json_add_text_member(out, "reasoning_content", buf_slice(&c->reasoning));
    if (c->calls) {
        buf_add_str(out, ",\"tool_calls\":[");
        for (size_t i = 0; i < c->calls; i++)
            add_call(&c->call[i], out);
        buf_add_byte(out, ']');
    }
    buf_add_byte(out, '}');
}

static void add_array_or_null(struct buf *out, const char *key, const struct buf *elements)
{
    json_add_key(out, key);
    if (elements->len == 0) {
        buf_add_str(out, "null");
        return;
    }
    buf_add_byte(out, '[');
    buf_add(out, buf_slice(elements));
    buf_add_byte(out, ']');
}

static void add_choice(const struct choice *c, size_t index, struct buf *out)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_number_member(out, "index", (int64_t)index);
    add_message(c, out);
    json_add_key(out, "logprobs");
    if (c->has_logprobs) {
        buf_add_byte(out, '{');
        add_array_or_null(out, "content", &c->logprobs);
        add_array_or_null(out, "refusal", &c->refusal_logprobs);
        buf_add_byte(out, '}');
    } else {
        buf_add_str(out, "null");
    }
    json_add_text_member(out, "finish_reason", c->finish.len ? c->finish : S("stop"));
    buf_add_byte(out, '}');
}

static void add_completion(const struct joining *g, struct buf *out)
{
    buf_add(out, g->envelope);
    json_add_text_member(out, "object", S("chat.completion"));
    json_add_key(out, "choices");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < g->choices; i++)
        if (g->choice[i].is_seen)
            add_choice(&g->choice[i], i, out);
    buf_add_byte(out, ']');
    if (g->usage.len)
        json_add_member(out, "usage", g->usage);
    buf_add_byte(out, '}');
}

/* ---- the stream ---- */

/* The last event of a response that came to its end is the response. */
static bool take_response(const struct json *j, struct buf *out)
{
    json_at response = json_get(j, 0, "response");
    json_at type = json_get(j, 0, "type");
    bool    is_end =
        json_kind(j, response) == JSON_OBJECT && (slice_is(json_raw(j, type), "\"response.completed\"") ||
                                                  slice_is(json_raw(j, type), "\"response.incomplete\""));
    if (is_end)
        buf_add(out, json_raw(j, response));
    return is_end;
}

static bool join_stream(enum dialect dialect, struct slice told, struct joining *g, struct buf *out)
{
    struct sse   *sse = sse_new(told.len + 1);
    struct arena *scratch = arena_new();
    while (told.len && !g->is_whole) {
        struct sse_event ev;
        struct json      json;
        size_t           used = 0;
        if (sse_read(sse, told, &used, &ev) != SSE_EVENT)
            break;
        told = slice_cut(told, used, told.len);
        if (slice_is(ev.data, "[DONE]"))
            g->is_whole = g->choices > 0;
        else if (!json_read(scratch, ev.data, &json, NULL))
            continue;
        else if (dialect == DIALECT_RESPONSES)
            g->is_whole = take_response(&json, out);
        else
            take_chunk(g, &json, scratch);
        arena_reset(scratch);
    }
    sse_free(&sse);
    arena_free(&scratch);
    return g->is_whole;
}

bool kept_answer(enum dialect dialect, bool is_stream, struct slice told, struct arena *arena, struct buf *out)
{
    struct joining g = { .arena = arena, .most_bytes = told.len + 1 };
    if (!is_stream) {
        buf_add(out, told);
        return !out->full;
    }
    if (!join_stream(dialect, told, &g, out))
        return false;
    if (dialect != DIALECT_RESPONSES)
        add_completion(&g, out);
    return !out->full;
}
