/* test_fake_behaviour.c - the orders that a prompt may give the fake provider. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_behaviour.h"

static bool read(struct arena *a, const char *text, struct fake_orders *orders, struct fault *why)
{
    *orders = (struct fake_orders){ .reply = { NULL, 0 } };
    return fake_read_orders(a, slice_str(text), orders, why);
}

static unsigned count(const struct fake_orders *orders)
{
    unsigned on = 0;
    for (unsigned at = 0; at < FAKE_COUNT; at++)
        on += orders->is_on[at];
    return on;
}

static void test_text_without_orders(void **state)
{
    (void)state;
    static const char *const texts[] = { "", "hello", "[[fake", "[fake: stall]", "[[fake:]]", "[[fake:  , ]]" };
    struct arena            *a = arena_new();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct fake_orders orders;
        assert_true(read(a, texts[i], &orders, NULL));
        assert_int_equal(count(&orders), 0);
    }
    arena_free(&a);
}

static void test_several_orders_in_several_places(void **state)
{
    (void)state;
    struct arena      *a = arena_new();
    struct fake_orders orders;
    assert_true(read(a, "x [[fake: cut=3, slow=50ms]] y [[fake:logprob=-2.5]] z [[fake: stall", &orders, NULL));
    assert_int_equal(count(&orders), 4);
    assert_true(orders.is_on[FAKE_STALL]);
    assert_true(orders.number[FAKE_CUT] == 3);
    assert_true(orders.number[FAKE_SLOW] == 50);
    assert_true(orders.number[FAKE_LOGPROB] == -2.5);
    arena_free(&a);
}

static void test_a_reply_takes_the_rest(void **state)
{
    (void)state;
    struct arena      *a = arena_new();
    struct fake_orders orders;
    assert_true(read(a, "[[fake: length reply=just this, stall]] stall", &orders, NULL));
    assert_int_equal(count(&orders), 2);
    assert_true(slice_is(orders.reply, "just this, stall"));
    assert_true(read(a, "[[fake: reply=]]", &orders, NULL));
    assert_true(orders.is_on[FAKE_REPLY]);
    assert_int_equal(orders.reply.len, 0);
    arena_free(&a);
}

static void test_an_unknown_word_is_told(void **state)
{
    (void)state;
    struct arena      *a = arena_new();
    struct fake_orders orders;
    struct fault       why = { 0 };
    assert_false(read(a, "[[fake: cut=3 dance=1]]", &orders, &why));
    assert_int_equal(why.kind, FAULT_BAD_REQUEST);
    assert_non_null(strstr(why.detail, "dance"));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_without_orders),
        cmocka_unit_test(test_several_orders_in_several_places),
        cmocka_unit_test(test_a_reply_takes_the_rest),
        cmocka_unit_test(test_an_unknown_word_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
