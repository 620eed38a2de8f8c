/*
 * leaving.c - what a model said may go on to another, farther away: a draft as a hint, a summary in a long
 * text's place.
 *
 * A model may know what nobody asked it to tell, or tell plainly what it was told in disguise. So its words are
 * looked through as a client's are, and go where a client's words would go as they are: not where a rule hides,
 * keeps or denies what is in them, nor where that is not known.
 */
#include "exchange_parts.h"

bool exchange_words_may_leave(const struct exchange *x, const struct inspector *inspector, struct arena *arena,
                              struct slice words, unsigned zone)
{
    const struct snapshot *s = x->snapshot;
    struct chat            chat;
    struct inspection      inspection;
    struct facts           facts;
    struct decision        d;
    struct fault           why = { 0 };
    if (!chat_of_prompt(arena, S("auto"), words, &chat, &why) ||
        !inspect(inspector, s->needs, arena, &chat, &inspection, &why))
        return false;
    facts_of(&chat, &inspection, x->team, &facts);
    facts.payer = &x->payer;
    return decide_reach(s->policy, &facts, &d, &why) && reach_allows(d.reach, zone) &&
           !(d.hide & inspection.pii);
}
