#!/usr/bin/env python3
"""alike - learns the chance that two questions want the same answer (include/policy/alike.h), for pairs that no rule parts.

    src/slm/train/alike_pairs.py learned PAIRS --natural
    cmake --preset release && cmake --build --preset release --target bench_similar
    build/release/tests/bench_similar --features PAIRS >FEATURES
    OMP_NUM_THREADS=2 python src/slm/train/alike.py FEATURES

Writes include/tables/alike_trees.h and include/tables/alike_bars.h; needs scikit-learn. What is seen of a pair is computed by the
C itself, so there is no second make of it. Two forests of shallow boosted trees, whose chances are multiplied, since both must be
sure. One learns what was made by edits: how little may change an answer. The other learns what people said, where another question is
in other words altogether; what looks more alike is never less so to it. Cross-validated over families, so that each pair's chance for
the bars comes from trees that saw none of its family. The same pairs make the same tables.
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
# Of alike_pairs.py's groups, from where on they are which.
SOURCES = {"templates": 0, "exams": 10000, "commands": 20000, "bank": 30000, "meetings": 40000}
SAID = ["neighbour", "intent", "thing"]
# Nobody judged these pairs: of one intent they may want different things, and a neighbour of a word may mean the same.
DOUBTED = {"intent": .5, "thing": .7, "word": .5}
# What the forest of edits is told of natural questions beside templates, of which there are fewer.
NATURAL_BESIDE_MADE = .25
# Features (src/policy/alike_features.c, by number) of which more, or less, is more alike.
MORE, LESS = [0, 2, 3, 4, 5, 6, 7, 11], [8, 9, 10, 12]


def read(path):
    rows = [line.split() for line in open(path)]
    same = np.array([r[0] == "1" for r in rows])
    kind = np.array([r[1] for r in rows])
    group = np.array([int(r[2]) for r in rows])
    passed = np.array([r[3] == "none" for r in rows])
    width = max(len(r) for r in rows) - 4
    seen = np.array([[float(v) for v in r[4:]] if len(r) > 4 else [0.0] * width for r in rows])
    return same, kind, group, passed, seen


def weights(kind):
    return np.array([DOUBTED.get(k, 1.0) for k in kind])


def learn_made(same, kind, group, seen):
    rows = ~np.isin(kind, SAID)
    weight = weights(kind) * np.where(group < SOURCES["exams"], 1, NATURAL_BESIDE_MADE)
    model = HistGradientBoostingClassifier(max_depth=DEPTH, max_iter=TREES, learning_rate=.1, min_samples_leaf=40, l2_regularization=1.0, random_state=0)
    return model.fit(seen[rows], same[rows], sample_weight=weight[rows])


def learn_said(same, kind, group, seen):
    rows = np.isin(kind, SAID) | ((kind == "reworded") & (group >= SOURCES["exams"]))
    order = [1 if f in MORE else -1 if f in LESS else 0 for f in range(seen.shape[1])]
    model = HistGradientBoostingClassifier(max_depth=DEPTH - 1, max_iter=TREES, learning_rate=.1, min_samples_leaf=40, l2_regularization=1.0, random_state=0, monotonic_cst=order)
    return model.fit(seen[rows], same[rows], sample_weight=weights(kind)[rows])


FORESTS = {"MADE": learn_made, "SAID": learn_said}


def chances(same, kind, group, passed, seen):
    """Of each pair, by trees that saw no pair of its family; 0 where a rule parts it."""
    fold = np.random.default_rng(0).integers(0, FOLDS, group.max() + 1)[group]
    out = passed.astype(float)
    for learn in FORESTS.values():
        for f in range(FOLDS):
            learned, asked = passed & (fold != f), passed & (fold == f)
            out[asked] *= learn(same[learned], kind[learned], group[learned], seen[learned]).predict_proba(seen[asked])[:, 1]
    return out


def least_chance(others, error):
    """The lowest bar at which the share of these that is served is below `error`, by its upper bound (Clopper and Pearson)."""
    others = np.sort(others)[::-1]
    served = 0
    while served < len(others) and beta.ppf(SURE, served + 1, len(others) - served) <= error:
        served += 1
    return 2.0 if served == 0 else float(np.nextafter(others[served - 1], 1)) if served < len(others) else 0.0


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


def write_trees(models):
    with open(os.path.join(TABLES, "alike_trees.h"), "w") as out:
        out.write("/*\n * alike_trees.h - the trees of policy/alike_chance.c, made by src/slm/train/alike.py. A tree a line: its forest, its splits\n"
                  " * (feature and bar, level by level: at most the bar goes left), then its leaves.\n */\n")
        for forest, model in models.items():
            out.write(f"ALIKE_BEGIN({forest}, {number(model._baseline_prediction.item())})\n")
        for forest, model in models.items():
            for (tree,) in model._predictors:
                splits, leaves = complete(tree.nodes)
                out.write(f"ALIKE_TREE({forest}, ALIKE_SPLITS(" + ", ".join(f"{{ {f}, {number(t)} }}" for f, t in splits) + "),\n           ALIKE_LEAVES(" +
                          ", ".join(number(v) for v in leaves) + "))\n")


def write_bars(chance, same, source):
    """A bar holds for each source by itself: for the worst of them."""
    with open(os.path.join(TABLES, "alike_bars.h"), "w") as out:
        out.write("/*\n * alike_bars.h - the chance from which on at most such a share of the questions that want another answer is served, by\n"
                  " * an upper bound at 95 %, of each kind of questions by itself; made by src/slm/train/alike.py. Behind it: the share of\n"
                  " * those that want the same which is served, on the same pairs.\n */\n")
        for error in ERRORS:
            bar = max(least_chance(chance[~same & (source == s)], error) for s in range(len(SOURCES) - 1))
            out.write(f"ALIKE_BAR({error}, {number(bar)}) /* {np.mean(chance[same] >= bar):.3f} */\n")
            print(f"{error:7} {bar:.4f} others {np.mean(chance[~same] >= bar):.4f} same {np.mean(chance[same] >= bar):.3f}")


def show(chance, same, kind, source, bar):
    for s, name in enumerate(SOURCES):
        for k in sorted(set(kind[source == s])):
            rows = (source == s) & (kind == k)
            print(f"  {name:10} {k:12} {rows.sum():6} {np.mean(chance[rows] >= bar):.4f} {'same' if same[rows].any() else ''}")


def main():
    same, kind, group, passed, seen = read(sys.argv[1])
    source = np.searchsorted(list(SOURCES.values()), group, side="right") - 1
    print(f"{len(same)} pairs, {same.sum()} want the same; parted by a rule: {1 - passed[same].mean():.3f} of these, {1 - passed[~same].mean():.3f} of the others")
    chance = chances(same, kind, group, passed, seen)
    sure = kind != "word"
    write_bars(chance[sure], same[sure], source[sure])
    show(chance, same, kind, source, max(least_chance(chance[~same & sure & (source == s)], .01) for s in range(len(SOURCES) - 1)))
    write_trees({forest: learn(same[passed], kind[passed], group[passed], seen[passed]) for forest, learn in FORESTS.items()})


if __name__ == "__main__":
    main()
