/* usage.c - what a provider says that it used, in the words of OpenAI's dialect and of those like it. */
#include "wire/answer.h"

enum { TOKENS_MOST = 1 << 30 };
static bool read_tokens(const struct json *j, json_at object, const char *key, int64_t *out)
{
    int64_t tokens;
    if (!json_i64(j, json_get(j, object, key), &tokens) || tokens < 0 || tokens > TOKENS_MOST)
        return false;
    *out = tokens;
    return true;
}

static int64_t within(int64_t part, int64_t whole)
{
    return whole < 0 ? 0 : part < whole ? part : whole;
}

/* What is counted in the total and in neither part was written: xAI, and Gemini where it speaks OpenAI's, count
 * what is thought apart. */
static void read_total(const struct json *j, json_at at, struct answer_usage *u)
{
    int64_t total;
    if (!read_tokens(j, at, "total_tokens", &total))
        return;
    if (u->prompt_tokens < 0)
        u->prompt_tokens = total > u->completion_tokens ? total - u->completion_tokens : 0;
    else if (total - u->prompt_tokens > u->completion_tokens)
        u->completion_tokens = total - u->prompt_tokens;
}

/* By the name that a chat has for it, or a response. */
static bool read_either(const struct json *j, json_at object, const char *in_chats, const char *in_responses,
                        int64_t *out)
{
    return read_tokens(j, object, in_chats, out) || read_tokens(j, object, in_responses, out);
}

static json_at details_of(const struct json *j, json_at usage, const char *in_chats, const char *in_responses)
{
    json_at details = json_get(j, usage, in_chats);
    return details != JSON_NONE ? details : json_get(j, usage, in_responses);
}

void usage_read(const struct json *j, json_at at, struct answer_usage *out)
{
    struct answer_usage u = { .prompt_tokens = -1, .completion_tokens = -1 };
    bool                has_prompt = read_either(j, at, "prompt_tokens", "input_tokens", &u.prompt_tokens);
    bool has_completion = read_either(j, at, "completion_tokens", "output_tokens", &u.completion_tokens);
    u.is_given = has_prompt || has_completion;
    if (!u.is_given)
        return;
    read_total(j, at, &u);
    json_at prompt = details_of(j, at, "prompt_tokens_details", "input_tokens_details");
    json_at completion = details_of(j, at, "completion_tokens_details", "output_tokens_details");
    json_at written = json_get(j, prompt, "cache_creation_token_details");
    if (!read_tokens(j, prompt, "cached_tokens", &u.cached_tokens))
        (void)read_tokens(j, at, "prompt_cache_hit_tokens", &u.cached_tokens); /* DeepSeek's name */
    if (!read_either(j, prompt, "cache_creation_tokens", "cache_write_tokens", &u.written_tokens))
        (void)read_tokens(j, at, "cache_creation_input_tokens", &u.written_tokens);
    (void)read_tokens(j, written, "ephemeral_1h_input_tokens",
                      &u.written_hour_tokens); /* LiteLLM's, and ours */
    (void)read_tokens(j, completion, "reasoning_tokens", &u.reasoning_tokens);
    (void)read_tokens(j, prompt, "audio_tokens", &u.audio_prompt_tokens);
    (void)read_tokens(j, completion, "audio_tokens", &u.audio_completion_tokens);
    /* They are parts of the whole; more than that would be counted twice. */
    u.cached_tokens = within(u.cached_tokens, u.prompt_tokens);
    u.written_tokens = within(u.written_tokens, u.prompt_tokens - u.cached_tokens);
    u.written_hour_tokens = within(u.written_hour_tokens, u.written_tokens);
    u.audio_prompt_tokens = within(u.audio_prompt_tokens, u.prompt_tokens - u.cached_tokens - u.written_tokens);
    u.reasoning_tokens = within(u.reasoning_tokens, u.completion_tokens);
    u.audio_completion_tokens = within(u.audio_completion_tokens, u.completion_tokens - u.reasoning_tokens);
    *out = u;
}
