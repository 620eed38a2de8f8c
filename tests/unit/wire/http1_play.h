/*
 * http1_play.h - feeds a reader and writes down what it says, for tests.
 *
 * The transcript of "POST /a … 3 bytes … GET /b" is "<POST /a>abc.<GET /b>." and of an answer "<200>abc.". A
 * refusal is "!" and the reason. Bodies are joined, so the transcript is the same however the input was cut.
 */
#ifndef WEIR_TESTS_HTTP1_PLAY_H
#define WEIR_TESTS_HTTP1_PLAY_H

#include "wire/http1.h"

#include <assert.h>
#include <stdio.h>

enum { PLAY_HEAD_MOST = 16384 };

struct play {
    struct http1 *reader;
    struct buf    said;
    int           messages; /* # whole */
    bool          is_refused;
};

static void play_begin(struct play *p, enum http1_side side)
{
    *p = (struct play){ .reader = http1_new(side, PLAY_HEAD_MOST) };
    buf_init(&p->said, 1 << 20);
}

static void play_end(struct play *p)
{
    http1_free(&p->reader);
    buf_fini(&p->said);
}

static void play_write(struct play *p, enum http1_event event, struct slice body, const struct fault *why)
{
    const struct http1_head *h = http1_head(p->reader);
    switch (event) {
    case HTTP1_MORE:
        break;
    case HTTP1_HEAD:
        if (h->status)
            buf_printf(&p->said, "<%d>", h->status);
        else
            buf_printf(&p->said, "<%.*s %.*s>", SLICE_ARG(h->method), SLICE_ARG(h->target));
        break;
    case HTTP1_BODY:
        buf_add(&p->said, body);
        break;
    case HTTP1_END:
        buf_add_byte(&p->said, '.');
        p->messages++;
        break;
    case HTTP1_BAD:
        buf_printf(&p->said, "!%s", why->detail);
        p->is_refused = true;
        break;
    }
}

static void play_feed(struct play *p, struct slice input)
{
    enum http1_event event = HTTP1_HEAD;
    while (event != HTTP1_MORE && !p->is_refused) {
        size_t       used;
        struct slice body;
        struct fault why = { 0 };
        event = http1_read(p->reader, input, &used, &body, &why);
        assert(used <= input.len);
        assert(event != HTTP1_MORE || used == input.len);
        input = slice_cut(input, used, input.len);
        play_write(p, event, body, &why);
    }
}

static void play_eof(struct play *p)
{
    struct fault why = { 0 };
    if (!p->is_refused)
        play_write(p, http1_eof(p->reader, &why), slice_of(NULL, 0), &why);
}

#endif
