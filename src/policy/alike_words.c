/* alike_words.c - the words of tables/alike_words.h and tables/alike_rivals.h, to be looked up. */
#include "alike_inside.h"

#include "base/die.h"

enum { SLOTS = 4096, ENTRIES_MOST = SLOTS / 2, COLUMNS_MOST = 256, SLIP_FROM_BYTES = 5 };

struct entry {
    struct slice   word; /* (ref in the tables) */
    struct meaning meaning;
};

struct alike {
    uint16_t     slot[SLOTS]; /* 1 + index of an entry; open addressing, at most half full */
    struct entry entry[ENTRIES_MOST];
    size_t       entries;
};

static uint16_t *slot_of(const struct alike *a, struct slice word)
{
    size_t at = slice_hash(word) % SLOTS;
    while (a->slot[at] && !slice_eq(a->entry[a->slot[at] - 1].word, word))
        at = (at + 1) % SLOTS;
    return (uint16_t *)&a->slot[at];
}

static struct meaning *meaning_made(struct alike *a, struct slice word)
{
    uint16_t *slot = slot_of(a, word);
    if (!*slot) {
        if (a->entries == ENTRIES_MOST)
            die("tables/alike_*.h have more than %d words", ENTRIES_MOST);
        a->entry[a->entries] = (struct entry){ .word = word };
        *slot = (uint16_t)++a->entries;
    }
    return &a->entry[*slot - 1].meaning;
}

static void add_words(struct alike *a, enum word_kind kind, uint32_t value, const char *const *words)
{
    for (; *words; words++)
        meaning_made(a, slice_str(*words))->value[kind] = kind == WORD_NUMBER ? value + 1 : value;
}

static void add_rivals(struct alike *a, unsigned group, const char *const *columns)
{
    for (unsigned column = 0; columns[column]; column++) {
        struct slice rest = slice_str(columns[column]);
        if (column == COLUMNS_MOST)
            die("tables/alike_rivals.h has a line of more than %d columns", COLUMNS_MOST);
        while (rest.len) {
            size_t          blank = slice_find_byte(rest, ' ');
            struct meaning *m = meaning_made(a, slice_cut(rest, 0, blank));
            unsigned        k = 0;
            while (k < 4 && m->rival[k])
                k++;
            if (k == 4)
                die("tables/alike_rivals.h has a word in more than four lines: %s", columns[column]);
            m->rival[k] = 1 + (group << 8 | column);
            rest = slice_cut(rest, blank == SLICE_NONE ? rest.len : blank + 1, rest.len);
        }
    }
}

struct alike *alike_new(void)
{
    struct alike *a = must_calloc(1, sizeof *a);
    unsigned      group = 0;
#define ALIKE_WORDS(kind, value, ...)                                                                          \
    add_words(a, WORD_##kind, value, (const char *const[]){ __VA_ARGS__, NULL });
#include "tables/alike_words.h"
#undef ALIKE_WORDS
#define ALIKE_RIVALS(...) add_rivals(a, group++, (const char *const[]){ __VA_ARGS__, NULL });
#include "tables/alike_rivals.h"
#undef ALIKE_RIVALS
    return a;
}

void alike_free(struct alike **a)
{
    free(*a);
    *a = NULL;
}

const struct meaning *alike_meaning(const struct alike *a, struct slice folded)
{
    static const struct meaning none;
    uint16_t                    slot = *slot_of(a, folded);
    return slot ? &a->entry[slot - 1].meaning : &none;
}

/* Is the one the other with a letter too many or too few, another one, or two that changed places? */
static bool is_slip(struct slice a, struct slice b)
{
    size_t from = 0, end = 0;
    while (from < a.len && from < b.len && a.ptr[from] == b.ptr[from])
        from++;
    while (end < a.len - from && end < b.len - from && a.ptr[a.len - 1 - end] == b.ptr[b.len - 1 - end])
        end++;
    size_t in_a = a.len - from - end, in_b = b.len - from - end;
    if (in_a == 2 && in_b == 2)
        return a.ptr[from] == b.ptr[from + 1] && a.ptr[from + 1] == b.ptr[from];
    return in_a <= 1 && in_b <= 1;
}

const struct meaning *alike_meaning_meant(const struct alike *a, struct slice folded)
{
    const struct meaning *known = alike_meaning(a, folded);
    if (*slot_of(a, folded) || folded.len < SLIP_FROM_BYTES)
        return known;
    for (size_t i = 0; i < a->entries; i++) {
        const struct entry *e = &a->entry[i];
        bool                is_near =
            e->word.len + 1 >= folded.len && folded.len + 1 >= e->word.len && e->word.ptr[0] == folded.ptr[0];
        if (is_near && e->word.len >= SLIP_FROM_BYTES &&
            (e->meaning.rival[0] || e->meaning.value[WORD_NEGATION]) && is_slip(e->word, folded))
            return &e->meaning;
    }
    return known;
}

/* ---- stems ---- */

static struct slice without(struct slice word, const char *ending, size_t least)
{
    struct slice end = slice_str(ending);
    return word.len >= end.len + least && slice_ends(word, end) ? slice_cut(word, 0, word.len - end.len) : word;
}

/* "runn" is "run". */
static struct slice undoubled(struct slice s)
{
    bool is_doubled = s.len > 3 && s.ptr[s.len - 1] == s.ptr[s.len - 2] && !strchr("sle", s.ptr[s.len - 1]);
    return is_doubled ? slice_cut(s, 0, s.len - 1) : s;
}

static struct slice stripped(struct slice s)
{
    size_t len = s.len;
    if (slice_ends(s, S("ies")) && len > 4)
        return slice_cut(s, 0, len - 3);
    s = without(s, "ing", 3);
    if (s.len == len)
        s = without(s, "ed", 3);
    if (s.len == len)
        s = without(s, "ly", 3);
    if (s.len < len)
        return undoubled(without(s, "e", 2));
    if (!slice_ends(s, S("ss")) && !slice_ends(s, S("us")) && !slice_ends(s, S("is")))
        s = without(s, "s", 3);
    s = slice_ends(s, S("sse")) || slice_ends(s, S("she")) || slice_ends(s, S("che")) || slice_ends(s, S("xe"))
            ? without(s, "e", 3)
            : s;
    return without(without(s, "e", 3), "y", 3);
}

uint64_t stem_of(struct slice folded)
{
    struct slice s = stripped(folded);
    char         out[64];
    size_t       len = 0;
    for (size_t i = 0; i < s.len && len < sizeof out; i++)
        if (!(i > 2 && s.ptr[i] == 'u' && s.ptr[i - 1] == 'o' && i + 1 < s.len && s.ptr[i + 1] == 'r'))
            out[len++] = s.ptr[i]; /* colour is color */
    if (len > 5 && out[len - 1] == 's' && out[len - 2] == 'i')
        out[len - 1] = 'z'; /* organise is organize */
    return slice_hash(slice_of(out, len));
}
