/*
 * draft_score.h - the chance that a draft is wrong, by marks of its text: a logistic function of them.
 *
 * The marks are for answers that are worked out: what a question gives in numbers, and what becomes of them. Of
 * prose they say little more than its length. What ships was learned from grade-school sums; who has outcomes
 * of their own learns from these (weir calibrate --drafts). Told in microseconds; deterministic.
 */
#ifndef WEIR_POLICY_DRAFT_SCORE_H
#define WEIR_POLICY_DRAFT_SCORE_H

#include "policy/draft.h"

/* tables/draft_marks.h has a line each. */
enum draft_mark {
#define DRAFT_MARK(name, word, weight, about) MARK_##name,
#include "tables/draft_marks.h"
#undef DRAFT_MARK
    DRAFT_MARKS
};

/* What is known of a draft besides its words. */
struct draft_known {
    double logprob;    /* the mean of its tokens'; 0: not known */
    double difficulty; /* of the prompt, 0..1; 0.5: not judged */
};

void draft_marks(struct slice question, struct slice draft, const struct draft_known *,
                 float mark[DRAFT_MARKS]);

struct draft_head {
    float    weight[DRAFT_MARKS], bias;
    uint32_t rows; /* that it was learned from */
};

extern const struct draft_head draft_head_shipped;

/* 0..1: the chance that the draft is wrong. */
double draft_score(const struct draft_head *, const float mark[DRAFT_MARKS]);

struct draft_row {
    float    mark[DRAFT_MARKS];
    bool     is_wrong;
    unsigned fold;
};

/* Learns from all rows but one fold's (UINT_MAX leaves out none): ridge-penalized logistic regression of
 * standardized marks, by Newton's method. With no outcome of one kind it says the share of the other. */
void draft_learn(const struct draft_row *, size_t rows, unsigned left_out, struct draft_head *out);

/* {"draft_head":1,"rows":900,"bias":…,"weights":{"length":…}}: a mark that is not named weighs nothing. why
 * says what is wrong. */
void            draft_head_write(const struct draft_head *, struct buf *out);
MUST_CHECK bool draft_head_read(struct arena *, struct slice json, struct draft_head *out, struct fault *why);

#endif
