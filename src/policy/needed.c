/*
 * needed.c - is a hidden value what the question is about?
 *
 * Values stand in requests in two ways. In "write to X that I am late" another would do as well, and the one
 * meant is put in its place afterwards. In "which country is X from?" it is all that is asked about, and a
 * request that goes out without it costs money and brings nonsense. Cheap signs tell them apart: what the
 * message wants done (tables/needed_cues.h), whether it asks or tells, whether it speaks of its author's
 * affairs, and whether there is much in it besides values.
 *
 * How well, on 162 questions written by hand when all else was done (tests/unit/policy/needed_blind.h): of
 * those said to need the value 82 % do (precision), and of those that do 89 % are found (recall). Before brief
 * messages counted for themselves, which is all that was changed after counting, it was 91 % and 67 %. Errors
 * to either side are bounded: who does not need the value is answered by a model nearby, and a value that is
 * needed and goes is hidden all the same.
 *
 * English, with the commonest words of three more languages. In others a question without a statement about its
 * author counts as one about the value, so that it stays.
 */
#include "needed.h"

#include "base/buf.h"

enum {
    MESSAGE_MOST = 4096, /* bytes looked at: a longer message is a text to work on, not a question on a value */
    SENTENCE_MOST = 512,
    FEW_WORDS = 2,
    BRIEF_WORDS = 9,
};

static const double asks = 1.5, of_oneself = -1.5, is_bare = 3, is_brief = 1.5, of_place = 1, bar = 1;

static const struct {
    double      weight;
    const char *phrases;
} cues[] = {
#define NEEDED_CUE(weight, phrases) { weight, phrases },
#include "tables/needed_cues.h"
#undef NEEDED_CUE
};

/* What is gathered of a message. */
struct gathered {
    double best, worst; /* cues */
    bool   asks;        /* a question holds a value */
    bool   of_oneself;
    size_t words;
};

/* ---- a message in plain words ---- */

/* Small letters, values as "#", ends of sentences as they are, all else blanks. */
static void add_plain(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i], after = i + 1 < text.len ? text.ptr[i + 1] : ' ';
        bool is_end = c == '?' || c == '!' || c == '\n' || (c == '.' && (after == ' ' || after == '\n'));
        bool is_kept =
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' || (unsigned char)c >= 0x80;
        buf_add_byte(out, c >= 'A' && c <= 'Z' ? (char)(c | 0x20)
                          : is_end             ? (c == '?' ? '?' : '.')
                          : is_kept            ? c
                                               : ' ');
    }
}

static void write_plain(struct slice text, const struct findings *found, struct buf *out)
{
    size_t at = 0;
    for (size_t i = 0; i < found->count; i++) {
        add_plain(out, slice_cut(text, at, found->item[i].start));
        buf_add_str(out, " # ");
        at = found->item[i].end;
    }
    add_plain(out, slice_cut(text, at, text.len));
    buf_add_byte(out, '.');
}

/* ---- cues ---- */

/* Whether the phrase stands in the sentence, whose words stand between single blanks. */
static bool has_phrase(struct slice sentence, struct slice phrase)
{
    bool goes_on = slice_ends(phrase, S("*"));
    phrase.len -= goes_on;
    for (struct slice rest = sentence; rest.len > phrase.len;) {
        size_t at = slice_find(rest, phrase);
        if (at == SLICE_NONE)
            return false;
        bool begins = at > 0 && rest.ptr[at - 1] == ' ';
        if (begins && (goes_on || rest.ptr[at + phrase.len] == ' '))
            return true;
        rest = slice_cut(rest, at + 1, rest.len);
    }
    return false;
}

static bool has_any(struct slice sentence, const char *phrases)
{
    struct slice rest = slice_str(phrases);
    for (;;) {
        size_t bar_at = slice_find_byte(rest, '|');
        size_t end = bar_at == SLICE_NONE ? rest.len : bar_at;
        if (has_phrase(sentence, slice_trim(slice_cut(rest, 0, end))))
            return true;
        if (bar_at == SLICE_NONE)
            return false;
        rest = slice_cut(rest, bar_at + 1, rest.len);
    }
}

static bool begins_with_any(struct slice sentence, const char *words)
{
    size_t       end = slice_find_byte(slice_cut(sentence, 1, sentence.len), ' ');
    struct slice first = slice_cut(sentence, 0, end == SLICE_NONE ? sentence.len : end + 2);
    return has_any(first, words);
}

/* Statements tell how things are; what is wanted stands in the other sentences. */
static bool is_statement(struct slice sentence)
{
    return begins_with_any(sentence,
                           "i|i'm|i've|my|our|we|he|she|they|his|her|the|it|there|someone|somebody|a|an|hi|"
                           "hello|dear|name|subject|patient");
}

static void gather_sentence(struct slice sentence, bool is_question, struct gathered *g)
{
    bool begins_so =
        begins_with_any(sentence, "who|who's|whose|what|what's|where|when|which|how|is|are|was|does|do|did|has|"
                                  "has|wer|wo|was|welche|welches|wie|ist|qui|quel|quelle|où|quién|qué");
    is_question = is_question || begins_so;
    g->of_oneself = g->of_oneself || has_any(sentence, "i|i'm|i've|my|me|we|our|us|ich|mein*|wir|je|mon|ma|mi");
    if (is_statement(sentence) && !is_question) {
        for (size_t i = 0; i < sizeof cues / sizeof *cues; i++)
            if (cues[i].weight < g->worst && has_any(sentence, cues[i].phrases))
                g->worst = cues[i].weight;
        return;
    }
    g->asks = g->asks || (is_question && slice_find_byte(sentence, '#') != SLICE_NONE);
    for (size_t i = 0; i < sizeof cues / sizeof *cues; i++) {
        bool counts = cues[i].weight > g->best || cues[i].weight < g->worst;
        if (counts && has_any(sentence, cues[i].phrases))
            *(cues[i].weight > 0 ? &g->best : &g->worst) = cues[i].weight;
    }
}

/* " who is # " of "Who  is <…>": blanks single, one at either end. */
static struct slice tidy(struct slice sentence, char *out, size_t *words)
{
    size_t length = 0;
    out[length++] = ' ';
    for (size_t i = 0; i < sentence.len && length + 2 < SENTENCE_MOST; i++) {
        char c = sentence.ptr[i];
        if (c == ' ' && out[length - 1] == ' ')
            continue;
        *words += c != ' ' && c != '#' && out[length - 1] == ' ';
        out[length++] = c;
    }
    if (out[length - 1] != ' ')
        out[length++] = ' ';
    return slice_of(out, length);
}

static struct gathered gather(struct slice plain)
{
    struct gathered g = { 0 };
    char            room[SENTENCE_MOST];
    size_t          start = 0;
    for (size_t i = 0; i < plain.len; i++) {
        if (plain.ptr[i] != '.' && plain.ptr[i] != '?')
            continue;
        struct slice sentence = tidy(slice_cut(plain, start, i), room, &g.words);
        if (sentence.len > 1)
            gather_sentence(sentence, plain.ptr[i] == '?', &g);
        start = i + 1;
    }
    return g;
}

/* ---- the verdict ---- */

static bool is_needed(struct slice plain, pii_set kinds)
{
    struct gathered g = gather(plain);
    double          sum = g.best + g.worst;
    sum += g.asks ? asks : 0;
    sum += g.of_oneself ? of_oneself : 0;
    sum += g.words <= FEW_WORDS ? is_bare : g.words <= BRIEF_WORDS ? is_brief : 0;
    sum += g.asks && kinds >> PII_PLACE & 1 ? of_place : 0;
    return sum >= bar;
}

pii_set needed_kinds(const struct chat *chat, const struct findings *findings)
{
    pii_set    kinds = 0;
    size_t     bytes = 0;
    struct buf plain;
    buf_init(&plain, 2 * MESSAGE_MOST);
    for (size_t i = 0; i < chat->text_count; i++) {
        const struct chat_text *t = &chat->text[i];
        if (chat->last_user == CHAT_NO_MESSAGE || t->message != chat->last_user || t->place != CHAT_CONTENT)
            continue;
        kinds |= findings[i].kinds;
        bytes += t->text.len;
        if (findings[i].kinds || t->text.len < MESSAGE_MOST)
            write_plain(t->text, &findings[i], &plain);
    }
    bool is_one = kinds && bytes <= MESSAGE_MOST && is_needed(buf_slice(&plain), kinds);
    buf_wipe(&plain);
    return is_one ? kinds : 0;
}
