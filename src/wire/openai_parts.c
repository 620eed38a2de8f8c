/*
 * openai_parts.c - a content that is a list of parts, as Mistral's thinking models answer, said as OpenAI says
 * it. https://docs.mistral.ai/capabilities/reasoning
 *
 *     "content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]},{"type":"text","text":"Yes."}]
 *     "content":"Yes.","reasoning_content":"Hm."
 *
 * In answers OpenAI's content is a string, and SDKs and other dialects take it for one.
 */
#include "wire/answer.h"

static bool is_type(const struct json *j, json_at part, const char *type, struct arena *arena)
{
    return slice_is(json_string(j, json_get(j, part, "type"), arena), type);
}

/* A string, or the texts of a list of parts. */
static void add_words(const struct json *j, json_at said, struct arena *arena, struct buf *out)
{
    json_add_escaped(out, json_string(j, said, arena));
    for (json_at p = json_first(j, said); p != JSON_NONE; p = json_next(j, p))
        json_add_escaped(out, json_string(j, json_get(j, p, "text"), arena));
}

/* The content's new value, and with its thoughts a member behind it. */
static struct slice joined(const struct json *j, json_at content, bool has_own, struct arena *arena)
{
    struct buf said, thought;
    buf_init(&said, SIZE_MAX / 2); /* both bounded by the answer */
    buf_init(&thought, SIZE_MAX / 2);
    buf_add_byte(&said, '"');
    for (json_at p = json_first(j, content); p != JSON_NONE; p = json_next(j, p)) {
        if (is_type(j, p, "thinking", arena))
            add_words(j, json_get(j, p, "thinking"), arena, &thought);
        else
            add_words(j, json_get(j, p, "text"), arena, &said);
    }
    buf_add_byte(&said, '"');
    if (thought.len && !has_own)
        buf_printf(&said, ",\"reasoning_content\":\"%.*s\"", SLICE_ARG(buf_slice(&thought)));
    struct slice kept = arena_copy(arena, buf_slice(&said));
    buf_wipe(&said);
    buf_wipe(&thought);
    return kept;
}

static json_at parts_of(const struct json *j, json_at choice, json_at *message)
{
    *message = json_get(j, choice, "delta");
    if (json_kind(j, *message) != JSON_OBJECT)
        *message = json_get(j, choice, "message");
    json_at content = json_get(j, *message, "content");
    return json_kind(j, content) == JSON_ARRAY ? content : JSON_NONE;
}

struct slice answer_join_parts(const struct json *j, struct arena *arena)
{
    json_at           choices = json_get(j, 0, "choices"), message;
    size_t            count = 0, edits = 0;
    struct json_edit *edit;
    struct buf        out;
    for (json_at c = json_first(j, choices); c != JSON_NONE; c = json_next(j, c))
        count++;
    edit = arena_array(arena, count, sizeof *edit);
    for (json_at c = json_first(j, choices); c != JSON_NONE; c = json_next(j, c)) {
        json_at content = parts_of(j, c, &message);
        if (content == JSON_NONE)
            continue;
        bool has_own = json_get(j, message, "reasoning_content") != JSON_NONE;
        edit[edits++] = (struct json_edit){ j->node[content].start, j->node[content].end,
                                            joined(j, content, has_own, arena) };
    }
    buf_init(&out, SIZE_MAX / 2);
    json_splice(j->text, edit, edits, &out);
    struct slice text = arena_copy(arena, buf_slice(&out));
    buf_wipe(&out);
    return text;
}
