/* cmd_lines.c - see cmd_lines.h. */
#include "cmd_lines.h"

#include "base/utf8.h"
#include "cmd_load.h"

enum { ANSWER_MOST_BYTES = 1 << 20, WORDS_SHOWN_BYTES = 72 };

void lines_init(struct lines *l, FILE *file, size_t line_most_bytes)
{
    *l = (struct lines){ .file = file };
    buf_init(&l->held, line_most_bytes);
}

void lines_fini(struct lines *l)
{
    buf_wipe(&l->held);
}

bool lines_next(struct lines *l, struct slice *line)
{
    int byte;
    buf_reset(&l->held);
    if (l->is_bad)
        return false;
    while ((byte = getc_unlocked(l->file)) != EOF && byte != '\n')
        buf_add_byte(&l->held, (char)byte);
    l->is_bad = ferror(l->file);
    l->is_long = l->held.full;
    if (l->is_bad || (byte == EOF && l->held.len == 0))
        return false;
    l->number++;
    *line = l->is_long ? S("") : buf_slice(&l->held);
    if (byte == '\n' && slice_ends(*line, S("\r")))
        line->len--;
    return true;
}

/* The line's beginning; control characters would move the cursor, so a blank stands for them. */
void lines_add_words(struct buf *out, struct slice line)
{
    size_t shown = line.len > WORDS_SHOWN_BYTES ? utf8_whole(line.ptr, WORDS_SHOWN_BYTES) : line.len;
    for (size_t i = 0; i < shown; i++)
        buf_add_byte(out, (unsigned char)line.ptr[i] < 0x20 || line.ptr[i] == 0x7F ? ' ' : line.ptr[i]);
    if (shown < line.len)
        buf_add(out, S("..."));
}

bool lines_answer_all(const struct loaded *l, const char                                              *command,
                      void (*answer)(const struct loaded *, struct slice, struct buf *, void *), void *arg)
{
    struct lines lines;
    struct slice line;
    struct buf   out;
    bool         is_written = true;
    lines_init(&lines, stdin, LINE_MOST_BYTES);
    buf_init(&out, ANSWER_MOST_BYTES);
    while (is_written && lines_next(&lines, &line) && !lines.is_long) {
        buf_reset(&out);
        answer(l, line, &out, arg);
        buf_add_byte(&out, '\n');
        is_written = !out.full && fwrite(out.ptr, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    }
    if (lines.is_long)
        fprintf(stderr, "weir %s: line %zu is longer than %d bytes\n", command, lines.number, LINE_MOST_BYTES);
    if (lines.is_bad)
        fprintf(stderr, "weir %s: line %zu cannot be read\n", command, lines.number + 1);
    bool ok = is_written && !lines.is_bad && !lines.is_long;
    buf_wipe(&out);
    lines_fini(&lines);
    return ok;
}

void lines_add_tame(struct buf *out, struct slice text)
{
    const char *end = text.ptr + text.len;
    for (const char *p = text.ptr; p < end;) {
        size_t len = utf8_length(p, end);
        bool   is_plain = len > 0 && (!utf8_is_control(p, len) || *p == '\n' || *p == '\t');
        len = len ? len : 1;
        buf_add(out, is_plain ? slice_of(p, len) : S("?"));
        p += len;
    }
}

int lines_answer(const char *settings_file, const char                                           *command,
                 void (*answer)(const struct loaded *, struct slice, struct buf *, void *), void *arg)
{
    struct loaded l;
    bool          ok = loaded_open(&l, settings_file);
    if (!ok)
        loaded_complain(&l);
    ok = ok && loaded_has_model(&l, command) && lines_answer_all(&l, command, answer, arg);
    loaded_close(&l);
    return ok ? 0 : 1;
}
