/*
 * time_zone.c - see policy/time_zone.h.
 *
 * A TZif file has a list of moments at which the offset changes, and a footer that says in POSIX' words
 * ("CET-1CEST,M3.5.0, M10.5.0/3", IEEE Std 1003.1, 8.3) how it goes on for ever. Version 1 files, whose moments
 * have 32 bits, have no footer; of later ones only the second block, with 64 bits, is read.
 */
#include "policy/time_zone.h"

enum {
    HEADER_BYTES = 44,
    CHANGES_MOST = 4096,
    KINDS_MOST = 256,
    DAY_S = 86400,
    HOUR_S = 3600,
    OFFSET_MOST_S = 26 * HOUR_S, /* RFC 8536, 3.2: from -24:59:59 to 25:59:59 */
    RULE_HOURS_MOST = 167        /* RFC 8536, 3.3.1 */
};

/* When in a year the clock changes: POSIX' Jn, n and Mm.w.d. */
struct yearly {
    enum { JULIAN, ZERO_BASED, NTH_WEEKDAY } kind;
    int day, month, week;
    int at_s; /* local seconds after midnight */
};

struct time_zone {
    const int64_t *change; /* sorted moments */
    const int32_t *offset; /* of the time since each of them */
    size_t         changes;
    int32_t        before; /* the offset before the first */
    /* after the last: the footer */
    bool          has_footer, has_summer;
    int32_t       standard, summer;
    struct yearly summer_from, summer_to;
};

/* ---- calendar ---- */

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days from 1970-01-01 to the year's first day. */
static int64_t days_to_year(int64_t year)
{
    int64_t y = year - 1;
    return 365 * (year - 1970) + (floor_div(y, 4) - 492) - (floor_div(y, 100) - 19) + (floor_div(y, 400) - 4);
}

static int64_t year_of(int64_t s)
{
    int64_t days = floor_div(s, DAY_S);
    int64_t year = 1970 + floor_div(days, 366);
    while (days_to_year(year + 1) <= days)
        year++;
    return year;
}

static const int days_before_month[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };

/* The local second of that year at which the clock changes. */
static int64_t moment_of(const struct yearly *y, int64_t year)
{
    int64_t day = days_to_year(year);
    switch (y->kind) {
    case JULIAN: /* 1 to 365, February 29 is never counted */
        day += y->day - 1 + (is_leap(year) && y->day > 59);
        break;
    case ZERO_BASED:
        day += y->day;
        break;
    case NTH_WEEKDAY: {
        bool    has_extra = is_leap(year);
        int64_t first = day + days_before_month[y->month - 1] + (has_extra && y->month > 2);
        int64_t next = day + days_before_month[y->month] + (has_extra && y->month > 1);
        int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
        day = first + (y->day - weekday + 7) % 7 + (int64_t)7 * (y->week - 1);
        while (day >= next) /* week 5 is the last one */
            day -= 7;
        break;
    }
    }
    return day * DAY_S + y->at_s;
}

/* ---- the footer ---- */

struct reader {
    const char *at, *end;
    bool        is_bad;
};

static int peek(const struct reader *r)
{
    return r->at < r->end ? (unsigned char)*r->at : -1;
}

static bool take(struct reader *r, char c)
{
    bool is_there = peek(r) == (unsigned char)c;
    r->at += is_there;
    return is_there;
}

static int take_number(struct reader *r, int least, int most)
{
    int value = 0, digits = 0;
    while (peek(r) >= '0' && peek(r) <= '9' && digits < 4) {
        value = value * 10 + (*r->at++ - '0');
        digits++;
    }
    if (digits == 0 || value < least || value > most)
        r->is_bad = true;
    return value;
}

/* "CET" or "<+03>": it is not told to anybody. */
static void skip_name(struct reader *r)
{
    bool        is_quoted = take(r, '<');
    const char *from = r->at;
    while (peek(r) >= 0 && (is_quoted ? peek(r) != '>' : ((peek(r) | 0x20) >= 'a' && (peek(r) | 0x20) <= 'z')))
        r->at++;
    if (r->at - from < 3 || (is_quoted && !take(r, '>')))
        r->is_bad = true;
}

/* [+-]h[:mm[:ss]] in seconds. */
static int take_time(struct reader *r, int hours_most)
{
    bool is_negative = take(r, '-');
    if (!is_negative)
        (void)take(r, '+');
    int s = take_number(r, 0, hours_most) * HOUR_S;
    if (take(r, ':'))
        s += take_number(r, 0, 59) * 60;
    if (take(r, ':'))
        s += take_number(r, 0, 59);
    return is_negative ? -s : s;
}

static struct yearly take_rule(struct reader *r)
{
    struct yearly y = { .kind = ZERO_BASED, .at_s = 2 * HOUR_S };
    if (!take(r, ','))
        r->is_bad = true;
    if (take(r, 'J')) {
        y.kind = JULIAN;
        y.day = take_number(r, 1, 365);
    } else if (take(r, 'M')) {
        y.kind = NTH_WEEKDAY;
        y.month = take_number(r, 1, 12);
        r->is_bad = !take(r, '.') || r->is_bad;
        y.week = take_number(r, 1, 5);
        r->is_bad = !take(r, '.') || r->is_bad;
        y.day = take_number(r, 0, 6);
    } else {
        y.day = take_number(r, 0, 365);
    }
    if (take(r, '/'))
        y.at_s = take_time(r, RULE_HOURS_MOST);
    return y;
}

/* POSIX counts offsets west of Greenwich, we east. */
static bool read_footer(struct slice text, struct time_zone *zone)
{
    struct reader r = { text.ptr, text.ptr + text.len, false };
    skip_name(&r);
    zone->standard = -take_time(&r, 24);
    zone->has_summer = peek(&r) >= 0;
    if (zone->has_summer && !r.is_bad) {
        skip_name(&r);
        zone->summer = peek(&r) == ',' ? zone->standard + HOUR_S : -take_time(&r, 24);
        zone->summer_from = take_rule(&r);
        zone->summer_to = take_rule(&r);
    }
    zone->has_footer = !r.is_bad && r.at == r.end;
    return zone->has_footer;
}

static int32_t footer_offset(const struct time_zone *zone, int64_t utc_s)
{
    if (!zone->has_summer)
        return zone->standard;
    int64_t year = year_of(utc_s + zone->standard);
    int64_t from = moment_of(&zone->summer_from, year) - zone->standard;
    int64_t to = moment_of(&zone->summer_to, year) - zone->summer;
    bool    is_summer = from < to ? utc_s >= from && utc_s < to : utc_s >= from || utc_s < to;
    return is_summer ? zone->summer : zone->standard;
}

/* ---- the file ---- */

static int64_t big_endian(const char *at, size_t bytes)
{
    uint64_t value = (unsigned char)at[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | (unsigned char)at[i];
    return (int64_t)value;
}

/* The six counts of a header, in the file's order. */
struct counts {
    size_t utc_flags, standard_flags, leaps, changes, kinds, name_bytes;
};

static bool read_header(struct slice file, struct counts *c)
{
    if (file.len < HEADER_BYTES || memcmp(file.ptr, "TZif", 4) != 0)
        return false;
    size_t *const count[] = { &c->utc_flags, &c->standard_flags, &c->leaps,
                              &c->changes,   &c->kinds,          &c->name_bytes };
    for (size_t i = 0; i < 6; i++) {
        int64_t value = big_endian(file.ptr + 20 + 4 * i, 4);
        if (value < 0 || value > CHANGES_MOST)
            return false;
        *count[i] = (size_t)value;
    }
    return c->kinds >= 1 && c->kinds <= KINDS_MOST;
}

static size_t body_bytes(const struct counts *c, size_t moment_bytes)
{
    return c->changes * (moment_bytes + 1) + c->kinds * 6 + c->name_bytes + c->leaps * (moment_bytes + 4) +
           c->standard_flags + c->utc_flags;
}

static bool read_changes(struct arena *arena, const char *body, const struct counts *c, size_t moment_bytes,
                         struct time_zone *zone)
{
    int64_t    *change = arena_array(arena, c->changes, sizeof *change);
    int32_t    *offset = arena_array(arena, c->changes, sizeof *offset);
    const char *kind_of = body + c->changes * moment_bytes, *kind = kind_of + c->changes;
    for (size_t i = 0; i < c->kinds; i++)
        if (big_endian(kind + 6 * i, 4) < -OFFSET_MOST_S || big_endian(kind + 6 * i, 4) > OFFSET_MOST_S)
            return false;
    for (size_t i = 0; i < c->changes; i++) {
        size_t index = (unsigned char)kind_of[i];
        change[i] = big_endian(body + i * moment_bytes, moment_bytes);
        if (index >= c->kinds || (i && change[i] <= change[i - 1]))
            return false;
        offset[i] = (int32_t)big_endian(kind + 6 * index, 4);
    }
    zone->change = change;
    zone->offset = offset;
    zone->changes = c->changes;
    zone->before = (int32_t)big_endian(kind, 4);
    return true;
}

static bool read_zone(struct arena *arena, struct slice file, struct time_zone *zone)
{
    struct counts c;
    size_t        moment_bytes = 4;
    if (!read_header(file, &c))
        return false;
    if (file.ptr[4] >= '2') { /* past the first block, to the one with 64 bits */
        file = slice_cut(file, HEADER_BYTES + body_bytes(&c, moment_bytes), file.len);
        moment_bytes = 8;
        if (!read_header(file, &c))
            return false;
    }
    size_t bytes = body_bytes(&c, moment_bytes);
    if (file.len < HEADER_BYTES + bytes ||
        !read_changes(arena, file.ptr + HEADER_BYTES, &c, moment_bytes, zone))
        return false;
    struct slice footer = slice_cut(file, HEADER_BYTES + bytes, file.len);
    if (moment_bytes == 4)
        return true;
    if (footer.len < 2 || footer.ptr[0] != '\n' || footer.ptr[footer.len - 1] != '\n')
        return false;
    footer = slice_cut(footer, 1, footer.len - 1);
    return footer.len == 0 || read_footer(footer, zone);
}

const struct time_zone *time_zone_read(struct arena *arena, struct slice file, struct fault *why)
{
    struct time_zone *zone = arena_alloc(arena, sizeof *zone);
    *zone = (struct time_zone){ 0 };
    if (read_zone(arena, file, zone))
        return zone;
    fault_set(why, FAULT_INTERNAL, "it is no time zone file (TZif)");
    return NULL;
}

const struct time_zone *time_zone_fixed(struct arena *arena, struct slice text)
{
    struct reader r = { text.ptr, text.ptr + text.len, false };
    if (text.len == 0 || (text.ptr[0] != '+' && text.ptr[0] != '-'))
        return NULL;
    int offset = take_time(&r, 23);
    if (r.is_bad || r.at != r.end)
        return NULL;
    struct time_zone *zone = arena_alloc(arena, sizeof *zone);
    *zone = (struct time_zone){ .before = offset };
    return zone;
}

/* ---- asking ---- */

int64_t time_zone_offset(const struct time_zone *zone, int64_t utc_s)
{
    size_t low = 0, high = zone ? zone->changes : 0;
    if (!zone)
        return 0;
    while (low < high) { /* the first change after utc_s */
        size_t middle = low + (high - low) / 2;
        if (zone->change[middle] <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->changes && zone->has_footer)
        return footer_offset(zone, utc_s);
    return low == 0 ? zone->before : zone->offset[low - 1];
}

/* The offsets a day before and a day after are all that can be in force about then. */
int64_t time_zone_utc(const struct time_zone *zone, int64_t local_s)
{
    int64_t earlier = local_s - time_zone_offset(zone, local_s - DAY_S);
    int64_t later = local_s - time_zone_offset(zone, local_s + DAY_S);
    if (earlier + time_zone_offset(zone, earlier) == local_s)
        return earlier; /* the first of two, where there are two */
    if (later + time_zone_offset(zone, later) == local_s)
        return later;
    /* It is left out: between these two the clock jumps over it, and each second before that shows less. */
    int64_t low = later, high = earlier;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (middle + time_zone_offset(zone, middle) < local_s)
            low = middle;
        else
            high = middle;
    }
    return high;
}

bool time_zone_is_name(struct slice name)
{
    if (name.len == 0 || name.len > 64 || name.ptr[0] == '/')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_word = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_word && c != '_' && c != '-' && c != '+' && c != '/')
            return false;
    }
    return true;
}
