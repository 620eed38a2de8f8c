/*
 * http1_inside.h - what the parts of the HTTP/1.1 reader tell each other.
 *
 * http1.c drives: it cuts the head into lines and hands out events. http1_head.c judges the lines.
 * http1_chunks.c reads a chunked body. A part that refuses says what is wrong in words and http1.c adds where.
 */
#ifndef WEIR_WIRE_HTTP1_INSIDE_H
#define WEIR_WIRE_HTTP1_INSIDE_H

#include "wire/http1.h"

/* What the lines of a head have said that must be weighed against each other. */
struct http1_said {
    bool host;
    bool length;
    bool coding;     /* a Transfer-Encoding, of whatever kind */
    bool close;      /* Connection: close */
    bool keep_alive; /* Connection: keep-alive */
    bool no_headers; /* an HTTP/0.9 request: a header after it would be read by some and not by others */
};

/* A line comes without its CRLF and lives as long as the head. NULL where it is good, else what is wrong. */
const char *http1_request_line(struct http1_head *, struct http1_said *, struct slice line);
const char *http1_status_line(struct http1_head *, struct slice line);
const char *http1_header_line(struct http1_head *, struct http1_said *, enum http1_side, struct slice line);

/* The empty line came: are the headers together good? Settles keep_alive, for the bodyless and the counted. */
const char *http1_head_whole(struct http1_head *, const struct http1_said *);

/* The characters of a name (RFC 9110, 5.6.2: token), and of a value or reason (5.5: field-content). */
bool http1_is_token(unsigned char);
bool http1_is_field(unsigned char);

enum {
    HTTP1_SIZE_DIGITS_MOST = 15,  /* of one chunk's size: 2^60 bytes */
    HTTP1_EXTENSIONS_MOST = 4096, /* bytes of chunk extensions in one message */
    HTTP1_TRAILERS_MOST = 8192,   /* bytes of trailers in one message */
};

struct http1_chunks {
    int      at;   /* enum chunk_at in http1_chunks.c; 0 at the start */
    uint64_t left; /* bytes of this chunk still to come */
    uint32_t digits, extension_bytes, trailer_bytes;
};

enum http1_chunks_event { CHUNKS_MORE, CHUNKS_DATA, CHUNKS_END, CHUNKS_BAD };

/* Takes *used bytes; *body with CHUNKS_DATA, *wrong with CHUNKS_BAD, where *used is the odd byte's offset. */
enum http1_chunks_event http1_chunks_read(struct http1_chunks *, struct slice input, size_t *used,
                                          struct slice *body, const char **wrong);

#endif
