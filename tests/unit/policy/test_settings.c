/* test_settings.c - weir.yaml: what is read, what is refused and where. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_policy.h"
#include "policy/settings.h"

#include <openssl/sha.h>
#include <stdio.h>

static const char *main_text;      /* what the file conf/weir.yaml says */
static const char *openai_api_key; /* in the environment */
static bool        has_model;      /* is there a models/ folder beside the settings? */

static int begin(void **state)
{
    openai_api_key = NULL;
    has_model = false;
    return set_up(state);
}

static const char *env(const char *name)
{
    if (strcmp(name, "OPENAI_API_KEY") == 0)
        return openai_api_key;
    return strcmp(name, "HOME") == 0 ? "/home/me" : NULL;
}

static bool reader(struct arena *arena, const char *file, struct slice *text)
{
    (void)arena;
    if (strcmp(file, "conf/weir.yaml") == 0)
        *text = slice_str(main_text);
    else if (strcmp(file, "conf/keys.txt") == 0)
        *text = S("# two\nfirst-key-of-two\n\n  second-key-of-two \n");
    else if (strcmp(file, "conf/mine.yaml") == 0)
        *text = S("models:\n  gpt-x: { price: { input: 1, cached: 0.1, output: 2.5 }, context: 1000, output: "
                  "100 }\n");
    else if (strcmp(file, "conf/dated.yaml") == 0)
        *text = S("sources: { list: { url: https://prices.example/list, second_hand: true } }\n"
                  "models:\n  gpt-y: { price: { input: 1, output: 2 }, from: list, at: 2026-11-23 }\n"
                  "  tiny: { context: 9000 }\n  tiny:2b: { context: 2000 }\n");
    else if (strcmp(file, "conf/bad.yaml") == 0)
        *text = S("models:\n  a: { price: { input: 1, output: 2 }, from: x, at: 2026-02-30 }\n"
                  "  b: { from: s }\nsources:\n  s: { second_hand: true }\n");
    else if (strcmp(file, "conf/models/all-MiniLM-L6-v2/config.json") == 0 && has_model)
        *text = S("{}");
    else
        return false;
    return true;
}

static struct settings *read_settings(struct fixture *f, const char *text)
{
    main_text = text;
    return settings_read(f->arena, "conf/weir.yaml", reader, env, &f->diag);
}

#define PROVIDERS                                                                                              \
    "providers:\n"                                                                                             \
    "  near: { api: openai, url: http://127.0.0.1:11434/v1, zone: local }\n"                                   \
    "  far: { api: openai, url: https://api.example.com/v1/, zone: cloud, key: secret-of-far }\n"
#define MODELS                                                                                                 \
    "models:\n"                                                                                                \
    "  small: { provider: near, model: tiny }\n"                                                               \
    "  large: { provider: far, model: gpt-x }\n"

static void a_small_file_and_its_defaults(void **state)
{
    struct fixture  *f = *state;
    struct settings *s =
        read_settings(f, PROVIDERS MODELS "prices: [mine.yaml]\naliases: { gpt-4o: large, me: auto }\n");
    assert_errors(f, "");
    assert_non_null(s);
    assert_int_equal(s->listen_count, 1);
    assert_string_equal(s->listen[0].host, "127.0.0.1");
    assert_int_equal(s->listen[0].port, 8080);
    assert_int_equal(s->zone_count, 3);
    assert_int_equal(s->provider[1].zone, 2);
    assert_true(s->provider[1].url.is_tls);
    assert_int_equal(s->provider[1].url.port, 443);
    assert_string_equal(s->provider[1].url.path, "/v1");
    assert_string_equal(s->provider[1].key, "secret-of-far");
    assert_int_equal(s->provider[0].connect_ms, 5000);
    assert_string_equal(s->team[0].name, "default");
    assert_false(s->has_keys);
    assert_int_equal(s->head_most_bytes, 65536);
    assert_int_equal(s->log_level, LOG_INFO);
    assert_false(s->ledger_allow_nanousd);
    assert_string_equal(s->policy_file[0], "builtin:default.yaml");
    assert_string_equal(s->price_file[1], "conf/mine.yaml");
    assert_string_equal(s->state_folder, "/home/me/.local/state/weir");
    assert_null(s->slm_folder);

    assert_true(s->model[0].price.is_known);
    assert_int_equal(s->model[0].price.usual.input_nanousd, 0);
    assert_int_equal(s->model[1].price.usual.cached_nanousd, 100000000);
    assert_int_equal(s->model[1].price.usual.output_nanousd, 2500000000);
    assert_int_equal(s->model[1].output_tokens, 100);

    assert_ptr_equal(settings_model(s, S("gpt-4o")), &s->model[1]);
    assert_ptr_equal(settings_model(s, S("tiny")), &s->model[0]);
    assert_null(settings_model(s, S("me")));
    assert_true(settings_is_auto(s, S("me")));
    assert_true(settings_is_auto(s, S("weir/auto")));
    assert_false(settings_is_auto(s, S("small")));
}

static void every_mistake_is_told_in_one_run(void **state)
{
    struct fixture *f = *state;
    assert_null(read_settings(f, "lsten: []\n"
                                 "zones: [home, home]\n"
                                 "providers:\n"
                                 "  a: { api: antropic, url: ftp://x, zone: hom }\n"
                                 "  b: { url: http://example.com, zone: home, key: abc, colour: red }\n"
                                 "models:\n"
                                 "  auto: { provider: a, model: m }\n"
                                 "  m: { provider: c, model: m, price: { input: 1 } }\n"
                                 "limits: { body: 3, client_idel: 3s }\n"
                                 "log: loud\n"));
    assert_errors(
        f,
        "conf/weir.yaml:1:1: there is no key \"lsten\" here, did you mean \"listen\"?\n"
        "conf/weir.yaml:9:20: there is no key \"client_idel\" here, did you mean \"client_idle\"?\n"
        "conf/weir.yaml:9:17: body must be from 1024 to 1073741824 bytes\n"
        "conf/weir.yaml:10:6: \"loud\" is none of info, debug, warn, error\n"
        "conf/weir.yaml:2:15: the zone \"home\" stands twice\n"
        "conf/weir.yaml:4:13: there is no api \"antropic\", did you mean \"anthropic\"?\n"
        "conf/weir.yaml:4:28: provider a: a URL begins with http:// or https://\n"
        "conf/weir.yaml:4:43: there is no zone \"hom\", did you mean \"home\"?\n"
        "conf/weir.yaml:5:55: there is no key \"colour\" here; known are api, api_version, url, zone, key, "
        "key_file, "
        "ca_file, limit_key, breaker, start, health, output, "
        "connect, first_byte, idle, progress, patience, warm, startup\n"
        "conf/weir.yaml:5:6: provider b needs a value for `api`\n"
        "conf/weir.yaml:5:50: the key of provider b would go unencrypted over the network; its url must begin "
        "with https://\n"
        "conf/weir.yaml:7:3: \"auto\" means that the routes choose; no model can be named so\n"
        "conf/weir.yaml:8:18: there is no provider \"c\"\n"
        "conf/weir.yaml:8:38: a price needs `input` and `output`, in US dollars a million tokens\n");
}

static void an_unset_key_is_named(void **state)
{
    struct fixture *f = *state;
    assert_null(read_settings(
        f, "providers:\n"
           "  far: { api: openai, url: https://api.example.com, zone: cloud, key: ${OPENAI_API_KEY} }\n"
           "models: { m: { provider: far, model: m } }\n"));
    assert_errors(
        f,
        "conf/weir.yaml:2:71: the environment variable OPENAI_API_KEY is not set; set it, or give a default: "
        "${OPENAI_API_KEY:-…}\n");
}

static void teams_have_hashed_keys(void **state)
{
    struct fixture  *f = *state;
    struct settings *s = read_settings(
        f, PROVIDERS MODELS "listen: [{ address: 0.0.0.0:80, certificate: c.pem, key: /k.pem }, \"[::1]:81\"]\n"
                            "teams:\n"
                            "  a: { keys: [key-of-team-a] }\n"
                            "  b: { keys_file: keys.txt, requests_a_minute: 60 }\n"
                            "audit: { file: audit.log }\n");
    unsigned char hash[32];
    assert_errors(f, "");
    assert_int_equal(s->team_count, 2);
    assert_int_equal(s->team[1].key_count, 2);
    SHA256((const unsigned char *)"second-key-of-two", 17, hash);
    assert_memory_equal(s->team[1].key_hash[1], hash, 32);
    assert_string_equal(s->listen[0].certificate_file, "conf/c.pem");
    assert_string_equal(s->listen[0].key_file, "/k.pem");
    assert_string_equal(s->listen[1].host, "::1");
    assert_true(s->has_keys);
    assert_int_equal(s->team[0].requests_a_minute, 0);
    assert_int_equal(s->team[1].requests_a_minute, 60);
    assert_string_equal(s->audit_file, "conf/audit.log");
}

static void without_teams_only_this_machine_is_listened_to(void **state)
{
    struct fixture *f = *state;
    assert_null(read_settings(f, PROVIDERS MODELS "listen:\n  - 127.0.0.1:80\n  - 0.0.0.0:80\n"));
    assert_errors(
        f, "conf/weir.yaml:9:5: 0.0.0.0 can be reached from outside, and there are no `teams` with keys: name "
           "teams, or listen on 127.0.0.1\n");
}

static void keys_must_say_whose_they_are(void **state)
{
    struct fixture *f = *state;
    assert_null(read_settings(f, PROVIDERS MODELS "teams:\n"
                                                  "  a: { keys: [short, same-key-for-both] }\n"
                                                  "  b: { keys: [same-key-for-both, \"sha256:12\"] }\n"
                                                  "  c: {}\n"));
    assert_errors(
        f, "conf/weir.yaml:8:15: a key of team a is shorter than 8 characters\n"
           "conf/weir.yaml:9:15: a key of team b is given twice: it must say whose request it is\n"
           "conf/weir.yaml:9:34: after sha256: come 64 hexadecimal digits\n"); /* c has its keys in Redis */
}

static void a_team_and_a_key_may_be_narrowed(void **state)
{
    struct fixture  *f = *state;
    struct settings *s = read_settings(
        f, PROVIDERS MODELS "teams:\n"
                            "  a: { models: [small], zones: [local, cloud], routes: [asked],\n"
                            "       keys: [{ key: key-of-somebody, reach: local }, key-of-another] }\n");
    assert_non_null(s);
    assert_string_equal(s->team[0].grant.models.name[0], "small");
    assert_int_equal(s->team[0].grant.zones.count, 2);
    assert_null(s->team[0].grant.reach);
    assert_string_equal(s->team[0].key_owner[0].grant.reach, "local");
    assert_int_equal(s->team[0].key_owner[1].grant.models.count, 0);
}

static void what_narrows_names_what_there_is(void **state)
{
    struct fixture *f = *state;
    assert_null(read_settings(f,
                              PROVIDERS MODELS "teams:\n"
                                               "  a: { models: [tiny-one], zones: [nowhere], reach: beyond }\n"
                                               "  b: { models: [] }\n"));
    assert_errors(f, "conf/weir.yaml:8:17: there is no model \"tiny-one\"\n"
                     "conf/weir.yaml:8:36: there is no zone \"nowhere\"\n"
                     "conf/weir.yaml:8:53: there is no zone \"beyond\"\n"
                     "conf/weir.yaml:9:16: models allows none at all; left out, all are allowed\n");
}

static void the_admin_api_has_a_key_and_a_place(void **state)
{
    struct fixture  *f = *state;
    struct settings *s =
        read_settings(f, PROVIDERS MODELS "admin: { address: 127.0.0.1:8081, key: sixteen-letters-1 }\n");
    assert_non_null(s);
    assert_int_equal(s->admin->port, 8081);
    assert_null(read_settings(f, PROVIDERS MODELS "admin: { address: 127.0.0.1:8081 }\n"));
    assert_errors(
        f, "conf/weir.yaml:7:8: admin needs a `key`, or a `key_file`; `openssl rand -hex 32` makes a good "
           "one\n");
}

static void secrets_are_hex_or_words(void **state)
{
    struct fixture  *f = *state;
    struct settings *s = read_settings(
        f, PROVIDERS MODELS "secret: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
    assert_true(s && s->has_master_key);
    assert_int_equal(s->master_key.bytes[31], 31);
    assert_null(read_settings(f, PROVIDERS MODELS "secret: too short\n"));
    assert_errors(
        f, "conf/weir.yaml:7:9: the secret is shorter than 16 characters; `openssl rand -hex 32` makes a good "
           "one\n");
}

static void the_model_is_found_beside_the_settings(void **state)
{
    struct fixture *f = *state;
    has_model = true;
    assert_string_equal(read_settings(f, PROVIDERS MODELS)->slm_folder, "conf/models/all-MiniLM-L6-v2");
    assert_null(read_settings(f, PROVIDERS MODELS "slm: { model: none }\n")->slm_folder);
    assert_int_equal(read_settings(f, PROVIDERS MODELS)->slm_precision, SLM_FASTEST);
    assert_int_equal(read_settings(f, PROVIDERS MODELS "slm: { precision: fp32 }\n")->slm_precision, SLM_FP32);
    assert_int_equal(read_settings(f, PROVIDERS MODELS "slm: { precision: int8 }\n")->slm_precision, SLM_INT8);
    assert_null(read_settings(f, PROVIDERS MODELS "slm: { model: models/else }\n"));
    assert_errors(f, "conf/weir.yaml:7:15: no model is in models/else; ./deploy/model fetches one\n");
}

static void a_first_run_needs_no_file(void **state)
{
    struct fixture  *f = *state;
    struct settings *s = settings_read(f->arena, NULL, reader, env, &f->diag);
    assert_errors(f, "");
    assert_int_equal(s->model_count, 1);
    assert_ptr_equal(settings_model(s, S("large")), settings_model(s, S("small")));
    openai_api_key = "sk-something";
    s = settings_read(f->arena, NULL, reader, env, &f->diag);
    assert_non_null(s);
    assert_int_equal(s->model_count, 2);
    assert_string_equal(s->model[1].provider->key, "sk-something");
    assert_true(s->model[1].price.is_known);
}

static void a_missing_file_is_told(void **state)
{
    struct fixture *f = *state;
    assert_null(settings_read(f->arena, "nowhere.yaml", reader, env, &f->diag));
    assert_errors(f, "nowhere.yaml: the settings file cannot be read\n");
}

static void urls(void **state)
{
    static const struct {
        const char *text;
        bool        ok, is_tls;
        const char *host;
        int         port;
        const char *path;
    } rows[] = {
        { "http://localhost", true, false, "localhost", 80, "" },
        { "HTTPS://api.example.com:8443/v1/", true, true, "api.example.com", 8443, "/v1" },
        { "http://[::1]:8080/a/b", true, false, "::1", 8080, "/a/b" },
        { "http://my_host/", true, false, "my_host", 80, "" },
        { "http://", false, false, "", 0, "" },
        { "http://a:0", false, false, "", 0, "" },
        { "http://a:65536", false, false, "", 0, "" },
        { "http://a:", false, false, "", 0, "" },
        { "http://[::1", false, false, "", 0, "" },
        { "http://[::1]x", false, false, "", 0, "" },
        { "http://u:p@a/", false, false, "", 0, "" },
        { "http://a/x?y", false, false, "", 0, "" },
        { "http://a/x#y", false, false, "", 0, "" },
        { "http://a/x y", false, false, "", 0, "" },
        { "http://a b/", false, false, "", 0, "" },
        { "a.example.com", false, false, "", 0, "" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct url   url;
        struct fault why;
        bool         ok = url_parse(f->arena, slice_str(rows[i].text), &url, &why);
        if (ok != rows[i].ok)
            fail_msg("%s", rows[i].text);
        if (ok) {
            assert_string_equal(url.host, rows[i].host);
            assert_int_equal(url.port, rows[i].port);
            assert_string_equal(url.path, rows[i].path);
            assert_int_equal(url.is_tls, rows[i].is_tls);
        }
    }
}

static void dated_names_have_their_model_s_price(void **state)
{
    struct fixture  *f = *state;
    struct settings *s = read_settings(f, PROVIDERS "models:\n"
                                                    "  a: { provider: far, model: gpt-x-2026-08-07 }\n"
                                                    "  b: { provider: far, model: gpt-x-20260807 }\n"
                                                    "  c: { provider: far, model: gpt-x-7 }\n"
                                                    "  d: { provider: far, model: gpt-x20260807 }\n"
                                                    "prices: [mine.yaml]\n");
    assert_non_null(s);
    assert_true(s->model[0].price.is_known);
    assert_true(s->model[1].price.is_known);
    assert_false(s->model[2].price.is_known);
    assert_false(s->model[3].price.is_known);
}

/* Where a price is from; and what a model of one's own reads, which has none. */
static void prices_say_where_they_are_from(void **state)
{
    struct fixture  *f = *state;
    struct settings *s =
        read_settings(f, PROVIDERS "models:\n"
                                   "  a: { provider: far, model: gpt-y-2026-08-07 }\n"
                                   "  b: { provider: far, model: gpt-y, price: { input: 1, output: 1 } }\n"
                                   "  c: { provider: near, model: 'tiny:2b-q4_K_M' }\n"
                                   "  d: { provider: near, model: 'tiny:9b' }\n"
                                   "  e: { provider: far, model: 'tiny:9b' }\n"
                                   "  f: { provider: far, model: gpt-x }\n"
                                   "prices: [mine.yaml, dated.yaml]\n");
    assert_non_null(s);
    assert_int_equal(s->model[0].source.kind, PRICE_LISTED);
    assert_string_equal(s->model[0].source.url, "https://prices.example/list");
    assert_string_equal(s->model[0].source.file, "conf/dated.yaml");
    assert_int_equal(s->model[0].source.day, 20780); /* 2026-11-23 */
    assert_true(s->model[0].source.is_second_hand);
    assert_int_equal(s->model[1].source.kind, PRICE_OWN);
    assert_int_equal(s->model[2].source.kind, PRICE_NEAR);
    assert_int_equal(s->model[2].context_tokens, 2000);
    assert_int_equal(s->model[3].context_tokens, 9000);
    assert_int_equal(s->model[4].source.kind, PRICE_NONE);
    assert_int_equal(s->model[4].context_tokens, 9000);
    assert_int_equal(s->model[5].source.kind, PRICE_LISTED);
    assert_true(s->model[5].source.day == PRICE_UNDATED);
    assert_null(s->model[5].source.url);
    s = read_settings(f, PROVIDERS "models: { e: { provider: far, model: unheard-of } }\n"
                                   "budgets: { unknown_price: { input: 20, output: 100 } }\n");
    assert_int_equal(s->model[0].source.kind, PRICE_ASSUMED);
}

static void lists_that_make_no_sense(void **state)
{
    struct fixture *f = *state;
    assert_null(read_settings(f, PROVIDERS MODELS "prices: [bad.yaml]\n"));
    assert_errors(f, "conf/bad.yaml:2:46: there is no \"x\" among the list's `sources`\n"
                     "conf/bad.yaml:2:53: `at` is the day on which it was looked up, such as 2026-11-23\n"
                     "conf/bad.yaml:5:6: source s needs a value for `url`\n");
}

static void what_needs_a_restart_is_known(void **state)
{
    struct fixture        *f = *state;
    const struct settings *a = read_settings(f, PROVIDERS MODELS);
    const struct settings *b = read_settings(f, PROVIDERS MODELS "limits: { body: 1m }\nlog: warn\n");
    const struct settings *c = read_settings(f, PROVIDERS MODELS "slm: { threads: 3 }\n");
    const struct settings *d = read_settings(f, PROVIDERS MODELS "listen: [localhost:1]\n");
    assert_null(settings_restart_key(a, b));
    assert_string_equal(settings_restart_key(a, c), "slm.threads");
    assert_string_equal(settings_restart_key(a, d), "listen");
}

/* ---- what clients keep ---- */

#define KEYS "teams: { us: { keys: [ a-key-of-us ] } }\n"

static const char *account_of(const struct settings *s)
{
    return s->account ? s->account->name : "";
}

static void whose_account_is_asked(void **state)
{
    struct fixture  *f = *state;
    struct settings *alone = read_settings(f, PROVIDERS MODELS);
    assert_string_equal(account_of(alone), "far");
    assert_int_equal(alone->store_keep_ms, INT64_C(30) * 24 * 3600 * 1000);
    assert_string_equal(account_of(read_settings(f, PROVIDERS MODELS KEYS)), "");
    assert_string_equal(
        account_of(read_settings(f, PROVIDERS MODELS KEYS "store: { account: near, keep: 0s }\n")), "near");
    assert_errors(f, "");
}

static void an_account_is_of_openais_api(void **state)
{
    struct fixture *f = *state;
    assert_null(read_settings(f, "providers: { c: { api: anthropic, url: https://a.example, zone: cloud } }\n"
                                 "models: { m: { provider: c, model: m } }\nstore: { account: c, kep: 1d }\n"));
    assert_errors(f, "conf/weir.yaml:3:22: there is no key \"kep\" here, did you mean \"keep\"?\n"
                     "conf/weir.yaml:3:19: `account` must name a provider that speaks `api: openai`\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_small_file_and_its_defaults),
        TEST(every_mistake_is_told_in_one_run),
        TEST(an_unset_key_is_named),
        TEST(teams_have_hashed_keys),
        TEST(without_teams_only_this_machine_is_listened_to),
        TEST(keys_must_say_whose_they_are),
        TEST(a_team_and_a_key_may_be_narrowed),
        TEST(what_narrows_names_what_there_is),
        TEST(the_admin_api_has_a_key_and_a_place),
        TEST(secrets_are_hex_or_words),
        TEST(the_model_is_found_beside_the_settings),
        TEST(a_first_run_needs_no_file),
        TEST(a_missing_file_is_told),
        TEST(urls),
        TEST(dated_names_have_their_model_s_price),
        TEST(prices_say_where_they_are_from),
        TEST(lists_that_make_no_sense),
        TEST(whose_account_is_asked),
        TEST(an_account_is_of_openais_api),
        TEST(what_needs_a_restart_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
