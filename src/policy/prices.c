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

bool price_worst(const struct model *model, int64_t prompt_bytes, int64_t max_tokens, int64_t choices,
                 int64_t *nanousd, struct fault *why)
{
    int64_t             input = limited(prompt_bytes < 0 ? 0 : prompt_bytes, model->context_tokens);
    const struct rates *rates = rates_for(&model->price, input);
    *nanousd = 0;
    if (!model->price.is_known)
        return fault_set(why, FAULT_NO_PRICE, "model \"%s\" (%s)", model->name, model->sent_as);
    if (rates->input_nanousd == 0 && rates->output_nanousd == 0)
        return true;
    int64_t limit = model->output_tokens ? model->output_tokens : model->context_tokens;
    int64_t output = max_tokens >= 0 ? limited(max_tokens, limit) : limit;
    if (max_tokens < 0 && limit == 0)
        return fault_set(why, FAULT_NO_PRICE,
                         "how much model \"%s\" may write is not known; give it `output`, or max_tokens",
                         model->name);
    /* Of three factors, two fit into 126 bits; the third is what a client says. */
    __int128 all;
    if (__builtin_mul_overflow((__int128)output * rates->output_nanousd, (__int128)(choices < 1 ? 1 : choices),
                               &all) ||
        __builtin_add_overflow(all, (__int128)input * rates->input_nanousd, &all))
        *nanousd = INT64_MAX;
    else
        *nanousd = rounded_up(all);
    return true;
}

int64_t price_usage(const struct price *price, const struct answer_usage *usage)
{
    int64_t             prompt = usage->prompt_tokens > 0 ? usage->prompt_tokens : 0;
    int64_t             output = usage->completion_tokens > 0 ? usage->completion_tokens : 0;
    int64_t             cached = usage->cached_tokens > 0 ? lesser(usage->cached_tokens, prompt) : 0;
    const struct rates *rates = rates_for(price, prompt);
    if (!price->is_known)
        return 0;
    return rounded_up((__int128)(prompt - cached) * rates->input_nanousd +
                      (__int128)cached * rates->cached_nanousd + (__int128)output * rates->output_nanousd);
}

void nanousd_format(int64_t nanousd, char out[32])
{
    uint64_t amount = nanousd < 0 ? 0 - (uint64_t)nanousd : (uint64_t)nanousd;
    snprintf(out, 32, "%s%llu.%09llu", nanousd < 0 ? "-" : "", (unsigned long long)(amount / NANO),
             (unsigned long long)(amount % NANO));
}
