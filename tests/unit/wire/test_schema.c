/* test_schema.c - values against JSON Schemas: what fits, what does not and by which keyword. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/schema.h"

#define FITS NULL

struct row {
    const char *schema, *value, *fails;
};

/* The keyword that fails, or NULL. */
static const char *checked(struct arena *arena, const char *schema, const char *value)
{
    struct json rules, values;
    const char *keyword;
    assert_true(json_read(arena, slice_str(schema), &rules, NULL));
    assert_true(json_read(arena, slice_str(value), &values, NULL));
    bool fits = schema_fits(&rules, 0, &values, 0, arena, &keyword);
    assert_int_equal(fits, !keyword);
    return keyword;
}

static void check_rows(const struct row *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena *arena = arena_new();
        const char   *fails = checked(arena, row[i].schema, row[i].value);
        if (!fails != !row[i].fails || (fails && strcmp(fails, row[i].fails) != 0))
            fail_msg("%s against %s: fails %s", row[i].value, row[i].schema, fails ? fails : "nothing");
        arena_free(&arena);
    }
}
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

static void test_types(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "{}", "{\"a\":[1,null]}", FITS },
        { "true", "1", FITS },
        { "false", "1", "false" },
        { "{\"type\":\"string\"}", "\"a\"", FITS },
        { "{\"type\":\"string\"}", "1", "type" },
        { "{\"type\":\"integer\"}", "1", FITS },
        { "{\"type\":\"integer\"}", "1.0", FITS },
        { "{\"type\":\"integer\"}", "1e2", FITS },
        { "{\"type\":\"integer\"}", "1.5", "type" },
        { "{\"type\":\"integer\"}", "\"1\"", "type" },
        { "{\"type\":\"number\"}", "1.5", FITS },
        { "{\"type\":\"boolean\"}", "false", FITS },
        { "{\"type\":\"boolean\"}", "0", "type" },
        { "{\"type\":\"null\"}", "null", FITS },
        { "{\"type\":[\"string\",\"null\"]}", "null", FITS },
        { "{\"type\":[\"string\",\"null\"]}", "1", "type" },
        { "{\"type\":\"string\",\"nullable\":true}", "null", FITS },
        { "{\"enum\":[\"a\",2,{\"b\":[true]}]}", "{\"b\":[true]}", FITS },
        { "{\"enum\":[\"a\",2.0]}", "2", FITS },
        { "{\"enum\":[\"a\",2]}", "\"A\"", "enum" },
        { "{\"enum\":[\"\\u00e9\"]}", "\"\xC3\xA9\"", FITS },
        { "{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":2,\"a\":1}", FITS },
        { "{\"const\":[1,2]}", "[2,1]", "const" },
    };
    CHECK(rows);
}

static void test_objects(void **state)
{
    (void)state;
#define PERSON                                                                                                 \
    "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"age\":{\"type\":\"integer\"}},"     \
    "\"required\":[\"name\",\"age\"],\"additionalProperties\":false}"
    static const struct row rows[] = {
        { PERSON, "{\"name\":\"Ann\",\"age\":3}", FITS },
        { PERSON, "{\"age\":3,\"na\\u006de\":\"Ann\"}", FITS },
        { PERSON, "{\"name\":\"Ann\"}", "required" },
        { PERSON, "{\"name\":\"Ann\",\"age\":\"3\"}", "type" },
        { PERSON, "{\"name\":\"Ann\",\"age\":3,\"sex\":\"f\"}", "additionalProperties" },
        { PERSON, "[]", "type" },
        { "{\"additionalProperties\":{\"type\":\"number\"}}", "{\"a\":1}", FITS },
        { "{\"additionalProperties\":{\"type\":\"number\"}}", "{\"a\":\"1\"}", "type" },
        { "{\"patternProperties\":{\"^x\":{}},\"additionalProperties\":false}", "{\"xa\":1}", FITS },
        { "{\"minProperties\":1}", "{}", "minProperties" },
        { "{\"maxProperties\":1}", "{\"a\":1,\"b\":2}", "maxProperties" },
        { "{\"required\":[\"a\"]}", "\"of another kind\"", FITS },
    };
    CHECK(rows);
}

static void test_arrays(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "{\"items\":{\"type\":\"string\"}}", "[\"a\",\"b\"]", FITS },
        { "{\"items\":{\"type\":\"string\"}}", "[\"a\",1]", "type" },
        { "{\"items\":[{\"type\":\"string\"},{\"type\":\"number\"}]}", "[\"a\",1,null]", FITS },
        { "{\"items\":[{\"type\":\"string\"},{\"type\":\"number\"}]}", "[\"a\",\"b\"]", "type" },
        { "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[\"a\"]", FITS },
        { "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[\"a\",1]", "items" },
        { "{\"minItems\":1}", "[]", "minItems" },
        { "{\"maxItems\":1}", "[1,2]", "maxItems" },
        { "{\"uniqueItems\":true}", "[1,2,{\"a\":1}]", FITS },
        { "{\"uniqueItems\":true}", "[1,2,1.0]", "uniqueItems" },
    };
    CHECK(rows);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "{\"minLength\":2}", "\"\xC3\xA9\"", "minLength" },
        { "{\"maxLength\":1}", "\"\xC3\xA9\"", FITS },
        { "{\"maxLength\":1}", "\"ab\"", "maxLength" },
        { "{\"minimum\":3}", "3", FITS },
        { "{\"minimum\":3}", "2.9", "minimum" },
        { "{\"maximum\":3}", "3.1", "maximum" },
        { "{\"exclusiveMinimum\":3}", "3", "exclusiveMinimum" },
        { "{\"exclusiveMaximum\":3}", "3", "exclusiveMaximum" },
        { "{\"minimum\":3,\"exclusiveMinimum\":true}", "3", "minimum" },
        { "{\"maximum\":3,\"exclusiveMaximum\":true}", "2", FITS },
        { "{\"multipleOf\":0.1}", "0.3", FITS },
        { "{\"multipleOf\":5}", "12", "multipleOf" },
        { "{\"minimum\":3}", "\"a\"", FITS },
    };
    CHECK(rows);
}

static void test_joined_and_referred(void **state)
{
    (void)state;
#define TREE                                                                                                   \
    "{\"$ref\":\"#/$defs/"                                                                                     \
    "t\",\"$defs\":{\"t\":{\"type\":\"object\",\"properties\":{\"in\":{\"type\":\"array\","                    \
    "\"items\":{\"$ref\":\"#/$defs/t\"}}},\"additionalProperties\":false}}}"
    static const struct row rows[] = {
        { "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "null", FITS },
        { "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1", "anyOf" },
        { "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1", "oneOf" },
        { "{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "2", FITS },
        { "{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "3", "maximum" },
        { "{\"not\":{\"type\":\"string\"}}", "\"a\"", "not" },
        { "{\"not\":{\"type\":\"string\"}}", "1", FITS },
        { "{\"not\":{\"pattern\":\"^a\"}}", "\"a\"", FITS },
        { TREE, "{\"in\":[{},{\"in\":[{}]}]}", FITS },
        { TREE, "{\"in\":[{},{\"in\":[{\"out\":1}]}]}", "additionalProperties" },
        { "{\"$ref\":\"#/$defs/a~1b~0\",\"$defs\":{\"a/b~\":{\"type\":\"null\"}}}", "1", "type" },
        { "{\"$ref\":\"#/anyOf/1\",\"anyOf\":[true,{\"type\":\"null\"}]}", "1", "type" },
        { "{\"$ref\":\"#\"}", "1", FITS },
        { "{\"$ref\":\"#/nowhere\"}", "1", FITS },
        { "{\"$ref\":\"https://example.org/x\"}", "1", FITS },
        { "{\"pattern\":\"^a\",\"format\":\"date\"}", "\"b\"", FITS },
    };
    CHECK(rows);
}

/* Each level doubles the work: it ends all the same, and lets pass. */
static void test_an_enemys_schema_ends(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    assert_null(checked(arena, "{\"allOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}", "1"));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_joined_and_referred),
        cmocka_unit_test(test_an_enemys_schema_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
