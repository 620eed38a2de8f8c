/* day.c - see day.h. */
#include "base/day.h"

#include <stdio.h>
#include <time.h>

enum { DAY_S = 24 * 60 * 60 };

void day_name(int64_t day, char out[DAY_BYTES])
{
    const time_t at_s = day * DAY_S;
    struct tm    utc;
    gmtime_r(&at_s, &utc);
    strftime(out, DAY_BYTES, "%Y-%m-%d", &utc);
}

/* Read, written again and compared: timegm() would take the 30th of February for a day of March. */
bool day_read(struct slice text, int64_t *day)
{
    char      words[DAY_BYTES], again[DAY_BYTES];
    struct tm tm = { 0 };
    if (text.len != strlen("2026-11-23"))
        return false;
    snprintf(words, sizeof words, "%.*s", SLICE_ARG(text));
    const char *end = strptime(words, "%Y-%m-%d", &tm);
    if (!end || *end)
        return false;
    *day = timegm(&tm) / DAY_S;
    day_name(*day, again);
    return strcmp(words, again) == 0;
}
