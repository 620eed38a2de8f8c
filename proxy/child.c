/* child.c - see child.h. */
#include "child.h"

#include "base/die.h"
#include "base/log.h"
#include "clock.h"
#include "base/slice.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LIVED_MS = 60000, /* one that lived this long is started again at once */
    AGAIN_FIRST_MS = 1000,
    AGAIN_MOST_MS = 60000,
    KEEPER_MS = 5000, /* that a keeper gives what it keeps, to end by itself */
    KEPT_WORDS_MOST = 256,
};

bool child_find(const char *name, char out[PATH_MAX])
{
    const char *path = getenv("PATH");
    char        folders[2 * PATH_MAX];
    snprintf(folders, sizeof folders, "%s", path ? path : "/usr/local/bin:/usr/bin");
    char *rest = folders;
    for (char *folder = strsep(&rest, ":"); folder; folder = strsep(&rest, ":"))
        if (*folder && snprintf(out, PATH_MAX, "%s/%s", folder, name) < PATH_MAX && access(out, X_OK) == 0)
            return true;
    return false;
}

/* ---- what it inherits ---- */

/* By the beginning of their names; all else, keys of providers among it, stays here. */
static const char *const inherited[] = { "PATH=",
                                         "HOME=",
                                         "USER=",
                                         "LOGNAME=",
                                         "SHELL=",
                                         "LANG=",
                                         "LC_",
                                         "TZ=",
                                         "TMPDIR=",
                                         "XDG_",
                                         "LD_LIBRARY_PATH=",
                                         "OMP_",
                                         "CUDA_",
                                         "NVIDIA_VISIBLE_DEVICES=",
                                         "NVIDIA_DRIVER_CAPABILITIES=",
                                         "NVIDIA_TF32_OVERRIDE=",
                                         "HIP_",
                                         "HSA_",
                                         "ROCR_",
                                         "GPU_",
                                         "VK_",
                                         "GGML_",
                                         "LLAMA_",
                                         "OLLAMA_",
                                         "HF_HOME=",
                                         "VLLM_" };

/* The caller frees the list alone. */
static char **environment_of_children(void)
{
    size_t count = 0, kept = 0;
    while (environ[count])
        count++;
    char **list = must_calloc(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof inherited / sizeof *inherited; k++)
            if (slice_starts(slice_str(environ[i]), slice_str(inherited[k]))) {
                list[kept++] = environ[i];
                break;
            }
    return list;
}

/* ---- starting ---- */

/* Our listeners and clients are O_CLOEXEC; a library's descriptor may not be. */
static void close_others(int passed)
{
    unsigned first = STDERR_FILENO + 1;
    if (passed >= (int)first) {
        if (passed > (int)first)
            close_range(first, (unsigned)passed - 1, 0);
        first = (unsigned)passed + 1;
    }
    close_range(first, UINT_MAX, 0);
}

/* Between fork and exec: only what is safe after a fork of a process with threads. */
__attribute__((noreturn)) static void become(const struct child_plan *plan, const char *program,
                                             char *const argv[], char *const environment[], pid_t parent,
                                             int output)
{
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1); /* it died before we could ask to be told */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    umask(077);
    if (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
        (plan->passed >= 0 && fcntl(plan->passed, F_SETFD, 0) < 0))
        _exit(1);
    close_others(plan->passed);
    execve(program, argv, environment);
    _exit(127);
}

static void keeper_words(const struct child_plan *plan, char *words[KEPT_WORDS_MOST])
{
    int count = 0;
    words[count++] = (char *)"weir";
    words[count++] = (char *)"keep";
    words[count++] = (char *)plan->program;
    for (char *const *word = plan->argv + 1; *word && count < KEPT_WORDS_MOST - 1; word++)
        words[count++] = *word;
    words[count] = NULL;
}

bool child_start(struct child *child, const struct child_plan *plan, struct fault *why)
{
    char  *keeper[KEPT_WORDS_MOST];
    char **environment = environment_of_children();
    int    nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t  parent = getpid();
    keeper_words(plan, keeper);
    pid_t pid = fork();
    if (pid == 0)
        become(plan, plan->is_kept ? "/proc/self/exe" : plan->program, plan->is_kept ? keeper : plan->argv,
               environment, parent, plan->output >= 0 ? plan->output : nowhere);
    int error = errno;
    close(nowhere);
    free(environment);
    child->started_ms = clock_ms();
    if (pid < 0)
        return fault_set(why, FAULT_INTERNAL, "%s cannot be started: %s", plan->name, strerror(error));
    child->pid = pid;
    return true;
}

/* ---- looking ---- */

bool child_has_ended(struct child *child)
{
    if (child->pid == 0 || waitpid(child->pid, NULL, WNOHANG) == 0)
        return false;
    bool lived = clock_ms() - child->started_ms >= LIVED_MS;
    child->pid = 0;
    child->again_ms = lived ? 0 : child->again_ms ? 2 * child->again_ms : AGAIN_FIRST_MS;
    if (child->again_ms > AGAIN_MOST_MS)
        child->again_ms = AGAIN_MOST_MS;
    return true;
}

bool child_may_start(const struct child *child)
{
    return child->pid == 0 && clock_ms() - child->started_ms >= child->again_ms;
}

/* ---- stopping ---- */

bool child_ends_within(struct child *child, int64_t ms)
{
    int64_t until_ms = clock_ms() + ms;
    while (child->pid && !child_has_ended(child) && clock_ms() < until_ms)
        clock_nap();
    return child->pid == 0;
}

void child_ask_to_end(struct child *child)
{
    if (child->pid)
        kill(-child->pid, SIGTERM);
}

void child_stop(struct child *child, int64_t patience_ms)
{
    pid_t group = child->pid;
    child_ask_to_end(child);
    if (child_ends_within(child, patience_ms))
        return;
    log_warn("child", "process %d does not end by itself and is killed", (int)group);
    kill(-group, SIGKILL);
    waitpid(group, NULL, 0);
    child->pid = 0;
}

/* ---- the keeper, a process of its own ---- */

__attribute__((noreturn)) static void become_kept(char *const argv[], pid_t keeper)
{
    sigset_t none;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper)
        _exit(1);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(argv[0], argv);
    dprintf(STDERR_FILENO, "weir: %s cannot be run: %s\n", argv[0], strerror(errno));
    _exit(127);
}

/* Everything that is left of a group goes. */
static void end_group(pid_t group)
{
    kill(-group, SIGTERM);
    for (int64_t until_ms = clock_ms() + KEEPER_MS; clock_ms() < until_ms && kill(-group, 0) == 0; clock_nap())
        (void)waitpid(-1, NULL, WNOHANG);
    kill(-group, SIGKILL);
}

int child_keep(char *const argv[])
{
    sigset_t signals;
    int      status = 0;
    pid_t    keeper = getpid();
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* what its children leave behind comes to us */
    pid_t kept = fork();
    if (kept == 0)
        become_kept(argv, keeper);
    if (kept < 0)
        return 1;
    setpgid(kept, kept);
    for (int signal = SIGCHLD; signal == SIGCHLD && waitpid(kept, &status, WNOHANG) != kept;)
        sigwait(&signals, &signal);
    end_group(kept);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
