/*
 * find.c - what is private in a text.
 *
 *   text -> one pass for all patterns, one for all shapes -> each hit's check, the words beside it ->
 * candidates -> findings
 *
 * Another source of findings (the operator's own patterns, a model that knows names) adds its candidates before
 * they are settled; nothing else need know of it.
 */
#include "privacy/find.h"

#include "base/die.h"
#include "checks.h"
#include "proofs.h"
#include "settle.h"
#include "shapes.h"
#include "view.h"
#include "words.h"

#include <hs/hs.h>
#include <stdlib.h>

enum {
    CANDIDATES_MOST = 1 << 18, /* in one text; more is an attack, or a list of addresses that belongs nowhere */
    BEFORE_BYTES = 64,         /* how far a word may stand from the value it speaks of */
    AFTER_BYTES = 32,
    DOUBT_BYTES = 24,
};

static const float FIND_LEAST = 0.5F, DOUBT = 0.4F, SURE = 0.99F;

/* What a value gains that is all of a text: nothing there speaks of anything else. */
static const float WHOLE_GAIN = 0.2F;

static const struct pattern {
    enum pii_kind kind;
    const char   *name;
    const char   *regex;
    check_fn     *check;
    const char   *shape; /* of a number, which has a proof in place of a regex and a check */
    proof_fn     *proof;
    float         alone, beside;
    const char   *words, *doubts;
} patterns[] = {
#define PII_PATTERN(kind, name, regex, check, alone, beside, words, doubts)                                    \
    { PII_##kind, name, regex, check_##check, NULL, NULL, alone, beside, words, doubts },
#define PII_NUMBER(kind, name, shape, proof, alone, beside, words, doubts)                                     \
    { PII_##kind, name, NULL, NULL, shape, proof_##proof, alone, beside, words, doubts },
#include "tables/pii_patterns.h"
#include "tables/pii_numbers.h"
#undef PII_PATTERN
#undef PII_NUMBER
};

enum { PATTERNS = sizeof patterns / sizeof patterns[0], DISGUISE = PATTERNS }; /* the last is no finding's */

struct finder {
    hs_database_t *database;
    struct shapes *shapes;
    struct words  *words[PATTERNS], *doubts[PATTERNS]; /* of each pattern; NULL for none */
};

struct finder_scratch {
    hs_scratch_t     *hyperscan;
    struct candidates candidates, settled; /* empty between texts */
};

/* --- compiling -------------------------------------------------------------------------------------------- */

static hs_database_t *compile(struct fault *why)
{
    const char *regex[PATTERNS + 1] = { VIEW_DISGUISE };
    unsigned    flags[PATTERNS + 1] = { HS_FLAG_SINGLEMATCH }, ids[PATTERNS + 1] = { DISGUISE }, count = 1;
    for (unsigned i = 0; i < PATTERNS; i++) {
        if (!patterns[i].regex)
            continue;
        regex[count] = patterns[i].regex;
        flags[count] = HS_FLAG_SOM_LEFTMOST;
        ids[count++] = i;
    }
    hs_database_t      *database = NULL;
    hs_compile_error_t *error = NULL;
    if (hs_compile_multi(regex, flags, ids, count, HS_MODE_BLOCK, NULL, &database, &error) == HS_SUCCESS)
        return database;
    bool        is_one = error->expression >= 0 && ids[error->expression] != DISGUISE;
    const char *name = is_one ? patterns[ids[error->expression]].name : "all";
    fault_set(why, FAULT_INTERNAL, "the pattern \"%s\" does not compile: %s", name, error->message);
    hs_free_compile_error(error);
    return NULL;
}

struct finder *finder_new(struct fault *why)
{
    hs_database_t *database = compile(why);
    if (!database)
        return NULL;
    struct finder *f = must_calloc(1, sizeof *f);
    f->database = database;
    f->shapes = shapes_new();
    shapes_add(f->shapes, VIEW_LONE_DIGITS, DISGUISE);
    for (unsigned i = 0; i < PATTERNS; i++) {
        if (patterns[i].shape)
            shapes_add(f->shapes, patterns[i].shape, i);
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
    shapes_free(&f->shapes);
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
    candidates_fini(&s->candidates);
    candidates_fini(&s->settled);
    free(s);
}

/* --- candidates ------------------------------------------------------------------------------------------- */

struct scan {
    const struct finder *finder;
    struct slice         text, trimmed;
    const struct view   *view; /* that the text is of; NULL: it is as it was given */
    struct candidates   *candidates;
    bool                 is_disguised; /* a view might show more */
};

static bool is_whole(const struct scan *scan, struct place p)
{
    return scan->trimmed.len == p.end - p.start && scan->trimmed.ptr == scan->text.ptr + p.start;
}

/* The words around a place tell what a bare number cannot. */
static float believe(const struct scan *scan, unsigned id, struct place p, float share)
{
    const struct pattern *pattern = &patterns[id];
    const struct finder  *f = scan->finder;
    struct slice          text = scan->text;
    float                 confidence = pattern->alone * share;
    if (confidence > SURE)
        confidence = SURE;
    if (confidence < FIND_LEAST && is_whole(scan, p))
        confidence += WHOLE_GAIN;
    size_t before = p.start > BEFORE_BYTES ? p.start - BEFORE_BYTES : 0;
    if (confidence < pattern->beside && (has_word(f->words[id], text, before, p.start) ||
                                         has_word(f->words[id], text, p.end, p.end + AFTER_BYTES)))
        confidence = pattern->beside;
    size_t just_before = p.start > DOUBT_BYTES ? p.start - DOUBT_BYTES : 0;
    if (confidence >= FIND_LEAST && has_word(f->doubts[id], text, just_before, p.start))
        confidence *= DOUBT;
    return confidence;
}

static float check(const struct pattern *pattern, struct slice text, struct place *place)
{
    return pattern->proof ? is_number_at(text, *place, pattern->proof) : pattern->check(text, place);
}

/* False when there are too many. */
static bool add_candidate(void *arg, unsigned id, struct place place)
{
    struct scan *scan = arg;
    if (id == DISGUISE) {
        scan->is_disguised = true;
        return true;
    }
    float share = check(&patterns[id], scan->text, &place);
    if (share <= 0)
        return true;
    float confidence = believe(scan, id, place, share);
    if (confidence < FIND_LEAST)
        return true;
    if (scan->candidates->count == CANDIDATES_MOST)
        return false;
    if (scan->view)
        place = view_back(scan->view, place);
    candidates_add(scan->candidates, (struct candidate){ place.start, place.end, confidence, id });
    return true;
}

static int on_hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
    (void)flags;
    return !add_candidate(arg, id, (struct place){ (size_t)from, (size_t)to }); /* true ends the scan */
}

/* --- scanning --------------------------------------------------------------------------------------------- */

static hs_error_t scan_text(struct scan *scan, hs_scratch_t *scratch)
{
    const struct finder *f = scan->finder;
    scan->trimmed = slice_trim(scan->text);
    hs_error_t error = hs_scan(f->database, scan->text.ptr, (unsigned)scan->text.len, 0, scratch, on_hit, scan);
    if (error == HS_SUCCESS && !shapes_each(f->shapes, scan->text, add_candidate, scan))
        return HS_SCAN_TERMINATED;
    return error;
}

/* The text as it is, then as it reads; the candidates of both are settled together. */
static hs_error_t scan_all(const struct finder *f, struct finder_scratch *s, struct slice text)
{
    struct scan scan = { .finder = f, .text = text, .candidates = &s->candidates };
    hs_error_t  error = scan_text(&scan, s->hyperscan);
    if (error != HS_SUCCESS || !scan.is_disguised)
        return error;
    struct view view;
    view_init_undisguised(&view, text);
    struct scan again = { .finder = f, .text = view.text, .view = &view, .candidates = &s->candidates };
    if (view.text.len > 0)
        error = scan_text(&again, s->hyperscan);
    view_fini(&view);
    return error;
}

/* --- findings --------------------------------------------------------------------------------------------- */

static void findings_fill(const struct candidates *settled, struct arena *arena, struct findings *out)
{
    out->item = arena_array(arena, settled->count, sizeof *out->item);
    out->count = settled->count;
    for (size_t i = 0; i < settled->count; i++) {
        const struct candidate *c = &settled->item[i];
        const struct pattern   *pattern = &patterns[c->source];
        out->item[i] = (struct finding){
            .start = c->start,
            .end = c->end,
            .kind = pattern->kind,
            .confidence = c->confidence,
            .source = pattern->name,
        };
        out->kinds |= (pii_set)1 << pattern->kind;
    }
}

bool find(const struct finder *f, struct finder_scratch *s, struct arena *arena, struct slice text,
          struct findings *out, struct fault *why)
{
    *out = (struct findings){ 0 };
    if (text.len == 0)
        return true;
    if (text.len > UINT32_MAX)
        return fault_set(why, FAULT_INTERNAL, "a text of %zu bytes is too long to inspect", text.len);
    hs_error_t error = scan_all(f, s, text);
    if (error == HS_SUCCESS && s->candidates.count > 0) {
        settle(&s->candidates, text, &s->settled);
        findings_fill(&s->settled, arena, out);
    }
    candidates_reset(&s->candidates);
    candidates_reset(&s->settled);
    if (error == HS_SCAN_TERMINATED)
        return fault_set(why, FAULT_INTERNAL, "more than %d private values in one text", CANDIDATES_MOST);
    if (error != HS_SUCCESS)
        return fault_set(why, FAULT_INTERNAL, "the scan for private values failed (Hyperscan %d)", error);
    return true;
}
