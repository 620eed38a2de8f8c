/* faithful.c - see slm/faithful.h. */
#include "slm/faithful.h"

#include "slm/shorten.h"

/* Of a summary's sentence so many words must stand in one sentence of the source before the two are taken to
 * say the same, or the opposite. */
static const double ALIKE_LEAST = 0.6, LENGTH_MOST = 0.9, QUESTION_LEAST = 0.5;

enum { CONTENT_WORD_BYTES = 4 /* what is shorter says little by itself */ };

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

static bool add_word(struct words *w, uint64_t hash)
{
    size_t i = hash & w->mask;
    hash = hash ? hash : 1;
    while (w->slot[i] && w->slot[i] != hash)
        i = (i + 1) & w->mask;
    bool is_new = !w->slot[i];
    w->slot[i] = hash;
    return is_new;
}

static bool has_word(const struct words *w, uint64_t hash)
{
    size_t i = hash & w->mask;
    hash = hash ? hash : 1;
    while (w->slot[i] && w->slot[i] != hash)
        i = (i + 1) & w->mask;
    return w->slot[i] == hash;
}

static struct words words_of(struct arena *arena, struct slice text)
{
    size_t room = 16, at = 0;
    while (room < text.len + 2) /* a word and what parts it from the next take two bytes */
        room *= 2;
    struct words w = { arena_array(arena, room, sizeof *w.slot), room - 1 };
    for (struct slice word; (word = next_word(text, &at)).len;)
        add_word(&w, word_hash(word));
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

/* A clause: "the ferry is old, and it will not be repaired" has two, of which one says no. */
struct clause {
    struct slice text;
    struct words words;
    bool         says_no;
};

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

static size_t clauses_of(struct arena *arena, struct slice text, struct clause **out)
{
    size_t count = 0, cap = 0, at = 0;
    *out = NULL;
    while (at < text.len) {
        struct clause c = { .text = next_clause(text, &at) };
        size_t        in = 0;
        c.words = words_of(arena, c.text);
        for (struct slice word; (word = next_word(c.text, &in)).len;)
            c.says_no = c.says_no || is_no(word);
        if (count == cap)
            *out = arena_grow(arena, *out, count, sizeof **out, &cap);
        (*out)[count++] = c;
    }
    return count;
}

/* Share of a clause's longer words that are in the set; 0 where there are fewer than two: "so it is" is like
 * anything. */
static double shared(struct slice text, const struct words *in)
{
    size_t at = 0, all = 0, there = 0;
    for (struct slice word; (word = next_word(text, &at)).len;) {
        if (word.len < CONTENT_WORD_BYTES || is_no(word))
            continue;
        all++;
        there += has_word(in, word_hash(word));
    }
    return all > 1 ? (double)there / (double)all : 0;
}

/* Does the clause of the source that is most like this one say the opposite? */
static bool is_opposed(const struct clause *said, const struct clause *source, size_t count)
{
    double best = ALIKE_LEAST;
    bool   agrees = true;
    for (size_t i = 0; i < count; i++) {
        double alike = shared(said->text, &source[i].words);
        bool   same = said->says_no == source[i].says_no;
        if (alike > best || (alike == best && same)) {
            agrees = same;
            best = alike;
        }
    }
    return !agrees;
}

static bool is_turned_round(struct arena *arena, struct slice source, struct slice summary)
{
    struct clause *meant, *said;
    size_t         from = clauses_of(arena, source, &meant), count = clauses_of(arena, summary, &said);
    for (size_t i = 0; i < count; i++)
        if (is_opposed(&said[i], meant, from))
            return true;
    return false;
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
    if (is_turned_round(arena, source, summary))
        return "negation";
    return has_lost(question, &in_source, &in_summary) ? "question" : NULL;
}
