/* master_key.c - see master_key.h. */
#include "master_key.h"

#include "dice.h"
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void path_of(const char *state_folder, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/master.key", state_folder);
}

bool master_key_read(const char *state_folder, struct vault_key *key)
{
    char path[PATH_MAX];
    path_of(state_folder, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool is_read = read(fd, key->bytes, sizeof key->bytes) == (ssize_t)sizeof key->bytes;
    close(fd);
    return is_read;
}

static bool make(const char *path, struct fault *why)
{
    char          fresh[PATH_MAX + 8];
    unsigned char bytes[VAULT_KEY_BYTES];
    snprintf(fresh, sizeof fresh, "%s.XXXXXX", path);
    int fd = mkostemp(fresh, O_CLOEXEC);
    if (fd < 0)
        return fault_set(why, FAULT_INTERNAL, "%s cannot be written: %s", path, strerror(errno));
    dice_bytes(bytes, sizeof bytes);
    bool ok = write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes && fsync(fd) == 0;
    close(fd);
    /* link(), not rename(): of two first starts at once, one wins and both use its key. */
    ok = ok && (link(fresh, path) == 0 || errno == EEXIST);
    unlink(fresh);
    explicit_bzero(bytes, sizeof bytes);
    return ok || fault_set(why, FAULT_INTERNAL, "the key %s cannot be made", path);
}

bool master_key_own(const char *state_folder, struct vault_key *key, struct fault *why)
{
    char path[PATH_MAX];
    path_of(state_folder, path);
    if (!folder_make(state_folder, why))
        return false;
    if (access(path, F_OK) != 0 && !make(path, why))
        return false;
    return master_key_read(state_folder, key) ||
           fault_set(why, FAULT_INTERNAL, "the key %s cannot be read", path);
}
