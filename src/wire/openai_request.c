/*
 * openai_request.c - reads a chat-completions request and lists every text in it.
 *
 * Each object is walked member by member against a table of the keys that are known there. A key that is in no
 * table is not passed over: all strings below it are listed, so a field that OpenAI adds tomorrow, or one that
 * a client makes up, is inspected like the rest. Left out are protocol words, while they look like such words,
 * and what no text can be read from: images, audio and files, which are counted.
 */
#include "openai_inside.h"

enum {
    CHOICES_MOST = 128, /* OpenAI's own limit of n */
    TOKENS_MOST = INT32_MAX,
    TOKEN_NUMBER_MOST = 9999999, /* larger than any vocabulary */
};

/* {"50256": -100}: a key is a token's number, and listed where it is more than that. */
static bool read_logit_bias(struct openai_reader *r, json_at at)
{
    if (json_kind(r->json, at) != JSON_OBJECT)
        return openai_read_metadata(r, at);
    for (json_at m = json_first(r->json, at); m != JSON_NONE; m = json_next(r->json, m)) {
        int64_t token;
        bool    is_token =
            slice_to_i64(json_key(r->json, m, r->arena), &token) && token >= 0 && token <= TOKEN_NUMBER_MOST;
        if (!(is_token ? openai_read_metadata : openai_read_other)(r, m))
            return false;
    }
    return true;
}

bool openai_read_model(struct openai_reader *r, json_at at)
{
    r->chat->model = json_string(r->json, at, r->arena);
    return r->chat->model.len > 0 || openai_refuse(r, "model", "must be a model's name");
}

static bool read_flag(struct openai_reader *r, json_at at, const char *name, bool *out)
{
    enum json_kind kind = json_kind(r->json, at);
    *out = kind == JSON_TRUE;
    return *out || kind == JSON_FALSE || kind == JSON_NULL || openai_refuse(r, name, "must be true or false");
}

static bool read_count(struct openai_reader *r, json_at at, const char *name, int64_t most, int64_t *out)
{
    if (json_kind(r->json, at) == JSON_NULL)
        return true;
    int64_t value;
    if (!json_i64(r->json, at, &value) || value < 1 || value > most)
        return openai_refuse(r, name, "must be a positive integer, and not too large");
    *out = value;
    return true;
}

/* A limit of 0 is let through, and promises nothing: it counts as none. */
static bool read_limit(struct openai_reader *r, json_at at, const char *name, int64_t *out)
{
    return slice_is(json_raw(r->json, at), "0") || read_count(r, at, name, TOKENS_MOST, out);
}

bool openai_read_stream(struct openai_reader *r, json_at at)
{
    return read_flag(r, at, "stream", &r->chat->stream);
}

static bool read_stream_options(struct openai_reader *r, json_at at)
{
    enum json_kind kind = json_kind(r->json, at);
    if (kind != JSON_OBJECT && kind != JSON_NULL)
        return openai_refuse(r, "stream_options", "must be an object");
    return read_flag(r, json_get(r->json, at, "include_usage"), "stream_options.include_usage",
                     &r->chat->include_usage) &&
           openai_read_metadata(r, at);
}

static bool read_logprobs(struct openai_reader *r, json_at at)
{
    return read_flag(r, at, "logprobs", &r->chat->has_logprobs);
}

static bool read_n(struct openai_reader *r, json_at at)
{
    return read_count(r, at, "n", CHOICES_MOST, &r->chat->choices);
}

static bool read_max_completion_tokens(struct openai_reader *r, json_at at)
{
    return read_limit(r, at, "max_completion_tokens", &r->chat->max_tokens);
}

/* The older name: it counts where the newer one is not given. */
static bool read_max_tokens(struct openai_reader *r, json_at at)
{
    int64_t given = -1;
    if (!read_limit(r, at, "max_tokens", &given))
        return false;
    if (json_kind(r->json, json_get(r->json, 0, "max_completion_tokens")) == JSON_NULL)
        r->chat->max_tokens = given;
    return true;
}

static const struct openai_field request_fields[] = {
    { "model", openai_read_model },
    { "models", openai_refuse_stand_ins }, /* OpenRouter's */
    { "messages", openai_read_messages },
    { "stream", openai_read_stream },
    { "stream_options", read_stream_options },
    { "max_tokens", read_max_tokens },
    { "max_completion_tokens", read_max_completion_tokens },
    { "n", read_n },
    { "logprobs", read_logprobs },
    { "tools", openai_read_tools },
    { "functions", openai_read_old_functions },
    { "response_format", openai_read_response_format },
    { "prediction", openai_read_prediction },
    { "user", openai_read_name },
    { "safety_identifier", openai_read_name },
    { "tool_choice", openai_read_words },
    { "function_call", openai_read_words },
    { "reasoning_effort", openai_read_words },
    { "verbosity", openai_read_words },
    { "service_tier", openai_read_words },
    { "modalities", openai_read_words },
    { "audio", openai_read_words },
    { "logit_bias", read_logit_bias },
    { "seed", openai_read_number },
    { "temperature", openai_read_number },
    { "top_p", openai_read_number },
    { "top_k", openai_read_number },
    { "min_p", openai_read_number },
    { "presence_penalty", openai_read_number },
    { "frequency_penalty", openai_read_number },
    { "repetition_penalty", openai_read_number },
    { NULL, openai_read_other },
};

bool openai_reader_init(struct openai_reader *r, struct arena *arena, struct slice body, struct chat *out,
                        struct fault *why)
{
    *out = (struct chat){ .max_tokens = -1, .choices = 1, .last_user = CHAT_NO_MESSAGE };
    *r = (struct openai_reader){ .arena = arena,
                                 .chat = out,
                                 .json = &out->json,
                                 .why = why,
                                 .role = CHAT_NO_ROLE,
                                 .message = CHAT_NO_MESSAGE };
    if (!json_read(arena, body, &out->json, why))
        return false;
    return json_kind(r->json, 0) == JSON_OBJECT ||
           fault_set(why, FAULT_BAD_REQUEST, "the body is no JSON object");
}

bool openai_has_what_it_needs(struct openai_reader *r)
{
    if (!r->chat->model.ptr)
        return openai_refuse(r, "model", "is missing");
    return r->chat->messages > 0 || openai_refuse(r, "messages", "is missing");
}

bool chat_read(struct arena *arena, struct slice body, struct chat *out, struct fault *why)
{
    struct openai_reader r;
    return openai_reader_init(&r, arena, body, out, why) && openai_read_fields(&r, 0, request_fields) &&
           openai_has_what_it_needs(&r);
}

/* ---- bodies that are no chats ---- */

/* Items and parts that are made of texts. */
static bool is_of_texts(const struct openai_reader *r, json_at object)
{
    static const char *const types[] = { "message",
                                         "text",
                                         "input_text",
                                         "output_text",
                                         "refusal",
                                         "summary_text",
                                         "reasoning_text",
                                         "reasoning",
                                         "function_call",
                                         "custom_tool_call",
                                         "compaction",
                                         "function_call_output",
                                         "custom_tool_call_output" };
    json_at                  type = json_get(r->json, object, "type");
    struct slice             word = json_string(r->json, type, r->arena);
    if (type == JSON_NONE)
        return json_get(r->json, object, "role") != JSON_NONE;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_is(word, types[i]))
            return true;
    return false;
}

/* Whatever is none of them may be an image, a sound or a file, or name one. */
static void count_unreadable(struct openai_reader *r, json_at at)
{
    static const char *const within[] = { "content", "output", "summary" };
    if (json_kind(r->json, at) == JSON_OBJECT) {
        r->chat->unreadable += !is_of_texts(r, at);
        for (size_t i = 0; i < sizeof within / sizeof *within; i++)
            count_unreadable(r, json_get(r->json, at, within[i]));
    }
    if (json_kind(r->json, at) == JSON_ARRAY)
        for (json_at i = json_first(r->json, at); i != JSON_NONE; i = json_next(r->json, i))
            count_unreadable(r, i);
}

/* A template that lies elsewhere: neither its words nor what fills it are known. */
static bool read_prompt(struct openai_reader *r, json_at at)
{
    r->chat->unreadable += json_kind(r->json, at) != JSON_NULL;
    return openai_read_other(r, at);
}

static bool read_user_input(struct openai_reader *r, json_at at)
{
    count_unreadable(r, at);
    r->role = CHAT_USER;
    r->message = 0;
    openai_add_all(r, at, CHAT_CONTENT);
    r->role = CHAT_NO_ROLE;
    r->message = CHAT_NO_MESSAGE;
    r->chat->messages = 1;
    r->chat->last_user = 0;
    return true;
}

static const struct openai_field plain_fields[] = {
    { "model", openai_read_model },
    { "models", openai_refuse_stand_ins },
    { "prompt", read_prompt },
    { "input", read_user_input },
    { "encoding_format", openai_read_words },
    { "dimensions", openai_read_number },
    { "service_tier", openai_read_words },
    { "user", openai_read_name },
    { NULL, openai_read_other },
};

bool plain_chat_read(struct arena *arena, struct slice body, struct chat *out, struct fault *why)
{
    struct openai_reader r;
    return openai_reader_init(&r, arena, body, out, why) && openai_read_fields(&r, 0, plain_fields);
}
