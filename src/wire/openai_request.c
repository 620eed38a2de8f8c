/*
 * openai_request.c - reads a chat-completions request and lists every text in it.
 *
 * Each object is walked member by member against a table of the keys that are known there. A key that is in no
 * table is not passed over: all strings below it are listed, so a field that OpenAI adds tomorrow, or one that
 * a client makes up, is inspected like the rest. Left out are protocol words, while they look like such words,
 * and what no text can be read from: images, audio and files, which are counted.
 */
#include "wire/chat.h"

#include "openai_inside.h"

#include <stdio.h>

enum {
    CHOICES_MOST = 128, /* OpenAI's own limit of n */
    TOKENS_MOST = INT32_MAX,
    WORD_MOST_BYTES = 128,
};

struct reader {
    struct arena      *arena;
    struct chat       *chat;
    const struct json *json; /* (ref) the chat's */
    size_t             cap;  /* of the list of texts */
    struct fault      *why;
    char               path[48]; /* of the message or part that is read: a fault's param */
    enum chat_role     role;     /* of the message that is read */
    uint32_t           message;  /* its index */
};

typedef bool read_fn(struct reader *, json_at member);

/* A key that is known in an object. A table ends in a line without a key: what is done with all other members.
 */
struct field {
    const char *key;
    read_fn    *read;
};

static bool refuse(struct reader *r, const char *member, const char *wrong)
{
    char param[64];
    snprintf(param, sizeof param, "%s%s%s", r->path, r->path[0] && member[0] ? "." : "", member);
    return fault_set_param(r->why, FAULT_BAD_REQUEST, param, "'%s' %s", param, wrong);
}

static bool read_fields(struct reader *r, json_at object, const struct field *fields)
{
    for (json_at m = json_first(r->json, object); m != JSON_NONE; m = json_next(r->json, m)) {
        const struct field *f = fields;
        while (f->key && !json_key_is(r->json, m, f->key))
            f++;
        if (!f->read(r, m))
            return false;
    }
    return true;
}

/* Calls read for each element of an array; null stands for an empty one. */
static bool read_each(struct reader *r, json_at array, const char *name, read_fn *read)
{
    enum json_kind kind = json_kind(r->json, array);
    if (kind != JSON_ARRAY && kind != JSON_NULL)
        return refuse(r, name, "must be an array");
    for (json_at e = json_first(r->json, array); e != JSON_NONE; e = json_next(r->json, e)) {
        if (json_kind(r->json, e) != JSON_OBJECT)
            return refuse(r, name, "must be an array of objects");
        if (!read(r, e))
            return false;
    }
    return true;
}

/* ---- The list ---- */

static void add_text(struct reader *r, struct slice text, uint32_t start, uint32_t end, enum chat_place place)
{
    struct chat *c = r->chat;
    if (text.len == 0)
        return;
    if (c->text_count == r->cap)
        c->text = arena_grow(r->arena, c->text, c->text_count, sizeof *c->text, &r->cap);
    c->text[c->text_count++] = (struct chat_text){
        .text = text, .start = start, .end = end, .place = place, .role = r->role, .message = r->message
    };
}

static void add_string(struct reader *r, json_at at, enum chat_place place)
{
    const struct json_node *n = &r->json->node[at];
    add_text(r, json_string(r->json, at, r->arena), n->start, n->end, place);
}

/* Every string at any depth; and keys too that are no plain words: in a map of the client's, a key may be
 * anything. */
static void add_all(struct reader *r, json_at at, enum chat_place place)
{
    if (json_kind(r->json, at) == JSON_STRING) {
        add_string(r, at, place);
        return;
    }
    for (json_at m = json_first(r->json, at); m != JSON_NONE; m = json_next(r->json, m)) {
        const struct json_node *n = &r->json->node[m];
        struct slice            key = json_key(r->json, m, r->arena);
        if (!openai_is_word(key))
            add_text(r, key, n->key_start, n->key_end, place);
        add_all(r, m, place);
    }
}

static bool read_nothing(struct reader *r, json_at at)
{
    (void)r;
    (void)at;
    return true;
}

static bool read_metadata(struct reader *r, json_at at)
{
    add_all(r, at, CHAT_METADATA);
    return true;
}

/* A member that is not known: its key is listed by the same rule as in add_all. */
static bool read_other(struct reader *r, json_at at)
{
    const struct json_node *n = &r->json->node[at];
    struct slice            key = json_key(r->json, at, r->arena);
    if (!openai_is_word(key))
        add_text(r, key, n->key_start, n->key_end, CHAT_METADATA);
    return read_metadata(r, at);
}

static bool read_name(struct reader *r, json_at at)
{
    add_all(r, at, CHAT_NAME);
    return true;
}

/* What a model said or thought, given back. */
static bool read_said(struct reader *r, json_at at)
{
    add_all(r, at, CHAT_CONTENT);
    return true;
}

bool openai_is_word(struct slice s)
{
    bool has_letter = false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i], lower = c | 0x20;
        bool          is_letter = lower >= 'a' && lower <= 'z';
        if (!is_letter && !(c >= '0' && c <= '9') && (!c || !strchr("_-.:/", c)))
            return false;
        has_letter |= is_letter;
    }
    return has_letter && s.len <= WORD_MOST_BYTES;
}

/* Protocol words, at any depth. */
static bool read_words(struct reader *r, json_at at)
{
    if (json_kind(r->json, at) == JSON_STRING && !openai_is_word(json_string(r->json, at, r->arena)))
        add_string(r, at, CHAT_METADATA);
    for (json_at m = json_first(r->json, at); m != JSON_NONE; m = json_next(r->json, m))
        read_words(r, m);
    return true;
}

/* {"50256": -100}: the keys are token ids. */
static bool read_logit_bias(struct reader *r, json_at at)
{
    for (json_at m = json_first(r->json, at); m != JSON_NONE; m = json_next(r->json, m))
        add_all(r, m, CHAT_METADATA);
    return true;
}

/* ---- Tools and schemas: free text is listed, names and structure are not ---- */

static bool read_schema(struct reader *r, json_at at);

static bool read_schema_values(struct reader *r, json_at at)
{
    add_all(r, at, CHAT_TOOL_ABOUT);
    return true;
}

/* Keywords whose values are words of JSON Schema itself, references, or names of properties. */
static bool read_schema_words(struct reader *r, json_at at)
{
    switch (json_kind(r->json, at)) {
    case JSON_STRING: {
        struct slice s = json_string(r->json, at, r->arena);
        if (!openai_is_word(s) && !slice_starts(s, S("#")))
            add_string(r, at, CHAT_TOOL_ABOUT);
        return true;
    }
    case JSON_ARRAY:
        for (json_at e = json_first(r->json, at); e != JSON_NONE; e = json_next(r->json, e))
            read_schema_words(r, e);
        return true;
    default: /* an object: a property that has a keyword's name */
        return read_schema(r, at);
    }
}

static const struct field schema_fields[] = {
    { "type", read_schema_words },     { "required", read_schema_words },    { "format", read_schema_words },
    { "$ref", read_schema_words },     { "$dynamicRef", read_schema_words }, { "$schema", read_nothing },
    { "default", read_schema_values }, { "enum", read_schema_values },       { "const", read_schema_values },
    { "example", read_schema_values }, { "examples", read_schema_values },   { NULL, read_schema },
};

static bool read_schema(struct reader *r, json_at at)
{
    if (json_kind(r->json, at) == JSON_STRING)
        add_string(r, at, CHAT_TOOL_ABOUT);
    return read_fields(r, at, schema_fields);
}

static const struct field function_fields[] = {
    { "name", read_words },
    { NULL, read_schema },
};

/* {"name", "description", "parameters"}: a tool's function, or a response schema. */
static bool read_function(struct reader *r, json_at at)
{
    return read_fields(r, at, function_fields);
}

static const struct field tool_fields[] = {
    { "type", read_words },
    { "function", read_function },
    { "custom", read_function },
    { NULL, read_schema },
};

static bool read_tool(struct reader *r, json_at at)
{
    r->chat->has_tools = true;
    return read_fields(r, at, tool_fields);
}

static bool read_tools(struct reader *r, json_at at)
{
    return read_each(r, at, "tools", read_tool);
}

static bool read_old_function(struct reader *r, json_at at)
{
    r->chat->has_tools = true;
    return read_function(r, at);
}

static bool read_old_functions(struct reader *r, json_at at)
{
    return read_each(r, at, "functions", read_old_function);
}

static const struct field response_format_fields[] = {
    { "type", read_words },
    { "json_schema", read_function },
    { NULL, read_schema },
};

static bool read_response_format(struct reader *r, json_at at)
{
    return read_fields(r, at, response_format_fields);
}

/* ---- Content: a string, or parts ---- */

static bool read_unreadable(struct reader *r, json_at at)
{
    (void)at;
    r->chat->unreadable++;
    return true;
}

/* {"file": {"filename", "file_data", "file_id"}}: the name is a text, the rest is the file. */
static bool read_file(struct reader *r, json_at at)
{
    json_at name = json_get(r->json, at, "filename");
    if (name != JSON_NONE)
        add_all(r, name, CHAT_METADATA);
    return read_unreadable(r, at);
}

static bool read_part_text(struct reader *r, json_at at)
{
    if (json_kind(r->json, at) != JSON_STRING)
        return refuse(r, "text", "must be a string");
    add_string(r, at, CHAT_CONTENT);
    return true;
}

static const struct field part_fields[] = {
    { "type", read_words },
    { "text", read_part_text },
    { "refusal", read_said },
    { "image_url", read_unreadable },
    { "input_audio", read_unreadable },
    { "audio_url", read_unreadable },
    { "video_url", read_unreadable },
    { "file", read_file },
    { NULL, read_other },
};

static bool read_part(struct reader *r, json_at part)
{
    json_at type = json_get(r->json, part, "type");
    if (json_kind(r->json, part) != JSON_OBJECT || json_kind(r->json, type) != JSON_STRING)
        return refuse(r, "", "must be an object with a type");
    struct slice name = json_string(r->json, type, r->arena);
    if (slice_is(name, "text") && json_get(r->json, part, "text") == JSON_NONE)
        return refuse(r, "text", "is missing");
    uint32_t before = r->chat->unreadable;
    if (!read_fields(r, part, part_fields))
        return false;
    /* A kind of part that is not known may hold anything, in any coding. */
    if (!slice_is(name, "text") && !slice_is(name, "refusal") && r->chat->unreadable == before)
        r->chat->unreadable++;
    return true;
}

static bool read_content(struct reader *r, json_at at)
{
    switch (json_kind(r->json, at)) {
    case JSON_NULL:
        return true;
    case JSON_STRING:
        add_string(r, at, CHAT_CONTENT);
        return true;
    case JSON_ARRAY:
        break;
    default:
        return refuse(r, "content", "must be a string or an array of parts");
    }
    char     whole[sizeof r->path];
    uint32_t index = 0;
    memcpy(whole, r->path, sizeof whole);
    for (json_at part = json_first(r->json, at); part != JSON_NONE; part = json_next(r->json, part)) {
        snprintf(r->path, sizeof r->path, "%.24s.content[%u]", whole, index++);
        if (!read_part(r, part))
            return false;
    }
    memcpy(r->path, whole, sizeof whole);
    return true;
}

static const struct field prediction_fields[] = {
    { "type", read_words },
    { "content", read_content },
    { NULL, read_other },
};

static bool read_prediction(struct reader *r, json_at at)
{
    snprintf(r->path, sizeof r->path, "prediction");
    r->role = CHAT_ASSISTANT;
    bool good = read_fields(r, at, prediction_fields);
    r->role = CHAT_NO_ROLE;
    r->path[0] = '\0';
    return good;
}

/* ---- Messages ---- */

static bool read_arguments(struct reader *r, json_at at)
{
    if (json_kind(r->json, at) != JSON_STRING)
        return read_metadata(r, at); /* an object, as Ollama has it */
    add_string(r, at, CHAT_TOOL_ARGUMENTS);
    return true;
}

static const struct field called_fields[] = {
    { "name", read_words },
    { "arguments", read_arguments },
    { NULL, read_other }, /* a custom tool's input, which is no JSON */
};

static bool read_called(struct reader *r, json_at at)
{
    return read_fields(r, at, called_fields);
}

static const struct field tool_call_fields[] = {
    { "id", read_words },        { "type", read_words },    { "index", read_nothing },
    { "function", read_called }, { "custom", read_called }, { NULL, read_other },
};

static bool read_tool_call(struct reader *r, json_at at)
{
    return read_fields(r, at, tool_call_fields);
}

static bool read_tool_calls(struct reader *r, json_at at)
{
    return read_each(r, at, "tool_calls", read_tool_call);
}

/* A tool's result may carry the tool's name. */
static bool read_message_name(struct reader *r, json_at at)
{
    return r->role == CHAT_TOOL ? read_words(r, at) : read_name(r, at);
}

/* {"id": …}: something that the assistant said aloud before. */
static bool read_message_audio(struct reader *r, json_at at)
{
    if (json_kind(r->json, at) != JSON_NULL)
        r->chat->unreadable++;
    return read_words(r, at);
}

static const struct field message_fields[] = {
    { "role", read_nothing },
    { "content", read_content },
    { "refusal", read_said },
    { "reasoning_content", read_said },
    { "reasoning", read_said },
    { "name", read_message_name },
    { "tool_call_id", read_words },
    { "tool_calls", read_tool_calls },
    { "function_call", read_called },
    { "audio", read_message_audio },
    { NULL, read_other },
};

static const struct {
    const char    *name;
    enum chat_role role;
} roles[] = {
    { "user", CHAT_USER }, { "assistant", CHAT_ASSISTANT }, { "system", CHAT_SYSTEM },
    { "tool", CHAT_TOOL }, { "developer", CHAT_SYSTEM },    { "function", CHAT_TOOL },
};

static enum chat_role role_of(struct slice name)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (slice_is(name, roles[i].name))
            return roles[i].role;
    return CHAT_NO_ROLE;
}

static bool read_message(struct reader *r, json_at at)
{
    if (json_kind(r->json, at) != JSON_OBJECT)
        return refuse(r, "", "must be an object");
    r->role = role_of(json_string(r->json, json_get(r->json, at, "role"), r->arena));
    if (r->role == CHAT_NO_ROLE)
        return refuse(r, "role", "must be system, developer, user, assistant, tool or function");
    if (r->role == CHAT_USER)
        r->chat->last_user = r->message;
    r->chat->ends_in_tool = r->role == CHAT_TOOL;
    return read_fields(r, at, message_fields);
}

static bool read_messages(struct reader *r, json_at at)
{
    if (json_kind(r->json, at) != JSON_ARRAY || json_first(r->json, at) == JSON_NONE)
        return refuse(r, "messages", "must be an array of at least one message");
    r->message = 0;
    for (json_at m = json_first(r->json, at); m != JSON_NONE; m = json_next(r->json, m), r->message++) {
        snprintf(r->path, sizeof r->path, "messages[%u]", r->message);
        if (!read_message(r, m))
            return false;
    }
    r->chat->messages = r->message;
    r->message = CHAT_NO_MESSAGE;
    r->role = CHAT_NO_ROLE;
    r->path[0] = '\0';
    return true;
}

/* ---- The request ---- */

static bool read_model(struct reader *r, json_at at)
{
    r->chat->model = json_string(r->json, at, r->arena);
    return r->chat->model.len > 0 || refuse(r, "model", "must be a model's name");
}

static bool read_flag(struct reader *r, json_at at, const char *name, bool *out)
{
    enum json_kind kind = json_kind(r->json, at);
    *out = kind == JSON_TRUE;
    return *out || kind == JSON_FALSE || kind == JSON_NULL || refuse(r, name, "must be true or false");
}

static bool read_count(struct reader *r, json_at at, const char *name, int64_t most, int64_t *out)
{
    if (json_kind(r->json, at) == JSON_NULL)
        return true;
    int64_t value;
    if (!json_i64(r->json, at, &value) || value < 1 || value > most)
        return refuse(r, name, "must be a positive integer, and not too large");
    *out = value;
    return true;
}

static bool read_stream(struct reader *r, json_at at)
{
    return read_flag(r, at, "stream", &r->chat->stream);
}

static bool read_stream_options(struct reader *r, json_at at)
{
    enum json_kind kind = json_kind(r->json, at);
    if (kind != JSON_OBJECT && kind != JSON_NULL)
        return refuse(r, "stream_options", "must be an object");
    return read_flag(r, json_get(r->json, at, "include_usage"), "stream_options.include_usage",
                     &r->chat->include_usage) &&
           read_metadata(r, at);
}

static bool read_logprobs(struct reader *r, json_at at)
{
    return read_flag(r, at, "logprobs", &r->chat->has_logprobs);
}

static bool read_n(struct reader *r, json_at at)
{
    return read_count(r, at, "n", CHOICES_MOST, &r->chat->choices);
}

static bool read_max_completion_tokens(struct reader *r, json_at at)
{
    return read_count(r, at, "max_completion_tokens", TOKENS_MOST, &r->chat->max_tokens);
}

/* The older name: it counts where the newer one is not given. */
static bool read_max_tokens(struct reader *r, json_at at)
{
    int64_t given = -1;
    if (!read_count(r, at, "max_tokens", TOKENS_MOST, &given))
        return false;
    if (json_kind(r->json, json_get(r->json, 0, "max_completion_tokens")) == JSON_NULL)
        r->chat->max_tokens = given;
    return true;
}

static const struct field request_fields[] = {
    { "model", read_model },
    { "messages", read_messages },
    { "stream", read_stream },
    { "stream_options", read_stream_options },
    { "max_tokens", read_max_tokens },
    { "max_completion_tokens", read_max_completion_tokens },
    { "n", read_n },
    { "logprobs", read_logprobs },
    { "tools", read_tools },
    { "functions", read_old_functions },
    { "response_format", read_response_format },
    { "prediction", read_prediction },
    { "user", read_name },
    { "safety_identifier", read_name },
    { "tool_choice", read_words },
    { "function_call", read_words },
    { "reasoning_effort", read_words },
    { "verbosity", read_words },
    { "service_tier", read_words },
    { "modalities", read_words },
    { "audio", read_words },
    { "logit_bias", read_logit_bias },
    { NULL, read_other },
};

bool chat_read(struct arena *arena, struct slice body, struct chat *out, struct fault *why)
{
    *out = (struct chat){ .max_tokens = -1, .choices = 1, .last_user = CHAT_NO_MESSAGE };
    if (!json_read(arena, body, &out->json, why))
        return false;
    struct reader r = { .arena = arena,
                        .chat = out,
                        .json = &out->json,
                        .why = why,
                        .role = CHAT_NO_ROLE,
                        .message = CHAT_NO_MESSAGE };
    if (json_kind(r.json, 0) != JSON_OBJECT)
        return fault_set(why, FAULT_BAD_REQUEST, "the body is no JSON object");
    if (!read_fields(&r, 0, request_fields))
        return false;
    if (!out->model.ptr)
        return refuse(&r, "model", "is missing");
    if (out->messages == 0)
        return refuse(&r, "messages", "is missing");
    return true;
}
