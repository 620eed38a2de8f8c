/* fuzz_sse.c - any bytes, cut where the first byte says: the same events, and their raws together are the
 * stream. */
#include "wire/sse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "\x05"
    "data: {\"a\":1}\n\ndata: [DONE]\n\n",
    "\x09"
    "event: ping\r\ndata: a\r\ndata: b\r\n\r\n: comment\r\n\r\n",
    "\x03"
    "\xEF\xBB\xBF"
    "data: a\r\rdata: b\r\r\ndata\n\n",
    NULL,
};

enum { EVENT_MOST = 64 };

struct told {
    uint64_t hash; /* of all events */
    size_t   raw_bytes, events;
    bool     is_too_long;
};

static void feed(struct sse *s, struct slice input, struct slice stream, struct told *t)
{
    while (!t->is_too_long) {
        size_t           used;
        struct sse_event e;
        enum sse_result  result = sse_read(s, input, &used, &e);
        if (used > input.len || (result == SSE_MORE && used < input.len))
            abort();
        input = slice_cut(input, used, input.len);
        t->is_too_long = result == SSE_TOO_LONG;
        if (result == SSE_MORE)
            return;
        if (result != SSE_EVENT)
            continue;
        if (!slice_eq(e.raw, slice_cut(stream, t->raw_bytes, t->raw_bytes + e.raw.len)))
            abort();
        t->raw_bytes += e.raw.len;
        t->events++;
        t->hash = t->hash * 31 + slice_hash(e.data) * 3 + slice_hash(e.event) + e.has_data;
    }
}

static struct told read_cut(struct slice input, size_t cut)
{
    struct told t = { 0 };
    struct sse *s = sse_new(EVENT_MOST);
    feed(s, slice_cut(input, 0, cut), input, &t);
    feed(s, slice_cut(input, cut, input.len), input, &t);
    sse_free(&s);
    return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice input = slice_of((const char *)data + 1, size - 1);
    struct told  whole = read_cut(input, 0), cut = read_cut(input, data[0]);
    if (whole.hash != cut.hash || whole.raw_bytes != cut.raw_bytes || whole.events != cut.events ||
        whole.is_too_long != cut.is_too_long)
        abort();
    return 0;
}
