/*
 * surrogate_numbers.c - surrogates of numbers and addresses of machines, from ranges that are nobody's.
 */
#include "checks.h"
#include "proofs.h"
#include "surrogate_kinds.h"

#include <stdio.h>

enum { PROOF_DRAWS = 4000 };

/* The digit that makes all of them, it at the end, pass Luhn's check. */
static char luhn_digit(const char *digits, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(digits[count - 1 - i] - '0') << (i % 2 == 0);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

/* ---- numbers with a proof ---- */

/* Beginnings that are set aside, by the finding's source: nobody is given such a number. */
static const struct {
    const char *source, *begins;
} set_aside[] = {
    { "uk nhs", "999" }, /* NHS Data Dictionary: 999 000 0000 to 999 999 9999 is for tests */
    { "uk nhs bare", "999" },
    { "uk nino", "QQ" }, /* HMRC, NIM39110: QQ is not used as a prefix; its examples have it */
    { "imei", "00" },    /* GSMA TS.06: a reporting body "00" is for test equipment */
};

static proof_fn *proof_of(const char *source)
{
    static const struct {
        const char *name;
        proof_fn   *proof;
    } proofs[] = {
#define PII_PATTERN(kind, name, regex, check, alone, beside, words, doubts)
#define PII_NUMBER(kind, name, shape, proof, alone, beside, words, doubts) { name, proof_##proof },
#include "tables/pii_patterns.h"
#include "tables/pii_numbers.h"
#undef PII_PATTERN
#undef PII_NUMBER
    };
    for (size_t i = 0; i < sizeof proofs / sizeof *proofs; i++)
        if (strcmp(proofs[i].name, source) == 0)
            return proofs[i].proof;
    return proof_none;
}

static const char *beginning_of(const char *source)
{
    for (size_t i = 0; i < sizeof set_aside / sizeof *set_aside; i++)
        if (strcmp(set_aside[i].source, source) == 0)
            return set_aside[i].begins;
    return "";
}

/* In place of the number's own, where it is longer. */
static void put_beginning(const char *begins, char *number, size_t count)
{
    for (size_t i = 0; begins[i] && strlen(begins) < count; i++)
        number[i] = begins[i];
}

static void capitals(const char *letters, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = is_letter(letters[i]) ? (char)(letters[i] & ~0x20) : letters[i];
}

/* Draws until the proof holds: a check digit takes ten draws or so, a date and two check digits a thousand.
 * What never holds (a prefix that is set aside because the proof refuses it) keeps the shape alone. */
bool surrogate_number(struct draw *d)
{
    char        own[96], drawn[sizeof own], proved[sizeof own];
    size_t      count = draw_letters(d, own, sizeof own);
    const char *begins = beginning_of(d->source);
    proof_fn   *proof = proof_of(d->source);
    count = count < sizeof own ? count : sizeof own;
    bool has_proof = count <= NUMBER_MOST_LETTERS && proof != proof_none;
    for (int tries = has_proof ? PROOF_DRAWS : 1; tries > 0; tries--) {
        for (size_t i = 0; i < count; i++)
            drawn[i] = draw_like(d, own[i]);
        put_beginning(begins, drawn, count);
        if (count && own[0] != '0' && drawn[0] == '0' && !*begins)
            drawn[0] = '7';
        capitals(drawn, count, proved);
        if (has_proof && proof(slice_of(proved, count)))
            break;
    }
    draw_fill(d, drawn, count);
    return true;
}

/* ---- banks ---- */

/* The beginnings of card processors' published test cards: 4000 00…, 3700 00…, 3000 00…; the networks issue
 * none there. */
bool surrogate_card(struct draw *d)
{
    char   own[19], drawn[19];
    size_t count = draw_letters(d, own, sizeof own);
    if (count < 12 || count > sizeof own)
        return false;
    for (size_t i = 0; i + 1 < count; i++)
        drawn[i] = draw_like(d, '0');
    put_beginning(count == 15 ? "370000" : count == 14 ? "300000" : "400000", drawn, count);
    drawn[count - 1] = luhn_digit(drawn, count - 1);
    draw_fill(d, drawn, count);
    return true;
}

/* ISO 13616: the remainder by 97 of the country's letters and two zeros put last. */
static void check_iban_digits(char *iban, size_t count)
{
    unsigned rest = 0;
    iban[2] = iban[3] = '0';
    for (size_t i = 0; i < count; i++) {
        char     c = iban[(i + 4) % count];
        unsigned value = is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c & ~0x20) - 'A') + 10;
        rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    unsigned check = 98 - rest;
    iban[2] = (char)('0' + check / 10);
    iban[3] = (char)('0' + check % 10);
}

/* The country and the length stay; the bank is 9999 or ZZZZ, which no country gives out (German bank codes
 * begin with 1 to 8). */
bool surrogate_iban(struct draw *d)
{
    enum { BANK_FROM = 4, BANK_TO = 8 };
    char   iban[34];
    size_t count = draw_letters(d, iban, sizeof iban);
    if (count < 15 || count > sizeof iban)
        return false;
    for (size_t i = BANK_FROM; i < count; i++)
        if (i < BANK_TO)
            iban[i] = is_digit(iban[i]) ? '9' : iban[i] & 0x20 ? 'z' : 'Z';
        else
            iban[i] = draw_like(d, iban[i]);
    check_iban_digits(iban, count);
    draw_fill(d, iban, count);
    return true;
}

/* ISO 9362: the country stays; a location that ends in 0 is a test BIC. */
bool surrogate_bic(struct draw *d)
{
    char   bic[11];
    size_t count = draw_letters(d, bic, sizeof bic);
    if (count != 8 && count != 11)
        return false;
    for (size_t i = 0; i < count; i++)
        if (i != 4 && i != 5)
            bic[i] = draw_like(d, bic[i]);
    bic[7] = '0';
    draw_fill(d, bic, count);
    return true;
}

/* Areas 900 to 999 are never issued as SSNs, and groups 01 to 49 there not as ITINs (SSA; IRS Pub. 1915). */
bool surrogate_ssn(struct draw *d)
{
    char   own[9], drawn[16];
    size_t count = draw_letters(d, own, sizeof own);
    if (count != sizeof own)
        return false;
    snprintf(drawn, sizeof drawn, "9%02u%02u%04u", draw_below(d, 100), 1 + draw_below(d, 49),
             1 + draw_below(d, 9999));
    draw_fill(d, drawn, count);
    return true;
}

/* Nobody has the key to an address that was drawn; how it begins stays. */
bool surrogate_wallet(struct draw *d)
{
    static const char base58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    static const char bech32[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    static const char hex[] = "0123456789abcdef";
    bool              is_hex = slice_starts(d->value, S("0x"));
    size_t            one = slice_find_byte(slice_cut(d->value, 0, 8), '1');
    bool              is_bech32 = one != SLICE_NONE && one >= 2 && is_letter(d->value.ptr[0]);
    const char       *letters = is_hex ? hex : is_bech32 ? bech32 : base58;
    size_t            kept = is_hex ? 2 : is_bech32 ? one + 1 : 1;
    buf_add(d->out, slice_cut(d->value, 0, kept));
    for (size_t i = kept; i < d->value.len; i++)
        buf_add_byte(d->out, letters[draw_below(d, (unsigned)strlen(letters))]);
    return true;
}

/* ---- machines ---- */

/* RFC 5737 and RFC 3849: addresses for documentation. */
bool surrogate_ip(struct draw *d)
{
    static const char *const nets[] = { "192.0.2", "198.51.100", "203.0.113" };
    if (slice_find_byte(d->value, ':') == SLICE_NONE)
        buf_printf(d->out, "%s.%u", nets[draw_below(d, 3)], 1 + draw_below(d, 254));
    else
        buf_printf(d->out, "2001:db8:%x:%x::%x", 1 + draw_below(d, 0xFFFF), 1 + draw_below(d, 0xFFFF),
                   1 + draw_below(d, 0xFFFF));
    return true;
}

/* IEEE 802: the second bit of the first byte says that nobody's factory gave it. */
bool surrogate_mac(struct draw *d)
{
    char own[12], drawn[13] = "02";
    if (draw_letters(d, own, sizeof own) != sizeof own)
        return false;
    for (size_t i = 2; i < sizeof own; i++)
        drawn[i] = "0123456789abcdef"[draw_below(d, 16)];
    draw_fill(d, drawn, sizeof own);
    return true;
}

/* ---- telephones ---- */

/* Numbers for films and books, by country code: how the number goes on there, "#" a digit. Of several lines of
 * a country the first is taken that begins as the value does; "" begins all. */
static const struct {
    const char *country, *begins, *number;
} fiction[] = {
    { "1", "", "%s55501##" },    /* NANPA: 555-0100 to 555-0199, in any area */
    { "44", "7", "7700900###" }, /* Ofcom, numbers for use in TV and radio drama */
    { "44", "20", "2079460###" }, { "44", "", "1632960###" },
    { "49", "1", "17139200##" },                              /* Bundesnetzagentur, Drama Numbers */
    { "49", "", "3023125###" },   { "33", "6", "63998####" }, /* ARCEP, décision 2018-0881 */
    { "33", "7", "63998####" },   { "33", "", "19900####" },
    { "61", "", "25550####" },  /* ACMA, numbers for fictitious use */
    { "353", "", "2091#####" }, /* ComReg: 020 91X XXXX */
    { "46", "", "70174061#" },  /* PTS: 070-1740605 to 1740699 */
};

static const char *const areas[] = { "202", "212", "303", "312", "404", "415", "505", "512",
                                     "606", "617", "702", "713", "808", "816", "907", "919" };

static void add_digits(struct draw *d, const char *pattern, char *out, size_t *count)
{
    for (const char *p = pattern; *p; p++) {
        if (*p == '%') {
            const char *area = areas[draw_below(d, sizeof areas / sizeof *areas)];
            memcpy(out + *count, area, 3);
            *count += 3;
            p++;
        } else {
            out[(*count)++] = *p == '#' ? draw_like(d, '0') : *p;
        }
    }
}

/* Which country's it is, and how many of its digits say so. Without a code: ten digits are America's, eleven
 * with a nought before Britain's, ten France's. */
static const char *country_of(const struct draw *d, struct slice digits, size_t *prefix)
{
    bool is_00 = slice_starts(digits, S("00"));
    *prefix = is_00 ? 2 : 0;
    if (is_00 || slice_find_byte(slice_cut(d->value, 0, 2), '+') != SLICE_NONE) {
        for (size_t i = 0; i < sizeof fiction / sizeof *fiction; i++)
            if (slice_starts(slice_cut(digits, *prefix, digits.len), slice_str(fiction[i].country))) {
                *prefix += strlen(fiction[i].country);
                return fiction[i].country;
            }
        return NULL;
    }
    *prefix = 1;
    if (byte_at(digits, 0) == '0')
        return digits.len == 11 ? "44" : digits.len == 10 ? "33" : NULL;
    *prefix = digits.len == 11 && digits.ptr[0] == '1';
    return digits.len == *prefix + 10 ? "1" : NULL;
}

bool surrogate_phone(struct draw *d)
{
    char        own[20], drawn[40];
    size_t      count = draw_letters(d, own, sizeof own), prefix, made;
    const char *country = count <= sizeof own ? country_of(d, slice_of(own, count), &prefix) : NULL;
    if (!country)
        return false;
    struct slice national = slice_of(own + prefix, count - prefix);
    for (size_t i = 0; i < sizeof fiction / sizeof *fiction; i++) {
        if (strcmp(fiction[i].country, country) != 0 || !slice_starts(national, slice_str(fiction[i].begins)))
            continue;
        memcpy(drawn, own, prefix);
        made = prefix;
        add_digits(d, fiction[i].number, drawn, &made);
        if (made == count)
            draw_fill(d, drawn, count);
        else /* of another length: without the value's blanks */
            buf_printf(d->out, "%s%.*s", byte_at(d->value, 0) == '+' ? "+" : "", (int)made, drawn);
        return true;
    }
    return false;
}
