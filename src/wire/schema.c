/*
 * schema.c - see wire/schema.h.
 *
 * A check is a line of the table: the keyword, and what it makes of its value. Each gets the keyword's own
 * value, the schema that it stands in for what its neighbours say, and the value in hand. Unknown keywords have
 * no line, and so say nothing.
 */
#include "wire/schema.h"

#include <math.h>

struct checking {
    const struct json *rules, *values;
    struct arena      *arena;
    const char        *keyword; /* the innermost that failed; NULL while none has */
    unsigned           steps, depth;
};

static bool fits(struct checking *c, json_at schema, json_at value);

/* Is there still strength? Without it all fits. */
static bool goes_on(struct checking *c)
{
    return c->steps < SCHEMA_STEPS_MOST && ++c->steps;
}

static bool is_true(const struct json *j, json_at at)
{
    return json_kind(j, at) == JSON_TRUE;
}

static unsigned count(const struct json *j, json_at at)
{
    unsigned members = 0;
    for (json_at i = json_first(j, at); i != JSON_NONE; i = json_next(j, i))
        members++;
    return members;
}

/* ---- the same? ---- */

static bool same(struct checking *c, json_at a, json_at b);

/* The member of that key; JSON_NONE where there is none. */
static json_at member(struct checking *c, const struct json *j, json_at object, struct slice key)
{
    if (json_kind(j, object) != JSON_OBJECT)
        return JSON_NONE;
    for (json_at m = json_first(j, object); m != JSON_NONE && goes_on(c); m = json_next(j, m))
        if (slice_eq(json_key(j, m, c->arena), key))
            return m;
    return JSON_NONE;
}

static bool same_members(struct checking *c, json_at a, json_at b)
{
    if (count(c->rules, a) != count(c->values, b))
        return false;
    for (json_at m = json_first(c->values, b); m != JSON_NONE; m = json_next(c->values, m)) {
        json_at twin = member(c, c->rules, a, json_key(c->values, m, c->arena));
        if (twin == JSON_NONE || !same(c, twin, m))
            return false;
    }
    return true;
}

static bool same_items(struct checking *c, json_at a, json_at b)
{
    a = json_first(c->rules, a);
    b = json_first(c->values, b);
    while (a != JSON_NONE && b != JSON_NONE) {
        if (!same(c, a, b))
            return false;
        a = json_next(c->rules, a);
        b = json_next(c->values, b);
    }
    return a == JSON_NONE && b == JSON_NONE;
}

static bool same(struct checking *c, json_at a, json_at b)
{
    const struct json *rules = c->rules, *values = c->values;
    double             x, y;
    if (!goes_on(c) || json_kind(rules, a) != json_kind(values, b))
        return false;
    switch (json_kind(rules, a)) {
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE:
        return true;
    case JSON_NUMBER:
        if (json_double(rules, a, &x) && json_double(values, b, &y))
            return x == y;
        return slice_eq(json_raw(rules, a), json_raw(values, b));
    case JSON_STRING:
        return slice_eq(json_string(rules, a, c->arena), json_string(values, b, c->arena));
    case JSON_ARRAY:
        return same_items(c, a, b);
    case JSON_OBJECT:
        break;
    }
    return same_members(c, a, b);
}

bool json_same(const struct json *a, json_at at_a, const struct json *b, json_at at_b, struct arena *arena)
{
    struct checking c = { .rules = a, .values = b, .arena = arena };
    return same(&c, at_a, at_b);
}

/* ---- of any value ---- */

/* What a keyword's check is given. */
struct rule {
    json_at said, schema; /* the keyword's value; the schema that it stands in */
};

static bool is_whole(const struct json *j, json_at at)
{
    double number;
    return json_double(j, at, &number) && number == floor(number);
}

static bool is_of_type(const struct json *j, json_at at, struct slice word)
{
    static const char *const words[] = {
        [JSON_NULL] = "null",     [JSON_FALSE] = "boolean", [JSON_TRUE] = "boolean", [JSON_NUMBER] = "number",
        [JSON_STRING] = "string", [JSON_ARRAY] = "array",   [JSON_OBJECT] = "object"
    };
    if (slice_is(word, "integer"))
        return json_kind(j, at) == JSON_NUMBER && is_whole(j, at);
    return slice_is(word, words[json_kind(j, at)]);
}

static bool check_type(struct checking *c, struct rule r, json_at value)
{
    const struct json *rules = c->rules;
    if (json_kind(c->values, value) == JSON_NULL && is_true(rules, json_get(rules, r.schema, "nullable")))
        return true;
    if (json_kind(rules, r.said) == JSON_STRING)
        return is_of_type(c->values, value, json_string(rules, r.said, c->arena));
    for (json_at word = json_first(rules, r.said); word != JSON_NONE; word = json_next(rules, word))
        if (is_of_type(c->values, value, json_string(rules, word, c->arena)))
            return true;
    return json_kind(rules, r.said) != JSON_ARRAY;
}

static bool check_enum(struct checking *c, struct rule r, json_at value)
{
    for (json_at one = json_first(c->rules, r.said); one != JSON_NONE; one = json_next(c->rules, one))
        if (same(c, one, value))
            return true;
    return json_kind(c->rules, r.said) != JSON_ARRAY || !goes_on(c);
}

static bool check_const(struct checking *c, struct rule r, json_at value)
{
    return same(c, r.said, value) || !goes_on(c);
}

/* # of the schemas that it fits. */
static unsigned fitting(struct checking *c, json_at list, json_at value)
{
    unsigned fit = 0;
    for (json_at one = json_first(c->rules, list); one != JSON_NONE; one = json_next(c->rules, one))
        fit += fits(c, one, value);
    return fit;
}

static bool check_all_of(struct checking *c, struct rule r, json_at value)
{
    return fitting(c, r.said, value) == count(c->rules, r.said);
}

static bool check_any_of(struct checking *c, struct rule r, json_at value)
{
    bool ok = json_first(c->rules, r.said) == JSON_NONE || fitting(c, r.said, value) > 0;
    c->keyword = NULL; /* it is not for one of them that all fail */
    return ok;
}

/* What is not covered lets pass, so more than one may seem to fit where one does: none is what is certain. */
static bool check_one_of(struct checking *c, struct rule r, json_at value)
{
    return check_any_of(c, r, value);
}

/* ---- references ---- */

/* "~1" is "/", "~0" is "~" (RFC 6901). In the arena. */
static struct slice unescape_token(struct slice token, struct arena *arena)
{
    char  *out = arena_alloc(arena, token.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < token.len; i++) {
        bool is_escape = token.ptr[i] == '~' && i + 1 < token.len;
        out[len++] = !is_escape ? token.ptr[i] : token.ptr[++i] == '1' ? '/' : '~';
    }
    return slice_of(out, len);
}

/* The schema that "#/…" points to; JSON_NONE where it leads nowhere. */
static json_at resolve(struct checking *c, struct slice pointer)
{
    json_at at = 0;
    if (pointer.len == 0 || pointer.ptr[0] != '#')
        return JSON_NONE;
    for (size_t from = 1; from < pointer.len && at != JSON_NONE;) {
        struct slice rest = slice_cut(pointer, from + 1, pointer.len);
        size_t       slash = slice_find_byte(rest, '/');
        struct slice token = slice_cut(rest, 0, slash == SLICE_NONE ? rest.len : slash);
        int64_t      index;
        if (json_kind(c->rules, at) == JSON_ARRAY && slice_to_i64(token, &index) && index >= 0)
            for (at = json_first(c->rules, at); at != JSON_NONE && index > 0; index--)
                at = json_next(c->rules, at);
        else
            at = member(c, c->rules, at, unescape_token(token, c->arena));
        from += 1 + token.len;
    }
    return at;
}

static bool check_ref(struct checking *c, struct rule r, json_at value)
{
    json_at meant = resolve(c, json_string(c->rules, r.said, c->arena));
    return meant == JSON_NONE || fits(c, meant, value);
}

static bool check_not(struct checking *c, struct rule r, json_at value)
{
    /* Only of what is covered whole may the opposite be told: a type, an enum, a constant, alone. */
    bool is_plain = count(c->rules, r.said) == 1 && (json_get(c->rules, r.said, "type") != JSON_NONE ||
                                                     json_get(c->rules, r.said, "enum") != JSON_NONE ||
                                                     json_get(c->rules, r.said, "const") != JSON_NONE);
    bool is_refused = is_plain && fits(c, r.said, value);
    c->keyword = NULL;
    return !is_refused;
}

/* ---- of objects ---- */

static bool check_required(struct checking *c, struct rule r, json_at value)
{
    for (json_at key = json_first(c->rules, r.said); key != JSON_NONE; key = json_next(c->rules, key))
        if (member(c, c->values, value, json_string(c->rules, key, c->arena)) == JSON_NONE)
            return !goes_on(c);
    return true;
}

static bool check_properties(struct checking *c, struct rule r, json_at value)
{
    for (json_at m = json_first(c->values, value); m != JSON_NONE; m = json_next(c->values, m)) {
        json_at schema = member(c, c->rules, r.said, json_key(c->values, m, c->arena));
        if (schema != JSON_NONE && !fits(c, schema, m))
            return false;
    }
    return true;
}

static bool check_additional(struct checking *c, struct rule r, json_at value)
{
    json_at known = json_get(c->rules, r.schema, "properties");
    if (json_get(c->rules, r.schema, "patternProperties") != JSON_NONE)
        return true;
    for (json_at m = json_first(c->values, value); m != JSON_NONE && goes_on(c); m = json_next(c->values, m))
        if (member(c, c->rules, known, json_key(c->values, m, c->arena)) == JSON_NONE && goes_on(c) &&
            !fits(c, r.said, m))
            return false;
    return true;
}

/* ---- of arrays ---- */

static json_at nth(const struct json *j, json_at list, unsigned n)
{
    json_at at = json_first(j, list);
    while (at != JSON_NONE && n-- > 0)
        at = json_next(j, at);
    return at;
}

static bool check_prefix_items(struct checking *c, struct rule r, json_at value)
{
    json_at schema = json_first(c->rules, r.said), item = json_first(c->values, value);
    while (schema != JSON_NONE && item != JSON_NONE) {
        if (!fits(c, schema, item))
            return false;
        schema = json_next(c->rules, schema);
        item = json_next(c->values, item);
    }
    return true;
}

/* A schema for those that no prefixItems speaks of; or, in older drafts, a list as prefixItems. */
static bool check_items(struct checking *c, struct rule r, json_at value)
{
    if (json_kind(c->rules, r.said) == JSON_ARRAY)
        return check_prefix_items(c, r, value);
    json_at item = nth(c->values, value, count(c->rules, json_get(c->rules, r.schema, "prefixItems")));
    for (; item != JSON_NONE; item = json_next(c->values, item))
        if (!fits(c, r.said, item))
            return false;
    return true;
}

static bool check_unique(struct checking *c, struct rule r, json_at value)
{
    struct checking among = *c; /* both are values */
    if (!is_true(c->rules, r.said))
        return true;
    among.rules = c->values;
    for (json_at a = json_first(c->values, value); a != JSON_NONE; a = json_next(c->values, a))
        for (json_at b = json_next(c->values, a); b != JSON_NONE && goes_on(&among);
             b = json_next(c->values, b))
            if (same(&among, a, b))
                return false;
    c->steps = among.steps;
    return true;
}

/* ---- of sizes ---- */

static double size_of(const struct json *j, json_at at, struct arena *arena)
{
    double number = 0;
    if (json_kind(j, at) == JSON_STRING)
        return (double)slice_code_points(json_string(j, at, arena));
    if (json_kind(j, at) != JSON_NUMBER)
        return count(j, at);
    return json_double(j, at, &number) ? number : NAN; /* a comparison with it fails neither way, see below */
}

static bool check_least(struct checking *c, struct rule r, json_at value)
{
    double bar, size = size_of(c->values, value, c->arena);
    bool   is_open = is_true(c->rules, json_get(c->rules, r.schema, "exclusiveMinimum"));
    return !json_double(c->rules, r.said, &bar) || !(size < bar || (is_open && size == bar));
}

static bool check_most(struct checking *c, struct rule r, json_at value)
{
    double bar, size = size_of(c->values, value, c->arena);
    bool   is_open = is_true(c->rules, json_get(c->rules, r.schema, "exclusiveMaximum"));
    return !json_double(c->rules, r.said, &bar) || !(size > bar || (is_open && size == bar));
}

static bool check_above(struct checking *c, struct rule r, json_at value)
{
    double bar;
    return !json_double(c->rules, r.said, &bar) || !(size_of(c->values, value, c->arena) <= bar);
}

static bool check_below(struct checking *c, struct rule r, json_at value)
{
    double bar;
    return !json_double(c->rules, r.said, &bar) || !(size_of(c->values, value, c->arena) >= bar);
}

static bool check_multiple(struct checking *c, struct rule r, json_at value)
{
    double step, number;
    if (!json_double(c->rules, r.said, &step) || !json_double(c->values, value, &number) || !(step > 0))
        return true;
    double times = number / step;
    return fabs(times - round(times)) <= 1e-9 * fmax(1, fabs(times)); /* 0.3 is a multiple of 0.1 */
}

/* ---- the table ---- */

enum {
    ANY = 0,
    OF_STRING = 1 << JSON_STRING,
    OF_NUMBER = 1 << JSON_NUMBER,
    OF_ARRAY = 1 << JSON_ARRAY,
    OF_OBJECT = 1 << JSON_OBJECT
};

static const struct {
    const char *keyword;
    unsigned    of; /* values of other kinds are none of its business */
    bool (*check)(struct checking *, struct rule, json_at value);
} checks[] = {
    { "type", ANY, check_type },
    { "enum", ANY, check_enum },
    { "const", ANY, check_const },
    { "required", OF_OBJECT, check_required },
    { "properties", OF_OBJECT, check_properties },
    { "additionalProperties", OF_OBJECT, check_additional },
    { "minProperties", OF_OBJECT, check_least },
    { "maxProperties", OF_OBJECT, check_most },
    { "items", OF_ARRAY, check_items },
    { "prefixItems", OF_ARRAY, check_prefix_items },
    { "minItems", OF_ARRAY, check_least },
    { "maxItems", OF_ARRAY, check_most },
    { "uniqueItems", OF_ARRAY, check_unique },
    { "minLength", OF_STRING, check_least },
    { "maxLength", OF_STRING, check_most },
    { "minimum", OF_NUMBER, check_least },
    { "maximum", OF_NUMBER, check_most },
    { "exclusiveMinimum", OF_NUMBER, check_above },
    { "exclusiveMaximum", OF_NUMBER, check_below },
    { "multipleOf", OF_NUMBER, check_multiple },
    { "allOf", ANY, check_all_of },
    { "anyOf", ANY, check_any_of },
    { "oneOf", ANY, check_one_of },
    { "not", ANY, check_not },
    { "$ref", ANY, check_ref },
};

static bool fits_keywords(struct checking *c, json_at schema, json_at value)
{
    const unsigned kind = 1u << json_kind(c->values, value);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (checks[i].of != ANY && !(checks[i].of & kind))
            continue;
        struct rule r = { json_get(c->rules, schema, checks[i].keyword), schema };
        if (r.said != JSON_NONE && !checks[i].check(c, r, value)) {
            c->keyword = c->keyword ? c->keyword : checks[i].keyword;
            return false;
        }
    }
    return true;
}

static bool fits(struct checking *c, json_at schema, json_at value)
{
    if (json_kind(c->rules, schema) == JSON_FALSE)
        return false;
    if (json_kind(c->rules, schema) != JSON_OBJECT || c->depth == SCHEMA_DEPTH_MOST || !goes_on(c))
        return true;
    c->depth++;
    bool ok = fits_keywords(c, schema, value);
    c->depth--;
    return ok;
}

bool schema_fits(const struct json *schemas, json_at schema, const struct json *values, json_at at,
                 struct arena *arena, const char **keyword)
{
    struct checking c = { .rules = schemas, .values = values, .arena = arena };
    bool            ok = fits(&c, schema, at);
    *keyword = ok ? NULL : c.keyword ? c.keyword : "false";
    return ok;
}
