/*
 * test_numbers.c - numbers with a shape and a proof: good ones hold, ones with a slip do not; bare digits need
 * a word beside them, or to be all there is.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../src/privacy/proofs.h"
#include "marked.h"

/* Drawn at random, and good by an implementation other than ours where there is one (python-stdnum). */
static const struct {
    const char *name;
    proof_fn   *proof;
    const char *good;
} numbers[] = {
    { "us routing", proof_us_routing, "083016613" },
    { "us npi", proof_us_npi, "1245319599" },
    { "us dea", proof_us_dea, "BB1388568" },
    { "ca sin", proof_ca_sin, "358004091" },
    { "mx curp", proof_mx_curp, "BOXW310820HNERXN09" },
    { "br cpf", proof_br_cpf, "81939233593" },
    { "br cnpj", proof_br_cnpj, "88148369014732" },
    { "ar cuit", proof_ar_cuit, "20058176592" },
    { "cl rut", proof_cl_rut, "703742009" },
    { "uk nhs", proof_uk_nhs, "2318375526" },
    { "ie pps", proof_ie_pps, "4173851GW" },
    { "de tax", proof_de_tax, "44648507125" },
    { "de vat", proof_de_vat, "DE432498124" },
    { "de social", proof_de_social, "15070649C103" },
    { "de kvnr", proof_de_kvnr, "A123456780" },
    { "at svnr", proof_at_svnr, "2715221180" },
    { "ch ahv", proof_ch_ahv, "7569548614634" },
    { "fr nir", proof_fr_nir, "138017501289562" },
    { "fr spi", proof_fr_spi, "0210716781310" },
    { "be nn", proof_be_nn, "72071847660" },
    { "nl bsn", proof_nl_bsn, "210223728" },
    { "es nif", proof_es_nif, "88256641Y" },
    { "es nie", proof_es_nie, "Z8885144L" },
    { "pt nif", proof_pt_nif, "365179248" },
    { "it cf", proof_it_cf, "RSSMRA85T10A562S" },
    { "it vat", proof_luhn, "55849090984" },
    { "se pnr", proof_se_pnr, "7110044281" },
    { "fi hetu", proof_fi_hetu, "0604543433" },
    { "no fnr", proof_no_fnr, "18095205034" },
    { "ee code", proof_ee_code, "38004118224" },
    { "pl pesel", proof_pl_pesel, "00030492581" },
    { "pl nip", proof_pl_nip, "1468770780" },
    { "cz rc", proof_cz_rc, "9312164433" },
    { "ro cnp", proof_ro_cnp, "1540815128906" },
    { "bg egn", proof_bg_egn, "3701145479" },
    { "hr oib", proof_mod11_10, "86022343070" },
    { "ru snils", proof_ru_snils, "11223344595" },
    { "in aadhaar", proof_in_aadhaar, "868152871812" },
    { "sg nric", proof_sg_nric, "S1234567D" },
    { "jp my number", proof_jp_my_number, "123456789018" },
    { "cn id", proof_cn_id, "110105199304152649" },
    { "th id", proof_th_id, "4870938097861" },
    { "tr tckn", proof_tr_tckn, "58963085442" },
    { "il id", proof_luhn, "878545409" },
    { "au tfn", proof_au_tfn, "209947212" },
    { "au abn", proof_au_abn, "20323928985" },
    { "au acn", proof_au_acn, "467170510" },
    { "au medicare", proof_au_medicare, "2123456701" },
    { "nz ird", proof_nz_ird, "057719443" },
    { "nz nhi", proof_nz_nhi, "ZZZ0016" },
    { "za id", proof_za_id, "6002282566116" },
    { "imei", proof_imei, "103948853584809" },
    { "vin", proof_vin, "1HGCM82633A004352" },
};

static void good_numbers_hold_and_slips_do_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char         letters[NUMBER_MOST_LETTERS];
        size_t       slips = 0, passed = 0, length = strlen(numbers[i].good);
        struct slice n = slice_of(memcpy(letters, numbers[i].good, length), length);
        if (!numbers[i].proof(n))
            fail_msg("%s: %s is good", numbers[i].name, numbers[i].good);
        for (size_t at = 0; at < length; at++) {
            char was = letters[at];
            for (char digit = '0'; is_digit(was) && digit <= '9'; digit++) {
                letters[at] = digit;
                slips += digit != was;
                passed += digit != was && numbers[i].proof(n);
            }
            letters[at] = was;
        }
        if (passed * 6 > slips) /* digits that the check does not cover, and rests that share a digit */
            fail_msg("%s: %zu of %zu slips pass", numbers[i].name, passed, slips);
    }
}

static void numbers_are_told_by_their_words(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "Routing number {bank_account|083016613}, account number {bank_account|004512378}.",
        "sort code {bank_account|20-00-00}; swift: {bic|DEUTDEFF}",
        "My ITIN is {tax_id|925-99-7390} and the EIN {tax_id|34-8688500}.",
        "NPI {practitioner_id|1245319599}, DEA {practitioner_id|BB1388568}",
        "Medicare {health_id|1EG4-TE5-MK73}",
        "SIN: {national_id|358-004-091}",
        "CPF {national_id|819.392.335-93}, CNPJ {tax_id|88.148.369/0147-32}",
        "CUIT {tax_id|20-05817659-2}; RUT {national_id|70.374.200-9}",
        "CURP {national_id|BOXW310820HNERXN09}",
        "NI number {national_id|AB 12 34 56 C}, NHS {health_id|231 837 5526}",
        "Meine Steuer-ID ist {tax_id|44 648 507 125}.",
        "n° de sécu {national_id|1 38 01 75 012 895 62}",
        "Mijn BSN is {national_id|210223728}",
        "DNI {national_id|88256641Y}, NIE {national_id|Z-8885144-L}",
        "codice fiscale {national_id|RSSMRA85T10A562S}",
        "personnummer {national_id|711004-4281}, hetu {national_id|060454-3433}",
        "CPR-nr. {national_id|060105-0155}; rodné číslo {national_id|931216/4433}",
        "Aadhaar {national_id|8681 5287 1812}, PAN {tax_id|UUJHP8467U}",
        "주민등록번호 {national_id|580414-1006840}, 身份证{national_id|110105199304152649}",
        "マイナンバー {national_id|1234 5678 9018}",
        "TFN {tax_id|209 947 212}, ABN {tax_id|20 323 928 985}",
        "The car with plate {licence_plate|AB51 ABC} and VIN {vin|1HGCM82633A004352}",
        "Kennzeichen {licence_plate|MÜ-XY 123}",
        "IMEI {imei|10-394885-358480-9}, MAC {mac_address|00:1B:44:11:3A:B7}",
        "from {mac_address|00-1b-44-11-3a-b7} to 00-1b-44-11-3a",
        "passport {passport|J6932157}; pasaporte {passport|AAA123456}",
        "I live at {postcode|SW1A 1AA}.",
        "\\\"bsn\\\":\\\"{national_id|210223728}\\\"\\n{national_id|210223728}",
        NULL,
    };
    check_cases(cases);
}

static void names_and_words_tell_what_has_no_shape(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "my driver's license number is {driving_licence|D123-4567-8901}.",
        "Führerscheinnummer: {driving_licence|B072RRE2I55}",
        "Passport no. {passport|C01X00T47} and MRN: {medical_record|00123456}",
        "policy number {insurance_id|HX-998877} was issued in the passport of 2024",
        "Insurance ID {insurance_id|W1234 5678 9012}; a driver's license is needed",
        "DOB: {date_of_birth|05/17/1984}; geboren am {date_of_birth|17.05.1984}",
        "born on {date_of_birth|17 May 1984}, née le {date_of_birth|3 août 1990}",
        "Her birthday is {date_of_birth|May 17th, 1984}.",
        "The meeting is on 17 May 2024, version 1.2.84 of 05/17/2024.",
        "Napoleon was born on 15 August 1769.",
        "a {age|45}-year-old man, aged {age|45}, {age|31} y/o, who just turned {age|46}",
        "She is {age|7} years old; he was ill for 7 years and turned 90 degrees",
        "You must be at least 18 years old; children under the age of 14",
        "a house 150 years old, 1000 years of age",
        "We are at {coordinates|52.5200, 13.4050}, not at 1.2, 3.4 or 0.1234, 0.5678, 0.9012",
        "{coordinates|52°31'12\"N} {coordinates|13°24'18\"E}",
        NULL,
    };
    check_cases(cases);
}

static void bare_digits_are_nothing_in_a_sentence(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "We sold 210223728 pieces and 868152871812 more.",
        "Order 083016613 was split into 2318375526 and 44648507125.",
        "Add 358004091 to 209947212.",
        "It was built in 1975 for 10115 people, in 80331 days.",
        "A 12 B 34: see table M 1 or I am {age|50}.",
        "commit 1234567a, build 20231104-1, 1.2.3-rc4, DE-1234",
        "price $209947212, 1,209947212 or 209947212.55, part 12-210223728",
        "00:00:00:00:00:00 and ff:ff:ff:ff:ff:ff are no one's",
        NULL,
    };
    check_cases(cases);
}

static void a_number_that_is_all_there_is_is_believed(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{national_id|210223728}",
        " {health_id|6044590852}\n",
        "{licence_plate|B AB 1234}",
        "210223720",
        "1975",
        NULL,
    };
    check_cases(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_numbers_hold_and_slips_do_not),
        cmocka_unit_test(numbers_are_told_by_their_words),
        cmocka_unit_test(names_and_words_tell_what_has_no_shape),
        cmocka_unit_test(bare_digits_are_nothing_in_a_sentence),
        cmocka_unit_test(a_number_that_is_all_there_is_is_believed),
    };
    return cmocka_run_group_tests(tests, open_finder, close_finder);
}
