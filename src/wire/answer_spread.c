/*
 * answer_spread.c - a document as a stream: of each choice its role, what was thought, what was said, its
 * calls, and its end; then the usage, and [DONE].
 */
#include "answer_form_inside.h"

static void add_members(const struct json *j, json_at object, const char *const *keys, size_t count,
                        struct buf *out)
{
    for (size_t i = 0; i < count; i++)
        if (json_kind(j, json_get(j, object, keys[i])) != JSON_NULL)
            json_add_member(out, keys[i], json_raw(j, json_get(j, object, keys[i])));
}

static void begin(const struct json *j, struct buf *out)
{
    buf_add_str(out, "data: {\"object\":\"chat.completion.chunk\"");
    add_members(j, 0, form_envelopes, FORM_ENVELOPES, out);
    buf_add_str(out, ",\"choices\":[");
}

static void begin_chunk(const struct json *j, int64_t index, struct buf *out)
{
    begin(j, out);
    buf_add_byte(out, '{');
    json_add_number_member(out, "index", index);
    buf_add_str(out, ",\"delta\":{");
}

static void end_chunk(struct buf *out)
{
    buf_add_str(out, "},\"finish_reason\":null}]}\n\n");
}

static void spread_calls(const struct json *j, json_at calls, int64_t index, struct buf *out)
{
    static const char *const keys[] = { "id", "type", "function", "custom" };
    int64_t                  number = 0;
    for (json_at c = json_first(j, calls); c != JSON_NONE; c = json_next(j, c)) {
        begin_chunk(j, index, out);
        buf_add_str(out, "\"tool_calls\":[{");
        json_add_number_member(out, "index", number++);
        add_members(j, c, keys, 4, out);
        buf_add_str(out, "}]");
        end_chunk(out);
    }
}

static void spread_choice(const struct json *j, json_at choice, int64_t index, struct buf *out)
{
    static const char *const logprobs[] = { "logprobs" };
    json_at                  message = json_get(j, choice, "message");
    begin_chunk(j, index, out);
    buf_add_str(out, "\"role\":\"assistant\",\"content\":\"\"");
    end_chunk(out);
    for (size_t i = FORM_TEXTS; i-- > 0;) { /* what was thought goes before what was said */
        json_at text = json_get(j, message, form_texts[i]);
        if (form_says_nothing(j, text))
            continue;
        begin_chunk(j, index, out);
        json_add_member(out, form_texts[i], json_raw(j, text));
        end_chunk(out);
    }
    spread_calls(j, json_get(j, message, "tool_calls"), index, out);
    begin_chunk(j, index, out);
    buf_add_byte(out, '}');
    add_members(j, choice, logprobs, 1, out);
    add_members(j, choice, form_finishes, FORM_FINISHES, out);
    buf_add_str(out, "}]}\n\n");
}

static bool spread(const struct json *j, struct buf *out)
{
    json_at choices = json_get(j, 0, "choices"), usage = json_get(j, 0, "usage");
    int64_t position = 0;
    if (!form_is_known_answer(j) || json_first(j, choices) == JSON_NONE)
        return false;
    for (json_at c = json_first(j, choices); c != JSON_NONE; c = json_next(j, c), position++) {
        if (!form_is_known_choice(j, c, "message"))
            return false;
        spread_choice(j, c, form_index(j, c, position), out);
    }
    if (json_kind(j, usage) == JSON_OBJECT) {
        begin(j, out);
        buf_add_byte(out, ']');
        json_add_member(out, "usage", json_raw(j, usage));
        buf_add_str(out, "}\n\n");
    }
    buf_add_str(out, "data: [DONE]\n\n");
    return true;
}

bool answer_spread(struct arena *arena, enum dialect dialect, struct slice document, struct buf *out)
{
    struct json  j;
    struct slice text = form_in_openais(arena, dialect, document, false, out->ceiling);
    return json_read(arena, text, &j, NULL) && spread(&j, out) && !out->full;
}
