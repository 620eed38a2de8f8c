/* similar_record.c - see similar_record.h. */
#include "similar_record.h"

#include <endian.h>

static const char magic[] = "weirlik1";

enum { AT_FINGERPRINT = 8, AT_ENDS = 16, AT_CONTEXT = 24, AT_EXACT = 56, AT_EMBEDDING = 88 };

static void add_number(struct buf *out, uint64_t number)
{
    number = htole64(number);
    buf_add(out, slice_of((const char *)&number, sizeof number));
}

static uint64_t number_at(struct slice record, size_t at)
{
    uint64_t number;
    memcpy(&number, record.ptr + at, sizeof number);
    return le64toh(number);
}

void similar_record_write(struct buf *out, uint64_t fingerprint, const struct near_entry *entry)
{
    buf_add(out, slice_of(magic, AT_FINGERPRINT));
    add_number(out, fingerprint);
    add_number(out, (uint64_t)entry->ends_ms);
    buf_add(out, slice_of((const char *)entry->group, sizeof entry->group));
    buf_add(out, slice_of((const char *)entry->id, sizeof entry->id));
    buf_add(out, slice_of((const char *)entry->embedding, SIMILAR_DIM));
    buf_add(out, entry->note);
}

bool similar_record_read(struct slice record, uint64_t fingerprint, struct near_entry *out)
{
    if (record.len < SIMILAR_RECORD_HEAD || record.len > SIMILAR_RECORD_MOST ||
        memcmp(record.ptr, magic, AT_FINGERPRINT) != 0 || number_at(record, AT_FINGERPRINT) != fingerprint ||
        number_at(record, AT_ENDS) > INT64_MAX)
        return false;
    *out = (struct near_entry){
        .ends_ms = (int64_t)number_at(record, AT_ENDS),
        .embedding = (const int8_t *)record.ptr + AT_EMBEDDING,
        .note = slice_cut(record, SIMILAR_RECORD_HEAD, record.len),
    };
    memcpy(out->group, record.ptr + AT_CONTEXT, sizeof out->group);
    memcpy(out->id, record.ptr + AT_EXACT, sizeof out->id);
    return true;
}
