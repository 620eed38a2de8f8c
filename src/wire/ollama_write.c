/*
 * ollama_write.c - a chat completion's request as one for Ollama's own /api/chat.
 * https://github.com/ollama/ollama/blob/main/docs/api.md
 *
 * A prompt that is longer than the context is cut there without a word, and the usual context is short: so the
 * request says how large a one it needs, and that it is not to be cut, which versions before 0.12 do not know.
 * A tool's result names the tool, and with newer versions the call.
 */
#include "ollama_inside.h"
#include "translate_inside.h"

enum {
    CONTEXT_LEAST = 4096,
    BYTES_A_TOKEN = 3,    /* errs high for English */
    ANSWER_TOKENS = 2048, /* room for an answer without a limit */
    IMAGE_TOKENS = 2048,  /* errs high for most models, whatever the image's bytes */
};

static json_at get(const struct rewrite *w, json_at object, const char *key)
{
    return json_get(w->json, object, key);
}

/* ---- messages ---- */

/* The data of a content's images, which stand beside the words. */
static bool add_images(struct rewrite *w, json_at content)
{
    bool has_any = false;
    for (json_at p = json_first(w->json, content); p != JSON_NONE; p = json_next(w->json, p)) {
        struct slice type = rewrite_text(w, p, "type"), media, data;
        if (slice_is(type, "text") || slice_is(type, "refusal"))
            continue;
        if (!slice_is(type, "image_url") ||
            !rewrite_data_url(rewrite_text(w, get(w, p, "image_url"), "url"), &media, &data))
            return rewrite_refuse(w, "content", "has a part that this provider cannot read");
        if (!has_any)
            buf_add_str(w->out, ",\"images\":[");
        has_any = true;
        json_add_comma(w->out);
        json_add_string(w->out, data);
    }
    buf_add_str(w->out, has_any ? "]" : "");
    return true;
}

static bool add_calls(struct rewrite *w, json_at calls)
{
    if (json_first(w->json, calls) == JSON_NONE)
        return true;
    buf_add_str(w->out, ",\"tool_calls\":[");
    for (json_at c = json_first(w->json, calls); c != JSON_NONE; c = json_next(w->json, c)) {
        json_at function = get(w, c, "function");
        if (json_kind(w->json, function) != JSON_OBJECT)
            return rewrite_refuse(w, "tool_calls",
                                  "has a call of no function, which this provider does not know");
        json_add_comma(w->out);
        buf_add_byte(w->out, '{');
        rewrite_copy_as(w, get(w, c, "id"), "id");
        json_add_key(w->out, "function");
        buf_add_byte(w->out, '{');
        json_add_member(w->out, "name", json_raw(w->json, get(w, function, "name")));
        rewrite_arguments(w, "arguments", rewrite_text(w, function, "arguments"));
        buf_add_str(w->out, "}}");
    }
    buf_add_byte(w->out, ']');
    return true;
}

static bool add_message(struct rewrite *w, json_at message)
{
    struct slice role = rewrite_text(w, message, "role");
    json_at      content = get(w, message, "content");
    if (slice_is(role, "function") || json_kind(w->json, get(w, message, "function_call")) == JSON_OBJECT)
        return rewrite_refuse(w, "", "uses functions, the older form: send it as tools to reach this provider");
    json_add_comma(w->out);
    buf_add_byte(w->out, '{');
    json_add_text_member(w->out, "role", slice_is(role, "developer") ? S("system") : role);
    json_add_text_member(w->out, "content", rewrite_content_text(w, content));
    if (slice_is(role, "tool")) {
        json_add_text_member(w->out, "tool_name",
                             rewrite_called_name(w, rewrite_text(w, message, "tool_call_id")));
        rewrite_copy_as(w, get(w, message, "tool_call_id"), "tool_call_id");
    }
    rewrite_copy_as(w, get(w, message, "reasoning_content"), "thinking");
    bool ok = add_images(w, content) && add_calls(w, get(w, message, "tool_calls"));
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

/* ---- options ---- */

const struct ollama_option ollama_options[] = {
    { "temperature", "temperature" },
    { "top_p", "top_p" },
    { "top_k", "top_k" },
    { "min_p", "min_p" },
    { "seed", "seed" },
    { "presence_penalty", "presence_penalty" },
    { "frequency_penalty", "frequency_penalty" },
    { "stop", "stop" },
    { "max_completion_tokens", "num_predict" },
    { NULL, NULL },
};

/* An estimate that errs high. Where it was too small a byte is a token, which no tokenizer exceeds. */
static int64_t prompt_tokens(const struct rewrite *w)
{
    int64_t bytes = (int64_t)w->json->text.len, images = 0;
    for (json_at m = json_first(w->json, get(w, 0, "messages")); m != JSON_NONE; m = json_next(w->json, m)) {
        json_at content = get(w, m, "content");
        if (json_kind(w->json, content) != JSON_ARRAY)
            continue;
        for (json_at p = json_first(w->json, content); p != JSON_NONE; p = json_next(w->json, p)) {
            json_at image = get(w, p, "image_url");
            images += image != JSON_NONE;
            bytes -= (int64_t)json_raw(w->json, image).len;
        }
    }
    return bytes / (w->limits.was_too_small ? 1 : BYTES_A_TOKEN) + images * IMAGE_TOKENS;
}

/* Room for the prompt and the answer; a power of two, so that the model is not loaded anew for each request; at
 * most what it can. */
static int64_t context_needed(const struct rewrite *w)
{
    int64_t answer = translate_number(w->json, 0, "max_completion_tokens");
    if (!answer)
        answer = translate_number(w->json, 0, "max_tokens");
    if (!answer || answer > INT32_MAX)
        answer = ANSWER_TOKENS;
    int64_t needed = prompt_tokens(w) + answer, context = CONTEXT_LEAST;
    while (context < needed)
        context *= 2;
    return w->limits.context_tokens > 0 && context > w->limits.context_tokens ? w->limits.context_tokens
                                                                              : context;
}

static void write_options(struct rewrite *w)
{
    json_add_key(w->out, "options");
    buf_add_byte(w->out, '{');
    for (const struct ollama_option *o = ollama_options; o->openai; o++)
        rewrite_copy_as(w, get(w, 0, o->openai), o->ollama);
    if (json_kind(w->json, get(w, 0, "max_completion_tokens")) != JSON_NUMBER)
        rewrite_copy_as(w, get(w, 0, "max_tokens"), "num_predict");
    json_add_number_member(w->out, "num_ctx", context_needed(w));
    buf_add_byte(w->out, '}');
}

static bool write_tools(struct rewrite *w, json_at tools)
{
    for (json_at t = json_first(w->json, tools); t != JSON_NONE; t = json_next(w->json, t))
        if (!slice_is(rewrite_text(w, t, "type"), "function"))
            return rewrite_refuse(w, "tools",
                                  "has a tool that is no function, which this provider does not know");
    if (slice_is(rewrite_text(w, 0, "tool_choice"), "none"))
        return true;
    return rewrite_copy(w, tools);
}

/* A choice other than the model's own cannot be said. */
static bool check_tool_choice(struct rewrite *w, json_at choice)
{
    struct slice word = json_string(w->json, choice, w->arena);
    if (json_kind(w->json, choice) == JSON_NULL || slice_is(word, "auto") || slice_is(word, "none"))
        return true;
    return rewrite_refuse(w, "tool_choice", "forces a call, which this provider cannot be told");
}

static bool write_format(struct rewrite *w, json_at format)
{
    struct slice type = rewrite_text(w, format, "type");
    if (slice_is(type, "json_object"))
        json_add_text_member(w->out, "format", S("json"));
    if (slice_is(type, "json_schema"))
        rewrite_copy_as(w, get(w, get(w, format, "json_schema"), "schema"), "format");
    return true;
}

/* Only a model that thinks may be asked to, but any may be asked not to. */
static bool write_effort(struct rewrite *w, json_at effort)
{
    if (!slice_is(json_string(w->json, effort, w->arena), "none"))
        return rewrite_note(w, effort);
    json_add_member(w->out, "think", S("false"));
    return true;
}

static const struct rewrite_field fields[] = {
    { "model", rewrite_copy },
    { "messages", write_messages },
    { "tools", write_tools },
    { "tool_choice", check_tool_choice },
    { "response_format", write_format },
    { "reasoning_effort", write_effort },
    { "logprobs", rewrite_copy },
    { "top_logprobs", rewrite_copy },
    { "keep_alive", rewrite_copy },
    { "n", rewrite_one_answer },
    { "stream", rewrite_nothing },
    { "stream_options", rewrite_nothing },
    { "temperature", rewrite_nothing },
    { "top_p", rewrite_nothing },
    { "top_k", rewrite_nothing },
    { "min_p", rewrite_nothing },
    { "seed", rewrite_nothing },
    { "presence_penalty", rewrite_nothing },
    { "frequency_penalty", rewrite_nothing },
    { "stop", rewrite_nothing },
    { "max_tokens", rewrite_nothing },
    { "max_completion_tokens", rewrite_nothing },
    { NULL, rewrite_note },
};

bool ollama_write_request(struct rewrite *w)
{
    buf_add_byte(w->out, '{');
    if (!rewrite_fields(w, 0, fields))
        return false;
    /* Left out, it streams. */
    json_add_member(w->out, "stream",
                    json_kind(w->json, get(w, 0, "stream")) == JSON_TRUE ? S("true") : S("false"));
    json_add_member(w->out, "truncate", S("false"));
    write_options(w);
    buf_add_byte(w->out, '}');
    return true;
}
