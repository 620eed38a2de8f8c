/*
 * webhook.c - see webhook.h.
 *
 *     webhook_send -> waiting -> asked -> delivered, or given up
 *                        ^--- back-off ---+
 *
 * One alert is on its way at a time; those behind it wait their turn.
 */
#include "webhook.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/hex.h"
#include "base/log.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <sys/queue.h>

enum {
    BACK_OFF_FIRST_MS = 1000,
    BACK_OFF_MOST_MS = 60 * 1000,
    BODY_MOST_BYTES = 64 * 1024,
    MOMENT_BYTES = 24,
    PARTING_MS = 2000, /* Weir's end waits for an answer so long */
    SIGNATURE_BYTES = 128,
};

struct notice {
    TAILQ_ENTRY(notice) link;
    struct buf body;
    char      *about;
    unsigned   tries;
};

struct webhook {
    struct loop            *loop;
    struct upstream        *upstream;
    struct metrics         *metrics;
    struct snapshot *const *in_force;
    TAILQ_HEAD(, notice) waiting; /* the first is the one that is tried */
    unsigned         count;
    struct snapshot *held; /* while a call runs: its address is in there */
    struct call     *call;
    int64_t          asked_ms; /* when it began */
    struct timer     deadline, back_off;
    bool             is_backing_off;
};

static void try_next(struct webhook *);

/* ---- a notice ---- */

static void notice_free(struct webhook *w, struct notice *n)
{
    TAILQ_REMOVE(&w->waiting, n, link);
    w->count--;
    buf_fini(&n->body);
    free(n->about);
    free(n);
}

/* "x-weir-signature: …\r\n", empty without a secret. */
static void sign(const char *secret, int64_t now_s, struct slice body, char out[SIGNATURE_BYTES])
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned      mac_len = 0;
    struct buf    text;
    out[0] = '\0';
    if (!secret)
        return;
    buf_init(&text, BODY_MOST_BYTES + MOMENT_BYTES);
    buf_printf(&text, "%" PRId64 ".", now_s);
    buf_add(&text, body);
    if (!HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)text.ptr, text.len, mac,
              &mac_len))
        die("OpenSSL has no HMAC-SHA-256");
    buf_fini(&text);
    int len = snprintf(out, SIGNATURE_BYTES, "x-weir-signature: t=%" PRId64 ",v1=", now_s);
    len += (int)hex_write(mac, mac_len, out + len);
    snprintf(out + len, SIGNATURE_BYTES - (size_t)len, "\r\n");
}

/* ---- one try ---- */

static void end_call(struct webhook *w)
{
    timer_clear(&w->deadline);
    call_cancel(&w->call);
    snapshot_unref(&w->held);
}

static void on_backed_off(void *arg)
{
    struct webhook *w = arg;
    w->is_backing_off = false;
    try_next(w);
}

static int64_t back_off_ms(unsigned tries)
{
    int64_t ms = BACK_OFF_FIRST_MS;
    for (; tries > 1 && ms < BACK_OFF_MOST_MS; tries--)
        ms *= 2;
    return ms < BACK_OFF_MOST_MS ? ms : BACK_OFF_MOST_MS;
}

static void give_up(struct webhook *w, struct notice *n, const char *why)
{
    log_error("alert_lost", "the webhook was not told of %s: %s", n->about, why);
    metrics_add(w->metrics, METRIC_ALERTS_LOST, 1);
    notice_free(w, n);
}

static void try_again(struct webhook *w, const char *why)
{
    struct notice *n = TAILQ_FIRST(&w->waiting);
    end_call(w);
    if (n->tries >= WEBHOOK_TRIES) {
        give_up(w, n, why);
        try_next(w);
        return;
    }
    log_warn("alert_failed", "the webhook: %s; it is told again", why);
    w->is_backing_off = true;
    timer_set(w->loop, &w->back_off, back_off_ms(n->tries), on_backed_off, w);
}

static bool may_try_again(int status)
{
    return status >= 500 || status == 408 || status == 429;
}

/* The status says it all; what may follow is not waited for. */
static void on_head(struct call *call, const struct http1_head *head, void *arg)
{
    (void)call;
    struct webhook *w = arg;
    char            why[64];
    snprintf(why, sizeof why, "it answered with status %d", head->status);
    if (may_try_again(head->status)) {
        try_again(w, why);
        return;
    }
    struct notice *n = TAILQ_FIRST(&w->waiting);
    end_call(w);
    if (head->status / 100 == 2) {
        metrics_add(w->metrics, METRIC_ALERTS_DELIVERED, 1);
        notice_free(w, n);
    } else {
        give_up(w, n, why);
    }
    try_next(w);
}

/* on_head() has ended the call before any of these. */
static void on_body(struct call *call, struct slice bytes, void *arg)
{
    (void)call, (void)bytes, (void)arg;
}

static void on_end(struct call *call, void *arg)
{
    (void)call, (void)arg;
}

static void on_fault(struct call *call, const struct fault *why, void *arg)
{
    (void)call;
    struct webhook *w = arg;
    w->call = NULL;
    try_again(w, why->detail);
}

static const struct call_handler handler = {
    .on_head = on_head, .on_body = on_body, .on_end = on_end, .on_fault = on_fault
};

static void on_deadline(void *arg)
{
    try_again(arg, "no answer in time");
}

static void post(struct webhook *w, struct notice *n)
{
    const struct settings *settings = (*w->in_force)->settings;
    char                   signature[SIGNATURE_BYTES];
    w->held = snapshot_ref(*w->in_force);
    w->asked_ms = loop_now_ms(w->loop);
    n->tries++;
    sign(settings->alerts.secret, loop_wall_ms(w->loop) / 1000, buf_slice(&n->body), signature);
    w->call = upstream_post(w->upstream, &w->held->webhook, settings->alerts.path, slice_str(signature),
                            buf_slice(&n->body), &handler, w);
    timer_set(w->loop, &w->deadline, WEBHOOK_DEADLINE_MS, on_deadline, w);
}

static void lose_all(struct webhook *w, const char *why)
{
    for (struct notice *next, *n = TAILQ_FIRST(&w->waiting); n; n = next) {
        next = TAILQ_NEXT(n, link);
        give_up(w, n, why);
    }
}

static void try_next(struct webhook *w)
{
    struct notice *n = TAILQ_FIRST(&w->waiting);
    if (!n || w->call || w->is_backing_off)
        return;
    if (webhook_is_set(w))
        post(w, n);
    else
        lose_all(w, "the settings do not name it any more");
}

/* ---- telling ---- */

bool webhook_is_set(const struct webhook *w)
{
    return (*w->in_force)->settings->alerts.webhook != NULL;
}

void webhook_send(struct webhook *w, const char *about, struct slice body)
{
    struct notice *n;
    if (!webhook_is_set(w))
        return;
    if (w->count == WEBHOOK_QUEUE_MOST) {
        log_error("alert_lost", "the webhook was not told of %s: %d alerts wait for it already", about,
                  WEBHOOK_QUEUE_MOST);
        metrics_add(w->metrics, METRIC_ALERTS_LOST, 1);
        return;
    }
    n = must_calloc(1, sizeof *n);
    n->about = die_if_null(strdup(about));
    buf_init(&n->body, BODY_MOST_BYTES);
    buf_add(&n->body, body);
    TAILQ_INSERT_TAIL(&w->waiting, n, link);
    w->count++;
    try_next(w);
}

/* ---- its life ---- */

struct webhook *webhook_new(struct loop *loop, struct upstream *upstream, struct metrics *metrics,
                            struct snapshot *const *in_force)
{
    struct webhook *w = must_calloc(1, sizeof *w);
    *w = (struct webhook){ .loop = loop, .upstream = upstream, .metrics = metrics, .in_force = in_force };
    TAILQ_INIT(&w->waiting);
    return w;
}

void webhook_free(struct webhook **handle)
{
    struct webhook *w = *handle;
    *handle = NULL;
    if (!w)
        return;
    if (w->call)
        end_call(w);
    lose_all(w, "Weir ends");
    timer_fini(&w->deadline);
    timer_fini(&w->back_off);
    free(w);
}

bool webhook_is_idle(const struct webhook *w)
{
    const struct notice *n = TAILQ_FIRST(&w->waiting);
    return !n || (n->tries > 0 && (!w->call || loop_now_ms(w->loop) - w->asked_ms > PARTING_MS));
}
