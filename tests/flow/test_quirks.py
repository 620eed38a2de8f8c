"""What providers do to OpenAI's dialect and to their own, seen by clients of all four: each hears the same answer, whole and well-formed."""
import itertools
import json

import httpx
import pytest

from actors.messages import answers, call, text, thought
from actors.others import gemini_says, ollama_says
from actors.scripted import chunk, completion, says

PLAIN_USAGE = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}


def speaks(*deltas, finish="stop", message=None, usage=PLAIN_USAGE, before=b"", last=None, choice=None):
    """A whole answer of that message; or a stream: bytes before it, deltas, the finish with more in its choice, and a last chunk."""
    def script(request, wire):
        if not request.wants_stream:
            body = completion("", finish, None, message={"role": "assistant", **(message or {"content": "Yes."})})
            body["choices"][0].update(choice or {})
            wire.whole({**body, **({"usage": usage} if usage else {}), **(last or {})})
            return
        wire.head(content_type="text/event-stream")
        if before:
            wire.chunk(before)
        for delta in deltas or ({"content": "Yes."},):
            wire.event(chunk({"role": "assistant", **delta}))
        ending = chunk({"content": ""}, finish=finish)
        ending["choices"][0].update(choice or {})
        wire.event(ending)
        wire.event({**chunk(choices=[]), **({"usage": usage} if usage else {}), **(last or {})})
        wire.event(b"[DONE]")
        wire.last_chunk()
    return script


MISTRALS = {"model", "messages", "tools", "tool_choice", "stream", "max_tokens", "temperature"}


def strict(script):
    """Mistral's, which takes nothing that it does not know."""
    def check(request, wire):
        extra = set(request.json) - MISTRALS
        if extra:
            wire.whole({"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", *extra]}]}}, 422)
        else:
            script(request, wire)
    return check


THINKS = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
SAYS = {"type": "text", "text": "Yes."}
TOLD = {"type": "function", "function": {"name": "look_up", "arguments": "{}"}}

# What says "Yes.", and "Hm." where it thinks.
PLAIN = {
    "openrouter": ("openai", speaks(before=b": OPENROUTER PROCESSING\n\n" * 3, choice={"native_finish_reason": "STOP", "error": None})),
    "groq": ("openai", speaks(usage=None, last={"x_groq": {"id": "req_1", "usage": PLAIN_USAGE}})),
    "azure": ("openai", speaks(before=b'data: {"id":"","model":"","object":"","created":0,"choices":[],"prompt_filter_results":[]}\n\n')),
    "llama-server": ("openai", speaks(before=b":\n\n", last={"timings": {"predicted_ms": 1.5}})),
    "old vllm": ("openai", speaks(finish="eos", choice={"stop_reason": 128009})),
    "mistral": ("mistral", strict(speaks())),
    "ollama": ("ollama", ollama_says("Yes.")),
    "gemini": ("gemini", gemini_says("Yes.")),
    "claude": ("anthropic", answers(text("Yes."))),
}
THINKING = {
    "mistral": ("mistral", speaks({"content": [THINKS]}, {"content": [SAYS]}, message={"content": [THINKS, SAYS]})),
    "deepseek": ("openai", speaks({"reasoning_content": "Hm.", "content": None}, {"content": "Yes."},
                                  message={"content": "Yes.", "reasoning_content": "Hm."}, usage={**PLAIN_USAGE, "prompt_cache_hit_tokens": 4})),
    "vllm": ("openai", speaks({"reasoning": "Hm."}, {"content": "Yes."}, message={"content": "Yes.", "reasoning": "Hm."})),
    "claude": ("anthropic", answers(thought("Hm."), text("Yes."))),
    "gemini": ("gemini", gemini_says("Yes.", parts=[{"text": "Hm.", "thought": True}])),
}
CALLING = {
    "google": ("openai", speaks({"tool_calls": [TOLD]}, finish="tool_calls", message={"content": None, "tool_calls": [{**TOLD, "id": ""}]})),
    "mistral": ("mistral", strict(speaks({"tool_calls": [{**TOLD, "id": "D681PevKs"}]}, finish="tool_calls",
                                         message={"content": "", "tool_calls": [{**TOLD, "id": "D681PevKs"}]}))),
    "claude": ("anthropic", answers(call({}), stop="tool_use")),
    "gemini": ("gemini", gemini_says("", parts=[{"functionCall": {"name": "look_up"}}])),
    "ollama": ("ollama", ollama_says("", calls=[{"name": "look_up", "arguments": {}}])),
}
# What fails with status 200; streams have said something by then, or not.
FAILING = {
    "openrouter": ("openai", speaks(finish="error", choice={"error": {"code": 502, "message": "down"}})),
    "groq": ("openai", speaks(last={"x_groq": {"id": "req_1", "error": "over capacity"}})),
    "deepseek": ("openai", speaks(finish="insufficient_system_resource")),
    "google": ("openai", speaks(finish="function_call_filter: MALFORMED_FUNCTION_CALL")),
    "gemini": ("gemini", gemini_says("Yes.", finish="MALFORMED_FUNCTION_CALL")),
    "gemini, silent": ("gemini", gemini_says("", finish="UNEXPECTED_TOOL_CALL")),
}


def weir_before(stage, quirks):
    """Weir, and each of the providers under its own name."""
    providers, models = {}, {}
    for name, (api, script) in quirks.items():
        url = stage.provider(script, name).url()
        providers[name] = {"api": api, "zone": "cloud", "key": "k", "url": url if api in ("openai", "mistral") else url.removesuffix("/v1")}
        models[name] = {"provider": name, "model": name}
    settings = {**stage.settings(), "providers": providers, "models": models}
    stage.write_policy({"routes": [{"name": "any", "ask": list(models)}]})
    return stage.weir(settings=settings)


USER = [{"role": "user", "content": "Is it so?"}]
FUNCTION = {"name": "look_up", "parameters": {"type": "object", "properties": {}}}


class Heard:
    """What a client made of an answer: its words, its thoughts, names of tools called, whether it is whole."""

    def __init__(self, response):
        self.status, self.body, self.words, self.thoughts, self.calls, self.is_sealed = response.status_code, response.text, "", "", [], False

    def documents(self):
        return [json.loads(line.removeprefix("data: ")) for line in self.body.split("\n") if line.startswith(("data: {", "{"))]


def hear_chat(heard, is_stream):
    heard.is_sealed = not is_stream or "data: [DONE]" in heard.body
    for document in heard.documents():
        for choice in document.get("choices", []):
            said = choice["delta" if is_stream else "message"]
            assert isinstance(said.get("content"), str | None) and choice["finish_reason"] in (None, "stop", "length", "tool_calls")
            heard.words += said.get("content") or ""
            heard.thoughts += said.get("reasoning_content") or said.get("reasoning") or ""
            for called in said.get("tool_calls") or []:
                assert not is_stream or called["index"] == 0
                if called["function"].get("name"):  # else it goes on
                    assert called["id"] and called["type"] == "function"
                    heard.calls.append(called["function"]["name"])


def hear_response(heard, is_stream):
    documents = heard.documents()
    response = documents[-1].get("response", {}) if is_stream else documents[0]
    heard.is_sealed = response.get("status") == "completed"
    for item in response.get("output", []):
        if item["type"] == "message":
            heard.words += "".join(part["text"] for part in item["content"])
        elif item["type"] == "reasoning":
            heard.thoughts += "".join(part["text"] for part in item["content"])
        else:
            assert item["call_id"]
            heard.calls.append(item["name"])


def hear_message(heard, is_stream):
    heard.is_sealed = not is_stream or "event: message_stop" in heard.body
    for document in heard.documents():
        for block in document.get("content", []):
            heard.words += block.get("text", "")
            heard.thoughts += block.get("thinking", "")
            heard.calls += [block["name"]] if block["type"] == "tool_use" and block["id"] else []
        delta = document.get("delta", {})
        heard.words += delta.get("text", "")
        heard.thoughts += delta.get("thinking", "")
        begun = document.get("content_block", {})
        heard.calls += [begun["name"]] if begun.get("id") else []


def hear_ollama(heard, is_stream):
    heard.is_sealed = any(document.get("done") for document in heard.documents())
    for document in heard.documents():
        said = document.get("message", {})
        heard.words += said.get("content", "")
        heard.thoughts += said.get("thinking", "")
        heard.calls += [called["function"]["name"] for called in said.get("tool_calls", [])]


CLIENTS = {
    "/v1/chat/completions": ({"messages": USER, "tools": [{"type": "function", "function": FUNCTION}]}, hear_chat),
    "/v1/responses": ({"input": "Is it so?", "tools": [{"type": "function", **FUNCTION}]}, hear_response),
    "/v1/messages": ({"messages": USER, "max_tokens": 99, "tools": [{"name": "look_up", "input_schema": FUNCTION["parameters"]}]}, hear_message),
    "/api/chat": ({"messages": USER, "tools": [{"type": "function", "function": FUNCTION}]}, hear_ollama),
}


def hear_all(weir, names):
    """What each client hears of each provider, whole and streamed; None where it was cut off."""
    with httpx.Client(base_url=weir.base, timeout=30) as client:
        for name, (path, (body, hear)), is_stream in itertools.product(names, CLIENTS.items(), (False, True)):
            try:
                heard = Heard(client.post(path, json={"model": name, "stream": is_stream, **body}))
            except httpx.RemoteProtocolError:
                yield f"{name} by {path}", None
                continue
            if heard.status == 200:
                hear(heard, is_stream)
            yield f"{name} by {path}, {'streamed' if is_stream else 'whole'}: {heard.body[-2000:]}", heard


@pytest.mark.parametrize("quirks, wanted", [(PLAIN, ("Yes.", "", [])), (THINKING, ("Yes.", "Hm.", [])), (CALLING, ("", "", ["look_up"]))],
                         ids=["plain", "thinking", "calling"])
def test_every_client_hears_the_same(stage, quirks, wanted):
    for where, heard in hear_all(weir_before(stage, quirks), quirks):
        assert heard and (heard.words, heard.thoughts, heard.calls) == wanted and heard.is_sealed, where


def test_no_client_takes_a_failure_for_an_answer(stage):
    weir = weir_before(stage, FAILING)
    for where, heard in hear_all(weir, FAILING):
        assert not heard or heard.status == 502 or not heard.is_sealed, where
        assert not heard or "error" in heard.body, where


def test_thoughts_that_nobody_signed_go_back_with_their_calls(stage):
    """DeepSeek refuses a call that comes back without the thoughts before it."""
    cloud = stage.provider(speaks({"reasoning_content": "Hm."}, {"tool_calls": [{**TOLD, "id": "call_1"}]}, finish="tool_calls", message={
        "content": None, "reasoning_content": "Hm.", "tool_calls": [{**TOLD, "id": "call_1"}]}), "deepseek")
    weir = stage.weir(cloud=cloud)
    said = weir.post({"model": "large", "max_tokens": 99, "messages": USER}, "/v1/messages").json["content"]
    result = [{"type": "tool_result", "tool_use_id": "call_1", "content": "it is"}]
    weir.post({"model": "large", "max_tokens": 99, "messages": [*USER, {"role": "assistant", "content": said}, {"role": "user", "content": result}]},
              "/v1/messages")
    response = weir.post({"model": "large", "input": "Is it so?"}, "/v1/responses").json["output"]
    weir.post({"model": "large", "input": [*USER, *response, {"type": "function_call_output", "call_id": "call_1", "output": "it is"}]},
              "/v1/responses")
    for request in cloud.requests[1::2]:
        assert request.json["messages"][1]["reasoning_content"] == "Hm." and request.json["messages"][1]["tool_calls"]


def test_a_flagged_prompt_makes_no_key_look_dead(stage):
    flagged = {"error": {"code": 403, "message": 'Your input was flagged for "x".', "metadata": {"reasons": ["x"]}}}
    page = b"<html>blocked by the firewall</html>"

    def moderates(request, wire):
        if "bad" in request.question:
            wire.whole(flagged, 403)
        elif "odd" in request.question:
            wire.whole(page, 403, "text/html")
        else:
            says("Yes.")(request, wire)
    weir = stage.weir(cloud=stage.provider(moderates))
    assert weir.chat("bad words").status == 403
    assert weir.chat("odd words").status == 502
    assert weir.chat("good words").text == "Yes."
