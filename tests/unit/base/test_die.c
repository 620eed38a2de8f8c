/* test_die.c - what ends the process says why and ends it by abort, so that a core is left. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/die.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs act in a child; its stderr goes into said. */
static int fate_of(void (*act)(void), char *said, size_t room)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL); /* cmocka and ASan have their own */
        dup2(ends[1], STDERR_FILENO);
        act();
        _exit(0);
    }
    close(ends[1]);
    size_t len = 0; /* stderr has no buffer: the words come in pieces */
    for (ssize_t more; (more = read(ends[0], said + len, room - 1 - len)) > 0;)
        len += (size_t)more;
    said[len] = '\0';
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

static void act_die(void)
{
    die("because %d", 7);
}

static void act_null(void)
{
    die_if_null(NULL);
}

static void act_overflow(void)
{
    arena_array(arena_new(), SIZE_MAX / 8 + 1, 8);
}

static void expect_death(void (*act)(void), const char *words)
{
    char said[256];
    int  status = fate_of(act, said, sizeof said);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_string_equal(said, words);
}

static void test_death(void **state)
{
    (void)state;
    expect_death(act_die, "weir: fatal: because 7\n");
    expect_death(act_null, "weir: fatal: out of memory\n");
    expect_death(act_overflow, "weir: fatal: arena: 2305843009213693952 items of 8 bytes asked for\n");
}

static void test_zeroed(void **state)
{
    (void)state;
    char *nothing = must_calloc(0, 0);
    assert_non_null(nothing);
    free(nothing);
    char *four = must_calloc(2, 2);
    assert_memory_equal(four, "\0\0\0\0", 4);
    free(four);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_death), cmocka_unit_test(test_zeroed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
