/* test_key_record.c - what is kept of a key comes back as it was, and what is no record is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/key_record.h"

#include <stdlib.h>

enum { NOW = 1000000 };

static const char *const models[] = { "small", "a \"quoted\" one" };

static struct key_record example(void)
{
    struct key_record r = { .id = "06r4vb9k2m7a",
                            .team = "interns",
                            .name = "b\xC3\xA4tch",
                            .user = "",
                            .tag = { "night" },
                            .tags = 1,
                            .grant = { .models = { models, 2 }, .reach = "trusted" },
                            .made_ms = 5,
                            .expires_ms = NOW + 1 };
    key_record_rotate(&r, (const unsigned char[API_KEY_HASH_BYTES]){ 1, 0xfe }, 5, 0);
    return r;
}

static struct slice written(struct arena *arena, const struct key_record *r)
{
    struct buf out;
    buf_init(&out, KEY_RECORD_MOST_BYTES);
    key_record_write(r, &out);
    assert_false(out.full);
    struct slice text = arena_copy(arena, buf_slice(&out));
    buf_fini(&out);
    return text;
}

static void a_record_comes_back(void **state)
{
    (void)state;
    struct arena     *arena = arena_new();
    struct key_record r = example(), back;
    struct fault      why;
    struct slice      text = written(arena, &r);
    assert_true(key_record_read(arena, text, &back, &why));
    assert_string_equal(back.name, r.name);
    assert_string_equal(back.user, "");
    assert_string_equal(back.grant.models.name[1], models[1]);
    assert_string_equal(back.grant.reach, "trusted");
    assert_int_equal(back.grant.routes.count, 0);
    assert_true(slice_eq(written(arena, &back), text));
    arena_free(&arena);
}

static void half_a_record_is_none(void **state)
{
    (void)state;
    struct arena     *arena = arena_new();
    struct key_record r = example(), back;
    struct slice      text = written(arena, &r);
    for (size_t cut = 0; cut < text.len; cut++) {
        struct fault why = { .kind = FAULT_NONE };
        assert_false(key_record_read(arena, slice_cut(text, 0, cut), &back, &why));
        assert_int_equal(why.kind, FAULT_INTERNAL);
    }
    arena_free(&arena);
}

/* A later Weir may keep more of it; what we know must be of its kind. */
static void what_is_not_as_it_should_be_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool        is_read;
    } cases[] = {
        { "{\"id\":\"06r4vb9k2m7a\",\"team\":\"a\",\"secrets\":[]}", true },
        { "{\"id\":\"06r4vb9k2m7a\",\"team\":\"a\",\"secrets\":[],\"new\":{\"x\":1}}", true },
        { "{\"id\":\"06r4vb9k2m7a\",\"team\":\"a\"}", false },
        { "{\"id\":\"06r4vb9k2m7a\",\"secrets\":[]}", false },
        { "{\"id\":\"short\",\"team\":\"a\",\"secrets\":[]}", false },
        { "{\"id\":\"06r4vb9k2m7a\",\"team\":\"a\\u0000b\",\"secrets\":[]}", false },
        { "{\"id\":\"06r4vb9k2m7a\",\"team\":\"a\",\"models\":\"x\",\"secrets\":[]}", false },
        { "{\"id\":\"06r4vb9k2m7a\",\"team\":\"a\",\"expires_ms\":-1,\"secrets\":[]}", false },
        { "{\"id\":\"06r4vb9k2m7a\",\"team\":\"a\",\"disabled\":\"no\",\"secrets\":[]}", false },
        { "{\"id\":\"06r4vb9k2m7a\",\"team\":\"a\",\"secrets\":[{\"hash\":\"00\"}]}", false },
        { "{\"id\":\"06r4vb9k2m7a\",\"team\":\"a\",\"tags\":[\"1\",\"2\",\"3\",\"4\",\"5\"],\"secrets\":[]}",
          false },
        { "[]", false },
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct key_record back;
        struct fault      why;
        if (key_record_read(arena, slice_str(cases[i].text), &back, &why) != cases[i].is_read)
            fail_msg("%s", cases[i].text);
    }
    arena_free(&arena);
}

static void a_state_is_told_by_the_clock(void **state)
{
    (void)state;
    struct key_record r = example();
    assert_int_equal(key_record_state(&r, NOW), KEY_ACTIVE);
    assert_int_equal(key_record_state(&r, NOW + 1), KEY_EXPIRED);
    r.is_disabled = true;
    assert_int_equal(key_record_state(&r, NOW), KEY_DISABLED);
    r.revoked_ms = 7;
    assert_int_equal(key_record_state(&r, NOW), KEY_REVOKED);
}

static void rotated_secrets_live_as_long_as_they_may(void **state)
{
    (void)state;
    struct key_record   r = { .id = "06r4vb9k2m7a" };
    const unsigned char hash[6][API_KEY_HASH_BYTES] = { { 1 }, { 2 }, { 3 }, { 4 }, { 5 }, { 6 } };
    key_record_rotate(&r, hash[0], NOW, 0);
    key_record_rotate(&r, hash[1], NOW, 100);
    assert_true(key_record_has(&r, hash[0], NOW + 99));
    assert_false(key_record_has(&r, hash[0], NOW + 100));
    assert_true(key_record_has(&r, hash[1], NOW + 100000));
    key_record_rotate(&r, hash[2], NOW, 1000); /* lets nobody live longer than was promised */
    assert_false(key_record_has(&r, hash[0], NOW + 100));
    assert_true(key_record_has(&r, hash[1], NOW + 999));
    for (int i = 3; i < 6; i++)
        key_record_rotate(&r, hash[i], NOW, 1000);
    assert_int_equal(r.secrets, KEY_SECRETS_MOST);
    assert_true(key_record_has(&r, hash[5], NOW));
    assert_false(key_record_has(&r, hash[1], NOW)); /* the oldest has gone */
    key_record_rotate(&r, hash[0], NOW, 0);
    assert_int_equal(r.secrets, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_comes_back),
        cmocka_unit_test(half_a_record_is_none),
        cmocka_unit_test(what_is_not_as_it_should_be_is_refused),
        cmocka_unit_test(a_state_is_told_by_the_clock),
        cmocka_unit_test(rotated_secrets_live_as_long_as_they_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
