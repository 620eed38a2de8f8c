"""One remembers for all: other dialects, other forms, other proxies; and one asks while others wait."""
import concurrent.futures
import json
import signal
import threading
import time

import pytest

from actors.messages import answers, text, thought
from actors.scripted import calls, completion, fails, in_turn, says
from actors.weir import wait_for
from test_cache import CACHED

PRICES = {"large": {"input": 1000, "output": 1000}}


def ask_as_openai(weir, words, stream):
    return weir.stream(words).text if stream else weir.chat(words).text


def ask_as_completions(weir, words, stream):
    answer = weir.post({"model": "auto", "prompt": words, "stream": stream}, path="/v1/completions")
    if not stream:
        return answer.json["choices"][0]["text"]
    return "".join(json.loads(line[6:])["choices"][0]["text"] for line in answer.body.decode().splitlines()
                   if line.startswith("data: {") and json.loads(line[6:])["choices"])


def ask_as_responses(weir, words, stream):
    answer = weir.post({"model": "auto", "input": words, "stream": stream}, path="/v1/responses")
    if not stream:
        return answer.json["output"][-1]["content"][0]["text"]
    return "".join(json.loads(line[6:])["delta"] for line in answer.body.decode().splitlines()
                   if line.startswith("data: ") and '"response.output_text.delta"' in line)


def ask_as_anthropic(weir, words, stream):
    answer = weir.post({"model": "auto", "max_tokens": 100, "stream": stream, "messages": [{"role": "user", "content": words}]},
                       path="/v1/messages")
    if not stream:
        return answer.json["content"][-1]["text"]
    events = [json.loads(line[6:]) for line in answer.body.decode().splitlines() if line.startswith("data: ")]
    assert events[-1]["type"] == "message_stop"
    return "".join(event["delta"].get("text", "") for event in events if event["type"] == "content_block_delta")


def ask_as_ollama(weir, words, stream):
    answer = weir.post({"model": "auto", "messages": [{"role": "user", "content": words}], "stream": stream}, path="/api/chat")
    pieces = [json.loads(line) for line in answer.body.decode().splitlines()]
    assert pieces[-1]["done"] and pieces[-1]["done_reason"] == "stop"
    return "".join(piece["message"]["content"] for piece in pieces)


CLIENTS = [ask_as_openai, ask_as_completions, ask_as_responses, ask_as_anthropic, ask_as_ollama]
PROVIDERS = {
    "openai": lambda stage: stage.provider(says("Paris, I think.")),
    "anthropic": lambda stage: {"api": "anthropic", "url": stage.provider(answers(thought("hm"), text("Paris, I think."))).url()
                                .removesuffix("/v1")},
}


@pytest.mark.parametrize("api", PROVIDERS)
def test_who_asks_first_asks_for_all(stage, api):
    weir = stage.weir(cloud=PROVIDERS[api](stage), policy=CACHED)
    every_way = [(client, stream) for client in CLIENTS for stream in (False, True)]
    for first, as_stream in every_way:
        question = f"Capital of France, asks {first.__name__} {as_stream}?"
        assert first(weir, question, as_stream) == "Paris, I think."
        for other, stream in every_way:
            assert other(weir, question, stream) == "Paris, I think."
    assert weir.metric("weir_cache_misses_total") == len(every_way)
    assert weir.metric("weir_cache_hits_total") == len(every_way) ** 2


def test_a_hit_says_in_its_usage_that_no_prompt_was_read(stage):
    weir = stage.weir(cloud=stage.provider(says("Paris.", usage=(9, 5))), policy=CACHED)
    messages = [{"role": "user", "content": "Capital?"}]
    assert "prompt_tokens_details" not in weir.chat("Capital?").json["usage"]
    usage = weir.chat("Capital?").json["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"]) == (9, 5)
    assert usage["prompt_tokens_details"]["cached_tokens"] == 9
    assert weir.stream("Capital?", stream_options={"include_usage": True}).usage["prompt_tokens_details"]["cached_tokens"] == 9
    assert weir.stream("Capital?").usage is None
    usage = weir.post({"model": "auto", "max_tokens": 50, "messages": messages}, path="/v1/messages").json["usage"]
    assert (usage["input_tokens"], usage["cache_read_input_tokens"], usage["output_tokens"]) == (0, 9, 5)
    usage = weir.post({"model": "auto", "input": "Capital?"}, path="/v1/responses").json["usage"]
    assert usage["input_tokens_details"]["cached_tokens"] == 9


def test_an_answer_stands_for_every_limit_that_it_fits_in(stage):
    cloud = stage.provider(says("Paris.", usage=(9, 5)))
    weir = stage.weir(cloud=cloud, policy=CACHED)
    told = [weir.chat("Capital?", max_tokens=limit).told("cache") for limit in (100, 5, 1000, 4)]
    assert told == ["miss", "hit", "hit", "miss"]


# ---- what a client wishes ----


def test_wishes(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy=CACHED)

    def ask(words, control):
        answer = weir.post({"model": "auto", "messages": [{"role": "user", "content": words}]}, headers={"cache-control": control})
        return answer.status, answer.told("cache"), len(cloud.requests)

    assert ask("one", "only-if-cached")[0] == 504
    assert not cloud.requests
    assert ask("one", "no-store") == (200, "bypass", 1)
    assert ask("one", "no-cache") == (200, "bypass", 2)  # not out of the cache, but into it
    assert ask("one", "only-if-cached") == (200, "hit", 2)
    assert ask("one", "max-age=100") == (200, "hit", 2)
    wait_for(lambda: ask("one", "max-age=0")[1] == "miss", what="an answer to have an age")
    assert ask("two", "only-if-cached, max-age=5")[0] == 504


def test_of_many_for_whom_it_is_too_old_one_asks(stage):
    gate = Gate(says("new"))
    cloud = stage.provider(in_turn(says("old"), gate))
    weir = stage.weir(cloud=cloud, policy=CACHED)
    weir.chat("hello")
    time.sleep(0.01)  # it has an age

    def ask(_):
        return weir.post({"model": "auto", "messages": [{"role": "user", "content": "hello"}]}, headers={"cache-control": "max-age=0"})

    with concurrent.futures.ThreadPoolExecutor(20) as crowd:
        futures = [crowd.submit(ask, at) for at in range(20)]
        wait_for(lambda: weir.metric("weir_requests_running") == 20, what="all to be in hand")
        assert weir.chat("hello").text == "old"  # who takes it does not wait
        gate.opened.set()
        told = [future.result() for future in futures]
    assert {answer.text for answer in told} == {"new"} and len(cloud.requests) == 2
    assert sorted(answer.told("cache") for answer in told) == ["hit"] * 19 + ["miss"]


def test_only_if_cached_is_refused_in_the_clients_dialect(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")))  # a route that remembers nothing
    wish = {"cache-control": "only-if-cached"}
    answer = weir.post({"model": "auto", "messages": [{"role": "user", "content": "one"}]}, headers=wish)
    assert (answer.status, answer.error["code"]) == (504, "not_cached")
    assert answer.headers["x-should-retry"] == "false"
    answer = weir.post({"model": "auto", "max_tokens": 9, "messages": [{"role": "user", "content": "one"}]}, path="/v1/messages", headers=wish)
    assert answer.status == 504 and answer.json["type"] == "error"


def test_headers_tell_how_it_came_to_that(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")), policy=CACHED, prices=PRICES)
    first, second = weir.chat("hello"), weir.chat("hello")
    assert first.headers["cache-status"] == "weir; fwd=miss" and "age" not in first.headers
    assert second.parameter("cache", "by") == "exact"
    assert second.headers["cache-status"].startswith("weir; hit; ttl=") and int(second.headers["age"]) >= 0
    assert weir.chat("hello", temperature=1.5).headers["x-weir-cache"] == "bypass; because=temperature"


@pytest.mark.parametrize("more, word", [({"n": 2}, "choices"), ({"logprobs": True}, "logprobs"), ({"seed": 7}, "seed")],
                         ids=lambda value: value if isinstance(value, str) else "")
def test_what_wants_samples_is_asked_each_time_unless_the_route_says_so(stage, more, word):
    route = {"name": "kept", "ask": ["large"], "cache": {"keep": "1h"}}
    cloud = stage.provider(says("yes", logprob=-0.1))
    weir = stage.weir(cloud=cloud, policy={"routes": [route]})
    assert [weir.chat("hello", **more).parameter("cache", "because") for _ in range(2)] == [word] * 2
    route["cache"]["also"] = word
    stage.write_policy({"routes": [route]})
    weir.reload()
    wait_for(lambda: weir.chat("hello", **more).told("cache") == "hit", what="the new policy")


def test_calls_of_tools_are_kept_where_the_route_says_so(stage):
    route = {"name": "kept", "ask": ["large"], "cache": {"keep": "1h", "also": ["tools"]}}
    cloud = stage.provider(calls(lambda request: ("look_up", {"city": "Paris"}), says("done")))
    weir = stage.weir(cloud=cloud, policy={"routes": [route]})
    tools = [{"type": "function", "function": {"name": "look_up", "parameters": {}}}]
    first, second, streamed = weir.chat("weather?", tools=tools), weir.chat("weather?", tools=tools), weir.stream("weather?", tools=tools)
    assert (first.told("cache"), second.told("cache"), streamed.told("cache")) == ("miss", "hit", "hit")
    assert second.json["choices"] == first.json["choices"]
    call = [chunk["choices"][0]["delta"]["tool_calls"][0] for chunk in streamed.chunks if chunk["choices"][0]["delta"].get("tool_calls")]
    assert json.loads("".join(piece["function"].get("arguments", "") for piece in call)) == {"city": "Paris"}
    assert streamed.chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"
    stage.write_policy({"routes": [{**route, "cache": {"keep": "1h"}}]})
    weir.reload()
    wait_for(lambda: weir.chat("weather?", tools=tools).told("cache") == "miss", what="the route to want them no more")


# ---- between teams ----


def test_a_namespace_is_shared_but_not_what_is_hidden(stage):
    cloud = stage.provider(says(lambda request: "I was told: " + request.question))
    policy = {**CACHED, "routes": [{"name": "kept", "ask": ["large"], "cache": {"keep": "1h", "share": "handbook"}}]}
    weir = stage.weir(cloud=cloud, policy=policy, teams={"red": {"keys": ["key-of-red"]}, "blue": {"keys": ["key-of-blue"]}})
    assert [weir.chat("hello", key=key).told("cache") for key in ("key-of-red", "key-of-blue")] == ["miss", "hit"]
    hidden = "write to ada@example.com"
    answers = [weir.chat(hidden, key=key) for key in ("key-of-red", "key-of-blue", "key-of-blue")]
    assert [answer.told("cache") for answer in answers] == ["miss", "miss", "hit"]
    assert {answer.text for answer in answers} == {"I was told: " + hidden}


# ---- past its time ----


def test_what_is_past_its_time_is_given_at_once_and_asked_for_behind(stage):
    cloud = stage.provider(in_turn(says("old"), says("new")))
    route = {"name": "kept", "ask": ["large"], "cache": {"keep": "1s", "stale": "1h"}}
    weir = stage.weir(cloud=cloud, policy={"routes": [route]}, prices=PRICES)
    assert weir.chat("hello").text == "old"
    stale = wait_for(lambda: (answer := weir.chat("hello")).told("cache") == "stale" and answer, what="it to be past its time")
    assert stale.text == "old" and stale.told("cost-usd") == "0.000000000"
    wait_for(lambda: weir.chat("hello").text == "new", what="what was asked for behind")
    wait_for(lambda: weir.metric("weir_requests_running") == 0, what="nobody to be in hand")
    assert weir.metric("weir_cache_stale_total") >= 1


def test_behind_the_back_of_many_one_asks(stage):
    gate = threading.Event()

    def slow(request, wire):
        gate.wait(20)
        says("new")(request, wire)

    cloud = stage.provider(in_turn(says("old"), slow))
    route = {"name": "kept", "ask": ["large"], "cache": {"keep": "1s", "stale": "1h"}}
    weir = stage.weir(cloud=cloud, policy={"routes": [route]})
    weir.chat("hello")
    wait_for(lambda: weir.chat("hello").told("cache") == "stale", what="it to be past its time")
    with concurrent.futures.ThreadPoolExecutor(20) as crowd:
        assert {answer.text for answer in crowd.map(lambda _: weir.chat("hello"), range(20))} == {"old"}
    assert len(cloud.requests) == 2
    gate.set()
    wait_for(lambda: weir.chat("hello").text == "new", what="what was asked for behind")


def test_who_asks_behind_holds_up_no_stop(stage):
    cloud = stage.provider(in_turn(says("old"), stalls_until_gone))
    route = {"name": "kept", "ask": ["large"], "cache": {"keep": "1s", "stale": "1h"}}
    weir = stage.weir(cloud=cloud, policy={"routes": [route]})
    weir.chat("hello")
    wait_for(lambda: weir.chat("hello").told("cache") == "stale" and len(cloud.requests) == 2, what="it to be asked for behind")
    weir.stop()
    assert cloud.left.wait(5)


# ---- one asks, others wait ----


class Gate:
    """A provider's script that waits to be let go."""

    def __init__(self, script):
        self.script, self.opened = script, threading.Event()

    def __call__(self, request, wire):
        self.opened.wait(30)
        self.script(request, wire)


def two_proxies(stage, **wanted):
    settings = stage.settings(**wanted)
    return [stage.weir(settings=settings, name=name) for name in ("one", "two")]


@pytest.mark.threads
@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_a_hundred_ask_at_once_and_one_is_sent(stage, ask):
    gate = Gate(says("forty-two", usage=(1, 100)))
    cloud = stage.provider(gate)
    policy = {**CACHED, "cost": [{"name": "purse", "budget": {"usd": 100, "every": "month"}}]}
    proxies = two_proxies(stage, cloud=cloud, policy=policy, prices={"large": {"input": 0, "output": 1000}})
    with concurrent.futures.ThreadPoolExecutor(100) as crowd:
        futures = [crowd.submit(getattr(proxies[at % 2], ask), "six times nine?", max_tokens=100) for at in range(100)]
        wait_for(lambda: sum(proxy.metric("weir_requests_running") for proxy in proxies) == 100, what="all to be in hand")
        gate.opened.set()
        told = [future.result() for future in futures]
    assert {answer.text for answer in told} == {"forty-two"}
    assert sorted(answer.told("cache") for answer in told) == ["hit"] * 99 + ["miss"]
    assert len(cloud.requests) == 1
    assert sum(proxy.metric("weir_cost_nanousd_total") for proxy in proxies) == 100_000_000
    wait_for(lambda: float(proxies[0].chat("how much is left?", max_tokens=1).told("budget-remaining-usd")) == 99.8, what="the books")


def test_who_hangs_up_lets_the_next_one_ask(stage):
    gate = Gate(says("yes"))
    cloud = stage.provider(in_turn(stalls_until_gone, gate))
    weir = stage.weir(cloud=cloud, policy=CACHED)
    first = weir.send_chat("hello")
    wait_for(lambda: len(cloud.requests) == 1, what="the first to be asked for")
    with concurrent.futures.ThreadPoolExecutor(8) as crowd:
        futures = [crowd.submit(weir.chat, "hello") for _ in range(8)]
        wait_for(lambda: weir.metric("weir_requests_running") == 9, what="all to be in hand")
        first.close()
        wait_for(lambda: len(cloud.requests) == 2, what="the next to be asked for")
        gate.opened.set()
        assert {future.result().text for future in futures} == {"yes"}
    assert len(cloud.requests) == 2


def stalls_until_gone(request, wire):
    wire.wait_until_gone(30)


def test_where_nothing_can_be_kept_all_go_on(stage):
    gate = Gate(fails(500))
    cloud = stage.provider(in_turn(gate, says("yes")))
    weir = stage.weir(cloud=cloud, policy=CACHED)
    with concurrent.futures.ThreadPoolExecutor(8) as crowd:
        futures = [crowd.submit(weir.chat, "hello") for _ in range(8)]
        wait_for(lambda: weir.metric("weir_requests_running") == 8, what="all to be in hand")
        gate.opened.set()
        statuses = sorted(future.result().status for future in futures)
    assert statuses == [200] * 7 + [502]


def test_a_killed_proxy_frees_those_who_wait(stage):
    gate = Gate(says("yes"))
    cloud = stage.provider(in_turn(stalls_until_gone, gate))
    keeper = stage.weir(cloud=cloud, policy=CACHED, name="keeper")  # whose Redis it is
    one, two = two_proxies(stage, cloud=cloud, policy=CACHED)
    killed = one.send_chat("hello")
    wait_for(lambda: len(cloud.requests) == 1, what="the first to be asked for")
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        waiting = other.submit(two.chat, "hello")
        wait_for(lambda: two.metric("weir_requests_running") == 1, what="the second to be in hand")
        one.child.send_signal(signal.SIGKILL)
        one.child.wait()
        killed.close()
        stage.actors.remove(one)
        gate.opened.set()
        assert waiting.result(20).text == "yes"
    assert keeper.chat("hello").told("cache") == "hit"


def test_patience_is_the_routes(stage):
    cloud = stage.provider(in_turn(stalls_until_gone, says("yes")))
    route = {"name": "kept", "ask": ["large"], "cache": {"keep": "1h", "wait": "100ms"}}
    weir = stage.weir(cloud=cloud, policy={"routes": [route]})
    first = weir.send_chat("hello")
    wait_for(lambda: len(cloud.requests) == 1, what="the first to be asked for")
    second = weir.chat("hello")
    assert second.text == "yes" and "waited" in second.headers["x-weir-cache"]
    first.close()


def test_a_stream_that_waits_is_kept_awake(stage):
    gate = Gate(says("yes"))
    cloud = stage.provider(gate)
    settings = stage.settings(cloud=cloud, policy=CACHED, limits={"ping": "100ms"})
    weir = stage.weir(settings=settings)
    with concurrent.futures.ThreadPoolExecutor(2) as crowd:
        futures = [crowd.submit(weir.stream, "hello") for _ in range(2)]
        wait_for(lambda: weir.metric("weir_requests_running") == 2, what="both to be in hand")
        time.sleep(0.4)
        gate.opened.set()
        told = [future.result() for future in futures]
    assert [stream.text for stream in told] == ["yes"] * 2 and all(stream.is_done for stream in told)
    assert all(b": still at it" in stream.body for stream in told)
    assert any(b": x-weir-cache: hit" in stream.body for stream in told)
    assert len(cloud.requests) == 1


# ---- what lies in Redis ----


def test_nothing_that_was_said_lies_in_redis(stage):
    cloud = stage.provider(says("the capital of canarias is kept"))
    settings = stage.settings(cloud=cloud, policy=CACHED)
    weir = stage.weir(settings=settings)
    weir.chat("what of the canary ada.canary@example.com?")
    assert weir.chat("what of the canary ada.canary@example.com?").told("cache") == "hit"
    weir.stop()  # its Redis writes all that it has
    kept = b"".join(path.read_bytes() for path in (stage.folder / "state").rglob("*") if path.is_file())
    assert b":cache:e:" in kept
    assert b"canar" not in kept


def test_what_was_changed_in_redis_is_a_miss(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy=CACHED)
    weir.chat("hello")
    key = weir.redis("keys", "weir:*:cache:e:*")[0]
    weir.redis("setrange", key, "40", "XXXX")
    assert weir.chat("hello").told("cache") == "miss"
    assert weir.metric("weir_cache_unreadable_total") == 1
    assert "cache_unreadable" in weir.log and "cache_other_secret" not in weir.log
    assert weir.chat("hello").told("cache") == "hit"


# ---- looking at it, and forgetting ----


def cache_command(stage, weir, *argv):
    done = stage.run("cache", *argv, "-c", weir.settings_path)
    return done.returncode, done.stdout


def test_what_is_remembered_is_shown_and_forgotten(stage):
    policy = {**CACHED, "routes": [{"name": "kept", "when": {"model": "auto"}, "ask": ["large"], "cache": {"keep": "1h"}},
                                   {"name": "also", "ask": ["small"], "cache": {"keep": "2h", "share": "all of us"}}]}
    settings = stage.settings(cloud=stage.provider(says("yes")), local=stage.provider(says("no")), policy=policy, prices=PRICES,
                              teams={"red": {"keys": ["key-of-red"]}, "blue": {"keys": ["key-of-blue"]}})
    weir = stage.weir(settings={**settings, "admin": {"address": "127.0.0.1:0", "key": "the-admin-api-of-a-test"}})
    other = stage.weir(settings=settings, name="other")
    for key, words in (("key-of-red", "one"), ("key-of-red", "two"), ("key-of-blue", "one, to ada@example.com\x1b]0;yours\x07\u009b2J")):
        weir.chat(words, key=key)
    weir.chat("two", key="key-of-red")
    weir.chat("three", key="key-of-red", model="weir/also")

    spaces = {space["space"]: space for space in json.loads(cache_command(stage, weir, "stats", "--json")[1])["spaces"]}
    assert {name: (space["entries"], space["kept"], space["hits"]) for name, space in spaces.items()} == {
        "team red": (2, 2, 1), "team blue": (1, 1, 0), "share all of us": (1, 1, 0)}
    assert spaces["team red"]["saved_usd"] == "0.014000000" and spaces["team red"]["bytes"] > 300
    assert {space["space"] for space in weir.admin("GET", "/cache").json["spaces"]} == set(spaces)

    entries = weir.admin("GET", "/cache/entries?team=red&route=kept").json
    assert len(entries["entries"]) == 2 and not entries["has_more"]
    assert entries["entries"][0]["model"] == "large" and 3590 <= entries["entries"][0]["fresh_s"] <= 3600
    assert weir.admin("GET", "/cache/entries?most=1").json["has_more"]

    key = weir.admin("GET", "/cache/entries?team=blue").json["entries"][0]["key"]
    status, shown = cache_command(stage, weir, "look", "--key", key[:20], "--answer")
    assert status == 0 and "one, to EMAIL_" in shown and '"yes"' in shown and "ada@" not in shown
    assert "?]0;yours??2J" in shown, "no terminal obeys what somebody asked"

    assert weir.admin("POST", "/cache/purge", {"team": "red", "text": "two"}).json == {"purged": 1}
    assert [other.chat(words, key="key-of-red").told("cache") for words in ("one", "two")] == ["hit", "miss"]
    assert cache_command(stage, weir, "purge", "--model", "small") == (0, "1 forgotten\n")
    assert cache_command(stage, weir, "purge", "--older", "1h", "--json") == (0, '{"purged":0}\n')
    assert cache_command(stage, weir, "purge")[0] == 2
    assert weir.admin("POST", "/cache/purge", {}).status == 400
    assert cache_command(stage, weir, "purge", "--all") == (0, "3 forgotten\n")
    assert other.chat("one", key="key-of-red").told("cache") == "miss"


def reload_with(weir, settings):
    before = weir.metric("weir_reloads_total")
    weir.settings_path.write_text(json.dumps(settings))
    weir.reload()
    wait_for(lambda: weir.metric("weir_reloads_total") > before, what="the new settings")


def test_what_was_on_its_way_when_all_was_purged_is_not_kept(stage):
    gate = Gate(says("older than the purge"))
    cloud = stage.provider(in_turn(says("yes"), gate, says("newer")))
    weir = stage.weir(cloud=cloud, policy=CACHED)
    weir.chat("something else")
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        asked = other.submit(weir.chat, "hello")
        wait_for(lambda: len(cloud.requests) == 2, what="it to be asked for")
        assert cache_command(stage, weir, "purge", "--all") == (0, "1 forgotten\n")
        gate.opened.set()
        assert asked.result().text == "older than the purge"
    assert [weir.chat("hello").text for _ in range(2)] == ["newer"] * 2
    assert weir.chat("hello").told("cache") == "hit"


@pytest.mark.parametrize("name", ["large", "both"])
def test_who_takes_the_place_of_a_model_is_asked_itself(stage, name):
    first, second = stage.provider(says("the first one's")), stage.provider(says("the second one's"))
    policy = {"routes": [{"name": "kept", "ask": [name], "cache": {"keep": "1h"}}]}
    settings = stage.settings(cloud=first, policy=policy)
    settings["models"]["both"] = {"any": ["large"]}
    weir = stage.weir(settings=settings)
    assert [weir.chat("hello").told("cache") for _ in range(2)] == ["miss", "hit"]
    settings["providers"]["cloud"]["url"] = second.url()  # nothing else of it is another
    reload_with(weir, settings)
    assert (weir.chat("hello").text, weir.chat("hello").told("cache")) == ("the second one's", "hit")
    settings["models"]["large"]["model"] = "larger-as-sent"
    reload_with(weir, settings)
    assert weir.chat("hello").told("cache") == "miss"


def test_a_turn_that_is_only_paused_is_no_answer(stage):
    cloud = stage.provider(answers(text("Let me look that up."), stop="pause_turn"))
    weir = stage.weir(cloud={"api": "anthropic", "url": cloud.url().removesuffix("/v1")}, policy=CACHED)
    for ask in (ask_as_anthropic, ask_as_openai):
        for stream in (False, True):
            assert ask(weir, "hello", stream) == "Let me look that up."
    assert weir.metric("weir_cache_hits_total") == 0


def test_an_answer_to_half_a_prompt_is_not_kept(stage):
    near = stage.provider(says("yes", usage=(256, 1)))  # of more words than that
    weir = stage.weir(local=near, policy={"routes": [{"name": "kept", "ask": ["small"], "cache": {"keep": "1h"}}]})
    assert [weir.chat("word " * words).told("cache") for words in (400, 400, 100, 100)] == ["miss", "miss", "miss", "hit"]


def test_who_names_a_model_is_remembered_where_a_policy_says_so(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy={**CACHED, "named": {"cache": {"keep": "1h"}}})
    assert [weir.chat("hello", model=model).told("cache") for model in ("large", "large", "auto")] == ["miss", "hit", "miss"]


def test_another_version_of_a_dialect_is_asked_for_itself(stage):
    cloud = stage.provider(answers(text("yes")))
    weir = stage.weir(cloud={"api": "anthropic", "url": cloud.url().removesuffix("/v1")}, policy=CACHED)

    def ask(**headers):
        return weir.post({"model": "auto", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}, path="/v1/messages",
                         headers={f"anthropic-{name}": value for name, value in headers.items()}).told("cache")

    assert [ask(version="2023-06-01"), ask(), weir.chat("hello").told("cache")] == ["miss", "hit", "hit"]
    assert [ask(version="2026-10-21"), ask(version="2026-10-21")] == ["miss", "hit"]
    assert [ask(version="2023-06-01", beta="tried-out"), ask()] == ["miss", "hit"]
