/*
 * relay_dialects.c - what differs from one provider's answers to another's on their way back.
 *
 * Where OpenAI's chunk has choices, an event of Anthropic's is about one block of the one answer: it counts as
 * choice 0, and the blocks are its texts' lanes.
 */
#include "relay_inside.h"

/* ---- OpenAI's chat completions ---- */

static struct doc_choice read_choice(const struct json *j, json_at at, size_t position, struct arena *arena)
{
    struct doc_choice choice = { .at = at, .said = json_get(j, at, "delta"), .index = (uint32_t)position };
    if (json_kind(j, choice.said) != JSON_OBJECT)
        choice.said = json_get(j, at, "message");
    int64_t index;
    if (json_i64(j, json_get(j, at, "index"), &index) && index >= 0 && index < UINT32_MAX)
        choice.index = (uint32_t)index;
    choice.finish = json_string(j, json_get(j, at, "finish_reason"), arena); /* some say "" until the end */
    choice.has_calls = json_first(j, json_get(j, choice.said, "tool_calls")) != JSON_NONE ||
                       json_kind(j, json_get(j, choice.said, "function_call")) == JSON_OBJECT;
    return choice;
}

static void read_choices(struct doc *doc)
{
    const struct json *j = &doc->answer.json;
    json_at            choices = json_get(j, 0, "choices");
    size_t             cap = 0;
    for (json_at at = json_first(j, choices); at != JSON_NONE; at = json_next(j, at)) {
        if (doc->choice_count == cap)
            doc->choice = arena_grow(doc->arena, doc->choice, doc->choice_count, sizeof *doc->choice, &cap);
        doc->choice[doc->choice_count] = read_choice(j, at, doc->choice_count, doc->arena);
        doc->choice_count++;
    }
}

static void add_chunk(struct relay *r, const struct relay_lane *lane, struct slice text, struct buf *out)
{
    buf_add_str(out, "data: {");
    buf_add(out, buf_slice(&r->envelope));
    buf_add_str(out, "\"choices\":[");
    buf_add(out, lane->open);
    json_add_string(out, text);
    buf_add(out, lane->close);
    buf_add_str(out, "]}\n\n");
}

static void add_error(const struct fault *fault, struct buf *out)
{
    buf_add_str(out, "data: ");
    error_write(fault, out);
    buf_add_str(out, "\n\n");
}

/* ---- Anthropic's Messages ---- */

static void read_anthropic(struct doc *doc)
{
    if (doc->answer.choices == 0)
        return;
    doc->choice = arena_alloc(doc->arena, sizeof *doc->choice);
    *doc->choice = (struct doc_choice){
        .at = 0, .said = JSON_NONE, .finish = doc->answer.finish, .has_calls = doc->answer.has_calls
    };
    doc->choice_count = 1;
}

static void add_anthropic_event(struct relay *r, const struct relay_lane *lane, struct slice text,
                                struct buf *out)
{
    (void)r;
    buf_add_str(out, "event: content_block_delta\ndata: ");
    buf_add(out, lane->open);
    json_add_string(out, text);
    buf_add(out, lane->close);
    buf_add_str(out, "\n\n");
}

static void add_anthropic_error(const struct fault *fault, struct buf *out)
{
    buf_add_str(out, "event: error\ndata: ");
    error_write_in(DIALECT_ANTHROPIC, fault, out);
    buf_add_str(out, "\n\n");
}

static const struct relay_dialect dialects[] = {
    [DIALECT_OPENAI] = { .read = answer_read,
                         .read_choices = read_choices,
                         .is_mended = true,
                         .choice_close = ",\"finish_reason\":null}",
                         .add_chunk = add_chunk,
                         .seal = "data: [DONE]\n\n",
                         .add_error = add_error },
    [DIALECT_ANTHROPIC] = { .read = anthropic_answer_read,
                            .read_choices = read_anthropic,
                            .choice_close = "}",
                            .add_chunk = add_anthropic_event,
                            .seal = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
                            .add_error = add_anthropic_error },
};

const struct relay_dialect *relay_dialect(enum dialect dialect)
{
    return &dialects[dialect];
}
