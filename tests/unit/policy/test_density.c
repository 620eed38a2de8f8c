/* test_density.c - a bound on a prompt's tokens that is learned, and errs high. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/density.h"

static void bytes_are_weighed(void **state)
{
    (void)state;
    struct weight w = weight_of(S("{\"content\": \"Zwei sch\xc3\xb6ne Weirs, 1984\"}"));
    assert_int_equal(w.packed_bytes + w.single_bytes, 39);
    assert_int_equal(w.single_bytes, 7 + 2 + 1 + 4); /* brackets, quotes, colon; o with dots; comma; digits */
    w = weight_of(S(""));
    assert_int_equal(w.packed_bytes + w.single_bytes, 0);
}

static void learn(struct density *d, struct weight w, int64_t tokens, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        density_note(d, w, tokens);
}

static void at_first_every_byte_may_be_a_token(void **state)
{
    (void)state;
    struct density      d = { 0 };
    const struct weight w = { .packed_bytes = 900, .single_bytes = 100 };
    assert_int_equal(density_most_tokens(&d, w), 1000);
    learn(&d, w, 250, DENSITY_PROMPTS - 1);
    assert_int_equal(density_most_tokens(&d, w), 1000);
    learn(&d, w, 250, 1);
    assert_in_range(density_most_tokens(&d, w), 400 - 5, 400); /* 150 in 900, twice */
}

static void it_errs_high_and_never_below_its_floor(void **state)
{
    (void)state;
    struct density      d = { 0 };
    const struct weight prose = { .packed_bytes = 900, .single_bytes = 100 },
                        digits = { .packed_bytes = 0, .single_bytes = 500 };
    learn(&d, prose, 110, 2 * DENSITY_PROMPTS);
    assert_int_equal(density_most_tokens(&d, prose), 100 + 225); /* the floor: a letter in four */
    assert_int_equal(density_most_tokens(&d, digits), 500);      /* whatever prose was like */
    density_note(&d, prose, 600);                                /* one that is dense is remembered at once */
    assert_int_equal(density_most_tokens(&d, prose), 1000);      /* and never more than every byte */
    learn(&d, prose, 110, 4 * DENSITY_PROMPTS_TO_HALF);          /* and slowly forgotten */
    assert_int_equal(density_most_tokens(&d, prose), 100 + 225);
    density_note(&d, digits, 500); /* nothing of it is packed: it says nothing of letters */
    assert_int_equal(density_most_tokens(&d, prose), 100 + 225);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_weighed),
        cmocka_unit_test(at_first_every_byte_may_be_a_token),
        cmocka_unit_test(it_errs_high_and_never_below_its_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
