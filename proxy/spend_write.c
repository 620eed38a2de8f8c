/* spend_write.c - see spend_query.h: sums as a table, as CSV, as JSON. */
#include "spend_query.h"

#include "base/buf.h"
#include "wire/json.h"

#include <inttypes.h>
#include <stdio.h>

#define SPEND_IS_COUNT false
#define SPEND_IS_MONEY true

static const struct {
    const char *column;
    bool        is_money;
} measures[SPEND_MEASURES] = {
#define SPEND_MEASURE(name, letter, column, kind, about) { column, SPEND_IS_##kind },
#include "tables/spend_measures.h"
#undef SPEND_MEASURE
};

const char *spend_media_type(enum spend_format format)
{
    static const char *const types[] = { [SPEND_TABLE] = "text/plain; charset=utf-8",
                                         [SPEND_CSV] = "text/csv; charset=utf-8",
                                         [SPEND_JSON] = "application/json" };
    return types[format];
}

/* ---- a table for people ---- */

enum { CELL_BYTES = 40, NAME_SHOWN_MOST = 32, COLUMNS_MOST = SPEND_BYS + 16 };

/* What people look at first; the rest stands in CSV and JSON. */
static const struct {
    enum spend_measure measure;
    const char        *head;
} shown[] = { { SPENT_REQUESTS, "requests" },
              { SPENT_BY_LOCAL, "local" },
              { SPENT_BY_REMOTE, "remote" },
              { SPENT_BY_CACHE, "cache" },
              { SPENT_BY_NOBODY, "none" },
              { SPENT_INPUT, "tokens in" },
              { SPENT_OUTPUT, "tokens out" },
              { SPENT_COST, "cost $" },
              { SPENT_BASELINE, "baseline $" },
              { SPENT_SAVED_LOCAL, "local saved" },
              { SPENT_SAVED_MODEL, "model saved" },
              { SPENT_SAVED_CACHE, "cache saved" },
              { SPENT_SAVED_COMPRESSION, "shorter saved" } };

enum { SHOWN = sizeof shown / sizeof *shown };

/* To a ten-thousandth of a dollar, halves away from 0. */
static void dollars(int64_t nanousd, char out[CELL_BYTES])
{
    const int64_t unit = 100000;
    int64_t       units = nanousd / unit + (nanousd % unit >= unit / 2) - (nanousd % unit <= -unit / 2);
    uint64_t      whole = units < 0 ? 0 - (uint64_t)units : (uint64_t)units;
    snprintf(out, CELL_BYTES, "%s%" PRIu64 ".%04" PRIu64, units < 0 ? "-" : "", whole / 10000, whole % 10000);
}

static void number_cell(const struct spend_row *row, unsigned at, char out[CELL_BYTES])
{
    int64_t value = row->sum[shown[at].measure];
    if (measures[shown[at].measure].is_money)
        dollars(value, out);
    else
        snprintf(out, CELL_BYTES, "%" PRId64, value);
}

/* Control characters would move the cursor; what is long is cut. */
static void name_cell(const char *name, char out[CELL_BYTES])
{
    size_t len = 0;
    for (; name[len] && len < NAME_SHOWN_MOST; len++)
        out[len] = (unsigned char)name[len] < 0x20 || name[len] == 0x7f ? ' ' : name[len];
    out[len] = '\0';
}

static size_t wider(size_t width, const char *cell)
{
    size_t cells = slice_code_points(slice_str(cell));
    return cells > width ? cells : width;
}

static void widen(const struct spend_question *question, const struct spend_row *row,
                  size_t width[COLUMNS_MOST])
{
    char cell[CELL_BYTES];
    for (unsigned i = 0; i < question->bys; i++) {
        name_cell(row->name[i] ? row->name[i] : "", cell);
        width[i] = wider(width[i], cell);
    }
    for (unsigned i = 0; i < SHOWN; i++) {
        number_cell(row, i, cell);
        width[question->bys + i] = wider(width[question->bys + i], cell);
    }
}

static void add_blanks(struct buf *out, size_t count)
{
    for (; count; count--)
        buf_add_byte(out, ' ');
}

static void add_cell(struct buf *out, const char *cell, size_t width, bool is_name)
{
    size_t len = slice_code_points(slice_str(cell));
    if (!is_name)
        add_blanks(out, width - len);
    buf_add_str(out, cell);
    if (is_name)
        add_blanks(out, width - len);
}

static void add_line(struct buf *out, const struct spend_question *question, const struct spend_row *row,
                     const size_t width[COLUMNS_MOST])
{
    char cell[CELL_BYTES];
    for (unsigned i = 0; i < question->bys; i++) {
        name_cell(row->name[i] ? row->name[i] : i == 0 ? "total" : "", cell);
        add_cell(out, cell, width[i], true);
        buf_add_str(out, "  ");
    }
    for (unsigned i = 0; i < SHOWN; i++) {
        number_cell(row, i, cell);
        buf_add_str(out, i ? "  " : "");
        add_cell(out, cell, width[question->bys + i], false);
    }
    buf_add_byte(out, '\n');
}

static void write_table(const struct spend_sums *sums, struct buf *out)
{
    const struct spend_question *question = sums->question;
    size_t                       width[COLUMNS_MOST] = { 0 };
    for (unsigned i = 0; i < question->bys; i++)
        width[i] = wider(i == 0 ? strlen("total") : 0, spend_by_words[question->by[i]]);
    for (unsigned i = 0; i < SHOWN; i++)
        width[question->bys + i] = wider(0, shown[i].head);
    for (size_t i = 0; i < sums->rows; i++)
        widen(question, &sums->row[i], width);
    widen(question, &sums->total, width);
    for (unsigned i = 0; i < question->bys; i++) {
        add_cell(out, spend_by_words[question->by[i]], width[i], true);
        buf_add_str(out, "  ");
    }
    for (unsigned i = 0; i < SHOWN; i++) {
        buf_add_str(out, i ? "  " : "");
        add_cell(out, shown[i].head, width[question->bys + i], false);
    }
    buf_add_byte(out, '\n');
    for (size_t i = 0; i < sums->rows; i++)
        add_line(out, question, &sums->row[i], width);
    add_line(out, question, &sums->total, width);
    if (sums->total.sum[SPENT_UNPRICED])
        buf_printf(out,
                   "%" PRId64
                   " calls were of models without a price, and cost nothing here; weir prices check tells "
                   "which\n",
                   sums->total.sum[SPENT_UNPRICED]);
}

/* ---- for programs ---- */

static void add_quoted(struct buf *out, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        buf_add_str(out, text);
        return;
    }
    buf_add_byte(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            buf_add_byte(out, '"');
        buf_add_byte(out, *text);
    }
    buf_add_byte(out, '"');
}

static void write_csv(const struct spend_sums *sums, struct buf *out)
{
    char usd[CELL_BYTES];
    for (unsigned i = 0; i < sums->question->bys; i++)
        buf_printf(out, "%s,", spend_by_words[sums->question->by[i]]);
    for (unsigned i = 0; i < SPEND_MEASURES; i++)
        buf_printf(out, "%s%s%s", i ? "," : "", measures[i].column, measures[i].is_money ? "_usd" : "");
    buf_add_str(out, "\r\n");
    for (size_t r = 0; r < sums->rows; r++) {
        for (unsigned i = 0; i < sums->question->bys; i++) {
            add_quoted(out, sums->row[r].name[i]);
            buf_add_byte(out, ',');
        }
        for (unsigned i = 0; i < SPEND_MEASURES; i++) {
            if (measures[i].is_money)
                nanousd_format(sums->row[r].sum[i], usd);
            else
                snprintf(usd, sizeof usd, "%" PRId64, sums->row[r].sum[i]);
            buf_printf(out, "%s%s", i ? "," : "", usd);
        }
        buf_add_str(out, "\r\n");
    }
}

/* All names, null where it was not asked by them: a row looks the same whatever was asked. */
static void add_names(struct buf *out, const struct spend_question *question, const struct spend_row *row)
{
    const char *name[SPEND_BYS] = { NULL };
    for (unsigned i = 0; i < question->bys; i++)
        name[question->by[i]] = row->name[i];
    for (unsigned by = 0; by < SPEND_BYS; by++) {
        json_add_key(out, spend_by_words[by]);
        if (name[by])
            json_add_string(out, slice_str(name[by]));
        else
            buf_add_str(out, "null");
    }
}

static void add_object(struct buf *out, const struct spend_question *question, const struct spend_row *row,
                       bool is_total)
{
    char key[CELL_BYTES], usd[CELL_BYTES];
    buf_add_byte(out, '{');
    if (!is_total)
        add_names(out, question, row);
    for (unsigned i = 0; i < SPEND_MEASURES; i++) {
        snprintf(key, sizeof key, "%s%s", measures[i].column, measures[i].is_money ? "_nanousd" : "");
        json_add_number_member(out, key, row->sum[i]);
        if (!measures[i].is_money)
            continue;
        nanousd_format(row->sum[i], usd);
        snprintf(key, sizeof key, "%s_usd", measures[i].column);
        json_add_text_member(out, key, slice_str(usd));
    }
    buf_add_byte(out, '}');
}

static void write_json(const struct spend_sums *sums, struct buf *out)
{
    const struct spend_question *question = sums->question;
    char                         since[DAY_BYTES], until[DAY_BYTES];
    day_name(question->since, since);
    day_name(question->until, until);
    buf_printf(out, "{\"since\":\"%s\",\"until\":\"%s\",\"by\":[", since, until);
    for (unsigned i = 0; i < question->bys; i++)
        buf_printf(out, "%s\"%s\"", i ? "," : "", spend_by_words[question->by[i]]);
    buf_add_str(out, "],\"rows\":[");
    for (size_t i = 0; i < sums->rows; i++) {
        buf_add_str(out, i ? "," : "");
        add_object(out, question, &sums->row[i], false);
    }
    buf_add_str(out, "],\"total\":");
    add_object(out, question, &sums->total, true);
    buf_add_str(out, "}\n");
}

void spend_write(const struct spend_sums *sums, struct buf *out)
{
    switch (sums->question->format) {
    case SPEND_TABLE:
        write_table(sums, out);
        break;
    case SPEND_CSV:
        write_csv(sums, out);
        break;
    case SPEND_JSON:
        write_json(sums, out);
        break;
    }
}
