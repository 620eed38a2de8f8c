/*
 * cmd_restore.c - weir restore: what `weir redact --map` hid is given back, wherever its placeholders stand by
 * now. What the map does not know is left alone.
 */
#include "cmd_lines.h"
#include "commands.h"
#include "privacy/written.h"
#include "wire/json.h"

#include <getopt.h>
#include <stdlib.h>

enum { PIECE_BYTES = 64 << 10, MAP_LINE_MOST_BYTES = 1 << 30, OUT_MOST_BYTES = 1 << 30 };

static int usage(FILE *to)
{
    fputs("usage: weir restore --map FILE [--json] < IN > OUT\n"
          "       gives back what `weir redact --map FILE` has hidden. --json: stdin is JSON, or lines of it, "
          "and\n"
          "       what is given back is escaped as its strings need it\n"
          "Exit status: 0 all is well, 1 it could not be done, 2 misused\n",
          to);
    return to == stdout ? 0 : 2;
}

/* A map may have kinds of policies' own, which are not read here: their tags are known by their form alone. */
static void define_kinds(struct slice line, struct arena *scratch)
{
    struct json   json;
    enum pii_kind kind;
    if (!json_read(scratch, line, &json, NULL))
        return;
    for (json_at i = json_first(&json, 0); i != JSON_NONE; i = json_next(&json, i)) {
        struct slice tag = json_key(&json, i, scratch);
        tag = slice_cut(tag, 0, slice_find_byte(tag, '_'));
        char *word = arena_cstr(scratch, tag);
        for (char *c = word; *c; c++)
            *c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
        if (!pii_define(slice_str(word), tag, &kind, NULL))
            continue; /* it is one that ships, or none: map_read() will tell */
    }
}

static bool read_map(const char *file, struct vault *vault)
{
    FILE *map = fopen(file, "re");
    if (!map) {
        fprintf(stderr, "the map %s cannot be read: %m\n", file);
        return false;
    }
    struct lines  lines;
    struct slice  line;
    struct fault  why = { 0 };
    struct arena *scratch = arena_new();
    bool          ok = true;
    lines_init(&lines, map, MAP_LINE_MOST_BYTES);
    while (ok && lines_next(&lines, &line)) {
        arena_reset(scratch);
        define_kinds(line, scratch);
        ok = !lines.is_long && map_read(vault, scratch, line, &why);
    }
    if (!ok || lines.is_bad)
        fprintf(stderr, "%s:%zu: this is no map of weir redact\n", file, lines.number);
    ok = ok && !lines.is_bad;
    lines_fini(&lines);
    arena_free(&scratch);
    fclose(map);
    return ok;
}

static bool write_out(struct buf *out)
{
    bool ok = !out->full && (out->len == 0 || fwrite(out->ptr, 1, out->len, stdout) == out->len);
    buf_reset(out);
    return ok;
}

static bool restore_stdin(struct restore *restore)
{
    char       piece[PIECE_BYTES];
    size_t     got;
    struct buf out;
    bool       ok = true;
    buf_init(&out, OUT_MOST_BYTES);
    while (ok && (got = fread(piece, 1, sizeof piece, stdin)) > 0) {
        restore_feed(restore, slice_of(piece, got), &out);
        ok = write_out(&out);
    }
    restore_end(restore, &out);
    ok = write_out(&out) && ok && !ferror(stdin) && fflush(stdout) == 0;
    buf_wipe(&out);
    explicit_bzero(piece, sizeof piece);
    if (!ok)
        fputs("weir restore: stdin cannot be read, or stdout not be written\n", stderr);
    return ok;
}

int cmd_restore(int argc, char **argv)
{
    static const struct option options[] = { { "map", required_argument, NULL, 'm' },
                                             { "json", no_argument, NULL, 'j' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char                *file = NULL;
    bool                       is_json = false;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == 'm')
            file = optarg;
        else if (option == 'j')
            is_json = true;
        else
            return usage(option == 'h' ? stdout : stderr);
    }
    if (!file || optind != argc)
        return usage(stderr);

    static const struct vault_key no_key; /* nothing is hidden here */
    struct arena                 *arena = arena_new();
    struct vault                 *vault = vault_new(arena, &no_key);
    bool                          ok = read_map(file, vault);
    if (ok) {
        struct restore *restore = restore_new(arena, vault);
        if (is_json)
            restore_inside_json(restore);
        ok = restore_stdin(restore);
    }
    arena_free(&arena);
    return ok ? 0 : 1;
}
