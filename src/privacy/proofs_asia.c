/*
 * proofs_asia.c - numbers of Asia, Oceania and Africa.
 */
#include "proofs.h"

/* --- India ------------------------------------------------------------------------------------------------ */

/* UIDAI: Verhoeff; not 0 or 1 first. */
bool proof_in_aadhaar(struct slice n)
{
    return n.ptr[0] >= '2' && proof_verhoeff(n);
}

/* Ministry of External Affairs: a letter but Q, X or Z; neither the first digit nor the last is 0. */
bool proof_in_passport(struct slice n)
{
    return !is_one_of(n.ptr[0], "QXZ") && n.ptr[1] != '0' && n.ptr[7] != '0';
}

/* Income Tax Department: the fourth letter is the kind of holder, which made-up ones do not keep to. */
bool proof_in_pan(struct slice n)
{
    return is_one_of(n.ptr[3], "ABCFGHJLPT") && number_at(n, 5, 4) > 0;
}

/* GSTN: a state, a PAN, an entity, Z, a check letter; states are 01 to 37. */
bool proof_in_gstin(struct slice n)
{
    uint64_t state = number_at(n, 0, 2);
    return state >= 1 && state <= 37 && n.ptr[13] == 'Z';
}

/* --- East and South-East Asia ----------------------------------------------------------------------------- */

/* GB 11643-1999: ISO 7064 MOD 11-2, X for ten, a birthday of this century or the last. */
bool proof_cn_id(struct slice n)
{
    uint64_t century = number_at(n, 6, 2);
    return (century == 19 || century == 20) && is_yymmdd_at(n, 8) && n.ptr[0] != '0' && proof_mod11_2(n);
}

/* Ministry of Internal Affairs: weights 6 to 2, 7 to 2, modulus 11. */
bool proof_jp_my_number(struct slice n)
{
    unsigned rest = weighted_sum(n, "65432765432") % 11;
    return (rest < 2 ? 0 : 11 - rest) == digit_at(n, 11);
}

/* The birthday, and the century's and sex's digit; numbers given out since 2020 have no check digit. */
bool proof_kr_rrn(struct slice n)
{
    return is_yymmdd_at(n, 0) && n.ptr[6] >= '1' && n.ptr[6] <= '8';
}

/* ICA: weights 2 7 6 5 4 3 2; four more for those of this century, three for M. */
bool proof_sg_nric(struct slice n)
{
    unsigned sum = weighted_sum(slice_cut(n, 1, n.len), "2765432");
    char     kind = n.ptr[0];
    if (!is_one_of(kind, "STFGM"))
        return false;
    const char *letters = kind == 'S' || kind == 'T'   ? "JZIHGFEDCBA"
                          : kind == 'F' || kind == 'G' ? "XWUTRQPNMLK"
                                                       : "KLJNPQRTUWX";
    sum += kind == 'T' || kind == 'G' ? 4 : kind == 'M' ? 3 : 0;
    unsigned rest = sum % 11;
    return n.ptr[8] == letters[kind == 'M' ? 10 - rest : rest];
}

/* Department of Provincial Administration: weights 13 to 2, modulus 11; the second and third digit are a
 * province. */
bool proof_th_id(struct slice n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < 12; i++)
        sum += digit_at(n, i) * (13 - (unsigned)i);
    uint64_t province = number_at(n, 1, 2);
    return n.ptr[0] >= '1' && n.ptr[0] <= '8' && province >= 10 && province <= 96 &&
           (11 - sum % 11) % 10 == digit_at(n, 12);
}

/* --- Turkey ----------------------------------------------------------------------------------------------- */

/* Nüfus ve Vatandaşlık İşleri: seven times the odd places less the even ones; then the sum of all. */
bool proof_tr_tckn(struct slice n)
{
    unsigned odd = weighted_sum(n, "101010101"), even = weighted_sum(n, "01010101");
    return n.ptr[0] != '0' && (odd * 7 + 100 - even) % 10 == digit_at(n, 9) &&
           (odd + even + digit_at(n, 9)) % 10 == digit_at(n, 10);
}

/* --- Australia, New Zealand ------------------------------------------------------------------------------- */

/* ATO: weights 1 4 3 7 5 8 6 9 10, modulus 11. */
bool proof_au_tfn(struct slice n)
{
    return proof_not_one_digit(n) && weighted_sum(n, "14375869A") % 11 == 0;
}

/* ABR: 1 less on the first digit, weights 10 1 3 5 … 19, modulus 89. */
bool proof_au_abn(struct slice n)
{
    unsigned sum = 10 * (digit_at(n, 0) + 88); /* 88 is minus 1, by 89 */
    for (size_t i = 1; i < n.len; i++)
        sum += digit_at(n, i) * (2 * (unsigned)i - 1);
    return n.ptr[0] != '0' && sum % 89 == 0;
}

/* ASIC: weights 8 to 1, ten less the rest by 10. */
bool proof_au_acn(struct slice n)
{
    return (10 - weighted_sum(n, "87654321") % 10) % 10 == digit_at(n, 8);
}

/* Services Australia: weights 1 3 7 9, modulus 10; then the number, and one's own on the card. */
bool proof_au_medicare(struct slice n)
{
    return n.ptr[0] >= '2' && n.ptr[0] <= '6' && weighted_sum(n, "13791379") % 10 == digit_at(n, 8);
}

/* Inland Revenue: weights 3 2 7 6 5 4 3 2, or where that leaves ten, 7 4 3 2 5 2 7 6. */
bool proof_nz_ird(struct slice n)
{
    char digits[9] = "0";
    memcpy(digits + 9 - n.len, n.ptr, n.len);
    struct slice nine = slice_of(digits, sizeof digits);
    unsigned     check = (11 - weighted_sum(nine, "32765432") % 11) % 11;
    if (check == 10)
        check = (11 - weighted_sum(nine, "74325276") % 11) % 11;
    uint64_t number = number_at(nine, 0, 9);
    return number >= 10000000 && number <= 150000000 && check == digit_at(nine, 8);
}

/* HISO 10046: letters' places in an alphabet without I and O, weights 7 to 2, modulus 11. */
bool proof_nz_nhi(struct slice n)
{
    static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    unsigned          sum = 0;
    for (size_t i = 0; i < 6; i++) {
        const char *letter = strchr(alphabet, n.ptr[i]);
        if (!letter && i < 3)
            return false;
        sum += (7 - (unsigned)i) * (letter ? (unsigned)(letter - alphabet) + 1 : digit_at(n, i));
    }
    return sum % 11 && (11 - sum % 11) % 10 == digit_at(n, 6);
}

/* --- South Africa ----------------------------------------------------------------------------------------- */

/* Department of Home Affairs: birthday, serial, 0 for a citizen or 1, 8 or 9, and Luhn. */
bool proof_za_id(struct slice n)
{
    return is_yymmdd_at(n, 0) && n.ptr[10] <= '2' && proof_luhn(n);
}
