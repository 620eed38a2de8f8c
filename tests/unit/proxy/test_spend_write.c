/* test_spend_write.c - questions out of words, and sums as they are told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spend_query.h"

#include "base/arena.h"
#include "base/buf.h"

#include <stdio.h>

static const int64_t NOON_MS = INT64_C(1795435200000); /* 2026-11-23 12:00 UTC */

static bool takes(struct spend_question *question, struct arena *arena, const char *name, const char *value)
{
    struct fault why = { 0 };
    bool         ok = spend_question_take(question, arena, slice_str(name), slice_str(value), &why);
    assert_int_equal(why.kind, ok ? FAULT_NONE : FAULT_BAD_REQUEST);
    return ok;
}

static void questions(void **state)
{
    (void)state;
    struct arena         *arena = arena_new();
    struct spend_question q;
    struct fault          why;
    char                  day[DAY_BYTES];
    spend_question_init(&q, NOON_MS);
    day_name(q.since, day);
    assert_string_equal(day, "2026-11-01");
    day_name(q.until, day);
    assert_string_equal(day, "2026-11-23");
    assert_int_equal(q.bys, 1);
    assert_int_equal(q.by[0], SPEND_TEAM);
    assert_true(takes(&q, arena, "by", "tag, day,model"));
    assert_int_equal(q.bys, 3);
    assert_int_equal(q.by[1], SPEND_DAY);
    assert_true(takes(&q, arena, "by", ""));
    assert_int_equal(q.bys, 0);
    assert_true(takes(&q, arena, "since", "2024-02-29"));
    day_name(q.since, day);
    assert_string_equal(day, "2024-02-29");
    assert_false(spend_question_check(&q, &why)); /* too many days */
    assert_true(takes(&q, arena, "until", "2024-02-29"));
    assert_true(spend_question_check(&q, &why));
    assert_true(takes(&q, arena, "team", "interns"));
    assert_string_equal(q.only[SPEND_TEAM], "interns");
    static const char *const bad[][2] = {
        { "by", "team,team" },      { "by", "colour" },       { "by", "team,,key" },
        { "since", "2026-02-30" },  { "since", "2026-1-01" }, { "since", "today" },
        { "until", "2026-11-01x" }, { "format", "xml" },      { "day", "2026-11-01" },
        { "colour", "red" },        { "since", "" },          { "since", "2026-11-3 " }
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (takes(&q, arena, bad[i][0], bad[i][1]))
            fail_msg("%s %s was taken", bad[i][0], bad[i][1]);
    arena_free(&arena);
}

static void told(const struct spend_question *question, const struct spend_row *row, size_t rows,
                 struct buf *out)
{
    struct spend_sums sums = { .question = question, .row = (struct spend_row *)row, .rows = rows };
    for (size_t r = 0; r < rows; r++)
        for (unsigned i = 0; i < SPEND_MEASURES; i++)
            sums.total.sum[i] += row[r].sum[i];
    buf_reset(out);
    spend_write(&sums, out);
}

static const struct spend_row two[] = {
    { .name = { "a, \"b\"", "é\n" },
      .sum = { [SPENT_REQUESTS] = 3, [SPENT_COST] = INT64_C(9007199254740993), [SPENT_SAVED_MODEL] = -50001 } },
    { .name = { "c", "-" }, .sum = { [SPENT_REQUESTS] = 1, [SPENT_UNPRICED] = 2 } },
};

static void as_csv_and_json(void **state)
{
    (void)state;
    struct spend_question question = {
        .by = { SPEND_TEAM, SPEND_USER }, .bys = 2, .since = 20000, .until = 20001
    };
    struct buf out;
    buf_init(&out, 1 << 16);
    question.format = SPEND_CSV;
    told(&question, two, 2, &out);
    assert_true(slice_starts(buf_slice(&out),
                             S("team,user,requests,local,remote,cache,unanswered,calls,unpriced,"
                               "input_tokens,cached_tokens,output_tokens,cost_usd,baseline_usd,"
                               "saved_local_usd,saved_model_usd,saved_cache_usd,saved_compression_usd\r\n"
                               "\"a, \"\"b\"\"\",\"é\n\",3,0,0,0,0,0,0,0,0,0,9007199.254740993,")));
    assert_true(slice_find(buf_slice(&out), S(",-0.000050001,")) != SLICE_NONE);
    question.format = SPEND_JSON;
    told(&question, two, 2, &out);
    assert_true(slice_starts(buf_slice(&out),
                             S("{\"since\":\"2024-10-04\",\"until\":\"2024-10-05\",\"by\":[\"team\",\"user\"],"
                               "\"rows\":[{\"day\":null,\"month\":null,\"team\":\"a, "
                               "\\\"b\\\"\",\"key\":null,\"user\":\"é\\n\",\"model\":null,")));
    assert_true(slice_find(buf_slice(&out),
                           S("\"cost_nanousd\":9007199254740993,\"cost_usd\":\"9007199.254740993\"")) !=
                SLICE_NONE);
    assert_true(slice_find(buf_slice(&out), S("\"total\":{\"requests\":4,")) != SLICE_NONE);
    buf_fini(&out);
}

/* Every line is as long as the others in what a terminal shows, and no control character gets through. */
static void as_a_table(void **state)
{
    (void)state;
    struct spend_question question = { .by = { SPEND_TEAM, SPEND_USER }, .bys = 2, .format = SPEND_TABLE };
    struct buf            out;
    buf_init(&out, 1 << 16);
    told(&question, two, 2, &out);
    size_t width = 0;
    for (struct slice rest = buf_slice(&out); rest.len;) {
        size_t       end = slice_find_byte(rest, '\n');
        struct slice line = slice_cut(rest, 0, end);
        if (!slice_starts(line, S("2 calls were")))
            assert_int_equal(slice_code_points(line), width ? width : slice_code_points(line));
        width = width ? width : slice_code_points(line);
        rest = slice_cut(rest, end + 1, rest.len);
    }
    assert_true(slice_find(buf_slice(&out), S("9007199.2547")) != SLICE_NONE);
    assert_true(slice_find(buf_slice(&out), S(" -0.0001 ")) !=
                SLICE_NONE); /* half a unit and a little: away from 0 */
    assert_true(slice_find(buf_slice(&out), S("\ntotal ")) != SLICE_NONE);
    question.bys = 0;
    told(&question, two, 0, &out);
    assert_int_equal(slice_find(buf_slice(&out), S("requests")), 0);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(questions), cmocka_unit_test(as_csv_and_json),
                                        cmocka_unit_test(as_a_table) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
