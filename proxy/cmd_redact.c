/*
 * cmd_redact.c - weir redact: stdin to stdout, what is private hidden behind placeholders.
 *
 * Nothing is asked, and neither Redis nor settings are needed. Placeholders are keyed as the running Weir keys
 * them for the same team: with the settings' secret, or with the key in its state folder. Where there is
 * neither, a key is drawn for this run alone.
 */
#include "cmd_redact.h"

#include "commands.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OUT_MOST_BYTES = 1 << 30 };

/* ---- one text ---- */

void redactor_begin(struct redactor *r)
{
    arena_reset(r->arena);
    buf_reset(&r->out);
    r->vault = vault_new(r->arena, &r->key);
}

bool redactor_hide(struct redactor *r, struct slice text, bool is_arguments, struct findings *found,
                   struct buf *out, struct fault *why)
{
    if (!inspect_alone(&r->loaded.inspector, r->arena, text, is_arguments, r->kinds, found, why))
        return false;
    vault_hide(r->vault, text, found, r->kinds, out);
    return true;
}

static bool write_map(struct redactor *r)
{
    struct buf line;
    if (!r->map || vault_count(r->vault) == 0)
        return true;
    buf_init(&line, OUT_MOST_BYTES);
    map_write(r->vault, &line);
    buf_add_byte(&line, '\n');
    bool ok = !line.full && fwrite(line.ptr, 1, line.len, r->map) == line.len && fflush(r->map) == 0;
    buf_wipe(&line);
    if (!ok)
        fputs("weir redact: the map cannot be written, so nothing more is\n", stderr);
    return ok;
}

bool redactor_write(struct redactor *r)
{
    if (!write_map(r))
        return false;
    bool ok = !r->out.full && fwrite(r->out.ptr ? r->out.ptr : "", 1, r->out.len, stdout) == r->out.len &&
              fflush(stdout) == 0;
    if (!ok)
        fputs("weir redact: stdout cannot be written\n", stderr);
    return ok;
}

/* ---- setting up ---- */

struct wanted {
    const char *file, *team, *map_file;
    const char *kinds; /* NULL: all */
    int (*run)(struct redactor *);
};

static void usage(FILE *to)
{
    fputs(
        "usage: weir redact [-c weir.yaml] [--kinds KIND,...] [--map FILE] [--team TEAM]\n"
        "                   [--lines | --jsonl | --json] < IN > OUT\n"
        "\n"
        "Hides what is private in stdin behind placeholders: EMAIL_7F3K2M9QTX4B. The same value has the same\n"
        "placeholder wherever the key is the same: the settings' secret, or the one that weir keeps in its\n"
        "state folder; where there is neither, this run has a key of its own.\n"
        "\n"
        "  --kinds    what to hide; all kinds when left out\n"
        "  --map      adds to FILE (mode 0600) what was hidden, for `weir restore --map FILE`\n"
        "  --team     whose placeholders; the first team of the settings when left out\n"
        "  -c         settings to take key and model from; ./weir.yaml where there is one\n"
        "  --lines    each line is a text of its own, written at once: for logs\n"
        "  --jsonl    each line is a JSON object; its \"text\" is redacted, and \"findings\" added: start and "
        "end\n"
        "             (code points of the text as it was), kind, source, confidence. What is private in\n"
        "             other members is hidden too. A line that cannot be read is answered by {\"error\": ...}\n"
        "  --json     all of stdin as one document: {\"text\": ..., \"findings\": [...]}\n"
        "\n"
        "Exit status: 0 all is well; 1 it could not be done, and what was not inspected was not written;\n"
        "2 misused; 3 some lines could not be read, each told on stderr with its number, the others are done.\n"
        "\n"
        "Kinds:",
        to);
    for (unsigned kind = 0; kind < PII_KINDS; kind++)
        fprintf(to, "%s %s", kind ? "," : "", pii_word((enum pii_kind)kind));
    fputc('\n', to);
}

static bool read_arguments(int argc, char **argv, struct wanted *w)
{
    static const struct option options[] = {
        { "kinds", required_argument, NULL, 'k' },
        { "map", required_argument, NULL, 'm' },
        { "team", required_argument, NULL, 't' },
        { "lines", no_argument, NULL, 'l' },
        { "jsonl", no_argument, NULL, 'L' },
        { "json", no_argument, NULL, 'j' },
        { NULL, 0, NULL, 0 },
    };
    *w = (struct wanted){ .run = redact_text };
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            w->file = optarg;
            break;
        case 'k':
            w->kinds = optarg;
            break;
        case 'm':
            w->map_file = optarg;
            break;
        case 't':
            w->team = optarg;
            break;
        case 'l':
            w->run = redact_lines;
            break;
        case 'L':
            w->run = redact_jsonl;
            break;
        case 'j':
            w->run = redact_document;
            break;
        default:
            return false;
        }
    }
    return optind == argc;
}

/* Once the policies are read, whose patterns may have named kinds. */
static bool read_kinds(struct redactor *r, const char *list)
{
    struct slice words = slice_str(list);
    r->kinds = list ? 0 : PII_ALL;
    while (words.len) {
        size_t        comma = slice_find_byte(words, ',');
        struct slice  word = slice_trim(slice_cut(words, 0, comma));
        enum pii_kind kind = pii_of(word);
        words = slice_cut(words, comma == SLICE_NONE ? words.len : comma + 1, words.len);
        if (kind == PII_KINDS_MOST) {
            fprintf(stderr, "there is no kind \"%.*s\"; `weir redact --help` names those that ship\n",
                    SLICE_ARG(word));
            return false;
        }
        r->kinds |= (pii_set)1 << kind;
    }
    return true;
}

/* Maps of several runs may stand in one file, one after the other. */
static bool open_map(struct redactor *r, const char *file)
{
    if (!file)
        return true;
    int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && fchmod(fd, 0600) == 0)
        r->map = fdopen(fd, "a");
    else if (fd >= 0)
        close(fd);
    if (!r->map)
        fprintf(stderr, "the map %s cannot be written: %m\n", file);
    return r->map != NULL;
}

static int redact_stdin(struct redactor *r, const struct wanted *w)
{
    if (!loaded_open(&r->loaded, w->file)) {
        loaded_complain(&r->loaded);
        return REDACT_FAILED;
    }
    const struct team *team = loaded_team(&r->loaded, w->team);
    if (!team)
        fprintf(stderr, "there is no team \"%s\"\n", w->team);
    if (!team || !read_kinds(r, w->kinds))
        return REDACT_MISUSED;
    if ((r->kinds & PII_NAMES) && !(r->loaded.slm && slm_has_names(r->loaded.slm)))
        fputs("weir redact: there is no model here that finds names, places and organizations, so they stay;\n"
              "./deploy/model fetches one\n",
              stderr);
    loaded_key(&r->loaded, team, &r->key);
    return open_map(r, w->map_file) ? w->run(r) : REDACT_FAILED;
}

int cmd_redact(int argc, char **argv)
{
    struct wanted w;
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        usage(stdout);
        return 0;
    }
    if (!read_arguments(argc, argv, &w)) {
        usage(stderr);
        return 2;
    }
    struct redactor r = { .arena = arena_new() };
    buf_init(&r.out, OUT_MOST_BYTES);
    int status = redact_stdin(&r, &w);
    if (r.map)
        fclose(r.map);
    buf_wipe(&r.out);
    arena_free(&r.arena);
    loaded_close(&r.loaded);
    explicit_bzero(&r.key, sizeof r.key);
    return status;
}
