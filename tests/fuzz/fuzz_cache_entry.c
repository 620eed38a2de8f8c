/* fuzz_cache_entry.c - Redis may hold anything: as it comes, and as if its seal had been broken. */
#include "cache_control.h"
#include "cache_entry.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

const char *const fuzz_seeds[] = { "weirans2", "max-age=5, no-cache", NULL };

static bool is_within(struct slice part, struct slice whole)
{
    return part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct cache_secret secret;
    static const struct cache_key    key;
    struct arena                    *arena = arena_new();
    struct slice                     given = arena_copy(arena, slice_of((const char *)bytes, len));
    struct buf                       plain;
    struct cached                    out;
    buf_init(&plain, 1 << 20);
    if (cache_entry_open(&key, &secret, given, &plain, &out))
        abort(); /* nobody guesses a seal */
    buf_wipe(&plain);
    if (cache_entry_read(given, &out) &&
        (!is_within(out.model, given) || !is_within(out.route, given) || !is_within(out.question, given) ||
         !is_within(out.answer, given) || out.limit_tokens < -1 || out.made_ms < 0))
        abort();
    const struct http1_head head = { .header = { { S("cache-control"), given } }, .header_count = 1 };
    if (cache_wishes_read(&head).most_age_ms < 0)
        abort();
    arena_free(&arena);
    return 0;
}
