/*
 * iban_countries.h - what follows the country and the two check digits of an IBAN, by the SWIFT registry.
 *
 * In the registry's own notation: how many characters, of which kind: n digits, a capital letters, c either.
 */
IBAN("AD", "8n12c")        IBAN("AE", "19n")         IBAN("AL", "8n16c")        IBAN("AT", "16n")
IBAN("AZ", "4a20c")        IBAN("BA", "16n")         IBAN("BE", "12n")          IBAN("BG", "4a6n8c")
IBAN("BH", "4a14c")        IBAN("BI", "23n")         IBAN("BR", "23n1a1c")      IBAN("BY", "4c4n16c")
IBAN("CH", "5n12c")        IBAN("CR", "18n")         IBAN("CY", "8n16c")        IBAN("CZ", "20n")
IBAN("DE", "18n")          IBAN("DJ", "23n")         IBAN("DK", "14n")          IBAN("DO", "4c20n")
IBAN("EE", "16n")          IBAN("EG", "25n")         IBAN("ES", "20n")          IBAN("FI", "14n")
IBAN("FK", "2a12n")        IBAN("FO", "14n")         IBAN("FR", "10n11c2n")     IBAN("GB", "4a14n")
IBAN("GE", "2a16n")        IBAN("GI", "4a15c")       IBAN("GL", "14n")          IBAN("GR", "7n16c")
IBAN("GT", "24c")          IBAN("HN", "4a20n")       IBAN("HR", "17n")          IBAN("HU", "24n")
IBAN("IE", "4a14n")        IBAN("IL", "19n")         IBAN("IQ", "4a15n")        IBAN("IS", "22n")
IBAN("IT", "1a10n12c")     IBAN("JO", "4a4n18c")     IBAN("KW", "4a22c")        IBAN("KZ", "3n13c")
IBAN("LB", "4n20c")        IBAN("LC", "4a24c")       IBAN("LI", "5n12c")        IBAN("LT", "16n")
IBAN("LU", "3n13c")        IBAN("LV", "4a13c")       IBAN("LY", "21n")          IBAN("MC", "10n11c2n")
IBAN("MD", "20c")          IBAN("ME", "18n")         IBAN("MK", "3n10c2n")      IBAN("MN", "16n")
IBAN("MR", "23n")          IBAN("MT", "4a5n18c")     IBAN("MU", "4a19n3a")      IBAN("NI", "4a20n")
IBAN("NL", "4a10n")        IBAN("NO", "11n")         IBAN("OM", "3n16c")        IBAN("PK", "4a16c")
IBAN("PL", "24n")          IBAN("PS", "4a21c")       IBAN("PT", "21n")          IBAN("QA", "4a21c")
IBAN("RO", "4a16c")        IBAN("RS", "18n")         IBAN("RU", "14n15c")       IBAN("SA", "2n18c")
IBAN("SC", "4a20n3a")      IBAN("SD", "14n")         IBAN("SE", "20n")          IBAN("SI", "15n")
IBAN("SK", "20n")          IBAN("SM", "1a10n12c")    IBAN("SO", "19n")          IBAN("ST", "21n")
IBAN("SV", "4a20n")        IBAN("TL", "19n")         IBAN("TN", "20n")          IBAN("TR", "5n1n16c")
IBAN("UA", "6n19c")        IBAN("VA", "18n")         IBAN("VG", "4a16n")        IBAN("XK", "16n")
IBAN("YE", "4a4n18c")
