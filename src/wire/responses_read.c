/*
 * responses_read.c - a request for OpenAI's Responses as one for a chat completion.
 * https://platform.openai.com/docs/api-reference/responses/create
 *
 * The input is a list of items: what somebody said, a call, its output. Neighbouring items of the model's
 * become one message. Tools that only OpenAI's own servers run (web search and the like) are left out, so that
 * the model does without; an item that only they could have made, or that stands for something they keep, is
 * refused.
 */
#include "translate_inside.h"

#include <stdio.h>

/* What is being written. */
struct items {
    enum { NOTHING, WORDS, CALLS } open; /* of the assistant's message that is open */
    json_at thought;                     /* an item of plain thoughts that waits for the calls it led to */
};

static json_at get(const struct rewrite *w, json_at object, const char *key)
{
    return json_get(w->json, object, key);
}

static bool is_type(struct rewrite *w, json_at object, const char *type)
{
    return slice_is(rewrite_text(w, object, "type"), type);
}

/* ---- content ---- */

static bool add_part(struct rewrite *w, json_at part)
{
    struct slice type = rewrite_text(w, part, "type");
    json_add_comma(w->out);
    if (slice_is(type, "input_text") || slice_is(type, "output_text") || slice_is(type, "text")) {
        buf_add_str(w->out, "{\"type\":\"text\"");
        json_add_member(w->out, "text", json_raw(w->json, get(w, part, "text")));
    } else if (slice_is(type, "refusal")) {
        buf_add_str(w->out, "{\"type\":\"refusal\"");
        json_add_member(w->out, "refusal", json_raw(w->json, get(w, part, "refusal")));
    } else if (slice_is(type, "input_image") && json_kind(w->json, get(w, part, "image_url")) == JSON_STRING) {
        buf_add_str(w->out, "{\"type\":\"image_url\",\"image_url\":{");
        json_add_member(w->out, "url", json_raw(w->json, get(w, part, "image_url")));
        rewrite_copy_as(w, get(w, part, "detail"), "detail");
        buf_add_byte(w->out, '}');
    } else if (slice_is(type, "input_file") && json_kind(w->json, get(w, part, "file_data")) == JSON_STRING) {
        buf_add_str(w->out, "{\"type\":\"file\",\"file\":{");
        rewrite_copy_as(w, get(w, part, "filename"), "filename");
        json_add_member(w->out, "file_data", json_raw(w->json, get(w, part, "file_data")));
        buf_add_byte(w->out, '}');
    } else {
        return rewrite_refuse(w, "content",
                              "has a part of a type that is not known here, or that its provider keeps");
    }
    buf_add_byte(w->out, '}');
    return true;
}

static bool add_content(struct rewrite *w, json_at content)
{
    json_add_key(w->out, "content");
    if (json_kind(w->json, content) == JSON_STRING) {
        buf_add(w->out, json_raw(w->json, content));
        return true;
    }
    buf_add_byte(w->out, '[');
    for (json_at p = json_first(w->json, content); p != JSON_NONE; p = json_next(w->json, p))
        if (!add_part(w, p))
            return false;
    buf_add_byte(w->out, ']');
    return true;
}

/* ---- items ---- */

static void close_message(struct rewrite *w, struct items *it)
{
    if (it->open != NOTHING)
        buf_add_str(w->out, it->open == CALLS ? "]}" : "}");
    it->open = NOTHING;
}

static void leave_thought(struct rewrite *w, struct items *it)
{
    if (it->thought != JSON_NONE)
        rewrite_leave_out(w, S("reasoning"));
    it->thought = JSON_NONE;
}

static void begin_message(struct rewrite *w, struct slice role, struct items *it)
{
    close_message(w, it);
    if (!slice_is(role, "assistant"))
        leave_thought(w, it);
    json_add_comma(w->out);
    buf_add_byte(w->out, '{');
    json_add_text_member(w->out, "role", role);
}

static bool add_message(struct rewrite *w, json_at item, struct items *it)
{
    struct slice role = rewrite_text(w, item, "role");
    begin_message(w, role, it);
    if (!add_content(w, get(w, item, "content")))
        return false;
    if (slice_is(role, "assistant"))
        it->open = WORDS;
    else
        buf_add_byte(w->out, '}');
    return true;
}

/* DeepSeek's models and others want their plain thoughts back with the calls that they led to. Sealed ones, and
 * summaries, a chat has no place for. */
static void take_thought(struct rewrite *w, json_at item, struct items *it)
{
    json_at part = json_first(w->json, get(w, item, "content"));
    leave_thought(w, it);
    if (part != JSON_NONE && is_type(w, part, "reasoning_text"))
        it->thought = item;
    else
        rewrite_leave_out(w, S("reasoning"));
}

static void add_thought(struct rewrite *w, struct items *it)
{
    if (it->thought == JSON_NONE)
        return;
    json_at content = get(w, it->thought, "content");
    buf_add_str(w->out, ",\"reasoning_content\":\"");
    for (json_at p = json_first(w->json, content); p != JSON_NONE; p = json_next(w->json, p))
        json_add_escaped(w->out, rewrite_text(w, p, "text"));
    buf_add_byte(w->out, '"');
    it->thought = JSON_NONE;
}

static void add_call(struct rewrite *w, json_at item, struct items *it)
{
    bool is_custom = is_type(w, item, "custom_tool_call");
    if (it->open == NOTHING) {
        begin_message(w, S("assistant"), it);
        json_add_member(w->out, "content", S("null"));
    }
    if (it->open != CALLS) {
        add_thought(w, it);
        buf_add_str(w->out, ",\"tool_calls\":[");
    }
    it->open = CALLS;
    json_add_comma(w->out);
    buf_add_byte(w->out, '{');
    json_add_member(w->out, "id", json_raw(w->json, get(w, item, "call_id")));
    buf_add_str(w->out,
                is_custom ? ",\"type\":\"custom\",\"custom\":{" : ",\"type\":\"function\",\"function\":{");
    json_add_member(w->out, "name", json_raw(w->json, get(w, item, "name")));
    json_add_member(w->out, is_custom ? "input" : "arguments",
                    json_raw(w->json, get(w, item, is_custom ? "input" : "arguments")));
    buf_add_str(w->out, "}}");
}

static bool add_output(struct rewrite *w, json_at item, struct items *it)
{
    begin_message(w, S("tool"), it);
    json_add_member(w->out, "tool_call_id", json_raw(w->json, get(w, item, "call_id")));
    if (!add_content(w, get(w, item, "output")))
        return false;
    buf_add_byte(w->out, '}');
    return true;
}

static bool add_item(struct rewrite *w, json_at item, struct items *it)
{
    struct slice type = rewrite_text(w, item, "type");
    if (type.len == 0 || slice_is(type, "message"))
        return add_message(w, item, it);
    if (slice_is(type, "function_call_output") || slice_is(type, "custom_tool_call_output"))
        return add_output(w, item, it);
    if (slice_is(type, "function_call") || slice_is(type, "custom_tool_call")) {
        add_call(w, item, it);
        return true;
    }
    if (slice_is(type, "reasoning")) {
        take_thought(w, item, it);
        return true;
    }
    return rewrite_refuse(w, "type", "is an item that is not known here, or that its provider keeps");
}

static bool read_input(struct rewrite *w, json_at input)
{
    json_at      instructions = get(w, 0, "instructions");
    struct items it = { .thought = JSON_NONE };
    uint32_t     index = 0;
    json_add_key(w->out, "messages");
    buf_add_byte(w->out, '[');
    if (json_kind(w->json, instructions) == JSON_STRING) {
        begin_message(w, S("system"), &it);
        json_add_member(w->out, "content", json_raw(w->json, instructions));
        buf_add_byte(w->out, '}');
    }
    if (json_kind(w->json, input) != JSON_ARRAY) {
        bool is_said = json_kind(w->json, input) == JSON_STRING;
        begin_message(w, S("user"), &it);
        json_add_member(w->out, "content", is_said ? json_raw(w->json, input) : S("\"\""));
        buf_add_byte(w->out, '}');
    }
    for (json_at i = json_first(w->json, input); i != JSON_NONE; i = json_next(w->json, i)) {
        snprintf(w->path, sizeof w->path, "input[%u]", index++);
        if (!add_item(w, i, &it))
            return false;
    }
    w->path[0] = '\0';
    leave_thought(w, &it);
    close_message(w, &it);
    buf_add_byte(w->out, ']');
    return true;
}

/* ---- tools ---- */

static void add_tool(struct rewrite *w, json_at tool)
{
    bool is_custom = is_type(w, tool, "custom");
    json_add_comma(w->out);
    buf_add_str(w->out,
                is_custom ? "{\"type\":\"custom\",\"custom\":{" : "{\"type\":\"function\",\"function\":{");
    json_add_member(w->out, "name", json_raw(w->json, get(w, tool, "name")));
    static const char *const members[] = { "description", "parameters", "strict", "format" };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        rewrite_copy_as(w, get(w, tool, members[i]), members[i]);
    buf_add_str(w->out, "}}");
}

static bool read_tools(struct rewrite *w, json_at tools)
{
    bool has_any = false;
    for (json_at t = json_first(w->json, tools); t != JSON_NONE; t = json_next(w->json, t)) {
        if (!is_type(w, t, "function") && !is_type(w, t, "custom")) {
            rewrite_leave_out(w, S("tools"));
            continue;
        }
        if (!has_any)
            buf_add_str(w->out, ",\"tools\":[");
        has_any = true;
        add_tool(w, t);
    }
    buf_add_str(w->out, has_any ? "]" : "");
    return true;
}

static bool read_tool_choice(struct rewrite *w, json_at choice)
{
    if (json_kind(w->json, choice) == JSON_STRING)
        return rewrite_copy(w, choice);
    if (!is_type(w, choice, "function") && !is_type(w, choice, "custom"))
        return rewrite_note(w, choice);
    bool is_custom = is_type(w, choice, "custom");
    json_add_key(w->out, "tool_choice");
    buf_add_str(w->out,
                is_custom ? "{\"type\":\"custom\",\"custom\":{" : "{\"type\":\"function\",\"function\":{");
    json_add_member(w->out, "name", json_raw(w->json, get(w, choice, "name")));
    buf_add_str(w->out, "}}");
    return true;
}

/* ---- the rest ---- */

static bool read_text(struct rewrite *w, json_at text)
{
    json_at format = get(w, text, "format");
    rewrite_copy_as(w, get(w, text, "verbosity"), "verbosity");
    if (is_type(w, format, "json_object"))
        buf_add_str(w->out, ",\"response_format\":{\"type\":\"json_object\"}");
    if (!is_type(w, format, "json_schema"))
        return true;
    buf_add_str(w->out, ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{");
    static const char *const members[] = { "name", "description", "schema", "strict" };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        rewrite_copy_as(w, get(w, format, members[i]), members[i]);
    buf_add_str(w->out, "}}");
    return true;
}

static bool read_truncation(struct rewrite *w, json_at truncation)
{
    return slice_is(json_string(w->json, truncation, w->arena), "disabled") || rewrite_note(w, truncation);
}

static bool read_reasoning(struct rewrite *w, json_at reasoning)
{
    rewrite_copy_as(w, get(w, reasoning, "effort"), "reasoning_effort");
    return true;
}

static bool read_limit(struct rewrite *w, json_at at)
{
    rewrite_copy_as(w, at, "max_completion_tokens");
    return true;
}

/* Of what else could be brought along, tokens' probabilities are all that a chat can: the rest is of tools that
 * only their provider runs, or sealed. */
static bool wants_logprobs(struct rewrite *w)
{
    json_at include = get(w, 0, "include");
    for (json_at i = json_first(w->json, include); i != JSON_NONE; i = json_next(w->json, i))
        if (slice_is(json_string(w->json, i, w->arena), "message.output_text.logprobs"))
            return true;
    return false;
}

static bool read_include(struct rewrite *w, json_at include)
{
    (void)include;
    if (wants_logprobs(w))
        json_add_member(w->out, "logprobs", S("true"));
    return true;
}

static bool read_top_logprobs(struct rewrite *w, json_at top)
{
    if (wants_logprobs(w))
        rewrite_copy_as(w, top, "top_logprobs");
    return true;
}

static bool refuse_kept(struct rewrite *w, json_at at)
{
    enum json_kind kind = json_kind(w->json, at);
    char           name[48];
    if (kind == JSON_NULL || kind == JSON_FALSE)
        return true;
    snprintf(name, sizeof name, "%.*s", SLICE_ARG(json_key(w->json, at, w->arena)));
    return rewrite_refuse(w, name, "is not served here: send the whole input");
}

static const struct rewrite_field fields[] = {
    { "model", rewrite_nothing },
    { "input", rewrite_nothing },
    { "instructions", rewrite_nothing },
    { "max_output_tokens", read_limit },
    { "tools", read_tools },
    { "tool_choice", read_tool_choice },
    { "text", read_text },
    { "reasoning", read_reasoning },
    { "stream", rewrite_stream },
    { "stream_options", rewrite_nothing },
    { "parallel_tool_calls", rewrite_copy },
    { "temperature", rewrite_copy },
    { "top_p", rewrite_copy },
    { "user", rewrite_copy },
    { "safety_identifier", rewrite_copy },
    { "prompt_cache_key", rewrite_copy },
    { "service_tier", rewrite_copy },
    { "metadata", rewrite_nothing }, /* said back, and of no use to a provider that keeps nothing */
    { "store", rewrite_nothing },
    { "include", read_include },
    { "top_logprobs", read_top_logprobs },
    { "truncation", read_truncation },
    { "previous_response_id", refuse_kept },
    { "conversation", refuse_kept },
    { "prompt", refuse_kept },
    { "background", refuse_kept },
    { NULL, rewrite_note },
};

/* Without a model the choice is the routes'; without input the user has said nothing, which is a turn all the
 * same. */
bool responses_read_request(struct rewrite *w)
{
    json_at model = get(w, 0, "model"), input = get(w, 0, "input");
    if (json_kind(w->json, input) != JSON_STRING && json_kind(w->json, input) != JSON_ARRAY &&
        json_kind(w->json, input) != JSON_NULL)
        return fault_set_param(w->why, FAULT_BAD_REQUEST, "input",
                               "'input' must be a string or an array of items");
    buf_add_byte(w->out, '{');
    json_add_member(w->out, "model",
                    json_kind(w->json, model) == JSON_NULL ? S("\"auto\"") : json_raw(w->json, model));
    if (!read_input(w, input) || !rewrite_fields(w, 0, fields))
        return false;
    buf_add_byte(w->out, '}');
    return true;
}
