/*
 * proofs.h - what proves a number: one function a name in tables/pii_numbers.h's column `proof`.
 *
 * A proof is given the number's letters and digits, capitals, separators gone, in the lengths that its
 * shapes allow, and says whether its check digits, dates and ranges hold. Sources are named at each.
 */
#ifndef WEIR_SRC_PRIVACY_PROOFS_H
#define WEIR_SRC_PRIVACY_PROOFS_H

#include "checks.h"

enum { NUMBER_MOST_LETTERS = 24 };

typedef bool proof_fn(struct slice number);

/* Whether the number at the place stands free, and the proof holds. */
bool is_number_at(struct slice text, struct place, proof_fn *);

/* The shape says all. */
proof_fn proof_none;
/* Of all digits. */
proof_fn proof_luhn, proof_mod11_10, proof_mod11_2, proof_verhoeff, proof_not_one_digit;
/* Of digits and capitals. */
proof_fn proof_mod97;

proof_fn proof_account, proof_imei, proof_vin, proof_vin_letters;
proof_fn proof_us_routing, proof_us_itin, proof_us_ein, proof_us_npi, proof_us_dea, proof_us_mbi, proof_ca_sin,
    proof_mx_curp, proof_mx_rfc, proof_br_cpf, proof_br_cnpj, proof_ar_cuit, proof_cl_rut;
proof_fn proof_uk_nino, proof_uk_nhs, proof_uk_plate, proof_uk_plate_old, proof_uk_postcode, proof_ie_pps;
proof_fn proof_de_tax, proof_de_vat, proof_de_social, proof_de_kvnr, proof_de_lanr, proof_de_register,
    proof_de_plate, proof_de_plate_short, proof_de_plz, proof_at_svnr, proof_ch_ahv;
proof_fn proof_fr_nir, proof_fr_spi, proof_be_nn, proof_nl_bsn, proof_es_nif, proof_es_nie, proof_pt_nif,
    proof_it_cf;
proof_fn proof_se_pnr, proof_fi_hetu, proof_no_fnr, proof_dk_cpr, proof_ee_code;
proof_fn proof_pl_pesel, proof_pl_nip, proof_cz_rc, proof_ro_cnp, proof_bg_egn, proof_ru_snils;
proof_fn proof_in_aadhaar, proof_in_pan, proof_in_gstin, proof_in_passport, proof_sg_nric, proof_kr_rrn,
    proof_jp_my_number, proof_cn_id, proof_th_id, proof_tr_tckn;
proof_fn proof_au_tfn, proof_au_abn, proof_au_acn, proof_au_medicare, proof_nz_ird, proof_nz_nhi, proof_za_id;

/* --- reckoning -------------------------------------------------------------------------------------------- */

static inline unsigned digit_at(struct slice n, size_t i)
{
    return (unsigned)(n.ptr[i] - '0');
}

/* A digit's value, or 10 for A to 35 for Z. */
static inline unsigned value_at(struct slice n, size_t i)
{
    return is_digit(n.ptr[i]) ? digit_at(n, i) : (unsigned)(n.ptr[i] - 'A') + 10;
}

/* The digits' sum, each times its weight: a letter of `weights`, "0" to "9", then "A" for 10. */
unsigned weighted_sum(struct slice n, const char *weights);

/* The number that `count` digits from `at` write. */
uint64_t number_at(struct slice n, size_t at, size_t count);

/* Whether there are such days: `at` is where six digits begin, day first or year first. */
bool is_day_month(unsigned day, unsigned month);
bool is_ddmmyy_at(struct slice n, size_t at);
bool is_yymmdd_at(struct slice n, size_t at);

#endif
