"""Trains the heads, measures them on what they did not see, and writes ../heads.bin.

    python3 -m venv .venv && .venv/bin/pip install numpy scipy torch safetensors tokenizers
    .venv/bin/python src/slm/train/train.py models/all-MiniLM-L6-v2 [--cache FILE] [--write]

README.md tells what the figures mean. Twenty minutes on four cores the first time, most of it reading texts;
--cache keeps what was read for the next.
"""

import argparse
import json
import os
import struct

import numpy as np

import corpus
import data
import features
import measure
from corpus import Inputs, Scale, join
from encoder import Encoder
from figures import say
from head import Head, sigmoid, softmax

SEEDS = 2  # heads are averaged by lying side by side

# name: hidden units (of each seed), epochs, what becomes of the outputs. In the file's order.
HEADS = {
    "difficulty": (48, 10, sigmoid),
    "topic": (48, 6, softmax),
    "exam": (48, 10, sigmoid),
    "sensitivity": (32, 8, sigmoid),
    "injection": (32, 8, sigmoid),
}

# What a model gets right shows in the middle states; with the embedding beside them this head is the worse for it.
BLIND_TO_MEANING = {"exam"}


class Lesson:
    """What one head learns from: rows of the corpus, with a target and a weight each."""

    def __init__(self, rows, target, weight):
        self.rows, self.target, self.weight = rows, np.asarray(target, np.float32), np.asarray(weight, np.float32)


class Corpus:
    def __init__(self, encoder):
        questions = corpus.question_rows()
        parts = questions + corpus.guarded_rows(questions)
        self.source = np.concatenate([[p.source] * len(p.texts) for p in parts])
        self.fold = np.concatenate([p.folds for p in parts])
        self.inputs = join([Inputs(encoder, p.texts) for p in parts])
        self.scale = Scale(self.inputs)
        self.x = self.scale(self.inputs)
        self.known = {name: self.gather(parts, name, absent) for name, absent in
                      (("topic", ""), ("wrong", np.nan), ("weight", 1.0), ("right", (np.nan, np.nan)), ("bare", False), ("sensitive", np.nan), ("attack", np.nan))}
        self.lessons = {name: getattr(self, "lesson_" + name)() for name in HEADS}

    @staticmethod
    def gather(parts, name, absent):
        return np.array([v for p in parts for v in p.known.get(name, [absent] * len(p.texts))])

    def lesson_difficulty(self):
        rows = np.flatnonzero(~np.isnan(self.known["wrong"]))
        return Lesson(rows, self.known["wrong"][rows, None], self.known["weight"][rows])

    def lesson_exam(self):
        """Chances that a small and a large model are right. Stories of arithmetic are few, and count twice."""
        rows = np.flatnonzero(~np.isnan(self.known["right"][:, 0]))
        return Lesson(rows, self.known["right"][rows], self.known["weight"][rows] * np.where(self.source[rows] == "gsm8k", 2.0, 1.0))

    def lesson_topic(self):
        """Each topic counts the same, and within it what is made up as much as what is public."""
        names, made = data.topics(), self.source == "made"
        rows = np.flatnonzero(self.known["topic"] != "")
        weight = np.zeros(len(self.fold))
        for name in names:
            of_topic = self.known["topic"] == name
            kinds = [k for k in (of_topic & made, of_topic & ~made) if k.any()]
            least = 0.4 if name == "GENERAL" else 1.0  # what fits nowhere else, so last in doubt
            for kind in kinds:
                weight[kind] = least * 1000.0 / len(kinds) / kind.sum()
        return Lesson(rows, self.known["topic"][rows, None] == np.array(names), weight[rows])

    def lesson_sensitivity(self):
        """Against: what sounds like it, and public questions. Of our own prompts those on health, law, money and people may be either."""
        may_be = np.isin(self.known["topic"], ["MEDICAL", "LEGAL", "FINANCE", "PEOPLE", "BUSINESS"]) & (self.source == "made")
        return self.against_the_rest("sensitive", np.isin(self.source, ["attacks", "noted"]) | may_be)

    def lesson_injection(self):
        return self.against_the_rest("attack", np.zeros(len(self.fold), bool))

    def against_the_rest(self, name, left_out):
        """What was made for this head, for and against, weighs as much as all else, which is against."""
        truth = self.known[name]
        rest = np.isnan(truth) & ~left_out
        weight = np.zeros(len(self.fold))
        for kind, share in ((truth == 1, 1000.0), (truth == 0, 1000.0), (rest, 1500.0)):
            weight[kind] = share / kind.sum()
        rows = np.flatnonzero(weight > 0)
        return Lesson(rows, np.nan_to_num(truth[rows, None]), weight[rows])

    def train(self, name, allowed):
        """A head that saw the allowed rows only: SEEDS heads, made one whose logit is their mean."""
        hidden, epochs, squash = HEADS[name]
        lesson = self.lessons[name]
        used = allowed[lesson.rows]
        rows, target, weight = lesson.rows[used], lesson.target[used], lesson.weight[used]
        seen = np.ones(self.x.shape[1], np.float32)
        if name in BLIND_TO_MEANING:
            seen[: self.inputs.embedding.shape[1]] = 0
        heads = [Head(self.x.shape[1], hidden, target.shape[1], squash, seed).fit(self.x[rows] * seen, self.inputs.words[rows], target, weight, epochs=epochs)
                 for seed in range(SEEDS)]
        for head in heads:
            head.A *= seen[:, None]
        one = heads[0]
        one.A, one.a = np.hstack([h.A for h in heads]), np.hstack([h.a for h in heads])
        one.B = np.vstack([h.B for h in heads]) / SEEDS
        one.b, one.C = sum(h.b for h in heads) / SEEDS, sum(h.C for h in heads) / SEEDS
        return one

    def ask(self, head, rows):
        return head.predict(self.x[rows], self.inputs.words[rows])


# ---- the file ----

def fingerprint(encoder):
    """slm_fingerprint() of the model that the heads are for; src/slm/encoder.c tells how."""
    samples, mask = 128, (1 << 64) - 1
    words, layers = encoder.floats["embeddings.word_embeddings.weight"], encoder.layers
    out = words.shape[1] ^ layers << 32
    for i in range(samples):
        gain = encoder.floats[f"encoder.layer.{i * layers // samples}.output.LayerNorm.weight"]
        for floats in (words[i * len(words) // samples], gain):
            out = (out * 31 + features.fnv(floats.tobytes())) & mask
    return out


def write(path, encoder, scale, heads):
    """include/slm/heads.h describes the layout."""
    out = struct.pack("<8sIIIIQ", b"WEIRHEAD", 2, encoder.dim, features.MARKS, features.BUCKETS, fingerprint(encoder))
    for name in HEADS:
        h = heads[name]
        A, a = scale.fold_into(h.A, h.a)
        out += struct.pack("<II", A.shape[1], h.B.shape[1])
        out += b"".join(np.ascontiguousarray(m, "<f4").tobytes() for m in (A, a, h.B, h.b, h.C))
    out += struct.pack("<Q", features.fnv(out))
    with open(path, "wb") as f:
        f.write(out)
    print(f"{path}: {len(out)} bytes")


def write_quantiles(path, rows, head):
    """The words above the numbers say what they are."""
    parts = [np.flatnonzero(r) for r in (rows.source == "clinc", rows.source == "banking", (rows.source == "mmlu") & rows.known["bare"], rows.source == "gsm8k")]
    scores = [rows.ask(head, p)[:, 0] for p in parts]
    mixture = np.concatenate([np.quantile(s, (np.arange(2000) + 0.5) / 2000) for s in scores])
    numbers = [f"{q:.3f}" for q in np.quantile(mixture, np.linspace(0, 1, 21))]
    with open(path) as f:
        words = f.read().split("*/")[0]
    with open(path, "w") as f:
        f.write(words + "*/\n" + ", ".join(numbers[:11]) + ",\n       " + ", ".join(numbers[11:]) + "\n")


ODD_TEXTS = ["", " ", "?", "A. one\nB. two\nC. three\nD. four\nAnswer:", "I", "1 2 3 3.14 007", "f(x) = x^2 + 3*x < 4", "\u4eca\u5929\u5929\u6c14\u600e\u4e48\u6837\uff1f",
             "\u041a\u0430\u043a \u0442\u0432\u043e\u0438 \u0434\u0435\u043b\u0430?", "caf\u00e9 na\u00efve co\u00f6perate", "tabs\tand\r\nlines\x0b\x0c end", "WORD word Word wOrD", "a_b[c](d){e};`f`",
             "no_blank_" * 200, "\u00e9" * 900, "long questions are read at both of their ends, " * 40 + "so what is the last word?", "far beyond what is counted. " * 700]


def write_reference(path, model, scale, heads):
    """What C must give for some texts, in floats; tests/unit/slm/test_judge.c compares."""
    texts = ODD_TEXTS + [h[2] for h in data.by_hand("held_out")[::3]]
    inputs = Inputs(Encoder(model, is_exact=True), texts)
    said = {name: h.predict(scale(inputs), inputs.words) for name, h in heads.items()}
    with open(path, "w") as f:
        for i, text in enumerate(texts):
            row = {"text": text, "marks": [round(float(m), 6) for m in inputs.marks[i]], "buckets": len(features.buckets(text)),
                   "share": [round(float(s), 5) for s in said["topic"][i]], "right": [round(float(s), 5) for s in said["exam"][i]]}
            row |= {name: round(float(said[name][i, 0]), 5) for name in ("difficulty", "sensitivity", "injection")}
            f.write(json.dumps(row) + "\n")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("model", help="the folder of all-MiniLM-L6-v2")
    args.add_argument("--cache", help="keep what the encoder sees in this file")
    args.add_argument("--write", action="store_true", help="write src/slm/heads.bin and what is made from it")
    args.add_argument("--measure", nargs="*", choices=[*HEADS, "calibration", "unseen"], default=[*HEADS, "calibration", "unseen"], help="only these (none: nothing)")
    args = args.parse_args()
    encoder = Encoder(args.model, args.cache)
    rows = Corpus(encoder)
    say("rows", *(f"{n} {name}" for name, n in zip(*np.unique(rows.source, return_counts=True))))
    for name in args.measure:
        if name != "unseen":
            getattr(measure, name)(rows, encoder)
    if not args.write and "unseen" not in args.measure:
        return
    everything = np.ones(len(rows.fold), bool)
    heads = {name: rows.train(name, everything) for name in HEADS}
    if "unseen" in args.measure:
        measure.unseen(heads, rows.scale, encoder)
    if args.write:
        write(os.path.join(data.HERE, "..", "heads.bin"), encoder, rows.scale, heads)
        write_quantiles(os.path.join(data.ROOT, "include", "tables", "difficulty_reference.h"), rows, heads["difficulty"])
        write_reference(os.path.join(data.ROOT, "tests", "reference", "judge.jsonl"), args.model, rows.scale, heads)


if __name__ == "__main__":
    main()
