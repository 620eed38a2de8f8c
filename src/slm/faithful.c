/* faithful.c - see slm/faithful.h. */
#include "slm/faithful.h"

#include "slm/shorten.h"

/* Of a summary's sentence so many words must stand in one sentence of the source before the two are taken to
 * say the same, or the opposite. */
static const double ALIKE_LEAST = 0.6, LENGTH_MOST = 0.9, QUESTION_LEAST = 0.5;

enum {
    CONTENT_WORD_BYTES = 4, /* what is shorter says little by itself */
    STEPS_MOST = 1 << 26,   /* of comparing clauses: a tenth of a second or two */
};

/* ---- words ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters, digits and what joins them: "don't", "HTTP_2", "well-known", "1,200.50". */
static bool is_inside(char c)
{
    return is_letter(c) || is_digit(c) || c == '_';
}

static bool is_joint(char c)
{
    return c == '\'' || c == '-' || c == ',' || c == '.' || c == ':' || c == '/';
}

/* The next word from *at on, its place told in *at; empty at the end. A joint counts between two letters or two
 * digits alone. */
static struct slice next_word(struct slice text, size_t *at)
{
    size_t from = *at;
    while (from < text.len && !is_inside(text.ptr[from]))
        from++;
    size_t to = from;
    while (to < text.len) {
        bool joins = to > from && to + 1 < text.len && is_joint(text.ptr[to]) &&
                     ((is_digit(text.ptr[to - 1]) && is_digit(text.ptr[to + 1])) ||
                      (text.ptr[to] == '\'' && is_letter(text.ptr[to + 1])));
        if (!joins && !is_inside(text.ptr[to]))
            break;
        to++;
    }
    *at = to;
    return slice_cut(text, from, to);
}

/* A hash of the word as it is compared: in lower case; of a number the digits alone. */
static uint64_t word_hash(struct slice word)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    bool     is_number = is_digit(word.ptr[0]);
    for (size_t i = 0; i < word.len; i++) {
        unsigned char c = (unsigned char)word.ptr[i];
        if (is_number && c == ',')
            continue;
        c = c >= 'A' && c <= 'Z' ? c + 32 : c;
        hash = (hash ^ c) * 0x100000001b3u;
    }
    return hash;
}

/* The words of a text, as a set of hashes: open addressing, at most half full. */
struct words {
    uint64_t *slot; /* 0: free */
    size_t    mask;
};

/* Where the word is, or where it would be; its slot is free then. */
static size_t slot_of(const struct words *w, uint64_t *hash)
{
    *hash = *hash ? *hash : 1;
    size_t i = *hash & w->mask;
    while (w->slot[i] && w->slot[i] != *hash)
        i = (i + 1) & w->mask;
    return i;
}

static bool has_word(const struct words *w, uint64_t hash)
{
    return w->slot[slot_of(w, &hash)] != 0;
}

static struct words words_of(struct arena *arena, struct slice text)
{
    size_t room = 16, count = 0, at = 0;
    while (next_word(text, &at).len)
        count++;
    while (room < 2 * count)
        room *= 2;
    struct words w = { arena_array(arena, room, sizeof *w.slot), room - 1 };
    at = 0;
    for (struct slice word; (word = next_word(text, &at)).len;) {
        uint64_t hash = word_hash(word);
        size_t   slot = slot_of(&w, &hash);
        w.slot[slot] = hash;
    }
    return w;
}

/* ---- what was made up ---- */

static bool begins_sentence(struct slice text, struct slice word)
{
    const char *c = word.ptr;
    while (c > text.ptr && (c[-1] == ' ' || c[-1] == '"' || c[-1] == '*' || c[-1] == '(' || c[-1] == '-'))
        c--;
    return c == text.ptr || c[-1] == '.' || c[-1] == '!' || c[-1] == '?' || c[-1] == '\n' || c[-1] == ':';
}

static bool has_digit(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (is_digit(word.ptr[i]))
            return true;
    return false;
}

/* "I", "The" in a title, and the like, are no names of anything. */
static bool is_name(struct slice summary, struct slice word)
{
    return word.len > 2 && word.ptr[0] >= 'A' && word.ptr[0] <= 'Z' && !begins_sentence(summary, word);
}

static const char *made_up(struct slice summary, const struct words *source)
{
    size_t at = 0;
    for (struct slice word; (word = next_word(summary, &at)).len;) {
        bool is_number = has_digit(word); /* placeholders have digits too */
        if ((is_number || is_name(summary, word)) && !has_word(source, word_hash(word)))
            return is_number ? "number" : "name";
    }
    return NULL;
}

/* ---- what was turned round ---- */

static bool is_no(struct slice word)
{
    static const char *const no[] = { "no",     "not",     "never",   "none", "nobody",  "nothing",
                                      "cannot", "without", "neither", "nor",  "nowhere", NULL };
    for (unsigned i = 0; no[i]; i++)
        if (slice_is_nocase(word, no[i]))
            return true;
    return word.len > 3 && (slice_ends(word, S("n't")) || slice_ends(word, S("N'T")));
}

/* "The ferry is old, and it will not be repaired" has two clauses, of which one says no. */
static bool ends_clause(struct slice text, size_t at)
{
    static const char *const joining[] = { " and ", " but ", " while ", " whereas ", NULL };
    char                     c = text.ptr[at];
    bool                     is_mark = c == '.' || c == ',' || c == ';' || c == ':' || c == '!' || c == '?';
    if (c == '\n' || (is_mark && (at + 1 == text.len || text.ptr[at + 1] == ' ' || text.ptr[at + 1] == '\n')))
        return true;
    for (unsigned i = 0; c == ' ' && joining[i]; i++)
        if (slice_starts(slice_cut(text, at, text.len), slice_str(joining[i])))
            return true;
    return false;
}

static struct slice next_clause(struct slice text, size_t *at)
{
    size_t from = *at, to = from;
    while (to < text.len && !ends_clause(text, to))
        to++;
    *at = to + (to < text.len);
    return slice_cut(text, from, to);
}

static bool says_no(struct slice clause)
{
    size_t at = 0;
    for (struct slice word; (word = next_word(clause, &at)).len;)
        if (is_no(word))
            return true;
    return false;
}

struct clause {
    bool     says_no;
    uint32_t shares; /* # words of the clause it was last held against */
    size_t   asked;  /* which that was */
};

struct place {
    uint32_t clause, before; /* the place before this one of the same word; 0: none */
};

/* The source's clauses, and for each word those that have it: so a clause of the summary meets only those that
 * share a word with it. */
struct source {
    const struct words *words;
    uint32_t           *last; /* place of each slot's word; 0: none */
    struct place       *place;
    size_t              places, places_cap;
    struct clause      *clause;
    size_t              clauses, clauses_cap;
    size_t              steps; /* done so far */
};

static void add_place(struct arena *arena, struct source *s, struct slice word)
{
    uint64_t hash = word_hash(word);
    size_t   slot = slot_of(s->words, &hash);
    uint32_t clause = (uint32_t)s->clauses - 1, last = s->last[slot];
    if (last && s->place[last].clause == clause)
        return;
    if (s->places == s->places_cap)
        s->place = arena_grow(arena, s->place, s->places, sizeof *s->place, &s->places_cap);
    s->last[slot] = (uint32_t)s->places;
    s->place[s->places++] = (struct place){ clause, last };
}

static struct source source_read(struct arena *arena, struct slice text, const struct words *words)
{
    struct source s = { .words = words, .last = arena_array(arena, words->mask + 1, sizeof *s.last) };
    s.place = arena_grow(arena, NULL, 0, sizeof *s.place, &s.places_cap);
    s.places = 1; /* place 0 is none */
    for (size_t at = 0; at < text.len;) {
        struct slice clause = next_clause(text, &at);
        if (s.clauses == s.clauses_cap)
            s.clause = arena_grow(arena, s.clause, s.clauses, sizeof *s.clause, &s.clauses_cap);
        s.clause[s.clauses++] = (struct clause){ .says_no = says_no(clause) };
        size_t in = 0;
        for (struct slice word; (word = next_word(clause, &in)).len;)
            add_place(arena, &s, word);
    }
    return s;
}

/* Does the clause of the source that shares most words with this one say the opposite? Longer words count, and
 * only where there are two or more: "so it is" is like anything. asked: # of the clause, from 1. */
static bool is_opposed(struct source *s, struct slice said, size_t asked)
{
    const bool no = says_no(said);
    uint32_t   words = 0, best = 0;
    bool       agrees = true;
    size_t     at = 0;
    for (struct slice word; (word = next_word(said, &at)).len;) {
        if (word.len < CONTENT_WORD_BYTES || is_no(word))
            continue;
        words++;
        uint64_t hash = word_hash(word);
        for (uint32_t p = s->last[slot_of(s->words, &hash)]; p; p = s->place[p].before, s->steps++) {
            struct clause *c = &s->clause[s->place[p].clause];
            c->shares = c->asked == asked ? c->shares + 1 : 1;
            c->asked = asked;
            if (c->shares > best || (c->shares == best && c->says_no == no))
                agrees = c->says_no == no;
            best = c->shares > best ? c->shares : best;
        }
    }
    return words > 1 && (double)best / words > ALIKE_LEAST && !agrees;
}

/* NULL where nothing was turned round. */
static const char *turned_round(struct source *s, struct slice summary)
{
    size_t asked = 0;
    for (size_t at = 0; at < summary.len;) {
        if (is_opposed(s, next_clause(summary, &at), ++asked))
            return "negation";
        if (s->steps > STEPS_MOST)
            return "long";
    }
    return NULL;
}

/* ---- what was lost ---- */

static bool has_lost(struct slice question, const struct words *source, const struct words *summary)
{
    size_t at = 0, there = 0, kept = 0;
    for (struct slice word; (word = next_word(question, &at)).len;) {
        if (word.len < CONTENT_WORD_BYTES || !has_word(source, word_hash(word)))
            continue;
        there++;
        kept += has_word(summary, word_hash(word));
    }
    return (double)kept < QUESTION_LEAST * (double)there;
}

const char *summary_fault(struct arena *arena, struct slice source, struct slice summary, struct slice question)
{
    size_t words = words_count(summary);
    if (words == 0)
        return "empty";
    if ((double)words > LENGTH_MOST * (double)words_count(source))
        return "long";
    struct words in_source = words_of(arena, source), in_summary = words_of(arena, summary);
    const char  *invented = made_up(summary, &in_source);
    if (invented)
        return invented;
    struct source told = source_read(arena, source, &in_source);
    const char   *turned = turned_round(&told, summary);
    if (turned)
        return turned;
    return has_lost(question, &in_source, &in_summary) ? "question" : NULL;
}
