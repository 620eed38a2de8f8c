/*
 * draft.h - what may be wrong with a draft, told from its text in microseconds and without asking anybody.
 *
 * A draft is a near model's answer that may yet be replaced by a better model's. None of these checks says that
 * an answer is right; each finds a kind that is not, and says so seldom of others. They are pure, bounded in
 * time by the lengths of what they read, and need the draft's own words: values restored, the request as the
 * client sent it.
 */
#ifndef WEIR_POLICY_DRAFT_H
#define WEIR_POLICY_DRAFT_H

#include "wire/chat.h"

/* tables/doubts.h has a line each. */
enum doubt {
    NO_DOUBT,
#define DOUBT(name, word, is_usual, about) DOUBT_##name,
#include "tables/doubts.h"
#undef DOUBT
    DOUBTS
};
typedef uint32_t doubt_set; /* bit 1 << doubt */

/* As policies and headers say it; NULL for NO_DOUBT. */
const char *doubt_word(enum doubt);
/* What stands in the table beside it. */
const char *doubt_about(enum doubt);
/* Those that a route looks for that names a bar of confidence and says nothing of them. */
doubt_set doubts_usual(void);

struct draft_call {
    struct slice name, arguments; /* as the client will read them; arguments: JSON */
};

struct draft {
    struct slice             content; /* of choice 0 */
    const struct draft_call *call;    /* of choice 0, in order */
    size_t                   calls;
};

/* Is it not what the client asked for in so many words? The content is no JSON, or does not fit the schema,
 * where one was asked for (response_format); a tool is not known, or does not take these arguments; no tool was
 * called where one must be (tool_choice). *how (static) names what it fails, in words for a log. asked: in
 * either dialect that is read in place. */
MUST_CHECK bool draft_is_malformed(const struct chat *asked, const struct draft *, struct arena *,
                                   const char       **how);

/* Was a form asked for, of which half is no use: JSON, or a tool's call? */
bool draft_wants_form(const struct chat *asked, struct arena *);

/* Does it go round in circles: has more than half of it been said before, in it, word for word? Of a long text
 * the last DRAFT_ROUND_BYTES are looked at; blanks count once. */
enum { DRAFT_ROUND_BYTES = 8192 };
bool text_goes_round(struct slice, struct arena *);

/* Sums that it works out, "16 x 3 = 48", right ones and wrong ones. A result may be rounded to the places that
 * it is written with. What cannot be read as plain arithmetic counts as neither. */
struct sums {
    unsigned right, wrong;
    double   last; /* what the last of them came to, as told */
};
struct sums text_sums(struct slice);

/* Did the model read less than it was told: fewer tokens than the conversation has words? A token is never more
 * than a word where words have blanks between them, so this is certain, and finds a prompt only of which a
 * quarter or more is missing; no window is so small that a short one is. prompt_tokens: as the provider told
 * them; none, and it is not known. */
bool prompt_was_cut(const struct chat *asked, int64_t prompt_tokens);

/* Do two drafts for one question say the same? By the JSON that they are, the tools that they call, or the
 * number that they end with; ONE_SIDED where only one of them ends with a number, UNTOLD where they are prose
 * without one. */
enum agreement { AGREEMENT_UNTOLD, AGREEMENT_SAME, AGREEMENT_ONE_SIDED, AGREEMENT_OTHER };
enum agreement drafts_agree(const struct draft *, const struct draft *, struct arena *);

#endif
