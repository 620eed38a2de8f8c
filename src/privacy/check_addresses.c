/*
 * check_addresses.c - e-mail, web and IP addresses.
 */
#include "checks.h"

/* --- e-mail ----------------------------------------------------------------------------------------------- */

/* RFC 5321 4.5.3.1. */
enum { LOCAL_MOST_BYTES = 64, DOMAIN_MOST_BYTES = 253, LABEL_MOST_BYTES = 63, WEB_MOST_BYTES = 2048 };

/*
 * Letters of two bytes (Latin with accents, Greek, Cyrillic) may stand in an address. Those of three (Chinese,
 * Japanese, Korean) are written without spaces, so they are rather the sentence around it.
 */
static bool is_two_byte_letter(struct slice text, size_t at)
{
    unsigned char lead = (unsigned char)byte_at(text, at), tail = (unsigned char)byte_at(text, at + 1);
    return lead >= 0xC3 && lead <= 0xD4 && (tail & 0xC0) == 0x80;
}

static bool is_local(char c)
{
    return is_alnum(c) || is_one_of(c, "._%+-'");
}

static size_t hex_run(struct slice text, size_t at)
{
    size_t from = at;
    while (is_digit(byte_at(text, at)) || (lower(byte_at(text, at)) >= 'a' && lower(byte_at(text, at)) <= 'f'))
        at++;
    return at - from;
}

/* How many bytes from `at` belong to an escape whose "\" stands before: "\n", "\u00fc". In JSON inside a text
 * an escape must not be cut in two. */
static size_t escape_tail(struct slice text, size_t at)
{
    if (byte_at(text, at - 1) != '\\')
        return 0;
    if (byte_at(text, at) == 'u' && hex_run(text, at + 1) >= 4)
        return 5;
    return is_one_of(byte_at(text, at), "nrtbf");
}

/* From the "@" at `at` to the left. RFC 5321 allows more in a local part than is ever seen; "=" and "/" are
 * rather what stands before it. */
static size_t local_start(struct slice text, size_t at)
{
    size_t start = at;
    while (start > 0 && at - start < LOCAL_MOST_BYTES) {
        if (is_local(text.ptr[start - 1]))
            start--;
        else if (start > 1 && is_two_byte_letter(text, start - 2))
            start -= 2;
        else
            break;
    }
    start += escape_tail(text, start);
    while (start < at && is_one_of(text.ptr[start], ".'-%+"))
        start++;
    return start;
}

/* Where the domain that begins at `at` ends, and its last label begins; 0 when there is no dot in it. */
static size_t domain_end(struct slice text, size_t at, size_t *last_label)
{
    size_t label = at, end = 0;
    for (;;) {
        size_t next = label;
        while (next - label <= LABEL_MOST_BYTES) {
            if (is_alnum(byte_at(text, next)) || byte_at(text, next) == '-')
                next++;
            else if (is_two_byte_letter(text, next))
                next += 2;
            else
                break;
        }
        while (next > label && text.ptr[next - 1] == '-')
            next--;
        bool is_bad = next == label || text.ptr[label] == '-' || next - label > LABEL_MOST_BYTES;
        if (is_bad || next - at > DOMAIN_MOST_BYTES)
            return end;
        if (label > at) {
            end = next;
            *last_label = label;
        }
        if (byte_at(text, next) != '.')
            return end;
        label = next + 1;
    }
}

/* The "password@host" of a URL: "//user:" stands before. */
static bool is_url_password(struct slice text, size_t start)
{
    if (byte_at(text, start - 1) != ':')
        return false;
    size_t at = start - 1;
    while (at > 0 && start - at < LOCAL_MOST_BYTES && !is_one_of(text.ptr[at - 1], " \t\r\n\"'/@"))
        at--;
    return byte_at(text, at - 1) == '/' && byte_at(text, at - 2) == '/';
}

static bool is_top_level(struct slice label)
{
    static const char *const file_types[] = { "png",  "jpg", "jpeg", "gif", "svg",
                                              "webp", "ico", "css",  "js",  "ts" };
    for (size_t i = 0; i < sizeof file_types / sizeof file_types[0]; i++)
        if (slice_is_nocase(label, file_types[i]))
            return false; /* logo@2x.png */
    for (size_t i = 0; i < label.len; i++)
        if (is_digit(label.ptr[i]) && !slice_starts(label, S("xn--")))
            return false;
    return label.len >= 2;
}

float check_email(struct slice text, struct place *p)
{
    size_t at = p->end - 2; /* the pattern ends one byte after the "@" */
    size_t last_label = 0;
    p->start = local_start(text, at);
    p->end = domain_end(text, at + 1, &last_label);
    if (p->start == at || !p->end || is_url_password(text, p->start) ||
        !is_top_level(slice_of(text.ptr + last_label, p->end - last_label)))
        return 0;
    /* git@github.com: is where a repository is, not who someone is. */
    return !slice_is(slice_of(text.ptr + p->start, at - p->start), "git");
}

/* --- web ----------------------------------------------------------------------------------------------------
 */

/* What ends a sentence, or what an address was put between, is not of it. */
static size_t web_end(struct slice text, size_t at)
{
    size_t end = at;
    while (end < text.len && end - at < WEB_MOST_BYTES && (unsigned char)text.ptr[end] > ' ' &&
           !is_one_of(text.ptr[end], "<>\"`|{}\\^"))
        end++;
    while (end > at && is_one_of(text.ptr[end - 1], ".,;:!?')]*_"))
        end--;
    return end;
}

/* https://www.example.org/a or www.example.org; a host needs a dot, so localhost is nobody's, and one of
 * numbers or behind a user is another kind's. */
float check_web(struct slice text, struct place *p)
{
    size_t slashes = slice_find(slice_cut(text, p->start, p->end), S("//"));
    size_t host = slashes == SLICE_NONE ? p->start : p->start + slashes + 2;
    p->end = web_end(text, p->end - 1);
    size_t host_end = host;
    while (host_end < p->end && !is_one_of(text.ptr[host_end], "/?#:"))
        host_end++;
    size_t dot = slice_find_byte(slice_cut(text, host, host_end), '.');
    return dot != SLICE_NONE && dot > 0 && host + dot + 2 < host_end && is_letter(text.ptr[host_end - 1]) &&
           slice_find_byte(slice_cut(text, host, host_end), '@') == SLICE_NONE;
}

/* --- IP --------------------------------------------------------------------------------------------------- */

/* Reads d.d.d.d from `at`; where it ends, or 0. */
static size_t read_ipv4(struct slice text, size_t at, unsigned octets[4])
{
    for (int i = 0; i < 4; i++) {
        size_t from = at;
        octets[i] = 0;
        while (is_digit(byte_at(text, at)) && at - from < 3)
            octets[i] = octets[i] * 10 + (unsigned)(text.ptr[at++] - '0');
        if (at == from || octets[i] > 255 || (at - from > 1 && text.ptr[from] == '0'))
            return 0;
        if (i < 3 && byte_at(text, at++) != '.')
            return 0;
    }
    return at;
}

/* "/24" or ":8080", which neither versions nor chapters have. */
static bool has_mask_or_port(struct slice text, size_t end)
{
    return is_one_of(byte_at(text, end), "/:") && is_digit(byte_at(text, end + 1));
}

/*
 * Four small numbers are as likely a version or a chapter (1.2.3.4), and what begins with 1 or 2 an object
 * identifier (2.5.29.14), so they need an address's words. Of five
 * numbers the fifth may be a port, as tcpdump writes it (192.168.1.1.443), unless it all begins as small as
 * versions and object identifiers do.
 */
float check_ipv4(struct slice text, struct place *p)
{
    unsigned o[4];
    p->start = after_edge(text, p->start);
    p->end = read_ipv4(text, p->start, o);
    if (!p->end || !stands_free(text, *p))
        return 0;
    if (byte_at(text, p->start - 1) == '.' && is_alnum(byte_at(text, p->start - 2)))
        return 0;
    if (byte_at(text, p->end) == '.' && is_digit(byte_at(text, p->end + 1))) {
        size_t port_end = p->end + 1;
        while (is_digit(byte_at(text, port_end)) && port_end - p->end <= 6)
            port_end++;
        if (o[0] < 10 || is_alnum(byte_at(text, port_end)) ||
            (byte_at(text, port_end) == '.' && is_digit(byte_at(text, port_end + 1))))
            return 0;
    }
    bool is_any = (o[0] | o[1] | o[2] | o[3]) == 0;
    bool is_small = o[0] <= 2 || (o[0] < 10 && o[1] < 20 && o[2] < 20 && o[3] < 20);
    return is_small && !is_any && !has_mask_or_port(text, p->end) ? 0.4F : 1;
}

/* The longest way to write one: six groups and an IPv4 address. */
enum { IPV6_MOST_BYTES = 45 };

/* RFC 4291, 2.2: eight groups of up to four hex digits, "::" for some of them once, an IPv4 address for two at
 * the end. */
static bool is_ipv6(struct slice s)
{
    unsigned groups = 0, octets[4];
    bool     has_gap = slice_starts(s, S("::"));
    size_t   at = has_gap ? 2 : 0;
    while (at < s.len) {
        size_t run = hex_run(s, at);
        if (byte_at(s, at + run) == '.') {
            groups += 2;
            at = read_ipv4(s, at, octets);
            if (at != s.len)
                return false;
            break;
        }
        groups++;
        at += run;
        if (run == 0 || run > 4 || (at < s.len && s.ptr[at] != ':') || at + 1 == s.len)
            return false;
        at += at < s.len;
        if (byte_at(s, at) == ':') {
            if (has_gap)
                return false;
            has_gap = true;
            at++;
        }
    }
    return has_gap ? groups < 8 : groups == 8;
}

static bool is_ipv6_byte(char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f') || c == ':' || c == '.';
}

/* "::" alone is as likely Haskell, "ab::cd" C++ or Rust, "[::2]" a slice in Python. */
static float ipv6_belief(struct slice text, struct place p)
{
    char before = byte_at(text, p.start - 1), bracket = byte_at(text, p.start - 2);
    if (before == '[' && (is_alnum(bracket) || bracket == '_' || bracket == ')' || bracket == ']'))
        return 0;
    bool has_digit = false;
    for (size_t i = p.start; i < p.end; i++)
        has_digit = has_digit || is_digit(text.ptr[i]);
    return has_digit ? 1 : p.end - p.start == 2 ? 0.2F : 0;
}

float check_ipv6(struct slice text, struct place *p)
{
    size_t start = p->end, end = p->end;
    while (start > 0 && end - start <= IPV6_MOST_BYTES && is_ipv6_byte(text.ptr[start - 1]))
        start--;
    while (end - start <= IPV6_MOST_BYTES && is_ipv6_byte(byte_at(text, end)))
        end++;
    if (end - start > IPV6_MOST_BYTES)
        return 0;
    /* What ends a sentence or begins a port. */
    while (end > start && (text.ptr[end - 1] == '.' ||
                           (text.ptr[end - 1] == ':' && !(end - start >= 2 && text.ptr[end - 2] == ':'))))
        end--;
    *p = (struct place){ start, end };
    if (!stands_free(text, *p) || byte_at(text, start - 1) == '_' || byte_at(text, end) == '_')
        return 0;
    return is_ipv6(slice_of(text.ptr + start, end - start)) ? ipv6_belief(text, *p) : 0;
}

/* --- MAC -------------------------------------------------------------------------------------------------- */

/* IEEE 802: six pairs, neither all nought nor all ones, nor part of more. */
float check_mac(struct slice text, struct place *p)
{
    char before = byte_at(text, p->start - 1), after = byte_at(text, p->end), pair = text.ptr[p->start];
    if (!stands_free(text, *p) || is_one_of(before, ":-") || is_one_of(after, "-") ||
        (after == ':' && is_alnum(byte_at(text, p->end + 1))))
        return 0;
    for (size_t at = p->start; at < p->end; at++)
        if (is_alnum(text.ptr[at]) && (text.ptr[at] != pair || !is_one_of(lower(pair), "0f")))
            return 1;
    return 0;
}
