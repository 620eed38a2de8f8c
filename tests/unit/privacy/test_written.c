/* test_written.c - findings are told by code points, and a map that was written down gives back what was
 * hidden. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "privacy/written.h"

#include <stdlib.h>

static const struct vault_key key = { .bytes = "a key" };

static void assert_written(struct buf *out, const char *wanted)
{
    assert_false(out->full);
    assert_true(slice_is(buf_slice(out), wanted));
    buf_fini(out);
}

static void test_findings_are_told_by_code_points(void **state)
{
    (void)state;
    struct slice   text = S("gr\xC3\xBC\xC3\x9F a@x.org, \xF0\x9F\x98\x80 1.2.3.4");
    struct finding item[] = {
        { .start = 7, .end = 14, .kind = PII_EMAIL, .confidence = 0.95F, .source = "email" },
        { .start = 16, .end = 28, .kind = PII_IP_ADDRESS, .confidence = 0.5F, .source = "ip \"4\"" }
    };
    const struct findings found = { .item = item, .count = 2 };
    struct buf            out;
    buf_init(&out, 1024);
    findings_write(text, &found, PII_ALL, &out);
    assert_written(
        &out,
        "[{\"start\":5,\"end\":12,\"kind\":\"email\",\"source\":\"email\",\"confidence\":0.95},"
        "{\"start\":14,\"end\":23,\"kind\":\"ip_address\",\"source\":\"ip \\\"4\\\"\",\"confidence\":0.5}]");
    findings_write(text, &found, (pii_set)1 << PII_IP_ADDRESS, &out);
    assert_written(
        &out,
        "[{\"start\":14,\"end\":23,\"kind\":\"ip_address\",\"source\":\"ip \\\"4\\\"\",\"confidence\":0.5}]");
    findings_write(text, &found, 0, &out);
    assert_written(&out, "[]");
}

/* Hides a text with one finding. */
static void hide(struct vault *v, const char *text, size_t start, size_t end, bool is_number, struct buf *out)
{
    struct finding        item = { .start = start, .end = end, .kind = PII_PHONE, .is_number = is_number };
    const struct findings found = { .item = &item, .count = 1, .kinds = (pii_set)1 << PII_PHONE };
    assert_int_equal(vault_hide(v, slice_str(text), &found, PII_ALL, out), 1);
}

static void test_a_map_gives_back_what_was_hidden(void **state)
{
    (void)state;
    struct arena *arena = arena_new(), *other = arena_new();
    struct vault *v = vault_new(arena, &key), *again = vault_new(other, &(struct vault_key){ 0 });
    struct buf    text, arguments, map, back;
    struct fault  why = { 0 };
    buf_init(&text, 1024);
    buf_init(&arguments, 1024);
    buf_init(&map, 1024);
    buf_init(&back, 1024);
    map_write(v, &map);
    assert_true(slice_is(buf_slice(&map), "{}"));
    buf_reset(&map);
    hide(v, "call \"5\\5\" now", 5, 10, false, &text);
    hide(v, "{\"n\":4155552671}", 5, 15, true, &arguments);
    map_write(v, &map);
    assert_true(map_read(again, other, buf_slice(&map), &why));
    assert_int_equal(vault_count(again), 2);
    vault_restore(again, buf_slice(&text), false, &back);
    assert_written(&back, "call \"5\\5\" now");
    vault_restore(again, buf_slice(&arguments), true, &back);
    assert_written(&back, "{\"n\":4155552671}");
    buf_fini(&text);
    buf_fini(&arguments);
    buf_fini(&map);
    arena_free(&arena);
    arena_free(&other);
}

static void test_what_is_no_map_is_refused_without_a_word_of_it(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "[]",
        "{\"secret\":\"word\"}",
        "{\"EMAIL_0123456789AB\":null}",
        "{\"EMAIL_0123456789A\":\"x\"}",
        "{\"EMAIL_0123456789AI\":\"x\"}", /* no letter of the code */
        "{\"EMAIL-0123456789AB\":\"x\"}",
        "{\"SECRET_0123456789AB\":\"x\"}", /* no tag */
        "{\"_0123456789AB\":\"x\"}",
        "{\"EMAIL_0123456789AB\":\"x\",\"EMAIL_0123456789AB\":\"y\"}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct arena *arena = arena_new();
        struct fault  why = { 0 };
        struct vault *v = vault_new(arena, &key);
        assert_false(map_read(v, arena, slice_str(wrong[i]), &why));
        assert_null(strstr(why.detail, "secret"));
        arena_free(&arena);
    }
    struct arena *arena = arena_new();
    struct fault  why = { 0 };
    struct vault *v = vault_new(arena, &key);
    assert_true(map_read(v, arena, S("{\"EMAIL_0123456789AB\":\"x\"}"), &why));
    assert_true(map_read(v, arena, S("{\"EMAIL_0123456789AB\":\"x\"}"), &why));
    assert_false(map_read(v, arena, S("{\"EMAIL_0123456789AB\":\"y\"}"), &why));
    arena_free(&arena);
}

static const struct vault_key other_key = { .bytes = "another team's" };

static void test_a_sealed_map_opens_for_its_team_alone(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct vault *v = vault_new(arena, &key);
    struct fault  why = { 0 };
    struct buf    text, seal, again, back;
    buf_init(&text, 1024);
    buf_init(&seal, 1024);
    buf_init(&again, 1024);
    buf_init(&back, 1024);
    hide(v, "call 555 now", 5, 8, false, &text);
    map_seal(v, &key, &seal);
    map_seal(v, &key, &again);
    assert_false(slice_eq(buf_slice(&seal), buf_slice(&again)));
    assert_int_equal(slice_find(buf_slice(&seal), S("555")), SLICE_NONE);

    struct vault *opened = vault_new(arena, &key);
    assert_false(map_open(opened, arena, &other_key, buf_slice(&seal), &why));
    assert_true(map_open(opened, arena, &key, buf_slice(&seal), &why));
    vault_restore(opened, buf_slice(&text), false, &back);
    assert_written(&back, "call 555 now");
    buf_fini(&text);
    buf_fini(&seal);
    buf_fini(&again);
    arena_free(&arena);
}

/* Every bit of it counts, and every length but its own. */
static void test_a_seal_that_was_changed_opens_for_nobody(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct vault *v = vault_new(arena, &key);
    struct fault  why = { 0 };
    struct buf    text, seal;
    buf_init(&text, 1024);
    buf_init(&seal, 1024);
    hide(v, "call 555 now", 5, 8, false, &text);
    map_seal(v, &key, &seal);
    for (size_t i = 0; i < seal.len; i++) {
        struct arena *scratch = arena_new();
        char          kept = seal.ptr[i];
        seal.ptr[i] = kept == 'A' ? 'B' : 'A';
        assert_false(map_open(v, scratch, &key, buf_slice(&seal), &why));
        seal.ptr[i] = kept;
        assert_false(map_open(v, scratch, &key, slice_cut(buf_slice(&seal), 0, i), &why));
        assert_false(map_open(v, scratch, &key, slice_cut(buf_slice(&seal), i + 1, seal.len), &why));
        arena_free(&scratch);
    }
    assert_true(map_open(v, arena, &key, buf_slice(&seal), &why));
    buf_fini(&text);
    buf_fini(&seal);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings_are_told_by_code_points),
        cmocka_unit_test(test_a_map_gives_back_what_was_hidden),
        cmocka_unit_test(test_what_is_no_map_is_refused_without_a_word_of_it),
        cmocka_unit_test(test_a_sealed_map_opens_for_its_team_alone),
        cmocka_unit_test(test_a_seal_that_was_changed_opens_for_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
