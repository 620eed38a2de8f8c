/*
 * settle.c - the end of every exchange, once, whatever ended it: money, metrics, audit. And the headers that
 * tell its story.
 */
#include "exchange_parts.h"

#include "base/log.h"

int64_t exchange_charge(struct exchange *x, const struct model *model, const struct answer_usage *usage)
{
    int64_t cost = price_usage(&model->price, usage);
    x->is_unpriced = x->is_unpriced || !model->price.is_known;
    x->cost_nanousd += cost;
    booking_charge(x->hold, model, cost);
    tab_add(&x->tab, model, usage, cost);
    x->usage.prompt_tokens += usage->prompt_tokens;
    x->usage.completion_tokens += usage->completion_tokens;
    metrics_model(x->tools->metrics, model->name, x->snapshot->settings->zone[model->provider->zone], cost,
                  usage->prompt_tokens, usage->completion_tokens);
    return cost;
}

const char *exchange_cost_words(const struct exchange *x, char out[32])
{
    nanousd_format(x->cost_nanousd, out);
    return x->is_unpriced ? "unknown" : out;
}

/* Of the answer that x->relay has heard, or heard the beginning of. */
static struct answer_usage usage_heard(struct exchange *x)
{
    static const struct relay_outcome nothing;
    const struct relay_outcome       *heard = x->relay ? relay_outcome(x->relay) : &nothing;
    return usage_whole(&heard->usage, x->asked_bytes, heard->content_bytes);
}

void exchange_count_leg(struct exchange *x, bool was_sent)
{
    x->theirs_us += loop_now_us(x->tools->loop) - x->asked_us;
    exchange_let_go(x, LEG_SAID_NOTHING, 0);
    if (!was_sent || !x->model)
        return;
    const struct answer_usage usage = usage_heard(x);
    if (usage.is_given && x->is_weighed && !x->sentences_dropped && !x->summaries)
        densities_note(x->tools->densities, x->model, x->weight, usage.prompt_tokens);
    exchange_charge(x, x->model, &usage);
}

static enum answered_by who_answered(const struct exchange *x)
{
    if (x->fault.kind || !x->model || !x->relay)
        return BY_NOBODY;
    if (x->recalling.is_hit)
        return BY_CACHE;
    return x->model->provider->zone == 0 ? BY_LOCAL : BY_REMOTE;
}

bool exchange_savings(struct exchange *x, struct savings *out)
{
    const struct answer_usage       usage = usage_heard(x);
    const struct outcome_of_request request = {
        .by = who_answered(x),
        .baseline = x->snapshot->settings->baseline,
        .model = x->model,
        .usage = &usage,
        .is_unpriced = x->is_unpriced,
        .cost_nanousd = x->cost_nanousd,
        .summaries_nanousd = x->summaries_nanousd,
        .asked_bytes = x->asked_bytes,
        .left_out_bytes = x->left_out_bytes,
    };
    savings_of(&request, out);
    return request.by != BY_NOBODY && !x->is_unpriced;
}

/* Places hidden in what the model that answered was told: one on this machine was told the plain words. */
static size_t places_hidden(const struct exchange *x)
{
    return x->model && x->model->provider->zone == 0 ? 0 : x->redactions;
}

bool exchange_is_alone(const struct exchange *x)
{
    bool was_far_wanted = false;
    for (unsigned i = 0; i < x->passed_count; i++)
        was_far_wanted = was_far_wanted || x->passed[i].model->provider->zone > 0;
    return was_far_wanted && x->model && x->model->provider->zone == 0 &&
           providers_are_away(x->tools->providers, x->snapshot->settings, loop_now_ms(x->tools->loop));
}

void exchange_add_passed(const struct exchange *x, struct buf *out)
{
    const struct model *answered = x->fault.kind ? NULL : x->model;
    const char         *before = "x-weir-passed-over: ";
    for (unsigned i = 0; i < x->passed_count; i++) {
        const struct passed *p = &x->passed[i];
        if (p->model == answered) /* it was waited for */
            continue;
        buf_add_str(out, before);
        reply_header_name(out, p->model->name);
        buf_printf(out, " %s", p->word);
        before = ", ";
    }
    if (before[0] == ',')
        buf_add(out, S("\r\n"));
}

enum { HEADERS_MOST_BYTES = 8192 }; /* more than all that may be told, cut names as they are */

struct slice exchange_headers(struct exchange *x, bool tells_cost)
{
    const struct decision *decision = &x->decision;
    struct buf             out;
    char                   cost[32];
    int64_t                left;
    struct savings         savings;
    buf_init(&out, HEADERS_MOST_BYTES);
    reply_header(&out, "x-request-id", x->id);
    if (decision->route)
        reply_header(&out, "x-weir-route", decision->route);
    for (unsigned i = 0; i < decision->rule_count; i++) {
        buf_add_str(&out, i == 0 ? "x-weir-rule: " : ", ");
        reply_header_name(&out, decision->rule[i]);
    }
    if (decision->rule_count)
        buf_add(&out, S("\r\n"));
    if (x->model && !x->is_early) { /* else told at the end */
        reply_header(&out, "x-weir-model", x->model->name);
        reply_header(&out, "x-weir-zone", x->snapshot->settings->zone[x->model->provider->zone]);
    }
    if (x->drafting.doubt)
        reply_header(&out, x->drafting.by ? "x-weir-escalated" : "x-weir-doubted",
                     doubt_word(x->drafting.doubt));
    exchange_add_passed(x, &out);
    if (exchange_is_alone(x))
        reply_header(&out, "x-weir-edge", "alone");
    if (!x->recalling.is_out) /* else told at the end */
        exchange_cache_headers(x, &out);
    buf_add(&out, S("x-weir-redactions: "));
    buf_add_decimal(&out, (int64_t)places_hidden(x));
    buf_add(&out, S("\r\n"));
    if (x->left_out.fields[0])
        buf_printf(&out, "x-weir-left-out: %s\r\n", x->left_out.fields); /* plain words of ours, and commas */
    if (x->sentences_dropped)
        buf_printf(&out, "x-weir-dropped-sentences: %u\r\n", x->sentences_dropped);
    if (x->summaries)
        buf_printf(&out, "x-weir-summaries: %u\r\n", x->summaries);
    if (tells_cost) {
        reply_header(&out, "x-weir-cost-usd", exchange_cost_words(x, cost));
    }
    if (tells_cost && exchange_savings(x, &savings)) {
        nanousd_format(savings_sum(&savings), cost);
        reply_header(&out, "x-weir-saved-usd", cost);
    }
    if (tells_cost && booking_remaining(x->hold, &left)) {
        nanousd_format(left, cost);
        reply_header(&out, "x-weir-budget-remaining-usd", cost);
    }
    if (x->is_on_allowance)
        reply_header(&out, "x-weir-budget", "allowance");
    if (redis_trouble(x->tools->redis))
        reply_header(&out, "x-weir-redis", redis_trouble_word(redis_trouble(x->tools->redis)));
    if (x->clamped_tokens)
        buf_printf(&out, "x-weir-clamped-max-tokens: %lld\r\n", (long long)x->clamped_tokens);
    booking_rate_headers(x->hold, &out);
    struct slice lines = arena_copy(x->arena, buf_slice(&out));
    buf_fini(&out);
    return lines;
}

static void add_member(struct buf *line, const char *key, const char *value)
{
    if (!value)
        return;
    buf_printf(line, ",\"%s\":", key);
    json_add_string(line, slice_str(value));
}

/* Goes on after the list of rules: which values the question was about. */
static void add_needed(struct buf *line, pii_set kinds)
{
    const char *before = "],\"needed\":[";
    for (unsigned kind = 0; kind < pii_kinds(); kind++)
        if (kinds >> kind & 1) {
            buf_printf(line, "%s\"%s\"", before, pii_word((enum pii_kind)kind));
            before = ",";
        }
}

static void tell_audit(struct exchange *x)
{
    const struct settings *settings = x->snapshot->settings;
    struct buf             line;
    buf_init(&line, SIZE_MAX); /* bounded by the names in the settings; a line that is cut is no line */
    buf_printf(&line, "{\"at_ms\":%lld,\"id\":", (long long)loop_wall_ms(x->tools->loop));
    json_add_string(&line, slice_str(x->id));
    add_member(&line, "team", x->team ? x->team->name : NULL);
    add_member(&line, "route", x->decision.route);
    add_member(&line, "reach", x->team ? settings->zone[x->decision.reach] : NULL);
    add_member(&line, "model", x->model ? x->model->name : NULL);
    add_member(&line, "zone", x->model ? settings->zone[x->model->provider->zone] : NULL);
    add_member(&line, "draft", x->drafting.by ? x->drafting.by->name : NULL);
    add_member(&line, "doubt", doubt_word(x->drafting.doubt));
    add_member(&line, "verdict", x->fault.kind ? fault_code(x->fault.kind) : "answered");
    buf_printf(
        &line,
        ",\"cache\":\"%s\",\"redactions\":%zu,\"dropped_sentences\":%u,\"summaries\":%u,\"prompt_tokens\":%lld,"
        "\"completion_tokens\":%lld,\"cost_nanousd\":%lld,\"ms\":%lld,\"rules\":[",
        exchange_cache_word(x), x->redactions, x->sentences_dropped, x->summaries,
        (long long)x->usage.prompt_tokens, (long long)x->usage.completion_tokens, (long long)x->cost_nanousd,
        (long long)(loop_now_us(x->tools->loop) - x->began_us) / 1000);
    for (unsigned i = 0; i < x->decision.rule_count; i++) {
        if (i)
            buf_add_byte(&line, ',');
        json_add_string(&line, slice_str(x->decision.rule[i]));
    }
    add_needed(&line, x->facts.needed);
    buf_add(&line, S("]}"));
    audit_line(x->tools->audit, buf_slice(&line));
    buf_fini(&line);
}

static void count_saved(struct metrics *metrics, enum metric metric, int64_t nanousd)
{
    if (nanousd > 0) /* a counter does not go down */
        metrics_add(metrics, metric, nanousd);
}

/* In Redis' sums, and in the metrics. */
static void sum_up(struct exchange *x)
{
    struct metrics *metrics = x->tools->metrics;
    struct savings  savings;
    exchange_savings(x, &savings);
    metrics_add(metrics, METRIC_COST, x->cost_nanousd);
    metrics_add(metrics, METRIC_BASELINE, savings.baseline_nanousd);
    count_saved(metrics, METRIC_SAVED_LOCAL, savings.by_local_nanousd);
    count_saved(metrics, METRIC_SAVED_MODEL, savings.by_model_nanousd);
    count_saved(metrics, METRIC_SAVED_CACHE, savings.by_cache_nanousd);
    count_saved(metrics, METRIC_SAVED_COMPRESSION, savings.by_compression_nanousd);
    if (!x->team)
        return;
    const struct spent spent = {
        .payer = &x->payer,
        .route = x->decision.route,
        .model = x->model,
        .by = who_answered(x),
        .tab = &x->tab,
        .savings = &savings,
    };
    spend_add(x->tools->spend, &spent, x->snapshot->settings->spend_keep_ms);
}

bool exchange_was_cut(const struct exchange *x)
{
    if (!x->model || !x->relay || x->recalling.is_hit || x->model->provider->zone > 0)
        return false;
    const struct answer_usage *usage = &relay_outcome(x->relay)->usage;
    return usage->is_given && prompt_was_cut(&x->chat, usage->prompt_tokens);
}

/* Who answers a conversation, and what of it is in a provider's cache by now. */
static void note_conversation(struct exchange *x)
{
    if (!x->conversation || !x->model || !x->relay || x->recalling.is_hit || x->fault.kind)
        return;
    conversations_note(x->tools->conversations, x->conversation, x->model, &relay_outcome(x->relay)->usage,
                       loop_wall_ms(x->tools->loop));
}

void exchange_settle(struct exchange *x)
{
    struct metrics *metrics = x->tools->metrics;
    note_conversation(x);
    metrics_add(metrics, METRIC_PROMPTS_CUT, exchange_was_cut(x));
    for (unsigned i = 0; x->hold && i < x->hold->rates; i++)
        x->hold->rate[i].used_tokens = x->usage.prompt_tokens + x->usage.completion_tokens;
    ledger_settle(x->tools->ledger, &x->hold);
    sum_up(x);
    exchange_end_recall(x);
    metrics_add(metrics, METRIC_REQUESTS, 1);
    if (x->chat.stream)
        metrics_add(metrics, METRIC_STREAMS, 1);
    if (!x->fault.kind && exchange_is_alone(x))
        metrics_add(metrics, METRIC_ALONE, 1);
    if (x->fault.kind == FAULT_CLIENT_GONE)
        metrics_add(metrics, METRIC_CLIENTS_GONE, 1);
    if (x->fault.kind)
        metrics_fault(metrics, x->fault.kind);
    int64_t whole_us = loop_now_us(x->tools->loop) - x->began_us;
    metrics_latency_ms(metrics, whole_us / 1000, whole_us - x->theirs_us);
    if (x->tools->audit)
        tell_audit(x);
    log_debug("request", "%s: %s, route %s, model %s", x->id,
              x->fault.kind ? fault_code(x->fault.kind) : "answered",
              x->decision.route ? x->decision.route : "none", x->model ? x->model->name : "none");
}
