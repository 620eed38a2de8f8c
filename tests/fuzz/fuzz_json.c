/*
 * fuzz_json.c - any bytes: what is read can be asked everything, each string written and read again says the
 * same, and each member can be taken out.
 */
#include "wire/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "{\"a\":[1.5e3,\"x\\u00e9\\ud83d\\ude00\\n\",true,null],\"b\":{\"c\":{}},\"\":-0}",
    "[[[[{\"a\":{\"a\":1,\"b\":2}}]]],\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\",false]",
    "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1,\"m\":1,"
    "\"n\":1,"
    "\"o\":1,\"p\":1,\"q\":1,\"r\":1}",
    NULL,
};

static void must_read(struct arena *arena, struct buf *text)
{
    struct json j;
    if (text->full || !json_read(arena, buf_slice(text), &j, NULL))
        abort();
    buf_reset(text);
}

static void check_string(const struct json *j, json_at at, struct arena *arena, struct buf *out)
{
    struct slice said = json_string(j, at, arena);
    json_add_string(out, said);
    struct json again;
    if (!json_read(arena, buf_slice(out), &again, NULL) || !slice_eq(json_string(&again, 0, arena), said))
        abort();
    buf_reset(out);
}

static void check_object(const struct json *j, json_at object, struct arena *arena, struct buf *out)
{
    struct json_edit edit = json_edit_add_member(j, object, "new", S("[]"), arena);
    json_splice(j->text, &edit, 1, out);
    if (json_get(j, object, "new") == JSON_NONE)
        must_read(arena, out);
    buf_reset(out);
    for (json_at m = json_first(j, object); m != JSON_NONE; m = json_next(j, m)) {
        struct slice key = json_key(j, m, arena);
        if (!memchr(key.ptr ? key.ptr : "", '\0', key.len) && json_get(j, object, arena_cstr(arena, key)) != m)
            abort();
        edit = json_edit_remove_member(j, object, m);
        json_splice(j->text, &edit, 1, out);
        must_read(arena, out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct buf    out;
    buf_init(&out, 1 << 20);
    struct json  j;
    struct fault why;
    if (json_read(arena, slice_of((const char *)data, size), &j, &why))
        for (json_at at = 0; at < j.count && at < 64; at++) {
            if (json_kind(&j, at) == JSON_STRING)
                check_string(&j, at, arena, &out);
            if (json_kind(&j, at) == JSON_OBJECT)
                check_object(&j, at, arena, &out);
        }
    buf_fini(&out);
    arena_free(&arena);
    return 0;
}
