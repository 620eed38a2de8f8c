/*
 * relay_stage.h - what the tests of proxy/relay*.c share: a vault with something in it, an answer fed whole or
 * cut, and what a client would make of the bytes that come out.
 */
#ifndef WEIR_TESTS_RELAY_STAGE_H
#define WEIR_TESTS_RELAY_STAGE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay.h"
#include "wire/sse.h"

#include <stdio.h>

enum { STAGE_MOST_BYTES = 1 << 20 };

/* One test's memory and vault; made by set_up, freed by tear_down. */
struct stage {
    struct arena *arena;
    struct vault *vault;
    const char   *mail; /* the placeholder of MAIL */
    const char   *name; /* the placeholder of a value that JSON must escape */
};
#define MAIL "anna@example.org"
#define NAME "a\"b\\c\nd"

static const char *hide(struct stage *s, enum pii_kind kind, const char *value)
{
    struct finding finding = {
        .start = 0, .end = strlen(value), .kind = kind, .confidence = 1, .source = "test"
    };
    struct findings findings = { .item = &finding, .count = 1, .kinds = (pii_set)1 << kind };
    struct buf      out;
    buf_init(&out, STAGE_MOST_BYTES);
    assert_int_equal(vault_hide(s->vault, slice_str(value), &findings, PII_ALL, &out), 1);
    const char *placeholder = arena_cstr(s->arena, buf_slice(&out));
    buf_fini(&out);
    return placeholder;
}

static int set_up(void **state)
{
    static const struct vault_key key = { "a team's key" };
    struct arena                 *arena = arena_new();
    struct stage                 *s = arena_alloc(arena, sizeof *s);
    *s = (struct stage){ .arena = arena, .vault = vault_new(arena, &key) };
    s->mail = hide(s, PII_EMAIL, MAIL);
    s->name = hide(s, PII_IBAN, NAME);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct arena *arena = ((struct stage *)*state)->arena;
    arena_free(&arena);
    return 0;
}

/* ---- an answer that went through ---- */

struct passed {
    bool                 ok; /* fed and ended without a fault */
    struct fault         why;
    struct slice         out, record;
    struct relay_outcome outcome;
    bool                 has_spoken;
};

static inline struct relay_options stream_of(const struct stage *s)
{
    return (struct relay_options){
        .is_stream = true, .is_judged = true, .vault = s->vault, .answer_most_bytes = STAGE_MOST_BYTES
    };
}

static inline struct relay_options whole_of(const struct stage *s)
{
    return (
        struct relay_options){ .is_judged = true, .vault = s->vault, .answer_most_bytes = STAGE_MOST_BYTES };
}

/* Fed in pieces: up to `first`, then up to `second`, then the rest; each_byte: one by one. */
static struct passed pass_cut(const struct stage *s, const struct relay_options *options, struct slice body,
                              size_t first, size_t second, bool each_byte)
{
    struct arena *arena = arena_new();
    struct relay *relay = relay_new(arena, options);
    struct buf    out;
    struct passed p = { .ok = true };
    buf_init(&out, STAGE_MOST_BYTES * 4);
    for (size_t from = 0; from < body.len && p.ok;) {
        size_t to = each_byte ? from + 1 : from < first ? first : from < second ? second : body.len;
        /* A copy of the piece alone, freed at once: what is kept of it must be the relay's own. */
        struct buf piece;
        buf_init(&piece, body.len);
        buf_add(&piece, slice_cut(body, from, to));
        p.ok = relay_feed(relay, buf_slice(&piece), &out, &p.why);
        buf_fini(&piece);
        from = to;
    }
    p.ok = p.ok && relay_end(relay, &out, &p.why);
    relay_seal(relay, &out);
    p.out = arena_copy(s->arena, buf_slice(&out));
    p.record = arena_copy(s->arena, relay_record(relay));
    p.outcome = *relay_outcome(relay);
    p.has_spoken = relay_has_spoken(relay);
    buf_fini(&out);
    arena_free(&arena);
    return p;
}

static void assert_slices(struct slice got, struct slice want)
{
    if (!slice_eq(got, want))
        fail_msg("got:\n%.*s\nwanted:\n%.*s", SLICE_ARG(got), SLICE_ARG(want));
}

static void assert_same(const struct passed *got, const struct passed *want)
{
    assert_int_equal(got->ok, want->ok);
    if (!got->ok) {
        assert_int_equal(got->why.kind, want->why.kind);
        assert_string_equal(got->why.detail, want->why.detail);
    }
    assert_slices(got->out, want->out);
    assert_slices(got->record, want->record);
    assert_int_equal(got->has_spoken, want->has_spoken);
    const struct relay_outcome *g = &got->outcome, *w = &want->outcome;
    assert_int_equal(g->is_whole, w->is_whole);
    assert_int_equal(g->flaws, w->flaws);
    assert_int_equal(g->has_tool_calls, w->has_tool_calls);
    assert_string_equal(g->finish, w->finish);
    assert_int_equal(g->content_bytes, w->content_bytes);
    assert_int_equal(g->usage.is_given, w->usage.is_given);
    assert_int_equal(g->usage.prompt_tokens, w->usage.prompt_tokens);
    assert_int_equal(g->usage.completion_tokens, w->usage.completion_tokens);
    assert_true(g->confidence == w->confidence);
    assert_int_equal(g->doubt, w->doubt);
}

/* Whole, cut at each byte, and byte by byte: always the same. */
static inline struct passed pass(const struct stage *s, const struct relay_options *options, struct slice body)
{
    struct passed whole = pass_cut(s, options, body, body.len, body.len, false);
    for (size_t at = 1; at < body.len; at++) {
        struct passed cut = pass_cut(s, options, body, at, at, false);
        assert_same(&cut, &whole);
    }
    struct passed bytes = pass_cut(s, options, body, 0, 0, true);
    assert_same(&bytes, &whole);
    return whole;
}

/* ---- what a client makes of it ---- */

/* The texts of one choice and place, over all chunks, joined; a chunk that does not parse fails the test. */
static inline struct slice heard(const struct stage *s, struct slice stream, uint32_t choice,
                                 enum answer_place place, uint32_t tool)
{
    struct sse      *sse = sse_new(STAGE_MOST_BYTES);
    struct buf       text;
    struct sse_event ev;
    size_t           used;
    buf_init(&text, STAGE_MOST_BYTES);
    for (; sse_read(sse, stream, &used, &ev) == SSE_EVENT; stream = slice_cut(stream, used, stream.len)) {
        if (!ev.has_data || slice_is(ev.data, "[DONE]"))
            continue;
        struct answer answer;
        struct fault  why;
        struct slice  data = arena_copy(s->arena, ev.data);
        if (!answer_read(s->arena, data, &answer, &why))
            fail_msg("a client could not read: %.*s", SLICE_ARG(data));
        for (size_t i = 0; i < answer.text_count; i++) {
            const struct answer_text *t = &answer.text[i];
            if (t->choice == choice && t->place == place && t->tool == tool)
                buf_add(&text, t->text);
        }
    }
    sse_free(&sse);
    struct slice joined = arena_copy(s->arena, buf_slice(&text));
    buf_fini(&text);
    return joined;
}

static inline struct slice said(const struct stage *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
static inline struct slice said(const struct stage *s, const char *fmt, ...)
{
    char    text[8192];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    assert_in_range(len, 0, sizeof text - 1);
    return arena_copy(s->arena, slice_of(text, (size_t)len));
}

/* Events as OpenAI sends them. */
#define HEAD                                                                                                   \
    "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\","
#define EVENT(choices) "data: " HEAD "\"choices\":[" choices "]}\n\n"
#define CHOICE(index, delta, finish)                                                                           \
    "{\"index\":" #index ",\"delta\":{" delta "},\"logprobs\":null,\"finish_reason\":" finish "}"
#define SAYS(text)   EVENT(CHOICE(0, "\"content\":\"" text "\"", "null"))
#define BEGINS       EVENT(CHOICE(0, "\"role\":\"assistant\",\"content\":\"\",\"refusal\":null", "null"))
#define ENDS(finish) EVENT(CHOICE(0, "", "\"" finish "\""))
#define USAGE                                                                                                  \
    "data: " HEAD                                                                                              \
    "\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,\"total_tokens\":21}}\n\n"
#define DONE       "data: [DONE]\n\n"

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
