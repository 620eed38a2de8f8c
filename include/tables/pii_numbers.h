/*
 * pii_numbers.h - numbers that name a person or a thing and have a format and a proof of their own, one line each.
 *
 * The shape is the whole of the number, a sign for each of its letters, alternatives parted by "|":
 *
 *   9  a digit                         _  a space, a hyphen or a dot, or nothing
 *   A  a capital   a  any letter       ~  a space, or nothing     =  a hyphen, or nothing     ,  a space or a hyphen
 *   X  a digit or a capital            *  more digits, or none
 *   x  a digit or any letter           all others stand for themselves
 *
 * The proof (src/privacy/proofs.h) sees its letters and digits alone. The other columns are those of
 * tables/pii_patterns.h. How much a number is believed alone goes by what else has its shape and passes its proof by
 * chance: every other bare number of nine digits is some country's, so that `alone` is about 0.35 there, which is
 * enough only where the text is nothing else (a form's field), or a word stands beside.
 */
#define NINE   "999_999_999"
#define TEN    "999_999_9999"
#define ELEVEN "99999999999"
#define TWELVE "9999_9999_9999"

#define ID_WORDS  "id number*|identity|national id*|identification|id card*|personal number|citizen*|ssn|social security|"
#define TAX_WORDS "tax|taxpayer*|tin|vat|"
#define PLATE_WORDS                                                                                            \
    "plate*|licence plate*|license plate*|registration|reg|car|vehicle*|vrm|kennzeichen|fahrzeug*|auto|kfz*|"    \
    "parked|drove|driving|immatriculation|placa|matrícula|targa|kenteken"
#define INSURANCE "insurance*|medicare|health|patient*|"

/*         kind            name                 shape                                        proof          alone beside words, doubts */
/* --- banks --- */
PII_NUMBER(BANK_ACCOUNT,   "us routing",        "9999=9999=9",                               us_routing,    0.35, 0.90, "routing|aba|rtn|transit|wire|ach|bank*", "")
PII_NUMBER(BANK_ACCOUNT,   "bank account",      "999999*",                                   account,       0.10, 0.80, "account number|account no|account #|acct|bank account|checking account|savings account|account is|sort code|konto|kontonummer|cuenta bancaria|numéro de compte|rekeningnummer|conto corrente", "")
PII_NUMBER(BANK_ACCOUNT,   "uk sort code",      "99-99-99",                                  none,          0.10, 0.90, "sort code|sortcode", "")

/* --- North America --- */
PII_NUMBER(TAX_ID,         "us itin",           "999_99_9999",                               us_itin,       0.35, 0.93, TAX_WORDS "itin", "")
PII_NUMBER(TAX_ID,         "us ein",            "99-9999999",                                us_ein,        0.30, 0.90, TAX_WORDS "ein|fein|employer id*", "")
PII_NUMBER(PRACTITIONER,   "us npi",            "9999_999_999",                              us_npi,        0.36, 0.93, "npi|provider*|physician|doctor|prescriber", "")
PII_NUMBER(PRACTITIONER,   "us dea",            "AX9999999",                                 us_dea,        0.45, 0.95, "dea|prescriber|registration", "")
PII_NUMBER(HEALTH_ID,      "us mbi",            "9ax9=ax9=aa99",                             us_mbi,        0.80, 0.97, INSURANCE "mbi|beneficiary", "")
PII_NUMBER(NATIONAL_ID,    "ca sin",            NINE,                                        ca_sin,        0.35, 0.92, ID_WORDS TAX_WORDS "sin|social insurance|nas|assurance sociale", "")
PII_NUMBER(NATIONAL_ID,    "mx curp",           "aaaa999999aaaaaax9",                        mx_curp,       0.97, 0.99, "curp", "")
PII_NUMBER(TAX_ID,         "mx rfc",            "AAA999999XXX|AAAA999999XXX",                mx_rfc,        0.65, 0.96, TAX_WORDS "rfc", "")

PII_NUMBER(DRIVING_LICENCE, "us licence",       "A99999999",                                 not_one_digit, 0.35, 0.90, "driver*|driving|license*|licence*|dl|dmv", "")

/* --- South America --- */
PII_NUMBER(NATIONAL_ID,    "br cpf",            "999.999.999-99",                            br_cpf,        0.97, 0.99, "cpf", "")
PII_NUMBER(NATIONAL_ID,    "br cpf bare",       ELEVEN,                                      br_cpf,        0.48, 0.95, ID_WORDS TAX_WORDS "cpf", "")
PII_NUMBER(TAX_ID,         "br cnpj",           "99.999.999/9999-99",                        br_cnpj,       0.97, 0.99, "cnpj", "")
PII_NUMBER(TAX_ID,         "br cnpj bare",      "99999999999999",                            br_cnpj,       0.45, 0.95, TAX_WORDS "cnpj|empresa", "")
PII_NUMBER(TAX_ID,         "ar cuit",           "99-99999999-9",                             ar_cuit,       0.95, 0.98, "cuit|cuil", "")
PII_NUMBER(TAX_ID,         "ar cuit bare",      ELEVEN,                                      ar_cuit,       0.38, 0.95, TAX_WORDS "cuit|cuil", "")
PII_NUMBER(NATIONAL_ID,    "cl rut",            "9.999.999-x|99.999.999-x",                  cl_rut,        0.95, 0.98, "rut|run", "")
PII_NUMBER(NATIONAL_ID,    "cl rut bare",       "9999999-x|99999999-x",                      cl_rut,        0.40, 0.95, ID_WORDS "rut|run", "")

/* --- Britain and Ireland --- */
PII_NUMBER(NATIONAL_ID,    "uk nino",           "aa~99~99~99~a",                             uk_nino,       0.85, 0.97, ID_WORDS INSURANCE "nino|ni number|national insurance", "")
PII_NUMBER(HEALTH_ID,      "uk nhs",            "999 999 9999",                              uk_nhs,        0.78, 0.96, INSURANCE "nhs", "")
PII_NUMBER(HEALTH_ID,      "uk nhs bare",       TEN,                                         uk_nhs,        0.36, 0.94, INSURANCE "nhs", "")
PII_NUMBER(NATIONAL_ID,    "ie pps",            "9999999A|9999999AA",                        ie_pps,        0.50, 0.95, ID_WORDS TAX_WORDS "pps|ppsn", "")
PII_NUMBER(DRIVING_LICENCE, "uk licence",       "aaaaa999999aaxaa|aaaa9999999aaxaa|aaa99999999aaxaa", none,     0.60, 0.95, "driver*|driving|licence*|license*|dvla", "")
PII_NUMBER(PLATE,          "uk plate",          "aa99_aaa",                                  uk_plate,      0.35, 0.92, PLATE_WORDS, "")
PII_NUMBER(PLATE,          "uk plate, old",     "a9*~aaa|aaa~9*a",                           uk_plate_old,  0.35, 0.80, PLATE_WORDS, "")
PII_NUMBER(POSTCODE,       "uk postcode",       "A9 9AA|A99 9AA|AA9 9AA|AA99 9AA|A9A 9AA|AA9A 9AA|AAA 9AA", uk_postcode,   0.65, 0.95, "postcode|post code|address|send|ship*|live*", "")
PII_NUMBER(POSTCODE,       "uk postcode bare",  "a9~9aa|a99~9aa|aa9~9aa|aa99~9aa|a9a~9aa|aa9a~9aa|aaa~9aa", uk_postcode,   0.31, 0.90, "postcode|post code|address", "")

/* --- plates of other countries: only beside words --- */
PII_NUMBER(PLATE,          "fr, it plate",      "AA_999_AA",                                 none,          0.29, 0.90, PLATE_WORDS, "")
PII_NUMBER(PLATE,          "es plate",          "9999_AAA",                                  none,          0.20, 0.88, PLATE_WORDS, "")
PII_NUMBER(PLATE,          "in plate",          "AA_99_AA_9999|AA_99_A_9999",                none,          0.29, 0.90, PLATE_WORDS, "")
PII_NUMBER(PLATE,          "us, br plate",      "AAA_9999|9AAA999|AAA9A99|AAA_999",          none,          0.15, 0.85, PLATE_WORDS, "")

/* --- Germany, Austria, Switzerland --- */
PII_NUMBER(TAX_ID,         "de tax id",         "99~999~999~999",                            de_tax,        0.38, 0.95, TAX_WORDS "steuer*|idnr|identifikationsnummer", "")
PII_NUMBER(TAX_ID,         "de vat",            "aa_999_999_999",                            de_vat,        0.80, 0.97, TAX_WORDS "ust*|umsatzsteuer*", "")
PII_NUMBER(NATIONAL_ID,    "de social",         "99~999999~a~999",                           de_social,     0.90, 0.97, "rvnr|sozialversicherung*|rentenversicherung*", "")
PII_NUMBER(HEALTH_ID,      "de health",         "a999999999",                                de_kvnr,       0.50, 0.96, INSURANCE "kvnr|krankenkasse*|krankenversicher*|versicherten*|egk*|versichertennummer", "")
PII_NUMBER(PRACTITIONER,   "de lanr",           "999999999",                                 de_lanr,       0.37, 0.94, "lanr|arzt*|ärzt*|praxis", "")
PII_NUMBER(COMPANY_ID,     "de register",       "aaa~9*",                                    de_register,   0.80, 0.95, "handelsregister*|amtsgericht", "")
PII_NUMBER(PLATE,          "de plate",          "A,A,9*|A,AA,9*|AA,A,9*|AA,AA,9*|AAA,A,9*|AAA,AA,9*|A,A,9*A|A,AA,9*A|AA,A,9*A|AA,AA,9*A|AAA,A,9*A|AAA,AA,9*A", de_plate,      0.35, 0.92, PLATE_WORDS, "")
PII_NUMBER(PLATE,          "de plate, small",   "a,aa,9*",                                   de_plate_short, 0.35, 0.85, PLATE_WORDS, "")
PII_NUMBER(POSTCODE,       "de postcode",       "99999",                                     de_plz,        0.35, 0.92, "plz|postleitzahl", "")
PII_NUMBER(NATIONAL_ID,    "at svnr",           "9999~999999",                               at_svnr,       0.45, 0.95, "svnr|sozialversicherung*|sv-nummer|versicherungsnummer", "")
PII_NUMBER(NATIONAL_ID,    "ch ahv",            "999_9999_9999_99",                          ch_ahv,        0.90, 0.98, "ahv*|avs|sozialversicherung*", "")

/* --- France, Belgium, Netherlands --- */
PII_NUMBER(NATIONAL_ID,    "fr nir",            "9~99~99~99~999~999~99|9~99~99~9a~999~999~99", fr_nir,        0.90, 0.98, "nir|sécurité sociale|sécu|insee|vitale", "")
PII_NUMBER(TAX_ID,         "fr tax",            "99~99~999~999~999",                         fr_spi,        0.48, 0.95, TAX_WORDS "fiscal*|spi|impôt*", "")
PII_NUMBER(NATIONAL_ID,    "be number",         "99_99_99_999_99",                           be_nn,         0.48, 0.96, ID_WORDS "rijksregister*|registre national|insz|niss|nationaal nummer", "")
PII_NUMBER(NATIONAL_ID,    "be number, dotted", "99.99.99-999.99",                           be_nn,         0.95, 0.99, "", "")
PII_NUMBER(NATIONAL_ID,    "nl bsn",            NINE,                                        nl_bsn,        0.34, 0.93, ID_WORDS "bsn|burgerservice*|sofi*|persoonsnummer", "")

/* --- Spain, Portugal, Italy --- */
PII_NUMBER(NATIONAL_ID,    "es nif",            "99999999=a",                                es_nif,        0.70, 0.96, ID_WORDS TAX_WORDS "dni|nif|documento", "")
PII_NUMBER(NATIONAL_ID,    "es nie",            "a=9999999=a",                               es_nie,        0.85, 0.97, ID_WORDS TAX_WORDS "nie|extranjero*", "")
PII_NUMBER(TAX_ID,         "pt nif",            NINE,                                        pt_nif,        0.33, 0.92, TAX_WORDS "nif|contribuinte|fiscal", "")
PII_NUMBER(NATIONAL_ID,    "it codice fiscale", "aaaaaaxxaxxaxxxa",                          it_cf,         0.97, 0.99, "codice fiscale|cf", "")
PII_NUMBER(TAX_ID,         "it vat",            ELEVEN,                                      luhn,          0.30, 0.92, TAX_WORDS "partita iva|p.iva|iva", "")

/* --- the north --- */
PII_NUMBER(NATIONAL_ID,    "se number",         "999999-9999|999999+9999|99999999-9999|99999999+9999", se_pnr,        0.85, 0.97, "personnummer|samordningsnummer", "")
PII_NUMBER(NATIONAL_ID,    "se number, bare",   "9999999999|999999999999",                   se_pnr,        0.42, 0.95, ID_WORDS "personnummer|samordningsnummer", "")
PII_NUMBER(NATIONAL_ID,    "fi hetu",           "999999-999x|999999+999x|999999a999x",       fi_hetu,       0.93, 0.98, "hetu|henkilötunnus|personbeteckning", "")
PII_NUMBER(NATIONAL_ID,    "no number",         "999999~99999",                              no_fnr,        0.70, 0.97, "fødselsnummer|personnummer|d-nummer", "")
PII_NUMBER(NATIONAL_ID,    "dk cpr",            "999999_9999",                               dk_cpr,        0.20, 0.93, ID_WORDS "cpr*|personnummer", "")
PII_NUMBER(NATIONAL_ID,    "ee, lt code",       ELEVEN,                                      ee_code,       0.45, 0.95, ID_WORDS "isikukood*|asmens kod*", "")

/* --- Central and Eastern Europe --- */
PII_NUMBER(NATIONAL_ID,    "pl pesel",          ELEVEN,                                      pl_pesel,      0.47, 0.96, ID_WORDS "pesel", "")
PII_NUMBER(TAX_ID,         "pl nip",            "999=999=99=99|999=99=99=999",               pl_nip,        0.33, 0.94, TAX_WORDS "nip", "")
PII_NUMBER(NATIONAL_ID,    "cz, sk number",     "999999/999|999999/9999",                    cz_rc,         0.85, 0.97, "rodné číslo|rč", "")
PII_NUMBER(NATIONAL_ID,    "cz, sk bare",       "999999999|9999999999",                      cz_rc,         0.25, 0.94, "rodné číslo|rodne cislo|rč", "")
PII_NUMBER(NATIONAL_ID,    "ro cnp",            "9999999999999",                             ro_cnp,        0.75, 0.97, "cnp|cod numeric", "")
PII_NUMBER(NATIONAL_ID,    "bg egn",            "9999999999",                                bg_egn,        0.40, 0.95, ID_WORDS "egn|егн", "")
PII_NUMBER(NATIONAL_ID,    "hr oib",            ELEVEN,                                      mod11_10,      0.34, 0.95, ID_WORDS TAX_WORDS "oib", "")
PII_NUMBER(NATIONAL_ID,    "ru snils",          "999-999-999 99|999-999-999-99",             ru_snils,      0.93, 0.98, "снилс|snils", "")

/* --- Asia --- */
PII_NUMBER(NATIONAL_ID,    "in aadhaar",        TWELVE,                                      in_aadhaar,    0.38, 0.95, ID_WORDS "aadhaar|aadhar|uidai|uid|आधार", "")
PII_NUMBER(NATIONAL_ID,    "in aadhaar, parted", "9999 9999 9999",                            in_aadhaar,    0.70, 0.96, "aadhaar|aadhar|uidai", "")
PII_NUMBER(TAX_ID,         "in pan",            "AAAAA9999A",                                in_pan,        0.75, 0.96, TAX_WORDS "pan|permanent account", "")
PII_NUMBER(TAX_ID,         "in pan, any",       "aaaaa9999a",                                none,          0.40, 0.92, TAX_WORDS "pan|permanent account", "")
PII_NUMBER(TAX_ID,         "in gstin",          "99aaaaa9999axax",                           in_gstin,      0.90, 0.98, "gst*", "")
PII_NUMBER(PASSPORT,       "in passport",       "A99~99999",                                 in_passport,   0.35, 0.93, "passport*", "")
PII_NUMBER(PASSPORT,       "es passport",       "aaa999999",                                 none,          0.35, 0.90, "pasaporte|passport*", "")
PII_NUMBER(NATIONAL_ID,    "sg nric",           "a9999999a",                                 sg_nric,       0.90, 0.98, "nric|fin|uinfin", "")
PII_NUMBER(NATIONAL_ID,    "kr rrn",            "999999-9999999",                            kr_rrn,        0.85, 0.97, "rrn|주민등록번호|주민번호", "")
PII_NUMBER(NATIONAL_ID,    "kr rrn bare",       "9999999999999",                             kr_rrn,        0.25, 0.93, "rrn|resident registration|주민등록번호|주민번호", "")
PII_NUMBER(NATIONAL_ID,    "jp my number",      TWELVE,                                      jp_my_number,  0.35, 0.95, ID_WORDS "my number|マイナンバー|個人番号", "")
PII_NUMBER(NATIONAL_ID,    "cn id",             "99999999999999999x",                        cn_id,         0.97, 0.99, "身份证*", "")
PII_NUMBER(NATIONAL_ID,    "th id",             "9=9999=99999=99=9",                         th_id,         0.45, 0.96, ID_WORDS "thai id|tnin|บัตรประชาชน|เลขประจำตัว|ประชาชน|เลขบัตร", "")
PII_NUMBER(NATIONAL_ID,    "tr tckn",           ELEVEN,                                      tr_tckn,       0.48, 0.96, ID_WORDS "tckn|t.c.|tc kimlik|kimlik", "")
PII_NUMBER(NATIONAL_ID,    "il id",             "999999999",                                 luhn,          0.32, 0.93, ID_WORDS "teudat zehut|תעודת זהות|ת.ז", "")

/* --- Oceania, Africa --- */
PII_NUMBER(TAX_ID,         "au tfn",            NINE,                                        au_tfn,        0.36, 0.94, TAX_WORDS "tfn", "")
PII_NUMBER(TAX_ID,         "au abn",            "99~999~999~999",                            au_abn,        0.46, 0.96, TAX_WORDS "abn|business number", "")
PII_NUMBER(COMPANY_ID,     "au acn",            NINE,                                        au_acn,        0.30, 0.94, "acn|company number", "")
PII_NUMBER(HEALTH_ID,      "au medicare",       "9999~99999~9|9999~99999~99",                au_medicare,   0.37, 0.95, INSURANCE "irn", "")
PII_NUMBER(TAX_ID,         "nz ird",            "99=999=999|999=999=999",                    nz_ird,        0.25, 0.93, "ird|inland revenue", "")
PII_NUMBER(HEALTH_ID,      "nz nhi",            "AAA9999",                                   nz_nhi,        0.36, 0.95, "nhi|national health", "")
PII_NUMBER(NATIONAL_ID,    "za id",             "9999999999999",                             za_id,         0.75, 0.97, ID_WORDS "id", "")

/* --- things --- */
PII_NUMBER(IMEI,           "imei",              "99_999999_999999_9",                        imei,          0.30, 0.96, "imei*|handset|device id", "")
PII_NUMBER(VIN,            "vin",               "xxxxxxxxxxxxxxxxx",                         vin,           0.75, 0.97, "vin|chassis|vehicle|fahrgestell*|fin", "")
PII_NUMBER(VIN,            "vin, named",        "xxxxxxxxxxxxxxxxx",                         vin_letters,   0.10, 0.85, "vin|chassis*|vehicle id*|fahrgestell*", "")

#undef NINE
#undef TEN
#undef ELEVEN
#undef TWELVE
#undef ID_WORDS
#undef TAX_WORDS
#undef PLATE_WORDS
#undef INSURANCE
