/*
 * cmd_check.c - weir check: is all that Weir would start from in order?
 *
 * What is well is a line that begins with "ok", on stdout; what is wrong goes to stderr, all of it in one run.
 */
#include "cmd_load.h"
#include "commands.h"

#include <getopt.h>
#include <stdio.h>

static void tell_settings(const struct settings *s)
{
    printf("ok    settings  %s: %u provider%s, %u model%s, %u team%s\n", s->file ? s->file : "built in",
           s->provider_count, s->provider_count == 1 ? "" : "s", s->model_count, s->model_count == 1 ? "" : "s",
           s->team_count, s->team_count == 1 ? "" : "s");
    for (unsigned i = 0; i < s->policy_count; i++)
        printf("ok    policies  %s\n", s->policy_file[i]);
    for (unsigned i = 0; i < s->price_count; i++)
        printf("ok    prices    %s\n", s->price_file[i]);
    if (s->baseline)
        printf("ok    savings   are told against all to %s (%s)\n", s->baseline->name, s->baseline->sent_as);
}

static void tell_heads(const struct taught_heads *heads)
{
    for (unsigned i = 0; i < heads->count; i++)
        printf("ok    head      %s: %u labels, accuracy %.3f of %u rows\n", heads->classes[i]->name,
               heads->classes[i]->labels, (double)heads->classes[i]->figure[TAUGHT_ACCURACY],
               heads->classes[i]->rows);
    if (heads->difficulty)
        printf("ok    head      %s: difficulty, APGR %.3f (without it %.3f) of %u rows\n",
               heads->difficulty->name, (double)heads->difficulty->figure[TAUGHT_APGR],
               (double)heads->difficulty->figure[TAUGHT_APGR_BEFORE], heads->difficulty->rows);
}

/* What is allowed, but may not be what was meant. */
static void tell_notes(const struct loaded *l)
{
    const struct settings *s = l->settings;
    for (unsigned i = 0; i < s->model_count; i++) {
        if (!s->model[i].price.is_known)
            printf("note  prices    model %s (%s) has none: it costs nothing in the accounts, and no budget "
                   "covers it\n",
                   s->model[i].name, s->model[i].sent_as);
    }
    if (l->slm)
        printf("ok    model     %s (%s)\n", s->slm_folder, slm_kernel(l->slm));
    else if (policy_needs(l->policy).judgement)
        printf("note  model     none; ./deploy/model fetches one. Without it difficulty counts as 1, and "
               "privacy rules "
               "about topics always apply\n");
    if (policy_needs(l->policy).names && !(l->slm && slm_has_names(l->slm)))
        printf(
            "note  names     a policy asks about persons, places or other names, which %s: every request stays "
            "in the nearest zone\n",
            l->slm ? "are learned for another model than this" : "need a model (./deploy/model fetches one)");
    tell_heads(policy_heads(l->policy));
    if (policy_class_count(l->policy) && l->slm)
        printf("ok    classes   %u, learned from their examples\n", policy_class_count(l->policy));
    else if (policy_class_count(l->policy))
        printf(
            "note  classes   not learned, since there is no model: privacy rules about classes always apply\n");
    if (l->slm && !slm_has_heads(l->slm))
        printf("note  model     difficulty and topic are learned for another model, and are not judged with "
               "this one\n");
}

static bool run_tests(struct loaded *l)
{
    unsigned count, failed = policy_test(l->policy, &l->inspector, &count, &l->diag);
    if (failed)
        loaded_complain(l);
    if (failed)
        fprintf(stderr, "%u of %u tests failed\n", failed, count);
    else
        printf("ok    tests     %u passed\n", count);
    return failed == 0;
}

static int usage(void)
{
    fputs("usage: weir check [-c weir.yaml]\n", stderr);
    return 2;
}

int cmd_check(int argc, char **argv)
{
    const char   *file = NULL;
    struct loaded l;
    optind = 1;
    for (int option; (option = getopt(argc, argv, "c:")) != -1;) {
        if (option != 'c')
            return usage();
        file = optarg;
    }
    if (optind != argc)
        return usage();

    bool ok = loaded_open(&l, file);
    if (ok) {
        tell_settings(l.settings);
        tell_notes(&l);
        ok = run_tests(&l);
    } else {
        fprintf(stderr, "%.*s%u error%s\n", SLICE_ARG(buf_slice(&l.diag.text)), l.diag.errors,
                l.diag.errors == 1 ? "" : "s");
    }
    loaded_close(&l);
    return ok ? 0 : 1;
}
