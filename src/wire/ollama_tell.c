/*
 * ollama_tell.c - a chat completion as an answer of Ollama's, whole or line by line: /api/chat's, and
 * /api/generate's, which differs in where the words stand.
 * https://github.com/ollama/ollama/blob/main/docs/api.md
 *
 * Calls come in pieces and are told whole, before the last line; that one has what was used, and is written
 * when the stream has said that it is whole. Of times nothing is known here, so nothing is told of them.
 */
#include "answer_form_inside.h"
#include "translate_inside.h"
#include "wire/ollama.h"

struct call {
    struct call *next;
    int64_t      index;
    struct slice name;
    struct buf   arguments;
};

struct telling {
    struct completion completion;
    bool              is_length; /* it ended since it was long */
    struct call      *calls;     /* in the order in which they began */
};

/* ---- calls ---- */

static void wipe_call(void *arg)
{
    struct call *call = arg;
    buf_wipe(&call->arguments);
}

static struct call *call_of(struct translation *t, int64_t index)
{
    struct telling *s = t->state;
    struct call   **at = &s->calls;
    while (*at && (*at)->index != index)
        at = &(*at)->next;
    if (*at)
        return *at;
    struct call *call = arena_alloc(t->arena, sizeof *call);
    *call = (struct call){ .index = index };
    buf_init(&call->arguments, t->most_bytes);
    arena_defer(t->arena, wipe_call, call);
    translate_keep_call(t);
    *at = call;
    return call;
}

static void hear_calls(struct translation *t, const struct json *j, json_at list)
{
    int64_t position = 0;
    for (json_at c = json_first(j, list); c != JSON_NONE; c = json_next(j, c)) {
        json_at      function = json_get(j, c, "function");
        struct call *call = call_of(t, form_index(j, c, position++));
        struct slice name = translate_text(t, j, function, "name");
        if (name.len)
            call->name = arena_copy(t->arena, name);
        translate_keep(t, &call->arguments, translate_text(t, j, function, "arguments"));
    }
}

static void add_call(struct translation *t, const struct call *call, struct buf *out)
{
    struct json  json;
    struct slice arguments = slice_trim(buf_slice(&call->arguments));
    bool is_object = json_read(t->scratch, arguments, &json, NULL) && json_kind(&json, 0) == JSON_OBJECT;
    json_add_comma(out);
    buf_add_str(out, "{\"function\":{");
    json_add_text_member(out, "name", call->name);
    json_add_member(out, "arguments", is_object ? arguments : S("{}"));
    buf_add_str(out, "}}");
}

/* ---- lines ---- */

static bool is_generate(const struct translation *t)
{
    return t->how->to == DIALECT_OLLAMA_GENERATE;
}

static void begin(struct translation *t, struct buf *out)
{
    const struct telling *s = t->state;
    buf_add_byte(out, '{');
    json_add_member(out, "model", s->completion.model.len ? s->completion.model : S("\"\""));
    json_add_key(out, "created_at");
    ollama_write_time(t->now_s, out);
}

/* Words and thoughts, raw. */
static void add_said(struct translation *t, struct slice content, struct slice thinking, bool with_calls,
                     struct buf *out)
{
    const struct telling *s = t->state;
    if (!is_generate(t))
        buf_add_str(out, ",\"message\":{\"role\":\"assistant\"");
    json_add_member(out, is_generate(t) ? "response" : "content", content);
    if (thinking.len > strlen("\"\""))
        json_add_member(out, "thinking", thinking);
    if (with_calls && s->calls && !is_generate(t)) {
        buf_add_str(out, ",\"tool_calls\":[");
        for (const struct call *call = s->calls; call; call = call->next)
            add_call(t, call, out);
        buf_add_byte(out, ']');
    }
    if (!is_generate(t))
        buf_add_byte(out, '}');
}

static void add_logprobs(const struct json *j, json_at choice, struct buf *out)
{
    json_at content = json_get(j, json_get(j, choice, "logprobs"), "content");
    if (json_kind(j, content) == JSON_ARRAY)
        json_add_member(out, "logprobs", json_raw(j, content));
}

static void add_done(struct translation *t, struct buf *out)
{
    const struct telling *s = t->state;
    json_add_member(out, "done", S("true"));
    json_add_text_member(out, "done_reason", s->is_length ? S("length") : S("stop"));
    if (!s->completion.has_usage)
        return;
    json_add_number_member(out, "prompt_eval_count", s->completion.prompt_tokens);
    json_add_number_member(out, "eval_count", s->completion.output_tokens);
}

static void read_facts(struct translation *t, const struct json *j, json_at choice)
{
    struct telling *s = t->state;
    if (!s->completion.model.len && json_kind(j, json_get(j, 0, "model")) == JSON_STRING)
        s->completion.model = arena_copy(t->arena, translate_raw(j, 0, "model"));
    if (slice_is(translate_text(t, j, choice, "finish_reason"), "length"))
        s->is_length = true;
    completion_read_usage(&s->completion, j);
}

void ollama_error_write(struct slice message, struct buf *out)
{
    buf_add_byte(out, '{');
    json_add_text_member(out, "error", message);
    buf_add_byte(out, '}');
}

/* What is said and thought in a message, or a delta; a refusal is said there too. */
static struct slice said_in(const struct json *j, json_at message)
{
    bool has_content = json_raw(j, json_get(j, message, "content")).len > strlen("\"\"");
    bool is_refusal = json_kind(j, json_get(j, message, "refusal")) == JSON_STRING;
    return translate_raw(j, message, is_refusal && !has_content ? "refusal" : "content");
}

static struct slice thought_in(const struct json *j, json_at message)
{
    bool is_named = json_kind(j, json_get(j, message, "reasoning_content")) == JSON_STRING;
    return translate_raw(j, message, is_named ? "reasoning_content" : "reasoning"); /* vLLM's name */
}

/* ---- a stream ---- */

static void on_event(struct translation *t, const struct json *j, struct buf *out)
{
    json_at error = json_get(j, 0, "error"), choice = json_first(j, json_get(j, 0, "choices"));
    json_at delta = json_get(j, choice, "delta");
    if (json_kind(j, error) == JSON_OBJECT) {
        ollama_error_write(translate_text(t, j, error, "message"), out);
        buf_add_byte(out, '\n');
        return;
    }
    read_facts(t, j, choice);
    hear_calls(t, j, json_get(j, delta, "tool_calls"));
    struct slice content = said_in(j, delta), thinking = thought_in(j, delta);
    if (content.len <= strlen("\"\"") && thinking.len <= strlen("\"\""))
        return;
    begin(t, out);
    add_said(t, content, thinking, false, out);
    add_logprobs(j, choice, out);
    json_add_member(out, "done", S("false"));
    buf_add_str(out, "}\n");
}

static void on_done(struct translation *t, struct buf *out)
{
    const struct telling *s = t->state;
    if (s->calls && !is_generate(t)) {
        begin(t, out);
        add_said(t, S("\"\""), S(""), true, out);
        json_add_member(out, "done", S("false"));
        buf_add_str(out, "}\n");
    }
    begin(t, out);
    add_said(t, S("\"\""), S(""), false, out);
    add_done(t, out);
    buf_add_str(out, "}\n");
}

/* ---- a whole answer ---- */

static void on_document(struct translation *t, const struct json *j, struct buf *out)
{
    json_at choice = json_first(j, json_get(j, 0, "choices")), message = json_get(j, choice, "message");
    read_facts(t, j, choice);
    hear_calls(t, j, json_get(j, message, "tool_calls"));
    begin(t, out);
    add_said(t, said_in(j, message), thought_in(j, message), true, out);
    add_logprobs(j, choice, out);
    add_done(t, out);
    buf_add_byte(out, '}');
}

#define TOLD_TO(dialect)                                                                                       \
    {                                                                                                          \
        .from = DIALECT_OPENAI, .to = (dialect), .writes_lines = true, .state_bytes = sizeof(struct telling),  \
        .on_event = on_event, .on_done = on_done, .on_document = on_document                                   \
    }

const struct answer_translator openai_to_ollama = TOLD_TO(DIALECT_OLLAMA);
const struct answer_translator openai_to_ollama_generate = TOLD_TO(DIALECT_OLLAMA_GENERATE);
