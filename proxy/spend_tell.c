/* spend_tell.c - batches on their way to Redis, each taken once. See spend.h. */
#include "spend_inside.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "spend_script.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>

enum {
    BATCH_ROWS_MOST = 128,
    KEPT_BATCHES_MOST = 64, /* of a sheet, taken and not sure yet */
};

/* The first that is not taken; what waits is made into one. NULL: there is nothing to tell. */
static struct batch *next_batch(struct sheet *sheet)
{
    struct batch *batch;
    TAILQ_FOREACH(batch, &sheet->batches, link)
    if (!batch->taken_ms)
        return batch;
    return make_batch(sheet, BATCH_ROWS_MOST);
}

/* After a taking: sure once it is asked again, later; there need not be many to tell from. */
static void note_taken(struct sheet *sheet, struct batch *batch)
{
    batch->taken_ms = loop_now_ms(sheet->spend->loop);
    sheet->known = batch->number;
    sheet->kept++;
    if (sheet->kept > KEPT_BATCHES_MOST)
        batch_free(sheet, TAILQ_FIRST(&sheet->batches));
}

/* Redis has nothing of this loop after `last`: what is kept of it is told again. */
static void note_lost(struct sheet *sheet, uint64_t last)
{
    struct batch *batch;
    log_warn("spend_restored",
             "Redis has lost what was spent of late; as far as it is known here, it is told again");
    sheet->known = last;
    TAILQ_FOREACH(batch, &sheet->batches, link)
    if (batch->number > last && batch->taken_ms) {
        batch->taken_ms = 0;
        sheet->kept--;
    }
}

static void note_sure(struct sheet *sheet)
{
    for (struct batch *batch; (batch = TAILQ_FIRST(&sheet->batches)) && batch->taken_ms;)
        batch_free(sheet, batch);
}

static bool is_answer(const redisReply *reply)
{
    return reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
           reply->element[0]->type == REDIS_REPLY_INTEGER && reply->element[1]->type == REDIS_REPLY_INTEGER;
}

static void on_told(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct sheet *sheet = arg;
    struct batch *out = sheet->out;
    sheet->asked_id = 0;
    sheet->out = NULL;
    if (!is_answer(reply)) {
        if (reply && reply->type == REDIS_REPLY_ERROR)
            log_warn("spend", "Redis takes no sums: %s", reply->str);
        return; /* told again by the beat */
    }
    if (reply->element[0]->integer == 1)
        note_lost(sheet, (uint64_t)reply->element[1]->integer);
    else if (out)
        note_taken(sheet, out);
    else
        note_sure(sheet);
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

void tell_sheet(struct sheet *sheet)
{
    if (sheet->asked_id || !redis_is_up(sheet->spend->redis))
        return;
    sheet->out = next_batch(sheet);
    if (sheet->out)
        send(sheet, sheet->out->number, &sheet->out->rows);
}

void ask_whether_sure(struct sheet *sheet)
{
    const struct spend *s = sheet->spend;
    const struct batch *last = TAILQ_LAST(&sheet->batches, batch_list);
    if (!sheet->asked_id && last && last->taken_ms && redis_is_up(s->redis) &&
        loop_now_ms(s->loop) - last->taken_ms >= SPEND_SURE_MS)
        send(sheet, sheet->known, NULL);
}
