/*
 * ollama_read.c - a request as Ollama's clients send it, /api/chat or /api/generate, as one for a chat
 * completion. https://github.com/ollama/ollama/blob/main/docs/api.md
 *
 * It streams unless it says otherwise. Calls have no ids there and results name the tool: ids are made, and a
 * result belongs to the first call of that name that has none yet. How large a context to use is Weir's to say,
 * so "num_ctx" is passed over.
 */
#include "ollama_inside.h"
#include "translate_inside.h"
#include "wire/ollama.h"

#include <stdio.h>

static json_at get(const struct rewrite *w, json_at object, const char *key)
{
    return json_get(w->json, object, key);
}

/* ---- content ---- */

/* Ollama's images are bare base64; their first bytes tell what they are. */
static const char *media_of(struct slice base64)
{
    if (slice_starts(base64, S("/9j/")))
        return "image/jpeg";
    if (slice_starts(base64, S("R0lG")))
        return "image/gif";
    return slice_starts(base64, S("UklG")) ? "image/webp" : "image/png";
}

static void add_content(struct rewrite *w, json_at content, json_at images)
{
    struct slice raw = json_kind(w->json, content) == JSON_STRING ? json_raw(w->json, content) : S("\"\"");
    if (json_first(w->json, images) == JSON_NONE) {
        json_add_member(w->out, "content", raw);
        return;
    }
    json_add_key(w->out, "content");
    buf_add_str(w->out, "[{\"type\":\"text\"");
    json_add_member(w->out, "text", raw);
    buf_add_byte(w->out, '}');
    for (json_at i = json_first(w->json, images); i != JSON_NONE; i = json_next(w->json, i)) {
        if (json_kind(w->json, i) != JSON_STRING)
            continue;
        struct slice quoted = json_raw(w->json, i), data = slice_cut(quoted, 1, quoted.len - 1);
        buf_printf(w->out, ",{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:%s;base64,", media_of(data));
        buf_add(w->out, data);
        buf_add_str(w->out, "\"}}");
    }
    buf_add_byte(w->out, ']');
}

/* ---- messages ---- */

/* The calls that have no result yet, the first made first. Of too many the first are forgotten: who leaves so
 * many behind sends no results. */
enum { CALLS_OPEN_MOST = 256 };

struct call {
    struct slice id, name;
};

struct calls {
    struct call call[CALLS_OPEN_MOST];
    size_t      count, made;
};

static void forget_call(struct calls *calls, struct call *call)
{
    size_t behind = (size_t)(calls->call + calls->count - (call + 1));
    memmove(call, call + 1, behind * sizeof *call);
    calls->count--;
}

static void add_call(struct rewrite *w, struct calls *calls, json_at call)
{
    json_at      function = get(w, call, "function"), arguments = get(w, function, "arguments");
    struct slice id = rewrite_text(w, call, "id");
    if (!id.len)
        id = slice_str(arena_printf(w->arena, "call_%zu", calls->made));
    if (calls->count == CALLS_OPEN_MOST)
        forget_call(calls, calls->call);
    calls->call[calls->count++] = (struct call){ .id = id, .name = rewrite_text(w, function, "name") };
    calls->made++;
    json_add_comma(w->out);
    buf_add_byte(w->out, '{');
    json_add_text_member(w->out, "id", id);
    buf_add_str(w->out, ",\"type\":\"function\",\"function\":{");
    json_add_member(w->out, "name", json_raw(w->json, get(w, function, "name")));
    json_add_text_member(w->out, "arguments",
                         json_kind(w->json, arguments) == JSON_OBJECT ? json_raw(w->json, arguments) : S("{}"));
    buf_add_str(w->out, "}}");
}

static void add_calls(struct rewrite *w, struct calls *calls, json_at list)
{
    if (json_first(w->json, list) == JSON_NONE)
        return;
    json_add_key(w->out, "tool_calls");
    buf_add_byte(w->out, '[');
    for (json_at c = json_first(w->json, list); c != JSON_NONE; c = json_next(w->json, c))
        add_call(w, calls, c);
    buf_add_byte(w->out, ']');
}

/* Whose result it is. */
static bool add_answered(struct rewrite *w, struct calls *calls, json_at message)
{
    struct slice id = rewrite_text(w, message, "tool_call_id"), name = rewrite_text(w, message, "tool_name");
    for (struct call *call = calls->call; call < calls->call + calls->count; call++) {
        if (id.len ? !slice_eq(call->id, id) : name.len && !slice_eq(call->name, name))
            continue;
        json_add_text_member(w->out, "tool_call_id", call->id);
        forget_call(calls, call);
        return true;
    }
    return rewrite_refuse(w, "tool_name", "names no tool that was called and has no result yet");
}

static bool add_message(struct rewrite *w, struct calls *calls, json_at message)
{
    json_add_comma(w->out);
    buf_add_byte(w->out, '{');
    json_add_member(w->out, "role", json_raw(w->json, get(w, message, "role")));
    if (rewrite_is_role(w, message, "tool") && !add_answered(w, calls, message))
        return false;
    add_content(w, get(w, message, "content"), get(w, message, "images"));
    rewrite_copy_as(w, get(w, message, "thinking"), "reasoning_content");
    add_calls(w, calls, get(w, message, "tool_calls"));
    buf_add_byte(w->out, '}');
    return true;
}

/* As who wants no answer (see wire/ollama.h). */
static bool says_nothing(struct rewrite *w)
{
    return json_first(w->json, get(w, 0, "messages")) == JSON_NONE && !rewrite_text(w, 0, "prompt").len &&
           !rewrite_text(w, 0, "system").len && json_first(w->json, get(w, 0, "images")) == JSON_NONE;
}

static bool read_messages(struct rewrite *w, json_at messages)
{
    struct calls calls = { 0 };
    uint32_t     index = 0;
    if (says_nothing(w))
        return true;
    json_add_key(w->out, "messages");
    buf_add_byte(w->out, '[');
    for (json_at m = json_first(w->json, messages); m != JSON_NONE; m = json_next(w->json, m)) {
        snprintf(w->path, sizeof w->path, "messages[%u]", index++);
        if (!add_message(w, &calls, m))
            return false;
    }
    w->path[0] = '\0';
    buf_add_byte(w->out, ']');
    return true;
}

static bool read_prompt(struct rewrite *w, json_at prompt)
{
    json_at system = get(w, 0, "system");
    if (says_nothing(w))
        return true;
    json_add_key(w->out, "messages");
    buf_add_byte(w->out, '[');
    if (rewrite_text(w, 0, "system").len) {
        buf_add_str(w->out, "{\"role\":\"system\"");
        json_add_member(w->out, "content", json_raw(w->json, system));
        buf_add_str(w->out, "},");
    }
    buf_add_str(w->out, "{\"role\":\"user\"");
    add_content(w, prompt, get(w, 0, "images"));
    buf_add_str(w->out, "}]");
    return true;
}

/* ---- the rest ---- */

static bool read_model(struct rewrite *w, json_at model)
{
    if (json_kind(w->json, model) == JSON_STRING)
        json_add_text_member(w->out, "model", ollama_model_name(json_string(w->json, model, w->arena)));
    else
        rewrite_copy_as(w, model, "model");
    return true;
}

static bool read_option(struct rewrite *w, json_at at)
{
    int64_t number;
    for (const struct ollama_option *o = ollama_options; o->ollama; o++) {
        if (!json_key_is(w->json, at, o->ollama))
            continue;
        bool is_no_limit =
            strcmp(o->ollama, "num_predict") == 0 && json_i64(w->json, at, &number) && number < 0;
        if (!is_no_limit)
            rewrite_copy_as(w, at, o->openai);
        return true;
    }
    return json_key_is(w->json, at, "num_ctx") || rewrite_note(w, at);
}

static bool read_options(struct rewrite *w, json_at options)
{
    static const struct rewrite_field all[] = { { NULL, read_option } };
    return rewrite_fields(w, options, all);
}

static bool read_format(struct rewrite *w, json_at format)
{
    if (slice_is(json_string(w->json, format, w->arena), "json")) {
        buf_add_str(w->out, ",\"response_format\":{\"type\":\"json_object\"}");
    } else if (json_kind(w->json, format) == JSON_OBJECT) {
        buf_add_str(w->out,
                    ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\"");
        json_add_member(w->out, "schema", json_raw(w->json, format));
        buf_add_str(w->out, "}}");
    }
    return true;
}

/* Asked to think is what a model that thinks does anyway. */
static bool read_think(struct rewrite *w, json_at think)
{
    if (json_kind(w->json, think) == JSON_FALSE)
        json_add_text_member(w->out, "reasoning_effort", S("none"));
    else if (json_kind(w->json, think) == JSON_STRING)
        rewrite_copy_as(w, think, "reasoning_effort");
    return true;
}

static bool refuse_suffix(struct rewrite *w, json_at suffix)
{
    if (json_string(w->json, suffix, w->arena).len == 0)
        return true;
    return rewrite_refuse(w, "suffix", "asks to fill in a middle, which a chat cannot");
}

static const struct rewrite_field fields[] = {
    { "model", read_model },          { "messages", read_messages }, { "prompt", read_prompt },
    { "system", rewrite_nothing },    { "images", rewrite_nothing }, { "suffix", refuse_suffix },
    { "tools", rewrite_copy },        { "format", read_format },     { "options", read_options },
    { "think", read_think },          { "stream", rewrite_nothing }, { "logprobs", rewrite_copy },
    { "top_logprobs", rewrite_copy }, { NULL, rewrite_note },
};

bool ollama_read_request(struct rewrite *w)
{
    buf_add_byte(w->out, '{');
    if (!rewrite_fields(w, 0, fields))
        return false;
    if (says_nothing(w)) /* which a chat cannot */
        buf_add_str(w->out, ",\"messages\":[{\"role\":\"user\",\"content\":\"\"}]");
    if (json_kind(w->json, get(w, 0, "stream")) != JSON_FALSE)
        buf_add_str(w->out, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    buf_add_byte(w->out, '}');
    return true;
}
