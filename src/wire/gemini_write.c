/*
 * gemini_write.c - a chat completion's request as one for Gemini's generateContent.
 * https://ai.google.dev/api/generate-content
 *
 * The model is named in the path, not here, and so is whether it streams. A tool's result names the tool and
 * not the call, so the name is looked up among the calls before it. A call's thought signature goes back where
 * it came from.
 */
#include "translate_inside.h"

#include <stdio.h>

static json_at get(const struct rewrite *w, json_at object, const char *key)
{
    return json_get(w->json, object, key);
}

/* ---- parts ---- */

static void add_text(struct rewrite *w, struct slice raw)
{
    if (raw.len <= strlen("\"\""))
        return;
    json_add_comma(w->out);
    buf_add_byte(w->out, '{');
    json_add_member(w->out, "text", raw);
    buf_add_byte(w->out, '}');
}

static bool add_data(struct rewrite *w, struct slice url)
{
    struct slice media, data;
    if (!rewrite_data_url(url, &media, &data))
        return rewrite_refuse(w, "content", "has a part whose address this provider cannot read");
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"inlineData\":{");
    json_add_text_member(w->out, "mimeType", media);
    json_add_text_member(w->out, "data", data);
    buf_add_str(w->out, "}}");
    return true;
}

static bool add_audio(struct rewrite *w, json_at audio)
{
    struct slice format = rewrite_text(w, audio, "format");
    json_add_comma(w->out);
    buf_printf(w->out, "{\"inlineData\":{\"mimeType\":\"audio/%s\"", slice_is(format, "mp3") ? "mp3" : "wav");
    json_add_member(w->out, "data", json_raw(w->json, get(w, audio, "data")));
    buf_add_str(w->out, "}}");
    return true;
}

static bool add_part(struct rewrite *w, json_at part)
{
    struct slice type = rewrite_text(w, part, "type");
    if (slice_is(type, "image_url"))
        return add_data(w, rewrite_text(w, get(w, part, "image_url"), "url"));
    if (slice_is(type, "file"))
        return add_data(w, rewrite_text(w, get(w, part, "file"), "file_data"));
    if (slice_is(type, "input_audio"))
        return add_audio(w, get(w, part, "input_audio"));
    if (!slice_is(type, "text") && !slice_is(type, "refusal"))
        return rewrite_refuse(w, "content", "has a part of a type that this provider does not know");
    add_text(w, json_raw(w->json, get(w, part, slice_is(type, "text") ? "text" : "refusal")));
    return true;
}

static bool add_parts(struct rewrite *w, json_at content)
{
    if (json_kind(w->json, content) == JSON_STRING)
        add_text(w, json_raw(w->json, content));
    if (json_kind(w->json, content) == JSON_ARRAY)
        for (json_at p = json_first(w->json, content); p != JSON_NONE; p = json_next(w->json, p))
            if (!add_part(w, p))
                return false;
    return true;
}

/* Before the third generation signatures were not asked for, and thinking had a budget and no levels. */
static bool is_older(struct rewrite *w)
{
    struct slice model = rewrite_text(w, 0, "model");
    return slice_starts(model, S("gemini-1")) || slice_starts(model, S("gemini-2")) ||
           slice_starts(model, S("gemma"));
}

/* The first call of a turn is refused without the signature of the thought behind it. One that another model
 * made, or whose signature the client's dialect could not carry, has none: for that Google names a word.
 * https://ai.google.dev/gemini-api/docs/thought-signatures */
static void add_signature(struct rewrite *w, json_at call, bool is_first)
{
    json_at google = get(w, get(w, call, "extra_content"), "google");
    json_at signature = get(w, google, "thought_signature");
    if (json_kind(w->json, signature) == JSON_STRING)
        json_add_member(w->out, "thoughtSignature", json_raw(w->json, signature));
    else if (is_first && !is_older(w))
        json_add_text_member(w->out, "thoughtSignature", S("skip_thought_signature_validator"));
}

static bool add_call(struct rewrite *w, json_at call, bool is_first)
{
    json_at function = get(w, call, "function");
    if (json_kind(w->json, function) != JSON_OBJECT)
        return rewrite_refuse(w, "tool_calls", "has a call of no function, which this provider does not know");
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"functionCall\":{");
    rewrite_copy_as(w, get(w, call, "id"), "id");
    json_add_member(w->out, "name", json_raw(w->json, get(w, function, "name")));
    rewrite_arguments(w, "args", rewrite_text(w, function, "arguments"));
    buf_add_byte(w->out, '}');
    add_signature(w, call, is_first);
    buf_add_byte(w->out, '}');
    return true;
}

/* The response is an object: the content itself where it is one. */
static bool add_result(struct rewrite *w, json_at message)
{
    struct slice name = rewrite_called_name(w, rewrite_text(w, message, "tool_call_id"));
    struct slice said = rewrite_content_text(w, get(w, message, "content"));
    struct json  json;
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"functionResponse\":{");
    rewrite_copy_as(w, get(w, message, "tool_call_id"), "id");
    json_add_text_member(w->out, "name", name);
    json_add_key(w->out, "response");
    if (json_read(w->arena, said, &json, NULL) && json_kind(&json, 0) == JSON_OBJECT) {
        buf_add(w->out, slice_trim(said));
    } else {
        buf_add_byte(w->out, '{');
        json_add_text_member(w->out, "result", said);
        buf_add_byte(w->out, '}');
    }
    buf_add_str(w->out, "}}");
    return true;
}

/* ---- messages ---- */

static bool add_message(struct rewrite *w, json_at message)
{
    if (rewrite_is_role(w, message, "tool"))
        return add_result(w, message);
    if (rewrite_is_role(w, message, "function") ||
        json_kind(w->json, get(w, message, "function_call")) == JSON_OBJECT)
        return rewrite_refuse(w, "", "uses functions, the older form: send it as tools to reach this provider");
    if (!add_parts(w, get(w, message, "content")))
        return false;
    if (json_kind(w->json, get(w, message, "reasoning_content")) == JSON_STRING)
        rewrite_leave_out(w, S("reasoning_content"));
    json_at calls = get(w, message, "tool_calls");
    for (json_at c = json_first(w->json, calls); c != JSON_NONE; c = json_next(w->json, c))
        if (!add_call(w, c, c == json_first(w->json, calls)))
            return false;
    return true;
}

/* Neighbours of one role are one content: results of a turn stand together. */
static bool write_contents(struct rewrite *w, json_at messages)
{
    const char *role = NULL;
    uint32_t    index = 0;
    json_add_key(w->out, "contents");
    buf_add_byte(w->out, '[');
    for (json_at m = json_first(w->json, messages); m != JSON_NONE; m = json_next(w->json, m)) {
        snprintf(w->path, sizeof w->path, "messages[%u]", index++);
        if (rewrite_is_system(w, m))
            continue;
        const char *own = rewrite_is_role(w, m, "assistant") ? "model" : "user";
        if (role != own) {
            buf_add_str(w->out, role ? "]}" : "");
            json_add_comma(w->out);
            buf_printf(w->out, "{\"role\":\"%s\",\"parts\":[", own);
        }
        role = own;
        if (!add_message(w, m))
            return false;
    }
    w->path[0] = '\0';
    buf_add_str(w->out, role ? "]}]" : "]");
    return true;
}

static bool write_messages(struct rewrite *w, json_at messages)
{
    bool has_system = false;
    for (json_at m = json_first(w->json, messages); m != JSON_NONE; m = json_next(w->json, m)) {
        if (!rewrite_is_system(w, m))
            continue;
        if (!has_system) {
            json_add_key(w->out, "systemInstruction");
            buf_add_str(w->out, "{\"parts\":[");
        }
        has_system = true;
        if (!add_parts(w, get(w, m, "content")))
            return false;
    }
    buf_add_str(w->out, has_system ? "]}" : "");
    return write_contents(w, messages);
}

/* ---- tools ---- */

static bool write_tools(struct rewrite *w, json_at tools)
{
    if (json_first(w->json, tools) == JSON_NONE)
        return true;
    json_add_key(w->out, "tools");
    buf_add_str(w->out, "[{\"functionDeclarations\":[");
    for (json_at t = json_first(w->json, tools); t != JSON_NONE; t = json_next(w->json, t)) {
        json_at function = get(w, t, "function");
        if (json_kind(w->json, function) != JSON_OBJECT)
            return rewrite_refuse(w, "tools",
                                  "has a tool that is no function, which this provider does not know");
        json_add_comma(w->out);
        buf_add_byte(w->out, '{');
        json_add_member(w->out, "name", json_raw(w->json, get(w, function, "name")));
        rewrite_copy_as(w, get(w, function, "description"), "description");
        rewrite_copy_as(w, get(w, function, "parameters"), "parametersJsonSchema");
        buf_add_byte(w->out, '}');
    }
    buf_add_str(w->out, "]}]");
    return true;
}

static bool write_tool_choice(struct rewrite *w, json_at choice)
{
    struct slice word = json_string(w->json, choice, w->arena);
    struct slice name = rewrite_text(w, get(w, choice, "function"), "name");
    const char  *mode = name.len || slice_is(word, "required") ? "ANY"
                        : slice_is(word, "none")               ? "NONE"
                                                               : "AUTO";
    json_add_key(w->out, "toolConfig");
    buf_printf(w->out, "{\"functionCallingConfig\":{\"mode\":\"%s\"", mode);
    if (name.len) {
        json_add_key(w->out, "allowedFunctionNames");
        buf_add_byte(w->out, '[');
        json_add_string(w->out, name);
        buf_add_byte(w->out, ']');
    }
    buf_add_str(w->out, "}}");
    return true;
}

/* ---- how it shall answer ---- */

static const struct {
    const char *key, *gemini;
} configs[] = {
    { "temperature", "temperature" },
    { "top_p", "topP" },
    { "top_k", "topK" },
    { "seed", "seed" },
    { "presence_penalty", "presencePenalty" },
    { "frequency_penalty", "frequencyPenalty" },
    { "max_completion_tokens", "maxOutputTokens" },
};

static void add_format(struct rewrite *w)
{
    json_at      format = get(w, 0, "response_format");
    struct slice type = rewrite_text(w, format, "type");
    if (!slice_is(type, "json_object") && !slice_is(type, "json_schema"))
        return;
    json_add_text_member(w->out, "responseMimeType", S("application/json"));
    rewrite_copy_as(w, get(w, get(w, format, "json_schema"), "schema"), "responseJsonSchema");
}

/* As Google's own OpenAI endpoint has it; NULL: there is no such level.
 * https://ai.google.dev/gemini-api/docs/openai */
static const struct {
    const char *effort, *level;
    int64_t     budget_tokens;
} efforts[] = {
    { "none", NULL, 0 },          { "minimal", "low", 1024 }, { "low", "low", 1024 },
    { "medium", "medium", 8192 }, { "high", "high", 24576 },  { "xhigh", "high", 24576 },
};

static void add_thinking(struct rewrite *w)
{
    struct slice effort = rewrite_text(w, 0, "reasoning_effort");
    bool         has_budget = slice_starts(rewrite_text(w, 0, "model"), S("gemini-2.5"));
    size_t       at = 0;
    if (!effort.len)
        return;
    while (at < sizeof efforts / sizeof *efforts && !slice_is(effort, efforts[at].effort))
        at++;
    if (at == sizeof efforts / sizeof *efforts || (!has_budget && (is_older(w) || !efforts[at].level))) {
        rewrite_leave_out(w, S("reasoning_effort"));
        return;
    }
    json_add_key(w->out, "thinkingConfig");
    buf_add_byte(w->out, '{');
    if (has_budget)
        json_add_number_member(w->out, "thinkingBudget", efforts[at].budget_tokens);
    else
        json_add_text_member(w->out, "thinkingLevel", slice_str(efforts[at].level));
    buf_add_byte(w->out, '}');
}

static void write_config(struct rewrite *w)
{
    json_add_key(w->out, "generationConfig");
    buf_add_byte(w->out, '{');
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++)
        rewrite_copy_as(w, get(w, 0, configs[i].key), configs[i].gemini);
    if (json_kind(w->json, get(w, 0, "max_completion_tokens")) != JSON_NUMBER)
        rewrite_copy_as(w, get(w, 0, "max_tokens"), "maxOutputTokens");
    rewrite_stop(w, get(w, 0, "stop"), "stopSequences");
    add_format(w);
    add_thinking(w);
    buf_add_byte(w->out, '}');
}

static bool refuse_true(struct rewrite *w, json_at at)
{
    if (json_kind(w->json, at) == JSON_TRUE)
        return rewrite_refuse(w, "logprobs", "are not given by this provider");
    return true;
}

static const struct rewrite_field fields[] = {
    { "messages", write_messages },
    { "tools", write_tools },
    { "tool_choice", write_tool_choice },
    { "logprobs", refuse_true },
    { "model", rewrite_nothing },
    { "stream", rewrite_nothing },
    { "stream_options", rewrite_nothing },
    { "temperature", rewrite_nothing },
    { "top_p", rewrite_nothing },
    { "top_k", rewrite_nothing },
    { "seed", rewrite_nothing },
    { "presence_penalty", rewrite_nothing },
    { "frequency_penalty", rewrite_nothing },
    { "n", rewrite_one_answer },
    { "max_tokens", rewrite_nothing },
    { "max_completion_tokens", rewrite_nothing },
    { "stop", rewrite_nothing },
    { "response_format", rewrite_nothing },
    { "reasoning_effort", rewrite_nothing },
    { NULL, rewrite_note },
};

bool gemini_write_request(struct rewrite *w)
{
    buf_add_byte(w->out, '{');
    if (!rewrite_fields(w, 0, fields))
        return false;
    write_config(w);
    buf_add_byte(w->out, '}');
    return true;
}
