/*
 * test_guard.c - an answer that is looked through before it goes on, however it is cut.
 *
 * What comes out of a stream is told by the texts of its documents put together.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "guard.h"
#include "unit/privacy/a_finder.h"
#include "wire/sse.h"

#include <dlfcn.h>
#include <hs/hs.h>

/* Stands before Hyperscan's own, which fails when it is told to. */
static bool scans_fail;

typedef hs_error_t scan_fn(const hs_database_t *, const char *, unsigned, unsigned, hs_scratch_t *,
                           match_event_handler, void *);

hs_error_t HS_CDECL hs_scan(const hs_database_t *db, const char *data, unsigned length, unsigned flags,
                            hs_scratch_t *hs_scratch, match_event_handler on_event, void *context)
{
    static scan_fn *scan;
    if (!scan)
        *(void **)&scan = dlsym(RTLD_NEXT, "hs_scan");
    return scans_fail ? HS_UNKNOWN_ERROR : scan(db, data, length, flags, hs_scratch, on_event, context);
}

#define SSN "536-90-4399"

struct fixture {
    struct arena *arena;
    struct chat   chat;
    struct guard *guard;
    struct buf    out;
    struct fault  why;
};

static int set_up(void **state)
{
    struct arena   *arena = arena_new();
    struct fixture *f = arena_alloc(arena, sizeof *f);
    f->arena = arena;
    buf_init(&f->out, 1 << 22);
    assert_true(chat_of_prompt(arena, S("auto"), S("my card is 4111 1111 1111 1111"), &f->chat, &f->why));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    struct arena   *arena = f->arena;
    buf_fini(&f->out);
    arena_free(&arena);
    return 0;
}

static void begin(struct fixture *f, bool is_stream, pii_set redact, pii_set block)
{
    struct guard_options options = { .is_stream = is_stream,
                                     .redact = redact,
                                     .block = block,
                                     .rule = "a rule",
                                     .chat = &f->chat,
                                     .most_bytes = 1 << 20 };
    buf_reset(&f->out);
    f->guard = guard_new(f->arena, &options);
}

/* The turns that guarding.c makes, with the looks made at once. */
static bool turn(struct fixture *f)
{
    const struct inspector inspector = { .finder = finder, .scratch = scratch };
    if (guard_has_news(f->guard))
        guard_look(f->guard, &inspector);
    return guard_pass(f->guard, &f->out, &f->why);
}

static bool feed(struct fixture *f, struct slice bytes)
{
    return guard_feed(f->guard, bytes, &f->why) && turn(f);
}

static bool end(struct fixture *f)
{
    guard_end(f->guard);
    return turn(f);
}

/* All of the content in what came out. */
static struct slice said(struct fixture *f)
{
    struct sse      *sse = sse_new(1 << 20);
    struct slice     rest = buf_slice(&f->out);
    struct sse_event ev;
    size_t           used;
    struct buf       words;
    buf_init(&words, 1 << 20);
    while (rest.len && sse_read(sse, rest, &used, &ev) == SSE_EVENT) {
        struct answer a;
        rest = slice_cut(rest, used, rest.len);
        if (!answer_read(f->arena, arena_copy(f->arena, ev.data), &a, NULL))
            continue;
        for (size_t i = 0; i < a.text_count; i++)
            buf_add(&words, a.text[i].text);
    }
    struct slice copy = arena_copy(f->arena, buf_slice(&words));
    buf_fini(&words);
    sse_free(&sse);
    return copy;
}

/* A stream that says the words, `size` bytes an event. */
static struct slice stream_of(struct fixture *f, const char *words, size_t size)
{
    struct buf body;
    buf_init(&body, 1 << 20);
    for (size_t at = 0; at < strlen(words); at += size) {
        buf_add_str(&body, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":");
        json_add_string(&body, slice_cut(slice_str(words), at, at + size));
        buf_add_str(&body, "},\"finish_reason\":null}]}\n\n");
    }
    buf_add_str(
        &body,
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    struct slice copy = arena_copy(f->arena, buf_slice(&body));
    buf_fini(&body);
    return copy;
}

static const char words[] =
    "The social security number is " SSN ". It was issued long ago, in another state; nobody knows "
    "why, and nobody asks, since nothing depends on that. Their SSN: " SSN "! And the card is "
    "4111 1111 1111 1111.";
static const char clean[] =
    "The social security number is [removed]. It was issued long ago, in another state; nobody knows "
    "why, and nobody asks, since nothing depends on that. Their SSN: [removed]! And the card is "
    "4111 1111 1111 1111.";

static void every_split_removes_the_same(void **state)
{
    struct fixture *f = *state;
    pii_set         kinds = (pii_set)1 << PII_US_SSN | (pii_set)1 << PII_CARD;
    for (size_t size = 1; size < 60; size += 7) {
        struct slice body = stream_of(f, words, size);
        for (size_t cut = 0; cut <= body.len; cut += size == 22 ? 1 : 97) {
            begin(f, true, kinds, 0);
            assert_true(feed(f, slice_cut(body, 0, cut)));
            assert_true(feed(f, slice_cut(body, cut, body.len)));
            assert_true(end(f));
            assert_true(slice_is(said(f), clean));
            assert_true(slice_ends(buf_slice(&f->out), S("data: [DONE]\n\n")));
        }
    }
}

static void little_is_held_back(void **state)
{
    struct fixture *f = *state;
    struct buf      piece;
    size_t          fed = 0;
    buf_init(&piece, 4096);
    begin(f, true, (pii_set)1 << PII_US_SSN, 0);
    for (int i = 0; i < 400; i++) {
        buf_reset(&piece);
        buf_add_str(&piece, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word \"}}]}\n\n");
        assert_true(feed(f, buf_slice(&piece)));
        fed += strlen("word ");
        assert_true(fed - said(f).len <= GUARD_TAIL_BYTES + GUARD_STEP_BYTES + strlen("word "));
    }
    buf_fini(&piece);
}

static void what_is_blocked_stops_the_answer_before_it(void **state)
{
    struct fixture *f = *state;
    struct slice    body = stream_of(f, words, 3);
    begin(f, true, 0, (pii_set)1 << PII_US_SSN);
    bool ok = true;
    for (size_t i = 0; ok && i < body.len; i++)
        ok = feed(f, slice_cut(body, i, i + 1));
    assert_false(ok);
    assert_int_equal(f->why.kind, FAULT_DENIED);
    assert_non_null(strstr(f->why.detail, "a rule"));
    assert_int_equal(slice_find(buf_slice(&f->out), S("536")), SLICE_NONE);
}

static void a_whole_answer_waits_for_its_end(void **state)
{
    struct fixture *f = *state;
    struct slice    body =
        S("{\"choices\":[{\"message\":{\"content\":\"SSN: " SSN "\",\"tool_calls\":[{\"function\":"
          "{\"name\":\"f\",\"arguments\":\"{\\\"ssn\\\":\\\"" SSN "\\\"}\"}}]},\"finish_reason\":\"stop\"}]}");
    begin(f, false, (pii_set)1 << PII_US_SSN, 0);
    assert_true(feed(f, slice_cut(body, 0, 30)));
    assert_true(feed(f, slice_cut(body, 30, body.len)));
    assert_int_equal(f->out.len, 0);
    assert_true(end(f));
    assert_true(slice_is(
        buf_slice(&f->out),
        "{\"choices\":[{\"message\":{\"content\":\"SSN: [removed]\",\"tool_calls\":[{\"function\":"
        "{\"name\":\"f\",\"arguments\":\"{\\\"ssn\\\":\\\"[removed]\\\"}\"}}]},\"finish_reason\":\"stop\"}]}"));
}

static void comments_tell_nothing(void **state)
{
    struct fixture *f = *state;
    begin(f, true, (pii_set)1 << PII_US_SSN, 0);
    assert_true(feed(f, S(": " SSN "\n\nid: " SSN "\n\ndata: {\"x\":\"" SSN "\"}\n\ndata: no JSON\n\n")));
    assert_true(end(f));
    assert_true(slice_is(buf_slice(&f->out), ":\n\n:\n\ndata: {\"x\":\"[removed]\"}\n\ndata: no JSON\n\n"));
}

/* An inspection that fails blocks, at whatever look. */
static void a_look_that_fails_blocks(void **state)
{
    struct fixture *f = *state;
    struct slice    body = stream_of(f, words, 3);
    for (size_t cut = 0; cut < body.len; cut += 1000) {
        const struct inspector inspector = { .finder = finder, .scratch = scratch };
        begin(f, true, (pii_set)1 << PII_US_SSN, 0);
        assert_true(feed(f, slice_cut(body, 0, cut)));
        assert_true(guard_feed(f->guard, slice_cut(body, cut, body.len), &f->why));
        guard_end(f->guard);
        scans_fail = true;
        guard_look(f->guard, &inspector);
        scans_fail = false;
        assert_false(guard_pass(f->guard, &f->out, &f->why));
        assert_int_equal(f->why.kind, FAULT_DENIED);
    }
}

static void more_than_may_be_held_breaks_it(void **state)
{
    struct fixture *f = *state;
    struct buf      big;
    buf_init(&big, 1 << 22);
    while (big.len < (1 << 20) + 1)
        buf_add_str(&big, "xxxxxxxxxxxxxxxx");
    begin(f, false, 1, 0);
    assert_false(guard_feed(f->guard, buf_slice(&big), &f->why));
    begin(f, true, 1, 0);
    assert_false(guard_feed(f->guard, buf_slice(&big), &f->why));
    buf_fini(&big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_split_removes_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(little_is_held_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_blocked_stops_the_answer_before_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_whole_answer_waits_for_its_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comments_tell_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_look_that_fails_blocks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_than_may_be_held_breaks_it, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, open_finder, close_finder);
}
