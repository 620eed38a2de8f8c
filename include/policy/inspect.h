/*
 * inspect.h - what is in a request: chat -> findings a text, and the facts that rules ask about.
 *
 * Runs on an SLM thread with that thread's scratch, or in explain and check. Where the finder fails, it says so
 * and the caller treats the request as the most private kind.
 */
#ifndef WEIR_POLICY_INSPECT_H
#define WEIR_POLICY_INSPECT_H

#include "policy/decide.h"
#include "policy/memo.h"

struct inspector {
    const struct finder       *finder;
    struct finder_scratch     *scratch;
    struct slm_worker         *worker;  /* NULL: no model */
    const struct classes      *classes; /* the policy's; NULL: none */
    const struct taught_heads *heads;   /* the policy's; NULL: none */
    const struct policy       *policy;  /* whose `allow:` counts; NULL: nothing is allowed */
    struct memo               *memo;    /* what earlier inspections found; NULL: nothing is remembered */
    uint64_t generation; /* stands for all of the above: under another one nothing is remembered */
    const struct slm
        *recalls; /* of one without scratch and worker: the model by which the memo's answers are */
};

/* A finding that an `allow:` lets pass: it counts for no rule and is not hidden. */
struct allowed {
    size_t         text; /* index of the chat's text */
    struct finding finding;
    struct place   by; /* where the allowance stands */
};

struct inspection {
    struct findings *findings; /* one for each chat text; NULL where pii was not asked for, or not found out */
    struct allowed  *allowed;  /* what was found and is allowed; in the arena */
    size_t           allowed_count;
    bool             is_inspected, is_judged;
    unsigned         asked, recalled; /* # questions about texts that the memo was asked, and knew */
    pii_set          pii, needed;     /* kinds found; of these, those whose values the question is about */
    struct judgement judgement;
    const float     *class_share;        /* in the arena; NULL: not asked for, or not judged */
    unsigned         class_best;         /* the likeliest; classes_count(): none of them */
    const struct taught_view    *view;   /* of the question; in the arena; NULL: not asked for, or not judged */
    const struct taught_opinion *taught; /* of each of heads->classes; in the arena; NULL as above */
};

/* As inspect(), out of the memo alone, in microseconds and on any thread: for an inspector without scratch and
 * worker. False, with nothing in *out, where something has to be found out, or worked out from an embedding. */
enum { RECALLED_TEXTS_MOST = 64 };
MUST_CHECK bool inspect_recall(const struct inspector *, struct needs, struct arena *, const struct chat *,
                               struct inspection *out);

/* What is private in one text, as inspect() finds it in a chat's; arguments are JSON inside a string. false:
 * the finder failed, and the text counts as private. */
MUST_CHECK bool inspect_text(const struct inspector *, struct arena *, struct slice text, bool is_arguments,
                             struct findings *out, struct fault *why);

/* The same of a text that belongs to no chat, and without what the policy's `allow:` lets pass. Names are
 * looked for where they are among the kinds, and where the model finds them. */
MUST_CHECK bool inspect_alone(const struct inspector *, struct arena *, struct slice text, bool is_arguments,
                              pii_set kinds, struct findings *out, struct fault *why);

/* Finds out what `needs` asks. What is not asked counts as inspected (nothing found) but never as judged;
 * without a worker, without heads, or without a question, nothing is judged; without a model that finds names,
 * where they are asked for, the chat counts as not inspected, though what patterns find is in *out. false: the
 * finder failed (why says how), and *out says "not inspected". */
MUST_CHECK bool inspect(const struct inspector *, struct needs, struct arena *, const struct chat *,
                        struct inspection *out, struct fault *why);

/* As slm_embed_question(), from the memo where it is known there. There must be a worker. out: 2 * slm_dim()
 * floats. */
void inspect_embedding(const struct inspector *, struct arena *, struct slice question, float *out);

/* A chat of one user message, as a client's library would send it; for explain, and for the tests in policies.
 */
MUST_CHECK bool chat_of_prompt(struct arena *, struct slice model, struct slice prompt, struct chat *out,
                               struct fault *why);

/* Tokens of a chat's texts, estimated for rules (not for money): bytes / 4. */
int64_t chat_tokens(const struct chat *);

/* Takes out of the text's findings what the policy's `allow:` lets pass, and tells it in `by` (room for all of
 * them); returns how many. Their kinds go too, where no other finding is of them. */
size_t allow(const struct policy *, struct slice text, struct findings *, struct allowed *by);

/* Facts of a chat, given its inspection. */
void facts_of(const struct chat *, const struct inspection *, const struct team *, struct facts *out);

/* Hides in every text (sets `now`) what the decision wants hidden; returns how many places. vault as made for
 * the team, and told the decision's ways. */
size_t redact(struct chat *, const struct inspection *, pii_set hide, struct vault *, struct arena *);

/* The `tests:` of the policy files. Returns # that failed, each told in diag; *count is how many there were. */
unsigned policy_test(const struct policy *, const struct inspector *, unsigned *count, struct diag *);

#endif
