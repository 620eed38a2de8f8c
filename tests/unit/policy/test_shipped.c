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
    assert_int_equal(all->ledger_open, plain->ledger_open);
    assert_string_equal(all->policy_file[0], plain->policy_file[0]);
    assert_string_equal(all->listen[0].host, plain->listen[0].host);
    assert_int_equal(all->listen[0].port, plain->listen[0].port);
}

static void what_is_inside_the_binary_is_what_lies_in_the_folder(void **state)
{
    static const char *const names[] = { "default.yaml", "privacy.yaml", "cost.yaml", "prices.yaml" };
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
        int64_t            input = yaml_nanousd(yaml_get(price, "input"), 0, &diag);
        int64_t            cached = yaml_nanousd(yaml_get(price, "cached"), 0, &diag);
        int64_t            output = yaml_nanousd(yaml_get(price, "output"), 0, &diag);
        const struct yaml *more = yaml_get(price, "long");
        if (more && !(yaml_nanousd(yaml_get(more, "input"), 0, &diag) > input &&
                      yaml_nanousd(yaml_get(more, "output"), 0, &diag) > output))
            fail_msg("%.*s: long prompts cost no more", SLICE_ARG(y->key));
        if (!(0 < cached && cached < input && input < output && yaml_get(y, "context") &&
              yaml_get(y, "output")))
            fail_msg("%.*s", SLICE_ARG(y->key));
    }
    assert_no_errors();
    assert_true(count > 30);
}

/* The policies' own tests, with the real model where it was fetched. */
static void the_policies_that_ship_pass_their_tests(void **state)
{
    static const char *const sets[] = { "[\"builtin:default.yaml\"]", "[\"builtin:privacy.yaml\"]",
                                        "[\"builtin:cost.yaml\"]",
                                        "[\"builtin:default.yaml\", \"builtin:cost.yaml\"]" };
    (void)state;
    struct fault   why;
    struct finder *finder = finder_new(&why);
    struct slm    *slm = slm_open("models/all-MiniLM-L6-v2", &why);
    if (!slm)
        print_message("no model is fetched (deploy/model): the policies are read, their tests are not run\n");
    struct finder_scratch *scratch = finder_scratch_new(finder);
    struct slm_worker     *worker = slm ? slm_worker_new(slm) : NULL;
    struct inspector       inspector = { .finder = finder, .scratch = scratch, .worker = worker };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct slice     text = read_file("deploy/weir.yaml");
        struct settings *settings =
            read_settings(slice_str(arena_printf(arena, "%.*spolicies: %s\n", SLICE_ARG(text), sets[i])));
        assert_no_errors();
        struct policy *policy = policy_read(arena, settings, reader, &diag);
        assert_no_errors();
        unsigned count = 0;
        if (slm)
            assert_int_equal(policy_test(policy, &inspector, &count, &diag), 0);
        assert_no_errors();
        assert_true(count > 0 || !slm);
    }
    slm_worker_free(&worker);
    slm_close(&slm);
    finder_scratch_free(&scratch);
    finder_free(&finder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_sample_settings_say_the_defaults),
        TEST(what_is_inside_the_binary_is_what_lies_in_the_folder),
        TEST(every_listed_price_is_whole),
        TEST(the_policies_that_ship_pass_their_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
