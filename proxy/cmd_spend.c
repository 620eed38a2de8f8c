/*
 * cmd_spend.c - weir spend: what was spent, by whom and on what, and what was saved.
 */
#include "clock.h"
#include "cmd_store.h"
#include "commands.h"
#include "spend_query.h"

#include <getopt.h>
#include <stdio.h>

enum { ANSWER_MOST_BYTES = 64 << 20 };

static const char help[] =
    "usage: weir spend [-c weir.yaml] [--by WHAT,...] [--since DAY] [--until DAY] [--format table|csv|json]\n"
    "                  [--team T] [--key K] [--user U] [--model M] [--route R] [--tag G]\n"
    "\n"
    "What was spent, and what was saved against asking the most capable model for all (`spending: { baseline: "
    "… }`\n"
    "in weir.yaml; left out, the dearest). --by takes day, month, team, key, user, model, route, tag; left "
    "out, team.\n"
    "Days are UTC's, such as 2026-11-01; left out, this month. The table is rounded to a ten-thousandth of a "
    "dollar,\n"
    "csv and json are exact.\n";

struct asking {
    struct store *store;
    struct buf    answer;
    struct fault  why;
};

static void on_sums(void *arg, const struct spend_sums *sums, const struct fault *why)
{
    struct asking *a = arg;
    if (sums)
        spend_write(sums, &a->answer);
    else
        a->why = *why;
    store_done(a->store);
}

static int answer(struct store *store, const struct spend_question *question)
{
    struct asking a = { .store = store };
    int           status = 0;
    buf_init(&a.answer, ANSWER_MOST_BYTES);
    (void)spend_ask(store->redis, question, on_sums, &a); /* gone when it has answered */
    store_wait(store);
    if (a.why.kind)
        status = store_complain(&a.why);
    else if (a.answer.full || fwrite(a.answer.ptr, 1, a.answer.len, stdout) != a.answer.len ||
             fflush(stdout) != 0)
        status = 1;
    buf_fini(&a.answer);
    return status;
}

/* False with the exit status. */
static bool read_words(int argc, char **argv, struct arena *arena, struct spend_question *question,
                       const char **file, int *status)
{
    static const struct option options[] = {
        { "by", required_argument, NULL, 'w' },    { "since", required_argument, NULL, 'w' },
        { "until", required_argument, NULL, 'w' }, { "format", required_argument, NULL, 'w' },
        { "team", required_argument, NULL, 'w' },  { "key", required_argument, NULL, 'w' },
        { "user", required_argument, NULL, 'w' },  { "model", required_argument, NULL, 'w' },
        { "route", required_argument, NULL, 'w' }, { "tag", required_argument, NULL, 'w' },
        { "help", no_argument, NULL, 'h' },        { NULL, 0, NULL, 0 }
    };
    struct fault why = { 0 };
    int          at = 0;
    *status = 2;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:h", options, &at)) != -1;) {
        if (option == 'c') {
            *file = optarg;
        } else if (option == 'h') {
            fputs(help, stdout);
            *status = 0;
            return false;
        } else if (option != 'w') {
            fputs(help, stderr);
            return false;
        } else if (!spend_question_take(question, arena, slice_str(options[at].name), slice_str(optarg),
                                        &why)) {
            fprintf(stderr, "weir spend: %s\n", why.detail);
            return false;
        }
    }
    if (optind != argc) {
        fputs(help, stderr);
        return false;
    }
    if (spend_question_check(question, &why))
        return true;
    fprintf(stderr, "weir spend: %s\n", why.detail);
    return false;
}

int cmd_spend(int argc, char **argv)
{
    struct arena         *arena = arena_new();
    struct spend_question question;
    struct store          store;
    const char           *file = NULL;
    int                   status;
    spend_question_init(&question, clock_wall_ms());
    if (read_words(argc, argv, arena, &question, &file, &status)) {
        status = store_open(&store, file) ? answer(&store, &question) : 1;
        store_close(&store);
    }
    arena_free(&arena);
    return status;
}
