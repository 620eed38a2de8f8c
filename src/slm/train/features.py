"""What the heads see of a text beside its embedding; src/slm/judge_text.c computes the same, to the last float.

Everything is bytes: ASCII has classes, a byte from 0x80 up counts as a letter. So nothing depends on a locale or on
a Unicode table.
"""

import numpy as np

READ_BYTES_MOST = 16384  # of a longer text the rest is not counted
BUCKETS = 2048           # hashed words and pairs of words
MARKS = 14

MATH = frozenset(b"=+*^<>\\")
CODE = frozenset(b"{}();`_[]")
STOPS = frozenset(b".!?")


def marks(text):
    """MARKS floats, about 0..1 each."""
    b = text.encode()[:READ_BYTES_MOST]
    n = max(len(b), 1)
    words = b.split()
    lines = b.count(b"\n") + 1
    digits = sum(48 <= c <= 57 for c in b)
    numbers = sum(48 <= c <= 57 and not (i and 48 <= b[i - 1] <= 57) for i, c in enumerate(b))
    upper = sum(65 <= c <= 90 for c in b)
    high = sum(c >= 0x80 for c in b)
    math = sum(c in MATH for c in b)
    code = sum(c in CODE for c in b)
    stops = sum(c in STOPS for c in b)
    commas = sum(c in b",;:" for c in b)
    options = sum(any(line.startswith(bytes([c]) + b". ") for c in b"ABCD") for line in b.split(b"\n"))
    long_words = sum(len(w) >= 9 for w in words)
    return np.array(
        [
            np.log1p(len(b)) / 10,
            np.log1p(len(words)) / 8,
            np.log1p(lines) / 5,
            digits / n,
            np.log1p(numbers) / 5,
            upper / n,
            high / n,
            np.log1p(math) / 4,
            np.log1p(code) / 5,
            np.log1p(stops) / 4,
            np.log1p(commas) / 4,
            np.log1p(b.count(b"?")) / 3,
            min(options, 4) / 4,
            long_words / max(len(words), 1),
        ],
        dtype=np.float32,
    )


def fnv(data):
    h = 0xCBF29CE484222325
    for c in data:
        h = (h ^ c) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def word_list(text):
    """Runs of letters and digits, ASCII in lower case."""
    out, word = [], bytearray()
    for c in text.encode()[:READ_BYTES_MOST] + b" ":
        if 65 <= c <= 90:
            c += 32
        if 97 <= c <= 122 or 48 <= c <= 57 or c >= 0x80:
            word.append(c)
        elif word:
            out.append(bytes(word))
            word = bytearray()
    return out


def buckets(text):
    """The sorted buckets that the text's words and pairs of neighbours fall into, each once."""
    words = word_list(text)
    found = {fnv(w) % BUCKETS for w in words}
    found |= {fnv(a + b" " + b) % BUCKETS for a, b in zip(words, words[1:])}
    return sorted(found)
