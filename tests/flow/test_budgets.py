"""Budgets of every kind of payer, what happens at their end, limits, and how Redis is asked."""
import concurrent.futures
import re
import socket
import subprocess
import time
import threading

import pytest

from actors.recording_redis import RecordingRedis
from actors.scripted import completion, says
from actors.weir import free_port, wait_for

# A thousandth of a dollar a token of output, nothing for input: sums can be done in the head.
MILLI = {"large": {"input": 0, "output": 1000}}
TEAMS = {"interns": {"keys": [{"key": "key-of-ann-1", "user": "ann", "tags": ["batch"]}, {"key": "key-of-bob-1", "user": "bob"}]},
         "others": {"keys": ["key-of-the-others"]}}
ANN, BOB, OTHER = "key-of-ann-1", "key-of-bob-1", "key-of-the-others"


def rules(*cost, ask=("large",)):
    return {"cost": list(cost), "routes": [{"name": "all", "ask": list(ask)}]}


def budget(name="b", over="deny", **more):
    rule = {key: more.pop(key) for key in ("for", "alert_at") if key in more}
    return {"name": name, "budget": {"every": "month", **more} if not {"rolling", "total", "every"} & more.keys() else more, "over": over, **rule}


def ask(weir, key=ANN, tokens=100, **more):
    """One question that costs a thousandth of a dollar for each of its tokens."""
    return weir.chat("hello", key=key, max_tokens=tokens, **more)


def spends(tokens):
    return says("yes", usage=(5, tokens))


def refused(answer):
    return answer.status == 402 and answer.error["message"]


@pytest.mark.parametrize("per, shared", [("user", False), ("key", False), ("team", True), ("model", True), ("provider", True), ("all", True)])
def test_each_payer_has_a_budget_of_its_own(stage, per, shared):
    weir = stage.weir(cloud=stage.provider(spends(100)), prices=MILLI, teams=TEAMS, policy=rules(budget(usd=0.1, per=per)))
    assert ask(weir, ANN).status == 200
    assert refused(wait_for(lambda: (a := ask(weir, ANN)).status == 402 and a, what="Ann's budget to be spent"))
    assert ask(weir, BOB).status == (402 if shared else 200)
    assert ask(weir, OTHER).status == (402 if per in ("model", "provider", "all") else 200)


def test_tags_come_from_the_key_and_from_a_header(stage):
    weir = stage.weir(cloud=stage.provider(spends(100)), prices=MILLI, teams=TEAMS,
                      policy=rules(budget(usd=0.1, per="tag", **{"for": {"tag": ["batch", "night"]}})))
    assert ask(weir, ANN).status == 200
    assert "tag batch of team interns" in refused(ask(weir, ANN))
    assert ask(weir, BOB).status == 200, "no tag, no budget"
    body = {"model": "auto", "messages": [{"role": "user", "content": "x"}], "max_tokens": 100}
    assert weir.post(body, key=BOB, headers={"x-weir-tags": "night, no tag"}).status == 200
    assert weir.post(body, key=BOB, headers={"x-weir-tags": "night"}).status == 402
    assert weir.post(body, key=BOB, headers={"x-weir-tags": "day"}).status == 200


def test_several_budgets_hold_at_once_and_the_refusal_says_which_and_until_when(stage):
    weir = stage.weir(cloud=stage.provider(spends(100)), prices=MILLI, teams=TEAMS, policy=rules(
        budget("wide", usd=10, every="week"), budget("narrow", usd=0.15, every="day", per="user", time_zone="+05:30")))
    first = ask(weir)
    assert first.status == 200
    assert first.told("budget-remaining-usd") == "0.050000000"
    message = refused(ask(weir))
    assert re.search(r'"narrow" \(user ann of team interns\): \$0\.15 a day, \$0\.1 spent', message), message
    assert re.search(r"begins anew on \d{4}-\d\d-\d\d 00:00 \+05:30", message), message


def test_a_model_whose_budget_is_spent_is_passed_over(stage):
    weir = stage.weir(cloud=stage.provider(says("far", usage=(5, 100))), trusted=stage.provider(says("between", usage=(5, 100))), teams=TEAMS,
                      prices={**MILLI, "middle": MILLI["large"]},
                      policy=rules(budget(usd=0.1, **{"for": {"model": "large"}}), ask=("large", "middle")))
    assert ask(weir).text == "far"
    assert wait_for(lambda: ask(weir).text == "between", what="the other model")
    assert refused(ask(weir, model="large"))


def test_rolling_and_total_budgets(stage):
    weir = stage.weir(cloud=stage.provider(spends(100)), prices=MILLI, teams=TEAMS,
                      policy=rules(budget("day", usd=0.1, rolling="24h", per="user"), budget("ever", usd=0.15, total=True)))
    assert ask(weir).status == 200
    assert "in any 1d" in refused(ask(weir))
    assert "in all" in refused(ask(weir, BOB))


def test_an_answer_is_clamped_to_what_is_left_and_never_below_the_floor(stage):
    cloud = stage.provider(says("yes", usage=(5, 100)))
    weir = stage.weir(cloud=cloud, prices=MILLI, teams=TEAMS, policy=rules(budget(usd=0.25, over={"clamp": {"least_tokens": 40}})))
    body = b'{ "model":"auto", "messages":[{"role":"user","content":"x"}],  "max_tokens" : 200, "unknown": 1.10 }'
    first = weir.post(body, key=ANN)
    assert (first.status, first.told("clamped-max-tokens")) == (200, None)
    second = wait_for(lambda: (a := weir.post(body, key=ANN)).told("clamped-max-tokens") and a, what="a clamped answer")
    assert second.told("clamped-max-tokens") == "150"
    assert cloud.requests[-1].body == body.replace(b'"auto"', b'"large-as-sent"').replace(b"200", b"150")
    assert weir.post(body, key=ANN).told("clamped-max-tokens") == "50"
    assert refused(weir.post(body, key=ANN))


def test_limits_are_told_as_openai_tells_them(stage):
    weir = stage.weir(cloud=stage.provider(spends(10)), prices=MILLI, teams=TEAMS, policy=rules(
        {"name": "pace", "limit": {"requests": 2, "tokens": 1000, "per": "user"}}))
    first = ask(weir, tokens=10)
    assert first.status == 200
    assert (first.headers["x-ratelimit-limit-requests"], first.headers["x-ratelimit-remaining-requests"]) == ("2", "1")
    assert first.headers["x-ratelimit-limit-tokens"] == "1000"
    assert re.fullmatch(r"(\d+m)?\d+s|\d+ms", first.headers["x-ratelimit-reset-requests"])
    assert ask(weir, tokens=10).status == 200
    third = ask(weir, tokens=10)
    assert (third.status, third.error["code"]) == (429, "rate_limit_exceeded")
    assert 0 < int(third.headers["retry-after-ms"]) <= 30000
    assert int(third.headers["retry-after"]) * 1000 >= int(third.headers["retry-after-ms"])
    assert third.headers["x-ratelimit-remaining-requests"] == "0"
    assert ask(weir, BOB, tokens=10).status == 200


def test_calls_at_once_are_limited_and_a_client_that_leaves_makes_room(stage):
    gate = threading.Event()

    def waits(request, wire):
        gate.wait(20)
        spends(10)(request, wire)
    weir = stage.weir(cloud=stage.provider(waits), prices=MILLI, teams=TEAMS, policy=rules({"name": "two", "limit": {"at_once": 2}}))
    with concurrent.futures.ThreadPoolExecutor(3) as clients:
        asked = [clients.submit(ask, weir) for _ in range(3)]
        wait_for(lambda: sum(a.done() for a in asked) == 1, what="the third to be refused")
        gate.set()
        assert sorted(a.result().status for a in asked) == [200, 200, 429]
    wait_for(lambda: ask(weir).status == 200, what="room")


def test_a_stream_tells_what_is_left(stage):
    weir = stage.weir(cloud=stage.provider(spends(100)), prices=MILLI, teams=TEAMS, policy=rules(budget(usd=1)))
    stream = weir.stream("hello", key=ANN, max_tokens=100)
    assert b": x-weir-cost-usd 0.100000000\n: x-weir-budget-remaining-usd 0.900000000\n\ndata: [DONE]" in stream.body


def test_marks_are_told_once_over_all_proxies(stage):
    shared = dict(cloud=stage.provider(spends(100)), prices=MILLI, teams=TEAMS, state=str(stage.folder / "state"),
                  policy=rules(budget(usd=1, alert_at=["20%", "50%"])))
    one, two = stage.weir(**shared), stage.weir(name="two", **shared)
    for turn in range(6):
        assert ask((one, two)[turn % 2]).status == 200
    wait_for(lambda: (one.log + two.log).count("budget_mark") == 2, what="both marks")
    assert "50 % of the budget" in one.log + two.log
    assert one.metric("weir_budget_alerts_total") + two.metric("weir_budget_alerts_total") == 2


FIVE = [budget(per, usd=10, per=per) for per in ("key", "user", "team", "model", "all")]
CACHE, LIMIT = {"cache": {"keep": "1h"}}, {"name": "pace", "limit": {"requests": 100, "tokens": 100000}}
ROUND_TRIPS = {  # rules of cost, of the route, streamed; flushes before the provider is asked
    "plain": ([], {}, False, 0),
    "five budgets": (FIVE, {}, False, 1),
    "five budgets, streamed": (FIVE, {}, True, 1),
    "a cache": ([], CACHE, False, 1),
    "five budgets, a limit and a cache": ([*FIVE, LIMIT], CACHE, False, 1),
    "all of it, streamed": ([*FIVE, LIMIT], CACHE, True, 1),
}


@pytest.mark.parametrize("case", ROUND_TRIPS)
def test_redis_is_asked_once_before_a_provider_and_told_once_after(stage, case):
    """However many budgets, limits and a cache there are: one flush; the settlement, the sums and what the cache keeps: another."""
    cost, route, is_stream, before_most = ROUND_TRIPS[case]
    redis = RecordingRedis(stage.folder)
    stage.actors.append(redis)
    flushes = []
    weir = stage.weir(cloud=stage.provider(lambda request, wire: (flushes.append(redis.flushes()), says("yes", usage=(5, 10))(request, wire))),
                      prices=MILLI, teams=TEAMS, loops=1, redis={"url": redis.url(), "deadline": "5s"},
                      policy={"cost": cost, "routes": [{"name": "all", "ask": ["large"], **route}]})
    chat = weir.stream if is_stream else weir.chat
    chat("the first", key=ANN, max_tokens=10)
    wait_for(lambda: redis.flushes() >= before_most + 1, what="the first question to be settled")
    for turn in range(3):
        before = redis.flushes()
        assert chat(f"question {turn}", key=ANN, max_tokens=10).status == 200
        assert flushes[-1] - before == before_most, "\n".join(map(str, redis.told))
        wait_for(lambda: redis.flushes() - before >= before_most + 1, what="what was spent to be told")
        assert redis.flushes() - before == before_most + 1, redis.told[-10:]


def test_a_redis_that_lost_all_is_told_again_after_a_crash_of_the_proxy_too(stage):
    cloud = stage.provider(spends(100))
    port = free_port()

    def start():
        server = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""], cwd=stage.folder, stdout=subprocess.DEVNULL)
        wait_for(lambda: not socket.socket().connect_ex(("127.0.0.1", port)), what="Redis")
        return server
    server = start()
    try:
        settings = stage.settings(cloud=cloud, prices=MILLI, teams=TEAMS, policy=rules(budget(usd=0.3)),
                                  redis={"url": f"redis://127.0.0.1:{port}/0", "deadline": "2s"})
        first = stage.weir(settings=settings)
        assert ask(first).status == ask(first).status == 200  # on either loop
        first.child.kill()
        stage.actors.remove(first)
        first.child.wait()
        first.log_file.close()
        server.kill()
        server.wait()
        server = start()
        second = stage.weir(settings=settings)
        assert wait_for(lambda: (a := ask(second)).status == 200 and a, 15, "the ledger").told("budget-remaining-usd") == "0.000000000"
        assert refused(ask(second))
    finally:
        server.kill()
        server.wait()


def test_an_allowance_is_bounded_and_told_later(stage, tmp_path):
    """Redis is away from the start: a process spends no more than it may, and Redis hears of it when it is back."""
    port = free_port()
    weir = stage.weir_unready(cloud=stage.provider(spends(100)), prices=MILLI, teams=TEAMS, policy=rules(budget(usd=1)),
                              redis={"url": f"redis://127.0.0.1:{port}/0", "deadline": "100ms"},
                              budgets={"redis_away": {"allow": {"usd": 0.25}}}).wait_until_alive()
    answers = [ask(weir) for _ in range(4)]
    assert [a.status for a in answers] == [200, 200, 503, 503]
    assert answers[0].told("budget") == "allowance"
    assert weir.metric("weir_allowed_calls_total") == 2
    server = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""], cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: answers.append(ask(weir)) or answers[-1].told("budget-remaining-usd"), 15, "Redis")
        paid = sum(a.status == 200 for a in answers) * 100_000_000
        line = subprocess.run(["redis-cli", "-p", str(port), "keys", "weir:*month*Z"], capture_output=True, text=True, check=True).stdout.strip()
        wait_for(lambda: int(subprocess.run(["redis-cli", "-p", str(port), "hget", line, "b:0"], capture_output=True, check=True).stdout or 0) == paid,
                 what="the books to be right")
    finally:
        server.kill()
        server.wait()


def test_a_model_that_no_list_knows_costs_the_stated_default(stage):
    weir = stage.weir(cloud=stage.provider(spends(100)), teams=TEAMS, policy=rules(budget(usd=1)),
                      budgets={"unknown_price": {"input": 0, "output": 2000}})
    assert ask(weir).told("cost-usd") == "0.200000000"


def test_writing_to_a_provider_s_cache_and_reasoning_have_prices_of_their_own(stage):
    def tells(request, wire):
        value = completion("yes", usage=(1000, 100))
        value["usage"] |= {"prompt_tokens_details": {"cached_tokens": 300, "cache_write_tokens": 200}, "completion_tokens_details": {"reasoning_tokens": 40}}
        wire.whole(value)
    weir = stage.weir(cloud=stage.provider(tells), prices={"large": {"input": 1, "cached": 0.1, "cache_write": 1.25, "output": 10, "reasoning": 5}})
    # 500 plain, 300 read, 200 written; 60 said, 40 thought: in millionths of a dollar.
    assert weir.chat("hello").told("cost-usd") == "0.001580000"
