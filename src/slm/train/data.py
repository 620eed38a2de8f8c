"""What the heads learn from: public data under ../shared/data, and prompts.py."""

import gzip
import json
import os
import re

import prompts

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
SHARED = os.environ.get("WEIR_SHARED", os.path.join(ROOT, "..", "shared"))


def shared_data(folder):
    """Worktrees lie a folder deeper than the checkout that ../shared stands beside."""
    for base in (SHARED, os.path.join(ROOT, "..", "..", "shared")):
        if os.path.isdir(os.path.join(base, "data", folder)):
            return os.path.join(base, "data", folder)
    raise SystemExit(f"{folder}: no such folder in {SHARED}/data; set WEIR_SHARED")


def rows(folder, name):
    path = os.path.join(shared_data(folder), name)
    with (gzip.open(path, "rt") if name.endswith(".gz") else open(path)) as f:
        return [json.loads(line) for line in f]


def topics():
    """The names of tables/topics.h, in its order."""
    with open(os.path.join(ROOT, "include", "tables", "topics.h")) as f:
        return re.findall(r"^TOPIC\((\w+),", f.read(), re.M)


def without_options(prompt):
    """An MMLU prompt as a person would ask it."""
    return re.split(r"\nA\. ", prompt)[0].strip()


MMLU_TOPIC = {
    "MATH": "abstract_algebra college_mathematics elementary_mathematics high_school_mathematics high_school_statistics",
    "SCIENCE": "astronomy college_biology college_chemistry college_physics conceptual_physics high_school_biology high_school_chemistry high_school_physics",
    "ENGINEERING": "electrical_engineering",
    "CODE": "college_computer_science high_school_computer_science computer_security machine_learning",
    "MEDICAL": "anatomy clinical_knowledge college_medicine medical_genetics professional_medicine virology nutrition",
    "LEGAL": "international_law jurisprudence professional_law",
    "FINANCE": "professional_accounting",
    "BUSINESS": "business_ethics management marketing public_relations high_school_macroeconomics high_school_microeconomics econometrics",
    "HISTORY": "prehistory high_school_european_history high_school_us_history high_school_world_history",
    "HUMANITIES": "formal_logic logical_fallacies moral_disputes moral_scenarios philosophy world_religions",
    "SOCIAL": "high_school_geography high_school_government_and_politics high_school_psychology human_aging human_sexuality "
              "professional_psychology security_studies sociology us_foreign_policy",
    "GENERAL": "miscellaneous global_facts",
}
MMLU_TOPIC = {subject: topic for topic, subjects in MMLU_TOPIC.items() for subject in subjects.split()}

# CLINC's intents; those not named are GENERAL (an assistant's chores) or, in CLINC_UNCLEAR, left out.
CLINC_TOPIC = {
    "SMALL_TALK": "are_you_a_bot change_ai_name do_you_have_pets goodbye greeting how_old_are_you maybe meaning_of_life no tell_joke thank_you "
                  "user_name what_are_your_hobbies what_can_i_ask_you what_is_your_name where_are_you_from who_do_you_work_for who_made_you yes",
    "TRANSLATION": "translate",
    "MATH": "calculator",
    "FINANCE": "account_blocked apr balance bill_balance bill_due card_declined credit_limit credit_limit_change credit_score damaged_card "
               "direct_deposit exchange_rate expiration_date freeze_account improve_credit_score income interest_rate international_fees "
               "min_payment new_card order_checks pay_bill payday pin_change redeem_rewards replacement_card_duration report_fraud report_lost_card "
               "rewards_balance rollover_401k routing spending_history taxes transactions transfer w2",
}
CLINC_TOPIC = {intent: topic for topic, intents in CLINC_TOPIC.items() for intent in intents.split()}
CLINC_UNCLEAR = set("calories nutrition_info vaccines insurance insurance_change measurement_conversion spelling definition meeting_schedule "
                    "schedule_meeting pto_balance pto_request pto_request_status pto_used text make_call fun_fact international_visa".split())


def mmlu():
    """Each question twice, as it is and bare of its options; both have one `question`."""
    out = []
    for i, r in enumerate(rows("routing", "mmlu.jsonl.gz")):
        known = {"question": i, "topic": MMLU_TOPIC[r["subject"]], "wrong": 1.0 - r["weak_ok"], "right": (float(r["weak_ok"]), float(r["strong_ok"]))}
        out.append({"text": r["prompt"], "is_bare": False, **known})
        out.append({"text": without_options(r["prompt"]), "is_bare": True, **known})
    return out


def clinc(part):
    """Short commands: easy, all of them."""
    return [(r["text"], CLINC_TOPIC.get(r["intent"], "GENERAL"))
            for r in rows("intent", f"clinc_{part}.jsonl.gz") if r["intent"] not in CLINC_UNCLEAR]


def banking():
    return [(r["text"], "FINANCE") for r in rows("intent", "banking_train.jsonl.gz")]


def by_hand(name):
    """[(is hard, topic, text)] of a list that was written by hand, apart from the templates, and is never trained on."""
    with open(os.path.join(HERE, name + ".tsv")) as f:
        return [(level == "hard", topic, text) for level, topic, text in (line.rstrip("\n").split("\t") for line in f)]


def labelled(name):
    """[(label, text)] of a list of texts written by hand, which is never trained on."""
    with open(os.path.join(HERE, name + ".tsv")) as f:
        return [(int(label), text.replace("\\n", "\n")) for label, text in (line.rstrip("\n").split("\t") for line in f)]


def made():
    return prompts.make()
