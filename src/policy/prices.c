/*
 * prices.c - what asking may cost and did cost, in integers.
 *
 * A price is nano-dollars for a million tokens, so tokens * price is a millionth of a nano-dollar; 128 bits
 * hold any product of two int64, and what does not fit into int64 in the end is INT64_MAX: more than any budget
 * has.
 */
#include "policy/decide.h"

#include <stdio.h>

enum { TOKENS_A_PRICE = 1000000, NANO = 1000000000 };

/* Bytes that a token has at least on average, where a provider did not say what it used: errs high. */
enum { BYTES_A_TOKEN_LEAST = 3 };

static int64_t rounded_up(__int128 micro_nanousd)
{
    __int128 nanousd = micro_nanousd / TOKENS_A_PRICE + (micro_nanousd % TOKENS_A_PRICE != 0);
    return nanousd > INT64_MAX ? INT64_MAX : (int64_t)nanousd;
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* 0 stands for "not known" in limit. */
static int64_t limited(int64_t value, int64_t limit)
{
    return limit > 0 ? lesser(value, limit) : value;
}

static const struct rates *rates_for(const struct price *price, int64_t prompt_tokens)
{
    bool is_long = price->long_above_tokens > 0 && prompt_tokens > price->long_above_tokens;
    return is_long ? &price->when_long : &price->usual;
}

/* 0 stands for "as the plain one". */
static int64_t rate_or(int64_t rate, int64_t plain)
{
    return rate > 0 ? rate : plain;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* All of a prompt may be written into the provider's cache, or be sound; all of an answer may be reasoning. */
static int64_t dearest_input(const struct rates *rates)
{
    int64_t written = greater(rates->written_nanousd, rates->written_hour_nanousd);
    return greater(rates->input_nanousd, greater(written, rates->audio_input_nanousd));
}

static int64_t dearest_output(const struct rates *rates)
{
    return greater(rates->output_nanousd, greater(rates->reasoning_nanousd, rates->audio_output_nanousd));
}

bool price_worst(const struct model *model, int64_t prompt_tokens, int64_t max_tokens, int64_t choices,
                 int64_t *nanousd, struct fault *why)
{
    int64_t             input = limited(prompt_tokens < 0 ? 0 : prompt_tokens, model->context_tokens);
    const struct rates *rates = rates_for(&model->price, input);
    *nanousd = 0;
    if (!model->price.is_known)
        return fault_set(why, FAULT_NO_PRICE, "model \"%s\" (%s)", model->name, model->sent_as);
    if (dearest_input(rates) == 0 && dearest_output(rates) == 0)
        return true;
    int64_t limit = model->output_tokens ? model->output_tokens : model->context_tokens;
    int64_t output = max_tokens >= 0 ? limited(max_tokens, limit) : limit;
    if (max_tokens < 0 && limit == 0)
        return fault_set(why, FAULT_NO_PRICE,
                         "how much model \"%s\" may write is not known; give it `output`, or max_tokens",
                         model->name);
    /* Of three factors, two fit into 126 bits; the third is what a client says. */
    __int128 all;
    if (__builtin_mul_overflow((__int128)output * dearest_output(rates), (__int128)(choices < 1 ? 1 : choices),
                               &all) ||
        __builtin_add_overflow(all, (__int128)input * dearest_input(rates), &all))
        *nanousd = INT64_MAX;
    else
        *nanousd = rounded_up(all);
    return true;
}

/* A part of what is left: at least nothing, at most all of it, which becomes less. */
static __int128 part(int64_t tokens, int64_t *left, int64_t rate)
{
    int64_t taken = tokens < 0 ? 0 : lesser(tokens, *left);
    *left -= taken;
    return (__int128)taken * rate;
}

int64_t price_usage(const struct price *price, const struct answer_usage *usage)
{
    int64_t             prompt = usage->prompt_tokens > 0 ? usage->prompt_tokens : 0;
    int64_t             output = usage->completion_tokens > 0 ? usage->completion_tokens : 0;
    const struct rates *rates = rates_for(price, prompt);
    if (!price->is_known)
        return 0;
    int64_t  written_nanousd = rate_or(rates->written_nanousd, rates->input_nanousd);
    int64_t  for_an_hour = lesser(usage->written_hour_tokens, usage->written_tokens);
    __int128 all = part(usage->cached_tokens, &prompt, rates->cached_nanousd);
    all += part(for_an_hour, &prompt, rate_or(rates->written_hour_nanousd, written_nanousd));
    all += part(usage->written_tokens - greater(for_an_hour, 0), &prompt, written_nanousd);
    all += part(usage->audio_prompt_tokens, &prompt, rate_or(rates->audio_input_nanousd, rates->input_nanousd));
    all += part(prompt, &prompt, rates->input_nanousd);
    all += part(usage->reasoning_tokens, &output, rate_or(rates->reasoning_nanousd, rates->output_nanousd));
    all += part(usage->audio_completion_tokens, &output,
                rate_or(rates->audio_output_nanousd, rates->output_nanousd));
    all += part(output, &output, rates->output_nanousd);
    return rounded_up(all);
}

struct answer_usage usage_whole(const struct answer_usage *told, int64_t asked_bytes, int64_t answer_bytes)
{
    struct answer_usage usage = *told;
    if (!told->is_given || told->prompt_tokens < 0)
        usage.prompt_tokens = asked_bytes / BYTES_A_TOKEN_LEAST + 1;
    if (!told->is_given || told->completion_tokens < 0)
        usage.completion_tokens = (answer_bytes + BYTES_A_TOKEN_LEAST - 1) / BYTES_A_TOKEN_LEAST;
    usage.is_given = told->is_given && told->prompt_tokens >= 0 && told->completion_tokens >= 0;
    return usage;
}

void nanousd_format(int64_t nanousd, char out[32])
{
    uint64_t amount = nanousd < 0 ? 0 - (uint64_t)nanousd : (uint64_t)nanousd;
    snprintf(out, 32, "%s%llu.%09llu", nanousd < 0 ? "-" : "", (unsigned long long)(amount / NANO),
             (unsigned long long)(amount % NANO));
}

void nanousd_add_member(struct buf *out, const char *key, int64_t nanousd)
{
    char usd[32];
    nanousd_format(nanousd, usd);
    json_add_text_member(out, key, slice_str(usd));
}
