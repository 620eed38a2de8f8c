/*
 * relay_dialects.c - what differs from one provider's answers to another's on their way back.
 *
 * Where OpenAI's chunk has choices, an event of Anthropic's is about one block of the one answer: it counts as
 * choice 0, and the blocks are its texts' lanes.
 */
#include "relay_inside.h"
#include "wire/error.h"

/* ---- OpenAI's chat completions ---- */

static struct doc_choice read_choice(const struct json *j, json_at at, size_t position, struct arena *arena)
{
    struct doc_choice choice = { .at = at, .said = json_get(j, at, "delta"), .index = (uint32_t)position };
    if (json_kind(j, choice.said) != JSON_OBJECT)
        choice.said = json_get(j, at, "message");
    int64_t index;
    if (json_i64(j, json_get(j, at, "index"), &index) && index >= 0 && index < UINT32_MAX)
        choice.index = (uint32_t)index;
    /* Some say "" until the end. */
    choice.finish = answer_finish(json_string(j, json_get(j, at, "finish_reason"), arena));
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

static void hear_function(struct relay *r, const struct doc *doc, json_at function, int64_t key)
{
    const struct json *j = &doc->answer.json;
    if (json_kind(j, function) == JSON_OBJECT) /* a custom tool takes plain text: there is nothing to check */
        relay_hear_call(r, key, json_string(j, json_get(j, function, "name"), doc->arena),
                        json_string(j, json_get(j, function, "arguments"), doc->arena));
}

/* As relay_mend has numbered it; else its position. */
static int64_t number_of(const struct doc *doc, json_at call, int64_t position)
{
    for (size_t i = 0; i < doc->call_count; i++)
        if (doc->call[i].at == call)
            return doc->call[i].index;
    return position;
}

/* Of a stream the pieces as relay_mend has numbered them, of a whole answer the list; and its forerunner, the
 * one function that is called. */
static void hear_calls(struct relay *r, struct doc *doc)
{
    const struct json *j = &doc->answer.json;
    for (size_t i = 0; i < doc->choice_count; i++) {
        int64_t number = 0;
        json_at said = doc->choice[i].said, forerunner = json_get(j, said, "function_call");
        if (doc->choice[i].index != 0)
            continue;
        if (json_kind(j, forerunner) == JSON_OBJECT)
            hear_function(r, doc, forerunner, 0);
        for (json_at call = json_first(j, json_get(j, said, "tool_calls")); call != JSON_NONE;
             call = json_next(j, call), number++)
            hear_function(r, doc, json_get(j, call, "function"), number_of(doc, call, number));
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

static void hear_block(struct relay *r, const struct doc *doc, json_at block, int64_t key)
{
    const struct json *j = &doc->answer.json;
    json_at            input = json_get(j, block, "input");
    if (slice_is(json_string(j, json_get(j, block, "type"), doc->arena), "tool_use"))
        relay_hear_call(r, key, json_string(j, json_get(j, block, "name"), doc->arena),
                        json_first(j, input) == JSON_NONE ? S("") : json_raw(j, input));
}

/* A block begins with its name and an empty input, whose pieces follow; or stands whole in a list. */
static void hear_anthropic_calls(struct relay *r, struct doc *doc)
{
    const struct json *j = &doc->answer.json;
    int64_t            number = 0;
    hear_block(r, doc, json_get(j, 0, "content_block"), doc->answer.block);
    for (json_at block = json_first(j, json_get(j, 0, "content")); block != JSON_NONE;
         block = json_next(j, block))
        hear_block(r, doc, block, number++);
    for (size_t i = 0; i < doc->answer.text_count; i++) {
        const struct answer_text *t = &doc->answer.text[i];
        if (t->place == ANSWER_TOOL_ARGUMENTS && !t->is_json)
            relay_hear_call(r, t->tool, S(""), t->text);
    }
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
                         .hear_calls = hear_calls,
                         .is_mended = true,
                         .choice_close = ",\"finish_reason\":null}",
                         .add_chunk = add_chunk,
                         .seal = "data: [DONE]\n\n",
                         .add_error = add_error },
    [DIALECT_ANTHROPIC] = { .read = anthropic_answer_read,
                            .read_choices = read_anthropic,
                            .hear_calls = hear_anthropic_calls,
                            .choice_close = "}",
                            .add_chunk = add_anthropic_event,
                            .seal = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
                            .add_error = add_anthropic_error },
};

const struct relay_dialect *relay_dialect(enum dialect dialect)
{
    return &dialects[dialect];
}
