/*
 * anthropic_request.c - reads a request for Anthropic's Messages and lists every text in it.
 * https://docs.anthropic.com/en/api/messages
 *
 * As in openai_request.c, each object is walked against a table of the keys that are known there, and what is
 * not known is listed whole. A tool's input is JSON itself, not a string of it: it is one text, from brace to
 * brace. What a provider signed or sealed (thinking's signatures, encrypted results) must come back byte for
 * byte, and is passed over while it looks like that.
 */
#include "openai_inside.h"

#include <stdio.h>

enum { TOKENS_MOST = INT32_MAX, SEALED_LEAST = 64 };

/* ---- what is sealed ---- */

/* Base 64, and longer than anything a person would write in it. */
static bool is_sealed(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i], lower = c | 0x20;
        if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && (!c || !strchr("+/=-_", c)))
            return false;
    }
    return s.len >= SEALED_LEAST;
}

static bool read_sealed(struct openai_reader *r, json_at at)
{
    if (json_kind(r->json, at) == JSON_STRING && is_sealed(json_string(r->json, at, r->arena)))
        return true;
    return openai_read_metadata(r, at);
}

/* ---- blocks ---- */

static bool read_text(struct openai_reader *r, json_at at)
{
    if (json_kind(r->json, at) != JSON_STRING)
        return openai_refuse(r, "text", "must be a string");
    openai_add_string(r, at, CHAT_CONTENT);
    return true;
}

static bool read_input(struct openai_reader *r, json_at at)
{
    if (json_kind(r->json, at) == JSON_OBJECT || json_kind(r->json, at) == JSON_ARRAY)
        openai_add_json(r, at);
    else
        openai_add_all(r, at, CHAT_METADATA);
    return true;
}

static bool is_type(struct openai_reader *r, json_at object, const char *type)
{
    return slice_is(json_string(r->json, json_get(r->json, object, "type"), r->arena), type);
}

static bool read_content(struct openai_reader *r, json_at at);

/* {"type": "text", "data"}, {"type": "content", "content"}; all others hold or mean what no text can be read
 * from. */
static bool read_source(struct openai_reader *r, json_at at)
{
    if (is_type(r, at, "text")) {
        openai_add_string(r, json_get(r->json, at, "data"), CHAT_CONTENT);
        return true;
    }
    if (is_type(r, at, "content"))
        return read_content(r, json_get(r->json, at, "content"));
    r->chat->unreadable++;
    return true;
}

/* A document's source is an object, a search result's an address or a title. */
static bool read_source_or_name(struct openai_reader *r, json_at at)
{
    return json_kind(r->json, at) == JSON_OBJECT ? read_source(r, at) : openai_read_metadata(r, at);
}

static const struct openai_field block_fields[] = {
    { "type", openai_read_words },
    { "text", read_text },
    { "thinking", openai_read_said },
    { "signature", read_sealed },
    { "data", read_sealed },
    { "encrypted_content", read_sealed },
    { "encrypted_stdout", read_sealed },
    { "id", openai_read_words },
    { "tool_use_id", openai_read_words },
    { "name", openai_read_words },
    { "toolset_name", openai_read_words },
    { "caller", openai_read_words },
    { "cache_control", openai_read_words },
    { "citations", openai_read_metadata },
    { "input", read_input },
    { "content", read_content },
    { "source", read_source_or_name },
    { NULL, openai_read_other },
};

/* Types whose texts are all listed. */
static bool is_readable(struct slice type)
{
    static const char *const types[] = { "text",          "thinking",      "redacted_thinking",
                                         "tool_use",      "tool_result",   "image",
                                         "document",      "search_result", "server_tool_use",
                                         "tool_reference" };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_is(type, types[i]))
            return true;
    return slice_ends(type, S("_tool_result")) || slice_ends(type, S("_tool_result_error")) ||
           slice_ends(type, S("_search_result")) || slice_ends(type, S("_code_execution_result"));
}

static bool read_block(struct openai_reader *r, json_at block)
{
    json_at      type = json_get(r->json, block, "type");
    struct slice name = json_string(r->json, type, r->arena);
    if (json_kind(r->json, block) != JSON_OBJECT || name.len == 0)
        return openai_refuse(r, "content", "must be made of objects with a type");
    enum chat_role role = r->role;
    if (slice_is(name, "tool_result")) {
        r->role = CHAT_TOOL;
        r->chat->ends_in_tool = true;
    }
    bool good = openai_read_fields(r, block, block_fields);
    r->role = role;
    /* A type that is not known may hold anything, in any coding. */
    if (!is_readable(name))
        r->chat->unreadable++;
    return good;
}

/* A string, blocks, or with some results a single object. */
static bool read_content(struct openai_reader *r, json_at at)
{
    switch (json_kind(r->json, at)) {
    case JSON_NULL:
        return true;
    case JSON_STRING:
        openai_add_string(r, at, CHAT_CONTENT);
        return true;
    case JSON_OBJECT:
        return read_block(r, at);
    case JSON_ARRAY:
        for (json_at b = json_first(r->json, at); b != JSON_NONE; b = json_next(r->json, b))
            if (!read_block(r, b))
                return false;
        return true;
    default:
        return openai_refuse(r, "content", "must be a string or an array of blocks");
    }
}

/* ---- messages ---- */

static const struct openai_field message_fields[] = {
    { "role", openai_read_nothing },
    { "content", read_content },
    { NULL, openai_read_other },
};

static const struct {
    const char    *name;
    enum chat_role role;
} roles[] = { { "user", CHAT_USER }, { "assistant", CHAT_ASSISTANT }, { "system", CHAT_SYSTEM } };

/* Does a person speak in it, or are there results of tools alone? */
static bool has_words_of_user(struct openai_reader *r, json_at content)
{
    if (json_kind(r->json, content) != JSON_ARRAY)
        return true;
    for (json_at b = json_first(r->json, content); b != JSON_NONE; b = json_next(r->json, b))
        if (!is_type(r, b, "tool_result"))
            return true;
    return false;
}

static bool read_message(struct openai_reader *r, json_at at)
{
    if (json_kind(r->json, at) != JSON_OBJECT)
        return openai_refuse(r, "", "must be an object");
    struct slice name = json_string(r->json, json_get(r->json, at, "role"), r->arena);
    json_at      content = json_get(r->json, at, "content");
    r->role = CHAT_NO_ROLE;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (slice_is(name, roles[i].name))
            r->role = roles[i].role;
    if (r->role == CHAT_NO_ROLE)
        return openai_refuse(r, "role", "must be user, assistant or system");
    if (content == JSON_NONE)
        return openai_refuse(r, "content", "is missing");
    if (r->role == CHAT_USER && has_words_of_user(r, content))
        r->chat->last_user = r->message;
    r->chat->ends_in_tool = false;
    return openai_read_fields(r, at, message_fields);
}

static bool read_messages(struct openai_reader *r, json_at at)
{
    return openai_walk_messages(r, at, read_message);
}

static bool read_system(struct openai_reader *r, json_at at)
{
    r->role = CHAT_SYSTEM;
    bool good = read_content(r, at);
    r->role = CHAT_NO_ROLE;
    return good;
}

/* ---- the request's own fields ---- */

static const struct openai_field tool_fields[] = {
    { "type", openai_read_words },          { "name", openai_read_words },
    { "cache_control", openai_read_words }, { "allowed_callers", openai_read_words },
    { NULL, openai_read_schema_member },
};

static bool read_tool(struct openai_reader *r, json_at tool)
{
    r->chat->has_tools = true;
    return openai_read_fields(r, tool, tool_fields);
}

static bool read_tools(struct openai_reader *r, json_at at)
{
    return openai_read_each(r, at, "tools", read_tool);
}

static bool read_max_tokens(struct openai_reader *r, json_at at)
{
    int64_t tokens;
    if (!json_i64(r->json, at, &tokens) || tokens < 0 || tokens > TOKENS_MOST)
        return openai_refuse(r, "max_tokens", "must be a whole number, and not too large");
    r->chat->max_tokens = tokens;
    return true;
}

static const struct openai_field metadata_fields[] = {
    { "user_id", openai_read_name },
    { NULL, openai_read_other },
};

static bool read_metadata(struct openai_reader *r, json_at at)
{
    return openai_read_fields(r, at, metadata_fields);
}

/* What the provider holds of a conversation is neither inspected nor hidden, and no other provider has it. A
 * client that hears of this sends it whole. */
static bool refuse_thread(struct openai_reader *r, json_at at)
{
    return json_kind(r->json, at) == JSON_NULL ||
           fault_set_param(r->why, FAULT_HELD_ELSEWHERE, "thread", "%s", "");
}

static const struct openai_field request_fields[] = {
    { "model", openai_read_model },
    { "thread", refuse_thread },
    { "fallbacks", openai_refuse_stand_ins },
    { "messages", read_messages },
    { "system", read_system },
    { "stream", openai_read_stream },
    { "max_tokens", read_max_tokens },
    { "tools", read_tools },
    { "tool_choice", openai_read_words },
    { "thinking", openai_read_words },
    { "cache_control", openai_read_words },
    { "service_tier", openai_read_words },
    { "output_config", openai_read_response_format },
    { "metadata", read_metadata },
    { "temperature", openai_read_number },
    { "top_p", openai_read_number },
    { "top_k", openai_read_number },
    { NULL, openai_read_other },
};

bool anthropic_chat_read(struct arena *arena, struct slice body, struct chat *out, struct fault *why)
{
    struct openai_reader r;
    if (!openai_reader_init(&r, arena, body, out, why) || !openai_read_fields(&r, 0, request_fields))
        return false;
    out->dialect = DIALECT_ANTHROPIC;
    out->include_usage = true; /* always told */
    return openai_has_what_it_needs(&r);
}
