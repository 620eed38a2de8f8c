/*
 * proofs_europe.c - numbers of Europe, and of Russia.
 */
#include "proofs.h"

/* --- Germany ---------------------------------------------------------------------------------------------- */

static unsigned digits_sum(unsigned n)
{
    return n / 10 + n % 10;
}

/* Bundeszentralamt für Steuern: ISO 7064; not 0 first; no digit more than three times among the first ten. */
bool proof_de_tax(struct slice n)
{
    unsigned times[10] = { 0 };
    for (size_t i = 0; i < 10; i++)
        if (++times[digit_at(n, i)] > 3)
            return false;
    return n.ptr[0] != '0' && proof_mod11_10(n);
}

bool proof_de_vat(struct slice n)
{
    return slice_starts(n, S("DE")) && proof_mod11_10(slice_cut(n, 2, n.len));
}

/* VKVV § 4: area, birthday (50 more on the day for a second of the name), letter as two digits, serial. */
bool proof_de_social(struct slice n)
{
    static const char weights[] = "212571212121";
    unsigned          letter = value_at(n, 8) - 9, day = (unsigned)number_at(n, 2, 2), sum = 0;
    for (size_t i = 0; i < 12; i++) {
        unsigned digit = i < 8    ? digit_at(n, i)
                         : i == 8 ? letter / 10
                         : i == 9 ? letter % 10
                                  : digit_at(n, i - 1);
        sum += digits_sum(digit * (unsigned)(weights[i] - '0'));
    }
    return is_day_month(day > 50 ? day - 50 : day, (unsigned)number_at(n, 4, 2)) && sum % 10 == digit_at(n, 11);
}

/* GKV: the letter as two digits, weights 1 and 2 in turn, the digits of the products added. */
bool proof_de_kvnr(struct slice n)
{
    unsigned letter = value_at(n, 0) - 9;
    unsigned sum = letter / 10 + digits_sum(letter % 10 * 2);
    for (size_t i = 1; i < 9; i++)
        sum += digits_sum(digit_at(n, i) * (i % 2 ? 1 : 2));
    return sum % 10 == digit_at(n, 9);
}

/* KBV: weights 4 and 9 in turn over six digits; the last two are the speciality. */
bool proof_de_lanr(struct slice n)
{
    return (10 - weighted_sum(n, "494949") % 10) % 10 == digit_at(n, 6) && number_at(n, 7, 2) > 0;
}

/* Handelsregister: department A or B, then up to six digits. */
bool proof_de_register(struct slice n)
{
    return (slice_starts(n, S("HRA")) || slice_starts(n, S("HRB"))) && n.len >= 4 && n.len <= 9;
}

/* FZV: up to four digits, not 0 first; E and H behind them for electric and historic. */
bool proof_de_plate(struct slice n)
{
    size_t first = 0, digits = 0;
    while (first < n.len && !is_digit(n.ptr[first]))
        first++;
    while (first + digits < n.len && is_digit(n.ptr[first + digits]))
        digits++;
    size_t suffix = n.len - first - digits;
    return digits >= 1 && digits <= 4 && n.ptr[first] != '0' &&
           (suffix == 0 || is_one_of(n.ptr[n.len - 1], "EH"));
}

/* No district of one letter is I, O, Q, T or U: "I am 34" is no plate. */
bool proof_de_plate_short(struct slice n)
{
    return !is_one_of(n.ptr[0], "IOQTU") && proof_de_plate(n);
}

/* Deutsche Post: 01001 to 99998. */
bool proof_de_plz(struct slice n)
{
    uint64_t code = number_at(n, 0, 5);
    return code > 1000 && code < 99999;
}

/* --- United Kingdom, Ireland ------------------------------------------------------------------------------ */

/* HMRC, NIM39110: prefixes that are never given. */
bool proof_uk_nino(struct slice n)
{
    static const char *const never[] = { "BG", "GB", "KN", "NK", "NT", "TN", "ZZ" };
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (slice_starts(n, slice_str(never[i])))
            return false;
    return !is_one_of(n.ptr[0], "DFIQUV") && !is_one_of(n.ptr[1], "DFIOQUV") && n.ptr[8] <= 'D';
}

static bool has_letter_of(struct slice n, const char *letters)
{
    for (size_t i = 0; i < n.len; i++)
        if (is_one_of(n.ptr[i], letters))
            return true;
    return false;
}

/* DVLA INF104, since 2001: no I, Q or Z in the area's mark, no I or Q behind; the year, or 50 more. */
bool proof_uk_plate(struct slice n)
{
    uint64_t half_year = number_at(n, 2, 2) % 50;
    return !has_letter_of(slice_cut(n, 0, 2), "IQZ") && !has_letter_of(slice_cut(n, 4, 7), "IQ") &&
           number_at(n, 2, 2) >= 2 && half_year >= 1 && half_year < 30;
}

/* From 1963 to 2001: the year's letter before or behind one to three digits, never I, O, Q, U or Z. */
bool proof_uk_plate_old(struct slice n)
{
    bool   is_year_first = is_digit(n.ptr[1]);
    char   year = is_year_first ? n.ptr[0] : n.ptr[n.len - 1];
    size_t digits = n.len - 4;
    return digits >= 1 && digits <= 3 && !is_one_of(year, "IOQUZ") && !has_letter_of(n, "IQ");
}

/* Royal Mail, "Programmer's Guide to PAF": letters that never stand at their place. */
bool proof_uk_postcode(struct slice n)
{
    struct slice out = slice_cut(n, 0, n.len - 3), in = slice_cut(n, n.len - 3, n.len);
    if (has_letter_of(in, "CIKMOV"))
        return false;
    if (out.len == 3 && !has_letter_of(out, "0123456789"))
        return slice_is(out, "GIR");
    bool is_lone = is_digit(out.ptr[1]);
    return !is_one_of(out.ptr[0], "QVX") && (is_lone || !is_one_of(out.ptr[1], "IJZ")) &&
           (out.len < 3 || is_digit(out.ptr[2]) || is_one_of(out.ptr[2], "ABCDEFGHJKPSTUW"));
}

/* NHS Data Dictionary: modulus 11, weights 10 to 2. */
bool proof_uk_nhs(struct slice n)
{
    return proof_not_one_digit(n) && (11 - weighted_sum(n, "A98765432") % 11) % 11 == digit_at(n, 9);
}

/* Revenue: weights 8 to 2, a second letter times 9, modulus 23; W for nought. */
bool proof_ie_pps(struct slice n)
{
    unsigned sum = weighted_sum(n, "8765432");
    if (n.len == 9)
        sum += 9 * (value_at(n, 8) - 9);
    return n.ptr[7] == (sum % 23 ? (char)('A' + sum % 23 - 1) : 'W');
}

/* --- France, Belgium, Netherlands ------------------------------------------------------------------------- */

/* INSEE: 97 less the rest of the first thirteen by 97; Corsica's 2A and 2B are reckoned as 19 and 18. */
bool proof_fr_nir(struct slice n)
{
    char digits[15];
    memcpy(digits, n.ptr, sizeof digits);
    if (!is_digit(n.ptr[6])) {
        digits[5] = '1';
        digits[6] = n.ptr[6] == 'A' ? '9' : '8';
    }
    struct slice d = slice_of(digits, sizeof digits);
    uint64_t     month = number_at(d, 3, 2);
    bool         is_month = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
    bool         is_sex = is_one_of(n.ptr[0], "123478"), is_corsica = is_digit(n.ptr[6]) || n.ptr[5] == '2';
    return is_sex && is_corsica && is_month && 97 - number_at(d, 0, 13) % 97 == number_at(d, 13, 2);
}

/* Direction générale des finances publiques: the last three are the rest of the first ten by 511. */
bool proof_fr_spi(struct slice n)
{
    return n.ptr[0] <= '3' && number_at(n, 0, 10) % 511 == number_at(n, 10, 3);
}

/* Rijksregister: 97 less the rest of the first nine by 97, with a 2 before for those born from 2000 on. */
bool proof_be_nn(struct slice n)
{
    uint64_t number = number_at(n, 0, 9), check = number_at(n, 9, 2);
    uint64_t month = number_at(n, 2, 2) % 20; /* 20 or 40 more in the bis register */
    return month <= 12 && number_at(n, 4, 2) <= 31 &&
           (97 - number % 97 == check || 97 - (2000000000 + number) % 97 == check);
}

/* Belastingdienst, the "elfproef": weights 9 to 2 and minus 1. */
bool proof_nl_bsn(struct slice n)
{
    unsigned sum = weighted_sum(n, "98765432") + 10 * digit_at(n, 8); /* minus 1 is 10, by 11 */
    return proof_not_one_digit(n) && sum % 11 == 0;
}

/* --- Spain, Portugal, Italy ------------------------------------------------------------------------------- */

static bool is_spanish_letter(uint64_t number, char letter)
{
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == letter;
}

/* Ministerio del Interior: the rest by 23 names the letter. */
bool proof_es_nif(struct slice n)
{
    return is_spanish_letter(number_at(n, 0, 8), n.ptr[8]);
}

/* X, Y, Z stand for 0, 1, 2. */
bool proof_es_nie(struct slice n)
{
    uint64_t first = (uint64_t)(n.ptr[0] - 'X');
    return is_one_of(n.ptr[0], "XYZ") && is_spanish_letter(first * 10000000 + number_at(n, 1, 7), n.ptr[8]);
}

/* Autoridade Tributária: weights 9 to 2, modulus 11, 0 for ten. */
bool proof_pt_nif(struct slice n)
{
    unsigned check = (11 - weighted_sum(n, "98765432") % 11) % 11;
    return n.ptr[0] != '0' && check % 10 == digit_at(n, 8);
}

/* Agenzia delle Entrate, D.M. 12 March 1974: letters at odd places have values of their own. */
bool proof_it_cf(struct slice n)
{
    static const unsigned char odd[] = { 1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                         20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23 };
    unsigned                   sum = 0;
    for (size_t i = 6; i < 15; i++) {
        bool is_letter_place = i == 8 || i == 11;
        if (is_letter_place ? is_digit(n.ptr[i]) : !is_one_of(n.ptr[i], "0123456789LMNPQRSTUV"))
            return false;
    }
    for (size_t i = 0; i < 15; i++) {
        unsigned value = is_digit(n.ptr[i]) ? digit_at(n, i) : value_at(n, i) - 10;
        sum += i % 2 ? value : odd[value];
    }
    return is_one_of(n.ptr[8], "ABCDEHLMPRST") && n.ptr[15] == (char)('A' + sum % 26);
}

/* --- Austria, Switzerland, Poland, Czechia, Romania, Bulgaria --------------------------------------------- */

/* ASVG: three digits, a check digit between, the birthday; weights 3 7 9 and 5 8 4 2 1 6. */
bool proof_at_svnr(struct slice n)
{
    return n.ptr[0] != '0' && is_ddmmyy_at(n, 4) && weighted_sum(n, "3790584216") % 11 == digit_at(n, 3);
}

/* ZAS: an EAN-13 that begins with 756. */
bool proof_ch_ahv(struct slice n)
{
    return slice_starts(n, S("756")) && weighted_sum(n, "1313131313131") % 10 == 0;
}

/* The century is told by the month: 20, 40, 60 or 80 more. */
bool proof_pl_pesel(struct slice n)
{
    unsigned month = (unsigned)number_at(n, 2, 2) % 20;
    return is_day_month((unsigned)number_at(n, 4, 2), month) && weighted_sum(n, "13791379131") % 10 == 0;
}

/* Ministerstwo Finansów: weights 6 5 7 2 3 4 5 6 7, modulus 11; groups of three or two. */
bool proof_pl_nip(struct slice n)
{
    return n.len == 10 && proof_not_one_digit(n) && weighted_sum(n, "657234567") % 11 == digit_at(n, 9);
}

/* Act 133/2000: women's months have 50 more (20 more where the day's numbers were used up); ten digits are a
 * multiple of 11; nine, until 1953, have no check. */
bool proof_cz_rc(struct slice n)
{
    unsigned month = (unsigned)number_at(n, 2, 2) % 50;
    month = month > 20 ? month - 20 : month;
    if (!is_day_month((unsigned)number_at(n, 4, 2), month))
        return false;
    return n.len == 9 || number_at(n, 0, 10) % 11 == 0 || (number_at(n, 0, 9) % 11 == 10 && n.ptr[9] == '0');
}

/* MAI: sex and century, date, county, serial; modulus 11, 1 for ten. */
bool proof_ro_cnp(struct slice n)
{
    unsigned rest = weighted_sum(n, "279146358279") % 11;
    return n.ptr[0] != '0' && is_yymmdd_at(n, 1) && number_at(n, 7, 2) <= 52 &&
           (rest == 10 ? 1 : rest) == digit_at(n, 12);
}

/* GRAO: months have 20 more before 1900 and 40 more from 2000 on. */
bool proof_bg_egn(struct slice n)
{
    unsigned month = (unsigned)number_at(n, 2, 2) % 20;
    return is_day_month((unsigned)number_at(n, 4, 2), month) &&
           weighted_sum(n, "2485A9736") % 11 % 10 == digit_at(n, 9);
}

/* --- the north -------------------------------------------------------------------------------------------- */

/* Skatteverket: Luhn over ten digits; the day has 60 more in a coordination number; the century may be written.
 */
bool proof_se_pnr(struct slice n)
{
    struct slice ten = slice_cut(n, n.len - 10, n.len);
    unsigned     day = (unsigned)number_at(ten, 4, 2);
    return is_day_month(day > 60 ? day - 60 : day, (unsigned)number_at(ten, 2, 2)) && proof_luhn(ten);
}

/* DVV: the rest of date and serial by 31 names the letter; the century's mark may be a sign, which is gone
 * here. */
bool proof_fi_hetu(struct slice n)
{
    size_t   serial_at = n.len - 4;
    uint64_t number = number_at(n, 0, 6) * 1000 + number_at(n, serial_at, 3);
    return is_ddmmyy_at(n, 0) && n.ptr[n.len - 1] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31];
}

/* Skatteetaten: two check digits, modulus 11; a D-number has 40 more on the day. */
bool proof_no_fnr(struct slice n)
{
    unsigned day = (unsigned)number_at(n, 0, 2);
    return is_day_month(day > 40 ? day - 40 : day, (unsigned)number_at(n, 2, 2)) &&
           (weighted_sum(n, "376189452") + digit_at(n, 9)) % 11 == 0 &&
           (weighted_sum(n, "5432765432") + digit_at(n, 10)) % 11 == 0;
}

/* CPR: a date; numbers given out since 2007 have no check digit. */
bool proof_dk_cpr(struct slice n)
{
    return is_ddmmyy_at(n, 0);
}

/* EVS 585 (and Lithuania's): weights 1 to 9 and 1, or where that leaves ten, 3 to 9 and 1 to 3. */
bool proof_ee_code(struct slice n)
{
    unsigned rest = weighted_sum(n, "1234567891") % 11;
    if (rest == 10)
        rest = weighted_sum(n, "3456789123") % 11 % 10;
    return n.ptr[0] >= '1' && n.ptr[0] <= '6' && is_yymmdd_at(n, 1) && rest == digit_at(n, 10);
}

/* Pension Fund of Russia: weights 9 to 1, modulus 101, 100 written as 00. */
bool proof_ru_snils(struct slice n)
{
    return weighted_sum(n, "987654321") % 101 % 100 == number_at(n, 9, 2);
}
