/*
 * fuzz_restore.c - any answer, cut at bytes that the input itself names: the pieces make what the whole makes.
 *
 * "1" to "4" in the input stand for four live placeholders, the last a number's, "5" to "7" for surrogates, so
 * that mutations keep some whole.
 */
#include "base/die.h"
#include "privacy/vault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "write to 1 or 2, not to EMAIL_ or EMAIL_7F3K2M9QTX4B",
    "123 EMAIL_12 IP_3 I IP E EM 3",
    "{\"to\": \"1\", \"cc\": \"2\"}",
    "call 5, 6 or 56; 7 and 77, 5s 5's x5 5-",
    "{\"card\": 4, \"at\": \"EMAIL_\", \"x\": \"2\"} ",
    NULL,
};

static const struct {
    enum pii_kind kind;
    const char   *value;
} values[] = {
    { PII_EMAIL, "one@example.org" },        { PII_EMAIL, "two\"@example.org" }, { PII_IP_ADDRESS, "::1" },
    { PII_CARD, "4111111111111111" },        { PII_PHONE, "+1 415 555 2671" },   { PII_PHONE, "4155552672" },
    { PII_MAC_ADDRESS, "3c:22:fb:45:67:89" }
};
enum { VALUES = sizeof values / sizeof values[0], NUMBER = 3, CEILING = 1 << 20 };

static void add_text(struct vault *vault, const uint8_t *data, size_t size, struct buf *text)
{
    for (size_t i = 0; i < size; i++) {
        unsigned which = (unsigned)data[i] - '1';
        if (which >= VALUES) {
            buf_add_byte(text, (char)data[i]);
            continue;
        }
        struct finding  item = { .end = strlen(values[which].value),
                                 .kind = values[which].kind,
                                 .source = "fuzz",
                                 .is_number = which == NUMBER };
        struct findings found = { &item, 1, PII_ALL };
        vault_hide(vault, slice_str(values[which].value), &found, PII_ALL, text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vault_key key = { "fuzz" };
    struct arena    *arena = arena_new();
    struct vault    *vault = vault_new(arena, &key);
    struct buf       text, whole, pieces;
    vault_set_ways(vault, (pii_set)1 << PII_PHONE | (pii_set)1 << PII_MAC_ADDRESS, 0);
    buf_init(&text, CEILING);
    buf_init(&whole, CEILING);
    buf_init(&pieces, CEILING);
    add_text(vault, data, size, &text);
    bool inside_json = size % 2;
    vault_restore(vault, buf_slice(&text), inside_json, &whole);

    struct restore *r = restore_new(arena, vault);
    if (inside_json)
        restore_inside_json(r);
    size_t at = 0;
    for (size_t i = 0; at < text.len; i++) {
        size_t length = 1 + data[i % size] % 19;
        restore_feed(r, slice_cut(buf_slice(&text), at, at + length), &pieces);
        at += length;
    }
    restore_end(r, &pieces);
    if (!slice_eq(buf_slice(&whole), buf_slice(&pieces)))
        die("the pieces make another text than the whole");
    buf_fini(&text);
    buf_fini(&whole);
    buf_fini(&pieces);
    arena_free(&arena);
    return 0;
}
