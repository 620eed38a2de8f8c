/*
 * made_up.c - what looks like a key and is none: placeholders, sequences, samples.
 *
 * A key's letters are drawn at random. Whoever writes a manual fills in xxxxxxxx, 12345678 or YOUR_KEY_HERE,
 * copies EXAMPLE from another manual, or takes one of the samples that issuers publish.
 */
#include "checks.h"

#include <math.h>
#include <openssl/sha.h>

enum {
    DISTINCT_LEAST = 8,
    SEQUENCE_LEAST = 8,     /* letters in order one after the other: one in a million keys has them */
    MILLIBITS_LEAST = 2700, /* a letter; random hexadecimal of twelve has more */
};

bool has_nocase(struct slice s, const char *lower_word)
{
    size_t len = strlen(lower_word);
    for (size_t i = 0; i + len <= s.len; i++)
        if (slice_is_nocase(slice_of(s.ptr + i, len), lower_word))
            return true;
    return false;
}

unsigned millibits_a_letter(struct slice s)
{
    unsigned times[256] = { 0 };
    double   bits = 0;
    for (size_t i = 0; i < s.len; i++)
        times[(unsigned char)s.ptr[i]]++;
    for (int byte = 0; byte < 256; byte++)
        if (times[byte])
            bits -= times[byte] * log2((double)times[byte] / (double)s.len);
    return s.len ? (unsigned)(1000 * bits / (double)s.len) : 0;
}

/* Half of the letters, or many in a row, are the one before again or the next in the alphabet. */
static bool is_sequence(struct slice key)
{
    size_t steps = 0, run = 0, longest = 0;
    for (size_t i = 1; i < key.len; i++) {
        int step = lower(key.ptr[i]) - lower(key.ptr[i - 1]);
        run = step == 0 || step == 1 ? run + 1 : 0;
        steps += run > 0;
        longest = run > longest ? run : longest;
    }
    return steps * 2 >= key.len || longest + 1 >= SEQUENCE_LEAST;
}

static bool has_few_letters(struct slice key)
{
    bool   seen[256] = { false };
    size_t distinct = 0;
    for (size_t i = 0; i < key.len; i++) {
        unsigned char c = (unsigned char)lower(key.ptr[i]);
        distinct += !seen[c];
        seen[c] = true;
    }
    return distinct < DISTINCT_LEAST || millibits_a_letter(key) < MILLIBITS_LEAST;
}

static bool has_word_of_manuals(struct slice key)
{
    static const char *const words[] = { "example",   "placeholder", "your_",    "your-",      "changeme",
                                         "change_me", "redacted",    "xxxx",     "dummy",      "sample",
                                         "foobar",    "notreal",     "not_real", "my_key",     "my-key",
                                         "replace_",  "replace-",    "insert_",  "token_here", "key_here" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (has_nocase(key, words[i]))
            return true;
    return false;
}

static bool is_sample(struct slice key)
{
    static const uint64_t samples[] = {
#define SAMPLE_KEY(hash) hash,
#include "tables/sample_keys.h"
#undef SAMPLE_KEY
    };
    unsigned char digest[SHA256_DIGEST_LENGTH];
    uint64_t      hash = 0;
    SHA256((const unsigned char *)key.ptr, key.len, digest);
    for (size_t i = 0; i < sizeof hash; i++)
        hash = hash << 8 | digest[i];
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        if (samples[i] == hash)
            return true;
    return false;
}

bool is_made_up(struct slice key)
{
    return has_few_letters(key) || is_sequence(key) || has_word_of_manuals(key) || is_sample(key);
}
