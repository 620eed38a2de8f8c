/* refusal.c - see wire/refusal.h. */
#include "wire/refusal.h"

#include "wire/json.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { NUMBER_MOST_BYTES = 64 };

static const int64_t day_ms = INT64_C(86400) * 1000;

/* ---- what it means ---- */

static const struct {
    enum refusal means;
    const char  *words;
} told[] = {
#define REFUSAL(means, words) { REFUSAL_##means, words },
#include "tables/refusals.h"
#undef REFUSAL
};

static bool holds_nocase(struct slice text, const char *words)
{
    size_t len = strlen(words);
    for (size_t at = 0; at + len <= text.len; at++)
        if (slice_is_nocase(slice_cut(text, at, at + len), words))
            return true;
    return false;
}

/* What an error says of itself. */
struct reasons {
    bool         is_read; /* it is JSON */
    struct slice codes;   /* the provider's own words: its code, type, status, reason; a line each */
    struct slice message;
};

static bool is_told(const struct reasons *r, enum refusal means, const char *words)
{
    enum { MESSAGE_MOST_BYTES = 300 }; /* what comes later is quoted */
    bool   is_quotable = means == REFUSAL_KEY || means == REFUSAL_NO_MODEL;
    size_t looked_at = is_quotable ? strlen(words) : MESSAGE_MOST_BYTES;
    return holds_nocase(r->codes, words) || holds_nocase(slice_cut(r->message, 0, looked_at), words);
}

/* False where they say nothing that is known. */
static bool by_words(const struct reasons *r, enum refusal *means)
{
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        if (is_told(r, told[i].means, told[i].words)) {
            *means = told[i].means;
            return true;
        }
    }
    return false;
}

static void add_code(const struct json *j, json_at at, const char *key, struct arena *arena, struct buf *out)
{
    buf_add(out, json_string(j, json_get(j, at, key), arena));
    buf_add_byte(out, '\n');
}

static struct reasons reasons_of(struct slice body, struct arena *arena)
{
    struct reasons r = { 0 };
    struct json    j;
    struct buf     codes;
    if (!json_read(arena, body, &j, NULL))
        return r;
    r.is_read = true;
    json_at at = json_kind(&j, 0) == JSON_ARRAY ? json_first(&j, 0) : 0;
    json_at inner = json_get(&j, at, "error");
    r.message = json_string(&j, inner, arena); /* Ollama's is a string */
    if (json_kind(&j, inner) == JSON_OBJECT)
        at = inner;
    if (!r.message.len)
        r.message = json_string(&j, json_get(&j, at, "message"), arena);
    buf_init(&codes, SIZE_MAX); /* bounded by the body */
    add_code(&j, at, "code", arena, &codes);
    add_code(&j, at, "type", arena, &codes);
    add_code(&j, at, "status", arena, &codes);
    for (json_at d = json_first(&j, json_get(&j, at, "details")); d != JSON_NONE; d = json_next(&j, d))
        add_code(&j, d, "reason", arena, &codes); /* Gemini's */
    r.codes = arena_copy(arena, buf_slice(&codes));
    buf_fini(&codes);
    return r;
}

enum refusal refusal_read(int status, struct slice body, struct arena *arena)
{
    enum { PAYMENT = 402, TOO_LARGE = 413, TOO_MANY = 429, OVERLOADED = 529 };
    const struct reasons reasons = reasons_of(body, arena);
    enum refusal         means;
    if (status >= 400 && status <= TOO_MANY && by_words(&reasons, &means))
        return means;
    switch (status) {
    case 403: /* a page is of a firewall on the way, which may not have liked the prompt */
        return reasons.is_read ? REFUSAL_KEY : REFUSAL_SERVER;
    case 401:
    case PAYMENT:
        return REFUSAL_KEY;
    case TOO_LARGE:
        return REFUSAL_CONTEXT;
    case TOO_MANY:
    case OVERLOADED:
        return REFUSAL_LIMITED;
    case 400:
    case 422:
        return REFUSAL_REQUEST;
    case 408:
    case 409:
    case 425:
        return REFUSAL_SERVER;
    default:
        return status >= 400 && status < 500 ? REFUSAL_NO_MODEL : REFUSAL_SERVER;
    }
}

/* ---- how long ---- */

/* A number of units of so many ms; -1 for what is none. */
static int64_t number_ms(struct slice text, double unit_ms)
{
    char number[NUMBER_MOST_BYTES + 1] = "", *end;
    char first = text.len ? text.ptr[0] : 'x';
    if (text.len > NUMBER_MOST_BYTES || !((first >= '0' && first <= '9') || first == '.'))
        return -1;
    memcpy(number, text.ptr, text.len);
    double ms = strtod(number, &end) * unit_ms;
    if (end != number + text.len || !isfinite(ms) || ms < 0)
        return -1;
    return ms > (double)day_ms ? day_ms : (int64_t)ceil(ms);
}

/* RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT", the form that is written today. */
static int64_t date_ms(struct slice text, int64_t now_s)
{
    char      date[NUMBER_MOST_BYTES + 1] = "";
    struct tm tm = { 0 };
    if (text.len > NUMBER_MOST_BYTES || text.len == 0)
        return -1;
    memcpy(date, text.ptr, text.len);
    const char *end = strptime(date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    if (!end || *end)
        return -1;
    int64_t wait_s = (int64_t)timegm(&tm) - now_s;
    if (wait_s < 0)
        return 0;
    return wait_s > day_ms / 1000 ? day_ms : wait_s * 1000;
}

/* "120ms", "7.66s", "1m2s", "6h0m": OpenAI's and Groq's; -1 for what is none. */
static int64_t span_ms(struct slice text)
{
    static const struct {
        const char *unit;
        double      ms;
    } units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
    int64_t sum_ms = 0;
    while (text.len) {
        size_t digits = 0, unit = 0;
        while (digits < text.len && (slice_find_byte(S("0123456789."), text.ptr[digits]) != SLICE_NONE))
            digits++;
        struct slice rest = slice_cut(text, digits, text.len);
        while (unit < sizeof units / sizeof *units && !slice_starts(rest, slice_str(units[unit].unit)))
            unit++;
        if (unit == sizeof units / sizeof *units)
            return -1;
        int64_t part_ms = number_ms(slice_cut(text, 0, digits), units[unit].ms);
        if (part_ms < 0)
            return -1;
        sum_ms += part_ms;
        text = slice_cut(rest, strlen(units[unit].unit), rest.len);
    }
    return sum_ms > day_ms ? day_ms : sum_ms;
}

/* The longest of those that nothing is left of; -1 where there is none. */
static int64_t limits_ms(const struct http1_head *head)
{
    static const struct {
        const char *remaining, *reset;
    } limits[] = { { "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests" },
                   { "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens" } };
    int64_t wait_ms = -1;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct slice reset = http1_header(head, limits[i].reset);
        int64_t      reset_ms = span_ms(reset);
        if (reset.len && slice_is(http1_header(head, limits[i].remaining), "0") && reset_ms > wait_ms)
            wait_ms = reset_ms;
    }
    return wait_ms;
}

int64_t refusal_wait_ms(const struct http1_head *head, int64_t now_s)
{
    struct slice after = http1_header(head, "retry-after");
    int64_t      wait_ms = number_ms(http1_header(head, "retry-after-ms"), 1);
    if (wait_ms < 0)
        wait_ms = number_ms(after, 1000);
    if (wait_ms < 0)
        wait_ms = date_ms(after, now_s);
    return wait_ms < 0 ? limits_ms(head) : wait_ms;
}

int64_t refusal_body_wait_ms(struct slice body, struct arena *arena)
{
    struct json j;
    if (!json_read(arena, body, &j, NULL))
        return -1;
    json_at at = json_kind(&j, 0) == JSON_ARRAY ? json_first(&j, 0) : 0;
    json_at details = json_get(&j, json_get(&j, at, "error"), "details");
    for (json_at d = json_first(&j, details); d != JSON_NONE; d = json_next(&j, d)) {
        struct slice delay = json_string(&j, json_get(&j, d, "retryDelay"), arena);
        if (slice_ends(delay, S("s")))
            return number_ms(slice_cut(delay, 0, delay.len - 1), 1000);
    }
    return -1;
}
