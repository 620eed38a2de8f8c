/* spend_rows.c - what is not surely in Redis yet: rows, in sheets, in batches. See spend.h. */
#include "spend_inside.h"

#include "base/buf.h"
#include "base/die.h"
#include "ledger.h"

#define DAY_MS INT64_C(86400000)

/* ---- rows ---- */

static void rows_init(struct rows *rows)
{
    *rows = (struct rows){ .end = &rows->first };
}

static void rows_append(struct rows *rows, struct row *row)
{
    row->later = NULL;
    *rows->end = row;
    rows->end = &row->later;
    rows->count++;
}

static struct row **slot_of(struct sheet *sheet, const char *name)
{
    return &sheet->slot[slice_hash(slice_str(name)) % ROW_SLOTS];
}

static struct row *find_row(struct sheet *sheet, const char *name)
{
    struct row *row = *slot_of(sheet, name);
    while (row && strcmp(row->name, name) != 0)
        row = row->next;
    return row;
}

static void row_free(struct row *row)
{
    free(row->name);
    free(row->beyond);
    free(row);
}

struct row *take_row(struct sheet *sheet, const struct spent *r, const struct model *model)
{
    char       *name = row_name(r, model);
    struct row *row = find_row(sheet, name);
    if (!row && sheet->spend->held >= SPEND_HELD_MOST) {
        free(name);
        name = row_name_beyond(r, model);
        row = find_row(sheet, name);
    }
    if (row) {
        free(name);
        return row;
    }
    row = must_calloc(1, sizeof *row);
    row->name = name;
    row->beyond = row_name_beyond(r, model);
    row->next = *slot_of(sheet, name);
    *slot_of(sheet, name) = row;
    rows_append(&sheet->rows, row);
    sheet->spend->held++;
    return row;
}

static void rows_free(struct spend *s, struct rows *rows)
{
    for (struct row *later, *row = rows->first; row; row = later) {
        later = row->later;
        row_free(row);
    }
    s->held -= rows->count;
    rows_init(rows);
}

static void leave_slot(struct sheet *sheet, struct row *row)
{
    struct row **at = slot_of(sheet, row->name);
    while (*at != row)
        at = &(*at)->next;
    *at = row->next;
}

/* ---- sheets ---- */

struct sheet *take_sheet(struct spend *s, const char *team, int64_t keep_ms)
{
    char          day[DAY_BYTES];
    struct sheet *sheet;
    struct buf    key;
    day_name(loop_wall_ms(s->loop) / DAY_MS, day);
    buf_init(&key, SPEND_NAME_MOST_BYTES);
    spend_sheet_key(&key, team, day);
    char *wanted = text_taken(&key);
    TAILQ_FOREACH(sheet, &s->sheets, link)
    if (strcmp(sheet->key, wanted) == 0)
        break;
    if (sheet) {
        free(wanted);
        return sheet;
    }
    sheet = must_calloc(1, sizeof *sheet);
    sheet->spend = s;
    sheet->key = wanted;
    sheet->keep_ms = keep_ms;
    buf_init(&key, SPEND_NAME_MOST_BYTES);
    spend_teams_key(&key, day);
    sheet->teams_key = text_taken(&key);
    buf_init(&key, SPEND_NAME_MOST_BYTES);
    ledger_name(&key, team);
    sheet->team = text_taken(&key);
    rows_init(&sheet->rows);
    TAILQ_INIT(&sheet->batches);
    TAILQ_INSERT_HEAD(&s->sheets, sheet, link);
    return sheet;
}

struct batch *make_batch(struct sheet *sheet, unsigned rows_most)
{
    if (sheet->rows.count == 0)
        return NULL;
    struct batch *batch = must_calloc(1, sizeof *batch);
    batch->number = ++sheet->spend->last_number;
    rows_init(&batch->rows);
    for (struct row *row; batch->rows.count < rows_most && (row = sheet->rows.first);) {
        sheet->rows.first = row->later;
        sheet->rows.count--;
        leave_slot(sheet, row);
        rows_append(&batch->rows, row);
    }
    if (!sheet->rows.first)
        sheet->rows.end = &sheet->rows.first;
    TAILQ_INSERT_TAIL(&sheet->batches, batch, link);
    return batch;
}

void batch_free(struct sheet *sheet, struct batch *batch)
{
    TAILQ_REMOVE(&sheet->batches, batch, link);
    sheet->kept -= batch->taken_ms != 0;
    rows_free(sheet->spend, &batch->rows);
    free(batch);
}

void sheet_free(struct sheet *sheet)
{
    if (sheet->asked_id)
        redis_cancel(sheet->spend->redis, sheet->asked_id);
    for (struct batch *next, *batch = TAILQ_FIRST(&sheet->batches); batch; batch = next) {
        next = TAILQ_NEXT(batch, link);
        batch_free(sheet, batch);
    }
    rows_free(sheet->spend, &sheet->rows);
    TAILQ_REMOVE(&sheet->spend->sheets, sheet, link);
    free(sheet->team);
    free(sheet->key);
    free(sheet->teams_key);
    free(sheet);
}
