"""`difficulty: { hardest: 20% }`: of a stream of prompts a fifth goes to the cloud, wherever their difficulties lie."""
import json
import subprocess

import pytest

from actors.scripted import says
from actors.weir import BINARY, ROOT, wait_for

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
pytestmark = pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")

# Four fifths of the public prompts are easier: the seventeenth of the numbers in the table.
REFERENCE = float((ROOT / "include/tables/difficulty_reference.h").read_text().split("*/")[1].split(",")[16])
POLICY = {"routes": [{"name": "hard", "when": {"difficulty": {"hardest": "20%"}}, "ask": ["large"]}, {"name": "rest", "ask": ["small"]}]}
THINGS = ["bread", "the moon", "a lock-free queue", "Bayes' theorem", "my cat", "the French revolution", "a bicycle", "inflation", "tulips", "TCP"]
WAYS = ["hello, {}", "what is {}?", "tell me a joke about {}", "prove that {} cannot be simulated in polynomial time", "write a short story about {}"]
PROMPTS = [f"{way.format(thing)} ({n})" for n in range(7) for thing in THINGS for way in WAYS]


def test_at_most_the_share_that_was_asked_for_is_sent(stage):
    near, far = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=near, cloud=far, policy=POLICY, slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    assert weir.metric("weir_difficulty_bar") == pytest.approx(REFERENCE), "the reference, before anything was seen"
    for prompt in PROMPTS[:205]:
        weir.chat(prompt)
    assert weir.metric("weir_difficulty_recent") == 205
    learned = weir.metric("weir_difficulty_bar")
    stage.write_policy({**POLICY, "privacy": []})
    wait_for(lambda: weir.metric("weir_reloads_total") == 1, 30, "the reload")
    assert weir.metric("weir_difficulty_bar") == learned, "what was seen is not forgotten in a reload"
    before = len(far.requests)
    for prompt in PROMPTS[205:]:
        weir.chat(prompt)
    sent = (len(far.requests) - before) / len(PROMPTS[205:])
    assert 0.1 < sent <= 0.2 + 3 * (0.2 * 0.8 / len(PROMPTS[205:])) ** 0.5 + 1 / 1024


def test_a_model_that_the_client_names_is_no_traffic_of_the_routes(stage):
    near, far = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=near, cloud=far, policy=POLICY, slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    assert weir.chat("hello", model="small").status == 200
    assert weir.metric("weir_difficulty_recent") == 0


def test_explain_tells_where_the_hardest_begin(stage):
    nobody = {"url": "http://127.0.0.1:9/v1"}
    stage.write("weir.yaml", stage.settings(local=nobody, cloud=nobody, policy=POLICY, slm={"model": str(MODEL)}))
    words = [BINARY, "explain", "-c", stage.folder / "weir.yaml", "hello"]
    assert f"the hardest 20 % begin at {REFERENCE:.2f}" in subprocess.run(words, capture_output=True, text=True, timeout=60).stdout
    told = json.loads(subprocess.run([*words, "--json"], capture_output=True, text=True, timeout=60).stdout)
    assert told["facts"]["hardest"] == [{"share": 0.2, "reference": pytest.approx(REFERENCE)}]


@pytest.mark.parametrize("share", ["0%", "100%", "20", "most", "-5%", "nan%"])
def test_a_share_that_is_none_is_refused(stage, share):
    nobody = {"url": "http://127.0.0.1:9/v1"}
    policy = {"routes": [{"name": "hard", "when": {"difficulty": {"hardest": share}}, "ask": ["small"]}]}
    stage.write("weir.yaml", stage.settings(local=nobody, policy=policy))
    done = subprocess.run([BINARY, "check", "-c", stage.folder / "weir.yaml"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "such as 20%" in done.stderr
