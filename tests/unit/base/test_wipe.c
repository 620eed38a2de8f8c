/* test_wipe.c - what a function leaves on the stack is gone when wipe_stack() has been there. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/wipe.h"

#include <fcntl.h>
#include <unistd.h>

enum { LEFT_BYTES = 4096 };

static uintptr_t left_at; /* no pointer, since what it pointed to has gone */

static __attribute__((noinline)) void leave_words(void)
{
    volatile char words[LEFT_BYTES];
    for (size_t i = 0; i < sizeof words; i++)
        words[i] = 'w';
    left_at = (uintptr_t)words;
}

/* Read from outside, as a core would have it. */
static size_t words_left(void)
{
    static char bytes[LEFT_BYTES];
    size_t      left = 0;
    int         memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    if (memory < 0)
        skip();
    assert_int_equal(pread(memory, bytes, sizeof bytes, (off_t)left_at), sizeof bytes);
    close(memory);
    for (size_t i = 0; i < sizeof bytes; i++)
        left += bytes[i] == 'w';
    return left;
}

static void test_stack(void **state)
{
    (void)state;
    leave_words();
    assert_true(words_left() > 0); /* or this test could not fail */
    leave_words();
    wipe_stack();
    assert_int_equal(words_left(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_stack) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
