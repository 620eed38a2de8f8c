/* test_answer_form.c - streams gathered, documents spread; and what cannot be, is not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/answer_form.h"

enum { MOST = 1 << 16 };

typedef bool change_fn(struct arena *, enum dialect, struct slice, struct buf *);

static bool gather_all(struct arena *arena, enum dialect dialect, struct slice stream, struct buf *out)
{
    return answer_gather(arena, dialect, stream, GATHER_ALL_OR_NOTHING, out);
}

static bool gather_known(struct arena *arena, enum dialect dialect, struct slice stream, struct buf *out)
{
    return answer_gather(arena, dialect, stream, GATHER_WHAT_IS_KNOWN, out);
}

struct changed {
    struct arena *arena;
    bool          ok;
    struct slice  out;
};

static struct changed change(change_fn *how, enum dialect dialect, const char *answer)
{
    struct changed c = { .arena = arena_new() };
    struct buf     out;
    buf_init(&out, MOST);
    c.ok = how(c.arena, dialect, slice_str(answer), &out);
    c.out = arena_copy(c.arena, buf_slice(&out));
    buf_fini(&out);
    return c;
}

#define HEAD                    "\"id\":\"c-1\",\"created\":1700000000,\"model\":\"m\""
#define CHUNK                   "data: {" HEAD ",\"object\":\"chat.completion.chunk\",\"choices\":["
#define USAGE                   "{\"prompt_tokens\":9,\"completion_tokens\":5,\"total_tokens\":14}"

#define DOCUMENT(choices, rest) "{" HEAD ",\"object\":\"chat.completion\",\"choices\":[" choices "]" rest "}"

static const char stream[] =
    ": hello\n\n" CHUNK
    "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"logprobs\":null,"
    "\"finish_reason\":null}],\"usage\":null}\n\n" CHUNK
    "{\"index\":0,\"delta\":{\"content\":\"Pa\"},\"finish_reason\":null}]}\n\n" CHUNK
    "{\"index\":1,\"delta\":{\"content\":\"B\\\"\"},\"finish_reason\":\"stop\"},{\"index\":0,\"delta\":{"
    "\"content\":\"ris\"},"
    "\"finish_reason\":null}]}\n\n" CHUNK "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n" CHUNK
    "],\"usage\":" USAGE "}\n\ndata: [DONE]\n\n";

static void test_a_stream_is_gathered(void **state)
{
    (void)state;
    struct changed c = change(gather_all, DIALECT_OPENAI, stream);
    assert_true(c.ok);
    static const char wanted[] = DOCUMENT("{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                                          "\"Paris\",\"refusal\":null},\"logprobs\":null,"
                                          "\"finish_reason\":\"stop\"},{\"index\":1,\"message\":{\"role\":"
                                          "\"assistant\",\"content\":\"B\\\"\",\"refusal\":null},"
                                          "\"logprobs\":null,\"finish_reason\":\"stop\"}",
                                          ",\"usage\":" USAGE);
    if (!slice_is(c.out, wanted))
        fail_msg("%.*s", SLICE_ARG(c.out));
    arena_free(&c.arena);
}

/* Each way and back is where it began: with thoughts, calls, a refusal, several choices. */
static void test_there_and_back_is_the_same(void **state)
{
    (void)state;
    static const char *const documents[] = {
        DOCUMENT("{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Paris\",\"refusal\":null},"
                 "\"logprobs\":null,"
                 "\"finish_reason\":\"stop\"}",
                 ",\"usage\":" USAGE),
        DOCUMENT("{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"refusal\":null,\"tool_"
                 "calls\":[{\"id\":\"a\",\"type\":"
                 "\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}},{\"id\":\"b\","
                 "\"type\":\"custom\",\"custom\":{"
                 "\"name\":\"g\",\"input\":\"x\"}}]},\"logprobs\":null,\"finish_reason\":\"tool_calls\"}",
                 ""),
        DOCUMENT("{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"x\",\"refusal\":null,"
                 "\"reasoning_signature\":\"s\","
                 "\"reasoning_content\":\"hm\"},\"logprobs\":null,\"finish_reason\":\"stop\",\"stop_reason\":"
                 "\"stop_sequence\","
                 "\"stop_sequence\":\".\"},{\"index\":1,\"message\":{\"role\":\"assistant\",\"content\":null,"
                 "\"refusal\":\"no\"},"
                 "\"logprobs\":{\"content\":null,\"refusal\":[{\"token\":\"no\",\"logprob\":-0.5}]},\"finish_"
                 "reason\":\"stop\"}",
                 ""),
    };
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct changed there = change(answer_spread, DIALECT_OPENAI, documents[i]);
        assert_true(there.ok);
        assert_true(slice_ends(there.out, S("data: [DONE]\n\n")));
        struct changed back = change(gather_all, DIALECT_OPENAI, arena_cstr(there.arena, there.out));
        assert_true(back.ok);
        if (i < 2 && !slice_is(back.out, documents[i])) /* a refusal begins with a content that says nothing */
            fail_msg("%.*s\n%s", SLICE_ARG(back.out), documents[i]);
        struct changed again = change(answer_spread, DIALECT_OPENAI, arena_cstr(back.arena, back.out));
        assert_true(again.ok && slice_eq(again.out, there.out));
        arena_free(&there.arena);
        arena_free(&back.arena);
        arena_free(&again.arena);
    }
}

static void test_pieces_of_calls_are_joined(void **state)
{
    (void)state;
    struct changed c = change(gather_all, DIALECT_OPENAI,
                              CHUNK "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\","
                                    "\"type\":\"function\",\"function\":{\"name\":"
                                    "\"f\",\"arguments\":\"{\\\"x\"}}]},\"finish_reason\":null}]}\n\n" CHUNK
                                    "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"b\","
                                    "\"function\":{\"name\":\"g\",\"arguments\":"
                                    "\"{}\"}},{\"index\":0,\"function\":{\"arguments\":\"\\\":1}\"}}]},"
                                    "\"finish_reason\":\"tool_calls\"}]}\n\n"
                                    "data: [DONE]\n\n");
    assert_true(c.ok);
    assert_true(
        slice_find(c.out,
                   S("[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":"
                     "\"{\\\"x\\\":1}\"}},{\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"g\","
                     "\"arguments\":\"{}\"}}]")) != SLICE_NONE);
    arena_free(&c.arena);
}

static void test_anthropics_answers(void **state)
{
    (void)state;
    struct changed c = change(
        gather_all, DIALECT_ANTHROPIC,
        "event: message_start\ndata: "
        "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":\"claude\",\"usage\":{"
        "\"input_tokens\":9,\"output_tokens\":1}}}\n\nevent: content_block_start\ndata: "
        "{\"type\":\"content_block_start\","
        "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\nevent: content_block_delta\ndata: "
        "{\"type\":"
        "\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Paris\"}}\n\nevent: "
        "content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: "
        "message_delta\ndata: {\"type\":"
        "\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_"
        "tokens\":5}}"
        "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    assert_true(c.ok);
    assert_true(slice_find(c.out, S("\"content\":\"Paris\"")) != SLICE_NONE);
    assert_true(slice_find(c.out, S("\"finish_reason\":\"stop\",\"stop_reason\":\"end_turn\"")) != SLICE_NONE);
    assert_true(slice_find(c.out, S("\"prompt_tokens\":9,\"completion_tokens\":5")) != SLICE_NONE);
    arena_free(&c.arena);

    c = change(answer_spread, DIALECT_ANTHROPIC,
               "{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"model\":\"claude\",\"content\":"
               "[{\"type\":\"text\","
               "\"text\":\"Paris\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_"
               "tokens\":9,"
               "\"output_tokens\":5}}");
    assert_true(c.ok);
    assert_true(slice_find(c.out, S("\"delta\":{\"content\":\"Paris\"}")) != SLICE_NONE);
    arena_free(&c.arena);
}

/* Better a miss than an answer with something missing. */
static void test_what_cannot_be_said_is_not_said(void **state)
{
    (void)state;
#define SAID(more, delta, rest)                                                                                \
    "data: {" more "\"choices\":[{\"index\":0,\"delta\":{" delta "}" rest ",\"finish_reason\":\"stop\"}]}\n\n"
    static const char *const streams[] = {
        "",
        "data: [DONE]\n\n",
        "data: 1\n\n" SAID("", "\"content\":\"a\"", ""),
        SAID("", "\"audio\":{\"data\":\"x\"}", ""),
        SAID("", "\"content\":\"a\"", ",\"logprobs\":{\"other\":[{}]}"),
        SAID("", "\"content\":[\"a\"]", ""),
        SAID("", "\"tool_calls\":[{\"index\":4000000}]", ""),
        SAID("", "\"tool_calls\":[{\"index\":0,\"server\":{\"name\":\"x\"}}]", ""),
        SAID("\"citations\":[\"a\"],", "\"content\":\"a\"", ""),
        "data: "
        "{\"choices\":[{\"index\":1000000,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"choices\":[{\"index\":-1,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n",
    };
    struct changed plain = change(gather_all, DIALECT_OPENAI, SAID("", "\"content\":\"a\"", ""));
    assert_true(plain.ok);
    arena_free(&plain.arena);
    static const char *const documents[] = {
        "",
        "[]",
        "{}",
        "{\"choices\":[]}",
        "{\"choices\":[1]}",
        "{\"choices\":[{\"message\":{\"content\":\"a\",\"annotations\":[{}]}}]}",
        "{\"error\":{\"message\":\"x\"},\"choices\":[{\"message\":{\"content\":\"a\"}}]}",
    };
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        struct changed c = change(gather_all, DIALECT_OPENAI, streams[i]);
        if (c.ok)
            fail_msg("%s", streams[i]);
        arena_free(&c.arena);
    }
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct changed c = change(answer_spread, DIALECT_OPENAI, documents[i]);
        if (c.ok)
            fail_msg("%s", documents[i]);
        arena_free(&c.arena);
    }
}

/* A record takes what it can; but a stream that broke off is none. */
static void test_a_record_takes_what_is_known(void **state)
{
    (void)state;
    struct changed c =
        change(gather_known, DIALECT_OPENAI,
               "data: {\"citations\":[\"a\"],\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\",\"audio\":{"
               "\"data\":\"x\"}}}]}\n\ndata: nonsense\n\ndata: [DONE]\n\n");
    assert_true(c.ok);
    assert_true(slice_is(
        c.out, "{\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
               "\"content\":\"a\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}]}"));
    arena_free(&c.arena);
    c = change(gather_known, DIALECT_OPENAI,
               CHUNK "{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n");
    assert_false(c.ok);
    arena_free(&c.arena);
    c = change(gather_all, DIALECT_OPENAI,
               CHUNK "{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n");
    assert_true(c.ok);
    arena_free(&c.arena);
    c = change(gather_all, DIALECT_OPENAI,
               CHUNK "{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n");
    assert_false(c.ok);
    arena_free(&c.arena);
}

static void test_a_ceiling_is_a_ceiling(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct buf    out;
    buf_init(&out, 100);
    assert_false(gather_all(arena, DIALECT_OPENAI, slice_str(stream), &out));
    buf_fini(&out);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stream_is_gathered),
        cmocka_unit_test(test_there_and_back_is_the_same),
        cmocka_unit_test(test_pieces_of_calls_are_joined),
        cmocka_unit_test(test_anthropics_answers),
        cmocka_unit_test(test_what_cannot_be_said_is_not_said),
        cmocka_unit_test(test_a_record_takes_what_is_known),
        cmocka_unit_test(test_a_ceiling_is_a_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
