/*
 * checks.h - what a regex cannot say about a value: one function a name in tables/pii_patterns.h's column
 * `check`.
 *
 * A check is given the text and the place where its pattern hit, reads what stands there, and moves the place's
 * ends to the value's own. It returns how much of the pattern's confidence holds: 0 for "this is none", 1 for
 * all. Checks read no more than some hundred bytes to either side (a private key: PEM_MOST_BYTES), whatever the
 * text.
 */
#ifndef WEIR_SRC_PRIVACY_CHECKS_H
#define WEIR_SRC_PRIVACY_CHECKS_H

#include "base/slice.h"

struct place {
    size_t start, end; /* bytes of the text */
};

typedef float check_fn(struct slice text, struct place *);

check_fn check_email, check_web, check_ipv4, check_ipv6, check_mac;
check_fn check_iban, check_card, check_ssn, check_bic;
check_fn check_base58, check_bech32;
check_fn check_phone_plus, check_phone_00, check_phone_nanp, check_phone_pairs, check_phone_trunk,
    check_phone_groups, check_phone_bare;
check_fn check_key_whole, check_key_run, check_key_azure, check_key_value, check_key_marker, check_key_hook,
    check_key_jwt, check_key_pem, check_key_putty;
check_fn check_whole, check_named, check_account, check_serial, check_plate, check_passport;
check_fn check_date, check_date_compact, check_date_in_words, check_age, check_age_said, check_coordinates;
check_fn check_password, check_password_word, check_token, check_header, check_url_login, check_oracle_login,
    check_login, check_hash;
check_fn check_user, check_user_path, check_tilde, check_handle, check_prompt, check_machine, check_profile;

/* Letters that nobody drew at random (xxxxxxxx, abcdefgh, EXAMPLE), or a sample that is published. For keys,
 * ten bytes at least. */
bool is_made_up(struct slice key);

/* Shannon's entropy of a run of letters, in thousandths of a bit a letter. */
unsigned millibits_a_letter(struct slice);

/* Whether the word, in small letters, stands anywhere in s, whatever the case there. */
bool has_nocase(struct slice s, const char *lower_word);

/* ASCII only, whatever the locale; bytes of other letters are none of these. */
static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool is_alnum(char c)
{
    return is_digit(c) || is_letter(c);
}

static inline bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

static inline char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* The byte at `at`, or NUL beyond either end (an offset of 0 less 1 is beyond too). */
static inline char byte_at(struct slice text, size_t at)
{
    return at < text.len ? text.ptr[at] : '\0';
}

/* Whether `at` follows "\n", "\r" or "\t" written as an escape, whose letter is no letter of a word. */
static inline bool is_after_escape(struct slice text, size_t at)
{
    return is_one_of(byte_at(text, at - 1), "nrt") && byte_at(text, at - 2) == '\\';
}

static inline bool is_in_word(struct slice text, size_t at)
{
    return is_alnum(byte_at(text, at - 1)) && !is_after_escape(text, at);
}

/* Neither a letter nor a digit touches the place. */
static inline bool stands_free(struct slice text, struct place p)
{
    return !is_in_word(text, p.start) && !is_alnum(byte_at(text, p.end));
}

/* Where a number begins that was found by the EDGE of tables/pii_patterns.h. */
static inline size_t after_edge(struct slice text, size_t start)
{
    char c = byte_at(text, start);
    return c == '_' ? start + 1 : c == '\\' ? start + 2 : start;
}

#endif
