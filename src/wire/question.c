/*
 * question.c - see question.h.
 *
 * A value in the form begins with its kind: s5:hello, n3:0.5, t, f, z (null), [...], {key value ...}. A text
 * part is T and its text, the last turn's one U alone, while its text goes to the turn. A string that holds
 * U+FFFD and escapes may be several strings that are read alike (lone surrogates): it goes in as it is written,
 * as r.
 */
#include "wire/question.h"

#include <stdlib.h>

struct form {
    struct arena      *arena;
    const struct json *json;
    bool               is_common;
    struct buf         context, turn;
};

struct member {
    struct slice key;
    json_at      at;
};

static json_at get(const struct form *f, json_at object, const char *key)
{
    return json_get(f->json, object, key);
}

/* ---- values ---- */

static void add_bytes(struct buf *out, char kind, struct slice bytes)
{
    buf_add_byte(out, kind);
    buf_add_decimal(out, (int64_t)bytes.len);
    buf_add_byte(out, ':');
    buf_add(out, bytes);
}

static bool is_doubtful(struct slice text)
{
    return slice_find(text, S("\xEF\xBF\xBD")) != SLICE_NONE;
}

static void add_text(struct form *f, struct buf *out, char kind, json_at at)
{
    struct slice text = json_string(f->json, at, f->arena);
    buf_add_byte(out, kind);
    if (f->json->node[at].has_escape && is_doubtful(text))
        add_bytes(out, 'r', json_raw(f->json, at));
    else
        add_bytes(out, 's', text);
}

static void add_value(struct form *f, json_at at);

static void add_list(struct form *f, json_at at, void (*add)(struct form *, json_at))
{
    buf_add_byte(&f->context, '[');
    for (json_at e = json_first(f->json, at); e != JSON_NONE; e = json_next(f->json, e))
        add(f, e);
    buf_add_byte(&f->context, ']');
}

static void add_member(struct form *f, json_at at)
{
    const struct json_node *n = &f->json->node[at];
    struct slice            key = json_key(f->json, at, f->arena);
    if (is_doubtful(key))
        add_bytes(&f->context, 'q', slice_cut(f->json->text, n->key_start, n->key_end));
    else
        add_bytes(&f->context, 'k', key);
    add_value(f, at);
}

/* In the order in which they stand. */
static void add_members(struct form *f, json_at at)
{
    buf_add_byte(&f->context, '{');
    for (json_at m = json_first(f->json, at); m != JSON_NONE; m = json_next(f->json, m))
        add_member(f, m);
    buf_add_byte(&f->context, '}');
}

static void add_value(struct form *f, json_at at)
{
    switch (json_kind(f->json, at)) {
    case JSON_NULL:
        buf_add_byte(&f->context, 'z');
        break;
    case JSON_FALSE:
        buf_add_byte(&f->context, 'f');
        break;
    case JSON_TRUE:
        buf_add_byte(&f->context, 't');
        break;
    case JSON_NUMBER:
        add_bytes(&f->context, 'n', json_raw(f->json, at));
        break;
    case JSON_STRING:
        add_text(f, &f->context, 'S', at);
        break;
    case JSON_ARRAY:
        add_list(f, at, add_value);
        break;
    case JSON_OBJECT:
        add_members(f, at);
        break;
    }
}

/* ---- members in the order of their keys ---- */

static int by_key(const void *a, const void *b)
{
    return slice_compare(((const struct member *)a)->key, ((const struct member *)b)->key);
}

static bool is_word_of(struct slice key, const char *const *words)
{
    while (*words && !slice_is(key, *words))
        words++;
    return *words;
}

/* Those that say something and are not to be left out, sorted; in the arena. */
static struct member *sorted_members(struct form *f, json_at object, const char *const *left_out, size_t *count)
{
    struct member *member = NULL;
    size_t         cap = 0;
    *count = 0;
    for (json_at m = json_first(f->json, object); m != JSON_NONE; m = json_next(f->json, m)) {
        struct slice key = json_key(f->json, m, f->arena);
        if (json_kind(f->json, m) == JSON_NULL || is_word_of(key, left_out))
            continue;
        if (*count == cap)
            member = arena_grow(f->arena, member, *count, sizeof *member, &cap);
        member[(*count)++] = (struct member){ key, m };
    }
    if (*count)
        qsort(member, *count, sizeof *member, by_key);
    return member;
}

/* ---- messages ---- */

static bool is_text_part(const struct form *f, json_at part)
{
    if (json_kind(f->json, part) != JSON_OBJECT ||
        !slice_is(json_string(f->json, get(f, part, "type"), f->arena), "text") ||
        json_kind(f->json, get(f, part, "text")) != JSON_STRING)
        return false;
    for (json_at m = json_first(f->json, part); m != JSON_NONE; m = json_next(f->json, m))
        if (!json_key_is(f->json, m, "type") && !json_key_is(f->json, m, "text") &&
            !json_key_is(f->json, m, "cache_control") && json_kind(f->json, m) != JSON_NULL)
            return false;
    return true;
}

static void add_words(struct form *f, json_at string, bool is_turn)
{
    if (is_turn) {
        buf_add_byte(&f->context, 'U');
        add_text(f, &f->turn, 'T', string);
    } else {
        add_text(f, &f->context, 'T', string);
    }
}

static void add_sorted(struct form *f, json_at object, const char *const *left_out)
{
    size_t         count;
    struct member *member = sorted_members(f, object, left_out, &count);
    buf_add_byte(&f->context, '{');
    for (size_t i = 0; i < count; i++)
        add_member(f, member[i].at);
    buf_add_byte(&f->context, '}');
}

static void add_part(struct form *f, json_at part, bool is_turn)
{
    static const char *const marks[] = { "cache_control", NULL };
    if (is_text_part(f, part))
        add_words(f, get(f, part, "text"), is_turn);
    else if (json_kind(f->json, part) == JSON_OBJECT)
        add_sorted(f, part, marks);
    else
        add_value(f, part);
}

static void add_content(struct form *f, json_at content, bool is_turn)
{
    buf_add_byte(&f->context, 'C');
    switch (json_kind(f->json, content)) {
    case JSON_STRING:
        buf_add_byte(&f->context, '[');
        add_words(f, content, is_turn);
        buf_add_byte(&f->context, ']');
        break;
    case JSON_ARRAY:
        buf_add_byte(&f->context, '[');
        for (json_at p = json_first(f->json, content); p != JSON_NONE; p = json_next(f->json, p))
            add_part(f, p, is_turn);
        buf_add_byte(&f->context, ']');
        break;
    default:
        add_value(f, content);
    }
}

static void add_message(struct form *f, json_at message, bool is_turn)
{
    static const char *const apart[] = { "content", NULL };
    buf_add_byte(&f->context, 'M');
    add_sorted(f, message, apart);
    add_content(f, get(f, message, "content"), is_turn);
}

/* As the request of OpenAI's has it: a message of its own, with a role. */
static void add_system(struct form *f, json_at system)
{
    if (json_kind(f->json, system) == JSON_NULL)
        return;
    buf_add_str(&f->context, "M{k4:roleSs6:system}");
    add_content(f, system, false);
}

static void add_messages(struct form *f, const struct chat *chat)
{
    json_at  messages = get(f, 0, "messages");
    uint32_t index = 0;
    for (json_at m = json_first(f->json, messages); m != JSON_NONE; m = json_next(f->json, m))
        add_message(f, m, index++ == chat->last_user);
}

/* ---- the request ---- */

/* About the way, or said elsewhere in the form. */
static const char *const request_left_out[] = {
    "model",         "messages",
    "stream",        "stream_options",
    "user",          "safety_identifier",
    "metadata",      "store",
    "service_tier",  "prompt_cache_key",
    "cache_control", "prompt_cache_retention",
    "max_tokens",    "max_completion_tokens",
    "stop",          NULL,
};

static void add_stops(struct form *f, json_at stops)
{
    if (json_kind(f->json, stops) == JSON_NULL)
        return;
    add_bytes(&f->context, 'k', S("stop"));
    if (json_kind(f->json, stops) == JSON_ARRAY) {
        add_list(f, stops, add_value);
    } else {
        buf_add_byte(&f->context, '[');
        add_value(f, stops);
        buf_add_byte(&f->context, ']');
    }
}

/* Does a request of Anthropic's say no more than any dialect can? */
static bool has_plain_content(const struct form *f, json_at content)
{
    if (json_kind(f->json, content) != JSON_ARRAY)
        return json_kind(f->json, content) == JSON_STRING;
    for (json_at p = json_first(f->json, content); p != JSON_NONE; p = json_next(f->json, p))
        if (!is_text_part(f, p))
            return false;
    return true;
}

static bool has_plain_messages(const struct form *f)
{
    json_at messages = get(f, 0, "messages"), system = get(f, 0, "system");
    for (json_at m = json_first(f->json, messages); m != JSON_NONE; m = json_next(f->json, m))
        if (!has_plain_content(f, get(f, m, "content")))
            return false;
    return json_kind(f->json, system) == JSON_NULL || has_plain_content(f, system);
}

static bool is_common(struct form *f)
{
    static const char *const words[] = { "system", "stop_sequences", "temperature", "top_p", NULL };
    size_t                   count;
    struct member           *member = sorted_members(f, 0, request_left_out, &count);
    for (size_t i = 0; i < count; i++)
        if (!is_word_of(member[i].key, words))
            return false;
    return has_plain_messages(f);
}

static void add_request(struct form *f, const struct chat *chat)
{
    static const char *const apart[] = { "system", "stop_sequences", NULL };
    bool                     is_foreign = chat->dialect == DIALECT_ANTHROPIC;
    size_t                   count;
    struct member           *member = sorted_members(f, 0, request_left_out, &count);
    f->is_common = !is_foreign || is_common(f);
    buf_add_str(&f->context, f->is_common ? "common{" : "anthropic{");
    for (size_t i = 0; i < count; i++)
        if (!is_foreign || !is_word_of(member[i].key, apart))
            add_member(f, member[i].at);
    add_stops(f, get(f, 0, is_foreign ? "stop_sequences" : "stop"));
    buf_add_byte(&f->context, '}');
    if (is_foreign)
        add_system(f, get(f, 0, "system"));
    add_messages(f, chat);
}

/* The body as it would go out; the chat's own document where nothing is hidden. */
static const struct json *as_sent(const struct chat *chat, struct arena *arena)
{
    bool is_changed = false;
    for (size_t i = 0; i < chat->text_count; i++)
        is_changed = is_changed || chat->text[i].now.ptr;
    if (!is_changed)
        return &chat->json;
    struct json *json = arena_alloc(arena, sizeof *json);
    struct buf   body;
    buf_init(&body, SIZE_MAX);
    chat_write(chat, &(struct chat_changes){ 0 }, arena, &body);
    bool is_read = json_read(arena, arena_copy(arena, buf_slice(&body)), json, NULL);
    buf_wipe(&body);
    return is_read ? json : NULL;
}

bool question_read(const struct chat *chat, struct arena *arena, struct question *out)
{
    struct form f = { .arena = arena, .json = as_sent(chat, arena) };
    double      temperature;
    if (!f.json)
        return false;
    buf_init(&f.context, SIZE_MAX / 2); /* no longer than a few times the body */
    buf_init(&f.turn, SIZE_MAX / 2);
    add_request(&f, chat);
    *out = (struct question){
        .context = arena_copy(arena, buf_slice(&f.context)),
        .turn = arena_copy(arena, buf_slice(&f.turn)),
        .words = chat_question(chat, arena),
        .temperature = json_double(f.json, get(&f, 0, "temperature"), &temperature) ? temperature : 1,
        .has_seed = json_kind(f.json, get(&f, 0, "seed")) != JSON_NULL,
    };
    buf_wipe(&f.context);
    buf_wipe(&f.turn);
    return true;
}
