"""Trains the difficulty and the topic head, measures them on what they did not see, and writes ../heads.bin.

    python3 -m venv .venv && .venv/bin/pip install numpy scipy safetensors tokenizers
    .venv/bin/python src/slm/train/train.py models/all-MiniLM-L6-v2 [--cache FILE] [--write]

README.md tells what the figures mean. Twenty minutes on four cores the first time, nearly all of it embedding;
--cache keeps the embeddings for the next.
"""

import argparse
import json
import os
import struct

import numpy as np
import scipy.sparse as sp

import data
import features
from encoder import Encoder
from head import Head, word_matrix

SCALE = 4.0  # an embedding's floats are about .05; the marks are about .3
HIDDEN = 48
SEEDS = 2    # heads are averaged by lying side by side
FOLDS = 5


class Inputs:
    """What the heads see of some texts."""

    def __init__(self, encoder, texts):
        self.x = np.hstack([encoder.embed_question(texts) * SCALE, np.stack([features.marks(t) for t in texts])]).astype(np.float32)
        self.words = word_matrix([features.buckets(t) for t in texts])

    def __getitem__(self, rows):
        part = Inputs.__new__(Inputs)
        part.x, part.words = self.x[rows], self.words[rows]
        return part


def join(parts):
    whole = Inputs.__new__(Inputs)
    whole.x = np.vstack([p.x for p in parts])
    whole.words = sp.vstack([p.words for p in parts]).tocsr()
    return whole


def train(inputs, target, weight, **how):
    """SEEDS heads, made one whose logit is their mean."""
    heads = [Head(inputs.x.shape[1], HIDDEN, target.shape[1], seed).fit(inputs.x, inputs.words, target, weight, **how)
             for seed in range(SEEDS)]
    one = heads[0]
    one.A, one.a = np.hstack([h.A for h in heads]), np.hstack([h.a for h in heads])
    one.B = np.vstack([h.B for h in heads]) / SEEDS
    one.b, one.C = sum(h.b for h in heads) / SEEDS, sum(h.C for h in heads) / SEEDS
    return one


# ---- figures, as the data's README defines them ----

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


def one_hot(topics, names):
    out = np.zeros((len(topics), len(names)), np.float32)
    out[np.arange(len(topics)), [names.index(t) for t in topics]] = 1
    return out


class Corpus:
    """All training rows. fold: rows that must not be parted (a question and its bare form, a template's texts) share one."""

    def __init__(self, encoder):
        names = data.topics()
        rng = np.random.default_rng(0)
        mmlu, made = data.mmlu(), data.made()
        gsm = data.rows("routing", "gsm8k.jsonl.gz")
        clinc, banking = data.clinc("train"), data.banking()
        parts = {
            # texts, topics, difficulty, weight in the difficulty head, folds
            "mmlu": ([m[1] for m in mmlu], [m[2] for m in mmlu], [m[3] for m in mmlu], [m[4] for m in mmlu],
                     rng.integers(0, FOLDS, 1 + mmlu[-1][0])[[m[0] for m in mmlu]]),
            "gsm8k": ([g["prompt"] for g in gsm], ["MATH"] * len(gsm), [1.0 - g["weak_ok"] for g in gsm], [1.0] * len(gsm),
                      rng.integers(0, FOLDS, len(gsm))),
            "made": ([m[0] for m in made], [m[1] for m in made], [m[2] for m in made], [1.0] * len(made),
                     rng.integers(0, FOLDS, 1 + max(m[3] for m in made))[[m[3] for m in made]]),
            "clinc": ([c[0] for c in clinc], [c[1] for c in clinc], [0.03] * len(clinc), [0.3] * len(clinc), rng.integers(0, FOLDS, len(clinc))),
            "banking": ([b[0] for b in banking], ["FINANCE"] * len(banking), [0.1] * len(banking), [0.1] * len(banking),
                        rng.integers(0, FOLDS, len(banking))),
        }
        self.source = np.concatenate([[name] * len(p[0]) for name, p in parts.items()])
        self.inputs = join([Inputs(encoder, p[0]) for p in parts.values()])
        self.topic = one_hot([t for p in parts.values() for t in p[1]], names)
        self.wrong = np.concatenate([p[2] for p in parts.values()]).astype(np.float32)[:, None]
        self.weight = np.concatenate([p[3] for p in parts.values()]).astype(np.float32)
        self.fold = np.concatenate([p[4] for p in parts.values()])
        self.is_bare = np.zeros(len(self.fold), bool)
        self.is_bare[1 : len(mmlu) : 2] = True
        self.topic_weight = self.balance()

    def balance(self):
        """Each topic counts the same, and within it what is made up as much as what is public."""
        weight = np.zeros(len(self.fold), np.float32)
        made = self.source == "made"
        for topic in range(self.topic.shape[1]):
            of_topic = self.topic[:, topic] > 0
            kinds = [k for k in (of_topic & made, of_topic & ~made) if k.any()]
            least = 0.4 if data.topics()[topic] == "GENERAL" else 1.0  # what fits nowhere else, so last in doubt
            for kind in kinds:
                weight[kind] = least * 1000.0 / len(kinds) / kind.sum()
        return weight

    def train_difficulty(self, rows):
        return train(self.inputs[rows], self.wrong[rows], self.weight[rows], epochs=10)

    def train_topic(self, rows):
        return train(self.inputs[rows], self.topic[rows], self.topic_weight[rows], epochs=6)


def measure_difficulty(corpus, encoder):
    """Five folds on MMLU and GSM8K; MT-Bench and the hand-made list are never trained on."""
    mmlu = data.rows("routing", "mmlu.jsonl.gz")
    weak, strong = (np.array([float(r[k]) for r in mmlu]) for k in ("weak_ok", "strong_ok"))
    gsm = data.rows("routing", "gsm8k.jsonl.gz")
    gsm_weak, gsm_strong = (np.array([float(r[k]) for r in gsm]) for k in ("weak_ok", "strong_ok"))
    score = np.zeros(len(corpus.fold))
    for fold in range(FOLDS):
        test = corpus.fold == fold
        score[test] = corpus.train_difficulty(~test).predict(corpus.inputs.x[test], corpus.inputs.words[test])[:, 0]
    is_mmlu, is_gsm, is_made = (corpus.source == s for s in ("mmlu", "gsm8k", "made"))

    def by_fold(rows, weak, strong):
        return np.mean([routing_figures(score[rows][f], weak[f], strong[f])
                        for f in (corpus.fold[rows] == i for i in range(FOLDS))], axis=0)

    rows = is_mmlu & ~corpus.is_bare
    say("mmlu, 5-fold", *by_fold(rows, weak, strong), "AUROC of weak wrong", auroc(score[rows], weak == 0))
    p = score[rows]
    say("mmlu: predicted share of wrong / true, by fifths of the score",
        *(f"{p[q].mean():.2f}/{1 - weak[q].mean():.2f}" for q in np.array_split(np.argsort(p), 5)))
    rows = is_mmlu & corpus.is_bare
    say("mmlu without options, 5-fold", *by_fold(rows, weak, strong), "AUROC", auroc(score[rows], weak == 0))
    say("gsm8k, 5-fold", *by_fold(is_gsm, gsm_weak, gsm_strong), "AUROC", auroc(score[is_gsm], gsm_weak == 0))
    say("templates held back: easy < .45 <= hard", np.mean((score >= 0.45) == (corpus.wrong[:, 0] >= 0.45), where=is_made))
    cold = corpus.train_difficulty(corpus.source != "gsm8k")
    say("gsm8k, never seen", *routing_figures(cold.predict(corpus.inputs.x[is_gsm], corpus.inputs.words[is_gsm])[:, 0], gsm_weak, gsm_strong))


def measure_unseen(difficulty, topic, encoder):
    """The final heads on what is no part of the training."""
    bench = data.rows("routing", "mt_bench.jsonl")
    inputs = Inputs(encoder, [b["prompt"] for b in bench])
    score = difficulty.predict(inputs.x, inputs.words)[:, 0]
    say("mt_bench, never seen", *routing_figures(score, *(np.array([float(b[k]) for b in bench]) for k in ("weak_score", "strong_score"))))
    for name in ("held_out", "blind"):
        measure_list(name, difficulty, topic, encoder)


def measure_list(name, difficulty, topic, encoder):
    names, held = data.topics(), data.by_hand(name)
    inputs = Inputs(encoder, [h[2] for h in held])
    is_hard = np.array([h[0] for h in held])
    score = difficulty.predict(inputs.x, inputs.words)[:, 0]
    share = topic.predict(inputs.x, inputs.words)
    right = np.array([names[best] == h[1] for best, h in zip(share.argmax(1), held)])
    say(f"{name}.tsv, {len(held)} prompts: easy < .45", np.mean(score[~is_hard] < 0.45), "hard >= .45", np.mean(score[is_hard] >= 0.45),
        "AUROC", auroc(score, is_hard), "topic", right.mean())
    for i, (hard, topic_name, text) in enumerate(held):
        if hard != (score[i] >= 0.45) or not right[i]:
            print(f"    {score[i]:.2f} {'hard' if hard else 'easy'} {topic_name} -> {names[share[i].argmax()]} {share[i].max():.2f}: {text[:70]}")


def measure_topic(corpus):
    names = data.topics()
    guess = np.zeros(len(corpus.fold), int)
    for fold in range(FOLDS):
        test = corpus.fold == fold
        guess[test] = corpus.train_topic(~test).logits(corpus.inputs.x[test], corpus.inputs.words[test]).argmax(1)
    truth = corpus.topic.argmax(1)
    for i, name in enumerate(names):
        rows = truth == i
        made, public = rows & (corpus.source == "made"), rows & (corpus.source != "made") & ~corpus.is_bare
        say(f"topic {name}: held-out templates, public rows", *(f"{np.mean(guess[r] == i):.3f} of {r.sum()}" if r.any() else "-" for r in (made, public)))
    say("topic: mean over classes, templates and public apart",
        *(np.mean([np.mean(guess[r] == i) for i in range(len(names)) if (r := kind & (truth == i)).any()])
          for kind in (corpus.source == "made", (corpus.source != "made") & ~corpus.is_bare)))


def say(what, *figures):
    print(what + ":", *(f if isinstance(f, str) else f"{f:.3f}" for f in figures), flush=True)


# ---- the file ----

def fingerprint(encoder):
    """slm_fingerprint() of the model that the heads are for; src/slm/encoder.c tells how."""
    samples, mask = 128, (1 << 64) - 1
    words, layers = encoder.w["embeddings.word_embeddings.weight"], encoder.layers
    out = words.shape[1] ^ layers << 32
    for i in range(samples):
        gain = encoder.w[f"encoder.layer.{i * layers // samples}.output.LayerNorm.weight"]
        for floats in (words[i * len(words) // samples], gain):
            out = (out * 31 + features.fnv(floats.tobytes())) & mask
    return out


def write(path, encoder, heads):
    """include/slm/heads.h describes the layout."""
    dim = heads[0].A.shape[0] - features.MARKS
    out = struct.pack("<8sIIIIQ", b"WEIRHEAD", 1, dim, features.MARKS, features.BUCKETS, fingerprint(encoder))
    for h in heads:
        out += struct.pack("<II", h.A.shape[1], h.B.shape[1])
        scaled = h.A.copy()
        scaled[:dim] *= SCALE  # so that C need not know of it
        out += b"".join(np.ascontiguousarray(m, "<f4").tobytes() for m in (scaled, h.a, h.B, h.b, h.C))
    out += struct.pack("<Q", features.fnv(out))
    with open(path, "wb") as f:
        f.write(out)
    print(f"{path}: {len(out)} bytes")


ODD_TEXTS = ["", " ", "?", "A. one\nB. two\nC. three\nD. four\nAnswer:", "I", "1 2 3 3.14 007", "f(x) = x^2 + 3*x < 4", "\u4eca\u5929\u5929\u6c14\u600e\u4e48\u6837\uff1f",
             "\u041a\u0430\u043a \u0442\u0432\u043e\u0438 \u0434\u0435\u043b\u0430?", "caf\u00e9 na\u00efve co\u00f6perate", "tabs\tand\r\nlines\x0b\x0c end", "WORD word Word wOrD", "a_b[c](d){e};`f`",
             "no_blank_" * 200, "\u00e9" * 900, "long questions are read at both of their ends, " * 40 + "so what is the last word?", "far beyond what is counted. " * 700]


def write_reference(path, encoder, difficulty, topic):
    """What C must give for some texts; tests/unit/slm/test_judge.c compares."""
    texts = ODD_TEXTS + [h[2] for h in data.by_hand("held_out")[::3]]
    inputs = Inputs(encoder, texts)
    with open(path, "w") as f:
        for i, text in enumerate(texts):
            row = {"text": text, "marks": [round(float(m), 6) for m in inputs.x[i, -features.MARKS :]], "buckets": len(features.buckets(text)),
                   "difficulty": round(float(difficulty.predict(inputs.x[i : i + 1], inputs.words[i : i + 1])[0, 0]), 5),
                   "share": [round(float(s), 5) for s in topic.predict(inputs.x[i : i + 1], inputs.words[i : i + 1])[0]]}
            f.write(json.dumps(row) + "\n")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("model", help="the folder of all-MiniLM-L6-v2")
    args.add_argument("--cache", help="keep embeddings in this file")
    args.add_argument("--write", action="store_true", help="write src/slm/heads.bin and tests/reference/judge.jsonl")
    args.add_argument("--no-folds", action="store_true", help="leave out the cross-validation")
    args = args.parse_args()
    encoder = Encoder(args.model, args.cache)
    corpus = Corpus(encoder)
    say("rows", *(f"{n} {name}" for name, n in zip(*np.unique(corpus.source, return_counts=True))))
    if not args.no_folds:
        measure_difficulty(corpus, encoder)
        measure_topic(corpus)
    everything = np.ones(len(corpus.fold), bool)
    difficulty, topic = corpus.train_difficulty(everything), corpus.train_topic(everything)
    measure_unseen(difficulty, topic, encoder)
    if args.write:
        write(os.path.join(data.HERE, "..", "heads.bin"), encoder, [difficulty, topic])
        write_reference(os.path.join(data.ROOT, "tests", "reference", "judge.jsonl"), encoder, difficulty, topic)


if __name__ == "__main__":
    main()
