/* test_shipped.c - what ships works: the sample settings, the policies, the price list. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/inspect.h"

#include <stdio.h>
#include <stdlib.h>

static struct arena *arena;
static struct diag   diag;
static struct slice  sample; /* what weir.yaml says */

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    diag_init(&diag);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    diag_fini(&diag);
    arena_free(&arena);
    return 0;
}

static struct slice read_file(const char *name)
{
    FILE *file = fopen(name, "rb");
    if (!file)
        return S("");
    char  *text = arena_alloc(arena, 1 << 20);
    size_t len = fread(text, 1, 1 << 20, file);
    fclose(file);
    return slice_of(text, len);
}

/* Every file that the sample names is there. */
static bool reader(struct arena *unused, const char *file, struct slice *text)
{
    (void)unused;
    *text = strcmp(file, "weir.yaml") == 0           ? sample
            : slice_ends(slice_str(file), S("keys")) ? S("a-key-of-an-intern\n")
                                                     : S("models: {}\n");
    return true;
}

static const char *no_env(const char *name)
{
    (void)name;
    return NULL;
}

static void assert_no_errors(void)
{
    assert_string_equal(arena_cstr(arena, buf_slice(&diag.text)), "");
}

/* A bare # stands before a setting, "# " before words. */
static struct slice with_all_taken_in(struct slice text)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    while (text.len) {
        struct slice line = slice_cut(text, 0, slice_find_byte(text, '\n') + 1);
        bool is_setting = line.len > 2 && line.ptr[0] == '#' && !(line.ptr[1] == ' ' && line.ptr[2] != ' ');
        buf_add(&out, slice_cut(line, is_setting ? 1 : 0, line.len));
        text = slice_cut(text, line.len, text.len);
    }
    text = arena_copy(arena, buf_slice(&out));
    buf_fini(&out);
    return text;
}

static struct settings *read_settings(struct slice text)
{
    sample = text;
    return settings_read(arena, "weir.yaml", reader, no_env, &diag);
}

static void the_sample_settings_say_the_defaults(void **state)
{
    (void)state;
    struct slice     text = read_file("deploy/weir.yaml");
    struct settings *plain = read_settings(text);
    assert_no_errors();
    struct settings *all = read_settings(with_all_taken_in(text));
    assert_no_errors();
    assert_int_equal(all->model_count, plain->model_count + 1); /* so the # were taken away */
#define SETTING(section, key, kind, field, least, most, fallback, restart, about)                              \
    assert_int_equal(plain->field, fallback);                                                                  \
    assert_int_equal(all->field, fallback);                                                                    \
    if (slice_find(text, S(key ": ")) == SLICE_NONE)                                                           \
        fail_msg("%s is not in deploy/weir.yaml", key);
#include "tables/settings.h"
#undef SETTING
#define PROVIDER_SETTING(key, field, least, most, fallback, about)                                             \
    assert_int_equal(all->provider[1].field, fallback);                                                        \
    if (slice_find(text, S("#    " key ": ")) == SLICE_NONE)                                                   \
        fail_msg("%s is not in deploy/weir.yaml", key);
#include "tables/provider_settings.h"
#undef PROVIDER_SETTING
    assert_int_equal(all->zone_count, plain->zone_count);
    assert_int_equal(all->log_level, plain->log_level);
    assert_int_equal(all->ledger_allow_nanousd, plain->ledger_allow_nanousd);
    assert_string_equal(all->policy_file[0], plain->policy_file[0]);
    assert_string_equal(all->listen[0].host, plain->listen[0].host);
    assert_int_equal(all->listen[0].port, plain->listen[0].port);
}

static void what_is_inside_the_binary_is_what_lies_in_the_folder(void **state)
{
    static const char *const names[] = { "default.yaml", "privacy.yaml",  "cost.yaml",    "health.yaml",
                                         "finance.yaml", "personal.yaml", "secrets.yaml", "prices.yaml" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct slice file = read_file(arena_printf(arena, "policies/%s", names[i]));
        assert_true(file.len > 0);
        assert_true(slice_eq(embedded_policy(names[i]), file));
    }
    assert_null(embedded_policy("nothing.yaml").ptr);
}

static void every_listed_price_is_whole(void **state)
{
    (void)state;
    struct yaml *root = yaml_read(arena, "prices.yaml", embedded_policy("prices.yaml"), NULL, &diag);
    assert_non_null(root);
    unsigned count = 0;
    for (const struct yaml *y = yaml_get(root, "models")->child; y; y = y->next, count++) {
        const struct yaml *price = yaml_get(y, "price");
        if (!price && yaml_get(y, "context")) /* for one's own machine */
            continue;
        if (!yaml_get(y, "from") || !yaml_get(y, "at"))
            fail_msg("%.*s: nobody says where its price is from, and since when", SLICE_ARG(y->key));
        int64_t            input = yaml_nanousd(yaml_get(price, "input"), 0, &diag);
        int64_t            cached = yaml_nanousd(yaml_get(price, "cached"), 0, &diag);
        int64_t            output = yaml_nanousd(yaml_get(price, "output"), 0, &diag);
        const struct yaml *more = yaml_get(price, "long");
        if (more && !(yaml_nanousd(yaml_get(more, "input"), 0, &diag) > input &&
                      yaml_nanousd(yaml_get(more, "output"), 0, &diag) > output))
            fail_msg("%.*s: long prompts cost no more", SLICE_ARG(y->key));
        bool embeds = yaml_get(price, "output") && output == 0;
        bool is_whole = embeds ? 0 < input && cached == 0
                               : 0 < cached && cached < input && input < output && yaml_get(y, "context") &&
                                     yaml_get(y, "output");
        if (!is_whole)
            fail_msg("%.*s", SLICE_ARG(y->key));
    }
    assert_no_errors();
    assert_true(count > 30);
}

/* The policies' own tests, with the real model where it was fetched. */
static void the_policies_that_ship_pass_their_tests(void **state)
{
    static const char all[] = "[\"builtin:health.yaml\", \"builtin:finance.yaml\", \"builtin:personal.yaml\", "
                              "\"builtin:secrets.yaml\", \"builtin:default.yaml\", \"builtin:cost.yaml\"]";
    static const char *const sets[] = { "[\"builtin:default.yaml\"]", "[\"builtin:privacy.yaml\"]",
                                        "[\"builtin:cost.yaml\"]",    "[\"builtin:health.yaml\"]",
                                        "[\"builtin:finance.yaml\"]", "[\"builtin:personal.yaml\"]",
                                        "[\"builtin:secrets.yaml\"]", all };
    (void)state;
    struct fault       why;
    struct slm        *slm = slm_open("models/all-MiniLM-L6-v2", &why);
    struct slm_worker *worker = slm ? slm_worker_new(slm) : NULL;
    if (!slm)
        print_message("no model is fetched (deploy/model): the policies are read, their tests are not run\n");
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct slice     text = read_file("deploy/weir.yaml");
        struct settings *settings =
            read_settings(slice_str(arena_printf(arena, "%.*spolicies: %s\n", SLICE_ARG(text), sets[i])));
        assert_no_errors();
        struct policy *policy = policy_read(arena, settings, reader, &diag);
        assert_no_errors();
        struct finder         *finder = policy_finder(policy, &why);
        struct finder_scratch *scratch = finder_scratch_new(finder);
        struct inspector       inspector = { .finder = finder, .scratch = scratch, .worker = worker };
        unsigned               count = 0;
        if (slm)
            (void)policy_test(policy, &inspector, &count, &diag);
        finder_scratch_free(&scratch);
        finder_free(&finder);
        assert_no_errors();
        assert_true(count > 0 || !slm);
    }
    slm_worker_free(&worker);
    slm_close(&slm);
}

/* ---- combining ---- */

enum { COMBINED = 5, ORDERS = 24 /* 4! */ };

static const char *const combined[COMBINED] = { "default.yaml", "health.yaml", "finance.yaml", "personal.yaml",
                                                "secrets.yaml" };

static const char *const prompts[] = {
    "What is the capital of France?",
    "Patient admitted 03/14/2024, MRN 00123456, date of birth 12/03/1957. What does a potassium of 6.1 mean?",
    "What does an HbA1c of 9.1 mean?",
    "Card 4111 1111 1111 1111, exp 04/27, CVV 123 was refused. Refund to DE89 3704 0044 0532 0130 00.",
    "My social security number is 536-90-4399; write to ann@example.org or call +1 415 555 2671.",
    "Why does the hub refuse 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 from 203.0.113.7?",
    "The car is a 1HGCM82633A004352, the form at https://clinic.example/forms/7 says.",
    "How do I reverse a list in Python?",
};

enum { PROMPTS = sizeof prompts / sizeof *prompts };

static struct settings *read_combined(void)
{
    struct slice     text = read_file("deploy/weir.yaml");
    struct settings *settings = read_settings(slice_str(arena_printf(
        arena,
        "%.*spolicies: [\"builtin:%s\", \"builtin:%s\", \"builtin:%s\", \"builtin:%s\", \"builtin:%s\"]\n",
        SLICE_ARG(text), combined[0], combined[1], combined[2], combined[3], combined[4])));
    assert_no_errors();
    return settings;
}

/* These settings with some of their policy files, in an order of one's own. */
static struct policy *read_files(const struct settings *settings, const unsigned *files, unsigned count)
{
    struct settings *own = arena_alloc(arena, sizeof *own);
    *own = *settings;
    own->policy_file = arena_array(arena, count, sizeof *own->policy_file);
    own->policy_count = count;
    for (unsigned i = 0; i < count; i++)
        own->policy_file[i] = settings->policy_file[files[i]];
    struct policy *policy = policy_read(arena, own, reader, &diag);
    assert_no_errors();
    return policy;
}

/* All of them: the four that ship ready-made in their nth order, default.yaml at the nth place among them. */
static struct policy *read_in_order(const struct settings *settings, unsigned order)
{
    unsigned left[COMBINED - 1] = { 1, 2, 3, 4 }, files[COMBINED], at_default = order % COMBINED;
    for (unsigned i = 0, among = COMBINED - 1; i < COMBINED; i++) {
        if (i == at_default) {
            files[i] = 0;
            continue;
        }
        unsigned at = order % among;
        order /= among--;
        files[i] = left[at];
        memmove(&left[at], &left[at + 1], (among - at) * sizeof *left);
    }
    return read_files(settings, files, COMBINED);
}

/* All that can be found out about the prompts; without a model topics stay unknown. */
static void find_facts(const struct policy *policy, const struct team *team, struct facts facts[PROMPTS])
{
    struct fault           why;
    struct finder         *finder = policy_finder(policy, &why);
    struct slm            *slm = slm_open("models/all-MiniLM-L6-v2", &why);
    struct finder_scratch *scratch = finder_scratch_new(finder);
    struct slm_worker     *worker = slm ? slm_worker_new(slm) : NULL;
    struct inspector       inspector = { .finder = finder, .scratch = scratch, .worker = worker };
    for (size_t i = 0; i < PROMPTS; i++) {
        struct chat       chat;
        struct inspection inspection;
        struct needs      all = { .pii = true, .judgement = true };
        assert_true(chat_of_prompt(arena, S("auto"), slice_str(prompts[i]), &chat, &why));
        assert_true(inspect(&inspector, all, arena, &chat, &inspection, &why));
        facts_of(&chat, &inspection, team, &facts[i]);
    }
    slm_worker_free(&worker);
    slm_close(&slm);
    finder_scratch_free(&scratch);
    finder_free(&finder);
}

static bool has_rule(const struct decision *d, const char *name)
{
    for (unsigned i = 0; i < d->rule_count; i++)
        if (strcmp(d->rule[i], name) == 0)
            return true;
    return false;
}

static void assert_same_decision(const struct decision *a, const struct decision *b)
{
    assert_int_equal(a->reach, b->reach);
    assert_int_equal(a->hide, b->hide);
    assert_int_equal(a->rule_count, b->rule_count);
    for (unsigned i = 0; i < a->rule_count; i++)
        assert_true(has_rule(b, a->rule[i]));
    assert_int_equal(a->count, b->count);
    for (unsigned i = 0; i < a->count; i++)
        assert_string_equal(a->candidate[i]->name, b->candidate[i]->name);
    assert_string_equal(a->route, b->route);
}

/* The strictest wins: together they do what any of them does alone, in whatever order. */
static void policies_add_up_in_any_order(void **state)
{
    (void)state;
    struct settings *settings = read_combined();
    struct fault     why;
    struct facts     facts[PROMPTS];
    struct decision  first[PROMPTS], now;
    pii_set          hide[PROMPTS] = { 0 };
    unsigned         reach[PROMPTS];
    struct policy   *policy = read_in_order(settings, 0);
    find_facts(policy, &settings->team[0], facts);
    for (size_t i = 0; i < PROMPTS; i++) {
        assert_true(decide(policy, &facts[i], &first[i], &why));
        reach[i] = settings->zone_count - 1;
    }
    for (unsigned file = 0; file < COMBINED; file++) {
        policy = read_files(settings, &file, 1);
        for (size_t i = 0; i < PROMPTS; i++) {
            assert_true(decide(policy, &facts[i], &now, &why));
            hide[i] |= now.hide;
            reach[i] = now.reach < reach[i] ? now.reach : reach[i];
        }
    }
    for (size_t i = 0; i < PROMPTS; i++) {
        assert_int_equal(first[i].hide, hide[i]);
        assert_int_equal(first[i].reach, reach[i]);
    }
    for (unsigned order = 1; order < ORDERS; order++) {
        policy = read_in_order(settings, order);
        for (size_t i = 0; i < PROMPTS; i++) {
            assert_true(decide(policy, &facts[i], &now, &why));
            assert_same_decision(&first[i], &now);
        }
    }
}

/* What is found does not depend on whose patterns come first. */
static void patterns_add_up_in_any_order(void **state)
{
    (void)state;
    struct settings *settings = read_combined();
    struct facts     facts[PROMPTS], again[PROMPTS];
    find_facts(read_in_order(settings, 0), &settings->team[0], facts);
    find_facts(read_in_order(settings, ORDERS - 1), &settings->team[0], again);
    for (size_t i = 0; i < PROMPTS; i++)
        assert_int_equal(facts[i].pii, again[i].pii);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_sample_settings_say_the_defaults), TEST(what_is_inside_the_binary_is_what_lies_in_the_folder),
        TEST(every_listed_price_is_whole),          TEST(the_policies_that_ship_pass_their_tests),
        TEST(policies_add_up_in_any_order),         TEST(patterns_add_up_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
