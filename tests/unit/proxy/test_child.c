/* test_child.c - programs that are run: started, found to have ended, stopped, however they behave. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/log.h"
#include "child.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GUARD_MS = 20000 };

static char *script(const char *text)
{
    return (char *)text;
}

/* sh -c TEXT, its words into `output`. */
static struct child run(const char *text, int output)
{
    static char  path[PATH_MAX];
    char *const  argv[] = { script("sh"), script("-c"), script(text), NULL };
    struct child child = { 0 };
    struct fault why = { 0 };
    assert_true(child_find("sh", path));
    const struct child_plan plan = {
        .name = "a script", .program = path, .argv = argv, .output = output, .passed = -1
    };
    assert_true(child_start(&child, &plan, &why));
    return child;
}

static void what_it_says_goes_where_it_shall(void **state)
{
    (void)state;
    char said[64] = "";
    int  ends[2];
    assert_int_equal(setenv("OLLAMA_WORD", "hello", 1), 0);
    assert_int_equal(setenv("NVIDIA_API_KEY", "a key of a cloud", 1), 0);
    assert_int_equal(pipe(ends), 0);
    struct child child = run("echo $OLLAMA_WORD$NVIDIA_API_KEY; echo and >&2", ends[1]);
    close(ends[1]);
    size_t got = 0;
    for (ssize_t more; (more = read(ends[0], said + got, sizeof said - 1 - got)) > 0;)
        got += (size_t)more;
    assert_string_equal(said, "hello\nand\n");
    assert_true(child_ends_within(&child, GUARD_MS));
    close(ends[0]);
}

static void one_that_keeps_ending_is_started_after_longer_and_longer_pauses(void **state)
{
    (void)state;
    struct child child = { 0 };
    assert_true(child_may_start(&child));
    for (int64_t pause_ms = 1000; pause_ms <= 4000; pause_ms *= 2) {
        struct child next = run("exit 3", -1);
        child.pid = next.pid;
        child.started_ms = next.started_ms;
        assert_true(child_ends_within(&child, GUARD_MS));
        assert_int_equal(child.again_ms, pause_ms);
        assert_false(child_may_start(&child));
    }
    assert_false(child_has_ended(&child)); /* that was told */
}

static void one_that_does_not_end_by_itself_is_killed_with_its_children(void **state)
{
    (void)state;
    int  ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    struct child child = run("trap '' TERM; sleep 600 & echo x; while :; do sleep 600; done", ends[1]);
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1); /* it does not mind SIGTERM by now */
    pid_t pid = child.pid;
    child_stop(&child, 100);
    assert_int_equal(child.pid, 0);
    assert_int_equal(kill(pid, 0), -1);
    while (read(ends[0], &byte, 1) > 0) /* ends once nobody holds the other end */
        continue;
    close(ends[0]);
}

static void one_that_was_never_started_is_stopped_without_a_word(void **state)
{
    (void)state;
    struct child child = { 0 };
    assert_false(child_has_ended(&child));
    child_stop(&child, 100);
    char path[PATH_MAX];
    assert_false(child_find("no-such-program-anywhere", path));
}

/* The keeper ends what the program leaves behind, and with its status. */
static void a_keeper_leaves_nothing_behind(void **state)
{
    (void)state;
    int  ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t keeper = fork();
    if (keeper == 0) {
        char *const argv[] = { script("sh"), script("-c"), script("sleep 600 & echo x; exit 7"), NULL };
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        _exit(child_keep(argv));
    }
    close(ends[1]);
    while (read(ends[0], &byte, 1) > 0)
        continue;
    int status;
    assert_int_equal(waitpid(keeper, &status, 0), keeper);
    assert_int_equal(WEXITSTATUS(status), 7);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_goes_where_it_shall),
        cmocka_unit_test(one_that_keeps_ending_is_started_after_longer_and_longer_pauses),
        cmocka_unit_test(one_that_does_not_end_by_itself_is_killed_with_its_children),
        cmocka_unit_test(one_that_was_never_started_is_stopped_without_a_word),
        cmocka_unit_test(a_keeper_leaves_nothing_behind),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
