/* test_redis_child.c - a Redis of our own: real servers, started, shared, killed and frozen. */
#include "redis_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

/* The reply's text; "" when the server is not there. */
static void say(const struct redis_child *child, const char *command, char out[64])
{
    redisContext *c = redisConnectUnix(redis_child_url(child) + strlen("unix://"));
    redisReply   *reply = c && !c->err ? redisCommand(c, command) : NULL;
    snprintf(out, 64, "%s", reply && reply->str ? reply->str : "");
    if (reply)
        freeReplyObject(reply);
    if (c)
        redisFree(c);
}

static void assert_says(const struct redis_child *child, const char *command, const char *expected)
{
    char said[64];
    say(child, command, said);
    assert_string_equal(said, expected);
}

static void nap_ms(long ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
}

static void tend_until_says(struct redis_child *child, const char *command, const char *expected)
{
    char said[64] = "";
    for (int i = 0; i < GUARD_MS / 10 && strcmp(said, expected) != 0; i++) {
        redis_child_tend(child);
        say(child, command, said);
        nap_ms(10);
    }
    assert_string_equal(said, expected);
}

static void assert_gone(pid_t pid)
{
    for (int i = 0; i < GUARD_MS / 10 && kill(pid, 0) == 0; i++)
        nap_ms(10);
    assert_int_equal(kill(pid, 0), -1);
}

static void test_serves_on_a_private_socket(void **state)
{
    (void)state;
    char folder[64];
    folder_new(folder);
    char inner[96];
    snprintf(inner, sizeof inner, "%s/made/by/it", folder);
    struct redis_child *child = child_new(inner);
    assert_says(child, "PING", "PONG");

    struct stat st;
    assert_int_equal(stat(inner, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(redis_child_url(child) + strlen("unix://"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);

    pid_t pid = server_pid(child);
    redis_child_stop(&child);
    assert_null(child);
    assert_gone(pid);
    folder_remove(folder);
}

static void test_remembers_across_a_stop(void **state)
{
    (void)state;
    char folder[64];
    folder_new(folder);
    struct redis_child *child = child_new(folder);
    assert_says(child, "SET k v", "OK");
    redis_child_stop(&child);
    child = child_new(folder);
    assert_says(child, "GET k", "v");
    redis_child_stop(&child);
    folder_remove(folder);
}

static void test_starts_again_after_a_kill(void **state)
{
    (void)state;
    char folder[64];
    folder_new(folder);
    struct redis_child *child = child_new(folder);
    assert_says(child, "CONFIG SET appendfsync always", "OK");
    assert_says(child, "SET k v", "OK");
    kill(server_pid(child), SIGKILL);
    tend_until_says(child, "GET k", "v");
    redis_child_stop(&child);
    folder_remove(folder);
}

static void test_a_frozen_server_is_stopped_all_the_same(void **state)
{
    (void)state;
    char folder[64];
    folder_new(folder);
    struct redis_child *child = child_new(folder);
    pid_t               pid = server_pid(child);
    kill(pid, SIGSTOP);
    redis_child_stop(&child);
    assert_gone(pid);
    folder_remove(folder);
}

static void test_a_living_server_is_shared(void **state)
{
    (void)state;
    char folder[64];
    folder_new(folder);
    struct redis_child *owner = child_new(folder), *guest = child_new(folder);
    assert_string_equal(redis_child_url(owner), redis_child_url(guest));
    assert_says(owner, "SET k v", "OK");
    assert_says(guest, "GET k", "v");

    /* A guest's end does not end it, the owner's does; then the other guest serves itself, from the same file.
     */
    struct redis_child *second = child_new(folder);
    redis_child_stop(&second);
    assert_says(guest, "GET k", "v");
    redis_child_stop(&owner);
    tend_until_says(guest, "GET k", "v");
    redis_child_stop(&guest);
    folder_remove(folder);
}

static void test_dies_with_a_weir_that_is_killed(void **state)
{
    (void)state;
    char folder[64];
    folder_new(folder);
    int pids[2];
    assert_int_equal(pipe(pids), 0);
    pid_t weir = fork();
    if (weir == 0) {
        struct fault        why;
        struct redis_child *child = redis_child_start(folder, &why);
        pid_t               pid = child ? server_pid(child) : 0;
        ssize_t             written = write(pids[1], &pid, sizeof pid);
        (void)written;
        pause();
        _exit(0);
    }
    pid_t redis = 0;
    assert_int_equal(read(pids[0], &redis, sizeof redis), sizeof redis);
    assert_true(redis > 0);
    kill(weir, SIGKILL);
    waitpid(weir, NULL, 0);
    assert_gone(redis);

    /* What it left behind is in nobody's way. */
    struct redis_child *child = child_new(folder);
    assert_says(child, "PING", "PONG");
    redis_child_stop(&child);
    close(pids[0]);
    close(pids[1]);
    folder_remove(folder);
}

static void test_inherits_only_the_lock(void **state)
{
    (void)state;
    char folder[64];
    folder_new(folder);
    int leaky = open(folder, O_RDONLY | O_DIRECTORY); /* without O_CLOEXEC, on purpose */
    int high = fcntl(leaky, F_DUPFD, 200);
    assert_int_equal(high, 200);
    struct redis_child *child = child_new(folder);
    for (int *fd = (int[]){ leaky, high, -1 }; *fd >= 0; fd++) {
        char link[64], target[64] = "";
        snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)server_pid(child), *fd);
        ssize_t len = readlink(link, target, sizeof target - 1);
        assert_true(len <= 0 || strcmp(target, folder) != 0);
    }
    redis_child_stop(&child);
    close(high);
    close(leaky);
    folder_remove(folder);
}

static void test_a_long_path_gets_a_short_socket(void **state)
{
    (void)state;
    char folder[64], deep[256];
    folder_new(folder);
    snprintf(deep, sizeof deep, "%s/%0100d/%030d", folder, 0, 0);
    struct redis_child *owner = child_new(deep), *guest = child_new(deep);
    const char         *socket = redis_child_url(owner) + strlen("unix://");
    assert_true(strlen(socket) < sizeof(((struct sockaddr_un *)0)->sun_path));
    assert_string_equal(redis_child_url(owner), redis_child_url(guest));
    assert_says(guest, "PING", "PONG");
    char place[128];
    snprintf(place, sizeof place, "%.*s", (int)(strrchr(socket, '/') - socket), socket);
    redis_child_stop(&guest);
    redis_child_stop(&owner);
    assert_int_equal(rmdir(place), 0); /* nothing is left in it */
    folder_remove(folder);
}

static void test_a_folder_that_cannot_be_made(void **state)
{
    (void)state;
    struct fault why = { 0 };
    assert_null(redis_child_start("/proc/weir/state", &why));
    assert_int_equal(why.kind, FAULT_INTERNAL);
    assert_non_null(strstr(why.detail, "/proc/weir/state"));
}

static void test_no_server_to_start(void **state)
{
    (void)state;
    const char  *was = getenv("PATH");
    char         folder[64], *path = strdup(was ? was : "/usr/bin");
    struct fault why = { 0 };
    folder_new(folder);
    setenv("PATH", "/nowhere:", 1);
    assert_null(redis_child_start(folder, &why));
    setenv("PATH", path, 1);
    assert_non_null(strstr(why.detail, "apt install redis-server"));
    free(path);
    folder_remove(folder);
}

static void test_a_server_that_ends_at_once_says_where_to_look(void **state)
{
    (void)state;
    char folder[64], path[96];
    folder_new(folder);
    /* An append-only folder that is a file makes redis-server give up. */
    snprintf(path, sizeof path, "%s/appendonlydir", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    struct fault why = { 0 };
    assert_null(redis_child_start(folder, &why));
    assert_non_null(strstr(why.detail, "redis.log"));
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_serves_on_a_private_socket),
        cmocka_unit_test(test_remembers_across_a_stop),
        cmocka_unit_test(test_starts_again_after_a_kill),
        cmocka_unit_test(test_a_frozen_server_is_stopped_all_the_same),
        cmocka_unit_test(test_a_living_server_is_shared),
        cmocka_unit_test(test_dies_with_a_weir_that_is_killed),
        cmocka_unit_test(test_inherits_only_the_lock),
        cmocka_unit_test(test_a_long_path_gets_a_short_socket),
        cmocka_unit_test(test_a_folder_that_cannot_be_made),
        cmocka_unit_test(test_no_server_to_start),
        cmocka_unit_test(test_a_server_that_ends_at_once_says_where_to_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
