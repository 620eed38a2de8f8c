/*
 * answer_form.h - an answer that was given in one form, told in the other: a stream gathered into a document, a
 * document spread into a stream. For answers that are replayed to who asks in the other form.
 *
 * Both work on whole answers. What comes out is a chat completion of OpenAI's, whatever dialect went in, with
 * the id, model and usage that it had. What cannot be said in the other form without a loss (sound, citations,
 * token probabilities, members that are not known) is not said at all: then it is false.
 */
#ifndef WEIR_WIRE_ANSWER_FORM_H
#define WEIR_WIRE_ANSWER_FORM_H

#include "wire/translate.h"

/* dialect: one that is heard. The out's ceiling counts. */
MUST_CHECK bool answer_gather(struct arena *, enum dialect, struct slice stream, struct buf *out);
MUST_CHECK bool answer_spread(struct arena *, enum dialect, struct slice document, struct buf *out);

#endif
