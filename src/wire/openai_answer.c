/*
 * openai_answer.c - reads a chat completion, or one chunk of a streamed one.
 *
 * Both have the same shape: choices with a message or a delta. As with requests, a member that is not known is
 * walked for strings, so that a placeholder is found wherever a model or a server put it.
 */
#include "wire/answer.h"

struct reader {
    struct arena      *arena;
    struct answer     *answer;
    const struct json *json; /* (ref) the answer's */
    size_t             cap;  /* of the list of texts */
    uint32_t           choice, tool;
};

static void add_text(struct reader *r, json_at at, enum answer_place place)
{
    struct answer          *a = r->answer;
    const struct json_node *n = &r->json->node[at];
    struct slice            text = json_string(r->json, at, r->arena);
    if (text.len == 0)
        return;
    if (a->text_count == r->cap)
        a->text = arena_grow(r->arena, a->text, a->text_count, sizeof *a->text, &r->cap);
    a->text[a->text_count++] = (struct answer_text){
        .text = text, .start = n->start, .end = n->end, .choice = r->choice, .tool = r->tool, .place = place
    };
}

/* Every string at any depth. */
static void add_all(struct reader *r, json_at at, enum answer_place place)
{
    if (json_kind(r->json, at) == JSON_STRING)
        add_text(r, at, place);
    for (json_at m = json_first(r->json, at); m != JSON_NONE; m = json_next(r->json, m))
        add_all(r, m, place);
}

/* A small number given by "index", else the place in the array. */
static uint32_t index_of(const struct reader *r, json_at object, uint32_t place)
{
    int64_t index;
    if (json_i64(r->json, json_get(r->json, object, "index"), &index) && index >= 0 && index < UINT32_MAX)
        return (uint32_t)index;
    return place;
}

/* Content is a string, or with some providers a list of parts. */
static void read_content(struct reader *r, json_at at)
{
    if (json_kind(r->json, at) == JSON_STRING) {
        add_text(r, at, ANSWER_CONTENT);
        return;
    }
    r->answer->has_parts = r->answer->has_parts || json_kind(r->json, at) == JSON_ARRAY;
    for (json_at part = json_first(r->json, at); part != JSON_NONE; part = json_next(r->json, part))
        for (json_at m = json_first(r->json, part); m != JSON_NONE; m = json_next(r->json, m))
            add_all(r, m, json_key_is(r->json, m, "text") ? ANSWER_CONTENT : ANSWER_OTHER);
}

static void read_called(struct reader *r, json_at called)
{
    for (json_at m = json_first(r->json, called); m != JSON_NONE; m = json_next(r->json, m)) {
        if (json_key_is(r->json, m, "arguments") && json_kind(r->json, m) == JSON_STRING)
            add_text(r, m, ANSWER_TOOL_ARGUMENTS);
        else if (json_key_is(r->json, m, "input") && json_kind(r->json, m) == JSON_STRING)
            add_text(r, m, ANSWER_TOOL_INPUT);
        else if (!json_key_is(r->json, m, "name"))
            add_all(r, m, ANSWER_OTHER);
    }
}

static void read_tool_calls(struct reader *r, json_at calls)
{
    uint32_t place = 0;
    for (json_at call = json_first(r->json, calls); call != JSON_NONE; call = json_next(r->json, call)) {
        r->tool = index_of(r, call, place++);
        for (json_at m = json_first(r->json, call); m != JSON_NONE; m = json_next(r->json, m)) {
            if (json_key_is(r->json, m, "function") || json_key_is(r->json, m, "custom"))
                read_called(r, m);
            else if (!json_key_is(r->json, m, "id") && !json_key_is(r->json, m, "type"))
                add_all(r, m, ANSWER_OTHER);
        }
    }
    r->tool = 0;
}

/* A message, or a delta. */
static void read_message(struct reader *r, json_at message)
{
    for (json_at m = json_first(r->json, message); m != JSON_NONE; m = json_next(r->json, m)) {
        if (json_key_is(r->json, m, "content"))
            read_content(r, m);
        else if (json_key_is(r->json, m, "tool_calls"))
            read_tool_calls(r, m);
        else if (json_key_is(r->json, m, "function_call"))
            read_called(r, m);
        else if (json_key_is(r->json, m, "refusal"))
            add_all(r, m, ANSWER_REFUSAL);
        else if (json_key_is(r->json, m, "reasoning_content") || json_key_is(r->json, m, "reasoning"))
            add_all(r, m, ANSWER_REASONING);
        else if (!json_key_is(r->json, m, "role"))
            add_all(r, m, ANSWER_OTHER);
    }
}

/* OpenAI says -9999.0 for "very unlikely": one such token would make the mean of all others meaningless. */
#define LOGPROB_LEAST (-20.0)

/* {"content": [{"token": …, "logprob": -0.1}, …]} */
static void read_logprobs(struct reader *r, json_at logprobs)
{
    json_at tokens = json_get(r->json, logprobs, "content");
    for (json_at t = json_first(r->json, tokens); t != JSON_NONE; t = json_next(r->json, t)) {
        double logprob;
        if (!json_double(r->json, json_get(r->json, t, "logprob"), &logprob))
            continue;
        r->answer->logprob_sum += logprob < LOGPROB_LEAST ? LOGPROB_LEAST : logprob;
        r->answer->logprob_count++;
    }
}

/* "error": null, {} or "" says that nothing is wrong. */
static bool is_something(const struct json *j, json_at at)
{
    switch (json_kind(j, at)) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_OBJECT:
    case JSON_ARRAY:
        return json_first(j, at) != JSON_NONE;
    case JSON_STRING:
        return json_raw(j, at).len > 2;
    case JSON_TRUE:
    case JSON_NUMBER:
        break;
    }
    return true;
}

/* ---- how it ended ---- */

/* The beginning of what servers say; NULL: that it failed. */
static const struct {
    const char *theirs, *ours;
} finishes[] = {
    { "eos", "stop" },
    { "end_turn", "stop" },
    { "stop_sequence", "stop" },
    { "max_tokens", "length" },
    { "model_length", "length" },                  /* Mistral */
    { "model_context_window_exceeded", "length" }, /* Zhipu */
    { "sensitive", "content_filter" },             /* Zhipu */
    { "content_filter:", "content_filter" },       /* Google's OpenAI endpoint */
    { "function_call_filter:", NULL },             /* the same, of a call that it could not write */
    { "error", NULL },                             /* OpenRouter, Mistral */
    { "abort", NULL },                             /* vLLM */
    { "network_error", NULL },                     /* Zhipu */
    { "insufficient_system_resource", NULL },      /* DeepSeek */
};

struct slice answer_finish(struct slice finish_reason)
{
    for (size_t i = 0; i < sizeof finishes / sizeof *finishes; i++)
        if (slice_starts(finish_reason, slice_str(finishes[i].theirs)))
            return finishes[i].ours ? slice_str(finishes[i].ours) : S("");
    return finish_reason;
}

json_at answer_error(const struct json *j)
{
    json_at choices = json_get(j, 0, "choices"), groq = json_get(j, 0, "x_groq");
    json_at found = json_get(j, 0, "error");
    if (is_something(j, found))
        return found;
    if (is_something(j, json_get(j, groq, "error")))
        return json_get(j, groq, "error");
    for (json_at c = json_first(j, choices); c != JSON_NONE; c = json_next(j, c))
        if (is_something(j, json_get(j, c, "error"))) /* OpenRouter's */
            return json_get(j, c, "error");
    return 0;
}

static void read_finish(struct reader *r, json_at at)
{
    struct answer *a = r->answer;
    struct slice   theirs = json_string(r->json, at, r->arena), finish = answer_finish(theirs);
    a->is_error = a->is_error || (theirs.len && !finish.len);
    if (finish.ptr && !a->finish.ptr) {
        a->finish = finish;
        a->finish_choice = r->choice;
    }
}

static void read_choice(struct reader *r, json_at choice, uint32_t place)
{
    struct answer *a = r->answer;
    r->choice = index_of(r, choice, place);
    for (json_at m = json_first(r->json, choice); m != JSON_NONE; m = json_next(r->json, m)) {
        if (json_key_is(r->json, m, "message") || json_key_is(r->json, m, "delta")) {
            read_message(r, m);
        } else if (json_key_is(r->json, m, "logprobs")) {
            if (r->choice == 0)
                read_logprobs(r, m);
        } else if (json_key_is(r->json, m, "usage")) { /* Moonshot's streams have it here alone */
            if (!a->usage.is_given)
                usage_read(r->json, m, &a->usage);
        } else if (json_key_is(r->json, m, "finish_reason")) {
            read_finish(r, m);
        } else if (json_key_is(r->json, m, "error")) {
            a->is_error = a->is_error || is_something(r->json, m);
        }
    }
    r->choice = 0;
}

static bool is_protocol(const struct json *j, json_at member)
{
    static const char *const keys[] = { "id",           "object",      "created", "model", "system_fingerprint",
                                        "service_tier", "obfuscation", "provider" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_key_is(j, member, keys[i]))
            return true;
    return false;
}

static bool read_choices(struct reader *r, json_at choices, struct fault *why)
{
    enum json_kind kind = json_kind(r->json, choices);
    if (kind != JSON_ARRAY && kind != JSON_NULL)
        return fault_set(why, FAULT_PROVIDER_BROKE, "its choices are no array");
    for (json_at c = json_first(r->json, choices); c != JSON_NONE; c = json_next(r->json, c)) {
        if (json_kind(r->json, c) != JSON_OBJECT)
            return fault_set(why, FAULT_PROVIDER_BROKE, "a choice is no object");
        read_choice(r, c, r->answer->choices++);
    }
    return true;
}

bool answer_read(struct arena *arena, struct slice text, struct answer *out, struct fault *why)
{
    *out = (struct answer){ 0 };
    struct fault wrong = { 0 };
    if (!json_read(arena, text, &out->json, &wrong))
        return fault_set(why, FAULT_PROVIDER_BROKE, "%s", wrong.detail);
    const struct json *j = &out->json;
    if (json_kind(j, 0) != JSON_OBJECT)
        return fault_set(why, FAULT_PROVIDER_BROKE, "it is no JSON object");

    struct reader r = { .arena = arena, .answer = out, .json = j };
    for (json_at m = json_first(j, 0); m != JSON_NONE; m = json_next(j, m)) {
        if (json_key_is(j, m, "choices")) {
            if (!read_choices(&r, m, why))
                return false;
        } else if (json_key_is(j, m, "usage")) {
            usage_read(j, m, &out->usage);
        } else if (json_key_is(j, m, "x_groq")) {
            if (!out->usage.is_given)
                usage_read(j, json_get(j, m, "usage"), &out->usage);
            out->is_error = out->is_error || is_something(j, json_get(j, m, "error"));
            add_all(&r, m, ANSWER_OTHER);
        } else if (json_key_is(j, m, "error")) {
            out->is_error = out->is_error || is_something(j, m);
        } else if (!is_protocol(j, m)) {
            add_all(&r, m, ANSWER_OTHER);
        }
    }
    return true;
}

struct json_edit answer_edit_text(const struct answer_text *t, struct slice text, struct arena *arena)
{
    return t->is_json ? (struct json_edit){ t->start, t->end, arena_copy(arena, text) }
                      : json_edit_string(t->start, t->end, text, arena);
}

struct json_edit *answer_edits_strip(const struct answer *a, struct arena *arena, size_t *count)
{
    const struct json *j = &a->json;
    struct json_edit  *edits = arena_array(arena, a->choices, sizeof *edits);
    *count = 0;
    for (json_at choice = json_first(j, json_get(j, 0, "choices")); choice != JSON_NONE;
         choice = json_next(j, choice)) {
        json_at probs = json_get(j, choice, "logprobs");
        if (json_kind(j, probs) != JSON_NULL)
            edits[(*count)++] = (struct json_edit){ j->node[probs].start, j->node[probs].end, S("null") };
    }
    return edits;
}

bool answer_is_usage_only(const struct answer *a)
{
    return a->usage.is_given && a->choices == 0 && !a->is_error;
}
