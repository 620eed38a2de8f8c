/* audit.c - see audit.h. */
#include "audit.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/log.h"
#include "wire/json.h"
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { QUEUE_MOST_BYTES = 4 << 20, NOTE_MOST_BYTES = 64 };

struct audit {
    pthread_mutex_t lock; /* over queue, dropped, is_closing */
    pthread_cond_t  news;
    struct buf      queue;
    uint64_t        dropped;
    bool            is_closing;
    int             fd;
    char           *file;
    int64_t         most_bytes; /* 0: it may grow */
    pthread_t       thread;
};

/* Under the lock: takes what is queued, and how many lines found no place in it. */
static void take_queue(struct audit *a, struct buf *taken)
{
    struct buf swap = a->queue;
    a->queue = *taken;
    *taken = swap;
    if (a->dropped) {
        buf_printf(taken, "{\"dropped\":%llu}\n", (unsigned long long)a->dropped);
        a->dropped = 0;
    }
}

static int open_file(const char *file)
{
    return open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static void set_aside(struct audit *a)
{
    char        old[PATH_MAX];
    struct stat about;
    if (!a->most_bytes || fstat(a->fd, &about) != 0 || about.st_size < a->most_bytes / 2)
        return;
    int ok = snprintf(old, sizeof old, "%s.old", a->file) < (int)sizeof old && rename(a->file, old) == 0;
    int fd = ok ? open_file(a->file) : -1;
    if (fd < 0) {
        log_error("audit_write_failed", "%s cannot be set aside: %s", a->file, strerror(errno));
        return;
    }
    close(a->fd);
    a->fd = fd;
}

static void *work(void *arg)
{
    struct audit *a = arg;
    struct buf    taken;
    buf_init(&taken, QUEUE_MOST_BYTES + NOTE_MOST_BYTES);
    for (bool goes_on = true; goes_on;) {
        pthread_mutex_lock(&a->lock);
        while (a->queue.len == 0 && a->dropped == 0 && !a->is_closing)
            pthread_cond_wait(&a->news, &a->lock);
        goes_on = !a->is_closing;
        take_queue(a, &taken);
        pthread_mutex_unlock(&a->lock);
        if (taken.len)
            set_aside(a);
        if (!file_add(a->fd, buf_slice(&taken)))
            log_error("audit_write_failed", "%s", strerror(errno));
        buf_reset(&taken);
    }
    buf_fini(&taken);
    return NULL;
}

struct audit *audit_open(const char *file, struct fault *why)
{
    return audit_open_bounded(file, 0, why);
}

struct audit *audit_open_bounded(const char *file, int64_t most_bytes, struct fault *why)
{
    int fd = open_file(file);
    if (fd < 0) {
        fault_set(why, FAULT_INTERNAL, "the file %s cannot be written: %s", file, strerror(errno));
        return NULL;
    }
    struct audit *a = must_calloc(1, sizeof *a);
    a->fd = fd;
    a->file = die_if_null(strdup(file));
    a->most_bytes = most_bytes;
    buf_init(&a->queue, QUEUE_MOST_BYTES + NOTE_MOST_BYTES);
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->news, NULL);
    if (pthread_create(&a->thread, NULL, work, a) != 0)
        die("no thread for the audit");
    return a;
}

void audit_close(struct audit **handle)
{
    struct audit *a = *handle;
    *handle = NULL;
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->is_closing = true;
    pthread_cond_signal(&a->news);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    close(a->fd);
    free(a->file);
    buf_fini(&a->queue);
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->news);
    free(a);
}

void audit_line(struct audit *a, struct slice line)
{
    pthread_mutex_lock(&a->lock);
    if (a->queue.len + line.len + 1 > QUEUE_MOST_BYTES) {
        a->dropped++;
    } else {
        buf_add(&a->queue, line);
        buf_add_byte(&a->queue, '\n');
    }
    pthread_cond_signal(&a->news);
    pthread_mutex_unlock(&a->lock);
}

void audit_change(struct audit *a, int64_t wall_ms, const char *who, const char *id, const char *what,
                  const char *which, const char *verdict)
{
    struct buf line;
    buf_init(&line, QUEUE_MOST_BYTES);
    buf_add_byte(&line, '{');
    json_add_number_member(&line, "at_ms", wall_ms);
    if (*id)
        json_add_text_member(&line, "id", slice_str(id));
    json_add_text_member(&line, "who", slice_str(who));
    json_add_text_member(&line, "change", slice_str(what));
    json_add_text_member(&line, "which", slice_str(which));
    json_add_text_member(&line, "verdict", slice_str(verdict));
    buf_add_byte(&line, '}');
    audit_line(a, buf_slice(&line));
    buf_fini(&line);
}
