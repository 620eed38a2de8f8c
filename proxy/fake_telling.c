/*
 * fake_telling.c - see fake_telling.h.
 *
 * It writes event by event, and rests while the orders say "slow" or the client takes nothing more. It is freed
 * after the reply's end, or when the client has gone.
 */
#include "fake_telling.h"

#include "base/arena.h"
#include "base/buf.h"
#include "fake_answer.h"
#include "fake_behaviour.h"
#include "wire/chat.h"

enum { ANSWER_MOST_BYTES = 256 * 1024 * 1024 }; /* a long prompt said back token by token, with logprobs */

enum stage { OPENING, TOKENS, FINISH, USAGE, DONE, OVER };

struct telling {
    struct client     *client;
    struct arena      *arena;
    struct fake_orders orders;
    struct fake_answer answer;
    bool               is_stream;
    enum stage         stage;
    struct slice       rest; /* of the text: not yet said */
    int64_t            events;
    struct timer       timer;
};

static void free_telling(void *arg)
{
    struct telling *t = arg;
    timer_fini(&t->timer);
    arena_free(&t->arena); /* *t is in it */
}

static void forget(struct telling *t)
{
    client_set_owner(t->client, NULL);
    loop_defer(client_loop(t->client), free_telling, t);
}

static void say(struct telling *t, struct slice bytes)
{
    size_t step = t->orders.is_on[FAKE_SPLIT] ? 1 : bytes.len;
    for (size_t at = 0; at < bytes.len; at += step)
        client_reply_add(t->client, slice_cut(bytes, at, at + step));
}

static void end_well(struct telling *t)
{
    struct client *c = t->client;
    forget(t);
    client_reply_end(c);
}

static void end_broken(struct telling *t)
{
    struct client *c = t->client;
    forget(t);
    client_reply_break(c);
}

/* What comes in place of a good event; false when that was the end. */
static bool misbehave(struct telling *t)
{
    if (t->orders.is_on[FAKE_CUT] && t->events >= (int64_t)t->orders.number[FAKE_CUT]) {
        end_broken(t);
        return false;
    }
    if (t->orders.is_on[FAKE_ERROR_EVENT] && t->events == 2) {
        struct buf out;
        buf_init(&out, ANSWER_MOST_BYTES);
        buf_add(&out, S("data: "));
        fake_write_error(500, &out);
        buf_add(&out, S("\n\n"));
        say(t, buf_slice(&out));
        buf_fini(&out);
        end_well(t);
        return false;
    }
    if (t->orders.is_on[FAKE_GARBAGE] && t->events == 2)
        say(t, S("data: {\"choices\": [ no JSON at all\n\n"));
    return true;
}

static void write_event(struct telling *t, struct buf *out)
{
    switch (t->stage) {
    case OPENING:
        fake_write_opening(&t->answer, out);
        t->stage = t->rest.len ? TOKENS : FINISH;
        break;
    case TOKENS: {
        struct slice token = fake_token(t->rest);
        fake_write_token(&t->answer, token, out);
        t->rest = slice_cut(t->rest, token.len, t->rest.len);
        t->stage = t->rest.len ? TOKENS : FINISH;
        break;
    }
    case FINISH:
        fake_write_finish(&t->answer, out);
        t->stage = t->answer.gives_usage ? USAGE : DONE;
        break;
    case USAGE:
        fake_write_usage(&t->answer, out);
        t->stage = DONE;
        break;
    case DONE:
        if (!t->orders.is_on[FAKE_NO_DONE])
            fake_write_done(out);
        t->stage = OVER;
        break;
    case OVER:
        break;
    }
    t->events++;
}

static void go_on(void *arg)
{
    struct telling *t = arg;
    struct buf      out;
    buf_init(&out, ANSWER_MOST_BYTES);
    while (t->stage != OVER) {
        if (client_is_backed_up(t->client) || !misbehave(t))
            break;
        write_event(t, &out);
        say(t, buf_slice(&out));
        buf_reset(&out);
        if (t->stage == OVER) {
            end_well(t);
        } else if (t->orders.is_on[FAKE_SLOW]) {
            timer_set(client_loop(t->client), &t->timer, (int64_t)t->orders.number[FAKE_SLOW], go_on, t);
            break;
        }
    }
    buf_fini(&out);
}

static void tell_whole(void *arg)
{
    struct telling *t = arg;
    struct buf      out;
    buf_init(&out, ANSWER_MOST_BYTES);
    fake_write_whole(&t->answer, &out);
    struct slice body = buf_slice(&out);
    if (t->orders.is_on[FAKE_GARBAGE])
        body = S("<html>no JSON at all</html>");
    client_reply_begin(t->client, 200, "application/json", S(""), (int64_t)body.len);
    if (t->orders.is_on[FAKE_CUT]) {
        say(t, slice_cut(body, 0, body.len / 2));
        end_broken(t);
    } else {
        say(t, body);
        end_well(t);
    }
    buf_fini(&out);
}

static void begin(struct telling *t)
{
    if (t->orders.is_on[FAKE_STALL])
        return; /* until the client has had enough */
    if (t->orders.is_on[FAKE_STATUS]) {
        struct client *c = t->client;
        int            status = (int)t->orders.number[FAKE_STATUS];
        struct buf     out;
        buf_init(&out, ANSWER_MOST_BYTES);
        fake_write_error(status, &out);
        forget(t);
        client_reply(c, status, "application/json", S(""), buf_slice(&out));
        buf_fini(&out);
        return;
    }
    if (t->is_stream)
        client_reply_begin(t->client, 200, "text/event-stream", S("cache-control: no-cache\r\n"), -1);
    void (*tell)(void *) = t->is_stream ? go_on : tell_whole;
    if (t->orders.is_on[FAKE_SLOW])
        timer_set(client_loop(t->client), &t->timer, (int64_t)t->orders.number[FAKE_SLOW], tell, t);
    else
        tell(t);
}

static struct slice words_for(const char *name, struct telling *t, struct slice question)
{
    if (t->orders.is_on[FAKE_EMPTY])
        return S("");
    if (t->orders.is_on[FAKE_REFUSE])
        return S("I'm sorry, but I can't help with that.");
    if (t->orders.is_on[FAKE_REPLY])
        return t->orders.reply;
    return slice_str(arena_printf(t->arena, "I am %s. You sent: %.*s", name, SLICE_ARG(question)));
}

static int64_t prompt_tokens(const struct chat *chat)
{
    int64_t tokens = 0;
    for (size_t at = 0; at < chat->text_count; at++)
        tokens += fake_tokens(chat->text[at].text);
    return tokens;
}

static bool understand(const char *name, struct telling *t, struct fault *why)
{
    struct chat chat;
    if (!chat_read(t->arena, client_body(t->client), &chat, why))
        return false;
    struct slice question = chat_question(&chat, t->arena);
    if (!fake_read_orders(t->arena, chat.model, &t->orders, why) ||
        !fake_read_orders(t->arena, question, &t->orders, why))
        return false;
    t->is_stream = chat.stream;
    t->answer = (struct fake_answer){
        .text = words_for(name, t, question),
        .model = chat.model,
        .finish = t->orders.is_on[FAKE_LENGTH] ? "length" : "stop",
        .created = loop_wall_ms(client_loop(t->client)) / 1000,
        .prompt_tokens = prompt_tokens(&chat),
        .gives_usage = chat.include_usage,
        .gives_logprobs = chat.has_logprobs,
        .logprob = t->orders.is_on[FAKE_LOGPROB] ? t->orders.number[FAKE_LOGPROB] : -0.05,
    };
    t->rest = t->answer.text;
    return true;
}

void fake_tell(struct client *c, const char *name)
{
    struct arena   *a = arena_new();
    struct telling *t = arena_alloc(a, sizeof *t);
    struct fault    why = { 0 };
    t->client = c;
    t->arena = a;
    if (understand(name, t, &why)) {
        client_set_owner(c, t);
        begin(t);
    } else {
        arena_free(&a);
        client_reply_fault(c, &why, S(""));
    }
}

void fake_tell_no_more(struct client *c)
{
    struct telling *t = client_owner(c);
    timer_clear(&t->timer);
    forget(t);
}

void fake_tell_on(struct client *c)
{
    go_on(client_owner(c));
}
