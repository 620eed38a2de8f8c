/* savings.c - see savings.h. */
#include "policy/savings.h"

/* Prices end in price_usage(), which gives at most INT64_MAX and no less than 0: differences of two fit. Sums
 * of three may not; then they stop at the end. */
static int64_t less(int64_t a, int64_t b)
{
    int64_t left;
    return __builtin_sub_overflow(a, b, &left) ? (a < b ? INT64_MIN : INT64_MAX) : left;
}

/* The words that were left out, in tokens: as many a byte as the rest of the prompt had. */
static int64_t left_out_tokens(const struct outcome_of_request *r)
{
    __int128 tokens =
        r->asked_bytes > 0 ? (__int128)r->usage->prompt_tokens * r->left_out_bytes / r->asked_bytes : 0;
    const int64_t most = INT64_C(1) << 40;
    return tokens < 0 ? 0 : tokens > most ? most : (int64_t)tokens;
}

void savings_of(const struct outcome_of_request *r, struct savings *out)
{
    *out = (struct savings){ .baseline_nanousd = r->cost_nanousd };
    if (r->by == BY_NOBODY || !r->model || r->is_unpriced)
        return;
    const struct price *price = r->baseline ? &r->baseline->price : &r->model->price;
    struct answer_usage whole = *r->usage;
    int64_t             short_nanousd = price_usage(price, r->usage);
    int64_t             by_answerer;
    if (r->by != BY_CACHE)
        whole.prompt_tokens += left_out_tokens(r);
    out->baseline_nanousd = price_usage(price, &whole);
    out->by_compression_nanousd = less(less(out->baseline_nanousd, short_nanousd), r->summaries_nanousd);
    by_answerer = less(short_nanousd, less(r->cost_nanousd, r->summaries_nanousd));
    switch (r->by) {
    case BY_NOBODY:
        break;
    case BY_LOCAL:
        out->by_local_nanousd = by_answerer;
        break;
    case BY_REMOTE:
        out->by_model_nanousd = by_answerer;
        break;
    case BY_CACHE:
        out->by_cache_nanousd = by_answerer;
        break;
    }
}

int64_t savings_sum(const struct savings *s)
{
    const int64_t kinds[] = { s->by_local_nanousd, s->by_model_nanousd, s->by_cache_nanousd,
                              s->by_compression_nanousd };
    int64_t       sum = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (__builtin_add_overflow(sum, kinds[i], &sum))
            return INT64_MAX;
    return sum;
}

const struct model *dearest_model(const struct settings *settings)
{
    const struct model *dearest = NULL;
    __int128            most = 0;
    for (unsigned i = 0; i < settings->model_count; i++) {
        const struct model *model = &settings->model[i];
        const struct rates *rates = &model->price.usual;
        __int128            asks = (__int128)rates->input_nanousd * 3 + rates->output_nanousd;
        if (!model->price.is_known || model->source.kind == PRICE_ASSUMED || !model->provider ||
            model->provider->zone == 0 || asks <= most)
            continue;
        most = asks;
        dearest = model;
    }
    return dearest;
}
