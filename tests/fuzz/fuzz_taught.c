/*
 * fuzz_taught.c - a head's file may be anything: it is refused with the reason, or read whole; none is read
 * beyond its end, and what was read can be asked.
 */
#include "slm/taught.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

const char *const fuzz_seeds[] = { "WTAUGHT\n\1", "WTAUGHT\n", NULL };

static struct taught_view view; /* large, and all zeroes will do */

/* The seal at the end is set right, so that what lies before it is looked at too. */
static void seal(char *copy, size_t len)
{
    uint64_t hash;
    if (len < sizeof hash)
        return;
    hash = slice_hash(slice_of(copy, len - sizeof hash));
    memcpy(copy + len - sizeof hash, &hash, sizeof hash);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *copy = malloc(len ? len : 1); /* to the byte, so that ASan sees a read behind it */
    if (!copy)
        return 0;
    memcpy(copy, bytes, len);
    seal(copy, len);
    struct arena *arena = arena_new();
    struct taught head;
    struct fault  why = { .kind = FAULT_NONE };
    bool          is_read = taught_read(arena, slice_of(copy, len), &head, &why);
    float         share[TAUGHT_LABELS_MOST];
    if (is_read != (why.kind == FAULT_NONE))
        abort();
    if (is_read && head.kind == TAUGHT_CLASSES && taught_class(&head, &view, share) >= head.labels)
        abort();
    if (is_read && head.kind == TAUGHT_DIFFICULTY)
        (void)taught_difficulty(&head, &view);
    arena_free(&arena);
    free(copy);
    return 0;
}
