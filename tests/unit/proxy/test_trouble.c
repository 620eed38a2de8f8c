/* test_trouble.c - what Redis' errors tell of. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "trouble.h"

static void errors_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char        *error;
        enum redis_trouble trouble;
    } rows[] = {
        { "", REDIS_WELL },
        { "ERR unknown command", REDIS_WELL },
        { "WRONGTYPE Operation against a key holding the wrong kind of value", REDIS_WELL },
        { "BUSYGROUP Consumer Group name already exists", REDIS_WELL },
        { "BUSY Redis is busy running a script.", REDIS_BUSY },
        { "LOADING Redis is loading the dataset in memory", REDIS_LOADING },
        { "READONLY You can't write against a read only replica.", REDIS_READ_ONLY },
        { "OOM command not allowed when used memory > 'maxmemory'. script: 12, on @user_script:1.",
          REDIS_FULL },
        { "NOREPLICAS Not enough good replicas to write.", REDIS_REFUSING },
        { "ERR Error running script (call to f_12): @user_script:1: @user_script: 1: -OOM command not allowed",
          REDIS_FULL },
        { "ERR Error running script (call to f_12): @user_script:1: no such thing", REDIS_WELL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(redis_trouble_of(slice_str(rows[i].error)), rows[i].trouble);
    assert_string_equal(redis_trouble_word(REDIS_READ_ONLY), "read-only");
    assert_string_equal(redis_trouble_words(REDIS_FULL), "Redis' memory is full");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(errors_are_told_apart) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
