"""All that the heads learn from, as they see it: rows of inputs, targets, weights and folds."""

import random

import numpy as np
import scipy.sparse as sp

import attacks
import confidences
import data
import features
from head import word_matrix

SCALE = 4.0  # how long the embedding and the middle states are beside the marks, whose floats are about .3
FOLDS = 5


class Inputs:
    """What the heads see of some texts."""

    def __init__(self, encoder, texts):
        seen = encoder.see(texts)
        self.embedding, self.middle = seen[:, : encoder.dim], seen[:, encoder.dim :]
        self.marks = np.stack([features.marks(t) for t in texts]).astype(np.float32)
        self.words = word_matrix([features.buckets(t) for t in texts])

    def __getitem__(self, rows):
        part = Inputs.__new__(Inputs)
        part.embedding, part.middle, part.marks, part.words = (m[rows] for m in (self.embedding, self.middle, self.marks, self.words))
        return part


def join(parts):
    whole = Inputs.__new__(Inputs)
    whole.embedding, whole.middle, whole.marks = (np.vstack([getattr(p, n) for p in parts]) for n in ("embedding", "middle", "marks"))
    whole.words = sp.vstack([p.words for p in parts]).tocsr()
    return whole


class Scale:
    """The floats of an input, brought to one size. Middle states differ a thousandfold in their floats' deviations."""

    def __init__(self, inputs):
        self.mean = inputs.middle.mean(0)
        self.factor = SCALE / np.sqrt(inputs.middle.shape[1]) / (inputs.middle.std(0) + 1e-6)

    def __call__(self, inputs):
        return np.hstack([inputs.embedding * SCALE, (inputs.middle - self.mean) * self.factor, inputs.marks]).astype(np.float32)

    def fold_into(self, A, a):
        """The same first layer for floats as they come: C need not know of the scale."""
        dim = len(self.mean)
        A = A.copy()
        A[:dim] *= SCALE
        A[dim : 2 * dim] *= self.factor[:, None]
        return A, a - self.mean @ A[dim : 2 * dim]


class Rows:
    """Texts with what is known of them. fold: rows that must not be parted (a question and its bare form, a template's texts) share one."""

    def __init__(self, source, texts, folds, **known):
        self.source, self.texts, self.folds, self.known = source, texts, np.asarray(folds), known


def dealt(groups, seed):
    """The same fold for all of a group."""
    groups = np.asarray(groups)
    return np.random.default_rng(seed).integers(0, FOLDS, 1 + groups.max())[groups]


def question_rows():
    """For difficulty, topic and exam."""
    mmlu, made, gsm, clinc, banking = data.mmlu(), data.made(), data.rows("routing", "gsm8k.jsonl.gz"), data.clinc("train"), data.banking()
    return [
        Rows("mmlu", [m["text"] for m in mmlu], dealt([m["question"] for m in mmlu], 0), topic=[m["topic"] for m in mmlu], wrong=[m["wrong"] for m in mmlu],
             weight=[0.7 if m["is_bare"] else 1.0 for m in mmlu], right=[m["right"] for m in mmlu], bare=[m["is_bare"] for m in mmlu]),
        Rows("gsm8k", [g["prompt"] for g in gsm], dealt(range(len(gsm)), 1), topic=["MATH"] * len(gsm), wrong=[1.0 - g["weak_ok"] for g in gsm],
             right=[(float(g["weak_ok"]), float(g["strong_ok"])) for g in gsm]),
        Rows("made", [m[0] for m in made], dealt([m[3] for m in made], 2), topic=[m[1] for m in made], wrong=[m[2] for m in made]),
        Rows("clinc", [c[0] for c in clinc], dealt(range(len(clinc)), 3), topic=[c[1] for c in clinc], wrong=[0.03] * len(clinc), weight=[0.3] * len(clinc)),
        Rows("banking", [b[0] for b in banking], dealt(range(len(banking)), 4), topic=["FINANCE"] * len(banking), wrong=[0.1] * len(banking), weight=[0.1] * len(banking)),
    ]


def with_notes(texts, seed=17):
    """Real texts with an instruction to the model in them, or with a note to people: [(text, attack or not)]."""
    rng, out = random.Random(seed), []
    for text in texts:
        hidden, note = attacks.hide(rng)
        is_attack = rng.random() < 0.5
        lines = text.split("\n")
        lines.insert(rng.randrange(len(lines) + 1), attacks.fill(hidden if is_attack else note, rng, attacks.WORDS))
        out.append(("\n".join(lines), int(is_attack)))
    return out


def guarded_rows(questions):
    """For sensitivity and injection; questions: question_rows()."""
    private, attack = confidences.make(), attacks.make()
    gsm = next(r for r in questions if r.source == "gsm8k").texts
    noted = with_notes(["\n".join(gsm[i : i + 1 + i % 3]) for i in range(len(gsm))])  # of several lengths
    return [
        Rows("confidences", [p[0] for p in private], dealt([p[2] for p in private], 5), sensitive=[p[1] for p in private]),
        Rows("attacks", [a[0] for a in attack], dealt([a[2] for a in attack], 6), attack=[a[1] for a in attack]),
        Rows("noted", [n[0] for n in noted], dealt(range(len(noted)), 1), attack=[n[1] for n in noted]),
    ]
