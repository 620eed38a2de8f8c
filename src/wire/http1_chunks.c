/*
 * http1_chunks.c - a chunked body (RFC 9112, 7.1), byte by byte but for the data.
 *
 *     size [;name[=value|="quoted"]]... CRLF data CRLF   ...   0 CRLF [name: value CRLF]... CRLF
 *
 * No blanks are let through beside the size: readers differ on them. Extensions and trailers are checked,
 * bounded and dropped; a trailer that became a header would be a way round whoever judged the headers.
 */
#include "http1_inside.h"

#include "base/hex.h"

enum chunk_at {
    AT_SIZE,
    AT_EXTENSION, /* the first byte of a name */
    AT_EXTENSION_NAME,
    AT_EXTENSION_VALUE, /* the first byte of a value */
    AT_EXTENSION_TOKEN,
    AT_EXTENSION_QUOTED,
    AT_EXTENSION_ESCAPED,
    AT_EXTENSION_UNQUOTED, /* behind the closing quote */
    AT_SIZE_LF,
    AT_DATA,
    AT_DATA_CR,
    AT_DATA_LF,
    AT_TRAILER, /* the first byte of a line */
    AT_TRAILER_NAME,
    AT_TRAILER_VALUE,
    AT_TRAILER_LF,
    AT_LAST_LF,
    AT_END,
};

static const char *step_size(struct http1_chunks *c, unsigned char byte)
{
    int digit = hex_digit((char)byte);
    if (digit >= 0) {
        if (++c->digits > HTTP1_SIZE_DIGITS_MOST)
            return "a chunk size is too long";
        c->left = c->left << 4 | (unsigned)digit;
        return NULL;
    }
    if (c->digits == 0 || (byte != ';' && byte != '\r'))
        return "a chunk size is not a hexadecimal number";
    c->at = byte == ';' ? AT_EXTENSION : AT_SIZE_LF;
    return NULL;
}

/* What may follow a whole extension: another one, or the line's end. */
static const char *step_extension_over(struct http1_chunks *c, unsigned char byte)
{
    if (byte != ';' && byte != '\r')
        return "a chunk extension is malformed";
    c->at = byte == ';' ? AT_EXTENSION : AT_SIZE_LF;
    return NULL;
}

static const char *step_extension(struct http1_chunks *c, unsigned char byte)
{
    if (++c->extension_bytes > HTTP1_EXTENSIONS_MOST)
        return "the chunk extensions are too long";
    switch (c->at) {
    case AT_EXTENSION:
    case AT_EXTENSION_VALUE:
        if (byte == '"' && c->at == AT_EXTENSION_VALUE) {
            c->at = AT_EXTENSION_QUOTED;
            return NULL;
        }
        if (!http1_is_token(byte))
            return "a chunk extension is malformed";
        c->at = c->at == AT_EXTENSION ? AT_EXTENSION_NAME : AT_EXTENSION_TOKEN;
        return NULL;
    case AT_EXTENSION_NAME:
        if (byte == '=') {
            c->at = AT_EXTENSION_VALUE;
            return NULL;
        }
        return http1_is_token(byte) ? NULL : step_extension_over(c, byte);
    case AT_EXTENSION_TOKEN:
        return http1_is_token(byte) ? NULL : step_extension_over(c, byte);
    case AT_EXTENSION_QUOTED:
        if (byte == '"')
            c->at = AT_EXTENSION_UNQUOTED;
        else if (byte == '\\')
            c->at = AT_EXTENSION_ESCAPED;
        return http1_is_field(byte) ? NULL : "a chunk extension's quotes are not closed";
    case AT_EXTENSION_ESCAPED:
        c->at = AT_EXTENSION_QUOTED;
        return http1_is_field(byte) ? NULL : "a chunk extension's quotes are not closed";
    default: /* AT_EXTENSION_UNQUOTED */
        return step_extension_over(c, byte);
    }
}

static const char *step_trailer(struct http1_chunks *c, unsigned char byte)
{
    if (++c->trailer_bytes > HTTP1_TRAILERS_MOST)
        return "the trailers are too long";
    switch (c->at) {
    case AT_TRAILER:
        if (byte == '\r') {
            c->at = AT_LAST_LF;
            return NULL;
        }
        c->at = AT_TRAILER_NAME;
        return http1_is_token(byte) ? NULL : "a trailer has no name";
    case AT_TRAILER_NAME:
        if (byte == ':') {
            c->at = AT_TRAILER_VALUE;
            return NULL;
        }
        return http1_is_token(byte) ? NULL : "a trailer's name holds an odd byte";
    default: /* AT_TRAILER_VALUE */
        if (byte == '\r') {
            c->at = AT_TRAILER_LF;
            return NULL;
        }
        return http1_is_field(byte) ? NULL : "a trailer holds a control byte";
    }
}

static const char *step_line_feed(struct http1_chunks *c, unsigned char byte)
{
    if (byte != '\n')
        return "a CR without LF in a chunked body";
    if (c->at == AT_LAST_LF)
        c->at = AT_END;
    else if (c->at == AT_TRAILER_LF)
        c->at = AT_TRAILER;
    else if (c->at == AT_DATA_LF)
        *c = (struct http1_chunks){ .extension_bytes = c->extension_bytes };
    else
        c->at = c->left ? AT_DATA : AT_TRAILER;
    return NULL;
}

static const char *step(struct http1_chunks *c, unsigned char byte)
{
    switch ((enum chunk_at)c->at) {
    case AT_SIZE:
        return step_size(c, byte);
    case AT_EXTENSION:
    case AT_EXTENSION_NAME:
    case AT_EXTENSION_VALUE:
    case AT_EXTENSION_TOKEN:
    case AT_EXTENSION_QUOTED:
    case AT_EXTENSION_ESCAPED:
    case AT_EXTENSION_UNQUOTED:
        return step_extension(c, byte);
    case AT_DATA_CR:
        c->at = AT_DATA_LF;
        return byte == '\r' ? NULL : "a chunk is longer than its size";
    case AT_TRAILER:
    case AT_TRAILER_NAME:
    case AT_TRAILER_VALUE:
        return step_trailer(c, byte);
    case AT_SIZE_LF:
    case AT_DATA_LF:
    case AT_TRAILER_LF:
    case AT_LAST_LF:
        return step_line_feed(c, byte);
    case AT_DATA:
    case AT_END:
        break;
    }
    return NULL;
}

enum http1_chunks_event http1_chunks_read(struct http1_chunks *c, struct slice input, size_t *used,
                                          struct slice *body, const char **wrong)
{
    size_t at = 0;
    for (; at < input.len && c->at != AT_DATA && c->at != AT_END; at++) {
        *wrong = step(c, (unsigned char)input.ptr[at]);
        if (*wrong) {
            *used = at;
            return CHUNKS_BAD;
        }
    }
    *used = at;
    if (c->at == AT_END)
        return CHUNKS_END;
    if (c->at != AT_DATA || at == input.len)
        return CHUNKS_MORE;

    struct slice rest = slice_cut(input, at, input.len);
    *body = slice_cut(rest, 0, c->left < rest.len ? (size_t)c->left : rest.len);
    *used += body->len;
    c->left -= body->len;
    if (c->left == 0)
        c->at = AT_DATA_CR;
    return CHUNKS_DATA;
}
