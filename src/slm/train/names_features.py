"""What the model sees of a text: pieces, and what the uncased vocabulary loses. src/slm/names_words.c does the same.

A word is what BERT's first step makes of a text: a run between blanks and punctuation, or one mark or ideograph. Each
has a case, what stands before and behind it (nothing, a blank, a new line ...), whether a sentence may begin with it;
and the text as a whole may have no capitals, or nothing else.
"""

import unicodedata

CASES = "special mark digits caseless lower title letter upper mixed lower_digits upper_digits".split()
GAPS = "none blank line lines wide edge".split()
TEXTS = "usual lower upper title".split()
TABLES = [("case", len(CASES)), ("before", len(GAPS)), ("behind", len(GAPS)), ("start", 2), ("text", len(TEXTS))]
ROWS = sum(n for _, n in TABLES)
SENTENCE_ENDS = set(".!?:\"'(*>-|#[{“”…")


def is_upper(c):
    """Latin, Greek and Cyrillic capitals, by where they stand."""
    o = ord(c)
    if o < 0x80:
        return 0x41 <= o <= 0x5A
    if 0xC0 <= o <= 0xDE:
        return o != 0xD7
    if 0x100 <= o <= 0x137 or 0x14A <= o <= 0x177 or 0x1DE <= o <= 0x1EF or 0x1F8 <= o <= 0x233 or 0x1E00 <= o <= 0x1EFF:
        return o % 2 == 0
    if 0x139 <= o <= 0x148 or 0x179 <= o <= 0x17E or 0x1CD <= o <= 0x1DC:
        return o % 2 == 1
    return o == 0x178 or 0x386 <= o <= 0x3AB and o != 0x390 or 0x400 <= o <= 0x42F


def is_lower(c):
    """Any other letter of the scripts that have two cases."""
    o = ord(c)
    if is_upper(c):
        return False
    return 0x61 <= o <= 0x7A or 0xDF <= o <= 0x24F and o != 0xF7 or 0x1E00 <= o <= 0x1EFF or 0x370 <= o <= 0x52F


def is_caseless(c):
    """A letter of another script; what is no letter there has been cut off as punctuation, or is a sign."""
    o = ord(c)
    return 0x530 <= o < 0x1E00 or 0x2C00 <= o < 0xD800 or 0xF900 <= o < 0xFE00 or 0x20000 <= o < 0x40000


def case_of(word):
    upper = sum(map(is_upper, word))
    lower = sum(map(is_lower, word))
    digits = sum("0" <= c <= "9" for c in word)
    if upper + lower == 0:
        return "digits" if digits else "caseless" if any(map(is_caseless, word)) else "mark"
    if digits:
        return "upper_digits" if upper else "lower_digits"
    if upper == 0:
        return "lower"
    if lower == 0:
        return "letter" if upper == 1 else "upper"
    return "title" if upper == 1 and is_upper(word[0]) else "mixed"


BLANKS = " \t\n\v\f\r"


def gap_of(between):
    if not between:
        return "none"
    lines = between.count("\n")
    if lines:
        return "line" if lines == 1 else "lines"
    return "wide" if "\t" in between or len(between) > 1 else "blank"


def gap_before(text, at):
    """And where the blanks begin."""
    start = at
    while start and text[start - 1] in BLANKS:
        start -= 1
    return ("edge" if start == 0 else gap_of(text[start:at])), start


def gap_behind(text, at):
    end = at
    while end < len(text) and text[end] in BLANKS:
        end += 1
    return "edge" if end == len(text) else gap_of(text[at:end])


def text_of(cases):
    lower = cases.count("lower")
    title = cases.count("title")
    upper = cases.count("upper") + cases.count("letter")
    mixed = cases.count("mixed")
    if title + upper + mixed == 0:
        return "lower"
    if lower + title + mixed == 0:
        return "upper"
    return "title" if title >= 4 and title > 3 * lower else "usual"


def words_of(word_ids, offsets):
    """[(start, end, first token, last token + 1)]"""
    out = []
    for t, (w, (a, b)) in enumerate(zip(word_ids, offsets)):
        if w is None:
            continue
        if out and out[-1][4] == w:
            out[-1][1], out[-1][3] = max(out[-1][1], b), t + 1
        else:
            out.append([a, b, t, t + 1, w])
    return [tuple(x[:4]) for x in out]


def features(text, words):
    """A row of table indices for each word, and one for the special tokens."""
    cases = [case_of(text[a:b]) for a, b, _, _ in words]
    whole = TEXTS.index(text_of(cases))
    rows = []
    for case, (a, b, _, _) in zip(cases, words):
        before, end = gap_before(text, a)
        start = int(before in ("edge", "line", "lines") or text[end - 1] in SENTENCE_ENDS)
        rows.append((CASES.index(case), GAPS.index(before), GAPS.index(gap_behind(text, b)), start, whole))
    return rows, (0, GAPS.index("edge"), GAPS.index("edge"), 0, whole)


def row_numbers(row):
    """Rows of the tables laid one after the other."""
    out, base = [], 0
    for value, (_, count) in zip(row, TABLES):
        out.append(base + value)
        base += count
    return out
