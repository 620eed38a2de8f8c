"""OpenAI's own clients, unchanged but for base_url, get on with Weir as they do with OpenAI."""
import asyncio
import json
import shutil
import subprocess

import openai
import pytest

from actors.scripted import calls, cuts_after, fails, says
from actors.weir import ROOT

POLICY = {"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"},
                      {"name": "no cards", "when": {"pii": ["payment_card"]}, "deny": True}],
          "routes": [{"name": "far", "ask": ["large"]}]}
KEY = "key-of-the-sdk-team"
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]


ARGUMENTS = {"weather": {"city": "Oslo"}, "look_up": {"mail": "ada@example.com"}}


def chosen(request):
    """The first of the tools that it was told of."""
    tools = request.json.get("tools")
    return tools and (tools[0]["function"]["name"], ARGUMENTS[tools[0]["function"]["name"]])


answers = calls(chosen, says(lambda request: "You said: " + request.question))


@pytest.fixture
def weir(stage):
    return stage.weir(cloud=stage.provider(answers), policy=POLICY, teams={"sdk": {"keys": [KEY]}})


@pytest.fixture
def client(weir):
    with openai.OpenAI(base_url=weir.base + "/v1", api_key=KEY, max_retries=0) as client:
        yield client


def user(words):
    return [{"role": "user", "content": words}]


def test_python_whole(client):
    answer = client.chat.completions.create(model="auto", messages=user("mail ada@example.com"))
    assert answer.choices[0].message.content == "You said: mail ada@example.com"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == 14


def test_python_streamed(client):
    stream = client.chat.completions.create(model="auto", messages=user("mail ada@example.com"), stream=True,
                                            stream_options={"include_usage": True})
    chunks = list(stream)
    assert "".join(part.choices[0].delta.content or "" for part in chunks if part.choices) == "You said: mail ada@example.com"
    assert chunks[-1].usage.total_tokens == 14


def test_python_asynchronous(weir):
    async def ask():
        async with openai.AsyncOpenAI(base_url=weir.base + "/v1", api_key=KEY) as client:
            async def one(number):
                stream = await client.chat.completions.create(model="auto", messages=user(f"number {number}"), stream=True)
                return "".join([part.choices[0].delta.content or "" async for part in stream])
            return await asyncio.gather(*(one(number) for number in range(10)))
    assert asyncio.run(ask()) == [f"You said: number {number}" for number in range(10)]


def test_python_tools(client):
    messages = user("the weather in Oslo?")
    called = client.chat.completions.create(model="auto", messages=messages, tools=TOOLS).choices[0].message
    assert json.loads(called.tool_calls[0].function.arguments) == {"city": "Oslo"}
    messages += [called, {"role": "tool", "tool_call_id": called.tool_calls[0].id, "content": "rain"}]
    answer = client.chat.completions.create(model="auto", messages=messages, tools=TOOLS)
    assert answer.choices[0].message.content == "You said: the weather in Oslo?"


def test_python_tools_streamed(client):
    stream = client.chat.completions.create(model="auto", messages=user("the weather in Oslo?"), tools=TOOLS, stream=True)
    calls = [call for part in stream if part.choices for call in part.choices[0].delta.tool_calls or []]
    assert json.loads("".join(call.function.arguments or "" for call in calls)) == {"city": "Oslo"}


def test_python_fields_reach_the_provider_as_they_are(stage):
    cloud = stage.provider(says("ok"))
    asked = {"messages": [{"role": "developer", "content": "Be brief."},
                          {"role": "user", "content": [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}}]}],
             "n": 2, "seed": 7, "stop": ["\n", "END"], "logprobs": True, "top_logprobs": 3, "temperature": 0.25, "presence_penalty": -1.5, "logit_bias": {"50256": -100},
             "max_completion_tokens": 40, "reasoning_effort": "low", "verbosity": "low", "parallel_tool_calls": False, "tools": TOOLS, "tool_choice": "auto",
             "response_format": {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": {"type": "object", "properties": {}}}},
             "prompt_cache_key": "k", "service_tier": "flex", "user": "u-1", "modalities": ["text"]}
    weir = stage.weir(cloud=cloud, policy={"privacy": [{"name": "images may go", "unreadable": "allow"}], "routes": [{"name": "far", "ask": ["large"]}]})
    openai.OpenAI(base_url=weir.base + "/v1", api_key="any", max_retries=0).chat.completions.create(model="large", **asked)
    assert cloud.requests[0].json == {"model": "large-as-sent", **asked}


def test_python_logprobs_of_responses(stage):
    cloud = stage.provider(says("one two", logprob=-0.5, size=4))
    weir = stage.weir(cloud=cloud)
    asked = {"model": "large", "input": "x", "top_logprobs": 2, "include": ["message.output_text.logprobs", "reasoning.encrypted_content"]}
    with openai.OpenAI(base_url=weir.base + "/v1", api_key="any", max_retries=0) as client:
        whole = client.responses.create(**asked).output[0].content[0].logprobs
        with client.responses.stream(**asked) as stream:
            pieces = [event.logprobs for event in stream if event.type == "response.output_text.delta"]
            streamed = stream.get_final_response().output[0].content[0].logprobs
        client.responses.create(model="large", input="x")
    assert [(token.token, token.logprob) for token in whole] == [("one", -0.5), ("two", -0.5)]
    assert [[token.logprob for token in piece] for piece in pieces] == [[-0.5], [-0.5]] and len(streamed) == 2
    assert [(request.json.get("logprobs"), request.json.get("top_logprobs")) for request in cloud.requests] == [(True, 2), (True, 2), (None, None)]


def test_python_models(client):
    assert "large" in {model.id for model in client.models.list()}


def test_python_errors(weir, client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="nobody", messages=user("x"))
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.PermissionDeniedError) as caught:
        client.chat.completions.create(model="auto", messages=user("pay with 4111 1111 1111 1111"))
    assert caught.value.code == "denied_by_policy"
    assert caught.value.request_id
    with pytest.raises(openai.AuthenticationError) as caught:
        openai.OpenAI(base_url=weir.base + "/v1", api_key="wrong").chat.completions.create(model="auto", messages=user("x"))
    assert caught.value.code == "invalid_api_key"


def test_python_hears_of_a_provider_that_fails(stage):
    weir = stage.weir(cloud=stage.provider(fails(500)))
    client = openai.OpenAI(base_url=weir.base + "/v1", api_key="any", max_retries=0)
    with pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="auto", messages=user("x"))
    assert caught.value.code == "provider_error"


def test_python_does_not_ask_again_what_a_person_must_mend(stage):
    weir = stage.weir(cloud=stage.provider(fails(401)))
    client = openai.OpenAI(base_url=weir.base + "/v1", api_key="any")
    with pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="auto", messages=user("x"))
    assert caught.value.code == "provider_key_refused"
    assert weir.metric("weir_requests_total") == 1


def test_python_hears_of_a_stream_that_breaks(stage):
    weir = stage.weir(cloud=stage.provider(cuts_after(4)))
    client = openai.OpenAI(base_url=weir.base + "/v1", api_key="any", max_retries=0)
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(model="auto", messages=user("x"), stream=True))


def run_node(program, *arguments):
    """What a program of tests/flow/node printed."""
    folder = ROOT / "tests/flow/node"
    if not shutil.which("node") or not (folder / "node_modules/openai").exists():
        pytest.skip("there is no openai for Node: deploy/setup --tests installs it")
    done = subprocess.run(["node", folder / program, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_node(weir):
    node = json.loads(run_node("chat.mjs", weir.base + "/v1", KEY))
    assert node["whole"] == "You said: mail ada@example.com"
    assert node["streamed"] == "You said: mail ada@example.com"
    assert node["usage"] == 14
    assert node["tool"] == {"city": "Oslo"}
    assert "large" in node["models"]
    assert node["notFound"] == {"status": 404, "code": "model_not_found"}
    assert node["denied"] == {"status": 403, "code": "denied_by_policy"}


def test_tool_loops_of_other_libraries(weir):
    """Vercel's AI SDK by chat completions, by Responses and as a compatible provider; LangChain."""
    said = "You said: Who is ada@example.com?"
    for name, saw in json.loads(run_node("tool_loops.mjs", weir.base + "/v1", KEY)).items():
        if name.startswith("langchain"):
            assert saw == {"text": said, "asked": ["ada@example.com"]}, name
        else:
            assert (saw["whole"], saw["streamed"], saw["asked"]) == (said, said, ["ada@example.com"] * 2), name
            assert saw["tokens"] == 2 * 14 or saw["tokens"] == 14 + 7, name


def test_anthropics_node_client(weir):
    node = json.loads(run_node("anthropic.mjs", weir.base, KEY))
    assert node["streamed"] == node["looped"] == "You said: Who is ada@example.com?"
    assert node["seen"] == ["ada@example.com"] and node["counted"] > 0 and "large" in node["models"]
    assert node["refused"] == {"status": 404, "type": "not_found_error"}


def test_node_hears_of_a_stream_that_breaks(stage):
    weir = stage.weir(cloud=stage.provider(cuts_after(4)))
    assert run_node("broken.mjs", weir.base + "/v1").strip() == "raised"


@pytest.fixture
def spent(stage):
    """Whoever asks could spend what the budget has not."""
    cost = [{"name": "pocket money", "budget": {"usd": 0.5, "every": "month"}}]
    return stage.weir(cloud=stage.provider(), prices={"large": {"input": 0, "output": 1_000_000}}, policy={"cost": cost, **POLICY}, teams={"sdk": {"keys": [KEY]}})


def is_refusal_of_the_budget(status, message):
    return status == 402 and all(word in message for word in ("pocket money", "team sdk", "$0.5 a month", "begins anew on"))


def test_python_does_not_retry_where_a_budget_is_spent(spent):
    client = openai.OpenAI(base_url=spent.base + "/v1", api_key=KEY)  # which retries twice where it may
    for more in ({}, {"stream": True}):
        with pytest.raises(openai.APIStatusError) as refused:
            client.chat.completions.create(model="auto", messages=user("hello"), max_tokens=10, **more)
        assert is_refusal_of_the_budget(refused.value.status_code, str(refused.value)) and refused.value.code == "budget_exhausted"
    assert spent.metric("weir_requests_total") == 2


def test_node_does_not_retry_where_a_budget_is_spent(spent):
    node = json.loads(run_node("spent.mjs", spent.base, KEY))
    assert all(is_refusal_of_the_budget(told["status"], told["message"]) for told in node.values()), node
    assert node["openai"]["code"] == node["streamed"]["code"] == "budget_exhausted"
    assert spent.metric("weir_requests_total") == 3
