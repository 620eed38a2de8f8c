/*
 * value_checks.h - what an operator's pattern may ask of a value by `check:`, one line each.
 *
 * Where digits are reckoned with, only they count, not what parts them or stands before them. src/privacy/value_checks.c holds the functions.
 *
 *          name in policies   what holds
 */
VALUE_CHECK(luhn,        "the last digit is Luhn's (ISO/IEC 7812-1, annex B)")
VALUE_CHECK(mod11_10,    "the last digit is that of ISO/IEC 7064 MOD 11,10")
VALUE_CHECK(mod11_2,     "the last digit, or X, is that of ISO/IEC 7064 MOD 11-2")
VALUE_CHECK(mod97,       "digits and letters, the letters as 10 to 35, leave 1 by 97 (ISO/IEC 7064 MOD 97-10)")
VALUE_CHECK(verhoeff,    "the last digit is Verhoeff's")
VALUE_CHECK(iban,        "it is an IBAN of a country's own form")
VALUE_CHECK(base58check, "it is written in base 58 and ends in its checksum")
VALUE_CHECK(bech32,      "it is a bc1 address whose checksum holds")
VALUE_CHECK(entropy,     "its letters look drawn at random: three bits a letter at least, no words")
VALUE_CHECK(date,        "it is a day of 1900 to 2099, written in digits")
