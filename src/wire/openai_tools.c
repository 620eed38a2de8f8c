/*
 * openai_tools.c - tools and response schemas: free text is listed, names and structure are not.
 *
 * A description, an enum's value or an example may hold a name; a property's name or a type is what the model
 * and the client's code must agree on, and stays.
 */
#include "openai_inside.h"

static openai_read read_schema;

static bool read_schema_values(struct openai_reader *r, json_at at)
{
    openai_add_all(r, at, CHAT_TOOL_ABOUT);
    return true;
}

/* "#/$defs/place", or the dialect of a schema. What a person would write has blanks or an @. */
static bool is_reference(struct slice s)
{
    return slice_find_byte(s, ' ') == SLICE_NONE && slice_find_byte(s, '@') == SLICE_NONE &&
           (slice_starts(s, S("#")) || slice_starts(s, S("https://json-schema.org/")) ||
            slice_starts(s, S("http://json-schema.org/")));
}

/* Keywords whose values are words of JSON Schema itself, references, or names of properties. */
static bool read_schema_words(struct openai_reader *r, json_at at)
{
    switch (json_kind(r->json, at)) {
    case JSON_STRING: {
        struct slice s = json_string(r->json, at, r->arena);
        if (!openai_is_word(s) && !is_reference(s))
            openai_add_string(r, at, CHAT_TOOL_ABOUT);
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

static const struct openai_field schema_fields[] = {
    { "type", read_schema_words },        { "required", read_schema_words },
    { "format", read_schema_words },      { "$ref", read_schema_words },
    { "$dynamicRef", read_schema_words }, { "$schema", read_schema_words },
    { "default", read_schema_values },    { "enum", read_schema_values },
    { "const", read_schema_values },      { "example", read_schema_values },
    { "examples", read_schema_values },   { NULL, openai_read_schema_member },
};

bool openai_read_schema_member(struct openai_reader *r, json_at at)
{
    openai_add_key(r, at, CHAT_TOOL_ABOUT);
    return read_schema(r, at);
}

static bool read_schema(struct openai_reader *r, json_at at)
{
    openai_add_number(r, at);
    if (json_kind(r->json, at) != JSON_STRING)
        return openai_read_fields(r, at, schema_fields);
    openai_add_string(r, at, CHAT_TOOL_ABOUT);
    return true;
}

static const struct openai_field function_fields[] = {
    { "name", openai_read_words },
    { NULL, openai_read_schema_member },
};

/* {"name", "description", "parameters"}: a tool's function, or a response schema. */
static bool read_function(struct openai_reader *r, json_at at)
{
    return openai_read_fields(r, at, function_fields);
}

static const struct openai_field tool_fields[] = {
    { "type", openai_read_words },
    { "function", read_function },
    { "custom", read_function },
    { NULL, openai_read_schema_member },
};

static bool read_tool(struct openai_reader *r, json_at at)
{
    r->chat->has_tools = true;
    return openai_read_fields(r, at, tool_fields);
}

bool openai_read_tools(struct openai_reader *r, json_at at)
{
    return openai_read_each(r, at, "tools", read_tool);
}

static bool read_old_function(struct openai_reader *r, json_at at)
{
    r->chat->has_tools = true;
    return read_function(r, at);
}

bool openai_read_old_functions(struct openai_reader *r, json_at at)
{
    return openai_read_each(r, at, "functions", read_old_function);
}

static const struct openai_field response_format_fields[] = {
    { "type", openai_read_words },
    { "json_schema", read_function },
    { NULL, openai_read_schema_member },
};

bool openai_read_response_format(struct openai_reader *r, json_at at)
{
    return openai_read_fields(r, at, response_format_fields);
}
