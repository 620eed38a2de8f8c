/* value_checks.c - the checks that an operator's pattern may name; see privacy/patterns.h. */
#include "privacy/patterns.h"

#include "checks.h"
#include "proofs.h"

/* --- reading ---------------------------------------------------------------------------------------------- */

/* The digits, and those of the letters that count, as capitals: the others are the number's name, or part it.
 */
static bool reckon(struct slice value, const char *letters, proof_fn *proof)
{
    char   out[2 * NUMBER_MOST_LETTERS];
    size_t count = 0;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i], capital = is_letter(c) ? (char)(c & ~0x20) : c;
        if (!is_digit(c) && !is_one_of(capital, letters))
            continue;
        if (count == sizeof out)
            return false;
        out[count++] = capital;
    }
    return count > 1 && proof(slice_of(out, count));
}

/* An X stands for ten, at the end alone; elsewhere it belongs to the name. */
static bool proof_mod11_2_x(struct slice n)
{
    struct slice digits = n;
    while (digits.len > 1 && digits.ptr[0] == 'X')
        digits = slice_cut(digits, 1, digits.len);
    return slice_find_byte(slice_cut(digits, 0, digits.len - 1), 'X') == SLICE_NONE && proof_mod11_2(digits);
}

/* A check of places says yes, and to all of the value. */
static bool is_all(struct slice value, check_fn *check)
{
    struct place p = { 0, value.len };
    return check(value, &p) > 0 && p.start == 0 && p.end == value.len;
}

/* --- the checks ------------------------------------------------------------------------------------------- */

static bool holds_luhn(struct slice value)
{
    return reckon(value, "", proof_luhn);
}

static bool holds_mod11_10(struct slice value)
{
    return reckon(value, "", proof_mod11_10);
}

static bool holds_mod11_2(struct slice value)
{
    return reckon(value, "X", proof_mod11_2_x);
}

static bool holds_mod97(struct slice value)
{
    return reckon(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", proof_mod97);
}

static bool holds_verhoeff(struct slice value)
{
    return reckon(value, "", proof_verhoeff);
}

static bool holds_iban(struct slice value)
{
    return is_all(value, check_iban);
}

static bool holds_base58check(struct slice value)
{
    return is_all(value, check_base58);
}

static bool holds_bech32(struct slice value)
{
    return slice_is_nocase(slice_cut(value, 0, 3), "bc1") && is_all(value, check_bech32);
}

static bool holds_entropy(struct slice value)
{
    enum { DRAWN_MILLIBITS = 3000 };
    return !is_made_up(value) && millibits_a_letter(value) >= DRAWN_MILLIBITS;
}

static bool holds_date(struct slice value)
{
    return is_all(value, check_date);
}

/* --- by name ---------------------------------------------------------------------------------------------- */

static const char *const names[] = {
#define VALUE_CHECK(name, what) #name,
#include "tables/value_checks.h"
#undef VALUE_CHECK
    NULL
};

value_check *value_check_named(struct slice name)
{
    static value_check *const checks[] = {
#define VALUE_CHECK(name, what) holds_##name,
#include "tables/value_checks.h"
#undef VALUE_CHECK
    };
    for (size_t i = 0; names[i]; i++)
        if (slice_is(name, names[i]))
            return checks[i];
    return NULL;
}

const char *const *value_check_names(void)
{
    return names;
}
