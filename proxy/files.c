/* files.c - see files.h. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST_BYTES = 4 << 20 };

bool file_read(struct arena *arena, const char *name, struct slice *text)
{
    int         fd = open(name, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0)
        return false;
    bool ok = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size <= FILE_MOST_BYTES;
    if (ok) {
        char   *bytes = arena_alloc(arena, (size_t)about.st_size + 1);
        ssize_t got = read(fd, bytes, (size_t)about.st_size);
        ok = got >= 0;
        *text = slice_of(bytes, ok ? (size_t)got : 0);
    }
    close(fd);
    return ok;
}

bool file_add(int fd, struct slice bytes)
{
    while (bytes.len) {
        ssize_t written = write(fd, bytes.ptr, bytes.len);
        if (written < 0 && errno != EINTR)
            return false;
        bytes = slice_cut(bytes, written > 0 ? (size_t)written : 0, bytes.len);
    }
    return true;
}

bool file_write(const char *file, struct slice bytes, struct fault *why)
{
    char beside[PATH_MAX];
    int  fd = -1;
    if (snprintf(beside, sizeof beside, "%s.XXXXXX", file) < (int)sizeof beside)
        fd = mkostemp(beside, O_CLOEXEC);
    bool ok = fd >= 0 && file_add(fd, bytes) && fsync(fd) == 0 && rename(beside, file) == 0;
    if (!ok)
        fault_set(why, FAULT_INTERNAL, "%s cannot be written: %s", file, strerror(errno));
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && !ok)
        unlink(beside);
    return ok;
}

bool folder_make(const char *path, struct fault *why)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return fault_set(why, FAULT_INTERNAL, "the state folder's path is too long");
    for (char *at = part + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        (void)mkdir(part, 0700); /* what matters is whether the last one is there */
        *at = '/';
    }
    if (mkdir(part, 0700) == 0 || errno == EEXIST)
        return true;
    return fault_set(why, FAULT_INTERNAL, "the state folder %s cannot be made: %s", path, strerror(errno));
}

const char *environment(const char *name)
{
    return getenv(name);
}
