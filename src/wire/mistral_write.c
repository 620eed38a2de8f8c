/*
 * mistral_write.c - a chat completion's request as one for Mistral's.
 * https://docs.mistral.ai/api
 *
 * It answers as OpenAI does, but takes no member that it does not know (422, "Extra inputs are not permitted"),
 * at any depth: so all that is sent is written anew, stream_options not among it, since it always tells the
 * usage. Ids of calls have nine letters and digits: those of others, or of ours, become such by their hash.
 */
#include "translate_inside.h"

enum { ID_BYTES = 9 };

static json_at get(const struct rewrite *w, json_at object, const char *key)
{
    return json_get(w->json, object, key);
}

/* ---- ids ---- */

static bool is_letter_or_digit(char c)
{
    char lower = (char)(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

static void add_id(struct rewrite *w, const char *key, struct slice id)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char              made[ID_BYTES];
    uint64_t          hash = slice_hash(id);
    bool              is_fit = id.len == ID_BYTES;
    for (size_t i = 0; is_fit && i < id.len; i++)
        is_fit = is_letter_or_digit(id.ptr[i]);
    for (size_t i = 0; i < ID_BYTES; i++, hash /= sizeof digits - 1)
        made[i] = digits[hash % (sizeof digits - 1)];
    json_add_text_member(w->out, key, is_fit ? id : slice_of(made, ID_BYTES));
}

/* ---- content ---- */

static void add_text_part(struct rewrite *w, struct slice raw)
{
    buf_add_str(w->out, "{\"type\":\"text\"");
    json_add_member(w->out, "text", raw);
    buf_add_byte(w->out, '}');
}

static bool add_part(struct rewrite *w, json_at part)
{
    struct slice type = rewrite_text(w, part, "type");
    json_add_comma(w->out);
    if (slice_is(type, "text") || slice_is(type, "refusal")) {
        add_text_part(w, json_raw(w->json, get(w, part, slice_is(type, "text") ? "text" : "refusal")));
    } else if (slice_is(type, "image_url")) {
        buf_add_str(w->out, "{\"type\":\"image_url\"");
        json_add_text_member(w->out, "image_url", rewrite_text(w, get(w, part, "image_url"), "url"));
        buf_add_byte(w->out, '}');
    } else if (slice_is(type, "file") && rewrite_text(w, get(w, part, "file"), "file_data").len) {
        buf_add_str(w->out, "{\"type\":\"document_url\"");
        json_add_text_member(w->out, "document_url", rewrite_text(w, get(w, part, "file"), "file_data"));
        buf_add_byte(w->out, '}');
    } else if (slice_is(type, "document_url") || slice_is(type, "thinking")) { /* its own, from who knows it */
        buf_add(w->out, json_raw(w->json, part));
    } else {
        return rewrite_refuse(w, "content", "has a part of a type that this provider does not know");
    }
    return true;
}

static bool add_content(struct rewrite *w, json_at message)
{
    json_at content = get(w, message, "content");
    if (json_kind(w->json, content) == JSON_ARRAY)
        return json_first(w->json, content) != JSON_NONE
                   ? rewrite_list(w, content, "content", add_part)
                   : (json_add_member(w->out, "content", S("\"\"")), true);
    if (json_kind(w->json, content) != JSON_STRING)
        content = get(w, message, "refusal");
    json_add_member(w->out, "content",
                    json_kind(w->json, content) == JSON_STRING ? json_raw(w->json, content) : S("\"\""));
    return true;
}

/* ---- messages ---- */

static bool add_call(struct rewrite *w, json_at call)
{
    json_at function = get(w, call, "function"), arguments = get(w, function, "arguments");
    if (json_kind(w->json, function) != JSON_OBJECT)
        return rewrite_refuse(w, "tool_calls", "has a call of no function, which this provider does not know");
    json_add_comma(w->out);
    buf_add_byte(w->out, '{');
    add_id(w, "id", rewrite_text(w, call, "id"));
    buf_add_str(w->out, ",\"type\":\"function\",\"function\":{");
    json_add_member(w->out, "name", json_raw(w->json, get(w, function, "name")));
    json_add_member(w->out, "arguments",
                    json_kind(w->json, arguments) == JSON_STRING ? json_raw(w->json, arguments) : S("\"{}\""));
    buf_add_str(w->out, "}}");
    return true;
}

static bool add_message(struct rewrite *w, json_at message)
{
    struct slice role = rewrite_text(w, message, "role"), call = rewrite_text(w, message, "tool_call_id");
    bool         is_tool = slice_is(role, "tool");
    if (slice_is(role, "function") || json_kind(w->json, get(w, message, "function_call")) == JSON_OBJECT)
        return rewrite_refuse(w, "", "uses functions, the older form: send it as tools to reach this provider");
    json_add_comma(w->out);
    buf_add_byte(w->out, '{');
    json_add_text_member(w->out, "role", slice_is(role, "developer") ? S("system") : role);
    if (!add_content(w, message))
        return false;
    if (is_tool) {
        json_add_text_member(w->out, "name", rewrite_called_name(w, call));
        add_id(w, "tool_call_id", call);
    }
    if (json_kind(w->json, get(w, message, "reasoning_content")) == JSON_STRING)
        rewrite_leave_out(w, S("reasoning_content"));
    rewrite_copy_as(w, get(w, message, "prefix"), "prefix");
    bool ok = rewrite_list(w, get(w, message, "tool_calls"), "tool_calls", add_call);
    buf_add_byte(w->out, '}');
    return ok;
}

static bool write_messages(struct rewrite *w, json_at messages)
{
    json_add_key(w->out, "messages");
    buf_add_byte(w->out, '[');
    bool ok = rewrite_messages(w, messages, add_message);
    buf_add_byte(w->out, ']');
    return ok;
}

/* ---- tools ---- */

static bool add_tool(struct rewrite *w, json_at tool)
{
    json_at function = get(w, tool, "function"), parameters = get(w, function, "parameters");
    if (json_kind(w->json, function) != JSON_OBJECT)
        return rewrite_refuse(w, "tools", "has a tool that is no function, which this provider does not know");
    json_add_comma(w->out);
    buf_add_str(w->out, "{\"type\":\"function\",\"function\":{");
    json_add_member(w->out, "name", json_raw(w->json, get(w, function, "name")));
    rewrite_copy_as(w, get(w, function, "description"), "description");
    rewrite_copy_as(w, get(w, function, "strict"), "strict");
    json_add_member(w->out, "parameters",
                    json_kind(w->json, parameters) == JSON_OBJECT
                        ? json_raw(w->json, parameters)
                        : S("{\"type\":\"object\",\"properties\":{}}"));
    buf_add_str(w->out, "}}");
    return true;
}

static bool write_tools(struct rewrite *w, json_at tools)
{
    return rewrite_list(w, tools, "tools", add_tool);
}

/* Refused where there are no tools. */
static bool has_tools(const struct rewrite *w)
{
    return json_first(w->json, get(w, 0, "tools")) != JSON_NONE;
}

static bool write_tool_choice(struct rewrite *w, json_at choice)
{
    if (!has_tools(w))
        return true;
    if (slice_is(json_string(w->json, choice, w->arena), "required"))
        json_add_text_member(w->out, "tool_choice", S("any"));
    else
        rewrite_copy(w, choice);
    return true;
}

static bool write_parallel(struct rewrite *w, json_at at)
{
    return !has_tools(w) || rewrite_copy(w, at);
}

/* ---- the rest ---- */

/* OpenAI's temperatures go to 2, Mistral's to 1.5. */
static bool write_temperature(struct rewrite *w, json_at at)
{
    double temperature;
    if (!json_double(w->json, at, &temperature) || temperature <= 1.5)
        return rewrite_copy(w, at);
    json_add_member(w->out, "temperature", S("1.5"));
    rewrite_leave_out(w, S("temperature above 1.5"));
    return true;
}

static bool write_seed(struct rewrite *w, json_at at)
{
    rewrite_copy_as(w, at, "random_seed");
    return true;
}

static bool write_limit(struct rewrite *w, json_at at)
{
    rewrite_copy_as(w, at, "max_tokens");
    return true;
}

static bool write_older_limit(struct rewrite *w, json_at at)
{
    bool has_newer = json_kind(w->json, get(w, 0, "max_completion_tokens")) == JSON_NUMBER;
    return has_newer || write_limit(w, at);
}

static bool refuse_true(struct rewrite *w, json_at at)
{
    if (json_kind(w->json, at) == JSON_TRUE)
        return rewrite_refuse(w, "logprobs", "are not given by this provider");
    return true;
}

/* Members that mean the same there, or are Mistral's own and came from who knows it. */
static const struct rewrite_field fields[] = {
    { "model", rewrite_copy },
    { "messages", write_messages },
    { "tools", write_tools },
    { "tool_choice", write_tool_choice },
    { "parallel_tool_calls", write_parallel },
    { "stream", rewrite_copy },
    { "temperature", write_temperature },
    { "top_p", rewrite_copy },
    { "n", rewrite_copy },
    { "stop", rewrite_copy },
    { "seed", write_seed },
    { "max_completion_tokens", write_limit },
    { "max_tokens", write_older_limit },
    { "presence_penalty", rewrite_copy },
    { "frequency_penalty", rewrite_copy },
    { "response_format", rewrite_copy },
    { "prediction", rewrite_copy },
    { "metadata", rewrite_copy },
    { "random_seed", rewrite_copy },
    { "safe_prompt", rewrite_copy },
    { "prompt_mode", rewrite_copy },
    { "guardrails", rewrite_copy },
    { "logprobs", refuse_true },
    { "stream_options", rewrite_nothing },
    { NULL, rewrite_note },
};

bool mistral_write_request(struct rewrite *w)
{
    buf_add_byte(w->out, '{');
    bool ok = rewrite_fields(w, 0, fields);
    buf_add_byte(w->out, '}');
    return ok;
}
