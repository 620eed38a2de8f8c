/*
 * kept_asked.c - the conversation that led to an answer, as it is kept: what a request asks made whole, and a
 * kept one put in front of a new request. https://platform.openai.com/docs/api-reference/responses/input-items
 */
#include "wire/kept.h"

struct asking {
    const struct json *json;
    struct arena      *arena;
    struct slice       answer_id; /* what new ids are made of */
    unsigned           count;
    struct buf        *out;
};

static struct slice text_of(const struct asking *a, json_at object, const char *key)
{
    return json_string(a->json, json_get(a->json, object, key), a->arena);
}

/* The id that it has, else one of its own. */
static void add_id(struct asking *a, json_at item, const char *prefix)
{
    size_t       dash = slice_find_byte(a->answer_id, '_');
    struct slice rest = dash == SLICE_NONE ? a->answer_id : slice_cut(a->answer_id, dash + 1, a->answer_id.len);
    struct slice given = item == JSON_NONE ? S("") : text_of(a, item, "id");
    const char  *made = arena_printf(a->arena, "%s_%.*s_i%u", prefix, SLICE_ARG(rest), a->count++);
    json_add_text_member(a->out, "id", given.len ? given : slice_str(made));
}

/* Members as they stand, but for those named; null ones are passed over. */
static void copy_members(struct asking *a, json_at object, const char *const *but)
{
    for (json_at m = json_first(a->json, object); m != JSON_NONE; m = json_next(a->json, m)) {
        bool is_copied = json_kind(a->json, m) != JSON_NULL;
        for (const char *const *name = but; *name; name++)
            is_copied = is_copied && !json_key_is(a->json, m, *name);
        if (!is_copied)
            continue;
        json_add_comma(a->out);
        json_add_string(a->out, json_key(a->json, m, a->arena));
        buf_add_byte(a->out, ':');
        buf_add(a->out, json_raw(a->json, m));
    }
}

/* ---- Responses ---- */

/* What was said as a string is one part. */
static void add_said(struct asking *a, struct slice raw, bool is_assistant)
{
    buf_add_str(a->out, is_assistant ? ",\"content\":[{\"type\":\"output_text\""
                                     : ",\"content\":[{\"type\":\"input_text\"");
    json_add_member(a->out, "text", raw);
    buf_add_str(a->out, is_assistant ? ",\"annotations\":[],\"logprobs\":[]}]" : "}]");
}

static void add_message(struct asking *a, json_at item)
{
    static const char *const ours[] = { "id", "type", "status", "content", NULL };
    json_at                  content = json_get(a->json, item, "content");
    json_add_text_member(a->out, "type", S("message"));
    json_add_text_member(a->out, "status", S("completed"));
    copy_members(a, item, ours);
    if (json_kind(a->json, content) == JSON_STRING)
        add_said(a, json_raw(a->json, content), slice_is(text_of(a, item, "role"), "assistant"));
    else
        json_add_member(a->out, "content", json_raw(a->json, content));
}

static const struct {
    const char *type, *prefix;
    bool        has_status;
} kinds[] = {
    { "function_call", "fc", true },     { "function_call_output", "fco", true },
    { "custom_tool_call", "ctc", true }, { "custom_tool_call_output", "ctco", true },
    { "reasoning", "rs", false },        { "compaction", "cmp", false },
};

static void add_item(struct asking *a, json_at item)
{
    static const char *const ours[] = { "id", "status", NULL };
    struct slice             type = text_of(a, item, "type"), status = text_of(a, item, "status");
    const char              *prefix = "item";
    bool                     has_status = false;
    json_add_comma(a->out);
    buf_add_byte(a->out, '{');
    if (type.len == 0 || slice_is(type, "message")) {
        add_id(a, item, "msg");
        add_message(a, item);
        buf_add_byte(a->out, '}');
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (slice_is(type, kinds[i].type)) {
            prefix = kinds[i].prefix;
            has_status = kinds[i].has_status;
        }
    add_id(a, item, prefix);
    copy_members(a, item, ours);
    if (has_status)
        json_add_text_member(a->out, "status", status.len ? status : S("completed"));
    buf_add_byte(a->out, '}');
}

static void add_input(struct asking *a)
{
    json_at input = json_get(a->json, 0, "input");
    if (json_kind(a->json, input) == JSON_STRING) {
        json_add_comma(a->out);
        buf_add_byte(a->out, '{');
        add_id(a, JSON_NONE, "msg");
        buf_add_str(a->out, ",\"type\":\"message\",\"status\":\"completed\",\"role\":\"user\"");
        add_said(a, json_raw(a->json, input), false);
        buf_add_byte(a->out, '}');
    }
    for (json_at i = json_first(a->json, input); i != JSON_NONE; i = json_next(a->json, i))
        add_item(a, i);
}

/* ---- chats ---- */

/* Content in parts stands in content_parts. */
static void add_chat_message(struct asking *a, json_at message)
{
    static const char *const ours[] = { "id", "content", "content_parts", "refusal", NULL };
    json_at                  content = json_get(a->json, message, "content");
    bool                     has_parts = json_kind(a->json, content) == JSON_ARRAY;
    json_add_comma(a->out);
    buf_add_byte(a->out, '{');
    add_id(a, JSON_NONE, "msg");
    copy_members(a, message, ours);
    json_add_member(a->out, "content", has_parts ? S("null") : json_raw(a->json, content));
    json_add_member(a->out, "content_parts", has_parts ? json_raw(a->json, content) : S("null"));
    json_add_member(a->out, "refusal", json_raw(a->json, json_get(a->json, message, "refusal")));
    buf_add_byte(a->out, '}');
}

/* ---- in fewer words ---- */

static bool is_compaction(const struct asking *a, json_at item)
{
    return slice_is(text_of(a, item, "type"), "compaction");
}

static bool is_users(const struct asking *a, json_at item)
{
    struct slice type = text_of(a, item, "type");
    return (type.len == 0 || slice_is(type, "message")) && !slice_is(text_of(a, item, "role"), "assistant");
}

/* The strings that somebody said, at any depth; ids and the like are not. */
static void add_words(const struct asking *a, json_at at, struct buf *words)
{
    static const char *const said[] = { "text",  "content", "output",  "arguments",
                                        "input", "name",    "refusal", "summary" };
    if (json_kind(a->json, at) == JSON_STRING) {
        buf_add(words, json_string(a->json, at, a->arena));
        buf_add_byte(words, ' ');
    }
    for (json_at m = json_first(a->json, at); m != JSON_NONE; m = json_next(a->json, m)) {
        bool is_said = json_kind(a->json, at) == JSON_ARRAY;
        for (size_t i = 0; i < sizeof said / sizeof *said; i++)
            is_said = is_said || json_key_is(a->json, m, said[i]);
        if (is_said)
            add_words(a, m, words);
    }
}

void kept_part(const struct json *request, struct slice answer_id, struct arena *arena, struct buf *items,
               struct buf *words)
{
    struct asking a = { .json = request, .arena = arena, .answer_id = answer_id, .out = items };
    json_at       input = json_get(request, 0, "input");
    if (json_kind(request, input) == JSON_STRING)
        add_input(&a);
    for (json_at i = json_first(request, input); i != JSON_NONE; i = json_next(request, i)) {
        if (is_users(&a, i)) {
            add_item(&a, i);
            continue;
        }
        struct slice who = text_of(&a, i, "type");
        buf_printf(words, "%.*s: ", SLICE_ARG(slice_is(who, "message") || !who.len ? S("assistant") : who));
        add_words(&a, i, words);
        buf_add_byte(words, '\n');
    }
}

bool kept_is_compacted(const struct json *request, struct arena *arena)
{
    const struct asking a = { .json = request, .arena = arena };
    json_at             input = json_get(request, 0, "input");
    for (json_at i = json_first(request, input); i != JSON_NONE; i = json_next(request, i))
        if (is_compaction(&a, i))
            return true;
    return false;
}

bool kept_expand(const struct json *request, struct arena *arena, kept_open_fn *open, void *arg,
                 struct buf *out, struct fault *why)
{
    static const char *const ours[] = { "input", NULL };
    struct asking            a = { .json = request, .arena = arena, .out = out };
    json_at                  input = json_get(request, 0, "input");
    buf_add_byte(out, '{');
    copy_members(&a, 0, ours);
    json_add_key(out, "input");
    buf_add_byte(out, '[');
    for (json_at i = json_first(request, input); i != JSON_NONE; i = json_next(request, i)) {
        struct buf words;
        json_add_comma(out);
        if (!is_compaction(&a, i)) {
            buf_add(out, json_raw(request, i));
            continue;
        }
        buf_init(&words, out->ceiling);
        buf_add_str(&words, "What was said before, in fewer words:\n");
        bool ok = open(arg, text_of(&a, i, "encrypted_content"), &words, why);
        buf_add_str(out, "{\"type\":\"message\",\"role\":\"assistant\"");
        json_add_text_member(out, "content", buf_slice(&words));
        buf_add_byte(out, '}');
        buf_wipe(&words);
        if (!ok)
            return false;
    }
    buf_add_str(out, "]}");
    return true;
}

/* ---- the doors ---- */

void kept_asked(enum dialect dialect, const struct json *request, struct slice answer_id, struct arena *arena,
                struct buf *out)
{
    struct asking a = { .json = request, .arena = arena, .answer_id = answer_id, .out = out };
    json_at       messages = json_get(request, 0, "messages");
    buf_add_byte(out, '[');
    if (dialect == DIALECT_RESPONSES)
        add_input(&a);
    for (json_at m = json_first(request, messages); m != JSON_NONE; m = json_next(request, m))
        add_chat_message(&a, m);
    buf_add_byte(out, ']');
}

static void add_elements(const struct json *j, json_at array, struct buf *out)
{
    for (json_at i = json_first(j, array); i != JSON_NONE; i = json_next(j, i)) {
        json_add_comma(out);
        buf_add(out, json_raw(j, i));
    }
}

void kept_join(const struct json *request, const struct kept *kept, struct arena *arena, struct buf *out)
{
    static const char *const ours[] = { "input", "previous_response_id", NULL };
    struct asking            a = { .json = request, .arena = arena, .out = out };
    json_at                  input = json_get(request, 0, "input");
    buf_add_byte(out, '{');
    copy_members(&a, 0, ours);
    json_add_key(out, "input");
    buf_add_byte(out, '[');
    add_elements(&kept->json, kept->asked, out);
    add_elements(&kept->json, json_get(&kept->json, kept->answer, "output"), out);
    if (json_kind(request, input) == JSON_STRING) {
        json_add_comma(out);
        buf_add_str(out, "{\"type\":\"message\",\"role\":\"user\"");
        json_add_member(out, "content", json_raw(request, input));
        buf_add_byte(out, '}');
    }
    add_elements(request, input, out);
    buf_add_str(out, "]}");
}
