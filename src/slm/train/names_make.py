"""Texts with their private spans marked: templates filled, cases and typing varied, longer texts put together."""

import random
import re

import names_texts as T
from names_values import COMMON_FIRST, GROUPS, HONORIFICS, NICKNAMES

LABELS = ["person", "place", "organization", "address", "username", "affiliation", "date", "title"]
IGNORED = "?"  # someone else's to find (e-mails, phones), or not known: counts neither way
OPEN, CLOSE = "\ue000", "\ue0ff"
TAG = {name: chr(0xE010 + i) for i, name in enumerate(LABELS + [IGNORED])}
NAME = {v: k for k, v in TAG.items()}


def mark(text, label):
    return OPEN + TAG[label] + text + CLOSE


def unmark(marked):
    """(text, [(start, end, label)]); of marks within marks the inner ones are dropped."""
    text, spans, open_at, label, depth = [], [], 0, None, 0
    size, i = 0, 0
    while i < len(marked):
        c = marked[i]
        if c == OPEN:
            if depth == 0:
                open_at, label = size, NAME[marked[i + 1]]
            depth += 1
            i += 2
            continue
        if c == CLOSE:
            depth -= 1
            if depth == 0 and size > open_at:
                spans.append((open_at, size, label))
        else:
            text.append(c)
            size += 1
        i += 1
    return "".join(text), spans


def templates(block):
    return [line.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\") for line in block.strip().split("\n")]


class Parsed:
    """A template as a tree: a list of strings, slots (tuples) and choices (lists of lists)."""

    def __init__(self, text):
        self.text, self.at = text, 0
        self.tree = self.sequence(top=True)

    def sequence(self, top=False):
        out, t = [], self.text
        while self.at < len(t):
            c = t[self.at]
            if t.startswith("<<", self.at):
                out.append("<")
                self.at += 2
            elif t.startswith(">>", self.at) and not top:
                out.append(">")
                self.at += 2
            elif t.startswith(">>", self.at):
                out.append(">")
                self.at += 2
            elif c == "<":
                self.at += 1
                out.append(self.choice())
            elif c in "|>" and not top:
                break
            elif c == "{":
                slot = re.compile(r"\{([A-Za-z][A-Za-z0-9.]*)\}").match(t, self.at)
                if slot:
                    out.append((slot.group(1),))
                    self.at = slot.end()
                else:
                    out.append(c)
                    self.at += 1
            else:
                out.append(c)
                self.at += 1
        return out

    def choice(self):
        options = [self.sequence()]
        while self.at < len(self.text) and self.text[self.at] == "|":
            self.at += 1
            options.append(self.sequence())
        self.at += 1
        return options


GENRES = [("CHAT", 0.25), ("WORK", 0.56), ("STORIES", 0.66), ("CODE", 0.72), ("WORLD", 0.80), ("PLAIN", 1.0)]


class Maker:
    def __init__(self, values, fillers, rng):
        self.v, self.fillers, self.rng = values, fillers, rng
        parse = lambda block: [Parsed(t).tree for t in templates(block)]
        self.genres = {name: parse(getattr(T, name)) for name in ("CHAT", "WORK", "STORIES", "CODE", "PLAIN", "WORLD")}
        self.days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
        self.months = "January February March April May June July August September October November December".split()

    # ---- slots

    def date(self):
        r = self.rng
        y, m, d = r.randint(1930, 2025), r.randint(1, 12), r.randint(1, 28)
        month = self.months[m - 1]
        return r.choice([f"{d}/{m}/{y}", f"{m}/{d}/{y}", f"{y}-{m:02}-{d:02}", f"{month} {d}, {y}", f"{d} {month} {y}", f"{d}.{m}.{y}", f"{month} {y}", str(y), str(y), r.choice(self.days), f"{month} {d}", f"{month[:3]} {d}", f"{d} {month[:3]} {y}", f"{r.choice(self.days)}, {month} {d}", f"{y}-{m:02}-{d:02} {r.randint(0, 23):02}:{r.randint(0, 59):02}:{r.randint(0, 59):02}", f"{month[:3]}. {d}, {y}", f"{d}th of {month}", f"{m:02}/{y}"])

    def phone(self):
        r = self.rng
        n = lambda k: "".join(r.choice("0123456789") for _ in range(k))
        return r.choice([f"({n(3)}) {n(3)}-{n(4)}", f"+1 {n(3)} {n(3)} {n(4)}", f"+44 {n(4)} {n(6)}", f"{n(3)}-{n(3)}-{n(4)}", f"+91 {n(5)} {n(5)}", f"+49 {n(3)} {n(7)}", f"0{n(9)}", f"{n(3)} {n(2)} {n(2)} {n(2)}"])

    def mention(self, person, part):
        r = self.rng
        first, last = person
        if part == "":
            if r.random() < 0.05:
                return mark(self.v.script_person(), "person")
            full = r.choice([f"{first} {last}"] * 10 + [f"{last}, {first}", f"{first} {r.choice('ABCDEFGHJKLMNPRSTVW')}. {last}", f"{first} {r.choice(COMMON_FIRST)} {last}", f"{first[0]}. {last}", f"{last} {first}", f"{first} {last} {r.choice(['Jr.', 'Sr.', 'III', 'Jr'])}"])
            return mark(r.choice([full] * 7 + [first] * 3 + [last]), "person")
        if part == "full":
            return mark(r.choice([f"{first} {last}"] * 8 + [f"{first} {r.choice('ABCDEFGHJKLMNPRSTVW')}. {last}", f"{first} {r.choice(COMMON_FIRST)} {last}", f"{last.upper()} {first}", f"{first.upper()} {last.upper()}"]), "person")
        if part == "f":
            return mark(first if r.random() < 0.9 else r.choice(NICKNAMES), "person")
        if part == "F":
            return mark(first.upper(), "person")
        if part == "l":
            return mark(last, "person")
        if part == "initial":
            return mark(r.choice([f"{first[0]}.", f"{first[0]}. {r.choice('ABCDEJLMRST')}."]), "person")
        if part == "h":
            return mark(r.choice(HONORIFICS), "title") + " " + mark(r.choice([last] * 3 + [f"{first} {last}"] * 2 + [first]), "person")
        if part == "x":
            return mark(self.v.user(person), "username")
        raise KeyError(part)

    def slot(self, name, seen):
        """seen: what this text's people, places and so on are."""
        r, v = self.rng, self.v
        if name[:2] in T.WORLD_PERSONS:
            return self.world(name)
        base, _, part = name.partition(".")
        kind = base.rstrip("0123456789")
        if kind == "p":
            if base not in seen:
                seen[base] = v.person()
            return self.mention(seen[base], part)
        if kind in ("o", "l", "t", "a"):
            make = {"o": {"": v.organization, "c": v.company, "s": v.school, "i": v.institution}, "l": {"": v.place, "c": v.city},
                    "t": {"": lambda: r.choice(v.p["job"])}, "a": {"": v.address, "m": lambda: v.address(True), "q": lambda: v.address(True).replace("\n", "\n> ")}}[kind][part]
            if name not in seen:
                seen[name] = make()
            if kind == "o" and r.random() < 0.02:
                locale = r.choice(list(v.p["script_company"]))
                return mark(r.choice(v.p["script_company"][locale]), "organization")
            if kind == "a" and r.random() < 0.03:
                locale = r.choice(list(v.p["script_address"]))
                return mark(r.choice(v.p["script_address"][locale]), "address")
            label = {"o": "organization", "l": "place", "t": "title", "a": "address"}[kind]
            text = seen[name]
            if text.startswith("the ") or text.startswith("The "):
                return text[:4] + mark(text[4:], label)
            return mark(text, label)
        simple = {
            "st": lambda: mark(v.street(), "address"), "zip": lambda: mark(v.postcode(), "address"), "d": lambda: mark(self.date(), "date"),
            "n": lambda: mark(r.choice(GROUPS), "affiliation"), "h": lambda: mark(v.handle(), "username"), "x": lambda: mark(r.choice([v.user, v.handle])(), "username"),
            "email": lambda: mark(f"{v.user()}@{r.choice(['gmail.com', 'example.com', 'yahoo.co.uk', 'corp.net'])}", IGNORED), "phone": lambda: mark(self.phone(), IGNORED),
            "job": lambda: r.choice(["nurse", "teacher", "software engineer", "plumber", "student", "lawyer", "data scientist", "chef", "accountant", "manager", "designer", "farmer", "pilot", "police officer", "sales rep", "consultant", "copywriter", "librarian", "cashier", "driver", "dentist", "detective", "prince", "witch", "soldier"]),
            "prod": lambda: r.choice(T.PRODUCTS), "thing": lambda: r.choice(T.THINGS), "topic": lambda: r.choice(T.TOPICS), "Topic": lambda: r.choice(T.TOPICS).title(), "code": lambda: r.choice(T.CODES),
            "Code": lambda: "".join(w.capitalize() for w in r.choice(T.CODES).split("_")), "num": lambda: str(r.choice([r.randint(1, 12), r.randint(1, 100), r.randint(100, 99999)])),
            "money": lambda: r.choice(["$", "€", "£", "Rs. ", "USD "]) + str(r.randint(1, 5000)) + r.choice(["", ".00", ".50"]), "filler": self.filler, "any": lambda: self.fill("WORK", seen={}),
        }
        return simple[kind]()

    def world(self, name):
        """zh, zhl, zho, zha: a person, place, organization, address in Chinese; and so on."""
        r, language, what = self.rng, name[:2], name[2:].rstrip("0123456789")
        if what == "l":
            return mark(r.choice(T.WORLD_PLACES[language]), "place")
        if what in ("o", "a"):
            pool, label = ("script_company", "organization") if what == "o" else ("script_address", "address")
            return mark(r.choice(self.v.p[pool][T.WORLD_LOCALES[language]]), label)
        return mark(self.v.script_person(T.WORLD_PERSONS[language]), "person")

    def filler(self):
        return self.rng.choice(self.fillers)

    # ---- whole texts

    def expand(self, tree, seen):
        out = []
        for node in tree:
            if isinstance(node, str):
                out.append(node)
            elif isinstance(node, tuple):
                out.append(self.slot(node[0], seen))
            else:
                out.append(self.expand(self.rng.choice(node), seen))
        return "".join(out)

    def fill(self, genre, seen=None):
        return self.expand(self.rng.choice(self.genres[genre]), {} if seen is None else seen)

    def text(self):
        r = self.rng
        draw = r.random()
        genre = next(g for g, until in GENRES if draw < until)
        out = self.fill(genre)
        while r.random() < 0.25 and len(out) < 500:
            out += r.choice(["\n", "\n\n", " ", " "]) + (self.fill(r.choice(["CHAT", "WORK", "PLAIN", "STORIES"])) if r.random() < 0.6 else self.filler())
        if r.random() < 0.1:
            out = self.filler() + r.choice([" ", "\n", "\n\n", ": "]) + out
        return vary(out, r)


def typo(word, r):
    if len(word) < 4:
        return word
    i = r.randrange(1, len(word) - 1)
    return r.choice([word[:i] + word[i + 1 :], word[:i] + word[i + 1] + word[i] + word[i + 2 :], word[:i] + word[i] + word[i:]])


def vary(marked, r):
    """The same in lower case, in capitals, mistyped, without punctuation, quoted."""
    draw = r.random()
    if draw < 0.24:
        marked = marked.lower()
    elif draw < 0.28:
        marked = marked.upper()
    elif draw < 0.30:
        marked = marked.title()
    if r.random() < 0.06:
        marked = re.sub(r"[.,!?'](?=\s|$)", "", marked)
    if r.random() < 0.07:
        parts = re.split(r"(\s+)", marked)
        marked = "".join(typo(p, r) if p.isalpha() and r.random() < 0.12 else p for p in parts)
    if r.random() < 0.03:
        marked = "> " + marked.replace("\n", "\n> ")
    if r.random() < 0.03:
        marked = marked.replace("\n", "\\n")
    if r.random() < 0.03:
        import unicodedata
        marked = "".join(c for c in unicodedata.normalize("NFKD", marked) if not unicodedata.combining(c))
    return marked
