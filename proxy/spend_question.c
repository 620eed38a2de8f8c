/* spend_question.c - see spend_query.h: a question out of words. */
#include "spend_query.h"

#include "base/arena.h"

#include <time.h>

enum { DAYS_MOST = 500 }; /* sums are kept for 480 at most */

#define DAY_MS INT64_C(86400000)

const char *const spend_by_words[SPEND_BYS + 1] = { "day",   "month", "team", "key", "user",
                                                    "model", "route", "tag",  NULL };

void spend_question_init(struct spend_question *question, int64_t wall_ms)
{
    const time_t now_s = wall_ms / 1000;
    struct tm    utc;
    gmtime_r(&now_s, &utc);
    *question = (struct spend_question){ .by = { SPEND_TEAM }, .bys = 1, .until = wall_ms / DAY_MS };
    question->since = question->until - (utc.tm_mday - 1);
}

static int find_word(struct slice text, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (slice_is(text, words[i]))
            return i;
    return -1;
}

static bool read_by(struct spend_question *question, struct slice list, struct fault *why)
{
    question->bys = 0;
    while (list.len) {
        size_t       comma = slice_find_byte(list, ',');
        struct slice word = slice_trim(slice_cut(list, 0, comma));
        int          by = find_word(word, spend_by_words);
        list = comma == SLICE_NONE ? slice_of(NULL, 0) : slice_cut(list, comma + 1, list.len);
        for (unsigned i = 0; i < question->bys; i++)
            by = (int)question->by[i] == by ? -1 : by;
        if (by < 0)
            return fault_set(why, FAULT_BAD_REQUEST,
                             "by takes each of day, month, team, key, user, model, route, tag once");
        question->by[question->bys++] = (enum spend_by)by;
    }
    return true;
}

bool spend_question_take(struct spend_question *question, struct arena *arena, struct slice name,
                         struct slice value, struct fault *why)
{
    static const char *const formats[] = { "table", "csv", "json", NULL };
    if (slice_is(name, "by"))
        return read_by(question, value, why);
    if (slice_is(name, "since") || slice_is(name, "until"))
        return day_read(value, slice_is(name, "since") ? &question->since : &question->until) ||
               fault_set(why, FAULT_BAD_REQUEST, "%.*s is a day such as 2026-11-01", SLICE_ARG(name));
    if (slice_is(name, "format")) {
        int format = find_word(value, formats);
        question->format = format < 0 ? SPEND_TABLE : (enum spend_format)format;
        return format >= 0 || fault_set(why, FAULT_BAD_REQUEST, "format is table, csv or json");
    }
    int only = find_word(name, spend_by_words);
    if (only < 0 || only == SPEND_DAY || only == SPEND_MONTH)
        return fault_set(why, FAULT_BAD_REQUEST, "there is no \"%.*s\" to ask by",
                         (int)(name.len < 40 ? name.len : 40), name.ptr);
    question->only[only] = arena_cstr(arena, value);
    return true;
}

bool spend_question_check(const struct spend_question *question, struct fault *why)
{
    if (question->since > question->until)
        return fault_set(why, FAULT_BAD_REQUEST, "since is later than until");
    if (question->until - question->since >= DAYS_MOST)
        return fault_set(why, FAULT_BAD_REQUEST, "more than %d days", DAYS_MOST);
    return true;
}
