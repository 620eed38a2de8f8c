"""The MiniLM encoder in numpy: what src/slm does in C, written a second time for training.

Loads the same Hugging Face folder, mean-pools and normalizes as sentence-transformers does, and needs neither
torch nor a GPU. A few milliseconds a text, so embeddings are kept on disk by the text's hash.
"""

import hashlib
import os
import sqlite3

import numpy as np
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

TOKENS_MOST = 256
HEADS = 12
# Beyond so many bytes a text is judged by its beginning and its end; src/slm/judge.c has the same two figures.
WINDOWS_ABOVE = 1200
WINDOW_BYTES = 1000


class Encoder:
    def __init__(self, folder, cache_file=None):
        weights = load_file(os.path.join(folder, "model.safetensors"))
        self.w = {k: v.astype(np.float32) for k, v in weights.items() if v.dtype != np.int64}
        self.tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        self.tokenizer.enable_truncation(TOKENS_MOST)
        self.tokenizer.no_padding()
        self.layers = sum(k.endswith("attention.self.query.weight") for k in self.w)
        self.cache = sqlite3.connect(cache_file) if cache_file else None
        if self.cache:
            self.cache.execute("create table if not exists e (key blob primary key, vector blob)")

    def _linear(self, x, name):
        return x @ self.w[name + ".weight"].T + self.w[name + ".bias"]

    def _norm(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        x /= np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * self.w[name + ".weight"] + self.w[name + ".bias"]

    def _forward(self, ids):
        """ids: a batch of texts with the same number of tokens."""
        batch, tokens = ids.shape
        x = self.w["embeddings.word_embeddings.weight"][ids]
        x = x + self.w["embeddings.position_embeddings.weight"][:tokens]
        x = x + self.w["embeddings.token_type_embeddings.weight"][0]
        x = self._norm(x, "embeddings.LayerNorm")
        width = x.shape[-1] // HEADS

        def split(y):
            return y.reshape(batch, tokens, HEADS, width).transpose(0, 2, 1, 3)

        for i in range(self.layers):
            at = f"encoder.layer.{i}."
            q, k, v = (split(self._linear(x, at + "attention.self." + n)) for n in ("query", "key", "value"))
            score = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(width))
            score = np.exp(score - score.max(-1, keepdims=True))
            score /= score.sum(-1, keepdims=True)
            y = (score @ v).transpose(0, 2, 1, 3).reshape(batch, tokens, -1)
            x = self._norm(x + self._linear(y, at + "attention.output.dense"), at + "attention.output.LayerNorm")
            y = self._linear(x, at + "intermediate.dense")
            y = y * np.float32(0.5) * (1 + erf(y * np.float32(0.70710678)))
            x = self._norm(x + self._linear(y, at + "output.dense"), at + "output.LayerNorm")
        mean = x.mean(1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def embed(self, texts):
        """Rows of unit length, in the texts' order."""
        keys = [hashlib.sha256(t.encode()).digest()[:16] for t in texts]
        found = {}
        if self.cache:
            for key in set(keys):
                row = self.cache.execute("select vector from e where key=?", (key,)).fetchone()
                if row:
                    found[key] = np.frombuffer(row[0], np.float32)
        missing = {k: t for k, t in zip(keys, texts) if k not in found}
        by_length = {}
        for key, encoding in zip(missing, self.tokenizer.encode_batch(list(missing.values()))):
            by_length.setdefault(len(encoding.ids), []).append((key, encoding.ids))
        for length, members in sorted(by_length.items()):
            step = max(1, 2048 // length)
            for i in range(0, len(members), step):
                part = members[i : i + step]
                for (key, _), vector in zip(part, self._forward(np.array([m[1] for m in part]))):
                    found[key] = vector.astype(np.float32)
                    if self.cache:
                        self.cache.execute("insert or replace into e values (?,?)", (key, found[key].tobytes()))
            if self.cache:
                self.cache.commit()
        return np.stack([found[k] for k in keys])

    def embed_question(self, texts):
        """As slm_judge sees a question: a long one by its beginning and its end, averaged."""
        heads = self.embed(texts)
        tails = {i: last_window(t) for i, t in enumerate(texts) if len(t.encode()) > WINDOWS_ABOVE}
        if tails:
            for i, vector in zip(tails, self.embed(list(tails.values()))):
                both = heads[i] + vector
                heads[i] = both / np.linalg.norm(both)
        return heads


def last_window(text):
    """The last WINDOW_BYTES bytes, from the first blank on; whole characters only."""
    tail = text.encode()[-WINDOW_BYTES:]
    blank = tail.find(b" ")
    return tail[blank + 1 :].decode(errors="ignore") if blank >= 0 else tail.decode(errors="ignore")
