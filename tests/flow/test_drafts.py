"""A draft is held and judged by what it says; then it is committed, or a better model's answer stands in its place."""
import json
import subprocess
import threading
import time

import pytest

from actors.scripted import chunk, completion, fails, in_turn, says, stream_of
from actors.weir import BINARY, ROOT, wait_for

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"

SCHEMA = {"type": "json_schema", "json_schema": {"name": "n", "schema": {
    "type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"], "additionalProperties": False}}}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {
    "type": "object", "properties": {"at": {"enum": ["sky", "sea"]}}, "required": ["at"]}}}
LONG = " ".join(f"word{i}" for i in range(400))
ROUND = "It is what it is, and so it goes on. " * 20


def policy(when=None, **more):
    escalate = {"to": "large", "when": when or {"confidence": {"below": 0.6}}, **more}
    return {"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"}],
            "routes": [{"name": "near", "ask": ["small"], "escalate": escalate}]}


def calls(name, arguments, size=9):
    """Calls a tool, whole or streamed in pieces."""
    def script(request, wire):
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
        if not request.wants_stream:
            wire.whole(completion(None, "tool_calls", message={"role": "assistant", "content": None, "tool_calls": [call]}))
            return
        wire.head(content_type="text/event-stream")
        wire.event(chunk({"role": "assistant", "tool_calls": [{**call, "index": 0, "function": {"name": name, "arguments": ""}}]}))
        for at in range(0, len(arguments), size):
            wire.event(chunk({"tool_calls": [{"index": 0, "function": {"arguments": arguments[at:at + size]}}]}))
        wire.event(chunk({}, finish="tool_calls"))
        wire.event(b"[DONE]")
        wire.last_chunk()
    return script


DOUBTFUL = {
    "no JSON": (says("age: 3"), {"response_format": SCHEMA}, "malformed"),
    "another shape": (says('{"age": "3"}'), {"response_format": SCHEMA}, "malformed"),
    "a tool that is not there": (calls("listen", "{}"), {"tools": [TOOL]}, "malformed"),
    "arguments that it does not take": (calls("look", '{"at": "the car"}'), {"tools": [TOOL]}, "malformed"),
    "no call where one must be": (says("I need no tool."), {"tools": [TOOL], "tool_choice": "required"}, "malformed"),
    "in circles": (says(ROUND), {}, "repetition"),
    "a wrong sum": (says("That is 12 x 12 = 124 eggs."), {}, "wrong_sums"),
}
FINE = {
    "JSON": (says('{"age": 3}'), {"response_format": SCHEMA}),
    "a call": (calls("look", '{"at": "sky"}'), {"tools": [TOOL]}),
    "JSON?": (says("Fine."), {}),
    "a right sum": (says("That is 12 x 12 = 144 eggs."), {}),
}


@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_what_a_draft_says_is_checked(stage, ask):
    """One Weir for all rows: a draft's script is told by the question."""
    rows = {**{name: row for name, row in DOUBTFUL.items()}, **{name: (*row, None) for name, row in FINE.items()}}
    local = stage.provider(lambda request, wire: rows[request.question.partition(":")[0]][0](request, wire))
    cloud = stage.provider(says("surely"))
    weir = stage.weir(local=local, cloud=cloud, policy=policy(), audit={"file": "audit.log"})
    for name, (_, more, doubt) in rows.items():
        answer = getattr(weir, ask)(f"{name}: tell me now what you see there", **more)
        assert (name, answer.told("escalated"), answer.told("model")) == (name, doubt, "large" if doubt else "small")
    audit = weir.folder / "audit.log"  # written when the client has its answer
    wait_for(lambda: audit.exists() and audit.read_text().count("\n") == len(rows))
    entries = [json.loads(line) for line in audit.read_text().splitlines()]
    assert [entry.get("doubt") for entry in entries] == [row[2] for row in rows.values()]
    assert [entry.get("draft") for entry in entries] == ["small" if row[2] else None for row in rows.values()]
    assert getattr(weir, ask)("JSON?: " + LONG).told("escalated") == "prompt_cut", "nine tokens cannot be four hundred words"
    assert weir.metric("weir_doubts_total") == weir.metric("weir_escalations_total") == len(DOUBTFUL) + 1


def test_a_draft_whose_marks_are_those_of_wrong_ones_is_followed(stage):
    question = "A farm has 12 hens. Each lays 5 eggs a week. 3 of 4 eggs are sold at $2 each. How much does it earn a week?"
    right = "12 x 5 = 60 eggs are laid. 60 * 3 / 4 = 45 eggs are sold. 45 * 2 = 90. It earns $90."
    local, cloud = stage.provider(in_turn(says(right), says("Each hen would lay about 0.6 eggs, so perhaps it earns 7.2"))), stage.provider(says("$90"))
    weir = stage.weir(local=local, cloud=cloud, policy=policy({"likely_wrong": {"above": 0.5}}, hold_tokens="all"))
    assert weir.chat(question).text == right
    answer = weir.stream(question)
    assert (answer.text, answer.told("escalated")) == ("$90", "likely_wrong")


def test_doubts_are_named_one_by_one(stage):
    local, cloud = stage.provider(says("I'm sorry, but I can't help with that. That is 1 + 1 = 3.")), stage.provider(says("surely"))
    weir = stage.weir(local=local, cloud=cloud, policy=policy({"confidence": {"below": 0.6}, "refusal": False, "wrong_sums": False}))
    assert weir.chat("hello").told("model") == "small"


# ---- streams ----


def spoken(words, gate=None, finish="stop", rest="", logprob=None):
    """A stream of these words, then, when the gate opens, of the rest."""
    def script(request, wire):
        first, *events = stream_of(words, finish, None, logprob)
        wire.head(content_type="text/event-stream")
        for value in [first, *events[:-1]]:
            wire.event(value)
        if gate:
            assert gate(10)
        for value in [*stream_of(rest, finish)[1:-1], events[-1]]:
            wire.event(value)
        wire.event(b"[DONE]")
        wire.last_chunk()
    return script


def read_until(client, words, seconds=10):
    """What has come by the time that the words have."""
    seen, deadline = b"", time.monotonic() + seconds
    client.settimeout(seconds)
    while words not in seen and time.monotonic() < deadline:
        seen += client.recv(65536)
    return seen


def test_a_draft_that_does_well_is_streamed_once_it_was_held_long_enough(stage):
    may_end = threading.Event()
    local, cloud = stage.provider(spoken(LONG, may_end.wait, rest=" end")), stage.provider()
    weir = stage.weir(local=local, cloud=cloud, policy=policy(hold_tokens=100))
    client = weir.send_chat("hello", stream=True)
    assert b"x-weir-model: small" in read_until(client, b"word"), "while the model still speaks"
    may_end.set()
    assert b" end" in read_until(client, b"[DONE]")
    assert not cloud.requests


def test_a_draft_that_goes_wrong_early_is_hung_up_on(stage):
    local, cloud = stage.provider(lambda request, wire: (wire.head(content_type="text/event-stream"),
                                                         [wire.event(value) for value in stream_of(ROUND * 2)[:-2]],
                                                         wire.wait_until_gone(10))), stage.provider(says("surely"))
    weir = stage.weir(local=local, cloud=cloud, policy=policy(hold_tokens=100))
    answer = weir.stream("hello")
    assert (answer.text, answer.told("escalated"), answer.is_done) == ("surely", "repetition", True)
    assert local.left.wait(5)


def test_what_is_doubted_after_it_has_gone_out_is_told_alone(stage):
    local, cloud = stage.provider(spoken(LONG + " and 2 + 2 = 5")), stage.provider()
    weir = stage.weir(local=local, cloud=cloud, policy=policy({"wrong_sums": True}, hold_tokens=100))
    answer = weir.stream("hello")
    assert answer.text.endswith("2 + 2 = 5") and answer.is_done
    assert answer.told("escalated") is None
    assert weir.metric("weir_doubted_late_total") == 1
    assert weir.metric("weir_escalations_total") == 0


def test_a_sum_is_not_judged_before_it_is_written_out(stage):
    words = "".join(f"w{at:03} " for at in range(78)) + "and 12 x 12 = 144 eggs"
    assert words[:406].endswith("= 14") and 406 % 7 == 0, "where the draft is judged, in the midst of a number"
    weir = stage.weir(local=stage.provider(spoken(words)), cloud=stage.provider(), policy=policy(hold_tokens=100))
    assert weir.stream("hello").text == words
    assert weir.metric("weir_doubts_total") == 0


def test_json_and_calls_are_held_whole(stage):
    local, cloud = stage.provider(spoken(json.dumps({"age": 3, "why": LONG}))), stage.provider(says('{"age": 4}'))
    weir = stage.weir(local=local, cloud=cloud, policy=policy(hold_tokens=10))
    assert weir.stream("hello", response_format=SCHEMA).text == '{"age": 4}'


def test_a_model_hung_up_on_is_asked_again_where_nothing_better_comes(stage):
    local = stage.provider(in_turn(spoken(ROUND * 2), says("well, then")))
    weir = stage.weir(local=local, cloud=stage.provider(fails(400)), policy=policy(hold_tokens=100))
    answer = weir.stream("hello")
    assert (answer.text, answer.told("model"), answer.is_done) == ("well, then", "small", True)
    assert len(local.requests) == 2


def test_a_draft_that_is_looked_through_can_be_hung_up_on_too(stage):
    """The guard holds some bytes back and looks on an SLM thread: the leg ends in the midst of its turn."""
    rules = policy(hold_tokens=100)
    rules["privacy"].append({"name": "no numbers", "answers": {"pii": ["us_ssn"], "do": "redact"}})
    local, cloud = stage.provider(in_turn(spoken(ROUND * 3), spoken(LONG))), stage.provider(says("surely 536-90-4399"))
    weir = stage.weir(local=local, cloud=cloud, policy=rules)
    replaced = weir.stream("hello")
    assert (replaced.text, replaced.told("escalated"), replaced.is_done) == ("surely [removed]", "repetition", True)
    committed = weir.stream("hello")
    assert (committed.text, committed.is_done) == (LONG, True)


def test_a_prompt_cut_in_silence_is_counted_where_no_draft_is_judged(stage):
    weir = stage.weir(local=stage.provider(says("fine", usage=(2048, 3))))
    assert weir.chat("word " * 3000).text == "fine"
    wait_for(lambda: weir.metric("weir_prompts_cut_total") == 1)
    weir.chat("word " * 300)
    assert weir.metric("weir_prompts_cut_total") == 1


# ---- two drafts ----


@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_a_second_draft_that_says_something_else_sends_it_on(stage, ask):
    local, cloud = stage.provider(in_turn(says("So it is 12."), says("So it is 13."))), stage.provider(says("It is 14."))
    weir = stage.weir(local=local, cloud=cloud, policy=policy({"drafts_disagree": True}))
    answer = getattr(weir, ask)("how many?", temperature=0, seed=7)
    assert (answer.text, answer.told("escalated")) == ("It is 14.", "drafts_disagree")
    first, second = (request.json for request in local.requests)
    assert (first["temperature"], second["temperature"]) == (0, 0.7)
    assert first["seed"] != second["seed"]


@pytest.mark.parametrize("second", [says("the answer: 12"), fails(500)])
def test_a_second_draft_that_agrees_or_fails_leaves_the_first(stage, second):
    local, cloud = stage.provider(in_turn(says("So it is 12."), second)), stage.provider()
    weir = stage.weir(local=local, cloud=cloud, policy=policy({"drafts_disagree": True}))
    assert weir.chat("how many?").text == "So it is 12."
    assert len(local.requests) == 2 and not cloud.requests


@pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")
def test_drafts_in_prose_are_compared_by_what_they_mean(stage):
    local = stage.provider(in_turn(says("Paris is the capital of France."), says("The capital of France is Paris."),
                                   says("It was Napoleon, I should think."), says("Sharks have no bones at all.")))
    cloud = stage.provider(says("surely"))
    weir = stage.weir(local=local, cloud=cloud, policy=policy({"drafts_disagree": {"alike": 0.8}}), slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    assert [weir.chat("who?").told("model") for _ in range(2)] == ["small", "large"]
    assert weir.metric("weir_second_drafts_total") == 2


# ---- the second leg ----


def test_the_draft_goes_along_as_a_hint_where_nothing_is_hidden(stage):
    local, cloud = stage.provider(says("perhaps this", logprob=-2.5)), stage.provider(says("surely"))
    weir = stage.weir(local=local, cloud=cloud, policy=policy(hint=True))
    weir.chat("hello")
    weir.chat("write to ann@example.org")
    plain, masked = (request.question for request in cloud.requests)
    assert plain.startswith("hello\n\n[A smaller model's draft") and "perhaps this" in plain
    assert "perhaps" not in masked and "ann@" not in masked


@pytest.mark.parametrize("draft, rule", [("Ask ann@example.org for it.", {"when": {"pii": ["email"]}, "redact": "placeholder"}),
                                         ("Ask ann@example.org for it.", {"when": {"pii": ["email"]}, "reach": "local"}),
                                         ("Ask ann@example.org for it.", {"when": {"pii": ["email"]}, "deny": "never"}),
                                         ("The key is AKIAQ3EGRZ7MWBXK2LTN.", {"when": {"pii": ["email"]}, "redact": "placeholder"})])
def test_what_a_draft_adds_that_is_private_does_not_go_along(stage, draft, rule):
    """A model here may know what the question did not tell: its words go no farther than the same words of a client would."""
    local, cloud = stage.provider(says(draft, logprob=-2.5)), stage.provider(says("surely"))
    weir = stage.weir(local=local, cloud=cloud, policy={**policy(hint=True), "privacy": [{"name": "mail", **rule}]})
    for stream in (False, True):
        answer = weir.stream("whom?", str(stream)) if stream else weir.chat("whom?")
        assert answer.text == "surely"
    assert [request.question for request in cloud.requests] == ["whom?", "whom?"]


def test_anthropics_clients_have_their_drafts_judged_too(stage):
    local, cloud = stage.provider(says("perhaps this", logprob=-2.5)), stage.provider(says("surely"))
    weir = stage.weir(local=local, cloud=cloud, policy=policy(hint=True))
    answer = weir.post({"model": "auto", "max_tokens": 50, "messages": [{"role": "user", "content": "hello"}]}, path="/v1/messages")
    assert (answer.json["content"][0]["text"], answer.told("escalated")) == ("surely", "confidence")
    assert "perhaps this" in cloud.requests[0].question
    answer = weir.post({"model": "auto", "max_tokens": 50, "messages": [{"role": "user", "content": "hello"}], "tool_choice": {"type": "any"},
                        "tools": [{"name": "look", "input_schema": {"type": "object"}}]}, path="/v1/messages")
    assert answer.told("escalated") == "malformed"


def test_a_refusal_is_no_hint(stage):
    local, cloud = stage.provider(says("I'm sorry, but I can't help with that.")), stage.provider(says("surely"))
    weir = stage.weir(local=local, cloud=cloud, policy=policy(hint=True))
    weir.chat("hello")
    assert cloud.requests[0].question == "hello"


@pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")
def test_the_better_model_is_told_hidden_words_and_as_few_of_them(stage):
    rules = policy()
    rules["routes"][0]["compress"] = {"above_tokens": 200, "to": 0.3}
    local, cloud = stage.provider(says("perhaps", logprob=-2.5)), stage.provider(says("surely"))
    weir = stage.weir(local=local, cloud=cloud, policy=rules, slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    history = "".join(f"Boat {n} lies in the harbour. Star {n} shines in the north. " for n in range(40)) + "Ann reads ann@example.org at noon. "
    answer = weir.chat(history, "I have read it.", "When does Ann read ann@example.org?")
    assert (answer.text, answer.told("escalated")) == ("surely", "confidence")
    near, far = (actor.requests[0].json["messages"][0]["content"] for actor in (local, cloud))
    assert int(answer.told("dropped-sentences")) > 20 and len(far) < 0.6 * len(history)
    assert "at noon" in near and "at noon" in far
    assert "ann@example.org" in near and "ann@" not in json.dumps(cloud.requests[0].json)


def test_one_reservation_covers_both_drafts_and_the_better_answer(stage):
    """The worst case of a request is three calls: a budget that has room for two refuses it before anything is asked."""
    local, cloud = stage.provider(in_turn(says("So it is 12."), says("So it is 13."))), stage.provider(says("It is 14.", usage=(10, 10)))
    prices = {"small": {"input": 1, "output": 1}, "large": {"input": 1, "output": 1}}
    rules = policy({"drafts_disagree": True})
    rules["cost"] = [{"name": "a little", "budget": {"usd": 0.0025, "every": "month"}, "over": "deny"}]
    weir = stage.weir(local=local, cloud=cloud, policy=rules, prices=prices)
    assert weir.chat("how many?", max_tokens=1000).status == 402
    assert not local.requests
    answer = weir.chat("how many?", max_tokens=100)
    assert (answer.text, answer.told("cost-usd")) == ("It is 14.", "0.000048000")


# ---- a head of one's own ----


def test_what_wrong_drafts_look_like_can_be_learned(stage):
    """For this team short drafts are wrong, whatever they say."""
    rows = [{"prompt": f"question {at}", "weak_answer": "so it is." * (1 + 9 * (at % 2)), "weak_ok": at % 2 == 1} for at in range(80)]
    stage.write("rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    nobody = {"url": "http://127.0.0.1:9/v1"}
    stage.write("bare.yaml", stage.settings(local=nobody, cloud=nobody))
    done = subprocess.run([BINARY, "calibrate", "--drafts", "-c", stage.folder / "bare.yaml", "--in", stage.folder / "rows.jsonl",
                           "--out", stage.folder / "draft.head"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "80 drafts" in done.stdout and "likely_wrong" in done.stdout

    local, cloud = stage.provider(in_turn(says("so it is." * 10), says("so it is."))), stage.provider(says("surely"))
    weir = stage.weir(local=local, cloud=cloud, policy=policy({"likely_wrong": {"above": 0.5}}), slm={"model": "none", "drafts": "draft.head"})
    assert [weir.chat("question 7").told("model") for _ in range(2)] == ["small", "large"]


@pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")
def test_the_better_answer_tells_whether_a_draft_was_wrong(stage):
    """Records of drafts learn from what the better model said, and a head is learned from them."""
    local = stage.provider(lambda request, wire: says("It is 12 then" if "even" in request.question else "Say 7", logprob=-2.5)(request, wire))
    cloud = stage.provider(says("The answer: 12"))
    records = stage.folder / "records.jsonl"
    weir = stage.weir(local=local, cloud=cloud, policy=policy(), slm={"model": str(MODEL)}, limits={"inspect": "60s"}, records={"file": str(records)})
    for at in range(4):
        assert weir.chat(f"question {at} is {'odd' if at % 2 else 'even'}").told("escalated") == "confidence"
    wait_for(lambda: records.exists() and records.read_text().count("\n") == 4)
    lines = [json.loads(line) for line in records.read_text().splitlines()]
    assert [line["weak_ok"] for line in lines] == [True, False, True, False]

    more = [{**lines[at % 4], "seen": str(at)} for at in range(60)]
    stage.write("more.jsonl", "".join(json.dumps(line) + "\n" for line in more))
    stage.write("bare.yaml", stage.settings(local=local, records={"file": "more.jsonl"}))
    done = subprocess.run([BINARY, "calibrate", "--drafts", "-c", stage.folder / "bare.yaml", "--out", stage.folder / "draft.head"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "60 drafts" in done.stdout, done.stderr
