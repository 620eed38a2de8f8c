/* ledger_words.c - see ledger.h: what a client hears of a budget that is spent, or of a limit. */
#include "ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { USD_BYTES = 32, MOMENT_BYTES = 64, NANO = 1000000000 };

/* "$19.2" */
static const char *dollars(char out[USD_BYTES], int64_t nanousd)
{
    int len = snprintf(out, USD_BYTES, "$%" PRId64 ".%09" PRId64, nanousd / NANO, nanousd % NANO);
    while (out[len - 1] == '0')
        out[--len] = '\0';
    if (out[len - 1] == '.')
        out[--len] = '\0';
    return out;
}

/* "2026-12-01 00:00 +01:00", by the window's clock. */
static void tell_moment(char out[MOMENT_BYTES], const struct time_zone *zone, int64_t wall_ms)
{
    int64_t   utc_s = wall_ms / 1000, ahead_s = time_zone_offset(zone, utc_s);
    time_t    local_s = utc_s + ahead_s;
    int64_t   minutes = (ahead_s < 0 ? -ahead_s : ahead_s) / 60;
    struct tm local;
    gmtime_r(&local_s, &local);
    size_t len = strftime(out, MOMENT_BYTES, "%Y-%m-%d %H:%M ", &local);
    if (ahead_s == 0)
        snprintf(out + len, MOMENT_BYTES - len, "UTC");
    else
        snprintf(out + len, MOMENT_BYTES - len, "%c%02d:%02d", ahead_s < 0 ? '-' : '+', (int)(minutes / 60),
                 (int)(minutes % 60));
}

static void tell_renewal(char out[MOMENT_BYTES + 32], const struct line *line)
{
    char moment[MOMENT_BYTES];
    switch (line->budget->window.kind) {
    case ROLLING:
        snprintf(out, MOMENT_BYTES + 32, "what was spent leaves it bit by bit");
        return;
    case TOTAL:
        snprintf(out, MOMENT_BYTES + 32, "it does not begin anew");
        return;
    case EVERY_HOUR:
    case EVERY_DAY:
    case EVERY_WEEK:
    case EVERY_MONTH:
        break;
    }
    tell_moment(moment, line->budget->window.zone, line->span.to_ms);
    snprintf(out, MOMENT_BYTES + 32, "it begins anew on %s", moment);
}

void ledger_explain_over(const struct hold *h, struct fault *out)
{
    const struct line *line = &h->line[h->at];
    char               limit[USD_BYTES], spent[USD_BYTES], running[USD_BYTES], worst[USD_BYTES];
    char               window[WINDOW_WORDS_BYTES], renewal[MOMENT_BYTES + 32];
    tell_renewal(renewal, line);
    /* Waiting would not help: an SDK that sets no max_tokens may be answered with all that the model can say.
     */
    const char *hint = line->worst_nanousd > line->limit_nanousd
                           ? "; even whole it is less than that: set max_tokens, or `over: clamp`"
                           : "";
    fault_set(out, FAULT_OVER_BUDGET,
              "the budget \"%.64s\" (%.80s): %s %s, %s spent, %s reserved by running calls, and this call may "
              "cost %s; %s%s",
              line->budget->name, line->whose, dollars(limit, line->limit_nanousd),
              window_words(&line->budget->window, window), dollars(spent, h->spent_nanousd),
              dollars(running, h->running_nanousd), dollars(worst, line->worst_nanousd), renewal, hint);
}

void ledger_explain_limited(const struct hold *h, struct fault *out)
{
    const struct rate  *rate = &h->rate[h->at];
    const struct limit *limit = rate->limit;
    switch (h->limited_by) {
    case LIMIT_REQUESTS:
        fault_set(out, FAULT_RATE_LIMITED,
                  "\"%.64s\" (%.80s): %" PRId64 " requests a minute; the next in %" PRId64 " ms", limit->name,
                  rate->whose, limit->requests_a_minute, h->wait_ms);
        break;
    case LIMIT_TOKENS:
        fault_set(out, FAULT_RATE_LIMITED,
                  "\"%.64s\" (%.80s): %" PRId64 " tokens a minute; as many as this asks for in %" PRId64 " ms",
                  limit->name, rate->whose, limit->tokens_a_minute, h->wait_ms);
        break;
    case LIMIT_AT_ONCE:
        fault_set(out, FAULT_RATE_LIMITED,
                  "\"%.64s\" (%.80s): %" PRId64 " calls at once, and as many are running", limit->name,
                  rate->whose, limit->at_once);
        break;
    }
}
