/* test_cmd_explain.c - weir explain and weir check, as a shell would call them; what they print goes to files.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "commands.h"
#include "wire/json.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/weir-explain-XXXXXX";

static const char settings[] =
    "providers:\n"
    "  near: { api: openai, url: http://127.0.0.1:1, zone: local }\n"
    "  far: { api: openai, url: https://far.example, zone: cloud, key: a-secret-of-far }\n"
    "models:\n"
    "  small: { provider: near, model: tiny }\n"
    "  large: { provider: far, model: huge, price: { input: 1, output: 2 }, output: 1000 }\n"
    "slm: { model: none }\n"
    "policies: [policy.yaml]\n";

static const char policy[] = "privacy:\n"
                             "  - { name: masked, when: { pii: email }, redact: placeholder }\n"
                             "  - { name: home, when: { pii: us_ssn }, reach: local }\n"
                             "cost: [{ name: purse, budget: { usd: 1.5, every: month }, over: local }]\n"
                             "routes: [{ name: far, ask: [large, small], cache: { keep: 1h } }]\n"
                             "tests: [{ prompt: hello, expect: { route: far } }]\n";

static char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file("weir.yaml", settings);
    write_file("policy.yaml", policy);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = { "weir.yaml", "policy.yaml", "out" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(in_folder(names[i]));
    return rmdir(folder);
}

/* Runs a command with -c and these arguments (NULL-terminated); what it prints, on either stream, comes back.
 */
static const char *told(int (*command)(int, char **), int *status, ...)
{
    static char text[1 << 16];
    char        path[256], *argv[12] = { (char *)"weir", (char *)"-c", path };
    int         argc = 3;
    va_list     args;
    snprintf(path, sizeof path, "%s", in_folder("weir.yaml"));
    va_start(args, status);
    while ((argv[argc] = va_arg(args, char *)))
        argc++;
    va_end(args);

    fflush(NULL);
    int out = open(in_folder("out"), O_RDWR | O_CREAT | O_TRUNC, 0600), saved[2] = { dup(1), dup(2) };
    dup2(out, 1);
    dup2(out, 2);
    *status = command(argc, argv);
    fflush(NULL);
    for (int fd = 0; fd < 2; fd++) {
        dup2(saved[fd], fd + 1);
        close(saved[fd]);
    }
    ssize_t got = pread(out, text, sizeof text - 1, 0);
    close(out);
    assert_true(got >= 0);
    text[got] = '\0';
    return text;
}

static void a_person_reads_facts_rules_way_and_what_is_sent(void **state)
{
    (void)state;
    int         status;
    const char *text = told(cmd_explain, &status, "write to ann@example.org", NULL);
    assert_int_equal(status, 0);
    static const char *const wanted[] = { "email, characters 9 to 24",
                                          "masked",
                                          "purse: 1.500000000",
                                          "large: huge at far",
                                          "costs at most",
                                          "small: tiny at near",
                                          "write to EMAIL_" };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (!strstr(text, wanted[i]))
            fail_msg("%s is not in %s", wanted[i], text);
    }
    assert_null(strstr(text, "ann@example.org"));
    assert_null(strstr(text, "a-secret-of-far"));
}

static void a_program_reads_one_json_document(void **state)
{
    (void)state;
    int           status;
    struct arena *arena = arena_new();
    struct json   json;
    struct fault  why;
    const char   *text = told(cmd_explain, &status, "--json", "say \"hi\" to ann@example.org", NULL);
    assert_true(json_read(arena, slice_str(text), &json, &why));
    struct slice sent = json_string(&json, json_get(&json, 0, "sent"), arena);
    assert_true(slice_starts(sent, S("say \"hi\" to EMAIL_")));

    text = told(cmd_explain, &status, "--json", "my SSN is 536-90-4399", NULL);
    assert_int_equal(status, 0);
    assert_true(json_read(arena, slice_str(text), &json, &why));
    json_at decision = json_get(&json, 0, "decision");
    json_at finding = json_first(&json, json_get(&json, json_get(&json, 0, "facts"), "findings"));
    json_at ask = json_get(&json, decision, "ask"), struck = json_get(&json, decision, "struck");
    assert_true(slice_is(json_string(&json, json_get(&json, decision, "reach"), arena), "local"));
    assert_true(slice_is(json_string(&json, json_get(&json, decision, "reach_rule"), arena), "home"));
    assert_true(slice_is(json_string(&json, json_get(&json, finding, "kind"), arena), "us_ssn"));
    assert_true(slice_is(json_string(&json, json_get(&json, json_first(&json, ask), "model"), arena), "small"));
    assert_true(
        slice_is(json_string(&json, json_get(&json, json_first(&json, struck), "model"), arena), "large"));
    assert_int_equal(json_kind(&json, json_get(&json, 0, "sent")), JSON_NULL);
    assert_int_equal(json_kind(&json, json_get(&json, 0, "refused")), JSON_NULL);
    arena_free(&arena);
}

static void a_refusal_is_explained_too(void **state)
{
    (void)state;
    int         status;
    const char *text = told(cmd_explain, &status, "--model", "large", "my SSN is 536-90-4399", NULL);
    assert_int_equal(status, 0);
    assert_non_null(strstr(text, "rule \"home\" keeps this request in zone local"));
    assert_null(strstr(text, "What leaves"));
    text = told(cmd_explain, &status, "--json", "--model", "lagre", "hi", NULL);
    assert_non_null(strstr(text, "\"code\":\"model_not_found\""));
    assert_non_null(strstr(text, "\"sent\":null"));
}

static void misuse_is_told(void **state)
{
    (void)state;
    int status;
    told(cmd_explain, &status, "one", "two", NULL);
    assert_int_equal(status, 2);
    assert_non_null(strstr(told(cmd_explain, &status, "--team", "nobody", "hi", NULL), "no team \"nobody\""));
    assert_int_equal(status, 1);
    assert_non_null(strstr(told(cmd_check, &status, "more", NULL), "usage"));
    assert_int_equal(status, 2);
}

static void check_is_well_or_tells_all(void **state)
{
    (void)state;
    int         status;
    const char *text = told(cmd_check, &status, NULL);
    assert_int_equal(status, 0);
    assert_non_null(strstr(text, "ok    tests     1 passed"));

    write_file("policy.yaml",
               "routes: [{ name: near, ask: [small] }]\ntests: [{ prompt: hello, expect: { route: far } }]\n");
    text = told(cmd_check, &status, NULL);
    assert_int_equal(status, 1);
    assert_non_null(strstr(text, "policy.yaml:2:9: the test expects route \"far\", and got \"near\""));
    assert_non_null(strstr(text, "1 of 1 tests failed"));

    write_file("policy.yaml", "routs: []\nroutes: [{ name: near, ask: [smal] }]\n");
    text = told(cmd_check, &status, NULL);
    assert_int_equal(status, 1);
    assert_non_null(strstr(text, "policy.yaml:1:1: "));
    assert_non_null(strstr(text, "policy.yaml:2:30: "));
    assert_non_null(strstr(text, "2 errors"));
    write_file("policy.yaml", policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_reads_facts_rules_way_and_what_is_sent),
        cmocka_unit_test(a_program_reads_one_json_document),
        cmocka_unit_test(a_refusal_is_explained_too),
        cmocka_unit_test(misuse_is_told),
        cmocka_unit_test(check_is_well_or_tells_all),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
