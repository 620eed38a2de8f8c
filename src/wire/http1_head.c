/*
 * http1_head.c - judges the lines of a head, one at a time, and then all of them together.
 *
 * Whatever is not plainly good is refused: a head that two readers could read differently is how a request is
 * smuggled past one of them (RFC 9112, 11.2).
 */
#include "http1_inside.h"

enum protocol { HTTP = 1, RTSP = 2, ICE = 4 };

/* Methods that are known, and the protocols in which they may stand. RTSP and ICE are framed as HTTP/1.0 is;
 * they are read so that a stranger hears "there is nothing at this path" and not that his bytes are malformed.
 */
static const struct {
    struct slice name;
    int          protocols;
} methods[] = {
    { SLICE("POST"), HTTP },         { SLICE("GET"), HTTP | RTSP },
    { SLICE("HEAD"), HTTP },         { SLICE("OPTIONS"), HTTP | RTSP },
    { SLICE("PUT"), HTTP },          { SLICE("DELETE"), HTTP },
    { SLICE("PATCH"), HTTP },        { SLICE("TRACE"), HTTP },
    { SLICE("QUERY"), HTTP },        { SLICE("ACL"), HTTP },
    { SLICE("ANNOUNCE"), RTSP },     { SLICE("BIND"), HTTP },
    { SLICE("CHECKOUT"), HTTP },     { SLICE("COPY"), HTTP },
    { SLICE("DESCRIBE"), RTSP },     { SLICE("LINK"), HTTP },
    { SLICE("LOCK"), HTTP },         { SLICE("M-SEARCH"), HTTP },
    { SLICE("MERGE"), HTTP },        { SLICE("MKACTIVITY"), HTTP },
    { SLICE("MKCALENDAR"), HTTP },   { SLICE("MKCOL"), HTTP },
    { SLICE("MOVE"), HTTP },         { SLICE("NOTIFY"), HTTP },
    { SLICE("PROPFIND"), HTTP },     { SLICE("PROPPATCH"), HTTP },
    { SLICE("PURGE"), HTTP },        { SLICE("REBIND"), HTTP },
    { SLICE("REPORT"), HTTP },       { SLICE("SEARCH"), HTTP },
    { SLICE("SOURCE"), HTTP | ICE }, { SLICE("SUBSCRIBE"), HTTP },
    { SLICE("UNBIND"), HTTP },       { SLICE("UNLINK"), HTTP },
    { SLICE("UNLOCK"), HTTP },       { SLICE("UNSUBSCRIBE"), HTTP },
};

static const struct {
    struct slice word;
    int          protocol, minor;
} versions[] = {
    { SLICE("HTTP/1.1"), HTTP, 1 },
    { SLICE("HTTP/1.0"), HTTP, 0 },
    { SLICE("RTSP/1.0"), RTSP, 0 },
    { SLICE("ICE/1.0"), ICE, 0 },
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

bool http1_is_token(unsigned char c)
{
    static const bool table[256] = {
        ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['!'] = true,  ['#'] = true,
        ['$'] = true,         ['%'] = true,         ['&'] = true,         ['\''] = true, ['*'] = true,
        ['+'] = true,         ['-'] = true,         ['.'] = true,         ['^'] = true,  ['_'] = true,
        ['`'] = true,         ['|'] = true,         ['~'] = true,
    };
    return table[c];
}

bool http1_is_field(unsigned char c)
{
    return (c >= 0x20 && c != 0x7F) || c == '\t';
}

static bool is_field_text(struct slice s)
{
    bool good = true;
    for (size_t i = 0; i < s.len; i++)
        good &= http1_is_field((unsigned char)s.ptr[i]);
    return good;
}

static struct slice trim_blanks(struct slice s)
{
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    for (; s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'); s.len--)
        s.ptr++;
    return s;
}

/* Cuts s at the first such byte; false where there is none. */
static bool split(struct slice s, char at, struct slice *before, struct slice *after)
{
    const char *found = s.len ? memchr(s.ptr, at, s.len) : NULL;
    *before = slice_of(s.ptr, found ? (size_t)(found - s.ptr) : s.len);
    *after = found ? slice_of(found + 1, s.len - before->len - 1) : slice_of(NULL, 0);
    return found != NULL;
}

/* The next element of a comma-separated list, trimmed; false when the list is at its end. */
static bool next_element(struct slice *list, struct slice *element)
{
    if (!list->ptr)
        return false;
    split(*list, ',', element, list);
    *element = trim_blanks(*element);
    return true;
}

static int protocols_of(struct slice method)
{
    for (size_t i = 0; i < COUNT(methods); i++)
        if (slice_eq(methods[i].name, method))
            return methods[i].protocols;
    return 0;
}

/* origin-form, absolute-form or "*" (RFC 9112, 3.2); authority-form belongs to CONNECT, which is not served. */
static const char *read_target(struct http1_head *h)
{
    struct slice t = h->target;
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.ptr[i] <= 0x20 || (unsigned char)t.ptr[i] >= 0x7F)
            return "the target holds an odd byte";

    struct slice rest;
    split(t, '#', &t, &rest);
    if (slice_starts(t, S("http://")) || slice_starts(t, S("https://"))) {
        t = slice_cut(t, slice_find(t, S("//")) + 2, t.len);
        size_t path = 0;
        while (path < t.len && t.ptr[path] != '/' && t.ptr[path] != '?')
            path++;
        if (path == 0)
            return "the target names no host";
        t = slice_cut(t, path, t.len);
    } else if (!slice_starts(t, S("/")) && !slice_is(t, "*")) {
        return "the target is no path";
    }
    split(t, '?', &h->path, &h->query);
    if (h->path.len == 0)
        h->path = S("/");
    return NULL;
}

const char *http1_request_line(struct http1_head *h, struct http1_said *said, struct slice line)
{
    struct slice rest, version;
    split(line, ' ', &h->method, &rest);
    int protocols = protocols_of(h->method);
    if (slice_is(h->method, "CONNECT"))
        return "CONNECT is not served";
    if (!protocols)
        return "the method is not known";

    /* "GET /path" and nothing more is HTTP/0.9. It is whole after this line to some readers and after an empty
     * line to others; while nothing but the empty line follows, both read the same. */
    if (!split(rest, ' ', &h->target, &version)) {
        if (!slice_is(h->method, "GET"))
            return "the request line has no version";
        said->no_headers = true;
        said->close = true;
        return read_target(h);
    }
    for (size_t i = 0; i < COUNT(versions); i++)
        if (slice_eq(versions[i].word, version) && (versions[i].protocol & protocols)) {
            h->minor_version = versions[i].minor;
            said->close = versions[i].protocol != HTTP;
            return read_target(h);
        }
    return "the version is not HTTP/1.0 or HTTP/1.1";
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *http1_status_line(struct http1_head *h, struct slice line)
{
    if (line.len < 12 || (!slice_starts(line, S("HTTP/1.1 ")) && !slice_starts(line, S("HTTP/1.0 "))))
        return "the status line does not begin with HTTP/1.0 or HTTP/1.1";
    h->minor_version = line.ptr[7] - '0';
    if (!is_digit(line.ptr[9]) || !is_digit(line.ptr[10]) || !is_digit(line.ptr[11]))
        return "the status is no number";
    h->status = (line.ptr[9] - '0') * 100 + (line.ptr[10] - '0') * 10 + (line.ptr[11] - '0');
    if (h->status < 100 || h->status > 599)
        return "the status is not between 100 and 599";
    if (h->status == 101)
        return "an upgrade that was not asked for";
    /* The blank behind the status is left out by some servers where there is no reason. */
    if (line.len > 12 && line.ptr[12] != ' ')
        return "the status is no number";
    return is_field_text(line) ? NULL : "the reason holds a control byte";
}

static const char *take_length(struct http1_head *h, struct http1_said *said, struct slice value)
{
    if (said->length)
        return "two Content-Length";
    said->length = true;
    if (value.len == 0 || !is_digit(value.ptr[0]) || !slice_to_i64(value, &h->content_length))
        return "the Content-Length is no number";
    return NULL;
}

/* The codings of all lines together must end in chunked and hold it once; the others are known ones. */
static const char *take_coding(struct http1_head *h, struct http1_said *said, struct slice value)
{
    said->coding = true;
    for (struct slice coding; next_element(&value, &coding);) {
        if (h->is_chunked)
            return "a transfer coding behind chunked";
        if (slice_is_nocase(coding, "chunked"))
            h->is_chunked = true;
        else if (slice_is_nocase(coding, "gzip") || slice_is_nocase(coding, "deflate") ||
                 slice_is_nocase(coding, "compress"))
            h->is_coded = true;
        else
            return "a transfer coding that is not known";
    }
    return NULL;
}

static const char *take_connection(struct http1_said *said, enum http1_side side, struct slice value)
{
    for (struct slice option; next_element(&value, &option);) {
        if (slice_is_nocase(option, "close"))
            said->close = true;
        else if (slice_is_nocase(option, "keep-alive"))
            said->keep_alive = true;
        else if (side == HTTP1_REQUESTS && slice_is_nocase(option, "upgrade"))
            return "upgrades are not served";
    }
    return NULL;
}

/* The headers that decide about the message itself; every other one is the caller's business. */
static const char *take_header(struct http1_head *h, struct http1_said *said, enum http1_side side,
                               const struct http1_header *header)
{
    struct slice name = header->name, value = header->value;
    switch (name.len) {
    case 4:
        if (side == HTTP1_REQUESTS && slice_is_nocase(name, "Host")) {
            if (said->host)
                return "two Host";
            said->host = true;
        }
        return NULL;
    case 6:
        if (side == HTTP1_REQUESTS && slice_is_nocase(name, "Expect"))
            h->expects_continue = h->minor_version == 1 && slice_is_nocase(value, "100-continue");
        return NULL;
    case 7:
        if (side == HTTP1_REQUESTS && slice_is_nocase(name, "Upgrade"))
            return "upgrades are not served";
        return NULL;
    case 10:
        return slice_is_nocase(name, "Connection") ? take_connection(said, side, value) : NULL;
    case 14:
        return slice_is_nocase(name, "Content-Length") ? take_length(h, said, value) : NULL;
    case 17:
        return slice_is_nocase(name, "Transfer-Encoding") ? take_coding(h, said, value) : NULL;
    default:
        return NULL;
    }
}

const char *http1_header_line(struct http1_head *h, struct http1_said *said, enum http1_side side,
                              struct slice line)
{
    if (said->no_headers)
        return "a header in an HTTP/0.9 request";
    if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
        return "a folded header";
    struct http1_header *header = &h->header[h->header_count];
    if (!split(line, ':', &header->name, &header->value))
        return "a header without a colon";
    if (header->name.len == 0)
        return "a header without a name";
    for (size_t i = 0; i < header->name.len; i++)
        if (!http1_is_token((unsigned char)header->name.ptr[i]))
            return "a header's name holds an odd byte";
    if (!is_field_text(header->value))
        return "a header's value holds a control byte";
    header->value = trim_blanks(header->value);
    h->header_count++;
    return take_header(h, said, side, header);
}

const char *http1_head_whole(struct http1_head *h, const struct http1_said *said)
{
    if (said->coding && said->length)
        return "both Content-Length and Transfer-Encoding";
    if (said->coding && !h->is_chunked)
        return "the last transfer coding is not chunked";
    if (said->coding && h->minor_version == 0)
        return "Transfer-Encoding in HTTP/1.0";
    h->keep_alive = !said->close && (h->minor_version == 1 || said->keep_alive);
    return NULL;
}

struct slice http1_header(const struct http1_head *h, const char *name)
{
    size_t len = strlen(name);
    for (unsigned i = 0; i < h->header_count; i++)
        if (h->header[i].name.len == len && slice_is_nocase(h->header[i].name, name))
            return h->header[i].value;
    return slice_of(NULL, 0);
}
