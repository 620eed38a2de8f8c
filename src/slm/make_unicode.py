#!/usr/bin/env python3
"""Writes include/tables/unicode.h: what BERT's tokenizers make of each code point.

Hugging Face's `tokenizers` mixes tables of several Unicode versions (Rust's own for lower case and white space,
two crates' for decomposition and categories), so the library itself is asked about every code point, and what it
answers is written down. Run it where `tokenizers` is installed; Weir needs neither it nor Python.

    python3 src/slm/make_unicode.py > include/tables/unicode.h
"""
import unicodedata
from importlib.metadata import version

from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xD7A4)

normalizer = BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True)
splitter = BertPreTokenizer()


cleaner = BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=False)


def fold(text):
    return normalizer.normalize_str(text)


def cleaned(c):
    """What a tokenizer that keeps case makes of a code point, None where it stays as it is."""
    out = cleaner.normalize_str(chr(c))
    return {chr(c): None, "": "DROP", " ": "SPACE", f" {chr(c)} ": "ALONE"}[out]


def kind_of(c, pool):
    """(kind, value) of a code point, None where it stays as it is."""
    out = fold(chr(c))
    if out == chr(c):
        return None
    if out == "":
        # A mark that is stripped after marks were put in their order, and that none may pass, is a WALL.
        passes = fold("x\u302e" + chr(c) + "\u1b44") == "x\u1b44\u302e"
        return ("DROP", 0) if passes else ("WALL", 0)
    if out == " ":
        return ("SPACE", 0)
    if out == f" {chr(c)} ":
        return ("ALONE", 0)
    if c in HANGUL:
        return ("HANGUL", 0)
    if len(out) == 1:
        return ("SHIFT", ord(out) - c)
    if out not in pool:
        pool[out] = sum(len(text) for text in pool)
    return ("SPELL", pool[out] * 8 + len(out))


def runs(values):
    """Neighbours with equal values, as (first, last, value); None is left out."""
    found = []
    for c, value in values:
        if value is None:
            continue
        if found and found[-1][1] == c - 1 and found[-1][2] == value:
            found[-1][1] = c
        else:
            found.append([c, c, value])
    return found


def merged(rows):
    """A lone SHIFT says its target instead, so that neighbours with one target share a row."""
    out = []
    for first, last, (kind, value) in rows:
        if kind == "SHIFT" and first == last:
            kind, value = "TO", hex(first + value)
        if out and out[-1][1] == first - 1 and out[-1][2:] == [kind, value] and kind == "TO":
            out[-1][1] = last
        else:
            out.append([first, last, kind, value])
    return out


def ranks():
    """Marks that survive stripping are sorted by combining class: rank 1 stands before rank 2, and so on."""
    marks = [c for c in CODE_POINTS if unicodedata.combining(chr(c)) and fold(chr(c)) == chr(c)]
    passes = {b: [a for a in marks if fold("x" + chr(b) + chr(a)) == "x" + chr(a) + chr(b) and a != b] for b in marks}
    passed = {a for below in passes.values() for a in below}
    rank = {}
    for mark in sorted(marks, key=lambda m: len(passes[m])):
        if passes[mark] or mark in passed:
            rank[mark] = 1 + max((rank[a] for a in passes[mark]), default=0)
    return [(c, rank.get(c)) for c in marks]


def lines(macro, rows):
    """The rows between #ifdef and #endif, so that whoever includes the file takes the tables that it defines."""
    text = [f"{macro}({', '.join(map(str, row))})" for row in rows]
    print(f"\n#ifdef {macro}")
    for i in range(0, len(text), 4):
        print(" ".join(text[i : i + 4]))
    print("#endif")


def main():
    pool = {}
    folds = merged(runs((c, kind_of(c, pool)) for c in CODE_POINTS))
    clean = runs((c, cleaned(c)) for c in CODE_POINTS)
    marks = runs(ranks())
    points = runs((c, 1 if len(splitter.pre_tokenize_str(f"a{chr(c)}b")) == 3 else None) for c in CODE_POINTS)

    print(f"""/*
 * unicode.h - what BERT's tokenizers make of each code point. Made by src/slm/make_unicode.py from
 * tokenizers {version("tokenizers")}; not edited by hand.
 *
 * FOLD(first, last, kind, value): cleaned, decomposed, stripped of accents, in lower case
 *     DROP    gone                         WALL    gone, but marks do not change places across it
 *     SPACE   a blank                      ALONE   itself between two blanks
 *     SHIFT   the code point + value       TO      the code point that is the value
 *     HANGUL  its letters, by arithmetic   SPELL   value % 8 of SPELL, from value / 8 on
 * CLEAN(first, last, kind): only cleaned, where case is kept; DROP, SPACE or ALONE
 * RANK(first, last, rank): neighbouring marks are put in the order of their ranks
 * PUNCTUATION(first, last): a word of its own
 */""")
    lines("FOLD", [(hex(a), hex(b), kind, value) for a, b, kind, value in folds])
    lines("SPELL", [(hex(ord(c)),) for text in pool for c in text])
    lines("CLEAN", [(hex(a), hex(b), kind) for a, b, kind in clean])
    lines("RANK", [(hex(a), hex(b), rank) for a, b, rank in marks])
    lines("PUNCTUATION", [(hex(a), hex(b)) for a, b, _ in points])


main()
