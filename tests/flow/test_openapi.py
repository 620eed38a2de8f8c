"""Every JSON body, chunk, event and error that Weir makes is as OpenAI's own description says (../shared/data/openapi/openai.json)."""
import json
import os
import pathlib

import httpx
import pytest

from actors.messages import answers, call, text, thought
from actors.others import gemini_says, ollama_says
from actors.scripted import chunk, completion, echoes, fails, says
from test_quirks import CALLING, THINKING
from actors.weir import ROOT

SHARED = pathlib.Path(os.environ.get("WEIR_SHARED", ROOT.parent / "shared"))
DESCRIPTION = SHARED / "data" / "openapi" / "openai.json"
MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
KEY = "key-of-the-sdk-team"
pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(), reason=f"OpenAI's description is not at {DESCRIPTION}")
needs_model = pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")

TOOLS = [{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {"mail": {"type": "string"}}}}}]
RESPONSES_TOOLS = [{"type": "function", "name": "look_up", "parameters": {"type": "object", "properties": {}}, "strict": True}]
USER = [{"role": "user", "content": "Who?"}]


@pytest.fixture(scope="module")
def check():
    """check(name, body): the body is of the schema so named, or the test fails with the place that is not."""
    import jsonschema
    import referencing
    import referencing.jsonschema
    document = json.loads(DESCRIPTION.read_text(), object_hook=lambda node: {"anyOf": [node, {"type": "null"}]} if node.get("nullable") is True else node)
    registry = referencing.Registry().with_resource("urn:openai", referencing.Resource(document, referencing.jsonschema.DRAFT202012))
    validators = {}

    def deepest(error):
        """Of the alternatives that were tried, the one that came farthest."""
        while error.context:
            error = max(error.context, key=lambda inner: len(inner.absolute_path))
        return error

    def check(name, body):
        if name not in validators:
            validators[name] = jsonschema.Draft202012Validator({"$ref": f"urn:openai#/components/schemas/{name}"}, registry=registry)
        for error in validators[name].iter_errors(body):
            inner = deepest(error)
            pytest.fail(f"{name}: {inner.json_path}: {inner.message[:300]}\n{json.dumps(body)[:3000]}")
    return check


def claude(actor):
    return {"api": "anthropic", "url": actor.url().removesuffix("/v1")}


def gemini(actor):
    return {"api": "gemini", "url": actor.url().removesuffix("/v1")}


def ollama(actor):
    return {"api": "ollama", "url": actor.url().removesuffix("/v1")}


def thinks_and_calls(request, wire):
    """What OpenAI's chat can say, all at once."""
    tool = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
    if not request.wants_stream:
        message = {"role": "assistant", "content": "Hm.", "refusal": None, "reasoning_content": "I think.", "tool_calls": [tool]}
        body = completion("", "tool_calls", (3, 4), message=message)
        body["choices"][0]["logprobs"] = None
        wire.whole(body)
        return
    wire.head(content_type="text/event-stream")
    for delta in ({"role": "assistant", "content": ""}, {"reasoning_content": "I think."}, {"content": "Hm."}, {"refusal": "No."},
                  {"tool_calls": [{**tool, "index": 0}]}):
        wire.event(chunk(delta))
    wire.event(chunk({}, finish="tool_calls"))
    wire.event(chunk(choices=[], usage=(3, 4)))
    wire.event(b"[DONE]")
    wire.last_chunk()


PROVIDERS = {
    "openai": lambda stage: stage.provider(thinks_and_calls),
    "anthropic": lambda stage: claude(stage.provider(answers(thought("I think."), text("Hm."), call({"mail": "x"}), stop="tool_use"))),
    "anthropic, cut": lambda stage: claude(stage.provider(answers(text("Hm."), stop="max_tokens"))),
    "gemini": lambda stage: gemini(stage.provider(gemini_says("Hm."))),
    "ollama": lambda stage: ollama(stage.provider(ollama_says("Hm."))),
    "mistral": lambda stage: stage.provider(THINKING["mistral"][1]),
    "google": lambda stage: stage.provider(CALLING["google"][1]),
}


def events(weir, path, body):
    """The JSON of each event of a stream, and whether it ended as it should."""
    answer = httpx.post(weir.base + path, json={**body, "stream": True}, timeout=60)
    assert answer.status_code == 200, answer.text
    return [json.loads(line[len("data: "):]) for line in answer.text.split("\n") if line.startswith("data: {")]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_said_in_every_dialect(stage, check, provider):
    weir = stage.weir(cloud=PROVIDERS[provider](stage))

    def ask(path, **body):
        answer = httpx.post(weir.base + path, json={"model": "large", **body}, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()
    chat = {"messages": USER, "tools": TOOLS, "model": "large"}
    if provider != "openai":  # whose body goes on as it came
        whole = ask("/v1/chat/completions", **chat)
        for choice in whole["choices"]:  # what other servers leave out, and no client misses
            choice.setdefault("logprobs", None)
            choice["message"].setdefault("refusal", None)
        check("CreateChatCompletionResponse", whole)
    pieces = events(weir, "/v1/chat/completions", {**chat, "stream_options": {"include_usage": True}})
    for piece in pieces:
        check("CreateChatCompletionStreamResponse", piece)
    assert any(piece.get("usage") for piece in pieces)

    asked = {"model": "large", "input": "Who?", "tools": RESPONSES_TOOLS, "instructions": "Be brief.", "metadata": {"a": "b"}, "temperature": .5}
    response = ask("/v1/responses", **asked)
    check("Response", response)
    heard = events(weir, "/v1/responses", asked)
    for event in heard:
        check("ResponseStreamEvent", event)
    assert heard[-1]["type"] in ("response.completed", "response.incomplete")
    check("Response", ask("/v1/responses", input="And?", previous_response_id=response["id"]))

    check("CreateCompletionResponse", ask("/v1/completions", prompt="Who?", echo=True))
    for piece in events(weir, "/v1/completions", {"model": "large", "prompt": "Who?", "echo": True}):
        for choice in piece["choices"]:  # the description has no stream of these, whose pieces say null until the last
            choice["finish_reason"] = choice["finish_reason"] or "stop"
        check("CreateCompletionResponse", piece)


def test_what_is_kept(stage, check):
    weir = stage.weir(cloud=stage.provider(thinks_and_calls), local=stage.provider(echoes()))

    def ask(method, path, body=None):
        answer = httpx.request(method, weir.base + "/v1" + path, json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()
    first = ask("POST", "/responses", {"model": "small", "input": [
        {"role": "developer", "content": "Be brief."}, {"role": "user", "content": [{"type": "input_text", "text": "Who?"}]}, {"role": "assistant", "content": "I?"},
        {"type": "function_call", "call_id": "c", "name": "look_up", "arguments": "{}"}, {"type": "function_call_output", "call_id": "c", "output": "Bob"},
        {"type": "custom_tool_call", "call_id": "d", "name": "say", "input": "x"}, {"type": "custom_tool_call_output", "call_id": "d", "output": "y"}]})
    check("Response", ask("GET", f"/responses/{first['id']}"))
    check("ResponseItemList", ask("GET", f"/responses/{first['id']}/input_items"))
    check("TokenCountsResource", ask("POST", "/responses/input_tokens", {"input": "x"}))
    check("CompactResource", ask("POST", "/responses/compact", {"model": "small", "previous_response_id": first["id"]}))

    for wants in ({}, {"stream": True}):
        httpx.post(weir.base + "/v1/chat/completions", json={"model": "large", "messages": USER, "store": True, "metadata": {"a": "b"}, **wants})
    kept = ask("GET", "/chat/completions")
    assert len(kept["data"]) == 2
    check("ChatCompletionList", kept)
    streamed = kept["data"][1]["id"]
    check("CreateChatCompletionResponse", ask("GET", f"/chat/completions/{streamed}"))
    check("CreateChatCompletionResponse", ask("POST", f"/chat/completions/{streamed}", {"metadata": {"c": "d"}}))
    messages = ask("GET", f"/chat/completions/{streamed}/messages")
    for message in messages["data"]:
        message["role"] = "assistant"  # the description knows no other role here, though users' messages are listed
    check("ChatCompletionMessageList", messages)
    check("ChatCompletionDeleted", ask("DELETE", f"/chat/completions/{streamed}"))


@needs_model
def test_what_is_made_here(stage, check):
    weir = stage.weir(local=stage.provider(says("x")), slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    for encoding in ("float", "base64"):
        answer = weir.post({"model": MODEL.name, "input": ["a", "b"], "encoding_format": encoding}, path="/v1/embeddings").json
        if encoding == "base64":  # the description has numbers alone
            for item in answer["data"]:
                item["embedding"] = []
        check("CreateEmbeddingResponse", answer)
    check("CreateModerationResponse", weir.post({"input": ["a", "I will kill you"]}, path="/v1/moderations").json)
    check("ListModelsResponse", weir.get("/v1/models").json)
    check("Model", weir.get("/v1/models/small").json)


def test_errors(stage, check):
    policy = {"privacy": [{"name": "no cards", "when": {"pii": ["payment_card"]}, "deny": True}],
              "cost": [{"name": "purse", "for": {"team": "poor"}, "budget": {"usd": "0.000001", "every": "month"}}],
              "routes": [{"name": "all", "ask": ["large"]}]}
    teams = {"sdk": {"keys": [KEY]}, "poor": {"keys": ["key-of-the-poor"]}, "slow": {"keys": ["key-of-the-slow"], "requests_a_minute": 1}}
    models = {"large": {"provider": "cloud", "model": "l", "price": {"input": 9, "output": 9}, "output": 99},
              "broken": {"provider": "trusted", "model": "b", "price": {"input": 9, "output": 9}, "output": 99}}
    weir = stage.weir(cloud=stage.provider(says("x")), trusted=stage.provider(fails(500, b"<html>oh</html>")), policy=policy, models=models, teams=teams)

    def refused(status, code, method="POST", path="/v1/chat/completions", key=KEY, body=None, **more):
        body = json.dumps({"model": "large", "messages": USER, **more}) if body is None else body
        answer = httpx.request(method, weir.base + path, content=body if method == "POST" else None, timeout=60,
                               headers={"authorization": f"Bearer {key}"} if key else {})
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
        check("ErrorResponse", answer.json())
    refused(401, "missing_api_key", key=None)
    refused(401, "invalid_api_key", key="nobody's")
    refused(404, "model_not_found", model="nobody")
    refused(400, "invalid_request", body="{")
    refused(400, "duplicate_key", body='{"model":"a","model":"b"}')
    refused(403, "denied_by_policy", messages=[{"role": "user", "content": "pay 4111 1111 1111 1111"}])
    refused(402, "budget_exhausted", key="key-of-the-poor", max_tokens=90)
    refused(502, "provider_error", model="broken")
    refused(404, "unknown_url", path="/v1/nothing")
    refused(405, "method_not_allowed", method="GET", path="/v1/completions")
    refused(404, "not_found", method="GET", path="/v1/responses/resp_1")
    refused(404, "not_found", method="DELETE", path="/v1/chat/completions/chatcmpl-1")
    refused(400, "previous_response_not_found", path="/v1/responses", body='{"previous_response_id":"resp_1"}')
    refused(400, "unsupported", path="/v1/responses", body='{"input":"x","background":true}')
    refused(400, "invalid_request", path="/v1/moderations" if MODEL is None else "/v1/embeddings", body="[]")
    httpx.post(weir.base + "/v1/chat/completions", json={"model": "large", "messages": USER}, headers={"authorization": "Bearer key-of-the-slow"})
    refused(429, "rate_limit_exceeded", key="key-of-the-slow")


def test_a_stream_that_breaks(stage, check):
    def script(request, wire):
        wire.head(content_type="text/event-stream")
        wire.event(chunk({"role": "assistant", "content": "half"}))
        wire.close()

    weir = stage.weir(cloud=stage.provider(script))
    heard = bytearray()
    with pytest.raises(httpx.RemoteProtocolError), httpx.stream(
            "POST", weir.base + "/v1/responses", json={"model": "large", "input": "x", "stream": True}) as answer:
        for piece in answer.iter_raw():
            heard += piece
    for line in heard.decode().split("\n"):
        if line.startswith("data: {"):
            check("ResponseStreamEvent", json.loads(line[len("data: "):]))
    assert weir.stream("x", model="large").error
    check("ErrorResponse", {"error": weir.stream("x", model="large").error})
