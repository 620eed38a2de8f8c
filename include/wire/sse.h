/*
 * sse.h - server-sent events (WHATWG HTML, 9.2), cut anywhere.
 *
 * LF, CRLF or CR end a line; data: with and without a space; several data: lines of one event are joined by LF;
 * comments; a BOM at the start is passed over. An event unfinished at the end of input is dropped, as browsers
 * and SDKs do. The raw bytes come along, so that who changes nothing sends on exactly what came.
 */
#ifndef WEIR_WIRE_SSE_H
#define WEIR_WIRE_SSE_H

#include "base/buf.h"

struct sse_event {
    struct slice raw;      /* as received, its blank line included; all raws together are the stream */
    struct slice event;    /* the event: field, "" where absent */
    struct slice data;     /* the data: lines joined by LF */
    bool         has_data; /* false for an event of comments or other fields alone */
};

enum sse_result { SSE_MORE, SSE_EVENT, SSE_TOO_LONG };

struct sse; /* one stream's reader */

struct sse *sse_new(size_t event_most_bytes);
void        sse_free(struct sse **);

/* Takes *used bytes of input; call again with the rest after SSE_EVENT. The event's slices live until the next
 * call. After SSE_TOO_LONG the reader takes nothing more. */
enum sse_result sse_read(struct sse *, struct slice input, size_t *used, struct sse_event *out);

/* Writes "data: " lines for the (one-line or many-line) data and the blank line. */
void sse_add_data(struct buf *out, struct slice data);

#endif
