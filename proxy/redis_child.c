/*
 * redis_child.c - see redis_child.h.
 *
 * Who serves a state folder is decided by a lock (flock) on its redis.lock. Whoever gets it starts a server,
 * which inherits the lock's descriptor and so holds the lock for exactly as long as it lives, whatever becomes
 * of its Weir. Whoever does not get it shares the server that holds it. So no socket file is ever taken for a
 * living server, and two servers never write one append-only file.
 */
#include "redis_child.h"

#include "base/die.h"
#include "base/log.h"
#include "child.h"
#include "clock.h"
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    START_MS = 10000,
    STOP_MS = 3000, /* for each of SHUTDOWN and SIGTERM */
    PING_MS = 500,
    SOCKET_PATH_BYTES = sizeof(((struct sockaddr_un *)0)->sun_path)
};

struct redis_child {
    char         folder[PATH_MAX]; /* absolute */
    char         program[PATH_MAX];
    char         socket[SOCKET_PATH_BYTES];
    char         url[SOCKET_PATH_BYTES + 8];
    struct child server; /* not running: another Weir's is shared */
};

/* --- where things are --- */

static bool find_program(char out[PATH_MAX], struct fault *why)
{
    return child_find("redis-server", out) ||
           fault_set(
               why, FAULT_INTERNAL,
               "redis-server is not installed: install it (on Debian: apt install redis-server), or name a "
               "Redis of your own as redis: { url: ... } in the settings");
}

/* A folder that only we can enter, or none. */
static bool is_private(const char *folder)
{
    struct stat st;
    return lstat(folder, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

/* A socket's path holds 107 bytes at most. Where the state folder's is longer, a private folder named after it
 * stands in; every Weir of this user with the same state folder comes to the same one. */
static bool place_socket(struct redis_child *child, struct fault *why)
{
    size_t room = sizeof child->socket;
    if (snprintf(child->socket, room, "%s/redis.sock", child->folder) < (int)room)
        return true;
    unsigned char hash[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)child->folder, strlen(child->folder), hash);
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    const char *above[] = { runtime && runtime[0] == '/' ? runtime : "/tmp", "/tmp" };
    for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
        char folder[SOCKET_PATH_BYTES];
        int  len = snprintf(folder, sizeof folder, "%s/weir-%u-%02x%02x%02x%02x%02x%02x", above[i], geteuid(),
                            hash[0], hash[1], hash[2], hash[3], hash[4], hash[5]);
        if (len + (int)sizeof "/redis.sock" > (int)room)
            continue;
        (void)mkdir(folder, 0700);
        if (!is_private(folder))
            continue;
        snprintf(child->socket, room, "%.*s/redis.sock", len, folder);
        return true;
    }
    return fault_set(
        why, FAULT_INTERNAL,
        "the state folder's path is too long for a socket, and /tmp has no place of our own for one");
}

/* --- the lock --- */

/* The lock's descriptor, or -1: somebody else holds it (errno EWOULDBLOCK), or it cannot be had. */
static int take_lock(const struct redis_child *child)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/redis.lock", child->folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* --- the server --- */

static redisContext *connect_to(const struct redis_child *child)
{
    struct timeval wait = { .tv_usec = PING_MS * 1000L };
    redisContext  *c = redisConnectUnixWithTimeout(child->socket, wait);
    if (c && !c->err && redisSetTimeout(c, wait) == REDIS_OK)
        return c;
    if (c)
        redisFree(c);
    return NULL;
}

static bool is_answering(const struct redis_child *child)
{
    redisContext *c = connect_to(child);
    if (!c)
        return false;
    redisReply *reply = redisCommand(c, "PING");
    bool        well = reply && reply->type == REDIS_REPLY_STATUS;
    if (reply)
        freeReplyObject(reply);
    redisFree(c);
    return well;
}

static const char *const server_settings[][2] = {
    { "--port", "0" },
    { "--unixsocketperm", "700" },
    { "--daemonize", "no" },
    { "--appendonly", "yes" },
    { "--appendfsync", "everysec" },
    { "--save", "" },
    /* Full, it forgets what would end soonest anyway: cached answers (90 days at most) before budgets of weeks
     * and months (500). The sample is large so that it finds one of the former. */
    { "--maxmemory", "512mb" },
    { "--maxmemory-policy", "volatile-ttl" },
    { "--maxmemory-samples", "64" },
};

enum { SETTINGS = sizeof server_settings / sizeof *server_settings, ARGS_MOST = 5 + 2 * SETTINGS };

/* execv() takes what it does not change as if it might. */
static void list_arguments(struct redis_child *child, char *argv[ARGS_MOST + 1])
{
    int count = 0;
    argv[count++] = child->program;
    argv[count++] = (char *)"--unixsocket";
    argv[count++] = child->socket;
    argv[count++] = (char *)"--dir";
    argv[count++] = child->folder;
    for (int i = 0; i < SETTINGS; i++) {
        argv[count++] = (char *)server_settings[i][0];
        argv[count++] = (char *)server_settings[i][1];
    }
    argv[count] = NULL;
}

/* Starts the server with the lock, which is closed here: from now on it is the server's. */
static bool spawn(struct redis_child *child, int lock, struct fault *why)
{
    char *argv[ARGS_MOST + 1];
    list_arguments(child, argv);
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/redis.log", child->folder);
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0) {
        close(lock);
        return fault_set(why, FAULT_INTERNAL, "%s cannot be written: %s", path, strerror(errno));
    }
    const struct child_plan plan = {
        .name = "redis-server", .program = child->program, .argv = argv, .output = log, .passed = lock
    };
    bool ok = child_start(&child->server, &plan, why);
    close(log);
    close(lock);
    return ok;
}

static bool wait_until_it_answers(struct redis_child *child, struct fault *why)
{
    for (int64_t until_ms = clock_ms() + START_MS; clock_ms() < until_ms; clock_nap()) {
        if (is_answering(child))
            return true;
        if (child_has_ended(&child->server))
            return fault_set(why, FAULT_INTERNAL,
                             "redis-server ended as soon as it was started; %s/redis.log says why",
                             child->folder);
    }
    return fault_set(why, FAULT_INTERNAL, "the Redis at %s does not answer; %s/redis.log may say why",
                     child->socket, child->folder);
}

static bool start(struct redis_child *child, const char *state_folder, struct fault *why)
{
    if (!folder_make(state_folder, why))
        return false;
    if (!realpath(state_folder, child->folder))
        return fault_set(why, FAULT_INTERNAL, "the state folder %s is not there: %s", state_folder,
                         strerror(errno));
    if (!find_program(child->program, why) || !place_socket(child, why))
        return false;
    snprintf(child->url, sizeof child->url, "unix://%s", child->socket);

    int lock = take_lock(child);
    if (lock < 0 && errno != EWOULDBLOCK)
        return fault_set(why, FAULT_INTERNAL, "%s/redis.lock cannot be had: %s", child->folder,
                         strerror(errno));
    if (lock >= 0 && !spawn(child, lock, why))
        return false;
    return wait_until_it_answers(child, why);
}

struct redis_child *redis_child_start(const char *state_folder, struct fault *why)
{
    struct redis_child *child = must_calloc(1, sizeof *child);
    if (!start(child, state_folder, why)) {
        redis_child_stop(&child);
        return NULL;
    }
    log_info("redis_child",
             child->server.pid ? "a Redis of our own serves %s" : "another Weir's Redis serves %s",
             child->folder);
    return child;
}

const char *redis_child_url(const struct redis_child *child)
{
    return child->url;
}

void redis_child_tend(struct redis_child *child)
{
    if (child_has_ended(&child->server))
        log_error("redis_child_ended", "%s/redis.log may say why; it is started again in %lld ms",
                  child->folder, (long long)child->server.again_ms);
    if (!child_may_start(&child->server))
        return;
    int lock = take_lock(child);
    if (lock < 0)
        return; /* another Weir's serves us */
    struct fault why;
    if (spawn(child, lock, &why))
        log_info("redis_child", "a Redis of our own serves %s again", child->folder);
    else
        log_error("redis_child", "%s", why.detail);
}

/* The append-only file is written out and synced by SHUTDOWN, whatever it is told about snapshots. */
static bool shut_down(struct redis_child *child)
{
    redisContext *c = connect_to(child);
    if (!c)
        return false;
    redisReply *reply = redisCommand(c, "SHUTDOWN NOSAVE");
    bool        refused = reply && reply->type == REDIS_REPLY_ERROR;
    if (reply)
        freeReplyObject(reply);
    redisFree(c);
    return !refused;
}

static void stop_server(struct redis_child *child)
{
    if (!shut_down(child) || !child_ends_within(&child->server, STOP_MS))
        child_stop(&child->server, STOP_MS);
}

void redis_child_stop(struct redis_child **handle)
{
    struct redis_child *child = *handle;
    *handle = NULL;
    if (!child)
        return;
    if (child->server.pid)
        stop_server(child);
    free(child);
}
