/* spend_tell.c - batches on their way to Redis, each taken once. See spend.h. */
#include "spend_inside.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "spend_script.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>

enum { BATCH_ROWS_MOST = 128, REFUSED_MS = 1000 };

/* Of one that is not told. */
static struct batch *next_batch(struct sheet *sheet)
{
    struct batch *batch = TAILQ_FIRST(&sheet->untold);
    return batch ? batch : make_batch(sheet, BATCH_ROWS_MOST);
}

/* What was taken so long ago is on Redis' disk, since it has just said that it has lost nothing; and what is
 * too much to be kept is not waited for. */
static void forget_sure(struct sheet *sheet)
{
    const struct spend *s = sheet->spend;
    const int64_t       now_ms = loop_now_ms(s->loop);
    for (struct batch *next, *batch = TAILQ_FIRST(&sheet->taken); batch; batch = next) {
        next = TAILQ_NEXT(batch, link);
        if (now_ms - batch->taken_ms < SPEND_SURE_MS && s->kept <= SPEND_HELD_MOST)
            break;
        taken_free(sheet, batch);
    }
}

static void note_taken(struct sheet *sheet, struct batch *batch)
{
    batch_taken(sheet, batch);
    sheet->known = batch->number;
}

/* Redis has nothing of this loop after `last`: what is kept of it is told again, in its order. */
static void note_lost(struct sheet *sheet, uint64_t last)
{
    log_warn("spend_restored",
             "Redis has lost what was spent of late; as far as it is known here, it is told again");
    sheet->known = last;
    for (struct batch *prev, *batch = TAILQ_LAST(&sheet->taken, batch_list); batch && batch->number > last;
         batch = prev) {
        prev = TAILQ_PREV(batch, batch_list, link);
        batch_lost(sheet, batch);
    }
}

static bool is_answer(const redisReply *reply)
{
    return reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
           reply->element[0]->type == REDIS_REPLY_INTEGER && reply->element[1]->type == REDIS_REPLY_INTEGER;
}

static void note_refused(struct spend *s, const redisReply *reply)
{
    if (!reply)
        return;
    if (!s->is_refused)
        log_warn("spend_refused", "Redis takes no sums, which wait: %s",
                 reply->type == REDIS_REPLY_ERROR ? reply->str : "an odd answer");
    s->is_refused = true;
}

static void on_told(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct sheet *sheet = arg;
    struct batch *out = sheet->out;
    sheet->asked_id = 0;
    sheet->out = NULL;
    if (!is_answer(reply)) { /* told again by the beat */
        note_refused(sheet->spend, reply);
        return;
    }
    sheet->spend->is_refused = false;
    if (reply->element[0]->integer == 1) {
        note_lost(sheet, (uint64_t)reply->element[1]->integer);
    } else {
        forget_sure(sheet);
        if (out)
            note_taken(sheet, out);
    }
    tell_sheet(sheet);
}

static void add_sums(struct buf *out, const struct row *row)
{
    static const char letters[SPEND_MEASURES] = {
#define SPEND_MEASURE(name, letter, column, kind, about) letter,
#include "tables/spend_measures.h"
#undef SPEND_MEASURE
    };
    for (unsigned i = 0; i < SPEND_MEASURES; i++)
        if (row->sum[i])
            buf_printf(out, "%c%" PRId64, letters[i], row->sum[i]);
}

static const char *number_word(struct arena *arena, int64_t number)
{
    return arena_printf(arena, "%" PRId64, number);
}

static void send(struct sheet *sheet, uint64_t number, const struct rows *rows)
{
    struct arena *arena = arena_new();
    struct slice  word[SPEND_SCRIPT_FIRST + SPEND_SCRIPT_A_ROW * BATCH_ROWS_MOST];
    int           count = 0;
    const char   *before[] = { sheet->key,
                               sheet->teams_key,
                               sheet->spend->me,
                               number_word(arena, (int64_t)number),
                               number_word(arena, (int64_t)sheet->known),
                               number_word(arena, sheet->keep_ms),
                               number_word(arena, SPEND_ROWS_MOST),
                               sheet->team };
    for (; count < SPEND_SCRIPT_FIRST; count++)
        word[count] = slice_str(before[count]);
    for (const struct row *row = rows ? rows->first : NULL; row; row = row->later) {
        struct buf sums;
        buf_init(&sums, SPEND_NAME_MOST_BYTES);
        add_sums(&sums, row);
        word[count++] = slice_str(row->name);
        word[count++] = slice_str(row->beyond);
        word[count++] = arena_copy(arena, buf_slice(&sums));
        buf_fini(&sums);
    }
    sheet->asked_id =
        redis_run(sheet->spend->redis, spend_script, SPEND_SCRIPT_KEYS, count, word, on_told, sheet);
    arena_free(&arena);
}

static void on_soon(void *arg)
{
    struct spend *s = arg;
    struct sheet *sheet;
    s->is_soon = false;
    TAILQ_FOREACH(sheet, &s->sheets, link)
    tell_sheet(sheet);
}

/* So that Redis is not asked a hundred times where it could be asked once. */
static bool has_just_told(struct sheet *sheet)
{
    struct spend *s = sheet->spend;
    const int64_t pace_ms = s->is_refused ? REFUSED_MS : SPEND_PACE_MS;
    if (sheet->told_ms == 0 || loop_now_ms(s->loop) - sheet->told_ms >= pace_ms)
        return false;
    if (!s->is_soon)
        timer_set(s->loop, &s->soon, pace_ms, on_soon, s);
    s->is_soon = true;
    return true;
}

void tell_sheet(struct sheet *sheet)
{
    if (sheet->asked_id || !redis_is_up(sheet->spend->redis) || is_told(sheet) || has_just_told(sheet))
        return;
    sheet->out = next_batch(sheet);
    sheet->told_ms = loop_now_ms(sheet->spend->loop);
    send(sheet, sheet->out->number, &sheet->out->rows);
}

void ask_whether_sure(struct sheet *sheet)
{
    const struct spend *s = sheet->spend;
    const int64_t       now_ms = loop_now_ms(s->loop);
    if (sheet->asked_id || TAILQ_EMPTY(&sheet->taken) || !redis_is_up(s->redis) ||
        now_ms - sheet->told_ms < SPEND_ASK_MS)
        return;
    sheet->told_ms = now_ms;
    send(sheet, sheet->known, NULL);
}
