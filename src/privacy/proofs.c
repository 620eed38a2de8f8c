/*
 * proofs.c - reading a number, and the ways to reckon check digits that several countries share.
 */
#include "proofs.h"

/* --- reading ---------------------------------------------------------------------------------------------- */

/* Whether the number seems to be part of a longer one, or an amount: "12-", "1.", "$", or after it "-12". */
static bool goes_on(struct slice text, struct place p)
{
    char before = byte_at(text, p.start - 1), after = byte_at(text, p.end);
    char farther = byte_at(text, p.start - 2), next = byte_at(text, p.end + 1);
    return (before == '-' && is_alnum(farther)) || (is_one_of(before, "./,:") && is_digit(farther)) ||
           before == '$' || before == '+' || (after == '-' && is_alnum(next)) ||
           (is_one_of(after, "./,:") && is_digit(next));
}

bool is_number_at(struct slice text, struct place p, proof_fn *proof)
{
    char   letters[NUMBER_MOST_LETTERS];
    size_t count = 0;
    if (!stands_free(text, p) || goes_on(text, p))
        return false;
    for (size_t at = p.start; at < p.end; at++) {
        char c = text.ptr[at];
        if (!is_alnum(c))
            continue;
        if (count == sizeof letters)
            return false;
        letters[count++] = is_letter(c) ? (char)(c & ~0x20) : c;
    }
    return proof(slice_of(letters, count));
}

/* --- reckoning -------------------------------------------------------------------------------------------- */

unsigned weighted_sum(struct slice n, const char *weights)
{
    unsigned sum = 0;
    for (size_t i = 0; weights[i]; i++)
        sum += digit_at(n, i) * (weights[i] == 'A' ? 10 : (unsigned)(weights[i] - '0'));
    return sum;
}

uint64_t number_at(struct slice n, size_t at, size_t count)
{
    uint64_t number = 0;
    for (size_t i = at; i < at + count; i++)
        number = number * 10 + digit_at(n, i);
    return number;
}

bool is_day_month(unsigned day, unsigned month)
{
    static const unsigned char days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

bool is_ddmmyy_at(struct slice n, size_t at)
{
    return is_day_month((unsigned)number_at(n, at, 2), (unsigned)number_at(n, at + 2, 2));
}

bool is_yymmdd_at(struct slice n, size_t at)
{
    return is_day_month((unsigned)number_at(n, at + 4, 2), (unsigned)number_at(n, at + 2, 2));
}

/* --- proofs that are shared ------------------------------------------------------------------------------- */

bool proof_none(struct slice n)
{
    return n.len > 0;
}

bool proof_not_one_digit(struct slice n)
{
    for (size_t i = 1; i < n.len; i++)
        if (n.ptr[i] != n.ptr[0])
            return true;
    return false;
}

/* ISO/IEC 7812-1, annex B. */
bool proof_luhn(struct slice n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n.len; i++) {
        unsigned d = digit_at(n, n.len - 1 - i) << (i % 2);
        sum += d > 9 ? d - 9 : d;
    }
    return sum % 10 == 0 && proof_not_one_digit(n);
}

/* ISO/IEC 7064, MOD 11,10. */
bool proof_mod11_10(struct slice n)
{
    unsigned rest = 10;
    for (size_t i = 0; i + 1 < n.len; i++) {
        unsigned sum = (digit_at(n, i) + rest) % 10;
        rest = (sum ? sum : 10) * 2 % 11;
    }
    return (rest + digit_at(n, n.len - 1)) % 10 == 1;
}

/* ISO/IEC 7064, MOD 11-2: digits and at the end perhaps an X for ten. */
bool proof_mod11_2(struct slice n)
{
    unsigned power = 1, sum = 0; /* 2 to the power of the place, by 11 */
    if (n.len == 0 || !is_one_of(n.ptr[n.len - 1], "0123456789X"))
        return false;
    for (size_t i = n.len; i-- > 0; power = power * 2 % 11)
        sum += power * (n.ptr[i] == 'X' ? 10 : digit_at(n, i));
    return sum % 11 == 1;
}

/* ISO/IEC 7064, MOD 97-10, over digits and capitals, A to Z as 10 to 35. */
bool proof_mod97(struct slice n)
{
    unsigned rest = 0;
    for (size_t i = 0; i < n.len; i++)
        rest = (rest * (is_digit(n.ptr[i]) ? 10 : 100) + value_at(n, i)) % 97;
    return rest == 1;
}

/* J. Verhoeff, "Error Detecting Decimal Codes" (1969): the dihedral group of order 10. */
bool proof_verhoeff(struct slice n)
{
    static const unsigned char step[8][10] = {
        { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 }, { 5, 8, 0, 3, 7, 9, 6, 1, 4, 2 },
        { 8, 9, 1, 6, 0, 4, 3, 5, 2, 7 }, { 9, 4, 5, 3, 1, 2, 6, 8, 7, 0 }, { 4, 2, 8, 6, 5, 7, 3, 9, 0, 1 },
        { 2, 7, 9, 3, 8, 0, 6, 4, 1, 5 }, { 7, 0, 4, 6, 9, 1, 3, 2, 5, 8 },
    };
    unsigned sum = 0;
    for (size_t i = 0; i < n.len; i++) {
        unsigned d = step[i % 8][digit_at(n, n.len - 1 - i)];
        /* The group's product: rotations are 0 to 4, reflections 5 to 9. */
        if (sum < 5)
            sum = d < 5 ? (sum + d) % 5 : 5 + (sum + d) % 5;
        else
            sum = d < 5 ? 5 + (sum - d) % 5 : (sum - d + 5) % 5;
    }
    return sum == 0;
}

/* --- things ----------------------------------------------------------------------------------------------- */

/* 3GPP TS 23.003, annex B: Luhn over all fifteen. */
bool proof_imei(struct slice n)
{
    return proof_luhn(n);
}

/* The letters I, O and Q are never used; the last four are digits (ISO 3779). */
bool proof_vin_letters(struct slice n)
{
    for (size_t i = 0; i < n.len; i++)
        if (is_one_of(n.ptr[i], "IOQ") || (i + 4 >= n.len && !is_digit(n.ptr[i])))
            return false;
    return true;
}

/* 49 CFR 565.15: the ninth letter is the check digit, X for ten; a number has letters and digits. */
bool proof_vin(struct slice n)
{
    static const char          letters[] = "ABCDEFGHJKLMNPRSTUVWXYZ", values[] = "12345678123457923456789";
    static const unsigned char weights[] = { 8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2 };
    unsigned                   sum = 0, digits = 0;
    if (!proof_vin_letters(n))
        return false;
    for (size_t i = 0; i < n.len; i++) {
        const char *letter = strchr(letters, n.ptr[i]);
        digits += !letter;
        sum += weights[i] * (letter ? (unsigned)(values[letter - letters] - '0') : digit_at(n, i));
    }
    unsigned check = sum % 11;
    return n.ptr[8] == (check == 10 ? 'X' : (char)('0' + check)) && digits >= 3 && digits < n.len;
}

/* Banks' own numbers are of many lengths. */
bool proof_account(struct slice n)
{
    return n.len <= 17 && proof_not_one_digit(n);
}
