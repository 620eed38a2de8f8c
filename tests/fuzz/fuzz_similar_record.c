/* Any bytes as a question that Redis keeps: what is read is written again as it was. */
#include "base/die.h"
#include "similar_record.h"

const char *const fuzz_seeds[] = { "weirlik1", NULL };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Most inputs are too short, so each is also read behind a head that is right. */
static void read_both_ways(struct slice record)
{
    struct near_entry entry;
    struct buf        out;
    if (!similar_record_read(record, 7, &entry))
        return;
    buf_init(&out, SIMILAR_RECORD_MOST);
    similar_record_write(&out, 7, &entry);
    if (out.full || !slice_eq(buf_slice(&out), record))
        die("a record is not what it was");
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int8_t embedding[SIMILAR_DIM];
    struct near_entry   entry = { .ends_ms = 5, .embedding = embedding };
    struct slice        bytes = slice_of((const char *)data, size);
    struct buf          whole;
    read_both_ways(bytes);
    entry.note = slice_cut(bytes, 0, ALIKE_BYTES_MOST);
    buf_init(&whole, SIMILAR_RECORD_MOST);
    similar_record_write(&whole, 7, &entry);
    for (size_t i = 0; i < size && i < whole.len; i += 1 + size / 8)
        whole.ptr[i] = (char)data[i];
    read_both_ways(buf_slice(&whole));
    buf_fini(&whole);
    return 0;
}
