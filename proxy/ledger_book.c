/* ledger_book.c - what this loop has spent from each line, in all: the truth that Redis is told. See ledger.h.
 */
#include "ledger_inside.h"

#include "base/die.h"

#include <stdio.h>

enum { ACCOUNTS_MOST = 65536, LATE_MS = LEDGER_LEASE_MS + 60 * 60 * 1000 };

#define DAY_MS INT64_C(86400000)

void book_init(struct book *book)
{
    TAILQ_INIT(&book->accounts);
}

static struct account **slot_of(struct book *book, const char *key)
{
    return &book->slot[slice_hash(slice_str(key)) % ACCOUNT_SLOTS];
}

static void forget(struct book *book, struct account *account)
{
    struct account **at = slot_of(book, account->key);
    while (*at && *at != account)
        at = &(*at)->next;
    if (*at)
        *at = account->next;
    TAILQ_REMOVE(&book->accounts, account, link);
    book->count--;
    free(account->key);
    free(account->marker);
    free(account);
}

void book_fini(struct book *book)
{
    for (struct account *next, *a = TAILQ_FIRST(&book->accounts); a; a = next) {
        next = TAILQ_NEXT(a, link);
        forget(book, a);
    }
    for (struct marker *next, *m = book->marker; m; m = next) {
        next = m->next;
        free(m->key);
        free(m);
    }
}

static struct account *add(struct book *book, const char *key, const char *marker)
{
    struct account *account = must_calloc(1, sizeof *account);
    account->key = die_if_null(strdup(key));
    account->marker = die_if_null(strdup(marker));
    account->next = *slot_of(book, key);
    *slot_of(book, key) = account;
    TAILQ_INSERT_TAIL(&book->accounts, account, link);
    book->count++;
    return account;
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

struct account *book_account(struct book *book, const char *me, const struct line *line)
{
    struct account *a = *slot_of(book, line->key);
    size_t          me_len = strlen(me);
    while (a && !(a->bucket == line->span.bucket && strcmp(a->key, line->key) == 0 &&
                  strncmp(a->who, me, me_len) == 0))
        a = a->next;
    if (!a) {
        a = add(book, line->key, line->marker);
        snprintf(a->who, sizeof a->who, "%s.%u", me, book->generation);
        a->bucket = line->span.bucket;
        a->buckets = line->budget->window.kind == ROLLING ? ROLLING_BUCKETS : 0;
        a->until_ms = line->span.to_ms < INT64_MAX - LATE_MS ? line->span.to_ms + LATE_MS : INT64_MAX;
        a->keep_ms = keep_ms(&line->budget->window);
    }
    TAILQ_REMOVE(&book->accounts, a, link);
    TAILQ_INSERT_TAIL(&book->accounts, a, link);
    return a;
}

void book_add_past(struct book *book, const struct journal_entry *entry)
{
    struct account *a = add(book, entry->line, entry->marker);
    snprintf(a->who, sizeof a->who, "%s", entry->who);
    a->bucket = entry->bucket;
    a->buckets = entry->buckets;
    a->total_nanousd = entry->total_nanousd;
    a->until_ms = entry->until_ms;
    a->keep_ms = entry->keep_ms;
}

struct marker *book_marker(struct book *book, const char *key)
{
    struct marker *m = book->marker;
    while (m && strcmp(m->key, key) != 0)
        m = m->next;
    if (m || book->markers == MARKERS_MOST)
        return m;
    m = must_calloc(1, sizeof *m);
    m->key = die_if_null(strdup(key));
    m->next = book->marker;
    book->marker = m;
    book->markers++;
    return m;
}

void book_prune(struct book *book, int64_t wall_ms)
{
    for (struct account *next, *a = TAILQ_FIRST(&book->accounts); a; a = next) {
        next = TAILQ_NEXT(a, link);
        if (a->until_ms < wall_ms) {
            forget(book, a);
        } else if (book->count > ACCOUNTS_MOST) {
            forget(book, a);
            book->generation++;
        }
    }
}
