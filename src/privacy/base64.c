/* base64.c - see base64.h. */
#include "base64.h"

#include "base/die.h"
#include "base/utf8.h"

#include <stdlib.h>

int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool base64_decode(struct slice letters, char *out, size_t *len)
{
    uint32_t bits = 0;
    unsigned held = 0; /* # of bits */
    *len = 0;
    for (int i = 0; i < 2 && letters.len > 0 && letters.ptr[letters.len - 1] == '='; i++)
        letters.len--;
    for (size_t i = 0; i < letters.len; i++) {
        int value = base64_value(letters.ptr[i]);
        if (value < 0 && is_one_of(letters.ptr[i], "\r\n"))
            continue;
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[(*len)++] = (char)(bits >> held);
        }
    }
    return held < 6; /* six bits left are a letter too many */
}

/* --- texts in texts --------------------------------------------------------------------------------------- */

enum { LINE_LEAST = 60, PROBE_LETTERS = 64 };

static bool is_text(struct slice s)
{
    for (size_t i = 0, length; i < s.len; i += length) {
        length = utf8_length(s.ptr + i, s.ptr + s.len);
        if (length == 0 || (length == 1 && (unsigned char)s.ptr[i] < ' ' && !is_one_of(s.ptr[i], "\t\r\n")) ||
            s.ptr[i] == 0x7F)
            return false;
    }
    return s.len > 0;
}

/* The first letters tell most of what is none, so that an image costs little. */
static bool decodes_to_text(struct slice letters)
{
    char   probe[PROBE_LETTERS] = { 0 };
    size_t len = 0;
    if (letters.len < BASE64_TEXT_LEAST)
        return false;
    struct slice head = slice_cut(letters, 0, PROBE_LETTERS);
    if (!base64_decode(head, probe, &len) && head.len < PROBE_LETTERS)
        return false;
    if (!is_text(slice_of(probe, letters.len > head.len ? utf8_whole(probe, len) : len)))
        return false;
    if (letters.len == head.len)
        return true;
    char *all = die_if_null(malloc(letters.len));
    bool  ok = base64_decode(letters, all, &len) && is_text(slice_of(all, len));
    free(all);
    return ok;
}

/* Where the run ends that begins at `at`, "=" and further lines included. */
static size_t run_end(struct slice text, size_t at)
{
    for (;;) {
        size_t line = at;
        while (base64_value(byte_at(text, at)) >= 0)
            at++;
        size_t next = at + (byte_at(text, at) == '\r');
        if (at - line < LINE_LEAST || byte_at(text, next) != '\n' || base64_value(byte_at(text, next + 1)) < 0)
            break;
        at = next + 1;
    }
    for (int i = 0; i < 2 && byte_at(text, at) == '='; i++)
        at++;
    return at;
}

/* Where a run of BASE64_TEXT_LEAST letters begins at or after `from`; the text's end where there is none. Looks
 * at every sixteenth byte, and back from there: most words are passed over. */
static size_t next_run(struct slice text, size_t from)
{
    size_t start = from;
    while (start + BASE64_TEXT_LEAST <= text.len) {
        size_t last = start + BASE64_TEXT_LEAST; /* one beyond those that may all be letters */
        while (last > start && base64_value(text.ptr[last - 1]) >= 0)
            last--;
        if (last == start)
            return start;
        start = last;
    }
    return text.len;
}

bool base64_text_next(struct slice text, size_t from, struct place *run)
{
    for (size_t at = next_run(text, from); at < text.len; at = next_run(text, at)) {
        size_t end = run_end(text, at), slash = end;
        *run = (struct place){ at, end };
        if (decodes_to_text(slice_cut(text, at, end)))
            return true;
        while (slash > at && text.ptr[slash - 1] != '/')
            slash--;
        run->start = slash; /* behind a path */
        if (slash > at && decodes_to_text(slice_cut(text, slash, end)))
            return true;
        at = end;
    }
    return false;
}
