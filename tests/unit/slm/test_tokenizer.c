/*
 * test_tokenizer.c - the tokenizer's rules on a vocabulary small enough to see through. That it agrees with
 * Hugging Face's is shown on real text in test_encoder.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/tokenizer.h"

#include <stdio.h>
#include <stdlib.h>

/* clang-format off */
static const char vocabulary[] =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n" /*  0 */
    "a\nb\nab\n##c\n##cd\n"                /*  5 */
    "un\n##aff\n##able\nunaff\n.\n"        /* 10 */
    "e\n##e\n,\n\xE4\xB8\xAD\n\xCF\x83\n"  /* 15 */
    "\xE1\x84\x80\n##\xE1\x85\xA1\n";      /* 20 */
/* clang-format on */

enum { UNK = 1, CLS = 2, SEP = 3, MASK = 4, IDS_MOST = 64, END = -1 };

static struct tokenizer *tokenizer;

static int set_up(void **state)
{
    (void)state;
    struct fault why;
    tokenizer = tokenizer_read(slice_str(vocabulary), "vocab", CASE_FOLDED, &why);
    assert_non_null(tokenizer);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tokenizer_free(&tokenizer);
    assert_null(tokenizer);
    return 0;
}

/* The ids between [CLS] and [SEP], END behind the last. */
static void assert_ids(struct slice text, const int *expected)
{
    uint32_t ids[IDS_MOST];
    size_t   count = tokenizer_run(tokenizer, text, ids, IDS_MOST), i = 0;
    assert_int_equal(ids[0], CLS);
    assert_int_equal(ids[count - 1], SEP);
    for (; expected[i] != END; i++)
        if (i + 2 >= count || ids[i + 1] != (uint32_t)expected[i])
            fail_msg("\"%.*s\": token %zu is %u of %zu, not %d", SLICE_ARG(text), i, ids[i + 1], count,
                     expected[i]);
    assert_int_equal(count, i + 2);
}

#define IDS(text, ...) assert_ids(S(text), (const int[]){ __VA_ARGS__, END })

static void test_takes_the_longest_piece(void **state)
{
    (void)state;
    IDS("a b ab", 5, 6, 7);
    IDS("abc abcd", 7, 8, 7, 9);
    IDS("unaffable", 13, 12);
    IDS("unable", 10, 12);
    IDS("abcx", UNK); /* a word that does not come out even is one [UNK] */
    IDS("c", UNK);    /* ##c stands inside words only */
    IDS("##c", UNK, UNK, UNK);
}

static void test_cuts_at_blanks_and_punctuation(void **state)
{
    (void)state;
    assert_ids(S(""), (const int[]){ END });
    assert_ids(S(" \t\r\n\xC2\xA0\xE3\x80\x80"), (const int[]){ END });
    IDS("a.b,ab", 5, 14, 6, 17, 7);
    IDS("a\xE2\x80\xA8"
        "b",
        5, 6);
    IDS("a\xE4\xB8\xAD"
        "b\xE4\xB8\xAD",
        5, 18, 6, 18);
    IDS("a$b", 5, UNK, 6); /* ASCII symbols count as punctuation */
}

static void test_folds(void **state)
{
    (void)state;
    IDS("A AB", 5, 7);
    IDS("\xC3\xA9 e\xCC\x81 \xC3\x89", 15, 15, 15); /* é, e + acute, É */
    IDS("a\xCC\x81\xCC\xA3\xC2\xAD\xE2\x80\x8B"
        "b",
        7);                            /* marks, soft hyphen, zero-width space: gone */
    IDS("\xCE\xA3 \xCF\x82", 19, UNK); /* lower case of a capital sigma is never the final one */
    IDS("\xEA\xB0\x80 \xE1\x84\x80\xE1\x85\xA1", 20, 21, 20, 21); /* a syllable, its letters */
}

static void test_leaves_out_what_is_no_text(void **state)
{
    (void)state;
    static const char zero[] = "a\0b";
    assert_ids(slice_of(zero, 3), (const int[]){ 7, END });
    IDS("a\x01\x7F\xC2\x80\xEF\xBF\xBD"
        "b",
        7);
    IDS("a\xFF\xFE\xC0\x80\xED\xA0\x80\xF4\x90\x80\x80\xE4\xB8"
        "b",
        7); /* not UTF-8: stray bytes, over-long, surrogate, beyond the last, cut short */
}

static void test_reads_special_names(void **state)
{
    (void)state;
    IDS("a[SEP]b", 5, SEP, 6);
    IDS("[MASK][CLS] [PAD]", MASK, CLS, 0);
    IDS("[[UNK]]", UNK, UNK, UNK);
    IDS("[sep]", UNK, UNK, UNK); /* the name must be exact */
    IDS("[SEP", UNK, UNK);
}

static void test_words_of_more_than_100_characters(void **state)
{
    (void)state;
    char text[201];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 ? '\xA9' : '\xC3'; /* é, é, é... */
    text[200] = 'e';
    uint32_t ids[128];
    assert_int_equal(tokenizer_run(tokenizer, slice_of(text, 200), ids, 128), 102);
    assert_int_equal(ids[100], 16);
    assert_ids(slice_of(text, 201), (const int[]){ UNK, END });
}

/* Each token's bytes of the text, in brackets, one after the other. */
static void assert_places(struct slice text, const char *expected)
{
    uint32_t           ids[IDS_MOST];
    struct token_place place[IDS_MOST];
    char               told[512];
    size_t             count = tokenizer_run_placed(tokenizer, text, ids, place, IDS_MOST), len = 0;
    for (size_t i = 0; i < count; i++) {
        struct slice bytes = slice_cut(text, place[i].from, place[i].to);
        len += (size_t)snprintf(told + len, sizeof told - len, "[%.*s]", SLICE_ARG(bytes));
    }
    assert_string_equal(told, expected);
}

static void test_tells_where_tokens_stand(void **state)
{
    (void)state;
    assert_places(S(" unaffable  AB.b "), "[][unaff][able][AB][.][b][]");
    assert_places(S("[MASK] what? abcd"), "[][[MASK]][what][?][ab][cd][]");
    assert_places(S("\xC3\x89 a\xCC\x81\xC2\xAD"
                    "b"),
                  "[][\xC3\x89][a\xCC\x81\xC2\xAD"
                  "b][]");
    assert_places(S("\xEA\xB0\x80\xE4\xB8\xAD"),
                  "[][\xEA\xB0\x80][\xEA\xB0\x80][\xE4\xB8\xAD][]"); /* two of one */
    assert_places(S(""), "[][]");
}

/* Fewer ids asked for are the same ids, and never more than asked for. */
static void test_every_cut_of_the_ids(void **state)
{
    (void)state;
    struct slice text = S("a unaffable ab.b [MASK] abcd\xE4\xB8\xAD x");
    uint32_t     all[IDS_MOST];
    size_t       count = tokenizer_run(tokenizer, text, all, IDS_MOST);
    for (size_t most = 2; most < count; most++) {
        uint32_t *ids = malloc(most * sizeof *ids);
        assert_int_equal(tokenizer_run(tokenizer, text, ids, most), most);
        assert_memory_equal(ids, all, (most - 1) * sizeof *ids);
        assert_int_equal(ids[most - 1], SEP);
        free(ids);
    }
}

/* Cut anywhere, in the middle of a character too, text is read and nothing beyond its end. */
static void test_every_cut_of_the_text(void **state)
{
    (void)state;
    struct slice text = S("[SEP] a\xCC\x81 unaff\xC3\xA9 \xE4\xB8\xAD \xEA\xB0\x80 \xF0\x9F\x98\x80 [UNK]");
    uint32_t     ids[IDS_MOST];
    for (size_t len = 0; len <= text.len; len++) {
        char *copy = memcpy(malloc(len ? len : 1), text.ptr, len);
        assert_in_range(tokenizer_run(tokenizer, slice_of(copy, len), ids, IDS_MOST), 2, IDS_MOST);
        free(copy);
    }
}

static void assert_refused(struct slice vocab, const char *words)
{
    struct fault why = { .kind = FAULT_NONE };
    assert_null(tokenizer_read(vocab, "vocab", CASE_FOLDED, &why));
    assert_non_null(strstr(why.detail, words));
}

static void test_vocabularies(void **state)
{
    (void)state;
    assert_int_equal(tokenizer_tokens(tokenizer), 22);
    assert_refused(S(""), "vocab: the vocabulary has no [UNK]");
    assert_refused(S("[UNK]\n[CLS]\na\n"), "no [SEP]");

    struct fault      why;
    uint32_t          ids[4];
    struct tokenizer *windows =
        tokenizer_read(S("[UNK]\r\n[CLS]\r\n[SEP]\r\na\r\na"), "vocab", CASE_FOLDED, &why);
    assert_non_null(windows);
    assert_int_equal(tokenizer_run(windows, S("a"), ids, 4), 3);
    assert_int_equal(ids[1], 4); /* of two equal lines the later */
    tokenizer_free(&windows);

    assert_null(tokenizer_open("/nonexistent/vocab.txt", CASE_FOLDED, &why));
    assert_non_null(strstr(why.detail, "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_the_longest_piece),
        cmocka_unit_test(test_cuts_at_blanks_and_punctuation),
        cmocka_unit_test(test_folds),
        cmocka_unit_test(test_leaves_out_what_is_no_text),
        cmocka_unit_test(test_reads_special_names),
        cmocka_unit_test(test_words_of_more_than_100_characters),
        cmocka_unit_test(test_tells_where_tokens_stand),
        cmocka_unit_test(test_every_cut_of_the_ids),
        cmocka_unit_test(test_every_cut_of_the_text),
        cmocka_unit_test(test_vocabularies),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
