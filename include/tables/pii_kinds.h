/*
 * pii_kinds.h - what may be private in a text, one line a kind.
 *
 * Patterns stand in tables/pii_patterns.h, since a kind may have several. The tag is the placeholder's first part.
 *
 *   name             word in policies   placeholder tag   is it a secret (never sent on, whatever the reach)?
 */
PII_KIND(EMAIL,       "email",           "EMAIL",          false)
PII_KIND(PHONE,       "phone",           "PHONE",          false)
PII_KIND(CARD,        "payment_card",    "CARD",           false)
PII_KIND(IBAN,        "iban",            "IBAN",           false)
PII_KIND(US_SSN,      "us_ssn",          "SSN",            false)
PII_KIND(IP_ADDRESS,  "ip_address",      "IP",             false)
PII_KIND(WALLET,      "crypto_wallet",   "WALLET",         false)
PII_KIND(API_KEY,     "api_key",         "KEY",            true)
PII_KIND(PASSWORD,    "password",        "PASSWORD",       true)
