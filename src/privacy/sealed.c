/*
 * sealed.c - maps sealed with a team's key: see privacy/written.h.
 *
 *   version (1 byte) | salt (16) | AES-256-GCM of the map under HMAC-SHA-256(team key, label salt) | tag (16)
 *
 * Each seal has a key of its own, so that its nonce may be all zeros and no number of seals comes near GCM's
 * limits for random ones (NIST SP 800-38D, 8.3). The label keeps these keys apart from placeholders, which the
 * team's key makes too: no tag has small letters.
 */
#include "privacy/written.h"

#include "base/die.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

enum { VERSION = 1, SALT_BYTES = 16, TAG_BYTES = 16, HEAD_BYTES = 1 + SALT_BYTES, NONCE_BYTES = 12 };

static const unsigned char nonce[NONCE_BYTES];

static void key_of_seal(const struct vault_key *team_key, const char *head, struct vault_key *out)
{
    static const char label[] = "seal of a map";
    char              named[sizeof label + SALT_BYTES];
    memcpy(named, label, sizeof label);
    memcpy(named + sizeof label, head + 1, SALT_BYTES);
    vault_key_derive(team_key, slice_of(named, sizeof named), out);
}

/* OpenSSL's assembly leaves blocks of the map on the stack. */
static __attribute__((noinline)) void wipe_stack(void)
{
    char below[32 * 1024];
    explicit_bzero(below, sizeof below);
}

/* Of `bytes` at from, into to; the head is authenticated with them. False: OpenSSL failed, or, opening, the tag
 * is another. */
static bool run_cipher(const struct vault_key *team_key, bool is_sealing, const char *head, const char *from,
                       size_t bytes, char *to, char *tag)
{
    struct vault_key     key;
    int                  done = 0;
    const unsigned char *in = (const unsigned char *)from;
    unsigned char       *out = (unsigned char *)to;
    EVP_CIPHER_CTX      *c = die_if_null(EVP_CIPHER_CTX_new());
    key_of_seal(team_key, head, &key);
    bool ok = EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, key.bytes, nonce, is_sealing) == 1 &&
              EVP_CipherUpdate(c, NULL, &done, (const unsigned char *)head, HEAD_BYTES) == 1 &&
              EVP_CipherUpdate(c, out, &done, in, (int)bytes) == 1 &&
              (is_sealing || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1) &&
              EVP_CipherFinal_ex(c, out + done, &done) == 1 &&
              (!is_sealing || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) == 1);
    EVP_CIPHER_CTX_free(c);
    explicit_bzero(&key, sizeof key);
    wipe_stack();
    return ok;
}

static void add_base64(struct slice bytes, struct buf *out)
{
    size_t length = (bytes.len + 2) / 3 * 4;
    char  *room = buf_reserve(out, length + 1); /* OpenSSL ends it with a NUL */
    if (room) {
        EVP_EncodeBlock((unsigned char *)room, (const unsigned char *)bytes.ptr, (int)bytes.len);
        out->len += length;
    }
}

void map_seal(const struct vault *vault, const struct vault_key *team_key, struct buf *out)
{
    struct buf plain, sealed;
    buf_init(&plain, out->ceiling);
    map_write(vault, &plain);
    size_t bytes = HEAD_BYTES + plain.len + TAG_BYTES;
    buf_init(&sealed, bytes);
    char *seal = buf_reserve(&sealed, bytes);
    if (plain.full || plain.len > INT32_MAX / 2) {
        out->full = true;
    } else {
        seal[0] = VERSION;
        if (RAND_bytes((unsigned char *)seal + 1, SALT_BYTES) != 1 ||
            !run_cipher(team_key, true, seal, plain.ptr, plain.len, seal + HEAD_BYTES,
                        seal + HEAD_BYTES + plain.len))
            die("OpenSSL has no AES-256-GCM");
        add_base64(slice_of(seal, bytes), out);
    }
    buf_wipe(&plain);
    buf_fini(&sealed);
}

/* Standard base64 without blanks, its unused bits zero, as we write it: one seal has one form. In the arena;
 * empty where it is none. */
static struct slice read_base64(struct slice text, struct arena *arena)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t            padding = slice_ends(text, S("==")) ? 2 : slice_ends(text, S("=")) ? 1 : 0;
    const char       *letter = letters;
    if (text.len == 0 || text.len % 4 != 0 || text.len > INT32_MAX)
        return slice_of(NULL, 0);
    for (size_t i = 0; letter && i < text.len - padding; i++)
        letter = memchr(letters, text.ptr[i], sizeof letters - 1);
    if (!letter || (letter - letters) & ((1 << 2 * padding) - 1))
        return slice_of(NULL, 0);
    char *bytes = arena_alloc(arena, text.len / 4 * 3);
    int   count = EVP_DecodeBlock((unsigned char *)bytes, (const unsigned char *)text.ptr, (int)text.len);
    return slice_of(bytes, count < 0 ? 0 : (size_t)count - padding);
}

bool map_open(struct vault *vault, struct arena *scratch, const struct vault_key *team_key, struct slice text,
              struct fault *why)
{
    struct slice seal = read_base64(text, scratch);
    if (seal.len < HEAD_BYTES + TAG_BYTES || seal.ptr[0] != VERSION)
        return fault_set_param(why, FAULT_BAD_REQUEST, "map", "this is no map that was sealed here");
    size_t bytes = seal.len - HEAD_BYTES - TAG_BYTES;
    char  *plain = arena_alloc(scratch, bytes), *tag = (char *)seal.ptr + HEAD_BYTES + bytes;
    bool   ok = run_cipher(team_key, false, seal.ptr, seal.ptr + HEAD_BYTES, bytes, plain, tag);
    if (!ok)
        fault_set_param(why, FAULT_BAD_REQUEST, "map",
                        "this map was sealed for another team or with another secret, or was changed");
    ok = ok && map_read(vault, scratch, slice_of(plain, bytes), why);
    explicit_bzero(plain, bytes);
    return ok;
}
