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
    struct spend *s = sheet->spend;
    row_name(&s->name, r, model);
    struct row *row = find_row(sheet, s->name.ptr);
    if (!row && s->held >= SPEND_HELD_MOST) {
        row_name_beyond(&s->name, r, model);
        row = find_row(sheet, s->name.ptr);
    }
    if (row)
        return row;
    row = must_calloc(1, sizeof *row);
    row->name = die_if_null(strdup(s->name.ptr));
    row->next = *slot_of(sheet, row->name);
    *slot_of(sheet, row->name) = row;
    row_name_beyond(&s->name, r, model);
    row->beyond = die_if_null(strdup(s->name.ptr));
    rows_append(&sheet->rows, row);
    s->held++;
    return row;
}

static void rows_free(struct rows *rows)
{
    for (struct row *later, *row = rows->first; row; row = later) {
        later = row->later;
        row_free(row);
    }
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

static struct sheet *sheet_new(struct spend *s, const char *team, int64_t day, int64_t keep_ms)
{
    struct sheet *sheet = must_calloc(1, sizeof *sheet);
    char          name[DAY_BYTES];
    struct buf    key;
    day_name(day, name);
    sheet->spend = s;
    sheet->plain_team = die_if_null(strdup(team));
    sheet->day = day;
    sheet->keep_ms = keep_ms;
    buf_init(&key, SPEND_NAME_MOST_BYTES);
    spend_sheet_key(&key, team, name);
    sheet->key = text_taken(&key);
    buf_init(&key, SPEND_NAME_MOST_BYTES);
    spend_teams_key(&key, name);
    sheet->teams_key = text_taken(&key);
    buf_init(&key, SPEND_NAME_MOST_BYTES);
    ledger_name(&key, team);
    sheet->team = text_taken(&key);
    rows_init(&sheet->rows);
    TAILQ_INIT(&sheet->taken);
    TAILQ_INIT(&sheet->untold);
    TAILQ_INSERT_HEAD(&s->sheets, sheet, link);
    return sheet;
}

struct sheet *take_sheet(struct spend *s, const char *team, int64_t keep_ms)
{
    const int64_t day = loop_wall_ms(s->loop) / DAY_MS;
    struct sheet *sheet;
    TAILQ_FOREACH(sheet, &s->sheets, link)
    if (sheet->day == day && strcmp(sheet->plain_team, team) == 0)
        return sheet;
    return sheet_new(s, team, day, keep_ms);
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
    TAILQ_INSERT_TAIL(&sheet->untold, batch, link);
    return batch;
}

bool is_told(const struct sheet *sheet)
{
    return sheet->rows.count == 0 && TAILQ_EMPTY(&sheet->untold);
}

void batch_taken(struct sheet *sheet, struct batch *batch)
{
    batch->taken_ms = loop_now_ms(sheet->spend->loop);
    TAILQ_REMOVE(&sheet->untold, batch, link);
    TAILQ_INSERT_TAIL(&sheet->taken, batch, link);
    sheet->spend->held -= batch->rows.count;
    sheet->spend->kept += batch->rows.count;
}

void batch_lost(struct sheet *sheet, struct batch *batch)
{
    TAILQ_REMOVE(&sheet->taken, batch, link);
    TAILQ_INSERT_HEAD(&sheet->untold, batch, link);
    sheet->spend->kept -= batch->rows.count;
    sheet->spend->held += batch->rows.count;
}

static void batch_free(struct batch *batch)
{
    rows_free(&batch->rows);
    free(batch);
}

void taken_free(struct sheet *sheet, struct batch *batch)
{
    TAILQ_REMOVE(&sheet->taken, batch, link);
    sheet->spend->kept -= batch->rows.count;
    batch_free(batch);
}

static void list_free(struct batch_list *list)
{
    for (struct batch *next, *batch = TAILQ_FIRST(list); batch; batch = next) {
        next = TAILQ_NEXT(batch, link);
        batch_free(batch);
    }
}

/* Of one that is empty, or at the end: what it holds is not counted off. */
void sheet_free(struct sheet *sheet)
{
    if (sheet->asked_id)
        redis_cancel(sheet->spend->redis, sheet->asked_id);
    list_free(&sheet->taken);
    list_free(&sheet->untold);
    rows_free(&sheet->rows);
    TAILQ_REMOVE(&sheet->spend->sheets, sheet, link);
    free(sheet->plain_team);
    free(sheet->team);
    free(sheet->key);
    free(sheet->teams_key);
    free(sheet);
}
