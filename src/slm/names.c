/*
 * names.c - who, where and what is named in a text, window by window.
 *
 *   text -> pieces -> words -> lower layers + what each word looks like -> branch -> head -> names
 *
 * A window has as many whole words as fit in a pass. Two neighbouring windows share some, and the border
 * between what is taken from the one and from the other is in the middle of what they share, so that every word
 * is seen with some text on either side. train/names_measure.py does the same.
 */
#include "names_decode.h"
#include "slm_inside.h"

#include "base/die.h"
#include "floats.h"

enum {
    WINDOW_TOKENS = 256, /* [CLS] and [SEP] among them */
    AHEAD_TOKENS = 64,   /* read beyond the window, to see where its last word ends */
    SHARED_TOKENS = 48,
    READ_TOKENS = WINDOW_TOKENS + AHEAD_TOKENS,
};

_Static_assert((int)READ_TOKENS <= (int)NAMES_WORDS_MOST, "a window's words fit");

/* One thread's room for a window. */
struct names_scratch {
    uint32_t           ids[READ_TOKENS];
    struct token_place places[READ_TOKENS];
    struct names_word  words[READ_TOKENS];
    struct named       named[READ_TOKENS];
    const float       *added[WINDOW_TOKENS];                /* (ref in sums) */
    float              logits[READ_TOKENS * NAMES_OUTPUTS]; /* of each word */
    uint8_t            back[READ_TOKENS * NAMES_OUTPUTS];
    float             *sums;   /* [WINDOW_TOKENS][hidden] */
    float             *states; /* [WINDOW_TOKENS][hidden] */
};

struct names_scratch *names_scratch_new(const struct encoder *e)
{
    struct names_scratch *s = must_calloc(1, sizeof *s);
    size_t                hidden = encoder_config(e)->hidden;
    s->sums = must_calloc(WINDOW_TOKENS * hidden, sizeof *s->sums);
    s->states = must_calloc(WINDOW_TOKENS * hidden, sizeof *s->states);
    return s;
}

void names_scratch_free(struct names_scratch **s)
{
    if (!*s)
        return;
    free((*s)->sums);
    free((*s)->states);
    free(*s);
    *s = NULL;
}

/* A window of the text. */
struct window {
    size_t   count;   /* its words */
    size_t   tokens;  /* of its words, [CLS] counted */
    uint32_t sep;     /* the id of [SEP] */
    bool     is_last; /* the text ends with it */
};

/* The most tokens of a pass: the model's own limit, where that is less. */
static size_t window_most(const struct encoder *e)
{
    size_t most = encoder_config(e)->tokens_most;
    return most < WINDOW_TOKENS ? most : WINDOW_TOKENS;
}

/* The words from byte `base` on that a pass can take whole; of one that is longer than a pass, its beginning.
 */
static struct window read_window(const struct slm *slm, struct names_scratch *s, struct slice text, size_t base)
{
    struct slice  rest = slice_cut(text, base, text.len);
    size_t        most = window_most(slm->encoder);
    size_t        read = tokenizer_run_placed(slm->tokenizer, rest, s->ids, s->places, most + AHEAD_TOKENS) - 1;
    size_t        words = names_words_group(slm->tokenizer, s->ids, s->places, read, base, s->words);
    struct window w = { .tokens = 1, .sep = s->ids[read] };
    while (w.count < words && s->words[w.count].last < most)
        w.tokens = s->words[w.count++].last;
    w.is_last = w.count == words;
    if (w.count == 0 && words > 0) {
        s->words[0].last = (unsigned)most - 1;
        w.tokens = most - 1;
        w.count = 1;
        w.is_last = words == 1;
    }
    return w;
}

static const float *sum_rows(const struct names *n, const struct names_word *word, float *sum)
{
    memset(sum, 0, n->hidden * sizeof *sum);
    for (int t = 0; t < NAMES_TABLES; t++) {
        const float *row = n->added + (size_t)word->row[t] * n->hidden;
        for (size_t f = 0; f < n->hidden; f++)
            sum[f] += row[f];
    }
    return sum;
}

/* Tells the branch what each token's word looks like. */
static void add_rows(const struct names *n, struct names_scratch *s, struct window w)
{
    struct names_word none = names_no_word(s->words, w.count);
    s->added[0] = s->added[w.tokens] = sum_rows(n, &none, s->sums);
    for (size_t i = 0; i < w.count; i++) {
        const struct names_word *word = &s->words[i];
        const float             *sum = sum_rows(n, word, s->sums + (i + 1) * n->hidden);
        for (unsigned t = word->first; t < word->last; t++)
            s->added[t] = sum;
    }
}

/* A word's logits are those of the mean of its tokens' states. */
static void run_head(const struct names *n, struct names_scratch *s, struct window w)
{
    for (size_t i = 0; i < w.count; i++) {
        const struct names_word *word = &s->words[i];
        float                   *mean = s->states + word->first * n->hidden, logit[NAMES_OUTPUTS];
        for (unsigned t = word->first + 1; t < word->last; t++)
            for (size_t f = 0; f < n->hidden; f++)
                mean[f] += s->states[t * n->hidden + f];
        memcpy(logit, n->head_bias, sizeof logit);
        for (size_t f = 0; f < n->hidden; f++)
            add_row(logit, mean[f] / (float)(word->last - word->first), n->head + f * NAMES_OUTPUTS,
                    NAMES_OUTPUTS);
        memcpy(s->logits + i * NAMES_OUTPUTS, logit, sizeof logit);
    }
}

static size_t run_window(struct slm_worker *worker, struct slice text, struct window w)
{
    const struct slm     *slm = worker->slm;
    const struct names   *n = names_shipped();
    struct names_scratch *s = worker->names;
    s->ids[w.tokens] = w.sep;
    names_words_see(text, s->words, w.count);
    add_rows(n, s, w);
    slm_keep_lower(worker, s->ids, w.tokens + 1);
    encoder_branch_run(slm->names, worker->scratch, s->added, s->states);
    run_head(n, s, w);
    return names_decode(n, s->words, w.count, s->logits, s->back, s->named);
}

/* The byte where the last words begin that have at most this many tokens together; the window's end, where the
 * last word has more. */
static size_t last_words(const struct names_scratch *s, struct window w, unsigned tokens)
{
    size_t first = w.count;
    while (first > 1 && s->words[w.count - 1].last - s->words[first - 1].first <= tokens)
        first--;
    return first < w.count ? s->words[first].from : s->words[w.count - 1].to;
}

/* Takes over what begins before byte `until`, cut to what begins at `from`. Returns where the next begins. */
static size_t take_over(struct arena *arena, const struct named *found, size_t count, size_t from, size_t until,
                        struct named_list *out)
{
    for (size_t i = 0; i < count; i++) {
        struct named name = found[i];
        if (name.end <= from || name.start >= until)
            continue;
        if (name.start < from)
            name.start = from;
        if (out->count == out->cap)
            out->item = arena_grow(arena, out->item, out->count, sizeof *out->item, &out->cap);
        out->item[out->count++] = name;
        from = name.end;
    }
    return from > until ? from : until;
}

bool slm_has_names(const struct slm *slm)
{
    return slm->names != NULL;
}

bool slm_names(struct slm_worker *worker, struct arena *arena, struct slice text, struct named_list *out)
{
    struct names_scratch *s = worker->names;
    size_t                from = 0; /* what is before has been taken over */
    *out = (struct named_list){ 0 };
    if (!slm_has_names(worker->slm) || text.len > SLM_NAMES_BYTES_MOST)
        return false;
    for (size_t base = 0;;) {
        struct window w = read_window(worker->slm, s, text, base);
        if (w.count == 0)
            return true;
        size_t count = run_window(worker, text, w);
        if (w.is_last) {
            take_over(arena, s->named, count, from, text.len, out);
            return true;
        }
        from = take_over(arena, s->named, count, from, last_words(s, w, SHARED_TOKENS / 2), out);
        base = last_words(s, w, SHARED_TOKENS);
    }
}
