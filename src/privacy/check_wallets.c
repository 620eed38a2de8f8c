/*
 * check_wallets.c - Bitcoin addresses, which carry a checksum: Base58Check (1…, 3…) and Bech32 (bc1…).
 */
#include "checks.h"

#include <openssl/sha.h>

enum {
    BASE58_LEAST = 26,
    BASE58_MOST = 35,
    PAYLOAD_BYTES = 21, /* a version and a hash of 160 bits */
    CHECKSUM_BYTES = 4,
    BECH32_LEAST = 14,
    BECH32_MOST = 90,
    BECH32_VALUES_AT = 3, /* behind "bc1" */
};

/* Where the letters and digits end that begin at `at`, or `most` bytes after it. */
static size_t alnum_end(struct slice text, size_t at, size_t most)
{
    size_t end = at;
    while (end - at < most && is_alnum(byte_at(text, end)))
        end++;
    return end;
}

/* The number that the letters write in base 58, in PAYLOAD_BYTES + CHECKSUM_BYTES bytes; false when it needs
 * more. */
static bool base58_decode(struct slice letters, unsigned char out[PAYLOAD_BYTES + CHECKSUM_BYTES])
{
    static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    memset(out, 0, PAYLOAD_BYTES + CHECKSUM_BYTES);
    for (size_t i = 0; i < letters.len; i++) {
        const char *at = strchr(alphabet, letters.ptr[i]);
        if (!at)
            return false;
        unsigned carry = (unsigned)(at - alphabet);
        for (int byte = PAYLOAD_BYTES + CHECKSUM_BYTES - 1; byte >= 0; byte--) {
            carry += out[byte] * 58u;
            out[byte] = (unsigned char)carry;
            carry >>= 8;
        }
        if (carry)
            return false;
    }
    return true;
}

/* The last four bytes are the first of SHA-256(SHA-256(the others)). */
float check_base58(struct slice text, struct place *p)
{
    unsigned char bytes[PAYLOAD_BYTES + CHECKSUM_BYTES], digest[SHA256_DIGEST_LENGTH];
    p->start = after_edge(text, p->start);
    p->end = alnum_end(text, p->start, BASE58_MOST + 1);
    size_t length = p->end - p->start;
    if (length < BASE58_LEAST || length > BASE58_MOST || !stands_free(text, *p) ||
        !base58_decode(slice_of(text.ptr + p->start, length), bytes))
        return 0;
    SHA256(bytes, PAYLOAD_BYTES, digest);
    SHA256(digest, sizeof digest, digest);
    return memcmp(digest, bytes + PAYLOAD_BYTES, CHECKSUM_BYTES) == 0;
}

/* One step of BIP 173's checksum. */
static uint32_t polymod(uint32_t sum, unsigned value)
{
    static const uint32_t generator[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
    uint32_t              top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (int i = 0; i < 5; i++)
        if (top >> i & 1)
            sum ^= generator[i];
    return sum;
}

/* BIP 173 (Bech32) and BIP 350 (Bech32m), whose checksums end in different constants; one case throughout. */
float check_bech32(struct slice text, struct place *p)
{
    static const char     alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    static const unsigned prefix[] = { 'b' >> 5, 'c' >> 5, 0, 'b' & 31, 'c' & 31 };
    bool                  has_upper = false, has_lower = false;
    uint32_t              sum = 1;
    p->end = alnum_end(text, p->start, BECH32_MOST + 1);
    size_t length = p->end - p->start;
    if (length < BECH32_LEAST || length > BECH32_MOST || !stands_free(text, *p))
        return 0;
    for (size_t i = 0; i < sizeof prefix / sizeof prefix[0]; i++)
        sum = polymod(sum, prefix[i]);
    for (size_t i = 0; i < length; i++) {
        char c = text.ptr[p->start + i];
        has_upper = has_upper || (c >= 'A' && c <= 'Z');
        has_lower = has_lower || (c >= 'a' && c <= 'z');
        if (i < BECH32_VALUES_AT)
            continue;
        const char *at = strchr(alphabet, lower(c));
        if (!at)
            return 0;
        sum = polymod(sum, (unsigned)(at - alphabet));
    }
    return !(has_upper && has_lower) && (sum == 1 || sum == 0x2bc830a3);
}
