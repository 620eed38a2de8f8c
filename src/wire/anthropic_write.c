/*
 * anthropic_write.c - a chat completion's request as one for Anthropic's Messages.
 * https://docs.anthropic.com/en/api/messages
 *
 * System messages are said apart, all at the head. Results of tools are a user's blocks, and all results of one
 * turn stand in one message, in which what the user then says goes on. A part that OpenAI does not know (a
 * thinking block, a document, cache_control on a text) came from a client of Anthropic's and goes as it is.
 */
#include "anthropic_inside.h"

#include <stdio.h>

static enum json_kind kind_at(const struct rewrite *w, json_at object, const char *key)
{
    return json_kind(w->json, json_get(w->json, object, key));
}

/* ---- blocks ---- */

/* Anthropic refuses a text block with nothing in it. */
static void add_text_block(struct rewrite *w, struct slice raw)
{
    if (raw.len <= strlen("\"\""))
        return;
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"type\":\"text\"");
    json_add_member(w->out, "text", raw);
    buf_add_byte(w->out, '}');
}

static bool add_source_block(struct rewrite *w, const char *type, struct slice url)
{
    struct slice media, data;
    json_add_comma(w->out);
    buf_printf(w->out, "{\"type\":\"%s\",\"source\":{", type);
    if (rewrite_data_url(url, &media, &data)) {
        json_add_text_member(w->out, "type", S("base64"));
        json_add_text_member(w->out, "media_type", media);
        json_add_text_member(w->out, "data", data);
    } else if (slice_starts(url, S("https://")) || slice_starts(url, S("http://"))) {
        json_add_text_member(w->out, "type", S("url"));
        json_add_text_member(w->out, "url", url);
    } else {
        return rewrite_refuse(w, "content", "has a part whose address this provider cannot read");
    }
    buf_add_str(w->out, "}}");
    return true;
}

static bool add_part(struct rewrite *w, json_at part)
{
    struct slice type = rewrite_text(w, part, "type");
    json_at      text = json_get(w->json, part, "text");
    if (slice_is(type, "text") && json_raw(w->json, text).len <= strlen("\"\""))
        return true;
    if (slice_is(type, "refusal")) {
        add_text_block(w, json_raw(w->json, json_get(w->json, part, "refusal")));
        return true;
    }
    if (slice_is(type, "image_url"))
        return add_source_block(w, "image", rewrite_text(w, json_get(w->json, part, "image_url"), "url"));
    if (slice_is(type, "file"))
        return add_source_block(w, "document", rewrite_text(w, json_get(w->json, part, "file"), "file_data"));
    if (slice_is(type, "input_audio"))
        return rewrite_refuse(w, "content", "has audio, which this provider does not hear");
    json_add_comma(w->out);
    buf_add(w->out, json_raw(w->json, part));
    return true;
}

/* A content's blocks, without the brackets. */
static bool add_blocks(struct rewrite *w, json_at content)
{
    if (json_kind(w->json, content) == JSON_STRING)
        add_text_block(w, json_raw(w->json, content));
    if (json_kind(w->json, content) == JSON_ARRAY)
        for (json_at p = json_first(w->json, content); p != JSON_NONE; p = json_next(w->json, p))
            if (!add_part(w, p))
                return false;
    return true;
}

/* ---- what the model said before ---- */

static void add_redacted(struct rewrite *w, struct slice sealed)
{
    while (sealed.len) {
        size_t end = slice_find(sealed, S(ANTHROPIC_SEALS_APART));
        json_add_comma(w->out);
        buf_add_str(w->out, "{\"type\":\"redacted_thinking\"");
        json_add_text_member(w->out, "data", slice_cut(sealed, 0, end));
        buf_add_byte(w->out, '}');
        sealed = end == SLICE_NONE ? S("") : slice_cut(sealed, end + 1, sealed.len);
    }
}

/* A model's thinking may only be given back with the signature that it came with, and of several thoughts in
 * one text nobody can tell any more which was whose. */
static void add_thinking(struct rewrite *w, json_at message)
{
    json_at thought = json_get(w->json, message, "reasoning_content");
    json_at signature = json_get(w->json, message, "reasoning_signature");
    bool    is_signed = json_kind(w->json, signature) == JSON_STRING &&
                     slice_find(json_raw(w->json, signature), S(ANTHROPIC_SEALS_APART)) == SLICE_NONE;
    if (is_signed) {
        json_add_comma(w->out);
        buf_add_str(w->out, "{\"type\":\"thinking\"");
        json_add_member(w->out, "thinking",
                        json_kind(w->json, thought) == JSON_STRING ? json_raw(w->json, thought) : S("\"\""));
        json_add_member(w->out, "signature", json_raw(w->json, signature));
        buf_add_byte(w->out, '}');
    } else if (json_kind(w->json, thought) == JSON_STRING) {
        rewrite_leave_out(w, S("reasoning_content"));
    }
    add_redacted(w, rewrite_text(w, message, "reasoning_redacted"));
}

static bool add_tool_use(struct rewrite *w, json_at call)
{
    json_at function = json_get(w->json, call, "function");
    if (json_kind(w->json, function) != JSON_OBJECT)
        return rewrite_refuse(w, "tool_calls", "has a call of no function, which this provider does not know");
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"type\":\"tool_use\"");
    json_add_member(w->out, "id", json_raw(w->json, json_get(w->json, call, "id")));
    json_add_member(w->out, "name", json_raw(w->json, json_get(w->json, function, "name")));
    rewrite_arguments(w, "input", rewrite_text(w, function, "arguments"));
    buf_add_byte(w->out, '}');
    return true;
}

static bool add_assistant(struct rewrite *w, json_at message)
{
    size_t before = w->out->len;
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"role\":\"assistant\",\"content\":[");
    size_t empty = w->out->len;
    add_thinking(w, message);
    if (!add_blocks(w, json_get(w->json, message, "content")))
        return false;
    add_text_block(w, json_raw(w->json, json_get(w->json, message, "refusal")).ptr &&
                              kind_at(w, message, "refusal") == JSON_STRING
                          ? json_raw(w->json, json_get(w->json, message, "refusal"))
                          : S(""));
    json_at calls = json_get(w->json, message, "tool_calls");
    for (json_at c = json_first(w->json, calls); c != JSON_NONE; c = json_next(w->json, c))
        if (!add_tool_use(w, c))
            return false;
    if (w->out->len == empty) { /* it said nothing, and Anthropic takes no empty message */
        w->out->len = before;
        return true;
    }
    buf_add_str(w->out, "]}");
    return true;
}

/* ---- messages ---- */

static bool add_tool_result(struct rewrite *w, json_at message)
{
    json_at content = json_get(w->json, message, "content");
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"type\":\"tool_result\"");
    json_add_member(w->out, "tool_use_id", json_raw(w->json, json_get(w->json, message, "tool_call_id")));
    if (json_kind(w->json, content) == JSON_STRING) {
        json_add_member(w->out, "content", json_raw(w->json, content));
    } else if (json_kind(w->json, content) == JSON_ARRAY) {
        json_add_key(w->out, "content");
        buf_add_byte(w->out, '[');
        if (!add_blocks(w, content))
            return false;
        buf_add_byte(w->out, ']');
    }
    rewrite_copy_as(w, json_get(w->json, message, "is_error"), "is_error");
    rewrite_copy_as(w, json_get(w->json, message, "cache_control"), "cache_control");
    buf_add_byte(w->out, '}');
    return true;
}

static bool add_user(struct rewrite *w, json_at message, bool goes_on)
{
    json_at content = json_get(w->json, message, "content");
    if (!goes_on && json_kind(w->json, content) == JSON_STRING) {
        json_add_comma(w->out);
        buf_add_str(w->out, "{\"role\":\"user\"");
        json_add_member(w->out, "content", json_raw(w->json, content));
        buf_add_byte(w->out, '}');
        return true;
    }
    if (!goes_on) {
        json_add_comma(w->out);
        buf_add_str(w->out, "{\"role\":\"user\",\"content\":[");
    }
    if (!add_blocks(w, content))
        return false;
    buf_add_str(w->out, "]}");
    return true;
}

static bool add_message(struct rewrite *w, json_at message, bool *in_results)
{
    if (rewrite_is_system(w, message))
        return true;
    if (rewrite_is_role(w, message, "function") || kind_at(w, message, "function_call") == JSON_OBJECT)
        return rewrite_refuse(w, "", "uses functions, the older form: send it as tools to reach this provider");
    if (rewrite_is_role(w, message, "tool")) {
        if (!*in_results) {
            json_add_comma(w->out);
            buf_add_str(w->out, "{\"role\":\"user\",\"content\":[");
        }
        *in_results = true;
        return add_tool_result(w, message);
    }
    bool goes_on = *in_results;
    *in_results = false;
    if (rewrite_is_role(w, message, "user"))
        return add_user(w, message, goes_on);
    if (goes_on)
        buf_add_str(w->out, "]}");
    return add_assistant(w, message);
}

static bool write_messages(struct rewrite *w, json_at messages)
{
    bool     in_results = false;
    uint32_t index = 0;
    json_add_key(w->out, "messages");
    buf_add_byte(w->out, '[');
    for (json_at m = json_first(w->json, messages); m != JSON_NONE; m = json_next(w->json, m)) {
        snprintf(w->path, sizeof w->path, "messages[%u]", index++);
        if (!add_message(w, m, &in_results))
            return false;
    }
    w->path[0] = '\0';
    buf_add_str(w->out, in_results ? "]}]" : "]");
    return true;
}

/* Where JSON is wanted without a schema, Anthropic has no switch for it: the model is asked. */
#define ASK_JSON "\"Answer with one JSON object and nothing else.\""

static bool wants_json(struct rewrite *w)
{
    return slice_is(rewrite_text(w, json_get(w->json, 0, "response_format"), "type"), "json_object");
}

static bool write_system(struct rewrite *w)
{
    json_at messages = json_get(w->json, 0, "messages"), only = JSON_NONE;
    size_t  count = 0;
    for (json_at m = json_first(w->json, messages); m != JSON_NONE; m = json_next(w->json, m))
        if (rewrite_is_system(w, m)) {
            only = json_get(w->json, m, "content");
            count++;
        }
    if (count == 1 && json_kind(w->json, only) == JSON_STRING && !wants_json(w)) {
        json_add_member(w->out, "system", json_raw(w->json, only));
        return true;
    }
    if (count == 0 && !wants_json(w))
        return true;
    json_add_key(w->out, "system");
    buf_add_byte(w->out, '[');
    for (json_at m = json_first(w->json, messages); m != JSON_NONE; m = json_next(w->json, m))
        if (rewrite_is_system(w, m) && !add_blocks(w, json_get(w->json, m, "content")))
            return false;
    if (wants_json(w))
        add_text_block(w, S(ASK_JSON));
    buf_add_byte(w->out, ']');
    return true;
}

/* ---- tools ---- */

static bool add_tool(struct rewrite *w, json_at tool)
{
    json_at      function = json_get(w->json, tool, "function");
    struct slice type = rewrite_text(w, tool, "type");
    json_add_comma(w->out);
    if (!slice_is(type, "function")) { /* a tool of Anthropic's own */
        if (slice_is(type, "custom"))
            return rewrite_refuse(w, "tools", "has a custom tool, which this provider does not know");
        buf_add(w->out, json_raw(w->json, tool));
        return true;
    }
    buf_add_byte(w->out, '{');
    json_add_member(w->out, "name", json_raw(w->json, json_get(w->json, function, "name")));
    rewrite_copy_as(w, json_get(w->json, function, "description"), "description");
    json_at schema = json_get(w->json, function, "parameters");
    json_add_member(w->out, "input_schema",
                    json_kind(w->json, schema) == JSON_OBJECT ? json_raw(w->json, schema)
                                                              : S("{\"type\":\"object\"}"));
    if (kind_at(w, function, "strict") == JSON_TRUE)
        json_add_member(w->out, "strict", S("true"));
    rewrite_copy_as(w, json_get(w->json, tool, "cache_control"), "cache_control");
    buf_add_byte(w->out, '}');
    return true;
}

static bool write_tool_choice(struct rewrite *w, json_at choice)
{
    struct slice word = json_string(w->json, choice, w->arena);
    struct slice name = rewrite_text(w, json_get(w->json, choice, "function"), "name");
    bool         one_at_a_time = kind_at(w, 0, "parallel_tool_calls") == JSON_FALSE;
    json_add_key(w->out, "tool_choice");
    buf_add_byte(w->out, '{');
    if (name.len) {
        json_add_text_member(w->out, "type", S("tool"));
        json_add_text_member(w->out, "name", name);
    } else if (slice_is(word, "required")) {
        json_add_text_member(w->out, "type", S("any"));
    } else if (slice_is(word, "none")) {
        json_add_text_member(w->out, "type", S("none"));
        one_at_a_time = false;
    } else if (slice_is(word, "auto") || choice == JSON_NONE) {
        json_add_text_member(w->out, "type", S("auto"));
    } else {
        return rewrite_refuse(w, "tool_choice", "is a choice that this provider does not know");
    }
    if (one_at_a_time)
        json_add_member(w->out, "disable_parallel_tool_use", S("true"));
    buf_add_byte(w->out, '}');
    return true;
}

static bool write_tools_and_choice(struct rewrite *w, json_at tools)
{
    json_at choice = json_get(w->json, 0, "tool_choice");
    bool    is_asked = choice != JSON_NONE || kind_at(w, 0, "parallel_tool_calls") == JSON_FALSE;
    if (json_first(w->json, tools) == JSON_NONE)
        return true; /* a choice without tools is refused there */
    return rewrite_list(w, tools, "tools", add_tool) && (!is_asked || write_tool_choice(w, choice));
}

/* ---- the rest ---- */

static void write_max_tokens(struct rewrite *w)
{
    json_at given = json_get(w->json, 0, "max_completion_tokens");
    if (json_kind(w->json, given) != JSON_NUMBER)
        given = json_get(w->json, 0, "max_tokens");
    if (json_kind(w->json, given) == JSON_NUMBER)
        json_add_member(w->out, "max_tokens", json_raw(w->json, given));
    else
        json_add_number_member(w->out, "max_tokens", rewrite_output_tokens(w));
}

static bool write_stop(struct rewrite *w, json_at at)
{
    rewrite_stop(w, at, "stop_sequences");
    return true;
}

static bool write_user(struct rewrite *w, json_at at)
{
    if (json_kind(w->json, at) != JSON_STRING)
        return true;
    json_add_key(w->out, "metadata");
    buf_add_byte(w->out, '{');
    json_add_member(w->out, "user_id", json_raw(w->json, at));
    buf_add_byte(w->out, '}');
    return true;
}

static bool refuse_true(struct rewrite *w, json_at at)
{
    if (json_kind(w->json, at) == JSON_TRUE)
        return rewrite_refuse(w, "logprobs", "are not given by this provider");
    return true;
}

/* How hard it shall think, and in which form it shall answer: one member holds both. */
static bool write_output_config(struct rewrite *w)
{
    json_at      format = json_get(w->json, 0, "response_format");
    json_at      schema = json_get(w->json, json_get(w->json, format, "json_schema"), "schema");
    struct slice effort = anthropic_effort(w);
    bool         has_schema = slice_is(rewrite_text(w, format, "type"), "json_schema");
    if (!has_schema && !effort.len)
        return true;
    json_add_key(w->out, "output_config");
    buf_add_byte(w->out, '{');
    if (effort.len)
        json_add_text_member(w->out, "effort", effort);
    if (has_schema) {
        json_add_key(w->out, "format");
        buf_add_str(w->out, "{\"type\":\"json_schema\"");
        json_add_member(w->out, "schema", json_raw(w->json, schema));
        buf_add_byte(w->out, '}');
    }
    buf_add_byte(w->out, '}');
    return true;
}

/* Members that mean the same there, or are Anthropic's own and came from a client of its. */
static const struct rewrite_field fields[] = {
    { "model", rewrite_copy },
    { "stream", rewrite_copy },
    { "temperature", anthropic_write_temperature },
    { "top_p", anthropic_write_top_p },
    { "top_k", anthropic_write_top_k },
    { "stop", write_stop },
    { "messages", write_messages },
    { "tools", write_tools_and_choice },
    { "user", write_user },
    { "n", rewrite_one_answer },
    { "logprobs", refuse_true },
    { "thinking", rewrite_copy },
    { "container", rewrite_copy },
    { "context_management", rewrite_copy },
    { "cache_control", rewrite_copy },
    { "max_tokens", rewrite_nothing },
    { "max_completion_tokens", rewrite_nothing },
    { "stream_options", rewrite_nothing }, /* usage is always told */
    { "tool_choice", rewrite_nothing },
    { "parallel_tool_calls", rewrite_nothing },
    { "response_format", rewrite_nothing },
    { "reasoning_effort", rewrite_nothing },
    { NULL, rewrite_note },
};

bool anthropic_write_request(struct rewrite *w)
{
    buf_add_byte(w->out, '{');
    if (!rewrite_fields(w, 0, fields) || !write_system(w) || !write_output_config(w))
        return false;
    write_max_tokens(w);
    buf_add_byte(w->out, '}');
    return true;
}
