/*
 * confidence.h - how sure may we be that an answer will do, judged by the answer alone.
 *
 * 0 when it is empty, was cut by length, or is a refusal; else the geometric mean probability of its tokens,
 * exp(mean of the logprobs), where logprobs are given; else 1. What an escalation rule compares with its bar
 * (policy: `escalate: {when: {confidence: …}}`). It is no promise that the answer is right: it finds the
 * answers of which a small model itself says, in words or in numbers, that it could not.
 */
#ifndef WEIR_CONFIDENCE_H
#define WEIR_CONFIDENCE_H

#include "policy/draft.h"

/* More than this of an answer's beginning is never looked at. */
enum { CONFIDENCE_OPENING_BYTES = 400 };

struct answer_facts {
    struct slice opening;       /* the content's first CONFIDENCE_OPENING_BYTES, or all of it */
    int64_t      content_bytes; /* of the whole content */
    struct slice finish;        /* finish_reason, "" where there is none */
    bool         has_words;     /* something but white space in the content */
    bool         has_tool_calls;
    bool         has_refusal;   /* the provider filled the field "refusal" */
    double       logprob_sum;   /* natural logarithms */
    uint32_t     logprob_count; /* # tokens in the sum */
};

/* 0..1; *doubt says what lowered it: empty, length, refusal, confidence (the logprobs did), or NO_DOUBT. */
double confidence_of(const struct answer_facts *, enum doubt *);

/* Does a short answer begin with words that decline the task ("I'm sorry, but I can't help with that")? An
 * apology alone does not, nor does an answer that goes on at length. */
bool is_refusal(struct slice opening, int64_t content_bytes);

#endif
