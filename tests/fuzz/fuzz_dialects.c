/*
 * fuzz_dialects.c - any bytes as a request or an answer of any dialect: what is read can be written again, a
 * translated request is JSON, and an answer says the same whether it comes whole or byte by byte.
 */
#include "wire/translate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 1 << 20 };

const char *const fuzz_seeds[] = {
    "{\"model\":\"m\",\"max_tokens\":9,\"system\":\"s\",\"messages\":[{\"role\":\"user\",\"content\":[{"
    "\"type\":\"text\","
    "\"text\":\"a\"},{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":[{\"type\":\"image\","
    "\"source\":{\"type\":"
    "\"url\",\"url\":\"https://"
    "a\"}}]}]},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"w\","
    "\"input\":{\"a\":1}}]}],\"tools\":[{\"name\":\"w\",\"input_schema\":{}}],\"tool_choice\":{\"type\":"
    "\"any\"}}",
    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"assistant\","
    "\"content\":null,\"tool_calls\":"
    "[{\"id\":\"c\",\"function\":{\"name\":\"w\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":"
    "\"c\",\"content\":\"r\"},"
    "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/"
    "png;base64,AA\"}}]}],\"stop\":\"x\"}",
    "event: message_start\ndata: "
    "{\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"usage\":{\"input_tokens\":1}}}\n\n"
    "data: "
    "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\","
    "\"name\":\"w\"}}\n\n"
    "data: {\"type\":\"content_block_stop\",\"index\":0}\n\ndata: "
    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
    "\"tool_use\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n",
    "data: "
    "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":"
    "{\"name\":\"w\"}},"
    "{\"index\":1,\"function\":{\"arguments\":\"{\"}}]}}]}\n\ndata: "
    "{\"choices\":[{\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    "data: "
    "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"},{\"functionCall\":{\"name\":\"w\"}}]},"
    "\"finishReason\":"
    "\"STOP\"}],\"responseId\":\"r\"}\n\n",
    "{\"model\":\"q\",\"created_at\":\"1\",\"message\":{\"content\":\"a\",\"tool_calls\":[{\"function\":{"
    "\"name\":\"w\"}}]},"
    "\"done\":true}\n",
    "{\"model\":\"m\",\"instructions\":\"s\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_"
    "text\",\"text\":\"a\"}]},"
    "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"w\",\"arguments\":\"{}\"},{\"type\":\"function_"
    "call_output\","
    "\"call_id\":\"c\",\"output\":\"r\"}],\"tools\":[{\"type\":\"function\",\"name\":\"w\"}],\"prompt\":null}",
    "{\"model\":\"m:latest\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":"
    "\"w\"}}]},"
    "{\"role\":\"tool\",\"tool_name\":\"w\",\"images\":[\"AA\"]}],\"options\":{\"num_predict\":-1,\"seed\":1}}",
    NULL,
};

struct way {
    enum dialect from, to;
};

static const struct way requests[] = {
    { DIALECT_OPENAI, DIALECT_ANTHROPIC }, { DIALECT_OPENAI, DIALECT_GEMINI },
    { DIALECT_OPENAI, DIALECT_OLLAMA },    { DIALECT_OPENAI, DIALECT_MISTRAL },
    { DIALECT_ANTHROPIC, DIALECT_OPENAI }, { DIALECT_ANTHROPIC, DIALECT_GEMINI },
    { DIALECT_RESPONSES, DIALECT_OPENAI }, { DIALECT_COMPLETIONS, DIALECT_OPENAI },
    { DIALECT_OLLAMA, DIALECT_OPENAI },    { DIALECT_OLLAMA_GENERATE, DIALECT_OPENAI },
};

static const struct way answers[] = {
    { DIALECT_ANTHROPIC, DIALECT_OPENAI }, { DIALECT_GEMINI, DIALECT_OPENAI },
    { DIALECT_OLLAMA, DIALECT_OPENAI },    { DIALECT_OPENAI, DIALECT_ANTHROPIC },
    { DIALECT_OPENAI, DIALECT_RESPONSES }, { DIALECT_OPENAI, DIALECT_COMPLETIONS },
    { DIALECT_OPENAI, DIALECT_OLLAMA },    { DIALECT_OPENAI, DIALECT_OLLAMA_GENERATE },
    { DIALECT_OLLAMA, DIALECT_RESPONSES },
};

static void check_request(struct arena *arena, struct slice body, struct way way)
{
    struct chat     chat;
    struct left_out left_out = { 0 };
    struct json     json;
    struct buf      out;
    buf_init(&out, MOST);
    if (dialect_heard(way.from) != way.from || chat_read_in(way.from, arena, body, &chat, NULL)) {
        if (translate_request(arena, way.from, way.to, body, (struct limits_of_model){ 0 }, &out, &left_out,
                              NULL) &&
            !out.full && !json_read(arena, buf_slice(&out), &json, NULL))
            abort();
    }
    buf_fini(&out);
}

/* What nothing is changed in stays as it is. */
static void check_written(struct arena *arena, struct slice body, enum dialect dialect)
{
    struct chat chat;
    struct buf  out;
    buf_init(&out, MOST);
    if (chat_read_in(dialect, arena, body, &chat, NULL)) {
        chat_write(&chat, &(struct chat_changes){ 0 }, arena, &out);
        if (!out.full && !slice_eq(buf_slice(&out), body))
            abort();
    }
    buf_fini(&out);
}

static bool say(struct arena *arena, struct slice body, struct way way, bool is_stream, size_t step,
                struct buf *out)
{
    const struct translation_options options = {
        .from = way.from, .to = way.to, .is_stream = is_stream, .most_bytes = MOST, .now_s = 1, .request = body
    };
    struct translation *t = translation_new(arena, &options);
    for (size_t at = 0; at < body.len; at += step)
        if (!translation_feed(t, slice_cut(body, at, at + step), out, NULL))
            return false;
    return translation_end(t, out, NULL);
}

static void check_answer(struct arena *arena, struct slice body, struct way way, bool is_stream)
{
    struct buf whole, bytes;
    buf_init(&whole, MOST);
    buf_init(&bytes, MOST);
    bool ok = say(arena, body, way, is_stream, body.len + 1, &whole);
    if (ok != say(arena, body, way, is_stream, 1, &bytes) || !slice_eq(buf_slice(&whole), buf_slice(&bytes)))
        abort();
    buf_fini(&whole);
    buf_fini(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct slice  body = slice_of((const char *)data, size);
    check_written(arena, body, DIALECT_OPENAI);
    check_written(arena, body, DIALECT_ANTHROPIC);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        check_request(arena, body, requests[i]);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        check_answer(arena, body, answers[i], true);
        check_answer(arena, body, answers[i], false);
    }
    arena_free(&arena);
    return 0;
}
