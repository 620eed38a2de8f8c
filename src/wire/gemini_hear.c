/*
 * gemini_hear.c - an answer of Gemini's generateContent as a chat completion, whole or event by event.
 * https://ai.google.dev/api/generate-content
 *
 * A stream has no terminator: it is whole when its body has ended after a finishReason. Calls come whole, often
 * without an id, and the reason is STOP although a tool was called. A prompt that was blocked has no
 * candidates. A part's thought signature goes to the client in extra_content, as Google's own OpenAI endpoint
 * has it.
 */
#include "translate_inside.h"

struct hearing {
    struct completion completion;
    int64_t           prompt_tokens, tool_tokens, said_tokens; /* the parts of its counts */
    uint32_t          calls;                                   /* # of calls so far */
    bool              has_begun;
    const char       *finish; /* NULL: not said yet */
};

static const struct {
    const char *reason, *finish;
} reasons[] = {
    { "STOP", "stop" },
    { "MAX_TOKENS", "length" },
    { "SAFETY", "content_filter" },
    { "RECITATION", "content_filter" },
    { "LANGUAGE", "content_filter" },
    { "BLOCKLIST", "content_filter" },
    { "PROHIBITED_CONTENT", "content_filter" },
    { "SPII", "content_filter" },
    { "IMAGE_SAFETY", "content_filter" },
    { "IMAGE_PROHIBITED_CONTENT", "content_filter" },
    { "IMAGE_RECITATION", "content_filter" },
};

/* NULL for all others: a call that it could not write (MALFORMED_FUNCTION_CALL, UNEXPECTED_TOOL_CALL and their
 * like), OTHER, or nothing at all. What came before one of them is no answer. */
static const char *finish_of(struct slice reason)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (slice_is(reason, reasons[i].reason))
            return reasons[i].finish;
    return NULL;
}

static void add_finish(const struct hearing *h, struct buf *out)
{
    bool has_called = h->calls && strcmp(h->finish, "stop") == 0;
    json_add_text_member(out, "finish_reason", slice_str(has_called ? "tool_calls" : h->finish));
}

static void add_failure(struct slice reason, struct buf *out)
{
    buf_add_str(out, "{\"error\":{\"message\":\"the model did not finish\",\"type\":\"server_error\"");
    json_add_text_member(out, "code", reason);
    buf_add_str(out, "}}");
}

static void read_count(const struct json *j, json_at usage, const char *key, int64_t *to)
{
    if (json_kind(j, json_get(j, usage, key)) == JSON_NUMBER)
        *to = translate_number(j, usage, key);
}

/* Of a list [{"modality":"AUDIO","tokenCount":…}, …]. */
static void read_sound(struct translation *t, const struct json *j, json_at list, int64_t *to)
{
    int64_t tokens = 0;
    if (json_kind(j, list) != JSON_ARRAY)
        return;
    for (json_at one = json_first(j, list); one != JSON_NONE; one = json_next(j, one))
        if (slice_is(translate_text(t, j, one, "modality"), "AUDIO"))
            tokens += translate_number(j, one, "tokenCount");
    *to = tokens;
}

/* Of a stream each event counts from the beginning; what it does not tell stays. */
static void read_usage(struct translation *t, const struct json *j)
{
    struct hearing    *h = t->state;
    json_at            usage = json_get(j, 0, "usageMetadata");
    struct completion *c = &h->completion;
    if (json_kind(j, usage) != JSON_OBJECT)
        return;
    c->has_usage = true;
    read_count(j, usage, "promptTokenCount", &h->prompt_tokens);
    read_count(j, usage, "toolUsePromptTokenCount", &h->tool_tokens);
    read_count(j, usage, "candidatesTokenCount", &h->said_tokens);
    read_count(j, usage, "cachedContentTokenCount", &c->cached_tokens);
    read_count(j, usage, "thoughtsTokenCount", &c->reasoning_tokens);
    read_sound(t, j, json_get(j, usage, "promptTokensDetails"), &c->audio_prompt_tokens);
    read_sound(t, j, json_get(j, usage, "candidatesTokensDetails"), &c->audio_output_tokens);
    c->prompt_tokens = h->prompt_tokens + h->tool_tokens;
    c->output_tokens = h->said_tokens + c->reasoning_tokens; /* counted apart there, and as a part here */
}

static void read_facts(struct translation *t, const struct json *j)
{
    struct hearing *h = t->state;
    if (!h->completion.id.len) {
        h->completion.id = arena_copy(t->arena, translate_raw(j, 0, "responseId"));
        h->completion.model = arena_copy(t->arena, translate_raw(j, 0, "modelVersion"));
    }
    read_usage(t, j);
    json_at blocked = json_get(j, json_get(j, 0, "promptFeedback"), "blockReason");
    if (json_kind(j, blocked) == JSON_STRING)
        h->finish = "content_filter";
}

/* {"index":…,"id":…,"type":"function","function":{…}}; the id is made from the answer's where there is none. */
static void add_call(struct translation *t, const struct json *j, json_at part, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         call = json_get(j, part, "functionCall"), args = json_get(j, call, "args");
    json_at         signature = json_get(j, part, "thoughtSignature");
    struct slice    id = translate_text(t, j, call, "id");
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_number_member(out, "index", h->calls);
    if (!id.len)
        id = slice_str(arena_printf(t->scratch, "call_%016llx_%u",
                                    (unsigned long long)slice_hash(h->completion.id), h->calls));
    json_add_text_member(out, "id", id);
    buf_add_str(out, ",\"type\":\"function\",\"function\":{");
    json_add_member(out, "name", translate_raw(j, call, "name"));
    json_add_text_member(out, "arguments", json_kind(j, args) == JSON_OBJECT ? json_raw(j, args) : S("{}"));
    buf_add_byte(out, '}');
    if (json_kind(j, signature) == JSON_STRING) {
        json_add_key(out, "extra_content");
        buf_add_str(out, "{\"google\":{");
        json_add_member(out, "thought_signature", json_raw(j, signature));
        buf_add_str(out, "}}");
    }
    buf_add_byte(out, '}');
    h->calls++;
}

static bool is_call(const struct json *j, json_at part)
{
    return json_kind(j, json_get(j, part, "functionCall")) == JSON_OBJECT;
}

static bool is_thought(const struct json *j, json_at part)
{
    return json_kind(j, json_get(j, part, "thought")) == JSON_TRUE;
}

/* ---- a stream ---- */

static void begin(struct translation *t, struct buf *out)
{
    struct hearing *h = t->state;
    if (h->has_begun)
        return;
    h->has_begun = true;
    chunk_begin(t, &h->completion, out);
    buf_add_str(out, "\"role\":\"assistant\",\"content\":\"\"");
    chunk_end(out);
}

static void tell_part(struct translation *t, const struct json *j, json_at part, struct buf *out)
{
    struct hearing *h = t->state;
    if (is_call(j, part)) {
        chunk_begin(t, &h->completion, out);
        buf_add_str(out, "\"tool_calls\":[");
        add_call(t, j, part, out);
        buf_add_byte(out, ']');
        chunk_end(out);
        return;
    }
    chunk_text(t, &h->completion, is_thought(j, part) ? "reasoning_content" : "content",
               translate_raw(j, part, "text"), out);
}

static void on_event(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         error = json_get(j, 0, "error");
    json_at         candidate = json_first(j, json_get(j, 0, "candidates"));
    json_at         parts = json_get(j, json_get(j, candidate, "content"), "parts");
    if (json_kind(j, error) == JSON_OBJECT) {
        buf_add_str(out, "data: {");
        json_add_member(out, "error", json_raw(j, error));
        buf_add_str(out, "}\n\n");
        return;
    }
    read_facts(t, j);
    begin(t, out);
    for (json_at p = json_first(j, parts); p != JSON_NONE; p = json_next(j, p))
        tell_part(t, j, p, out);
    struct slice reason = translate_text(t, j, candidate, "finishReason");
    if (!reason.len)
        return;
    h->finish = finish_of(reason);
    if (!h->finish) {
        buf_add_str(out, "data: ");
        add_failure(reason, out);
        buf_add_str(out, "\n\n");
    }
}

static void on_end(struct translation *t, struct buf *out)
{
    struct hearing *h = t->state;
    if (!h->finish)
        return;
    chunk_begin(t, &h->completion, out);
    buf_add_byte(out, '}');
    add_finish(h, out);
    buf_add_str(out, "}]}\n\n");
    chunk_usage(t, &h->completion, out);
    buf_add_str(out, "data: [DONE]\n\n");
}

/* ---- a whole answer ---- */

static void add_texts(struct translation *t, const struct json *j, json_at parts, bool thought, const char *key,
                      struct buf *out)
{
    bool has_any = false;
    for (json_at p = json_first(j, parts); p != JSON_NONE; p = json_next(j, p)) {
        struct slice text = translate_text(t, j, p, "text");
        if (is_call(j, p) || is_thought(j, p) != thought || !text.len)
            continue;
        if (!has_any) {
            json_add_key(out, key);
            buf_add_byte(out, '"');
        }
        has_any = true;
        json_add_escaped(out, text);
    }
    if (has_any)
        buf_add_byte(out, '"');
    else if (!thought)
        json_add_member(out, key, S("null"));
}

static void on_document(struct translation *t, const struct json *j, struct buf *out)
{
    struct hearing *h = t->state;
    json_at         candidate = json_first(j, json_get(j, 0, "candidates"));
    json_at         parts = json_get(j, json_get(j, candidate, "content"), "parts");
    if (json_kind(j, json_get(j, 0, "error")) == JSON_OBJECT) {
        buf_add(out, json_raw(j, 0));
        return;
    }
    read_facts(t, j);
    if (candidate == JSON_NONE && !h->finish) { /* whatever it is, it is no answer */
        buf_add_str(out, "{}");
        return;
    }
    struct slice reason = translate_text(t, j, candidate, "finishReason");
    if (!h->finish)
        h->finish = finish_of(reason);
    if (!h->finish) {
        add_failure(reason, out);
        return;
    }
    completion_begin(t, &h->completion, out);
    add_texts(t, j, parts, false, "content", out);
    json_add_member(out, "refusal", S("null"));
    add_texts(t, j, parts, true, "reasoning_content", out);
    for (json_at p = json_first(j, parts); p != JSON_NONE; p = json_next(j, p)) {
        if (!is_call(j, p))
            continue;
        if (h->calls == 0)
            buf_add_str(out, ",\"tool_calls\":[");
        add_call(t, j, p, out);
    }
    buf_add_str(out, h->calls ? "]}" : "}");
    json_add_member(out, "logprobs", S("null"));
    add_finish(h, out);
    buf_add_str(out, "}]");
    completion_usage(&h->completion, out);
    buf_add_byte(out, '}');
}

const struct answer_translator gemini_to_openai = {
    .from = DIALECT_GEMINI,
    .to = DIALECT_OPENAI,
    .state_bytes = sizeof(struct hearing),
    .on_event = on_event,
    .on_end = on_end,
    .on_document = on_document,
};
