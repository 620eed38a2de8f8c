/*
 * answer_form_inside.h - what a chat completion is made of, whole or in chunks, for answer_gather.c and
 * answer_spread.c alone.
 *
 * A message and the deltas of a stream have the same members. Those that are texts are joined, or go whole into
 * one delta; calls of tools are joined by their index; the rest stands once.
 */
#ifndef WEIR_WIRE_ANSWER_FORM_INSIDE_H
#define WEIR_WIRE_ANSWER_FORM_INSIDE_H

#include "wire/answer_form.h"

enum { FORM_TEXTS = 6, FORM_ENVELOPES = 6, FORM_FINISHES = 3 };

/* Texts of a message, what is thought last; what all chunks say alike; how a choice ended. */
extern const char *const form_texts[FORM_TEXTS], *const form_envelopes[FORM_ENVELOPES],
                                                     *const form_finishes[FORM_FINISHES];

/* null, "", [] and {} say nothing. */
bool form_says_nothing(const struct json *, json_at);

/* Is all known that it says? message: "message" or "delta". */
bool form_is_known_answer(const struct json *);
bool form_is_known_choice(const struct json *, json_at choice, const char *message);

/* Its "index", or its position. */
int64_t form_index(const struct json *, json_at object, int64_t position);

/* The answer as OpenAI would have given it, in the arena; empty where it cannot be said. */
struct slice form_in_openais(struct arena *, enum dialect, struct slice answer, bool is_stream,
                             size_t most_bytes);

#endif
