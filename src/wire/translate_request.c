/* translate_request.c - the door of the requests' translations, and what they share. */
#include "translate_inside.h"

#include <stdio.h>
#include <stdlib.h>

enum { OUTPUT_TOKENS = 8192 };

bool rewrite_fields(struct rewrite *w, json_at object, const struct rewrite_field *fields)
{
    for (json_at m = json_first(w->json, object); m != JSON_NONE; m = json_next(w->json, m)) {
        const struct rewrite_field *f = fields;
        while (f->key && !json_key_is(w->json, m, f->key))
            f++;
        if (!f->write(w, m))
            return false;
    }
    return true;
}

bool rewrite_refuse(struct rewrite *w, const char *member, const char *wrong)
{
    char param[64];
    snprintf(param, sizeof param, "%s%s%s", w->path, w->path[0] && member[0] ? "." : "", member);
    return fault_set_param(w->why, FAULT_UNSUPPORTED, param, "'%s' %s", param, wrong);
}

/* Does the list hold it already? */
static bool is_listed(struct slice list, struct slice field)
{
    while (list.len) {
        size_t end = slice_find(list, S(", "));
        if (slice_eq(slice_cut(list, 0, end), field))
            return true;
        list = end == SLICE_NONE ? S("") : slice_cut(list, end + strlen(", "), list.len);
    }
    return false;
}

void left_out_add(struct left_out *left_out, struct slice field)
{
    char  *to = left_out->fields;
    size_t len = strlen(to);
    if (is_listed(slice_str(to), field))
        return;
    snprintf(to + len, sizeof left_out->fields - len, "%s%.*s", len ? ", " : "", SLICE_ARG(field));
}

void rewrite_leave_out(struct rewrite *w, struct slice field)
{
    left_out_add(w->left_out, field);
}

bool rewrite_copy(struct rewrite *w, json_at at)
{
    if (json_kind(w->json, at) == JSON_NULL)
        return true;
    const struct json_node *n = &w->json->node[at];
    json_add_comma(w->out);
    buf_add(w->out, slice_cut(w->json->text, n->key_start, n->key_end));
    buf_add_byte(w->out, ':');
    buf_add(w->out, json_raw(w->json, at));
    return true;
}

void rewrite_copy_as(struct rewrite *w, json_at at, const char *key)
{
    if (json_kind(w->json, at) != JSON_NULL)
        json_add_member(w->out, key, json_raw(w->json, at));
}

bool rewrite_nothing(struct rewrite *w, json_at at)
{
    (void)w;
    (void)at;
    return true;
}

/* A field's name is the client's and goes into a header: only plain words are told. */
static bool is_plain_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i], lower = (char)(c | 0x20);
        if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return name.len > 0 && name.len <= 40;
}

bool rewrite_note(struct rewrite *w, json_at at)
{
    enum json_kind kind = json_kind(w->json, at);
    struct slice   name = json_key(w->json, at, w->arena);
    if (kind != JSON_NULL && kind != JSON_FALSE)
        rewrite_leave_out(w, is_plain_name(name) ? name : S("*"));
    return true;
}

struct slice rewrite_text(struct rewrite *w, json_at object, const char *key)
{
    return json_string(w->json, json_get(w->json, object, key), w->arena);
}

bool rewrite_is_role(struct rewrite *w, json_at message, const char *role)
{
    return slice_is(rewrite_text(w, message, "role"), role);
}

bool rewrite_is_system(struct rewrite *w, json_at message)
{
    return rewrite_is_role(w, message, "system") || rewrite_is_role(w, message, "developer");
}

bool rewrite_list(struct rewrite *w, json_at array, const char *key, rewrite_fn *add)
{
    if (json_first(w->json, array) == JSON_NONE)
        return true;
    json_add_key(w->out, key);
    buf_add_byte(w->out, '[');
    for (json_at e = json_first(w->json, array); e != JSON_NONE; e = json_next(w->json, e))
        if (!add(w, e))
            return false;
    buf_add_byte(w->out, ']');
    return true;
}

bool rewrite_messages(struct rewrite *w, json_at messages, rewrite_fn *add)
{
    uint32_t index = 0;
    for (json_at m = json_first(w->json, messages); m != JSON_NONE; m = json_next(w->json, m)) {
        snprintf(w->path, sizeof w->path, "messages[%u]", index++);
        if (!add(w, m))
            return false;
    }
    w->path[0] = '\0';
    return true;
}

bool rewrite_stream(struct rewrite *w, json_at at)
{
    if (json_kind(w->json, at) == JSON_TRUE)
        buf_add_str(w->out, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    return true;
}

void rewrite_stop(struct rewrite *w, json_at stop, const char *key)
{
    if (json_kind(w->json, stop) == JSON_ARRAY) {
        json_add_member(w->out, key, json_raw(w->json, stop));
    } else if (json_kind(w->json, stop) == JSON_STRING) {
        json_add_key(w->out, key);
        buf_add_byte(w->out, '[');
        buf_add(w->out, json_raw(w->json, stop));
        buf_add_byte(w->out, ']');
    }
}

bool rewrite_data_url(struct slice url, struct slice *media, struct slice *data)
{
    size_t comma = slice_find_byte(url, ',');
    if (!slice_starts(url, S("data:")) || comma == SLICE_NONE)
        return false;
    struct slice head = slice_cut(url, strlen("data:"), comma);
    if (!slice_ends(head, S(";base64")))
        return false;
    *media = slice_cut(head, 0, head.len - strlen(";base64"));
    *data = slice_cut(url, comma + 1, url.len);
    return true;
}

void rewrite_arguments(struct rewrite *w, const char *key, struct slice arguments)
{
    struct json json;
    json_add_key(w->out, key);
    if (slice_trim(arguments).len == 0) {
        buf_add_str(w->out, "{}");
    } else if (json_read(w->arena, arguments, &json, NULL) && json_kind(&json, 0) == JSON_OBJECT) {
        buf_add(w->out, slice_trim(arguments));
    } else {
        buf_add_byte(w->out, '{');
        json_add_text_member(w->out, "arguments", arguments);
        buf_add_byte(w->out, '}');
    }
}

/* Calls of one id in the order of the text. */
static int by_id(const void *left, const void *right)
{
    const struct called *a = left, *b = right;
    int                  order = slice_compare(a->id, b->id);
    return order ? order : (a->call > b->call) - (a->call < b->call);
}

static void list_calls(struct rewrite *w)
{
    json_at messages = json_get(w->json, 0, "messages");
    w->called = arena_grow(w->arena, NULL, 0, sizeof *w->called, &w->calls_cap);
    for (json_at m = json_first(w->json, messages); m != JSON_NONE; m = json_next(w->json, m)) {
        json_at calls = json_get(w->json, m, "tool_calls");
        for (json_at c = json_first(w->json, calls); c != JSON_NONE; c = json_next(w->json, c)) {
            if (w->calls == w->calls_cap)
                w->called = arena_grow(w->arena, w->called, w->calls, sizeof *w->called, &w->calls_cap);
            w->called[w->calls++] = (struct called){ rewrite_text(w, c, "id"), c };
        }
    }
    qsort(w->called, w->calls, sizeof *w->called, by_id);
}

struct slice rewrite_called_name(struct rewrite *w, struct slice id)
{
    if (!w->called)
        list_calls(w);
    size_t from = 0, to = w->calls; /* before `from` are ids up to this one, from `to` on those beyond it */
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (slice_compare(w->called[middle].id, id) <= 0)
            from = middle + 1;
        else
            to = middle;
    }
    const struct called *last = from ? &w->called[from - 1] : NULL;
    return last && slice_eq(last->id, id) ? rewrite_text(w, json_get(w->json, last->call, "function"), "name")
                                          : S("tool");
}

struct slice rewrite_content_text(struct rewrite *w, json_at content)
{
    struct buf joined;
    if (json_kind(w->json, content) != JSON_ARRAY)
        return json_string(w->json, content, w->arena);
    buf_init(&joined, SIZE_MAX / 2);
    for (json_at p = json_first(w->json, content); p != JSON_NONE; p = json_next(w->json, p)) {
        struct slice text =
            rewrite_text(w, p, slice_is(rewrite_text(w, p, "type"), "refusal") ? "refusal" : "text");
        if (text.len && joined.len)
            buf_add_byte(&joined, '\n');
        buf_add(&joined, text);
    }
    struct slice kept = arena_copy(w->arena, buf_slice(&joined));
    buf_wipe(&joined);
    return kept;
}

bool rewrite_one_answer(struct rewrite *w, json_at n)
{
    int64_t wanted;
    if (json_i64(w->json, n, &wanted) && wanted > 1)
        return rewrite_refuse(w, "n", "asks for several answers, and this provider gives one");
    return true;
}

int64_t rewrite_output_tokens(const struct rewrite *w)
{
    int64_t most = w->limits.output_tokens;
    return most > 0 && most < OUTPUT_TOKENS ? most : OUTPUT_TOKENS;
}

/* Each dialect's two ways; the hub needs none. */
static const struct {
    rewrite_request *read, *write;
} ways[] = {
    [DIALECT_OPENAI] = { NULL, NULL },
    [DIALECT_ANTHROPIC] = { anthropic_read_request, anthropic_write_request },
    [DIALECT_GEMINI] = { NULL, gemini_write_request },
    [DIALECT_OLLAMA] = { ollama_read_request, ollama_write_request },
    [DIALECT_OLLAMA_GENERATE] = { ollama_read_request, NULL },
    [DIALECT_RESPONSES] = { responses_read_request, NULL },
    [DIALECT_COMPLETIONS] = { completions_read_request, NULL },
    [DIALECT_MISTRAL] = { NULL, mistral_write_request },
};

static bool go(struct rewrite *w, rewrite_request *way, struct slice body, struct buf *out)
{
    struct json json;
    if (!way) {
        buf_add(out, body);
        return true;
    }
    if (!json_read(w->arena, body, &json, w->why))
        return false;
    if (json_kind(&json, 0) != JSON_OBJECT)
        return fault_set(w->why, FAULT_BAD_REQUEST, "the body is no JSON object");
    w->json = &json;
    w->out = out;
    return way(w);
}

bool translate_request(struct arena *arena, enum dialect from, enum dialect to, struct slice body,
                       struct limits_of_model limits, struct buf *out, struct left_out *left_out,
                       struct fault *why)
{
    struct rewrite w = { .arena = arena, .limits = limits, .left_out = left_out, .why = why };
    struct buf     hub;
    if (from == to)
        return go(&w, NULL, body, out);
    buf_init(&hub, out->ceiling);
    bool ok = go(&w, ways[from].read, body, &hub) && go(&w, ways[to].write, buf_slice(&hub), out);
    buf_wipe(&hub);
    return ok;
}
