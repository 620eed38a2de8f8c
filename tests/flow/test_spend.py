"""What was spent and saved, summed in Redis by all proxies: the sums agree with the providers' books to the nano-dollar."""
import concurrent.futures
import csv
import io
import json
import random
import re
import threading
import time

import pytest

from actors.redis_server import RedisServer
from actors.scripted import completion, fails, in_turn, says, stalls_after, stream_of
from actors.weir import ROOT, wait_for
from test_admin import ADMIN, Described

TEAMS = {"interns": {"keys": [{"key": "key-of-ann", "user": "ann"}, {"key": "key-of-bob", "user": "bob"}]},
         "a, b & c": {"keys": ["key-of-the-others"]}}
KEYS = ("key-of-ann", "key-of-bob", "key-of-the-others")
TURNS = 120
MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
# Nano-dollars for a million tokens: so odd that every call is rounded.
RATES = {"middle": (150_000_001, 75_000_000, 600_000_007), "large": (10_000_000_003, 1_000_000_000, 50_000_000_001)}
PRICES = {name: dict(zip(("input", "cached", "output"), (rate / 10**9 for rate in rates))) for name, rates in RATES.items()}


def cost(model, usage):
    prompt, cached, output = usage
    if model not in RATES:
        return 0
    rates = RATES[model]
    return -(-((prompt - cached) * rates[0] + cached * rates[1] + output * rates[2]) // 10**6)


class Books:
    """A provider that uses what chance says, and writes it down."""

    def __init__(self, stage, seed):
        self.used, self.random, self.lock = [], random.Random(seed), threading.Lock()
        self.provider = stage.provider(self)

    def __call__(self, request, wire):
        with self.lock:
            prompt = self.random.randrange(1, 100_000)
            usage = prompt, self.random.randrange(prompt), self.random.randrange(1, 5000)
            self.used.append(usage)
        whole = completion("yes", usage=(usage[0], usage[2]))
        whole["usage"]["prompt_tokens_details"] = {"cached_tokens": usage[1]}
        if request.wants_stream:
            stream(wire, whole["usage"])
        else:
            wire.whole(whole)


def stream(wire, usage):
    wire.head(content_type="text/event-stream")
    for value in stream_of("yes", "stop", (1, 1), None, 7):
        if value.get("usage"):
            value["usage"] = usage
        wire.event(value)
    wire.event(b"[DONE]")
    wire.last_chunk()


def spend(stage, *words, name="weir"):
    told = stage.run("spend", "-c", f"{name}.yaml", "--format", "json", *words)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_sums_agree_with_the_books_of_the_providers(stage):
    redis = RedisServer(stage.folder / "redis")
    stage.actors.append(redis)
    books = {name: Books(stage, seed) for seed, name in enumerate(("small", "middle", "large"))}
    settings = stage.settings(local=books["small"].provider, trusted=books["middle"].provider, cloud=books["large"].provider,
                              prices=PRICES, teams=TEAMS, redis={"url": redis.url(), "deadline": "5s"}, policy={
        "cost": [{"name": "much", "budget": {"usd": 100000, "every": "month"}}],
        "routes": [{"name": "kept", "ask": ["middle"], "cache": {"keep": "1h"}}]})
    proxies = [stage.weir(settings=settings, name=name) for name in ("one", "two")]

    def ask(turn):
        weir, key = proxies[turn % 2], KEYS[turn % 3]
        model = ("small", "middle", "large", "auto")[turn % 4]
        words = dict(model=model, key=key, max_tokens=5000)
        return weir.stream("same" if model == "auto" else f"{turn}", **words) if turn % 5 == 0 else \
            weir.chat("same" if model == "auto" else f"{turn}", **words)
    with concurrent.futures.ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(ask, range(TURNS)))
    assert {answer.status for answer in answers} == {200}
    wait_for(lambda: spend(stage, name="one")["total"]["requests"] == TURNS, what="all sums")

    told = spend(stage, "--by", "model", name="two")
    by_model = {row["model"]: row for row in told["rows"]}
    for name, book in books.items():
        row = by_model[name]
        assert row["calls"] == len(book.used)
        assert row["cost_nanousd"] == sum(cost(name, usage) for usage in book.used)
        assert (row["input_tokens"], row["cached_tokens"], row["output_tokens"]) == tuple(map(sum, zip(*book.used)))
    total = told["total"]
    assert total["cost_nanousd"] == sum(cost(name, usage) for name, book in books.items() for usage in book.used)
    assert total["cost_nanousd"] == sum(weir.metric("weir_cost_nanousd_total") for weir in proxies)
    assert (total["local"], total["cache"], total["unanswered"]) == (TURNS // 4, TURNS - sum(len(book.used) for book in books.values()), 0)
    # All to `large`, by the same tokens; hits by those of the answer that was kept.
    assert total["saved_local_nanousd"] == sum(cost("large", usage) for usage in books["small"].used)
    assert total["saved_model_nanousd"] == sum(cost("large", usage) - cost("middle", usage) for usage in books["middle"].used)
    assert total["saved_cache_nanousd"] > 0 and total["saved_compression_nanousd"] == 0
    assert total["baseline_nanousd"] - total["cost_nanousd"] == sum(total[f"saved_{kind}_nanousd"] for kind in ("local", "model", "cache", "compression"))
    for kind in ("local", "model", "cache"):
        assert total[f"saved_{kind}_nanousd"] == sum(weir.metric(f"weir_saved_{kind}_nanousd_total") for weir in proxies)

    by_user = spend(stage, "--by", "team,user", name="one")
    assert {(row["team"], row["user"]): row["requests"] for row in by_user["rows"]} == \
        {("interns", "ann"): TURNS // 3, ("interns", "bob"): TURNS // 3, ("a, b & c", "-"): TURNS // 3}
    for measure in total:
        if not measure.endswith("_usd"):
            assert sum(row[measure] for row in by_user["rows"]) == by_user["total"][measure] == total[measure]
    only = spend(stage, "--team", "a, b & c", "--by", "route", name="one")
    assert {row["route"]: row["requests"] for row in only["rows"]} == {"asked": TURNS // 4, "kept": TURNS // 12}

    table = stage.run("spend", "-c", "one.yaml", "--by", "team,model").stdout
    assert re.search(rf"^total +{TURNS} +{TURNS // 4} .*", table, re.M), table
    rows = list(csv.DictReader(io.StringIO(stage.run("spend", "-c", "one.yaml", "--by", "day,team", "--format", "csv").stdout)))
    assert {row["team"] for row in rows} == {"interns", "a, b & c"}
    assert sum(int(row["cost_usd"].replace(".", "")) for row in rows) == total["cost_nanousd"]


def test_answers_tell_what_they_saved(stage):
    weir = stage.weir(local=stage.provider(says("near", usage=(1000, 100))), cloud=stage.provider(says("far", usage=(1000, 100))),
                      prices={"large": {"input": 1, "output": 10}}, policy={"routes": [{"name": "all", "ask": ["small"], "cache": {"keep": "1h"}}]})
    first = weir.chat("hello")
    assert (first.told("cost-usd"), first.told("saved-usd")) == ("0.000000000", "0.002000000")
    hit = wait_for(lambda: (answer := weir.chat("hello")).told("cache") == "hit" and answer, what="a hit")
    assert hit.told("saved-usd") == "0.002000000"
    assert weir.chat("hello", model="large").told("saved-usd") == "0.000000000"
    assert b": x-weir-saved-usd 0.002000000\n" in weir.stream("hello there").body


def test_the_admin_api_tells_the_same(stage):
    weir = stage.weir(local=stage.provider(says("near", usage=(1000, 100))), cloud=stage.provider(), teams=TEAMS, admin=ADMIN,
                      prices={"large": {"input": 1, "output": 10}})
    assert weir.chat("hello", key=KEYS[0], model="small").status == 200
    wait_for(lambda: spend(stage)["total"]["requests"] == 1, what="the sum")
    told = Described(weir)("GET", "/spend?by=team,user")
    assert told == spend(stage, "--by", "team,user")
    assert told["rows"][0]["saved_local_usd"] == "0.002000000"
    assert weir.admin("GET", "/spend?team=nobody").json["rows"] == []
    table = weir.admin("GET", "/spend?format=csv")
    assert table.headers["content-type"].startswith("text/csv") and table.body.startswith(b"team,requests,")
    assert weir.admin("GET", "/spend?since=yesterday").status == 400


def test_the_baseline_may_be_named(stage):
    settings = stage.settings(local=stage.provider(says("near", usage=(1000, 100))), trusted=stage.provider(), cloud=stage.provider(),
                              prices={"middle": {"input": 1, "output": 1}, "large": {"input": 1000, "output": 1000}})
    weir = stage.weir(settings={**settings, "spending": {"baseline": "middle"}})
    assert weir.chat("hello", model="small").told("saved-usd") == "0.001100000"
    weir.settings_path.write_text(json.dumps({**settings, "spending": {"baseline": "medium"}}))
    assert 'there is no model "medium"' in stage.run("check", "-c", "weir.yaml").stderr


def test_failures_and_clients_that_leave_are_summed_too(stage):
    cloud = stage.provider(in_turn(fails(500), stalls_after(2), says("yes", usage=(10, 10))))
    weir = stage.weir(cloud=cloud, prices={"large": {"input": 1000, "output": 1000}}, loops=1)
    assert weir.chat("hello").status == 502
    client = weir.send_chat("hello", stream=True)
    assert b"200 OK" in client.recv(1000)
    client.close()
    wait_for(lambda: weir.metric("weir_clients_gone_total") == 1, what="the hang-up")
    assert weir.chat("hello").status == 200
    total = wait_for(lambda: (t := spend(stage)["total"])["requests"] == 3 and t, what="three requests")
    assert (total["remote"], total["unanswered"], total["calls"]) == (1, 2, 2)
    assert total["cost_nanousd"] == weir.metric("weir_cost_nanousd_total") > 20_000_000
    assert total["baseline_nanousd"] - total["cost_nanousd"] == total["saved_model_nanousd"] == 0


def test_sums_wait_for_a_redis_that_is_away_and_say_what_they_lack(stage):
    redis = RedisServer(stage.folder / "redis")
    stage.actors.append(redis)
    settings = stage.settings(cloud=stage.provider(says("yes", usage=(10, 10))), prices={"large": {"input": 1000, "output": 1000}},
                              redis={"url": redis.url(), "deadline": "300ms"})
    weir = stage.weir(settings=settings)
    redis.kill()
    for turn in range(5):
        assert weir.chat(f"{turn}").status == 200
    failed = stage.run("spend", "-c", "weir.yaml")
    assert failed.returncode == 1 and "Redis" in failed.stderr
    redis.start()
    wait_for(lambda: spend(stage)["total"]["requests"] == 5, what="what waited")
    assert spend(stage)["total"]["cost_nanousd"] == 5 * 20_000_000
    redis.kill()
    assert weir.chat("the last").status == 200
    weir.stop()
    stage.actors.remove(weir)
    assert "not told of 1 requests, 0.020000000 US dollars" in weir.log


def test_sums_are_whole_after_all_that_befalls_redis(stage):
    """Emptied of what it took last, frozen past every deadline, killed, started again: each request counts once."""
    redis = RedisServer(stage.folder / "redis", "--appendfsync", "everysec")
    stage.actors.append(redis)
    settings = stage.settings(cloud=stage.provider(says("yes", usage=(3, 7))), prices={"large": {"input": 1000, "output": 1000}},
                              redis={"url": redis.url(), "deadline": "150ms"})
    proxies = [stage.weir(settings=settings, name=name) for name in ("one", "two")]
    asked = []

    def ask_for(seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            asked.append(proxies[len(asked) % 2].chat(f"{len(asked)}").status)

    for trouble in (lambda: redis.ask("flushall"), redis.freeze, redis.thaw, redis.kill, redis.start):
        ask_for(0.4)
        trouble()
    ask_for(0.4)
    assert set(asked) == {200}
    total = wait_for(lambda: redis.ask("ping") == "PONG" and (t := spend(stage, name="one")["total"])["requests"] >= len(asked) and t, 20, "all sums")
    assert (total["requests"], total["calls"], total["cost_nanousd"]) == (len(asked), len(asked), len(asked) * 10_000_000)


def test_a_draft_that_was_not_good_enough_is_told_apart(stage):
    policy = {"routes": [{"name": "near", "ask": ["small"], "escalate": {"to": "large", "when": {"confidence": {"below": 0.6}}}}]}
    prices = {"small": {"input": 1000, "output": 1000}, "large": {"input": 2000, "output": 2000}}
    weir = stage.weir(local=stage.provider(says("perhaps", logprob=-2.5, usage=(10, 10))), cloud=stage.provider(says("surely", usage=(10, 10))),
                      policy=policy, prices=prices)
    answer = weir.chat("hello")
    assert (answer.text, answer.told("cost-usd"), answer.told("saved-usd")) == ("surely", "0.060000000", "-0.020000000")
    told = wait_for(lambda: (t := spend(stage, "--by", "model"))["total"]["requests"] == 1 and t, what="the sum")
    by_model = {row["model"]: row for row in told["rows"]}
    assert (by_model["small"]["calls"], by_model["small"]["requests"], by_model["small"]["cost_nanousd"]) == (1, 0, 20_000_000)
    assert (by_model["large"]["calls"], by_model["large"]["requests"], by_model["large"]["cost_nanousd"]) == (1, 1, 40_000_000)
    assert told["total"]["saved_model_nanousd"] == -20_000_000  # the draft cost more than it saved


@pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")
def test_words_left_out_are_savings(stage):
    weir = stage.weir(cloud=stage.provider(says("seven", usage=(1000, 10))), prices={"large": {"input": 1, "output": 10}},
                      policy={"routes": [{"name": "short", "ask": ["large"], "compress": {"above_tokens": 300, "to": 0.3}}]},
                      slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    history = " ".join(f"Boat number {n} lies in the harbour and waits for the evening tide." for n in range(200))
    answer = weir.chat(history, "I have read it.", "How many stars are in the Plough?")
    assert int(answer.told("dropped-sentences")) > 20
    total = wait_for(lambda: (t := spend(stage)["total"])["requests"] == 1 and t, what="the sum")
    assert total["cost_nanousd"] == 1_100_000
    assert total["baseline_nanousd"] - total["cost_nanousd"] == total["saved_compression_nanousd"] > 500_000


def test_questions_that_make_no_sense(stage):
    stage.write("weir.yaml", json.dumps(stage.settings(cloud=stage.provider())))
    for words, answer in ((["--by", "colour"], "by takes each of day"), (["--since", "2026-02-30"], "since is a day such as"),
                          (["--since", "2026-11-02", "--until", "2026-11-01"], "since is later"), (["--format", "xml"], "format is"),
                          (["--by", "team,team"], "once"), (["--since", "2020-01-01", "--until", "2026-01-01"], "more than 500 days")):
        told = stage.run("spend", "-c", "weir.yaml", *words)
        assert told.returncode == 2 and answer in told.stderr, told
    assert stage.run("spend", "--help").returncode == 0
