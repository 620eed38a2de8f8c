/*
 * pii_kinds.h - what may be private in a text, one line a kind.
 *
 * Patterns stand in tables/pii_patterns.h and tables/pii_numbers.h, since a kind may have several. The tag is the
 * placeholder's first part. A kind is as much as a policy would tell apart: which country's number it is, a finding's
 * source says.
 *
 *       name             word in policies   placeholder tag is it a secret (never sent on, whatever the reach)?
 */
PII_KIND(EMAIL,           "email",           "EMAIL",        false)
PII_KIND(PHONE,           "phone",           "PHONE",        false)
PII_KIND(CARD,            "payment_card",    "CARD",         false)
PII_KIND(IBAN,            "iban",            "IBAN",         false)
PII_KIND(US_SSN,          "us_ssn",          "SSN",          false)
PII_KIND(IP_ADDRESS,      "ip_address",      "IP",           false)
PII_KIND(WALLET,          "crypto_wallet",   "WALLET",       false)
PII_KIND(API_KEY,         "api_key",         "KEY",          true)
PII_KIND(PASSWORD,        "password",        "PASSWORD",     true)
PII_KIND(NATIONAL_ID,     "national_id",     "NATIONALID",   false)
PII_KIND(TAX_ID,          "tax_id",          "TAXID",        false)
PII_KIND(HEALTH_ID,       "health_id",       "HEALTHID",     false)
PII_KIND(MEDICAL_RECORD,  "medical_record",  "RECORD",       false)
PII_KIND(PRACTITIONER,    "practitioner_id", "PRACTITIONER", false)
PII_KIND(COMPANY_ID,      "company_id",      "COMPANYID",    false)
PII_KIND(PASSPORT,        "passport",        "PASSPORT",     false)
PII_KIND(DRIVING_LICENCE, "driving_licence", "LICENCE",      false)
PII_KIND(BANK_ACCOUNT,    "bank_account",    "ACCOUNT",      false)
PII_KIND(BIC,             "bic",             "BIC",          false)
PII_KIND(PLATE,           "licence_plate",   "PLATE",        false)
PII_KIND(VIN,             "vin",             "VIN",          false)
PII_KIND(IMEI,            "imei",            "IMEI",         false)
PII_KIND(MAC_ADDRESS,     "mac_address",     "MAC",          false)
PII_KIND(POSTCODE,        "postcode",        "POSTCODE",     false)
PII_KIND(COORDINATES,     "coordinates",     "COORDINATES",  false)
PII_KIND(BIRTH_DATE,      "date_of_birth",   "BIRTHDATE",    false)
PII_KIND(AGE,             "age",             "AGE",          false)
PII_KIND(INSURANCE,       "insurance_id",    "INSURANCE",    false)
PII_KIND(SERIAL,          "serial_number",   "SERIAL",       false)
PII_KIND(USER_NAME,       "user_name",       "USERNAME",     false)
PII_KIND(URL_LOGIN,       "url_credentials", "URLLOGIN",     true)
