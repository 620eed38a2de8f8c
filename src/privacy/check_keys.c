/*
 * check_keys.c - API keys, tokens and private keys.
 *
 * The pattern knows the issuer's format. What is left to ask is whether the format ends where the text's word
 * does, and whether the letters are drawn at random, as a key's are, or made up for a manual: xxxxxxxx,
 * YOUR_KEY_HERE.
 */
#include "base64.h"
#include "checks.h"

enum {
    RUN_MOST_BYTES = 512,
    JWT_MOST_BYTES = 8192,
    JWT_PART_MOST = 4096,
    PEM_MOST_BYTES = 16384,
    PEM_BODY_LEAST = 40,
    END_LINE_MOST = 80
};

/* Beside the letters and digits, what keys are made of. */
static bool is_key_byte(char c)
{
    return is_alnum(c) || c == '_' || c == '-';
}

static float believe_key(struct slice text, struct place p)
{
    return !is_in_word(text, p.start) && !is_made_up(slice_of(text.ptr + p.start, p.end - p.start));
}

float check_key_whole(struct slice text, struct place *p)
{
    p->start = after_edge(text, p->start);
    if (is_alnum(byte_at(text, p->end)) || byte_at(text, p->end) == '_')
        return 0;
    return believe_key(text, *p);
}

float check_key_run(struct slice text, struct place *p)
{
    size_t most = p->start + RUN_MOST_BYTES;
    if (byte_at(text, p->start - 1) == '-')
        return 0; /* in the midst of a name-with-hyphens */
    while (p->end < most && (is_key_byte(byte_at(text, p->end)) ||
                             (byte_at(text, p->end) == '.' && is_key_byte(byte_at(text, p->end + 1)))))
        p->end++;
    return believe_key(text, *p);
}

/* Microsoft Entra: three, a digit, "Q~", 31 to 34; and no letter of the same alphabet on either side. */
float check_key_azure(struct slice text, struct place *p)
{
    size_t most = p->end + 3;
    while (p->end < most &&
           (is_key_byte(byte_at(text, p->end)) || byte_at(text, p->end) == '~' || byte_at(text, p->end) == '.'))
        p->end++;
    char before = byte_at(text, p->start - 1), after = byte_at(text, p->end);
    if (is_key_byte(before) || before == '~' || is_key_byte(after) || after == '~')
        return 0;
    return believe_key(text, *p);
}

/* What values of base64, URL-escaped or not, are made of. */
static bool is_value_byte(char c)
{
    return is_alnum(c) || is_one_of(c, "+/_-%");
}

/* The pattern holds the name as well: the key is what stands at its end, and may go on. */
float check_key_value(struct slice text, struct place *p)
{
    size_t start = p->end, most = p->end + PEM_MOST_BYTES;
    while (start > p->start && is_value_byte(text.ptr[start - 1]))
        start--;
    p->start = start;
    while (p->end < most && is_value_byte(byte_at(text, p->end)))
        p->end++;
    for (int i = 0; i < 2 && byte_at(text, p->end) == '='; i++)
        p->end++;
    return !is_made_up(slice_cut(text, p->start, p->end));
}

/* The word between quotes at the pattern's end says that a secret is near: "type": "service_account". */
float check_key_marker(struct slice text, struct place *p)
{
    size_t start = p->end;
    while (start > p->start && text.ptr[start - 1] != '"')
        start--;
    p->start = start;
    return is_one_of(byte_at(text, p->end), "\"\\");
}

/* An address to which whoever knows it may write: all that stands behind the host. */
float check_key_hook(struct slice text, struct place *p)
{
    size_t most = p->start + RUN_MOST_BYTES;
    while (p->end < most && (is_key_byte(byte_at(text, p->end)) || is_one_of(byte_at(text, p->end), "/@+")))
        p->end++;
    size_t path = slice_find_byte(slice_cut(text, p->start, p->end), '/');
    return !is_made_up(slice_cut(text, p->start + path + 1, p->end));
}

/* --- tokens of JSON --------------------------------------------------------------------------------------- */

/* A part of a token, decoded; empty where it is no base64url or too long to be looked at. */
static struct slice decoded_part(struct slice part, char room[JWT_PART_MOST])
{
    size_t len = 0;
    return part.len <= JWT_PART_MOST && base64_decode(part, room, &len) ? slice_of(room, len) : S("");
}

/* Whether a member is a string or a whole number, as whatever names or dates a token is. One that holds neither
 * lets nobody in. */
static bool says_something(struct slice json)
{
    for (size_t i = 0; i < json.len; i++) {
        if (json.ptr[i] != ':')
            continue;
        size_t at = i + 1;
        while (byte_at(json, at) == ' ')
            at++;
        if (is_one_of(byte_at(json, at), "\"[{"))
            return true;
        size_t from = at;
        while (is_digit(byte_at(json, at)))
            at++;
        if (at > from && byte_at(json, at) != '.')
            return true;
    }
    return false;
}

/* Header, payload and, after a second dot, the signature, if there is one (RFC 7519). The header must be one;
 * a payload that is encrypted, or beyond JWT_PART_MOST, is not looked into. */
float check_key_jwt(struct slice text, struct place *p)
{
    char   room[JWT_PART_MOST];
    size_t parts[3] = { p->start }, count = 1;
    for (p->end = p->start; p->end - p->start < JWT_MOST_BYTES; p->end++) {
        char c = byte_at(text, p->end);
        if (c == '.' && count < 3 && is_key_byte(byte_at(text, p->end + 1)))
            parts[count++] = p->end + 1;
        else if (!is_key_byte(c))
            break;
    }
    struct slice header = decoded_part(slice_cut(text, p->start, parts[1] - 1), room);
    if (slice_find(header, S("\"alg\"")) == SLICE_NONE)
        return 0;
    size_t       payload_end = count == 3 ? parts[2] - 1 : p->end;
    struct slice payload = decoded_part(slice_cut(text, parts[1], payload_end), room);
    if (payload.len > 0 && byte_at(payload, 0) == '{' && !says_something(payload))
        return 0;
    return believe_key(text, *p);
}

/* --- keys of several lines -------------------------------------------------------------------------------- */

/* PuTTY's file: so many lines of base64 as the pattern's number says. */
float check_key_putty(struct slice text, struct place *p)
{
    size_t lines = 0, at = p->end;
    for (size_t i = p->start; i < p->end; i++)
        if (is_digit(text.ptr[i]))
            lines = lines * 10 + (size_t)(text.ptr[i] - '0');
    for (p->start = p->end + 1; lines > 0 && is_one_of(byte_at(text, at), "\r\n"); lines--) {
        at += byte_at(text, at) == '\r';
        at += byte_at(text, at) == '\n';
        while (is_alnum(byte_at(text, at)) || is_one_of(byte_at(text, at), "+/="))
            at++;
    }
    p->end = at;
    return p->end > p->start + PEM_BODY_LEAST;
}

/* To the end of its END line; where there is none, as far as it looks like base64. Newlines may be written
 * "\\n". */
float check_key_pem(struct slice text, struct place *p)
{
    struct slice rest = slice_cut(text, p->end, p->end + PEM_MOST_BYTES);
    size_t       letters = 0, at = 0;
    while (at < rest.len && !slice_starts(slice_cut(rest, at, rest.len), S("-----")) &&
           (is_alnum(byte_at(rest, at)) || is_one_of(byte_at(rest, at), "+/=\r\n\t \\:,.()-\"")))
        letters += is_alnum(byte_at(rest, at++));
    if (letters < PEM_BODY_LEAST)
        return 0;
    struct slice end_line = slice_cut(rest, at, at + END_LINE_MOST);
    if (slice_starts(end_line, S("-----END "))) {
        size_t close = slice_find(slice_cut(end_line, 9, end_line.len), S("-----"));
        at += close == SLICE_NONE ? 9 : 9 + close + 5;
    }
    p->end += at;
    return 1;
}
