/*
 * teach.h - heads taught by a user's own rows: a linear layer on the frozen encoder, in seconds.
 *
 * How good it is, is found out by cross-validation: five times a head is learned from four fifths of the rows
 * and asked about the last. Each label is spread evenly over the folds, and rows with one text (letters' case
 * and blanks aside) share a fold, so that no row is asked about whose twin was learned from.
 *
 * Deterministic: the same rows in the same order make the same head.
 */
#ifndef WEIR_SLM_TEACH_H
#define WEIR_SLM_TEACH_H

#include "slm/taught.h"

enum {
    TEACH_FOLDS = 5,
    TEACH_TEXTS_LEAST = 5, /* different texts of each label: one a fold */
    TEACH_ROWS_MOST = 100000,
};

/* One row, and what a head sees of it. */
struct teach_row {
    const float             *dense; /* (ref) as in a taught_view */
    const struct text_marks *marks; /* (ref) */
    uint64_t                 twin;  /* teach_twin() of its text */
    unsigned                 label; /* index */
    unsigned                 fold;  /* set by teach_folds() */
};

/* Equal for texts that differ in the case of ASCII letters and in blanks alone. */
uint64_t teach_twin(struct slice text);

/* Deals the rows out into TEACH_FOLDS folds; returns how many different texts there are. */
size_t teach_folds(struct teach_row *, size_t rows, unsigned labels);

/* What cross-validation found. */
struct teach_report {
    double accuracy;
    double sureness; /* mean share of the likeliest label: near the accuracy where shares mean what they say */
    uint32_t *rows;  /* [labels] */
    uint32_t *taken; /* [labels][labels]: how many rows of the first were taken for the second */
};

/* rows: dealt out; of every label there is one in at least two folds. floats: of a view. */
void teach_validate(struct arena *, const struct teach_row *, size_t rows, size_t floats, unsigned labels,
                    struct teach_report *out);

/* Learns from all rows. name and label (copied by reference) outlive the head; weights live in the arena. */
void teach_classes(struct arena *, const struct slm *, const struct teach_row *, size_t rows, const char *name,
                   const char *const *label, const struct teach_report *, unsigned labels, struct taught *out);

#endif
