/*
 * responses_tell.c - a chat completion as an answer of OpenAI's Responses, whole or event by event.
 * https://platform.openai.com/docs/api-reference/responses-streaming
 *
 *     chunk --> which item does it speak in? --> [output_item.added] delta ... --> [done]
 *     finish_reason, usage --> kept --> [DONE] --> items' done, response.completed or .incomplete
 *
 * Items may be open side by side; each has its place in the output from its first piece on. What the request
 * said is said back in the response, as the schema wants it.
 */
#include "translate_inside.h"

#include <stdio.h>

enum item_kind { REASONING, MESSAGE, REFUSAL, FUNCTION, CUSTOM };

struct item {
    struct item   *next;
    enum item_kind kind;
    uint32_t       place; /* in the output */
    uint32_t       call;  /* a call's index */
    struct slice   id;    /* of the item */
    struct slice   call_id, name;
    struct buf     text;     /* what it has said, or its arguments */
    struct buf     logprobs; /* of a message's tokens: raw JSON, joined by commas */
};

struct telling {
    struct completion completion;
    bool              has_begun;
    uint32_t          events, places;
    struct item      *items; /* in the order of their places */
    struct item     **last;
    char              finish[24];
};

static void wipe_item(void *arg)
{
    struct item *item = arg;
    buf_wipe(&item->text);
    buf_wipe(&item->logprobs);
}

/* ---- the response ---- */

static const struct {
    const char *prefix, *type;
} kinds[] = {
    [REASONING] = { "rs", "reasoning" },      [MESSAGE] = { "msg", "message" },
    [REFUSAL] = { "msg", "message" },         [FUNCTION] = { "fc", "function_call" },
    [CUSTOM] = { "ctc", "custom_tool_call" },
};

static void add_member_text(struct buf *out, const char *key, const struct item *item)
{
    json_add_text_member(out, key, buf_slice(&item->text));
}

static void add_logprobs(struct buf *out, struct slice tokens)
{
    json_add_key(out, "logprobs");
    buf_add_byte(out, '[');
    buf_add(out, tokens);
    buf_add_byte(out, ']');
}

static void add_part(const struct item *item, struct buf *out)
{
    buf_add_byte(out, '{');
    switch (item->kind) {
    case REASONING:
        json_add_text_member(out, "type", S("reasoning_text"));
        add_member_text(out, "text", item);
        break;
    case REFUSAL:
        json_add_text_member(out, "type", S("refusal"));
        add_member_text(out, "refusal", item);
        break;
    default:
        json_add_text_member(out, "type", S("output_text"));
        add_member_text(out, "text", item);
        buf_add_str(out, ",\"annotations\":[]");
        add_logprobs(out, buf_slice(&item->logprobs));
    }
    buf_add_byte(out, '}');
}

/* As it is now: with what it has said so far, or when it begins, nothing. */
static void add_item(const struct item *item, bool is_done, struct buf *out)
{
    buf_add_byte(out, '{');
    json_add_text_member(out, "id", item->id);
    json_add_text_member(out, "type", slice_str(kinds[item->kind].type));
    if (item->kind == FUNCTION || item->kind == CUSTOM) {
        json_add_text_member(out, "call_id", item->call_id);
        json_add_text_member(out, "name", item->name);
        add_member_text(out, item->kind == CUSTOM ? "input" : "arguments", item);
    } else {
        if (item->kind == REASONING)
            buf_add_str(out, ",\"summary\":[]");
        else
            json_add_text_member(out, "role", S("assistant"));
        buf_add_str(out, ",\"content\":[");
        if (is_done)
            add_part(item, out);
        buf_add_byte(out, ']');
    }
    if (item->kind != CUSTOM)
        json_add_text_member(out, "status", is_done ? S("completed") : S("in_progress"));
    buf_add_byte(out, '}');
}

/* What the request said, or what it means where it says nothing. */
static void echo(struct translation *t, const char *key, const char *otherwise, struct buf *out)
{
    struct slice raw = t->request ? json_raw(t->request, json_get(t->request, 0, key)) : S("");
    json_add_member(out, key, raw.len && !slice_is(raw, "null") ? raw : slice_str(otherwise));
}

static void add_usage(const struct telling *s, struct buf *out)
{
    const struct completion *c = &s->completion;
    if (!c->has_usage) /* the description knows no null here */
        return;
    json_add_key(out, "usage");
    buf_add_byte(out, '{');
    json_add_number_member(out, "input_tokens", c->prompt_tokens);
    buf_add_str(out, ",\"input_tokens_details\":{");
    json_add_number_member(out, "cached_tokens", c->cached_tokens);
    json_add_number_member(out, "cache_write_tokens", c->written_tokens);
    buf_add_byte(out, '}');
    json_add_number_member(out, "output_tokens", c->output_tokens);
    buf_add_str(out, ",\"output_tokens_details\":{");
    json_add_number_member(out, "reasoning_tokens", c->reasoning_tokens);
    buf_add_byte(out, '}');
    json_add_number_member(out, "total_tokens", c->prompt_tokens + c->output_tokens);
    buf_add_byte(out, '}');
}

static const char *incomplete_reason(const struct telling *s)
{
    if (strcmp(s->finish, "length") == 0)
        return "max_output_tokens";
    return strcmp(s->finish, "content_filter") == 0 ? "content_filter" : NULL;
}

/* error: raw JSON, or NULL. */
static void add_response(struct translation *t, const char *status, const char *error, struct buf *out)
{
    const struct telling *s = t->state;
    const char           *reason = incomplete_reason(s);
    buf_add_byte(out, '{');
    json_add_text_member(out, "id",
                         slice_str(arena_printf(t->scratch, "resp_%.*s", SLICE_ARG(s->completion.id))));
    json_add_text_member(out, "object", S("response"));
    json_add_number_member(out, "created_at", t->now_s);
    json_add_text_member(out, "status", slice_str(status));
    json_add_member(out, "error", slice_str(error ? error : "null"));
    json_add_key(out, "incomplete_details");
    if (strcmp(status, "incomplete") == 0)
        buf_printf(out, "{\"reason\":\"%s\"}", reason);
    else
        buf_add_str(out, "null");
    json_add_member(out, "model", s->completion.model);
    json_add_key(out, "output");
    buf_add_byte(out, '[');
    bool is_over = strcmp(status, "completed") == 0 || strcmp(status, "incomplete") == 0;
    for (const struct item *i = s->items; i && is_over; i = i->next) {
        json_add_comma(out);
        add_item(i, true, out);
    }
    buf_add_byte(out, ']');
    echo(t, "instructions", "null", out);
    echo(t, "tools", "[]", out);
    echo(t, "tool_choice", "\"auto\"", out);
    echo(t, "parallel_tool_calls", "true", out);
    echo(t, "temperature", "1", out);
    echo(t, "top_p", "1", out);
    echo(t, "max_output_tokens", "null", out);
    echo(t, "metadata", "{}", out);
    echo(t, "text", "{\"format\":{\"type\":\"text\"}}", out);
    echo(t, "reasoning", "{\"effort\":null,\"summary\":null}", out);
    echo(t, "truncation", "\"disabled\"", out);
    echo(t, "previous_response_id", "null", out);
    json_add_member(out, "store", t->is_kept ? S("true") : S("false"));
    add_usage(s, out);
    buf_add_byte(out, '}');
}

/* ---- events ---- */

static void begin_event(struct telling *s, const char *type, struct buf *out)
{
    buf_printf(out, "event: %s\ndata: {\"type\":\"%s\",\"sequence_number\":%u", type, type, s->events++);
}

static void end_event(struct buf *out)
{
    buf_add_str(out, "}\n\n");
}

static void tell_response(struct translation *t, const char *type, const char *status, const char *error,
                          struct buf *out)
{
    begin_event(t->state, type, out);
    json_add_key(out, "response");
    add_response(t, status, error, out);
    end_event(out);
}

static void tell_item(struct telling *s, const char *type, const struct item *item, bool is_done,
                      struct buf *out)
{
    begin_event(s, type, out);
    json_add_number_member(out, "output_index", item->place);
    json_add_key(out, "item");
    add_item(item, is_done, out);
    end_event(out);
}

static bool is_call(const struct item *item)
{
    return item->kind == FUNCTION || item->kind == CUSTOM;
}

/* Which item, and for what is made of parts, which part of it. */
static void begin_item_event(struct telling *s, const char *type, const struct item *item, struct buf *out)
{
    begin_event(s, type, out);
    json_add_text_member(out, "item_id", item->id);
    json_add_number_member(out, "output_index", item->place);
    if (!is_call(item))
        json_add_number_member(out, "content_index", 0);
}

static void tell_part(struct telling *s, const char *type, const struct item *item, struct buf *out)
{
    begin_item_event(s, type, item, out);
    json_add_key(out, "part");
    add_part(item, out);
    end_event(out);
}

/* What a choice tells of its words' tokens: raw JSON, joined by commas; empty where it tells nothing. */
static struct slice tokens_of(const struct json *j, json_at choice, enum item_kind kind)
{
    struct slice list = json_raw(j, json_get(j, json_get(j, choice, "logprobs"), "content"));
    bool         is_list = kind == MESSAGE && list.len > 2 && list.ptr[0] == '[';
    return is_list ? slice_trim(slice_cut(list, 1, list.len - 1)) : S("");
}

static void keep_tokens(struct translation *t, struct item *item, struct slice tokens)
{
    if (tokens.len && item->logprobs.len)
        translate_keep(t, &item->logprobs, S(","));
    translate_keep(t, &item->logprobs, tokens);
}

static const struct {
    const char *delta, *done, *member;
} texts[] = {
    [REASONING] = { "response.reasoning_text.delta", "response.reasoning_text.done", "text" },
    [MESSAGE] = { "response.output_text.delta", "response.output_text.done", "text" },
    [REFUSAL] = { "response.refusal.delta", "response.refusal.done", "refusal" },
    [FUNCTION] = { "response.function_call_arguments.delta", "response.function_call_arguments.done",
                   "arguments" },
    [CUSTOM] = { "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", "input" },
};

/* tokens: a message's, in this piece. */
static void tell_delta(struct translation *t, struct item *item, struct slice text, struct slice tokens,
                       struct buf *out)
{
    struct telling *s = t->state;
    translate_keep(t, &item->text, text);
    keep_tokens(t, item, tokens);
    begin_item_event(s, texts[item->kind].delta, item, out);
    json_add_text_member(out, "delta", text);
    if (item->kind == MESSAGE)
        add_logprobs(out, tokens);
    end_event(out);
}

static void tell_done(struct telling *s, const struct item *item, struct buf *out)
{
    begin_item_event(s, texts[item->kind].done, item, out);
    add_member_text(out, texts[item->kind].member, item);
    if (item->kind == MESSAGE)
        add_logprobs(out, buf_slice(&item->logprobs));
    if (item->kind == FUNCTION)
        json_add_text_member(out, "name", item->name);
    end_event(out);
    if (!is_call(item))
        tell_part(s, "response.content_part.done", item, out);
    tell_item(s, "response.output_item.done", item, true, out);
}

/* ---- items ---- */

static struct item *add_new(struct translation *t, enum item_kind kind)
{
    struct telling *s = t->state;
    struct item    *item = arena_alloc(t->arena, sizeof *item);
    *item = (struct item){ .kind = kind, .place = s->places++ };
    item->id = slice_str(
        arena_printf(t->arena, "%s_%.*s_%u", kinds[kind].prefix, SLICE_ARG(s->completion.id), item->place));
    buf_init(&item->text, t->most_bytes);
    buf_init(&item->logprobs, t->most_bytes);
    arena_defer(t->arena, wipe_item, item);
    if (is_call(item))
        translate_keep_call(t);
    if (!s->last)
        s->last = &s->items;
    *s->last = item;
    s->last = &item->next;
    return item;
}

/* The item in which such a piece is said; a text goes on in the last of its kind. */
static struct item *item_for(struct translation *t, enum item_kind kind, uint32_t call, bool *is_new)
{
    struct telling *s = t->state;
    struct item    *found = NULL;
    for (struct item *i = s->items; i; i = i->next)
        if (i->kind == kind && i->call == call)
            found = i;
    *is_new = !found;
    return found ? found : add_new(t, kind);
}

/* What is behind "resp_" in the id that was chosen, or one made of the provider's. */
static struct slice own_id(struct translation *t, const struct json *j)
{
    if (slice_starts(t->id, S("resp_")))
        return slice_cut(t->id, strlen("resp_"), t->id.len);
    return slice_str(arena_printf(t->arena, "%016llx%08llx",
                                  (unsigned long long)slice_hash(translate_raw(j, 0, "id")),
                                  (unsigned long long)t->now_s));
}

static void read_facts(struct translation *t, const struct json *j)
{
    struct telling    *s = t->state;
    struct completion *c = &s->completion;
    if (!c->model.len) {
        c->id = own_id(t, j);
        c->model = arena_copy(t->arena, translate_raw(j, 0, "model"));
    }
    completion_read_usage(c, j);
}

static void read_finish(struct translation *t, const struct json *j, json_at choice)
{
    struct telling *s = t->state;
    struct slice    finish = translate_text(t, j, choice, "finish_reason");
    if (finish.len)
        snprintf(s->finish, sizeof s->finish, "%.*s", SLICE_ARG(finish));
}

static const struct {
    const char    *key;
    enum item_kind kind;
} said[] = { { "reasoning_content", REASONING },
             { "reasoning", REASONING },
             { "content", MESSAGE },
             { "refusal", REFUSAL } };

/* ---- a stream ---- */

static void begin(struct translation *t, struct buf *out)
{
    struct telling *s = t->state;
    if (s->has_begun)
        return;
    s->has_begun = true;
    tell_response(t, "response.created", "in_progress", NULL, out);
    tell_response(t, "response.in_progress", "in_progress", NULL, out);
}

static void tell_text(struct translation *t, enum item_kind kind, struct slice text, struct slice tokens,
                      struct buf *out)
{
    bool         is_new;
    struct item *item = item_for(t, kind, 0, &is_new);
    if (is_new) {
        tell_item(t->state, "response.output_item.added", item, false, out);
        tell_part(t->state, "response.content_part.added", item, out);
    }
    tell_delta(t, item, text, tokens, out);
}

static void tell_call(struct translation *t, const struct json *j, json_at piece, struct buf *out)
{
    json_at        custom = json_get(j, piece, "custom");
    bool           is_custom = json_kind(j, custom) == JSON_OBJECT, is_new;
    json_at        called = is_custom ? custom : json_get(j, piece, "function");
    uint32_t       index = (uint32_t)translate_number(j, piece, "index");
    enum item_kind kind = is_custom ? CUSTOM : FUNCTION;
    struct item   *item = item_for(t, kind, index, &is_new);
    if (is_new) {
        item->call = index;
        item->call_id = arena_copy(t->arena, translate_text(t, j, piece, "id"));
        item->name = arena_copy(t->arena, translate_text(t, j, called, "name"));
        tell_item(t->state, "response.output_item.added", item, false, out);
    }
    struct slice text = translate_text(t, j, called, is_custom ? "input" : "arguments");
    if (text.len)
        tell_delta(t, item, text, S(""), out);
}

static void on_event(struct translation *t, const struct json *j, struct buf *out)
{
    json_at error = json_get(j, 0, "error");
    read_facts(t, j);
    begin(t, out);
    if (json_kind(j, error) == JSON_OBJECT) {
        struct buf raw;
        buf_init(&raw, t->most_bytes);
        buf_add_str(&raw, "{\"code\":\"server_error\"");
        json_add_member(&raw, "message", translate_raw(j, error, "message"));
        buf_add_byte(&raw, '}');
        tell_response(t, "response.failed", "failed", arena_cstr(t->scratch, buf_slice(&raw)), out);
        buf_fini(&raw);
        return;
    }
    for (json_at c = json_first(j, json_get(j, 0, "choices")); c != JSON_NONE; c = json_next(j, c)) {
        json_at delta = json_get(j, c, "delta"), calls = json_get(j, delta, "tool_calls");
        if (translate_number(j, c, "index") != 0)
            continue;
        for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
            struct slice text = translate_text(t, j, delta, said[i].key);
            if (text.len)
                tell_text(t, said[i].kind, text, tokens_of(j, c, said[i].kind), out);
        }
        for (json_at p = json_first(j, calls); p != JSON_NONE; p = json_next(j, p))
            tell_call(t, j, p, out);
        read_finish(t, j, c);
    }
}

static void on_done(struct translation *t, struct buf *out)
{
    struct telling *s = t->state;
    bool            is_whole = !incomplete_reason(s);
    begin(t, out);
    for (const struct item *i = s->items; i; i = i->next)
        tell_done(s, i, out);
    tell_response(t, is_whole ? "response.completed" : "response.incomplete",
                  is_whole ? "completed" : "incomplete", NULL, out);
}

/* ---- a whole answer ---- */

static void on_document(struct translation *t, const struct json *j, struct buf *out)
{
    struct telling *s = t->state;
    json_at         choice = json_first(j, json_get(j, 0, "choices")), message = json_get(j, choice, "message");
    json_at         calls = json_get(j, message, "tool_calls");
    read_facts(t, j);
    read_finish(t, j, choice);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct slice text = translate_text(t, j, message, said[i].key);
        if (!text.len)
            continue;
        struct item *item = add_new(t, said[i].kind);
        translate_keep(t, &item->text, text);
        keep_tokens(t, item, tokens_of(j, choice, item->kind));
    }
    for (json_at c = json_first(j, calls); c != JSON_NONE; c = json_next(j, c)) {
        bool         is_custom = json_kind(j, json_get(j, c, "custom")) == JSON_OBJECT;
        json_at      called = json_get(j, c, is_custom ? "custom" : "function");
        struct item *item = add_new(t, is_custom ? CUSTOM : FUNCTION);
        item->call_id = arena_copy(t->arena, translate_text(t, j, c, "id"));
        item->name = arena_copy(t->arena, translate_text(t, j, called, "name"));
        translate_keep(t, &item->text, translate_text(t, j, called, is_custom ? "input" : "arguments"));
    }
    add_response(t, incomplete_reason(s) ? "incomplete" : "completed", NULL, out);
}

const struct answer_translator openai_to_responses = {
    .from = DIALECT_OPENAI,
    .to = DIALECT_RESPONSES,
    .state_bytes = sizeof(struct telling),
    .on_event = on_event,
    .on_done = on_done,
    .on_document = on_document,
};
