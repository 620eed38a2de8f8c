/*
 * cmd_explain.c - weir explain: what Weir would do with a prompt, and why.
 *
 * Nothing is asked, spent or kept. Placeholders are those of the running Weir: keyed with the settings' secret,
 * or with the key in its state folder.
 */
#include "cmd_explain.h"
#include "commands.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PROMPT_MOST_BYTES = 32 << 20 };

/* ---- finding out ---- */

static bool explain(struct explanation *e, struct slice model, struct slice prompt)
{
    const struct loaded *l = e->loaded;
    /* also what no rule asks: it is told */
    struct needs all = { .pii = true, .judgement = true, .classes = true, .needed = true, .injection = true };
    all.names = policy_needs(l->policy).names || (l->slm && slm_has_names(l->slm));
    if (!chat_of_prompt(l->arena, model, prompt, &e->chat, &e->why) ||
        !inspect(&l->inspector, all, l->arena, &e->chat, &e->inspection, &e->why))
        return false;
    facts_of(&e->chat, &e->inspection, e->team, &e->facts);
    e->is_refused = !decide(l->policy, &e->facts, &e->decision, &e->why);

    struct vault_key key;
    loaded_key(l, e->team, &key);
    struct vault *vault = vault_new(l->arena, &key);
    vault_set_ways(vault, e->decision.surrogate, e->decision.remove);
    e->redactions = redact(&e->chat, &e->inspection, e->decision.hide, vault, l->arena);
    return true;
}

bool explained_leaves(const struct explanation *e)
{
    const struct decision *d = &e->decision;
    bool                   leaves = d->escalate_to && d->escalate_to->provider->zone > 0;
    for (unsigned i = 0; i < d->count; i++)
        leaves = leaves || d->candidate[i]->provider->zone > 0;
    return leaves && !e->is_refused;
}

struct slice explained_text(const struct explanation *e)
{
    for (size_t i = 0; i < e->chat.text_count; i++) {
        const struct chat_text *text = &e->chat.text[i];
        if (text->place == CHAT_CONTENT)
            return text->now.ptr ? text->now : text->text;
    }
    return S("");
}

const char *explained_worst_usd(const struct explanation *e, const struct model *model, char out[32])
{
    int64_t      nanousd;
    struct fault why;
    if (!price_worst(model, (int64_t)e->chat.json.text.len, e->chat.max_tokens, e->chat.choices, &nanousd,
                     &why))
        return NULL;
    nanousd_format(nanousd, out);
    return out;
}

struct finding_place explained_place(const struct explanation *e, size_t nth, const struct finding *f)
{
    struct slice text = e->chat.text[nth].text;
    return (struct finding_place){ slice_code_points(slice_cut(text, 0, f->start)),
                                   slice_code_points(slice_cut(text, 0, f->end)) };
}

const char *explained_zone(const struct explanation *e, const struct model *model)
{
    return e->loaded->settings->zone[model->provider->zone];
}

/* ---- for people ---- */

static void print_findings(const struct explanation *e)
{
    const char *label = "private";
    for (size_t t = 0; t < e->chat.text_count; t++) {
        const struct findings *found = &e->inspection.findings[t];
        for (size_t i = 0; i < found->count; i++, label = "") {
            const struct finding *f = &found->item[i];
            struct finding_place  place = explained_place(e, t, f);
            const char           *rule = who_hides(e->loaded->policy, &e->facts, f->kind);
            printf("  %-12s%s, characters %zu to %zu, confidence %.2f (%s); %s%s\n", label, pii_word(f->kind),
                   place.start, place.end, (double)f->confidence, f->source, rule ? "hidden by " : "not hidden",
                   rule ? rule : "");
        }
    }
    if (*label)
        printf("  %-12snothing found\n", label);
}

static void print_allowed(const struct explanation *e)
{
    for (size_t i = 0; i < e->inspection.allowed_count; i++) {
        const struct allowed *a = &e->inspection.allowed[i];
        struct finding_place  place = explained_place(e, a->text, &a->finding);
        printf("  %-12s%s, characters %zu to %zu (%s), by %s:%u\n", i ? "" : "allowed",
               pii_word(a->finding.kind), place.start, place.end, a->finding.source, a->by.file, a->by.line);
    }
}

static void print_topics(const struct judgement *j)
{
    enum { TOPICS_SHOWN = 3 };
    bool shown[TOPICS] = { false };
    printf("  %-12s", "topic");
    for (unsigned n = 0; n < TOPICS_SHOWN; n++) {
        unsigned best = TOPICS;
        for (unsigned t = 0; t < TOPICS; t++) {
            if (!shown[t] && (best == TOPICS || j->topic_share[t] > j->topic_share[best]))
                best = t;
        }
        shown[best] = true;
        printf("%s%s %.0f %%", n ? ", " : "", topic_word((enum topic)best), 100 * (double)j->topic_share[best]);
    }
    putchar('\n');
}

/* The likeliest of the policies' classes, and what is left for none of them. */
static void print_class(const struct explanation *e)
{
    const struct policy *policy = e->loaded->policy;
    const float         *share = e->facts.class_share;
    float                none = 1;
    unsigned             best = 0;
    if (policy_class_count(policy) == 0)
        return;
    if (!share) {
        printf("  %-12snot judged\n", "class");
        return;
    }
    for (unsigned i = 0; i < policy_class_count(policy); i++) {
        none -= share[i];
        best = share[i] > share[best] ? i : best;
    }
    printf("  %-12s%s: %s %.0f %%, none of the classes %.0f %%\n", "class",
           policy_class(policy, e->facts.class_best), policy_class(policy, best), 100 * (double)share[best],
           100 * fmax((double)none, 0));
}

/* What each head that was taught says, under its own name. */
static void print_taught(const struct explanation *e)
{
    const struct taught_heads *heads = policy_heads(e->loaded->policy);
    for (unsigned i = 0; i < heads->count; i++) {
        const struct taught         *head = heads->classes[i];
        const struct taught_opinion *said = e->facts.taught ? &e->facts.taught[i] : NULL;
        if (said)
            printf("  %-12s%s %.0f %%\n", head->name, head->label[said->best].name,
                   100 * (double)said->share[said->best]);
        else
            printf("  %-12snot judged\n", head->name);
    }
}

/* Where "the hardest 20 %" begin. What a running Weir has seen is its own: /metrics tells. */
static void print_shares(const struct explanation *e)
{
    const struct share *share;
    unsigned            count = policy_shares(e->loaded->policy, &share);
    for (unsigned i = 0; i < count; i++)
        printf("  %-12sthe hardest %g %% begin at %.2f until traffic tells better\n", "", 100 * share[i].share,
               share[i].reference);
}

static void print_facts(const struct explanation *e)
{
    puts("What is in it");
    printf("  %-12s%lld, estimated\n", "tokens", (long long)e->facts.tokens);
    if (e->facts.is_judged) {
        print_topics(&e->facts.judgement);
        printf("  %-12s%.2f\n", "difficulty", (double)e->facts.judgement.difficulty);
        print_shares(e);
        printf("  %-12s%.2f\n", "sensitivity", (double)e->facts.judgement.sensitivity);
        printf("  %-12s%.2f\n", "injection", (double)e->facts.judgement.injection);
    } else {
        printf("  %-12snot judged: there is no model (./deploy/model fetches one)\n", "topic");
        printf("  %-12snot judged, counts as 1\n", "difficulty");
        printf("  %-12snot judged, counts as 1\n", "sensitivity");
        printf("  %-12snot judged, counts as 1\n", "injection");
    }
    print_class(e);
    print_taught(e);
    print_findings(e);
    print_allowed(e);
}

static void print_rules(const struct explanation *e)
{
    const struct decision *d = &e->decision;
    const char            *label = "rules";
    puts("\nWhat the policies say");
    for (unsigned i = 0; i < d->rule_count; i++, label = "")
        printf("  %-12s%s\n", label, d->rule[i]);
    if (d->rule_count == 0)
        printf("  %-12snone applies\n", label);
    printf("  %-12s%s%s%s\n", "reach", e->loaded->settings->zone[d->reach], d->reach_rule ? ", by " : "",
           d->reach_rule ? d->reach_rule : "");
    label = "needed";
    for (unsigned kind = 0; kind < pii_kinds(); kind++) {
        if (e->facts.needed >> kind & 1) {
            printf("  %-12s%s: the question is about the value itself\n", label, pii_word((enum pii_kind)kind));
            label = "";
        }
    }
    label = "hidden";
    for (unsigned kind = 0; kind < pii_kinds(); kind++) {
        if (e->facts.pii & d->hide & (pii_set)1 << kind) {
            const char *way = d->remove >> kind & 1      ? ", removed"
                              : d->surrogate >> kind & 1 ? ", by a surrogate"
                                                         : "";
            printf("  %-12s%s%s\n", label, pii_word((enum pii_kind)kind), way);
            label = "";
        }
    }
    for (unsigned i = 0; i < d->budget_count; i++) {
        static const char *const then[] = {
            [OVER_DENY] = "refused", [OVER_LOCAL] = "local models alone", [OVER_CLAMP] = "shorter answers"
        };
        const struct budget *b = d->budget[i];
        char                 usd[32], words[WINDOW_WORDS_BYTES];
        nanousd_format(b->limit_nanousd, usd);
        printf("  %-12s%s: %s US dollars %s, then %s\n", i ? "" : "budget", b->name, usd,
               window_words(&b->window, words), then[b->over]);
    }
}

/* "costs at most 0.0123 US dollars" */
static void print_cost(const char *usd)
{
    if (!usd)
        puts("what it costs is not known");
    else if (strcmp(usd, "0.000000000") == 0)
        puts("costs nothing");
    else
        printf("costs at most %s US dollars\n", usd);
}

static void print_model(const struct explanation *e, const char *label, const struct model *model,
                        const char *about)
{
    char amount[32];
    printf("  %-12s%s: %s at %s, zone %s; ", label, model->name, model->sent_as, model->provider->name,
           explained_zone(e, model));
    print_cost(explained_worst_usd(e, model, amount));
    if (about)
        printf("  %-12s%s\n", "", about);
}

static void print_stand_ins(const struct explanation *e)
{
    static const char *const labels[INSTEADS] = { "if all fail", "if too long", "if filtered" };
    for (unsigned why = 0; why < INSTEADS; why++)
        for (unsigned i = 0; i < e->decision.instead[why].count; i++)
            print_model(e, labels[why], e->decision.instead[why].model[i], NULL);
}

/* "if the first answer …: refusal, malformed, or confidence below 0.60", a line for what is looked for. */
static void print_escalation(const struct explanation *e)
{
    const struct escalation *esc = &e->decision.escalation;
    const char              *label = "if it is";
    print_model(e, "escalates", e->decision.escalate_to, NULL);
    for (enum doubt doubt = NO_DOUBT + 1; doubt < DOUBTS; doubt++) {
        if (!(esc->doubts >> doubt & 1))
            continue;
        printf("  %-12s%s: %s", label, doubt_word(doubt), doubt_about(doubt));
        if (doubt == DOUBT_CONFIDENCE)
            printf(", %.2f", esc->below);
        if (doubt == DOUBT_LIKELY_WRONG)
            printf(", %.2f", esc->wrong_above);
        putchar('\n');
        label = "or";
    }
    if (esc->hold_tokens == INT64_MAX)
        printf("  %-12sstreams until they are whole\n", "held");
    else
        printf("  %-12sstreams for %lld tokens\n", "held", (long long)esc->hold_tokens);
    if (esc->hint)
        printf("  %-12sthe draft goes along, where nothing is hidden\n", "hint");
}

static void print_way(const struct explanation *e)
{
    const struct decision *d = &e->decision;
    char                   words[128];
    puts("\nWhere it goes");
    if (e->is_refused) {
        fault_message(&e->why, words, sizeof words);
        printf("  %-12s%s\n", "nowhere", fault_words(e->why.kind));
        if (e->why.detail[0])
            printf("  %-12s%s\n", "", e->why.detail);
    }
    if (d->route)
        printf("  %-12s%s\n", "route", d->route);
    for (unsigned i = 0; i < d->count; i++)
        print_model(e, i ? "else" : "asks", d->candidate[i], NULL);
    print_stand_ins(e);
    if (d->escalate_to)
        print_escalation(e);
    for (unsigned i = 0; i < d->struck_count; i++)
        printf("  %-12s%s: zone %s is beyond the reach\n", i ? "" : "struck", d->struck[i]->name,
               explained_zone(e, d->struck[i]));
    if (d->compress_above_tokens)
        printf("  %-12sabove %lld tokens to %.0f %% of its words\n", "shortened",
               (long long)d->compress_above_tokens, 100 * d->compress_to);
    if (d->compress_by)
        print_model(e, "by", d->compress_by, "its summaries are checked; else sentences are chosen");
    if (d->cache)
        printf("  %-12sfor %g hours%s%s\n", "remembered", (double)d->cache->keep_ms / 3600000,
               d->cache->share ? ", for all who share " : "", d->cache->share ? d->cache->share : "");
}

static void print_all(const struct explanation *e)
{
    print_facts(e);
    print_rules(e);
    print_way(e);
    if (e->is_refused)
        return;
    const char *near = e->loaded->settings->zone[0];
    if (explained_leaves(e))
        printf("\nWhat leaves zone %s%s\n  %.*s\n", near, e->redactions ? "" : ", as it came",
               SLICE_ARG(explained_text(e)));
    else if (e->redactions)
        printf("\nWhat leaves zone %s\n  nothing; hidden, it would read\n  %.*s\n", near,
               SLICE_ARG(explained_text(e)));
    else
        printf("\nWhat leaves zone %s\n  nothing\n", near);
}

/* ---- the command ---- */

struct request {
    const char  *file, *team, *model;
    bool         is_json;
    struct slice prompt;
    struct buf   input; /* what the prompt is in, where it came from stdin */
};

static int usage(void)
{
    fputs("usage: weir explain [-c weir.yaml] [--team TEAM] [--model MODEL] [--json] PROMPT\n"
          "       PROMPT may come from stdin\n",
          stderr);
    return 2;
}

static bool read_stdin(struct request *r)
{
    size_t got = 1;
    while (got > 0) {
        char *room = buf_reserve(&r->input, 4096);
        if (!room)
            return false;
        got = fread(room, 1, 4096, stdin);
        r->input.len += got;
    }
    r->prompt = slice_trim(buf_slice(&r->input));
    return !ferror(stdin);
}

static bool read_request(int argc, char **argv, struct request *r)
{
    static const struct option options[] = {
        { "team", required_argument, NULL, 't' },
        { "model", required_argument, NULL, 'm' },
        { "json", no_argument, NULL, 'j' },
        { NULL, 0, NULL, 0 },
    };
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            r->file = optarg;
            break;
        case 't':
            r->team = optarg;
            break;
        case 'm':
            r->model = optarg;
            break;
        case 'j':
            r->is_json = true;
            break;
        default:
            return false;
        }
    }
    if (optind + 1 == argc)
        r->prompt = slice_str(argv[optind]);
    else if (optind != argc || isatty(STDIN_FILENO) || !read_stdin(r))
        return false;
    return r->prompt.len > 0;
}

static int answer(const struct loaded *l, const struct request *r)
{
    struct explanation e = { .loaded = l, .team = loaded_team(l, r->team) };
    if (!e.team) {
        fprintf(stderr, "there is no team \"%s\"\n", r->team);
        return 1;
    }
    if (!explain(&e, slice_str(r->model ? r->model : "auto"), r->prompt)) {
        char message[512];
        fault_message(&e.why, message, sizeof message);
        fprintf(stderr, "%s\n", message);
        return 1;
    }
    if (r->is_json)
        explain_as_json(&e);
    else
        print_all(&e);
    return 0;
}

int cmd_explain(int argc, char **argv)
{
    struct request r = { 0 };
    struct loaded  l;
    int            status = 1;
    buf_init(&r.input, PROMPT_MOST_BYTES);
    if (!read_request(argc, argv, &r)) {
        buf_fini(&r.input);
        return usage();
    }
    if (loaded_open(&l, r.file))
        status = answer(&l, &r);
    else
        loaded_complain(&l);
    loaded_close(&l);
    buf_fini(&r.input);
    return status;
}
