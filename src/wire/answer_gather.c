/* answer_gather.c - a stream as a document: chunk by chunk into what each choice came to. */
#include "answer_form_inside.h"

#include "wire/sse.h"

enum { CHOICES_MOST = 256 }; /* OpenAI allows n <= 128 */

struct call {
    struct slice id, type, name; /* raw JSON, in the arena */
    bool         is_custom;
    struct buf   said; /* its arguments, or its input */
};

enum { ABOUT_CONTENT, ABOUT_REFUSAL, LOGPROBS };
static const char *const logprobs_keys[LOGPROBS] = { "content", "refusal" };

struct choice {
    bool         is_seen, has_logprobs;
    struct buf   text[FORM_TEXTS];
    bool         has_text[FORM_TEXTS];
    struct buf   logprobs[LOGPROBS];    /* elements, with commas */
    struct slice finish[FORM_FINISHES]; /* raw JSON, in the arena */
    struct call *call;
    size_t       calls, cap;
};

struct gathered {
    struct arena   *arena, *scratch;
    size_t          most_bytes;
    bool            is_strict, is_done;
    struct slice    envelope[FORM_ENVELOPES], usage; /* raw JSON, in the arena */
    struct choice **choice;
    size_t          choices, cap;
};

/* ---- finding what a piece belongs to ---- */

static void wipe_buf(void *arg)
{
    buf_wipe(arg);
}

static void begin_buf(struct gathered *g, struct buf *b)
{
    buf_init(b, g->most_bytes);
    arena_defer(g->arena, wipe_buf, b);
}

static struct choice *choice_new(struct gathered *g)
{
    struct choice *c = arena_alloc(g->arena, sizeof *c);
    for (size_t i = 0; i < FORM_TEXTS; i++)
        begin_buf(g, &c->text[i]);
    for (size_t i = 0; i < LOGPROBS; i++)
        begin_buf(g, &c->logprobs[i]);
    return c;
}

/* NULL: it counts beyond what any provider makes. */
static struct choice *choice_at(struct gathered *g, int64_t index)
{
    if (index < 0 || index >= CHOICES_MOST)
        return NULL;
    while (g->choices <= (size_t)index) {
        if (g->choices == g->cap)
            g->choice = arena_grow(g->arena, g->choice, g->choices, sizeof(struct choice *), &g->cap);
        g->choice[g->choices++] = choice_new(g);
    }
    g->choice[index]->is_seen = true;
    return g->choice[index];
}

static void wipe_call(void *arg)
{
    buf_wipe(&((struct call *)arg)->said);
}

static struct call *call_at(struct gathered *g, struct choice *c, int64_t index)
{
    if (index < 0 || index >= ANSWER_CALLS_MOST)
        return NULL;
    if (!c->call)
        c->call = arena_array(g->arena, ANSWER_CALLS_MOST, sizeof *c->call);
    for (; c->calls <= (size_t)index; c->calls++) {
        c->call[c->calls].id = S("\"\"");
        buf_init(&c->call[c->calls].said, g->most_bytes);
        arena_defer(g->arena, wipe_call, &c->call[c->calls]);
    }
    return &c->call[index];
}

/* ---- chunks ---- */

/* The first that says something stays. */
static void take(struct gathered *g, struct slice *to, const struct json *j, json_at at)
{
    if (!form_says_nothing(j, at) && to->len <= strlen("\"\""))
        *to = arena_copy(g->arena, json_raw(j, at));
}

static bool take_call(struct gathered *g, struct choice *c, const struct json *j, json_at piece,
                      int64_t position)
{
    json_at      custom = json_get(j, piece, "custom");
    bool         is_custom = json_kind(j, custom) == JSON_OBJECT;
    json_at      called = is_custom ? custom : json_get(j, piece, "function");
    struct call *call = call_at(g, c, form_index(j, piece, position));
    if (!call)
        return false;
    call->is_custom = call->is_custom || is_custom;
    take(g, &call->id, j, json_get(j, piece, "id"));
    take(g, &call->type, j, json_get(j, piece, "type"));
    take(g, &call->name, j, json_get(j, called, "name"));
    buf_add(&call->said, json_string(j, json_get(j, called, is_custom ? "input" : "arguments"), g->scratch));
    return !call->said.full;
}

static void take_logprobs(struct choice *c, const struct json *j, json_at logprobs)
{
    c->has_logprobs = c->has_logprobs || json_kind(j, logprobs) == JSON_OBJECT;
    for (size_t i = 0; i < LOGPROBS; i++) {
        json_at list = json_get(j, logprobs, logprobs_keys[i]);
        for (json_at e = json_first(j, list); e != JSON_NONE; e = json_next(j, e)) {
            if (c->logprobs[i].len)
                buf_add_byte(&c->logprobs[i], ',');
            buf_add(&c->logprobs[i], json_raw(j, e));
        }
    }
}

static bool take_choice(struct gathered *g, const struct json *j, json_at at, int64_t position)
{
    struct choice *c = choice_at(g, form_index(j, at, position));
    json_at        delta = json_get(j, at, "delta"), calls = json_get(j, delta, "tool_calls");
    int64_t        piece = 0;
    bool           fits = c != NULL;
    for (size_t i = 0; fits && i < FORM_TEXTS; i++) {
        json_at text = json_get(j, delta, form_texts[i]);
        c->has_text[i] = c->has_text[i] || json_kind(j, text) == JSON_STRING;
        buf_add(&c->text[i], json_string(j, text, g->scratch));
        fits = !c->text[i].full;
    }
    if (!fits)
        return false;
    for (json_at p = json_first(j, calls); p != JSON_NONE; p = json_next(j, p))
        fits = take_call(g, c, j, p, piece++) && fits;
    take_logprobs(c, j, json_get(j, at, "logprobs"));
    for (size_t i = 0; i < FORM_FINISHES; i++)
        take(g, &c->finish[i], j, json_get(j, at, form_finishes[i]));
    return fits;
}

static bool take_chunk(struct gathered *g, struct slice data)
{
    struct json j;
    int64_t     position = 0;
    bool        is_all = json_read(g->scratch, data, &j, NULL) && form_is_known_answer(&j);
    for (size_t i = 0; i < FORM_ENVELOPES; i++)
        take(g, &g->envelope[i], &j, json_get(&j, 0, form_envelopes[i]));
    json_at usage = json_get(&j, 0, "usage"), choices = json_get(&j, 0, "choices");
    if (json_kind(&j, usage) == JSON_OBJECT)
        g->usage = arena_copy(g->arena, json_raw(&j, usage));
    for (json_at c = json_first(&j, choices); c != JSON_NONE; c = json_next(&j, c)) {
        is_all = form_is_known_choice(&j, c, "delta") && is_all;
        is_all = take_choice(g, &j, c, position++) && is_all;
    }
    return is_all || !g->is_strict;
}

static bool take_events(struct gathered *g, struct slice stream)
{
    struct sse *sse = sse_new(g->most_bytes);
    bool        ok = true;
    while (ok && stream.len && !g->is_done) {
        struct sse_event ev;
        size_t           used = 0;
        enum sse_result  result = sse_read(sse, stream, &used, &ev);
        stream = slice_cut(stream, used, stream.len);
        if (result == SSE_TOO_LONG)
            ok = false;
        if (result != SSE_EVENT || !ev.has_data || slice_trim(ev.data).len == 0)
            continue;
        if (slice_is(slice_trim(ev.data), "[DONE]"))
            g->is_done = true;
        else
            ok = take_chunk(g, ev.data);
        arena_reset(g->scratch);
    }
    sse_free(&sse);
    return ok;
}

static bool is_whole(const struct gathered *g)
{
    bool has_finished = true;
    for (size_t i = 0; i < g->choices; i++)
        has_finished = has_finished && (!g->choice[i]->is_seen || g->choice[i]->finish[0].len);
    return g->choices > 0 && (g->is_strict ? has_finished : g->is_done);
}

/* ---- the document ---- */

static void add_call(const struct call *call, struct buf *out)
{
    struct slice type = call->is_custom ? S("\"custom\"") : S("\"function\"");
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_member(out, "id", call->id);
    json_add_member(out, "type", call->type.len ? call->type : type);
    json_add_key(out, call->is_custom ? "custom" : "function");
    buf_add_byte(out, '{');
    json_add_member(out, "name", call->name.len ? call->name : S("\"\""));
    json_add_text_member(out, call->is_custom ? "input" : "arguments", buf_slice(&call->said));
    buf_add_str(out, "}}");
}

/* Content and refusal are always there; content beside calls says something or is null. */
static void add_message(const struct choice *c, struct buf *out)
{
    buf_add_str(out, ",\"message\":{\"role\":\"assistant\"");
    for (size_t i = 0; i < FORM_TEXTS; i++) {
        bool says_empty = c->has_text[i] && i < 2 && (i > 0 || c->calls == 0);
        if (c->text[i].len || says_empty)
            json_add_text_member(out, form_texts[i], buf_slice(&c->text[i]));
        else if (i < 2)
            json_add_member(out, form_texts[i], S("null"));
    }
    if (c->calls) {
        buf_add_str(out, ",\"tool_calls\":[");
        for (size_t i = 0; i < c->calls; i++)
            add_call(&c->call[i], out);
        buf_add_byte(out, ']');
    }
    buf_add_byte(out, '}');
}

static void add_logprobs(const struct choice *c, struct buf *out)
{
    json_add_key(out, "logprobs");
    if (!c->has_logprobs) {
        buf_add_str(out, "null");
        return;
    }
    buf_add_byte(out, '{');
    for (size_t i = 0; i < LOGPROBS; i++) {
        json_add_key(out, logprobs_keys[i]);
        buf_add_str(out, c->logprobs[i].len ? "[" : "null");
        buf_add(out, buf_slice(&c->logprobs[i]));
        buf_add_str(out, c->logprobs[i].len ? "]" : "");
    }
    buf_add_byte(out, '}');
}

static void add_choice(const struct choice *c, size_t index, struct buf *out)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_number_member(out, "index", (int64_t)index);
    add_message(c, out);
    add_logprobs(c, out);
    json_add_member(out, form_finishes[0], c->finish[0].len ? c->finish[0] : S("\"stop\""));
    for (size_t i = 1; i < FORM_FINISHES; i++)
        if (c->finish[i].len)
            json_add_member(out, form_finishes[i], c->finish[i]);
    buf_add_byte(out, '}');
}

static void add_completion(const struct gathered *g, struct buf *out)
{
    buf_add_byte(out, '{');
    for (size_t i = 0; i < FORM_ENVELOPES; i++)
        if (g->envelope[i].len)
            json_add_member(out, form_envelopes[i], g->envelope[i]);
    json_add_text_member(out, "object", S("chat.completion"));
    json_add_key(out, "choices");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < g->choices; i++)
        if (g->choice[i]->is_seen)
            add_choice(g->choice[i], i, out);
    buf_add_byte(out, ']');
    if (g->usage.len)
        json_add_member(out, "usage", g->usage);
    buf_add_byte(out, '}');
}

bool answer_gather(struct arena *arena, enum dialect dialect, struct slice stream, enum gathering how,
                   struct buf *out)
{
    struct gathered g = { .arena = arena,
                          .scratch = arena_new(),
                          .most_bytes = out->ceiling,
                          .is_strict = how == GATHER_ALL_OR_NOTHING };
    bool ok = take_events(&g, form_in_openais(arena, dialect, stream, true, out->ceiling)) && is_whole(&g);
    if (ok)
        add_completion(&g, out);
    arena_free(&g.scratch);
    return ok && !out->full;
}
