/* ledger_book.c - what this loop has spent from each line, in all, and which of its calls run on it: the truth
 * that Redis is told. See ledger.h. */
#include "ledger_inside.h"

#include "base/die.h"

#include <stdio.h>

enum { TOTALS_MOST = 65536, LATE_MS = 2 * 60 * 60 * 1000 };

#define DAY_MS INT64_C(86400000)

void book_init(struct book *book)
{
    TAILQ_INIT(&book->purses);
}

static struct purse **slot_of(struct book *book, const char *key)
{
    return &book->slot[slice_hash(slice_str(key)) % PURSE_SLOTS];
}

static void forget(struct book *book, struct purse *purse)
{
    struct purse **at = slot_of(book, purse->key);
    while (*at != purse)
        at = &(*at)->next;
    *at = purse->next;
    TAILQ_REMOVE(&book->purses, purse, link);
    book->purse_count--;
    book->totals -= purse->totals;
    free(purse->total);
    free(purse->key);
    free(purse);
}

void book_fini(struct book *book)
{
    for (struct purse *next, *p = TAILQ_FIRST(&book->purses); p; p = next) {
        next = TAILQ_NEXT(p, link);
        forget(book, p);
    }
}

static struct purse *find_purse(struct book *book, const char *key, int64_t buckets, int64_t keep_ms)
{
    struct purse *purse = *slot_of(book, key);
    while (purse && strcmp(purse->key, key) != 0)
        purse = purse->next;
    if (purse) {
        TAILQ_REMOVE(&book->purses, purse, link);
    } else {
        purse = must_calloc(1, sizeof *purse);
        *purse = (struct purse){
            .buckets = buckets, .keep_ms = keep_ms, .key = die_if_null(strdup(key)), .next = *slot_of(book, key)
        };
        LIST_INIT(&purse->running);
        *slot_of(book, key) = purse;
        book->purse_count++;
    }
    TAILQ_INSERT_TAIL(&book->purses, purse, link);
    return purse;
}

/* A full Redis forgets first what lives shortest; the cache lives at most 90 days, sums of spending at most
 * 480: budgets of weeks and months outlive both. Those of hours are many, and are told again by whoever spent.
 */
static int64_t keep_ms(const struct window *w)
{
    switch (w->kind) {
    case EVERY_HOUR:
    case EVERY_DAY:
        return 8 * DAY_MS;
    case EVERY_WEEK:
    case EVERY_MONTH:
        return 500 * DAY_MS;
    case ROLLING:
        return 2 * w->rolling_ms + 8 * DAY_MS;
    case TOTAL:
        break;
    }
    return 0;
}

struct purse *book_purse(struct book *book, const struct line *line)
{
    int64_t buckets = line->budget->window.kind == ROLLING ? ROLLING_BUCKETS : 0;
    return find_purse(book, line->key, buckets, keep_ms(&line->budget->window));
}

static struct total *add_total(struct book *book, struct purse *purse)
{
    if (purse->totals == purse->cap) {
        purse->cap = purse->cap ? 2 * purse->cap : 2;
        purse->total = die_if_null(realloc(purse->total, purse->cap * sizeof *purse->total));
    }
    struct total *total = &purse->total[purse->totals++];
    *total = (struct total){ 0 };
    book->totals++;
    return total;
}

struct total *book_total(struct book *book, struct purse *purse, const char *me, const struct line *line)
{
    char who[WHO_BYTES];
    snprintf(who, sizeof who, "%s.%u", me, book->generation);
    for (size_t i = 0; i < purse->totals; i++)
        if (purse->total[i].bucket == line->span.bucket && strcmp(purse->total[i].who, who) == 0)
            return &purse->total[i];
    struct total *total = add_total(book, purse);
    memcpy(total->who, who, sizeof who);
    total->bucket = line->span.bucket;
    total->until_ms = line->span.to_ms < INT64_MAX - LATE_MS ? line->span.to_ms + LATE_MS : INT64_MAX;
    return total;
}

void book_add_past(struct book *book, const struct journal_entry *entry)
{
    struct purse *purse = find_purse(book, entry->line, entry->buckets, entry->keep_ms);
    struct total *total = add_total(book, purse);
    snprintf(total->who, sizeof total->who, "%s", entry->who);
    total->bucket = entry->bucket;
    total->nanousd = entry->total_nanousd;
    total->until_ms = entry->until_ms;
}

/* What is left has its old place; the order of totals means nothing. */
static void prune_totals(struct book *book, struct purse *purse, int64_t wall_ms)
{
    for (size_t i = purse->totals; i > 0; i--)
        if (purse->total[i - 1].until_ms < wall_ms) {
            purse->total[i - 1] = purse->total[--purse->totals];
            book->totals--;
        }
}

void book_prune(struct book *book, int64_t wall_ms)
{
    for (struct purse *next, *p = TAILQ_FIRST(&book->purses); p; p = next) {
        next = TAILQ_NEXT(p, link);
        prune_totals(book, p, wall_ms);
        if (!LIST_EMPTY(&p->running))
            continue;
        if (book->totals > TOTALS_MOST)
            book->generation++;
        if (p->totals == 0 || book->totals > TOTALS_MOST)
            forget(book, p);
    }
}

void line_runs(struct purse *purse, struct line *line)
{
    line_rests(line);
    LIST_INSERT_HEAD(&purse->running, line, link);
}

void line_rests(struct line *line)
{
    if (line->link.le_prev)
        LIST_REMOVE(line, link);
    line->link.le_prev = NULL;
}
