/* test_relay_replay.c - an answer out of the cache says in its usage that no prompt was read anew. */
#include "relay_stage.h"

static void assert_told(const struct stage *s, const struct relay_options *options, const char *body,
                        const char *wanted)
{
    struct relay_options replay = *options;
    replay.is_replay = true;
    struct passed p = pass(s, &replay, slice_str(body));
    assert_true(p.ok);
    assert_slices(p.out, slice_str(wanted));
    assert_slices(p.record, slice_str(body));
}

#define ANSWER(usage)                                                                                          \
    "{\"id\":\"c\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}"      \
    "]" usage "}"

static void test_a_completion(void **state)
{
    static const char *const pairs[][2] = {
        { "", "" },
        { ",\"usage\":null", ",\"usage\":null" },
        { ",\"usage\":{\"completion_tokens\":5}", ",\"usage\":{\"completion_tokens\":5}" },
        { ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5}",
          ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5,\"prompt_tokens_details\":{\"cached_"
          "tokens\":9}}" },
        { ",\"usage\":{\"prompt_tokens\":9,\"prompt_tokens_details\":{\"audio_tokens\":0,\"cached_tokens\":3}}",
          ",\"usage\":{\"prompt_tokens\":9,\"prompt_tokens_details\":{\"audio_tokens\":0,\"cached_tokens\":9}"
          "}" },
        { ",\"usage\":{\"prompt_tokens\":9,\"prompt_tokens_details\":{}}",
          ",\"usage\":{\"prompt_tokens\":9,\"prompt_tokens_details\":{\"cached_tokens\":9}}" },
    };
    struct stage        *s = *state;
    struct relay_options options = whole_of(s);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char body[400], wanted[400];
        snprintf(body, sizeof body, ANSWER("%s"), pairs[i][0]);
        snprintf(wanted, sizeof wanted, ANSWER("%s"), pairs[i][1]);
        assert_told(s, &options, body, wanted);
    }
}

static void test_a_stream(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    assert_told(
        s, &options, BEGINS SAYS("a") ENDS("stop") USAGE DONE,
        BEGINS SAYS("a")
            ENDS("stop") "data: " HEAD "\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,"
                         "\"total_tokens\":21,\"prompt_tokens_details\":{\"cached_tokens\":9}}}\n\n" DONE);
    options.strip_usage = true; /* nobody asked for it */
    assert_told(s, &options, BEGINS SAYS("a") ENDS("stop") USAGE DONE, BEGINS SAYS("a") ENDS("stop") DONE);
}

#define MESSAGE(usage)                                                                                         \
    "{\"type\":\"message\",\"id\":\"m\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":"      \
    "\"a\"}],"                                                                                                 \
    "\"stop_reason\":\"end_turn\",\"usage\":" usage "}"

static void test_a_message(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = whole_of(s);
    options.dialect = options.told_in = DIALECT_ANTHROPIC;
    assert_told(s, &options, MESSAGE("{\"input_tokens\":9,\"output_tokens\":5}"),
                MESSAGE("{\"input_tokens\":0,\"output_tokens\":5,\"cache_read_input_tokens\":9}"));
    assert_told(
        s, &options,
        MESSAGE("{\"input_tokens\":9,\"cache_creation_input_tokens\":2,\"cache_read_input_tokens\":3}"),
        MESSAGE("{\"input_tokens\":0,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":14}"));
    assert_told(s, &options, MESSAGE("{\"output_tokens\":5}"), MESSAGE("{\"output_tokens\":5}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(test_a_completion), TEST(test_a_stream), TEST(test_a_message) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
