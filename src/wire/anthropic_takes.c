/*
 * anthropic_takes.c - what the model that is asked takes of how to choose words and of how hard to think.
 *
 * It goes by the model's name (tables/claude_models.h): what one of them took, a later one refuses (400). What
 * it does not take is left out and noted.
 */
#include "anthropic_inside.h"

enum sampling { SAMPLING_NONE, SAMPLING_ONE, SAMPLING_BOTH };

struct claude {
    const char   *name; /* its beginning */
    enum sampling sampling;
    bool          takes_effort;
};

/* What the model that is asked takes. Others than Anthropic's speak its dialect too, and are told all. */
static struct claude claude_of(struct rewrite *w)
{
    static const struct claude listed[] = {
#define CLAUDE(name, sampling, effort) { name, SAMPLING_##sampling, effort },
#include "tables/claude_models.h"
#undef CLAUDE
    };
    struct slice model = rewrite_text(w, 0, "model");
    for (size_t i = 0; i < sizeof listed / sizeof *listed; i++)
        if (slice_starts(model, slice_str(listed[i].name)))
            return listed[i];
    return (struct claude){ .sampling = slice_starts(model, S("claude-")) ? SAMPLING_NONE : SAMPLING_BOTH,
                            .takes_effort = true };
}

/* OpenAI's temperatures go to 2, Anthropic's to 1. */
bool anthropic_write_temperature(struct rewrite *w, json_at at)
{
    double temperature;
    if (claude_of(w).sampling == SAMPLING_NONE)
        return rewrite_note(w, at);
    if (!json_double(w->json, at, &temperature) || temperature <= 1)
        return rewrite_copy(w, at);
    json_add_member(w->out, "temperature", S("1"));
    rewrite_leave_out(w, S("temperature above 1"));
    return true;
}

bool anthropic_write_top_p(struct rewrite *w, json_at at)
{
    enum sampling sampling = claude_of(w).sampling;
    bool          is_second = json_kind(w->json, json_get(w->json, 0, "temperature")) == JSON_NUMBER;
    if (sampling == SAMPLING_NONE || (sampling == SAMPLING_ONE && is_second))
        return rewrite_note(w, at);
    return rewrite_copy(w, at);
}

bool anthropic_write_top_k(struct rewrite *w, json_at at)
{
    return claude_of(w).sampling == SAMPLING_NONE ? rewrite_note(w, at) : rewrite_copy(w, at);
}

struct slice anthropic_effort(struct rewrite *w)
{
    struct slice  effort = rewrite_text(w, 0, "reasoning_effort");
    struct claude claude = claude_of(w);
    if (!effort.len || slice_is(effort, "none"))
        return S("");
    if (!claude.takes_effort) {
        rewrite_leave_out(w, S("reasoning_effort"));
        return S("");
    }
    if (slice_is(effort, "minimal"))
        return S("low");
    return slice_is(effort, "xhigh") && claude.name ? S("high") : effort; /* newer ones have that word */
}
