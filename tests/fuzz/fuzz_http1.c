/* fuzz_http1.c - any bytes, as requests and as answers, cut where the first byte says: the verdict must be the
 * same. */
#include "wire/http1.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "\x07POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n\r\n",
    "\x40POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0\r\nX: y\r\n\r\n",
    "\x30HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 204 No\r\n\r\n",
    "\x31HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n",
    "\x11GET http://a/b?c#d HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    NULL,
};

struct verdict {
    unsigned heads, ends;
    size_t   body_bytes;
    bool     is_bad;
};

static void feed(struct http1 *reader, struct slice input, struct verdict *v)
{
    while (!v->is_bad) {
        size_t           used;
        struct slice     body;
        struct fault     why;
        enum http1_event event = http1_read(reader, input, &used, &body, &why);
        if (used > input.len || (event == HTTP1_MORE && used < input.len))
            abort();
        input = slice_cut(input, used, input.len);
        v->heads += event == HTTP1_HEAD;
        v->ends += event == HTTP1_END;
        v->body_bytes += body.len;
        v->is_bad = event == HTTP1_BAD;
        if (event == HTTP1_MORE)
            return;
    }
}

static struct verdict read_cut(enum http1_side side, struct slice input, size_t cut)
{
    struct verdict v = { 0 };
    struct http1  *reader = http1_new(side, 512);
    feed(reader, slice_cut(input, 0, cut), &v);
    feed(reader, slice_cut(input, cut, input.len), &v);
    struct fault why;
    if (!v.is_bad)
        v.ends += http1_eof(reader, &why) == HTTP1_END;
    http1_free(&reader);
    return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice input = slice_of((const char *)data + 1, size - 1);
    for (int side = HTTP1_REQUESTS; side <= HTTP1_ANSWERS; side++) {
        struct verdict whole = read_cut(side, input, 0);
        struct verdict cut = read_cut(side, input, data[0]);
        if (whole.heads != cut.heads || whole.ends != cut.ends || whole.body_bytes != cut.body_bytes ||
            whole.is_bad != cut.is_bad)
            abort();
    }
    return 0;
}
