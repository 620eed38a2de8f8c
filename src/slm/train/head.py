"""The shape that all heads have, trained by plain gradient descent (Adam) in numpy.

    hidden = relu(A x + a)            x: embedding, middle states and marks
    out    = B hidden + C words + b   words: 1/sqrt(n) in each of a text's n buckets

The same few lines are src/slm/heads.c's; here they also learn. `out` goes through a softmax where just
one thing can be so (the topic), else each through a sigmoid.
"""

import numpy as np
import scipy.sparse as sp

from features import BUCKETS


def word_matrix(bucket_lists):
    """One row a text."""
    indptr = np.cumsum([0] + [len(b) for b in bucket_lists])
    data = np.concatenate([np.full(len(b), 1 / np.sqrt(len(b)), np.float32) for b in bucket_lists if b] or [[]])
    indices = np.concatenate([np.array(b, np.int32) for b in bucket_lists if b] or [[]])
    return sp.csr_matrix((data.astype(np.float32), indices, indptr), shape=(len(bucket_lists), BUCKETS))


class Head:
    NAMES = ("A", "a", "B", "b", "C")

    def __init__(self, inputs, hidden, outputs, squash, seed=0):
        rng = np.random.default_rng(seed)
        self.squash = squash
        self.A = (rng.standard_normal((inputs, hidden)) * np.sqrt(2 / inputs) * 4).astype(np.float32)
        self.a = np.zeros(hidden, np.float32)
        self.B = (rng.standard_normal((hidden, outputs)) * np.sqrt(1 / hidden)).astype(np.float32)
        self.b = np.zeros(outputs, np.float32)
        self.C = np.zeros((BUCKETS, outputs), np.float32)
        self.rng = rng

    def logits(self, x, words):
        return np.maximum(x @ self.A + self.a, 0) @ self.B + words @ self.C + self.b

    def predict(self, x, words):
        return self.squash(self.logits(x, words))

    def fit(self, x, words, target, weight, epochs=12, rate=2e-3, batch=256, drop=0.3, decay=0.02, words_rate=0.5):
        """target: rows of shares, weight: one a row. drop: share of hidden units left out of a step."""
        moments = {n: [np.zeros_like(getattr(self, n)) for _ in range(2)] for n in self.NAMES}
        steps, total = 0, epochs * (len(x) // batch)
        weight = weight / weight.mean()
        for _ in range(epochs):
            order = self.rng.permutation(len(x))
            for i in range(0, len(x) - batch + 1, batch):
                rows = order[i : i + batch]
                xs, ws = x[rows], words[rows]
                mask = (self.rng.random((batch, self.A.shape[1])) >= drop).astype(np.float32) / (1 - drop)
                hidden = np.maximum(xs @ self.A + self.a, 0) * mask
                out = hidden @ self.B + ws @ self.C + self.b
                d_out = (self.squash(out) - target[rows]) * (weight[rows, None] / batch).astype(np.float32)
                d_hidden = (d_out @ self.B.T) * mask * (hidden > 0)
                slopes = {"A": xs.T @ d_hidden, "a": d_hidden.sum(0), "B": hidden.T @ d_out, "b": d_out.sum(0),
                          "C": np.asarray(ws.T @ d_out)}
                steps += 1
                now = rate * (1 - steps / (total + 1))
                for n, slope in slopes.items():
                    p, (m, v) = getattr(self, n), moments[n]
                    m += 0.1 * (slope - m)
                    v += 0.01 * (slope * slope - v)
                    step = m / (1 - 0.9**steps) / (np.sqrt(v / (1 - 0.99**steps)) + 1e-8)
                    p -= now * (words_rate if n == "C" else 1) * (step + (decay * p if n in "ABC" else 0))
        return self


def sigmoid(out):
    return 1 / (1 + np.exp(-out))


def softmax(out):
    e = np.exp(out - out.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)
