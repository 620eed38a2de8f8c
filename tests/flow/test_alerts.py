"""Marks of budgets are told to a webhook: once over all proxies, signed, again while it fails, and nobody waits for it."""
import hashlib
import hmac
import json
import threading
import time

from actors.redis_server import RedisServer
from actors.scripted import in_turn, says
from actors.weir import wait_for

SECRET = "a secret of the receiver's"
DEAR = {"large": {"input": 0, "output": 1000}}  # a thousandth of a dollar a token of output
MARKS = {"cost": [{"name": "pocket money", "budget": {"usd": 1, "every": "month"}, "alert_at": ["20%", "50%"]}],
         "routes": [{"name": "all", "ask": ["large"]}]}


def answers(status, extra=""):
    return lambda request, wire: wire.whole(b"", status, "text/plain", extra)


def settings(stage, receiver, **more):
    return stage.settings(cloud=stage.provider(says("yes", usage=(5, 100))), prices=DEAR, policy=MARKS, loops=1,
                          alerts={"webhook": receiver.url() + "?from=weir", "secret": SECRET}, **more)


def ask(weir):
    return weir.chat("hello, my secret is wolpertinger", max_tokens=100)


def told(receiver):
    return [json.loads(request.body) for request in list(receiver.requests)]


def test_each_mark_is_told_once_over_two_proxies_and_signed(stage):
    redis = RedisServer(stage.folder / "redis")
    stage.actors.append(redis)
    receiver = stage.provider(answers(204), "receiver")
    shared = settings(stage, receiver, redis={"url": redis.url(), "deadline": "2s"})
    one, two = (stage.weir(settings=shared, name=name) for name in ("one", "two"))
    for turn in range(8):
        assert ask((one, two)[turn % 2]).status == 200
    wait_for(lambda: len(receiver.requests) == 2, what="both marks")
    first, second = sorted(told(receiver), key=lambda alert: alert["percent"])
    assert (first["percent"], second["percent"]) == (20, 50) and first["id"] != second["id"]
    assert (first["type"], first["budget"], first["whose"], first["window"]) == ("budget_mark", "pocket money", "team default", "a month")
    assert (first["limit_nanousd"], first["limit_usd"]) == (10**9, "1.000000000")
    assert 2 * 10**8 <= first["spent_nanousd"] <= 8 * 10**8 and first["spent_nanousd"] % 10**8 == 0
    assert first["resets_at"].endswith("-01T00:00:00Z") and "20 % of the budget" in first["text"]
    for request in receiver.requests:
        assert request.headers["content-type"] == "application/json" and "authorization" not in request.headers
        stamp, _, mark = request.headers["x-weir-signature"].partition(",")
        assert abs(int(stamp.removeprefix("t=")) - time.time()) < 100
        wanted = hmac.new(SECRET.encode(), stamp.removeprefix("t=").encode() + b"." + request.body, hashlib.sha256).hexdigest()
        assert mark == f"v1={wanted}"
    wait_for(lambda: one.metric("weir_alerts_delivered_total") + two.metric("weir_alerts_delivered_total") == 2, what="their count")
    assert SECRET not in one.log + two.log
    for private in ("wolpertinger", SECRET, "key-of-cloud"):
        assert private.encode() not in receiver.received


def test_a_receiver_that_fails_is_told_again_and_one_that_refuses_is_not(stage):
    receiver = stage.provider(in_turn(answers(503), lambda request, wire: wire.reset(), answers(200), answers(404)), "receiver")
    weir = stage.weir(settings=settings(stage, receiver))
    for _ in range(2):
        assert ask(weir).status == 200
    wait_for(lambda: weir.metric("weir_alerts_delivered_total") == 1, what="the third try")
    assert len({alert["id"] for alert in told(receiver)}) == 1 and len(receiver.requests) == 3
    for _ in range(3):
        assert ask(weir).status == 200
    wait_for(lambda: weir.metric("weir_alerts_lost_total") == 1, what="the refusal")
    assert len(receiver.requests) == 4 and "it answered with status 404" in weir.log


def test_a_receiver_must_be_who_it_says(stage):
    root, context = stage.certificate()
    receiver = stage.provider(answers(200), "receiver", context)
    shared = settings(stage, receiver)
    told_to = {**shared["alerts"], "webhook": receiver.url("localhost")}
    weir = stage.weir(settings={**shared, "alerts": {**told_to, "ca_file": str(root)}})
    assert ask(weir).status == ask(weir).status == 200
    wait_for(lambda: weir.metric("weir_alerts_delivered_total") == 1, what="the alert")
    stranger = stage.weir(settings={**shared, "alerts": told_to, "state": str(stage.folder / "other")}, name="stranger")
    assert ask(stranger).status == ask(stranger).status == 200
    wait_for(lambda: "alert_failed" in stranger.log, what="the refusal of its certificate")
    assert len(receiver.requests) == 1


def test_redirects_are_not_followed(stage):
    elsewhere = stage.provider(answers(200), "elsewhere")
    receiver = stage.provider(answers(307, f"location: {elsewhere.url()}\r\n"), "receiver")
    weir = stage.weir(settings=settings(stage, receiver))
    ask(weir), ask(weir)
    wait_for(lambda: weir.metric("weir_alerts_lost_total") == 1, what="the refusal")
    assert not elsewhere.requests


def test_requests_do_not_wait_for_a_receiver_that_hangs(stage):
    gate = threading.Event()
    receiver = stage.provider(lambda request, wire: gate.wait(30), "receiver")
    weir = stage.weir(settings=settings(stage, receiver))
    for _ in range(6):
        assert ask(weir).status == 200
    wait_for(lambda: receiver.requests, what="the alert")
    assert len(receiver.requests) == 1  # the second waits its turn
    gate.set()


def test_a_redis_that_stays_away_is_told_and_that_it_is_back(stage):
    redis = RedisServer(stage.folder / "redis")
    stage.actors.append(redis)
    receiver = stage.provider(answers(200), "receiver")
    shared = settings(stage, receiver, redis={"url": redis.url(), "deadline": "200ms"})
    weir = stage.weir(settings={**shared, "loops": 2, "alerts": {**shared["alerts"], "redis_away": "1s"}})
    redis.kill()
    wait_for(lambda: len(receiver.requests) == 1, what="the alert")
    assert weir.chat("hello", max_tokens=100).status == 503
    redis.start()
    wait_for(lambda: len(receiver.requests) == 2, what="the all-clear")
    away, back = told(receiver)
    assert (away["type"], back["type"]) == ("redis_away", "redis_back") and away["id"] != back["id"]
    assert "what a budget covers is refused" in away["text"] and "answers again" in back["text"]


def test_settings_that_make_no_sense(stage):
    base = settings(stage, stage.provider())
    for alerts, answer in (({"webhook": "http://hooks.example.com/x"}, "must begin with https://"), ({"webhook": "ftp://x"}, "http:// or https://"),
                           ({"webhok": "https://x"}, 'there is no key "webhok"')):
        stage.write("weir.yaml", json.dumps({**base, "alerts": alerts}))
        assert answer in stage.run("check", "-c", "weir.yaml").stderr
