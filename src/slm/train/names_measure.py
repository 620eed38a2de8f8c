"""Decoding, and the figures: tweets by entity, spans by characters, prompts by what should not be masked."""

import os
import re

import numpy as np
import torch

from names_make import LABELS, unmark
from names_read import NER, entities, rows_of, spans_marked, tweet

WINDOW, SHARED = 254, 48  # pieces in a pass, and how many of them two neighbouring passes share


def windows(words):
    """[(first word, last + 1)] of at most WINDOW pieces; the next begins SHARED pieces before the end."""
    out, first = [], 0
    while first < len(words):
        last = first
        while last < len(words) and words[last][3] - words[first][2] <= WINDOW:
            last += 1
        last = max(last, first + 1)
        out.append((first, last))
        first = len(words) if last == len(words) else last_words(words, first, last, SHARED)
    return out


def last_words(words, first, last, pieces):
    """The first of a window's last words that have at most so many pieces together."""
    at = last
    while at > first + 1 and words[last - 1][3] - words[at - 1][2] <= pieces:
        at -= 1
    return at


def chances(model, rows, encoded):
    """For each text its windows' [words, outputs]."""
    jobs = [(n, i, rows.window(e, first, last)) for n, e in enumerate(encoded) for i, (first, last) in enumerate(windows(e[1]))]
    jobs.sort(key=lambda j: len(j[2][0]))
    out = [{} for _ in encoded]
    for at in range(0, len(jobs), 16):
        part = jobs[at : at + 16]
        inputs, _ = rows.batch([j[2] for j in part])
        with torch.no_grad():
            p = torch.softmax(model(*inputs), -1).numpy()
        for n, i, member in part:
            out[n][i], p = p[: len(member[3])], p[len(member[3]) :]
    return out


def tag(model, rows, texts, outside=0.5, threshold=None):
    """[(start, end, label, confidence)] of each text; src/slm/names.c does the same."""
    encoded = rows.encode(texts)
    return [join(e[0], e[1], p, outside, threshold or {}) for e, p in zip(encoded, chances(model, rows, encoded))]


def join(text, words, p, outside, threshold):
    """Of two windows the border between what is taken from each is in the middle of what they share."""
    out, start = [], 0
    for i, (first, last) in enumerate(windows(words)):
        at = last_words(words, first, last, SHARED // 2)
        border = len(text) if last == len(words) else words[at][0] if at < last else words[last - 1][1]
        for a, b, label, confidence in decode(words[first:last], p[i], outside):
            if confidence < threshold.get(label, 0) or b <= start or a >= border:
                continue
            out.append((max(a, start), b, label, confidence))
            start = b
        start = max(start, border)
    return out


def decode(words, p, bias):
    """[(start, end, label, confidence)]: the likeliest way through begins and goes-on, outside weighed by bias."""
    if not len(words):
        return []
    score = np.log(np.maximum(p, 1e-9))
    score[:, 0] += np.log(bias)
    n, outputs = score.shape
    path, back = score[0].copy(), np.zeros((n, outputs), int)
    path[2::2] = -1e9
    for i in range(1, n):
        best = int(path.argmax())
        step = np.full(outputs, best)
        value = np.full(outputs, path[best])
        for k in range(2, outputs, 2):
            before = k - 1 if path[k - 1] >= path[k] else k
            step[k], value[k] = before, path[before]
        back[i], path = step, value + score[i]
    state, states = int(path.argmax()), [0] * n
    for i in range(n - 1, -1, -1):
        states[i] = state
        state = back[i][state]
    out = []
    for i, s in enumerate(states):
        if s == 0:
            continue
        if s % 2 == 1:
            out.append([words[i][0], words[i][1], LABELS[(s - 1) // 2], [1 - p[i, 0]]])
        else:
            out[-1][1] = words[i][1]
            out[-1][3].append(1 - p[i, 0])
    return [(a, b, l, float(np.mean(c))) for a, b, l, c in out]


def f1(right, found, gold):
    precision, recall = right / max(found, 1), right / max(gold, 1)
    return round(precision, 3), round(recall, 3), round(2 * precision * recall / max(precision + recall, 1e-9), 3)


def tweets(model, rows, data, bias):
    """Exact spans and labels, the handles (@...) left out on both sides."""
    kinds = ("person", "place", "organization")
    plain = [unmark(tweet(r)) for r in data]
    tally = {k: [0, 0, 0] for k in kinds}
    for (text, gold), found in zip(plain, tag(model, rows, [t for t, _ in plain], bias)):
        gold = {g for g in gold if g[2] in kinds}
        found = {f[:3] for f in found if f[2] in kinds and not (f[0] and text[f[0] - 1] == "@") and text[f[0]] != "@"}
        for k in kinds:
            g, f = {x for x in gold if x[2] == k}, {x for x in found if x[2] == k}
            tally[k] = [tally[k][0] + len(g & f), tally[k][1] + len(f), tally[k][2] + len(g)]
    total = [sum(t[i] for t in tally.values()) for i in range(3)]
    return {**{k: f1(*t) for k, t in tally.items()}, "all": f1(*total)}


def spans(model, rows, data, bias, keep=lambda f: True):
    """As ../shared/data/README.md defines it, for the types that names are responsible for."""
    ours = {"PERSON", "GPE", "ORGANIZATION", "STREET_ADDRESS", "NRP", "DATE_TIME", "TITLE", "ZIP_CODE"}
    tally, right, found_count = {}, 0, 0
    for row, found in zip(data, tag(model, rows, [r["text"] for r in data], bias)):
        text = row["text"]
        covered, gold = np.zeros(len(text), bool), np.zeros(len(text), bool)
        found = [f for f in found if keep(f)]
        for a, b, _, _ in found:
            covered[a:b] = True
        for s in row["spans"]:
            gold[s["start"] : s["end"]] = True
            if s["type"] in ours:
                t = tally.setdefault(s["type"], [0, 0])
                t[1] += 1
                t[0] += covered[s["start"] : s["end"]].mean() >= 0.9
        found_count += len(found)
        right += sum(gold[a:b].mean() >= 0.5 for a, b, _, _ in found)
    recall = sum(t[0] for t in tally.values()) / max(1, sum(t[1] for t in tally.values()))
    precision = right / max(1, found_count)
    return {"recall": round(recall, 3), "precision": round(precision, 3), "f2": round(5 * precision * recall / max(4 * precision + recall, 1e-9), 3), "types": {k: (int(v[0]), v[1]) for k, v in tally.items()}}


def blind(model, rows, path, bias, kinds=None):
    """Lines with [[private units]]: the share of units masked to 90 %, and of other words masked."""
    units = masked = others = over = 0
    texts, golds = [], []
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.rstrip("\n").replace("\\n", "\n").replace("\\t", "\t")
            if not line or line.startswith("#"):
                continue
            text, gold = "", []
            for piece in re.split(r"(\[\[.*?\]\])", line, flags=re.S):
                if piece.startswith("[["):
                    gold.append((len(text), len(text) + len(piece) - 4))
                    piece = piece[2:-2]
                text += piece
            texts.append(text)
            golds.append(gold)
    missed, wrong = [], []
    for text, gold, found in zip(texts, golds, tag(model, rows, texts, bias)):
        covered, private = np.zeros(len(text), bool), np.zeros(len(text), bool)
        for a, b, label, _ in found:
            if kinds is None or label in kinds:
                covered[a:b] = True
        for a, b in gold:
            private[a:b] = True
            units += 1
            ok = covered[a:b].mean() >= 0.9
            masked += ok
            if not ok:
                missed.append(text[max(0, a - 20) : b + 10].replace("\n", "\\n"))
        for m in re.finditer(r"\S+", text):
            if private[m.start() : m.end()].any():
                continue
            others += 1
            if covered[m.start() : m.end()].mean() >= 0.5:
                over += 1
                wrong.append(m.group())
    return {"units": units, "masked": round(masked / max(1, units), 3), "words": others, "over": round(over / max(1, others), 4)}, missed, wrong


def over_masked(model, rows, texts, bias, kinds=None):
    words = hit = 0
    for text, found in zip(texts, tag(model, rows, texts, bias)):
        n = len(text.split())
        words += n
        hit += sum(len(text[a:b].split()) for a, b, l, _ in found if kinds is None or l in kinds)
    return round(hit / words, 4)


def measure(model, rows, data, args):
    shared = args.shared + "/data/"
    yield "wnut17_dev", tweets(model, rows, rows_of(shared + "ner/wnut17_dev.jsonl.gz"), 1.0)
    if data.btc_held:
        yield "btc_held", tweets(model, rows, data.btc_held, 1.0)
    for bias in (1.0, 0.3, 0.1):
        if data.spans_held:
            yield f"spans {bias}", spans(model, rows, data.spans_held, bias)
        path = os.path.join(os.path.dirname(__file__), "names_blind.txt")
        if os.path.exists(path):
            yield f"blind {bias}", blind(model, rows, path, bias)[0]
        yield f"clinc {bias}", over_masked(model, rows, [r["text"] for r in rows_of(shared + "intent/clinc_val.jsonl.gz")[::6]], bias)
        yield f"mt_bench {bias}", over_masked(model, rows, [r["prompt"] for r in rows_of(shared + "routing/mt_bench.jsonl") if r["turn"] == 1], bias)
