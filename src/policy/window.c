/* window.c - see policy/budget.h: which window a moment is in, and whom a budget is about. */
#include "policy/budget.h"
#include "policy/settings.h"

#include <stdio.h>

enum { DAY_S = 86400, HOUR_MS = 3600 * 1000 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct date {
    int64_t year;
    int     month; /* 1 to 12 */
};

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years that begin on March 1. */
static struct date date_of(int64_t day)
{
    int64_t shifted = day + 719468, era = floor_div(shifted, 146097), of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), march_month = (5 * of_year + 2) / 153;
    int     month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    return (struct date){ year + era * 400 + (month <= 2), month };
}

/* The day of the month's first, counted from 1970-01-01. */
static int64_t first_day(struct date d)
{
    int64_t year = d.year - (d.month <= 2), era = floor_div(year, 400), of_era = year - era * 400;
    int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* From the first of two local days up to the second. */
static void span_days(const struct time_zone *zone, int64_t from_day, int64_t to_day, struct span *out)
{
    out->from_ms = time_zone_utc(zone, from_day * DAY_S) * 1000;
    out->to_ms = time_zone_utc(zone, to_day * DAY_S) * 1000;
}

void window_at(const struct window *w, int64_t wall_ms, struct span *out)
{
    int64_t utc_s = floor_div(wall_ms, 1000);
    int64_t day = floor_div(utc_s + time_zone_offset(w->zone, utc_s), DAY_S);
    *out = (struct span){ 0 };
    switch (w->kind) {
    case EVERY_HOUR:
        out->from_ms = floor_div(wall_ms, HOUR_MS) * HOUR_MS;
        out->to_ms = out->from_ms + HOUR_MS;
        break;
    case EVERY_DAY:
        span_days(w->zone, day, day + 1, out);
        break;
    case EVERY_WEEK: {
        int64_t monday = day - ((day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
        span_days(w->zone, monday, monday + 7, out);
        break;
    }
    case EVERY_MONTH: {
        struct date month = date_of(day);
        struct date next = { month.year + (month.month == 12), month.month % 12 + 1 };
        span_days(w->zone, first_day(month), first_day(next), out);
        break;
    }
    case ROLLING: {
        int64_t grain_ms = w->rolling_ms / ROLLING_BUCKETS;
        out->bucket = floor_div(wall_ms, grain_ms);
        out->from_ms = (out->bucket - ROLLING_BUCKETS) * grain_ms;
        out->to_ms = (out->bucket + ROLLING_BUCKETS + 1) * grain_ms;
        break;
    }
    case TOTAL:
        out->to_ms = INT64_MAX;
        break;
    }
}

bool window_begins_anew(const struct window *w)
{
    return w->kind != ROLLING && w->kind != TOTAL;
}

const char *window_words(const struct window *w, char out[WINDOW_WORDS_BYTES])
{
    static const struct {
        int64_t ms;
        char    letter;
    } units[] = { { INT64_C(86400000), 'd' }, { HOUR_MS, 'h' }, { 60000, 'm' }, { 1000, 's' } };
    static const char *const words[] = { [EVERY_HOUR] = "an hour",
                                         [EVERY_DAY] = "a day",
                                         [EVERY_WEEK] = "a week",
                                         [EVERY_MONTH] = "a month",
                                         [TOTAL] = "in all" };
    if (w->kind != ROLLING)
        return words[w->kind];
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (w->rolling_ms % units[i].ms == 0) {
            snprintf(out, WINDOW_WORDS_BYTES, "in any %lld%c", (long long)(w->rolling_ms / units[i].ms),
                     units[i].letter);
            return out;
        }
    snprintf(out, WINDOW_WORDS_BYTES, "in any %lldms", (long long)w->rolling_ms);
    return out;
}

static bool is_among(const char *const *name, unsigned names, const char *wanted)
{
    for (unsigned i = 0; i < names; i++)
        if (strcmp(name[i], wanted) == 0)
            return true;
    return false;
}

bool scope_covers(const struct scope *scope, const struct model *model)
{
    return (scope->models == 0 || is_among(scope->model, scope->models, model->name)) &&
           (scope->providers == 0 || is_among(scope->provider, scope->providers, model->provider->name));
}
