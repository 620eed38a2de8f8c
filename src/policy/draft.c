/* draft.c - see policy/draft.h. Words of doubt, prompts that were cut, and drafts that go round. */
#include "policy/draft.h"

#include "slm/slm.h"

static const struct {
    const char *word, *about;
    bool        is_usual;
} doubts[] = {
#define DOUBT(name, word, is_usual, about) [DOUBT_##name] = { word, about, is_usual },
#include "tables/doubts.h"
#undef DOUBT
};

const char *doubt_word(enum doubt doubt)
{
    return doubts[doubt].word;
}

const char *doubt_about(enum doubt doubt)
{
    return doubts[doubt].about;
}

doubt_set doubts_usual(void)
{
    doubt_set usual = 0;
    for (unsigned i = 0; i < DOUBTS; i++)
        usual |= (doubt_set)doubts[i].is_usual << i;
    return usual;
}

/* ---- a prompt that was cut ---- */

/* # of runs of ASCII letters. In scripts without blanks a token may well be several words. */
static int64_t words_of(struct slice text)
{
    int64_t words = 0;
    bool    is_inside = false;
    for (size_t i = 0; i < text.len; i++) {
        char lower = (char)(text.ptr[i] | 0x20);
        bool is_letter = lower >= 'a' && lower <= 'z';
        words += is_letter && !is_inside;
        is_inside = is_letter;
    }
    return words;
}

/* Templates leave out what the model itself said or thought before, and describe tools in their own words. */
static bool is_surely_told(const struct chat_text *text)
{
    return text->place == CHAT_CONTENT && text->message != CHAT_NO_MESSAGE &&
           (text->role == CHAT_SYSTEM || text->role == CHAT_USER || text->role == CHAT_TOOL);
}

/* It was told the plain words or those that stand in their place: the fewer. */
static int64_t words_told(const struct chat_text *text)
{
    int64_t plain = words_of(text->text), now = text->now.ptr ? words_of(text->now) : plain;
    return now < plain ? now : plain;
}

bool prompt_was_cut(const struct chat *asked, int64_t prompt_tokens)
{
    enum { CUT_LEAST_WORDS = 256 }; /* no window is so small */
    int64_t words = 0;
    for (size_t i = 0; prompt_tokens > 0 && i < asked->text_count; i++) {
        const struct chat_text *text = &asked->text[i];
        if (is_surely_told(text))
            words += words_told(text);
        if (words >= CUT_LEAST_WORDS && words > prompt_tokens)
            return true;
    }
    return false;
}

/* ---- a text that goes round ---- */

/*
 * Each place in the text begins a run of RUN_BYTES; a run that began at an earlier place too has been said
 * before. The runs' hashes roll, and are remembered in an open table of twice as many slots.
 */
enum { RUN_BYTES = 48, ROUND_LEAST_BYTES = 240, SLOTS = 2 * DRAFT_ROUND_BYTES };

/* The end of the text, each run of blanks one blank; out has room for DRAFT_ROUND_BYTES. */
static struct slice fold_blanks(struct slice text, char *out)
{
    size_t len = 0;
    if (text.len > DRAFT_ROUND_BYTES)
        text = slice_cut(text, text.len - DRAFT_ROUND_BYTES, text.len);
    for (size_t i = 0; i < text.len; i++) {
        bool is_blank = text.ptr[i] == ' ' || text.ptr[i] == '\n' || text.ptr[i] == '\t' || text.ptr[i] == '\r';
        if (!is_blank)
            out[len++] = text.ptr[i];
        else if (len && out[len - 1] != ' ')
            out[len++] = ' ';
    }
    return slice_of(out, len);
}

/* Was the run remembered already? It is now. */
static bool remember(uint32_t *slot, uint32_t hash)
{
    uint32_t at = hash % SLOTS;
    hash |= 1; /* 0 is an empty slot */
    while (slot[at] && slot[at] != hash)
        at = (at + 1) % SLOTS;
    bool is_known = slot[at] == hash;
    slot[at] = hash;
    return is_known;
}

bool text_goes_round(struct slice whole, struct arena *arena)
{
    const uint32_t base = 0x01000193; /* odd: any will do */
    struct slice   text = fold_blanks(whole, arena_alloc(arena, DRAFT_ROUND_BYTES));
    uint32_t       hash = 0, first = 1; /* first: what the run's first byte is multiplied by */
    size_t         known = 0, runs = 0;
    if (text.len < ROUND_LEAST_BYTES)
        return false;
    uint32_t *slot = arena_array(arena, SLOTS, sizeof *slot);
    for (size_t i = 1; i < RUN_BYTES; i++)
        first *= base;
    for (size_t i = 0; i < text.len; i++) {
        if (i >= RUN_BYTES)
            hash -= first * (unsigned char)text.ptr[i - RUN_BYTES];
        hash = hash * base + (unsigned char)text.ptr[i];
        if (i + 1 < RUN_BYTES)
            continue;
        runs++;
        known += remember(slot, hash ^ hash >> 15);
    }
    return 2 * known > runs;
}
