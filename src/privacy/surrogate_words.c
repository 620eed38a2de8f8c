/*
 * surrogate_words.c - surrogates of names, places, addresses and dates.
 *
 * Names are put together from two halves: a thousand and more, so that the people of a conversation are told
 * apart, and hardly one is a word of a language, so that no word of an answer is taken for it. They say nothing
 * of a person's sex or origin.
 */
#include "checks.h"
#include "surrogate_kinds.h"

/* ---- names ---- */

static const char *const heads[] = {
    "al",  "an",  "bel", "bran", "cal", "car", "cor", "dar", "del", "dor", "el",   "er",
    "fal", "fen", "gal", "gar",  "hal", "hel", "il",  "jar", "jor", "kal", "kel",  "lan",
    "lor", "mal", "mar", "mel",  "nal", "nor", "or",  "os",  "pel", "per", "quil", "ral",
    "ros", "sal", "sel", "tal",  "tor", "ul",  "val", "ver", "wal", "wil", "yar",  "zel",
};
static const char *const person_tails[] = {
    "bert",  "brin", "dine", "dora", "drick", "fina", "frey",  "gard", "kin",  "lian",
    "lotte", "lyn",  "mond", "mira", "nette", "ova",  "quist", "rick", "rina", "sen",
    "sina",  "tha",  "thor", "tine", "vane",  "vira", "win",   "wyn",
};
static const char *const place_tails[] = {
    "bourne", "bridge",  "burgh", "bury",   "combe",   "cester", "dale", "fleet",
    "grove",  "hampton", "haven", "holm",   "hurst",   "leigh",  "mere", "minster",
    "mouth",  "shaw",    "stead", "thorpe", "thwaite", "vale",   "wick", "worth",
};
static const char *const company_tails[] = {
    "axis", "core", "dyne",   "flux", "genix",  "lytics", "matic",
    "nova", "plex", "sphere", "tec",  "tronic", "vanta",  "ware",
};

#define LENGTH(list)    (sizeof(list) / sizeof *(list))
#define ANY_OF(d, list) (list)[draw_below(d, LENGTH(list))]

/* How a word is written; so is the one in its place. */
enum casing { CAPITALIZED, SMALL, CAPITALS };

static enum casing casing_of(struct slice word)
{
    size_t small = 0, large = 0;
    for (size_t i = 0; i < word.len; i++) {
        small += word.ptr[i] >= 'a' && word.ptr[i] <= 'z';
        large += word.ptr[i] >= 'A' && word.ptr[i] <= 'Z';
    }
    return small && !large ? SMALL : large > 1 && !small ? CAPITALS : CAPITALIZED;
}

static void add_name(struct draw *d, const char *tail, enum casing casing)
{
    const char *half[] = { ANY_OF(d, heads), tail };
    for (int i = 0; i < 2; i++)
        for (const char *c = half[i]; *c; c++) {
            bool is_capital = casing == CAPITALS || (casing == CAPITALIZED && i == 0 && c == half[i]);
            buf_add_byte(d->out, is_capital ? (char)(*c & ~0x20) : *c);
        }
}

/* One word: the vault puts names together of theirs. */
bool surrogate_person(struct draw *d)
{
    add_name(d, ANY_OF(d, person_tails), casing_of(d->value));
    return true;
}

bool surrogate_place(struct draw *d)
{
    add_name(d, ANY_OF(d, place_tails), casing_of(d->value));
    return true;
}

/* What kind of company it is stays, at its end. */
bool surrogate_company(struct draw *d)
{
    static const char *const forms[] = { " Inc",  " Inc.",       " Ltd",      " Ltd.", " LLC",   " GmbH",
                                         " AG",   " SE",         " SA",       " S.A.", " NV",    " BV",
                                         " B.V.", " plc",        " PLC",      " Corp", " Corp.", " Corporation",
                                         " Bank", " University", " Hospital", " Group" };
    add_name(d, ANY_OF(d, company_tails), casing_of(d->value));
    for (size_t i = 0; i < LENGTH(forms); i++)
        if (slice_ends(d->value, slice_str(forms[i])))
            buf_add_str(d->out, forms[i]);
    return true;
}

/* A street and a number, a place where the value has one, and as many digits more as it has. */
bool surrogate_address(struct draw *d)
{
    static const char *const ways[] = { "Street", "Road", "Lane", "Avenue", "Drive", "Close" };
    char                     digits[16];
    size_t                   count = 0;
    for (size_t i = 0; i < d->value.len && count < sizeof digits; i++)
        if (is_digit(d->value.ptr[i]))
            digits[count++] = (char)('1' + draw_below(d, 9));
    size_t number = count > 5 ? count - 5 : count;
    number = number > 4 ? 4 : number;
    if (number)
        buf_printf(d->out, "%.*s ", (int)number, digits);
    add_name(d, ANY_OF(d, place_tails), CAPITALIZED);
    buf_printf(d->out, " %s", ANY_OF(d, ways));
    if (slice_find_byte(d->value, ',') != SLICE_NONE || slice_find_byte(d->value, '\n') != SLICE_NONE) {
        buf_add_str(d->out, ", ");
        add_name(d, ANY_OF(d, place_tails), CAPITALIZED);
    }
    if (count > 5)
        buf_printf(d->out, " %.5s", digits + count - 5);
    return true;
}

/* ---- on the net: RFC 2606 sets example.com, .net and .org aside ---- */

static const char *const tops[] = { "com", "net", "org" };

bool surrogate_user(struct draw *d)
{
    add_name(d, ANY_OF(d, person_tails), SMALL);
    buf_printf(d->out, "%u", 100 + draw_below(d, 900));
    return true;
}

bool surrogate_email(struct draw *d)
{
    add_name(d, ANY_OF(d, person_tails), SMALL);
    buf_add_byte(d->out, '.');
    surrogate_user(d);
    buf_printf(d->out, "@example.%s", ANY_OF(d, tops));
    return true;
}

bool surrogate_url(struct draw *d)
{
    size_t colon = slice_find(d->value, S("://"));
    if (colon == SLICE_NONE || colon > 16)
        return false;
    buf_add(d->out, slice_cut(d->value, 0, colon));
    buf_add_str(d->out, "://");
    add_name(d, ANY_OF(d, company_tails), SMALL);
    buf_printf(d->out, ".example.%s/%08x", ANY_OF(d, tops), draw_below(d, UINT32_MAX));
    return true;
}

/* ---- days and places on the map ---- */

static const char *const months[] = { "January", "February", "March",     "April",   "May",      "June",
                                      "July",    "August",   "September", "October", "November", "December" };

/* A month's name or its beginning of three letters, in English; the number of its letters, or 0. */
static size_t month_at(struct slice word)
{
    for (size_t i = 0; i < LENGTH(months); i++) {
        const char *m = months[i];
        if (slice_is_nocase(word, m) || slice_is_nocase(word, (char[]){ m[0], m[1], m[2], '\0' }))
            return word.len;
    }
    return 0;
}

/* A day of another year, near: who reckons with ages errs by little. A year moves by one to five; days and
 * months become 1 to 12, which is one in whatever order they stand. */
static void add_date_number(struct draw *d, struct slice number)
{
    int64_t value = 0;
    if (!slice_to_i64(number, &value))
        value = 0; /* too long for a date: its length is not listed below */
    int64_t years = 1 + draw_below(d, 5), year = value + (draw_below(d, 2) ? years : -years);
    switch (number.len) {
    case 8: /* 19811203 */
        buf_printf(d->out, "%04d%02u%02u", (int)(value / 10000 - years), 1 + draw_below(d, 12),
                   1 + draw_below(d, 12));
        break;
    case 4:
        buf_printf(d->out, "%04d", (int)year);
        break;
    case 2:
        if (value > 31)
            buf_printf(d->out, "%02d", (int)(value - (value > 36 ? years : 0)));
        else
            buf_printf(d->out, "%02u", 1 + draw_below(d, 12));
        break;
    default:
        buf_printf(d->out, "%u", 1 + draw_below(d, 9));
    }
}

bool surrogate_date(struct draw *d)
{
    struct slice rest = d->value;
    while (rest.len) {
        size_t length = 1;
        bool   is_number = is_digit(rest.ptr[0]), is_word = is_letter(rest.ptr[0]);
        while (length < rest.len &&
               (is_number ? is_digit(rest.ptr[length]) : is_word && is_letter(rest.ptr[length])))
            length++;
        struct slice piece = slice_cut(rest, 0, length);
        if (is_number)
            add_date_number(d, piece);
        else if (is_word && month_at(piece) == length)
            buf_printf(d->out, "%.*s", (int)length == 3 ? 3 : 9, ANY_OF(d, months));
        else if (piece.ptr[0] >= ' ' && piece.ptr[0] < 0x7F && !is_one_of(piece.ptr[0], "\"\\"))
            buf_add(d->out, piece);
        rest = slice_cut(rest, length, rest.len);
    }
    return true;
}

/* Degrees that are some: the digits before a point are few. */
bool surrogate_coordinates(struct draw *d)
{
    bool   is_fraction = false;
    size_t whole = 0;
    for (size_t i = 0; i < d->value.len; i++) {
        char c = d->value.ptr[i], after = byte_at(d->value, i + 1), third = byte_at(d->value, i + 2);
        if (!is_digit(c)) {
            is_fraction = c == '.';
            whole = 0;
            if (c >= ' ' && c < 0x7F && !is_one_of(c, "\"\\"))
                buf_add_byte(d->out, c);
        } else if (is_fraction || whole++ > 0) {
            buf_add_byte(d->out, (char)('0' + draw_below(d, is_fraction ? 10 : 6)));
        } else {
            bool has_three = is_digit(after) && is_digit(third);
            buf_add_byte(d->out, (char)('1' + (has_three ? 0 : draw_below(d, 5))));
        }
    }
    return true;
}
