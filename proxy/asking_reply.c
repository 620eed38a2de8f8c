/*
 * asking_reply.c - what the client is told of an answer: its head, its bytes as they may go, its end; or an
 * error.
 */
#include "asking_inside.h"
#include "wire/error.h"

const struct vault *asking_vault(const struct exchange *x)
{
    return x->vault && vault_count(x->vault) ? x->vault : NULL;
}

struct relay *asking_relay(struct exchange *x)
{
    const struct relay_options options = {
        .dialect = x->heard,
        .told_in = x->told_in,
        .request = buf_slice(&x->asked_as),
        .id = slice_str(x->keeping.id),
        .is_kept = x->keeping.is_kept,
        .is_stream = x->chat.stream,
        .vault = asking_vault(x),
        .strip_logprobs = !x->chat.has_logprobs,
        .strip_usage = x->chat.stream && !x->chat.include_usage,
        .is_replay = x->recalling.is_hit,
        .is_judged = x->is_draft || x->recalling.keeps,
        .is_heard = x->is_draft || (x->draft_model && x->tools->records),
        .answer_most_bytes = (size_t)x->snapshot->settings->answer_most_bytes,
        .now_s = loop_wall_ms(x->tools->loop) / 1000,
    };
    return relay_new(x->arena, &options);
}

/* ---- towards the client ---- */

static const char *content_type(const struct exchange *x)
{
    return x->chat.stream ? dialect_stream_type(x->told_in) : "application/json";
}

static void begin_stream(struct exchange *x)
{
    if (!client_is_replying(x->client))
        client_reply_begin(x->client, 200, content_type(x), exchange_headers(x, false), -1);
}

/* A comment (WHATWG HTML, 9.2.5), which stands between events: what is sent ends with one. Without it clients
 * give up on a model that thinks for minutes (Node's fetch after 300 s without a byte), and so do proxies. */
static void on_ping(void *arg)
{
    struct exchange *x = arg;
    int64_t          ping_ms = x->snapshot->settings->ping_ms;
    int64_t          silent_ms = (loop_now_us(x->tools->loop) - x->told_us) / 1000;
    if (!x->client)
        return;
    if (silent_ms >= ping_ms && !client_is_backed_up(x->client)) {
        x->is_early = x->is_early || !client_is_replying(x->client);
        begin_stream(x);
        client_reply_add(x->client, S(": still at it\n\n"));
        x->told_us = loop_now_us(x->tools->loop);
        silent_ms = 0;
    }
    timer_set(x->tools->loop, &x->ping, silent_ms < ping_ms ? ping_ms - silent_ms : ping_ms, on_ping, x);
}

void exchange_keep_awake(struct exchange *x)
{
    int64_t ping_ms = x->snapshot->settings->ping_ms;
    if (!x->chat.stream || dialect_tells_lines(x->told_in) || ping_ms == 0 || x->told_us)
        return;
    x->told_us = loop_now_us(x->tools->loop);
    timer_set(x->tools->loop, &x->ping, ping_ms, on_ping, x);
}

/* Who answered, where the headers had gone before that was known. */
static void add_who(struct exchange *x)
{
    if (x->passed_count)
        buf_add(&x->out, S(": "));
    exchange_add_passed(x, &x->out);
    buf_add(&x->out, S(": "));
    reply_header(&x->out, "x-weir-model", x->model->name);
    buf_add(&x->out, S(": "));
    reply_header(&x->out, "x-weir-zone", x->snapshot->settings->zone[x->model->provider->zone]);
    buf_add(&x->out, S(": x-weir-cache: "));
    exchange_tell_cache(x, &x->out);
    buf_add(&x->out, S("\r\n"));
}

/* A stream's cost is known only now, after its headers: it goes along in a comment, which SSE readers pass over
 * (WHATWG HTML, 9.2.5). */
static void seal(struct exchange *x)
{
    if (x->chat.stream && !dialect_tells_lines(x->told_in)) {
        char           cost[32];
        int64_t        left;
        struct savings savings;
        if (x->is_early)
            add_who(x);
        if (exchange_savings(x, &savings)) {
            nanousd_format(savings_sum(&savings), cost);
            buf_printf(&x->out, ": x-weir-saved-usd %s\n", cost);
        }
        buf_printf(&x->out, ": x-weir-cost-usd %s\n", exchange_cost_words(x, cost));
        if (booking_remaining(x->hold, &left)) {
            nanousd_format(left, cost);
            buf_printf(&x->out, ": x-weir-budget-remaining-usd %s\n", cost);
        }
        buf_add_byte(&x->out, '\n');
    }
    relay_seal(x->relay, &x->out);
}

void asking_deliver(struct exchange *x)
{
    if (!x->client)
        return;
    seal(x);
    keeping_hear(x, buf_slice(&x->out));
    if (x->chat.stream) {
        begin_stream(x);
        client_reply_add(x->client, buf_slice(&x->out));
        client_reply_end(x->client);
    } else {
        client_reply(x->client, 200, content_type(x), exchange_headers(x, true), buf_slice(&x->out));
    }
    x->client = NULL;
    keeping_put(x);
}

void exchange_fail(struct exchange *x, const struct fault *why)
{
    struct client *client = x->client;
    x->fault = *why;
    x->client = NULL;
    if (!client)
        return;
    if (client_is_replying(client)) {
        buf_reset(&x->out);
        if (!x->relay) /* nobody has answered, but the reply has begun */
            x->relay = asking_relay(x);
        relay_break(x->relay, why, &x->out);
        client_reply_add(client, buf_slice(&x->out));
        client_reply_break(client);
        return;
    }
    struct slice headers = exchange_headers(x, true);
    if (x->retry_after_s > 0)
        headers = slice_str(arena_printf(x->arena, "%.*sretry-after: %lld\r\n", SLICE_ARG(headers),
                                         (long long)x->retry_after_s));
    if (x->retry_after_ms > 0)
        headers = slice_str(arena_printf(x->arena, "%.*sretry-after-ms: %lld\r\n", SLICE_ARG(headers),
                                         (long long)x->retry_after_ms));
    /* Of statuses that SDKs ask again after, those that will stay: RFC 9111 wants one, a person must mend the
     * other. */
    if (why->kind == FAULT_NOT_CACHED || why->kind == FAULT_PROVIDER_KEY)
        headers = slice_str(arena_printf(x->arena, "%.*sx-should-retry: false\r\n", SLICE_ARG(headers)));
    client_reply_fault(client, why, headers);
}

void asking_pass_on(struct exchange *x)
{
    if (x->is_draft || !x->chat.stream || (!x->has_told && !relay_has_spoken(x->relay)))
        return;
    if (!x->client) { /* it has its answer, and this is for the cache */
        buf_reset(&x->out);
        return;
    }
    begin_stream(x);
    x->has_told = true;
    x->told_us = loop_now_us(x->tools->loop);
    keeping_hear(x, buf_slice(&x->out));
    client_reply_add(x->client, buf_slice(&x->out));
    buf_reset(&x->out);
    if (client_is_backed_up(x->client))
        call_pause(x->call);
}

void asking_pass_error(struct exchange *x)
{
    struct buf   mended, told, restored;
    struct fault why = { 0 };
    if (!x->client || client_is_replying(x->client)) { /* its status has gone */
        fault_set(&why, FAULT_PROVIDER_REFUSED, "%s answered with status %d", x->model->provider->name,
                  x->error_status);
        exchange_fail(x, &why);
        exchange_end(x);
        return;
    }
    buf_init(&mended, x->error_body.ceiling * 8);
    buf_init(&told, mended.ceiling * 2);
    buf_init(&restored, mended.ceiling * 2);
    error_mend(buf_slice(&x->error_body), x->error_status, x->arena, &mended);
    mask_strike_out(&mended, slice_str(x->model->provider->key)); /* it may quote all that it was sent */
    translate_error(x->told_in, buf_slice(&mended), x->error_status, x->arena, &told);
    if (asking_vault(x))
        vault_restore(x->vault, buf_slice(&told), true, &restored);
    client_reply(x->client, x->error_status, "application/json", exchange_headers(x, true),
                 buf_slice(asking_vault(x) ? &restored : &told));
    x->client = NULL;
    x->fault.kind = FAULT_PROVIDER_REFUSED;
    buf_wipe(&mended);
    buf_wipe(&told);
    buf_wipe(&restored);
    exchange_end(x);
}
