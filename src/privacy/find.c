/*
 * find.c - what is private in a text.
 *
 *   text -> one pass for all patterns -> each hit's check, the words beside it -> candidates -> findings
 *
 * Another source of findings (the operator's own patterns, a model that knows names) adds its candidates before
 * they are settled; nothing else need know of it.
 */
#include "privacy/find.h"

#include "base/die.h"
#include "checks.h"
#include "words.h"

#include <hs/hs.h>
#include <stdlib.h>

enum {
    CANDIDATES_MOST = 1 << 18, /* in one text; more is an attack, or a list of addresses that belongs nowhere */
    CANDIDATES_KEPT = 4096,    /* what a scratch keeps room for between texts */
    BEFORE_BYTES = 64,         /* how far a word may stand from the value it speaks of */
    AFTER_BYTES = 32,
    DOUBT_BYTES = 24,
};

static const float FIND_LEAST = 0.5F, DOUBT = 0.4F, SURE = 0.99F;

static const struct pattern {
    enum pii_kind kind;
    const char   *name;
    const char   *regex;
    check_fn     *check;
    float         alone, beside;
    const char   *words, *doubts;
} patterns[] = {
#define PII_PATTERN(kind, name, regex, check, alone, beside, words, doubts)                                    \
    { PII_##kind, name, regex, check_##check, alone, beside, words, doubts },
#include "tables/pii_patterns.h"
#undef PII_PATTERN
};

enum { PATTERNS = sizeof patterns / sizeof patterns[0] };

struct finder {
    hs_database_t *database;
    struct words  *words[PATTERNS], *doubts[PATTERNS]; /* of each pattern; NULL for none */
};

struct candidate {
    size_t   start, end;
    float    confidence;
    unsigned pattern; /* index */
};

struct finder_scratch {
    hs_scratch_t     *hyperscan;
    struct candidate *item;
    size_t            count, cap;
    uint64_t         *taken; /* a bit a byte of the text: covered by a finding */
    size_t            taken_cap;
};

/* --- compiling -------------------------------------------------------------------------------------------- */

struct finder *finder_new(struct fault *why)
{
    const char *regex[PATTERNS];
    unsigned    flags[PATTERNS], ids[PATTERNS];
    for (unsigned i = 0; i < PATTERNS; i++) {
        regex[i] = patterns[i].regex;
        flags[i] = HS_FLAG_SOM_LEFTMOST;
        ids[i] = i;
    }
    hs_database_t      *database = NULL;
    hs_compile_error_t *error = NULL;
    if (hs_compile_multi(regex, flags, ids, PATTERNS, HS_MODE_BLOCK, NULL, &database, &error) != HS_SUCCESS) {
        const char *name = error->expression >= 0 ? patterns[error->expression].name : "all";
        fault_set(why, FAULT_INTERNAL, "the pattern \"%s\" does not compile: %s", name, error->message);
        hs_free_compile_error(error);
        return NULL;
    }
    struct finder *f = must_calloc(1, sizeof *f);
    f->database = database;
    for (unsigned i = 0; i < PATTERNS; i++) {
        f->words[i] = words_new(patterns[i].words);
        f->doubts[i] = words_new(patterns[i].doubts);
    }
    return f;
}

void finder_free(struct finder **handle)
{
    struct finder *f = *handle;
    *handle = NULL;
    if (!f)
        return;
    hs_free_database(f->database);
    for (unsigned i = 0; i < PATTERNS; i++) {
        words_free(&f->words[i]);
        words_free(&f->doubts[i]);
    }
    free(f);
}

struct finder_scratch *finder_scratch_new(const struct finder *f)
{
    struct finder_scratch *s = must_calloc(1, sizeof *s);
    if (hs_alloc_scratch(f->database, &s->hyperscan) != HS_SUCCESS)
        die("Hyperscan has no scratch to give");
    return s;
}

void finder_scratch_free(struct finder_scratch **handle)
{
    struct finder_scratch *s = *handle;
    *handle = NULL;
    if (!s)
        return;
    hs_free_scratch(s->hyperscan);
    free(s->item);
    free(s->taken);
    free(s);
}

/* --- candidates ------------------------------------------------------------------------------------------- */

struct scan {
    const struct finder   *finder;
    struct slice           text;
    struct finder_scratch *scratch;
};

/* False when there are more than a text may have. */
static bool candidate_add(struct finder_scratch *s, struct candidate c)
{
    if (s->count == CANDIDATES_MOST)
        return false;
    if (s->count == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 64;
        s->item = die_if_null(reallocarray(s->item, s->cap, sizeof *s->item));
    }
    s->item[s->count++] = c;
    return true;
}

/* The words around a place tell what a bare number cannot. */
static float believe(const struct finder *f, unsigned id, struct slice text, struct place p, float share)
{
    const struct pattern *pattern = &patterns[id];
    float                 confidence = pattern->alone * share;
    if (confidence > SURE)
        confidence = SURE;
    size_t before = p.start > BEFORE_BYTES ? p.start - BEFORE_BYTES : 0;
    if (confidence < pattern->beside && (has_word(f->words[id], text, before, p.start) ||
                                         has_word(f->words[id], text, p.end, p.end + AFTER_BYTES)))
        confidence = pattern->beside;
    size_t just_before = p.start > DOUBT_BYTES ? p.start - DOUBT_BYTES : 0;
    if (confidence >= FIND_LEAST && has_word(f->doubts[id], text, just_before, p.start))
        confidence *= DOUBT;
    return confidence;
}

static int on_hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
    (void)flags;
    struct scan *scan = arg;
    struct place place = { (size_t)from, (size_t)to };
    float        share = patterns[id].check(scan->text, &place);
    if (share <= 0)
        return 0;
    float confidence = believe(scan->finder, id, scan->text, place, share);
    if (confidence < FIND_LEAST)
        return 0;
    struct candidate c = { place.start, place.end, confidence, id };
    return candidate_add(scan->scratch, c) ? 0 : 1;
}

/* --- settling --------------------------------------------------------------------------------------------- */

/* The surer, the longer, the earlier line of the table, the earlier in the text. */
static int by_rank(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->confidence != b->confidence)
        return a->confidence > b->confidence ? -1 : 1;
    size_t a_length = a->end - a->start, b_length = b->end - b->start;
    if (a_length != b_length)
        return a_length > b_length ? -1 : 1;
    if (a->pattern != b->pattern)
        return a->pattern < b->pattern ? -1 : 1;
    return a->start < b->start ? -1 : a->start > b->start;
}

static int by_start(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    return a->start < b->start ? -1 : a->start > b->start;
}

/* The bits of [start, end) that lie in the word of 64 that holds bit `at`. */
static uint64_t bits_in_word(size_t at, size_t end)
{
    uint64_t from_at = UINT64_MAX << (at % 64);
    size_t   word_end = at / 64 * 64 + 64;
    return end < word_end ? from_at & ~(UINT64_MAX << (end % 64)) : from_at;
}

static bool is_free(const uint64_t *taken, size_t start, size_t end)
{
    for (size_t at = start; at < end; at = at / 64 * 64 + 64)
        if (taken[at / 64] & bits_in_word(at, end))
            return false;
    return true;
}

static void take(uint64_t *taken, size_t start, size_t end)
{
    for (size_t at = start; at < end; at = at / 64 * 64 + 64)
        taken[at / 64] |= bits_in_word(at, end);
}

/* Keeps of the candidates those that overlap none better, in the order of the text. */
static void settle(struct finder_scratch *s, size_t text_bytes)
{
    size_t words = text_bytes / 64 + 1;
    if (words > s->taken_cap) {
        s->taken = die_if_null(reallocarray(s->taken, words, sizeof *s->taken));
        s->taken_cap = words;
    }
    memset(s->taken, 0, words * sizeof *s->taken);
    qsort(s->item, s->count, sizeof *s->item, by_rank);
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct candidate c = s->item[i];
        if (!is_free(s->taken, c.start, c.end))
            continue;
        take(s->taken, c.start, c.end);
        s->item[kept++] = c;
    }
    s->count = kept;
    qsort(s->item, s->count, sizeof *s->item, by_start);
}

static void findings_fill(const struct finder_scratch *s, struct arena *arena, struct findings *out)
{
    out->item = arena_array(arena, s->count, sizeof *out->item);
    out->count = s->count;
    for (size_t i = 0; i < s->count; i++) {
        const struct candidate *c = &s->item[i];
        const struct pattern   *pattern = &patterns[c->pattern];
        out->item[i] = (struct finding){ c->start, c->end, pattern->kind, c->confidence, pattern->name };
        out->kinds |= (pii_set)1 << pattern->kind;
    }
}

/* One large text must not be paid for until the thread ends. */
static void scratch_shrink(struct finder_scratch *s)
{
    if (s->cap > CANDIDATES_KEPT) {
        free(s->item);
        s->item = NULL;
        s->cap = 0;
    }
    if (s->taken_cap > CANDIDATES_KEPT) {
        free(s->taken);
        s->taken = NULL;
        s->taken_cap = 0;
    }
    s->count = 0;
}

bool find(const struct finder *f, struct finder_scratch *s, struct arena *arena, struct slice text,
          struct findings *out, struct fault *why)
{
    *out = (struct findings){ 0 };
    if (text.len == 0)
        return true;
    if (text.len > UINT32_MAX)
        return fault_set(why, FAULT_INTERNAL, "a text of %zu bytes is too long to inspect", text.len);
    struct scan scan = { f, text, s };
    hs_error_t  error = hs_scan(f->database, text.ptr, (unsigned)text.len, 0, s->hyperscan, on_hit, &scan);
    if (error == HS_SUCCESS && s->count > 0) {
        settle(s, text.len);
        findings_fill(s, arena, out);
    }
    scratch_shrink(s);
    if (error == HS_SCAN_TERMINATED)
        return fault_set(why, FAULT_INTERNAL, "more than %d private values in one text", CANDIDATES_MOST);
    if (error != HS_SUCCESS)
        return fault_set(why, FAULT_INTERNAL, "the scan for private values failed (Hyperscan %d)", error);
    return true;
}
