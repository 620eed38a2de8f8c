"""A stream in which nothing is said for long says that it lives; and what may still be tried while it does."""
import json
import time

import anthropic
import openai
import pytest

from actors.scripted import cuts_after, fails, says, stream_of

SOON = {"limits": {"ping": "50ms"}}
PING = b": still at it\n\n"


def after(seconds, script):
    def late(request, wire):
        time.sleep(seconds)
        script(request, wire)
    return late


def test_a_client_that_waits_hears_that_it_is_waited_for(stage):
    weir = stage.weir(cloud=stage.provider(after(0.5, says("well considered"))), **SOON)
    answer = weir.stream("hello")
    assert answer.is_done and answer.is_whole and answer.text == "well considered"
    assert answer.body.startswith(PING) and answer.body.count(PING) >= 3
    assert answer.told("model") is None, "nobody knew"
    assert b": x-weir-model: large" in answer.body and b": x-weir-zone: cloud" in answer.body


def test_a_quick_answer_has_no_ping(stage):
    weir = stage.weir(cloud=stage.provider(says("at once")))
    answer = weir.stream("hello")
    assert b"still at it" not in answer.body and answer.told("model") == "large"


def test_zero_is_never_and_whole_answers_have_none(stage):
    weir = stage.weir(cloud=stage.provider(after(0.3, says("late"))), limits={"ping": "0s"})
    assert b"still at it" not in weir.stream("hello").body
    other = stage.weir(name="other", cloud=stage.provider(after(0.3, says("late"))), **SOON)
    assert other.chat("hello").text == "late"


def test_until_an_answer_has_begun_the_next_may_be_asked(stage):
    cloud = stage.provider(says("from the other"))
    weir = stage.weir(local=stage.provider(after(0.3, fails(500))), cloud=cloud, **SOON)
    answer = weir.stream("hello")
    assert answer.is_done and answer.text == "from the other" and PING in answer.body
    assert b": x-weir-model: large" in answer.body


@pytest.mark.parametrize("status", [400, 500])
def test_a_failure_after_a_ping_is_an_event_and_no_end(stage, status):
    weir = stage.weir(cloud=stage.provider(after(0.3, fails(status))), **SOON)
    answer = weir.stream("hello")
    assert answer.status == 200 and not answer.is_whole and not answer.is_done
    assert answer.error["code"] == "provider_error"


def test_pings_in_mid_stream_stand_between_events(stage):
    def in_halves(request, wire):
        wire.head(content_type="text/event-stream")
        for value in [*stream_of("one two three"), b"[DONE]"]:
            event = b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"
            for half in (event[:len(event) // 2], event[len(event) // 2:]):
                time.sleep(0.08)
                wire.chunk(half)
        wire.last_chunk()
    weir = stage.weir(cloud=stage.provider(in_halves), **SOON)
    answer = weir.stream("hello")
    assert answer.is_done and answer.text == "one two three" and answer.body.count(PING) >= 3


def test_a_stream_that_breaks_after_pings_is_broken(stage):
    weir = stage.weir(cloud=stage.provider(after(0.2, cuts_after(3))), **SOON)
    answer = weir.stream("hello")
    assert not answer.is_whole and not answer.is_done and answer.error


def test_the_sdks_pass_over_pings(stage):
    weir = stage.weir(cloud=stage.provider(after(0.4, says("well considered"))), **SOON)
    client = openai.OpenAI(base_url=weir.base + "/v1", api_key="any", max_retries=0)
    chunks = client.chat.completions.create(model="auto", messages=[{"role": "user", "content": "hello"}], stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "well considered"
    events = client.responses.create(model="auto", input="hello", stream=True)
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "well considered"
    claude = anthropic.Anthropic(base_url=weir.base, api_key="any", max_retries=0)
    with claude.messages.stream(model="auto", max_tokens=50, messages=[{"role": "user", "content": "hello"}]) as stream:
        assert stream.get_final_text() == "well considered"
