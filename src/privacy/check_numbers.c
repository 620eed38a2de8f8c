/*
 * check_numbers.c - numbers that prove themselves: payment cards, IBANs, US social security numbers.
 */
#include "checks.h"

/* --- payment cards ---------------------------------------------------------------------------------------- */

enum { CARD_DIGITS_LEAST = 12, CARD_DIGITS_MOST = 19 };

/* ISO/IEC 7812 issuer ranges, as the networks publish them, by the first four digits. */
static const struct issuer {
    unsigned from, to;
    unsigned digits_least, digits_most;
} issuers[] = {
    { 1800, 1800, 15, 15 }, /* JCB, old */
    { 2131, 2131, 15, 15 }, /* JCB, old */
    { 2200, 2205, 16, 19 }, /* Mir */
    { 2221, 2720, 16, 16 }, /* Mastercard */
    { 3000, 3059, 14, 19 }, /* Diners Club */
    { 3095, 3095, 14, 19 }, /* Diners Club */
    { 3400, 3499, 15, 15 }, /* American Express */
    { 3528, 3589, 16, 19 }, /* JCB */
    { 3600, 3699, 14, 19 }, /* Diners Club */
    { 3700, 3799, 15, 15 }, /* American Express */
    { 3800, 3999, 14, 19 }, /* Diners Club */
    { 4000, 4999, 13, 13 }, /* Visa, old */
    { 4000, 4999, 16, 16 }, /* Visa */
    { 4000, 4999, 19, 19 }, /* Visa */
    { 5000, 5099, 12, 19 }, /* Maestro, Elo, RuPay */
    { 5100, 5599, 16, 16 }, /* Mastercard */
    { 5600, 5899, 12, 19 }, /* Maestro */
    { 6000, 6999, 12, 19 }, /* Maestro, Discover, UnionPay, RuPay */
    { 8100, 8299, 16, 19 }, /* UnionPay, RuPay */
};

static bool has_issuer(const char *digits, unsigned count)
{
    unsigned head = 0;
    for (int i = 0; i < 4; i++)
        head = head * 10 + (unsigned)(digits[i] - '0');
    for (size_t i = 0; i < sizeof issuers / sizeof issuers[0]; i++) {
        const struct issuer *s = &issuers[i];
        if (head >= s->from && head <= s->to && count >= s->digits_least && count <= s->digits_most)
            return true;
    }
    return false;
}

/* ISO/IEC 7812-1, annex B. */
static bool luhn_holds(const char *digits, unsigned count)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned d = (unsigned)(digits[count - 1 - i] - '0');
        if (i % 2)
            d = d * 2 > 9 ? d * 2 - 9 : d * 2;
        sum += d;
    }
    return sum % 10 == 0;
}

static bool is_decimal(struct slice text, struct place p)
{
    return (byte_at(text, p.start - 1) == '.' && is_digit(byte_at(text, p.start - 2))) ||
           (byte_at(text, p.end) == '.' && is_digit(byte_at(text, p.end + 1)));
}

/*
 * Digits, in groups of three to seven with one kind of single separator between them, the first of four; of all
 * ends of groups the last at which the check digit holds. Twelve or thirteen digits are too little proof to
 * stand alone, and so is the check digit of one number in ten without an issuer.
 */
float check_card(struct slice text, struct place *p)
{
    char     digits[CARD_DIGITS_MOST];
    unsigned count = 0, group = 0, found = 0;
    char     separator = '\0';
    size_t   at = p->start = after_edge(text, p->start);
    for (;; at++) {
        char c = byte_at(text, at);
        if (is_digit(c)) {
            if (count == CARD_DIGITS_MOST)
                break;
            digits[count++] = c;
            group++;
            continue;
        }
        if (group >= 3 && !is_letter(c) && count >= CARD_DIGITS_LEAST && luhn_holds(digits, count)) {
            found = count;
            p->end = at;
        }
        if ((c != ' ' && c != '-') || (separator && c != separator) || group < 3 || group > 7 ||
            (!separator && group != 4))
            break;
        separator = c;
        group = 0;
    }
    if (!found || is_decimal(text, *p))
        return 0;
    return found <= 13 || !has_issuer(digits, found) ? 0.5F : 1;
}

/* --- IBAN ------------------------------------------------------------------------------------------------- */

enum { IBAN_MOST = 34 };

static const struct {
    char country[3];
    char format[12];
} ibans[] = {
#define IBAN(country, format) { country, format },
#include "tables/iban_countries.h"
#undef IBAN
};

static const char *iban_format(const char *upper_country)
{
    for (size_t i = 0; i < sizeof ibans / sizeof ibans[0]; i++)
        if (memcmp(ibans[i].country, upper_country, 2) == 0)
            return ibans[i].format;
    return NULL;
}

static bool fits(char c, char kind)
{
    return kind == 'n' ? is_digit(c) : kind == 'a' ? c >= 'A' && c <= 'Z' : true;
}

/* Whether letters[4..] are what the country's format says; *length is told in either case. */
static bool has_format(const char *letters, size_t count, const char *format, size_t *length)
{
    size_t at = 4;
    bool   ok = true;
    while (*format) {
        size_t n = 0;
        while (is_digit(*format))
            n = n * 10 + (size_t)(*format++ - '0');
        for (; n > 0; n--, at++)
            ok = ok && at < count && fits(letters[at], *format);
        format++;
    }
    *length = at;
    return ok;
}

/* ISO 7064 MOD 97-10 over the letters, the first four moved to the end. */
static bool mod97_holds(const char *letters, size_t count)
{
    unsigned rest = 0;
    for (size_t i = 0; i < count; i++) {
        char c = letters[(i + 4) % count];
        rest = is_digit(c) ? rest * 10 + (unsigned)(c - '0') : rest * 100 + (unsigned)(c - 'A') + 10;
        rest %= 97;
    }
    return rest == 1;
}

/* Letters of one case, all the same kind of single separator between them or none. */
float check_iban(struct slice text, struct place *p)
{
    char   letters[IBAN_MOST];
    size_t ends[IBAN_MOST];
    size_t count = 0, length;
    bool   has_upper = false, has_lower = false;
    char   separator = '\0';
    p->start = after_edge(text, p->start);
    for (size_t at = p->start; count < IBAN_MOST; at++) {
        char c = byte_at(text, at);
        if (is_alnum(c)) {
            bool is_lower = lower(c) == c && is_letter(c);
            letters[count] = is_lower ? (char)(c & ~0x20) : c;
            ends[count++] = at + 1;
            continue;
        }
        if ((c != ' ' && c != '-') || (separator && c != separator) || !is_alnum(byte_at(text, at + 1)))
            break;
        separator = c;
    }
    const char *format = count >= 4 ? iban_format(letters) : NULL;
    if (!format || !has_format(letters, count, format, &length) || !mod97_holds(letters, length))
        return 0;
    p->end = ends[length - 1];
    for (size_t at = p->start; at < p->end; at++) {
        has_lower = has_lower || (text.ptr[at] >= 'a' && text.ptr[at] <= 'z');
        has_upper = has_upper || (text.ptr[at] >= 'A' && text.ptr[at] <= 'Z');
    }
    return stands_free(text, *p) && !(has_upper && has_lower);
}

/* --- BIC -------------------------------------------------------------------------------------------------- */

enum { BIC_SHORT = 8, BIC_LONG = 11 };

/* ISO 9362: bank, country, place, and for a branch three more. */
float check_bic(struct slice text, struct place *p)
{
    static const char *const others[] = { "AU", "CA", "CN", "HK", "ID", "IN", "JP", "KE", "KR", "MA", "MX",
                                          "MY", "NG", "NZ", "PH", "SG", "TH", "TW", "US", "VN", "ZA" };
    p->start = after_edge(text, p->start);
    p->end = p->start + BIC_SHORT;
    if (is_alnum(byte_at(text, p->end)))
        p->end = p->start + BIC_LONG;
    if (p->end > text.len || !stands_free(text, *p))
        return 0;
    const char *country = text.ptr + p->start + 4;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (memcmp(others[i], country, 2) == 0)
            return 1;
    return iban_format(country) != NULL;
}

/* --- US social security number ---------------------------------------------------------------------------- */

/* AAA-GG-SSSS: no area 000, 666 or 900-999, no group 00, no serial 0000 (SSA, "Invalid SSNs"). */
float check_ssn(struct slice text, struct place *p)
{
    unsigned digits[9];
    unsigned count = 0;
    p->start = after_edge(text, p->start);
    for (size_t at = p->start; at < p->end && count < 9; at++)
        if (is_digit(text.ptr[at]))
            digits[count++] = (unsigned)(text.ptr[at] - '0');
    size_t length = p->end - p->start;
    bool   is_same = length == 9 || text.ptr[p->start + 3] == text.ptr[p->start + 6];
    if (count < 9 || !is_same || !stands_free(text, *p))
        return 0;
    char before = byte_at(text, p->start - 1), after = byte_at(text, p->end);
    if ((before == '-' && is_alnum(byte_at(text, p->start - 2))) ||
        (after == '-' && is_alnum(byte_at(text, p->end + 1))))
        return 0;
    unsigned area = digits[0] * 100 + digits[1] * 10 + digits[2];
    unsigned group = digits[3] * 10 + digits[4];
    unsigned serial = digits[5] * 1000 + digits[6] * 100 + digits[7] * 10 + digits[8];
    return area != 0 && area != 666 && area < 900 && group != 0 && serial != 0;
}
