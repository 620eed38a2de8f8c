/*
 * journal_entries.c - see journal_entries.h; and the line that an entry is in the file:
 *
 *     <checksum> <kind> <bucket> <buckets> <total> <until> <keep> <who> <lease> <line>
 *
 * the checksum being that of all that follows it.
 */
#include "journal_entries.h"

#include "base/die.h"

#include <inttypes.h>
#include <stdio.h>

enum { LINE_MOST_BYTES = 64 * 1024 };

struct kept {
    struct kept         *next;  /* of its slot */
    char                *text;  /* the line in the file, without its end */
    char                *words; /* the same, cut into words */
    struct journal_entry entry; /* refs in words */
};

/* ---- a line ---- */

void journal_write_line(struct buf *out, const struct journal_entry *e)
{
    struct buf body;
    buf_init(&body, LINE_MOST_BYTES);
    buf_printf(&body, "%c %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %s %s %s", e->kind,
               e->bucket, e->buckets, e->total_nanousd, e->until_ms, e->keep_ms, e->who, e->lease, e->line);
    buf_printf(out, "%016" PRIx64 " %.*s", slice_hash(buf_slice(&body)), SLICE_ARG(buf_slice(&body)));
    buf_fini(&body);
}

static char *next_word(char **at)
{
    char *word = *at, *blank = strchr(word, ' ');
    if (blank)
        *blank++ = '\0';
    *at = blank ? blank : word + strlen(word);
    return word;
}

static bool read_kind(const char *word, enum journal_kind *out)
{
    *out = (enum journal_kind)word[0];
    return word[0] && !word[1] && strchr("s+-aph", word[0]);
}

bool journal_read_line(char *line, size_t bytes, struct journal_entry *out)
{
    enum { SUM_DIGITS = 16 };
    char sum[SUM_DIGITS + 1];
    if (bytes <= SUM_DIGITS + 1 || strlen(line) != bytes || line[SUM_DIGITS] != ' ')
        return false;
    snprintf(sum, sizeof sum, "%016" PRIx64,
             slice_hash(slice_of(line + SUM_DIGITS + 1, bytes - SUM_DIGITS - 1)));
    if (memcmp(sum, line, SUM_DIGITS) != 0)
        return false;
    char          *at = line + SUM_DIGITS + 1;
    int64_t *const number[] = { &out->bucket, &out->buckets, &out->total_nanousd, &out->until_ms,
                                &out->keep_ms };
    if (!read_kind(next_word(&at), &out->kind))
        return false;
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        if (!slice_to_i64(slice_str(next_word(&at)), number[i]))
            return false;
    out->who = next_word(&at);
    out->lease = next_word(&at);
    out->line = next_word(&at);
    return *out->who && *out->lease && *out->line && *at == '\0';
}

/* ---- which is the last of what ---- */

static bool is_total(enum journal_kind kind)
{
    return kind == JOURNAL_SPENT || kind == JOURNAL_OVER;
}

/* A call that begins is an entry of its own, until it is over. */
static bool is_same(const struct journal_entry *a, const struct journal_entry *b)
{
    bool is_like = is_total(a->kind) ? is_total(b->kind) : a->kind == b->kind;
    return is_like && a->bucket == b->bucket && strcmp(a->line, b->line) == 0 && strcmp(a->who, b->who) == 0 &&
           (a->kind != JOURNAL_BEGUN || strcmp(a->lease, b->lease) == 0);
}

static void forget(struct kept **at)
{
    struct kept *k = *at;
    *at = k->next;
    free(k->words);
    free(k->text);
    free(k);
}

static struct kept **slot_of(struct entries *all, const char *line)
{
    return &all->slot[slice_hash(slice_str(line)) % ENTRY_SLOTS];
}

/* The call that this entry ends is not running any more. */
static void end_call(struct entries *all, const struct journal_entry *over)
{
    for (struct kept **at = slot_of(all, over->line); *at; at = &(*at)->next)
        if ((*at)->entry.kind == JOURNAL_BEGUN && strcmp((*at)->entry.lease, over->lease) == 0 &&
            strcmp((*at)->entry.line, over->line) == 0) {
            forget(at);
            return;
        }
}

static struct kept *find(struct entries *all, const struct journal_entry *entry)
{
    struct kept *k = *slot_of(all, entry->line);
    while (k && !is_same(&k->entry, entry))
        k = k->next;
    return k;
}

static void note_line(struct entries *all, struct slice line)
{
    struct kept fresh = { .words = die_if_null(strndup(line.ptr, line.len)) };
    if (!journal_read_line(fresh.words, line.len, &fresh.entry)) {
        free(fresh.words);
        return;
    }
    if (fresh.entry.kind == JOURNAL_OVER)
        end_call(all, &fresh.entry);
    struct kept *k = find(all, &fresh.entry);
    if (k && is_total(fresh.entry.kind) && k->entry.total_nanousd > fresh.entry.total_nanousd) {
        free(fresh.words);
        return;
    }
    fresh.text = die_if_null(strndup(line.ptr, line.len));
    if (!k) {
        struct kept **slot = slot_of(all, fresh.entry.line);
        k = must_calloc(1, sizeof *k);
        k->next = *slot;
        *slot = k;
    }
    free(k->words);
    free(k->text);
    fresh.next = k->next;
    *k = fresh;
}

void entries_note_all(struct entries *all, struct slice text)
{
    size_t end;
    while ((end = slice_find_byte(text, '\n')) != SLICE_NONE) {
        note_line(all, slice_cut(text, 0, end));
        text = slice_cut(text, end + 1, text.len);
    }
}

void entries_note(struct entries *all, const struct journal_entry *entry)
{
    struct buf line;
    buf_init(&line, LINE_MOST_BYTES + 32);
    journal_write_line(&line, entry);
    note_line(all, buf_slice(&line));
    buf_fini(&line);
}

static int64_t amount_of(const char *lease)
{
    const char *colon = strrchr(lease, ':');
    int64_t     amount;
    return colon && slice_to_i64(slice_str(colon + 1), &amount) && amount > 0 ? amount : 0;
}

static struct kept *first_begun(struct kept *k)
{
    while (k && k->entry.kind != JOURNAL_BEGUN)
        k = k->next;
    return k;
}

unsigned entries_end_calls(struct entries *all)
{
    unsigned     calls = 0;
    struct kept *begun;
    for (size_t i = 0; i < ENTRY_SLOTS; i++)
        while ((begun = first_begun(all->slot[i]))) {
            struct journal_entry over = begun->entry;
            over.kind = JOURNAL_OVER;
            const struct kept *total = find(all, &over);
            if (total && total->entry.total_nanousd > over.total_nanousd)
                over.total_nanousd = total->entry.total_nanousd;
            if (__builtin_add_overflow(over.total_nanousd, amount_of(over.lease), &over.total_nanousd))
                over.total_nanousd = INT64_MAX;
            entries_note(all, &over); /* which ends it */
            calls++;
        }
    return calls;
}

void entries_forget(struct entries *all, int64_t wall_ms)
{
    for (size_t i = 0; i < ENTRY_SLOTS; i++) {
        struct kept **at = &all->slot[i];
        while (*at) {
            if (wall_ms < INT64_MAX && (*at)->entry.until_ms >= wall_ms)
                at = &(*at)->next;
            else
                forget(at);
        }
    }
}

void entries_write(const struct entries *all, struct buf *out)
{
    for (size_t i = 0; i < ENTRY_SLOTS; i++)
        for (const struct kept *k = all->slot[i]; k; k = k->next)
            buf_printf(out, "%s\n", k->text);
}

struct journal_entry *entries_list(const struct entries *all, struct arena *arena, unsigned *count)
{
    struct journal_entry *list = NULL;
    size_t                cap = 0;
    *count = 0;
    for (size_t i = 0; i < ENTRY_SLOTS; i++)
        for (const struct kept *k = all->slot[i]; k; k = k->next) {
            if (*count == cap)
                list = arena_grow(arena, list, *count, sizeof *list, &cap);
            struct journal_entry *e = &list[(*count)++];
            *e = k->entry;
            e->line = arena_cstr(arena, slice_str(e->line));
            e->who = arena_cstr(arena, slice_str(e->who));
            e->lease = arena_cstr(arena, slice_str(e->lease));
        }
    return list;
}
