/* yaml_values.c - what a YAML value says: texts, numbers, durations, bytes, money; see policy/yaml.h. */
#include "policy/yaml.h"

#include <stdio.h>
#include <stdlib.h>

enum { NANO_DIGITS = 9, SHOWN_MOST = 60 };

/* A value as a message may show it: shortened, and not at all where it came from the environment. */
static const char *shown(const struct yaml *y, char out[SHOWN_MOST + 8])
{
    if (y->kind != YAML_SCALAR)
        snprintf(out, SHOWN_MOST + 8, "%s", y->kind == YAML_LIST ? "a list" : "a map");
    else if (y->is_secret)
        snprintf(out, SHOWN_MOST + 8, "a substituted value");
    else if (y->scalar.len == 0)
        snprintf(out, SHOWN_MOST + 8, "nothing");
    else
        snprintf(out, SHOWN_MOST + 8, "\"%.*s\"",
                 (int)(y->scalar.len < SHOWN_MOST ? y->scalar.len : SHOWN_MOST), y->scalar.ptr);
    return out;
}

/* Tells that `wanted` was expected. */
static void expected(const struct yaml *y, const char *wanted, struct diag *diag)
{
    char words[SHOWN_MOST + 8];
    if (!y->is_broken)
        diag_error(diag, y->place, "%s was expected, not %s", wanted, shown(y, words));
}

struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    struct yaml *member = map && map->kind == YAML_MAP ? map->child : NULL;
    while (member && !slice_is(member->key, key))
        member = member->next;
    return member;
}

struct slice yaml_text(const struct yaml *y, struct slice fallback, struct diag *diag)
{
    if (!y)
        return fallback;
    if (y->kind == YAML_SCALAR && y->scalar.len > 0)
        return y->scalar;
    expected(y, "a text", diag);
    return fallback;
}

/* The scalar's bytes where it may be a number, empty where it cannot. */
static struct slice number_text(const struct yaml *y)
{
    return y->kind == YAML_SCALAR && !y->is_quoted ? y->scalar : slice_of(NULL, 0);
}

int64_t yaml_int(const struct yaml *y, int64_t least, int64_t most, int64_t fallback, struct diag *diag)
{
    int64_t value;
    char    wanted[96];
    if (!y)
        return fallback;
    if (slice_to_i64(number_text(y), &value) && value >= least && value <= most)
        return value;
    snprintf(wanted, sizeof wanted, "a whole number from %lld to %lld", (long long)least, (long long)most);
    expected(y, wanted, diag);
    return fallback;
}

/* [0-9]+(.[0-9]+)?, a sign before: what a person writes, and no "inf", "0x10" or "1e9". */
static bool is_decimal(struct slice s)
{
    size_t i = s.len && s.ptr[0] == '-';
    size_t digits = 0, points = 0;
    for (; i < s.len; i++) {
        if (s.ptr[i] == '.' && digits && !points)
            points++;
        else if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            digits++;
        else
            return false;
    }
    return digits > 0 && s.ptr[s.len - 1] != '.';
}

double yaml_number(const struct yaml *y, double least, double most, double fallback, struct diag *diag)
{
    char wanted[96];
    if (!y)
        return fallback;
    struct slice text = number_text(y);
    if (text.ptr && is_decimal(text)) {
        double value = strtod(text.ptr, NULL); /* the scalar is NUL-terminated beyond */
        if (value >= least && value <= most)
            return value;
    }
    snprintf(wanted, sizeof wanted, "a number from %g to %g", least, most);
    expected(y, wanted, diag);
    return fallback;
}

bool yaml_bool(const struct yaml *y, bool fallback, struct diag *diag)
{
    if (!y)
        return fallback;
    struct slice text = number_text(y);
    if (slice_is(text, "true") || slice_is(text, "yes"))
        return true;
    if (slice_is(text, "false") || slice_is(text, "no"))
        return false;
    expected(y, "true or false", diag);
    return fallback;
}

struct unit {
    const char *word;
    int64_t     factor;
};

/* A whole number and one of the units (NULL-terminated); false where it is none, or too large. */
static bool with_unit(const struct yaml *y, const struct unit *units, int64_t *out)
{
    struct slice text = y->kind == YAML_SCALAR ? y->scalar : slice_of(NULL, 0);
    size_t       digits = 0;
    int64_t      value;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
        digits++;
    if (!slice_to_i64(slice_cut(text, 0, digits), &value))
        return false;
    for (; units->word; units++) {
        if (slice_is_nocase(slice_cut(text, digits, text.len), units->word))
            return !__builtin_mul_overflow(value, units->factor, out);
    }
    return false;
}

int64_t yaml_duration_ms(const struct yaml *y, int64_t fallback, struct diag *diag)
{
    static const struct unit units[] = { { "ms", 1 },          { "s", 1000 },         { "m", 60 * 1000 },
                                         { "h", 3600 * 1000 }, { "d", 86400 * 1000 }, { NULL, 0 } };
    int64_t                  value;
    if (!y)
        return fallback;
    if (with_unit(y, units, &value))
        return value;
    expected(y, "a duration such as 250ms, 30s, 5m, 24h or 7d", diag);
    return fallback;
}

int64_t yaml_bytes(const struct yaml *y, int64_t fallback, struct diag *diag)
{
    static const struct unit units[] = {
        { "", 1 }, { "k", 1 << 10 }, { "m", 1 << 20 }, { "g", 1 << 30 }, { NULL, 0 }
    };
    int64_t value;
    if (!y)
        return fallback;
    if (with_unit(y, units, &value))
        return value;
    expected(y, "a size such as 512, 64k, 32m or 1g", diag);
    return fallback;
}

/* Digits before and after the point, as nano-dollars; false where finer than a nano-dollar, or too large. */
static bool nanousd_of(struct slice text, int64_t *out)
{
    struct slice whole = slice_cut(text, 0, slice_find_byte(text, '.'));
    struct slice part = slice_cut(text, whole.len + 1, text.len);
    int64_t      value, nano = 0;
    if (!is_decimal(text) || text.ptr[0] == '-' || part.len > NANO_DIGITS || !slice_to_i64(whole, &value))
        return false;
    for (size_t i = 0; i < NANO_DIGITS; i++)
        nano = nano * 10 + (i < part.len ? part.ptr[i] - '0' : 0);
    return !__builtin_mul_overflow(value, 1000000000, &value) && !__builtin_add_overflow(value, nano, out);
}

int64_t yaml_nanousd(const struct yaml *y, int64_t fallback, struct diag *diag)
{
    int64_t value;
    if (!y)
        return fallback;
    if (y->kind == YAML_SCALAR && nanousd_of(y->scalar, &value))
        return value;
    expected(y, "an amount of US dollars such as 20 or 0.15, to nine decimals,", diag);
    return fallback;
}

/* A text in place of a list or a map may be a key that is meant to stand in it: its words are not shown. */
static const char *kind_shown(const struct yaml *y)
{
    return y->kind == YAML_LIST  ? "a list"
           : y->kind == YAML_MAP ? "a map"
           : y->scalar.len       ? "a text"
                                 : "nothing";
}

bool yaml_is_list(const struct yaml *y, const char *what, struct diag *diag)
{
    if (y && y->kind != YAML_LIST)
        diag_error(diag, y->place, "%s must be a list, not %s", what, kind_shown(y));
    return y && y->kind == YAML_LIST;
}

bool yaml_is_map(const struct yaml *y, const char *what, struct diag *diag)
{
    if (y && y->kind != YAML_MAP)
        diag_error(diag, y->place, "%s must be a map of keys, not %s", what, kind_shown(y));
    return y && y->kind == YAML_MAP;
}

static bool is_among(struct slice word, const char *const *list)
{
    while (*list && !slice_is(word, *list))
        list++;
    return *list != NULL;
}

void yaml_known_keys(const struct yaml *map, const char *const *known, struct diag *diag)
{
    char hint[DIAG_HINT_BYTES];
    for (const struct yaml *y = map && map->kind == YAML_MAP ? map->child : NULL; y; y = y->next) {
        if (is_among(y->key, known))
            continue;
        if (!*diag_hint(y->key, known, hint)) {
            struct buf all;
            buf_init(&all, 512);
            for (const char *const *k = known; *k; k++)
                buf_printf(&all, "%s%s", k == known ? "; known are " : ", ", *k);
            diag_error(diag, y->key_place, "there is no key \"%.*s\" here%.*s", SLICE_ARG(y->key),
                       SLICE_ARG(buf_slice(&all)));
            buf_fini(&all);
        } else {
            diag_error(diag, y->key_place, "there is no key \"%.*s\" here%s", SLICE_ARG(y->key), hint);
        }
    }
}

void yaml_each(const struct yaml *y, void (*see)(const struct yaml *item, void *arg), void *arg)
{
    if (!y)
        return;
    if (y->kind != YAML_LIST) {
        see(y, arg);
        return;
    }
    for (const struct yaml *item = y->child; item; item = item->next)
        see(item, arg);
}
