"""weir calibrate: outcomes become a difficulty of one's own; Weir's records of drafts will do, and hold no text."""
import base64
import json
import subprocess

import pytest

from actors.scripted import says
from actors.weir import BINARY, ROOT, wait_for

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
pytestmark = pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")

# For this team tulips are hard and everything about bread is easy, whatever the head inside the binary thinks.
HARD = [f"{way} {colour} tulips" for way in ("hello, I like", "tell me about", "what are", "where grow", "do you like")
        for colour in ("red", "white", "yellow", "black", "old", "small", "wild", "Dutch")]
EASY = [f"prove a theorem about the {what} of {grain} bread" for what in ("crust", "dough", "crumb", "rise", "smell")
        for grain in ("rye", "wheat", "oat", "corn", "spelt", "barley", "rice", "white")]
ROWS = [{"prompt": prompt, "weak_ok": prompt in EASY, "strong_ok": True} for pair in zip(HARD, EASY) for prompt in pair]


def settings(stage, **slm):
    nobody = {"url": "http://127.0.0.1:9/v1"}
    stage.write("bare.yaml", stage.settings(local=nobody, cloud=nobody, slm={"model": str(MODEL), **slm}))
    return stage.folder / "bare.yaml"


def calibrate(stage, rows, *words, file=None):
    return subprocess.run([BINARY, "calibrate", "-c", file or settings(stage), "--out", stage.folder / "our.head", *words],
                          input=rows if isinstance(rows, str) else "".join(json.dumps(row) + "\n" for row in rows),
                          capture_output=True, text=True, timeout=60)


def difficulties(file, prompts):
    done = subprocess.run([BINARY, "classify", "--json", "-c", file], input="".join(prompt + "\n" for prompt in prompts),
                          capture_output=True, text=True, timeout=60)
    return [json.loads(line)["difficulty"] for line in done.stdout.splitlines()]


def test_what_was_hard_for_a_team_is_difficult_then(stage):
    done = calibrate(stage, ROWS)
    assert done.returncode == 0, done.stderr
    for words in ("80 rows, 80 different prompts", "APGR", "CPT50", "shipped", "to strong", "foretold", "Better than what ships", "our.head"):
        assert words in done.stdout
    before = difficulties(settings(stage), ["tell me about pink tulips", "prove a theorem about the salt of rye bread"])
    after = difficulties(settings(stage, heads=["our.head"]), ["tell me about pink tulips", "prove a theorem about the salt of rye bread"])
    assert before[0] < before[1] and after[0] > 0.7 > 0.3 > after[1]
    checked = subprocess.run([BINARY, "check", "-c", settings(stage, heads=["our.head"])], capture_output=True, text=True, timeout=60)
    assert "difficulty, APGR" in checked.stdout


def test_it_steers_requests(stage):
    assert calibrate(stage, ROWS).returncode == 0
    near, far = stage.provider(says("near")), stage.provider(says("far"))
    policy = {"routes": [{"name": "easy", "when": {"difficulty": {"below": 0.5}}, "ask": ["small"]}, {"name": "rest", "ask": ["large"]}]}
    weir = stage.weir(local=near, cloud=far, policy=policy, slm={"model": str(MODEL), "heads": ["our.head"]}, limits={"inspect": "60s"})
    assert (weir.chat("tell me about pink tulips").text, weir.chat("prove a theorem about the salt of rye bread").text) == ("far", "near")


def test_it_says_so_where_it_is_no_better(stage):
    shuffled = [{**row, "weak_ok": at % 3 > 0} for at, row in enumerate(ROWS)]
    done = calibrate(stage, shuffled)
    assert done.returncode == 0 and "No better than what ships" in done.stdout


def test_without_strong_outcomes_the_strong_model_counts_as_right(stage):
    done = calibrate(stage, [{"text": row["prompt"], "weak_ok": int(row["weak_ok"])} for row in ROWS])
    assert done.returncode == 0 and "not known: it counts as always right" in done.stdout


REFUSED = {
    "too few": (ROWS[:30], "there must be 20 on which it was"),
    "one outcome": ([row for row in ROWS if row["weak_ok"]], "the weak model was right on 40"),
    "no outcome": ('{"prompt": "a"}\n', "stdin:1: a row needs `weak_ok`"),
    "no prompt": ('{"weak_ok": true}\n', "stdin:1: a row needs a `prompt`"),
    "half of the strong ones": (ROWS[:40] + [{"prompt": row["prompt"], "weak_ok": row["weak_ok"]} for row in ROWS[40:]], "40 rows have strong_ok"),
    "a damaged record": ('{"weak_ok": true, "seen": "AAAA"}\n', "stdin:1: the record is damaged"),
}


@pytest.mark.parametrize("rows, words", REFUSED.values(), ids=REFUSED.keys())
def test_rows_that_nothing_can_be_learned_from_are_refused(stage, rows, words):
    done = calibrate(stage, rows)
    assert done.returncode == 1 and words in done.stderr
    assert not list(stage.folder.glob("our.head*"))


@pytest.fixture
def recording(stage):
    """Weir, whose small model declines all that is about tulips."""
    near = stage.provider(says(lambda request: "I'm sorry, but I can't help with that." if "tulips" in request.question else "Well."))
    policy = {"routes": [{"name": "r", "ask": ["small"], "escalate": {"to": "large", "when": {"confidence": {"below": 0.5}}}}]}
    return stage.weir(local=near, cloud=stage.provider(says("far")), policy=policy, slm={"model": str(MODEL)}, limits={"inspect": "60s"},
                      records={"file": str(stage.folder / "records.jsonl")})


def test_records_of_drafts_are_kept_and_can_be_learned_from(stage, recording):
    records = stage.folder / "records.jsonl"
    prompts = [prompt for pair in zip(HARD[:24], EASY[:24]) for prompt in pair]
    for prompt in prompts:
        assert recording.chat(prompt).text == ("far" if "tulips" in prompt else "Well.")
    assert recording.chat("a model of one's own choice makes no draft", model="small").status == 200
    wait_for(lambda: records.read_bytes().count(b"\n") >= 48, what="the records")
    lines = [json.loads(line) for line in records.read_text().splitlines()]
    assert [line["weak_ok"] for line in lines] == ["tulips" not in prompt for prompt in prompts]
    assert all(set(line) == {"encoder", "weak_ok", "seen", "marks"} and len(base64.b64decode(line["seen"])) == 72 + 384 for line in lines)
    assert b"tulip" not in records.read_bytes() and records.stat().st_mode & 0o777 == 0o600
    done = calibrate(stage, "", file=recording.settings_path)
    assert done.returncode == 0 and "48 rows" in done.stdout and "Better than what ships" in done.stdout
    after = difficulties(settings(stage, heads=["our.head"]), ["tell me about pink tulips", "prove a theorem about the salt of rye bread"])
    assert after[0] > 0.6 > 0.4 > after[1], "a byte a float is enough"


def test_records_of_another_encoder_are_passed_over(stage, recording):
    assert recording.chat(HARD[0]).status == 200
    records = stage.folder / "records.jsonl"
    wait_for(lambda: records.read_bytes().endswith(b"\n"), what="the record")
    line = json.loads(records.read_text())
    done = calibrate(stage, ROWS + [{**line, "encoder": "0123456789abcdef"}] * 3)
    assert done.returncode == 0 and "3 records were made with another encoder" in done.stderr and "80 rows" in done.stdout


def test_without_the_setting_nothing_is_kept(stage):
    policy = {"routes": [{"name": "r", "ask": ["small"], "escalate": {"to": "large", "when": {"confidence": {"below": 0.5}}}}]}
    weir = stage.weir(local=stage.provider(says("Well.")), cloud=stage.provider(says("far")), policy=policy, slm={"model": str(MODEL)})
    assert weir.chat("hello").status == 200
    assert not list(stage.folder.glob("**/*records*"))
