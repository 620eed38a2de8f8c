/* seal.c - see privacy/seal.h. */
#include "privacy/seal.h"

#include "base/die.h"
#include "base/wipe.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

enum { VERSION = 1, SALT_BYTES = 16, TAG_BYTES = 16, HEAD_BYTES = 1 + SALT_BYTES, NONCE_BYTES = 12 };

static const unsigned char nonce[NONCE_BYTES];

static void key_of_seal(const struct vault_key *team_key, const char *purpose, const char *head,
                        struct vault_key *out)
{
    char   named[SEAL_PURPOSE_MOST + SALT_BYTES];
    size_t len = strlen(purpose) + 1;
    if (len > SEAL_PURPOSE_MOST)
        die("a seal's purpose is longer than %d bytes", SEAL_PURPOSE_MOST);
    memcpy(named, purpose, len);
    memcpy(named + len, head + 1, SALT_BYTES);
    vault_key_derive(team_key, slice_of(named, len + SALT_BYTES), out);
}

/* Of `bytes` at from, into to; the head is authenticated with them. False: OpenSSL failed, or, opening, the tag
 * is another. */
static bool run_cipher(struct vault_key *key, bool is_sealing, const char *head, const char *from, size_t bytes,
                       char *to, char *tag)
{
    int                  done = 0;
    const unsigned char *in = (const unsigned char *)from;
    unsigned char       *out = (unsigned char *)to;
    EVP_CIPHER_CTX      *c = die_if_null(EVP_CIPHER_CTX_new());
    bool ok = EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, key->bytes, nonce, is_sealing) == 1 &&
              EVP_CipherUpdate(c, NULL, &done, (const unsigned char *)head, HEAD_BYTES) == 1 &&
              EVP_CipherUpdate(c, out, &done, in, (int)bytes) == 1 &&
              (is_sealing || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1) &&
              EVP_CipherFinal_ex(c, out + done, &done) == 1 &&
              (!is_sealing || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) == 1);
    EVP_CIPHER_CTX_free(c);
    explicit_bzero(key, sizeof *key);
    wipe_stack(); /* OpenSSL's assembly leaves blocks of what it worked on there */
    return ok;
}

void seal(const struct vault_key *team_key, const char *purpose, struct slice plain, struct buf *out)
{
    struct vault_key key;
    char            *sealed = plain.len > INT32_MAX / 2 ? NULL : buf_reserve(out, plain.len + SEAL_BYTES);
    if (!sealed) {
        out->full = true;
        return;
    }
    sealed[0] = VERSION;
    if (RAND_bytes((unsigned char *)sealed + 1, SALT_BYTES) != 1)
        die("OpenSSL has no random bytes");
    key_of_seal(team_key, purpose, sealed, &key);
    if (!run_cipher(&key, true, sealed, plain.ptr, plain.len, sealed + HEAD_BYTES,
                    sealed + HEAD_BYTES + plain.len))
        die("OpenSSL has no AES-256-GCM");
    out->len += plain.len + SEAL_BYTES;
}

bool is_seal(struct slice sealed)
{
    return sealed.len >= SEAL_BYTES && sealed.len <= INT32_MAX && sealed.ptr[0] == VERSION;
}

bool seal_open(const struct vault_key *team_key, const char *purpose, struct slice sealed, struct buf *plain)
{
    struct vault_key key;
    size_t           bytes = sealed.len - SEAL_BYTES;
    char *room = is_seal(sealed) ? buf_reserve(plain, bytes + 1) : NULL; /* an empty text needs room, too */
    if (!room)
        return false;
    key_of_seal(team_key, purpose, sealed.ptr, &key);
    bool ok = run_cipher(&key, false, sealed.ptr, sealed.ptr + HEAD_BYTES, bytes, room,
                         (char *)sealed.ptr + HEAD_BYTES + bytes);
    if (ok)
        plain->len += bytes;
    else
        explicit_bzero(room, bytes);
    return ok;
}

/* ---- as text ---- */

static void add_base64(struct slice bytes, struct buf *out)
{
    size_t length = (bytes.len + 2) / 3 * 4;
    char  *room = buf_reserve(out, length + 1); /* OpenSSL ends it with a NUL */
    if (room) {
        EVP_EncodeBlock((unsigned char *)room, (const unsigned char *)bytes.ptr, (int)bytes.len);
        out->len += length;
    }
}

void seal_as_text(const struct vault_key *team_key, const char *purpose, struct slice plain, struct buf *out)
{
    struct buf sealed;
    buf_init(&sealed, plain.len + SEAL_BYTES);
    seal(team_key, purpose, plain, &sealed);
    add_base64(buf_slice(&sealed), out);
    buf_fini(&sealed);
}

/* Standard base64 without blanks, its unused bits zero, as we write it: one seal has one form. In the arena;
 * empty where it is none. */
struct slice seal_of_text(struct slice text, struct arena *arena)
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
