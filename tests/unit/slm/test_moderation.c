/*
 * test_moderation.c - a text in the pieces that it is read in; and how many of the lists in src/slm/train are
 * flagged, which a new head must not be worse at. What needs the model is skipped where deploy/model has not
 * fetched it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_model.h"
#include "slm/moderation.h"

#include <stdio.h>
#include <stdlib.h>

#define TRAIN WEIR_SOURCE_DIR "/src/slm/train/"

static struct arena      *arena;
static struct slm_worker *worker;

static int set_up(void **state)
{
    (void)state;
    unsetenv("WEIR_KERNEL");
    open_model(SLM_FASTEST);
    worker = slm ? slm_worker_new(slm) : NULL;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    slm_worker_free(&worker);
    slm_close(&slm);
    arena_free(&arena);
    return 0;
}

static void test_a_short_text_is_one_piece(void **state)
{
    (void)state;
    struct slice *piece;
    assert_int_equal(moderation_pieces(arena, S("One. Two."), &piece), 1);
    assert_true(slice_is(piece[0], "One. Two."));
    assert_int_equal(moderation_pieces(arena, S(""), &piece), 1);
}

static void test_a_long_text_is_read_whole(void **state)
{
    (void)state;
    char          text[2000];
    struct slice *piece;
    memset(text, 'x', sizeof text);
    memcpy(text + 300, S(". And ").ptr, S(". And ").len);
    size_t      count = moderation_pieces(arena, slice_of(text, sizeof text), &piece);
    const char *read = text;
    for (size_t i = 0; i < count; i++) {
        assert_true(piece[i].len <= 400 && piece[i].ptr <= read); /* no byte is left out between two */
        read = piece[i].ptr + piece[i].len > read ? piece[i].ptr + piece[i].len : read;
    }
    assert_true(count > 4 && read == text + sizeof text);
}

static bool is_flagged(struct slice text)
{
    float score[MODERATION_CATEGORIES];
    bool  any = false;
    moderate(worker, text, score);
    for (unsigned c = 0; c < MODERATION_CATEGORIES; c++) {
        assert_true(score[c] >= 0 && score[c] <= 1);
        any = any || moderation_is_flagged(score[c]);
    }
    return any;
}

/* Lines of "label<TAB>text"; shares of those flagged among the harmful and the harmless. */
static void measure(const char *file, double *found, double *false_alarms)
{
    unsigned count[2] = { 0 }, flagged[2] = { 0 };
    char     line[1024];
    FILE    *in = fopen(file, "r");
    assert_non_null(in);
    while (fgets(line, sizeof line, in)) {
        const char *text = strchr(line, '\t') + 1;
        bool        is_harmless = strncmp(line, "harmless\t", strlen("harmless\t")) == 0;
        count[is_harmless]++;
        flagged[is_harmless] += is_flagged(slice_trim(slice_str(text)));
    }
    fclose(in);
    *found = (double)flagged[0] / count[0];
    *false_alarms = (double)flagged[1] / count[1];
    print_message("%s: %u of %u found, %u of %u false alarms\n", strrchr(file, '/') + 1, flagged[0], count[0],
                  flagged[1], count[1]);
}

static void test_figures(void **state)
{
    (void)state;
    double found, false_alarms;
    need_model();
    assert_true(moderation_fits(slm));
    measure(TRAIN "held_out_moderation.tsv", &found, &false_alarms);
    assert_true(found > .85 && false_alarms < .1);
    measure(TRAIN "blind_moderation.tsv", &found, &false_alarms);
    assert_true(found > .6 && false_alarms < .15);
}

static void test_what_counts_for_a_category_counts_above_it(void **state)
{
    (void)state;
    float score[MODERATION_CATEGORIES];
    need_model();
    moderate(worker, S("I'm going to kill you, I know where you live"), score);
    assert_true(score[MODERATION_HARASSMENT_THREATENING] > .5f);
    assert_true(score[MODERATION_HARASSMENT] >= score[MODERATION_HARASSMENT_THREATENING]);
    assert_true(score[MODERATION_VIOLENCE] >= score[MODERATION_HARASSMENT_THREATENING]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_short_text_is_one_piece),
        cmocka_unit_test(test_a_long_text_is_read_whole),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_what_counts_for_a_category_counts_above_it),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
