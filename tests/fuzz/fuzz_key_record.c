/* fuzz_key_record.c - any bytes as what Redis has of a key: refused, or a record that is written as it is read.
 */
#include "base/die.h"
#include "policy/key_record.h"

int                      LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const char *const fuzz_seeds[];

const char *const fuzz_seeds[] = {
    "{\"id\":\"06r4vb9k2m7a\",\"team\":\"interns\",\"name\":\"x\",\"user\":\"ann\",\"tags\":[\"a\"],\"models\":"
    "[\"m\"],"
    "\"routes\":[\"r\"],\"zones\":[\"local\"],\"reach\":\"local\",\"disabled\":true,\"made_ms\":1,\"expires_"
    "ms\":2,"
    "\"revoked_ms\":3,\"secrets\":[{\"hash\":"
    "\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\","
    "\"made_ms\":1,\"until_ms\":9}]}",
    "{\"id\":\"06r4vb9k2m7a\",\"team\":\"a\",\"secrets\":[]}",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena     *arena = arena_new();
    struct key_record r, again;
    struct fault      why = { .kind = FAULT_NONE };
    if (key_record_read(arena, slice_of((const char *)data, size), &r, &why)) {
        struct buf one, two;
        buf_init(&one, 4 * KEY_RECORD_MOST_BYTES);
        buf_init(&two, 4 * KEY_RECORD_MOST_BYTES);
        key_record_write(&r, &one);
        if (one.len <= KEY_RECORD_MOST_BYTES) {
            if (!key_record_read(arena, buf_slice(&one), &again, &why))
                die("a record that was written cannot be read");
            key_record_write(&again, &two);
            if (!slice_eq(buf_slice(&one), buf_slice(&two)))
                die("a record is written in two ways");
        }
        buf_fini(&one);
        buf_fini(&two);
    } else if (why.kind != FAULT_INTERNAL) {
        die("a record was refused without a reason");
    }
    arena_free(&arena);
    return 0;
}
