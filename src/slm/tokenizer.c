/*
 * tokenizer.c - text to token ids.
 *
 * Text flows through in one pass, code point by code point, and stops as soon as enough tokens are out:
 *
 *     bytes -> code points -> fold -> marks in order -> words -> pieces -> ids
 *
 * Where case is kept, folding is no more than cleaning, and marks stay where they are.
 *
 * The vocabulary is a hash table of ids by their text. FNV-1a is read off after each byte of a word, so the
 * hashes of all beginnings of the word cost one pass, and the longest piece is looked for from the longest
 * down: a word that stands in the vocabulary whole, as most do, is one look-up.
 */
#include "slm/tokenizer.h"

#include "base/die.h"
#include "slm/unicode.h"

#include <errno.h>
#include <stdio.h>

enum {
    WORD_CHARS_MOST = 100, /* a longer word is [UNK] */
    WORD_BYTES_MOST = WORD_CHARS_MOST * UNICODE_BYTES_MOST,
    MARKS_MOST = 64, /* neighbouring marks that are put in order together */
    NO_TOKEN = -1,
};
#define VOCAB_BYTES_MOST ((size_t)64 << 20)

enum special { UNK, CLS, SEP, PAD, MASK, SPECIALS };
static const struct slice special_name[] = { SLICE("[UNK]"), SLICE("[CLS]"), SLICE("[SEP]"), SLICE("[PAD]"),
                                             SLICE("[MASK]") };

struct tokenizer {
    enum token_case letters;
    char           *text;    /* the vocabulary's bytes */
    struct slice   *token;   /* by id (ref in text); a piece that goes on with a word begins with ## */
    size_t          count;   /* # tokens */
    size_t          longest; /* bytes of the longest token */
    int32_t        *slot;    /* hash table of ids, NO_TOKEN where free */
    size_t          slots;   /* # slots, a power of two */
    int32_t         special[SPECIALS]; /* ids, NO_TOKEN where the vocabulary has none */
};

#define FNV_START 0xCBF29CE484222325u

static uint64_t hash_on(uint64_t hash, struct slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        hash = (hash ^ (unsigned char)bytes.ptr[i]) * 0x100000001B3u;
    return hash;
}

/* FNV's low bits alone are poor; its high ones are folded in. */
static size_t slot_of(const struct tokenizer *t, uint64_t hash)
{
    return (hash ^ hash >> 32) & (t->slots - 1);
}

/* The id of the token that is prefix + bytes, whose hash is known. */
static int32_t token_find(const struct tokenizer *t, struct slice prefix, struct slice bytes, uint64_t hash)
{
    for (size_t at = slot_of(t, hash); t->slot[at] != NO_TOKEN; at = (at + 1) & (t->slots - 1)) {
        struct slice token = t->token[t->slot[at]];
        if (token.len == prefix.len + bytes.len && slice_starts(token, prefix) &&
            slice_eq(slice_cut(token, prefix.len, token.len), bytes))
            return t->slot[at];
    }
    return NO_TOKEN;
}

static int32_t token_named(const struct tokenizer *t, struct slice name)
{
    return token_find(t, S(""), name, hash_on(FNV_START, name));
}

/* ------------------------------------------------------------------------------------------- the vocabulary */

static void cut_lines(struct tokenizer *t, struct slice text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    t->token = must_calloc(lines, sizeof *t->token);
    for (size_t from = 0; from < text.len;) {
        size_t end = slice_find_byte(slice_cut(text, from, text.len), '\n');
        end = end == SLICE_NONE ? text.len : from + end;
        struct slice line = slice_cut(text, from, end);
        if (slice_ends(line, S("\r")))
            line.len--;
        t->token[t->count++] = line;
        if (line.len > t->longest)
            t->longest = line.len;
        from = end + 1;
    }
}

static void fill_slots(struct tokenizer *t)
{
    for (t->slots = 64; t->slots < t->count * 2;)
        t->slots *= 2;
    t->slot = must_calloc(t->slots, sizeof *t->slot);
    for (size_t i = 0; i < t->slots; i++)
        t->slot[i] = NO_TOKEN;
    for (size_t id = 0; id < t->count; id++) {
        size_t at = slot_of(t, hash_on(FNV_START, t->token[id]));
        while (t->slot[at] != NO_TOKEN && !slice_eq(t->token[t->slot[at]], t->token[id]))
            at = (at + 1) & (t->slots - 1);
        t->slot[at] = (int32_t)id; /* of two equal lines the later counts, as in Python's dict */
    }
}

struct tokenizer *tokenizer_read(struct slice vocab, const char *name, enum token_case letters,
                                 struct fault *why)
{
    if (vocab.len > VOCAB_BYTES_MOST) {
        fault_set(why, FAULT_TOO_LARGE, "%s: a vocabulary of %zu bytes is not believed", name, vocab.len);
        return NULL;
    }
    struct tokenizer *t = must_calloc(1, sizeof *t);
    t->letters = letters;
    t->text = must_calloc(vocab.len, 1);
    if (vocab.len)
        memcpy(t->text, vocab.ptr, vocab.len);
    cut_lines(t, slice_of(t->text, vocab.len));
    fill_slots(t);
    for (enum special s = 0; s < SPECIALS; s++)
        t->special[s] = token_named(t, special_name[s]);
    for (enum special s = UNK; s <= SEP; s++)
        if (t->special[s] == NO_TOKEN) {
            fault_set(why, FAULT_UNSUPPORTED, "%s: the vocabulary has no %s", name, special_name[s].ptr);
            tokenizer_free(&t);
            return NULL;
        }
    return t;
}

struct tokenizer *tokenizer_open(const char *path, enum token_case letters, struct fault *why)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        fault_set(why, FAULT_UNSUPPORTED, "%s: %s", path, strerror(errno));
        return NULL;
    }
    size_t len = 0, cap = 1 << 20;
    char  *text = die_if_null(malloc(cap));
    for (size_t got; (got = fread(text + len, 1, cap - len, file)) > 0;) {
        len += got;
        if (len > VOCAB_BYTES_MOST)
            break;
        if (len == cap)
            text = die_if_null(realloc(text, cap *= 2));
    }
    bool is_read = !ferror(file);
    fclose(file);
    struct tokenizer *t = NULL;
    if (is_read)
        t = tokenizer_read(slice_of(text, len), path, letters, why);
    else
        fault_set(why, FAULT_UNSUPPORTED, "%s could not be read", path);
    free(text);
    return t;
}

void tokenizer_free(struct tokenizer **t)
{
    if (!*t)
        return;
    free((*t)->slot);
    free((*t)->token);
    free((*t)->text);
    free(*t);
    *t = NULL;
}

bool tokenizer_goes_on(const struct tokenizer *t, uint32_t id)
{
    return slice_starts(t->token[id], S("##")) && t->token[id].len > 2;
}

size_t tokenizer_tokens(const struct tokenizer *t)
{
    return t->count;
}

/* ---------------------------------------------------------------------------------------------- text to ids */

/* A code point of the folded text, and where in the given text it comes from. */
struct letter {
    uint32_t           point;
    struct token_place place;
};

/* One run's state. It lives on the stack: a tokenizer is shared. */
struct run {
    const struct tokenizer *of;
    uint32_t               *id;    /* out (ref) */
    struct token_place     *place; /* out (ref), or NULL */
    size_t                  count; /* # ids written */
    size_t                  most;  /* ids that may be written, [SEP] not among them */
    char                    word[WORD_BYTES_MOST];
    struct token_place      word_place[WORD_BYTES_MOST]; /* of each of its bytes */
    struct token_place      word_whole;
    size_t                  bytes, chars; /* of word; chars goes on counting when the word is too long */
    struct letter           mark[MARKS_MOST];
    unsigned                marks; /* # marks that wait for their order */
};

static bool is_full(const struct run *r)
{
    return r->count >= r->most;
}

static void put(struct run *r, int32_t id, struct token_place place)
{
    if (is_full(r))
        return;
    if (r->place)
        r->place[r->count] = place;
    r->id[r->count++] = (uint32_t)id;
}

/* The longest token that rest begins with; its bytes in *bytes. Inside a word a token's text begins with ##. */
static int32_t longest_piece(const struct tokenizer *t, struct slice rest, bool is_inside, size_t *bytes)
{
    struct slice prefix = is_inside ? S("##") : S("");
    uint64_t     hash[WORD_BYTES_MOST + 1];
    size_t       most = rest.len < t->longest ? rest.len : t->longest;
    hash[0] = hash_on(FNV_START, prefix);
    for (size_t i = 0; i < most; i++)
        hash[i + 1] = hash_on(hash[i], slice_of(rest.ptr + i, 1));
    for (*bytes = most; *bytes > 0; (*bytes)--) {
        int32_t id = token_find(t, prefix, slice_of(rest.ptr, *bytes), hash[*bytes]);
        if (id != NO_TOKEN)
            return id;
    }
    return NO_TOKEN;
}

/* A piece of the word: bytes [from, to) of it. */
struct piece {
    int32_t id;
    size_t  from, to;
};

/* Cuts the word into the longest pieces; returns how many, 0 where one of them is not in the vocabulary. */
static size_t cut_word(const struct run *r, struct piece *piece)
{
    struct slice word = slice_of(r->word, r->bytes);
    size_t       pieces = 0;
    for (size_t at = 0, bytes; at < word.len; at += bytes) {
        int32_t id = longest_piece(r->of, slice_cut(word, at, word.len), at > 0, &bytes);
        if (id == NO_TOKEN)
            return 0;
        piece[pieces++] = (struct piece){ id, at, at + bytes };
    }
    return pieces;
}

static void end_word(struct run *r)
{
    struct piece piece[WORD_BYTES_MOST];
    if (r->chars == 0)
        return;
    size_t pieces = r->chars <= WORD_CHARS_MOST ? cut_word(r, piece) : 0;
    for (size_t i = 0; i < pieces; i++)
        put(r, piece[i].id,
            (struct token_place){ r->word_place[piece[i].from].from, r->word_place[piece[i].to - 1].to });
    if (pieces == 0)
        put(r, r->of->special[UNK], r->word_whole); /* one for the whole word */
    r->bytes = r->chars = 0;
}

static void add_to_word(struct run *r, struct letter letter)
{
    struct token_place *whole = &r->word_whole, place = letter.place;
    if (r->chars++ == 0)
        *whole = place;
    /* Marks may have changed places. */
    whole->from = place.from < whole->from ? place.from : whole->from;
    whole->to = place.to > whole->to ? place.to : whole->to;
    if (r->chars > WORD_CHARS_MOST)
        return;
    size_t from = r->bytes;
    r->bytes += unicode_write(letter.point, r->word + from);
    for (; from < r->bytes; from++)
        r->word_place[from] = place;
}

static void read_letter(struct run *r, struct letter letter)
{
    if (letter.point == ' ') {
        end_word(r);
    } else if (unicode_is_punctuation(letter.point)) {
        end_word(r);
        add_to_word(r, letter);
        end_word(r);
    } else {
        add_to_word(r, letter);
    }
}

static void release_marks(struct run *r)
{
    for (unsigned i = 0; i < r->marks; i++)
        read_letter(r, r->mark[i]);
    r->marks = 0;
}

/* Marks wait until something else comes, each behind those of its own rank or a lower one. */
static void hold_mark(struct run *r, struct letter letter, unsigned rank)
{
    if (r->marks == MARKS_MOST)
        release_marks(r);
    unsigned at = r->marks++;
    for (; at > 0 && unicode_rank(r->mark[at - 1].point) > rank; at--)
        r->mark[at] = r->mark[at - 1];
    r->mark[at] = letter;
}

static void read_folded(struct run *r, struct fold fold, struct token_place place)
{
    if (fold.is_wall)
        release_marks(r);
    for (unsigned i = 0; i < fold.count; i++) {
        struct letter letter = { fold.point[i], place };
        unsigned      rank = r->of->letters == CASE_FOLDED ? unicode_rank(letter.point) : 0;
        if (rank) {
            hold_mark(r, letter, rank);
        } else {
            release_marks(r);
            read_letter(r, letter);
        }
    }
}

/* A special token's name in the text is that token, before anything is folded. Returns its bytes, or 0. */
static size_t read_special(struct run *r, struct slice text, size_t at)
{
    for (enum special s = 0; s < SPECIALS; s++)
        if (r->of->special[s] != NO_TOKEN && slice_starts(text, special_name[s])) {
            size_t bytes = special_name[s].len;
            release_marks(r);
            end_word(r);
            put(r, r->of->special[s], (struct token_place){ (uint32_t)at, (uint32_t)(at + bytes) });
            return bytes;
        }
    return 0;
}

size_t tokenizer_run_placed(const struct tokenizer *t, struct slice text, uint32_t *ids,
                            struct token_place *places, size_t most)
{
    struct run r;
    size_t     at = 0;
    r.of = t;
    r.id = ids;
    r.place = places;
    r.most = most - 1;
    r.count = r.bytes = r.chars = r.marks = 0;
    put(&r, t->special[CLS], (struct token_place){ 0, 0 });
    while (at < text.len && !is_full(&r)) {
        struct slice rest = slice_cut(text, at, text.len);
        size_t       bytes = rest.ptr[0] == '[' ? read_special(&r, rest, at) : 0;
        if (!bytes) {
            uint32_t    point = unicode_read(rest, &bytes);
            struct fold fold = t->letters == CASE_KEPT ? unicode_clean(point) : unicode_fold(point);
            read_folded(&r, fold, (struct token_place){ (uint32_t)at, (uint32_t)(at + bytes) });
        }
        at += bytes;
    }
    release_marks(&r);
    end_word(&r);
    r.most = most;
    put(&r, t->special[SEP], (struct token_place){ (uint32_t)at, (uint32_t)at });
    return r.count;
}

size_t tokenizer_run(const struct tokenizer *t, struct slice text, uint32_t *ids, size_t most)
{
    return tokenizer_run_placed(t, text, ids, NULL, most);
}
