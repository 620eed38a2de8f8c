/*
 * cmd_redact_ways.c - how `weir redact` reads stdin: as one text, as one document, or line by line.
 *
 * One text may be longer than memory. It is read through a window, of which what has been written stays a while
 * for the words before a value to be seen, and of which the end is not written until it is known what follows:
 * no value is cut in two, be it a private key of fifty lines.
 */
#include "cmd_lines.h"
#include "cmd_redact.h"
#include "wire/error.h"

#include "base/utf8.h"

enum {
    WINDOW_BYTES = 1 << 20,
    BEHIND_BYTES = 4 << 10, /* written, and seen again */
    AHEAD_BYTES = 64 << 10, /* read, and not yet written: longer than any value */
};

/* The table's words speak of requests. */
static const char *words_of(const struct fault *why)
{
    return why->detail[0] ? why->detail : fault_words(why->kind);
}

static int failed(const struct fault *why)
{
    fprintf(stderr, "weir redact: %s\n", words_of(why));
    return REDACT_FAILED;
}

/* ---- one text ---- */

/* False when stdin could not be read. */
static bool fill(struct buf *window, bool *is_end)
{
    size_t room = WINDOW_BYTES - window->len;
    char  *to = buf_reserve(window, room);
    size_t got = to ? fread(to, 1, room, stdin) : 0;
    window->len += got;
    *is_end = got < room;
    return to && !ferror(stdin);
}

/* How far the window may be written: to a line's end if there is one, else to a blank, else anywhere, but never
 * into a finding. */
static size_t cut_at(struct slice window, size_t written, const struct findings *found)
{
    size_t most = window.len - AHEAD_BYTES, least = written + (most - written) / 2;
    size_t cut = most;
    while (cut > least && window.ptr[cut - 1] != '\n')
        cut--;
    if (cut == least)
        for (cut = most; cut > least && window.ptr[cut - 1] != ' ';)
            cut--;
    if (cut == least)
        cut = utf8_whole(window.ptr, most);
    for (size_t i = 0; i < found->count; i++)
        if (found->item[i].start < cut && cut < found->item[i].end)
            cut = found->item[i].start;
    return cut > written ? cut : most; /* a value as long as the window is none */
}

/* Of what was found that which lies in [from, to), and as if that were the text. */
static struct findings findings_within(const struct findings *found, size_t from, size_t to,
                                       struct arena *arena)
{
    struct findings within = { .item = arena_array(arena, found->count, sizeof *within.item) };
    for (size_t i = 0; i < found->count; i++) {
        struct finding f = found->item[i];
        if (f.end <= from || f.start >= to)
            continue;
        f.start = f.start > from ? f.start - from : 0;
        f.end = (f.end < to ? f.end : to) - from;
        within.item[within.count++] = f;
        within.kinds |= (pii_set)1 << f.kind;
    }
    return within;
}

static int redact_through(struct redactor *r, struct buf *window)
{
    size_t       written = 0; /* bytes of the window */
    bool         is_end = false;
    struct fault why = { 0 };
    while (!is_end) {
        struct findings found;
        redactor_begin(r);
        if (!fill(window, &is_end)) {
            fputs("weir redact: stdin cannot be read\n", stderr);
            return REDACT_FAILED;
        }
        struct slice text = buf_slice(window);
        if (!inspect_alone(&r->loaded.inspector, r->arena, text, false, r->kinds, &found, &why))
            return failed(&why);
        size_t          to = is_end ? text.len : cut_at(text, written, &found);
        struct findings within = findings_within(&found, written, to, r->arena);
        vault_hide(r->vault, slice_cut(text, written, to), &within, r->kinds, &r->out);
        if (!redactor_write(r))
            return REDACT_FAILED;
        written = to < BEHIND_BYTES ? to : BEHIND_BYTES;
        buf_drop(window, to - written);
    }
    return REDACT_WELL;
}

int redact_text(struct redactor *r)
{
    struct buf window;
    buf_init(&window, WINDOW_BYTES);
    int status = redact_through(r, &window);
    buf_wipe(&window);
    return status;
}

/* ---- one document ---- */

static int redact_whole(struct redactor *r, struct slice text)
{
    struct findings found;
    struct buf      redacted;
    struct fault    why = { 0 };
    redactor_begin(r);
    buf_init(&redacted, r->out.ceiling);
    bool ok = redactor_hide(r, text, false, &found, &redacted, &why);
    if (ok) {
        buf_add(&r->out, S("{\"text\":"));
        json_add_string(&r->out, buf_slice(&redacted));
        buf_add(&r->out, S(",\"findings\":"));
        findings_write(text, &found, r->kinds, &r->out);
        buf_add(&r->out, S("}\n"));
    }
    buf_wipe(&redacted);
    if (!ok)
        return failed(&why);
    return redactor_write(r) ? REDACT_WELL : REDACT_FAILED;
}

int redact_document(struct redactor *r)
{
    struct buf text;
    int        status = REDACT_FAILED;
    buf_init(&text, LINE_MOST_BYTES);
    char *room = buf_reserve(&text, LINE_MOST_BYTES);
    text.len = room ? fread(room, 1, LINE_MOST_BYTES, stdin) : 0;
    if (ferror(stdin) || getc(stdin) != EOF)
        fprintf(stderr, "weir redact: stdin cannot be read, or is longer than %d bytes\n", LINE_MOST_BYTES);
    else
        status = redact_whole(r, buf_slice(&text));
    buf_wipe(&text);
    return status;
}

/* ---- lines ---- */

/* One line's answer into r->out, without its end. False: why it has none. */
typedef bool answer_fn(struct redactor *, struct slice line, struct fault *why);

/* Line n of what is written is about line n of what was read, also where that is broken; what stands in a
 * broken line may be private, and is not written. */
static int answer_lines(struct redactor *r, answer_fn *answer,
                        void (*answer_broken)(const struct fault *, struct buf *))
{
    struct lines lines;
    struct slice line;
    int          status = REDACT_WELL;
    lines_init(&lines, stdin, LINE_MOST_BYTES);
    while (status != REDACT_FAILED && lines_next(&lines, &line)) {
        struct fault why = { 0 };
        redactor_begin(r);
        if (lines.is_long)
            fault_set(&why, FAULT_TOO_LARGE, "longer than %d bytes", LINE_MOST_BYTES);
        if (lines.is_long || !answer(r, line, &why)) {
            redactor_begin(r);
            fprintf(stderr, "weir redact: line %zu: %s\n", lines.number, words_of(&why));
            answer_broken(&why, &r->out);
            status = REDACT_SOME_LINES_BROKEN;
        }
        buf_add_byte(&r->out, '\n');
        if (!redactor_write(r))
            status = REDACT_FAILED;
    }
    if (lines.is_bad) {
        fprintf(stderr, "weir redact: line %zu cannot be read\n", lines.number + 1);
        status = REDACT_FAILED;
    }
    lines_fini(&lines);
    return status;
}

static bool answer_line(struct redactor *r, struct slice line, struct fault *why)
{
    struct findings found;
    return redactor_hide(r, line, false, &found, &r->out, why);
}

static void answer_nothing(const struct fault *why, struct buf *out)
{
    (void)why, (void)out;
}

int redact_lines(struct redactor *r)
{
    return answer_lines(r, answer_line, answer_nothing);
}

/* ---- lines of JSON ---- */

/* Members besides "text" keep their places; what is private in them is hidden as in a tool's arguments, and not
 * told among the findings. What comes back is the line without its text, in the arena. */
static bool hide_others(struct redactor *r, const struct json *row, json_at text, struct slice *out,
                        struct fault *why)
{
    const struct json_node *node = &row->node[text];
    struct json_edit        edit = { node->start, node->end, S("\"\"") };
    struct findings         found;
    struct buf              bare, hidden;
    buf_init(&bare, row->text.len + 2);
    json_splice(row->text, &edit, 1, &bare);
    buf_init(&hidden, r->out.ceiling);
    bool ok = redactor_hide(r, buf_slice(&bare), true, &found, &hidden, why);
    if (ok)
        *out = arena_copy(r->arena, buf_slice(&hidden));
    buf_wipe(&bare);
    buf_wipe(&hidden);
    return ok;
}

static bool read_row(struct redactor *r, struct slice line, struct json *row, json_at *text, struct fault *why)
{
    if (!json_read(r->arena, line, row, why))
        return false;
    *text = json_get(row, 0, "text");
    return json_kind(row, *text) == JSON_STRING ||
           fault_set(why, FAULT_BAD_REQUEST, "a line is a JSON object with a string \"text\"");
}

/* The row with text and findings put in their places. */
static void write_row(struct redactor *r, const struct json *row, struct slice text, struct slice findings)
{
    const struct json_node *at = &row->node[json_get(row, 0, "text")];
    json_at                 old = json_get(row, 0, "findings");
    struct json_edit        edits[2] = { json_edit_string(at->start, at->end, text, r->arena) };
    if (old == JSON_NONE)
        edits[1] = json_edit_add_member(row, 0, "findings", findings, r->arena);
    else
        edits[1] = (struct json_edit){ row->node[old].start, row->node[old].end, findings };
    json_splice(row->text, edits, 2, &r->out);
}

static bool answer_row(struct redactor *r, struct slice line, struct fault *why)
{
    struct json     row;
    json_at         text;
    struct findings found;
    struct buf      redacted, told;
    if (slice_trim(line).len == 0)
        return true;
    if (!read_row(r, line, &row, &text, why))
        return false;
    struct slice words = json_string(&row, text, r->arena), bare = line;
    if (json_next(&row, json_first(&row, 0)) != JSON_NONE &&
        (!hide_others(r, &row, text, &bare, why) || !read_row(r, bare, &row, &text, why)))
        return false;
    buf_init(&redacted, r->out.ceiling);
    buf_init(&told, r->out.ceiling);
    bool ok = redactor_hide(r, words, false, &found, &redacted, why);
    if (ok) {
        findings_write(words, &found, r->kinds, &told);
        write_row(r, &row, buf_slice(&redacted), buf_slice(&told));
    }
    buf_wipe(&redacted);
    buf_wipe(&told);
    return ok;
}

int redact_jsonl(struct redactor *r)
{
    return answer_lines(r, answer_row, error_write);
}
