/*
 * http1.c - drives the reader: cuts heads into lines, hands out bodies, tells where a message ends.
 *
 * The head's bytes are copied into the reader's own room, whose size is its ceiling, so a head may come in any
 * pieces and no slice of it ever moves. A page of that room that no head has reached was never touched and
 * costs no memory. Bodies are not copied.
 */
#include "http1_inside.h"

#include "base/die.h"
#include "base/wipe.h"

#include <stdlib.h>

enum {
    EMPTY_LINES_MOST = 4, /* before a request; RFC 9112, 2.2 asks for one */
    INTERIM_MOST = 16,    /* 1xx answers before one that counts */
};

enum phase {
    BETWEEN, /* no byte of a message yet */
    IN_HEAD,
    IN_COUNTED, /* a body of body_left bytes */
    IN_CHUNKS,
    IN_UNTIL_CLOSE,
    WHOLE, /* the message's end is still to be told */
    SHUT,  /* behind a message that closes the connection */
    BROKEN,
};

struct http1 {
    enum http1_side     side;
    enum phase          phase;
    unsigned            empty_line_bytes; /* CR and LF passed over since the last message */
    unsigned            interims;         /* # of 1xx passed over since the last message */
    uint64_t            body_left;        /* bytes */
    uint64_t            body_taken;       /* bytes of the message behind its head, framing included */
    struct http1_chunks chunks;
    struct http1_said   said;
    size_t              head_most; /* bytes */
    size_t              filled;    /* bytes of the head so far */
    size_t              line;      /* where its unfinished line begins */
    struct http1_head   head;
    char                bytes[]; /* the head as it came, head_most of them */
};

struct http1 *http1_new(enum http1_side side, size_t head_most_bytes)
{
    /* Not zeroed: see above. */
    struct http1 *r = die_if_null(malloc(sizeof *r + head_most_bytes));
    memset(r, 0, offsetof(struct http1, head));
    memset(&r->head, 0, offsetof(struct http1_head, header));
    r->side = side;
    r->head_most = head_most_bytes;
    return r;
}

void http1_free(struct http1 **handle)
{
    if (*handle)
        free_wiped(*handle, sizeof **handle + (*handle)->filled); /* a head may hold a key */
    *handle = NULL;
}

const struct http1_head *http1_head(const struct http1 *r)
{
    return &r->head;
}

bool http1_is_between(const struct http1 *r)
{
    return r->phase == BETWEEN || r->phase == SHUT;
}

static enum http1_event refuse(struct http1 *r, struct fault *why, enum fault_kind kind, const char *wrong,
                               uint64_t at)
{
    r->phase = BROKEN;
    fault_set(why, kind, "%s, at byte %llu", wrong, (unsigned long long)at);
    return HTTP1_BAD;
}

static enum http1_event bad(struct http1 *r, struct fault *why, const char *wrong, uint64_t at)
{
    return refuse(r, why, FAULT_BAD_HTTP, wrong, at);
}

static void begin_head(struct http1 *r)
{
    memset(&r->head, 0, offsetof(struct http1_head, header));
    r->head.content_length = -1;
    r->said = (struct http1_said){ 0 };
    explicit_bzero(r->bytes, r->filled);
    r->filled = r->line = 0;
    r->body_taken = 0;
    r->empty_line_bytes = 0;
    r->phase = IN_HEAD;
}

static bool has_no_body(const struct http1 *r)
{
    const struct http1_head *h = &r->head;
    if (r->side == HTTP1_REQUESTS)
        return h->content_length <= 0 && !h->is_chunked;
    return h->status == 204 || h->status == 304 || h->content_length == 0;
}

/* The empty line behind the headers came (RFC 9112, 6.3: how long is the body?). */
static enum http1_event end_head(struct http1 *r, struct fault *why)
{
    struct http1_head *h = &r->head;
    const char        *wrong = http1_head_whole(h, &r->said);
    if (wrong)
        return bad(r, why, wrong, r->line);
    if (r->side == HTTP1_ANSWERS && h->status < 200) {
        if (++r->interims > INTERIM_MOST)
            return bad(r, why, "too many 1xx answers", r->line);
        begin_head(r);
        return HTTP1_MORE;
    }
    if (has_no_body(r)) {
        r->phase = WHOLE;
    } else if (h->is_chunked) {
        r->chunks = (struct http1_chunks){ 0 };
        r->phase = IN_CHUNKS;
    } else if (h->content_length > 0) {
        r->body_left = (uint64_t)h->content_length;
        r->phase = IN_COUNTED;
    } else {
        h->keep_alive = false;
        r->phase = IN_UNTIL_CLOSE;
    }
    r->interims = 0;
    return HTTP1_HEAD;
}

/* A line of the head has ended. HTTP1_MORE while the head goes on. */
static enum http1_event end_line(struct http1 *r, struct fault *why)
{
    struct slice line = slice_of(r->bytes + r->line, r->filled - r->line - 1);
    if (line.len == 0 || line.ptr[line.len - 1] != '\r')
        return bad(r, why, "a LF without CR", r->filled - 1);
    line.len--;

    const char *wrong;
    if (r->line == 0)
        wrong = r->side == HTTP1_REQUESTS ? http1_request_line(&r->head, &r->said, line)
                                          : http1_status_line(&r->head, line);
    else if (line.len == 0)
        return end_head(r, why);
    else if (r->head.header_count == HTTP1_HEADERS_MOST)
        return refuse(r, why, FAULT_HEAD_TOO_LARGE, "too many headers", r->line);
    else
        wrong = http1_header_line(&r->head, &r->said, r->side, line);
    if (wrong)
        return bad(r, why, wrong, r->line);
    r->line = r->filled;
    return HTTP1_MORE;
}

static enum http1_event read_head(struct http1 *r, struct slice input, size_t *used, struct fault *why)
{
    while (*used < input.len) {
        struct slice rest = slice_of(input.ptr + *used, input.len - *used);
        size_t       feed = slice_find_byte(rest, '\n');
        size_t       take = feed == SLICE_NONE ? rest.len : feed + 1;
        if (take > r->head_most - r->filled)
            return refuse(r, why, FAULT_HEAD_TOO_LARGE, "the head is too long", r->head_most);
        memcpy(r->bytes + r->filled, rest.ptr, take);
        r->filled += take;
        *used += take;
        if (feed == SLICE_NONE)
            break;
        enum http1_event event = end_line(r, why);
        if (event != HTTP1_MORE)
            return event;
    }
    return HTTP1_MORE;
}

/* Empty lines before a request are passed over, as clients of old send one behind a body (RFC 9112, 2.2). */
static enum http1_event read_between(struct http1 *r, struct slice input, size_t *used, struct fault *why)
{
    for (; *used < input.len; ++*used) {
        char byte = input.ptr[*used];
        bool wants_feed = r->empty_line_bytes % 2 == 1;
        bool is_empty_line = r->side == HTTP1_REQUESTS && byte == (wants_feed ? '\n' : '\r');
        if (is_empty_line && r->empty_line_bytes < 2 * EMPTY_LINES_MOST) {
            r->empty_line_bytes++;
            continue;
        }
        if (is_empty_line)
            return bad(r, why, "too many empty lines before a message", 0);
        if (wants_feed)
            return bad(r, why, "a CR without LF", 0);
        if (r->phase == SHUT)
            return bad(r, why, "data behind a message that closes the connection", 0);
        begin_head(r);
        return read_head(r, input, used, why);
    }
    return HTTP1_MORE;
}

static enum http1_event read_chunks(struct http1 *r, struct slice input, size_t *used, struct slice *body,
                                    struct fault *why)
{
    const char             *wrong = NULL;
    enum http1_chunks_event event = http1_chunks_read(&r->chunks, input, used, body, &wrong);
    r->body_taken += *used;
    switch (event) {
    case CHUNKS_MORE:
        return HTTP1_MORE;
    case CHUNKS_DATA:
        return HTTP1_BODY;
    case CHUNKS_BAD:
        return bad(r, why, wrong, r->filled + r->body_taken);
    case CHUNKS_END:
        break;
    }
    r->phase = WHOLE;
    return HTTP1_END;
}

static enum http1_event tell_end(struct http1 *r)
{
    r->phase = r->head.keep_alive ? BETWEEN : SHUT;
    return HTTP1_END;
}

enum http1_event http1_read(struct http1 *r, struct slice input, size_t *used, struct slice *body,
                            struct fault *why)
{
    *used = 0;
    *body = slice_of(NULL, 0);
    switch (r->phase) {
    case BETWEEN:
    case SHUT:
        return read_between(r, input, used, why);
    case IN_HEAD:
        return read_head(r, input, used, why);
    case IN_COUNTED:
        *body = slice_cut(input, 0, r->body_left < input.len ? (size_t)r->body_left : input.len);
        *used = body->len;
        r->body_taken += body->len;
        r->body_left -= body->len;
        if (r->body_left == 0)
            r->phase = WHOLE;
        return body->len ? HTTP1_BODY : HTTP1_MORE;
    case IN_CHUNKS: {
        enum http1_event event = read_chunks(r, input, used, body, why);
        return event == HTTP1_END ? tell_end(r) : event;
    }
    case IN_UNTIL_CLOSE:
        *body = input;
        *used = input.len;
        r->body_taken += input.len;
        return body->len ? HTTP1_BODY : HTTP1_MORE;
    case WHOLE:
        return tell_end(r);
    case BROKEN:
        break;
    }
    return bad(r, why, "the message before was refused", 0);
}

enum http1_event http1_eof(struct http1 *r, struct fault *why)
{
    switch (r->phase) {
    case BETWEEN:
    case SHUT:
        r->phase = SHUT;
        return HTTP1_MORE;
    case IN_UNTIL_CLOSE:
    case WHOLE:
        r->phase = SHUT;
        return HTTP1_END;
    case IN_HEAD:
        return bad(r, why, "the connection closed within the head", r->filled);
    case IN_COUNTED:
    case IN_CHUNKS:
        return bad(r, why, "the connection closed within the body", r->filled + r->body_taken);
    case BROKEN:
        break;
    }
    return bad(r, why, "the message before was refused", 0);
}
