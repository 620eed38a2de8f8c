"""The MiniLM encoder in PyTorch: what src/slm does in C, written a second time for training.

Loads the same Hugging Face folder and gives what slm_see() gives: the mean over the tokens' last states and that
over their states half-way up, each of length 1. Training texts by the ten thousand are read in bfloat16, which moves
them as little as the C's bytes do; what the C is compared with in floats. What was read is kept on disk by
the text's hash.
"""

import hashlib
import os
import sqlite3

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import load_file
from tokenizers import BertWordPieceTokenizer

TOKENS_MOST = 256
HEADS = 12
# Beyond so many bytes a text is judged by its beginning and its end; src/slm/judge.c has the same two figures.
WINDOWS_ABOVE = 1200
WINDOW_BYTES = 1000


class Encoder:
    def __init__(self, folder, cache_file=None, is_exact=False):
        self.type = torch.float32 if is_exact else torch.bfloat16
        weights = load_file(os.path.join(folder, "model.safetensors"))
        self.floats = {k: v.astype(np.float32) for k, v in weights.items() if v.dtype != np.int64}
        self.w = {k: torch.from_numpy(v).to(torch.float32 if "Norm" in k else self.type) for k, v in self.floats.items()}
        self.tokenizer = BertWordPieceTokenizer(os.path.join(folder, "vocab.txt"), lowercase=True)
        self.tokenizer.enable_truncation(TOKENS_MOST)
        self.tokenizer.no_padding()
        self.layers = sum(k.endswith("attention.self.query.weight") for k in self.w)
        self.dim = self.floats["embeddings.word_embeddings.weight"].shape[1]
        self.cache = sqlite3.connect(cache_file) if cache_file else None
        if self.cache:
            self.cache.execute("create table if not exists seen (key blob primary key, vector blob)")

    def _linear(self, x, name):
        return F.linear(x.to(self.type), self.w[name + ".weight"], self.w[name + ".bias"])

    def _norm(self, x, name):
        return F.layer_norm(x.float(), (self.dim,), self.w[name + ".weight"], self.w[name + ".bias"], 1e-12)

    def _layer(self, x, number):
        """x: [batch][tokens][dim] in floats."""
        at = f"encoder.layer.{number}."
        batch, tokens, _ = x.shape
        q, k, v = (self._linear(x, at + "attention.self." + n).view(batch, tokens, HEADS, -1).transpose(1, 2)
                   for n in ("query", "key", "value"))
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, -1)
        x = self._norm(x + self._linear(mixed, at + "attention.output.dense"), at + "attention.output.LayerNorm")
        y = F.gelu(self._linear(x, at + "intermediate.dense"))
        return self._norm(x + self._linear(y, at + "output.dense"), at + "output.LayerNorm")

    def _forward(self, ids):
        """ids: a batch of texts with the same number of tokens. Returns [batch][2 * dim]: both means."""
        e = {n: self.w[f"embeddings.{n}_embeddings.weight"].float() for n in ("position", "token_type")}
        x = F.embedding(ids, self.w["embeddings.word_embeddings.weight"]).float()
        x = self._norm(x + e["position"][: ids.shape[1]] + e["token_type"][0], "embeddings.LayerNorm")
        for i in range(self.layers):
            if i == self.layers // 2:
                middle = F.normalize(x.mean(1), dim=1)
            x = self._layer(x, i)
        return torch.cat([F.normalize(x.mean(1), dim=1), middle], 1)

    def _see_windows(self, texts):
        keys = [hashlib.sha256(t.encode()).digest()[:16] for t in texts]
        found = {}
        for key in set(keys) if self.cache else ():
            row = self.cache.execute("select vector from seen where key=?", (key,)).fetchone()
            if row:
                found[key] = np.frombuffer(row[0], np.float32)
        missing = {k: t for k, t in zip(keys, texts) if k not in found}
        by_length = {}
        for key, encoding in zip(missing, self.tokenizer.encode_batch(list(missing.values()))):
            by_length.setdefault(len(encoding.ids), []).append((key, encoding.ids))
        for length, members in sorted(by_length.items()):
            step = max(1, 4096 // length)
            for i in range(0, len(members), step):
                part = members[i : i + step]
                with torch.no_grad():
                    vectors = self._forward(torch.tensor([m[1] for m in part])).numpy()
                for (key, _), vector in zip(part, vectors):
                    found[key] = vector.astype(np.float32)
                    if self.cache:
                        self.cache.execute("insert or replace into seen values (?,?)", (key, found[key].tobytes()))
            if self.cache:
                self.cache.commit()
        return np.stack([found[k] for k in keys])

    def see(self, texts):
        """[len(texts)][2 * dim], as slm_see() sees a question: a long one by its beginning and its end, averaged."""
        seen = self._see_windows(texts).copy()
        tails = {i: last_window(t) for i, t in enumerate(texts) if len(t.encode()) > WINDOWS_ABOVE}
        if tails:
            for i, vector in zip(tails, self._see_windows(list(tails.values()))):
                both = (seen[i] + vector).reshape(2, self.dim)
                seen[i] = (both / np.linalg.norm(both, axis=1, keepdims=True)).ravel()
        return seen


def last_window(text):
    """The last WINDOW_BYTES bytes, from the first blank on; whole characters only."""
    tail = text.encode()[-WINDOW_BYTES:]
    blank = tail.find(b" ")
    return tail[blank + 1 :].decode(errors="ignore") if blank >= 0 else tail.decode(errors="ignore")
