"""Classes that a policy gives examples of steer real requests, and are learned anew when the policy changes."""
import pytest

from actors.scripted import says
from actors.weir import ROOT, wait_for

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
pytestmark = pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")

BILLING = ["where is my invoice?", "you charged me twice this month", "I need a receipt for my payment", "the amount on the bill is wrong"]
ENGINE = ["how does the scheduler in our engine pick a thread?", "explain the memory layout of our storage engine",
          "what does the compaction job of the database do?", "why does our cache evict pages so early?"]


def policy(**classes):
    return {"classes": {name: {"examples": examples} for name, examples in classes.items()},
            "privacy": [{"name": "internals stay home", "when": {"class": "engine"}, "reach": "local"}],
            "routes": [{"name": "money", "when": {"class": "billing"}, "ask": ["small"]},
                       {"name": "rest", "ask": ["large", "small"]}]}


def test_a_class_steers_and_keeps_home(stage):
    near, far = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=near, cloud=far, policy=policy(billing=BILLING, engine=ENGINE), slm={"model": str(MODEL)},
                      limits={"inspect": "60s"})
    money = weir.chat("I was billed two times, please help")
    assert (money.text, money.told("route")) == ("near", "money")
    secret = weir.chat("Tell me how the engine's scheduler balances its threads")
    assert (secret.text, secret.told("rule")) == ("near", "internals stay home, rest")
    assert weir.chat("Who painted the Mona Lisa?").text == "far"
    assert len(far.requests) == 1


def test_new_examples_are_learned_while_it_runs(stage):
    near, far = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=near, cloud=far, policy=policy(billing=BILLING, engine=["our storage engine"]),
                      slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    assert weir.chat("When should I plant tomatoes?").told("route") == "rest"
    garden = ["when do I plant tomatoes?", "my roses have black spots", "how often do I water a lawn?"]
    stage.write_policy(policy(billing=BILLING + garden, engine=ENGINE))
    wait_for(lambda: weir.metric("weir_reloads_total") == 1, 30, "the new policy")
    assert weir.chat("When should I plant tomatoes?").told("route") == "money"


def test_without_a_model_nobody_can_tell_so_it_stays_home(stage):
    near, far = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=near, cloud=far, policy=policy(billing=BILLING, engine=ENGINE))
    answer = weir.chat("Who painted the Mona Lisa?")
    assert (answer.text, answer.told("rule")) == ("near", "internals stay home, rest")
    assert not far.requests
