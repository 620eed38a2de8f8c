/*
 * openai_messages.c - messages, their content and tool calls.
 */
#include "openai_inside.h"

#include <stdio.h>

/* ---- Content: a string, or parts ---- */

static bool read_unreadable(struct openai_reader *r, json_at at)
{
    (void)at;
    r->chat->unreadable++;
    return true;
}

/* {"file": {"filename", "file_data", "file_id"}}: the name is a text, the rest is the file. */
static bool read_file(struct openai_reader *r, json_at at)
{
    json_at name = json_get(r->json, at, "filename");
    if (name != JSON_NONE)
        openai_add_all(r, name, CHAT_METADATA);
    return read_unreadable(r, at);
}

static bool read_part_text(struct openai_reader *r, json_at at)
{
    if (json_kind(r->json, at) != JSON_STRING)
        return openai_refuse(r, "text", "must be a string");
    openai_add_string(r, at, CHAT_CONTENT);
    return true;
}

static const struct openai_field part_fields[] = {
    { "type", openai_read_words },      { "text", read_part_text },
    { "refusal", openai_read_said },    { "image_url", read_unreadable },
    { "input_audio", read_unreadable }, { "audio_url", read_unreadable },
    { "video_url", read_unreadable },   { "file", read_file },
    { NULL, openai_read_other },
};

static bool read_part(struct openai_reader *r, json_at part)
{
    json_at type = json_get(r->json, part, "type");
    if (json_kind(r->json, part) != JSON_OBJECT || json_kind(r->json, type) != JSON_STRING)
        return openai_refuse(r, "", "must be an object with a type");
    struct slice name = json_string(r->json, type, r->arena);
    if (slice_is(name, "text") && json_get(r->json, part, "text") == JSON_NONE)
        return openai_refuse(r, "text", "is missing");
    uint32_t before = r->chat->unreadable;
    if (!openai_read_fields(r, part, part_fields))
        return false;
    /* A kind of part that is not known may hold anything, in any coding. */
    if (!slice_is(name, "text") && !slice_is(name, "refusal") && r->chat->unreadable == before)
        r->chat->unreadable++;
    return true;
}

static bool read_content(struct openai_reader *r, json_at at)
{
    switch (json_kind(r->json, at)) {
    case JSON_NULL:
        return true;
    case JSON_STRING:
        openai_add_string(r, at, CHAT_CONTENT);
        return true;
    case JSON_ARRAY:
        break;
    default:
        return openai_refuse(r, "content", "must be a string or an array of parts");
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

static const struct openai_field prediction_fields[] = {
    { "type", openai_read_words },
    { "content", read_content },
    { NULL, openai_read_other },
};

bool openai_read_prediction(struct openai_reader *r, json_at at)
{
    snprintf(r->path, sizeof r->path, "prediction");
    r->role = CHAT_ASSISTANT;
    bool good = openai_read_fields(r, at, prediction_fields);
    r->role = CHAT_NO_ROLE;
    r->path[0] = '\0';
    return good;
}

/* ---- Messages ---- */

static bool read_arguments(struct openai_reader *r, json_at at)
{
    if (json_kind(r->json, at) == JSON_STRING)
        openai_add_string(r, at, CHAT_TOOL_ARGUMENTS);
    else
        openai_add_json(r, at); /* an object, as Ollama has it */
    return true;
}

static const struct openai_field called_fields[] = {
    { "name", openai_read_words },
    { "arguments", read_arguments },
    { NULL, openai_read_other }, /* a custom tool's input, which is no JSON */
};

static bool read_called(struct openai_reader *r, json_at at)
{
    return openai_read_fields(r, at, called_fields);
}

static const struct openai_field tool_call_fields[] = {
    { "id", openai_read_words }, { "type", openai_read_words }, { "index", openai_read_nothing },
    { "function", read_called }, { "custom", read_called },     { NULL, openai_read_other },
};

static bool read_tool_call(struct openai_reader *r, json_at at)
{
    return openai_read_fields(r, at, tool_call_fields);
}

static bool read_tool_calls(struct openai_reader *r, json_at at)
{
    return openai_read_each(r, at, "tool_calls", read_tool_call);
}

/* A tool's result may carry the tool's name. */
static bool read_message_name(struct openai_reader *r, json_at at)
{
    return r->role == CHAT_TOOL ? openai_read_words(r, at) : openai_read_name(r, at);
}

/* {"id": …}: something that the assistant said aloud before. */
static bool read_message_audio(struct openai_reader *r, json_at at)
{
    if (json_kind(r->json, at) != JSON_NULL)
        r->chat->unreadable++;
    return openai_read_words(r, at);
}

static const struct openai_field message_fields[] = {
    { "role", openai_read_nothing },       { "content", read_content },
    { "refusal", openai_read_said },       { "reasoning_content", openai_read_said },
    { "reasoning", openai_read_said },     { "name", read_message_name },
    { "tool_call_id", openai_read_words }, { "tool_calls", read_tool_calls },
    { "function_call", read_called },      { "audio", read_message_audio },
    { NULL, openai_read_other },
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

static bool read_message(struct openai_reader *r, json_at at)
{
    if (json_kind(r->json, at) != JSON_OBJECT)
        return openai_refuse(r, "", "must be an object");
    r->role = role_of(json_string(r->json, json_get(r->json, at, "role"), r->arena));
    if (r->role == CHAT_NO_ROLE)
        return openai_refuse(r, "role", "must be system, developer, user, assistant, tool or function");
    if (r->role == CHAT_USER)
        r->chat->last_user = r->message;
    r->chat->ends_in_tool = r->role == CHAT_TOOL;
    return openai_read_fields(r, at, message_fields);
}

bool openai_walk_messages(struct openai_reader *r, json_at at, openai_read *read)
{
    if (json_kind(r->json, at) != JSON_ARRAY || json_first(r->json, at) == JSON_NONE)
        return openai_refuse(r, "messages", "must be an array of at least one message");
    r->message = 0;
    for (json_at m = json_first(r->json, at); m != JSON_NONE; m = json_next(r->json, m), r->message++) {
        snprintf(r->path, sizeof r->path, "messages[%u]", r->message);
        if (!read(r, m))
            return false;
    }
    r->chat->messages = r->message;
    r->message = CHAT_NO_MESSAGE;
    r->role = CHAT_NO_ROLE;
    r->path[0] = '\0';
    return true;
}

bool openai_read_messages(struct openai_reader *r, json_at at)
{
    return openai_walk_messages(r, at, read_message);
}
