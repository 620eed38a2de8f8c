/* budgets_json.c - see budgets.h: budgets as the admin API and `weir budgets --json` tell them. */
#include "budgets.h"

#include "wire/json.h"

#include <stdio.h>

static void add_name(struct buf *out, const char *key, const char *name)
{
    if (*name)
        json_add_text_member(out, key, slice_str(name));
}

void budget_line_words(const struct budget_line *line, struct buf *out)
{
    const struct {
        const char *part, *name;
    } parts[] = { { "key", line->key },
                  { "user", line->user },
                  { "tag", line->tag },
                  { "model", line->model },
                  { "provider", line->provider } };
    size_t before = out->len;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (*parts[i].name)
            buf_printf(out, "%s%s %s", out->len > before ? ", " : "", parts[i].part, parts[i].name);
    if (*line->team)
        buf_printf(out, "%steam %s", out->len > before ? " of " : "", line->team);
    if (out->len == before)
        buf_add_str(out, "everything");
}

static void add_line(struct buf *out, const struct budget *budget, const struct budget_line *line)
{
    struct buf words;
    buf_init(&words, SIZE_MAX); /* names of ours */
    budget_line_words(line, &words);
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "of", buf_slice(&words));
    buf_fini(&words);
    add_name(out, "team", line->team);
    add_name(out, "key", line->key);
    add_name(out, "user", line->user);
    add_name(out, "tag", line->tag);
    add_name(out, "model", line->model);
    add_name(out, "provider", line->provider);
    nanousd_add_member(out, "spent_usd", line->spent_nanousd);
    nanousd_add_member(out, "reserved_usd", line->reserved_nanousd);
    nanousd_add_member(out, "remaining_usd", budget_left(budget, line));
    buf_add_byte(out, '}');
}

static void add_per(struct buf *out, unsigned per)
{
    static const struct {
        unsigned    bit;
        const char *word;
    } parts[] = { { PER_TEAM, "team" }, { PER_KEY, "key" },     { PER_USER, "user" },
                  { PER_TAG, "tag" },   { PER_MODEL, "model" }, { PER_PROVIDER, "provider" } };
    json_add_key(out, "per");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!(per & parts[i].bit))
            continue;
        json_add_comma(out);
        json_add_string(out, slice_str(parts[i].word));
    }
    buf_add_byte(out, ']');
}

static void add_state(struct buf *out, const struct budget_state *state, size_t most)
{
    static const char *const overs[] = { [OVER_DENY] = "deny", [OVER_LOCAL] = "local", [OVER_CLAMP] = "clamp" };
    const struct budget     *budget = state->budget;
    char                     window[WINDOW_WORDS_BYTES];
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "budget", slice_str(budget->name));
    nanousd_add_member(out, "limit_usd", budget->limit_nanousd);
    json_add_text_member(out, "window", slice_str(window_words(&budget->window, window)));
    if (window_begins_anew(&budget->window)) {
        json_add_number_member(out, "since", state->span.from_ms / 1000);
        json_add_number_member(out, "resets_at", state->span.to_ms / 1000);
    }
    add_per(out, budget->scope.per);
    json_add_text_member(out, "over", slice_str(overs[budget->over]));
    json_add_number_member(out, "line_count", (int64_t)state->lines);
    json_add_key(out, "lines");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < state->lines && i < most; i++)
        add_line(out, budget, &state->line[i]);
    buf_add_str(out, "]}");
}

void budgets_write_json(struct buf *out, const struct budget_state *state, size_t count, bool is_cut,
                        size_t most)
{
    buf_add_str(out, "{\"data\":[");
    for (size_t i = 0; i < count; i++)
        add_state(out, &state[i], most);
    buf_printf(out, "],\"is_cut\":%s}", is_cut ? "true" : "false");
}
