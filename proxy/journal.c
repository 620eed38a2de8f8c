/* journal.c - see journal.h: the thread that writes, and what is taken over at the start. */
#include "journal.h"

#include "base/die.h"
#include "base/log.h"
#include "clock.h"
#include "dice.h"
#include "files.h"
#include "journal_entries.h"
#include "journal_queue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, LINE_MOST_BYTES = 64 * 1024, HEIR_KEEP_MS = 24 * 60 * 60 * 1000 };

static const char ending[] = ".journal";

struct journal {
    pthread_mutex_t lock; /* over queue, dropped, is_closing */
    pthread_cond_t  news;
    struct queue   *queue;
    uint64_t        dropped;
    bool            is_closing;
    pthread_t       thread;
    /* the thread's own, once it runs */
    char           name[JOURNAL_NAME_BYTES];
    char           path[PATH_BYTES], queue_path[PATH_BYTES];
    int            fd;
    int64_t        file_bytes;
    struct entries kept;
    bool           is_failing; /* told in the log */
    /* what was taken over; does not change */
    struct arena         *arena;
    struct journal_entry *past;
    unsigned              pasts;
};

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
    entries_write(&j->kept, &text);
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

static void append(struct journal *j, struct slice text)
{
    if (text.len && !file_add(j->fd, text))
        complain(j, "writing");
    j->file_bytes += (int64_t)text.len;
    entries_note_all(&j->kept, text);
    if (j->file_bytes < JOURNAL_MOST_BYTES)
        return;
    entries_forget(&j->kept, clock_wall_ms());
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
    while (queue_is_empty(j->queue) && !j->is_closing) {
        if (!is_unsynced)
            pthread_cond_wait(&j->news, &j->lock);
        else if (pthread_cond_timedwait(&j->news, &j->lock, &until) == ETIMEDOUT)
            return;
    }
}

static void *work(void *arg)
{
    struct journal *j = arg;
    int64_t         synced_ms = 0;
    bool            is_unsynced = false;
    for (bool goes_on = true; goes_on;) {
        pthread_mutex_lock(&j->lock);
        wait_for_news(j, is_unsynced);
        goes_on = !j->is_closing;
        struct slice taken = queue_swap(j->queue);
        uint64_t     dropped = j->dropped;
        j->dropped = 0;
        pthread_mutex_unlock(&j->lock);
        if (dropped)
            log_warn("journal_dropped", "%" PRIu64 " entries: the disk is too slow; later totals hold them",
                     dropped);
        is_unsynced = is_unsynced || taken.len > 0;
        append(j, taken);
        queue_done(j->queue);
        if (is_unsynced && (!goes_on || clock_wall_ms() - synced_ms >= JOURNAL_SYNC_MS)) {
            if (fdatasync(j->fd) != 0)
                complain(j, "syncing");
            is_unsynced = false;
            synced_ms = clock_wall_ms();
        }
    }
    return NULL;
}

/* ---- taking over ---- */

/* What one process has left. Its file stays locked until it is done away with. */
struct legacy {
    char       name[JOURNAL_NAME_BYTES];
    char       path[PATH_BYTES];
    int        fd;
    bool       is_whole; /* nothing of it can have been lost */
    struct buf text;
};

struct legacies {
    struct arena  *arena;
    struct legacy *item;
    unsigned       count;
    size_t         cap;
};

static void path_of_queue(const char *path, char out[PATH_BYTES])
{
    snprintf(out, PATH_BYTES, "%.*s.queue", (int)(strlen(path) - strlen(ending)), path);
}

static void read_text(struct legacy *l)
{
    char queue_path[PATH_BYTES];
    buf_init(&l->text, (size_t)4 * JOURNAL_MOST_BYTES);
    for (ssize_t got = 1; got > 0;) {
        char *room = buf_reserve(&l->text, 65536);
        got = room ? read(l->fd, room, 65536) : 0;
        l->text.len += got > 0 ? (size_t)got : 0;
    }
    buf_add_byte(&l->text, '\n'); /* its last line may be torn */
    path_of_queue(l->path, queue_path);
    l->is_whole = queue_read(queue_path, &l->text);
}

/* A file that is locked, and still the one of that name, is of a process that is gone. */
static bool is_left_behind(int fd)
{
    struct stat about;
    return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &about) == 0 && about.st_nlink > 0;
}

static void find_legacies(struct legacies *all, const char *folder)
{
    DIR *listed = opendir(folder);
    for (struct dirent *d; listed && (d = readdir(listed));) {
        struct legacy l = { .fd = -1 };
        struct slice  name = slice_str(d->d_name);
        if (!slice_ends(name, slice_str(ending)) || name.len - strlen(ending) >= JOURNAL_NAME_BYTES ||
            snprintf(l.path, sizeof l.path, "%s/%s", folder, d->d_name) >= (int)sizeof l.path)
            continue;
        memcpy(l.name, name.ptr, name.len - strlen(ending));
        l.fd = open(l.path, O_RDWR | O_CLOEXEC);
        if (l.fd < 0)
            continue;
        if (!is_left_behind(l.fd)) {
            close(l.fd);
            continue;
        }
        read_text(&l);
        if (all->count == all->cap)
            all->item = arena_grow(all->arena, all->item, all->count, sizeof *all->item, &all->cap);
        all->item[all->count++] = l;
    }
    if (listed)
        closedir(listed);
}

static bool names_heir(const struct legacy *l, const char *name)
{
    struct buf wanted;
    buf_init(&wanted, 128);
    buf_printf(&wanted, " %s - heir\n", name);
    bool found = slice_find(buf_slice(&l->text), buf_slice(&wanted)) != SLICE_NONE;
    buf_fini(&wanted);
    return found;
}

/* An heir that was killed before it could do away with a file has it in its own already. */
static bool is_inherited(const struct legacies *all, const struct legacy *one)
{
    bool found = false;
    for (unsigned i = 0; i < all->count; i++)
        found = found || (&all->item[i] != one && names_heir(&all->item[i], one->name));
    return found;
}

/* As its heir says of a process, or the process itself at its end: this is all. */
static struct journal_entry entry_of_heir(const char *name, bool is_whole, int64_t wall_ms)
{
    return (struct journal_entry){
        .kind = JOURNAL_HEIR,
        .line = "heir",
        .who = name,
        .lease = "-",
        .buckets = is_whole,
        .until_ms = wall_ms + HEIR_KEEP_MS,
    };
}

static void inherit(struct journal *j, const struct legacy *l, int64_t wall_ms)
{
    bool                       is_whole = l->is_whole || names_heir(l, l->name);
    const struct journal_entry heir = entry_of_heir(l->name, is_whole, wall_ms);
    entries_note_all(&j->kept, buf_slice(&l->text));
    entries_note(&j->kept, &heir);
}

static void take_over(struct journal *j, const struct legacies *all, int64_t wall_ms)
{
    for (unsigned i = 0; i < all->count; i++)
        if (!is_inherited(all, &all->item[i]))
            inherit(j, &all->item[i], wall_ms);
    entries_forget(&j->kept, wall_ms);
    unsigned calls = entries_end_calls(&j->kept);
    if (calls)
        log_warn("journal_calls_cut_off",
                 "%u reservations of calls that ran when their process was killed count as spent, in full",
                 calls);
    j->past = entries_list(&j->kept, j->arena, &j->pasts);
}

/* removes: they are in ours now. */
static void legacies_fini(struct legacies *all, bool removes)
{
    for (unsigned i = 0; i < all->count; i++) {
        struct legacy *l = &all->item[i];
        char           queue_path[PATH_BYTES];
        path_of_queue(l->path, queue_path);
        if (removes) {
            unlink(l->path);
            unlink(queue_path);
        }
        close(l->fd);
        buf_fini(&l->text);
    }
    arena_free(&all->arena);
}

static void name_file(struct journal *j, const char *folder)
{
    dice_digits(j->name, JOURNAL_NAME_BYTES - 1);
    snprintf(j->path, sizeof j->path, "%s/%s%s", folder, j->name, ending);
    path_of_queue(j->path, j->queue_path);
}

struct journal *journal_open(const char *folder, int64_t wall_ms, struct fault *why)
{
    if (!folder_make(folder, why))
        return NULL;
    struct journal *j = must_calloc(1, sizeof *j);
    struct legacies legacies = { .arena = arena_new() };
    j->fd = -1;
    j->arena = arena_new();
    name_file(j, folder);
    find_legacies(&legacies, folder);
    take_over(j, &legacies, wall_ms);
    if (!write_anew(j)) {
        fault_set(why, FAULT_INTERNAL, "the journal %s cannot be written: %s", j->path, strerror(errno));
        legacies_fini(&legacies, false);
        arena_free(&j->arena);
        entries_forget(&j->kept, INT64_MAX);
        free(j);
        return NULL;
    }
    legacies_fini(&legacies, true);
    j->queue = queue_new(j->queue_path);
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
    const struct journal_entry all = entry_of_heir(j->name, true, clock_wall_ms());
    journal_add(j, &all);
    pthread_mutex_lock(&j->lock);
    j->is_closing = true;
    pthread_cond_signal(&j->news);
    pthread_mutex_unlock(&j->lock);
    pthread_join(j->thread, NULL);
    queue_free(&j->queue, j->queue_path);
    close(j->fd);
    entries_forget(&j->kept, INT64_MAX);
    arena_free(&j->arena);
    pthread_mutex_destroy(&j->lock);
    pthread_cond_destroy(&j->news);
    free(j);
}

const char *journal_name(const struct journal *j)
{
    return j->name;
}

void journal_add(struct journal *j, const struct journal_entry *entry)
{
    struct buf line;
    buf_init(&line, LINE_MOST_BYTES);
    journal_write_line(&line, entry);
    buf_add_byte(&line, '\n');
    pthread_mutex_lock(&j->lock);
    if (!queue_add(j->queue, buf_slice(&line)))
        j->dropped++;
    pthread_cond_signal(&j->news);
    pthread_mutex_unlock(&j->lock);
    buf_fini(&line);
}

const struct journal_entry *journal_past(const struct journal *j, unsigned *count)
{
    *count = j->pasts;
    return j->past;
}
