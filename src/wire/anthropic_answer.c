/*
 * anthropic_answer.c - reads an answer of Anthropic's Messages, or one event of a streamed one.
 * https://docs.anthropic.com/en/docs/build-with-claude/streaming
 *
 * Texts that run through a stream are the pieces of text, thinking and input in content_block_delta; everything
 * else stands whole in one event. Signatures and sealed data are not listed: they must reach the client, and
 * come back, byte for byte.
 */
#include "translate_inside.h"

struct reader {
    struct arena      *arena;
    struct answer     *answer;
    const struct json *json; /* (ref) the answer's */
    size_t             cap;  /* of the list of texts */
    uint32_t           block;
};

static struct slice string_at(struct reader *r, json_at object, const char *key)
{
    return json_string(r->json, json_get(r->json, object, key), r->arena);
}

static struct answer_text *add(struct reader *r, json_at at, struct slice text, enum answer_place place)
{
    struct answer *a = r->answer;
    if (a->text_count == r->cap)
        a->text = arena_grow(r->arena, a->text, a->text_count, sizeof *a->text, &r->cap);
    const struct json_node *n = &r->json->node[at];
    a->text[a->text_count] = (struct answer_text){
        .text = text, .start = n->start, .end = n->end, .tool = r->block, .place = place
    };
    return &a->text[a->text_count++];
}

static void add_text(struct reader *r, json_at at, enum answer_place place)
{
    struct slice text = json_string(r->json, at, r->arena);
    if (text.len)
        add(r, at, text, place);
}

/* A tool's input, which is JSON itself. */
static void add_input(struct reader *r, json_at input)
{
    if (json_first(r->json, input) != JSON_NONE)
        add(r, input, json_raw(r->json, input), ANSWER_TOOL_ARGUMENTS)->is_json = true;
}

/* Protocol words and what is sealed; also thinking's placeholder of a signature. */
static bool is_no_text(const struct json *j, json_at member)
{
    static const char *const keys[] = { "type",
                                        "id",
                                        "name",
                                        "role",
                                        "model",
                                        "data",
                                        "encrypted_content",
                                        "encrypted_stdout",
                                        "signature",
                                        "encrypted_index" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_key_is(j, member, keys[i]))
            return true;
    return false;
}

/* Every string at any depth. */
static void add_all(struct reader *r, json_at at, enum answer_place place)
{
    if (json_kind(r->json, at) == JSON_STRING)
        add_text(r, at, place);
    for (json_at m = json_first(r->json, at); m != JSON_NONE; m = json_next(r->json, m))
        if (!is_no_text(r->json, m))
            add_all(r, m, place);
}

/* A block that is whole. */
static void read_block(struct reader *r, json_at block)
{
    struct slice type = string_at(r, block, "type");
    if (slice_is(type, "tool_use")) {
        r->answer->has_calls = true;
        add_input(r, json_get(r->json, block, "input"));
    } else if (slice_is(type, "text")) {
        add_text(r, json_get(r->json, block, "text"), ANSWER_CONTENT);
        add_all(r, json_get(r->json, block, "citations"), ANSWER_OTHER);
    } else if (slice_is(type, "thinking")) {
        add_text(r, json_get(r->json, block, "thinking"), ANSWER_REASONING);
    } else {
        add_all(r, block, ANSWER_OTHER);
    }
}

static void read_delta(struct reader *r, json_at delta)
{
    struct slice type = string_at(r, delta, "type");
    if (slice_is(type, "text_delta"))
        add_text(r, json_get(r->json, delta, "text"), ANSWER_CONTENT);
    else if (slice_is(type, "thinking_delta"))
        add_text(r, json_get(r->json, delta, "thinking"), ANSWER_REASONING);
    else if (slice_is(type, "input_json_delta"))
        add_text(r, json_get(r->json, delta, "partial_json"), ANSWER_TOOL_ARGUMENTS);
    else if (!slice_is(type, "signature_delta"))
        add_all(r, delta, ANSWER_OTHER);
}

/* Clients of other dialects are told "stop" of a turn that is paused, and of what is not known; to those here
 * who judge the answer it has not ended by itself. */
static void read_finish(struct reader *r, json_at object)
{
    struct slice reason = string_at(r, object, "stop_reason");
    struct slice finish = slice_str(anthropic_finish(reason));
    if (slice_is(finish, "stop") && !slice_is(reason, "end_turn") && !slice_is(reason, "stop_sequence"))
        finish = reason;
    if (reason.len)
        r->answer->finish = finish;
}

/* -1 where it is not told. */
static int64_t tokens_at(const struct json *j, json_at usage, const char *key)
{
    int64_t tokens;
    return json_i64(j, json_get(j, usage, key), &tokens) && tokens >= 0 ? tokens : -1;
}

static void read_usage(struct reader *r, json_at usage)
{
    struct answer_usage *u = &r->answer->usage;
    if (json_kind(r->json, usage) != JSON_OBJECT)
        return;
    int64_t read = tokens_at(r->json, usage, "cache_read_input_tokens");
    int64_t written = tokens_at(r->json, usage, "cache_creation_input_tokens");
    int64_t fresh = tokens_at(r->json, usage, "input_tokens");
    u->completion_tokens = tokens_at(r->json, usage, "output_tokens");
    u->cached_tokens = read;
    u->written_tokens = written;
    u->written_hour_tokens =
        tokens_at(r->json, json_get(r->json, usage, "cache_creation"), "ephemeral_1h_input_tokens");
    u->prompt_tokens = fresh < 0 ? -1 : fresh + (read > 0 ? read : 0) + (written > 0 ? written : 0);
    u->is_given = u->completion_tokens >= 0 || u->prompt_tokens >= 0;
}

static void read_content(struct reader *r, json_at content)
{
    r->answer->choices = json_kind(r->json, content) == JSON_ARRAY;
    for (json_at b = json_first(r->json, content); b != JSON_NONE; b = json_next(r->json, b)) {
        read_block(r, b);
        r->block++;
    }
}

/* ---- events ---- */

static void read_event(struct reader *r, struct slice type)
{
    struct answer     *a = r->answer;
    const struct json *j = r->json;
    int64_t            index;
    a->choices = 1;
    if (json_i64(j, json_get(j, 0, "index"), &index) && index >= 0 && index < UINT32_MAX)
        r->block = (uint32_t)index;
    a->block = r->block;
    a->ends_block = slice_is(type, "content_block_stop");
    a->is_last = slice_is(type, "message_stop");
    if (slice_is(type, "content_block_delta")) {
        read_delta(r, json_get(j, 0, "delta"));
    } else if (slice_is(type, "content_block_start")) {
        json_at block = json_get(j, 0, "content_block");
        a->has_calls = slice_is(string_at(r, block, "type"), "tool_use");
        add_all(r, block, ANSWER_OTHER);
    } else if (slice_is(type, "message_start")) {
        read_usage(r, json_get(j, json_get(j, 0, "message"), "usage"));
        a->usage.completion_tokens = -1; /* it has not said much yet */
    } else if (slice_is(type, "message_delta")) {
        read_finish(r, json_get(j, 0, "delta"));
        read_usage(r, json_get(j, 0, "usage"));
    } else if (!a->ends_block && !a->is_last) { /* a ping, or what comes tomorrow */
        a->choices = 0;
        add_all(r, 0, ANSWER_OTHER);
    }
}

bool anthropic_answer_read(struct arena *arena, struct slice text, struct answer *out, struct fault *why)
{
    *out = (struct answer){ 0 };
    struct fault wrong = { 0 };
    if (!json_read(arena, text, &out->json, &wrong))
        return fault_set(why, FAULT_PROVIDER_BROKE, "%s", wrong.detail);
    const struct json *j = &out->json;
    if (json_kind(j, 0) != JSON_OBJECT)
        return fault_set(why, FAULT_PROVIDER_BROKE, "it is no JSON object");
    struct reader r = { .arena = arena, .answer = out, .json = j };
    struct slice  type = string_at(&r, 0, "type");
    out->is_error = json_kind(j, json_get(j, 0, "error")) == JSON_OBJECT;
    if (out->is_error)
        return true;
    if (!slice_is(type, "message")) {
        read_event(&r, type);
        return true;
    }
    read_content(&r, json_get(j, 0, "content"));
    read_finish(&r, 0);
    read_usage(&r, json_get(j, 0, "usage"));
    return true;
}
