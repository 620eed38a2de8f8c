/*
 * test_figures.c - the finder on the public evaluation data in ../shared/data/pii, where that is there.
 *
 * What the project promises is asserted, the rest is printed.
 * README.md beside the data defines the figures.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "privacy/find.h"
#include "slm/slm.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static struct finder         *finder;
static struct finder_scratch *scratch;
static struct slm            *slm; /* NULL where no model is fetched */
static struct slm_worker     *worker;

static bool is_told(void)
{
    return getenv("WEIR_TELL") != NULL; /* each miss and each false finding, for whoever tunes */
}

static FILE *open_data(const char *name)
{
    const char *shared = getenv("WEIR_SHARED");
    char        command[512];
    snprintf(command, sizeof command, "gzip -dcf '%s/data/pii/%s' 2>/dev/null",
             shared ? shared : WEIR_SOURCE_DIR "/../shared", name);
    return popen(command, "r");
}

/* Calls on_row for each line; skips the test when there is none. */
static void for_each_row(const char *name, void (*on_row)(json_t *row, void *arg), void *arg)
{
    FILE  *file = open_data(name);
    char  *line = NULL;
    size_t cap = 0, rows = 0;
    assert_non_null(file);
    while (getline(&line, &cap, file) > 0) {
        json_t *row = json_loads(line, JSON_ALLOW_NUL, NULL);
        assert_non_null(row);
        on_row(row, arg);
        json_decref(row);
        rows++;
    }
    free(line);
    pclose(file);
    if (rows == 0) {
        printf("%s is not there: skipped\n", name);
        skip();
    }
}

static const char *text_of(json_t *row)
{
    return json_string_value(json_object_get(row, "text"));
}

static struct findings find_in(struct arena *arena, const char *text)
{
    struct findings found;
    assert_true(find(finder, scratch, arena, slice_str(text), &found, NULL));
    return found;
}

/* --- recognizers ------------------------------------------------------------------------------------------ */

struct tally {
    unsigned right, all;
};

/* The data's kinds, what they are to us, and how many cases must be right: all, but where a note says why not.
 */
static const struct {
    const char   *kind;
    enum pii_kind ours;
    unsigned      allowed_wrong;
} recognized[] = {
    { "iban", PII_IBAN, 0 },
    { "ip", PII_IP_ADDRESS, 0 },
    { "crypto", PII_WALLET, 0 },
    { "aba_routing", PII_BANK_ACCOUNT, 0 },
    { "au_abn", PII_TAX_ID, 0 },
    { "au_medicare", PII_HEALTH_ID, 0 },
    { "au_tfn", PII_TAX_ID, 0 },
    { "de_handelsregister", PII_COMPANY_ID, 0 },
    { "de_health_insurance", PII_HEALTH_ID, 0 },
    { "de_kfz", PII_PLATE, 0 },
    { "de_lanr", PII_PRACTITIONER, 1 }, /* 1234566010, a digit too long, is a good NPI */
    { "de_plz", PII_POSTCODE, 0 },
    { "de_social_security", PII_NATIONAL_ID, 0 },
    { "de_tax_id", PII_TAX_ID, 0 },
    { "de_vat_id", PII_TAX_ID, 3 }, /* three texts are there both as good and as bad */
    { "es_passport", PII_PASSPORT, 0 },
    { "in_gstin", PII_TAX_ID, 0 },
    { "in_pan", PII_TAX_ID, 1 }, /* A1111DFSFS has another form than a PAN */
    { "in_passport", PII_PASSPORT, 0 },
    { "th_tnin", PII_NATIONAL_ID, 0 },
    { "uk_nhs", PII_HEALTH_ID, 0 },
    { "uk_postcode", PII_POSTCODE, 0 },
    { "uk_vehicle_registration", PII_PLATE, 0 },
    { "us_driver_license", PII_DRIVING_LICENCE, 1 }, /* five bare numbers in a row have no form of their own */
    { "us_mbi", PII_HEALTH_ID, 0 },
    { "us_npi", PII_PRACTITIONER, 0 },
};
enum { RECOGNIZED = sizeof recognized / sizeof recognized[0] };

static void tell_recognized(const char *kind, const char *text, const struct findings *found)
{
    printf("wrong: %s \"%s\":", kind, text);
    for (size_t i = 0; i < found->count; i++)
        printf(" %s %.2f", found->item[i].source, (double)found->item[i].confidence);
    printf("\n");
}

static void on_recognizer(json_t *row, void *arg)
{
    struct tally *tallies = arg;
    const char   *kind = json_string_value(json_object_get(row, "kind"));
    for (size_t k = 0; k < RECOGNIZED; k++) {
        if (strcmp(kind, recognized[k].kind) != 0)
            continue;
        struct arena   *arena = arena_new();
        struct findings found = find_in(arena, text_of(row));
        json_int_t      count = 0;
        for (size_t i = 0; i < found.count; i++)
            count += found.item[i].kind == recognized[k].ours;
        bool is_right = count == json_integer_value(json_object_get(row, "count"));
        tallies[k].all++;
        tallies[k].right += is_right;
        if (!is_right && is_told())
            tell_recognized(kind, text_of(row), &found);
        arena_free(&arena);
    }
}

static void recognizers_are_all_right(void **state)
{
    (void)state;
    struct tally tallies[RECOGNIZED] = { 0 };
    for_each_row("recognizers.jsonl", on_recognizer, tallies);
    for (size_t k = 0; k < RECOGNIZED; k++)
        printf("recognizers: %-24s %u of %u\n", recognized[k].kind, tallies[k].right, tallies[k].all);
    for (size_t k = 0; k < RECOGNIZED; k++)
        assert_true(tallies[k].right + recognized[k].allowed_wrong >= tallies[k].all);
}

/* --- secrets ---------------------------------------------------------------------------------------------- */

struct secrets {
    struct tally found, falsely;
};

static void on_secret(json_t *row, void *arg)
{
    struct secrets *s = arg;
    bool            is_secret = json_is_true(json_object_get(row, "secret"));
    struct arena   *arena = arena_new();
    struct findings found = find_in(arena, text_of(row));
    bool            has_one = false;
    for (size_t i = 0; i < found.count; i++)
        has_one = has_one || pii_is_secret(found.item[i].kind);
    struct tally *t = is_secret ? &s->found : &s->falsely;
    t->all++;
    t->right += has_one;
    if (has_one != is_secret && is_told())
        printf("%s: %s\n", is_secret ? "missed" : "false", text_of(row));
    arena_free(&arena);
}

static void secrets_are_told(void **state)
{
    (void)state;
    struct secrets s = { 0 };
    for_each_row("secrets.jsonl", on_secret, &s);
    printf("secrets: %u of %u found, %u of %u falsely\n", s.found.right, s.found.all, s.falsely.right,
           s.falsely.all);
    assert_true(s.found.right * 100 >= s.found.all * 98);
    assert_int_equal(s.falsely.right, 0);
}

/* --- spans ------------------------------------------------------------------------------------------------ */

static const struct {
    const char   *type;
    enum pii_kind kind;
} span_types[] = {
    { "EMAIL_ADDRESS", PII_EMAIL }, { "PHONE_NUMBER", PII_PHONE }, { "CREDIT_CARD", PII_CARD },
    { "IBAN_CODE", PII_IBAN },      { "US_SSN", PII_US_SSN },      { "IP_ADDRESS", PII_IP_ADDRESS },
};
enum { SPAN_TYPES = sizeof span_types / sizeof span_types[0], TEXT_MOST = 8192 };

struct spans {
    struct tally gold[PII_KINDS];  /* covered to 90 % */
    struct tally found[PII_KINDS]; /* at least half in gold of any type */
};

/* The byte where code point `index` begins. */
static size_t byte_of(const char *text, size_t index)
{
    size_t at = 0;
    for (; text[at]; at++)
        if (((unsigned char)text[at] & 0xC0) != 0x80 && index-- == 0)
            break;
    return at;
}

static size_t marked(const bool *marks, size_t start, size_t end)
{
    size_t n = 0;
    for (; start < end; start++)
        n += marks[start];
    return n;
}

static void on_spans(json_t *row, void *arg)
{
    struct spans   *s = arg;
    const char     *text = text_of(row);
    struct arena   *arena = arena_new();
    struct findings found = find_in(arena, text);
    static bool     is_found[TEXT_MOST], is_gold[TEXT_MOST];
    memset(is_found, 0, sizeof is_found);
    memset(is_gold, 0, sizeof is_gold);
    assert_true(strlen(text) < TEXT_MOST);
    for (size_t i = 0; i < found.count; i++)
        memset(is_found + found.item[i].start, 1, found.item[i].end - found.item[i].start);
    size_t  index;
    json_t *span;
    json_array_foreach(json_object_get(row, "spans"), index, span)
    {
        size_t      start = byte_of(text, (size_t)json_integer_value(json_object_get(span, "start")));
        size_t      end = byte_of(text, (size_t)json_integer_value(json_object_get(span, "end")));
        const char *type = json_string_value(json_object_get(span, "type"));
        memset(is_gold + start, 1, end - start);
        for (size_t t = 0; t < SPAN_TYPES; t++) {
            if (strcmp(type, span_types[t].type) != 0)
                continue;
            bool is_right = marked(is_found, start, end) * 10 >= (end - start) * 9;
            s->gold[span_types[t].kind].all++;
            s->gold[span_types[t].kind].right += is_right;
            if (!is_right && is_told())
                printf("missed %s \"%.*s\" in: %s\n", type, (int)(end - start), text + start, text);
        }
    }
    for (size_t i = 0; i < found.count; i++) {
        const struct finding *f = &found.item[i];
        bool                  is_right = marked(is_gold, f->start, f->end) * 2 >= f->end - f->start;
        s->found[f->kind].all++;
        s->found[f->kind].right += is_right;
        if (!is_right && is_told())
            printf("false %s \"%.*s\" in: %s\n", f->source, (int)(f->end - f->start), text + f->start, text);
    }
    arena_free(&arena);
}

static void spans_are_told(void **state)
{
    (void)state;
    struct spans s = { 0 };
    for_each_row("spans.jsonl.gz", on_spans, &s);
    for (size_t t = 0; t < SPAN_TYPES; t++) {
        enum pii_kind k = span_types[t].kind;
        printf("spans: %-12s recall %u of %u, precision %u of %u\n", pii_word(k), s.gold[k].right,
               s.gold[k].all, s.found[k].right, s.found[k].all);
        assert_true(s.gold[k].right * 10 >= s.gold[k].all * 8);
        assert_true(s.found[k].right * 10 >= s.found[k].all * 8);
    }
}

/* --- spans of all types, with names ----------------------------------------------------------------------- */

enum { ROWS_A_STEP = 5 }; /* one in so many is read: the sanitizers' encoder takes its time */

struct whole {
    struct tally gold, found; /* as in struct spans, of all types together */
    size_t       row;
};

static void on_whole(json_t *row, void *arg)
{
    struct whole *w = arg;
    if (w->row++ % ROWS_A_STEP)
        return;
    const char     *text = text_of(row);
    struct arena   *arena = arena_new();
    struct findings found = find_in(arena, text);
    static bool     is_found[TEXT_MOST], is_gold[TEXT_MOST];
    size_t          index;
    json_t         *span;
    memset(is_found, 0, sizeof is_found);
    memset(is_gold, 0, sizeof is_gold);
    assert_true(strlen(text) < TEXT_MOST);
    for (size_t i = 0; i < found.count; i++)
        memset(is_found + found.item[i].start, 1, found.item[i].end - found.item[i].start);
    json_array_foreach(json_object_get(row, "spans"), index, span)
    {
        size_t start = byte_of(text, (size_t)json_integer_value(json_object_get(span, "start")));
        size_t end = byte_of(text, (size_t)json_integer_value(json_object_get(span, "end")));
        memset(is_gold + start, 1, end - start);
        w->gold.all++;
        w->gold.right += marked(is_found, start, end) * 10 >= (end - start) * 9;
    }
    for (size_t i = 0; i < found.count; i++) {
        size_t start = found.item[i].start, end = found.item[i].end;
        w->found.all++;
        w->found.right += marked(is_gold, start, end) * 2 >= end - start;
    }
    arena_free(&arena);
}

/* Four fifths of the templates are what the model was trained on: src/slm/train/README.md has figures of the
 * rest.
 */
static void spans_of_all_types_are_found(void **state)
{
    (void)state;
    struct whole w = { 0 };
    if (!worker) {
        printf("no model is fetched (deploy/model): skipped\n");
        skip();
    }
    finder_scratch_name(scratch, worker);
    for_each_row("spans.jsonl.gz", on_whole, &w);
    finder_scratch_name(scratch, NULL);
    double recall = (double)w.gold.right / w.gold.all, precision = (double)w.found.right / w.found.all;
    double f2 = 5 * precision * recall / (4 * precision + recall);
    printf("spans: all types, recall %.3f, precision %.3f, F2 %.3f\n", recall, precision, f2);
    assert_true(f2 >= 0.9);
}

static int set_up(void **state)
{
    (void)state;
    struct fault why = { 0 };
    finder = finder_new(&why);
    if (!finder) {
        printf("%s\n", why.detail);
        return -1;
    }
    scratch = finder_scratch_new(finder);
    slm = slm_open(WEIR_SOURCE_DIR "/models/all-MiniLM-L6-v2", &why);
    worker = slm ? slm_worker_new(slm) : NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    finder_scratch_free(&scratch);
    finder_free(&finder);
    slm_worker_free(&worker);
    slm_close(&slm);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recognizers_are_all_right),
        cmocka_unit_test(secrets_are_told),
        cmocka_unit_test(spans_are_told),
        cmocka_unit_test(spans_of_all_types_are_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
