/*
 * answer_form.h - an answer that was given in one form, told in the other: a stream gathered into a document, a
 * document spread into a stream.
 *
 * Both work on whole answers. What comes out is a chat completion of OpenAI's, whatever dialect went in, with
 * the id, model and usage that it had. Members that are not known (sound, citations) have no place in it: who
 * replays an answer to someone who asks in the other form had better not, and wants all or nothing; who keeps
 * one as a record takes what is known.
 */
#ifndef WEIR_WIRE_ANSWER_FORM_H
#define WEIR_WIRE_ANSWER_FORM_H

#include "wire/translate.h"

enum gathering { GATHER_ALL_OR_NOTHING, GATHER_WHAT_IS_KNOWN };

/* dialect: one that is heard. The out's ceiling counts. False where it is not whole, too: a stream of which
 * what is known is taken must have said [DONE], any other that each choice has finished. */
MUST_CHECK bool answer_gather(struct arena *, enum dialect, struct slice stream, enum gathering,
                              struct buf *out);
/* All or nothing. */
MUST_CHECK bool answer_spread(struct arena *, enum dialect, struct slice document, struct buf *out);

#endif
