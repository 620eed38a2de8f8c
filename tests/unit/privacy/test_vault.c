/* test_vault.c - hiding, and giving back a text that comes whole. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "privacy/vault.h"

#include <stdio.h>
#include <stdlib.h>

static const struct vault_key master = { "an operator's master key" };

struct fixture {
    struct arena *arena;
    struct vault *vault;
    struct buf    out;
};

static int set_up(void **state)
{
    struct fixture  *f = calloc(1, sizeof *f);
    struct vault_key team;
    f->arena = arena_new();
    vault_key_derive(&master, S("interns"), &team);
    f->vault = vault_new(f->arena, &team);
    buf_init(&f->out, 1 << 20);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    buf_fini(&f->out);
    arena_free(&f->arena);
    free(f);
    return 0;
}

/* The findings of a text in which values stand between angle brackets, all of one kind. */
static struct findings found_between(struct arena *arena, const char *text, enum pii_kind kind)
{
    struct findings found = { .item = arena_array(arena, strlen(text), sizeof(struct finding)) };
    for (const char *open = strchr(text, '<'); open; open = strchr(open + 1, '<'))
        found.item[found.count++] = (struct finding){ .start = (size_t)(open + 1 - text),
                                                      .end = (size_t)(strchr(open, '>') - text),
                                                      .kind = kind,
                                                      .source = "test" };
    return found;
}

static const char *hidden(struct fixture *f, const char *text, enum pii_kind kind)
{
    struct findings found = found_between(f->arena, text, kind);
    buf_reset(&f->out);
    assert_int_equal(vault_hide(f->vault, slice_str(text), &found, PII_ALL, &f->out), found.count);
    return arena_cstr(f->arena, buf_slice(&f->out));
}

static const char *restored(struct fixture *f, const char *text, bool inside_json)
{
    buf_reset(&f->out);
    vault_restore(f->vault, slice_str(text), inside_json, &f->out);
    return arena_cstr(f->arena, buf_slice(&f->out));
}

static void a_placeholder_is_the_tag_and_twelve_letters(void **state)
{
    const char *text = hidden(*state, "<ada@example.org>", PII_EMAIL);
    assert_int_equal(strlen(text), strlen("<EMAIL_") + 12 + 1);
    assert_memory_equal(text, "<EMAIL_", 7);
    assert_int_equal(strspn(text + 7, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 12);
}

static void a_placeholder_stays_the_same_from_release_to_release(void **state)
{
    /* HMAC-SHA-256 by another hand: python3 -c "import hmac; key = hmac.digest(b'an operator\'s master key' +
     * bytes(8), b'interns', 'sha256'); print(bin(int.from_bytes(hmac.digest(key, b'EMAIL\0ada@example.org',
     * 'sha256')[:8], 'big') >> 4))", each five bits a letter. */
    assert_string_equal(hidden(*state, "<ada@example.org>", PII_EMAIL), "<EMAIL_5H9KXNGQVPWG>");
}

static void values_are_told_apart_and_the_same_value_is_the_same(void **state)
{
    struct fixture *f = *state;
    const char     *one = hidden(f, "<ada@example.org>", PII_EMAIL);
    assert_string_equal(one, hidden(f, "<ada@example.org>", PII_EMAIL));
    assert_int_equal(vault_count(f->vault), 1);
    assert_string_not_equal(one, hidden(f, "<Ada@example.org>", PII_EMAIL));
    hidden(f, "<ada@example.org>", PII_PHONE);
    assert_int_equal(vault_count(f->vault), 3);
}

static void teams_have_placeholders_of_their_own(void **state)
{
    struct fixture  *f = *state;
    const char      *ours = hidden(f, "<ada@example.org>", PII_EMAIL);
    struct vault_key other;
    vault_key_derive(&master, S("board"), &other);
    f->vault = vault_new(f->arena, &other);
    assert_string_not_equal(ours, hidden(f, "<ada@example.org>", PII_EMAIL));
}

static void only_the_kinds_asked_for_are_hidden(void **state)
{
    struct fixture *f = *state;
    struct slice    text = S("a@b.example and c@d.example");
    struct finding  item[] = { { .start = 0, .end = 11, .kind = PII_EMAIL },
                               { .start = 16, .end = 27, .kind = PII_PHONE } };
    struct findings found = { item, 2, 0 };
    assert_int_equal(vault_hide(f->vault, text, &found, (pii_set)1 << PII_PHONE, &f->out), 1);
    struct slice out = buf_slice(&f->out);
    assert_true(slice_starts(out, S("a@b.example and PHONE_")));
    buf_reset(&f->out);
    assert_int_equal(vault_hide(f->vault, text, &found, 0, &f->out), 0);
    assert_true(slice_eq(buf_slice(&f->out), text));
}

static void what_was_hidden_comes_back(void **state)
{
    struct fixture *f = *state;
    const char *text = "Héllo <ada@example.org>, <grace@example.org>; <ada@example.org>. 你好<x@y.example>";
    assert_string_equal(restored(f, hidden(f, text, PII_EMAIL), false), text);
}

static void thousands_of_values_come_back(void **state)
{
    struct fixture *f = *state;
    struct buf      text;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "<user%d@example.org> ", i);
    const char *whole = arena_cstr(f->arena, buf_slice(&text));
    const char *out = hidden(f, whole, PII_EMAIL);
    assert_int_equal(vault_count(f->vault), 5000);
    assert_null(strstr(out, "@"));
    assert_string_equal(restored(f, out, false), whole);
    buf_fini(&text);
}

static void a_placeholder_never_issued_is_left_alone(void **state)
{
    struct fixture *f = *state;
    hidden(f, "<ada@example.org>", PII_EMAIL);
    const char *text = "EMAIL_7F3K2M9QTX4B EMAIL_ EMAIL CARD_7F3K2M9QTX4B EMAIL_7F3K";
    assert_string_equal(restored(f, text, false), text);
}

static void another_teams_placeholder_is_left_alone(void **state)
{
    struct fixture  *f = *state;
    const char      *theirs = hidden(f, "<ada@example.org>", PII_EMAIL);
    struct vault_key other;
    vault_key_derive(&master, S("board"), &other);
    f->vault = vault_new(f->arena, &other);
    hidden(f, "<ada@example.org>", PII_EMAIL);
    assert_string_equal(restored(f, theirs, false), theirs);
}

static void inside_json_a_value_is_escaped_once_more(void **state)
{
    struct fixture *f = *state;
    const char     *out = hidden(f, "<a\"b\\c\nd\x1f é>", PII_API_KEY);
    assert_string_equal(restored(f, out, true), "<a\\\"b\\\\c\\u000ad\\u001f é>");
    assert_string_equal(restored(f, out, false), "<a\"b\\c\nd\x1f é>");
}

/* A stretch of the arena in which the vault keeps its values. */
struct stretch {
    const char *from, *to;
    bool        was_wiped;
};

static bool has_canary(const struct stretch *s)
{
    return slice_find(slice_of(s->from, (size_t)(s->to - s->from)), S("canary@example.org")) != SLICE_NONE;
}

static void on_arena_end(void *arg)
{
    struct stretch *s = arg;
    s->was_wiped = !has_canary(s);
}

static void values_are_wiped_with_the_arena(void **state)
{
    struct fixture  *f = *state;
    struct arena    *arena = arena_new();
    struct vault_key key = { "team" };
    struct finding   item = { .end = 18, .kind = PII_EMAIL };
    struct findings  found = { &item, 1, 0 };
    struct stretch   stretch = { 0 };
    /* Attached first, so called last, when the vault has wiped and the memory is still there. */
    arena_defer(arena, on_arena_end, &stretch);
    struct vault *vault = vault_new(arena, &key);
    stretch.from = arena_alloc(arena, 1);
    vault_hide(vault, S("canary@example.org"), &found, PII_ALL, &f->out);
    stretch.to = arena_alloc(arena, 1);
    assert_true(stretch.from < stretch.to); /* of one block */
    assert_true(has_canary(&stretch));
    arena_free(&arena);
    assert_true(stretch.was_wiped);
}

static void a_full_buffer_is_told(void **state)
{
    struct fixture *f = *state;
    struct findings found = found_between(f->arena, "<ada@example.org>", PII_EMAIL);
    buf_fini(&f->out);
    buf_init(&f->out, 10);
    vault_hide(f->vault, S("<ada@example.org>"), &found, PII_ALL, &f->out);
    assert_true(f->out.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_placeholder_is_the_tag_and_twelve_letters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_placeholder_stays_the_same_from_release_to_release, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(values_are_told_apart_and_the_same_value_is_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(teams_have_placeholders_of_their_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_the_kinds_asked_for_are_hidden, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_hidden_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(thousands_of_values_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_placeholder_never_issued_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_teams_placeholder_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(inside_json_a_value_is_escaped_once_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_are_wiped_with_the_arena, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_buffer_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
