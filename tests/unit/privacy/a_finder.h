/*
 * a_finder.h - one finder for all the tests of a program: compiling it takes its time. Include cmocka first.
 */
#ifndef WEIR_TESTS_UNIT_PRIVACY_A_FINDER_H
#define WEIR_TESTS_UNIT_PRIVACY_A_FINDER_H

#include "privacy/find.h"

static struct finder         *finder;
static struct finder_scratch *scratch;

static int open_finder(void **state)
{
    (void)state;
    finder = finder_new(NULL);
    assert_non_null(finder);
    scratch = finder_scratch_new(finder);
    assert_non_null(scratch);
    return 0;
}

static int close_finder(void **state)
{
    (void)state;
    finder_scratch_free(&scratch);
    finder_free(&finder);
    assert_null(finder);
    return 0;
}

#endif
