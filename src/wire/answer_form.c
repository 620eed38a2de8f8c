/*
 * answer_form.c - see answer_form.h.
 *
 * A message and the deltas of a stream have the same members. Those that are texts are joined, or go whole into
 * one delta; calls of tools are joined by their index; the rest stands once.
 */
#include "wire/answer_form.h"

#include "wire/sse.h"

/* ---- what a message is made of ---- */

static const char *const text_keys[] = { "content", "refusal", "reasoning_redacted", "reasoning_signature", "reasoning", "reasoning_content" };
enum { TEXTS = sizeof text_keys / sizeof *text_keys };

/* Of the answer and of a choice, beside what is told otherwise. */
static const char *const envelope_keys[] = { "id", "created", "model", "system_fingerprint", "service_tier" };
static const char *const finish_keys[] = { "finish_reason", "stop_reason", "stop_sequence" };
enum {
    ENVELOPES = sizeof envelope_keys / sizeof *envelope_keys,
    FINISHES = sizeof finish_keys / sizeof *finish_keys,
    CHOICES_MOST = 128, /* OpenAI's own limit of n */
    CALLS_MOST = 256,
};

static bool is_one_of(const struct json *j, json_at member, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (json_key_is(j, member, keys[i]))
            return true;
    return false;
}

/* null, "", [] and {} say nothing. */
static bool says_nothing(const struct json *j, json_at at)
{
    switch (json_kind(j, at)) {
    case JSON_NULL:
        return true;
    case JSON_STRING:
        return json_raw(j, at).len <= strlen("\"\"");
    case JSON_ARRAY:
    case JSON_OBJECT:
        return json_first(j, at) == JSON_NONE;
    case JSON_FALSE:
    case JSON_TRUE:
    case JSON_NUMBER:
        break;
    }
    return false;
}

/* Does it hold nothing but these, and what says nothing? */
static bool holds_only(const struct json *j, json_at object, const char *const *keys, size_t count)
{
    for (json_at m = json_first(j, object); m != JSON_NONE; m = json_next(j, m))
        if (!is_one_of(j, m, keys, count) && !says_nothing(j, m))
            return false;
    return true;
}

static bool is_known_message(const struct json *j, json_at message)
{
    static const char *const others[] = { "role", "tool_calls" };
    for (json_at m = json_first(j, message); m != JSON_NONE; m = json_next(j, m)) {
        bool is_text = is_one_of(j, m, text_keys, TEXTS);
        if (is_text ? json_kind(j, m) != JSON_STRING && json_kind(j, m) != JSON_NULL
                    : !is_one_of(j, m, others, 2) && !says_nothing(j, m))
            return false;
    }
    return true;
}

static bool is_known_call(const struct json *j, json_at call)
{
    static const char *const of_call[] = { "index", "id", "type", "function" };
    static const char *const of_function[] = { "name", "arguments" };
    return json_kind(j, call) == JSON_OBJECT && holds_only(j, call, of_call, 4) &&
           holds_only(j, json_get(j, call, "function"), of_function, 2);
}

static bool is_known_choice(const struct json *j, json_at choice, const char *message)
{
    static const char *const others[] = { "index", "content_filter_results" };
    for (json_at m = json_first(j, choice); m != JSON_NONE; m = json_next(j, m))
        if (!json_key_is(j, m, message) && !is_one_of(j, m, finish_keys, FINISHES) &&
            !is_one_of(j, m, others, 2) && !says_nothing(j, m))
            return false;
    json_at said = json_get(j, choice, message);
    if (json_kind(j, choice) != JSON_OBJECT || !is_known_message(j, said))
        return false;
    for (json_at c = json_first(j, json_get(j, said, "tool_calls")); c != JSON_NONE; c = json_next(j, c))
        if (!is_known_call(j, c))
            return false;
    return true;
}

static bool is_known_answer(const struct json *j)
{
    static const char *const others[] = { "object", "choices", "usage", "obfuscation", "provider", "timings", "x_groq", "prompt_filter_results" };
    for (json_at m = json_first(j, 0); m != JSON_NONE; m = json_next(j, m))
        if (!is_one_of(j, m, envelope_keys, ENVELOPES) && !is_one_of(j, m, others, sizeof others / sizeof *others) && !says_nothing(j, m))
            return false;
    return json_kind(j, 0) == JSON_OBJECT;
}

static int64_t index_of(const struct json *j, json_at object, int64_t position)
{
    int64_t index;
    return json_i64(j, json_get(j, object, "index"), &index) ? index : position;
}

static void add_members(const struct json *j, json_at object, const char *const *keys, size_t count,
                        struct buf *out)
{
    for (size_t i = 0; i < count; i++)
        if (json_kind(j, json_get(j, object, keys[i])) != JSON_NULL)
            json_add_member(out, keys[i], json_raw(j, json_get(j, object, keys[i])));
}

/* ---- a stream, gathered ---- */

struct gathered_call {
    struct slice id, type, name; /* raw JSON, in the arena */
    struct buf   arguments;
};

struct gathered_choice {
    struct buf            text[TEXTS];
    bool                  has_text[TEXTS];
    struct slice          finish[FINISHES]; /* raw JSON, in the arena */
    struct gathered_call *call;
    size_t                calls, cap;
};

struct gathering {
    struct arena           *arena, *scratch;
    size_t                  most_bytes;
    struct slice            envelope[ENVELOPES], usage; /* raw JSON, in the arena */
    struct gathered_choice *choice;
    size_t                  choices, cap;
    bool                    is_done;
};

static struct gathered_choice *choice_of(struct gathering *g, int64_t index)
{
    if (index < 0 || index >= CHOICES_MOST)
        return NULL;
    while (g->choices <= (size_t)index) {
        if (g->choices == g->cap)
            g->choice = arena_grow(g->arena, g->choice, g->choices, sizeof *g->choice, &g->cap);
        struct gathered_choice *fresh = &g->choice[g->choices++];
        *fresh = (struct gathered_choice){ .calls = 0 };
        for (size_t i = 0; i < TEXTS; i++)
            buf_init(&fresh->text[i], g->most_bytes);
    }
    return &g->choice[index];
}

static struct gathered_call *call_of(struct gathering *g, struct gathered_choice *choice, int64_t index)
{
    if (index < 0 || index >= CALLS_MOST)
        return NULL;
    while (choice->calls <= (size_t)index) {
        if (choice->calls == choice->cap)
            choice->call =
                arena_grow(g->arena, choice->call, choice->calls, sizeof *choice->call, &choice->cap);
        struct gathered_call *fresh = &choice->call[choice->calls++];
        *fresh = (struct gathered_call){ .id = S("\"\"") };
        buf_init(&fresh->arguments, g->most_bytes);
    }
    return &choice->call[index];
}

/* The first that says something stays. */
static void take(struct gathering *g, struct slice *to, const struct json *j, json_at at)
{
    if (!says_nothing(j, at) && to->len <= strlen("\"\""))
        *to = arena_copy(g->arena, json_raw(j, at));
}

static bool gather_call(struct gathering *g, struct gathered_choice *choice, const struct json *j,
                        json_at piece, int64_t position)
{
    struct gathered_call *call = call_of(g, choice, index_of(j, piece, position));
    json_at               function = json_get(j, piece, "function");
    if (!call)
        return false;
    take(g, &call->id, j, json_get(j, piece, "id"));
    take(g, &call->type, j, json_get(j, piece, "type"));
    take(g, &call->name, j, json_get(j, function, "name"));
    buf_add(&call->arguments, json_string(j, json_get(j, function, "arguments"), g->scratch));
    return !call->arguments.full;
}

static bool gather_choice(struct gathering *g, const struct json *j, json_at at, int64_t position)
{
    if (!is_known_choice(j, at, "delta"))
        return false;
    struct gathered_choice *choice = choice_of(g, index_of(j, at, position));
    json_at                 delta = json_get(j, at, "delta");
    int64_t                 piece = 0;
    if (!choice)
        return false;
    for (size_t i = 0; i < TEXTS; i++) {
        json_at text = json_get(j, delta, text_keys[i]);
        choice->has_text[i] = choice->has_text[i] || json_kind(j, text) == JSON_STRING;
        buf_add(&choice->text[i], json_string(j, text, g->scratch));
        if (choice->text[i].full)
            return false;
    }
    json_at calls = json_get(j, delta, "tool_calls");
    for (json_at c = json_first(j, calls); c != JSON_NONE; c = json_next(j, c))
        if (!gather_call(g, choice, j, c, piece++))
            return false;
    for (size_t i = 0; i < FINISHES; i++)
        take(g, &choice->finish[i], j, json_get(j, at, finish_keys[i]));
    return true;
}

static bool gather_chunk(struct gathering *g, struct slice data)
{
    struct json j;
    int64_t     position = 0;
    if (!json_read(g->scratch, data, &j, NULL) || !is_known_answer(&j))
        return false;
    for (size_t i = 0; i < ENVELOPES; i++)
        take(g, &g->envelope[i], &j, json_get(&j, 0, envelope_keys[i]));
    json_at usage = json_get(&j, 0, "usage"), choices = json_get(&j, 0, "choices");
    if (json_kind(&j, usage) == JSON_OBJECT)
        g->usage = arena_copy(g->arena, json_raw(&j, usage));
    for (json_at c = json_first(&j, choices); c != JSON_NONE; c = json_next(&j, c))
        if (!gather_choice(g, &j, c, position++))
            return false;
    return true;
}

static bool gather_events(struct gathering *g, struct slice stream)
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
            ok = gather_chunk(g, ev.data);
        arena_reset(g->scratch);
    }
    sse_free(&sse);
    return ok && g->choices > 0;
}

static void tell_calls(const struct gathered_choice *choice, struct buf *out)
{
    if (choice->calls == 0)
        return;
    json_add_key(out, "tool_calls");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < choice->calls; i++) {
        const struct gathered_call *call = &choice->call[i];
        json_add_comma(out);
        buf_add_byte(out, '{');
        json_add_member(out, "id", call->id);
        json_add_member(out, "type", call->type.len ? call->type : S("\"function\""));
        json_add_key(out, "function");
        buf_add_byte(out, '{');
        json_add_member(out, "name", call->name.len ? call->name : S("\"\""));
        json_add_text_member(out, "arguments", buf_slice(&call->arguments));
        buf_add_str(out, "}}");
    }
    buf_add_byte(out, ']');
}

static void tell_choice(const struct gathered_choice *choice, size_t index, struct buf *out)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_number_member(out, "index", (int64_t)index);
    buf_add_str(out, ",\"message\":{\"role\":\"assistant\"");
    for (size_t i = 0; i < TEXTS; i++) {
        if (choice->text[i].len || (i == 0 && choice->has_text[i] && choice->calls == 0))
            json_add_text_member(out, text_keys[i], buf_slice(&choice->text[i]));
        else if (i == 0) /* content is always there */
            json_add_member(out, text_keys[i], S("null"));
    }
    tell_calls(choice, out);
    buf_add_str(out, "},\"logprobs\":null");
    for (size_t i = 0; i < FINISHES; i++)
        if (choice->finish[i].len || i == 0)
            json_add_member(out, finish_keys[i], choice->finish[i]);
    buf_add_byte(out, '}');
}

static void tell_gathered(const struct gathering *g, struct buf *out)
{
    buf_add_str(out, "{\"object\":\"chat.completion\"");
    for (size_t i = 0; i < ENVELOPES; i++)
        if (g->envelope[i].len)
            json_add_member(out, envelope_keys[i], g->envelope[i]);
    json_add_key(out, "choices");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < g->choices; i++)
        tell_choice(&g->choice[i], i, out);
    buf_add_byte(out, ']');
    if (g->usage.len)
        json_add_member(out, "usage", g->usage);
    buf_add_byte(out, '}');
}

static void wipe(struct gathering *g)
{
    for (size_t i = 0; i < g->choices; i++) {
        struct gathered_choice *choice = &g->choice[i];
        for (size_t t = 0; t < TEXTS; t++)
            buf_wipe(&choice->text[t]);
        for (size_t c = 0; c < choice->calls; c++)
            buf_wipe(&choice->call[c].arguments);
    }
}

/* ---- a document, spread ---- */

static void begin_chunk(const struct json *j, int64_t index, struct buf *out)
{
    buf_add_str(out, "data: {\"object\":\"chat.completion.chunk\"");
    add_members(j, 0, envelope_keys, ENVELOPES, out);
    buf_add_str(out, ",\"choices\":[{");
    json_add_number_member(out, "index", index);
    buf_add_str(out, ",\"delta\":{");
}

static void end_chunk(struct buf *out)
{
    buf_add_str(out, "},\"finish_reason\":null}]}\n\n");
}

static void spread_calls(const struct json *j, json_at calls, int64_t index, struct buf *out)
{
    int64_t number = 0;
    for (json_at c = json_first(j, calls); c != JSON_NONE; c = json_next(j, c)) {
        static const char *const keys[] = { "id", "type", "function" };
        begin_chunk(j, index, out);
        json_add_key(out, "tool_calls");
        buf_add_str(out, "[{");
        json_add_number_member(out, "index", number++);
        add_members(j, c, keys, 3, out);
        buf_add_str(out, "}]");
        end_chunk(out);
    }
}

static void spread_choice(const struct json *j, json_at choice, int64_t index, struct buf *out)
{
    json_at message = json_get(j, choice, "message");
    begin_chunk(j, index, out);
    buf_add_str(out, "\"role\":\"assistant\",\"content\":\"\"");
    end_chunk(out);
    for (size_t i = TEXTS; i-- > 0;) { /* what was thought goes before what was said */
        json_at text = json_get(j, message, text_keys[i]);
        if (says_nothing(j, text))
            continue;
        begin_chunk(j, index, out);
        json_add_member(out, text_keys[i], json_raw(j, text));
        end_chunk(out);
    }
    spread_calls(j, json_get(j, message, "tool_calls"), index, out);
    begin_chunk(j, index, out);
    buf_add_byte(out, '}');
    add_members(j, choice, finish_keys, FINISHES, out);
    buf_add_str(out, "}]}\n\n");
}

static bool spread(const struct json *j, struct buf *out)
{
    json_at choices = json_get(j, 0, "choices"), usage = json_get(j, 0, "usage");
    int64_t position = 0;
    if (!is_known_answer(j) || json_first(j, choices) == JSON_NONE)
        return false;
    for (json_at c = json_first(j, choices); c != JSON_NONE; c = json_next(j, c), position++) {
        if (!is_known_choice(j, c, "message"))
            return false;
        spread_choice(j, c, index_of(j, c, position), out);
    }
    if (json_kind(j, usage) == JSON_OBJECT) {
        buf_add_str(out, "data: {\"object\":\"chat.completion.chunk\"");
        add_members(j, 0, envelope_keys, ENVELOPES, out);
        buf_add_str(out, ",\"choices\":[]");
        json_add_member(out, "usage", json_raw(j, usage));
        buf_add_str(out, "}\n\n");
    }
    buf_add_str(out, "data: [DONE]\n\n");
    return true;
}

/* ---- the doors ---- */

/* The answer as OpenAI would have given it, in the arena; empty where it cannot be said. */
static struct slice in_openais(struct arena *arena, enum dialect dialect, struct slice answer, bool is_stream,
                               size_t most_bytes)
{
    struct buf   out;
    struct fault why;
    if (dialect == DIALECT_OPENAI)
        return answer;
    buf_init(&out, most_bytes);
    struct translation *t = translation_new(
        arena, &(struct translation_options){
                   .from = dialect, .to = DIALECT_OPENAI, .is_stream = is_stream, .most_bytes = most_bytes });
    bool ok = translation_feed(t, answer, &out, &why) && translation_end(t, &out, &why) && !out.full;
    answer = ok ? arena_copy(arena, buf_slice(&out)) : S("");
    buf_wipe(&out);
    return answer;
}

bool answer_gather(struct arena *arena, enum dialect dialect, struct slice stream, struct buf *out)
{
    struct gathering g = { .arena = arena, .scratch = arena_new(), .most_bytes = out->ceiling };
    bool             ok = gather_events(&g, in_openais(arena, dialect, stream, true, out->ceiling));
    if (ok)
        tell_gathered(&g, out);
    wipe(&g);
    arena_free(&g.scratch);
    return ok && !out->full;
}

bool answer_spread(struct arena *arena, enum dialect dialect, struct slice document, struct buf *out)
{
    struct json  j;
    struct slice text = in_openais(arena, dialect, document, false, out->ceiling);
    return json_read(arena, text, &j, NULL) && spread(&j, out) && !out->full;
}
