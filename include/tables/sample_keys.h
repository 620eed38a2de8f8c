/*
 * sample_keys.h - keys that their issuers publish as samples: they open nothing, and are no secret.
 *
 * Each is kept as the first 64 bits of its SHA-256, so that neither this file nor the binary holds what looks like a
 * key. A line here needs a public source that says so; what is only found in someone's repository is no sample.
 */

/* firebase-android-sdk: the keys of FirebaseInstallationsTest.java and of its sample projects (google-services.json), which
 * Google publishes with its Android library and scanners for secrets pass over. */
SAMPLE_KEY(0x0b476bdf9acf2123)
SAMPLE_KEY(0x2037abcaffb2b777)
SAMPLE_KEY(0x27a9a42931dff7eb)
SAMPLE_KEY(0x37f8f09bdf12c2f2)
SAMPLE_KEY(0x3a8b61d0f636b007)
SAMPLE_KEY(0x3f370c9dd8225c63)
SAMPLE_KEY(0x49f777db995e8260)
SAMPLE_KEY(0x4c98242dcadc8b29)
SAMPLE_KEY(0x8731261cb72d8626)
SAMPLE_KEY(0xa19f89ab3555eac1)
SAMPLE_KEY(0xa6c814bc555ae62c)
SAMPLE_KEY(0xdc0fcf046c61640c)
SAMPLE_KEY(0xe4a5542bb7fd7b67)
SAMPLE_KEY(0xea9bb1082cf95663)
SAMPLE_KEY(0xeb540d2b6ee2a0a4)

/* Stripe's documentation, the test key of its first examples. */
SAMPLE_KEY(0x2cafc0970149a84f)
SAMPLE_KEY(0xf2d6ca16515033e5)

/* Microsoft: the storage emulator's account (Azurite), and the Cosmos DB emulator's; both are the same for everyone. */
SAMPLE_KEY(0x0011cc25eb432071)
SAMPLE_KEY(0xaa6547439583c3a2)

/* jwt.io, the token that the page opens with. */
SAMPLE_KEY(0x7f75367e78812551)
