/* journal_queue.c - see journal_queue.h. */
#include "journal_queue.h"

#include "base/die.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HALVES = 2 };

/* As it stands in the file. A half's bytes are there before its length says so. */
struct mapped {
    char             boot[BOOT_ID_BYTES]; /* which start of the machine it is of */
    _Atomic uint32_t active;              /* the half that takes what comes */
    _Atomic uint32_t len[HALVES];
    char             bytes[HALVES][QUEUE_HALF_BYTES];
};

struct queue {
    struct mapped *mapped;
};

/* "" where the system does not tell. */
static void read_boot_id(char out[BOOT_ID_BYTES])
{
    int     fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, out, BOOT_ID_BYTES - 1);
    if (fd >= 0)
        close(fd);
    out[got > 0 ? got : 0] = '\0';
}

/* Room is taken before it is mapped: a disk that is full later must not end the process (SIGBUS). */
static struct mapped *map_new(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return NULL;
    void *at = MAP_FAILED;
    errno = posix_fallocate(fd, 0, sizeof(struct mapped));
    if (errno == 0)
        at = mmap(NULL, sizeof(struct mapped), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return at == MAP_FAILED ? NULL : at;
}

struct queue *queue_new(const char *path)
{
    struct queue *q = must_calloc(1, sizeof *q);
    q->mapped = map_new(path);
    if (!q->mapped) {
        log_warn("journal_unmapped",
                 "%s: %s; a process that is killed loses what it has not written to its journal yet", path,
                 strerror(errno));
        unlink(path);
        q->mapped = mmap(NULL, sizeof *q->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (q->mapped == MAP_FAILED)
            die("out of memory");
    }
    read_boot_id(q->mapped->boot);
    return q;
}

void queue_free(struct queue **handle, const char *path)
{
    struct queue *q = *handle;
    *handle = NULL;
    munmap(q->mapped, sizeof *q->mapped);
    unlink(path);
    free(q);
}

bool queue_add(struct queue *q, struct slice entry)
{
    uint32_t half = atomic_load(&q->mapped->active), len = atomic_load(&q->mapped->len[half]);
    if (entry.len > QUEUE_HALF_BYTES - len)
        return false;
    memcpy(q->mapped->bytes[half] + len, entry.ptr, entry.len);
    atomic_store(&q->mapped->len[half], len + (uint32_t)entry.len);
    return true;
}

bool queue_is_empty(const struct queue *q)
{
    return atomic_load(&q->mapped->len[atomic_load(&q->mapped->active)]) == 0;
}

struct slice queue_swap(struct queue *q)
{
    uint32_t half = atomic_load(&q->mapped->active);
    atomic_store(&q->mapped->active, 1 - half);
    return slice_of(q->mapped->bytes[half], atomic_load(&q->mapped->len[half]));
}

void queue_done(struct queue *q)
{
    atomic_store(&q->mapped->len[1 - atomic_load(&q->mapped->active)], 0);
}

static void add_half(const struct mapped *m, uint32_t half, struct buf *out)
{
    uint32_t len = atomic_load(&m->len[half]);
    if (len <= QUEUE_HALF_BYTES)
        buf_add(out, slice_of(m->bytes[half], len));
}

bool queue_read(const char *path, struct buf *out)
{
    char boot[BOOT_ID_BYTES];
    int  fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    off_t          bytes = lseek(fd, 0, SEEK_END);
    struct mapped *m = MAP_FAILED;
    if (bytes == (off_t)sizeof *m)
        m = mmap(NULL, sizeof *m, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (m == MAP_FAILED)
        return false;
    read_boot_id(boot);
    bool is_whole = boot[0] && memcmp(m->boot, boot, strlen(boot) + 1) == 0;
    if (is_whole) {
        uint32_t active = atomic_load(&m->active) % HALVES;
        add_half(m, 1 - active, out);
        add_half(m, active, out);
    }
    munmap(m, sizeof *m);
    return is_whole;
}
