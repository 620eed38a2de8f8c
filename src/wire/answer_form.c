/* answer_form.c - see answer_form_inside.h. */
#include "answer_form_inside.h"

const char *const form_texts[FORM_TEXTS] = {
    "content", "refusal", "reasoning_redacted", "reasoning_signature", "reasoning", "reasoning_content"
};
const char *const form_envelopes[FORM_ENVELOPES] = {
    "id", "created", "model", "service_tier", "system_fingerprint", "provider"
};
const char *const form_finishes[FORM_FINISHES] = { "finish_reason", "stop_reason", "stop_sequence" };

bool form_says_nothing(const struct json *j, json_at at)
{
    switch (json_kind(j, at)) {
    case JSON_NULL:
        return true;
    case JSON_STRING:
        return json_raw(j, at).len <= strlen("\"\"");
    case JSON_ARRAY:
    case JSON_OBJECT:
        return json_first(j, at) == JSON_NONE;
    case JSON_FALSE:
    case JSON_TRUE:
    case JSON_NUMBER:
        break;
    }
    return false;
}

static bool is_one_of(const struct json *j, json_at member, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (json_key_is(j, member, keys[i]))
            return true;
    return false;
}

/* Does it hold nothing but these (NULL-terminated), and what says nothing? */
static bool holds_only(const struct json *j, json_at object, const char *const *keys)
{
    size_t count = 0;
    while (keys[count])
        count++;
    for (json_at m = json_first(j, object); m != JSON_NONE; m = json_next(j, m))
        if (!is_one_of(j, m, keys, count) && !form_says_nothing(j, m))
            return false;
    return true;
}

static bool is_known_call(const struct json *j, json_at call)
{
    static const char *const of_call[] = { "index", "id", "type", "function", "custom", NULL };
    static const char *const of_function[] = { "name", "arguments", NULL };
    static const char *const of_custom[] = { "name", "input", NULL };
    return json_kind(j, call) == JSON_OBJECT && holds_only(j, call, of_call) &&
           holds_only(j, json_get(j, call, "function"), of_function) &&
           holds_only(j, json_get(j, call, "custom"), of_custom);
}

static bool is_known_message(const struct json *j, json_at message)
{
    static const char *const others[] = { "role", "tool_calls" };
    for (json_at m = json_first(j, message); m != JSON_NONE; m = json_next(j, m)) {
        bool is_text = is_one_of(j, m, form_texts, FORM_TEXTS);
        if (is_text ? json_kind(j, m) != JSON_STRING && json_kind(j, m) != JSON_NULL
                    : !is_one_of(j, m, others, 2) && !form_says_nothing(j, m))
            return false;
    }
    json_at calls = json_get(j, message, "tool_calls");
    for (json_at c = json_first(j, calls); c != JSON_NONE; c = json_next(j, c))
        if (!is_known_call(j, c))
            return false;
    return true;
}

bool form_is_known_choice(const struct json *j, json_at choice, const char *message)
{
    const char *const        of_choice[] = { "index",          message,
                                             "logprobs",       "content_filter_results",
                                             form_finishes[0], form_finishes[1],
                                             form_finishes[2], NULL };
    static const char *const of_logprobs[] = { "content", "refusal", NULL };
    return json_kind(j, choice) == JSON_OBJECT && holds_only(j, choice, of_choice) &&
           holds_only(j, json_get(j, choice, "logprobs"), of_logprobs) &&
           is_known_message(j, json_get(j, choice, message));
}

/* Beside the envelope there is what only providers read. */
bool form_is_known_answer(const struct json *j)
{
    static const char *const others[] = {
        "object", "choices", "usage", "obfuscation", "timings", "x_groq", "prompt_filter_results"
    };
    for (json_at m = json_first(j, 0); m != JSON_NONE; m = json_next(j, m))
        if (!is_one_of(j, m, form_envelopes, FORM_ENVELOPES) &&
            !is_one_of(j, m, others, sizeof others / sizeof *others) && !form_says_nothing(j, m))
            return false;
    return json_kind(j, 0) == JSON_OBJECT;
}

int64_t form_index(const struct json *j, json_at object, int64_t position)
{
    int64_t index;
    return json_i64(j, json_get(j, object, "index"), &index) ? index : position;
}

struct slice form_in_openais(struct arena *arena, enum dialect dialect, struct slice answer, bool is_stream,
                             size_t most_bytes)
{
    struct buf   out;
    struct fault why;
    if (dialect == DIALECT_OPENAI)
        return answer;
    buf_init(&out, most_bytes);
    struct translation *t = translation_new(
        arena, &(struct translation_options){
                   .from = dialect, .to = DIALECT_OPENAI, .is_stream = is_stream, .most_bytes = most_bytes });
    bool ok = translation_feed(t, answer, &out, &why) && translation_end(t, &out, &why) && !out.full;
    answer = ok ? arena_copy(arena, buf_slice(&out)) : S("");
    buf_wipe(&out);
    return answer;
}
