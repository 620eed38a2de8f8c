/* ledger_note.c - what the ledger writes ahead, and what it makes of its predecessor's journal. See journal.h.
 */
#include "ledger_inside.h"

#include <inttypes.h>
#include <stdio.h>

static void note(struct ledger *l, struct line *line, enum journal_kind kind)
{
    struct purse       *purse = book_purse(&l->book, line);
    const struct total *total = book_total(&l->book, purse, l->me, line);
    char                lease[WHO_BYTES + 64];
    if (!l->journal)
        return;
    snprintf(lease, sizeof lease, "%s:%" PRId64, line->hold->id, line->noted_nanousd);
    const struct journal_entry entry = {
        .kind = kind,
        .line = line->key,
        .who = total->who,
        .lease = kind == JOURNAL_SPENT ? "-" : lease,
        .bucket = total->bucket,
        .buckets = purse->buckets,
        .total_nanousd = total->nanousd,
        .until_ms = total->until_ms,
        .keep_ms = purse->keep_ms,
    };
    journal_add(l->journal, &entry);
}

void note_begun(struct ledger *l, struct line *line, int64_t amount)
{
    int64_t before = line->noted_nanousd;
    if (amount == before)
        return;
    line->noted_nanousd = amount;
    note(l, line, JOURNAL_BEGUN);
    if (before == 0)
        return;
    /* What it stands for now is written down; what it stood for before costs nothing more. */
    line->noted_nanousd = before;
    note(l, line, JOURNAL_OVER);
    line->noted_nanousd = amount;
}

void note_over(struct ledger *l, struct line *line)
{
    if (line->noted_nanousd)
        note(l, line, JOURNAL_OVER);
    else if (line->cost_nanousd > 0)
        note(l, line, JOURNAL_SPENT);
    line->noted_nanousd = 0;
}

void note_allowance(struct ledger *l)
{
    if (!l->journal)
        return;
    const struct journal_entry entry = {
        .kind = JOURNAL_ALLOWED,
        .line = "allowance",
        .who = l->me,
        .lease = "-",
        .total_nanousd = l->taken_nanousd,
        .until_ms = l->taken_until_ms,
    };
    journal_add(l->journal, &entry);
}

void note_peers(struct ledger *l)
{
    if (!l->journal)
        return;
    buf_add_byte(&l->peers, '\0');
    const struct journal_entry entry = {
        .kind = JOURNAL_PEERS,
        .line = "peers",
        .who = "-", /* whichever loop heard last */
        .lease = l->peers.ptr,
        .until_ms = INT64_MAX,
    };
    journal_add(l->journal, &entry);
    l->peers.len--;
}

static void add_name(struct buf *list, const char *name)
{
    if (list->len)
        buf_add_byte(list, ',');
    buf_add_str(list, name);
}

/* Leases of a process whose journal may have lost its end are left to lapse: what nobody knows of any more may
 * have been spent. */
static void become_heir(struct ledger *l, const struct journal_entry *e)
{
    add_name(&l->heir_of, e->who);
    if (e->buckets)
        buf_printf(&l->owners, " %s-", e->who);
}

/* It stays taken until the windows of the budgets that it was taken for are over, and in the journal likewise.
 */
static void inherit_allowance(struct ledger *l, const struct journal_entry *e)
{
    if (e->until_ms > l->inherited_until_ms)
        l->inherited_until_ms = e->until_ms;
    l->inherited_nanousd += e->total_nanousd;
    if (l->allowance)
        atomic_fetch_add(&l->allowance->taken_nanousd, e->total_nanousd);
}

void take_past(struct ledger *l)
{
    unsigned                    count;
    const struct journal_entry *past = journal_past(l->journal, &count);
    bool                        is_first = loop_index(l->loop) == 0;
    for (const struct journal_entry *e = past; e < past + count; e++) {
        bool is_of_lines = e->kind == JOURNAL_SPENT || e->kind == JOURNAL_OVER;
        l->is_known = l->is_known || is_of_lines || e->kind == JOURNAL_PEERS;
        if (!is_first)
            continue;
        if (is_of_lines)
            book_add_past(&l->book, e);
        else if (e->kind == JOURNAL_HEIR)
            become_heir(l, e);
        else if (e->kind == JOURNAL_ALLOWED)
            inherit_allowance(l, e);
        else if (e->kind == JOURNAL_PEERS)
            add_name(&l->peers, e->lease);
    }
    l->is_active = is_first && l->is_known;
}
