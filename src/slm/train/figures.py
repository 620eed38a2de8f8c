"""Figures, as the page of ../shared/data defines them."""

import numpy as np


def routing_figures(score, weak, strong):
    """APGR, CPT50, CPT80 of sending the highest scores to the strong model, ties at random."""
    order = np.lexsort((np.random.default_rng(0).random(len(score)), -score))
    gain = np.concatenate([[0], np.cumsum((strong - weak)[order])])
    pgr = gain / gain[-1]
    share = np.linspace(0, 100, len(pgr))
    return np.array([((pgr[1:] + pgr[:-1]) / 2).mean(), share[np.argmax(pgr >= 0.5)], share[np.argmax(pgr >= 0.8)]])


def auroc(score, truth):
    """The chance that a true one scores higher than a false one; a tie counts half."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positive = truth.sum()
    return (ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * (len(truth) - positive))


def recall_at(positives, negatives, false_share):
    """The share of positives above the score that so great a share of negatives exceeds."""
    return np.mean(positives > np.quantile(negatives, 1 - false_share))


def say(what, *figures):
    print(what + ":", *(f if isinstance(f, str) else f"{f:.3f}" for f in figures), flush=True)
