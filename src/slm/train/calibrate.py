"""What a calibration reaches: the recipe of README.md, "Calibration", learned on some rows and asked on others.

Here without the exam head, which has learned from these very questions; measure.py has it with one that has not.

    python src/slm/train/calibrate.py models/all-MiniLM-L6-v2 [--cache FILE]
"""

import argparse

import numpy as np
from scipy.optimize import minimize

import data
import features
from encoder import Encoder
from figures import routing_figures, say

# How long a row's parts are: the middle states, the marks, the exam head's two logits.
LENGTHS = (0.6, 0.2, 3.0)
PENALTY = 6.0
FOLDS, DRAWS = 5, 4


class Standard:
    """Floats less their mean, over their deviation, so that a row is about `length` long."""

    def __init__(self, rows, length):
        self.mean = rows.mean(0)
        self.factor = length / np.sqrt(rows.shape[1]) / (rows.std(0) + 1e-6)

    def __call__(self, rows):
        return (rows - self.mean) * self.factor


def logistic(x, truth):
    """Weights and, last, the bias that make the truths likeliest, less PENALTY / 2 |w|^2."""

    def loss(w):
        z = x @ w[:-1] + w[-1]
        slope = 1 / (1 + np.exp(-z)) - truth
        value = np.sum(np.logaddexp(0, z) - truth * z) + PENALTY / 2 * w[:-1] @ w[:-1]
        return value, np.append(x.T @ slope + PENALTY * w[:-1], slope.sum())

    return minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x


def calibrate(parts, weak, strong):
    """A function from a text's parts, in the order of LENGTHS, to the gain that the strong model promises."""
    see = [Standard(part, length) for part, length in zip(parts, LENGTHS)]
    x = np.hstack([s(part) for s, part in zip(see, parts)])
    heads = [logistic(x, truth) for truth in (weak, strong)]

    def ask(parts):
        x = np.hstack([s(part) for s, part in zip(see, parts)])
        p_weak, p_strong = (1 / (1 + np.exp(-(x @ w[:-1] + w[-1]))) for w in heads)
        return p_strong - p_weak

    return ask


def folds(prompts):
    """Rows that ask the same share a fold."""
    numbers = {}
    question = [numbers.setdefault(data.without_options(p), len(numbers)) for p in prompts]
    return np.random.default_rng(0).integers(0, FOLDS, len(numbers))[question]


def measure(name, encoder, rows, learned):
    prompts = [r["prompt"] for r in rows]
    weak, strong = (np.array([float(r[k]) for r in rows]) for k in ("weak_ok", "strong_ok"))
    middle = encoder.see(prompts)[:, encoder.dim :].astype(np.float64)
    marks = np.stack([features.marks(p) for p in prompts]).astype(np.float64)
    fold, found = folds(prompts), []
    for asked in range(FOLDS):
        test = fold == asked
        for draw in range(DRAWS):
            some = np.random.default_rng(100 * draw + asked).permutation(np.flatnonzero(~test))[:learned]
            ask = calibrate([middle[some], marks[some]], weak[some], strong[some])
            found.append(routing_figures(ask([middle[test], marks[test]]), weak[test], strong[test]))
    say(f"{name}, {learned} rows learned", *np.mean(found, axis=0))


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("model", help="the folder of all-MiniLM-L6-v2")
    args.add_argument("--cache", help="keep what the encoder sees in this file")
    args = args.parse_args()
    encoder = Encoder(args.model, args.cache)
    for learned in (500, 1500, 11000):
        measure("mmlu", encoder, data.rows("routing", "mmlu.jsonl.gz"), learned)
    for learned in (300, 1000):
        measure("gsm8k", encoder, data.rows("routing", "gsm8k.jsonl.gz"), learned)


if __name__ == "__main__":
    main()
