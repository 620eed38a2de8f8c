/*
 * check_keys.c - API keys, tokens and private keys.
 *
 * The pattern knows the issuer's format. What is left to ask is whether the format ends where the text's word
 * does, and whether the letters are drawn at random, as a key's are, or made up for a manual: xxxxxxxx,
 * YOUR_KEY_HERE.
 */
#include "checks.h"

#include <math.h>

enum {
    DISTINCT_LEAST = 8,
    RUN_MOST_BYTES = 512,
    JWT_MOST_BYTES = 8192,
    PEM_MOST_BYTES = 16384,
    PEM_BODY_LEAST = 40,
    END_LINE_MOST = 80
};

/* Beside the letters and digits, what keys are made of. */
static bool is_key_byte(char c)
{
    return is_alnum(c) || c == '_' || c == '-';
}

bool has_nocase(struct slice s, const char *lower_word)
{
    size_t len = strlen(lower_word);
    for (size_t i = 0; i + len <= s.len; i++)
        if (slice_is_nocase(slice_of(s.ptr + i, len), lower_word))
            return true;
    return false;
}

unsigned millibits_a_letter(struct slice s)
{
    unsigned times[256] = { 0 };
    double   bits = 0;
    for (size_t i = 0; i < s.len; i++)
        times[(unsigned char)s.ptr[i]]++;
    for (int byte = 0; byte < 256; byte++)
        if (times[byte])
            bits -= times[byte] * log2((double)times[byte] / (double)s.len);
    return s.len ? (unsigned)(1000 * bits / (double)s.len) : 0;
}

/* Few different letters, or half of them the one before again or the next in the alphabet, or a manual's word.
 */
bool is_made_up(struct slice key)
{
    static const char *const words[] = { "example",  "placeholder", "your_", "your-",
                                         "changeme", "redacted",    "xxxx" };
    bool                     seen[256] = { false };
    size_t                   distinct = 0, steps = 0;
    for (size_t i = 0; i < key.len; i++) {
        char c = lower(key.ptr[i]);
        distinct += !seen[(unsigned char)c];
        seen[(unsigned char)c] = true;
        if (i > 0)
            steps += c == lower(key.ptr[i - 1]) || c == lower(key.ptr[i - 1]) + 1;
    }
    if (distinct < DISTINCT_LEAST || steps * 2 >= key.len)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (has_nocase(key, words[i]))
            return true;
    return false;
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

/* The pattern holds the name as well: the key is the run of base64 letters at its end. */
float check_key_value(struct slice text, struct place *p)
{
    size_t start = p->end;
    while (start > p->start && (is_alnum(text.ptr[start - 1]) || is_one_of(text.ptr[start - 1], "+/") ||
                                (text.ptr[start - 1] == '=' && start + 2 >= p->end)))
        start--;
    p->start = start;
    char after = byte_at(text, p->end);
    if (is_alnum(after) || after == '/' || after == '+')
        return 0;
    return !is_made_up(slice_of(text.ptr + start, p->end - start));
}

/* Header, payload and, after a second dot, the signature, if there is one. */
float check_key_jwt(struct slice text, struct place *p)
{
    while (is_key_byte(byte_at(text, p->end)) && p->end - p->start < JWT_MOST_BYTES)
        p->end++;
    if (byte_at(text, p->end) == '.') {
        size_t end = p->end + 1;
        while (is_key_byte(byte_at(text, end)) && end - p->start < JWT_MOST_BYTES)
            end++;
        if (end > p->end + 1)
            p->end = end;
    }
    return believe_key(text, *p);
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
