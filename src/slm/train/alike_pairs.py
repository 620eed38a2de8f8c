#!/usr/bin/env python3
"""alike_pairs - makes pairs of questions that want the same answer, and traps that look as if they did.

    alike_pairs.py learned OUT [--natural]    what the check learns from
    alike_pairs.py reported OUT               the trap set that its figures are told on: other families, other values, other edits' words

A line a pair: {"a", "b", "same", "kind", "group"}. Kinds of traps are what was edited; pairs of one group are of one
family and must not be parted. --natural adds questions of ../shared/data (exams, assistants' commands, banks' customers)
edited and reworded by the same rules, and what people said for one intent and for neighbouring ones (alike_natural.py); none of
cache/pairs.
"""

import itertools
import json
import random
import re
import sys

import alike_natural
from alike_texts import LEARNED, LEARNED_VALUES, REPORTED, REPORTED_VALUES

PER_INTENT = 26

# ---- rewording that leaves the answer as it is ----

POLITE = ["Please tell me: {}", "Can you tell me {}", "I would like to know: {}", "Hi, {}", "Hello! {}", "Quick question: {}", "{} Thanks!", "{} please", "Hey, {}",
          "I was wondering, {}", "{} Thank you.", "Could you help me? {}", "Just curious, {}", "{} I need to know."]
SWAPS = [("How do I", "How can I"), ("How do I", "How to"), ("How can I", "What is the way to"), ("What is", "What's"), ("How do I", "How does one"), ("How do I", "What do I do to"),
         ("What is the", "Tell me the"), ("Why is", "What is the reason that"), ("do not", "don't"), ("does not", "doesn't"), ("is not", "isn't"), ("cannot", "can't"), ("I am", "I'm"),
         ("Can I", "Am I able to"), ("Can I", "Is it possible to"), ("Is it possible to", "Can one"), ("How do I", "What is the best way to"), ("How can I", "What are ways to"), ("What are", "Which are"),
         ("What are the", "What are some"), ("how do i", "what's the way to"), ("i want to", "i'd like to"), ("i need to", "i have to"), ("show me", "let me see"), ("tell me", "let me know"), ("can you", "could you")]
SYNONYMS = """begin start|big large|buy purchase|quickly fast rapidly|repair fix mend|movie film|car automobile|phone telephone|doctor physician|kids children|photo picture|job position|help assist|choose pick select|error mistake|
explain describe|finish complete|happy glad|answer reply|need require|get obtain|make create|show display|important significant|way method|type kind sort|often frequently|about regarding|maximum highest|usually normally typically|
remove delete|change modify alter|also too|wealthy rich|smart clever intelligent|trip journey|sick ill|hard difficult|easy simple|information info|application app|shop store|pay settle|use utilize|find locate|look search|
allow permit|ask inquire|attempt try|automobile vehicle|bag sack|ban prohibit|below beneath|bill invoice|boss manager|bring carry|call ring|cheap inexpensive|clothes clothing|cook prepare|correct right|cost price|country nation|
cure remedy|cut slice|dangerous hazardous|decide determine|decrease reduce|desire want|dirty filthy|discuss debate|earth world|employ hire|end stop|enjoy like|entire whole|examine inspect|famous well-known|female woman|fight battle|
flat apartment|forbid prohibit|forest woods|friend buddy|funny humorous|garbage trash rubbish|gather collect|gift present|goal aim|grow increase|guess estimate|harm damage hurt|holiday vacation|home house|huge enormous|hurry rush|
idea concept|image picture|increase raise|injury wound|jog run|join connect|keep retain|kill murder|law legislation|lawyer attorney|leader head|learn study|leave depart|lift elevator|link connection|mail post|main primary|marriage wedding|
meal dish|mobile cellphone|mum mother|mix blend|money cash|near close|new recent|notice observe|odor smell|offer propose|parents folks|part portion|perform execute|petrol gas|plan scheme|possible feasible|power strength|pretty beautiful|
prevent avoid|problem issue|produce generate|profit gain|protect guard|proof evidence|pupil student|quiet silent|receive get|reject refuse|relax rest|rely depend|reply respond|request ask|result outcome|road street|salary pay wage|
sad unhappy|scared afraid|secure safe|see view|sell vend|send ship|shout yell|sleep nap|sofa couch|speak talk|stay remain|steal rob|stone rock|story tale|strange odd weird|strong powerful|subway metro|sum total|tax duty|teach instruct|
team group|terrible awful|thief robber|thin slim|think believe|tired exhausted|town city|travel go|trust believe|understand comprehend|university college|value worth|wait hold|wash clean|weak feeble|win triumph|wrong incorrect|
young youthful|transfer send|balance amount|card plastic|top-up recharge|currency money|exchange swap|freeze block|lost missing|stolen robbed|declined refused|charge fee|account profile|verify confirm|identity id|timer alarm|song track|
weather forecast|recipe instructions|meeting appointment|flight plane|restaurant eatery|calendar schedule|reminder note|language tongue|synonym equivalent|definition meaning|translate convert|cause reason|effect result consequence|
advantage benefit|disadvantage drawback|symptom sign|purpose goal|origin source|difference distinction|example instance|feature characteristic|function role|area region|organism creature|method technique|theory hypothesis"""
SYNONYMS = [tuple(p) for line in SYNONYMS.replace("\n", "").split("|") for p in itertools.permutations(line.split(), 2)]
SWAPS += [p for p in SYNONYMS if len(p) == 2]


def polite(r, text):
    form = r.choice(POLITE)
    body = text if form.startswith("{}") or r.random() < .3 else text[0].lower() + text[1:] if not text.startswith("I ") else text
    return form.format(body)


def swap(r, text):
    for one, other in r.sample(SWAPS, len(SWAPS)):
        for old, new in ((one, other), (other, one)) if r.random() < .5 else ((other, one), (one, other)):
            found = re.search(r"\b" + re.escape(old) + r"\b", text)
            if found:
                return text[: found.start()] + new + text[found.end():]
    return text


def typo(r, text):
    words = [m for m in re.finditer(r"(?<![\w.])[a-z]{5,}(?![\w.]\w)", text)]
    if not words:
        return text
    word = r.choice(words)
    i = r.randrange(word.start() + 1, word.end() - 2)
    way = r.randrange(3)
    if way == 0:
        return text[:i] + text[i + 1] + text[i] + text[i + 2:]
    return text[:i] + text[i + 1:] if way == 1 else text[:i] + text[i] + text[i:]


def front(r, text):
    """A last part with a preposition goes to the front."""
    found = re.match(r"^(\w+)(.*?) (in|on|for|with|during) ((?:the |my |a )?[\w+#.]+(?: \w+)?)\?$", text)
    if not found:
        return text
    return f"{found[3].capitalize()} {found[4]}, {found[1].lower()}{found[2]}?"


SPELLED = "zero one two three four five six seven eight nine ten eleven twelve".split()


def spell(r, text):
    found = [m for m in re.finditer(r"(?<![\w.,$-])(\d{1,2})(?![\w.,%-])", text) if 2 <= int(m[1]) <= 12]
    if not found:
        return text
    m = r.choice(found)
    return text[: m.start()] + SPELLED[int(m[1])] + text[m.end():]


def plain(r, text):
    return r.choice([text.lower(), text.rstrip("?.!"), text.lower().rstrip("?.!"), text.rstrip("?") + " ?", " ".join(text.split()).upper() if r.random() < .1 else text.lower()])


# What a question is framed by; {} is what it is about.
FRAMES = [
    (r"^how (?:do|can|should|would|could) (?:i|we|you|one) (.+)$",
     ["What is the best way to {}?", "What is a good way to {}?", "What are some ways to {}?", "What steps do I take to {}?", "I want to {}, how does that work?", "Any tips on how to {}?", "Is there a way to {}?", "How to {}?", "How would one {}?",
      "Can someone explain how to {}?", "What should I do to {}?", "How do people {}?"]),
    (r"^what is (?:the )?((?:\w+ ){0,2}\w+ of .+)$", ["Do you know the {}?", "Give me the {}", "I'd like to know the {}", "Which is the {}?", "What would be the {}?", "Can you tell me the {}?"]),
    (r"^what (?:is|are) ((?:a|an|the)? ?\w+(?: \w+)?)$", ["Can you explain {}?", "What does {} mean?", "What exactly is {}?", "Give me a definition of {}", "Explain {} to me"]),
    (r"^why (?:is|are|do|does|did|was|were) (.+)$", ["What is the reason why {}?", "What explains why {}?", "How come {}?", "Explain why {}"]),
    (r"^(?:is|are) (?:it|there) (.+)$", ["I wonder if it is {}", "Would you say it is {}?", "Is it really {}?"]),
    (r"^i(?: would|'d)? (?:want|like|need) to (.+)$", ["How can I {}?", "Help me {}", "Can you help me to {}?", "I have to {}", "I am trying to {}", "Please help me {}", "Is it possible to {}?"]),
    (r"^(?:can|could) you (?:please )?(.+)$", ["Please {}", "I want you to {}", "Would you {}?", "I need you to {}", "{}"]),
    (r"^(?:tell|show|give) me (.+)$", ["I want to know {}", "Please tell me {}", "I'd like to see {}", "What is {}?", "Let me know {}"]),
    (r"^what (?:'s|is|are) my (.+)$", ["Tell me my {}", "I need to know my {}", "Do you know my {}?", "Could you look up my {}?"]),
    (r"^which of the following (.+)$", ["What of the following {}", "Which one of these {}", "Of the following, which {}"]),
]


def frame(r, text):
    body = text.strip().rstrip("?.! ")
    for pattern, forms in r.sample(FRAMES, len(FRAMES)):
        found = re.match(pattern, body, re.I)
        if found:
            return r.choice(forms).format(found[1])
    return swap(r, text)


REWORD = [frame, frame, frame, polite, swap, swap, swap, typo, front, plain, plain, spell]


def reword(r, text, most=3):
    out = text
    for way in sorted(r.sample(REWORD, r.randint(1, most)), key=lambda w: w is plain):
        out = way(r, out)
    return out


# ---- edits that change the answer: each gives None where it does not apply ----

def edit_number(r, text):
    found = list(re.finditer(r"\d+", text))
    if not found:
        found = [m for m in re.finditer(r"\b(two|three|four|five|six|seven|eight|nine|ten)\b", text)]
        if not found:
            return None
        m = r.choice(found)
        return text[: m.start()] + r.choice([w for w in SPELLED[2:11] if w != m[0]]) + text[m.end():]
    m = r.choice(found)
    value = int(m[0])
    new = r.choice([value + 1, value + 10, value * 10, max(value - 1, 0) if value != 1 else 7, value * 2 if value else 3])
    return None if new == value else text[: m.start()] + str(new) + text[m.end():]


NEGATE = [("is", "is not"), ("are", "are not"), ("can", "cannot"), ("does", "does not"), ("do", "do not"), ("should", "should not"), ("has", "has not"), ("will", "will not"), ("was", "was not"), ("did", "did not"),
          ("with", "without"), ("possible", "impossible"), ("legal", "illegal"), ("able", "unable"), ("healthy", "unhealthy"), ("safe", "unsafe"), ("allowed", "forbidden"), ("always", "never"),
          ("agree", "disagree"), ("correct", "incorrect"), ("known", "unknown"), ("visible", "invisible"), ("common", "uncommon"), ("regular", "irregular"), ("happy", "unhappy"), ("true", "false")]


def one_of(r, text, pairs, both=True):
    order = list(pairs)
    r.shuffle(order)
    for pair in order:
        ways = [pair, pair[::-1]] if both else [pair]
        r.shuffle(ways)
        for old, new in ways:
            found = list(re.finditer(r"\b" + re.escape(old) + r"\b(?! not)", text, re.I))
            if found:
                m = r.choice(found)
                new = new.capitalize() if m[0][0].isupper() else new
                return text[: m.start()] + new + text[m.end():]
    return None


def edit_negation(r, text):
    first = re.match(r"^(How|Why|Where|When|What) (do|does|can|should|is|are|did|will) (\w+) ", text)
    if first and r.random() < .5:
        return f"{first[1]} {first[2]} {first[3]} not " + text[first.end():]
    return one_of(r, text, NEGATE)


OPPOSITES = [("before", "after"), ("best", "worst"), ("most", "least"), ("more", "less"), ("increase", "decrease"), ("open", "close"), ("start", "stop"), ("buy", "sell"), ("first", "last"), ("highest", "lowest"), ("maximum", "minimum"),
             ("advantages", "disadvantages"), ("cheapest", "most expensive"), ("largest", "smallest"), ("fastest", "slowest"), ("above", "below"), ("over", "under"), ("left", "right"), ("enable", "disable"), ("add", "remove"),
             ("hot", "cold"), ("old", "new"), ("longer", "shorter"), ("faster", "slower"), ("better", "worse"), ("import", "export"), ("upload", "download"), ("up", "down"), ("early", "late"), ("win", "lose"), ("easy", "hard"),
             ("man", "woman"), ("men", "women"), ("father", "mother"), ("son", "daughter"), ("wife", "husband"), ("north", "south"), ("east", "west"), ("increase", "reduce"), ("accept", "reject"), ("send", "receive"),
             ("lend", "borrow"), ("arrive", "leave"), ("ask", "answer"), ("teacher", "student"), ("doctor", "patient"), ("positive", "negative"), ("internal", "external"), ("bigger", "smaller"), ("later", "earlier"), ("gain", "lose")]


def edit_opposite(r, text):
    return one_of(r, text, OPPOSITES)


UNITS = ["miles", "kilometers", "meters", "feet", "inches", "pounds", "kilograms", "grams", "ounces", "liters", "gallons", "Celsius", "Fahrenheit", "hours", "minutes", "days", "weeks", "months", "years", "dollars", "euros", "yen",
         "percent", "seconds", "yards", "centimeters", "GB", "MB", "kg", "km", "rupees", "pesos"]


def swap_word(r, text, words):
    found = [m for w in words for m in re.finditer(r"\b" + re.escape(w) + r"\b", text)]
    if not found:
        return None
    m = r.choice(found)
    return text[: m.start()] + r.choice([w for w in words if w != m[0]]) + text[m.end():]


def edit_unit(r, text):
    return swap_word(r, text, UNITS)


MONTHS = "January February March April June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
WHENS = ["today", "tomorrow", "yesterday", "tonight", "this week", "last week", "next week", "this year", "last year", "next year", "next month", "last month"]


def edit_date(r, text):
    for words in r.sample([MONTHS, WEEKDAYS, WHENS], 3):
        out = swap_word(r, text, words)
        if out:
            return out
    return None


TENSES = [(r"\bis\b", "was"), (r"\bare\b", "were"), (r"\bwas\b", "is"), (r"\bwere\b", "are"), (r"\bdoes\b", "did"), (r"\bdo\b", "did"), (r"\bdid\b", "will"), (r"\bwill\b", "did"), (r"\bhas\b", "had"), (r"\bIs\b", "Was"), (r"\bWill\b", "Did"),
          (r"\bDid\b", "Will"), (r"\bDoes\b", "Will"), (r"\bDo\b", "Did"), (r"\bAre\b", "Were"), (r"\bWas\b", "Is"), (r"\bcan\b(?! you)", "must"), (r"\bCan\b(?! you)", "Must"), (r"\bShould\b", "Can"), (r"\bMay\b", "Must")]


def edit_tense(r, text):
    order = TENSES[:]
    r.shuffle(order)
    for old, new in order:
        if re.search(old, text) and not re.search(r"\b[Hh]ow (do|does|can|should)\b", text):
            return re.sub(old, new, text, count=1)
    return None


def edit_identifier(r, text):
    found = [m for m in re.finditer(r"\S*(?:[a-z]_[a-z]|[a-z][A-Z]|[A-Za-z]\d|\d[a-z]|\w\.[a-z]|--)\S*", text)]
    if not found:
        return None
    m = r.choice(found)
    token = m[0].rstrip("?,.")
    i = r.randrange(len(token))
    c = token[i]
    new = str((int(c) + 1) % 10) if c.isdigit() else r.choice("abdefgiklmnoprstu".replace(c.lower(), "")) if c.isalpha() else c
    out = token[:i] + new + token[i + 1:]
    return None if out == token else text[: m.start()] + out + text[m.start() + len(token):]


QUALIFIERS = ["cheap", "old", "used", "electric", "digital", "free", "online", "small", "large", "wooden", "professional", "young", "female", "pregnant", "foreign", "rural", "private", "public", "military", "medieval", "modern", "vegan",
              "portable", "second-hand", "international", "national", "senior", "junior", "commercial", "industrial", "daily", "annual", "temporary", "permanent", "manual", "automatic", "broken", "frozen", "raw", "dry"]


def edit_qualifier(r, text):
    places = [m.end() for m in re.finditer(r"\b(?:the|my|our|for|of|in|a) (?=(?!the\b|my\b|your\b|this\b|what\b)[a-z]{4,}\b)", text)]
    if not places:
        return None
    at = r.choice(places)
    return text[:at] + r.choice(QUALIFIERS) + " " + text[at:]


def edit_order(r, text):
    if re.search(r"distance|[Hh]ow far|between", text):
        return None
    found = re.search(r"\b(?:from )?([\w+#]+) (to|than|into|over|against|for|by) ([A-Z][\w+#]*|[a-z]{4,})\b", text)
    if not found or found[1].lower() in ("how", "want", "need", "able", "have", "me", "like", "more", "less", "better", "used", "time", "way", "it", "is", "possible", "best", "go", "going") or found[1].lower() == found[3].lower():
        return None
    if found[2] in ("to", "for", "by") and not (found[1][0].isupper() and found[3][0].isupper()):
        return None
    return text[: found.start(1)] + found[3] + text[found.end(1): found.start(3)] + found[1] + text[found.end(3):]


QUESTION = [("Why", "Where"), ("Where", "When"), ("How many", "Which"), ("How long", "How often"), ("How much", "How many"), ("When", "Why"), ("How fast", "How old"), ("where", "when"), ("why", "where")]


def edit_question(r, text):
    out = one_of(r, text, QUESTION)
    return None if out == text else out


def edit_word(r, text):
    """Another word of its kind in the place of one: that of a neighbour in the vocabulary."""
    words = [m for m in re.finditer(r"\b[a-z]{4,}\b", text) if m[0] in NEAR_WORDS]
    if not words:
        return None
    m = r.choice(words)
    return text[: m.start()] + r.choice(NEAR_WORDS[m[0]]) + text[m.end():]


NEAR_WORDS = {}


def learn_near_words(texts):
    """Words of the texts that the model's vocabulary puts near one another, the nearest left out: those may mean the same."""
    import os
    import numpy as np
    from safetensors.numpy import load_file
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "models", "all-MiniLM-L6-v2")
    vocabulary = {w: i for i, w in enumerate(open(os.path.join(folder, "vocab.txt")).read().split("\n"))}
    count = {}
    for text in texts:
        for w in re.findall(r"\b[a-z]{4,}\b", text.lower()):
            if w in vocabulary:
                count[w] = count.get(w, 0) + 1
    words = sorted(w for w, n in count.items() if 3 <= n < 400)
    rows = load_file(os.path.join(folder, "model.safetensors"))["embeddings.word_embeddings.weight"].astype("float32")[[vocabulary[w] for w in words]]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    alike = rows @ rows.T
    same = {frozenset(p) for p in SYNONYMS}
    for i, w in enumerate(words):
        order = [words[k] for k in np.argsort(-alike[i])[1:40] if .2 < alike[i, k] < .5]
        near = [o for o in order if o[:4] != w[:4] and frozenset((w, o)) not in same][:12]
        if near:
            NEAR_WORDS[w] = near


EDITS = {"number": edit_number, "negation": edit_negation, "opposite": edit_opposite, "unit": edit_unit, "date": edit_date, "tense": edit_tense, "identifier": edit_identifier, "qualifier": edit_qualifier, "order": edit_order,
         "question": edit_question, "word": edit_word}

# ---- families ----

SLOT_KIND = {"n": "number", "num": "number", "big": "number", "amount": "number", "temp": "number", "port": "number", "year": "date", "yr": "date", "month": "date", "mon": "date", "day": "date", "wd": "date", "unit1": "unit", "unit2": "unit",
             "cur1": "unit", "cur2": "unit", "fn": "identifier", "func": "identifier", "err": "identifier", "file": "identifier", "flag": "identifier", "ver": "identifier", "coin": "entity"}


def slots_of(intent):
    return sorted(set(re.findall(r"\{(\w+)\}", " ".join(intent))))


def values_for(r, slots, values):
    out = {}
    for s in slots:
        base = s.rstrip("2") if s not in values else s
        out[s] = r.choice([v for v in values[base] if v not in out.values()])
    return out


def other_value(r, slot, filled, values):
    base = slot.rstrip("2") if slot not in values else slot
    return {**filled, slot: r.choice([v for v in values[base] if v not in filled.values()])}


def fill(r, phrasing, filled):
    return phrasing.format(**filled)


def family_pairs(r, family, group, values, asks_otherwise):
    for k, intent in enumerate(family):
        slots = slots_of(intent)
        for _ in range(PER_INTENT):
            filled = values_for(r, slots, values)
            one, other = r.sample(intent, 2) if len(intent) > 1 else (intent[0], intent[0])
            a, b = fill(r, one, filled), fill(r, other, filled)
            rough = (lambda t: reword(r, t)) if r.random() < .4 else (lambda t: t)
            if a != b:
                yield a, rough(b), True, "paraphrase", group
            if r.random() < .5:
                yield a, reword(r, a), True, "reworded", group
            if slots:
                slot = r.choice(slots)
                trap = other_value(r, slot, filled, values)
                kind = SLOT_KIND.get(slot, "entity")
                yield a, rough(fill(r, one, trap)), False, kind, group
                if r.random() < .5:
                    yield a, rough(fill(r, other, trap)), False, kind, group
            pairs = [(s, s + "2") for s in slots if s + "2" in slots] + ([("unit1", "unit2")] if "unit1" in slots else []) + ([("cur1", "cur2")] if "cur1" in slots else [])
            symmetric = re.search(r"between|differ|apart|versus", " ".join(intent))
            if pairs and not symmetric:
                s, t = r.choice(pairs)
                turned = {**filled, s: filled[t], t: filled[s]}
                yield a, rough(fill(r, one, turned)), False, "order", group
            ways = list(EDITS.items())
            r.shuffle(ways)
            yield from by(r, a, ways, rough, group)
            if asks_otherwise:
                yield from asked_otherwise(r, a, rough, group)
            sibling = r.choice([f for f in range(len(family)) if f != k])
            both = {**values_for(r, sorted(set(slots) | set(slots_of(family[sibling]))), values), **filled}
            yield a, fill(r, r.choice(family[sibling]), both), False, "sibling", group


def made(families, values, seed, asks_otherwise=False):
    r = random.Random(seed)
    for group, family in enumerate(families):
        yield from family_pairs(r, family, group, values, asks_otherwise)


# ---- natural questions ----

def reworded(r, text, group):
    yield text, reword(r, text), True, "reworded", group
    yield text, reword(r, alike_natural.loosen(r, text)), True, "reworded", group
    yield text, alike_natural.loosen(r, text), True, "reworded", group
    yield text, swap(r, swap(r, text)), True, "reworded", group


def edited(r, text, group):
    """By a neighbour of a word, by two edits that turn its answer, and by what asks something else of the same thing."""
    rough = (lambda t: reword(r, t)) if r.random() < .4 else (lambda t: t)
    word = edit_word(r, text)
    if word:
        yield text, rough(word), False, "word", group
    yield from by(r, text, r.sample(sorted(EDITS.items()), len(EDITS)), rough, group)
    yield from asked_otherwise(r, text, rough, group)


def asked_otherwise(r, text, rough, group):
    yield from by(r, text, r.sample(sorted(alike_natural.SIDES.items()), len(alike_natural.SIDES)), rough, group)


def bare(text):
    return re.findall(r"[\w']+", text.lower())


def by(r, text, edits, rough, group, most=2):
    done = 0
    for kind, edit in edits:
        other = edit(r, text)
        if other and bare(other) != bare(text) and done < most:
            done += 1
            yield text, rough(other), False, kind, group


def natural(seed):
    import encoder
    r = random.Random(seed)
    model = encoder.Encoder(alike_natural.MODEL)
    exams, commands, bank, meetings = alike_natural.exams(), alike_natural.commands(), alike_natural.bank(), alike_natural.meetings()
    learn_near_words(exams + [t for t, _ in commands] + [t for t, _ in bank])
    for base, rows in ((alike_natural.EXAMS, [(t, str(i)) for i, t in enumerate(exams)]), (alike_natural.COMMANDS, commands), (alike_natural.BANK, bank)):
        number = alike_natural.number_of([label for _, label in rows])
        for text, label in r.sample(rows, 1500):
            yield from reworded(r, text, base + number[label])
            yield from edited(r, text, base + number[label])
        space = alike_natural.Space(model, [t for t, _ in rows], [label for _, label in rows])
        yield from alike_natural.neighbours(r, space, base, 2500)
        if base == alike_natural.COMMANDS:
            yield from alike_natural.of_one_intent(r, space, base, alike_natural.PLAIN, 2500)
        elif base == alike_natural.BANK:
            yield from alike_natural.of_one_intent(r, space, base, {label for _, label in rows}, 2500)
    yield from alike_natural.of_a_thing(r, commands, alike_natural.COMMANDS)
    space = alike_natural.Space(model, [q for q, _ in meetings], [q for q, _ in meetings])
    yield from alike_natural.neighbours(r, space, alike_natural.MEETINGS, len(meetings))


def main():
    what, path = sys.argv[1], sys.argv[2]
    if what == "learned":
        pairs = made(LEARNED, LEARNED_VALUES, 71, "--natural" in sys.argv)
        if "--natural" in sys.argv:
            pairs = itertools.chain(pairs, natural(72))
    else:
        pairs = made(REPORTED, REPORTED_VALUES, 90071)
    seen, count = set(), {}
    with open(path, "w") as out:
        for a, b, same, kind, group in pairs:
            if (a, b) in seen or a == b:
                continue
            seen.add((a, b))
            out.write(json.dumps({"a": a, "b": b, "same": same, "kind": kind, "group": group}) + "\n")
            count[kind] = count.get(kind, 0) + 1
    print(count)


if __name__ == "__main__":
    main()
