/* counting.c - see counting.h. */
#include "counting.h"

struct counting {
    struct errand errand; /* first */
    int64_t       tokens;
};

/* The body is read here, and not on the loop, since it may have megabytes. */
static void count(struct errand *e, const struct inspector *inspector)
{
    struct counting *c = (struct counting *)e;
    struct chat      chat;
    (void)inspector;
    e->is_done = chat_read_in(DIALECT_ANTHROPIC, e->arena, buf_slice(&e->body), &chat, &e->why);
    if (!e->is_done)
        return;
    c->tokens = chat_tokens(&chat);
    buf_printf(&e->answer, "{\"input_tokens\":%lld}", (long long)c->tokens);
}

static void finish(struct errand *e, struct buf *headers)
{
    (void)e;
    buf_add_str(headers, "x-weir-tokens: estimated\r\n");
}

static void tell(const struct errand *e, bool is_answered, struct buf *line)
{
    if (is_answered)
        buf_printf(line, ",\"prompt_tokens\":%lld", (long long)((const struct counting *)e)->tokens);
}

const struct errand_kind count_tokens_errand = { .name = "messages.count_tokens",
                                                 .bytes = sizeof(struct counting),
                                                 .work = count,
                                                 .finish = finish,
                                                 .tell = tell };
