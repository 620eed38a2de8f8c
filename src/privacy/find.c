/*
 * find.c - what is private in a text.
 *
 *   text -> one pass for all patterns, one for all shapes -> each hit's check, the words beside it ->
 * candidates -> findings
 *
 * Another source of findings (the operator's own patterns, a model that knows names) adds its candidates before
 * they are settled; nothing else need know of it.
 */
#include "privacy/patterns.h"

#include "base/die.h"
#include "checks.h"
#include "database.h"
#include "names.h"
#include "proofs.h"
#include "settle.h"
#include "shapes.h"
#include "view.h"
#include "words.h"

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

struct pattern {
    enum pii_kind kind;
    const char   *name;
    const char   *regex;
    check_fn     *check;
    const char   *shape; /* of a number, which has a proof in place of a regex and a check */
    proof_fn     *proof;
    float         alone, beside;
    const char   *words, *doubts;
    value_check  *value_check;            /* of an operator's, in place of a check, or none */
    struct words *word_list, *doubt_list; /* ours; NULL for none */
};

static const struct pattern shipped[] = {
#define PII_PATTERN(kind, name, regex, check, alone, beside, words, doubts)                                    \
    { PII_##kind, name, regex, check_##check, NULL, NULL, alone, beside, words, doubts, NULL, NULL, NULL },
#define PII_NUMBER(kind, name, shape, proof, alone, beside, words, doubts)                                     \
    { PII_##kind, name, NULL, NULL, shape, proof_##proof, alone, beside, words, doubts, NULL, NULL, NULL },
#include "tables/pii_patterns.h"
#include "tables/pii_numbers.h"
#undef PII_PATTERN
#undef PII_NUMBER
};

enum { SHIPPED = sizeof shipped / sizeof shipped[0] };

struct finder {
    hs_database_t  *database;
    struct shapes  *shapes;
    struct pattern *pattern; /* those that ship, then the operator's; a pattern's index is its id */
    unsigned        count;
};

struct finder_scratch {
    hs_scratch_t      *hyperscan;
    struct candidates  candidates, settled; /* empty between texts */
    struct slm_worker *worker;              /* that finds names (ref); NULL: they are not looked for */
};

/* --- compiling -------------------------------------------------------------------------------------------- */

static void fill_patterns(struct finder *f, const struct own_pattern *own, size_t count)
{
    f->count = SHIPPED + (unsigned)count;
    f->pattern = must_calloc(f->count, sizeof *f->pattern);
    memcpy(f->pattern, shipped, sizeof shipped);
    for (size_t i = 0; i < count; i++)
        f->pattern[SHIPPED + i] = (struct pattern){
            .kind = own[i].kind,
            .name = own[i].name,
            .regex = own[i].regex,
            .value_check = own[i].check,
            .alone = own[i].alone,
            .beside = own[i].beside,
            .words = own[i].words,
            .doubts = own[i].doubts,
        };
    for (unsigned i = 0; i < f->count; i++) {
        f->pattern[i].word_list = words_new(f->pattern[i].words);
        f->pattern[i].doubt_list = words_new(f->pattern[i].doubts);
    }
}

struct finder *finder_new_with(const struct own_pattern *own, size_t count, struct fault *why)
{
    struct finder *f = must_calloc(1, sizeof *f);
    fill_patterns(f, own, count);
    f->shapes = shapes_new();
    shapes_add(f->shapes, VIEW_LONE_DIGITS, DISGUISE);
    for (unsigned i = 0; i < f->count; i++)
        if (f->pattern[i].shape)
            shapes_add(f->shapes, f->pattern[i].shape, i);
    f->database = count == 0 ? database_shipped() : NULL;
    if (!f->database)
        f->database = database_compile(own, count, SHIPPED, NULL, why);
    if (!f->database)
        finder_free(&f);
    return f;
}

struct finder *finder_new(struct fault *why)
{
    return finder_new_with(NULL, 0, why);
}

void finder_free(struct finder **handle)
{
    struct finder *f = *handle;
    *handle = NULL;
    if (!f)
        return;
    hs_free_database(f->database);
    shapes_free(&f->shapes);
    for (unsigned i = 0; i < f->count; i++) {
        words_free(&f->pattern[i].word_list);
        words_free(&f->pattern[i].doubt_list);
    }
    free(f->pattern);
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

void finder_scratch_name(struct finder_scratch *s, struct slm_worker *worker)
{
    s->worker = worker;
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
static float believe(const struct scan *scan, const struct pattern *pattern, struct place p, float share)
{
    struct slice text = scan->text;
    float        confidence = pattern->alone * share;
    if (confidence > SURE)
        confidence = SURE;
    if (confidence < FIND_LEAST && is_whole(scan, p))
        confidence += WHOLE_GAIN;
    size_t before = p.start > BEFORE_BYTES ? p.start - BEFORE_BYTES : 0;
    if (confidence < pattern->beside && (has_word(pattern->word_list, text, before, p.start) ||
                                         has_word(pattern->word_list, text, p.end, p.end + AFTER_BYTES)))
        confidence = pattern->beside;
    size_t just_before = p.start > DOUBT_BYTES ? p.start - DOUBT_BYTES : 0;
    if (confidence >= FIND_LEAST && has_word(pattern->doubt_list, text, just_before, p.start))
        confidence *= DOUBT;
    return confidence;
}

static float check(const struct pattern *pattern, struct slice text, struct place *place)
{
    if (pattern->check)
        return pattern->check(text, place);
    if (pattern->proof)
        return is_number_at(text, *place, pattern->proof);
    return !pattern->value_check || pattern->value_check(slice_cut(text, place->start, place->end));
}

/* False when there are too many. */
static bool add_candidate(void *arg, unsigned id, struct place place)
{
    struct scan *scan = arg;
    if (id == DISGUISE) {
        scan->is_disguised = true;
        return true;
    }
    const struct pattern *pattern = &scan->finder->pattern[id];
    float                 share = check(pattern, scan->text, &place);
    if (share <= 0)
        return true;
    float confidence = believe(scan, pattern, place, share);
    if (confidence < FIND_LEAST)
        return true;
    if (scan->candidates->count == CANDIDATES_MOST)
        return false;
    if (scan->view)
        place = view_back(scan->view, place);
    struct candidate c = { place.start, place.end, confidence, id }, *last = candidates_last(scan->candidates);
    if (last && last->source == id && last->start == c.start && last->end <= c.end &&
        last->confidence <= confidence)
        *last = c; /* Hyperscan tells every end that a match may have */
    else
        candidates_add(scan->candidates, c);
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

/* Disguises may lie in layers: "%2540", base64 of an escape. */
enum { LAYERS_MOST = 3 };

/* The text as it is, then as it reads with one layer of disguises after the other undone; all candidates are
 * settled together. */
static hs_error_t scan_all(const struct finder *f, struct finder_scratch *s, struct slice text)
{
    struct scan scan = { .finder = f, .text = text, .candidates = &s->candidates };
    hs_error_t  error = scan_text(&scan, s->hyperscan);
    struct view view = { 0 };
    for (int layer = 0;
         layer < LAYERS_MOST && error == HS_SUCCESS && (scan.is_disguised || view_is_needed(scan.text));
         layer++) {
        struct view next;
        view_init_undisguised(&next, scan.text);
        if (next.text.len == 0 || slice_eq(next.text, scan.text)) {
            view_fini(&next);
            break;
        }
        if (layer > 0)
            view_through(&next, &view);
        view_fini(&view);
        view = next;
        scan = (struct scan){ .finder = f, .text = view.text, .view = &view, .candidates = &s->candidates };
        error = scan_text(&scan, s->hyperscan);
    }
    view_fini(&view);
    return error;
}

/* --- findings --------------------------------------------------------------------------------------------- */

/* Sources beyond the patterns are the model's. */
static unsigned first_name(const struct finder *f)
{
    return f->count + 1;
}

static struct finding finding_of(const struct finder *f, const struct candidate *c)
{
    bool is_name = c->source >= first_name(f);
    return (struct finding){
        .start = c->start,
        .end = c->end,
        .kind = is_name ? names_kind(c->source - first_name(f)) : f->pattern[c->source].kind,
        .confidence = c->confidence,
        .source = is_name ? "names" : f->pattern[c->source].name,
    };
}

static void findings_fill(const struct finder *f, const struct candidates *settled, struct arena *arena,
                          struct findings *out)
{
    out->item = arena_array(arena, settled->count, sizeof *out->item);
    out->count = settled->count;
    for (size_t i = 0; i < settled->count; i++) {
        out->item[i] = finding_of(f, &settled->item[i]);
        out->kinds |= (pii_set)1 << out->item[i].kind;
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
    bool       is_named =
        !s->worker || error != HS_SUCCESS || names_add(s->worker, arena, text, first_name(f), &s->candidates);
    if (error == HS_SUCCESS && is_named && s->candidates.count > 0) {
        settle(&s->candidates, text, &s->settled);
        findings_fill(f, &s->settled, arena, out);
    }
    candidates_reset(&s->candidates);
    candidates_reset(&s->settled);
    if (!is_named)
        return fault_set(why, FAULT_INTERNAL, "a text of %zu bytes is too long to look for names in", text.len);
    if (error == HS_SCAN_TERMINATED)
        return fault_set(why, FAULT_INTERNAL, "more than %d private values in one text", CANDIDATES_MOST);
    if (error != HS_SUCCESS)
        return fault_set(why, FAULT_INTERNAL, "the scan for private values failed (Hyperscan %d)", error);
    return true;
}
