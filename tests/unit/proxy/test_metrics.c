/* test_metrics.c - counters of several threads, told as one, in Prometheus' words. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "metrics.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* What is told now, NUL-terminated; to be freed. */
static char *told(void)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    metrics_write(&out);
    buf_add_byte(&out, '\0');
    assert_false(out.full);
    return out.ptr;
}

/* The value of the line that begins so. Counters of earlier tests stay, so tests look at differences. */
static double value_of(const char *series)
{
    char       *text = told();
    double      value = -1;
    const char *line = text;
    for (; line && *line; line = strchr(line, '\n'), line += line != NULL)
        if (strncmp(line, series, strlen(series)) == 0 && line[strlen(series)] == ' ')
            value = strtod(line + strlen(series), NULL);
    free(text);
    return value;
}

static void test_threads_add_up(void **state)
{
    (void)state;
    double          before = value_of("weir_requests_total");
    struct metrics *a = metrics_new(), *b = metrics_new();
    metrics_add(a, METRIC_REQUESTS, 2);
    metrics_add(b, METRIC_REQUESTS, 3);
    metrics_set(a, METRIC_REQUESTS_RUNNING, 7);
    metrics_set(b, METRIC_REQUESTS_RUNNING, 4);
    assert_true(value_of("weir_requests_total") == before + 5);
    assert_true(value_of("weir_requests_running") == 11);

    metrics_free(&a);
    assert_null(a);
    assert_true(value_of("weir_requests_total") == before + 5); /* what it counted stays */
    assert_true(value_of("weir_requests_running") == 4);        /* what it had in hand does not */
    metrics_free(&b);
    metrics_free(&b);
}

static void test_faults_and_models(void **state)
{
    (void)state;
    struct metrics *m = metrics_new(), *n = metrics_new();
    metrics_fault(m, FAULT_OVER_BUDGET);
    assert_true(value_of("weir_faults_total{fault=\"budget_exhausted\"}") == 1);
    assert_true(value_of("weir_faults_total{fault=\"overloaded\"}") == 0);

    metrics_model(m, "large", "cloud", 1500, 10, 5);
    metrics_model(n, "large", "cloud", 500, 1, 2);
    metrics_model(n, "large", "local", 0, 9, 9);
    assert_true(value_of("weir_model_requests_total{model=\"large\",zone=\"cloud\"}") == 2);
    assert_true(value_of("weir_model_cost_nanousd_total{model=\"large\",zone=\"cloud\"}") == 2000);
    assert_true(value_of("weir_model_prompt_tokens_total{model=\"large\",zone=\"cloud\"}") == 11);
    assert_true(value_of("weir_model_completion_tokens_total{model=\"large\",zone=\"local\"}") == 9);
    metrics_free(&m);
    metrics_free(&n);
    assert_true(value_of("weir_model_requests_total{model=\"large\",zone=\"cloud\"}") == 2);
}

static void test_labels_are_escaped(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    metrics_model(m, "a\"b\\c\nd", "z", 0, 0, 0);
    assert_true(value_of("weir_model_requests_total{model=\"a\\\"b\\\\c\\nd\",zone=\"z\"}") == 1);
    metrics_free(&m);
}

static void test_latencies(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    metrics_latency_ms(m, 5, 50); /* a bound belongs to its bucket */
    metrics_latency_ms(m, 6, 0);  /* its own share is not known */
    metrics_latency_ms(m, 10000000, 51);
    assert_true(value_of("weir_request_duration_seconds_bucket{le=\"0.005\"}") == 1);
    assert_true(value_of("weir_request_duration_seconds_bucket{le=\"0.01\"}") == 2);
    assert_true(value_of("weir_request_duration_seconds_bucket{le=\"300\"}") == 2);
    assert_true(value_of("weir_request_duration_seconds_bucket{le=\"+Inf\"}") == 3);
    assert_true(value_of("weir_request_duration_seconds_count") == 3);
    assert_true(value_of("weir_request_duration_seconds_sum") == 10000.011);
    assert_true(value_of("weir_own_duration_seconds_bucket{le=\"5e-05\"}") == 1);
    assert_true(value_of("weir_own_duration_seconds_count") == 2);
    assert_true(value_of("weir_own_duration_seconds_sum") == 0.000101);
    metrics_free(&m);
}

static void test_more_models_than_there_is_room_for(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof name, "model-%d", i);
        metrics_model(m, name, "cloud", 1, 0, 0);
    }
    char  *text = told();
    size_t lines = 0;
    double sum = 0;
    for (const char *at = text; (at = strstr(at, "\nweir_model_requests_total{")); at++) {
        lines++;
        sum += strtod(strchr(at, '}') + 1, NULL);
    }
    assert_int_equal(lines, 65);
    assert_true(sum >= 200); /* nothing is lost */
    assert_non_null(strstr(text, "{model=\"other\",zone=\"other\"}"));
    free(text);
    metrics_free(&m);
}

static bool is_name(const char *from, const char *to)
{
    for (const char *c = from; c < to; c++)
        if (!isalpha((unsigned char)*c) && *c != '_' && *c != ':' && (c == from || !isdigit((unsigned char)*c)))
            return false;
    return to > from;
}

static void check_type(const char *line, const char *family)
{
    size_t      len = strlen(family);
    const char *kind = line + len + 1;
    assert_memory_equal(line, family, len);
    assert_true(!strcmp(kind, "counter") || !strcmp(kind, "gauge") || !strcmp(kind, "histogram"));
    if (!strcmp(kind, "counter"))
        assert_string_equal(family + len - strlen("_total"), "_total");
}

static void check_sample(const char *line, const char *family)
{
    char *end;
    assert_memory_equal(line, family, strlen(family));
    assert_true(is_name(line, line + strcspn(line, "{ ")));
    strtod(strrchr(line, ' ') + 1, &end);
    assert_int_equal(*end, '\0');
}

/* Each line is a comment about, or a sample of, the family that was announced last; each family stands once. */
static void test_the_format(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    metrics_model(m, "small", "local", 0, 1, 1);
    char *text = told(), *cut = told(), *rest = cut;
    char  family[128] = "", head[160];
    assert_true(text[strlen(text) - 1] == '\n');
    for (char *line = strsep(&rest, "\n"); rest; line = strsep(&rest, "\n")) {
        if (strncmp(line, "# HELP ", 7) == 0) {
            snprintf(family, sizeof family, "%.*s", (int)strcspn(line + 7, " "), line + 7);
            snprintf(head, sizeof head, "# HELP %s ", family);
            assert_ptr_equal(strstr(text, head) - text, line - cut);
        } else if (strncmp(line, "# TYPE ", 7) == 0) {
            check_type(line + 7, family);
        } else {
            check_sample(line, family);
        }
    }
    assert_memory_equal(text, "# HELP weir_build_info ", strlen("# HELP weir_build_info "));
    free(text);
    free(cut);
    metrics_free(&m);
}

enum { ADDED = 20000 };

static void *count_much(void *arg)
{
    (void)arg;
    struct metrics *m = metrics_new();
    for (int i = 0; i < ADDED; i++) {
        char name[32];
        snprintf(name, sizeof name, "busy-%d", i % 4);
        metrics_add(m, METRIC_STREAMS, 1);
        metrics_model(m, name, "local", 1, 0, 0);
    }
    metrics_free(&m);
    return NULL;
}

/* Told while threads come, count and go: never less than before, and all of it in the end. */
static void test_told_while_counting(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    double    before = value_of("weir_streams_total"), last = before;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, count_much, NULL), 0);
    for (int i = 0; i < 50; i++) {
        double now = value_of("weir_streams_total");
        assert_true(now >= last);
        last = now;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    assert_true(value_of("weir_streams_total") == before + (double)THREADS * ADDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_add_up),
        cmocka_unit_test(test_faults_and_models),
        cmocka_unit_test(test_labels_are_escaped),
        cmocka_unit_test(test_latencies),
        cmocka_unit_test(test_the_format),
        cmocka_unit_test(test_told_while_counting),
        cmocka_unit_test(test_more_models_than_there_is_room_for), /* fills the room for good: the last */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
