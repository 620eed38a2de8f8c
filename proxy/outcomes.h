/*
 * outcomes.h - records of drafts that were kept or escalated, for weir calibrate to learn from; kept where the
 * settings say so (`records:`), else not.
 *
 * One line of JSON a draft: the outcome, and what a head for difficulty sees of the question: the middle
 * layer's mean in a byte each, counts, the shipped difficulty. No text, no name, no time. But such numbers do
 * tell about a text to who has the encoder: its subject, and of short texts some words. So the file is the
 * machine's own (mode 0600), is bounded, and is sent nowhere.
 *
 *     {"encoder":"<fingerprint, hexadecimal>","weak_ok":false,"seen":"<base64>","marks":[6.2,0,…]}
 *
 * weak_ok: where a better model was asked too, whether it said the same (policy/draft.h tells where it can),
 * else whether the draft was taken. marks: tables/draft_marks.h's, in that order.
 *
 * seen: float scale, float difficulty, HEADS_MARKS floats, and dim signed bytes, which times the scale are the
 * middle layer's mean; all little-endian.
 */
#ifndef WEIR_OUTCOMES_H
#define WEIR_OUTCOMES_H

#include "policy/draft_score.h"
#include "slm/taught.h"
#include "wire/json.h"

/* Without a line end. dim: floats in an embedding. marks: the draft's, DRAFT_MARKS of them; NULL: it was never
 * whole. */
void outcome_write(unsigned dim, uint64_t fingerprint, const struct taught_view *, bool weak_ok,
                   const float *marks, struct buf *out);

/* Is the row a record of another encoder's? */
bool outcome_is_for_another(const struct json *row, struct arena *, uint64_t fingerprint);

/* The draft's marks; false where the record has none, or others. */
MUST_CHECK bool outcome_read_marks(const struct json *row, float mark[DRAFT_MARKS]);

/* The view as far as heads for difficulty look at it, and what is equal for records of one question. why: the
 * record is damaged. */
MUST_CHECK bool outcome_read(const struct json *row, struct arena *, unsigned dim, struct taught_view *out,
                             uint64_t *twin, struct fault *why);

#endif
