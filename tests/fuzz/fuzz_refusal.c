/* fuzz_refusal.c - any body of an error, under any status that its first two bytes name. */
#include "wire/refusal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "\1\220{\"error\":{\"message\":\"prompt is too long\",\"code\":null}}",
    "\1\255[{\"error\":{\"code\":429,\"details\":[{\"retryDelay\":\"34.4s\"}]}}]",
    "\1\223{\"error\":\"no\"}",
    "\2\21",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct arena *arena = arena_new();
    struct slice  body = slice_of((const char *)data + 2, size - 2);
    (void)refusal_read(data[0] << 8 | data[1], body, arena);
    if (refusal_body_wait_ms(body, arena) < -1)
        __builtin_trap();
    arena_free(&arena);
    return 0;
}
