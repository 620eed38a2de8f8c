/*
 * http1.h - a strict HTTP/1.1 reader for requests and for answers (RFC 9110, RFC 9112). It does no I/O.
 *
 * Fed bytes cut anywhere, it says what it found and how much of the input that took. It refuses everything that
 * two readers could read differently: bare CR or LF, folded headers, blanks before a colon, both or several or
 * odd lengths, transfer codings other than a final chunked, control bytes, unknown methods, upgrades and
 * CONNECT, data after `Connection: close`. A line is judged as soon as it ends, not when the head does.
 *
 * Requests of the kind "GET /path" without a version (HTTP/0.9), RTSP/1.0 and ICE/1.0 are read as HTTP/1.0 that
 * closes: their framing is plain, and they deserve a plain answer.
 *
 * The head is kept in the reader (ceiling: head_most_bytes) and its slices live until the next message's first
 * byte is fed. Body slices point into the input. Use: http1_read() in a loop while it returns something other
 * than HTTP1_MORE, dropping `*used` bytes of the input each time; the END of a message may come with no input
 * left. Nothing is allocated after http1_new().
 */
#ifndef WEIR_WIRE_HTTP1_H
#define WEIR_WIRE_HTTP1_H

#include "base/buf.h"
#include "base/fault.h"

enum { HTTP1_HEADERS_MOST = 128 };

enum http1_side { HTTP1_REQUESTS, HTTP1_ANSWERS };

enum http1_event {
    HTTP1_MORE, /* all input is taken; feed more */
    HTTP1_HEAD, /* the head is whole: see http1_head() */
    HTTP1_BODY, /* *body holds some bytes of the body */
    HTTP1_END,  /* the message is whole; the next byte begins another */
    HTTP1_BAD,  /* refused; `why` says what and at which byte of the message. The reader takes nothing more. */
};

struct http1_header {
    struct slice name, value; /* the value without blanks at its ends */
};

struct http1_head {
    struct slice method;         /* requests */
    struct slice target;         /* requests: as sent */
    struct slice path, query;    /* requests: of the target, the query without "?"; the fragment is dropped */
    int          status;         /* answers: 200..599; 1xx answers are read and passed over */
    int          minor_version;  /* 0 or 1 */
    int64_t      content_length; /* bytes, or -1 */
    bool         is_chunked;
    bool         is_coded;         /* gzip, deflate or compress below chunked: the body is not what was meant */
    bool         keep_alive;       /* may the connection carry another message after this one? */
    bool         expects_continue; /* requests: "Expect: 100-continue" */
    unsigned     header_count;
    struct http1_header header[HTTP1_HEADERS_MOST];
};

struct http1; /* one connection's reader, one direction */

struct http1 *http1_new(enum http1_side, size_t head_most_bytes);
void          http1_free(struct http1 **);

/* Takes *used bytes of the input. *body is set with HTTP1_BODY; why with HTTP1_BAD (BAD_HTTP, HEAD_TOO_LARGE).
 */
enum http1_event http1_read(struct http1 *, struct slice input, size_t *used, struct slice *body,
                            struct fault *why);

/* The other side closed. HTTP1_END where a body was delimited by that, HTTP1_MORE between messages, else
 * HTTP1_BAD. */
enum http1_event http1_eof(struct http1 *, struct fault *why);

const struct http1_head *http1_head(const struct http1 *);

/* Has any byte of an unfinished message been taken? A connection in between messages may be closed or reused.
 */
bool http1_is_between(const struct http1 *);

/* The value of the first header so named (any case), or an empty slice with NULL ptr. */
struct slice http1_header(const struct http1_head *, const char *name);

#endif
