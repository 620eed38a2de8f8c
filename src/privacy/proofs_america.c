/*
 * proofs_america.c - numbers of North and South America.
 */
#include "proofs.h"

/* --- United States ---------------------------------------------------------------------------------------- */

/* American Bankers Association: 3 7 1, three times over; the first two digits are a Federal Reserve district.
 */
bool proof_us_routing(struct slice n)
{
    unsigned district = (unsigned)number_at(n, 0, 2);
    bool     is_district = (district >= 1 && district <= 12) || (district >= 21 && district <= 32) ||
                       (district >= 61 && district <= 72) || district == 80;
    return is_district && weighted_sum(n, "371371371") % 10 == 0;
}

/* IRS: 9xx, and the groups that are in use: 50-65, 70-88, 90-92, 94-99. */
bool proof_us_itin(struct slice n)
{
    unsigned group = (unsigned)number_at(n, 3, 2);
    return n.ptr[0] == '9' &&
           ((group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group != 93));
}

/* IRS, "How EINs are assigned and valid EIN prefixes": those that are not in use. */
bool proof_us_ein(struct slice n)
{
    static const unsigned char unused[] = { 0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97 };
    return !memchr(unused, (int)number_at(n, 0, 2), sizeof unused);
}

/* CMS: Luhn with 80840 before, which adds 24; the first digit is 1 or 2. */
bool proof_us_npi(struct slice n)
{
    if (n.ptr[0] != '1' && n.ptr[0] != '2')
        return false;
    unsigned sum = 24;
    for (size_t i = 0; i < n.len; i++) {
        unsigned d = digit_at(n, n.len - 1 - i) << (i % 2);
        sum += d > 9 ? d - 9 : d;
    }
    return sum % 10 == 0 && proof_not_one_digit(slice_cut(n, 0, n.len - 1));
}

/* DEA: the 1st, 3rd and 5th digit, and twice the 2nd, 4th and 6th; the sum's last digit is the 7th. */
bool proof_us_dea(struct slice n)
{
    struct slice digits = slice_cut(n, 2, n.len);
    bool is_registrant = is_one_of(n.ptr[0], "ABCDEFGHJKLMNPRSTUX") && !is_one_of(n.ptr[1], "012345678");
    return is_registrant && weighted_sum(digits, "121212") % 10 == digit_at(digits, 6);
}

/* CMS, "Understanding the MBI format": the first is not 0, and no letter is S, L, O, I, B or Z. */
bool proof_us_mbi(struct slice n)
{
    for (size_t i = 0; i < n.len; i++)
        if (is_one_of(n.ptr[i], "SLOIBZ"))
            return false;
    return n.ptr[0] != '0';
}

/* --- Canada, Mexico --------------------------------------------------------------------------------------- */

/* Luhn; none begins with 0 or 8. */
bool proof_ca_sin(struct slice n)
{
    return n.ptr[0] != '0' && n.ptr[0] != '8' && proof_luhn(n);
}

/* RENAPO: letters' values in an alphabet with an Ñ after N, weights 18 to 2. */
bool proof_mx_curp(struct slice n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < 17; i++)
        sum += (value_at(n, i) + (n.ptr[i] > 'N')) * (18 - (unsigned)i);
    return is_yymmdd_at(n, 4) && is_one_of(n.ptr[10], "HMX") && digit_at(n, 17) == (10 - sum % 10) % 10;
}

/* SAT: a date behind three or four letters; the check letter is not kept to in older ones. */
bool proof_mx_rfc(struct slice n)
{
    return is_yymmdd_at(n, n.len - 9);
}

/* --- Brazil, Argentina, Chile ----------------------------------------------------------------------------- */

/* The check digit that Receita Federal reckons: 11 less the rest by 11, and 0 for 10 and 11. */
static bool is_receita(unsigned sum, unsigned check)
{
    unsigned rest = sum % 11;
    return check == (rest < 2 ? 0 : 11 - rest);
}

bool proof_br_cpf(struct slice n)
{
    unsigned second = weighted_sum(slice_cut(n, 1, n.len), "A98765432") + 11 * digit_at(n, 0);
    return proof_not_one_digit(n) && is_receita(weighted_sum(n, "A98765432"), digit_at(n, 9)) &&
           is_receita(second, digit_at(n, 10));
}

bool proof_br_cnpj(struct slice n)
{
    return proof_not_one_digit(n) && is_receita(weighted_sum(n, "543298765432"), digit_at(n, 12)) &&
           is_receita(weighted_sum(n, "6543298765432"), digit_at(n, 13));
}

/* AFIP: kinds of taxpayers, then modulus 11, 9 for ten. */
bool proof_ar_cuit(struct slice n)
{
    static const unsigned char kinds[] = { 20, 23, 24, 25, 26, 27, 30, 33, 34 };
    unsigned                   check = (11 - weighted_sum(n, "5432765432") % 11) % 11;
    return memchr(kinds, (int)number_at(n, 0, 2), sizeof kinds) && (check == 10 ? 9 : check) == digit_at(n, 10);
}

/* Registro Civil: weights 2 to 7 from the right; K for ten. */
bool proof_cl_rut(struct slice n)
{
    unsigned sum = 0, weight = 2;
    for (size_t i = n.len - 1; i-- > 0;) {
        sum += digit_at(n, i) * weight;
        weight = weight == 7 ? 2 : weight + 1;
    }
    unsigned check = (11 - sum % 11) % 11;
    return n.ptr[n.len - 1] == (check == 10 ? 'K' : (char)('0' + check));
}
