/*
 * calibrate.h - a team's own difficulty, learned from outcomes: was the weak model's answer right, and the
 * strong one's?
 *
 * Two logistic models of the middle layer's mean and the marks, standardized, and of what the shipped exam head
 * says where that orders the rows better: the chances that each answer is right. Who should go to the strong
 * model is told by the one less the other, the gain; difficulty, the chance that the weak answer is wrong, is a
 * logistic function of the gain, fitted where it had not been learned from. So prompts keep the gain's order,
 * and a threshold keeps its meaning. src/slm/train/README.md has the recipe's figures.
 *
 * Deterministic, like all that is taught.
 */
#ifndef WEIR_SLM_CALIBRATE_H
#define WEIR_SLM_CALIBRATE_H

#include "slm/teach.h"

enum {
    CALIBRATE_LEAST = 20, /* different prompts with each outcome */
    CALIBRATE_ROWS_MOST = 20000,
};

struct outcome {
    const float *dense;   /* (ref) as in a taught_view: all of it */
    float        shipped; /* the shipped head's difficulty */
    bool         weak_ok, strong_ok;
    uint64_t     twin;
    unsigned     fold;  /* set by calibrate() */
    float        score; /* set by calibrate(): its difficulty by a head that had not learned from it */
};

/* How good an order of prompts is, hardest first: PGR(x) is the share of the way from the weak model's accuracy
 * to the strong one's that is gone when the first x per cent are sent to the strong one. */
struct routing_figures {
    double apgr;         /* mean PGR over x; by chance .5 */
    double cpt50, cpt80; /* per cent sent at which PGR reaches 50 % and 80 %; by chance 50 and 80 */
};

struct calibration {
    bool   has_strong; /* the strong model's outcomes are known; else it counts as always right */
    size_t prompts;    /* # different ones */
    double weak_right, strong_right;
    bool   has_gain; /* the strong model was right more often: else there is nothing to route */
    struct routing_figures before, after;
    double sigma; /* standard deviation of after.apgr - before.apgr, over halves drawn by chance */
};

/* Cross-validates, fills rows' folds and scores, and learns from all rows. dim: floats in an embedding. Labels,
 * weights live in the arena. */
void calibrate(struct arena *, const struct slm *, struct outcome *, size_t rows, bool has_strong,
               struct calibration *, struct taught *out);

/* score: of each row, the higher the sooner it is sent. Ties are broken by chance, the same each time. */
void routing_figures(const struct outcome *, size_t rows, const float *score, struct routing_figures *);

/* The share of right answers when so many of the rows, the highest scores first, go to the strong model: at
 * 0 %, 10 % ... 100 %. */
void routing_curve(const struct outcome *, size_t rows, const float *score, double right[11]);

#endif
