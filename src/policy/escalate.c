/*
 * escalate.c - `escalate:` of a route: when a near model's answer is no more than a draft.
 *
 *     escalate:
 *       to: large
 *       when: { confidence: { below: 0.6 }, refusal: false, drafts_disagree: { alike: 0.8 } }
 *       hold_tokens: 200          # or all
 *       hint: true
 *
 * Any of `when` is enough. Who names a bar of confidence looks for the usual doubts too, each of which a "no"
 * takes out again; who names none looks for what is named.
 */
#include "rules.h"

enum { HOLD_TOKENS = 200, HOLD_TOKENS_MOST = 1000000 };
static const double alike_usually = 0.85;

static const char *const when_keys[] = {
#define DOUBT(name, word, is_usual, about) word,
#include "tables/doubts.h"
#undef DOUBT
    NULL
};

static void switch_doubt(struct escalation *out, enum doubt doubt, bool is_on)
{
    const doubt_set bit = (doubt_set)1 << doubt;
    out->doubts = is_on ? out->doubts | bit : out->doubts & ~bit;
}

/* confidence: { below: 0.6 } */
static void read_confidence(struct compiling *c, const struct yaml *y, struct escalation *out)
{
    static const char *const keys[] = { "below", NULL };
    if (!yaml_is_map(y, "confidence", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    if (!yaml_get(y, "below"))
        diag_error(c->diag, y->place, "confidence is { below: 0.6 }: the mean probability of its tokens");
    out->below = yaml_number(yaml_get(y, "below"), 0, 1, 0, c->diag);
    out->doubts |= doubts_usual() | (doubt_set)1 << DOUBT_CONFIDENCE;
}

/* drafts_disagree: true, or { alike: 0.85 } */
static void read_disagree(struct compiling *c, const struct yaml *y, struct escalation *out)
{
    static const char *const keys[] = { "alike", NULL };
    out->alike = alike_usually;
    if (!y || y->kind == YAML_SCALAR) {
        switch_doubt(out, DOUBT_DISAGREE, yaml_bool(y, false, c->diag));
        return;
    }
    if (!yaml_is_map(y, doubt_word(DOUBT_DISAGREE), c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    out->alike = yaml_number(yaml_get(y, "alike"), 0, 1, alike_usually, c->diag);
    switch_doubt(out, DOUBT_DISAGREE, true);
}

/* likely_wrong: { above: 0.5 } */
static void read_likely_wrong(struct compiling *c, const struct yaml *y, struct escalation *out)
{
    static const char *const keys[] = { "above", NULL };
    if (!yaml_is_map(y, doubt_word(DOUBT_LIKELY_WRONG), c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    if (!yaml_get(y, "above"))
        diag_error(c->diag, y->place, "likely_wrong is { above: 0.5 }: the chance that the draft is wrong");
    out->wrong_above = yaml_number(yaml_get(y, "above"), 0, 1, 1, c->diag);
    out->head = &c->policy->draft_head;
    switch_doubt(out, DOUBT_LIKELY_WRONG, true);
}

/* Those that are on or off. */
static bool is_plain(enum doubt doubt)
{
    return doubt != DOUBT_CONFIDENCE && doubt != DOUBT_DISAGREE && doubt != DOUBT_LIKELY_WRONG;
}

static void read_when(struct compiling *c, const struct yaml *when, struct escalation *out)
{
    read_confidence(c, yaml_get(when, doubt_word(DOUBT_CONFIDENCE)), out);
    read_disagree(c, yaml_get(when, doubt_word(DOUBT_DISAGREE)), out);
    read_likely_wrong(c, yaml_get(when, doubt_word(DOUBT_LIKELY_WRONG)), out);
    for (enum doubt doubt = NO_DOUBT + 1; doubt < DOUBTS; doubt++) {
        const struct yaml *y = yaml_get(when, doubt_word(doubt));
        if (y && is_plain(doubt))
            switch_doubt(out, doubt, yaml_bool(y, true, c->diag));
    }
}

void read_escalate(struct compiling *c, const struct yaml *y, struct route *route)
{
    static const char *const keys[] = { "to", "when", "hold_tokens", "hint", NULL };
    const struct yaml       *when = yaml_get(y, "when"), *hold = yaml_get(y, "hold_tokens");
    struct escalation       *out = &route->escalation;
    if (!yaml_is_map(y, "escalate", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    if (yaml_is_map(when, "when", c->diag)) {
        yaml_known_keys(when, when_keys, c->diag);
        read_when(c, when, out);
    }
    if (!yaml_get(y, "to") || !when) {
        diag_error(c->diag, y->place, "escalate is { to: MODEL, when: { confidence: { below: 0.6 } } }");
        return;
    }
    if (!out->doubts)
        diag_error(c->diag, when->place, "escalate looks for nothing here: it would never be");
    route->escalate_to = asked_named(c, yaml_get(y, "to"));
    if (hold && hold->kind == YAML_SCALAR && slice_is(hold->scalar, "all"))
        out->hold_tokens = INT64_MAX;
    else
        out->hold_tokens = yaml_int(hold, 1, HOLD_TOKENS_MOST, HOLD_TOKENS, c->diag);
    out->hint = yaml_bool(yaml_get(y, "hint"), false, c->diag);
}
