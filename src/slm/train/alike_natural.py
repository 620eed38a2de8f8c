"""Pairs of questions that people asked: exams, commands to an assistant, a bank's customers, questions about meetings.

What differs: neighbours of two intents, of two exams' questions, of one intent with two things asked about; and edits of
them. What is the same: rewordings by rule; what was said for one intent that needs no more to be answered; and for the others the
sentences of an intent with one and the same thing put in. The last two are people's words and nobody's judgement of the pair,
so they count less (alike.py). None of it comes from cache/pairs.

A group is what must not be parted for cross-validation: an intent, an exam's question.
"""

import collections
import os
import random
import re

import data

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "models", "all-MiniLM-L6-v2")
EXAMS, COMMANDS, BANK, MEETINGS = 10000, 20000, 30000, 40000

# CLINC's intents of which each sentence asks for the same.
PLAIN = """account_blocked are_you_a_bot application_status credit_score current_location damaged_card direct_deposit find_phone flip_coin gas gas_type how_old_are_you income insurance insurance_change
jump_start last_maintenance lost_luggage meaning_of_life new_card next_holiday next_song oil_change_how oil_change_when order_status payday pto_balance pto_used pto_request_status redeem_rewards repeat
replacement_card_duration report_lost_card reset_settings rollover_401k shopping_list taxes tell_joke tire_change tire_pressure todo_list user_name w2 what_are_your_hobbies what_can_i_ask_you what_is_your_name what_song
where_are_you_from who_made_you who_do_you_work_for timer""".split()
# And of which each asks the same of one thing, which is named.
OF_A_THING = """accept_reservations calories cook_time definition spelling ingredients_list recipe nutrition_info timezone restaurant_reviews how_busy vaccines travel_alert plug_type min_payment routing
travel_notification bill_balance credit_limit rewards_balance weather""".split()


def exams():
    texts = [data.without_options(m["prompt"]) for m in data.rows("routing", "mmlu.jsonl.gz")]
    return sorted({e for e in texts if 15 < len(e) < 160 and "_" not in e and ":" not in e and e.endswith("?")})


def commands():
    return [(c["text"], c["intent"]) for c in data.rows("intent", "clinc_train.jsonl.gz") + data.rows("intent", "clinc_val.jsonl.gz")]


def bank():
    return [(c["text"].strip(), c["intent"]) for c in data.rows("intent", "banking_train.jsonl.gz") if len(c["text"]) < 160]


def meetings():
    """(query, meeting)"""
    return [(q["query"], str(i)) for i, m in enumerate(data.rows("compress", "meetings.jsonl.gz")) for q in m["queries"]]


class Space:
    """Texts, and which of them lie next to which."""

    def __init__(self, model, texts, labels):
        self.texts, self.labels = texts, labels
        self.seen = model.see(texts)[:, : model.dim]

    def near(self, i, count, is_other):
        """The nearest texts of another label, or of the same."""
        cos = self.seen @ self.seen[i]
        out = []
        for k in (-cos).argsort()[: 40 * count]:
            if (self.labels[k] != self.labels[i]) == is_other and self.texts[k].lower() != self.texts[i].lower():
                out.append(int(k))
                if len(out) == count:
                    break
        return out


def number_of(labels):
    return {label: i for i, label in enumerate(sorted(set(labels)))}


def neighbours(r, space, base, count, each=2):
    number = number_of(space.labels)
    for i in r.sample(range(len(space.texts)), min(count, len(space.texts))):
        for k in space.near(i, each, True):
            yield space.texts[i], space.texts[k], False, "neighbour", base + number[space.labels[i]]


def of_one_intent(r, space, base, intents, count):
    number = number_of(space.labels)
    rows = [i for i, label in enumerate(space.labels) if label in intents]
    for i in r.sample(rows, min(count, len(rows))):
        near = space.near(i, 8, False)
        for k in r.sample(near, min(2, len(near))):
            yield space.texts[i], space.texts[k], True, "intent", base + number[space.labels[i]]


def frames(rows):
    """By intent: its sentences with {} for the thing they name, and these things."""
    heard = collections.defaultdict(set)
    count = collections.defaultdict(collections.Counter)
    total = collections.Counter(intent for _, intent in rows)
    for text, intent in rows:
        for w in set(re.findall(r"[a-z']+", text)):
            heard[w].add(intent)
            count[intent][w] += 1
    out = {}
    for intent in OF_A_THING:
        found = []
        for text in (t for t, i in rows if i == intent):
            words = text.split()
            named = [i for i, w in enumerate(words) if re.fullmatch(r"[a-z']{3,}", w) and len(heard[w]) < 12 and count[intent][w] < .07 * total[intent]]
            if named and named == list(range(named[0], named[-1] + 1)) and len(named) <= 3:
                found.append((" ".join(words[: named[0]] + ["{}"] + words[named[-1] + 1:]), " ".join(words[i] for i in named)))
        often = collections.Counter(thing for _, thing in found)
        found = [(form, thing) for form, thing in found if often[thing] > 1]
        out[intent] = sorted({form for form, _ in found}), sorted({thing for _, thing in found})
    return out


def of_a_thing(r, rows, base):
    number = number_of([intent for _, intent in rows])
    for intent, (forms, things) in frames(rows).items():
        for form in forms:
            thing = r.choice(things)
            for other in r.sample(forms, min(2, len(forms))):
                if other != form:
                    yield form.format(thing), other.format(thing), True, "thing", base + number[intent]
            yield form.format(thing), r.choice([form, r.choice(forms)]).format(r.choice([t for t in things if t != thing])), False, "thing", base + number[intent]


# ---- edits that people would not take for the same, but whose words nearly are ----

def match(pattern, text):
    return re.match(pattern, text.strip().rstrip("?.! "), re.I)


AUX = "is|are|do|does|did|can|should|was|were|will|would|has|have"


def edit_reason(r, text):
    """Whether it is so, and why."""
    found = match(rf"^why ((?:{AUX}) .+)$", text)
    if found:
        return found[1][0].upper() + found[1][1:] + "?"
    found = match(rf"^((?:{AUX}) (?!you |i |there |it )\w+ .+)$", text)
    return f"Why {found[1][0].lower()}{found[1][1:]}?" if found else None


OTHERWISE = ["Should I {}?", "When should I {}?", "Where can I {}?", "Why should I {}?", "Who can {} for me?", "What happens if I {}?", "How often should I {}?", "How long does it take to {}?", "What do I need to know before I {}?", "Is it safe to {}?", "How much does it cost to {}?", "Is it worth it to {}?", "What if I can't {}?", "How did people {} in the past?", "Have you ever tried to {}?"]
DONE = r"^(?:how (?:do|can|should|would|could) (?:i|we|you|one)|(?:can|could) (?:i|you|we)(?: please)?|i(?: would|'d)? (?:want|like|need) to|i am trying to|is it possible to|what is the (?:best )?way to|how to) (.+)$"


def edit_way(r, text):
    """Another question about the same deed."""
    found = match(DONE, text)
    return r.choice(OTHERWISE).format(found[1]) if found else None


ABOUT = r"^(?:what|who) (?:is|are|was|were) ((?:a |an |the |my )?[\w' -]{3,40})$"
OTHER_SIDES = ["Why is {} important?", "How does {} work?", "Where can I find {}?", "What are some examples of {}?", "What is {} used for?", "How is {} measured?", "Who invented {}?", "What is the opposite of {}?", "What are the advantages of {}?", "What is the history of {}?", "How much does {} cost?", "Is {} real?", "What is it like to have {}?", "What do people think of {}?", "What comes after {}?"]


def edit_side(r, text):
    found = match(ABOUT, text)
    return r.choice(OTHER_SIDES).format(found[1]) if found else None


SIDES = {"reason": edit_reason, "way": edit_way, "side": edit_side}

# ---- and what people do not mind ----

LOOSE = [
    (r"^how (?:do|can|should|would|could) (?:i|we|you|one) (.+)$", ["How to {}", "Steps to {}", "What's the trick to {}?", "I don't know how to {}", "Can you show me how to {}?", "Does anyone know how to {}?", "Need help to {}", "Teach me to {}", "What do I have to do to {}?",
                                                                "What would be the best way to {}?", "Ways to {}", "In what way can I {}?", "How exactly do you {}?"]),
    (r"^what (?:is|are|was|were) the ([\w' -]+ of .+)$", ["{}", "Do you know the {}?", "I need the {}", "I'd like to know the {}", "Can someone give me the {}?", "What exactly is the {}?", "Tell me the {}"]),
    (r"^(?:what|who) (is|are|was|were) ((?!the ).+)$", ["Tell me what {1} {0}", "Do you know what {1} {0}?", "Can anyone tell me what {1} {0}?", "What exactly {0} {1}?", "I would like to know what {1} {0}"]),
    (r"^(where|when) (is|are|was|were) ([\w' -]{3,40})$", ["Do you know {0} {2} {1}?", "Tell me {0} {2} {1}", "Can you find out {0} {2} {1}?", "I need to know {0} {2} {1}"]),
    (r"^why (is|are) (.+)$", ["Why exactly {0} {1}?", "For what reason {0} {1}?"]),
    (r"^which of the following (.+)$", ["Which of these {}", "Which one of the following {}", "Among the following, which {}", "What of these {}"]),
    (r"^according to ([^,]+), (.+)$", ["{1}, according to {0}", "In the view of {0}, {1}", "As {0} says, {1}"]),
    (r"^(?:please )?(?:tell|show|give) me (.+)$", ["I want to know {}", "Let me hear {}", "{}", "Could you give me {}?", "I'm looking for {}"]),
    (r"^i (?:want|need|would like|have) to (.+)$", ["I'm trying to {}", "Help me {}", "How do I {}?", "Let me {}", "I am looking to {}", "I wish to {}", "Could you help me {}?"]),
    (r"^(?:can|could|would|will) you (?:please )?(.+)$", ["{}", "Please {}", "I'd like you to {}", "Go ahead and {}", "{}, please"]),
]
AROUND = ["Does anyone know: {}", "{} Any ideas?", "{} I'm curious.", "Can anybody tell me, {}", "So, {}", "Ok, {}", "{} Thanks in advance!", "I have a question. {}", "Serious question: {}", "{} Please help."]
SHORT = [(r"\byou\b", "u"), (r"\byour\b", "ur"), (r"\bare\b", "r"), (r"\band\b", "&"), (r"\bplease\b", "pls"), (r"\bthanks\b", "thx"), (r"\bwhat is\b", "whats"), (r"\bbecause\b", "bc"), (r"\bwithout\b", "w/o"), (r"\bpeople\b", "ppl")]


def loosen(r, text):
    """The same in other words, as a hurried person might put it."""
    out = text
    for pattern, forms in r.sample(LOOSE, len(LOOSE)):
        found = match(pattern, out)
        if found:
            out = r.choice(forms).format(*found.groups())
            break
    way = r.randrange(6)
    if way == 0:
        out = r.choice(AROUND).format(out)
    elif way == 1:
        out = re.sub(r"\b(?:the|a|an) ", "", out)
    elif way == 2:
        for old, new in r.sample(SHORT, 4):
            out = re.sub(old, new, out.lower())
    return out[0].upper() + out[1:] if r.random() < .5 else out.lower() if way == 3 else out
