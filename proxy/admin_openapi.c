/*
 * admin_openapi.c - /admin/v1/openapi.json (OpenAPI 3.1): written from the tables that calls are read by.
 *
 * What a call may bring is what admin_read.c takes, since both go by the same fields. What an answer holds is
 * told by fields too; the flow tests hold every answer against them.
 */
#include "admin_call.h"

#include "base/die.h"

/* ---- fields ---- */

static void add_ref(struct buf *out, const char *object)
{
    buf_printf(out, "{\"$ref\":\"#/components/schemas/%s\"}", object);
}

static const struct admin_object *object_of(const struct admin_field *field)
{
    if (!field->of)
        die("the admin API's field %s is of no object", field->name);
    return field->of;
}

/* "type": one that may be null where the field need not be there. */
static void add_type(struct buf *out, const struct admin_field *field, const char *type)
{
    json_add_key(out, "type");
    if (field->is_needed)
        buf_printf(out, "\"%s\"", type);
    else
        buf_printf(out, "[\"%s\",\"null\"]", type);
}

static void add_words(struct buf *out, const struct admin_field *field)
{
    json_add_key(out, "enum");
    buf_add_byte(out, '[');
    for (const char *const *word = field->one_of; *word; word++) {
        json_add_comma(out);
        json_add_string(out, slice_str(*word));
    }
    buf_add_str(out, field->is_needed ? "]" : ",null]");
}

static void add_number(struct buf *out, const struct admin_field *field)
{
    add_type(out, field, "integer");
    json_add_number_member(out, "minimum", field->least);
    if (field->most)
        json_add_number_member(out, "maximum", field->most);
}

/* The schema of a field, with what it is about. */
static void add_field(struct buf *out, const struct admin_field *field)
{
    buf_add_byte(out, '{');
    switch (field->kind) {
    case ADMIN_TEXT:
        add_type(out, field, "string");
        if (field->one_of)
            add_words(out, field);
        break;
    case ADMIN_MONEY:
        add_type(out, field, "string");
        json_add_text_member(out, "pattern", S("^-?[0-9]+\\.[0-9]{9}$"));
        break;
    case ADMIN_NUMBER:
    case ADMIN_MOMENT:
        add_number(out, field);
        break;
    case ADMIN_FLAG:
        add_type(out, field, "boolean");
        break;
    case ADMIN_TEXTS:
        add_type(out, field, "array");
        json_add_member(out, "items", S("{\"type\":\"string\"}"));
        break;
    case ADMIN_OBJECT:
        json_add_key(out, field->is_needed ? "allOf" : "anyOf");
        buf_add_byte(out, '[');
        add_ref(out, object_of(field)->name);
        buf_add_str(out, field->is_needed ? "]" : ",{\"type\":\"null\"}]");
        break;
    case ADMIN_OBJECTS:
        add_type(out, field, "array");
        json_add_key(out, "items");
        add_ref(out, object_of(field)->name);
        break;
    }
    json_add_text_member(out, "description", slice_str(field->about));
    buf_add_byte(out, '}');
}

/* ---- objects ---- */

static void add_object(struct buf *out, const struct admin_object *object)
{
    json_add_key(out, object->name);
    buf_add_str(out, "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
    for (const struct admin_field *field = object->field; field->name; field++) {
        json_add_key(out, field->name);
        add_field(out, field);
    }
    buf_add_str(out, "},\"required\":[");
    for (const struct admin_field *field = object->field; field->name; field++) {
        if (!field->is_needed)
            continue;
        json_add_comma(out);
        json_add_string(out, slice_str(field->name));
    }
    buf_add_str(out, "]}");
}

enum { OBJECTS_MOST = 64 };

struct objects {
    const struct admin_object *item[OBJECTS_MOST];
    unsigned                   count;
};

static void collect(struct objects *all, const struct admin_object *object)
{
    if (!object)
        return;
    for (unsigned i = 0; i < all->count; i++)
        if (all->item[i] == object)
            return;
    if (all->count == OBJECTS_MOST)
        die("the admin API has more than %d kinds of objects", OBJECTS_MOST);
    all->item[all->count++] = object;
    for (const struct admin_field *field = object->field; field->name; field++)
        collect(all, field->of);
}

static void add_schemas(struct buf *out)
{
    struct objects all = { .count = 0 };
    for (size_t i = 0; i < admin_route_count; i++) {
        collect(&all, admin_routes[i].body);
        collect(&all, admin_routes[i].answer);
    }
    json_add_key(out, "schemas");
    buf_add_byte(out, '{');
    for (unsigned i = 0; i < all.count; i++)
        add_object(out, all.item[i]);
    json_add_member(
        out, "Error",
        S("{\"type\":\"object\",\"required\":[\"error\"],\"properties\":{\"error\":{\"type\":\"object\","
          "\"required\":[\"message\",\"type\",\"param\",\"code\"],\"properties\":{"
          "\"message\":{\"type\":\"string\"},\"type\":{\"type\":[\"string\",\"null\"]},"
          "\"param\":{\"type\":[\"string\",\"null\"]},\"code\":{\"type\":[\"string\",\"null\"]}}}}}"));
    buf_add_byte(out, '}');
}

/* ---- routes ---- */

static void add_parameter(struct buf *out, const struct admin_field *field, const char *in, bool is_needed)
{
    const struct admin_field given = { .name = field->name,
                                       .kind = field->kind,
                                       .is_needed = true, /* a query has no null */
                                       .about = field->about,
                                       .one_of = field->one_of,
                                       .least = field->least,
                                       .most = field->most };
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "name", slice_str(field->name));
    json_add_text_member(out, "in", slice_str(in));
    json_add_member(out, "required", is_needed ? S("true") : S("false"));
    if (field->kind == ADMIN_TEXTS)
        buf_add_str(out, ",\"style\":\"form\",\"explode\":false"); /* a,b */
    json_add_key(out, "schema");
    add_field(out, &given);
    buf_add_byte(out, '}');
}

static void add_parameters(struct buf *out, const struct admin_route *route)
{
    static const struct admin_field id = { .name = "id", .kind = ADMIN_TEXT, .about = "which one" };
    json_add_key(out, "parameters");
    buf_add_byte(out, '[');
    if (slice_find(slice_str(route->path), S("{id}")) != SLICE_NONE)
        add_parameter(out, &id, "path", true);
    for (const struct admin_field *field = route->query; field && field->name; field++)
        add_parameter(out, field, "query", field->is_needed);
    buf_add_byte(out, ']');
}

static bool has_needed(const struct admin_object *object)
{
    const struct admin_field *field = object->field;
    while (field->name && !field->is_needed)
        field++;
    return field->name != NULL;
}

static void add_content(struct buf *out, const struct admin_object *object)
{
    buf_add_str(out, ",\"content\":{\"application/json\":{\"schema\":");
    if (object)
        add_ref(out, object->name);
    else
        buf_add_str(out, "{\"type\":\"object\"}");
    buf_add_str(out, "}}");
}

static void add_operation(struct buf *out, const struct admin_route *route)
{
    json_add_key(out, strcmp(route->method, "GET") == 0      ? "get"
                      : strcmp(route->method, "POST") == 0   ? "post"
                      : strcmp(route->method, "PATCH") == 0  ? "patch"
                      : strcmp(route->method, "DELETE") == 0 ? "delete"
                                                             : "put");
    buf_add_byte(out, '{');
    json_add_text_member(out, "operationId", slice_str(route->name));
    json_add_text_member(out, "summary", slice_str(route->about));
    add_parameters(out, route);
    if (route->body) {
        json_add_key(out, "requestBody");
        buf_printf(out, "{\"required\":%s", has_needed(route->body) ? "true" : "false");
        add_content(out, route->body);
        buf_add_byte(out, '}');
    }
    buf_add_str(out, ",\"responses\":{\"200\":{\"description\":\"done\"");
    add_content(out, route->answer);
    buf_add_str(out, "},\"default\":{\"description\":\"it was not done\",\"content\":{\"application/json\":{"
                     "\"schema\":{\"$ref\":\"#/components/schemas/Error\"}}}}}}");
}

/* All methods of a path stand under it, so the first route of each path writes them all. */
static bool is_first(size_t route)
{
    for (size_t i = 0; i < route; i++)
        if (strcmp(admin_routes[i].path, admin_routes[route].path) == 0)
            return false;
    return true;
}

static void add_paths(struct buf *out)
{
    json_add_key(out, "paths");
    buf_add_byte(out, '{');
    for (size_t i = 0; i < admin_route_count; i++) {
        if (!is_first(i))
            continue;
        json_add_key(out, admin_routes[i].path);
        buf_add_byte(out, '{');
        for (size_t k = i; k < admin_route_count; k++)
            if (strcmp(admin_routes[k].path, admin_routes[i].path) == 0)
                add_operation(out, &admin_routes[k]);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, '}');
}

void admin_write_openapi(struct buf *out)
{
    buf_add_str(
        out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Weir's admin API\",\"version\":\"" WEIR_VERSION
             "\",\"description\":\"Keys, teams, budgets and what else an operator of Weir looks at or changes. "
             "Moments are seconds since 1970; amounts of money are texts, exact to the nano-dollar.\"},"
             "\"security\":[{\"key\":[]}]");
    add_paths(out);
    buf_add_str(out, ",\"components\":{\"securitySchemes\":{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\","
                     "\"description\":\"the key of the settings' admin section\"}}");
    add_schemas(out);
    buf_add_str(out, "}}");
}
