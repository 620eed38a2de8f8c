/* fuzz_written.c - any bytes as a map, plain and sealed: what is read can be written and read again, all of it.
 */
#include "privacy/written.h"

#include <stdlib.h>

enum { MAP_MOST_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "{}",
    "{\"EMAIL_0123456789AB\":\"a@x.org\",\"PHONE_ZZZZZZZZZZZZ\":4155552671}",
    "{\"KEY_0123456789AB\":\"two\\nlines \\u00e9 \\\"quoted\\\"\"}",
    "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    NULL,
};

static void write_and_read_again(const struct vault *v, const struct vault_key *key)
{
    struct arena *arena = arena_new();
    struct vault *plain = vault_new(arena, key), *sealed = vault_new(arena, key);
    struct fault  why;
    struct buf    out;
    buf_init(&out, MAP_MOST_BYTES);
    map_write(v, &out);
    if (out.full || !map_read(plain, arena, buf_slice(&out), &why) || vault_count(plain) != vault_count(v))
        abort();
    buf_reset(&out);
    map_seal(v, key, &out);
    if (out.full || !map_open(sealed, arena, key, buf_slice(&out), &why) ||
        vault_count(sealed) != vault_count(v))
        abort();
    buf_fini(&out);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vault_key key = { .bytes = "a key" };
    struct arena                 *arena = arena_new();
    struct vault                 *v = vault_new(arena, &key);
    struct slice                  text = slice_of((const char *)data, size);
    struct fault                  why = { 0 };
    if (map_open(v, arena, &key, text, &why))
        abort(); /* nobody seals by chance */
    if (map_read(v, arena, text, &why))
        write_and_read_again(v, &key);
    else if (why.kind == FAULT_NONE)
        abort();
    arena_free(&arena);
    return 0;
}
