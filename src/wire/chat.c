/* chat.c - what is done with a chat once it is read, whatever dialect it came in. */
#include "wire/chat.h"

bool chat_read_in(enum dialect dialect, struct arena *arena, struct slice body, struct chat *out,
                  struct fault *why)
{
    return dialect == DIALECT_ANTHROPIC ? anthropic_chat_read(arena, body, out, why)
                                        : chat_read(arena, body, out, why);
}

/* The edits of one body, as they gather. */
struct edits {
    struct arena      *arena;
    const struct json *json;
    struct json_edit  *list;
    size_t             count, cap;
};

static void add_edit(struct edits *e, struct json_edit edit)
{
    if (e->count == e->cap)
        e->list = arena_grow(e->arena, e->list, e->count, sizeof *e->list, &e->cap);
    e->list[e->count++] = edit;
}

/* Gives a member of an object this raw value, whether it is there or not. */
static void set_member(struct edits *e, json_at object, const char *key, struct slice raw)
{
    json_at member = json_get(e->json, object, key);
    if (member == JSON_NONE) {
        add_edit(e, json_edit_add_member(e->json, object, key, raw, e->arena));
    } else if (!slice_eq(json_raw(e->json, member), raw)) {
        const struct json_node *n = &e->json->node[member];
        add_edit(e, (struct json_edit){ n->start, n->end, raw });
    }
}

/* Both names are known and both may stand in a body: whichever does, says the limit. A body without any gets
 * the older one, which local servers know too. */
static void set_max_tokens(struct edits *e, enum dialect dialect, int64_t most)
{
    char        *number = arena_printf(e->arena, "%lld", (long long)most);
    struct slice raw = slice_str(number);
    bool has_newer = dialect == DIALECT_OPENAI && json_get(e->json, 0, "max_completion_tokens") != JSON_NONE;
    bool has_older = json_get(e->json, 0, "max_tokens") != JSON_NONE;
    if (has_newer)
        set_member(e, 0, "max_completion_tokens", raw);
    if (has_older || !has_newer)
        set_member(e, 0, "max_tokens", raw);
}

static void set_include_usage(struct edits *e)
{
    json_at options = json_get(e->json, 0, "stream_options");
    if (json_kind(e->json, options) == JSON_OBJECT)
        set_member(e, options, "include_usage", S("true"));
    else
        set_member(e, 0, "stream_options", S("{\"include_usage\":true}"));
}

void chat_write(const struct chat *c, const struct chat_changes *changes, struct arena *arena, struct buf *out)
{
    struct edits e = { .arena = arena, .json = &c->json };
    for (size_t i = 0; i < c->text_count; i++) {
        const struct chat_text *t = &c->text[i];
        if (!t->now.ptr || slice_eq(t->now, t->text))
            continue;
        add_edit(&e, t->is_json ? (struct json_edit){ t->start, t->end, t->now }
                                : json_edit_string(t->start, t->end, t->now, arena));
    }
    if (changes->model.len && !slice_eq(changes->model, c->model)) {
        const struct json_node *n = &c->json.node[json_get(&c->json, 0, "model")];
        add_edit(&e, json_edit_string(n->start, n->end, changes->model, arena));
    }
    if (changes->max_tokens > 0)
        set_max_tokens(&e, c->dialect, changes->max_tokens);
    if (changes->ask_usage && c->dialect == DIALECT_OPENAI)
        set_include_usage(&e);
    if (changes->ask_logprobs && c->dialect == DIALECT_OPENAI)
        set_member(&e, 0, "logprobs", S("true"));
    json_splice(c->json.text, e.list, e.count, out);
}

struct slice chat_question(const struct chat *c, struct arena *arena)
{
    struct buf joined;
    buf_init(&joined, SIZE_MAX / 2); /* no longer than the body and what redaction made of it */
    struct slice question = { NULL, 0 };
    size_t       parts = 0;
    for (size_t i = 0; i < c->text_count; i++) {
        const struct chat_text *t = &c->text[i];
        if (c->last_user == CHAT_NO_MESSAGE || t->message != c->last_user || t->role != CHAT_USER ||
            t->place != CHAT_CONTENT)
            continue;
        question = t->now.ptr ? t->now : t->text;
        if (parts++)
            buf_add_byte(&joined, '\n');
        buf_add(&joined, question);
    }
    if (parts > 1)
        question = arena_copy(arena, buf_slice(&joined));
    buf_fini(&joined);
    return question;
}
