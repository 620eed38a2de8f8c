/*
 * shorten_relevance.c - words and meaning, and that what answers stands together.
 *
 * Two scores a sentence. By words: BM25 of the question's words, cut to their stems, less those that every
 * question has. By meaning: the cosine of the question and the windows that the sentence lies in; a window is
 * consecutive sentences, since a short turn alone ("Yes, the blue one.") means nothing and many short texts
 * cost more than few long ones. Both are smoothed a little, with a weight that falls by e over some words, and
 * are together the evidence for the sentence. shorten_span.h makes of it the chance that the sentence lies in
 * the stretch that answers; where that is nil, what is widely smoothed decides.
 *
 * Tried on the development meetings (tests/bench/compress), and no better: feedback from the best windows'
 * words or meaning, the closest token of a window for each of the question's, windows of 60 words, position,
 * and a logistic model or boosted trees over all of these, learned on other meetings.
 *
 * BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, equation 3.15
 * with the idf that is never negative.
 */
#include "shorten_relevance.h"

#include "shorten_span.h"
#include "slm/shorten.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

enum { TERMS_MOST = 64, WORD_BYTES_MOST = 32 };

/* The grain of the search: what a window holds and how far a neighbour counts, in words, as shares of the
 * whole, so that a page is searched sentence by sentence and a transcript topic by topic; a window stays below
 * the 256 tokens that an embedding looks at. Windows overlap by half. */
enum { WINDOW_LEAST = 12, WINDOW_MOST = 160, WINDOW_PART = 30 };
enum { NEAR_MOST = 40, NEAR_PART = 100, WIDE_MOST = 400, WIDE_PART = 20, SMOOTH_LEAST = 1 };

static const double BM25_K1 = 1.2, BM25_B = 0.75;
static const float  WIDE = 1e-6f; /* the chance that a widely smoothed score stands for */

/* ---- words ---- */

struct word {
    char   text[WORD_BYTES_MOST]; /* in lower case, cut */
    size_t len;
};

/* The next run of letters and digits at or after *at; bytes from 0x80 up are letters. */
static bool next_word(struct slice s, size_t *at, struct word *out)
{
    size_t i = *at;
    out->len = 0;
    while (i < s.len && !isalnum((unsigned char)s.ptr[i]) && (unsigned char)s.ptr[i] < 0x80)
        i++;
    for (; i < s.len && (isalnum((unsigned char)s.ptr[i]) || (unsigned char)s.ptr[i] >= 0x80); i++)
        if (out->len < WORD_BYTES_MOST)
            out->text[out->len++] = (char)tolower((unsigned char)s.ptr[i]);
    *at = i;
    return out->len > 0;
}

static uint64_t word_hash(const struct word *w)
{
    return slice_hash(slice_of(w->text, w->len));
}

/* Without the commonest endings, where four letters are left: "discussions", "discussed" and "discuss" are one
 * term. */
static uint64_t stem_hash(const struct word *w)
{
    static const char *const endings[] = { "ings", "ing", "edly", "ed",    "ies",  "es",
                                           "s",    "ly",  "ment", "ation", "ions", "ion" };
    struct slice             text = slice_of(w->text, w->len);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        struct slice ending = slice_str(endings[i]);
        if (text.len >= ending.len + 4 && slice_ends(text, ending))
            return slice_hash(slice_cut(text, 0, text.len - ending.len));
    }
    return slice_hash(text);
}

/* Words that say how is asked, not what about. */
static bool is_asking(const struct word *w)
{
    static const char table[] =
        " a about an and are as at be been but by can could describe did discuss discussed discussion do does "
        "explain "
        "for from give had has have he her his how i if in is it its me mention mentioned my no not of on or "
        "our please "
        "s said say she should so summarise summarize t talk talked tell that the their them there they think "
        "this "
        "thought to us was we were what when where which who why will with would you your ";
    char padded[WORD_BYTES_MOST + 3];
    padded[0] = ' ';
    memcpy(padded + 1, w->text, w->len);
    padded[w->len + 1] = ' ';
    return slice_find(slice_of(table, sizeof table - 1), slice_of(padded, w->len + 2)) != SLICE_NONE;
}

/* Numbers and negations: two sentences that differ in one of these differ, whatever else they share. */
static bool is_vital(const struct word *w)
{
    static const char *const negations[] = { "no",      "not",    "never",   "none", "nobody",
                                             "nothing", "cannot", "without", "t" };
    struct slice             text = slice_of(w->text, w->len);
    for (size_t i = 0; i < sizeof negations / sizeof *negations; i++)
        if (slice_is(text, negations[i]))
            return true;
    for (size_t i = 0; i < w->len; i++)
        if (isdigit((unsigned char)w->text[i]))
            return true;
    return false;
}

struct terms {
    uint64_t hash[TERMS_MOST];
    size_t   count;
};

static size_t term_of(const struct terms *t, uint64_t hash)
{
    size_t i = 0;
    while (i < t->count && t->hash[i] != hash)
        i++;
    return i;
}

static struct terms terms_of(struct slice question)
{
    struct terms t = { .count = 0 };
    struct word  w;
    for (size_t at = 0; t.count < TERMS_MOST && next_word(question, &at, &w);)
        if (!is_asking(&w) && term_of(&t, stem_hash(&w)) == t.count)
            t.hash[t.count++] = stem_hash(&w);
    return t;
}

/* Counts a unit's words, which of them are the question's, and marks them as said. */
static size_t read_words(struct unit *u, const struct terms *terms, uint16_t *seen)
{
    struct word w;
    size_t      length = 0;
    for (size_t at = 0; next_word(u->text, &at, &w); length++) {
        uint64_t hash = word_hash(&w);
        size_t   term = term_of(terms, stem_hash(&w));
        if (term < terms->count && seen[term] < UINT16_MAX)
            seen[term]++;
        u->said[hash % SAID_BITS / 64] |= 1ull << hash % 64;
        if (is_vital(&w))
            u->vital |= 1ull << hash % 64;
    }
    return length;
}

/* score[i]: BM25 of unit i for the question. */
static void score_words(struct arena *arena, struct slice question, struct unit *unit, size_t count,
                        float *score)
{
    const struct terms terms = terms_of(question);
    uint16_t          *seen = arena_array(arena, count * (terms.count + 1), sizeof *seen);
    size_t            *length = arena_array(arena, count, sizeof *length), with[TERMS_MOST] = { 0 };
    double             mean_length = 0;
    for (size_t i = 0; i < count; i++) {
        length[i] = read_words(&unit[i], &terms, seen + i * terms.count);
        mean_length += (double)length[i] / (double)count;
        for (size_t t = 0; t < terms.count; t++)
            with[t] += seen[i * terms.count + t] > 0;
    }
    for (size_t i = 0; i < count; i++) {
        double norm = BM25_K1 * (1 - BM25_B + BM25_B * (double)length[i] / fmax(mean_length, 1)), sum = 0;
        for (size_t t = 0; t < terms.count; t++) {
            double f = seen[i * terms.count + t];
            double idf = log(1 + ((double)(count - with[t]) + 0.5) / ((double)with[t] + 0.5));
            sum += idf * f * (BM25_K1 + 1) / (f + norm);
        }
        score[i] = (float)sum;
    }
}

/* ---- meaning ---- */

struct window {
    size_t from, to; /* units */
    float  promise;  /* the best score by words in it */
    float  cosine;
};

/* The units' texts lie apart where passages do, so they are joined, with a blank between. */
static struct slice window_text(struct arena *arena, const struct unit *unit, const struct window *w)
{
    size_t bytes = 0;
    for (size_t i = w->from; i < w->to; i++)
        bytes += unit[i].text.len + 1;
    char  *joined = arena_alloc(arena, bytes);
    size_t len = 0;
    for (size_t i = w->from; i < w->to; i++) {
        memcpy(joined + len, unit[i].text.ptr, unit[i].text.len);
        len += unit[i].text.len;
        joined[len++] = ' ';
    }
    return slice_of(joined, len);
}

/* A share of all words, within bounds. */
static size_t grain(const struct unit *unit, size_t count, size_t divisor, size_t least, size_t most)
{
    size_t words = 0;
    for (size_t i = 0; i < count; i++)
        words += unit[i].words;
    words /= divisor;
    return words < least ? least : words > most ? most : words;
}

/* Each begins half a window's words behind the one before; in long texts a whole one's, so that all are read.
 */
static size_t cut_windows(const struct unit *unit, size_t count, const float *promise, struct window *out)
{
    const size_t most = grain(unit, count, WINDOW_PART, WINDOW_LEAST, WINDOW_MOST);
    const size_t even = grain(unit, count, RELEVANCE_WINDOWS_MOST - 8, WINDOW_LEAST / 2, WINDOW_MOST);
    const size_t step = even > most / 2 ? even : most / 2;
    size_t       windows = 0, behind = step; /* # words since the last one began */
    for (size_t i = 0; i < count; behind += unit[i++].words) {
        if (behind < step || (windows > 0 && out[windows - 1].to == count))
            continue;
        struct window *w = &out[windows++];
        *w = (struct window){ .from = i, .to = i, .promise = promise[i] };
        for (size_t words = 0; w->to < count && (w->to == i || words + unit[w->to].words <= most); w->to++) {
            words += unit[w->to].words;
            w->promise = fmaxf(w->promise, promise[w->to]);
        }
        behind = 0;
    }
    return windows;
}

static int by_promise(const void *a, const void *b)
{
    const struct window *x = a, *y = b;
    if (x->promise != y->promise)
        return x->promise > y->promise ? -1 : 1;
    return x->from < y->from ? -1 : 1;
}

static float cosine_of(struct slm_worker *worker, const float *asked, struct slice text)
{
    float said[SLM_DIM_MOST], cosine = 0;
    slm_embed(worker, text, said);
    for (unsigned d = 0; d < slm_dim(slm_of(worker)); d++)
        cosine += asked[d] * said[d];
    return cosine;
}

/* score[i]: the mean cosine of the question and the windows that unit i lies in. Of more windows than may be
 * embedded those that promise most by their words are; what is not looked at counts as the mean of these. */
static void score_meaning(struct slm_worker *worker, struct arena *arena, struct slice question,
                          const struct unit *unit, size_t count, const float *promise, float *score)
{
    float          asked[SLM_DIM_MOST], sum = 0;
    struct window *window = arena_array(arena, count, sizeof *window);
    unsigned      *within = arena_array(arena, count, sizeof *within);
    size_t         windows = cut_windows(unit, count, promise, window), embedded = windows;
    if (windows > RELEVANCE_WINDOWS_MOST) {
        qsort(window, windows, sizeof *window, by_promise);
        embedded = RELEVANCE_WINDOWS_MOST;
    }
    slm_embed(worker, question, asked);
    for (size_t i = 0; i < windows; i++) {
        struct window *w = &window[i];
        w->cosine =
            i < embedded ? cosine_of(worker, asked, window_text(arena, unit, w)) : sum / (float)embedded;
        sum += i < embedded ? w->cosine : 0;
        for (size_t u = w->from; u < w->to; u++) {
            score[u] += w->cosine;
            within[u]++;
        }
    }
    for (size_t u = 0; u < count; u++)
        score[u] /= (float)(within[u] ? within[u] : 1);
}

/* ---- together ---- */

/* Each unit's mean over all, weighted by words and by exp(-distance / reach): one walk forth, one back. */
static void smooth(struct arena *arena, const struct unit *unit, size_t count, size_t reach_words,
                   const float *score, float *out)
{
    const double reach = (double)reach_words;
    double *sum = arena_array(arena, count, sizeof *sum), *weight = arena_array(arena, count, sizeof *weight);
    for (int back = 0; back < 2; back++) {
        double running = 0, runs = 0, before = 0;
        for (size_t n = 0; n < count; n++) {
            size_t i = back ? count - 1 - n : n;
            double words = (double)unit[i].words + 1, fade = exp(-(before + words) / 2 / reach);
            running = running * fade + words * (double)score[i];
            runs = runs * fade + words;
            /* A unit itself is met on both walks and counts once. */
            sum[i] += running - (back ? words * (double)score[i] : 0);
            weight[i] += runs - (back ? words : 0);
            before = words;
        }
    }
    for (size_t i = 0; i < count; i++)
        out[i] = (float)(sum[i] / weight[i]);
}

/* sum += score, which is brought to mean 0 and standard deviation 1 first. */
static void add_standardized(size_t count, const float *score, float *total)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)score[i];
    double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += ((double)score[i] - mean) * ((double)score[i] - mean);
    double deviation = sqrt(squares / (double)count) + 1e-6;
    for (size_t i = 0; i < count; i++)
        total[i] += (float)(((double)score[i] - mean) / deviation);
}

/* Both scores, smoothed over so many words: the evidence for each unit. */
static float *gather(struct arena *arena, const struct unit *unit, size_t count, size_t reach_words,
                     const float *words, const float *meaning)
{
    float *smoothed = arena_array(arena, count, sizeof *smoothed),
          *total = arena_array(arena, count, sizeof *total);
    smooth(arena, unit, count, reach_words, words, smoothed);
    add_standardized(count, smoothed, total);
    smooth(arena, unit, count, reach_words, meaning, smoothed);
    add_standardized(count, smoothed, total);
    return total;
}

void relevance_of(struct slm_worker *worker, struct arena *arena, struct slice question, struct unit *unit,
                  size_t count)
{
    const size_t near = grain(unit, count, NEAR_PART, SMOOTH_LEAST, NEAR_MOST);
    const size_t far = grain(unit, count, WIDE_PART, SMOOTH_LEAST, WIDE_MOST);
    float *words = arena_array(arena, count, sizeof *words), *wide = arena_array(arena, count, sizeof *wide);
    float *meaning = arena_array(arena, count, sizeof *meaning),
          *chance = arena_array(arena, count, sizeof *chance);
    score_words(arena, question, unit, count, words);
    smooth(arena, unit, count, far, words, wide); /* what promises most is read first */
    score_meaning(worker, arena, question, unit, count, wide, meaning);
    span_chances(arena, unit, count, gather(arena, unit, count, near, words, meaning), chance);
    wide = gather(arena, unit, count, far, words, meaning);
    for (size_t i = 0; i < count; i++)
        unit[i].relevance = logf(chance[i] + WIDE * expf(wide[i]));
}
