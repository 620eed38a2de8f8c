/*
 * fuzz_relay.c - any provider's body, fed at once and byte by byte: both must come to the same.
 *
 * The first byte chooses the options; '~' in the rest stands for a placeholder of the vault, so that mutations
 * keep meeting them.
 */
#include "relay.h"

#include "base/die.h"

enum { FUZZ_MOST_BYTES = 1 << 16 };

#define CHUNK(delta, finish)                                                                                   \
    "data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{" delta "},\"finish_reason\":" finish "}]}\n\n"

const char *const fuzz_seeds[] = {
    "1" CHUNK("\"content\":\"to ~ E\"", "null") CHUNK("", "\"stop\"") "data: [DONE]\n\n",
    "7: ping\n\n" CHUNK("\"reasoning\":\"~\",\"content\":\"E\"",
                        "\"stop\"") "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n",
    "1" CHUNK(
        "\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":\\\"~\"}},{}]",
        "null") CHUNK("\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"E\"}}]", "\"tool_calls\""),
    "3data: "
    "{\"choices\":[{\"index\":0,\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"~E\"}]},\"logprobs\":{"
    "\"content\":"
    "[{\"logprob\":-1}]}},{\"index\":1}],\"error\":null,\"usage\":null}\r\n\r\ndata: "
    "{\"error\":{\"code\":429}}\r\n\r\n",
    "2{\"choices\":[{\"message\":{\"content\":\"~\",\"x\":\"~\"},\"logprobs\":{},\"finish_reason\":\"stop\"}]}",
    "1{\"error\":{\"message\":\"m\",\"type\":\"rate_limit\"}}",
    NULL,
};

struct result {
    struct buf           out, record;
    struct relay_outcome outcome;
    bool                 ok;
};

static struct vault *vault_with_one(struct arena *arena, struct buf *placeholder)
{
    static const struct vault_key key = { "fuzz" };
    struct vault                 *vault = vault_new(arena, &key);
    struct finding                finding = { .end = 4, .kind = PII_EMAIL, .confidence = 1, .source = "fuzz" };
    struct findings               findings = { .item = &finding, .count = 1, .kinds = 1 << PII_EMAIL };
    vault_hide(vault, S("a@\"b"), &findings, PII_ALL, placeholder);
    return vault;
}

static struct result run(const struct relay_options *options, struct slice body, size_t step)
{
    struct arena *arena = arena_new();
    struct relay *relay = relay_new(arena, options);
    struct fault  why;
    struct result result = { .ok = true };
    buf_init(&result.out, FUZZ_MOST_BYTES * 16);
    buf_init(&result.record, FUZZ_MOST_BYTES * 16);
    for (size_t at = 0; at < body.len && result.ok; at += step)
        result.ok = relay_feed(relay, slice_cut(body, at, at + step), &result.out, &why);
    result.ok = result.ok && relay_end(relay, &result.out, &why);
    relay_seal(relay, &result.out);
    if (!result.ok)
        relay_break(relay, &why, &result.out);
    buf_add(&result.record, relay_record(relay));
    result.outcome = *relay_outcome(relay);
    arena_free(&arena);
    return result;
}

static void must(bool holds, const char *what)
{
    if (!holds)
        die("fuzz: %s", what);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > FUZZ_MOST_BYTES)
        return 0;
    struct arena *arena = arena_new();
    struct buf    placeholder, body;
    buf_init(&placeholder, 64);
    buf_init(&body, (size_t)FUZZ_MOST_BYTES * 32);
    struct relay_options options = {
        .is_judged = true,
        .is_stream = data[0] & 1,
        .strip_logprobs = data[0] & 2,
        .strip_usage = data[0] & 4,
        .is_replay = data[0] & 8,
        .vault = vault_with_one(arena, &placeholder),
        .answer_most_bytes = FUZZ_MOST_BYTES,
    };
    for (size_t i = 1; i < size; i++)
        if (data[i] == '~')
            buf_add(&body, buf_slice(&placeholder));
        else
            buf_add_byte(&body, (char)data[i]);

    struct result whole = run(&options, buf_slice(&body), SIZE_MAX / 2);
    struct result bytes = run(&options, buf_slice(&body), 1);
    must(whole.ok == bytes.ok, "a cut changed whether it was whole");
    must(slice_eq(buf_slice(&whole.out), buf_slice(&bytes.out)), "a cut changed what went out");
    must(slice_eq(buf_slice(&whole.record), buf_slice(&bytes.record)), "a cut changed the record");
    must(whole.outcome.content_bytes == bytes.outcome.content_bytes, "a cut changed the count");
    must(whole.ok == whole.outcome.is_whole, "the outcome disagrees with the verdict");
    must(whole.outcome.is_whole || whole.outcome.flaws, "a broken answer was called good");
    must(whole.outcome.confidence >= 0 && whole.outcome.confidence <= 1, "confidence out of its range");
    if (options.is_stream && whole.ok)
        must(slice_find(buf_slice(&whole.out), S("[DONE]")) != SLICE_NONE, "whole without its end");

    buf_fini(&whole.out);
    buf_fini(&whole.record);
    buf_fini(&bytes.out);
    buf_fini(&bytes.record);
    buf_fini(&body);
    buf_fini(&placeholder);
    arena_free(&arena);
    return 0;
}
