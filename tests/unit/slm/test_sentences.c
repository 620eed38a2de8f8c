/*
 * test_sentences.c - where sentences end, and what is one piece.
 *
 * A case is the text with a bar wherever a unit should end; '@' at a unit's beginning says that it is code. So
 * each case reads as what it wants.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/shorten.h"

#include <stdlib.h>

enum { UNITS_MOST = 64, TEXT_MOST = 4096 };

struct wanted {
    char   text[TEXT_MOST];
    size_t len, end[UNITS_MOST], count;
    bool   is_code[UNITS_MOST];
};

static struct wanted wanted_of(const char *marked)
{
    struct wanted w = { .count = 0 };
    bool          begins = true;
    for (; *marked; marked++) {
        if (begins && *marked == '@') {
            w.is_code[w.count] = true;
        } else if (*marked == '|') {
            w.end[w.count++] = w.len;
        } else {
            w.text[w.len++] = *marked;
        }
        begins = *marked == '|';
    }
    w.end[w.count++] = w.len;
    return w;
}

static void check(const char *marked)
{
    struct wanted w = wanted_of(marked);
    struct arena *arena = arena_new();
    struct slice *unit;
    bool         *is_code;
    size_t        count = sentences_split(arena, slice_of(w.text, w.len), &unit, &is_code), end = 0;
    for (size_t i = 0; i < count; i++) {
        end += unit[i].len;
        if (i >= w.count || end != w.end[i] || is_code[i] != w.is_code[i])
            fail_msg("\"%s\": unit %zu is \"%.*s\"%s", marked, i, SLICE_ARG(unit[i]),
                     is_code[i] ? " (code)" : "");
    }
    assert_int_equal(count, w.count);
    arena_free(&arena);
}

static void test_sentences_end_at_stops(void **state)
{
    (void)state;
    check("One.");
    check("No stop at all");
    check("It rains. |It pours!  |Does it?\n|Yes.");
    check("\"Stop.\" |He went (slowly). |She said \u201cno.\u201d |Fine\u2026 |Good.");
    check("Wait... |What?! |Really. ");
    check("\u4eca\u5929\u4e0b\u96e8\u3002|\u4f60\u597d\uff01|\u662f\u5417\uff1f\u300d|\u662f\u3002");
    check("  Blanks first. |Then text.  \n ");
}

static void test_a_dot_may_be_no_stop(void **state)
{
    (void)state;
    check("Mr. Smith met Dr. J. R. Jones of Acme. |They spoke.");
    check("It costs 3.14 dollars, e.g. Or more. |See www.example.com. |Version 1.2.3 is out.");
    check("See Fig. 3 and No. 5. |I said no. |Good.");
    check("At 5 p.m. Eastern we meet in the U.S. Then we go. |Right.");
    check("So did I. |Then it ended.");
    check("He paused. and went on. |Done.");
    check("Use foo.bar() or ab.cd. |Fine.");
}

static void test_lines(void **state)
{
    (void)state;
    check("Anna: hello there\n|Bob: hi\n|Anna: bye");
    check(
        "This is a line that was wrapped by an editor somewhere behind sixty\nBytes, and goes on here. |End.");
    check("a short line\nthat goes on in lower case. |End.");
    check("First paragraph\n\n|second paragraph\n\n\n|third");
    check("# Heading\n|Text under it. |More.\n\n|## Other\n|Text.");
    check("Buy:\n|- milk. And eggs.\n|- bread\n  that is fresh\n|* more\n|1. one\n|2) two\n\n|Done.");
    check("Windows line\r\n|Another line\r\n|1984. |That is a year.\r\n");
}

static void test_code_is_one_piece(void **state)
{
    (void)state;
    check("Look. |Here:\n|@```c\nint main(void) { return 0; }\n\nint x. Y;\n```\n|It works.");
    check("@~~~\ncode. More\n```\nstill\n~~~\n|Out.");
    check("Never closed:\n|@```\na. B. C.\n\n# d");
    check("Like so:\n\n|@    int x = 1.\n    y. Z\n\n    more. Code\n\n|Then text.");
    check("@\tindented. With tab\n|Text. |More.");
    check("- item\n\n|    its second paragraph. |Here.");
    check("Data:\n|@{\"a\": [1, 2. 5],\n \"b\": \"x. Y} \\\" z\"}\n|After. |End.");
    check("@[1, 2,\n3]\n|Text.");
    check("@{}\n|{laughs} Yes. |[Applause] No.");
    check("{\"a\": 1} is an object. |Here.");
    check("{\"never closed. |But: still text.");
}

static void test_tables(void **state)
{
    (void)state;
    /* '|' is the marks' own sign, so this one is written out. */
    struct arena      *arena = arena_new();
    struct slice      *unit;
    bool              *is_code;
    const struct slice text = S("Look. Here:\n| a. B | c |\n|------|---|\n| d. E | f |\nThen. End.");
    assert_int_equal(sentences_split(arena, text, &unit, &is_code), 5);
    assert_true(slice_eq(unit[2], S("| a. B | c |\n|------|---|\n| d. E | f |\n")));
    assert_true(is_code[2]);
    assert_false(is_code[1] || is_code[3]);
    arena_free(&arena);
}

/* Nothing is lost, doubled or empty, whatever the bytes. */
static void test_units_tile_any_text(void **state)
{
    (void)state;
    static const struct slice pieces[] = {
        SLICE("."),     SLICE("! "),  SLICE("\n"),   SLICE("\n\n"),    SLICE(" "),      SLICE("```"),
        SLICE("~~~\n"), SLICE("{\""), SLICE("}"),    SLICE("[1"),      SLICE("]"),      SLICE("\""),
        SLICE("\\"),    SLICE("# "),  SLICE("- "),   SLICE("1. "),     SLICE("|"),      SLICE("    "),
        SLICE("\t"),    SLICE("Ab"),  SLICE("cd"),   SLICE("\xe3"),    SLICE("\u3002"), SLICE("\r\n"),
        SLICE("Mr."),   SLICE("A."),  SLICE("\xff"), SLICE("\u2026 "), SLICE("no."),    SLICE("}\n")
    };
    srand(7);
    for (int round = 0; round < 3000; round++) {
        char   text[256];
        size_t len = 0;
        for (int i = 0, most = rand() % 40; i < most; i++) {
            struct slice piece = pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)];
            memcpy(text + len, piece.ptr, piece.len);
            len += piece.len;
        }
        struct arena *arena = arena_new();
        char         *copy = malloc(len ? len : 1); /* its end is ASan's to guard */
        memcpy(copy, text, len);
        struct slice *unit;
        bool         *is_code;
        size_t        count = sentences_split(arena, slice_of(copy, len), &unit, &is_code), at = 0;
        for (size_t i = 0; i < count; at += unit[i++].len) {
            assert_ptr_equal(unit[i].ptr, copy + at);
            assert_true(unit[i].len > 0);
        }
        assert_int_equal(at, len);
        free(copy);
        arena_free(&arena);
    }
}

static void test_words(void **state)
{
    (void)state;
    assert_int_equal(words_count(S("")), 0);
    assert_int_equal(words_count(S(" \n\t")), 0);
    assert_int_equal(words_count(S("one")), 1);
    assert_int_equal(words_count(S("  don't stop,  3.14 \n now ")), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences_end_at_stops),
        cmocka_unit_test(test_a_dot_may_be_no_stop),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_code_is_one_piece),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_units_tile_any_text),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
