/*
 * spend.c - see spend.h: requests summed into rows, rows told to Redis in batches.
 *
 *     spend_add -> a sheet's rows -> batch, out -> taken -> sure: freed
 *                                      ^-- lost, or no answer --+
 */
#include "spend_inside.h"

#include "base/die.h"
#include "base/log.h"
#include "dice.h"

#include <inttypes.h>

enum { BEAT_MS = 500 };

/* ---- adding ---- */

static void count(struct row *row, enum spend_measure measure, int64_t amount)
{
    row->sum[measure] = sum_capped(row->sum[measure], amount);
}

static void add_request(struct row *row, const struct spent *r)
{
    static const enum spend_measure by[] = { [BY_NOBODY] = SPENT_BY_NOBODY,
                                             [BY_LOCAL] = SPENT_BY_LOCAL,
                                             [BY_REMOTE] = SPENT_BY_REMOTE,
                                             [BY_CACHE] = SPENT_BY_CACHE };
    count(row, SPENT_REQUESTS, 1);
    count(row, by[r->by], 1);
    count(row, SPENT_BASELINE, r->savings->baseline_nanousd);
    count(row, SPENT_SAVED_LOCAL, r->savings->by_local_nanousd);
    count(row, SPENT_SAVED_MODEL, r->savings->by_model_nanousd);
    count(row, SPENT_SAVED_CACHE, r->savings->by_cache_nanousd);
    count(row, SPENT_SAVED_COMPRESSION, r->savings->by_compression_nanousd);
}

static void add_calls(struct row *row, const struct tab_line *line)
{
    count(row, SPENT_CALLS, line->calls);
    count(row, SPENT_UNPRICED, line->unpriced);
    count(row, SPENT_INPUT, line->input_tokens);
    count(row, SPENT_CACHED_INPUT, line->cached_tokens);
    count(row, SPENT_OUTPUT, line->output_tokens);
    count(row, SPENT_COST, line->cost_nanousd);
}

void spend_add(struct spend *s, const struct spent *r, int64_t keep_ms)
{
    struct sheet *sheet = take_sheet(s, r->payer->team, keep_ms);
    struct row   *row = take_row(sheet, r, r->model);
    add_request(row, r);
    for (unsigned i = 0; i < r->tab->lines; i++) {
        const struct tab_line *line = &r->tab->line[i];
        add_calls(line->model == r->model ? row : take_row(sheet, r, line->model), line);
    }
    tell_sheet(sheet);
}

/* ---- its life ---- */

static void on_beat(void *arg)
{
    struct spend *s = arg;
    struct sheet *sheet, *next;
    for (sheet = TAILQ_FIRST(&s->sheets); sheet; sheet = next) {
        next = TAILQ_NEXT(sheet, link);
        tell_sheet(sheet);
        ask_whether_sure(sheet);
        if (is_told(sheet) && TAILQ_EMPTY(&sheet->taken) && !sheet->asked_id)
            sheet_free(sheet);
    }
    if (s->metrics)
        metrics_set(s->metrics, METRIC_SPEND_WAITING, s->held);
    timer_set(s->loop, &s->beat, BEAT_MS, on_beat, s);
}

struct spend *spend_new(struct loop *loop, struct redis *redis, struct metrics *metrics)
{
    struct spend *s = must_calloc(1, sizeof *s);
    *s = (struct spend){ .loop = loop, .redis = redis, .metrics = metrics };
    dice_digits(s->me, ME_BYTES - 1);
    TAILQ_INIT(&s->sheets);
    buf_init(&s->name, SPEND_NAME_MOST_BYTES);
    timer_set(loop, &s->beat, BEAT_MS, on_beat, s);
    return s;
}

static void add_untold(const struct rows *rows, int64_t *requests, int64_t *cost_nanousd)
{
    for (const struct row *row = rows->first; row; row = row->later) {
        *requests = sum_capped(*requests, row->sum[SPENT_REQUESTS]);
        *cost_nanousd = sum_capped(*cost_nanousd, row->sum[SPENT_COST]);
    }
}

static void tell_untold(const struct spend *s)
{
    int64_t             requests = 0, cost_nanousd = 0;
    const struct sheet *sheet;
    const struct batch *batch;
    char                usd[32];
    TAILQ_FOREACH(sheet, &s->sheets, link)
    {
        add_untold(&sheet->rows, &requests, &cost_nanousd);
        TAILQ_FOREACH(batch, &sheet->untold, link)
        add_untold(&batch->rows, &requests, &cost_nanousd);
    }
    nanousd_format(cost_nanousd, usd);
    if (requests || cost_nanousd)
        log_warn("spend_untold",
                 "Redis was not told of %" PRId64 " requests, %s US dollars: reports will lack them", requests,
                 usd);
}

void spend_free(struct spend **handle)
{
    struct spend *s = *handle;
    *handle = NULL;
    if (!s)
        return;
    tell_untold(s);
    for (struct sheet *next, *sheet = TAILQ_FIRST(&s->sheets); sheet; sheet = next) {
        next = TAILQ_NEXT(sheet, link);
        sheet_free(sheet);
    }
    timer_fini(&s->beat);
    timer_fini(&s->soon);
    buf_fini(&s->name);
    free(s);
}

bool spend_is_idle(const struct spend *s)
{
    const struct sheet *sheet;
    if (!redis_is_up(s->redis))
        return true;
    TAILQ_FOREACH(sheet, &s->sheets, link)
    if (!is_told(sheet))
        return false;
    return true;
}
