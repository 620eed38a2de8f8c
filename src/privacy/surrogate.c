/*
 * surrogate.c - the door to all surrogates, and what their drawing shares.
 *
 * A drawn number must be JSON's number where the value was one, and whatever is drawn must be long enough to be
 * told from what an answer says of itself: "37" for an age of 42 would be given back as 42 wherever it stands.
 */
#include "surrogate.h"

#include "checks.h"
#include "surrogate_kinds.h"

enum {
    LEAST_LETTERS = 5, /* # letters and digits that a surrogate needs */
    DRAWS_MOST = 32,
};

/* Kinds are named by their words: those that are not listed are numbers with a proof, or have their shape
 * kept. NULL: none is drawn. */
static const struct {
    const char   *kind;
    surrogate_fn *draw;
} kinds[] = {
    { "email", surrogate_email },
    { "phone", surrogate_phone },
    { "payment_card", surrogate_card },
    { "iban", surrogate_iban },
    { "bic", surrogate_bic },
    { "us_ssn", surrogate_ssn },
    { "ip_address", surrogate_ip },
    { "mac_address", surrogate_mac },
    { "crypto_wallet", surrogate_wallet },
    { "date_of_birth", surrogate_date },
    { "coordinates", surrogate_coordinates },
    { "person", surrogate_person },
    { "place", surrogate_place },
    { "organization", surrogate_company },
    { "address", surrogate_address },
    { "user_name", surrogate_user },
    { "url", surrogate_url },
    { "date", surrogate_date },
    { "age", NULL },
    { "affiliation", NULL },
    { "title", NULL },
};

static surrogate_fn *drawing_of(enum pii_kind kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, pii_word(kind)) == 0)
            return kinds[i].draw;
    return surrogate_number;
}

bool surrogate_is_by_words(enum pii_kind kind)
{
    return drawing_of(kind) == surrogate_person;
}

/* splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). The seed is a secret's
 * HMAC, and what is drawn is no secret. */
static uint64_t next(struct draw *d)
{
    uint64_t z = d->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

unsigned draw_below(struct draw *d, unsigned below)
{
    return (unsigned)((next(d) >> 32) * below >> 32);
}

char draw_like(struct draw *d, char c)
{
    if (is_digit(c))
        return (char)('0' + draw_below(d, 10));
    return (char)((c & 0x20 ? 'a' : 'A') + (char)draw_below(d, 26));
}

size_t draw_letters(const struct draw *d, char *out, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < d->value.len; i++) {
        if (!is_alnum(d->value.ptr[i]))
            continue;
        if (count < most)
            out[count] = d->value.ptr[i];
        count++;
    }
    return count;
}

void draw_fill(struct draw *d, const char *letters, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < d->value.len; i++) {
        char c = d->value.ptr[i];
        if (is_alnum(c) && used < count)
            buf_add_byte(d->out, letters[used++]);
        else if (c >= ' ' && c < 0x7F && !is_alnum(c) && c != '"' && c != '\\')
            buf_add_byte(d->out, c);
    }
}

/* RFC 8259, 6. */
static bool is_json_number(struct slice s)
{
    size_t at = byte_at(s, 0) == '-', points = 0;
    if (!is_digit(byte_at(s, at)) || (s.ptr[at] == '0' && is_digit(byte_at(s, at + 1))))
        return false;
    for (; at < s.len; at++) {
        points += s.ptr[at] == '.';
        if (!is_digit(s.ptr[at]) && s.ptr[at] != '.')
            return false;
    }
    return points <= 1 && is_digit(s.ptr[s.len - 1]);
}

static bool is_fit(struct slice drawn, struct slice value, bool is_number)
{
    size_t letters = 0;
    for (size_t i = 0; i < drawn.len; i++)
        letters += is_alnum(drawn.ptr[i]);
    return letters >= LEAST_LETTERS && drawn.len <= SHOWN_MOST && !slice_eq(drawn, value) &&
           (!is_number || is_json_number(drawn));
}

bool surrogate_draw(enum pii_kind kind, const char *source, struct slice value, bool is_number, uint64_t seed,
                    struct buf *out)
{
    surrogate_fn *draw = drawing_of(kind);
    struct draw   d = { .value = value, .source = source ? source : "", .state = seed, .out = out };
    size_t        before = out->len;
    if (!draw || pii_is_secret(kind) || value.len > SHOWN_MOST)
        return false;
    for (int i = 0; i < DRAWS_MOST; i++) {
        if (!draw(&d))
            surrogate_number(&d);
        if (!out->full && is_fit(slice_cut(buf_slice(out), before, out->len), value, is_number))
            return true;
        out->len = before;
    }
    return false;
}
