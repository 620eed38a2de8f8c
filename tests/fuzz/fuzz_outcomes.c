/* fuzz_outcomes.c - a line of records may be anything; what is taken holds numbers alone. */
#include "outcomes.h"

#include <math.h>
#include <stdlib.h>

enum { DIM = 4, FLOATS = 2 * DIM + TAUGHT_MIDDLE };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

const char *const fuzz_seeds[] = {
    "{\"encoder\":\"00ff1234567890ab\",\"weak_ok\":true,\"seen\":\""
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    "\"}",
    "{\"seen\":\"\"}",
    "{}",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct taught_view view;
    struct arena             *arena = arena_new();
    struct slice              text = arena_copy(arena, slice_of((const char *)bytes, len));
    struct json               row;
    struct fault              why = { .kind = FAULT_NONE };
    uint64_t                  twin;
    if (json_read(arena, text, &row, &why)) {
        (void)outcome_is_for_another(&row, arena, 7);
        bool is_read = outcome_read(&row, arena, DIM, &view, &twin, &why);
        if (is_read != (why.kind == FAULT_NONE))
            abort();
        for (size_t i = 0; is_read && i < FLOATS; i++)
            if (!isfinite(view.dense[i]))
                abort();
    }
    arena_free(&arena);
    return 0;
}
