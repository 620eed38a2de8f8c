/*
 * relay_replay.c - the usage of an answer out of the cache: all of its prompt counts as cached.
 *
 * The tokens stay what they were, so that who adds them up sees what was answered; those of the prompt stand
 * where each dialect has tokens that nobody had to read again, from which the translations carry them on. What
 * the answer cost (nothing) is in the headers.
 */
#include "relay_inside.h"

static struct json_edit value(const struct json *j, json_at at, struct slice with)
{
    return (struct json_edit){ j->node[at].start, j->node[at].end, with };
}

/* A member's value becomes that; it is added where it is missing. */
static void set(struct doc *doc, json_at object, const char *key, struct slice with)
{
    const struct json *j = &doc->answer.json;
    json_at            at = json_get(j, object, key);
    doc_edit(doc,
             at != JSON_NONE ? value(j, at, with) : json_edit_add_member(j, object, key, with, doc->arena));
}

/* {"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 9}} */
static void tell_openais(struct doc *doc, json_at usage)
{
    const struct json *j = &doc->answer.json;
    struct slice       prompt = json_raw(j, json_get(j, usage, "prompt_tokens"));
    json_at            details = json_get(j, usage, "prompt_tokens_details");
    if (prompt.len == 0)
        return;
    if (json_kind(j, details) == JSON_OBJECT)
        set(doc, details, "cached_tokens", prompt);
    else
        set(doc, usage, "prompt_tokens_details",
            slice_str(arena_printf(doc->arena, "{\"cached_tokens\":%.*s}", SLICE_ARG(prompt))));
}

/* There, the three kinds of input are counted apart. */
static void tell_anthropics(struct doc *doc, json_at usage)
{
    static const char *const kinds[] = { "input_tokens", "cache_creation_input_tokens",
                                         "cache_read_input_tokens" };
    const struct json       *j = &doc->answer.json;
    int64_t                  all = 0, tokens;
    if (!json_i64(j, json_get(j, usage, kinds[0]), &tokens))
        return;
    for (size_t i = 0; i < 3; i++)
        if (json_i64(j, json_get(j, usage, kinds[i]), &tokens) && tokens > 0 && tokens <= INT32_MAX)
            all += tokens;
    for (size_t i = 0; i < 2; i++)
        if (json_get(j, usage, kinds[i]) != JSON_NONE)
            set(doc, usage, kinds[i], S("0"));
    set(doc, usage, kinds[2], slice_str(arena_printf(doc->arena, "%lld", (long long)all)));
}

bool relay_replay(struct relay *r, struct doc *doc, struct buf *out, struct fault *why)
{
    (void)out;
    (void)why;
    const struct json *j = &doc->answer.json;
    if (!r->options.is_replay || r->options.strip_usage)
        return true;
    if (r->options.dialect == DIALECT_ANTHROPIC) {
        tell_anthropics(doc, json_get(j, 0, "usage"));
        tell_anthropics(doc, json_get(j, json_get(j, 0, "message"), "usage"));
    } else if (json_kind(j, json_get(j, 0, "usage")) == JSON_OBJECT) {
        tell_openais(doc, json_get(j, 0, "usage"));
    }
    return true;
}
