"""Answers are looked through where a policy asks for it, before any of them goes to the client."""
import json

import pytest

from actors.scripted import says
from test_privacy import call_tool

CARD = "4539 1488 0343 6467"
RECITED = f"Sure. {'The customer paid by card. ' * 12}The number is {CARD}, valid until May. {'Anything else? ' * 12}"
CLEAN = RECITED.replace(CARD, "[removed]")


def policy(deed, cache=False, **hide):
    far = {"name": "far", "ask": ["large"], **({"cache": {"keep": "1h"}} if cache else {})}
    rules = [{"name": "no numbers", "answers": {"pii": ["payment_card", "us_ssn"], "do": deed}}]
    return {"privacy": rules + ([{"name": "masked", **hide}] if hide else []), "routes": [far]}


@pytest.mark.parametrize("script", [says(RECITED, size=1), says(RECITED, size=5), says(RECITED, size=400)],
                         ids=["a letter an event", "five letters an event", "all at once"])
def test_a_recited_number_is_removed_wherever_it_is_cut(stage, script):
    weir = stage.weir(cloud=stage.provider(script), policy=policy("redact"))

    assert weir.chat("hello").text == CLEAN

    stream = weir.stream("hello")
    assert stream.text == CLEAN
    assert stream.is_done and stream.is_whole


def test_a_blocked_answer_is_refused_or_broken_off(stage):
    weir = stage.weir(cloud=stage.provider(says(RECITED, size=3)), policy=policy("block"))

    whole = weir.chat("hello")
    assert (whole.status, whole.error["code"]) == (403, "denied_by_policy")
    assert "no numbers" in whole.error["message"] and "4539" not in json.dumps(whole.json)

    stream = weir.stream("hello")
    assert "The customer paid" in stream.text
    assert "4539" not in stream.text
    assert not stream.is_done and not stream.is_whole

    weir = stage.weir(cloud=stage.provider(says(f"It is {CARD}.", size=3)), policy=policy("block"))
    assert weir.stream("hello").status == 403


@pytest.mark.parametrize("way", ["none", "placeholder", "surrogate"])
def test_what_the_client_sent_is_no_finding(stage, way):
    hide = {} if way == "none" else {"when": {"pii": "payment_card"}, "redact": way}
    cloud = stage.provider(says(lambda request: f"Your card is {request.question.split(':')[1].strip()}."))
    weir = stage.weir(cloud=cloud, policy=policy("block", **hide))

    assert weir.chat(f"repeat: {CARD}").text == f"Your card is {CARD}."
    assert weir.stream(f"repeat: {CARD}").text == f"Your card is {CARD}."
    assert (CARD.encode() in cloud.received) == (way == "none")


def test_tools_are_not_called_with_what_was_recited(stage):
    arguments = json.dumps({"card": 4539148803436467, "to": "shop"})
    weir = stage.weir(cloud=stage.provider(lambda request, wire: call_tool(arguments, request, wire)), policy=policy("redact"))
    wanted = {"card": "[removed]", "to": "shop"}

    whole = weir.chat("pay").json["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(whole) == wanted

    calls = [call for part in weir.stream("pay").chunks for choice in part["choices"]
             for call in choice["delta"].get("tool_calls", [])]
    assert json.loads("".join(call["function"].get("arguments", "") for call in calls)) == wanted


def test_an_answer_that_was_kept_is_looked_through_too(stage):
    cloud = stage.provider(says(RECITED))
    first = stage.settings(cloud=cloud, policy={"routes": policy("block", cache=True)["routes"]})
    weir = stage.weir(settings=first)
    assert CARD in weir.chat("hello").text
    assert weir.chat("hello").told("cache") == "hit"
    weir.stop()

    weir = stage.weir(settings=stage.settings(cloud=cloud, policy=policy("redact", cache=True)))
    asked = len(cloud.requests)
    answer = weir.chat("hello")
    if answer.told("cache") == "hit":
        assert len(cloud.requests) == asked
    assert answer.text == CLEAN
    assert weir.chat("hello").text == CLEAN


def test_what_could_not_be_looked_through_does_not_go_on(stage):
    """A deadline of ten milliseconds is over before eight megabytes are read."""
    cloud = stage.provider(says("write to a@b.cc or 10.1.2.3, then " * 200_000, size=1 << 20))
    weir = stage.weir(cloud=cloud, policy=policy("redact"), limits={"inspect": "10ms"})

    answer = weir.chat("hello")

    assert (answer.status, answer.error["code"]) == (403, "denied_by_policy")
    assert "looked through" in answer.error["message"]


def test_logprobs_do_not_tell_what_was_removed(stage):
    cloud = stage.provider(says(RECITED, logprob=-0.1, size=400))
    weir = stage.weir(cloud=cloud, policy=policy("redact"))
    answer = weir.post({"model": "large", "logprobs": True, "messages": [{"role": "user", "content": "hello"}]})
    assert answer.json["choices"][0].get("logprobs") is None
    assert answer.text == CLEAN
