/*
 * cmd_models.c - weir models: what the generators of the settings hold, which of it is loaded; pulled and
 * removed.
 *
 * Asked are the providers on this machine and whoever else speaks Ollama's API: those speak it that answer
 * /api/tags, by which api they are asked for chats does not matter. All others are asked for /models beneath
 * their url.
 */
#include "cmd_lines.h"
#include "cmd_load.h"
#include "cmd_models_ask.h"
#include "commands.h"

#include "base/buf.h"
#include "base/log.h"
#include "wire/held.h"
#include "wire/json.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { NAME_COLUMN = 36, BAR_CELLS = 30 };

struct models_command {
    struct loaded loaded;
    struct asker *asker;
    const char   *provider; /* the only one to look at; NULL: all */
    bool          is_json;
};

/* ---- whom ---- */

static bool is_looked_at(const struct models_command *c, const struct provider *p)
{
    if (c->provider)
        return strcmp(c->provider, p->name) == 0;
    return p->zone == 0 || p->api->dialect == DIALECT_OLLAMA;
}

static struct asked_for ask(struct models_command *c, const struct provider *p, const char *path,
                            bool is_from_root)
{
    const struct inquiry q = { .method = "GET", .path = path, .is_from_root = is_from_root };
    return asker_ask(c->asker, p, &q, NULL, NULL);
}

/* ---- list ---- */

struct holding {
    const struct provider *provider;
    bool                   is_there, is_ollama;
    struct held_list       held, loaded; /* loaded: Ollama's alone; llama-server's one model is */
};

static struct holding look(struct models_command *c, const struct provider *p)
{
    struct holding   h = { .provider = p };
    struct arena    *arena = c->loaded.arena;
    struct asked_for tags = ask(c, p, "/api/tags", true);
    h.is_ollama = tags.status == 200 && held_read(arena, tags.body, &h.held);
    if (h.is_ollama) {
        struct asked_for ps = ask(c, p, "/api/ps", true);
        h.is_there = true;
        if (ps.status != 200 || !held_read(arena, ps.body, &h.loaded))
            h.loaded = (struct held_list){ 0 };
        return h;
    }
    struct asked_for list = ask(c, p, "/models", false);
    h.is_there = list.status == 200 && held_read(arena, list.body, &h.held);
    h.loaded = h.held;
    return h;
}

static bool is_loaded(const struct holding *h, struct slice name)
{
    for (size_t i = 0; i < h->loaded.count; i++)
        if (slice_eq(h->loaded.model[i].name, name))
            return true;
    return false;
}

static const char *size_words(int64_t bytes, char out[32])
{
    if (bytes >= 1000000000)
        snprintf(out, 32, "%.1f GB", (double)bytes / 1e9);
    else if (bytes > 0)
        snprintf(out, 32, "%.0f MB", (double)bytes / 1e6);
    else
        out[0] = '\0';
    return out;
}

/* What a server says goes to a terminal without what a terminal would obey. */
static struct slice tame(struct arena *arena, struct slice text)
{
    struct buf copy;
    buf_init(&copy, SIZE_MAX); /* no longer than the text */
    lines_add_tame(&copy, text);
    char *line = arena_cstr(arena, buf_slice(&copy));
    for (char *c = line; *c; c++)
        *c = *c == '\n' || *c == '\t' ? ' ' : *c;
    buf_fini(&copy);
    return slice_str(line);
}

static void print_holding(struct arena *arena, const struct holding *h)
{
    char size[32];
    printf("%s, %s\n", h->provider->name,
           !h->is_there         ? "which does not answer"
           : h->held.count == 0 ? "which holds nothing"
           : h->is_ollama       ? "Ollama"
                                : "OpenAI's API");
    for (size_t i = 0; i < h->held.count; i++) {
        const struct held_model *m = &h->held.model[i];
        printf("  %-*.*s %9s  %-14.*s %s\n", NAME_COLUMN, SLICE_ARG(tame(arena, m->name)),
               size_words(m->bytes, size), SLICE_ARG(tame(arena, m->about)),
               is_loaded(h, m->name) ? "loaded" : "");
    }
}

static void add_holding(struct buf *out, const struct holding *h)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "provider", slice_str(h->provider->name));
    json_add_member(out, "answers", h->is_there ? S("true") : S("false"));
    json_add_key(out, "models");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < h->held.count; i++) {
        const struct held_model *m = &h->held.model[i];
        json_add_comma(out);
        buf_add_byte(out, '{');
        json_add_text_member(out, "name", m->name);
        json_add_number_member(out, "bytes", m->bytes);
        json_add_number_member(out, "context", m->context_tokens);
        json_add_text_member(out, "about", m->about);
        json_add_member(out, "loaded", is_loaded(h, m->name) ? S("true") : S("false"));
        buf_add_byte(out, '}');
    }
    buf_add_str(out, "]}");
}

static int list(struct models_command *c)
{
    const struct settings *settings = c->loaded.settings;
    struct buf             json;
    unsigned               there = 0;
    buf_init(&json, SIZE_MAX); /* bounded by what was asked for */
    buf_add_byte(&json, '[');
    for (unsigned i = 0; i < settings->provider_count; i++) {
        if (!is_looked_at(c, &settings->provider[i]))
            continue;
        const struct holding h = look(c, &settings->provider[i]);
        there += h.is_there;
        if (c->is_json)
            add_holding(&json, &h);
        else
            print_holding(c->loaded.arena, &h);
    }
    buf_add_str(&json, "]\n");
    if (c->is_json)
        fwrite(json.ptr, 1, json.len, stdout);
    buf_fini(&json);
    return there ? 0 : 1;
}

/* ---- pull and remove ---- */

/* The first that speaks Ollama's API. */
static const struct provider *find_ollama(struct models_command *c)
{
    const struct settings *settings = c->loaded.settings;
    for (unsigned i = 0; i < settings->provider_count; i++) {
        const struct provider *p = &settings->provider[i];
        if (is_looked_at(c, p) && ask(c, p, "/api/tags", true).status == 200)
            return p;
    }
    fputs("weir models: no Ollama answers; is it running? (`weir models` tells who does)\n", stderr);
    return NULL;
}

/* How far it is: a bar that is drawn over itself on a terminal, else a line for each step. */
struct progress {
    struct arena *arena;
    struct slice  step; /* told last */
    bool          is_terminal, is_done;
    char         *error;
};

static void draw(const struct progress *p, const struct pull_line *line)
{
    int  cells = (int)(line->completed * BAR_CELLS / line->total);
    char bar[BAR_CELLS + 1], done[32], all[32];
    memset(bar, '.', BAR_CELLS);
    memset(bar, '#', (size_t)cells);
    bar[BAR_CELLS] = '\0';
    (void)p;
    printf("\r%-28.*s [%s] %3d %%  %s of %s   ", SLICE_ARG(slice_cut(line->status, 0, 28)), bar,
           (int)(line->completed * 100 / line->total), size_words(line->completed, done),
           size_words(line->total, all));
    fflush(stdout);
}

static void on_pull_line(void *arg, struct slice text)
{
    struct progress *p = arg;
    struct pull_line line;
    if (!pull_read(p->arena, text, &line))
        return;
    line.status = tame(p->arena, line.status);
    if (line.error.len)
        p->error = arena_cstr(p->arena, tame(p->arena, line.error));
    bool is_new = line.status.len && !slice_eq(line.status, p->step);
    if (p->is_terminal && is_new && p->step.len)
        putchar('\n');
    if (p->is_terminal && line.total > 0)
        draw(p, &line);
    else if (is_new)
        printf("%.*s%s", SLICE_ARG(line.status), p->is_terminal ? "" : "\n");
    if (line.status.len)
        p->step = line.status;
    p->is_done = p->is_done || slice_is(line.status, "success");
}

static void write_name(struct buf *body, const char *name)
{
    buf_init(body, SIZE_MAX); /* bounded by the command line */
    buf_add_byte(body, '{');
    json_add_text_member(body, "model", slice_str(name));
    json_add_text_member(body, "name", slice_str(name)); /* older ones know it as this */
    buf_add_byte(body, '}');
}

static int pull(struct models_command *c, const char *name)
{
    const struct provider *p = find_ollama(c);
    struct progress        progress = { .arena = c->loaded.arena, .is_terminal = isatty(STDOUT_FILENO) };
    struct buf             body;
    if (!p)
        return 1;
    write_name(&body, name);
    const struct inquiry   q = { "POST", "/api/pull", true, S("content-type: application/json\r\n"),
                                 buf_slice(&body) };
    const struct asked_for got = asker_ask(c->asker, p, &q, on_pull_line, &progress);
    buf_fini(&body);
    if (progress.is_terminal && progress.step.len)
        putchar('\n');
    if (got.status == 200 && progress.is_done && !progress.error)
        return 0;
    fprintf(stderr, "weir models: %s was not pulled: %s\n", name,
            progress.error      ? progress.error
            : got.why.detail[0] ? got.why.detail
                                : "the answer broke off");
    return 1;
}

static int remove_model(struct models_command *c, const char *name)
{
    const struct provider *p = find_ollama(c);
    struct buf             body;
    if (!p)
        return 1;
    write_name(&body, name);
    const struct inquiry   q = { "DELETE", "/api/delete", true, S("content-type: application/json\r\n"),
                                 buf_slice(&body) };
    const struct asked_for got = asker_ask(c->asker, p, &q, NULL, NULL);
    buf_fini(&body);
    if (got.status == 200) {
        printf("%s is removed from %s\n", name, p->name);
        return 0;
    }
    fprintf(stderr, "weir models: %s was not removed: %s\n", name,
            got.status == 404   ? "there is no such model"
            : got.why.detail[0] ? got.why.detail
                                : "it was refused");
    return 1;
}

/* ---- the command ---- */

static int usage(int status)
{
    fputs("usage: weir models [-c weir.yaml] [--provider P] [--json] [list]\n"
          "       weir models [-c weir.yaml] [--provider P] pull NAME\n"
          "       weir models [-c weir.yaml] [--provider P] remove NAME\n",
          status ? stderr : stdout);
    return status;
}

static int run(struct models_command *c, int words, char **word)
{
    if (words == 0 || (words == 1 && strcmp(word[0], "list") == 0))
        return list(c);
    if (words == 2 && strcmp(word[0], "pull") == 0)
        return pull(c, word[1]);
    if (words == 2 && strcmp(word[0], "remove") == 0)
        return remove_model(c, word[1]);
    return usage(2);
}

int cmd_models(int argc, char **argv)
{
    static const struct option options[] = { { "provider", required_argument, NULL, 'p' },
                                             { "json", no_argument, NULL, 'j' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    struct models_command      c = { .provider = NULL };
    const char                *file = NULL;
    int                        status = 1;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (option == 'c')
            file = optarg;
        else if (option == 'p')
            c.provider = optarg;
        else if (option == 'j')
            c.is_json = true;
        else
            return usage(option == 'h' ? 0 : 2);
    }
    signal(SIGPIPE, SIG_IGN);
    log_set_level(LOG_ERROR);
    if (loaded_open_policy(&c.loaded, file)) {
        c.asker = asker_new(c.loaded.arena);
        status = run(&c, argc - optind, argv + optind);
        asker_free(&c.asker);
    } else {
        loaded_complain(&c.loaded);
    }
    loaded_close(&c.loaded);
    return status;
}
