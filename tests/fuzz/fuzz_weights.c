/*
 * fuzz_weights.c - any bytes may stand in a header: what is accepted can be read to its end.
 *
 * The input is the header; its length and some data are put around it, so that mutations do not all die at the
 * door.
 */
#include "slm/weights.h"

#include <stdlib.h>

const char *const fuzz_seeds[] = {
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[8,32]},\"__metadata__\":{\"format\":\"pt\"}}",
    "{\"a\":{\"dtype\":\"F16\",\"shape\":[1,2,3],\"data_offsets\":[20,32]}}",
    "{\"a\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[24,32]}}",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct weights *w, size_t rows, size_t columns)
{
    struct fault   why;
    volatile float sum = 0;
    const float   *floats = weights_floats(w, "a", rows, columns, &why);
    for (size_t i = 0; floats && i < rows * columns; i++)
        sum = sum + floats[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { DATA = 32 };
    uint64_t len = size;
    char    *file = malloc(8 + size + DATA);
    if (!file)
        abort();
    memcpy(file, &len, 8);
    memcpy(file + 8, data, size);
    memset(file + 8 + size, 0, DATA);

    struct fault    why = { .kind = FAULT_NONE };
    struct weights *w = weights_read(slice_of(file, 8 + size + DATA), "file", &why);
    if (!w && why.kind == FAULT_NONE)
        abort();
    if (w) {
        for (size_t columns = 0; columns < 9; columns++) {
            read_all(w, 1, columns);
            read_all(w, 2, columns);
        }
        weights_close(&w);
    }
    free(file);
    return 0;
}
