/*
 * find.c - what looking for private values costs, beside the least that reading the text can cost.
 *
 * The baseline is a memchr for a byte that is not there, over the same bytes in the same run: memory at full
 * speed. One text is a plain prompt of 2 KB, one the same with ten private values in it, one a megabyte of the
 * latter. Then: how it goes with ten, a hundred, a thousand patterns of an operator's own beside those that
 * ship; and how a megabyte of what is meant to hurt goes beside a quarter of it, which should take a quarter of
 * the time.
 */
#include "base/die.h"
#include "privacy/patterns.h"
#include "privacy/vault.h"

#include <stdio.h>
#include <time.h>

enum { PROMPT_BYTES = 2048, LARGE_BYTES = 1 << 20, LEAST_MS = 300 };

static const char plain[] =
    "Could you explain how the treaty of 1648 changed the balance of power in Europe, and compare it with the "
    "congress that met about 170 years later? Give three arguments, each in two sentences, and name a source. ";

static const char private[] =
    "I am moving on 1 May. Write a letter to the bank: my e-mail is ada.lovelace@example.org, my phone is "
    "+44 20 7946 0958 or (415) 555-2671, the card 4111 1111 1111 1111 is to be closed, and what is left on it "
    "goes "
    "to DE89 3704 0044 0532 0130 00. My SSN is 536-90-4399; the last login came from 203.0.113.7 or "
    "2001:db8::7. "
    "The password: s3cret.Horse and the key AKIAZ7QWERTYUIOPASDF are in the vault already. Thank you very "
    "much. ";

struct bench {
    struct finder         *finder;
    struct finder_scratch *scratch;
};

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static char *filled(const char *unit, size_t bytes)
{
    size_t length = strlen(unit);
    char  *text = die_if_null(malloc(bytes));
    for (size_t i = 0; i < bytes; i++)
        text[i] = unit[i % length];
    return text;
}

static void read_once(struct bench *b, struct slice text)
{
    const char *volatile ptr = text.ptr; /* or the compiler finds that nothing changes from call to call */
    (void)b;
    if (memchr(ptr, '\x01', text.len))
        die("the text has a byte that it should not have");
}

static void find_once(struct bench *b, struct slice text)
{
    struct arena   *arena = arena_new();
    struct findings found;
    if (!find(b->finder, b->scratch, arena, text, &found, NULL))
        die("the scan failed");
    arena_free(&arena);
}

static void round_trip_once(struct bench *b, struct slice text)
{
    struct arena    *arena = arena_new();
    struct vault_key key = { "bench" };
    struct vault    *vault = vault_new(arena, &key);
    struct findings  found;
    struct buf       hidden, given;
    buf_init(&hidden, LARGE_BYTES * 4);
    buf_init(&given, LARGE_BYTES * 4);
    if (!find(b->finder, b->scratch, arena, text, &found, NULL))
        die("the scan failed");
    vault_hide(vault, text, &found, PII_ALL, &hidden);
    vault_restore(vault, buf_slice(&hidden), false, &given);
    if (!slice_eq(buf_slice(&given), text))
        die("what was hidden did not come back");
    buf_fini(&hidden);
    buf_fini(&given);
    arena_free(&arena);
}

/* Microseconds that one call takes, over at least LEAST_MS of calls. */
static double us_of(struct bench *b, struct slice text, void (*call)(struct bench *, struct slice))
{
    size_t calls = 0;
    double from = now_us(), spent;
    do {
        for (int i = 0; i < 10; i++)
            call(b, text);
        calls += 10;
        spent = now_us() - from;
    } while (spent < LEAST_MS * 1e3);
    return spent / (double)calls;
}

/* --- an operator's own patterns --------------------------------------------------------------------------- */

static const size_t own_counts[] = { 0, 10, 100, 1000 };
enum { OWN_COUNTS = sizeof own_counts / sizeof own_counts[0], OWN_MOST = 1000 };

struct own_cost {
    double compile_ms, find_us;
};

/* Numbers with a prefix, as companies have them: "KQX-[0-9]{6}", some with a class in place of a letter. */
static void make_own(struct own_pattern *own, char (*regex)[48])
{
    for (unsigned i = 0; i < OWN_MOST; i++) {
        unsigned a = i * 7919 % 26, b = i / 26 % 26, c = i / 676 % 26;
        snprintf(regex[i], sizeof regex[i],
                 i % 3 ? "\\b%c%c%c-[0-9]{%u}\\b" : "\\b%c[%c-Z]%c[0-9]{4}/[0-9]{%u}", (char)('A' + a),
                 (char)('A' + b), (char)('A' + c), 4 + i % 5);
        own[i] = (struct own_pattern){ .kind = PII_SERIAL,
                                       .name = "own",
                                       .regex = regex[i],
                                       .alone = 0.9F,
                                       .beside = 0.9F,
                                       .words = "",
                                       .doubts = "" };
    }
}

static struct own_cost cost_of_own(size_t count, struct slice text)
{
    static struct own_pattern own[OWN_MOST];
    static char               regex[OWN_MOST][48];
    struct fault              why = { 0 };
    make_own(own, regex);
    double       from = now_us();
    struct bench b = { .finder = finder_new_with(own, count, &why) };
    if (!b.finder)
        die("%s", why.detail);
    struct own_cost cost = { .compile_ms = (now_us() - from) / 1e3 };
    b.scratch = finder_scratch_new(b.finder);
    cost.find_us = us_of(&b, text, find_once);
    finder_scratch_free(&b.scratch);
    finder_free(&b.finder);
    return cost;
}

static void bench_own(struct own_cost cost[OWN_COUNTS])
{
    char *bytes = filled(plain, PROMPT_BYTES);
    printf("\n%-12s %12s %12s\n", "own patterns", "compile ms", "find us/2 KB");
    for (size_t i = 0; i < OWN_COUNTS; i++) {
        cost[i] = cost_of_own(own_counts[i], slice_of(bytes, PROMPT_BYTES));
        printf("%-12zu %12.1f %12.2f\n", own_counts[i], cost[i].compile_ms, cost[i].find_us);
    }
    free(bytes);
}

/* --- what is meant to hurt -------------------------------------------------------------------------------- */

static const struct {
    const char *name, *unit;
} hostile[] = {
    { "at signs", "a@a" },
    { "addresses", "a@b.example " },
    { "base64", "YW5uLnNtaXRoQGV4YW1wbGUub3Jn" },
    { "base64, no text", "/////w4A" },
    { "digits", "4111111111111111" },
    { "lone digits", "4 1 " },
    { "digit words", "one " },
    { "escapes", "%2525" },
    { "passwords", "password=" },
    { "logins", "://a:" },
    { "dots", "1.1." },
    { "look-alikes", "a\xD0\xB0" },
    { "keys", "sk-aB3dE5gH7jK9mN1p" },
    { "tokens", "eyJhbGciOiJIUzI1NiJ9." },
    { "plus signs", "+1" },
};
enum { HOSTILE = sizeof hostile / sizeof hostile[0] };

/* Milliseconds of one find of so many bytes; *is_refused where there are too many values. */
static double hostile_ms(struct bench *b, const char *unit, size_t bytes, bool *is_refused)
{
    char           *text = filled(unit, bytes);
    struct arena   *arena = arena_new();
    struct findings found;
    double          from = now_us();
    *is_refused = !find(b->finder, b->scratch, arena, slice_of(text, bytes), &found, NULL);
    double ms = (now_us() - from) / 1e3;
    arena_free(&arena);
    free(text);
    return ms;
}

/* Returns the greatest of the ratios. */
static double bench_hostile(struct bench *b)
{
    double worst = 0;
    printf("\n%-16s %12s %12s %8s\n", "1 MB of", "256 KB ms", "1 MB ms", "ratio");
    for (size_t i = 0; i < HOSTILE; i++) {
        bool   is_refused;
        double quarter = hostile_ms(b, hostile[i].unit, LARGE_BYTES / 4, &is_refused);
        double whole = hostile_ms(b, hostile[i].unit, LARGE_BYTES, &is_refused);
        printf("%-16s %12.1f %12.1f %8.1f%s\n", hostile[i].name, quarter, whole, whole / quarter,
               is_refused ? "  refused: too many values" : "");
        worst = whole / quarter > worst ? whole / quarter : worst;
    }
    return worst;
}

int main(void)
{
    struct fault why = { 0 };
    double       from = now_us();
    struct bench b = { .finder = finder_new(&why) };
    if (!b.finder)
        die("%s", why.detail);
    double load_ms = (now_us() - from) / 1e3;
    b.scratch = finder_scratch_new(b.finder);

    const struct {
        const char *name, *unit;
        size_t      bytes;
    } texts[] = { { "plain_2kb", plain, PROMPT_BYTES },
                  { "private_2kb", private, PROMPT_BYTES },
                  { "private_1mb", private, LARGE_BYTES } };
    enum { TEXTS = sizeof texts / sizeof texts[0] };
    double read_us[TEXTS], find_us[TEXTS], trip_us[TEXTS];
    printf("%-12s %12s %12s %12s %18s\n", "text", "memchr us", "find us", "find/memchr", "find+hide+back us");
    for (size_t i = 0; i < TEXTS; i++) {
        char        *bytes = filled(texts[i].unit, texts[i].bytes);
        struct slice text = slice_of(bytes, texts[i].bytes);
        read_us[i] = us_of(&b, text, read_once);
        find_us[i] = us_of(&b, text, find_once);
        trip_us[i] = us_of(&b, text, round_trip_once);
        printf("%-12s %12.3f %12.2f %12.0f %18.2f\n", texts[i].name, read_us[i], find_us[i],
               find_us[i] / read_us[i], trip_us[i]);
        free(bytes);
    }
    struct own_cost own[OWN_COUNTS];
    bench_own(own);
    double worst = bench_hostile(&b);
    printf("{\"load_ms\": %.1f, \"hostile_worst_ratio\": %.1f", load_ms, worst);
    for (size_t i = 0; i < OWN_COUNTS; i++)
        printf(", \"own_%zu_compile_ms\": %.1f, \"own_%zu_us\": %.2f", own_counts[i], own[i].compile_ms,
               own_counts[i], own[i].find_us);
    for (size_t i = 0; i < TEXTS; i++)
        printf(", \"%s_us\": %.2f, \"%s_memchr_us\": %.3f, \"%s_round_trip_us\": %.2f", texts[i].name,
               find_us[i], texts[i].name, read_us[i], texts[i].name, trip_us[i]);
    printf("}\n");
    finder_scratch_free(&b.scratch);
    finder_free(&b.finder);
    return 0;
}
