/* fuzz_find.c - any bytes: the finder ends well, and its findings are in order, apart and inside the text. */
#include "base/die.h"
#include "privacy/find.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "write to ada.lovelace@mail.example.co.uk, +44 (0)20 7946 0958 or (415) 555-2671 ext. 12",
    "card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00, SSN 536-90-4399, tel 06 12 34 56 78",
    "::ffff:192.0.2.1 2001:db8::1 fe80::1%eth0 192.168.1.1.443 version 1.2.3.4",
    "sk-ant-api03-Zk3vP0wq8RtY5uLm2XcB eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.Zk3vP0wq8RtY",
    "-----BEGIN PRIVATE KEY-----\\nMIIEowIBAAKCAQEAZk3vP0wq8RtY5uLm2XcB7nHa4Dg9\\n-----END PRIVATE KEY-----",
    "password: hunter2secret, curl -u ada:Zk3vP0wq8 -H 'Authorization: Bearer Zk3vP0wq8RtY5u' https://a:b@c.d/",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "\xEF\xBC\x94\xEF\xBC\x91 ann%40example.org &#64; &#x40; ann [at] example (dot) org 4 1 1 1\xE2\x80\x8B",
    "NHS 604 459 0852, AB 12 34 56 C, CPF 819.392.335-93, born 17 May 1984, 52\302\26031'12\"N",
    "username: ada_l, /home/ada/x, ssh jdoe@build01, @ada_l, sshpass -p hunter22, Private-Lines: 2\nAAAA\nBBBB",
    "driver's license number is D123-4567-8901, M\xC3\x9C-XY 123, 45-year-old, 00:1B:44:11:3A:B7, DEUTDEFF",
    "YW5uLnNtaXRoQGV4YW1wbGUub3Jn dXNlcj1hbm4Kc3NuPTUzNi05MC00Mzk5CmVtYWlsPWFubkBleGFtcGxlLm9yZwo= AAAA= =",
    "ann%2540example.org \\u0040 \\\"x\\\" ann at example dot org \xD0\xB0nn@x.org double four 1 1 1 one two",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct finder         *finder;
    static struct finder_scratch *scratch;
    if (!finder) {
        finder = finder_new(NULL);
        if (!finder)
            die("no finder");
        scratch = finder_scratch_new(finder);
    }
    struct arena   *arena = arena_new();
    struct findings found;
    /* Of its own size, so that a read beyond it is seen. */
    char *text = die_if_null(malloc(size ? size : 1));
    if (size)
        memcpy(text, data, size);
    if (!find(finder, scratch, arena, slice_of(text, size), &found, NULL))
        die("a short text was refused");
    for (size_t i = 0; i < found.count; i++) {
        const struct finding *f = &found.item[i];
        if (f->start >= f->end || f->end > size || (i > 0 && found.item[i - 1].end > f->start))
            die("finding %zu is out of place", i);
    }
    free(text);
    arena_free(&arena);
    return 0;
}
