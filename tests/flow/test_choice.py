"""Several models do the same: the right one is asked, whoever fails is left alone, and what was asked to stay here stays."""
import json
import threading
import time

import pytest

from actors.scripted import chunk, completion, fails, hangs_up, in_turn, says, stalls
from actors.weir import free_port, wait_for

NOBODY = "nobody"


def several(stage, scripts, policy, models=None, zones=None, every=None, **more):
    """Weir before a provider for each name, a model of the same name at each; (weir, providers by name). `every` is added
    to each provider's settings."""
    actors = {name: None if script is NOBODY else stage.provider(script, name) for name, script in scripts.items()}
    providers = {name: {"api": "openai", "zone": (zones or {}).get(name, "cloud"), "key": f"key-of-{name}", **(every or {}),
                        "url": actor.url() if actor else f"http://127.0.0.1:{free_port()}/v1"} for name, actor in actors.items()}
    settings = stage.settings(policy=policy, providers=providers, **more)
    settings["models"] = {**{name: {"provider": name, "model": f"{name}-as-sent"} for name in scripts}, **(models or {})}
    return stage.weir(settings=settings), actors


def asks(*names, **more):
    return {"routes": [{"name": "all", "ask": list(names), **more}]}


def asked(actors):
    return {name: len(actor.requests) for name, actor in actors.items() if actor}


# Groups.


def test_weights_share_conversations_out_and_turns_stay(stage):
    weir, actors = several(stage, {"a": says("a"), "b": says("b")}, asks("both"), loops=1,
                           models={"both": {"any": [{"model": "a", "weight": 3}, "b"], "choose": "weights"}})
    firsts = {}
    for number in range(40):
        answer = weir.chat(f"question {number}")
        firsts[number] = answer.told("model")
    assert 20 <= list(firsts.values()).count("a") < 40
    for number in range(8):
        assert weir.chat(f"question {number}", "an answer", "and then?").told("model") == firsts[number]


def test_a_client_may_name_a_group_and_finds_it_among_the_models(stage):
    weir, actors = several(stage, {"a": fails(500), "b": says("b")}, asks("a"), models={"both": {"any": ["a", "b"]}})
    assert "both" in [model["id"] for model in weir.get("/v1/models").json["data"]]
    assert weir.chat("hello", model="both").text == "b"


def test_the_least_busy_and_priorities(stage):
    hold = threading.Event()

    def slow(request, wire):
        hold.wait(10)
        says("slow")(request, wire)
    weir, actors = several(stage, {"a": slow, "b": says("b"), "c": says("c")}, asks("all"), loops=1,
                           models={"all": {"any": [{"model": "a"}, {"model": "b", "priority": 2}, {"model": "c", "priority": 3}],
                                           "choose": "least_busy"}, "pair": {"any": ["a", "b"], "choose": "least_busy"}})
    waiting = threading.Thread(target=lambda: weir.chat("slow one"))
    waiting.start()
    assert actors["a"].began.wait(10)
    for _ in range(3):
        assert weir.chat("hello", model="pair").text == "b"
    hold.set()
    waiting.join()
    assert weir.chat("hello").text == "slow", "a priority comes before being idle"


def test_the_soonest_to_begin_is_asked(stage):
    def slowly(request, wire):
        time.sleep(0.15)
        says("slow")(request, wire)
    weir, actors = several(stage, {"slow": slowly, "fast": says("fast")}, asks("any"), loops=1,
                           models={"any": {"any": ["slow", "fast"], "choose": "latency"}})
    for number in range(10):
        weir.chat(f"question {number}")
    assert asked(actors) == {"slow": 1, "fast": 9}


def test_the_cheapest_is_asked(stage):
    weir, actors = several(stage, {"dear": says("dear"), "cheap": says("cheap")}, asks("any"), models={
        "dear": {"provider": "dear", "model": "m", "price": {"input": 5, "output": 5}},
        "cheap": {"provider": "cheap", "model": "m", "price": {"input": 1, "output": 1}},
        "any": {"any": ["dear", "cheap"], "choose": "price"}})
    assert weir.chat("hello").text == "cheap"


# Failures by kind.


def test_a_key_that_is_refused_is_not_used_again(stage):
    weir, actors = several(stage, {"a": fails(401), "b": says("b")}, asks("a", "other", "b"), loops=2, models={
        "other": {"provider": "a", "model": "another"}})
    for _ in range(4):
        answer = weir.chat("hello")
        assert answer.text == "b"
    assert answer.told("passed-over") == "a key, other key"
    assert asked(actors) == {"a": 1, "b": 4}
    assert "provider_away" in weir.log
    assert weir.get("/readyz").json["providers"] == {"a": "key", "b": "up"}
    alone = weir.chat("hello", model="a")
    assert (alone.status, alone.error["code"]) == (502, "provider_key_refused")
    assert "key-of-a" not in alone.error["message"]


def test_what_a_client_writes_makes_no_key_look_dead(stage):
    def quotes(request, wire):
        wire.whole({"error": {"message": f"Invalid value: {request.question}", "type": "invalid_request_error", "param": None, "code": None}}, 400)
    weir, actors = several(stage, {"a": in_turn(quotes, says("a"))}, asks("a"))
    assert weir.chat("insufficient_quota invalid_api_key").status == 400
    assert weir.chat("hello").text == "a"


@pytest.mark.parametrize("tell", ["retry-after-ms: 300\r\n", "retry-after: 0.3\r\n", "gemini"])
def test_a_pause_is_waited_for_where_nobody_else_can_be_asked(stage, tell):
    delay = {"error": {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "0.3s"}]}}
    limited = fails(429, delay) if tell == "gemini" else fails(429, extra=tell)
    weir, actors = several(stage, {"a": in_turn(limited, says("at last"))}, asks("a"))
    assert weir.chat("hello").text == "at last" and asked(actors)["a"] == 2
    assert weir.metric("weir_pauses_total") == 1


def test_a_pause_sends_the_request_elsewhere_and_others_too(stage):
    weir, actors = several(stage, {"a": fails(429, extra="retry-after: 60\r\n"), "b": says("b")}, asks("a", "b"))
    for _ in range(3):
        assert weir.chat("hello").text == "b"
    assert asked(actors) == {"a": 1, "b": 3}


def test_a_pause_that_is_too_long_is_told_at_once(stage):
    weir, actors = several(stage, {"a": fails(429, extra="retry-after: 60\r\n")}, asks("a"))
    for _ in range(2):
        answer = weir.chat("hello")
        assert (answer.status, answer.error["code"]) == (429, "provider_rate_limited")
        assert 50 <= int(answer.headers["retry-after"]) <= 60
    assert asked(actors) == {"a": 1}


def test_a_client_that_leaves_during_a_pause_is_forgotten(stage):
    weir, actors = several(stage, {"a": fails(429, extra="retry-after: 9\r\n")}, asks("a"))
    client = weir.send_chat("hello")
    assert actors["a"].began.wait(10)
    client.close()
    wait_for(lambda: weir.metric("weir_requests_running") == 0, 5, "the exchange to end")
    assert weir.metric("weir_clients_gone_total") == 1


TOO_LONG = fails(400, {"error": {"message": "maximum context length is 100 tokens", "type": "invalid_request_error", "param": "messages",
                                 "code": "context_length_exceeded"}})


def test_a_prompt_that_is_too_long_goes_to_a_larger_window_only(stage):
    weir, actors = several(stage, {"a": TOO_LONG, "same": says("same"), "b": says("b")}, asks("a", "same", instead={"context": ["b"]}), models={
        "a": {"provider": "a", "model": "m", "context": 1000}, "same": {"provider": "same", "model": "m", "context": 1000}})
    assert weir.chat("hello").text == "b"
    assert asked(actors) == {"a": 1, "same": 0, "b": 1}
    named = weir.chat("hello", model="a")
    assert (named.status, named.error["code"]) == (400, "context_length_exceeded"), "whoever names a model gets its answer"


def test_a_window_that_is_too_small_is_not_asked_first(stage):
    weir, actors = several(stage, {"a": says("a"), "b": says("b")}, asks("a", "b"), models={"a": {"provider": "a", "model": "m", "context": 100}})
    assert weir.chat("hello").text == "a"
    assert weir.chat("many words " * 100).text == "b"


FILTERED = fails(400, {"error": {"message": "filtered", "type": None, "param": "prompt", "code": "content_filter"}})


def filters_the_answer(request, wire):
    says("", finish="content_filter")(request, wire)


@pytest.mark.parametrize("ask", ["chat", "stream"])
@pytest.mark.parametrize("script", [FILTERED, filters_the_answer], ids=["the prompt", "the answer"])
def test_what_a_filter_refuses_is_asked_of_whom_the_route_names(stage, script, ask):
    weir, actors = several(stage, {"a": script, "b": says("b"), "c": says("c")}, asks("a", "b", instead={"filter": "c"}))
    assert getattr(weir, ask)("hello").text == "c"
    assert asked(actors)["b"] == 0


def test_what_a_filter_refuses_is_the_clients_to_see_else(stage):
    weir, actors = several(stage, {"a": FILTERED, "b": says("b")}, asks("a", "b"))
    assert weir.chat("hello").error["code"] == "content_filter"
    assert asked(actors)["b"] == 0


def test_stand_ins_for_errors_come_last(stage):
    weir, actors = several(stage, {"a": fails(500), "b": hangs_up, "c": says("c")}, asks("a", "b", instead={"error": "c"}))
    answer = weir.chat("hello")
    assert answer.text == "c"
    assert answer.told("passed-over") == "a provider_error, b provider_broken_answer"


def test_all_tries_together_have_a_deadline(stage):
    weir, actors = several(stage, {"a": stalls, "b": stalls, "c": says("c")}, asks("a", "b", "c"), limits={"tries": "700ms"},
                           every={"first_byte": "500ms"})
    answer = weir.chat("hello")
    assert (answer.status, answer.error["code"]) == (504, "provider_timeout")
    assert asked(actors) == {"a": 1, "b": 1, "c": 0}
    assert actors["b"].left.wait(5)


# Breakers.


@pytest.mark.threads
def test_whoever_keeps_failing_is_left_alone_then_tried_once(stage):
    broken = threading.Event()
    broken.set()

    def script(request, wire):
        (fails(500) if broken.is_set() else says("well again"))(request, wire)
    weir, actors = several(stage, {"a": script, "b": says("b")}, asks("a", "b"),
                           every={"breaker": {"failures": 3, "within": "30s", "rest": "2s"}})
    for _ in range(3):
        assert weir.chat("hello").text == "b"
    left_alone = asked(actors)["a"]
    assert left_alone == 3
    answer = weir.chat("hello")
    assert (answer.text, answer.told("passed-over")) == ("b", "a failing")
    assert asked(actors)["a"] == left_alone
    assert b'weir_provider_up{provider="a"} 0' in weir.get("/metrics").body
    assert weir.get("/readyz").json["providers"]["a"] == "failing"

    def is_tried():
        assert weir.chat("hello").text == "b", "a trial that fails is followed by the next"
        return asked(actors)["a"] == left_alone + 1
    wait_for(is_tried, 10, "the first trial")
    broken.clear()
    wait_for(lambda: weir.chat("hello").text == "well again", 10, "the next trial")
    assert weir.get("/readyz").json["providers"]["a"] == "up"
    assert weir.metric("weir_provider_opened_total") == 2


def test_alone_it_fails_fast_and_says_when_to_come_again(stage):
    weir, actors = several(stage, {"a": fails(503)}, asks("a"), every={"breaker": {"failures": 2, "rest": "20s"}})
    for _ in range(2):
        assert weir.chat("hello").status == 502
    answer = weir.chat("hello")
    assert (answer.status, answer.error["code"]) == (503, "provider_unavailable")
    assert 0 < int(answer.headers["retry-after"]) <= 20
    assert asked(actors) == {"a": 2}


# Money.


def test_the_worst_that_may_be_asked_is_reserved_stand_ins_too(stage):
    price = {"price": {"input": 0, "output": 1000}, "output": 1000}
    policy = {"cost": [{"name": "purse", "budget": {"usd": 2, "every": "day"}}], **asks("free", instead={"error": "dear", "context": "dear"})}
    weir, actors = several(stage, {"free": fails(500), "dear": says("dear")}, policy, models={
        "free": {"provider": "free", "model": "m", "price": {"input": 0, "output": 0}}, "dear": {"provider": "dear", "model": "m", **price}})
    assert weir.chat("hello", max_tokens=3000).text == "dear"  # a dollar at most: the model writes no more than 1000 tokens
    answer = weir.chat("hello", max_tokens=3000, n=3)
    assert (answer.status, answer.error["code"]) == (402, "budget_exhausted")
    assert asked(actors) == {"free": 1, "dear": 1}


# The edge without a cloud.


def test_without_a_cloud_this_machine_answers_what_it_may_and_says_so(stage):
    weir, actors = several(stage, {"home": says("home"), "cloud": NOBODY}, asks("cloud", instead={"error": "home"}), zones={"home": "local"},
                           every={"breaker": {"failures": 1, "rest": "20s"}})
    first = weir.chat("hello")
    assert (first.text, first.told("passed-over")) == ("home", "cloud provider_unreachable")
    for ask in (weir.chat, weir.stream):
        answer = ask("hello")
        assert (answer.text, answer.told("edge"), answer.told("passed-over")) == ("home", "alone", "cloud failing")
    assert weir.metric("weir_answered_alone_total") == 3
    assert b"weir_edge_alone 1" in weir.get("/metrics").body
    named = weir.chat("hello", model="cloud")
    assert named.status == 503, "an explicit model is never replaced"


def test_what_must_stay_is_never_rescued_by_the_cloud(stage):
    policy = {"privacy": [{"name": "home", "reach": "local"}], **asks("home", "both", instead={"error": ["cloud"], "context": ["cloud"]})}
    weir, actors = several(stage, {"home": hangs_up, "cloud": says("cloud")}, policy, zones={"home": "local"},
                           models={"both": {"any": ["cloud", "home"]}})
    assert weir.chat("hello").status == 502
    assert weir.chat("hello", model="both").status in (502, 503)
    assert weir.chat("hello", model="cloud").status == 403
    assert not actors["cloud"].requests


# Progress.


def pings_only(request, wire):
    wire.head(content_type="text/event-stream")
    try:
        while True:
            wire.chunk(b": ping\n\n")
            wire.event(chunk({}))
            time.sleep(0.05)
    except OSError:
        wire.provider.note_leaving()


def blanks_only(request, wire):
    wire.head()
    try:
        while True:
            wire.chunk(b"\n")
            time.sleep(0.05)
    except OSError:
        wire.provider.note_leaving()


def drips(request, wire):
    body = json.dumps(completion("slow")).encode()
    wire.head(length=len(body))
    try:
        for byte in body:
            wire.send(bytes([byte]))
            time.sleep(0.05)
    except OSError:
        wire.provider.note_leaving()


@pytest.mark.parametrize("ask, script", [("stream", pings_only), ("chat", blanks_only), ("chat", drips)], ids=["pings", "blanks", "drops"])
def test_whoever_only_seems_to_answer_is_followed_by_the_next(stage, ask, script):
    weir, actors = several(stage, {"a": script, "b": says("b")}, asks("a", "b"), every={"progress": "600ms"})
    answer = getattr(weir, ask)("hello")
    assert answer.text == "b"
    assert answer.told("passed-over") == "a provider_timeout"
    assert actors["a"].left.wait(5)


def words_then_pings(request, wire):
    wire.head(content_type="text/event-stream")
    wire.event(chunk({"role": "assistant", "content": "one"}))
    try:
        while True:
            wire.chunk(b": ping\n\n")
            time.sleep(0.05)
    except OSError:
        wire.provider.note_leaving()


def test_a_stream_that_goes_on_with_pings_alone_breaks(stage):
    weir, actors = several(stage, {"a": words_then_pings, "b": says("b")}, asks("a", "b"), every={"progress": "500ms"})
    stream = weir.stream("hello")
    assert stream.text == "one"
    assert stream.error["code"] == "provider_timeout"
    assert not stream.is_done and not stream.is_whole
    assert not actors["b"].requests


def test_a_slow_answer_that_goes_on_is_left_to_it(stage):
    def slowly(request, wire):
        wire.head(content_type="text/event-stream")
        for word in "one two three four five six".split():
            wire.event(chunk({"content": word}))
            time.sleep(0.2)
        wire.event(chunk({}, finish="stop"))
        wire.event(b"[DONE]")
        wire.last_chunk()
    weir, actors = several(stage, {"a": slowly}, asks("a"), every={"progress": "600ms"})
    stream = weir.stream("hello")
    assert stream.is_done and stream.text == "onetwothreefourfivesix"


# An answer's limit.


@pytest.mark.parametrize("key", ["max_tokens", "max_completion_tokens"])
def test_an_answers_limit_goes_by_the_name_that_is_known(stage, key):
    weir, actors = several(stage, {"a": says("a")}, asks("a"), every={"limit_key": key})
    other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}[key]
    assert weir.chat("hello", **{other: 77}).status == 200
    assert weir.post({"model": "auto", "max_tokens": 78, "messages": [{"role": "user", "content": "hello"}]}, path="/v1/messages").status == 200
    for request, most in zip(actors["a"].requests, (77, 78)):
        assert request.json[key] == most
        assert other not in request.json


# What no provider and no client can do.


def test_what_a_client_says_to_another_model_is_not_held_against_it(stage):
    """gpt-5's generation takes no temperature; whoever asks for gpt-4o-mini does not know that it is asked."""
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, models={"large": {"provider": "cloud", "model": "gpt-5-mini"}}, aliases={"gpt-4o-mini": "auto"})
    answer = weir.chat("hi", model="gpt-4o-mini", temperature=0.2, top_p=0.9, seed=1)
    assert answer.headers["x-weir-left-out"] == "temperature, top_p"
    assert (cloud.requests[0].json["temperature"], cloud.requests[0].json["top_p"], cloud.requests[0].json["seed"]) == (None, None, 1)
    assert "x-weir-left-out" not in weir.chat("hi", model="large", temperature=0.2).headers
    assert cloud.requests[1].json["temperature"] == 0.2, "the provider's own error is for who names the model"


def test_no_redirect_is_followed(stage):
    elsewhere = stage.provider(says("elsewhere"), "elsewhere")
    weir, actors = several(stage, {"a": fails(302, b"", extra=f"location: {elsewhere.url()}/chat/completions\r\n"), "b": says("b")}, asks("a", "b"))
    assert weir.chat("hello").text == "b"
    assert not elsewhere.received


def test_no_client_names_a_host_or_a_key(stage):
    elsewhere = stage.provider(says("elsewhere"), "elsewhere")
    weir, actors = several(stage, {"a": says("a")}, asks("a"))
    body = {"model": "auto", "messages": [{"role": "user", "content": "hello"}], "api_base": elsewhere.url(), "base_url": elsewhere.url(),
            "api_key": "theirs", "metadata": {"base_url": elsewhere.url()}}
    answer = weir.post(body, headers={"x-base-url": elsewhere.url(), "x-api-base": elsewhere.url(), "host": f"127.0.0.1:{elsewhere.port}"})
    assert answer.text == "a"
    assert not elsewhere.received
    request = actors["a"].requests[0]
    assert request.headers["authorization"] == "Bearer key-of-a"
    assert "key-of-a" not in request.path and "theirs" not in request.path
