/*
 * cmd_fake_provider.c - `weir fake-provider`: a provider to try and test with, which says back what it
 * received.
 *
 * OpenAI's chat completions, whole and streamed, with usage and logprobs where asked for. It behaves badly when
 * a prompt or a model's name orders it to (fake_behaviour.h), and keeps what it received in a file, so that a
 * user sees with their own eyes what the cloud saw. With --fast it answers every chat the same, for benches.
 */
#include "base/buf.h"
#include "base/die.h"
#include "client.h"
#include "commands.h"
#include "fake_behaviour.h"
#include "fake_telling.h"
#include "wire/json.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LOOPS_MOST = 64,
    HEAD_MOST_BYTES = 64 * 1024,
    BODY_MOST_BYTES = 64 * 1024 * 1024,
    MODELS_MOST_BYTES = 4096,
    IDLE_MS = 600 * 1000,
};

static const char JSON[] = "application/json";

struct fake {
    const char *name;
    const char *host;
    uint16_t    port;
    unsigned    loops;
    bool        is_fast;
    FILE       *record; /* NULL: nothing is kept */
};

static pthread_mutex_t record_lock = PTHREAD_MUTEX_INITIALIZER;

static void fast_chat(struct client *c)
{
    static const struct slice whole = SLICE(
        "{\"id\":\"chatcmpl-fast\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"fast\","
        "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Yes.\",\"refusal\":null},"
        "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
        "\"total_tokens\":11}}");
    client_reply(c, 200, JSON, S(""), whole);
}

static void list_models(const struct fake *fake, struct client *c)
{
    struct buf out;
    buf_init(&out, MODELS_MOST_BYTES);
    buf_add(&out, S("{\"object\":\"list\",\"data\":[{\"id\":"));
    json_add_string(&out, slice_str(fake->name));
    buf_add(&out, S(",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"weir\"}]}"));
    client_reply(c, 200, JSON, S(""), buf_slice(&out));
    buf_fini(&out);
}

/* Writes to a file on the loop: a fake for one tester may do what the proxy must not. */
static void keep_record(const struct fake *fake, const struct client *c)
{
    const struct http1_head *head = client_head(c);
    struct slice             body = client_body(c);
    pthread_mutex_lock(&record_lock);
    fprintf(fake->record, "%.*s %.*s HTTP/1.%d\r\n", SLICE_ARG(head->method), SLICE_ARG(head->target),
            head->minor_version);
    for (unsigned at = 0; at < head->header_count; at++)
        fprintf(fake->record, "%.*s: %.*s\r\n", SLICE_ARG(head->header[at].name),
                SLICE_ARG(head->header[at].value));
    fputs("\r\n", fake->record);
    if (body.len)
        fwrite(body.ptr, 1, body.len, fake->record);
    fputs("\n\n", fake->record);
    fflush(fake->record);
    pthread_mutex_unlock(&record_lock);
}

static void on_request(struct client *c, void *arg)
{
    const struct fake       *fake = arg;
    const struct http1_head *head = client_head(c);
    if (fake->record)
        keep_record(fake, c);
    if (slice_is(head->path, "/v1/chat/completions") && slice_is(head->method, "POST")) {
        if (fake->is_fast)
            fast_chat(c);
        else
            fake_tell(c, fake->name);
    } else if (slice_is(head->path, "/v1/models") && slice_is(head->method, "GET")) {
        list_models(fake, c);
    } else {
        struct fault why = { .kind = FAULT_NO_SUCH_PATH };
        client_reply_fault(c, &why, S(""));
    }
}

static void on_gone(struct client *c, void *arg)
{
    (void)arg;
    fake_tell_no_more(c);
}

static void on_room(struct client *c, void *arg)
{
    (void)arg;
    fake_tell_on(c);
}

/* ---- the command ---- */

static int usage(int status)
{
    puts(
        "usage: weir fake-provider [--listen 127.0.0.1:PORT] [--name NAME] [--record FILE] [--fast] [--loops "
        "N]\n"
        "\n"
        "An OpenAI-compatible provider that says back what it received. A prompt, or a model's name, makes it\n"
        "behave badly: \"[[fake: cut=3 slow=50ms]]\".\n");
    fake_tell_behaviours();
    return status;
}

static bool read_address(char *text, struct fake *fake)
{
    char   *colon = strrchr(text, ':');
    int64_t port = 0;
    if (!colon || !slice_to_i64(slice_str(colon + 1), &port) || port < 0 || port > UINT16_MAX)
        return false;
    *colon = '\0';
    fake->host = text;
    fake->port = (uint16_t)port;
    return true;
}

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct fake *fake)
{
    static const struct option options[] = {
        { "listen", required_argument, NULL, 'l' },
        { "name", required_argument, NULL, 'n' },
        { "record", required_argument, NULL, 'r' },
        { "fast", no_argument, NULL, 'f' },
        { "loops", required_argument, NULL, 'o' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        int64_t number = 0;
        switch (option) {
        case 'l':
            if (!read_address(optarg, fake))
                return usage(2);
            break;
        case 'n':
            fake->name = optarg;
            break;
        case 'r':
            fake->record = fopen(optarg, "we");
            if (!fake->record) {
                fprintf(stderr, "weir fake-provider: %s: %s\n", optarg, strerror(errno));
                return 1;
            }
            break;
        case 'f':
            fake->is_fast = true;
            break;
        case 'o':
            if (!slice_to_i64(slice_str(optarg), &number) || number < 1 || number > LOOPS_MOST)
                return usage(2);
            fake->loops = (unsigned)number;
            break;
        case 'h':
            return usage(0);
        default:
            return usage(2);
        }
    }
    return optind == argc ? -1 : usage(2);
}

struct worker {
    struct loop   *loop;
    struct server *server;
    pthread_t      thread;
};

static void *run_worker(void *arg)
{
    struct worker *w = arg;
    loop_run(w->loop);
    return NULL;
}

static bool open_workers(struct fake *fake, struct worker *workers, struct fault *why)
{
    const struct server_handler handler = {
        .on_request = on_request, .on_gone = on_gone, .on_room = on_room, .arg = fake
    };
    const struct server_limits limits = { HEAD_MOST_BYTES, BODY_MOST_BYTES, IDLE_MS };
    for (unsigned at = 0; at < fake->loops; at++) {
        workers[at].loop = loop_new(at);
        workers[at].server = server_new(workers[at].loop, &handler, &limits);
        if (!server_listen(workers[at].server, fake->host, &fake->port, NULL, why))
            return false;
    }
    return true;
}

static void close_workers(struct fake *fake, struct worker *workers)
{
    for (unsigned at = 0; at < fake->loops && workers[at].loop; at++) {
        server_free(&workers[at].server);
        loop_free(&workers[at].loop);
    }
}

/* Loops run on threads of their own; this one waits for the signal to end. */
static void run(struct fake *fake, struct worker *workers)
{
    sigset_t ends;
    int      signal_number;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    for (unsigned at = 0; at < fake->loops; at++)
        if (pthread_create(&workers[at].thread, NULL, run_worker, &workers[at]) != 0)
            die("no thread for the fake provider");
    printf("listening on http://%s:%u/v1\n", fake->host, fake->port);
    fflush(stdout);
    sigwait(&ends, &signal_number);
    for (unsigned at = 0; at < fake->loops; at++) {
        loop_stop(workers[at].loop);
        pthread_join(workers[at].thread, NULL);
    }
}

int cmd_fake_provider(int argc, char **argv)
{
    struct fake fake = { .name = "the fake provider", .host = "127.0.0.1", .port = 8090, .loops = 1 };
    int         status = read_options(argc, argv, &fake);
    if (status < 0) {
        struct worker workers[LOOPS_MOST] = { 0 };
        struct fault  why = { 0 };
        signal(SIGPIPE, SIG_IGN);
        if (open_workers(&fake, workers, &why)) {
            run(&fake, workers);
            status = 0;
        } else {
            fprintf(stderr, "weir fake-provider: %s\n", why.detail);
            status = 1;
        }
        close_workers(&fake, workers);
    }
    if (fake.record)
        fclose(fake.record);
    return status;
}
