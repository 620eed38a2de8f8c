/*
 * fuzz_schema.c - a schema, a line feed, a value; any bytes: the checker ends, and a value that fits one schema
 * fits any list of schemas that has it.
 */
#include "wire/schema.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\"}},\"required\":[\"a\"],"
    "\"additionalProperties\":false,\"$defs\":{\"n\":{\"type\":\"integer\",\"minimum\":1}}}\n{\"a\":1}",
    "{\"anyOf\":[{\"type\":[\"string\",\"null\"],\"maxLength\":2},{\"items\":{\"enum\":[1,{\"a\":[]}]},"
    "\"uniqueItems\":true}]}\n[1,{\"a\":[]}]",
    "{\"$ref\":\"#\",\"not\":{\"const\":0}}\n0",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct slice  text = slice_of((const char *)data, size);
    size_t        line = slice_find_byte(text, '\n');
    struct json   schema, value, either;
    const char   *keyword;
    if (line != SLICE_NONE && json_read(arena, slice_cut(text, 0, line), &schema, NULL) &&
        json_read(arena, slice_cut(text, line + 1, size), &value, NULL)) {
        bool fits = schema_fits(&schema, 0, &value, 0, arena, &keyword);
        if (fits != !keyword)
            abort();
        const char *list = arena_printf(arena, "{\"anyOf\":[%.*s,false]}", SLICE_ARG(slice_cut(text, 0, line)));
        bool has_ref = slice_find(text, S("ref")) != SLICE_NONE || slice_find_byte(text, '\\') != SLICE_NONE;
        if (!has_ref && json_read(arena, slice_str(list), &either, NULL) &&
            schema_fits(&either, 0, &value, 0, arena, &keyword) < fits)
            abort();
        (void)json_same(&value, 0, &value, 0, arena);
    }
    arena_free(&arena);
    return 0;
}
