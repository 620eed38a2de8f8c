"""Money is reserved before a call and settled after it; what is spent is spent once, and no more than the budget."""
import concurrent.futures
import threading

import httpx
import pytest

from actors.messages import answers, text
from actors.scripted import completion, cuts_after, fails, in_turn, says, stalls, stalls_after
from actors.weir import wait_for

TEAMS = {"interns": {"keys": ["key-of-the-interns"]}, "others": {"keys": ["key-of-the-others"]}}
KEY = "key-of-the-interns"
# A dollar a token, so that sums can be done in the head.
DEAR = {"large": {"input": 1_000_000, "output": 1_000_000}}


def policy(usd, over="deny", ask=("large",)):
    return {"cost": [{"name": "pocket money", "for": {"team": "interns"}, "budget": {"usd": usd, "every": "month"}, "over": over}],
            "routes": [{"name": "all", "ask": list(ask)}]}


def ask(weir, **more):
    """One question that can cost at most 10 dollars of output, and a few hundred of input."""
    return weir.chat("hello", key=KEY, max_tokens=10, **more)


def cost(answer):
    return float(answer.told("cost-usd"))


def test_an_answer_tells_what_it_cost(stage):
    weir = stage.weir(cloud=stage.provider(says("yes", usage=(1000, 200))), prices={"large": {"input": 1.25, "output": 10}})
    assert weir.chat("hello").told("cost-usd") == "0.003250000"
    assert weir.metric("weir_cost_nanousd_total") == 3_250_000


def test_cached_tokens_are_not_counted_twice(stage):
    value = completion("yes", usage=(1000, 200))
    value["usage"]["prompt_tokens_details"] = {"cached_tokens": 600}
    weir = stage.weir(cloud=stage.provider(lambda request, wire: wire.whole(value)),
                      prices={"large": {"input": 1, "cached": 0.5, "output": 10}})
    assert weir.chat("hello").told("cost-usd") == "0.002700000"  # 400 x 1 + 600 x 0.5 + 200 x 10 in millionths


def test_usage_that_is_not_told_is_not_zero(stage):
    weir = stage.weir(cloud=stage.provider(says("some words, at least", usage=None)), prices=DEAR)
    assert cost(weir.chat("hello")) > 0


def test_a_spent_budget_refuses_and_says_which(stage):
    cloud = stage.provider(says("yes", usage=(600, 10)))
    weir = stage.weir(cloud=cloud, prices=DEAR, teams=TEAMS, policy=policy(1000))

    assert ask(weir).status == 200
    refused = wait_for(lambda: (answer := ask(weir)).status != 200 and answer, what="the budget to be spent")

    assert (refused.status, refused.error["code"], refused.error["type"]) == (402, "budget_exhausted", "insufficient_quota")
    assert "pocket money" in refused.error["message"] and "interns" in refused.error["message"]
    assert len(cloud.requests) <= 2
    assert weir.chat("hello", key="key-of-the-others", max_tokens=10).status == 200


def test_what_could_cost_more_than_is_left_is_refused_before_it_is_asked(stage):
    cloud = stage.provider()
    weir = stage.weir(cloud=cloud, prices=DEAR, teams=TEAMS, policy=policy(50))
    assert ask(weir).status == 402
    assert not cloud.requests


def test_a_spent_budget_may_be_answered_locally(stage):
    local, cloud = stage.provider(says("near")), stage.provider(says("far", usage=(600, 10)))
    weir = stage.weir(local=local, cloud=cloud, prices=DEAR, teams=TEAMS, policy=policy(1000, "local", ("large", "small")))
    texts = [ask(weir).text for _ in range(4)]
    assert texts[0] == "far"
    assert texts[-1] == "near"
    assert ask(weir).told("zone") == "local"


def test_calls_at_once_do_not_overspend(stage):
    gate = threading.Event()

    def waits(request, wire):
        gate.wait(20)
        says("yes", usage=(100, 10))(request, wire)
    cloud = stage.provider(waits)
    body = len(b'{"model": "auto", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 10}')
    weir = stage.weir(cloud=cloud, prices=DEAR, teams=TEAMS, policy=policy(3 * (body + 10) + 50))

    with concurrent.futures.ThreadPoolExecutor(12) as clients:
        asked = [clients.submit(ask, weir) for _ in range(12)]
        wait_for(lambda: sum(answer.done() for answer in asked) == 9, what="all but three to be refused")
        gate.set()
        answers = [answer.result() for answer in asked]

    assert sorted(answer.status for answer in answers) == [200] * 3 + [402] * 9
    assert len(cloud.requests) == 3
    refused = next(answer for answer in answers if answer.status == 402)
    assert "reserved" in refused.error["message"]


@pytest.mark.parametrize("script", [fails(500), fails(429), fails(400)], ids=["500", "429", "400"])
def test_a_call_that_was_refused_costs_nothing(stage, script):
    weir = stage.weir(cloud=stage.provider(in_turn(script, script, says("yes", usage=(1, 1)))), prices=DEAR, teams=TEAMS,
                      policy=policy(200))
    assert ask(weir).status >= 400
    assert ask(weir).status >= 400
    wait_for(lambda: ask(weir).status == 200, what="the reservations to be given back")


@pytest.mark.parametrize("is_stream, script", [(True, stalls_after(3)), (True, stalls), (False, stalls)],
                         ids=["in mid-stream", "before a stream", "before an answer"])
def test_a_client_that_leaves_pays_for_what_was_used_and_leaks_no_reservation(stage, is_stream, script):
    cloud = stage.provider(in_turn(script, says("yes", usage=(1, 1))))
    settings = stage.settings(cloud=cloud, prices=DEAR, policy={
        "cost": [{"name": "pocket money", "budget": {"usd": 400, "every": "month"}, "over": "deny"}],
        "routes": [{"name": "all", "ask": ["large"]}]})
    weir = stage.weir(settings=settings)
    body = b'{"model":"auto","stream":%s,"max_tokens":250,"messages":[{"role":"user","content":"x"}]}' % (b"true" if is_stream else b"false")

    client = weir.connect()
    client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: w\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
    assert cloud.began.wait(10)
    assert weir.post(body).status == 402, "while the first one runs, there is not enough for two"
    client.close()
    assert cloud.left.wait(5)

    wait_for(lambda: weir.chat("x", max_tokens=100).status == 200, what="what was not used to be given back")
    assert weir.metric("weir_cost_nanousd_total") > 2_000_000_000, "what the first one used was counted"


@pytest.mark.parametrize("usd, over, end", [(110, "deny", 402), (110, "local", "near"), (150, "deny", "between")])
def test_a_failure_that_has_to_be_paid_leaves_less_for_the_next_model(stage, usd, over, end):
    """Each of the two can cost some 95 dollars, and the one that breaks off does cost some 30."""
    def breaks_off(request, wire):
        wire.head(length=1000)
        wire.send(b'{"id":')
        wire.close()
    between = stage.provider(says("between", usage=(1, 1)))
    weir = stage.weir(local=stage.provider(says("near")), trusted=between, cloud=stage.provider(breaks_off), teams=TEAMS,
                      prices={**DEAR, "middle": DEAR["large"]}, policy=policy(usd, over, ("large", "middle", "small")[:2 + (over == "local")]))
    answer = ask(weir)
    assert end == (answer.text if answer.status == 200 else answer.status), answer.body
    assert len(between.requests) == (end == "between")
    assert weir.metric("weir_cost_nanousd_total") > 20_000_000_000
    if end == "between":
        assert ask(weir).status == 402, "both legs were settled"


def test_a_stream_that_breaks_off_is_settled_by_what_came(stage):
    weir = stage.weir(cloud=stage.provider(cuts_after(4)), prices=DEAR)
    weir.stream("hello")
    wait_for(lambda: weir.metric("weir_cost_nanousd_total") > 0, what="the cost to be counted")


def test_what_thinks_apart_is_paid_for(stage):
    """xAI, and Gemini where it speaks OpenAI's, count what is thought in the total alone."""
    value = completion("yes", usage=(32, 9))
    value["usage"] |= {"total_tokens": 135, "completion_tokens_details": {"reasoning_tokens": 94}}
    weir = stage.weir(cloud=stage.provider(lambda request, wire: wire.whole(value)), prices=DEAR)
    assert cost(weir.chat("hello")) == 135


@pytest.mark.parametrize("path", ["messages", "chat/completions"])
def test_who_first_says_that_nothing_is_written_is_paid_for_what_came_until_it_broke_off(stage, path):
    claude = stage.provider(answers(text("a long story " * 30), is_cut=True))
    weir = stage.weir(cloud={"url": claude.url(), "api": "anthropic"}, prices=DEAR)
    body = {"model": "large", "max_tokens": 500, "stream": True, "messages": [{"role": "user", "content": "x"}]}
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{weir.base}/v1/{path}", json=body)
    assert wait_for(lambda: weir.metric("weir_cost_nanousd_total"), what="the cost of the story") > 100_000_000_000


def test_a_model_without_a_price_is_no_way_round_a_budget(stage):
    cloud = stage.provider()
    weir = stage.weir(cloud=cloud, teams=TEAMS, policy=policy(1000))
    answer = ask(weir)
    assert (answer.status, answer.error["code"]) == (402, "price_unknown")
    assert not cloud.requests


def test_a_budget_outlives_a_restart(stage):
    cloud = stage.provider(says("yes", usage=(600, 10)))
    settings = stage.settings(cloud=cloud, prices=DEAR, teams=TEAMS, policy=policy(700))
    first = stage.weir(settings=settings)
    assert ask(first).status == 200
    first.stop()
    second = stage.weir(settings=settings)
    assert ask(second).status == 402
    assert len(cloud.requests) == 1


def test_named_models_and_escalations_obey_the_same_budget(stage):
    local, cloud = stage.provider(says("")), stage.provider()
    weir = stage.weir(local=local, cloud=cloud, prices=DEAR, teams=TEAMS, policy={
        **policy(50, "local"), "routes": [{"name": "near", "ask": ["small"],
                                          "escalate": {"to": "large", "when": {"confidence": {"below": 0.9}}}}]})
    assert ask(weir, model="large").status == 402
    ask(weir)
    assert not cloud.requests


def prose(words):
    return " ".join(["the weir holds the river back"] * (words // 6))


def test_how_many_tokens_a_prompt_may_have_is_learned(stage):
    """A budget that every byte of a prompt would exceed is enough once the model has counted a few."""
    def counts(request, wire):
        says("yes", usage=(len(request.body) // 5, 1))(request, wire)
    weir = stage.weir(cloud=stage.provider(counts), prices={"large": {"input": 1_000_000, "output": 0}}, teams=TEAMS, policy={
        "cost": [{"name": "a call", "for": {"team": "interns"}, "budget": {"usd": 1300, "every": "month"}},
                 {"name": "all", "for": {"team": "others"}, "budget": {"usd": 1_000_000, "every": "month"}}],
        "routes": [{"name": "all", "ask": ["large"]}]})
    assert weir.chat(prose(400), key=KEY, max_tokens=1).status == 402  # 2,000 bytes, a dollar each
    for _ in range(32):
        assert weir.chat(prose(60), key="key-of-the-others", max_tokens=1).status == 200
    answer = weir.chat(prose(400), key=KEY, max_tokens=1)
    assert answer.status == 200 and 350 < cost(answer) < 450
    assert weir.chat("7 " * 1000, key=KEY, max_tokens=1).status == 402, "digits may be a token each"


def test_a_model_without_a_price_and_without_a_budget_is_told_as_unknown(stage):
    """Absent is not zero."""
    weir = stage.weir(cloud=stage.provider(says("yes", usage=(5, 5))))
    answer = weir.chat("hello")
    assert (answer.status, answer.told("cost-usd")) == (200, "unknown")
    assert b": x-weir-cost-usd unknown\n" in weir.stream("hello").body
