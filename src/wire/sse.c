/*
 * sse.c - see wire/sse.h.
 *
 * The bytes of an event gather in `raw`; each line is read as it ends. Which line ending a stream uses is not
 * known beforehand, and a CR may be the first half of a CRLF whose LF has not come yet. Where the empty line
 * ends in CR, the line before it decides: after a lone CR the event ends there, so that a stream of lone CRs is
 * never held up; else the LF is waited for, so that it stays with its event. Cut anywhere, the same events come
 * out.
 */
#include "wire/sse.h"

#include "base/die.h"

#include <stdlib.h>

enum ending { ENDS_IN_LF, ENDS_IN_CRLF, ENDS_IN_CR };

/* A part of raw, which moves while it grows. */
struct span {
    size_t at, len;
};

struct sse {
    struct buf  raw;         /* the event so far */
    struct buf  joined;      /* its data, where that is of several lines */
    struct span event;       /* the last event: field's value */
    struct span data;        /* the first data: line's value */
    unsigned    data_lines;  /* # */
    size_t      line;        /* where the unfinished line begins */
    enum ending ending;      /* of the last line */
    bool        is_after_cr; /* a LF now belongs to the line before */
    bool        is_ending;   /* the empty line came, but perhaps not its LF */
    bool        has_begun;   /* the stream's first line is over: no BOM any more */
    bool        is_told;     /* the event was handed out: its bytes go with the next call */
};

struct sse *sse_new(size_t event_most_bytes)
{
    struct sse *s = must_calloc(1, sizeof *s);
    buf_init(&s->raw, event_most_bytes);
    buf_init(&s->joined, event_most_bytes);
    return s;
}

void sse_free(struct sse **handle)
{
    struct sse *s = *handle;
    *handle = NULL;
    if (!s)
        return;
    buf_fini(&s->raw);
    buf_fini(&s->joined);
    free(s);
}

static void forget(struct sse *s)
{
    buf_reset(&s->raw);
    buf_reset(&s->joined);
    s->event = s->data = (struct span){ 0 };
    s->data_lines = 0;
    s->line = 0;
    s->is_told = false;
}

static struct slice part(const struct sse *s, struct span span)
{
    return slice_of(s->raw.ptr + span.at, span.len);
}

static void add_data(struct sse *s, struct span value)
{
    if (s->data_lines++ == 0) {
        s->data = value;
        return;
    }
    if (s->data_lines == 2)
        buf_add(&s->joined, part(s, s->data));
    buf_add_byte(&s->joined, '\n');
    buf_add(&s->joined, part(s, value));
}

static void read_field(struct sse *s, struct span line)
{
    size_t      colon = slice_find_byte(part(s, line), ':');
    struct span name = { line.at, colon == SLICE_NONE ? line.len : colon };
    struct span value = { line.at + line.len, 0 };
    if (colon != SLICE_NONE) {
        value = (struct span){ line.at + colon + 1, line.len - colon - 1 };
        if (value.len && s->raw.ptr[value.at] == ' ') {
            value.at++;
            value.len--;
        }
    }
    if (slice_is(part(s, name), "data"))
        add_data(s, value);
    else if (slice_is(part(s, name), "event"))
        s->event = value;
}

/* A line ended with the byte just added. Is the event whole? */
static bool end_line(struct sse *s, char byte)
{
    struct span line = { s->line, s->raw.len - s->line - 1 };
    if (!s->has_begun && slice_starts(part(s, line), S("\xEF\xBB\xBF"))) {
        line.at += 3;
        line.len -= 3;
    }
    s->has_begun = true;
    s->line = s->raw.len;
    s->is_after_cr = byte == '\r';
    bool waits = byte == '\r' && s->ending != ENDS_IN_CR;
    s->ending = byte == '\r' ? ENDS_IN_CR : ENDS_IN_LF;
    if (line.len) {
        read_field(s, line);
        return false;
    }
    s->is_ending = waits;
    return !waits;
}

/* The LF behind a CR. */
static bool end_crlf(struct sse *s)
{
    s->line = s->raw.len;
    s->is_after_cr = false;
    s->ending = ENDS_IN_CRLF;
    return s->is_ending;
}

static enum sse_result tell(struct sse *s, struct sse_event *out)
{
    s->is_ending = false;
    s->is_told = true;
    *out = (struct sse_event){
        .raw = buf_slice(&s->raw),
        .event = part(s, s->event),
        .data = s->data_lines > 1 ? buf_slice(&s->joined) : part(s, s->data),
        .has_data = s->data_lines > 0,
    };
    return SSE_EVENT;
}

static size_t plain_length(struct slice s)
{
    size_t len = 0;
    while (len < s.len && s.ptr[len] != '\n' && s.ptr[len] != '\r')
        len++;
    return len;
}

enum sse_result sse_read(struct sse *s, struct slice input, size_t *used, struct sse_event *out)
{
    *used = 0;
    if (s->is_told)
        forget(s);
    while (*used < input.len && !s->raw.full) {
        struct slice rest = slice_of(input.ptr + *used, input.len - *used);
        char         byte = rest.ptr[0];
        bool         is_crlf = s->is_after_cr && byte == '\n';
        if (s->is_ending && !is_crlf)
            return tell(s, out); /* this byte begins the next event */
        s->is_after_cr = false;

        size_t take = plain_length(rest);
        bool   is_line = take == 0;
        buf_add(&s->raw, slice_of(rest.ptr, is_line ? 1 : take));
        if (s->raw.full)
            break;
        *used += is_line ? 1 : take;
        if (is_line && (is_crlf ? end_crlf(s) : end_line(s, byte)))
            return tell(s, out);
    }
    return s->raw.full ? SSE_TOO_LONG : SSE_MORE;
}

void sse_add_data(struct buf *out, struct slice data)
{
    bool is_last = false;
    while (!is_last) {
        size_t len = plain_length(data);
        buf_add_str(out, "data: ");
        buf_add(out, slice_cut(data, 0, len));
        buf_add_byte(out, '\n');
        is_last = len == data.len;
        bool is_crlf = slice_starts(slice_cut(data, len, data.len), S("\r\n"));
        data = slice_cut(data, len + (is_crlf ? 2 : 1), data.len);
    }
    buf_add_byte(out, '\n');
}
