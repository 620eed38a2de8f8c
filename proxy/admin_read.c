/*
 * admin_read.c - see admin_call.h: what a call asks, read by the table of its route.
 *
 * A query becomes the JSON object that it stands for, so that what follows need not know one from the other.
 */
#include "admin_call.h"

#include "wire/path.h"

enum { QUERY_MOST_BYTES = 64 * 1024 };

/* ---- fields ---- */

static const struct admin_field *field_named(const struct admin_field *field, struct slice name)
{
    while (field && field->name && !slice_is(name, field->name))
        field++;
    return field && field->name ? field : NULL;
}

static bool refuse(const struct admin_field *field, const char *wanted, struct fault *why)
{
    return fault_set_param(why, FAULT_BAD_REQUEST, field->name, "%s must be %s", field->name, wanted);
}

static bool is_one_of(const struct admin_field *field, struct slice text)
{
    const char *const *word = field->one_of;
    while (word && *word && !slice_is(text, *word))
        word++;
    return !word || *word;
}

static bool check_number(const struct admin_field *field, const struct json *j, json_at at, struct fault *why)
{
    int64_t number;
    int64_t most = field->most ? field->most : INT64_MAX / 1000; /* seconds are milliseconds elsewhere */
    if (json_i64(j, at, &number) && number >= field->least && number <= most)
        return true;
    return fault_set_param(why, FAULT_BAD_REQUEST, field->name, "%s must be a whole number from %lld to %lld",
                           field->name, (long long)field->least, (long long)most);
}

static bool check_texts(const struct admin_field *field, const struct json *j, json_at at, struct fault *why)
{
    if (json_kind(j, at) != JSON_ARRAY)
        return refuse(field, "a list of texts", why);
    for (json_at i = json_first(j, at); i != JSON_NONE; i = json_next(j, i))
        if (json_kind(j, i) != JSON_STRING)
            return refuse(field, "a list of texts", why);
    return true;
}

/* A field that is not needed may be null: "none any more". */
static bool check_field(const struct admin_field *field, struct admin_call *call, const struct json *j,
                        json_at at, struct fault *why)
{
    enum json_kind kind = json_kind(j, at);
    if (kind == JSON_NULL && !field->is_needed)
        return true;
    switch (field->kind) {
    case ADMIN_TEXT:
    case ADMIN_MONEY:
        if (kind != JSON_STRING)
            return refuse(field, "a text", why);
        return is_one_of(field, json_string(j, at, call->arena)) ||
               refuse(field, "one of the words that openapi.json names", why);
    case ADMIN_NUMBER:
    case ADMIN_MOMENT:
        return check_number(field, j, at, why);
    case ADMIN_FLAG:
        return kind == JSON_TRUE || kind == JSON_FALSE || refuse(field, "true or false", why);
    case ADMIN_TEXTS:
        return check_texts(field, j, at, why);
    case ADMIN_OBJECT:
    case ADMIN_OBJECTS:
        break;
    }
    return refuse(field, "left out", why); /* kinds of answers alone */
}

static bool check(struct admin_call *call, const struct json *j, const struct admin_field *fields,
                  struct fault *why)
{
    for (json_at i = json_first(j, 0); i != JSON_NONE; i = json_next(j, i)) {
        struct slice              name = json_key(j, i, call->arena);
        const struct admin_field *field = field_named(fields, name);
        if (!field)
            return fault_set_param(why, FAULT_BAD_REQUEST, "", "there is no field \"%.*s\" here",
                                   SLICE_ARG(slice_cut(name, 0, 60)));
        if (!check_field(field, call, j, i, why))
            return false;
    }
    for (; fields && fields->name; fields++)
        if (fields->is_needed && json_get(j, 0, fields->name) == JSON_NONE)
            return fault_set_param(why, FAULT_BAD_REQUEST, fields->name, "%s is missing", fields->name);
    return true;
}

/* ---- the query ---- */

/* A value of a query as the JSON that its field takes; what it does not take is refused with the rest. */
static void add_value(struct buf *out, const struct admin_field *field, struct slice text)
{
    int64_t number;
    bool    is_number = field && (field->kind == ADMIN_NUMBER || field->kind == ADMIN_MOMENT);
    bool    is_flag = field && field->kind == ADMIN_FLAG && (slice_is(text, "true") || slice_is(text, "false"));
    if (is_number && slice_to_i64(text, &number)) {
        buf_add_decimal(out, number);
    } else if (is_flag) {
        buf_add(out, text);
    } else if (field && field->kind == ADMIN_TEXTS) {
        buf_add_byte(out, '[');
        while (text.len) {
            struct slice one = slice_cut(text, 0, slice_find_byte(text, ','));
            text = slice_cut(text, one.len + 1, text.len);
            json_add_comma(out);
            json_add_string(out, slice_trim(one));
        }
        buf_add_byte(out, ']');
    } else {
        json_add_string(out, text);
    }
}

static bool read_query(struct admin_call *call, struct slice query, struct fault *why)
{
    struct buf   text;
    struct slice name, value;
    buf_init(&text, QUERY_MOST_BYTES);
    buf_add_byte(&text, '{');
    while (query_next(&query, call->arena, &name, &value)) {
        json_add_comma(&text);
        json_add_string(&text, name);
        buf_add_byte(&text, ':');
        add_value(&text, field_named(call->route->query, name), value);
    }
    buf_add_byte(&text, '}');
    struct slice json = arena_copy(call->arena, buf_slice(&text));
    bool         fits = !text.full || fault_set(why, FAULT_BAD_REQUEST, "the query is too long");
    buf_fini(&text);
    return fits && json_read(call->arena, json, &call->query, why);
}

/* ---- the whole ---- */

bool admin_read(struct admin_call *call, const struct http1_head *head, struct fault *why)
{
    struct slice text = slice_trim(buf_slice(&call->body_text));
    call->word = path_decode(call->arena, call->word);
    if (!read_query(call, head->query, why) || !check(call, &call->query, call->route->query, why))
        return false;
    if (text.len && !call->route->body)
        return fault_set(why, FAULT_BAD_REQUEST, "%s takes no body", call->route->path);
    if (!call->route->body)
        return true;
    if (!json_read(call->arena, text.len ? text : S("{}"), &call->body, why))
        return false;
    if (json_kind(&call->body, 0) != JSON_OBJECT)
        return fault_set(why, FAULT_BAD_REQUEST, "the body must be a JSON object");
    return check(call, &call->body, call->route->body->field, why);
}

/* ---- what was asked ---- */

/* Where the field stands; *in is body or query. */
static json_at locate(const struct admin_call *call, const char *field, const struct json **in)
{
    json_at at = call->body.count ? json_get(&call->body, 0, field) : JSON_NONE;
    *in = at != JSON_NONE ? &call->body : &call->query;
    return at != JSON_NONE ? at : json_get(&call->query, 0, field);
}

bool admin_has(const struct admin_call *call, const char *field)
{
    const struct json *j;
    json_at            at = locate(call, field, &j);
    return at != JSON_NONE && json_kind(j, at) != JSON_NULL;
}

bool admin_is_null(const struct admin_call *call, const char *field)
{
    const struct json *j;
    json_at            at = locate(call, field, &j);
    return at != JSON_NONE && json_kind(j, at) == JSON_NULL;
}

struct slice admin_text(const struct admin_call *call, const char *field, struct slice fallback)
{
    const struct json *j;
    json_at            at = locate(call, field, &j);
    return json_kind(j, at) == JSON_STRING ? json_string(j, at, call->arena) : fallback;
}

int64_t admin_number(const struct admin_call *call, const char *field, int64_t fallback)
{
    const struct json *j;
    json_at            at = locate(call, field, &j);
    int64_t            number;
    return json_i64(j, at, &number) ? number : fallback;
}

bool admin_flag(const struct admin_call *call, const char *field, bool fallback)
{
    const struct json *j;
    json_at            at = locate(call, field, &j);
    enum json_kind     kind = json_kind(j, at);
    return kind == JSON_TRUE || (kind != JSON_FALSE && fallback);
}

bool admin_nth(const struct admin_call *call, const char *field, size_t nth, struct slice *out)
{
    const struct json *j;
    json_at            at = locate(call, field, &j);
    at = json_kind(j, at) == JSON_ARRAY ? json_first(j, at) : JSON_NONE;
    while (at != JSON_NONE && nth-- > 0)
        at = json_next(j, at);
    *out = json_string(j, at, call->arena);
    return at != JSON_NONE;
}
