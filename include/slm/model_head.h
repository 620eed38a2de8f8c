/*
 * model_head.h - the head that a folder brings along: a text's classes, or each token's, with their labels.
 *
 * As BertForSequenceClassification, DistilBertForSequenceClassification and both ...ForTokenClassification of
 * Hugging Face compute it. What slm.h is made of, for those who live behind that door.
 */
#ifndef WEIR_SLM_MODEL_HEAD_H
#define WEIR_SLM_MODEL_HEAD_H

#include "slm/encoder.h"
#include "slm/slm.h"

enum { HEAD_LABELS_MOST = 4096 };

struct model_head;

/* *out is NULL where the folder is an encoder alone. Refused, with the reason, are heads that are not computed
 * here, missing tensors and labels. The tensors are the encoder's (ref). */
MUST_CHECK bool model_head_open(const char *folder, struct encoder *, struct model_head **out,
                                struct fault *why);
void            model_head_free(struct model_head **);

enum slm_head model_head_kind(const struct model_head *);
unsigned      model_head_labels(const struct model_head *);
const char   *model_head_label(const struct model_head *, unsigned);

/* state: of one token, hidden floats: the first of a text, or any where tokens are told apart. share: labels
 * floats. */
void model_head_run(const struct model_head *, const float *state, float *share);

#endif
