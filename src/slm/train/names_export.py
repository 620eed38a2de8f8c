"""Writes src/slm/names.bin, whose layout include/slm/names.h tells, and what C must find in some texts."""

import json
import os
import struct

import numpy as np
import torch
from safetensors.numpy import load_file

import features
import names_measure
from names_make import LABELS

# Findings less sure than this are none; OUTSIDE is what the chance of no name is multiplied with before.
OUTSIDE = 0.04
THRESHOLD = {"person": 0.15, "place": 0.2, "organization": 0.2, "address": 0.15, "username": 0.25, "affiliation": 0.35, "date": 0.35, "title": 0.35}

HERE = os.path.dirname(os.path.abspath(__file__))


def fingerprint(folder):
    """slm_fingerprint(); src/slm/encoder_load.c tells how."""
    w = load_file(os.path.join(folder, "model.safetensors"))
    words = w["embeddings.word_embeddings.weight"]
    layers = sum(k.endswith("attention.self.query.weight") for k in w)
    out = words.shape[1] ^ layers << 32
    for i in range(128):
        gain = w[f"encoder.layer.{i * layers // 128}.output.LayerNorm.weight"]
        for floats in (words[i * len(words) // 128], gain):
            out = (out * 31 + features.fnv(floats.tobytes())) & ((1 << 64) - 1)
    return out


def to_bytes(matrix):
    """Each row in steps of a scale of its own."""
    scale = np.maximum(np.abs(matrix).max(1), 1e-12) / 127
    return scale.astype("<f4"), np.round(matrix / scale[:, None]).astype(np.int8)


def difference(layer, i):
    """(left, right) of the layer's i-th matrix, both as bytes, the same product as up @ down."""
    up, down = layer.up[i].detach().numpy(), layer.down[i].detach().numpy()
    u, s, v = np.linalg.svd(up.astype(np.float64) @ down, full_matrices=False)
    rank = up.shape[1]
    return to_bytes(u[:, :rank] * np.sqrt(s[:rank])), to_bytes(np.sqrt(s[:rank])[:, None] * v[:rank])


def write(path, model, folder):
    floats = lambda t: np.ascontiguousarray(t.detach().numpy(), "<f4").tobytes()
    hidden, inner = model.upper[0].W4.shape[1], model.upper[0].W4.shape[0]
    out = struct.pack("<8sIIIIIIIIQf", b"WEIRNAME", 1, hidden, inner, model.layers_kept, len(model.upper), model.rank,
                      model.added.weight.shape[0], model.outputs, fingerprint(folder), OUTSIDE)
    out += struct.pack(f"<{len(LABELS)}f", *(THRESHOLD[l] for l in LABELS))
    out += floats(model.added.weight) + floats(model.head.weight.T) + floats(model.head.bias)
    for layer in model.upper:
        for i in range(6):
            (left_scale, left), (right_scale, right) = difference(layer, i)
            out += left_scale.tobytes() + right_scale.tobytes() + floats(layer.bias[i]) + left.tobytes() + right.tobytes()
        for i in range(2):
            out += floats(layer.gain[i]) + floats(layer.shift[i])
    out += struct.pack("<Q", features.fnv(out))
    with open(path, "wb") as file:
        file.write(out)
    print(f"{path}: {len(out)} bytes")


def rounded(model):
    """The model with its differences as the file has them."""
    with torch.no_grad():
        for layer in model.upper:
            for i in range(6):
                (ls, left), (rs, right) = difference(layer, i)
                layer.up[i].copy_(torch.tensor(left * ls[:, None]))
                layer.down[i].copy_(torch.tensor(right * rs[:, None]))


REFERENCE = [
    "", " ", ".", "hello", "My name is Anna Kowalska and I live in Gdańsk.", "my name is anna kowalska and i live in gdansk",
    "Dear Dr. O'Brien,\n\nthe invoice for Müller & Söhne GmbH goes to 12 Rue de la Paix, 75002 Paris.\n\nBest,\nJosé Álvarez",
    "/home/jsmith/projects/app/main.py", "ssh mwangi@prod-3", "WHY DOES PRIYA RAO FROM INFOSYS CALL ME AT NIGHT?",
    "| Name | City |\n|---|---|\n| Lena Weber | Köln |\n| Tom Hardy | Leeds |", "1. Ravi Kumar\n2. Wei Zhang\n3. Fatima Noor",
    "張偉在北京大學工作。", "Иван Петров живёт в Москве.", "김민준은 서울에 살고 있습니다.", "محمد الأحمد يعمل في دبي",
    "e\u0301milie du cha\u0302telet \U0001f600 lives in lyo\u0301n", "How do I sort a list in Python?", "def load_data(path):\n    return json.load(open(path))",
    "Ship to: 221B Baker Street, London NW1 6XE, United Kingdom", "a@b \ufffd \x00 name: \u200bBob", "x" * 120 + " John Smith",
    "The National Institute of Marine Biology and Climate Research in Bergen hired Astrid Hansen. " * 14,
    "no name is here, only words that go on and on until the window ends, " * 30 + "said Kwame Mensah of Accra",
]


def write_reference(path, model, rows):
    with open(path, "w", encoding="utf-8") as file:
        for text, found in zip(REFERENCE, names_measure.tag(model, rows, REFERENCE, OUTSIDE, THRESHOLD)):
            b = lambda i: len(text[:i].encode("utf-8"))
            names = [[b(s), b(e), l, round(c, 4)] for s, e, l, c in found]
            file.write(json.dumps({"text": text, "names": names}) + "\n")


def export(model, rows, args):
    write(os.path.join(HERE, "..", "names.bin"), model, args.model)
    rounded(model)
    write_reference(os.path.join(HERE, "..", "..", "..", "tests", "reference", "names.jsonl"), model, rows)
