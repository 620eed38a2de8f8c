/*
 * anthropic_read.c - a request for Anthropic's Messages as one for a chat completion.
 * https://docs.anthropic.com/en/api/messages
 *
 * The results of tools, which are blocks of a user's message there, are messages of their own here, and come
 * before what the user says beside them. Images in a tool's result, which OpenAI's have no place for, go to
 * that user.
 */
#include "translate_inside.h"

#include <stdio.h>

static bool is_type(struct rewrite *w, json_at block, const char *type)
{
    return slice_is(rewrite_text(w, block, "type"), type);
}

static json_at get(const struct rewrite *w, json_at object, const char *key)
{
    return json_get(w->json, object, key);
}

static void begin_message(struct rewrite *w, const char *role)
{
    json_add_comma(w->out);
    buf_printf(w->out, "{\"role\":\"%s\"", role);
}

/* ---- parts ---- */

static void add_text_part(struct rewrite *w, struct slice raw)
{
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"type\":\"text\"");
    json_add_member(w->out, "text", raw);
    buf_add_byte(w->out, '}');
}

/* Of whatever else is no text, nobody but Anthropic knows what it means. */
static bool add_text(struct rewrite *w, json_at block)
{
    if (!is_type(w, block, "text"))
        return rewrite_refuse(w, "content", "has a block of a type that this provider does not know");
    add_text_part(w, json_raw(w->json, get(w, block, "text")));
    return true;
}

/* The address of an image or a file: its own, or its data in one. Empty where the source is of another kind. */
static struct slice address_of(struct rewrite *w, json_at source)
{
    if (is_type(w, source, "url"))
        return rewrite_text(w, source, "url");
    if (!is_type(w, source, "base64"))
        return S("");
    struct slice media = rewrite_text(w, source, "media_type"), data = rewrite_text(w, source, "data");
    struct buf   url;
    buf_init(&url, SIZE_MAX / 2);
    buf_printf(&url, "data:%.*s;base64,", SLICE_ARG(media));
    buf_add(&url, data);
    struct slice kept = arena_copy(w->arena, buf_slice(&url));
    buf_fini(&url);
    return kept;
}

static bool add_image(struct rewrite *w, json_at block)
{
    struct slice address = address_of(w, get(w, block, "source"));
    if (!address.len)
        return rewrite_refuse(w, "content", "has an image whose source this provider cannot read");
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"type\":\"image_url\",\"image_url\":{");
    json_add_text_member(w->out, "url", address);
    buf_add_str(w->out, "}}");
    return true;
}

static void note(struct rewrite *w, json_at object, const char *member)
{
    enum json_kind kind = json_kind(w->json, get(w, object, member));
    if (kind != JSON_NULL && kind != JSON_FALSE)
        rewrite_leave_out(w, slice_str(member));
}

/* Text that stands in the request itself: in one piece, or in several. */
static bool add_plain_document(struct rewrite *w, json_at block)
{
    json_at source = get(w, block, "source"), content = get(w, source, "content");
    note(w, block, "title");
    if (is_type(w, source, "text"))
        content = get(w, source, "data");
    if (json_kind(w->json, content) != JSON_ARRAY) {
        add_text_part(w, json_kind(w->json, content) == JSON_STRING ? json_raw(w->json, content) : S("\"\""));
        return true;
    }
    for (json_at p = json_first(w->json, content); p != JSON_NONE; p = json_next(w->json, p))
        if (is_type(w, p, "image") ? !add_image(w, p) : !add_text(w, p))
            return false;
    return true;
}

static bool add_document(struct rewrite *w, json_at block)
{
    json_at source = get(w, block, "source"), title = get(w, block, "title");
    note(w, block, "context");
    if (json_kind(w->json, get(w, get(w, block, "citations"), "enabled")) == JSON_TRUE)
        rewrite_leave_out(w, S("citations"));
    if (is_type(w, source, "text") || is_type(w, source, "content"))
        return add_plain_document(w, block);
    struct slice address = is_type(w, source, "base64") ? address_of(w, source) : S("");
    if (!address.len)
        return rewrite_refuse(w, "content", "has a document whose source this provider cannot read");
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"type\":\"file\",\"file\":{");
    json_add_member(w->out, "filename",
                    json_kind(w->json, title) == JSON_STRING ? json_raw(w->json, title)
                                                             : S("\"document.pdf\""));
    json_add_text_member(w->out, "file_data", address);
    buf_add_str(w->out, "}}");
    return true;
}

static bool add_part(struct rewrite *w, json_at block)
{
    if (is_type(w, block, "image"))
        return add_image(w, block);
    if (is_type(w, block, "document"))
        return add_document(w, block);
    return add_text(w, block);
}

/* ---- a user's message ---- */

static bool add_result_images(struct rewrite *w, json_at blocks)
{
    for (json_at b = json_first(w->json, blocks); b != JSON_NONE; b = json_next(w->json, b)) {
        json_at content = get(w, b, "content");
        if (!is_type(w, b, "tool_result") || json_kind(w->json, content) != JSON_ARRAY)
            continue;
        for (json_at p = json_first(w->json, content); p != JSON_NONE; p = json_next(w->json, p))
            if (!is_type(w, p, "text") && !add_part(w, p))
                return false;
    }
    return true;
}

static void add_tool_message(struct rewrite *w, json_at result)
{
    json_at content = get(w, result, "content");
    note(w, result, "is_error"); /* its words are all that says so */
    begin_message(w, "tool");
    json_add_member(w->out, "tool_call_id", json_raw(w->json, get(w, result, "tool_use_id")));
    json_add_key(w->out, "content");
    if (json_kind(w->json, content) == JSON_ARRAY) {
        buf_add_byte(w->out, '[');
        for (json_at p = json_first(w->json, content); p != JSON_NONE; p = json_next(w->json, p))
            if (is_type(w, p, "text"))
                add_text_part(w, json_raw(w->json, get(w, p, "text")));
        buf_add_byte(w->out, ']');
    } else {
        buf_add(w->out, json_kind(w->json, content) == JSON_STRING ? json_raw(w->json, content) : S("\"\""));
    }
    buf_add_byte(w->out, '}');
}

static bool add_user(struct rewrite *w, json_at content)
{
    for (json_at b = json_first(w->json, content); b != JSON_NONE; b = json_next(w->json, b))
        if (is_type(w, b, "tool_result"))
            add_tool_message(w, b);
    size_t before = w->out->len;
    begin_message(w, "user");
    buf_add_str(w->out, ",\"content\":[");
    size_t empty = w->out->len;
    if (!add_result_images(w, content))
        return false;
    for (json_at b = json_first(w->json, content); b != JSON_NONE; b = json_next(w->json, b))
        if (!is_type(w, b, "tool_result") && !add_part(w, b))
            return false;
    if (w->out->len == empty)
        w->out->len = before; /* results alone */
    else
        buf_add_str(w->out, "]}");
    return true;
}

/* ---- what the model said before ---- */

static void add_tool_call(struct rewrite *w, json_at block)
{
    json_at input = get(w, block, "input");
    json_add_comma(w->out);
    buf_add_byte(w->out, '{');
    json_add_member(w->out, "id", json_raw(w->json, get(w, block, "id")));
    buf_add_str(w->out, ",\"type\":\"function\",\"function\":{");
    json_add_member(w->out, "name", json_raw(w->json, get(w, block, "name")));
    json_add_text_member(w->out, "arguments",
                         json_kind(w->json, input) == JSON_OBJECT ? json_raw(w->json, input) : S("{}"));
    buf_add_str(w->out, "}}");
}

static bool is_thinking(struct rewrite *w, json_at block)
{
    return is_type(w, block, "thinking") || is_type(w, block, "redacted_thinking");
}

/* Thoughts without a signature are those of a model that signs none: DeepSeek's and others want them back with
 * the calls that they led to. Those of Anthropic's are of no use to another provider. */
static void add_thoughts(struct rewrite *w, json_at content, bool are_wanted)
{
    bool has_any = false, has_left = false;
    for (json_at b = json_first(w->json, content); b != JSON_NONE; b = json_next(w->json, b)) {
        if (!is_thinking(w, b))
            continue;
        if (!are_wanted || !is_type(w, b, "thinking") || rewrite_text(w, b, "signature").len) {
            has_left = true;
            continue;
        }
        if (!has_any)
            buf_add_str(w->out, ",\"reasoning_content\":\"");
        has_any = true;
        json_add_escaped(w->out, rewrite_text(w, b, "thinking"));
    }
    buf_add_str(w->out, has_any ? "\"" : "");
    if (has_left)
        rewrite_leave_out(w, S("thinking"));
}

static bool add_assistant(struct rewrite *w, json_at content)
{
    size_t texts = 0, calls = 0;
    for (json_at b = json_first(w->json, content); b != JSON_NONE; b = json_next(w->json, b)) {
        bool is_text = is_type(w, b, "text"), is_call = is_type(w, b, "tool_use");
        if (!is_text && !is_call && !is_thinking(w, b))
            return rewrite_refuse(w, "content", "has a block of a type that this provider does not know");
        texts += is_text;
        calls += is_call;
    }
    begin_message(w, "assistant");
    json_add_key(w->out, "content");
    buf_add_str(w->out, texts ? "[" : "null");
    for (json_at b = json_first(w->json, content); b != JSON_NONE; b = json_next(w->json, b))
        if (is_type(w, b, "text"))
            add_text_part(w, json_raw(w->json, get(w, b, "text")));
    buf_add_str(w->out, texts ? "]" : "");
    add_thoughts(w, content, calls > 0);
    buf_add_str(w->out, calls ? ",\"tool_calls\":[" : "");
    for (json_at b = json_first(w->json, content); b != JSON_NONE; b = json_next(w->json, b))
        if (is_type(w, b, "tool_use"))
            add_tool_call(w, b);
    buf_add_str(w->out, calls ? "]}" : "}");
    return true;
}

/* ---- messages ---- */

/* The request's, or one between the turns. */
static void add_system(struct rewrite *w, json_at system)
{
    if (json_kind(w->json, system) != JSON_STRING && json_kind(w->json, system) != JSON_ARRAY)
        return;
    begin_message(w, "system");
    json_add_key(w->out, "content");
    if (json_kind(w->json, system) == JSON_STRING) {
        buf_add(w->out, json_raw(w->json, system));
    } else {
        buf_add_byte(w->out, '[');
        for (json_at b = json_first(w->json, system); b != JSON_NONE; b = json_next(w->json, b))
            add_text_part(w, json_raw(w->json, get(w, b, "text")));
        buf_add_byte(w->out, ']');
    }
    buf_add_byte(w->out, '}');
}

static bool add_message(struct rewrite *w, json_at message)
{
    struct slice role = rewrite_text(w, message, "role");
    json_at      content = get(w, message, "content");
    if (json_kind(w->json, content) == JSON_STRING) {
        json_add_comma(w->out);
        buf_add_byte(w->out, '{');
        json_add_member(w->out, "role", json_raw(w->json, get(w, message, "role")));
        json_add_member(w->out, "content", json_raw(w->json, content));
        buf_add_byte(w->out, '}');
        return true;
    }
    if (slice_is(role, "system")) {
        add_system(w, content);
        return true;
    }
    return slice_is(role, "assistant") ? add_assistant(w, content) : add_user(w, content);
}

static bool read_messages(struct rewrite *w, json_at messages)
{
    json_add_key(w->out, "messages");
    buf_add_byte(w->out, '[');
    add_system(w, get(w, 0, "system"));
    bool ok = rewrite_messages(w, messages, add_message);
    buf_add_byte(w->out, ']');
    return ok;
}

/* ---- tools ---- */

static bool add_tool(struct rewrite *w, json_at tool)
{
    struct slice type = rewrite_text(w, tool, "type");
    if (type.len && !slice_is(type, "custom"))
        return rewrite_refuse(w, "tools", "has a tool that only its own provider can run");
    note(w, tool, "defer_loading");
    note(w, tool, "input_examples");
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"type\":\"function\",\"function\":{");
    json_add_member(w->out, "name", json_raw(w->json, get(w, tool, "name")));
    rewrite_copy_as(w, get(w, tool, "description"), "description");
    rewrite_copy_as(w, get(w, tool, "input_schema"), "parameters");
    rewrite_copy_as(w, get(w, tool, "strict"), "strict");
    buf_add_str(w->out, "}}");
    return true;
}

static bool read_tools(struct rewrite *w, json_at tools)
{
    return rewrite_list(w, tools, "tools", add_tool);
}

static bool read_tool_choice(struct rewrite *w, json_at choice)
{
    struct slice type = rewrite_text(w, choice, "type");
    if (slice_is(type, "tool")) {
        json_add_key(w->out, "tool_choice");
        buf_add_str(w->out, "{\"type\":\"function\",\"function\":{");
        json_add_member(w->out, "name", json_raw(w->json, get(w, choice, "name")));
        buf_add_str(w->out, "}}");
    } else if (type.len) {
        json_add_text_member(w->out, "tool_choice", slice_is(type, "any") ? S("required") : type);
    }
    if (json_kind(w->json, get(w, choice, "disable_parallel_tool_use")) == JSON_TRUE)
        json_add_member(w->out, "parallel_tool_calls", S("false"));
    return true;
}

/* ---- the rest ---- */

static bool read_stop(struct rewrite *w, json_at at)
{
    if (json_first(w->json, at) != JSON_NONE)
        rewrite_copy_as(w, at, "stop");
    return true;
}

static bool read_metadata(struct rewrite *w, json_at at)
{
    rewrite_copy_as(w, get(w, at, "user_id"), "user");
    return true;
}

static bool read_limit(struct rewrite *w, json_at at)
{
    bool is_newer = w->limits.limit_key == LIMIT_MAX_COMPLETION_TOKENS;
    rewrite_copy_as(w, at, is_newer ? "max_completion_tokens" : "max_tokens");
    return true;
}

static bool read_output_config(struct rewrite *w, json_at at)
{
    json_at format = get(w, at, "format");
    if (json_kind(w->json, get(w, at, "effort")) == JSON_STRING)
        rewrite_leave_out(w, S("effort"));
    if (!is_type(w, format, "json_schema"))
        return true;
    json_add_key(w->out, "response_format");
    buf_add_str(w->out, "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"strict\":true");
    json_add_member(w->out, "schema", json_raw(w->json, get(w, format, "schema")));
    buf_add_str(w->out, "}}");
    return true;
}

/* Words to begin the answer with, and a summary in the place of one: without them it would be another. */
static bool refuse_if_given(struct rewrite *w, json_at at)
{
    if (json_kind(w->json, at) == JSON_NULL)
        return true;
    return rewrite_refuse(w, arena_cstr(w->arena, json_key(w->json, at, w->arena)),
                          "is something that this provider cannot do");
}

static const struct rewrite_field fields[] = {
    { "model", rewrite_nothing }, /* written first, so that no comma is missed before the others */
    { "max_tokens", read_limit },
    { "messages", read_messages },
    { "system", rewrite_nothing },
    { "tools", read_tools },
    { "tool_choice", read_tool_choice },
    { "stream", rewrite_stream },
    { "stop_sequences", read_stop },
    { "temperature", rewrite_copy },
    { "top_p", rewrite_copy },
    { "metadata", read_metadata },
    { "output_config", read_output_config },
    { "prefill", refuse_if_given },
    { "compaction", refuse_if_given },
    { NULL, rewrite_note },
};

bool anthropic_read_request(struct rewrite *w)
{
    buf_add_byte(w->out, '{');
    json_add_member(w->out, "model", json_raw(w->json, get(w, 0, "model")));
    if (!rewrite_fields(w, 0, fields))
        return false;
    buf_add_byte(w->out, '}');
    return true;
}
