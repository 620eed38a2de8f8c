/*
 * shares.c - `difficulty: { hardest: 20% }`: a threshold that is found from recent traffic.
 *
 * A rule knows which of the policy's shares it means; where the bar lies is a fact (facts.bar), so that
 * deciding stays pure. Without that fact the reference's bar holds.
 */
#include "rules.h"

#include "policy/recent.h"

#include <stdio.h>
#include <stdlib.h>

static const float shipped_reference[TAUGHT_QUANTILES] = {
#include "tables/difficulty_reference.h"
};

static double reference_bar(const struct policy *p, double share)
{
    return recent_reference(p->heads.difficulty ? p->heads.difficulty->quantile : shipped_reference, share);
}

/* "20%", "0.5 %": 0..1; false where it is none such. */
static bool percent(struct slice text, double *share)
{
    char   digits[32];
    char  *end;
    double number;
    if (!slice_ends(text, S("%")) || text.len > sizeof digits)
        return false;
    text = slice_trim(slice_cut(text, 0, text.len - 1));
    snprintf(digits, sizeof digits, "%.*s", SLICE_ARG(text));
    number = strtod(digits, &end);
    *share = number / 100;
    return text.len > 0 && *end == '\0' && number > 0 && number < 100;
}

bool share_named(struct compiling *c, const struct yaml *y, unsigned *index)
{
    struct policy *p = c->policy;
    struct slice   text = yaml_text(y, S(""), c->diag);
    double         share;
    if (!percent(text, &share)) {
        if (text.len)
            diag_error(c->diag, y->place, "hardest is a share between 0%% and 100%%, such as 20%%");
        return false;
    }
    for (*index = 0; *index < p->share_count; (*index)++)
        if (p->share[*index].share == share)
            return true;
    if (p->share_count == SHARES_MOST) {
        diag_error(c->diag, y->place, "more than %d different shares", SHARES_MOST);
        return false;
    }
    p->share[p->share_count++] = (struct share){ share, reference_bar(p, share) };
    return true;
}

unsigned policy_shares(const struct policy *p, const struct share **out)
{
    *out = p->share;
    return p->share_count;
}

uint64_t policy_difficulty_id(const struct policy *p)
{
    return p->heads.difficulty ? p->heads.difficulty->seal : 0;
}
