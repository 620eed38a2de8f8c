/*
 * vault.c - hiding: values into placeholders and surrogates.
 *
 * The code is the first 60 bits of HMAC-SHA-256(team key, tag NUL value), by the tag and not by the kind's
 * number, so that it stays the same from release to release. Two values of one exchange with the same 60 bits
 * will not be seen (one chance in 2^40 for a thousand values), and must do no harm if they are: the second is
 * drawn again with a counter behind it.
 *
 * A client's own text may hold a placeholder's very word, say of an earlier answer that went round Weir. If
 * this exchange hides that value too, the word comes back as the value, which the same client sent; if not, it
 * is text like any other. Either way nothing is given to a client that it did not send in this exchange.
 */
#include "privacy/vault.h"

#include "base/die.h"
#include "checks.h"
#include "surrogate.h"
#include "vault_index.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

enum {
    HMAC_BYTES = 32,
    SLOTS_FIRST = 16,
    DRAWS_MOST = 64,   /* surrogates that are somebody else's, before a placeholder must do */
    AVOIDED_MOST = 64, /* as many again where a text holds them */
};

static const char code_letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#define PII_KIND(name, word, tag, is_secret, is_common)                                                        \
    _Static_assert(sizeof tag + CODE_LETTERS + 2 <= SHOWN_MOST,                                                \
                   "a placeholder in quotes longer than may be shown");
#include "tables/pii_kinds.h"
#undef PII_KIND

/* --- the HMAC --------------------------------------------------------------------------------------------- */

static EVP_MAC_CTX *hmac_new(const struct vault_key *key)
{
    EVP_MAC     *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *hmac = mac ? EVP_MAC_CTX_new(mac) : NULL;
    OSSL_PARAM   digest[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]){ "SHA256" }, 0),
                              OSSL_PARAM_construct_end() };
    EVP_MAC_free(mac);
    if (!hmac || EVP_MAC_init(hmac, key->bytes, sizeof key->bytes, digest) != 1)
        die("OpenSSL has no HMAC-SHA-256");
    return hmac;
}

/* Of the parts one after the other; ready for the next at once. */
static void hmac_of(EVP_MAC_CTX *hmac, const struct slice *part, size_t parts, unsigned char out[HMAC_BYTES])
{
    size_t length = 0;
    bool   ok = EVP_MAC_init(hmac, NULL, 0, NULL) == 1;
    for (size_t i = 0; i < parts; i++)
        ok = ok && EVP_MAC_update(hmac, (const unsigned char *)part[i].ptr, part[i].len) == 1;
    if (!ok || EVP_MAC_final(hmac, out, &length, HMAC_BYTES) != 1 || length != HMAC_BYTES)
        die("HMAC-SHA-256 failed");
}

void vault_key_derive(const struct vault_key *master, struct slice team, struct vault_key *out)
{
    EVP_MAC_CTX *hmac = hmac_new(master);
    hmac_of(hmac, &team, 1, out->bytes);
    EVP_MAC_CTX_free(hmac);
}

static uint64_t eight_bytes(const unsigned char *bytes)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | bytes[i];
    return number;
}

static uint64_t code_of(struct vault *v, enum pii_kind kind, struct slice value, unsigned char again)
{
    const char   *tag = pii_tag(kind);
    unsigned char mac[HMAC_BYTES];
    struct slice  parts[] = { slice_of(tag, strlen(tag) + 1), value, slice_of((const char *)&again, 1) };
    hmac_of(v->hmac, parts, again ? 3 : 2, mac);
    return eight_bytes(mac) >> (64 - CODE_BITS);
}

int code_letter_value(char c)
{
    const char *at = c ? strchr(code_letters, c) : NULL;
    return at ? (int)(at - code_letters) : -1;
}

/* What a value's surrogate is drawn from, the first time and every time after. */
static uint64_t seed_of(struct vault *v, const struct hidden *h)
{
    static const char purpose[] = "surrogate";
    const char       *tag = pii_tag(h->kind);
    unsigned char     mac[HMAC_BYTES];
    struct slice      parts[] = { slice_of(tag, strlen(tag) + 1), slice_of(purpose, sizeof purpose),
                                  slice_of((const char[]){ (char)h->draws }, 1), h->value };
    hmac_of(v->hmac, parts, 4, mac);
    return eight_bytes(mac);
}

/* --- the tables ------------------------------------------------------------------------------------------- */

static void wipe_slice(struct slice *s)
{
    if (s->len)
        OPENSSL_cleanse((char *)s->ptr, s->len);
    *s = S("");
}

static void wipe_shown(struct hidden *h)
{
    wipe_slice(&h->shown);
    wipe_slice(&h->folded);
    wipe_slice(&h->bare_folded);
    wipe_slice(&h->bare_value);
}

static void wipe(void *arg)
{
    struct vault *v = arg;
    for (size_t i = 0; i < v->slots; i++)
        if (v->slot[i]) {
            wipe_slice(&v->slot[i]->value);
            wipe_shown(v->slot[i]);
        }
    EVP_MAC_CTX_free(v->hmac); /* and the key in it */
    *v->index = (struct vault_index){ 0 };
    *v = (struct vault){ 0 };
}

static void make_slots(struct vault *v, size_t slots)
{
    v->slots = slots;
    v->slot = arena_array(v->arena, slots, sizeof(struct hidden *));
    v->shown = arena_array(v->arena, slots, sizeof(struct hidden *));
}

struct vault *vault_new(struct arena *arena, const struct vault_key *team_key)
{
    struct vault *v = arena_alloc(arena, sizeof *v);
    v->arena = arena;
    v->hmac = hmac_new(team_key);
    v->index = arena_alloc(arena, sizeof *v->index);
    make_slots(v, SLOTS_FIRST);
    arena_defer(arena, wipe, v);
    return v;
}

void vault_set_ways(struct vault *v, pii_set surrogate, pii_set remove)
{
    v->surrogate = surrogate;
    v->remove = remove;
}

size_t vault_count(const struct vault *v)
{
    return v->count;
}

/* Where the entry is, or where it would go. */
static struct hidden **slot_of(const struct vault *v, enum pii_kind kind, uint64_t code)
{
    for (size_t i = code;; i++) {
        struct hidden **slot = &v->slot[i & (v->slots - 1)];
        if (!*slot || ((*slot)->code == code && (*slot)->kind == kind))
            return slot;
    }
}

/* The next letter or digit as it is told from others, from *at on; NUL at the end. Separators tell nothing: a
 * model may leave them out. */
static char next_told(struct slice s, size_t *at)
{
    while (*at < s.len) {
        char c = fold(s.ptr[(*at)++]);
        if (c != '_')
            return c;
    }
    return '\0';
}

static bool is_same_told(struct slice a, struct slice b)
{
    size_t in_a = 0, in_b = 0;
    char   c;
    while ((c = next_told(a, &in_a)) == next_told(b, &in_b))
        if (c == '\0')
            return true;
    return false;
}

/* Where a surrogate like this is, or where it would go. FNV-1a (RFC 9923): what is hashed was drawn by our key.
 */
static struct hidden **shown_slot(const struct vault *v, struct slice shown)
{
    uint64_t hash = 0xCBF29CE484222325u;
    size_t   at = 0;
    for (char c; (c = next_told(shown, &at));)
        hash = (hash ^ (unsigned char)c) * 0x100000001B3u;
    for (size_t i = hash;; i++) {
        struct hidden **slot = &v->shown[i & (v->slots - 1)];
        if (!*slot || is_same_told((*slot)->shown, shown))
            return slot;
    }
}

static void take_shown_slot(struct vault *v, struct hidden *h)
{
    *shown_slot(v, h->shown) = h;
    v->shown_count++;
}

/* Surrogates that were given up are then in the way no more. */
static void grow_where_half_full(struct vault *v)
{
    if (v->count * 2 <= v->slots && v->shown_count * 2 <= v->slots)
        return;
    struct hidden **old = v->slot;
    size_t          old_slots = v->slots;
    make_slots(v, v->slots * 2);
    v->shown_count = 0;
    for (size_t i = 0; i < old_slots; i++) {
        if (!old[i])
            continue;
        *slot_of(v, old[i]->kind, old[i]->code) = old[i];
        if (old[i]->is_surrogate)
            take_shown_slot(v, old[i]);
    }
}

/* --- what stands for a value ------------------------------------------------------------------------------ */

static struct hidden *keep(struct vault *v, enum pii_kind kind, const char *source, struct slice value,
                           bool is_number);

void vault_show_placeholder(struct vault *v, struct hidden *h)
{
    char letters[CODE_LETTERS];
    for (int i = 0; i < CODE_LETTERS; i++)
        letters[i] = code_letters[h->code >> (CODE_BITS - LETTER_BITS * (i + 1)) & 31];
    h->shown = slice_str(arena_printf(v->arena, "%s_%.*s", pii_tag(h->kind), CODE_LETTERS, letters));
    h->is_surrogate = false;
    vault_show(v, h);
}

/* The word of a name that begins at or after *at, whose end becomes *at; empty where none does. */
static struct slice next_word(struct slice name, size_t *at)
{
    static const char breaks[] = " -\t\r\n,;/";
    size_t            start = *at;
    while (start < name.len && is_one_of(name.ptr[start], breaks))
        start++;
    size_t end = start;
    while (end < name.len && !is_one_of(name.ptr[end], breaks))
        end++;
    *at = end;
    return slice_cut(name, start, end);
}

static bool has_words(const struct hidden *h)
{
    size_t at = 0;
    next_word(h->value, &at);
    return surrogate_is_by_words(h->kind) && next_word(h->value, &at).len > 0;
}

/* "van", "de la": they tell of nobody. */
static bool is_particle(struct slice word)
{
    return word.len <= 3 && word.ptr[0] >= 'a' && word.ptr[0] <= 'z';
}

/* A name, word by word, what parts them as it is. */
static bool draw_words(struct vault *v, const struct hidden *h, struct buf *out)
{
    size_t at = 0, done = 0;
    for (struct slice word; (word = next_word(h->value, &at)).len; done = at) {
        buf_add(out, slice_cut(h->value, done, at - word.len));
        const struct hidden *shown = is_particle(word) ? NULL : keep(v, h->kind, h->source, word, false);
        if (shown && !shown->is_surrogate)
            return false;
        buf_add(out, shown ? shown->shown : word);
    }
    return !out->full && out->len <= SHOWN_MOST;
}

static bool draw(struct vault *v, const struct hidden *h, struct buf *out)
{
    return has_words(h) ? draw_words(v, h, out)
                        : surrogate_draw(h->kind, h->source, h->value, h->is_number, seed_of(v, h), out);
}

/* One that nobody else here has. Words decide a name's, so it is drawn once. */
static bool show_surrogate(struct vault *v, struct hidden *h)
{
    struct buf drawn;
    bool       is_free = false;
    buf_init(&drawn, (size_t)2 * SHOWN_MOST);
    for (unsigned tries = has_words(h) ? 1 : DRAWS_MOST; tries > 0 && !is_free; tries--) {
        buf_reset(&drawn);
        if (!draw(v, h, &drawn))
            break;
        const struct hidden *other = *shown_slot(v, buf_slice(&drawn));
        is_free = !other || (other == h && has_words(h));
        h->draws += !is_free;
    }
    if (is_free) {
        h->shown = arena_copy(v->arena, buf_slice(&drawn));
        h->is_surrogate = v->has_surrogates = true;
        take_shown_slot(v, h);
        vault_show(v, h);
    }
    buf_wipe(&drawn);
    return is_free;
}

static void show(struct vault *v, struct hidden *h)
{
    if (!(v->surrogate >> h->kind & 1) || !show_surrogate(v, h))
        vault_show_placeholder(v, h);
}

struct hidden *vault_put(struct vault *v, enum pii_kind kind, uint64_t code, struct slice value)
{
    struct hidden **slot = slot_of(v, kind, code);
    if (*slot)
        return slice_eq((*slot)->value, value) ? *slot : NULL;
    struct hidden *h = *slot = arena_alloc(v->arena, sizeof *h);
    *h = (struct hidden){ .code = code, .kind = kind, .value = arena_copy(v->arena, value) };
    v->count++;
    grow_where_half_full(v);
    return h;
}

static struct hidden *keep(struct vault *v, enum pii_kind kind, const char *source, struct slice value,
                           bool is_number)
{
    struct hidden *h = NULL;
    for (unsigned char again = 0; !h; again++)
        h = vault_put(v, kind, code_of(v, kind, value, again), value);
    if (!h->shown.len) {
        h->source = source;
        h->is_number = is_number;
        show(v, h);
    }
    return h;
}

/* --- surrogates that a text holds already ----------------------------------------------------------------- */

static void draw_anew(struct vault *v, struct hidden *h)
{
    wipe_shown(h);
    h->draws++;
    grow_where_half_full(v);
    show(v, h);
}

/* A name is avoided by avoiding its words. */
static void avoid(struct vault *v, struct hidden *h)
{
    if (!has_words(h)) {
        draw_anew(v, h);
        return;
    }
    size_t at = 0;
    for (struct slice word; (word = next_word(h->value, &at)).len;)
        if (!is_particle(word))
            draw_anew(v, keep(v, h->kind, h->source, word, false));
}

static void put_names_together(struct vault *v)
{
    for (size_t i = 0; i < v->slots; i++) {
        struct hidden *h = v->slot[i];
        if (h && h->is_surrogate && has_words(h)) {
            wipe_shown(h);
            show(v, h);
        }
    }
}

bool vault_avoid(struct vault *v, struct slice text)
{
    bool was_any = false;
    if (!v->has_surrogates)
        return false;
    struct probing probing = { .index = vault_index(v), .is_whole = true };
    for (size_t at = 0; at < text.len;) {
        struct probe p = vault_probe(&probing, slice_of(text.ptr + at, text.len - at));
        probing.is_in_word = p.in_word;
        at += p.length;
        if (p.verdict != VERDICT_YES || !p.issued->hidden->is_surrogate ||
            p.issued->hidden->draws > AVOIDED_MOST)
            continue;
        avoid(v, p.issued->hidden);
        put_names_together(v);
        probing.index = vault_index(v);
        was_any = true;
    }
    return was_any;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

static struct hidden *keep_found(struct vault *v, struct slice text, const struct finding *f)
{
    struct slice   value = f->value.ptr ? f->value : slice_cut(text, f->start, f->end);
    struct hidden *h = keep(v, f->kind, f->source, value, f->is_number);
    if (f->is_number && !h->is_number && h->is_surrogate) { /* it was drawn where any shape would do */
        h->is_number = true;
        draw_anew(v, h);
    }
    h->is_number = h->is_number || f->is_number;
    v->has_numbers = v->has_numbers || (h->is_number && !h->is_surrogate);
    return h;
}

static void hide(struct vault *v, struct slice text, const struct finding *f, struct buf *out)
{
    if (v->remove >> f->kind & 1) {
        buf_add_str(out, f->is_number ? "\"" VAULT_REMOVED "\"" : VAULT_REMOVED);
        return;
    }
    const struct hidden *h = keep_found(v, text, f);
    const char          *quote = f->is_number && !h->is_surrogate ? "\"" : "";
    buf_printf(out, "%s%.*s%s", quote, SLICE_ARG(h->shown), quote);
}

/* Placeholders need no asking whether a text holds them: they come when they are written. */
void vault_issue(struct vault *v, struct slice text, const struct findings *found, pii_set kinds)
{
    for (size_t i = 0; i < found->count; i++)
        if ((kinds & v->surrogate & ~v->remove) >> found->item[i].kind & 1)
            keep_found(v, text, &found->item[i]);
}

size_t vault_hide(struct vault *v, struct slice text, const struct findings *found, pii_set kinds,
                  struct buf *out)
{
    size_t at = 0, hidden = 0;
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->item[i];
        if (!(kinds >> f->kind & 1))
            continue;
        buf_add(out, slice_cut(text, at, f->start));
        hide(v, text, f, out);
        at = f->end;
        hidden++;
    }
    buf_add(out, slice_cut(text, at, text.len));
    return hidden;
}
