/* json_edit.c - changing a document by splicing, and writing strings. */
#include "wire/json.h"

#include "base/die.h"
#include "base/utf8.h"
#include "json_inside.h"

#include <stdlib.h>

static int compare_edits(const void *a, const void *b)
{
    const struct json_edit *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

void json_splice(struct slice text, struct json_edit *edit, size_t count, struct buf *out)
{
    if (count > 1)
        qsort(edit, count, sizeof *edit, compare_edits);
    size_t done = 0;
    for (size_t i = 0; i < count; i++) {
        if (edit[i].start < done || edit[i].end < edit[i].start || edit[i].end > text.len)
            die("json: edits overlap or leave the text");
        buf_add(out, slice_cut(text, done, edit[i].start));
        buf_add(out, edit[i].with);
        done = edit[i].end;
    }
    buf_add(out, slice_cut(text, done, text.len));
}

/* What is written for one request is bounded by what was read of it: the buf's ceiling is of no concern here.
 */
static struct slice settle(struct buf *b, struct arena *arena)
{
    struct slice copy = arena_copy(arena, buf_slice(b));
    buf_fini(b);
    return copy;
}

struct json_edit json_edit_add_member(const struct json *j, json_at object, const char *key,
                                      struct slice raw_value, struct arena *arena)
{
    uint32_t at = j->node[object].start + 1;
    json_at  last = JSON_NONE;
    for (json_at m = json_first(j, object); m != JSON_NONE; m = json_next(j, m))
        last = m;
    struct buf with;
    buf_init(&with, SIZE_MAX / 2);
    if (last != JSON_NONE) {
        at = j->node[last].end;
        buf_add_byte(&with, ',');
    }
    json_add_string(&with, slice_str(key));
    buf_add_byte(&with, ':');
    buf_add(&with, raw_value);
    return (struct json_edit){ at, at, settle(&with, arena) };
}

struct json_edit json_edit_remove_member(const struct json *j, json_at object, json_at member)
{
    const struct json_node *m = &j->node[member];
    struct json_edit        edit = { .start = m->key_start, .end = m->end };
    if (m->next != JSON_NONE) {
        edit.end = j->node[m->next].key_start;
        return edit;
    }
    for (json_at before = json_first(j, object); before != member; before = json_next(j, before))
        edit.start = j->node[before].end;
    return edit;
}

struct json_edit json_edit_string(uint32_t start, uint32_t end, struct slice text, struct arena *arena)
{
    struct buf with;
    buf_init(&with, SIZE_MAX / 2);
    json_add_string(&with, text);
    return (struct json_edit){ start, end, settle(&with, arena) };
}

/* Writes the escape of a byte that may not stand in a string, or the replacement of one that is no UTF-8. */
static void add_odd_byte(struct buf *out, unsigned char c)
{
    static const char letters[] = "btn?fr"; /* from \b, 0x08, to \r, 0x0D; 0x0B has none */
    if (c >= 0x80)
        buf_add(out, S(UTF8_REPLACEMENT));
    else if (c == '"' || c == '\\')
        buf_add(out, slice_of((char[]){ '\\', (char)c }, 2));
    else if (c >= '\b' && c <= '\r' && c != '\v')
        buf_add(out, slice_of((char[]){ '\\', letters[c - '\b'] }, 2));
    else
        buf_printf(out, "\\u%04x", c);
}

void json_add_escaped(struct buf *out, struct slice text)
{
    if (text.len == 0)
        return;
    const char *p = text.ptr, *end = text.ptr + text.len, *plain = p;
    for (;;) {
        p = json_skip_plain(p, end);
        if (p == end)
            break;
        size_t len = (unsigned char)*p >= 0x80 ? utf8_length(p, end) : 0;
        if (len == 0) {
            buf_add(out, slice_of(plain, (size_t)(p - plain)));
            add_odd_byte(out, (unsigned char)*p);
            plain = p + 1;
        }
        p += len ? len : 1;
    }
    buf_add(out, slice_of(plain, (size_t)(end - plain)));
}

void json_add_string(struct buf *out, struct slice text)
{
    buf_add_byte(out, '"');
    json_add_escaped(out, text);
    buf_add_byte(out, '"');
}
