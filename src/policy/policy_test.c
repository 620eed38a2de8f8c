/* policy_test.c - `tests:` of the policy files: prompts, and what must become of them. */
#include "policy/inspect.h"

#include "rules.h"

/* ---- reading ---- */

static void read_rules(struct compiling *c, const struct yaml *y, struct expectation *out)
{
    const struct yaml *item = y && y->kind == YAML_LIST ? y->child : y;
    size_t             cap = 0;
    for (; item; item = y->kind == YAML_LIST ? item->next : NULL) {
        struct slice name = yaml_text(item, S(""), c->diag);
        if (out->rules == cap)
            out->rule = arena_grow(c->arena, out->rule, out->rules, sizeof *out->rule, &cap);
        out->rule[out->rules++] = arena_cstr(c->arena, name);
    }
}

static const char *text_or_null(struct compiling *c, const struct yaml *y)
{
    return y ? arena_cstr(c->arena, yaml_text(y, S(""), c->diag)) : NULL;
}

static void read_expected_class(struct compiling *c, const struct yaml *y, struct expectation *out)
{
    unsigned index = c->policy->class_count;
    if (!y)
        return;
    c->policy->needs.classes = true;
    if ((y->kind == YAML_SCALAR && slice_is(y->scalar, CLASS_NONE)) || class_named(c, y, &index))
        out->class_wanted = policy_class(c->policy, index);
}

/* `expect: { department: sales }`, for heads that were taught. */
static void read_expected_labels(struct compiling *c, const struct yaml *expect, struct expectation *out)
{
    const struct taught_heads *heads = &c->policy->heads;
    unsigned                   label;
    out->label = arena_array(c->arena, heads->count, sizeof *out->label);
    for (unsigned i = 0; i < heads->count; i++) {
        const struct yaml *y = yaml_get(expect, heads->classes[i]->name);
        if (!y || !label_named(c, heads->classes[i], y, &label))
            continue;
        out->label[i] = heads->classes[i]->label[label].name;
        c->policy->needs.classes = true;
    }
}

/* What may be expected: the words above, and the heads' names. */
static const char *const *expect_keys(struct compiling *c, const char *const *keys, unsigned count)
{
    const struct taught_heads *heads = &c->policy->heads;
    const char               **all = arena_array(c->arena, count + heads->count + 1, sizeof *all);
    memcpy(all, keys, count * sizeof *all);
    for (unsigned i = 0; i < heads->count; i++)
        all[count + i] = heads->classes[i]->name;
    return all;
}

static void read_expect(struct compiling *c, const struct yaml *y, struct expectation *out)
{
    static const char *const keys[] = { "reach", "route",   "model", "topic",
                                        "class", "redacts", "rule",  "refused" };
    if (!yaml_is_map(y, "expect", c->diag))
        return;
    yaml_known_keys(y, expect_keys(c, keys, sizeof keys / sizeof *keys), c->diag);
    const struct yaml *reach = yaml_get(y, "reach"), *model = yaml_get(y, "model"),
                      *redacts = yaml_get(y, "redacts");
    out->has_reach = reach != NULL;
    out->reach = reach ? zone_named(c, reach) : 0;
    out->route = text_or_null(c, yaml_get(y, "route"));
    const struct model *first = model ? model_named(c, model) : NULL;
    out->first_model = first ? first->name : NULL;
    out->topic = text_or_null(c, yaml_get(y, "topic"));
    if (out->topic && topics_named(c, yaml_get(y, "topic")))
        c->policy->needs.judgement = true;
    read_expected_class(c, yaml_get(y, "class"), out);
    read_expected_labels(c, y, out);
    out->has_redacts = redacts != NULL;
    out->redacts = kinds_named(c, redacts);
    read_rules(c, yaml_get(y, "rule"), out);
    out->is_refused = yaml_bool(yaml_get(y, "refused"), false, c->diag);
}

static void read_test(struct compiling *c, const struct yaml *y)
{
    static const char *const keys[] = { "prompt", "model", "team", "expect", NULL };
    struct policy           *p = c->policy;
    if (!yaml_is_map(y, "a test", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    if (!yaml_get(y, "prompt") || !yaml_get(y, "expect"))
        diag_error(c->diag, y->place, "a test needs `prompt` and `expect`");
    if (p->test_count == p->test_cap)
        p->test = arena_grow(c->arena, p->test, p->test_count, sizeof *p->test, &p->test_cap);
    struct expectation *test = &p->test[p->test_count++];
    *test = (struct expectation){ .place = y->place };
    test->prompt = yaml_text(yaml_get(y, "prompt"), S(""), c->diag);
    test->model = yaml_text(yaml_get(y, "model"), S("auto"), c->diag);
    test->team = yaml_get(y, "team") ? team_named(c, yaml_get(y, "team")) : p->settings->team;
    read_expect(c, yaml_get(y, "expect"), test);
}

void read_tests(struct compiling *c, const struct yaml *list)
{
    if (!yaml_is_list(list, "tests", c->diag))
        return;
    for (const struct yaml *y = list->child; y; y = y->next)
        read_test(c, y);
}

/* ---- running ---- */

/* What became of one test's prompt. */
struct outcome {
    struct facts    facts;
    struct decision decision;
    bool            is_refused;
    struct fault    why;
};

static bool run(const struct policy *p, const struct inspector *inspector, struct arena *arena,
                const struct expectation *test, struct outcome *out)
{
    struct chat       chat;
    struct inspection inspection;
    if (!chat_of_prompt(arena, test->model, test->prompt, &chat, &out->why) ||
        !inspect(inspector, policy_needs(p), arena, &chat, &inspection, &out->why))
        return false;
    facts_of(&chat, &inspection, test->team, &out->facts);
    out->is_refused = !decide(p, &out->facts, &out->decision, &out->why);
    return true;
}

static bool has_rule(const struct decision *decision, const char *name)
{
    for (unsigned i = 0; i < decision->rule_count; i++) {
        if (strcmp(decision->rule[i], name) == 0)
            return true;
    }
    return false;
}

static void add_kinds(struct buf *out, pii_set kinds)
{
    for (unsigned kind = 0; kind < pii_kinds(); kind++) {
        if (kinds >> kind & 1)
            buf_printf(out, "%s%s", out->len ? ", " : "", pii_word((enum pii_kind)kind));
    }
    if (!kinds)
        buf_add_str(out, "nothing");
}

static unsigned check_redacts(const struct expectation *test, const struct outcome *got, struct diag *diag)
{
    pii_set    redacted = got->facts.pii & got->decision.hide;
    struct buf wanted, found;
    if (!test->has_redacts || redacted == test->redacts)
        return 0;
    buf_init(&wanted, 512);
    buf_init(&found, 512);
    add_kinds(&wanted, test->redacts);
    add_kinds(&found, redacted);
    diag_error(diag, test->place, "the test expects redacts %.*s, and got %.*s", SLICE_ARG(buf_slice(&wanted)),
               SLICE_ARG(buf_slice(&found)));
    buf_fini(&wanted);
    buf_fini(&found);
    return 1;
}

static unsigned check_word(const struct expectation *test, const char *what, const char *wanted,
                           const char *got, struct diag *diag)
{
    if (!wanted || (got && strcmp(wanted, got) == 0))
        return 0;
    diag_error(diag, test->place, "the test expects %s \"%s\", and got %s%s%s", what, wanted, got ? "\"" : "",
               got ? got : "none", got ? "\"" : "");
    return 1;
}

static unsigned check_labels(const struct policy *p, const struct expectation *test, const struct outcome *got,
                             struct diag *diag)
{
    unsigned wrong = 0;
    for (unsigned i = 0; test->label && i < p->heads.count; i++) {
        const struct taught *head = p->heads.classes[i];
        const char          *said = got->facts.taught ? head->label[got->facts.taught[i].best].name : NULL;
        wrong += check_word(test, head->name, test->label[i], said, diag);
    }
    return wrong;
}

static unsigned check_rules(const struct expectation *test, const struct outcome *got, struct diag *diag)
{
    unsigned wrong = 0;
    for (unsigned i = 0; i < test->rules; i++) {
        if (has_rule(&got->decision, test->rule[i]))
            continue;
        wrong++;
        diag_error(diag, test->place, "the test expects that rule \"%s\" applies, and it does not",
                   test->rule[i]);
    }
    return wrong;
}

/* Without a word about it, an answer is expected. */
static unsigned check_refusal(const struct expectation *test, const struct outcome *got, struct diag *diag)
{
    char message[512];
    if (got->is_refused == test->is_refused)
        return 0;
    fault_message(&got->why, message, sizeof message);
    if (got->is_refused)
        diag_error(diag, test->place, "the test expects an answer, and got %s", message);
    else
        diag_error(diag, test->place, "the test expects a refusal, and there is none");
    return 1;
}

/* # of expectations that were not met, each told. */
static unsigned check(const struct policy *p, const struct expectation *test, const struct outcome *got,
                      struct diag *diag)
{
    const struct decision *decision = &got->decision;
    const char            *topic = got->facts.is_judged ? topic_word(got->facts.judgement.topic) : NULL;
    const char *class = got->facts.class_share ? policy_class(p, got->facts.class_best) : NULL;
    const char *first = decision->count ? decision->candidate[0]->name : NULL;
    unsigned    wrong = 0;
    if (test->has_reach)
        wrong +=
            check_word(test, "reach", p->settings->zone[test->reach], p->settings->zone[decision->reach], diag);
    wrong += check_word(test, "route", test->route, decision->route, diag);
    wrong += check_word(test, "model", test->first_model, first, diag);
    wrong += check_word(test, "topic", test->topic, topic, diag);
    wrong += check_word(test, "class", test->class_wanted, class, diag);
    wrong += check_labels(p, test, got, diag);
    wrong += check_redacts(test, got, diag);
    wrong += check_rules(test, got, diag);
    return wrong + check_refusal(test, got, diag);
}

unsigned policy_test(const struct policy *p, const struct inspector *inspector, unsigned *count,
                     struct diag *diag)
{
    unsigned failed = test_patterns(p, inspector, count, diag);
    *count += (unsigned)p->test_count;
    for (size_t i = 0; i < p->test_count; i++) {
        struct arena  *arena = arena_new();
        struct outcome got = { 0 };
        if (run(p, inspector, arena, &p->test[i], &got)) {
            failed += check(p, &p->test[i], &got, diag) > 0;
        } else {
            char message[512];
            fault_message(&got.why, message, sizeof message);
            diag_error(diag, p->test[i].place, "the test could not be run: %s", message);
            failed++;
        }
        arena_free(&arena);
    }
    return failed;
}
