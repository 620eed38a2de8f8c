/*
 * pii_kinds.h - what may be private in a text, one line a kind.
 *
 * Patterns stand in tables/pii_patterns.h and tables/pii_numbers.h, since a kind may have several. The tag is the
 * placeholder's first part. A kind is as much as a policy would tell apart: which country's number it is, a finding's
 * source says.
 *
 * The last column tells what is in so many texts that `any` in a policy does not mean it; it is hidden where it is
 * named, and by `weir redact`.
 *
 *       name             word in policies   placeholder tag is it a secret (never sent on, whatever the reach)?  is it common?
 */
PII_KIND(EMAIL,           "email",           "EMAIL",        false, false)
PII_KIND(PHONE,           "phone",           "PHONE",        false, false)
PII_KIND(CARD,            "payment_card",    "CARD",         false, false)
PII_KIND(IBAN,            "iban",            "IBAN",         false, false)
PII_KIND(US_SSN,          "us_ssn",          "SSN",          false, false)
PII_KIND(IP_ADDRESS,      "ip_address",      "IP",           false, false)
PII_KIND(WALLET,          "crypto_wallet",   "WALLET",       false, false)
PII_KIND(API_KEY,         "api_key",         "KEY",          true, false)
PII_KIND(PASSWORD,        "password",        "PASSWORD",     true, false)
PII_KIND(NATIONAL_ID,     "national_id",     "NATIONALID",   false, false)
PII_KIND(TAX_ID,          "tax_id",          "TAXID",        false, false)
PII_KIND(HEALTH_ID,       "health_id",       "HEALTHID",     false, false)
PII_KIND(MEDICAL_RECORD,  "medical_record",  "RECORD",       false, false)
PII_KIND(PRACTITIONER,    "practitioner_id", "PRACTITIONER", false, false)
PII_KIND(COMPANY_ID,      "company_id",      "COMPANYID",    false, false)
PII_KIND(PASSPORT,        "passport",        "PASSPORT",     false, false)
PII_KIND(DRIVING_LICENCE, "driving_licence", "LICENCE",      false, false)
PII_KIND(BANK_ACCOUNT,    "bank_account",    "ACCOUNT",      false, false)
PII_KIND(BIC,             "bic",             "BIC",          false, false)
PII_KIND(PLATE,           "licence_plate",   "PLATE",        false, false)
PII_KIND(VIN,             "vin",             "VIN",          false, false)
PII_KIND(IMEI,            "imei",            "IMEI",         false, false)
PII_KIND(MAC_ADDRESS,     "mac_address",     "MAC",          false, false)
PII_KIND(POSTCODE,        "postcode",        "POSTCODE",     false, false)
PII_KIND(COORDINATES,     "coordinates",     "COORDINATES",  false, false)
PII_KIND(BIRTH_DATE,      "date_of_birth",   "BIRTHDATE",    false, false)
PII_KIND(AGE,             "age",             "AGE",          false, false)
PII_KIND(INSURANCE,       "insurance_id",    "INSURANCE",    false, false)
PII_KIND(SERIAL,          "serial_number",   "SERIAL",       false, false)
PII_KIND(USER_NAME,       "user_name",       "USERNAME",     false, false)
PII_KIND(URL_LOGIN,       "url_credentials", "URLLOGIN",     true, false)
PII_KIND(PERSON,          "person",          "PERSON",       false, false)
PII_KIND(ADDRESS,         "address",         "ADDRESS",      false, false)
PII_KIND(PLACE,           "place",           "PLACE",        false, true)
PII_KIND(ORGANIZATION,    "organization",    "ORG",          false, true)
PII_KIND(AFFILIATION,     "affiliation",     "AFFILIATION",  false, true)
PII_KIND(DATE,            "date",            "DATE",         false, true)
PII_KIND(TITLE,           "title",           "TITLE",        false, true)
PII_KIND(URL,             "url",             "URL",          false, true)
