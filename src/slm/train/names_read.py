"""Public rows as marked texts: tweets, spans, and other people's sentences in which nothing private is known."""

import glob
import gzip
import hashlib
import json
import os
import random
import re
import sysconfig

from names_make import IGNORED, mark
from names_values import COMMON_FIRST, GROUPS, LANDMARKS, REAL_ORGS

NER = {"person": "person", "PER": "person", "location": "place", "LOC": "place", "corporation": "organization", "group": "organization",
       "ORG": "organization", "product": None, "creative-work": IGNORED}
SPANS = {"PERSON": "person", "GPE": "place", "ORGANIZATION": "organization", "STREET_ADDRESS": "address", "NRP": "affiliation",
         "DATE_TIME": "date", "TITLE": "title", "ZIP_CODE": "address"}


def rows_of(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def entities(tags):
    """[(first, last + 1, type)] of IOB tags."""
    out = []
    for i, tag in enumerate(tags):
        if tag == "O":
            continue
        kind = tag[2:]
        if tag[0] == "I" and out and out[-1][1] == i and out[-1][2] == kind:
            out[-1][1] = i + 1
        else:
            out.append([i, i + 1, kind])
    return out


def glue(left, right):
    """What stands between two tokens of a tweet."""
    if left in ("@", "#", "(", "[", "$", "“") or re.match(r"^(['’](s|m|re|ve|ll|d|t)|n't|[.,!?:;)\]%…”]+)$", right):
        return ""
    return " "


def tweet(row, replace=None, rng=None):
    """A row of tokens and tags as a marked text. replace: makes another value of a kind, or None."""
    tokens, starts, ends = row["tokens"], {}, {}
    for first, last, kind in entities(row["tags"]):
        starts[first], ends[last - 1] = NER[kind], True
        if tokens[first].startswith("@") or (first and tokens[first - 1] == "@"):
            starts[first] = "username"
    out, i, is_open = [], 0, None
    spans = {f: (l, starts[f]) for f, l, _ in entities(row["tags"])}
    while i < len(tokens):
        sep = glue(tokens[i - 1], tokens[i]) if i else ""
        if i in spans:
            last, label = spans[i]
            value = tokens[i]
            for j in range(i + 1, last):
                value += glue(tokens[j - 1], tokens[j]) + tokens[j]
            if replace and label in ("person", "place", "organization") and rng.random() < 0.7 and not value.startswith(("@", "#")):
                value = replace(label, value)
            out.append(sep + (mark(value, label) if label else value))
            i = last
        else:
            t = tokens[i]
            is_handle = len(t) > 1 and t.startswith("@") or (i and tokens[i - 1] == "@")
            out.append(sep + (mark(t, "username") if is_handle else t))
            i += 1
    return "".join(out)


def spans_marked(row):
    """A row of pii/spans; what is an address in parts (street, town, code one after the other) is one address."""
    text = row["text"]
    spans = sorted(([s["start"], s["end"], SPANS.get(s["type"], IGNORED)] for s in row["spans"]), key=lambda s: s[0])
    joined = []
    for s in spans:
        if joined:
            last = joined[-1]
            near = re.fullmatch(r"[\s,>?]*(nan)?[\s,>?]*", text[last[1] : s[0]]) and s[0] - last[1] < 14
            is_part = s[2] in ("address", "place")
            if near and last[2] in ("address", "place") and is_part and "address" in (last[2], s[2]):
                last[1], last[2] = s[1], "address"
                continue
        joined.append(s)
    out, at = [], 0
    for start, end, label in joined:
        if start < at:
            continue
        out.append(text[at:start] + mark(text[start:end], label))
        at = end
    return "".join(out) + text[at:]


def fold_of_template(row, folds=5):
    """Rows that differ in values and case only go to the same fold."""
    t = row["text"]
    for s in sorted(row["spans"], key=lambda s: -s["start"]):
        t = t[: s["start"]] + "@" + t[s["end"] :]
    t = re.sub(r"[^a-z@]", "", t.lower())
    t = re.sub(r"@+", "@", t)
    return int(hashlib.md5(t.encode()).hexdigest(), 16) % folds


def doubtful_capitals(text):
    """Marks capitals in mid-sentence as not known: other people's sentences may name someone there."""
    out, at = [], 0
    for m in re.finditer(r"[A-Z][\w'’-]*(?:\s+(?:of|the|de|and|for)\s+(?=[A-Z])|\s+(?=[A-Z])|[A-Z\w'’-]*)*", text):
        before = text[: m.start()].rstrip(" \"'(")
        value = m.group().rstrip()
        is_start = not before or before[-1] in ".!?:\n" or text[m.start() - 1 : m.start()] == "\n"
        if value in ("I", "I'm", "I've", "I'll", "I'd", "A", "B", "C", "D") or (is_start and " " not in value and value.lower() in COMMON):
            continue
        out.append(text[at : m.start()] + mark(value, IGNORED))
        at = m.start() + len(value)
    return "".join(out) + text[at:]


COMMON = set()


def load_fillers(shared, pools):
    """Sentences of commands, bank customers, examinations and meetings."""
    named = {w.lower() for w in COMMON_FIRST + GROUPS + [o for o in REAL_ORGS] + [l.removeprefix("the ") for l in LANDMARKS] + pools["big_city"] + pools["country"] + pools["state"]}
    named -= set("will mark may rose hope joy grace bill ray art sue pat grant frank rich lee young bob target visa orange delta zoom slack meta shell subway edge apple amazon us la un eu who hp hi ama min li an chen".split())
    COMMON.update(w for w, n in _word_counts(shared).items() if n >= 3 and w not in named)
    out = []
    for name in ("clinc_train", "banking_train"):
        for row in rows_of(f"{shared}/data/intent/{name}.jsonl.gz"):
            words = re.findall(r"[a-z']+", row["text"].lower())
            grams = set(words) | {" ".join(p) for p in zip(words, words[1:])} | {" ".join(p) for p in zip(words, words[1:], words[2:])}
            if grams & named or row.get("intent") in ("change_user_name", "user_name"):
                continue
            text = row["text"]
            out.append(text[0].upper() + text[1:] + ("." if text[-1].isalnum() else "") if random.Random(text).random() < 0.5 else text)
    mmlu = rows_of(f"{shared}/data/routing/mmlu.jsonl.gz")
    for row in mmlu:
        for line in re.split(r"(?<=[.?!])\s+|\n", row["prompt"]):
            if 20 < len(line) < 220:
                out.append(doubtful_capitals(line))
    for row in rows_of(f"{shared}/data/compress/meetings.jsonl.gz"):
        for turn in row["turns"]:
            if 30 < len(turn["text"]) < 260 and "{" not in turn["text"]:
                out.append(doubtful_capitals(re.sub(r" (?=[.,?!'])|(?<=n) (?=n't)", "", turn["text"])))
    return out


def _word_counts(shared):
    counts = {}
    for name in ("clinc_train", "banking_train"):
        for row in rows_of(f"{shared}/data/intent/{name}.jsonl.gz"):
            for w in re.findall(r"[a-z']+", row["text"].lower()):
                counts[w] = counts.get(w, 0) + 1
    for row in rows_of(f"{shared}/data/routing/mmlu.jsonl.gz"):
        for w in re.findall(r"(?<![A-Za-z'])[a-z']+", row["prompt"]):
            counts[w] = counts.get(w, 0) + 1
    return counts


def word_problems(shared, pools):
    """GSM8K: what is spelt like a first name there is one."""
    firsts = {n for c in pools["person"].values() for n in c["first"] if n.isalpha()}
    out = []
    for row in rows_of(f"{shared}/data/routing/gsm8k.jsonl.gz"):
        text, parts, at = row["prompt"], [], 0
        for m in re.finditer(r"\b[A-Z][a-z]+\b", text):
            word = m.group()
            if word in firsts and word.lower() not in COMMON:
                parts.append(text[at : m.start()] + mark(word, "person"))
            elif word.lower() not in COMMON:
                parts.append(text[at : m.start()] + mark(word, IGNORED))
            else:
                continue
            at = m.end()
        out.append("".join(parts) + text[at:])
    return out


def code_texts(rng, count):
    """Pieces of Python's own library: capitals, dots and slashes that name nobody."""
    files = glob.glob(os.path.join(sysconfig.get_paths()["stdlib"], "*.py"))
    out = []
    while len(out) < count:
        with open(rng.choice(files), encoding="utf-8", errors="ignore") as file:
            lines = file.read().split("\n")
        at = rng.randrange(max(1, len(lines) - 12))
        piece = "\n".join(lines[at : at + rng.randint(2, 12)]).strip()
        if len(piece) > 30 and not re.search(r"@|author|copyright|written|contrib| by |\bfrom [A-Z]|[A-Z][a-z]+ [A-Z][a-z]+", piece, re.I if False else 0):
            out.append(piece)
    return out
