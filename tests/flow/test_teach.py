"""weir teach: rows with labels become a head, which policies ask about at once; what cannot be learned from is refused."""
import json
import subprocess

import pytest

from actors.scripted import says
from actors.weir import BINARY, ROOT, wait_for

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
pytestmark = pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")

TEXTS = {
    "garden": ["when do I plant tomatoes?", "my roses have black spots", "how often do I water a lawn?", "which soil do cactuses like?",
               "prune the apple tree in winter", "slugs eat my lettuce", "the hedge needs cutting", "sow the carrots in spring"],
    "money": ["where is my invoice?", "you charged me twice this month", "I need a receipt for my payment", "the amount on the bill is wrong",
              "refund my last order", "my card was declined at the shop", "how much do I owe you?", "change the currency of my account"],
}
ROWS = [{"text": text, "label": label} for label, texts in TEXTS.items() for text in texts]
POLICY = {"privacy": [{"name": "money stays", "when": {"desk": {"is": "money", "above": 0.5}}, "reach": "local"}],
          "routes": [{"name": "plants", "when": {"desk": "garden"}, "ask": ["large"]}, {"name": "rest", "ask": ["small"]}]}


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def teach(stage, rows=ROWS, name="desk", *words):
    """Rows may be a text as it stands."""
    stage.write("bare.yaml", stage.settings(local={"url": "http://127.0.0.1:9/v1"}, slm={"model": str(MODEL)}))
    return subprocess.run([BINARY, "teach", name, "-c", stage.folder / "bare.yaml", "--out", stage.folder / f"{name}.head", *words],
                          input=rows if isinstance(rows, str) else lines(rows), capture_output=True, text=True, timeout=60)


def slm(*heads):
    return {"model": str(MODEL), "heads": list(heads)}


def test_a_head_steers_requests_and_explain_shows_it(stage):
    done = teach(stage)
    assert done.returncode == 0, done.stderr
    for words in ("16 rows, 16 different texts, 2 labels", "Accuracy ", "desk.head"):
        assert words in done.stdout
    near, far = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=near, cloud=far, policy=POLICY, slm=slm("desk.head"), limits={"inspect": "60s"})
    plants, money = weir.chat("do tulips need sun?"), weir.chat("I was billed two times, please help")
    assert (plants.text, plants.told("route")) == ("far", "plants")
    assert (money.text, money.told("rule")) == ("near", "money stays, rest")
    told = json.loads(subprocess.run([BINARY, "explain", "-c", weir.settings_path, "--json", "do tulips need sun?"],
                                     capture_output=True, text=True, timeout=60).stdout)
    assert told["facts"]["taught"]["desk"]["garden"] > 0.5 and told["decision"]["route"] == "plants"
    classified = json.loads(subprocess.run([BINARY, "classify", "-c", weir.settings_path, "--json"], input="do tulips need sun?\n",
                                           capture_output=True, text=True, timeout=60).stdout)
    assert classified["taught"] == told["facts"]["taught"]


def test_a_head_taught_anew_is_taken_over_while_weir_runs(stage):
    assert teach(stage).returncode == 0
    near, far = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=near, cloud=far, policy=POLICY, slm=slm("desk.head"), limits={"inspect": "60s"})
    assert weir.chat("do tulips need sun?").text == "far"
    swapped = [{"text": row["text"], "label": {"garden": "money", "money": "garden"}[row["label"]]} for row in ROWS]
    assert teach(stage, swapped).returncode == 0
    wait_for(lambda: weir.metric("weir_reloads_total") == 1, 30, "the new head")
    assert weir.chat("do tulips need sun?").text == "near"


def test_without_a_model_what_a_head_would_say_is_unknown(stage):
    assert teach(stage).returncode == 0
    near, far = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=near, cloud=far, policy=POLICY, slm={"model": "none", "heads": ["desk.head"]})
    answer = weir.chat("do tulips need sun?")
    assert (answer.text, answer.told("rule")) == ("near", "money stays, rest")


def test_no_text_is_in_the_file_and_it_is_ours_alone(stage):
    assert teach(stage).returncode == 0
    head = stage.folder / "desk.head"
    assert head.stat().st_mode & 0o777 == 0o600
    for row in ROWS:
        assert row["text"].encode() not in head.read_bytes()
    assert [path.name for path in stage.folder.glob("desk.head*")] == ["desk.head"]


def test_the_same_rows_make_the_same_file(stage):
    assert teach(stage).returncode == 0
    first = (stage.folder / "desk.head").read_bytes()
    assert teach(stage).returncode == 0
    assert (stage.folder / "desk.head").read_bytes() == first


REFUSED = {
    "no rows": ("\n\n", "there are no rows"),
    "one label": ([row for row in ROWS if row["label"] == "money"], "nothing to tell apart"),
    "too few of a label": (ROWS[:11], '"money" has 3 different texts'),
    "twins are one text": (ROWS[:8] + [{"text": "Refund me" + " " * n, "label": "money"} for n in range(8)], '"money" has 1 different texts'),
    "no JSON": (lines(ROWS) + "{broken\n", "stdin:17: "),
    "no text": (lines(ROWS[:3]) + '{"label": "money"}\n', "stdin:4: a row needs a `text`"),
    "no label": ('{"text": "a"}\n', "stdin:1: a row needs a `label`"),
    "a list": ("[1]\n", "stdin:1: a line must be one JSON object"),
    "too many labels": ([{"text": f"text {n}", "label": n} for n in range(300)], "stdin:257: more than 256 different labels"),
}


@pytest.mark.parametrize("rows, words", REFUSED.values(), ids=REFUSED.keys())
def test_rows_that_nothing_can_be_learned_from_are_refused(stage, rows, words):
    done = teach(stage, rows)
    assert done.returncode == 1 and words in done.stderr
    assert not list(stage.folder.glob("desk.head*")), "nothing half-written is left behind"


def test_all_broken_lines_are_told_in_one_run_the_first_twenty_by_number(stage):
    done = teach(stage, lines(ROWS) + "{}\n" * 25)
    assert done.stderr.count("a row needs a `text`") == 20 and "and 5 more lines" in done.stderr


def test_an_unreadable_file_is_named(stage):
    done = teach(stage, "", "desk", "--in", stage.folder / "nowhere.jsonl")
    assert done.returncode == 1 and "nowhere.jsonl cannot be read" in done.stderr


@pytest.mark.parametrize("name", ["topic", "9lives", "two words", "difficulty"])
def test_a_name_that_rules_cannot_ask_about_is_refused(stage, name):
    done = teach(stage, ROWS, name)
    assert done.returncode == 2 and done.stderr


def check(stage, policy=POLICY, heads=("desk.head",)):
    stage.write("weir.yaml", stage.settings(local={"url": "http://127.0.0.1:9/v1"}, cloud={"url": "http://127.0.0.1:9/v1"},
                                            policy=policy, slm=slm(*heads)))
    return subprocess.run([BINARY, "check", "-c", stage.folder / "weir.yaml"], capture_output=True, text=True, timeout=60)


def test_tests_in_policies_may_expect_labels(stage):
    assert teach(stage).returncode == 0
    tests = [{"prompt": "do tulips need sun?", "expect": {"desk": "garden"}}, {"prompt": "do tulips need sun?", "expect": {"desk": "money"}}]
    done = check(stage, {**POLICY, "tests": tests})
    assert done.stderr.count("expects desk") == 1 and 'expects desk "money", and got "garden"' in done.stderr


def test_check_tells_of_heads_and_of_labels_that_they_do_not_know(stage):
    assert teach(stage).returncode == 0
    assert "desk: 2 labels" in check(stage).stdout
    done = check(stage, {"routes": [{"name": "r", "when": {"desk": "moneyy"}, "ask": ["small"]}]})
    assert done.returncode == 1 and 'the head desk knows no label "moneyy", did you mean "money"?' in done.stderr
    done = check(stage, {"routes": [{"name": "r", "when": {"dekk": "money"}, "ask": ["small"]}]})
    assert done.returncode == 1 and 'did you mean "desk"?' in done.stderr
    done = check(stage, heads=("desk.head", "desk.head"))
    assert done.returncode == 1 and "of that name already" in done.stderr


def test_a_head_that_is_cut_foreign_or_for_another_encoder_is_refused_at_load(stage):
    assert teach(stage).returncode == 0
    head, whole = stage.folder / "desk.head", (stage.folder / "desk.head").read_bytes()
    head.write_bytes(whole[:-100])
    assert "the head is cut off" in check(stage).stderr
    head.write_text("labels: [a, b]\n")
    assert "this is no head" in check(stage).stderr
    head.unlink()
    assert "the head cannot be read" in check(stage).stderr
    head.write_bytes(for_another_encoder(whole))
    done = check(stage)
    assert done.returncode == 1 and 'the head "desk" was taught on another encoder' in done.stderr


def for_another_encoder(head):
    """The file as another encoder's fingerprint would have it, its seal made anew (FNV-1a)."""
    head = bytearray(head[:-8])
    head[24] ^= 1
    seal = 0xcbf29ce484222325
    for byte in head:
        seal = (seal ^ byte) * 0x100000001b3 & (1 << 64) - 1
    return bytes(head) + seal.to_bytes(8, "little")
