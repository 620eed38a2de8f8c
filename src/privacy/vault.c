/*
 * vault.c - hiding: values into placeholders.
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
#include "vault_index.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

enum { HMAC_BYTES = 32, SLOTS_FIRST = 16 };

static const char code_letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#define PII_KIND(name, word, tag, is_secret)                                                                   \
    _Static_assert(sizeof tag + CODE_LETTERS + 2 <= RESTORE_HELD_MOST,                                         \
                   "a placeholder in quotes longer than may be held back");
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

static uint64_t code_of(struct vault *v, enum pii_kind kind, struct slice value, unsigned char again)
{
    const char   *tag = pii_tag(kind);
    unsigned char mac[HMAC_BYTES];
    struct slice  parts[] = { slice_of(tag, strlen(tag) + 1), value, slice_of((const char *)&again, 1) };
    hmac_of(v->hmac, parts, again ? 3 : 2, mac);
    uint64_t code = 0;
    for (int i = 0; i < 8; i++)
        code = code << 8 | mac[i];
    return code >> (64 - CODE_BITS);
}

int code_letter_value(char c)
{
    const char *at = c ? strchr(code_letters, c) : NULL;
    return at ? (int)(at - code_letters) : -1;
}

/* --- the table -------------------------------------------------------------------------------------------- */

static void wipe(void *arg)
{
    struct vault *v = arg;
    for (size_t i = 0; i < v->slots; i++)
        if (v->slot[i])
            OPENSSL_cleanse((char *)v->slot[i]->value.ptr, v->slot[i]->value.len);
    EVP_MAC_CTX_free(v->hmac); /* and the key in it */
    *v = (struct vault){ 0 };
}

struct vault *vault_new(struct arena *arena, const struct vault_key *team_key)
{
    struct vault *v = arena_alloc(arena, sizeof *v);
    v->arena = arena;
    v->hmac = hmac_new(team_key);
    v->slots = SLOTS_FIRST;
    v->slot = arena_array(arena, v->slots, sizeof(struct hidden *));
    arena_defer(arena, wipe, v);
    return v;
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

const struct hidden *vault_get(const struct vault *v, enum pii_kind kind, uint64_t code)
{
    return *slot_of(v, kind, code);
}

static void grow(struct vault *v)
{
    struct hidden **old = v->slot;
    size_t          old_slots = v->slots;
    v->slots *= 2;
    v->slot = arena_array(v->arena, v->slots, sizeof(struct hidden *));
    for (size_t i = 0; i < old_slots; i++)
        if (old[i])
            *slot_of(v, old[i]->kind, old[i]->code) = old[i];
}

struct hidden *vault_put(struct vault *v, enum pii_kind kind, uint64_t code, struct slice value)
{
    struct hidden **slot = slot_of(v, kind, code);
    if (*slot)
        return slice_eq((*slot)->value, value) ? *slot : NULL;
    struct hidden *h = *slot = arena_alloc(v->arena, sizeof *h);
    *h = (struct hidden){ .code = code, .kind = kind, .value = arena_copy(v->arena, value) };
    v->kinds |= (pii_set)1 << kind;
    if (++v->count * 2 > v->slots)
        grow(v);
    return h;
}

static struct hidden *keep(struct vault *v, enum pii_kind kind, struct slice value)
{
    struct hidden *h = NULL;
    for (unsigned char again = 0; !h; again++)
        h = vault_put(v, kind, code_of(v, kind, value, again), value);
    return h;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

void hidden_write(const struct hidden *h, bool in_quotes, struct buf *out)
{
    char letters[CODE_LETTERS];
    for (int i = 0; i < CODE_LETTERS; i++)
        letters[i] = code_letters[h->code >> (CODE_BITS - LETTER_BITS * (i + 1)) & 31];
    const char *quote = in_quotes ? "\"" : "";
    buf_printf(out, "%s%s_%.*s%s", quote, pii_tag(h->kind), CODE_LETTERS, letters, quote);
}

static void hide(struct vault *v, struct slice text, const struct finding *f, struct buf *out)
{
    struct slice   value = f->value.ptr ? f->value : slice_cut(text, f->start, f->end);
    struct hidden *h = keep(v, f->kind, value);
    h->is_number = h->is_number || f->is_number;
    v->has_numbers = v->has_numbers || f->is_number;
    hidden_write(h, f->is_number, out);
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
