/*
 * remember.h - what an inspection asks of texts, asked of the inspector's memo first.
 *
 * All of it as if there were no memo; inspection->asked and ->recalled count what was looked for, and found.
 */
#ifndef WEIR_POLICY_REMEMBER_H
#define WEIR_POLICY_REMEMBER_H

#include "policy/inspect.h"

/* As inspect_text(), which looks for names where the scratch was told to; with_names says whether it was.
 * Findings that say something else than the text's own bytes are not kept: what they say is text. */
MUST_CHECK bool remember_findings(const struct inspector *, struct arena *, struct slice text,
                                  bool is_arguments, bool with_names, struct findings *out,
                                  struct inspection *tally, struct fault *why);

/* As slm_embed_question(). */
void remember_embedding(const struct inspector *, struct arena *, struct slice question, float *embedding,
                        struct inspection *tally);

/* False where it is not remembered. */
MUST_CHECK bool recall_judgement(const struct inspector *, struct arena *, struct slice question,
                                 struct judgement *out, struct inspection *tally);
/* As slm_judge_embedded(). */
void remember_judgement(const struct inspector *, struct arena *, struct slice question, const float *embedding,
                        struct judgement *out, struct inspection *tally);

/* What slm_judge() says of injection. */
float remember_injection(const struct inspector *, struct arena *, struct slice text, struct inspection *tally);

#endif
