/* cmd_budgets.c - weir budgets: how each budget stands; and weir teams: who they are, and what applies to them.
 */
#include "budgets.h"
#include "cmd_store.h"
#include "commands.h"
#include "teams.h"

#include <getopt.h>
#include <stdio.h>
#include <time.h>

enum { ANSWER_MOST = 64 << 20, LINES_TOLD = 20, LINES_TOLD_MOST = 10000, USD_BYTES = 32 };

static const char help[] =
    "usage: weir budgets [-c weir.yaml] [--budget RULE] [--team T] [--lines N] [--json]\n"
    "       what each payer has spent, reserved and left in the window that runs now; who has least left "
    "comes\n"
    "       first, and N of each budget are told (20 where left out)\n";
static const char teams_help[] = "usage: weir teams [-c weir.yaml] [--json]\n";

struct asking {
    struct store  store;
    struct arena *arena;
    size_t        lines;
    bool          is_json;
    int           status;
};

/* ---- for people ---- */

/* "12.3456": to a ten-thousandth of a dollar. */
static const char *dollars(int64_t nanousd, char out[USD_BYTES])
{
    nanousd_format(nanousd, out);
    out[strlen(out) - 5] = '\0';
    return out;
}

static void print_state(const struct budget_state *state, size_t lines)
{
    char   limit[USD_BYTES], spent[USD_BYTES], reserved[USD_BYTES], left[USD_BYTES], window[WINDOW_WORDS_BYTES];
    char   reset[32] = "";
    time_t second = state->span.to_ms / 1000;
    struct tm utc;
    if (window_begins_anew(&state->budget->window) && gmtime_r(&second, &utc))
        strftime(reset, sizeof reset, ", until %Y-%m-%d %H:%M", &utc);
    printf("%s: $%s %s%s\n", state->budget->name, dollars(state->budget->limit_nanousd, limit),
           window_words(&state->budget->window, window), reset);
    if (state->lines)
        printf("  %14s%14s%14s  %s\n", "SPENT", "RESERVED", "LEFT", "OF");
    for (size_t i = 0; i < state->lines && i < lines; i++) {
        const struct budget_line *line = &state->line[i];
        struct buf                words;
        buf_init(&words, SIZE_MAX); /* names of ours */
        budget_line_words(line, &words);
        printf("  %14s%14s%14s  %.*s\n", dollars(line->spent_nanousd, spent),
               dollars(line->reserved_nanousd, reserved), dollars(budget_left(state->budget, line), left),
               SLICE_ARG(buf_slice(&words)));
        buf_fini(&words);
    }
    if (state->lines == 0)
        puts("  nobody has spent from it");
    if (state->lines > lines)
        printf("  and %zu others: --lines\n", state->lines - lines);
}

/* ---- budgets ---- */

static void on_budgets(void *arg, const struct budget_state *state, size_t count, bool is_cut,
                       const struct fault *why)
{
    struct asking *a = arg;
    struct buf     out;
    buf_init(&out, ANSWER_MOST);
    if (!state) {
        a->status = store_complain(why);
    } else if (a->is_json) {
        budgets_write_json(&out, state, count, is_cut, a->lines);
        printf("%.*s\n", SLICE_ARG(buf_slice(&out)));
    } else {
        for (size_t i = 0; i < count; i++)
            print_state(&state[i], a->lines);
        if (count == 0)
            puts("the policies have no such budget");
    }
    buf_fini(&out);
    store_done(&a->store);
}

int cmd_budgets(int argc, char **argv)
{
    static const struct option options[] = { { "budget", required_argument, NULL, 'b' },
                                             { "team", required_argument, NULL, 't' },
                                             { "lines", required_argument, NULL, 'l' },
                                             { "json", no_argument, NULL, 'j' },
                                             { NULL, 0, NULL, 0 } };
    struct asking              a = { .arena = arena_new(), .lines = LINES_TOLD };
    const char                *file = NULL, *only = "", *team = "";
    int64_t                    lines = LINES_TOLD;
    bool                       is_read = true;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        file = option == 'c' ? optarg : file;
        only = option == 'b' ? optarg : only;
        team = option == 't' ? optarg : team;
        a.is_json = a.is_json || option == 'j';
        is_read = is_read && option != '?' && (option != 'l' || slice_to_i64(slice_str(optarg), &lines));
    }
    if (!is_read || optind != argc || lines < 1 || lines > LINES_TOLD_MOST) {
        fputs(help, stderr);
        a.status = 2;
    } else if (store_open(&a.store, file)) {
        a.lines = (size_t)lines;
        budgets_ask(a.store.redis, a.arena, a.store.loaded.policy, only, team, loop_wall_ms(a.store.loop),
                    on_budgets, &a);
        store_wait(&a.store);
        store_close(&a.store);
    } else {
        a.status = 1;
        store_close(&a.store);
    }
    arena_free(&a.arena);
    return a.status;
}

/* ---- teams ---- */

static void print_names(const char *what, const struct names *names)
{
    for (unsigned i = 0; i < names->count; i++)
        printf("%s%s", i ? ", " : what, names->name[i]);
}

static void print_team(const struct loaded *l, const struct team *team)
{
    struct cost cost;
    printf("%s: %u key%s in the settings", team->name, team->key_count, team->key_count == 1 ? "" : "s");
    if (team->requests_a_minute)
        printf("; %lld requests a minute", (long long)team->requests_a_minute);
    print_names("; models ", &team->grant.models);
    print_names("; routes ", &team->grant.routes);
    print_names("; zones ", &team->grant.zones);
    if (team->grant.reach)
        printf("; reach %s", team->grant.reach);
    putchar('\n');
    for (unsigned i = 0; policy_cost(l->policy, i, &cost); i++)
        if (policy_cost_concerns(l->policy, i, team))
            printf("  %s%s%s\n", cost.name, cost.budget ? " (budget)" : "", cost.limit ? " (limit)" : "");
}

static void print_teams(const struct loaded *l, bool is_json)
{
    struct buf out;
    buf_init(&out, ANSWER_MOST);
    if (is_json) {
        teams_write_json(&out, l->settings, l->policy);
        printf("%.*s\n", SLICE_ARG(buf_slice(&out)));
    }
    for (unsigned i = 0; !is_json && i < l->settings->team_count; i++)
        print_team(l, &l->settings->team[i]);
    buf_fini(&out);
}

int cmd_teams(int argc, char **argv)
{
    static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
    const char                *file = NULL;
    bool                       is_json = false;
    struct loaded              l;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        file = option == 'c' ? optarg : file;
        is_json = is_json || option == 'j';
        if (option == '?')
            optind = argc + 1;
    }
    if (optind != argc) {
        fputs(teams_help, stderr);
        return 2;
    }
    bool ok = loaded_open_policy(&l, file);
    if (ok)
        print_teams(&l, is_json);
    else
        loaded_complain(&l);
    loaded_close(&l);
    return ok ? 0 : 1;
}
