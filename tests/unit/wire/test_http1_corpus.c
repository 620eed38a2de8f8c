/*
 * test_http1_corpus.c - llhttp's own cases (../shared/data/http), each cut at each byte.
 *
 * Strict rows must be refused or read as they say. Rows for llhttp's lenient modes may be refused where that is
 * the unambiguous thing to do, but if they are read, then as they say.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http1_play.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

/* Strict rows that no reader of whole messages can read as they say. */
static const struct {
    const char *title, *why;
} unreadable[] = {
    { "Content-Length reset when no body is received",
      "llhttp is told by its caller to skip bodies: 123 announced bytes never come" },
    { "CRLF between requests, explicit `close`",
      "the row holds the test page's own prose behind a message that closes: data after `Connection: close`" },
};

static bool is_unreadable(const char *title)
{
    for (size_t i = 0; i < sizeof unreadable / sizeof *unreadable; i++)
        if (strcmp(unreadable[i].title, title) == 0)
            return true;
    return false;
}

/* The corpus was trimmed of a final CRLF, which only messages that are not whole without it still need. */
static void play_row(struct play *p, struct slice raw, size_t cut, bool bytewise, int complete)
{
    play_begin(p, HTTP1_REQUESTS);
    if (bytewise)
        for (size_t i = 0; i < raw.len; i++)
            play_feed(p, slice_cut(raw, i, i + 1));
    else {
        play_feed(p, slice_cut(raw, 0, cut));
        play_feed(p, slice_cut(raw, cut, raw.len));
    }
    if (!http1_is_between(p->reader) && p->messages < complete)
        play_feed(p, S("\r\n"));
}

static void check_row(const char *title, struct slice raw, bool strict, bool error, int complete)
{
    struct play whole;
    play_row(&whole, raw, raw.len, false, error ? INT32_MAX : complete);
    for (size_t cut = 0; cut <= raw.len; cut++) {
        struct play p;
        play_row(&p, raw, cut, cut == raw.len, error ? INT32_MAX : complete);
        if (!slice_eq(buf_slice(&p.said), buf_slice(&whole.said)))
            fail_msg("%s: cut at %zu it reads otherwise", title, cut);
        play_end(&p);
    }

    bool is_refused = whole.is_refused;
    int  messages = whole.messages;
    if (error && !is_refused) {
        play_eof(&whole);
        is_refused = whole.is_refused;
    }
    if (error && !is_refused)
        fail_msg("%s: was read", title);
    if (!error && is_refused && strict)
        fail_msg("%s: %.*s", title, SLICE_ARG(buf_slice(&whole.said)));
    if (!error && !is_refused && messages != complete)
        fail_msg("%s: %d messages instead of %d", title, messages, complete);
    play_end(&whole);
}

static json_t *load_rows(void)
{
    const char *shared = getenv("WEIR_SHARED");
    char        path[4096];
    snprintf(path, sizeof path, "%s/data/http/llhttp_requests.json",
             shared ? shared : WEIR_SOURCE_DIR "/../shared");
    return json_load_file(path, 0, NULL);
}

static void test_corpus(void **state)
{
    (void)state;
    json_t *rows = load_rows();
    if (!rows) {
        print_message("../shared/data/http/llhttp_requests.json is not here\n");
        skip();
    }
    size_t  i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char    *title = json_string_value(json_object_get(row, "title"));
        const char    *b64 = json_string_value(json_object_get(row, "b64"));
        size_t         b64_len = strlen(b64);
        unsigned char *raw = malloc(b64_len);
        int            len = EVP_DecodeBlock(raw, (const unsigned char *)b64, (int)b64_len);
        assert_true(len >= 0);
        while (b64_len && b64[--b64_len] == '=')
            len--;
        if (!is_unreadable(title))
            check_row(title, slice_of((char *)raw, (size_t)len), json_is_true(json_object_get(row, "strict")),
                      json_is_true(json_object_get(row, "error")),
                      (int)json_integer_value(json_object_get(row, "complete")));
        free(raw);
    }
    assert_true(i > 100);
    json_decref(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_corpus) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
