/*
 * test_restore.c - giving back an answer that comes in pieces.
 *
 * A canary is a value with a mark that stands nowhere else. Whatever the cuts: the pieces make what the whole
 * makes, no byte is held back that is certain, and nothing is held beyond the bound.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "privacy/vault.h"

#include <stdlib.h>

enum { VALUES = 6, PIECES_MOST = 24 };

static const struct {
    enum pii_kind kind;
    const char   *value;
} canaries[VALUES] = {
    { PII_EMAIL, "canary-one@example.org" },   { PII_EMAIL, "canary-two@example.org" },
    { PII_IP_ADDRESS, "2001:db8::ca:na:ry" },  { PII_IBAN, "CANARY IBAN" },
    { PII_API_KEY, "sk-canary-\"quoted\"\n" }, { PII_PHONE, "+99 canary é 你" },
};

struct fixture {
    struct arena *arena;
    struct vault *vault;
    struct slice  placeholder[VALUES];
};

static struct slice hide_one(struct fixture *f, enum pii_kind kind, const char *value)
{
    struct finding  item = { .end = strlen(value), .kind = kind, .source = "test" };
    struct findings found = { &item, 1, (pii_set)1 << kind };
    struct buf      out;
    buf_init(&out, 1024);
    vault_hide(f->vault, slice_str(value), &found, PII_ALL, &out);
    struct slice placeholder = arena_copy(f->arena, buf_slice(&out));
    buf_fini(&out);
    return placeholder;
}

static int set_up(void **state)
{
    struct fixture  *f = calloc(1, sizeof *f);
    struct vault_key key = { "team" };
    f->arena = arena_new();
    f->vault = vault_new(f->arena, &key);
    for (int i = 0; i < VALUES; i++)
        f->placeholder[i] = hide_one(f, canaries[i].kind, canaries[i].value);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(&f->arena);
    free(f);
    return 0;
}

static struct slice whole(struct fixture *f, struct slice text)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    vault_restore(f->vault, text, false, &out);
    struct slice copy = arena_copy(f->arena, buf_slice(&out));
    buf_fini(&out);
    return copy;
}

/* Whether `tail` is the beginning of a live placeholder, and not all of it: the definition, by brute force. */
static bool may_become_one(const struct fixture *f, struct slice tail)
{
    for (int i = 0; i < VALUES; i++)
        if (tail.len < f->placeholder[i].len && slice_starts(f->placeholder[i], tail))
            return true;
    return false;
}

/* The least that must be held back of a text: its longest such tail. */
static size_t must_hold(const struct fixture *f, struct slice text)
{
    size_t start = text.len > RESTORE_HELD_MOST ? text.len - RESTORE_HELD_MOST : 0;
    for (; start < text.len; start++)
        if (may_become_one(f, slice_cut(text, start, text.len)))
            return text.len - start;
    return 0;
}

static void assert_slices_equal(struct slice a, struct slice b)
{
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.ptr, b.ptr, b.len);
}

/* Feeds text cut at `first` and `second`, and asks after each piece that no more is held than must be. */
static void feed_in_three(struct fixture *f, struct slice text, size_t first, size_t second,
                          struct slice expected)
{
    struct restore *r = restore_new(f->arena, f->vault);
    struct buf      out;
    size_t          cuts[] = { 0, first, second, text.len };
    buf_init(&out, 1 << 16);
    for (int i = 0; i < 3; i++) {
        restore_feed(r, slice_cut(text, cuts[i], cuts[i + 1]), &out);
        size_t held = must_hold(f, slice_cut(text, 0, cuts[i + 1]));
        assert_int_equal(restore_holds(r), held > 0);
        struct slice certain = whole(f, slice_cut(text, 0, cuts[i + 1] - held));
        assert_slices_equal(buf_slice(&out), certain);
    }
    restore_end(r, &out);
    assert_false(restore_holds(r));
    assert_slices_equal(buf_slice(&out), expected);
    buf_fini(&out);
}

static uint32_t next_random(void)
{
    static uint64_t seed = 0x9E3779B97F4A7C15u;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32);
}

/* Placeholders, pieces of placeholders and words, one after the other. */
static struct slice random_text(struct fixture *f, struct buf *text, struct buf *expected)
{
    static const char *const words[] = { "EMAIL_", "E",  "EM",    "IP_", "I", "KEY",
                                         "é",      "你", " and ", "_",   "",  "IBAN_0" };
    buf_reset(text);
    buf_reset(expected);
    for (uint32_t pieces = 1 + next_random() % PIECES_MOST; pieces > 0; pieces--) {
        uint32_t     i = next_random() % VALUES;
        struct slice p = f->placeholder[i];
        const char  *word = words[next_random() % (sizeof words / sizeof words[0])];
        if (next_random() % 2) {
            buf_add(text, p);
            buf_add_str(expected, canaries[i].value);
        } else if (next_random() % 3 == 0) {
            /* A piece, and what cannot go on from it. */
            p = slice_cut(p, 0, next_random() % (uint32_t)p.len);
            buf_add(text, p);
            buf_add_str(text, ".");
            buf_add(expected, p);
            buf_add_str(expected, ".");
        } else {
            buf_add_str(text, word);
            buf_add_str(expected, word);
        }
    }
    return buf_slice(text);
}

static void every_split_gives_the_same(void **state)
{
    struct fixture *f = *state;
    struct buf      text, expected;
    buf_init(&text, 1 << 16);
    buf_init(&expected, 1 << 16);
    for (int round = 0; round < 40; round++) {
        struct slice t = random_text(f, &text, &expected);
        assert_slices_equal(whole(f, t), buf_slice(&expected));
        for (size_t first = 0; first <= t.len; first++)
            feed_in_three(f, t, first, first + next_random() % (uint32_t)(t.len - first + 1),
                          buf_slice(&expected));
    }
    buf_fini(&text);
    buf_fini(&expected);
}

static void a_byte_at_a_time_gives_the_same(void **state)
{
    struct fixture *f = *state;
    struct buf      text, expected, out;
    buf_init(&text, 1 << 16);
    buf_init(&expected, 1 << 16);
    buf_init(&out, 1 << 16);
    for (int round = 0; round < 200; round++) {
        struct slice    t = random_text(f, &text, &expected);
        struct restore *r = restore_new(f->arena, f->vault);
        buf_reset(&out);
        for (size_t i = 0; i < t.len; i++) {
            size_t before = out.len;
            restore_feed(r, slice_cut(t, i, i + 1), &out);
            assert_true(out.len - before <= RESTORE_HELD_MOST + 1);
        }
        restore_end(r, &out);
        assert_slices_equal(buf_slice(&out), buf_slice(&expected));
    }
    buf_fini(&text);
    buf_fini(&expected);
    buf_fini(&out);
}

static void only_a_live_beginning_is_held(void **state)
{
    struct fixture *f = *state;
    struct restore *r = restore_new(f->arena, f->vault);
    struct buf      out;
    buf_init(&out, 1024);
    restore_feed(r, S("CARD"), &out); /* no card is hidden here */
    assert_false(restore_holds(r));
    restore_feed(r, S(" EMAIL_"), &out);
    assert_true(restore_holds(r));
    assert_true(slice_is(buf_slice(&out), "CARD "));
    restore_feed(r, S("!"), &out);
    assert_false(restore_holds(r));
    assert_true(slice_is(buf_slice(&out), "CARD EMAIL_!"));
    buf_fini(&out);
}

static void inside_json_it_is_escaped_in_pieces_too(void **state)
{
    struct fixture *f = *state;
    struct slice    p = f->placeholder[4];
    for (size_t cut = 0; cut <= p.len; cut++) {
        struct restore *r = restore_new(f->arena, f->vault);
        struct buf      out;
        buf_init(&out, 1024);
        restore_inside_json(r);
        restore_feed(r, slice_cut(p, 0, cut), &out);
        restore_feed(r, slice_cut(p, cut, p.len), &out);
        restore_end(r, &out);
        assert_true(slice_is(buf_slice(&out), "sk-canary-\\\"quoted\\\"\\u000a"));
        buf_fini(&out);
    }
}

/* However a model writes a placeholder, cut at each byte. */
static void assert_comes_back(struct fixture *f, const char *text, bool inside_json, const char *expected)
{
    struct buf out;
    size_t     length = strlen(text);
    buf_init(&out, 4096);
    for (size_t cut = 0; cut <= length; cut++) {
        struct restore *r = restore_new(f->arena, f->vault);
        if (inside_json)
            restore_inside_json(r);
        buf_reset(&out);
        restore_feed(r, slice_of(text, cut), &out);
        restore_feed(r, slice_of(text + cut, length - cut), &out);
        restore_end(r, &out);
        if (!slice_is(buf_slice(&out), expected))
            fail_msg("%s cut at %zu became %.*s", text, cut, SLICE_ARG(buf_slice(&out)));
    }
    buf_reset(&out);
    vault_restore(f->vault, slice_str(text), inside_json, &out);
    assert_true(slice_is(buf_slice(&out), expected));
    buf_fini(&out);
}

static void models_may_change_how_it_is_written(void **state)
{
    struct fixture *f = *state;
    const char     *p = arena_cstr(f->arena, f->placeholder[0]), *code = p + strlen("EMAIL_");
    char           *small = arena_cstr(f->arena, f->placeholder[0]);
    for (char *c = small; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
    const char *const ways[][2] = {
        { p, "canary-one@example.org" },
        { small, "canary-one@example.org" },
        { arena_printf(f->arena, "Email_%s", code), "canary-one@example.org" },
        { arena_printf(f->arena, "`%s`, **%s**", p, p),
          "`canary-one@example.org`, **canary-one@example.org**" },
        { arena_printf(f->arena, "EMAIL\\_%s", code), "canary-one@example.org" },
        { arena_printf(f->arena, "EMAIL-%s", code), "canary-one@example.org" },
        { arena_printf(f->arena, "EMAIL %s", code), "canary-one@example.org" },
        { arena_printf(f->arena, "EMAIL\xE2\x80\x91%s.", code), "canary-one@example.org." },
        { arena_printf(f->arena, "%s's and %ss", p, p),
          "canary-one@example.org's and canary-one@example.orgs" },
        { arena_printf(f->arena, "mailto:%s%s", p, p), "mailto:canary-one@example.orgcanary-one@example.org" },
        { arena_printf(f->arena, "EMAIL  %s", code), NULL },
        { arena_printf(f->arena, "EMAIL%s", code), NULL },
        { arena_printf(f->arena, "EMAIL_%.11s", code), NULL },
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        assert_comes_back(f, ways[i][0], false, ways[i][1] ? ways[i][1] : ways[i][0]);
}

static void escapes_of_json_are_read(void **state)
{
    struct fixture *f = *state;
    const char     *p = arena_cstr(f->arena, f->placeholder[0]), *code = p + strlen("EMAIL_");
    const char     *whole = "{\"to\": \"canary-one@example.org\"}";
    assert_comes_back(f, arena_printf(f->arena, "{\"to\": \"EMAIL\\u005f%s\"}", code), true, whole);
    assert_comes_back(f, arena_printf(f->arena, "{\"to\": \"EMAIL\\u005F%s\"}", code), true, whole);
    assert_comes_back(f, arena_printf(f->arena, "{\"to\": \"\\u0045MAIL\\\\_%s\"}", code), true, whole);
    assert_comes_back(f, arena_printf(f->arena, "\\n%s\\u00", p), true, "\\ncanary-one@example.org\\u00");
}

/* One that goes on where the other ends, and one that stands within a longer word. */
static void the_longest_of_several_surrogates_is_meant(void **state)
{
    struct fixture  *f = *state;
    struct vault_key key = { "team" };
    f->vault = vault_new(f->arena, &key);
    vault_set_ways(f->vault, PII_ALL, 0);
    struct buf text, expected;
    buf_init(&text, 1 << 16);
    buf_init(&expected, 1 << 16);
    for (int i = 0; i < 250; i++) { /* 192.0.2.1 begins 192.0.2.10 to .199 */
        char *value = arena_printf(f->arena, "10.0.0.%d", i);
        buf_printf(&text, "%.*s, ", SLICE_ARG(hide_one(f, PII_IP_ADDRESS, value)));
        buf_printf(&expected, "%s, ", value);
    }
    assert_slices_equal(whole(f, buf_slice(&text)), buf_slice(&expected));
    for (size_t size = 1; size < 40; size++) {
        struct restore *r = restore_new(f->arena, f->vault);
        struct buf      out;
        buf_init(&out, 1 << 16);
        for (size_t at = 0; at < text.len; at += size)
            restore_feed(r, slice_cut(buf_slice(&text), at, at + size), &out);
        restore_end(r, &out);
        assert_slices_equal(buf_slice(&out), buf_slice(&expected));
        buf_fini(&out);
    }
    buf_fini(&text);
    buf_fini(&expected);
}

/* A provider may escape every letter: more than may be held is text like any other. */
static void what_is_escaped_beyond_bounds_is_text(void **state)
{
    struct fixture *f = *state;
    struct slice    p = f->placeholder[0];
    struct buf      text;
    buf_init(&text, 1 << 16);
    for (int round = 0; round < 50; round++)
        for (size_t i = 0; i < p.len; i++)
            buf_printf(&text, p.ptr[i] == '_' ? "\\u005c\\u005f" : "\\u%04x", (unsigned char)p.ptr[i]);
    struct restore *r = restore_new(f->arena, f->vault);
    struct buf      out;
    buf_init(&out, 1 << 16);
    restore_inside_json(r);
    for (size_t i = 0; i < text.len; i++)
        restore_feed(r, slice_cut(buf_slice(&text), i, i + 1), &out);
    restore_end(r, &out);
    assert_int_equal(out.len, 50 * strlen(canaries[0].value));
    buf_fini(&text);
    buf_fini(&out);
}

static void an_empty_vault_holds_nothing(void **state)
{
    struct fixture  *f = *state;
    struct vault_key key = { "team" };
    struct restore  *r = restore_new(f->arena, vault_new(f->arena, &key));
    struct buf       out;
    buf_init(&out, 1024);
    restore_feed(r, f->placeholder[0], &out);
    assert_false(restore_holds(r));
    assert_slices_equal(buf_slice(&out), f->placeholder[0]);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_split_gives_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_byte_at_a_time_gives_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_a_live_beginning_is_held, set_up, tear_down),
        cmocka_unit_test_setup_teardown(inside_json_it_is_escaped_in_pieces_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(models_may_change_how_it_is_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(escapes_of_json_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_longest_of_several_surrogates_is_meant, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_escaped_beyond_bounds_is_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_vault_holds_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
