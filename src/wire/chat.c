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

static void rename_member(struct edits *e, json_at member, const char *key)
{
    const struct json_node *n = &e->json->node[member];
    if (!json_key_is(e->json, member, key))
        add_edit(e, json_edit_string(n->key_start, n->key_end, slice_str(key), e->arena));
}

/* Of both names the newer one counts, where it is given: the limit goes out by this key alone. Of two members
 * the one that comes later stays, since the last may not go while another is added. */
static void say_limit_as(struct edits *e, const char *key, struct slice raw)
{
    const struct json *j = e->json;
    json_at            newer = json_get(j, 0, "max_completion_tokens"), older = json_get(j, 0, "max_tokens");
    json_at            said = json_kind(j, newer) != JSON_NULL || older == JSON_NONE ? newer : older;
    json_at            stays = said;
    if (newer != JSON_NONE && older != JSON_NONE) {
        stays = newer > older ? newer : older; /* nodes stand in the order of the text */
        add_edit(e, json_edit_remove_member(j, 0, stays == newer ? older : newer));
    }
    if (stays == JSON_NONE) {
        if (raw.len)
            add_edit(e, json_edit_add_member(j, 0, key, raw, e->arena));
        return;
    }
    rename_member(e, stays, key);
    if (raw.len || stays != said)
        add_edit(e, (struct json_edit){ j->node[stays].start, j->node[stays].end,
                                        raw.len ? raw : json_raw(j, said) });
}

/* Both names may stand in a body: whichever does, says the limit. A body without any gets the older one, which
 * local servers know too. */
static void say_limit(struct edits *e, enum dialect dialect, struct slice raw)
{
    bool has_newer = dialect == DIALECT_OPENAI && json_get(e->json, 0, "max_completion_tokens") != JSON_NONE;
    bool has_older = json_get(e->json, 0, "max_tokens") != JSON_NONE;
    if (raw.len && has_newer)
        set_member(e, 0, "max_completion_tokens", raw);
    if (raw.len && (has_older || !has_newer))
        set_member(e, 0, "max_tokens", raw);
}

/* most: 0 leaves the limit as it is. */
static void set_limit(struct edits *e, enum dialect dialect, enum answer_limit_key key, int64_t most)
{
    struct slice raw = { 0 };
    if (most > 0)
        raw = slice_str(arena_printf(e->arena, "%lld", (long long)most));
    if (dialect != DIALECT_OPENAI)
        key = LIMIT_AS_SENT;
    switch (key) {
    case LIMIT_AS_SENT:
        say_limit(e, dialect, raw);
        break;
    case LIMIT_MAX_TOKENS:
        say_limit_as(e, "max_tokens", raw);
        break;
    case LIMIT_MAX_COMPLETION_TOKENS:
        say_limit_as(e, "max_completion_tokens", raw);
        break;
    }
}

static void set_include_usage(struct edits *e)
{
    json_at options = json_get(e->json, 0, "stream_options");
    if (json_kind(e->json, options) == JSON_OBJECT)
        set_member(e, options, "include_usage", S("true"));
    else
        set_member(e, 0, "stream_options", S("{\"include_usage\":true}"));
}

/* OpenAI takes metadata of what it stores alone. Their texts have been listed, and may have been changed. */
static void keep_here(struct edits *e)
{
    json_at metadata = json_get(e->json, 0, "metadata");
    size_t  kept = 0;
    set_member(e, 0, "store", S("false"));
    if (json_kind(e->json, metadata) == JSON_NULL)
        return;
    const struct json_node *n = &e->json->node[metadata];
    for (size_t i = 0; i < e->count; i++)
        if (e->list[i].start < n->start || e->list[i].end > n->end)
            e->list[kept++] = e->list[i];
    e->count = kept;
    set_member(e, 0, "metadata", S("null"));
}

/* An answer is drawn again, and may be another one. Where nothing is said of it, models draw anyhow. */
static void set_vary(struct edits *e)
{
    double  temperature;
    int64_t seed;
    if (json_double(e->json, json_get(e->json, 0, "temperature"), &temperature) && temperature < 0.5)
        set_member(e, 0, "temperature", S("0.7"));
    if (json_i64(e->json, json_get(e->json, 0, "seed"), &seed))
        set_member(e, 0, "seed", slice_str(arena_printf(e->arena, "%lld", (long long)(seed ^ 1))));
}

const char *const chat_sampling[] = { "temperature", "top_p", "presence_penalty", "frequency_penalty", NULL };

/* https://platform.openai.com/docs/guides/latest-model: those after gpt-5 do again, unless told to reason. */
bool openai_takes_sampling(struct slice model)
{
    bool is_first_five = slice_is(model, "gpt-5") || slice_starts(model, S("gpt-5-"));
    return !slice_starts(model, S("o1")) && !slice_starts(model, S("o3")) && !slice_starts(model, S("o4-")) &&
           (!is_first_five || slice_starts(model, S("gpt-5-chat")));
}

static void drop_sampling(struct edits *e)
{
    for (const char *const *key = chat_sampling; *key; key++)
        if (json_kind(e->json, json_get(e->json, 0, *key)) != JSON_NULL)
            set_member(e, 0, *key, S("null"));
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
    set_limit(&e, c->dialect, changes->limit_key, changes->max_tokens);
    if (changes->ask_usage && c->dialect == DIALECT_OPENAI)
        set_include_usage(&e);
    if (changes->ask_logprobs && c->dialect == DIALECT_OPENAI)
        set_member(&e, 0, "logprobs", S("true"));
    if (changes->is_kept_here && c->dialect == DIALECT_OPENAI)
        keep_here(&e);
    if (changes->no_sampling && c->dialect == DIALECT_OPENAI)
        drop_sampling(&e);
    else if (changes->vary)
        set_vary(&e);
    json_splice(c->json.text, e.list, e.count, out);
}
