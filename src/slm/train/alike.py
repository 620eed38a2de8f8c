#!/usr/bin/env python3
"""alike - learns the chance that two questions want the same answer (include/policy/alike.h), for pairs that no rule parts.

    src/slm/train/alike_pairs.py learned PAIRS --natural
    cmake --preset release && cmake --build --preset release --target bench_similar
    build/release/tests/bench_similar --features PAIRS >FEATURES
    OMP_NUM_THREADS=2 python src/slm/train/alike.py FEATURES

Writes include/tables/alike_trees.h and include/tables/alike_bars.h; needs scikit-learn. What is seen of a pair is computed by the
C itself, so there is no second make of it. Shallow boosted trees; cross-validated over families of questions, so that each
pair's chance for the bars comes from trees that saw none of its family. The same pairs make the same tables.
"""

import os
import sys

import numpy as np
from scipy.stats import beta
from sklearn.ensemble import HistGradientBoostingClassifier

TABLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "include", "tables")
DEPTH, TREES, FOLDS = 4, 100, 5
ERRORS = [.0005, .001, .002, .005, .01, .02, .03, .05, .1, .2]
SURE = .95
# Made by a list of neighbours, not by hand: now and then such a pair is no trap. They count half, and not for the bars.
DOUBTED = {"word": .5, "neighbour": .5}


def read(path):
    rows = [line.split() for line in open(path)]
    same = np.array([r[0] == "1" for r in rows])
    kind = np.array([r[1] for r in rows])
    group = np.array([int(r[2]) for r in rows])
    passed = np.array([r[3] == "none" for r in rows])
    width = max(len(r) for r in rows) - 4
    seen = np.array([[float(v) for v in r[4:]] if len(r) > 4 else [0.0] * width for r in rows])
    return same, kind, group, passed, seen


def learn(seen, same, kind):
    weight = np.array([DOUBTED.get(k, 1.0) for k in kind])
    model = HistGradientBoostingClassifier(max_depth=DEPTH, max_iter=TREES, learning_rate=.1, min_samples_leaf=40, l2_regularization=1.0, random_state=0)
    return model.fit(seen, same, sample_weight=weight)


def chances(same, kind, group, passed, seen):
    """Of each pair, by trees that saw no pair of its family; 0 where a rule parts it."""
    fold = np.random.default_rng(0).integers(0, FOLDS, group.max() + 1)[group]
    out = np.zeros(len(same))
    for f in range(FOLDS):
        learned, asked = passed & (fold != f), passed & (fold == f)
        out[asked] = learn(seen[learned], same[learned], kind[learned]).predict_proba(seen[asked])[:, 1]
    return out


def least_chance(chance, same, error):
    """The lowest bar at which the share of traps served is below `error`, by its upper bound (Clopper and Pearson)."""
    traps = np.sort(chance[~same])[::-1]
    served = 0
    while served < len(traps) and beta.ppf(SURE, served + 1, len(traps) - served) <= error:
        served += 1
    return 2.0 if served == 0 else float(np.nextafter(traps[served - 1], 1)) if served < len(traps) else 0.0


def complete(nodes):
    """A tree as splits and leaves of a complete one."""
    splits, leaves = [(0, np.inf)] * (2 ** DEPTH - 1), [0.0] * 2 ** DEPTH

    def walk(node, place, depth):
        n = nodes[node]
        if n["is_leaf"] or depth == DEPTH:
            first = (place + 1) * 2 ** (DEPTH - depth) - 1
            for leaf in range(first, first + 2 ** (DEPTH - depth)):
                leaves[leaf - (2 ** DEPTH - 1)] = n["value"]
            return
        splits[place] = (int(n["feature_idx"]), float(n["num_threshold"]))
        walk(n["left"], 2 * place + 1, depth + 1)
        walk(n["right"], 2 * place + 2, depth + 1)

    walk(0, 0, 0)
    return splits, leaves


def number(x):
    text = "1e9" if x == np.inf else f"{x:.6g}"
    return text + ("F" if "." in text or "e" in text else ".0F")


def write_trees(model):
    with open(os.path.join(TABLES, "alike_trees.h"), "w") as out:
        out.write("/*\n * alike_trees.h - the trees of policy/alike_chance.c, made by src/slm/train/alike.py. A tree a line: its splits (feature and bar,\n"
                  " * level by level: at most the bar goes left), then its leaves.\n */\n")
        out.write(f"ALIKE_BEGIN({number(model._baseline_prediction.item())})\n")
        for (tree,) in model._predictors:
            splits, leaves = complete(tree.nodes)
            out.write("ALIKE_TREE(ALIKE_SPLITS(" + ", ".join(f"{{ {f}, {number(t)} }}" for f, t in splits) + "),\n           ALIKE_LEAVES(" +
                      ", ".join(number(v) for v in leaves) + "))\n")


def write_bars(chance, same):
    with open(os.path.join(TABLES, "alike_bars.h"), "w") as out:
        out.write("/*\n * alike_bars.h - the chance from which on at most such a share of traps is served, by an upper bound at 95 %; made by\n"
                  " * src/slm/train/alike.py. Behind it: the share of paraphrases that is served, on the same pairs.\n */\n")
        for error in ERRORS:
            bar = least_chance(chance, same, error)
            out.write(f"ALIKE_BAR({error}, {number(bar)}) /* {np.mean(chance[same] >= bar):.3f} */\n")
            print(f"{error:7} {bar:.4f} traps {np.mean(chance[~same] >= bar):.4f} paraphrases {np.mean(chance[same] >= bar):.3f}")


def main():
    same, kind, group, passed, seen = read(sys.argv[1])
    print(f"{len(same)} pairs, {same.sum()} paraphrases; parted by a rule: {1 - passed[same].mean():.3f} of these, {1 - passed[~same].mean():.3f} of the others")
    sure = np.array([k not in DOUBTED for k in kind])
    write_bars(chances(same, kind, group, passed, seen)[sure], same[sure])
    write_trees(learn(seen[passed], same[passed], kind[passed]))


if __name__ == "__main__":
    main()
