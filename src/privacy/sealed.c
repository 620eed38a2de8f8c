/* sealed.c - maps sealed with a team's key, in base64: see privacy/written.h. */
#include "privacy/seal.h"
#include "privacy/written.h"

#include <openssl/evp.h>

static const char purpose[] = "seal of a map";

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
    buf_init(&sealed, plain.len + SEAL_BYTES);
    if (plain.full)
        out->full = true;
    else
        seal(team_key, purpose, buf_slice(&plain), &sealed);
    add_base64(buf_slice(&sealed), out);
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
    struct slice sealed = read_base64(text, scratch);
    struct buf   plain;
    if (!is_seal(sealed))
        return fault_set_param(why, FAULT_BAD_REQUEST, "map", "this is no map that was sealed here");
    buf_init(&plain, sealed.len);
    bool ok = seal_open(team_key, purpose, sealed, &plain);
    if (!ok)
        fault_set_param(why, FAULT_BAD_REQUEST, "map",
                        "this map was sealed for another team or with another secret, or was changed");
    ok = ok && map_read(vault, scratch, buf_slice(&plain), why);
    buf_wipe(&plain);
    return ok;
}
