/*
 * journal.c - see journal.h.
 *
 * A line is "<checksum> <bucket> <buckets> <total> <until> <keep> <who> <lease> <marker> <key>", the checksum
 * being that of all that follows it.
 */
#include "journal.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/die.h"
#include "base/log.h"
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE_MOST_BYTES = 8 << 20, LINE_MOST_BYTES = 16 * 1024, SLOTS = 4096, PATH_BYTES = 4096 };

static const char ending[] = ".journal";

/* The last entry of a line, bucket and proxy: what a file that is written anew holds. */
struct kept {
    struct kept         *next;
    char                *text; /* the line in the file, without its end */
    uint64_t             hash;
    struct journal_entry entry; /* (refs in words) */
    char                *words;
};

struct journal {
    pthread_mutex_t lock; /* over queue, dropped, is_closing */
    pthread_cond_t  news;
    struct buf      queue;
    uint64_t        dropped;
    bool            is_closing;
    pthread_t       thread;
    /* the thread's own, once it runs */
    char         path[PATH_BYTES];
    int          fd;
    int64_t      file_bytes;
    struct kept *slot[SLOTS];
    bool         is_failing; /* told in the log */
    /* what was taken over; does not change */
    struct arena         *arena;
    struct journal_entry *past;
    unsigned              pasts;
    size_t                past_cap;
};

/* ---- a line ---- */

void journal_write_line(struct buf *out, const struct journal_entry *e)
{
    struct buf body;
    buf_init(&body, LINE_MOST_BYTES);
    buf_printf(&body, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %s %s %s %s", e->bucket,
               e->buckets, e->total_nanousd, e->until_ms, e->keep_ms, e->who, e->lease, e->marker, e->line);
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
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        if (!slice_to_i64(slice_str(next_word(&at)), number[i]))
            return false;
    out->who = next_word(&at);
    out->lease = next_word(&at);
    out->marker = next_word(&at);
    out->line = next_word(&at);
    return *out->who && *out->lease && *out->marker && *out->line && *at == '\0';
}

/* ---- what is kept ---- */

static bool begins(const struct journal_entry *e)
{
    return e->lease[0] == '+';
}

/* A call that begins is an entry of its own, until it is over. */
static bool is_same(const struct journal_entry *a, const struct journal_entry *b)
{
    if (begins(a) || begins(b))
        return begins(a) == begins(b) && strcmp(a->lease, b->lease) == 0 && strcmp(a->line, b->line) == 0;
    return a->bucket == b->bucket && strcmp(a->line, b->line) == 0 && strcmp(a->who, b->who) == 0;
}

static void forget(struct kept **at)
{
    struct kept *k = *at;
    *at = k->next;
    free(k->words);
    free(k->text);
    free(k);
}

static struct kept **slot_of(struct journal *j, const char *line)
{
    return &j->slot[slice_hash(slice_str(line)) % SLOTS];
}

/* The call that this entry ends is not running any more. */
static void end_call(struct journal *j, const struct journal_entry *over)
{
    for (struct kept **at = slot_of(j, over->line); *at; at = &(*at)->next)
        if (begins(&(*at)->entry) && strcmp((*at)->entry.lease + 1, over->lease + 1) == 0 &&
            strcmp((*at)->entry.line, over->line) == 0) {
            forget(at);
            return;
        }
}

/* Notes a line of the file; one that is torn, or tells of less than is known, changes nothing. */
static void note(struct journal *j, struct slice line)
{
    struct kept fresh = { .words = die_if_null(strndup(line.ptr, line.len)) };
    if (!journal_read_line(fresh.words, line.len, &fresh.entry)) {
        free(fresh.words);
        return;
    }
    fresh.text = die_if_null(strndup(line.ptr, line.len));
    if (!begins(&fresh.entry))
        end_call(j, &fresh.entry);
    struct kept **slot = slot_of(j, fresh.entry.line), *k = *slot;
    while (k && !is_same(&k->entry, &fresh.entry))
        k = k->next;
    if (k && k->entry.total_nanousd > fresh.entry.total_nanousd) {
        free(fresh.words);
        free(fresh.text);
        return;
    }
    if (!k) {
        k = must_calloc(1, sizeof *k);
        k->next = *slot;
        *slot = k;
    }
    free(k->words);
    free(k->text);
    fresh.next = k->next;
    *k = fresh;
}

static void note_all(struct journal *j, struct slice text)
{
    size_t end;
    while ((end = slice_find_byte(text, '\n')) != SLICE_NONE) {
        note(j, slice_cut(text, 0, end));
        text = slice_cut(text, end + 1, text.len);
    }
}

static void forget_past(struct journal *j, int64_t wall_ms)
{
    for (size_t i = 0; i < SLOTS; i++) {
        struct kept **at = &j->slot[i];
        while (*at) {
            if (wall_ms >= 0 && (*at)->entry.until_ms >= wall_ms)
                at = &(*at)->next;
            else
                forget(at);
        }
    }
}

/* ---- the file ---- */

static void complain(struct journal *j, const char *what)
{
    if (!j->is_failing)
        log_error("journal_failed", "%s: %s: %s; spending goes on without it", j->path, what, strerror(errno));
    j->is_failing = true;
}

/* A file with the last entries alone, locked, in the old one's place. */
static bool write_anew(struct journal *j)
{
    char       fresh[PATH_BYTES + 8];
    struct buf text;
    snprintf(fresh, sizeof fresh, "%s.new", j->path);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    buf_init(&text, SIZE_MAX);
    for (size_t i = 0; i < SLOTS; i++)
        for (const struct kept *k = j->slot[i]; k; k = k->next)
            buf_printf(&text, "%s\n", k->text);
    bool ok = flock(fd, LOCK_EX | LOCK_NB) == 0 && file_add(fd, buf_slice(&text)) && fsync(fd) == 0 &&
              rename(fresh, j->path) == 0;
    if (ok) {
        if (j->fd >= 0)
            close(j->fd);
        j->fd = fd;
        j->file_bytes = (int64_t)text.len;
    } else {
        close(fd);
    }
    buf_fini(&text);
    return ok;
}

static int64_t wall_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void append(struct journal *j, struct slice text)
{
    if (text.len && !file_add(j->fd, text))
        complain(j, "writing");
    j->file_bytes += (int64_t)text.len;
    note_all(j, text);
    if (j->file_bytes < JOURNAL_MOST_BYTES)
        return;
    forget_past(j, wall_now_ms());
    if (!write_anew(j))
        complain(j, "writing it anew");
    j->file_bytes = 0; /* so many bytes more, before the next try */
}

/* Waits for news, at most until a sync is due. */
static void wait_for_news(struct journal *j, bool is_unsynced)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += JOURNAL_SYNC_MS / 1000;
    while (j->queue.len == 0 && !j->is_closing) {
        if (!is_unsynced)
            pthread_cond_wait(&j->news, &j->lock);
        else if (pthread_cond_timedwait(&j->news, &j->lock, &until) == ETIMEDOUT)
            return;
    }
}

static void *work(void *arg)
{
    struct journal *j = arg;
    struct buf      taken;
    int64_t         synced_ms = 0;
    bool            is_unsynced = false;
    buf_init(&taken, QUEUE_MOST_BYTES);
    for (bool goes_on = true; goes_on;) {
        pthread_mutex_lock(&j->lock);
        wait_for_news(j, is_unsynced);
        goes_on = !j->is_closing;
        struct buf swap = j->queue;
        j->queue = taken;
        taken = swap;
        uint64_t dropped = j->dropped;
        j->dropped = 0;
        pthread_mutex_unlock(&j->lock);
        if (dropped)
            log_warn("journal_dropped", "%" PRIu64 " entries: the disk is too slow; later totals hold them",
                     dropped);
        is_unsynced = is_unsynced || taken.len > 0;
        append(j, buf_slice(&taken));
        buf_reset(&taken);
        if (is_unsynced && (!goes_on || wall_now_ms() - synced_ms >= JOURNAL_SYNC_MS)) {
            if (fdatasync(j->fd) != 0)
                complain(j, "syncing");
            is_unsynced = false;
            synced_ms = wall_now_ms();
        }
    }
    buf_fini(&taken);
    return NULL;
}

/* ---- taking over ---- */

static void read_whole(struct journal *j, int fd)
{
    struct buf text;
    buf_init(&text, (size_t)4 * JOURNAL_MOST_BYTES);
    for (;;) {
        char *room = buf_reserve(&text, 65536);
        if (!room)
            break;
        ssize_t got = read(fd, room, 65536);
        if (got <= 0)
            break;
        text.len += (size_t)got;
    }
    note_all(j, buf_slice(&text));
    buf_fini(&text);
}

/* Reads every file that nobody holds; with `remove`, does away with them, since they are in ours now. */
static void visit_orphans(struct journal *j, const char *folder, bool removes)
{
    DIR *listed = opendir(folder);
    for (struct dirent *d; listed && (d = readdir(listed));) {
        char path[PATH_BYTES];
        if (!slice_ends(slice_str(d->d_name), slice_str(ending)) ||
            snprintf(path, sizeof path, "%s/%s", folder, d->d_name) >= (int)sizeof path ||
            strcmp(path, j->path) == 0)
            continue;
        int fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd < 0)
            continue;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
            if (removes)
                unlink(path);
            else
                read_whole(j, fd);
        }
        close(fd);
    }
    if (listed)
        closedir(listed);
}

static void list_past(struct journal *j)
{
    for (size_t i = 0; i < SLOTS; i++)
        for (const struct kept *k = j->slot[i]; k; k = k->next) {
            if (j->pasts == j->past_cap)
                j->past = arena_grow(j->arena, j->past, j->pasts, sizeof *j->past, &j->past_cap);
            struct journal_entry *e = &j->past[j->pasts++];
            *e = k->entry;
            e->line = arena_cstr(j->arena, slice_str(e->line));
            e->marker = arena_cstr(j->arena, slice_str(e->marker));
            e->who = arena_cstr(j->arena, slice_str(e->who));
            e->lease = arena_cstr(j->arena, slice_str(e->lease));
        }
}

static void name_file(struct journal *j, const char *folder)
{
    unsigned char random[8];
    char          name[2 * sizeof random + 1];
    if (RAND_bytes(random, sizeof random) != 1)
        die("OpenSSL has no random bytes");
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(name + 2 * i, 3, "%02x", random[i]);
    snprintf(j->path, sizeof j->path, "%s/%s%s", folder, name, ending);
}

struct journal *journal_open(const char *folder, int64_t wall_ms, struct fault *why)
{
    if (!folder_make(folder, why))
        return NULL;
    struct journal *j = must_calloc(1, sizeof *j);
    j->fd = -1;
    j->arena = arena_new();
    name_file(j, folder);
    visit_orphans(j, folder, false);
    forget_past(j, wall_ms);
    list_past(j);
    if (!write_anew(j)) {
        fault_set(why, FAULT_INTERNAL, "the journal %s cannot be written: %s", j->path, strerror(errno));
        arena_free(&j->arena);
        forget_past(j, -1);
        free(j);
        return NULL;
    }
    visit_orphans(j, folder, true);
    buf_init(&j->queue, QUEUE_MOST_BYTES);
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->news, NULL);
    if (pthread_create(&j->thread, NULL, work, j) != 0)
        die("no thread for the journal");
    return j;
}

void journal_close(struct journal **handle)
{
    struct journal *j = *handle;
    *handle = NULL;
    if (!j)
        return;
    pthread_mutex_lock(&j->lock);
    j->is_closing = true;
    pthread_cond_signal(&j->news);
    pthread_mutex_unlock(&j->lock);
    pthread_join(j->thread, NULL);
    close(j->fd);
    forget_past(j, -1);
    buf_fini(&j->queue);
    arena_free(&j->arena);
    pthread_mutex_destroy(&j->lock);
    pthread_cond_destroy(&j->news);
    free(j);
}

void journal_add(struct journal *j, const struct journal_entry *entry)
{
    struct buf line;
    buf_init(&line, LINE_MOST_BYTES + 32);
    journal_write_line(&line, entry);
    buf_add_byte(&line, '\n');
    pthread_mutex_lock(&j->lock);
    if (j->queue.len + line.len > QUEUE_MOST_BYTES)
        j->dropped++;
    else
        buf_add(&j->queue, buf_slice(&line));
    pthread_cond_signal(&j->news);
    pthread_mutex_unlock(&j->lock);
    buf_fini(&line);
}

const struct journal_entry *journal_past(const struct journal *j, unsigned *count)
{
    *count = j->pasts;
    return j->past;
}
