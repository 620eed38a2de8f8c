/* cmd_rows.c - see cmd_rows.h. */
#include "cmd_rows.h"

#include "cmd_lines.h"
#include "files.h"

#include <errno.h>
#include <unistd.h>

struct reading {
    const char *name; /* of the file, as it is told */
    rows_take  *take;
    void       *arg;
    size_t      broken; /* # lines with something wrong */
};

static void tell(struct reading *r, size_t number, const struct fault *why)
{
    if (r->broken++ < ROWS_TOLD_MOST)
        fprintf(stderr, "%s:%zu: %s\n", r->name, number, why->detail[0] ? why->detail : fault_words(why->kind));
}

static bool take_line(struct reading *r, struct arena *arena, struct slice line, struct fault *why)
{
    struct json row;
    if (!json_read(arena, line, &row, why))
        return false;
    if (json_kind(&row, 0) != JSON_OBJECT)
        return fault_set(why, FAULT_BAD_REQUEST, "a line must be one JSON object");
    return r->take(r->arg, arena, &row, why);
}

static bool read_all(struct reading *r, FILE *file)
{
    struct lines  lines;
    struct slice  line;
    struct arena *arena = arena_new();
    lines_init(&lines, file, LINE_MOST_BYTES);
    while (lines_next(&lines, &line)) {
        struct fault why = { 0 };
        if (lines.is_long
                ? !fault_set(&why, FAULT_TOO_LARGE, "the line is longer than %d bytes", LINE_MOST_BYTES)
                : slice_trim(line).len && !take_line(r, arena, line, &why))
            tell(r, lines.number, &why);
        arena_reset(arena);
    }
    if (lines.is_bad)
        fprintf(stderr, "%s:%zu: the line cannot be read\n", r->name, lines.number + 1);
    if (r->broken > ROWS_TOLD_MOST)
        fprintf(stderr, "%s: and %zu more lines\n", r->name, r->broken - ROWS_TOLD_MOST);
    bool ok = !lines.is_bad && r->broken == 0;
    arena_free(&arena);
    lines_fini(&lines);
    return ok;
}

bool rows_read(const char *command, const char *name, rows_take *take, void *arg)
{
    struct reading r = { .name = name ? name : "stdin", .take = take, .arg = arg };
    FILE          *file = name ? fopen(name, "re") : stdin;
    if (!file) {
        fprintf(stderr, "weir %s: %s cannot be read: %s\n", command, name, strerror(errno));
        return false;
    }
    bool ok = read_all(&r, file);
    if (name)
        fclose(file);
    return ok;
}

bool rows_read_or_records(const char *file, const char *records, rows_take *take, void *arg)
{
    static const char command[] = "calibrate";
    if (file || !records)
        return rows_read(command, file, take, arg);
    struct arena *arena = arena_new();
    const char   *old = arena_printf(arena, "%s.old", records);
    bool          ok = access(old, R_OK) != 0 || rows_read(command, old, take, arg);
    arena_free(&arena);
    return ok && rows_read(command, records, take, arg);
}

bool row_word(const struct json *row, struct arena *arena, const char *key, struct slice *out)
{
    json_at at = json_get(row, 0, key);
    switch (json_kind(row, at)) {
    case JSON_STRING:
        *out = json_string(row, at, arena);
        return true;
    case JSON_NUMBER:
    case JSON_TRUE:
    case JSON_FALSE:
        *out = json_raw(row, at);
        return true;
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return false;
}

static bool read_flag(const struct json *row, json_at at, bool *out)
{
    struct slice raw = json_raw(row, at);
    *out = slice_is(raw, "true") || slice_is(raw, "1") || slice_is(raw, "1.0");
    return *out || slice_is(raw, "false") || slice_is(raw, "0") || slice_is(raw, "0.0");
}

bool row_outcomes(const struct json *row, bool *weak_ok, bool *strong_ok, bool *has_strong, struct fault *why)
{
    json_at strong = json_get(row, 0, "strong_ok");
    *has_strong = strong != JSON_NONE && json_kind(row, strong) != JSON_NULL;
    *strong_ok = true;
    return (read_flag(row, json_get(row, 0, "weak_ok"), weak_ok) &&
            (!*has_strong || read_flag(row, strong, strong_ok))) ||
           fault_set(why, FAULT_BAD_REQUEST, "a row needs `weak_ok`, true or false; so must `strong_ok` be");
}

bool rows_agree_on_strong(size_t with_strong, size_t rows)
{
    if (with_strong == 0 || with_strong == rows)
        return true;
    fprintf(stderr,
            "weir calibrate: %zu rows have strong_ok and %zu have not; give it with all, or with none\n",
            with_strong, rows - with_strong);
    return false;
}

size_t head_save(const char *command, const struct taught *head, const char *file)
{
    struct buf   bytes;
    struct fault why = { 0 };
    buf_init(&bytes, TAUGHT_FILE_BYTES_MOST);
    taught_write(head, &bytes);
    bool ok = !bytes.full && file_write(file, buf_slice(&bytes), &why);
    if (!ok)
        fprintf(stderr, "weir %s: %s\n", command, bytes.full ? "the head is too large" : why.detail);
    size_t written = ok ? bytes.len : 0;
    buf_fini(&bytes);
    return written;
}
