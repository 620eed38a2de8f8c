/*
 * test_nothing_leaves.c - a canary in any string of a request does not stand in the body that goes out.
 *
 * Every place of two requests that use all there is, one in each dialect, and bodies made up at random around
 * it. A request that is refused, or has parts that cannot be read and so stays, sends nothing.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/inspect.h"
#include "unit/privacy/a_finder.h"
#include "wire/chat.h"

#include <stdio.h>
#include <stdlib.h>

#define CANARY "canary.person@leak.example.com"

/* "@" is a place for a string. */
static const char openai[] =
    "{\"model\":\"@\",\"user\":\"@\",\"safety_identifier\":\"@\",\"prompt_cache_key\":\"@\",\"metadata\":{"
    "\"a\":\"@\",\"@\":\"b\"},"
    "\"stop\":[\"@\",\"x\"],\"service_tier\":\"@\",\"reasoning_effort\":\"@\",\"verbosity\":\"@\","
    "\"modalities\":[\"@\"],"
    "\"audio\":{\"voice\":\"@\",\"format\":\"@\"},\"prediction\":{\"type\":\"content\",\"content\":[{\"type\":"
    "\"text\",\"text\":\"@\"}]},"
    "\"web_search_options\":{\"user_location\":{\"type\":\"approximate\",\"approximate\":{\"city\":\"@\","
    "\"region\":\"@\"}}},"
    "\"logit_bias\":{\"@\":1},\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"@\"}},\"function_"
    "call\":\"@\","
    "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"@\",\"description\":\"@\","
    "\"schema\":{\"type\":\"object\","
    "\"title\":\"@\",\"$ref\":\"@\",\"properties\":{\"to\":{\"type\":\"@\",\"description\":\"@\",\"enum\":[\"@"
    "\"],\"const\":\"@\","
    "\"default\":\"@\",\"pattern\":\"@\",\"format\":\"@\",\"examples\":[\"@\"]}},\"required\":[\"@\"]}}},"
    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"@\",\"description\":\"@\",\"parameters\":{"
    "\"type\":\"object\","
    "\"properties\":{\"@\":{\"type\":\"string\",\"description\":\"@\",\"default\":\"@\",\"enum\":[\"@\"]}},\"$"
    "defs\":{\"@\":{\"title\":\"@\"}}}}},"
    "{\"type\":\"custom\",\"custom\":{\"name\":\"n\",\"description\":\"@\",\"format\":{\"type\":\"grammar\","
    "\"grammar\":"
    "{\"definition\":\"@\",\"syntax\":\"@\"}}}}],"
    "\"functions\":[{\"name\":\"f\",\"description\":\"@\",\"parameters\":{}}],"
    "\"messages\":[{\"role\":\"system\",\"content\":\"@\",\"name\":\"@\"},{\"role\":\"developer\",\"content\":["
    "{\"type\":\"text\",\"text\":\"@\"}]},"
    "{\"role\":\"user\",\"name\":\"@\",\"content\":[{\"type\":\"text\",\"text\":\"@\",\"cache_control\":{"
    "\"type\":\"@\"}},{\"type\":\"text\",\"text\":\"hello\"}]},"
    "{\"role\":\"assistant\",\"content\":null,\"refusal\":\"@\",\"reasoning_content\":\"@\",\"tool_calls\":[{"
    "\"id\":\"@\",\"type\":\"function\","
    "\"function\":{\"name\":\"@\",\"arguments\":\"{\\\"to\\\":\\\"@\\\",\\\"n\\\":[1,\\\"@\\\"]}\"}},{\"id\":"
    "\"c\",\"type\":\"custom\",\"custom\":"
    "{\"name\":\"n\",\"input\":\"@\"}}],\"function_call\":{\"name\":\"f\",\"arguments\":\"@\"},\"annotations\":"
    "[{\"url\":\"@\"}]},"
    "{\"role\":\"tool\",\"tool_call_id\":\"@\",\"name\":\"@\",\"content\":\"@\"},{\"role\":\"function\","
    "\"name\":\"f\",\"content\":\"@\"},"
    "{\"role\":\"user\",\"content\":\"@\",\"made_up\":{\"deep\":[[{\"@\":\"@\"}]]}}],\"field_of_tomorrow\":{"
    "\"x\":[\"@\",{\"y\":\"@\"}]},\"@\":1}";

static const char anthropic[] =
    "{\"model\":\"@\",\"max_tokens\":9,\"system\":[{\"type\":\"text\",\"text\":\"@\"}],\"metadata\":{\"user_"
    "id\":\"@\"},\"stop_sequences\":[\"@\"],"
    "\"tools\":[{\"name\":\"@\",\"description\":\"@\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"@"
    "\":{\"type\":\"string\","
    "\"description\":\"@\",\"enum\":[\"@\"]}}}}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"@\"},"
    "\"messages\":[{\"role\":\"user\",\"content\":\"@\"},{\"role\":\"assistant\",\"content\":[{\"type\":"
    "\"text\",\"text\":\"@\"},"
    "{\"type\":\"tool_use\",\"id\":\"@\",\"name\":\"@\",\"input\":{\"to\":\"@\",\"@\":[\"@\"]}}]},{\"role\":"
    "\"user\",\"content\":[{\"type\":\"tool_result\","
    "\"tool_use_id\":\"@\",\"content\":[{\"type\":\"text\",\"text\":\"@\"}]},{\"type\":\"text\",\"text\":\"@\","
    "\"cache_control\":{\"type\":\"@\"}}]}],"
    "\"field_of_tomorrow\":{\"x\":[\"@\",{\"@\":\"@\"}]}}";

static bool is_told(struct slice s)
{
    return s.ptr && slice_find(s, S(CANARY)) != SLICE_NONE;
}

/* In a key or a string of a document, its escapes read, those of JSON within a string too. */
static bool is_in(struct arena *arena, struct slice text, int depth)
{
    struct json j;
    if (!json_read(arena, text, &j, NULL))
        return is_told(text);
    for (json_at at = 0; at < j.count; at++) {
        struct slice s = json_string(&j, at, arena);
        if (is_told(s) || (j.node[at].key_end && is_told(json_key(&j, at, arena))))
            return true;
        if (depth < 2 && s.len && (s.ptr[0] == '{' || s.ptr[0] == '[') && is_in(arena, s, depth + 1))
            return true;
    }
    return false;
}

/* What becomes of a body; "" where nothing is sent. */
static struct slice sent(struct arena *arena, enum dialect dialect, struct slice body)
{
    static const struct vault_key key = { "team" };
    const struct inspector        inspector = { .finder = finder, .scratch = scratch };
    struct chat                   chat;
    struct inspection             inspection;
    struct fault                  why = { 0 };
    struct buf                    out;
    if (!chat_read_in(dialect, arena, body, &chat, &why) || chat.unreadable)
        return S("");
    assert_true(inspect(&inspector, (struct needs){ .pii = true }, arena, &chat, &inspection, &why));
    struct vault *vault = vault_new(arena, &key);
    redact(&chat, &inspection, PII_ALL, vault, arena);
    buf_init(&out, 1 << 20);
    chat_write(&chat, &(struct chat_changes){ .model = S("their-model") }, arena, &out);
    struct slice copy = arena_copy(arena, buf_slice(&out));
    buf_fini(&out);
    return copy;
}

/* The body with the canary in its n-th place, and harmless words in the others; false where it has fewer. */
static bool plant(const char *body, size_t n, const char *canary, struct buf *out)
{
    bool is_planted = false;
    buf_reset(out);
    for (const char *c = body; *c; c++) {
        bool is_place = *c == '@';
        if (!is_place)
            buf_add_byte(out, *c);
        else if (n-- == 0)
            buf_add_str(out, canary);
        else
            buf_printf(out, "w%zu", (size_t)(c - body)); /* another each, since keys are told apart */
        is_planted = is_planted || (is_place && n == SIZE_MAX);
    }
    return is_planted;
}

static size_t plant_everywhere(enum dialect dialect, const char *body, const char *canary)
{
    size_t     count = 0, silent = 0;
    struct buf planted;
    buf_init(&planted, 1 << 20);
    for (; plant(body, count, canary, &planted); count++) {
        struct arena *arena = arena_new();
        struct slice  out = sent(arena, dialect, buf_slice(&planted));
        if (is_in(arena, out, 0))
            fail_msg("place %zu of dialect %d tells it", count, dialect);
        silent += out.len == 0;
        arena_free(&arena);
    }
    buf_fini(&planted);
    assert_true(silent * 5 < count); /* most bodies were sent */
    return count;
}

static void no_place_of_a_request_tells_it(void **state)
{
    (void)state;
    static const char *const ways[] = { CANARY, "write to " CANARY ", please",
                                        "canary.person\\u0040leak.example.com" };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        assert_true(plant_everywhere(DIALECT_OPENAI, openai, ways[i]) > 60);
        assert_true(plant_everywhere(DIALECT_ANTHROPIC, anthropic, ways[i]) > 20);
    }
}

/* ---- made up at random ---- */

static uint32_t next_random(void)
{
    static uint64_t seed = 0x2545F4914F6CDD1Du;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32);
}

static void add_value(struct buf *out, int depth, int *places);

static void add_string(struct buf *out, int *places)
{
    static const char *const words[] = { "auto",        "text",     "type", "content", "name",
                                         "hello there", "function", "1f",   "" };
    bool                     is_canary = (*places)-- == 0;
    buf_printf(out, "\"%s\"",
               is_canary ? (next_random() % 2 ? CANARY : "a " CANARY ".") : words[next_random() % 9]);
}

static void add_members(struct buf *out, int depth, int *places)
{
    static const char *const keys[] = { "type",        "content",    "text",       "name",     "image_url",
                                        "description", "parameters", "tool_calls", "function", "arguments",
                                        "input",       "metadata",   "enum",       "id" };
    unsigned                 first = next_random() % 14, count = next_random() % 4;
    for (unsigned i = 0; i < count; i++) {
        buf_printf(out, "%s\"%s\":", i ? "," : "", keys[(first + i * 3) % 14]);
        add_value(out, depth, places);
    }
    if ((*places)-- == 0)
        buf_printf(out, "%s\"" CANARY "\":1", count ? "," : "");
}

static void add_value(struct buf *out, int depth, int *places)
{
    switch (depth ? next_random() % 5 : 4) {
    case 0:
        buf_add_byte(out, '{');
        add_members(out, depth - 1, places);
        buf_add_byte(out, '}');
        break;
    case 1:
        buf_add_byte(out, '[');
        for (uint32_t i = 0, count = next_random() % 3; i < count; i++) {
            if (i)
                buf_add_byte(out, ',');
            add_value(out, depth - 1, places);
        }
        buf_add_byte(out, ']');
        break;
    case 2:
        buf_printf(out, "%u", next_random() % 100);
        break;
    default:
        add_string(out, places);
    }
}

/* A body in which some known members hold what may be anything. */
static void make_up(struct buf *out)
{
    static const char *const known[] = {
        "user",      "metadata", "tools",      "tool_choice",    "response_format", "stop",    "prediction",
        "functions", "audio",    "logit_bias", "stream_options", "system",          "tomorrow"
    };
    int places = (int)(next_random() % 24);
    buf_reset(out);
    buf_add_str(out,
                "{\"model\":\"m\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\",\"x\":");
    add_value(out, 3, &places);
    buf_add_str(out, "},{\"role\":\"assistant\",\"content\":");
    add_value(out, 3, &places);
    buf_add_str(out, ",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":");
    add_value(out, 3, &places);
    buf_add_str(out, "}]}]");
    for (uint32_t i = 0, first = next_random() % 13; i < 4; i++) {
        buf_printf(out, ",\"%s\":", known[(first + i * 3) % 13]);
        add_value(out, 4, &places);
    }
    buf_add_byte(out, '}');
}

static void no_body_made_up_at_random_tells_it(void **state)
{
    (void)state;
    enum { ROUNDS = 4000 };
    size_t     was_sent = 0;
    struct buf body;
    buf_init(&body, 1 << 20);
    for (int i = 0; i < ROUNDS; i++) {
        struct arena *arena = arena_new();
        make_up(&body);
        struct slice out = sent(arena, i % 2 ? DIALECT_OPENAI : DIALECT_ANTHROPIC, buf_slice(&body));
        if (is_in(arena, out, 0))
            fail_msg("%.*s\nbecame %.*s\n", SLICE_ARG(buf_slice(&body)), SLICE_ARG(out));
        was_sent += out.len && is_in(arena, buf_slice(&body), 0);
        arena_free(&arena);
    }
    assert_true(was_sent > ROUNDS / 50);
    buf_fini(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_place_of_a_request_tells_it),
        cmocka_unit_test(no_body_made_up_at_random_tells_it),
    };
    return cmocka_run_group_tests(tests, open_finder, close_finder);
}
