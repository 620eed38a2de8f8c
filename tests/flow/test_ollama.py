"""Ollama's own clients: /api/chat, /api/generate and /api/tags, whoever answers."""
import json

import httpx
import ollama
import pytest

from actors.others import ollama_says
from actors.scripted import calls, cuts_after, fails, says
from actors.weir import ROOT, wait_for

MASK = {"privacy": [{"name": "mask", "when": {"pii": ["email"]}, "redact": "placeholder"}], "routes": [{"name": "all", "ask": ["large"]}]}
HELLO = [{"role": "user", "content": "hello"}]


def client(weir):
    return ollama.Client(host=weir.base)


def lines(response):
    return [json.loads(line) for line in response.text.splitlines()]


def test_a_chat_whole_and_streamed(stage):
    cloud = stage.provider(says("You said hello."))
    weir = stage.weir(cloud=cloud)
    answer = client(weir).chat(model="large", messages=HELLO, options={"temperature": 0.5, "num_predict": 20}, think=False)
    assert (answer.message.content, answer.done, answer.done_reason) == ("You said hello.", True, "stop")
    assert (answer.prompt_eval_count, answer.eval_count) == (9, 5)
    assert cloud.requests[0].json["temperature"] == 0.5
    parts = list(client(weir).chat(model="large:latest", messages=HELLO, stream=True))
    assert "".join(part.message.content for part in parts) == "You said hello."
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True] and parts[-1].eval_count == 5


def test_a_prompt_whole_and_streamed(stage):
    weir = stage.weir(cloud=stage.provider(says("You said hello.")))
    assert client(weir).generate(model="auto", prompt="hello", system="Be brief.").response == "You said hello."
    assert "".join(part.response for part in client(weir).generate(model="auto", prompt="hello", stream=True)) == "You said hello."


def test_it_streams_unless_told_otherwise_and_lines_hold_nothing_else(stage):
    weir = stage.weir(cloud=stage.provider(says("yes", size=1)), limits={"ping": "1ms"})
    response = httpx.post(weir.base + "/api/chat", json={"model": "large", "messages": HELLO})
    assert response.headers["content-type"] == "application/x-ndjson" and response.headers["x-weir-model"] == "large"
    assert [line["message"]["content"] for line in lines(response)] == ["y", "e", "s", ""]


def test_a_tool_loop(stage):
    cloud = stage.provider(calls(lambda request: ("look_up", {"mail": "a@b.example"}), says("It is Bob.")))
    weir = stage.weir(cloud=cloud)
    tools = [{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {"mail": {"type": "string"}}}}}]
    messages = [{"role": "user", "content": "Who is it?"}]
    asked = [part.message for part in client(weir).chat(model="large", messages=messages, tools=tools, stream=True) if part.message.tool_calls]
    assert [dict(call.function.arguments) for message in asked for call in message.tool_calls] == [{"mail": "a@b.example"}]
    messages += [asked[0].model_dump(exclude_none=True), {"role": "tool", "tool_name": "look_up", "content": "Bob"}]
    assert client(weir).chat(model="large", messages=messages, tools=tools).message.content == "It is Bob."
    sent = cloud.requests[1].json["messages"]
    assert sent[1]["tool_calls"][0]["id"] == sent[2]["tool_call_id"]
    assert json.loads(sent[1]["tool_calls"][0]["function"]["arguments"]) == {"mail": "a@b.example"}


def test_ollama_behind_it(stage):
    there = stage.provider(ollama_says("from there"))
    weir = stage.weir(cloud={"api": "ollama", "url": there.url().removesuffix("/v1")})
    parts = list(client(weir).chat(model="large", messages=HELLO, stream=True, format={"type": "object"}))
    assert "".join(part.message.content for part in parts) == "from there" and parts[-1].done
    assert there.requests[0].json["format"] == {"type": "object"}


def test_what_is_private_is_hidden_and_comes_back(stage):
    cloud = stage.provider(says(lambda request: "Write to " + request.question.split()[-1] + "!", size=3))
    weir = stage.weir(cloud=cloud, policy=MASK)
    answer = client(weir).generate(model="auto", prompt="Whom do I ask at ann@example.org", stream=True)
    assert "".join(part.response for part in answer) == "Write to ann@example.org!"
    assert b"ann@example.org" not in bytes(cloud.received)


def test_errors_are_said_as_ollama_says_them(stage):
    weir = stage.weir(cloud=stage.provider(fails(400)))
    for model, status in (("nobody", 404), ("large", 400)):
        with pytest.raises(ollama.ResponseError) as caught:
            client(weir).chat(model=model, messages=HELLO)
        assert caught.value.status_code == status and caught.value.error


def test_a_stream_that_breaks_does_not_look_whole(stage):
    weir = stage.weir(cloud=stage.provider(cuts_after(4)))
    heard = []
    with pytest.raises((ollama.ResponseError, httpx.TransportError)):
        for part in client(weir).chat(model="large", messages=HELLO, stream=True):
            heard.append(part.done)
    assert heard and not any(heard)


def test_the_models_are_listed(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")))
    assert {"auto", "large"} <= {model.model for model in client(weir).list().models}
    assert weir.get("/api/version").json["version"]
    assert weir.get("/").body == b"Weir is running" and httpx.head(weir.base).status_code == 200


def test_one_model_is_shown_by_what_clients_go_by(stage):
    settings = stage.settings(cloud=stage.provider(says("yes")), teams={"staff": {"keys": ["a-key-for-staff"]}})
    settings["models"]["large"]["context"] = 4096
    settings["models"]["bare"] = {"provider": "cloud", "model": "bare"}
    weir = stage.weir(settings=settings)
    asked = ollama.Client(host=weir.base, headers={"authorization": "Bearer a-key-for-staff"})
    large = asked.show("large:latest")
    assert large.capabilities == ["completion", "tools"] and large.details.family == "cloud"
    assert large.modelinfo == {"general.architecture": "weir", "weir.context_length": 4096}
    assert httpx.post(weir.base + "/api/show", json={"name": "auto"}, headers=asked._client.headers).json()["model_info"] == {"general.architecture": "weir"}
    assert asked.show("bare").modelinfo == {"general.architecture": "weir"}
    with pytest.raises(ollama.ResponseError) as caught:
        asked.show("nobody")
    assert caught.value.status_code == 404
    assert httpx.post(weir.base + "/api/show", json={"model": "large"}).status_code == 401


def test_what_a_generator_has_loaded_is_listed(stage):
    def script(request, wire):
        if request.path == "/api/ps":
            wire.whole({"models": [{"name": "small-as-sent:latest", "model": "small-as-sent:latest"}]})
        else:
            wire.whole({"models": []})
    there = stage.provider(script)
    settings = stage.settings(local={"api": "ollama", "url": there.url().removesuffix("/v1"), "health": "/api/ps"}, cloud=stage.provider(says("yes")))
    weir = stage.weir(settings=settings)
    loaded = wait_for(lambda: client(weir).ps().models, what="the generator to be asked")
    assert [model.model for model in loaded] == ["small"]


def test_a_model_made_ready_costs_nothing_and_is_under_policy(stage):
    cloud = stage.provider(says("unasked"))
    weir = stage.weir(cloud=cloud, local=cloud, policy={"privacy": [{"name": "shut", "when": {"model": "small"}, "deny": True}], "routes": [{"name": "all", "ask": ["large"]}]})
    for answer in (client(weir).generate(model="large"), client(weir).generate(model="large", prompt="", keep_alive="5m"), client(weir).chat(model="large", messages=[])):
        assert (answer.done, answer.done_reason, answer.model) == (True, "load", "large")
    assert client(weir).generate(model="large", keep_alive=0).done_reason == "unload"
    assert [part.done for part in client(weir).chat(model="large", stream=True)] == [True]
    for model, status in (("nobody", 404), ("small", 403)):
        with pytest.raises(ollama.ResponseError) as caught:
            client(weir).generate(model=model)
        assert caught.value.status_code == status
    assert not cloud.requests


MODEL = ROOT / "models" / "all-MiniLM-L6-v2"


@pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")
def test_embeddings(stage):
    def script(request, wire):
        texts = request.json["input"]
        count = len(texts) if isinstance(texts, list) else 1
        wire.whole({"object": "list", "model": "m", "usage": {"prompt_tokens": 7, "total_tokens": 7},
                    "data": [{"object": "embedding", "index": at, "embedding": [at, 0.5]} for at in range(count)]})
    cloud = stage.provider(script)
    weir = stage.weir(cloud=cloud, slm={"model": str(MODEL)}, limits={"inspect": "60s"}, policy=MASK)
    name, asked = MODEL.name, client(weir)
    both = asked.embed(model=name + ":latest", input=["one", "two"])
    assert len(both.embeddings) == 2 and len(both.embeddings[0]) == 384 and both.prompt_eval_count == 6 and both.model == name
    assert asked.embed(model=name, input="one").embeddings[0] == pytest.approx(both.embeddings[0], abs=1e-5)
    assert list(asked.embeddings(model=name, prompt="two").embedding) == pytest.approx(both.embeddings[1], abs=1e-5)
    assert asked.show(name).capabilities == ["embedding"]
    assert not cloud.requests
    elsewhere = asked.embed(model="large", input=["mail ann@example.org", "two"])
    assert elsewhere.embeddings == [[0, 0.5], [1, 0.5]] and elsewhere.prompt_eval_count == 7
    assert cloud.requests[0].path == "/v1/embeddings" and b"ann@example.org" not in bytes(cloud.received)
    for wrong in ({}, {"input": 5}, {"input": "x", "dimensions": 5}):
        refused = httpx.post(weir.base + "/api/embed", json={"model": name, **wrong})
        assert refused.status_code == 400 and isinstance(refused.json()["error"], str)
