/*
 * keys_list.c - see keys.h: a page of keys.
 *
 * Their ids first, then their records: a key that is forgotten in between, or has been since it was revoked, is
 * no longer there, and its id goes too.
 */
#include "keys.h"

#include <hiredis/hiredis.h>
#include <stdio.h>

struct listing {
    struct key_desk    desk;
    const char        *index; /* the sorted set */
    unsigned           most;
    on_keys_fn        *call;
    void              *arg;
    struct slice      *id;
    size_t             ids;
    bool               has_more;
    struct key_record *record;
    size_t             count;
};

static void fail(struct listing *l, const redisReply *reply, const struct fault *why)
{
    struct fault fault;
    if (reply)
        fault_set(&fault, FAULT_REDIS_AWAY, "it does not answer as it should: %.200s",
                  reply->str ? reply->str : "");
    l->call(l->arg, NULL, 0, false, reply ? &fault : why);
}

static void forget_id(const struct listing *l, struct slice id)
{
    redis_ask(l->desk.redis, 3, (struct slice[]){ S("ZREM"), slice_str(l->index), id }, NULL, NULL);
}

static void on_records(void *arg, const redisReply *reply, const struct fault *why)
{
    struct listing *l = arg;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != l->ids) {
        fail(l, reply, why);
        return;
    }
    for (size_t i = 0; i < l->ids; i++) {
        const redisReply *one = reply->element[i];
        struct fault      unread;
        if (one->type != REDIS_REPLY_STRING)
            forget_id(l, l->id[i]);
        else if (key_record_read(l->desk.arena, arena_copy(l->desk.arena, slice_of(one->str, one->len)),
                                 &l->record[l->count], &unread))
            l->count++;
    }
    l->call(l->arg, l->record, l->count, l->has_more, NULL);
}

static void ask_records(struct listing *l)
{
    struct slice *word = arena_array(l->desk.arena, l->ids + 1, sizeof *word);
    word[0] = S("MGET");
    for (size_t i = 0; i < l->ids; i++)
        word[i + 1] = slice_str(arena_printf(l->desk.arena, KEYS_RECORD "%.*s", SLICE_ARG(l->id[i])));
    redis_ask(l->desk.redis, (int)l->ids + 1, word, on_records, l);
}

static void on_ids(void *arg, const redisReply *reply, const struct fault *why)
{
    struct listing *l = arg;
    if (!reply || reply->type != REDIS_REPLY_ARRAY) {
        fail(l, reply, why);
        return;
    }
    l->has_more = reply->elements > l->most;
    l->ids = l->has_more ? l->most : reply->elements;
    l->id = arena_array(l->desk.arena, l->ids, sizeof *l->id);
    l->record = arena_array(l->desk.arena, l->ids, sizeof *l->record);
    for (size_t i = 0; i < l->ids; i++)
        l->id[i] = arena_copy(l->desk.arena, slice_of(reply->element[i]->str, reply->element[i]->len));
    if (l->ids)
        ask_records(l);
    else
        l->call(l->arg, l->record, 0, false, NULL);
}

void keys_list(const struct key_desk *desk, struct slice team, struct slice after, unsigned most,
               on_keys_fn *call, void *arg)
{
    struct arena   *arena = desk->arena;
    struct listing *l = arena_alloc(arena, sizeof *l);
    *l = (struct listing){ .desk = *desk, .most = most, .call = call, .arg = arg };
    l->index = team.len ? arena_printf(arena, "weir:{keys}:ids:%.*s", SLICE_ARG(team)) : "weir:{keys}:ids";
    const struct slice words[] = {
        S("ZRANGEBYLEX"),
        slice_str(l->index),
        after.len ? slice_str(arena_printf(arena, "(%.*s", SLICE_ARG(after))) : S("-"),
        S("+"),
        S("LIMIT"),
        S("0"),
        slice_str(arena_printf(arena, "%u", most + 1)),
    };
    redis_ask(desk->redis, sizeof words / sizeof *words, words, on_ids, l);
}
