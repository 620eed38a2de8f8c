/*
 * cmd_prices.c - weir prices list, weir prices check: what models cost, since when that is known, and from
 * whom.
 */
#include "clock.h"
#include "cmd_store.h"
#include "commands.h"
#include "spend_query.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

enum { DAY_MS = 24 * 60 * 60 * 1000, OLD_DAYS = 90, SEEN_DAYS = 30, NAME_COLUMNS = 22, DAYS_MOST = 100000 };

static const char help[] =
    "usage: weir prices list [-c weir.yaml]\n"
    "       weir prices check [-c weir.yaml] [--older-than DAYS] [--strict] [--seen]\n"
    "\n"
    "list: all prices in force, in US dollars a million tokens, with the day and the place that they are "
    "from.\n"
    "check: the models of weir.yaml. Exits with 1 where one has no price, or one that was looked up more than\n"
    "--older-than (90) days ago; with --strict also where a price is second-hand, undated or assumed. --seen "
    "looks\n"
    "into Redis, too, for models that were called in the last 30 days and had no price.\n";

struct asked {
    const char *file;
    int64_t     old_days;
    bool        is_strict, looks_at_seen;
};

/* What the check has found. */
struct found {
    unsigned wrong, doubtful;
};

/* ---- words ---- */

/* "1.25", as the lists have it. */
static const char *dollars(int64_t nanousd, char out[32])
{
    nanousd_format(nanousd, out);
    for (size_t len = strlen(out); out[len - 1] == '0' && out[len - 3] != '.';)
        out[--len] = '\0';
    return out;
}

static const char *day_words(const struct price_source *source, char out[DAY_BYTES])
{
    if (source->day == PRICE_UNDATED)
        return "undated";
    day_name(source->day, out);
    return out;
}

static const char *where_from(const struct price_source *source)
{
    return source->url ? source->url : source->file ? source->file : "-";
}

static int64_t today(void)
{
    return clock_wall_ms() / DAY_MS;
}

/* ---- list ---- */

static const char *tokens(int64_t limit, char out[32])
{
    snprintf(out, 32, "%" PRId64, limit);
    return limit ? out : "-";
}

static void print_priced(const struct priced *p)
{
    char input[32], cached[32], output[32], day[DAY_BYTES], columns[96], reads[32], writes[32];
    if (p->price.is_known)
        snprintf(columns, sizeof columns, "%8s %8s %8s", dollars(p->price.usual.input_nanousd, input),
                 dollars(p->price.usual.cached_nanousd, cached),
                 dollars(p->price.usual.output_nanousd, output));
    else
        snprintf(columns, sizeof columns, "%8s %8s %8s", "-", "-", "-");
    printf("%-*s %s %9s %8s  %-10s  %s%s\n", NAME_COLUMNS, p->name, columns, tokens(p->context_tokens, reads),
           tokens(p->output_tokens, writes), p->price.is_known ? day_words(&p->source, day) : "-",
           p->price.is_known ? where_from(&p->source) : "-", p->source.is_second_hand ? " (second-hand)" : "");
}

static bool is_replaced(const struct priced *list, const struct priced *p)
{
    for (; list != p; list = list->next)
        if (strcmp(list->name, p->name) == 0)
            return true;
    return false;
}

/* The list is kept with its last line first. */
static void print_list(struct arena *arena, const struct priced *list)
{
    size_t                count = 0;
    const struct priced **line;
    for (const struct priced *each = list; each; each = each->next)
        count++;
    line = arena_array(arena, count, sizeof(const struct priced *));
    const struct priced *p = list;
    for (size_t at = count; p; p = p->next)
        line[--at] = p;
    for (size_t i = 0; i < count; i++)
        if (!is_replaced(list, line[i]))
            print_priced(line[i]);
}

static void list_prices(struct arena *arena, const struct settings *settings)
{
    printf("%-*s %8s %8s %8s %9s %8s  %-10s  %s\n", NAME_COLUMNS, "model", "input", "cached", "output",
           "context", "answer", "looked up", "from");
    print_list(arena, settings->priced);
}

/* ---- check ---- */

static void tell(const char *verdict, const char *model, const char *sent_as, const char *words)
{
    printf("%-5s %s%s%s%s  %s\n", verdict, model, strcmp(model, sent_as) ? " (" : "",
           strcmp(model, sent_as) ? sent_as : "", strcmp(model, sent_as) ? ")" : "", words);
}

static void check_listed(const struct asked *asked, const struct model *model, struct found *found)
{
    const struct price_source *source = &model->source;
    char                       day[DAY_BYTES], words[512];
    int64_t                    age_days = source->day == PRICE_UNDATED ? 0 : today() - source->day;
    snprintf(words, sizeof words, "%s, %s%s", day_words(source, day), where_from(source),
             source->is_second_hand ? " (second-hand)" : "");
    if (age_days > asked->old_days) {
        tell("old", model->name, model->sent_as, words);
        found->wrong++;
    } else if (source->is_second_hand || source->day == PRICE_UNDATED) {
        tell("note", model->name, model->sent_as, words);
        found->doubtful++;
    } else {
        tell("ok", model->name, model->sent_as, words);
    }
}

static void check_model(const struct asked *asked, const struct model *model, struct found *found)
{
    switch (model->source.kind) {
    case PRICE_NONE:
        tell("none", model->name, model->sent_as,
             "no list has its price: it costs nothing in the accounts, and no budget covers it");
        found->wrong++;
        break;
    case PRICE_OWN:
        tell("ok", model->name, model->sent_as, "the settings' own price");
        break;
    case PRICE_NEAR:
        tell("ok", model->name, model->sent_as, "runs in the nearest zone, and costs nothing");
        break;
    case PRICE_ASSUMED:
        tell("note", model->name, model->sent_as,
             "no list has its price: budgets: { unknown_price: … } stands in for it");
        found->doubtful++;
        break;
    case PRICE_LISTED:
        check_listed(asked, model, found);
        break;
    }
}

/* ---- what was called ---- */

struct looking {
    struct store *store;
    struct found *found;
    struct fault  why;
};

static void on_seen(void *arg, const struct spend_sums *sums, const struct fault *why)
{
    struct looking *l = arg;
    if (!sums)
        l->why = *why;
    for (size_t i = 0; sums && i < sums->rows; i++) {
        int64_t calls = sums->row[i].sum[SPENT_UNPRICED];
        if (calls == 0)
            continue;
        printf("none  %s  %" PRId64 " calls without a price in the last %d days\n", sums->row[i].name[0], calls,
               SEEN_DAYS);
        l->found->wrong++;
    }
    store_done(l->store);
}

static int look_at_seen(const char *file, struct found *found)
{
    struct store          store;
    struct spend_question question;
    struct looking        looking = { .store = &store, .found = found };
    int                   status = 1;
    spend_question_init(&question, clock_wall_ms());
    question.since = question.until - SEEN_DAYS;
    question.by[0] = SPEND_MODEL;
    if (store_open(&store, file)) {
        (void)spend_ask(store.redis, &question, on_seen, &looking); /* gone when it has answered */
        store_wait(&store);
        status = looking.why.kind ? store_complain(&looking.why) : 0;
    }
    store_close(&store);
    return status;
}

static int check(const struct asked *asked, const struct settings *settings)
{
    struct found found = { 0 };
    for (unsigned i = 0; i < settings->model_count; i++)
        check_model(asked, &settings->model[i], &found);
    int status = asked->looks_at_seen ? look_at_seen(asked->file, &found) : 0;
    return found.wrong || (asked->is_strict && found.doubtful) ? 1 : status;
}

/* ---- the command ---- */

static int misused(void)
{
    fputs(help, stderr);
    return 2;
}

static int run(const struct asked *asked, bool is_check)
{
    struct loaded l;
    int           status = 1;
    if (!loaded_open_policy(&l, asked->file))
        loaded_complain(&l);
    else if (is_check)
        status = check(asked, l.settings);
    else {
        list_prices(l.arena, l.settings);
        status = 0;
    }
    loaded_close(&l);
    return status;
}

int cmd_prices(int argc, char **argv)
{
    static const struct option options[] = { { "older-than", required_argument, NULL, 'o' },
                                             { "strict", no_argument, NULL, 's' },
                                             { "seen", no_argument, NULL, 'e' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    struct asked               asked = { .old_days = OLD_DAYS };
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:h", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            asked.file = optarg;
            break;
        case 'o':
            if (!slice_to_i64(slice_str(optarg), &asked.old_days) || asked.old_days < 0 ||
                asked.old_days > DAYS_MOST)
                return misused();
            break;
        case 's':
            asked.is_strict = true;
            break;
        case 'e':
            asked.looks_at_seen = true;
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            return misused();
        }
    }
    bool is_check = optind + 1 == argc && strcmp(argv[optind], "check") == 0;
    bool is_list = optind + 1 == argc && strcmp(argv[optind], "list") == 0;
    return is_check || is_list ? run(&asked, is_check) : misused();
}
