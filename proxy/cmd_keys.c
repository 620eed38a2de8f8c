/*
 * cmd_keys.c - weir keys: API keys made, looked at, changed, rotated and revoked, as the admin API does it.
 *
 * It needs no running daemon: all is in Redis, and whoever runs hears of it there.
 */
#include "clock.h"
#include "cmd_store.h"
#include "commands.h"
#include "keys.h"
#include "master_key.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { ANSWER_MOST = 64 << 20, LISTED = 100, MOMENT_BYTES = 32 };

#define DAY_MS INT64_C(86400000)

static const char help[] =
    "usage: weir keys create --team T [WHAT]      make a key; it is shown this once\n"
    "       weir keys list [--team T] [--after ID] [--limit N]\n"
    "       weir keys show ID\n"
    "       weir keys change ID [WHAT]            \"\" takes a word away; --disable and --enable\n"
    "       weir keys rotate ID [--overlap 24h]   a new secret; the old one lives so long\n"
    "       weir keys revoke ID                   for good, on all proxies within a second\n"
    "WHAT:  --name N --user U --tags A,B --models A,B --routes A,B --zones A,B --reach ZONE\n"
    "       --expires 30d (or 2026-12-31, or never) --disable\n"
    "all:   -c weir.yaml --json\n";

/* ---- what is asked ---- */

struct asked {
    const char     *file; /* of settings */
    struct slice    id;   /* empty: none */
    struct key_wish wish;
    const char     *after;
    unsigned        most;
    int64_t         overlap_ms;
    bool            is_json;
};

struct act {
    struct store    store;
    struct asked    asked;
    struct arena   *arena;
    struct key_ring ring;
    const char     *name; /* for the audit: "create_key"; NULL: it changes nothing */
    int             status;
};

/* "30d", "12h", "90m", "60s". */
static bool read_duration(const char *text, int64_t *ms)
{
    static const struct {
        char    letter;
        int64_t ms;
    } units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', DAY_MS } };
    struct slice s = slice_str(text);
    int64_t      count;
    if (s.len < 2 || !slice_to_i64(slice_cut(s, 0, s.len - 1), &count) || count < 0)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].letter == s.ptr[s.len - 1])
            return !__builtin_mul_overflow(count, units[i].ms, ms);
    return false;
}

/* Also a day, at whose beginning (UTC) it ends, and "never". */
static bool read_expiry(const char *text, int64_t *ms)
{
    struct tm   day = { 0 };
    const char *end;
    int64_t     in_ms, now_ms = clock_wall_ms();
    if (strcmp(text, "never") == 0) {
        *ms = 0;
        return true;
    }
    if (read_duration(text, &in_ms))
        return !__builtin_add_overflow(now_ms, in_ms, ms);
    end = strptime(text, "%Y-%m-%d", &day);
    *ms = (int64_t)timegm(&day) * 1000;
    return end && !*end;
}

/* "a,b" -> names in the arena; "" -> none. */
static struct names read_names(struct arena *arena, const char *text)
{
    struct slice rest = slice_str(text);
    const char **name = arena_array(arena, rest.len + 1, sizeof *name);
    unsigned     count = 0;
    while (rest.len) {
        struct slice one = slice_cut(rest, 0, slice_find_byte(rest, ','));
        rest = slice_cut(rest, one.len + 1, rest.len);
        name[count++] = arena_cstr(arena, slice_trim(one));
    }
    return (struct names){ .name = name, .count = count };
}

static bool read_tags(struct arena *arena, const char *text, struct key_record *r)
{
    struct names names = read_names(arena, text);
    if (names.count > TAGS_MOST)
        return false;
    for (unsigned i = 0; i < names.count; i++)
        r->tag[i] = names.name[i];
    r->tags = names.count;
    return true;
}

enum { OPT_TEAM = 256, OPT_AFTER, OPT_LIMIT, OPT_OVERLAP, OPT_JSON, OPT_DISABLE, OPT_ENABLE, OPT_WISH = 1024 };

/* What is wished for a key; OPT_WISH + its part. False where it makes no sense. */
static bool take_wish(struct arena *arena, unsigned part, const char *text, struct key_wish *wish)
{
    struct key_record *r = &wish->record;
    wish->parts |= part;
    switch ((enum key_part)part) {
    case KEY_NAME:
        r->name = text;
        return true;
    case KEY_USER:
        r->user = text;
        return true;
    case KEY_TAGS:
        return read_tags(arena, text, r);
    case KEY_MODELS:
        r->grant.models = read_names(arena, text);
        return true;
    case KEY_ROUTES:
        r->grant.routes = read_names(arena, text);
        return true;
    case KEY_ZONES:
        r->grant.zones = read_names(arena, text);
        return true;
    case KEY_REACH:
        r->grant.reach = *text ? text : NULL;
        return true;
    case KEY_EXPIRES:
        return read_expiry(text, &r->expires_ms);
    case KEY_ENABLED:
        break;
    }
    return false;
}

static bool take_option(struct arena *arena, int option, const char *text, struct asked *a)
{
    int64_t number;
    switch (option) {
    case 'c':
        a->file = text;
        return true;
    case OPT_TEAM:
        a->wish.record.team = text;
        return true;
    case OPT_AFTER:
        a->after = text;
        return true;
    case OPT_LIMIT:
        a->most = slice_to_i64(slice_str(text), &number) && number > 0 && number <= KEYS_LISTED_MOST
                      ? (unsigned)number
                      : 0;
        return a->most > 0;
    case OPT_OVERLAP:
        return read_duration(text, &a->overlap_ms);
    case OPT_JSON:
        a->is_json = true;
        return true;
    case OPT_DISABLE:
    case OPT_ENABLE:
        a->wish.parts |= KEY_ENABLED;
        a->wish.record.is_disabled = option == OPT_DISABLE;
        return true;
    default:
        return option >= OPT_WISH && take_wish(arena, (unsigned)option - OPT_WISH, text, &a->wish);
    }
}

static bool read_words(int argc, char **argv, struct arena *arena, struct asked *a)
{
    static const struct option options[] = { { "team", required_argument, NULL, OPT_TEAM },
                                             { "after", required_argument, NULL, OPT_AFTER },
                                             { "limit", required_argument, NULL, OPT_LIMIT },
                                             { "overlap", required_argument, NULL, OPT_OVERLAP },
                                             { "json", no_argument, NULL, OPT_JSON },
                                             { "disable", no_argument, NULL, OPT_DISABLE },
                                             { "enable", no_argument, NULL, OPT_ENABLE },
                                             { "name", required_argument, NULL, OPT_WISH + KEY_NAME },
                                             { "user", required_argument, NULL, OPT_WISH + KEY_USER },
                                             { "tags", required_argument, NULL, OPT_WISH + KEY_TAGS },
                                             { "models", required_argument, NULL, OPT_WISH + KEY_MODELS },
                                             { "routes", required_argument, NULL, OPT_WISH + KEY_ROUTES },
                                             { "zones", required_argument, NULL, OPT_WISH + KEY_ZONES },
                                             { "reach", required_argument, NULL, OPT_WISH + KEY_REACH },
                                             { "expires", required_argument, NULL, OPT_WISH + KEY_EXPIRES },
                                             { NULL, 0, NULL, 0 } };
    int                        at = 0;
    *a = (struct asked){ .after = "", .most = LISTED, .overlap_ms = DAY_MS };
    a->wish.record = (struct key_record){ .name = "", .user = "", .team = "" };
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:", options, &at)) != -1;) {
        if (option == '?')
            return false;
        if (!take_option(arena, option, optarg, a)) {
            fprintf(stderr, "weir keys: --%s cannot be \"%s\"\n", options[at].name, optarg);
            return false;
        }
    }
    if (optind < argc)
        a->id = api_key_id_in(slice_str(argv[optind++]));
    return optind == argc;
}

/* ---- what is answered, for people ---- */

static const char *moment(int64_t ms, const char *none, char out[MOMENT_BYTES])
{
    time_t    second = ms / 1000;
    struct tm utc;
    gmtime_r(&second, &utc);
    if (ms == 0)
        return none;
    strftime(out, MOMENT_BYTES, "%Y-%m-%d %H:%M", &utc);
    return out;
}

static void print_names(const char *what, const char *const *name, unsigned count)
{
    if (count == 0)
        return;
    printf("%-9s", what);
    for (unsigned i = 0; i < count; i++)
        printf("%s%s", i ? ", " : "", name[i]);
    putchar('\n');
}

static void print_text(const char *what, const char *text)
{
    if (text && *text)
        printf("%-9s%s\n", what, text);
}

static void print_key(const struct key_record *r, const char *key, int64_t wall_ms)
{
    char when[MOMENT_BYTES];
    if (key)
        printf("%-9s%s    (shown this once)\n", "key", key);
    print_text("id", r->id);
    print_text("team", r->team);
    print_text("name", r->name);
    print_text("user", r->user);
    print_names("tags", r->tag, r->tags);
    print_names("models", r->grant.models.name, r->grant.models.count);
    print_names("routes", r->grant.routes.name, r->grant.routes.count);
    print_names("zones", r->grant.zones.name, r->grant.zones.count);
    print_text("reach", r->grant.reach);
    print_text("state", key_state_word(key_record_state(r, wall_ms)));
    print_text("made", moment(r->made_ms, "", when));
    print_text("expires", moment(r->expires_ms, "never", when));
    print_text("revoked", moment(r->revoked_ms, "", when));
    for (unsigned i = 0; i < r->secrets; i++)
        if (r->secret[i].until_ms > wall_ms)
            printf("%-9san older secret lives until %s\n", "", moment(r->secret[i].until_ms, "", when));
}

static void print_list(const struct key_record *r, size_t count, bool has_more, int64_t wall_ms)
{
    char when[MOMENT_BYTES], until[MOMENT_BYTES];
    printf("%-14s%-16s%-20s%-16s%-10s%-18s%s\n", "ID", "TEAM", "NAME", "USER", "STATE", "MADE", "EXPIRES");
    for (size_t i = 0; i < count; i++)
        printf("%-14s%-16s%-20s%-16s%-10s%-18s%s\n", r[i].id, r[i].team, *r[i].name ? r[i].name : "-",
               *r[i].user ? r[i].user : "-", key_state_word(key_record_state(&r[i], wall_ms)),
               moment(r[i].made_ms, "-", when), moment(r[i].expires_ms, "never", until));
    if (has_more)
        printf("there are others: --after %s\n", r[count - 1].id);
}

/* ---- acts ---- */

static void print_json(const struct buf *out)
{
    printf("%.*s\n", SLICE_ARG(buf_slice(out)));
}

static void on_key(void *arg, const struct key_record *r, const char *key, const struct fault *why)
{
    struct act  *act = arg;
    int64_t      wall_ms = loop_wall_ms(act->store.loop);
    struct slice id = r ? slice_str(r->id) : act->asked.id;
    if (act->name && api_key_is_id(id))
        store_tell(&act->store, act->name, arena_printf(act->arena, "key %.*s", SLICE_ARG(id)),
                   r ? "done" : fault_code(why->kind));
    if (!r) {
        act->status = store_complain(why);
    } else if (act->asked.is_json) {
        struct buf out;
        buf_init(&out, ANSWER_MOST);
        keys_write_json(&out, r, key, wall_ms);
        print_json(&out);
        buf_wipe(&out);
    } else {
        print_key(r, key, wall_ms);
    }
    store_done(&act->store);
}

static void on_keys(void *arg, const struct key_record *record, size_t count, bool has_more,
                    const struct fault *why)
{
    struct act *act = arg;
    int64_t     wall_ms = loop_wall_ms(act->store.loop);
    if (!record) {
        act->status = store_complain(why);
    } else if (act->asked.is_json) {
        struct buf out;
        buf_init(&out, ANSWER_MOST);
        keys_write_list_json(&out, record, count, has_more, wall_ms);
        print_json(&out);
        buf_fini(&out);
    } else {
        print_list(record, count, has_more, wall_ms);
    }
    store_done(&act->store);
}

static struct key_desk desk_of(const struct act *act)
{
    return (struct key_desk){ .loop = act->store.loop,
                              .redis = act->store.redis,
                              .arena = act->arena,
                              .ring = &act->ring,
                              .settings = act->store.loaded.settings,
                              .policy = act->store.loaded.policy,
                              .wall_ms = loop_wall_ms(act->store.loop) };
}

static bool create(struct act *act, struct fault *why)
{
    struct key_desk desk = desk_of(act);
    act->name = "create_key";
    if (!keys_check(&desk, &act->asked.wish, true, why))
        return false;
    keys_create(&desk, &act->asked.wish, on_key, act);
    return true;
}

static bool list(struct act *act, struct fault *why)
{
    (void)why;
    struct key_desk desk = desk_of(act);
    keys_list(&desk, slice_str(act->asked.wish.record.team), slice_str(act->asked.after), act->asked.most,
              on_keys, act);
    return true;
}

static bool show(struct act *act, struct fault *why)
{
    (void)why;
    struct key_desk desk = desk_of(act);
    keys_show(&desk, act->asked.id, on_key, act);
    return true;
}

static bool change(struct act *act, struct fault *why)
{
    struct key_desk desk = desk_of(act);
    act->name = "change_key";
    if (!keys_check(&desk, &act->asked.wish, false, why))
        return false;
    keys_change(&desk, act->asked.id, &act->asked.wish, on_key, act);
    return true;
}

static bool rotate(struct act *act, struct fault *why)
{
    (void)why;
    struct key_desk desk = desk_of(act);
    act->name = "rotate_key";
    keys_rotate(&desk, act->asked.id, act->asked.overlap_ms, on_key, act);
    return true;
}

static bool revoke(struct act *act, struct fault *why)
{
    (void)why;
    struct key_desk desk = desk_of(act);
    act->name = "revoke_key";
    keys_revoke(&desk, act->asked.id, on_key, act);
    return true;
}

/* ---- the command ---- */

static bool open_ring(struct act *act, struct fault *why)
{
    const struct settings *settings = act->store.loaded.settings;
    struct vault_key       master = settings->master_key;
    if (!settings->has_master_key && !master_key_own(settings->state_folder, &master, why))
        return false;
    key_ring_make(&master, &act->ring);
    explicit_bzero(&master, sizeof master);
    return true;
}

static int run(struct act *act, bool (*ask)(struct act *, struct fault *))
{
    struct fault why = { 0 };
    if (!store_open(&act->store, act->asked.file))
        act->status = 1;
    else if (!open_ring(act, &why) || !ask(act, &why))
        act->status = store_complain(&why);
    else
        store_wait(&act->store);
    arena_free(&act->arena); /* its timers are the loop's */
    store_close(&act->store);
    explicit_bzero(&act->ring, sizeof act->ring);
    return act->status;
}

int cmd_keys(int argc, char **argv)
{
    static const struct {
        const char *word;
        bool (*ask)(struct act *, struct fault *);
        bool needs_id;
    } acts[] = { { "create", create, false }, { "list", list, false },    { "show", show, true },
                 { "change", change, true },  { "rotate", rotate, true }, { "revoke", revoke, true } };
    const char *word = argc > 1 ? argv[1] : "";
    struct act  act = { .arena = arena_new() };
    int         status = 2;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (strcmp(acts[i].word, word) != 0)
            continue;
        if (read_words(argc - 1, argv + 1, act.arena, &act.asked) && acts[i].needs_id == (act.asked.id.len > 0))
            status = run(&act, acts[i].ask);
        break;
    }
    if (status == 2)
        fputs(help, strcmp(word, "--help") == 0 ? stdout : stderr);
    arena_free(&act.arena);
    return strcmp(word, "--help") == 0 ? 0 : status;
}
