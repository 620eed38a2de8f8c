/* test_log.c - each event is one line of JSON, whatever its words hold. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int saved_stderr;
static int reading_end;

/* stderr goes into a pipe while a line is written. */
static void catch_stderr(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    saved_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    reading_end = ends[0];
}

static size_t caught(char *out, size_t room)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    ssize_t len = read(reading_end, out, room - 1);
    close(reading_end);
    out[len > 0 ? len : 0] = '\0';
    return len > 0 ? (size_t)len : 0;
}

/* The message of the one line that is written for these words. */
static char *message_of(const char *words)
{
    char line[8192];
    catch_stderr();
    log_warn("test_event", "%s", words);
    size_t len = caught(line, sizeof line);
    assert_true(len > 0);
    assert_ptr_equal(strchr(line, '\n'), line + len - 1);
    json_t *j = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    if (!j)
        fail_msg("no JSON: %s", line);
    assert_string_equal(json_string_value(json_object_get(j, "level")), "warn");
    assert_string_equal(json_string_value(json_object_get(j, "event")), "test_event");
    const char *time = json_string_value(json_object_get(j, "time"));
    assert_int_equal(strlen(time), strlen("2026-01-01T00:00:00.000Z"));
    assert_int_equal(time[23], 'Z');
    char *message = strdup(json_string_value(json_object_get(j, "message")));
    json_decref(j);
    return message;
}

static void expect_message(const char *words)
{
    char *message = message_of(words);
    assert_string_equal(message, words);
    free(message);
}

static void test_words(void **state)
{
    (void)state;
    expect_message("plain");
    expect_message("");
    expect_message("quotes \" and \\ and\nlines\tand \x01 and \x7f");
    expect_message("h\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80");
    expect_message("\x1b[2J \x7f \xC2\x9B"
                   "2J \xC2\x80 \xC2\xA0");
}

/* Whoever looks at the log on a terminal looks at text. */
static void test_no_terminal_obeys_it(void **state)
{
    (void)state;
    char line[8192];
    catch_stderr();
    log_warn("test_event", "%s",
             "\x1b[2J \r \x7f \xC2\x9B"
             "2J \xC2\x9D");
    caught(line, sizeof line);
    assert_null(strpbrk(line, "\x1b\r\x7f"));
    assert_null(strstr(line, "\xC2\x9B"));
    assert_null(strstr(line, "\xC2\x9D"));
    assert_non_null(strstr(line, "\\u001b[2J \\u000d \\u007f \\u009b2J \\u009d"));
}

/* Too long a message is cut, and the line is JSON all the same, wherever the cut falls. */
static void test_long_words(void **state)
{
    (void)state;
    static const char *const fillers[] = { "x", "\x01", "\"", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80" };
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
        for (int lead = 0; lead < 4; lead++) {
            char   words[5000] = "...";
            size_t bytes = strlen(fillers[i]);
            for (size_t at = (size_t)lead; at < 4000; at += bytes)
                memcpy(words + at, fillers[i], bytes + 1);
            char *message = message_of(words);
            assert_true(strlen(message) > 100);
            assert_true(strncmp(message, words, strlen(message)) == 0);
            free(message);
        }
}

/* Words of another's, in no encoding at all. */
static void test_odd_bytes(void **state)
{
    (void)state;
    free(message_of("\xFF\xFE \xC3 \xED\xA0\x80"));
}

static void test_levels(void **state)
{
    (void)state;
    char line[1024];
    assert_false(log_is_on(LOG_DEBUG));
    assert_true(log_is_on(LOG_INFO));
    catch_stderr();
    log_debug("hidden", "%s", "a");
    log_set_level(LOG_ERROR);
    log_warn("hidden", "%s", "b");
    log_error("shown", "%s", "c");
    log_set_level(LOG_INFO);
    caught(line, sizeof line);
    assert_null(strstr(line, "hidden"));
    assert_non_null(strstr(line, "shown"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),      cmocka_unit_test(test_no_terminal_obeys_it),
        cmocka_unit_test(test_long_words), cmocka_unit_test(test_odd_bytes),
        cmocka_unit_test(test_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
