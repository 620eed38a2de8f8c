"""Clients of OpenAI's and of Anthropic's ask providers of either, and each hears its own dialect."""
import json

import anthropic
import httpx
import openai
import pytest

from actors.messages import answers, call, event, message, text, thought
from actors.others import gemini_says, ollama_says
from actors.scripted import completion, fails, says

MASK = {"privacy": [{"name": "mask", "when": {"pii": ["email", "payment_card"]}, "redact": "placeholder"}],
        "routes": [{"name": "all", "ask": ["large"]}]}


def claude(actor):
    return {"api": "anthropic", "url": actor.url().removesuffix("/v1")}


def anthropic_client(weir):
    return anthropic.Anthropic(base_url=weir.base, api_key="any", max_retries=0)


def openai_client(weir):
    return openai.OpenAI(base_url=weir.base + "/v1", api_key="any", max_retries=0)


TOOL = {"name": "look_up", "description": "Looks someone up.",
        "input_schema": {"type": "object", "properties": {"mail": {"type": "string"}}, "required": ["mail"]}}


# ---- OpenAI's client, Anthropic's provider ----


def test_a_chat_is_asked_in_the_providers_words(stage):
    cloud = stage.provider(answers(text("Paris.")))
    weir = stage.weir(cloud=claude(cloud))

    answer = openai_client(weir).chat.completions.create(
        model="large", messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Capital of France?"}], seed=3)

    assert answer.choices[0].message.content == "Paris." and answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (10, 5)
    asked = cloud.requests[0]
    assert asked.path == "/v1/messages"
    assert asked.headers["x-api-key"] == "key-of-cloud" and "authorization" not in asked.headers
    assert asked.headers["anthropic-version"] == "2023-06-01"
    assert asked.json["system"] == "Be brief." and asked.json["max_tokens"] > 0
    assert asked.json["messages"] == [{"role": "user", "content": "Capital of France?"}]


def test_what_was_left_out_is_told(stage):
    weir = stage.weir(cloud=claude(stage.provider(answers(text("yes")))))
    assert weir.chat("hello", seed=3, logit_bias={}).headers["x-weir-left-out"] == "seed, logit_bias"
    assert "x-weir-left-out" not in weir.chat("hello").headers


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_placeholder_comes_back_through_both_dialects(stage, size):
    cloud = stage.provider(answers(lambda request: text("Write to " + request.question.split()[-1] + "!"), size=size))
    weir = stage.weir(cloud=claude(cloud), policy=MASK)

    stream = weir.stream("Whom do I ask at ann@example.org")

    assert b"ann@example.org" not in bytes(cloud.received)
    assert stream.text == "Write to ann@example.org!" and stream.is_done and stream.is_whole


def test_a_tool_loop(stage):
    cloud = stage.provider(answers(thought("Look."), call({"mail": "a@b.example"}), stop="tool_use"))
    weir = stage.weir(cloud=claude(cloud))
    tools = [{"type": "function", "function": {"name": "look_up", "parameters": TOOL["input_schema"]}}]
    asked = [{"role": "user", "content": "Who is it?"}]

    stream = openai_client(weir).chat.completions.create(model="large", messages=asked, tools=tools, stream=True)
    parts = [part for piece in stream for choice in piece.choices for part in choice.delta.tool_calls or []]
    arguments = "".join(part.function.arguments or "" for part in parts)
    assert parts[0].id == "toolu_1" and json.loads(arguments) == {"mail": "a@b.example"}

    asked += [{"role": "assistant", "tool_calls": [{"id": "toolu_1", "type": "function", "function": {"name": "look_up", "arguments": arguments}}]},
              {"role": "tool", "tool_call_id": "toolu_1", "content": "Bob"}]
    openai_client(weir).chat.completions.create(model="large", messages=asked, tools=tools)
    assert cloud.requests[1].json["messages"][2] == {
        "role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "Bob"}]}


def test_what_a_provider_cannot_say_goes_to_the_next(stage):
    cloud, local = stage.provider(answers(text("one"))), stage.provider(says("two"))
    weir = stage.weir(cloud=claude(cloud), local=local, policy={"routes": [{"name": "all", "ask": ["large", "small"]}]})

    assert weir.chat("hello", model="auto", n=2).status == 200
    assert not cloud.requests and local.requests

    alone = stage.weir(cloud=claude(cloud), name="alone")
    refused = alone.chat("hello", n=2)
    assert refused.status == 400 and refused.json["error"]["param"] == "n"


# ---- Anthropic's client, Anthropic's provider ----


def test_anthropics_bytes_are_not_changed(stage):
    cloud = stage.provider(answers(text("yes")))
    weir = stage.weir(cloud=claude(cloud))
    sent = (b'{"model": "large", "max_tokens": 5, "system": [{"type":"text","text":"caf\\u00e9","cache_control":{"type":"ephemeral"}}],'
            b'"messages": [ {"role":"user","content":[{"type":"text","text":"Hi \\/"}]}], "thinking": {"type":"adaptive"}, "top_k": 5.0}')

    answer = httpx.post(weir.base + "/v1/messages", content=sent, headers={"anthropic-beta": "new-thing-2026", "anthropic-version": "2026-10-21"})

    assert answer.status_code == 200 and answer.json()["content"] == [text("yes")]
    assert cloud.requests[0].body == sent.replace(b'"large"', b'"large-as-sent"')
    assert cloud.requests[0].headers["anthropic-beta"] == "new-thing-2026"
    assert cloud.requests[0].headers["anthropic-version"] == "2026-10-21"


def test_anthropics_stream_comes_back_with_its_thinking(stage):
    blocks = [thought("Hm, hm."), text("Write to them."), call({"mail": "x"})]
    weir = stage.weir(cloud=claude(stage.provider(answers(*blocks, stop="tool_use"))))

    with anthropic_client(weir).messages.stream(model="large", max_tokens=99, messages=[{"role": "user", "content": "Who?"}]) as stream:
        heard = stream.get_final_message()

    assert [block.type for block in heard.content] == ["thinking", "text", "tool_use"]
    assert heard.content[0].signature == "c2lnbmVk+/=" and heard.content[0].thinking == "Hm, hm."
    assert heard.content[2].input == {"mail": "x"} and heard.stop_reason == "tool_use"
    assert (heard.usage.input_tokens, heard.usage.output_tokens) == (10, 5)


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize("is_stream", [True, False])
def test_private_values_in_each_place_are_hidden_and_given_back(stage, size, is_stream):
    def says_it_back(request):
        words = request.json["messages"][0]["content"].split()[-1]
        return text(f"Mail {words}")

    def calls_it_back(request):
        return call({"mail": request.json["messages"][0]["content"].split()[-1], "card": request.json["messages"][1]["content"][0]["input"]["card"]})

    cloud = stage.provider(answers(says_it_back, calls_it_back, size=size, stop="tool_use"))
    weir = stage.weir(cloud=claude(cloud), policy=MASK)
    asked = [{"role": "user", "content": "Mail is ann@example.org"},
             {"role": "assistant", "content": [call({"mail": "bob@example.org", "card": 4111111111111111}, ident="toolu_0")]},
             {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_0", "content": [text("eve@example.org")]}]}]

    with anthropic_client(weir).messages.stream(model="large", max_tokens=99, tools=[TOOL], messages=asked) as stream:
        heard = stream.get_final_message() if is_stream else None
    if not is_stream:
        heard = anthropic_client(weir).messages.create(model="large", max_tokens=99, tools=[TOOL], messages=asked)

    for value in (b"ann@example.org", b"bob@example.org", b"eve@example.org", b"4111111111111111"):
        assert value not in bytes(cloud.received)
    assert heard.content[0].text == "Mail ann@example.org"
    assert heard.content[1].input == {"mail": "ann@example.org", "card": 4111111111111111}


def test_what_only_the_provider_would_see_or_choose_is_refused(stage):
    """A conversation that it holds (clients that hear of this code send it whole), and models that it may ask instead."""
    cloud = stage.provider(answers(text("yes")))
    weir = stage.weir(cloud=claude(cloud))
    client = anthropic_client(weir)
    asked = {"model": "large", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    for thread in ({"type": "create"}, {"type": "continue", "previous_message_id": "msg_1"}):
        with pytest.raises(anthropic.BadRequestError) as caught:
            client.messages.create(**asked, extra_body={"thread": thread})
        assert caught.value.body["error"]["details"] == {"error_code": "thread_unsupported_request"}
    for fallbacks in ("default", [{"model": "claude-other"}]):
        with pytest.raises(anthropic.BadRequestError, match="fallbacks"):
            client.messages.create(**asked, extra_body={"fallbacks": fallbacks})
    with pytest.raises(openai.BadRequestError) as caught:
        openai_client(weir).chat.completions.create(model="large", messages=asked["messages"], extra_body={"models": ["other"]})
    assert caught.value.param == "models" and not cloud.requests
    assert client.messages.create(**asked, extra_body={"thread": None, "fallbacks": []}).content[0].text == "yes"


# ---- Anthropic's client, OpenAI's provider ----


def test_a_messages_client_reaches_any_provider(stage):
    said = {"role": "assistant", "content": "I look.", "tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": '{"mail": "a@b.example"}'}}]}
    local = stage.provider(lambda request, wire: wire.whole(completion("", "tool_calls", message=said)))
    weir = stage.weir(local=local)

    heard = anthropic_client(weir).messages.create(
        model="small", max_tokens=99, system="Be brief.", tools=[TOOL], tool_choice={"type": "any"}, messages=[{"role": "user", "content": "Who?"}])

    assert heard.content[0].text == "I look." and heard.content[1].input == {"mail": "a@b.example"}
    assert heard.stop_reason == "tool_use" and heard.usage.input_tokens == 9
    asked = local.requests[0].json
    assert asked["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who?"}]
    assert asked["tools"][0]["function"]["parameters"] == TOOL["input_schema"] and asked["tool_choice"] == "required"


def test_a_messages_stream_from_any_provider(stage):
    weir = stage.weir(local=stage.provider(says("A weir holds a river back.", usage=(9, 5))))
    with anthropic_client(weir).messages.stream(model="small", max_tokens=99, messages=[{"role": "user", "content": "What is it?"}]) as stream:
        assert "".join(stream.text_stream) == "A weir holds a river back."
        assert stream.get_final_message().usage.output_tokens == 5


# ---- what goes wrong ----


def test_errors_have_the_clients_shape(stage):
    weir = stage.weir(cloud=claude(stage.provider(fails(529, {"type": "error", "error": {"type": "overloaded_error", "message": "no"}}))),
                      teams={"staff": {"keys": ["a-key-for-staff"]}})
    body = {"model": "large", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    old = {"x-api-key": "a-key-for-staff", "anthropic-version": "2023-06-01"}
    new = {"authorization": "Bearer a-key-for-staff", "anthropic-version": "2026-10-21"}
    for headers, more, status, kind in (({}, {}, 401, "authentication_error"), ({"x-api-key": "no"}, {}, 401, "authentication_error"),
                                        (old, {}, 429, "rate_limit_error"), (new, {}, 429, "rate_limit_error"),
                                        (old, {"model": "none"}, 404, "not_found_error"), (old, {"messages": 1}, 400, "invalid_request_error")):
        answer = httpx.post(weir.base + "/v1/messages", json={**body, **more}, headers=headers)
        assert answer.status_code == status and answer.json()["type"] == "error" and answer.json()["error"]["type"] == kind, answer.text


@pytest.mark.parametrize("path", ["chat/completions", "messages"])
def test_a_stream_that_breaks_off_never_looks_whole(stage, path):
    weir = stage.weir(cloud=claude(stage.provider(answers(text("one two three four"), is_cut=True))))
    body = {"model": "large", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    heard = bytearray()
    with pytest.raises(httpx.RemoteProtocolError), httpx.stream("POST", f"{weir.base}/v1/{path}", json=body) as answer:
        for piece in answer.iter_raw():
            heard += piece
    assert b"one" in heard and b"error" in heard
    assert b"message_stop" not in heard and b"[DONE]" not in heard


def test_an_error_in_mid_stream(stage):
    def script(request, wire):
        wire.head(content_type="text/event-stream")
        event(wire, "message_start", message=message([], None))
        event(wire, "content_block_start", index=0, content_block=text(""))
        event(wire, "content_block_delta", index=0, delta={"type": "text_delta", "text": "one"})
        event(wire, "error", error={"type": "overloaded_error", "message": "Overloaded"})
        wire.last_chunk()

    weir = stage.weir(cloud=claude(stage.provider(script)))
    with pytest.raises(anthropic.APIStatusError), anthropic_client(weir).messages.stream(
            model="large", max_tokens=9, messages=[{"role": "user", "content": "hi"}]) as stream:
        stream.get_final_message()
    with pytest.raises(openai.APIError):
        for _ in openai_client(weir).chat.completions.create(model="large", stream=True, messages=[{"role": "user", "content": "hi"}]):
            pass


def test_a_hit_is_replayed_in_the_askers_dialect(stage):
    cloud = stage.provider(answers(text("Paris.")))
    weir = stage.weir(cloud=claude(cloud), policy={"routes": [{"name": "all", "ask": ["large"], "cache": {"keep": "1h"}}]})
    for _ in range(2):
        answer = weir.chat("Capital of France?", model="auto")
        assert answer.json["choices"][0]["message"]["content"] == "Paris."
    assert answer.told("cache") == "hit" and len(cloud.requests) == 1


# ---- Gemini's, Ollama's and Azure's ----


def gemini(actor):
    return {"api": "gemini", "url": actor.url().removesuffix("/v1")}


def ollama(actor):
    return {"api": "ollama", "url": actor.url().removesuffix("/v1")}


@pytest.mark.parametrize("size", [1, 1000])
def test_gemini_answers_clients_of_both(stage, size):
    cloud = stage.provider(gemini_says(lambda request: "Write to " + request.json["contents"][-1]["parts"][0]["text"].split()[-1], size=size))
    weir = stage.weir(cloud=gemini(cloud), policy=MASK)

    assert weir.chat("Whom do I ask at ann@example.org").json["choices"][0]["message"]["content"] == "Write to ann@example.org"
    stream = weir.stream("Whom do I ask at ann@example.org")
    assert stream.text == "Write to ann@example.org" and stream.is_done and stream.is_whole
    with anthropic_client(weir).messages.stream(model="auto", max_tokens=99, messages=[{"role": "user", "content": "Ask ann@example.org"}]) as heard:
        assert "".join(heard.text_stream) == "Write to ann@example.org"

    assert b"ann@example.org" not in bytes(cloud.received)
    assert [request.path for request in cloud.requests] == [
        "/v1beta/models/large-as-sent:generateContent", *["/v1beta/models/large-as-sent:streamGenerateContent?alt=sse"] * 2]
    assert all(request.headers["x-goog-api-key"] == "key-of-cloud" and "authorization" not in request.headers for request in cloud.requests)


def test_geminis_thought_goes_back_with_its_call(stage):
    part = {"functionCall": {"id": "fc_1", "name": "look_up", "args": {"mail": "a@b.example"}}, "thoughtSignature": "c2ln"}
    cloud = stage.provider(gemini_says("", parts=[part]))
    weir = stage.weir(cloud=gemini(cloud))
    tools = [{"type": "function", "function": {"name": "look_up", "parameters": TOOL["input_schema"]}}]
    asked = [{"role": "user", "content": "Who?"}]

    answer = openai_client(weir).chat.completions.create(model="large", messages=asked, tools=tools)
    assert answer.choices[0].finish_reason == "tool_calls"
    message = answer.choices[0].message.model_dump(exclude_none=True)
    asked += [message, {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "Bob"}]
    openai_client(weir).chat.completions.create(model="large", messages=asked, tools=tools)

    contents = cloud.requests[1].json["contents"]
    assert part in contents[1]["parts"]
    assert contents[2]["parts"] == [{"functionResponse": {"id": "fc_1", "name": "look_up", "response": {"result": "Bob"}}}]


def test_a_gemini_stream_without_a_reason_is_broken(stage):
    weir = stage.weir(cloud=gemini(stage.provider(gemini_says("one two three", finish=None))))
    stream = weir.stream("hi")
    assert not stream.is_whole and not stream.is_done


def test_ollama_is_told_how_much_context_it_needs(stage):
    local = stage.provider(ollama_says("yes", calls=[{"name": "look_up", "arguments": {"n": 1}}]))
    weir = stage.weir(local=ollama(local))

    answer = openai_client(weir).chat.completions.create(model="small", messages=[{"role": "user", "content": "word " * 5000}], max_tokens=50)

    assert local.requests[0].path == "/api/chat"
    assert local.requests[0].json["options"] == {"num_predict": 50, "num_ctx": 16384} and local.requests[0].json["stream"] is False
    assert json.loads(answer.choices[0].message.tool_calls[0].function.arguments) == {"n": 1}
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (10, 5)


def holds(tokens, is_silent):
    """An Ollama whose tokenizer makes so many of the prompt: a shorter context is refused, or by older versions cut."""
    def script(request, wire):
        context = request.json["options"]["num_ctx"]
        if context < tokens and not is_silent:
            wire.whole({"error": "the input length exceeds the context length"}, 400)
        else:
            ollama_says("all of it" if context >= tokens else "the end of it", counted=min(tokens, context))(request, wire)
    return script


@pytest.mark.parametrize("is_silent", [True, False])
def test_a_prompt_that_did_not_fit_is_asked_again_with_a_larger_context(stage, is_silent):
    local = stage.provider(holds(5000, is_silent))
    weir = stage.weir(local=ollama(local))

    answer = weir.chat("a b " * 2500, max_tokens=50)  # two bytes a token, where three are thought to be usual
    assert answer.text == "all of it" and answer.told("model") == "small"
    assert [request.json["options"]["num_ctx"] for request in local.requests] == [4096, 16384]
    assert all(request.json["truncate"] is False for request in local.requests)


def test_ollamas_stream(stage):
    weir = stage.weir(local=ollama(stage.provider(ollama_says("A weir holds a river back."))))
    stream = weir.stream("What is it?")
    assert stream.text == "A weir holds a river back." and stream.is_done and stream.is_whole


def test_azures_path_and_key(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud={"api": "azure", "url": cloud.url().removesuffix("/v1"), "api_version": "2025-01-01"},
                      models={"large": {"provider": "cloud", "model": "my ../deployment?x#y"}})
    assert weir.chat("hi", model="large").status == 200
    assert cloud.requests[0].path == "/openai/deployments/my%20%2E%2E%2Fdeployment%3Fx%23y/chat/completions?api-version=2025-01-01"
    assert cloud.requests[0].headers["api-key"] == "key-of-cloud" and "authorization" not in cloud.requests[0].headers


@pytest.mark.parametrize("dialect, script", [(gemini, gemini_says("Paris.")), (ollama, ollama_says("Paris."))])
def test_a_stream_is_replayed_from_what_was_kept(stage, dialect, script):
    cloud = stage.provider(script)
    weir = stage.weir(cloud=dialect(cloud), policy={"routes": [{"name": "all", "ask": ["large"], "cache": {"keep": "1h"}}]})
    for _ in range(2):
        stream = weir.stream("Capital of France?")
        assert stream.text == "Paris." and stream.is_done
    assert len(cloud.requests) == 1


# ---- OpenAI's Responses, and its older completions ----


def events_of(stream):
    heard = list(stream)
    assert [event.sequence_number for event in heard] == list(range(len(heard)))
    return heard


@pytest.mark.parametrize("provider", [lambda stage: stage.provider(says("Write to ann@example.org!", usage=(9, 5))),
                                      lambda stage: claude(stage.provider(answers(text("Write to ann@example.org!"))))])
def test_a_responses_client_reaches_any_provider(stage, provider):
    weir = stage.weir(cloud=provider(stage), policy=MASK)
    asked = {"model": "auto", "instructions": "Be brief.", "input": "Whom do I ask at ann@example.org?", "metadata": {"a": "b"}}

    whole = openai_client(weir).responses.create(**asked)
    assert whole.output_text == "Write to ann@example.org!" and whole.status == "completed"
    assert whole.usage.output_tokens == 5 and whole.instructions == "Be brief." and whole.metadata == {"a": "b"}

    events = events_of(openai_client(weir).responses.create(**asked, stream=True))
    assert [event.type for event in events if not event.type.endswith(".delta")] == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.done",
        "response.content_part.done", "response.output_item.done", "response.completed"]
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "Write to ann@example.org!"
    assert events[-1].response.output_text == "Write to ann@example.org!" and events[-1].response.usage.output_tokens == 5


def test_a_tool_loop_of_a_responses_client(stage):
    cloud = stage.provider(answers(text("I look."), call({"mail": "a@b.example"}), stop="tool_use"))
    weir = stage.weir(cloud=claude(cloud))
    tools = [{"type": "function", "name": "look_up", "parameters": TOOL["input_schema"], "strict": True}, {"type": "web_search"}]
    asked = [{"role": "user", "content": [{"type": "input_text", "text": "Who?"}]}]

    events = events_of(openai_client(weir).responses.create(model="large", input=asked, tools=tools, stream=True))
    output = events[-1].response.output
    assert [item.type for item in output] == ["message", "function_call"]
    assert json.loads(output[1].arguments) == {"mail": "a@b.example"} and output[1].name == "look_up"

    asked += [item.model_dump(exclude_none=True) for item in output]
    asked += [{"type": "function_call_output", "call_id": output[1].call_id, "output": "Bob"}]
    answer = httpx.post(weir.base + "/v1/responses", json={"model": "large", "input": asked, "tools": tools})
    assert answer.headers["x-weir-left-out"] == "tools"
    assert cloud.requests[1].json["messages"][1:] == [
        {"role": "assistant", "content": [text("I look."), call({"mail": "a@b.example"})]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "Bob"}]}]


def test_a_response_that_is_cut_says_why(stage):
    weir = stage.weir(local=stage.provider(says("one two", finish="length")))
    whole = openai_client(weir).responses.create(model="small", input="hi", max_output_tokens=2)
    assert whole.status == "incomplete" and whole.incomplete_details.reason == "max_output_tokens"
    assert events_of(openai_client(weir).responses.create(model="small", input="hi", stream=True))[-1].type == "response.incomplete"


def test_a_response_that_fails_ends_in_that(stage):
    weir = stage.weir(cloud=claude(stage.provider(answers(text("one two three four"), is_cut=True))))
    heard = bytearray()
    with pytest.raises(httpx.RemoteProtocolError), httpx.stream(
            "POST", weir.base + "/v1/responses", json={"model": "large", "input": "hi", "stream": True}) as answer:
        for piece in answer.iter_raw():
            heard += piece
    assert b"response.failed" in heard and b"response.completed" not in heard


def test_what_only_openai_keeps_is_refused(stage):
    weir = stage.weir(local=stage.provider(says("yes")))
    for more, param in (({"previous_response_id": "resp_1"}, "previous_response_id"), ({"background": True}, "background"),
                        ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"), ({"input": 1}, "input")):
        refused = httpx.post(weir.base + "/v1/responses", json={"model": "small", "input": "hi", **more})
        assert refused.status_code == 400 and refused.json()["error"]["param"] == param, refused.text


def test_older_completions(stage):
    local = stage.provider(says("Once upon a time.", usage=(9, 5)))
    weir = stage.weir(local=local)
    client = openai_client(weir)
    whole = client.completions.create(model="small", prompt="Tell me a story", max_tokens=9)
    assert whole.choices[0].text == "Once upon a time." and whole.usage.completion_tokens == 5 and whole.object == "text_completion"
    assert local.requests[0].json["messages"] == [{"role": "user", "content": "Tell me a story"}] and local.requests[0].json["max_tokens"] == 9
    pieces_heard = [piece for piece in client.completions.create(model="small", prompt=["Tell me a story"], stream=True)]
    assert "".join(piece.choices[0].text for piece in pieces_heard) == "Once upon a time."
    assert pieces_heard[-1].choices[0].finish_reason == "stop"
    assert httpx.post(weir.base + "/v1/completions", json={"model": "small", "prompt": ["a", "b"]}).status_code == 400


@pytest.mark.parametrize("dialect", [claude, gemini, ollama])
def test_what_is_no_answer_is_not_taken_for_one(stage, dialect):
    weir = stage.weir(cloud=dialect(stage.provider(lambda request, wire: wire.whole({"status": "fine"}))))
    assert weir.chat("hi").status == 502
    assert weir.chat("hi", stream=True).status == 502


def test_a_leg_that_fails_in_its_last_bytes_fails_once(stage):
    """The error's line lacks its end, so it is read when the body has ended; the next model is paid for and asked, once."""
    def script(request, wire):
        wire.head(content_type="application/x-ndjson")
        wire.chunk(b'{"error":"out of memory"}')
        wire.last_chunk()

    cloud, local = stage.provider(script), stage.provider(says("here"))
    budget = {"cost": [{"name": "purse", "budget": {"usd": 1, "every": "month"}}], "routes": [{"name": "all", "ask": ["large", "small"]}]}
    price = {"input": 1, "output": 1}
    weir = stage.weir(cloud=ollama(cloud), local=local, policy=budget, prices={"large": price, "small": price},
                      models={"large": {"provider": "cloud", "model": "l", "price": price, "output": 100},
                              "small": {"provider": "local", "model": "s", "price": price, "output": 100}})

    stream = weir.stream("hi", max_tokens=10)

    assert stream.text == "here" and stream.is_done and stream.is_whole
    assert len(cloud.requests) == 1 and len(local.requests) == 1
    assert weir.metric("weir_fallbacks_total") == 1


def test_anthropics_tokens_are_counted_here(stage):
    cloud = stage.provider(answers(text("yes")))
    weir = stage.weir(cloud=claude(cloud))
    counted = anthropic_client(weir).messages.count_tokens(model="large", system="Be brief.", messages=[{"role": "user", "content": "hello " * 100}])
    assert 100 < counted.input_tokens < 200 and not cloud.requests
    with pytest.raises(anthropic.BadRequestError):
        anthropic_client(weir).messages.count_tokens(model="large", messages="hello")
