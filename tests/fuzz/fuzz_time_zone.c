/* fuzz_time_zone.c - any bytes as a time zone's file, and the zone asked about any time. */
#include "policy/time_zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = { "TZif", "+05:30", "Europe/Berlin", NULL };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena           *arena = arena_new();
    struct slice            text = slice_of((const char *)data, size);
    struct fault            why;
    const struct time_zone *zone = time_zone_read(arena, text, &why);
    for (int64_t t = -5000000000; t < 9000000000 && zone; t += 1000000007)
        (void)time_zone_utc(zone, t + time_zone_offset(zone, t));
    const struct time_zone *fixed = time_zone_fixed(arena, text);
    (void)time_zone_offset(fixed, 0);
    (void)time_zone_is_name(text);
    arena_free(&arena);
    return 0;
}
