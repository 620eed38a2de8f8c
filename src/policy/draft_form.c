/*
 * draft_form.c - is a draft what the client asked for in so many words: JSON, by a schema, calls of known
 * tools?
 *
 * OpenAI's words and Anthropic's are read side by side, since the request is in one of both:
 *
 *     response_format: { type: json_schema, json_schema: { schema } }    output_config: { format: { schema } }
 *     tools: [{ function: { name, parameters } }], functions             tools: [{ name, input_schema }]
 *     tool_choice: "required", { function: { name } }                    tool_choice: { type: any | tool, name
 * }
 */
#include "policy/draft.h"
#include "wire/schema.h"

/* ---- JSON ---- */

/* The schema that the content must fit; JSON_NONE where none is given. *wants_json: it must be JSON. */
static json_at schema_asked(const struct json *j, struct arena *arena, bool *wants_json)
{
    json_at format = json_get(j, 0, "response_format");
    if (json_kind(j, format) != JSON_OBJECT)
        format = json_get(j, json_get(j, 0, "output_config"), "format");
    if (json_kind(j, format) != JSON_OBJECT)
        format = json_get(j, 0, "output_format");
    struct slice type = json_string(j, json_get(j, format, "type"), arena);
    bool         has_schema = slice_is(type, "json_schema");
    *wants_json = has_schema || slice_is(type, "json_object");
    if (!has_schema)
        return JSON_NONE;
    json_at inner = json_get(j, format, "json_schema");
    return json_get(j, inner == JSON_NONE ? format : inner, "schema");
}

/* A schema's "#" is its own root, not the request's: it is read by itself. */
static bool value_fits(const struct json *j, json_at schema, struct slice text, struct arena *arena,
                       const char **how)
{
    struct json  rules, value;
    struct fault why;
    if (!json_read(arena, text, &value, &why)) {
        *how = "it is no JSON";
        return false;
    }
    return schema == JSON_NONE || !json_read(arena, json_raw(j, schema), &rules, &why) ||
           schema_fits(&rules, 0, &value, 0, arena, how);
}

/* A model likes to put a fence around it; a client that reads JSON stumbles over it. */
static bool content_fits(const struct json *j, const struct draft *draft, struct arena *arena, const char **how)
{
    bool    wants_json;
    json_at schema = schema_asked(j, arena, &wants_json);
    if (!wants_json || (draft->calls && slice_trim(draft->content).len == 0))
        return true;
    return value_fits(j, schema, slice_trim(draft->content), arena, how);
}

/* ---- tools ---- */

/* Where the tool says what it is: {"type":"function","function":{…}}, {"type":"custom","custom":{…}}, or as it
 * is. */
static json_at about_tool(const struct json *j, json_at tool)
{
    json_at about = json_get(j, tool, "function");
    if (about == JSON_NONE)
        about = json_get(j, tool, "custom");
    return about == JSON_NONE ? tool : about;
}

/* Looks for a tool of that name in a list. *has_nameless: there are some that bring tools of their own. */
static json_at find_tool(const struct json *j, const char *list, struct slice name, struct arena *arena,
                         bool *has_nameless)
{
    json_at tools = json_get(j, 0, list);
    for (json_at tool = json_first(j, tools); tool != JSON_NONE; tool = json_next(j, tool)) {
        json_at      about = about_tool(j, tool);
        struct slice known = json_string(j, json_get(j, about, "name"), arena);
        if (known.len && slice_eq(known, name))
            return about;
        *has_nameless = *has_nameless || known.len == 0;
    }
    return JSON_NONE;
}

static bool call_fits(const struct json *j, const struct draft_call *call, struct arena *arena,
                      const char **how)
{
    bool    has_nameless = false;
    json_at tool = find_tool(j, "tools", call->name, arena, &has_nameless);
    if (tool == JSON_NONE)
        tool = find_tool(j, "functions", call->name, arena, &has_nameless);
    if (tool == JSON_NONE && !has_nameless) {
        *how = "it calls a tool that is not there";
        return false;
    }
    json_at schema = json_get(j, tool, "parameters");
    if (schema == JSON_NONE)
        schema = json_get(j, tool, "input_schema");
    if (schema == JSON_NONE) /* a tool that takes plain text, or whatever it likes */
        return true;
    struct slice arguments = slice_trim(call->arguments);
    return value_fits(j, schema, arguments.len ? arguments : S("{}"), arena, how);
}

/* Must a tool be called, and which? An empty name: any. */
static bool is_call_wanted(const struct json *j, struct arena *arena, struct slice *name)
{
    json_at      choice = json_get(j, 0, "tool_choice");
    struct slice type = json_string(j, json_get(j, choice, "type"), arena);
    *name = json_string(j, json_get(j, about_tool(j, choice), "name"), arena);
    return slice_is(json_string(j, choice, arena), "required") || slice_is(type, "any") ||
           slice_is(type, "tool") || slice_is(type, "function");
}

static bool calls_what_is_wanted(const struct json *j, const struct draft *draft, struct arena *arena,
                                 const char **how)
{
    struct slice name;
    if (!is_call_wanted(j, arena, &name))
        return true;
    for (size_t i = 0; i < draft->calls; i++)
        if (name.len == 0 || slice_eq(name, draft->call[i].name))
            return true;
    *how = "it does not call the tool that it must";
    return false;
}

bool draft_is_malformed(const struct chat *asked, const struct draft *draft, struct arena *arena,
                        const char **how)
{
    const struct json *j = &asked->json;
    *how = NULL;
    for (size_t i = 0; i < draft->calls; i++)
        if (!call_fits(j, &draft->call[i], arena, how))
            return true;
    return !content_fits(j, draft, arena, how) || !calls_what_is_wanted(j, draft, arena, how);
}

bool draft_wants_form(const struct chat *asked, struct arena *arena)
{
    bool         wants_json;
    struct slice name;
    (void)schema_asked(&asked->json, arena, &wants_json);
    return wants_json || is_call_wanted(&asked->json, arena, &name);
}
