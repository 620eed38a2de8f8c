"""`compress: { by: small }`: a model's own words stand in for long earlier turns, where they say nothing that was not said."""
import json
import threading

import pytest

from actors.scripted import fails, hangs_up, says, stalls
from actors.weir import ROOT, wait_for

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
has_model = (MODEL / "model.safetensors").exists()

EMAIL = "ada.lovelace@example.com"
LONG = " ".join(f"In room {n} of the castle hangs a grey tapestry that shows a hunt, and the guide said little about it." for n in range(1, 30)) \
    + f" The key of the tower is kept by Ada, who can be reached at {EMAIL}, and it may not be lent to guests."
SUMMARY = "The key of the tower is kept by Ada. In the castle hang tapestries that show a hunt."
QUESTION = "Who keeps the key of the tower?"


def route(**more):
    return {"routes": [{"name": "shortened", "ask": ["large"], "compress": {"above_tokens": 200, "to": 0.3, "by": "small", **more}}]}


def conversation():
    return [
        {"role": "system", "content": "You are a guide. " * 30},
        {"role": "user", "content": LONG},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": '{"what":  "castle"}'}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "[" + ", ".join(f'{{"room": {n}}}' for n in range(200)) + "]"},
        {"role": "assistant", "content": "Found."},
        {"role": "user", "content": QUESTION},
    ]


def test_a_summary_stands_in_for_a_long_turn_and_nothing_else_changes(stage):
    near, far = stage.provider(says(SUMMARY, usage=(400, 30))), stage.provider(says("Ada does."))
    audit = stage.folder / "audit.jsonl"
    weir = stage.weir(local=near, cloud=far, policy=route(), audit={"file": str(audit)},
                      prices={"small": {"input": 1, "output": 1}, "large": {"input": 10, "output": 10}})
    sent = conversation()
    answer = weir.chat(*sent)
    got = far.requests[0].json["messages"]
    assert (answer.text, answer.told("summaries")) == ("Ada does.", "1")
    assert got[1] == {"role": "user", "content": SUMMARY}
    assert got[:1] + got[2:] == sent[:1] + sent[2:]
    asked = near.requests[0].json
    assert QUESTION in near.requests[0].question and LONG[:200] in near.requests[0].question and asked["model"] == "small-as-sent"
    assert len(near.requests) == 1, "JSON and short turns are not told in other words"
    assert float(answer.told("cost-usd")) == pytest.approx((430 + 140) / 1e6)
    wait_for(lambda: audit.read_bytes().endswith(b"\n"), what="the audit")
    line = json.loads(audit.read_text())
    assert (line["summaries"], line["prompt_tokens"], line["completion_tokens"]) == (1, 409, 35)
    assert weir.metric("weir_summaries_total") == 1 and weir.metric("weir_summaries_refused_total") == 0


@pytest.mark.parametrize("more", ["Mail ann@example.org for it.", "The token is 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 there."])
@pytest.mark.parametrize("rule", [{"redact": "placeholder"}, {"reach": "local"}])
def test_a_summary_that_says_what_is_private_does_not_leave(stage, more, rule):
    """Whoever makes it may know more than it was told."""
    near, far = stage.provider(says(f"{SUMMARY} {more}")), stage.provider(says("Ada does."))
    told = [message for message in conversation() if EMAIL not in str(message)]
    told.insert(1, {"role": "user", "content": LONG.replace(EMAIL, "the desk")})
    weir = stage.weir(local=near, cloud=far, policy={"privacy": [{"name": "mail", "when": {"pii": ["email", "api_key"]}, **rule}], **route()})
    answer = weir.chat(*told)
    assert (answer.text, answer.told("summaries")) == ("Ada does.", None) and near.requests
    assert more[-30:].encode() not in bytes(far.received)


def test_a_model_of_azures_may_sum_up(stage):
    near, far = stage.provider(says(SUMMARY)), stage.provider(says("Ada does."))
    azure = {"api": "azure", "url": near.url().removesuffix("/v1"), "api_version": "2025-01-01"}
    weir = stage.weir(local=azure, cloud=far, policy=route())
    assert weir.chat(*conversation()).told("summaries") == "1"
    assert near.requests[0].path == "/openai/deployments/small-as-sent/chat/completions?api-version=2025-01-01"


def test_streams_are_shortened_too(stage):
    near, far = stage.provider(says(SUMMARY)), stage.provider(says("Ada does."))
    weir = stage.weir(local=near, cloud=far, policy=route())
    stream = weir.stream(*conversation())
    assert stream.text == "Ada does." and far.requests[0].json["messages"][1]["content"] == SUMMARY
    assert not near.requests[0].wants_stream


UNFIT = {
    "a number that was made up": says("The key of the tower is kept by Ada in room 31."),
    "a name that was made up": says("The key of the tower is kept, so the guide Bertram said, by Ada."),
    "a no that was lost": says("The key of the tower is kept by Ada and it may be lent to guests."),
    "the question lost": says("In the castle hangs a grey tapestry that shows a hunt."),
    "nothing": says(""),
    "cut by length": says(SUMMARY, finish="length"),
    "longer than its source": says(lambda request: LONG + LONG),
    "an error": fails(500),
    "no answer": hangs_up,
    "no JSON": lambda request, wire: wire.whole(b"<html>"),
}


@pytest.mark.parametrize("script", UNFIT.values(), ids=UNFIT.keys())
def test_what_is_no_faithful_summary_is_not_taken(stage, script):
    far = stage.provider(says("Ada does."))
    weir = stage.weir(local=stage.provider(script), cloud=far, policy=route())
    answer = weir.chat(*conversation())
    assert answer.status == 200 and answer.told("summaries") is None
    assert far.requests[0].json["messages"] == conversation(), "without a model to choose sentences by, all of it goes on"
    assert weir.metric("weir_summaries_refused_total") == 1


@pytest.mark.skipif(not has_model, reason="there is no model: deploy/model fetches it")
def test_sentences_are_chosen_where_no_summary_is_to_be_had(stage):
    far = stage.provider(says("Ada does."))
    weir = stage.weir(local=stage.provider(fails(500)), cloud=far, policy=route(), slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    sent = conversation()
    answer = weir.chat(*sent[1:2], sent[4], sent[5])
    kept = far.requests[0].json["messages"][0]["content"]
    assert answer.told("summaries") is None and int(answer.told("dropped-sentences")) > 5
    assert "The key of the tower is kept by Ada" in kept and len(kept) < len(LONG) / 2


def test_a_model_that_is_too_slow_is_not_waited_for(stage):
    near, far = stage.provider(stalls), stage.provider(says("Ada does."))
    weir = stage.weir(local=near, cloud=far, policy=route(), limits={"summarize": "300ms"})
    answer = weir.chat(*conversation())
    assert answer.text == "Ada does." and answer.told("summaries") is None
    assert near.left.wait(10), "its call is given up, too"


def test_what_is_hidden_is_hidden_from_the_summarizer_and_comes_back(stage):
    near = stage.provider(says(lambda request: SUMMARY + " Write to " + [word for word in request.question.replace(",", " ").split()
                                                                       if word.startswith("EMAIL_")][0] + "."))
    far = stage.provider(says(lambda request: "Write to " + request.json["messages"][1]["content"].split()[-1]))
    policy = {"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"}], **route(by="middle")}
    weir = stage.weir(trusted=near, cloud=far, policy=policy)
    answer = weir.chat(*conversation())
    assert answer.told("summaries") == "1" and EMAIL in answer.text
    assert EMAIL.encode() not in near.received and EMAIL.encode() not in far.received


def test_a_model_beyond_the_reach_is_not_asked(stage):
    near, far = stage.provider(says("Ada does.")), stage.provider(says(SUMMARY))
    policy = {"privacy": [{"name": "home", "when": {"pii": ["email"]}, "reach": "local"}],
              "routes": [{"name": "r", "ask": ["small"], "compress": {"above_tokens": 200, "to": 0.3, "by": "large"}}]}
    weir = stage.weir(local=near, cloud=far, policy=policy)
    assert weir.chat(*conversation()).text == "Ada does."
    assert not far.requests and near.requests[0].json["messages"] == conversation()


def test_a_model_at_home_is_told_the_plain_words_around_a_summary(stage):
    near = stage.provider(says(lambda request: SUMMARY if request.question.startswith("Question: ") else "Ada does."))
    policy = {"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"}],
              "routes": [{"name": "r", "ask": ["small"], "compress": {"above_tokens": 200, "to": 0.3, "by": "small"}}]}
    weir = stage.weir(local=near, policy=policy)
    last = {"role": "user", "content": f"{QUESTION} Is it {EMAIL}?"}
    assert weir.chat(*conversation()[:-1], last).told("summaries") == "1"
    got = near.requests[1].json["messages"]
    assert got[1]["content"] == SUMMARY and got[-1] == last


def test_the_worst_is_reserved_before_a_summary_is_asked_for(stage):
    near, far = stage.provider(says(SUMMARY, usage=(400, 30))), stage.provider(says("Ada does."))
    policy = {"cost": [{"name": "pocket money", "budget": {"usd": "0.00001", "every": "month"}}], **route()}
    weir = stage.weir(local=near, cloud=far, policy=policy,
                      prices={"small": {"input": 1000, "output": 1000}, "large": {"input": 0, "output": 0}})
    assert weir.chat(*conversation(), max_tokens=10).status == 402
    assert not near.requests and not far.requests


def test_what_has_no_price_is_not_asked_where_a_budget_must_cover_it(stage):
    near, far = stage.provider(says(SUMMARY)), stage.provider(says("Ada does."))
    policy = {"cost": [{"name": "pocket money", "budget": {"usd": 1, "every": "month"}}], **route(by="middle")}
    weir = stage.weir(trusted=near, cloud=far, policy=policy, prices={"large": {"input": 0, "output": 0}})
    assert weir.chat(*conversation(), max_tokens=10).text == "Ada does." and not near.requests


def test_a_client_that_hangs_up_ends_the_asking(stage):
    near = stage.provider(stalls)
    weir = stage.weir(local=near, cloud=stage.provider(says("unasked")), policy=route())
    client = weir.send_chat(*conversation())
    assert near.began.wait(10)
    client.close()
    assert near.left.wait(10)
    wait_for(lambda: weir.metric("weir_requests_running") == 0, what="the end of the request")


def test_several_clients_at_once(stage):
    near, far = stage.provider(says(SUMMARY)), stage.provider(says("Ada does."))
    weir = stage.weir(local=near, cloud=far, policy=route())
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(weir.chat(*conversation()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.told("summaries") for answer in answers] == ["1"] * 8
