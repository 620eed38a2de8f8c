"""A question in other words is answered from the cache, where nothing that matters differs: and only there."""
import subprocess
import time

import pytest

from actors.scripted import in_turn, says
from actors.weir import ROOT, free_port, wait_for

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
pytestmark = pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")

QUESTION, OTHER_WORDS = "How do I reset my password?", "How can I reset my password?"
PRICES = {"large": {"input": 1, "output": 1}}


def policy(keep="1h", **more):
    return {"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"}],
            "routes": [{"name": "kept", "ask": ["large"], "cache": {"keep": keep, "similar": {"max_error": 0.01, **more}}}]}


def begin(stage, cloud, **more):
    more.setdefault("policy", policy())
    return stage.weir(cloud=cloud, prices=PRICES, slm={"model": str(MODEL), "threads": 1}, limits={"inspect": "60s"}, loops=1, **more)


def known(weir, count=1):
    wait_for(lambda: weir.metric("weir_cache_known_questions") == count, what="the question to be known")


def by(answer):
    return answer.told("cache"), answer.parameter("cache", "by")


def test_a_paraphrase_is_answered_and_a_trap_is_not(stage):
    cloud = stage.provider(says("an answer"))
    weir = begin(stage, cloud)
    assert by(weir.chat(QUESTION)) == ("miss", None)
    known(weir)

    hit = weir.chat(OTHER_WORDS)
    assert by(hit) == ("hit", "similar") and hit.text == "an answer"
    assert float(hit.parameter("cache", "similarity")) > .9 and float(hit.parameter("cache", "chance")) > .8
    assert hit.told("cost-usd") == "0.000000000"
    assert weir.stream(OTHER_WORDS).text == "an answer"
    assert by(weir.chat(QUESTION)) == ("hit", "exact")
    for trap, differs in [("How do I reset my PIN?", "name"), ("How do I not reset my password?", "negation"), ("How did I reset my password?", "time"),
                          ("Why do I reset my password?", "asked"), ("How do I reset 2 of my passwords?", "number"), ("How do I change my password?", "meaning")]:
        missed = weir.chat(trap)
        assert (missed.told("cache"), missed.parameter("cache", "differs")) == ("miss", differs), trap
    assert weir.metric("weir_cache_similar_total") == 2
    assert weir.metric("weir_cache_unlike_total") == 6
    assert len(cloud.requests) == 7


@pytest.mark.parametrize("second", [
    {"messages": [{"role": "user", "content": "I use a Mac."}, {"role": "assistant", "content": "Good."}, {"role": "user", "content": OTHER_WORDS}]},
    {"messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": OTHER_WORDS}]},
    {"messages": [{"role": "user", "content": OTHER_WORDS}], "temperature": 0.5},
], ids=["another conversation", "another system prompt", "another temperature"])
def test_the_same_last_line_elsewhere_is_another_question(stage, second):
    cloud = stage.provider(says("an answer"))
    weir = begin(stage, cloud)
    first = {"model": "auto", "messages": [{"role": "user", "content": QUESTION}], "temperature": 0}
    weir.post(first)
    known(weir)
    assert by(weir.post({**first, **second})) == ("miss", None)


def test_in_the_same_conversation_it_is_the_same(stage):
    cloud = stage.provider(says("an answer"))
    weir = begin(stage, cloud)
    turns = [{"role": "user", "content": "I use a Mac."}, {"role": "assistant", "content": "Good."}]
    asked = [weir.post({"model": "auto", "messages": [*turns, {"role": "user", "content": words}]}) for words in [QUESTION]]
    known(weir)
    asked.append(weir.post({"model": "auto", "messages": [*turns, {"role": "user", "content": OTHER_WORDS}]}))
    assert [by(answer) for answer in asked] == [("miss", None), ("hit", "similar")]


def test_what_is_hidden_must_be_the_same_too(stage):
    cloud = stage.provider(says("done"))
    weir = begin(stage, cloud)
    weir.chat("Please write a polite reminder to ada@example.com")
    known(weir)
    assert by(weir.chat("Write a polite reminder to ada@example.com please")) == ("hit", "similar")
    assert weir.chat("Write a polite reminder to bob@example.com please").parameter("cache", "differs") == "identifier"


def test_another_team_is_not_told(stage):
    cloud = stage.provider(says("an answer"))
    weir = begin(stage, cloud, teams={"red": {"keys": ["key-of-red"]}, "blue": {"keys": ["key-of-blue"]}})
    weir.chat(QUESTION, key="key-of-red")
    known(weir)
    assert by(weir.chat(OTHER_WORDS, key="key-of-blue")) == ("miss", None)
    assert by(weir.chat(OTHER_WORDS, key="key-of-red")) == ("hit", "similar")


def test_a_route_that_does_not_ask_for_it_compares_nothing(stage):
    cloud = stage.provider(says("an answer"))
    weir = begin(stage, cloud, policy={"routes": [{"name": "kept", "ask": ["large"], "cache": {"keep": "1h"}}]})
    assert [by(weir.chat(words)) for words in (QUESTION, OTHER_WORDS)] == [("miss", None)] * 2
    assert weir.metric("weir_cache_known_questions") == 0


@pytest.mark.parametrize("given, right", [("It calms.", "Bears eat berries."), ("Professor Petrova lists three of them.", "Professor Ivanova lists three of them."),
                                          ("There are 3.", "There are 4.")], ids=["another subject", "another name", "another number"])
def test_a_hit_that_is_audited_is_asked_for_all_the_same_and_a_wrong_one_raises_the_bar(stage, given, right):
    cloud = stage.provider(in_turn(says(given), *[says(right)] * 3))
    weir = begin(stage, cloud, policy=policy(audit=1))
    tea, tea_again = "What are the health benefits of green tea?", "What health benefits does green tea have?"
    weir.chat(tea)
    known(weir)
    hit = weir.chat(tea_again)
    assert by(hit) == ("hit", "similar") and hit.text == given
    wait_for(lambda: weir.metric("weir_cache_audits_total") == 1, what="the audit")
    assert weir.metric("weir_cache_audits_wrong_total") == 1
    assert len(cloud.requests) == 2
    known(weir, 2)  # and the right answer is known now
    assert weir.chat(tea_again).text == right

    weir.chat("Explain quantum entanglement to a child")
    known(weir, 3)
    time.sleep(1.2)  # the bar is heard of within a second; else it would be a hit
    assert by(weir.chat("Can you explain quantum entanglement to a child?")) == ("miss", None)


def test_a_right_one_leaves_the_bar_and_what_stays_here_is_not_audited(stage):
    cloud = stage.provider(says("It calms."))
    near = stage.provider(says("It calms."))
    weir = begin(stage, cloud, local=near, policy={"privacy": [{"name": "tea stays", "when": {"pii": ["email"]}, "reach": "local"}], "routes": [
        {"name": "kept", "ask": ["large", "small"], "cache": {"keep": "1h", "similar": {"max_error": 0.01, "audit": 1}}}]})
    for count, of in [(1, "green tea"), (3, "green tea for ada@example.com")]:  # between them the audited one is known
        weir.chat(f"What are the health benefits of {of}?")
        wait_for(lambda: weir.metric("weir_cache_known_questions") == count, what="the question to be known")
        assert by(weir.chat(f"What health benefits does {of} have?")) == ("hit", "similar")
        wait_for(lambda: weir.metric("weir_cache_audits_total") == 1, what="the audit")
    assert weir.metric("weir_cache_audits_wrong_total") == 0


def test_what_has_grown_old_is_forgotten(stage):
    cloud = stage.provider(says("an answer"))
    weir = begin(stage, cloud, policy=policy(keep="2s"))
    weir.chat(QUESTION)
    known(weir)
    known(weir, 0)
    assert by(weir.chat(OTHER_WORDS)) == ("miss", None)


@pytest.fixture
def redis():
    """A Redis for two proxies."""
    port = free_port()
    child = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL)

    def ask(*words):
        return subprocess.run(["redis-cli", "-p", str(port), *words], capture_output=True, text=True, errors="replace").stdout.strip()
    wait_for(lambda: ask("ping") == "PONG", 20, "Redis")
    ask.url, ask.child = f"redis://127.0.0.1:{port}/0", child
    yield ask
    child.kill()
    child.wait()


def test_what_one_proxy_has_answered_the_other_knows_within_a_second_until_it_is_purged(stage, redis):
    cloud = stage.provider(in_turn(says("an answer"), says("a newer one")))
    shared = {"redis": {"url": redis.url}, "secret": "one secret for both of them, long enough"}
    one, other = (begin(stage, cloud, name=name, **shared) for name in ("one", "other"))
    began = time.monotonic()
    one.chat(QUESTION)
    known(other)
    assert time.monotonic() - began < 5  # one second where nobody else works
    assert by(other.chat(OTHER_WORDS)) == ("hit", "similar")

    sealed = redis("xrange", "weir:cache:similar", "-", "+")
    assert "password" not in sealed
    entry, = [key for key in redis("keys", "weir:*:cache:e:*").splitlines()]
    redis("del", entry)
    assert by(other.chat(OTHER_WORDS))[0] == "miss"  # what is not in Redis is not served
    known(other, 1)  # the new words; the old question went with its answer

    redis("flushall")
    known(one, 0)
    assert by(one.chat(QUESTION))[0] == "miss"


def test_what_is_purged_is_forgotten_by_all_and_may_be_asked_again(stage, redis):
    cloud = stage.provider(says("an answer"))
    shared = {"redis": {"url": redis.url}, "secret": "one secret for both of them, long enough"}
    one, other = (begin(stage, cloud, name=name, **shared) for name in ("one", "other"))
    for count, words in enumerate([QUESTION, "Explain quantum entanglement to a child"], 1):
        one.chat(words)
        known(other, count)
    purged = stage.run("cache", "purge", "--text", QUESTION, "-c", one.settings_path)
    assert purged.stdout == "1 forgotten\n"
    known(one, 1)
    known(other, 1)
    assert by(other.chat("Can you explain quantum entanglement to a child?")) == ("hit", "similar")
    assert by(other.chat(OTHER_WORDS)) == ("miss", None)
    known(one, 2)
    redis("xadd", "weir:cache:similar", "*", "gone", "no hex" * 30)
    one.chat("What are the health benefits of green tea?")  # which both read behind it
    known(other, 3)
    assert by(one.chat(QUESTION)) == ("hit", "similar")


def test_foreign_entries_are_passed_over_and_without_redis_all_is_a_miss(stage, redis):
    cloud = stage.provider(says("an answer"))
    weir = begin(stage, cloud, redis={"url": redis.url})
    redis("xadd", "weir:cache:similar", "*", "e", "nonsense")
    redis("xadd", "weir:cache:similar", "*", "other", "x" * 5000, "more", "y")
    weir.chat(QUESTION)
    known(weir)
    assert weir.metric("weir_cache_unreadable_total") == 1 and "similar_unreadable" in weir.log
    stranger = begin(stage, cloud, name="stranger", redis={"url": redis.url}, secret="another secret than theirs, long enough")
    wait_for(lambda: "cache_other_secret" in stranger.log, what="the operator to be told")
    wait_for(lambda: stranger.metric("weir_cache_unreadable_total") == 2, what="the foreign question to be counted")
    redis.child.kill()
    redis.child.wait()
    answer = weir.chat(OTHER_WORDS)
    assert (answer.status, answer.told("cache")) == (200, "miss")
