/* ledger_hold.c - a hold before it is asked about: its lines and rates, and what they are called in Redis. See
 * ledger.h. */
#include "ledger_inside.h"

#include <inttypes.h>
#include <time.h>

struct hold *hold_new(void)
{
    struct arena *arena = arena_new();
    struct hold  *h = arena_alloc(arena, sizeof *h);
    h->arena = arena;
    return h;
}

void hold_rests(struct hold *h)
{
    for (unsigned i = 0; i < h->lines; i++)
        line_rests(&h->line[i]);
}

void hold_move(struct hold *h, struct hold_list *to)
{
    if (h->list)
        TAILQ_REMOVE(h->list, h, link);
    h->list = to;
    if (to)
        TAILQ_INSERT_TAIL(to, h, link);
}

void hold_free(struct hold **handle)
{
    struct hold *h = *handle;
    *handle = NULL;
    if (!h)
        return;
    struct arena *arena = h->arena;
    hold_rests(h);
    hold_move(h, NULL);
    arena_free(&arena);
}

void ledger_name(struct buf *out, const char *name)
{
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;
        if (c <= ' ' || c == 0x7f || strchr("%:{},=", c))
            buf_printf(out, "%%%02X", c);
        else
            buf_add_byte(out, *name);
    }
}

const char *ledger_window(struct arena *arena, const struct budget *budget, const struct span *span)
{
    static const char *const names[] = { [EVERY_HOUR] = "hour",   [EVERY_DAY] = "day",   [EVERY_WEEK] = "week",
                                         [EVERY_MONTH] = "month", [ROLLING] = "rolling", [TOTAL] = "total" };
    time_t                   from_s = span->from_ms / 1000;
    struct tm                utc;
    char                     began[32];
    if (budget->window.kind == TOTAL)
        return names[TOTAL];
    if (budget->window.kind == ROLLING)
        return arena_printf(arena, "%s-%" PRId64, names[ROLLING], budget->window.rolling_ms);
    gmtime_r(&from_s, &utc);
    strftime(began, sizeof began, "%Y%m%dT%H%MZ", &utc);
    return arena_printf(arena, "%s-%s", names[budget->window.kind], began);
}

struct line *hold_add_line(struct hold *h, const struct budget *budget, const char *tag, const char *path,
                           const char *whose, int64_t wall_ms)
{
    if (h->lines == LEDGER_LINES_MOST)
        return NULL;
    struct line   *line = &h->line[h->lines++];
    struct budget *copy = arena_alloc(h->arena, sizeof *copy);
    *copy = *budget;
    copy->name = arena_cstr(h->arena, slice_str(budget->name));
    *line = (struct line){ .budget = copy, .whose = arena_cstr(h->arena, slice_str(whose)) };
    line->limit_nanousd =
        budget->limit_nanousd < LEDGER_MOST_NANOUSD ? budget->limit_nanousd : LEDGER_MOST_NANOUSD;
    window_at(&budget->window, wall_ms, &line->span);
    line->hold = h;
    line->key = arena_printf(h->arena, "weir:{%s}:money:%s:%s", tag, path,
                             ledger_window(h->arena, budget, &line->span));
    return line;
}

struct rate *hold_add_rate(struct hold *h, const struct limit *limit, const char *tag, const char *path,
                           const char *whose)
{
    if (h->rates == LEDGER_RATES_MOST)
        return NULL;
    struct rate  *rate = &h->rate[h->rates++];
    struct limit *copy = arena_alloc(h->arena, sizeof *copy);
    *copy = *limit;
    copy->name = arena_cstr(h->arena, slice_str(limit->name));
    *rate = (struct rate){ .limit = copy, .whose = arena_cstr(h->arena, slice_str(whose)) };
    rate->key = arena_printf(h->arena, "weir:{%s}:rate:%s", tag, path);
    return rate;
}
