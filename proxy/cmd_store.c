/* cmd_store.c - see cmd_store.h. */
#include "cmd_store.h"

#include "audit.h"
#include "base/log.h"
#include "redis_child.h"

#include <signal.h>
#include <stdio.h>

int store_complain(const struct fault *why)
{
    char message[512];
    fault_message(why, message, sizeof message);
    fprintf(stderr, "weir: %s\n", why->kind == FAULT_INTERNAL && why->detail[0] ? why->detail : message);
    return 1;
}

static bool open_redis(struct store *s, struct fault *why)
{
    const struct settings *settings = s->loaded.settings;
    const char            *url = settings->redis_url;
    if (!url) {
        s->child = redis_child_start(settings->state_folder, why);
        if (!s->child)
            return false;
        url = redis_child_url(s->child);
    }
    s->loop = loop_new(0);
    s->redis = redis_new(s->loop, url, settings->redis_ms, why);
    return s->redis != NULL;
}

bool store_open(struct store *s, const char *file)
{
    struct fault why = { 0 };
    *s = (struct store){ .loop = NULL };
    log_set_level(LOG_ERROR); /* what the command says is its answer */
    signal(SIGPIPE, SIG_IGN);
    if (!loaded_open_policy(&s->loaded, file)) {
        loaded_complain(&s->loaded);
        return false;
    }
    if (open_redis(s, &why))
        return true;
    store_complain(&why);
    return false;
}

void store_close(struct store *s)
{
    redis_free(&s->redis);
    if (s->loop)
        loop_free(&s->loop);
    redis_child_stop(&s->child);
    loaded_close(&s->loaded);
}

void store_wait(struct store *s)
{
    loop_run(s->loop);
}

void store_done(struct store *s)
{
    loop_stop(s->loop);
}

void store_tell(struct store *s, const char *what, const char *which, const char *verdict)
{
    struct fault  why = { 0 };
    const char   *file = s->loaded.settings->audit_file;
    struct audit *audit = file ? audit_open(file, &why) : NULL;
    if (audit)
        audit_change(audit, loop_wall_ms(s->loop), "cli", "", what, which, verdict);
    else if (file)
        store_complain(&why);
    audit_close(&audit);
}
