"""What was asked before is answered from the cache: only whole, good answers, and only to whom they belong."""
import pytest

from actors.scripted import cuts_after, echoes, fails, in_turn, says
from actors.weir import wait_for

CACHED = {"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"}],
          "routes": [{"name": "kept", "ask": ["large"], "cache": {"keep": "1h"}}]}


def test_the_second_time_nobody_is_asked(stage):
    cloud = stage.provider(says("forty-two"))
    weir = stage.weir(cloud=cloud, policy=CACHED, prices={"large": {"input": 1, "output": 1}})

    first, second = weir.chat("six times nine?"), weir.chat("six times nine?")

    assert (first.told("cache"), second.told("cache")) == ("miss", "hit")
    assert {**second.json, "usage": 0} == {**first.json, "usage": 0}
    assert second.told("cost-usd") == "0.000000000"
    assert second.told("model") == "large"
    assert len(cloud.requests) == 1
    assert weir.metric("weir_cache_hits_total") == 1


@pytest.mark.parametrize("more", [{}, {"stream_options": {"include_usage": True}}], ids=["plain", "with usage"])
def test_a_stream_is_replayed_as_a_stream(stage, more):
    cloud = stage.provider(says("a rather long answer, in pieces", size=3))
    weir = stage.weir(cloud=cloud, policy=CACHED)

    first, second = weir.stream("tell me", **more), weir.stream("tell me", **more)

    assert second.told("cache") == "hit"
    assert second.text == first.text == "a rather long answer, in pieces"
    assert second.is_done and second.is_whole
    assert [chunk for chunk in second.chunks if "usage" not in chunk] == [chunk for chunk in first.chunks if "usage" not in chunk]
    assert bool(second.usage) == bool(more)
    assert len(cloud.requests) == 1


def test_a_hidden_value_is_restored_for_whoever_asks(stage):
    cloud = stage.provider(echoes(""))
    weir = stage.weir(cloud=cloud, policy=CACHED)
    words = "write to ada@example.com"
    assert [weir.chat(words).text for _ in range(2)] == [words, words]
    assert weir.stream(words).text == words
    assert weir.chat("write to bob@example.com").text == "write to bob@example.com"
    assert len(cloud.requests) == 2


@pytest.mark.parametrize("way, told, calls", [("surrogate", "write to {}@example.com", 2), ("remove", "write to [removed]", 1)])
def test_however_a_value_is_hidden_nobody_has_anothers(stage, way, told, calls):
    cloud = stage.provider(echoes(""))
    policy = {**CACHED, "privacy": [{"name": "hidden", "when": {"pii": ["email"]}, "redact": way}]}
    weir = stage.weir(cloud=cloud, policy=policy)
    for _ in range(2):
        for who in ("ada", "bob"):
            assert weir.chat(f"write to {who}@example.com").text == told.format(who)
    assert len(cloud.requests) == calls
    stage.write_policy(CACHED)
    weir.reload()
    wait_for(lambda: weir.chat("write to ada@example.com").text == "write to ada@example.com" and len(cloud.requests) > calls, what="the other way")


@pytest.mark.parametrize("second", [
    {"messages": [{"role": "user", "content": "hello!"}]},
    {"temperature": 0.5},
    {"stop": ["."]},
    {"messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]},
    {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
    {"response_format": {"type": "json_object"}},
], ids=lambda change: ",".join(change))
def test_another_question_is_another_question(stage, second):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy=CACHED)
    first = {"model": "auto", "messages": [{"role": "user", "content": "hello"}], "temperature": 0}
    assert weir.post(first).told("cache") == "miss"
    assert weir.post({**first, **second}).told("cache") == "miss"
    assert weir.post(first).told("cache") == "hit"
    assert len(cloud.requests) == 2


def test_another_team_is_not_told(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy=CACHED, teams={"red": {"keys": ["key-of-red"]}, "blue": {"keys": ["key-of-blue"]}})
    told = [weir.chat("hello", key=key).told("cache") for key in ("key-of-red", "key-of-blue", "key-of-red")]
    assert told == ["miss", "miss", "hit"]


@pytest.mark.parametrize("script", [
    cuts_after(3), fails(500), fails(400), says(""), says("cut sho", finish="length"), says("x", finish="content_filter"),
], ids=["cut", "500", "400", "empty", "by length", "filtered"])
@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_only_whole_good_answers_are_kept(stage, script, ask):
    cloud = stage.provider(in_turn(script, says("good")))
    weir = stage.weir(cloud=cloud, policy=CACHED)
    getattr(weir, ask)("hello")
    second = getattr(weir, ask)("hello")
    assert second.told("cache") == "miss"
    assert second.text == "good"
    assert getattr(weir, ask)("hello").told("cache") == "hit"


def test_an_answer_by_who_stepped_in_is_not_kept(stage):
    cloud, near = stage.provider(in_turn(fails(500), says("the large one's"))), stage.provider(says("the small one's"))
    weir = stage.weir(cloud=cloud, local=near, policy={
        "routes": [{"name": "kept", "ask": ["large", "small"], "cache": {"keep": "1h"}}]})
    assert [weir.chat("hello").text for _ in range(3)] == ["the small one's", "the large one's", "the large one's"]
    assert (len(cloud.requests), len(near.requests)) == (2, 1)


@pytest.mark.parametrize("members", [["small", "large"], ["small"]], ids=["both sides", "one side"])
def test_who_asks_for_one_side_of_a_group_is_not_answered_by_the_other(stage, members):
    cloud, near = stage.provider(says("the large one's")), stage.provider(says("the small one's"))
    settings = stage.settings(cloud=cloud, local=near, policy={"routes": [{"name": "kept", "ask": ["group"], "cache": {"keep": "1h"}}]})
    settings["models"]["group"] = {"any": members}
    weir = stage.weir(settings=settings)
    models = ["auto", "weir/cloud", "weir/local", "auto", "weir/cloud"]
    assert [weir.chat("hello", model=model).text for model in models] == [f"the {size} one's" for size in ("small", "large", "small", "small", "large")]
    assert weir.metric("weir_cache_hits_total") == 2


def test_what_a_draft_escalated_to_is_kept(stage):
    cloud, near = stage.provider(says("the large one's")), stage.provider(says(""))
    weir = stage.weir(cloud=cloud, local=near, policy={
        "routes": [{"name": "kept", "ask": ["small"], "cache": {"keep": "1h"},
                    "escalate": {"to": "large", "when": {"confidence": {"below": 0.5}}}}]})
    answers = [weir.chat("hello") for _ in range(2)]
    assert [answer.text for answer in answers] == ["the large one's"] * 2
    assert answers[1].told("cache") == "hit" and len(cloud.requests) == 1


def test_a_route_without_a_cache_keeps_nothing(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud)
    assert [weir.chat("hello").told("cache") for _ in range(2)] == ["off", "off"]
    assert len(cloud.requests) == 2


def test_what_is_kept_grows_old(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy={"routes": [{"name": "kept", "ask": ["large"], "cache": {"keep": "1s"}}]})
    assert weir.chat("hello").told("cache") == "miss"
    wait_for(lambda: weir.chat("hello").told("cache") == "miss", what="the answer to be forgotten")


def test_an_answer_is_remembered_over_a_restart(stage):
    cloud = stage.provider(says("yes"))
    settings = stage.settings(cloud=cloud, policy=CACHED)
    first = stage.weir(settings=settings)
    first.chat("hello")
    first.stop()
    assert stage.weir(settings=settings).chat("hello").told("cache") == "hit"


def test_a_draft_that_nobody_had_the_money_to_better_is_not_kept(stage):
    cloud, near = stage.provider(says("the large one's")), stage.provider(says("I guess", logprob=-3))
    route = {"name": "kept", "ask": ["small"], "cache": {"keep": "1h"}, "escalate": {"to": "large", "when": {"confidence": {"below": 0.5}}}}
    spent = {"cost": [{"name": "purse", "budget": {"usd": 0.0001, "every": "month"}, "over": "local"}]}
    weir = stage.weir(cloud=cloud, local=near, policy={**spent, "routes": [route]}, prices={"large": {"input": 1, "output": 1000}})
    assert weir.chat("hello").text == "I guess"
    stage.write_policy({"routes": [route]})
    weir.reload()
    wait_for(lambda: weir.chat("hello").text == "the large one's", what="the purse to be full")
    assert weir.chat("hello").told("cache") == "hit"
