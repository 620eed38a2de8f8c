"""weir fake-provider: part of the product's own demonstration, so it must behave, and misbehave, as it says."""
import json
import time

import httpx
import openai
import pytest


@pytest.fixture
def fake(stage):
    return stage.fake("the test")


def ask(fake, words, **more):
    return httpx.post(fake.url() + "/chat/completions", timeout=20,
                      json={"model": "any", "messages": [{"role": "user", "content": words}], **more})


def sdk(fake):
    return openai.OpenAI(base_url=fake.url(), api_key="any", max_retries=0)


def test_it_says_back_what_it_received(fake):
    answer = ask(fake, "grüße, 世界 \U0001f600").json()
    assert answer["choices"][0]["message"]["content"] == "I am the test. You sent: grüße, 世界 \U0001f600"
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + answer["usage"]["completion_tokens"]
    assert [model.id for model in sdk(fake).models.list()] == ["the test"]


def test_it_streams_the_same_words(fake):
    stream = sdk(fake).chat.completions.create(model="any", stream=True, stream_options={"include_usage": True}, logprobs=True,
                                               messages=[{"role": "user", "content": "grüße, 世界 \U0001f600"}])
    chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "I am the test. You sent: grüße, 世界 \U0001f600"
    assert chunks[-1].usage.completion_tokens == len([chunk for chunk in chunks if chunk.choices and chunk.choices[0].logprobs])


def test_it_keeps_what_it_received(fake):
    ask(fake, "a canary")
    assert b"POST /v1/chat/completions HTTP/1.1\r\n" in fake.received
    assert b"a canary" in fake.received


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_it_fails_with_a_status(fake, status):
    response = ask(fake, f"[[fake: status={status}]]")
    assert response.status_code == status
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize("order, finish, text", [
    ("empty", "stop", ""), ("length", "length", None), ("refuse", "stop", "I'm sorry, but I can't help with that."),
    ("reply=just, this", "stop", "just, this"), ("slow=20ms split=1 reply=slow", "stop", "slow")])
@pytest.mark.parametrize("is_stream", [False, True])
def test_it_says_what_it_is_told_to(fake, order, finish, text, is_stream):
    words = f"please [[fake: {order}]]"
    if is_stream:
        chunks = list(sdk(fake).chat.completions.create(model="any", stream=True, messages=[{"role": "user", "content": words}]))
        said, ended = "".join(chunk.choices[0].delta.content or "" for chunk in chunks), chunks[-1].choices[0].finish_reason
    else:
        choice = ask(fake, words).json()["choices"][0]
        said, ended = choice["message"]["content"], choice["finish_reason"]
    assert ended == finish
    assert said == (f"I am the test. You sent: {words}" if text is None else text)


def test_its_doubt_can_be_set(fake):
    choice = ask(fake, "[[fake: logprob=-2.5]]", logprobs=True).json()["choices"][0]
    assert {token["logprob"] for token in choice["logprobs"]["content"]} == {-2.5}


def test_an_order_may_stand_in_the_models_name(fake):
    assert ask(fake, "hello", model="[[fake: status=503]]").status_code == 503


def test_a_word_that_is_no_order_is_refused(fake):
    response = ask(fake, "[[fake: dance]]")
    assert response.status_code == 400
    assert "dance" in response.json()["error"]["message"]


@pytest.mark.parametrize("is_stream", [False, True])
def test_it_cuts(fake, is_stream):
    with pytest.raises(httpx.RemoteProtocolError):
        ask(fake, "[[fake: cut=3]]", stream=is_stream)


def test_it_puts_an_error_into_a_stream(fake):
    body = ask(fake, "[[fake: error-event]]", stream=True).text
    assert '"error":' in body and "[DONE]" not in body


def test_it_talks_garbage(fake):
    assert ask(fake, "[[fake: garbage]]").text.startswith("<html>")
    assert "no JSON at all" in ask(fake, "[[fake: garbage]]", stream=True).text


def test_it_forgets_the_end(fake):
    assert "[DONE]" not in ask(fake, "[[fake: no-done]]", stream=True).text


def test_it_stalls_until_one_has_had_enough(fake):
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(fake.url() + "/chat/completions", timeout=0.3, content=json.dumps(
            {"model": "any", "messages": [{"role": "user", "content": "[[fake: stall]]"}]}))
    time.sleep(0.1)
    assert ask(fake, "still there?").status_code == 200


def test_it_answers_fast_for_benches(stage):
    fake = stage.fake("fast", "--fast", "--loops", "2")
    assert ask(fake, "x").json()["choices"][0]["message"]["content"] == "Yes."
