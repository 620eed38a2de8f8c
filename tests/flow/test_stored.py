"""What clients ask to keep: responses and chat completions, sealed in Redis, a team's own."""
import json
import re
import subprocess

import httpx
import openai
import pytest

from actors.messages import answers, text
from actors.others import gemini_says, ollama_says
from actors.redis_server import RedisServer
from actors.scripted import chunk, echoes, says
from actors.weir import free_port, wait_for

MASK = {"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"}]}
TEAMS = {"red": {"keys": ["key-of-red"]}, "blue": {"keys": ["key-of-blue"]}}
MAIL = "ann@example.org"


def client_of(weir, key="any"):
    return openai.OpenAI(base_url=weir.base + "/v1", api_key=key, max_retries=0)


def said(request):
    """What the provider was told, turn by turn."""
    return [(message["role"], message["content"] if isinstance(message["content"], str) else "".join(part.get("text", "") for part in message["content"]))
            for message in request.json["messages"]]


def kept_in(stage):
    """Every byte of every document that Redis holds."""
    def ask(*words):
        return subprocess.run(["redis-cli", "-s", stage.folder / "state" / "redis.sock", "--raw", *words], capture_output=True, check=True).stdout
    return b"".join(ask("get", key) for key in ask("keys", "weir:*:kept:*").decode().split())


@pytest.fixture
def far_redis(stage):
    server = RedisServer(stage.folder / "far")
    yield server
    server.stop()


# ---- responses ----


@pytest.mark.parametrize("streamed", [False, True])
def test_a_response_goes_on_from_another(stage, streamed):
    cloud = stage.provider(echoes())
    weir = stage.weir(cloud=cloud, policy=MASK)
    client = client_of(weir)

    def ask(**asked):
        if not streamed:
            return client.responses.create(model="large", **asked)
        return list(client.responses.create(model="large", stream=True, **asked))[-1].response

    first = ask(input=f"I am {MAIL}", instructions="Be brief.")
    second = ask(input="Who am I?", previous_response_id=first.id)
    third = ask(input=[{"role": "user", "content": "And now?"}], previous_response_id=second.id)

    assert first.store and first.id.startswith("resp_") and first.previous_response_id is None
    assert third.previous_response_id == second.id and third.output_text == "You said: And now?"
    told = said(cloud.requests[2])
    hidden = told[0][1].removeprefix("I am ")
    assert hidden != MAIL and told == [
        ("user", f"I am {hidden}"), ("assistant", f"You said: I am {hidden}"), ("user", "Who am I?"),
        ("assistant", "You said: Who am I?"), ("user", "And now?")]

    again = client.responses.retrieve(first.id)
    assert again == first or again.to_dict() == first.to_dict()
    assert MAIL in again.output_text and again.instructions == "Be brief."


def test_what_led_to_a_response_is_listed_page_by_page(stage):
    client = client_of(stage.weir(cloud=stage.provider(echoes()), policy=MASK))
    first = client.responses.create(model="large", input="one")
    call = {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"}
    second = client.responses.create(model="large", previous_response_id=first.id, input=[
        call, {"type": "function_call_output", "call_id": "c1", "output": "seen"}, {"role": "user", "content": f"I am {MAIL}"}])

    newest_first = list(client.responses.input_items.list(second.id))
    assert [item.type for item in newest_first] == ["message", "function_call_output", "function_call", "message", "message"]
    assert newest_first[0].content[0].text == f"I am {MAIL}" and newest_first[-1].content[0].text == "one"
    assert len({item.id for item in newest_first}) == 5
    assert [item.id for item in client.responses.input_items.list(second.id, order="asc", limit=2)] == [item.id for item in reversed(newest_first)]

    page = client.responses.input_items.list(second.id, order="asc", limit=2)
    assert page.has_more and page.first_id == page.data[0].id and page.last_id == page.data[1].id
    last = client.responses.input_items.list(second.id, order="asc", limit=2, after=newest_first[1].id)
    assert [item.id for item in last.data] == [newest_first[0].id] and not last.has_more
    for wrong in ({"after": "nobody"}, {"limit": 0}, {"limit": 101}, {"extra_query": {"order": "up"}}):
        with pytest.raises(openai.BadRequestError):
            client.responses.input_items.list(second.id, **wrong)


def test_redis_never_sees_what_is_kept(stage):
    weir = stage.weir(cloud=stage.provider(echoes("SECRETLY ")), policy={"routes": [{"name": "all", "ask": ["large"]}]})
    kept = client_of(weir).responses.create(model="large", input="confidential words")
    wait_for(lambda: kept_in(stage), what="it to be kept")
    assert b"confidential" not in kept_in(stage) and b"SECRETLY" not in kept_in(stage)
    assert client_of(weir).responses.retrieve(kept.id).output_text == "SECRETLY confidential words"


def test_a_team_sees_its_own_alone(stage):
    weir = stage.weir(cloud=stage.provider(echoes()), teams=TEAMS)
    red, blue = client_of(weir, "key-of-red"), client_of(weir, "key-of-blue")
    response = red.responses.create(model="large", input="ours")
    completion = red.chat.completions.create(model="large", messages=[{"role": "user", "content": "ours"}], store=True)
    for use in (lambda: blue.responses.retrieve(response.id), lambda: blue.responses.delete(response.id),
                lambda: blue.responses.cancel(response.id), lambda: blue.responses.input_items.list(response.id),
                lambda: blue.chat.completions.retrieve(completion.id), lambda: blue.chat.completions.delete(completion.id),
                lambda: blue.chat.completions.update(completion.id, metadata={"a": "b"}),
                lambda: blue.chat.completions.messages.list(completion.id)):
        with pytest.raises(openai.NotFoundError):
            use()
    with pytest.raises(openai.BadRequestError) as caught:
        blue.responses.create(model="large", input="go on", previous_response_id=response.id)
    assert caught.value.code == "previous_response_not_found" and caught.value.param == "previous_response_id"
    assert list(blue.chat.completions.list()) == [] and len(list(red.chat.completions.list())) == 1
    assert httpx.get(weir.base + "/v1/responses/" + response.id).status_code == 401


def test_a_response_is_deleted_and_what_went_on_from_it_stays(stage):
    client = client_of(stage.weir(cloud=stage.provider(echoes()), teams=TEAMS), "key-of-red")
    first = client.responses.create(model="large", input="one")
    second = client.responses.create(model="large", input="two", previous_response_id=first.id)
    client.responses.delete(first.id)
    for use in (client.responses.retrieve, client.responses.delete, client.responses.cancel):
        with pytest.raises(openai.NotFoundError):
            use(first.id)
    assert client.responses.create(model="large", input="three", previous_response_id=second.id).output_text == "You said: three"
    with pytest.raises(openai.BadRequestError):  # nothing runs in the background
        client.responses.cancel(second.id)
    with pytest.raises(openai.BadRequestError):
        list(client.responses.retrieve(second.id, stream=True))


def test_what_is_not_to_be_kept_is_not(stage):
    client = client_of(stage.weir(cloud=stage.provider(echoes()), teams=TEAMS), "key-of-red")
    unkept = client.responses.create(model="large", input="x", store=False)
    assert unkept.store is False
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(unkept.id)
    plain = client.chat.completions.create(model="large", messages=[{"role": "user", "content": "x"}])
    assert list(client.chat.completions.list()) == [] and plain.id == "chatcmpl-1"


def test_the_settings_may_keep_nothing(stage):
    client = client_of(stage.weir(cloud=stage.provider(echoes()), store={"keep": "0s"}))
    assert client.responses.create(model="large", input="x").store is False
    answer = client.chat.completions.with_raw_response.create(model="large", messages=[{"role": "user", "content": "x"}], store=True)
    assert answer.headers["x-weir-left-out"] == "store"


def test_nothing_asked_is_auto_and_an_empty_turn(stage):
    local = stage.provider(says("Hello!"))
    client = client_of(stage.weir(local=local))
    assert client.responses.create().output_text == "Hello!"
    assert said(local.requests[0]) == [("user", "")]
    assert client.responses.create(instructions="Greet.").status == "completed"


# ---- chat completions ----


def calls_and_thinks(request, wire):
    wire.head(content_type="text/event-stream")
    for delta in ({"role": "assistant", "content": ""}, {"reasoning_content": "Hm. "}, {"content": f"Mail {MAIL}"}, {"content": "!"},
                  {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "look", "arguments": ""}}]},
                  {"tool_calls": [{"index": 0, "function": {"arguments": '{"at":'}}]},
                  {"tool_calls": [{"index": 0, "function": {"arguments": ' 1}'}}]}):
        wire.event(chunk(delta))
    wire.event(chunk({}, finish="tool_calls"))
    wire.event(chunk(choices=[], usage=(3, 4)))
    wire.event(b"[DONE]")
    wire.last_chunk()


def test_a_stream_is_kept_as_one_completion(stage):
    cloud = stage.provider(calls_and_thinks)
    client = client_of(stage.weir(cloud=cloud))
    asked = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "Who?"}]}]
    stream = list(client.chat.completions.create(model="large", messages=asked, stream=True, store=True, metadata={"topic": "demo"},
                                                 stream_options={"include_usage": True}))
    ids = {piece.id for piece in stream}
    assert len(ids) == 1 and ids != {"chatcmpl-1"}

    kept = client.chat.completions.retrieve(stream[0].id)
    message = kept.choices[0].message
    assert kept.object == "chat.completion" and kept.metadata == {"topic": "demo"} and kept.usage.total_tokens == 7
    assert message.content == f"Mail {MAIL}!" and message.reasoning_content == "Hm. "
    assert message.tool_calls[0].id == "call_1" and json.loads(message.tool_calls[0].function.arguments) == {"at": 1}
    assert kept.choices[0].finish_reason == "tool_calls"
    assert cloud.requests[0].json["store"] is False and cloud.requests[0].json["metadata"] is None

    messages = list(client.chat.completions.messages.list(kept.id))
    assert [message.role for message in messages] == ["system", "user"]
    assert messages[0].content == "Be brief." and messages[1].content is None and messages[1].content_parts[0].text == "Who?"


@pytest.mark.parametrize("api, script", [("anthropic", answers(text(f"Mail {MAIL}!"))), ("gemini", gemini_says(f"Mail {MAIL}!")), ("ollama", ollama_says(f"Mail {MAIL}!"))])
def test_any_providers_answer_is_kept(stage, api, script):
    cloud = stage.provider(script)
    client = client_of(stage.weir(cloud={"api": api, "url": cloud.url().removesuffix("/v1")}, policy=MASK))
    asked = {"model": "large", "messages": [{"role": "user", "content": f"I am {MAIL}"}], "store": True}
    whole = client.chat.completions.create(**asked)
    pieces = list(client.chat.completions.create(**asked, stream=True))
    for told in (whole.id, pieces[0].id):
        assert told.startswith("chatcmpl-") and len(told) == 57
        assert client.chat.completions.retrieve(told).choices[0].message.content == f"Mail {MAIL}!"
    assert {piece.id for piece in pieces} == {pieces[0].id} != {whole.id}
    stream = list(client.responses.create(model="large", input=f"I am {MAIL}", stream=True))
    assert client.responses.retrieve(stream[-1].response.id).output_text == f"Mail {MAIL}!"
    assert MAIL.encode() not in bytes(cloud.received)


def test_completions_are_listed_changed_and_deleted(stage):
    client = client_of(stage.weir(cloud=stage.provider(echoes()), teams=TEAMS), "key-of-red")
    made = [client.chat.completions.create(model="large", messages=[{"role": "user", "content": str(number)}], store=True,
                                           metadata={"parity": ["even", "odd"][number % 2]}).id for number in range(5)]
    assert len(set(made)) == 5
    assert [one.id for one in client.chat.completions.list()] == made
    assert [one.id for one in client.chat.completions.list(order="desc")] == made[::-1]
    page = client.chat.completions.list(limit=2)
    assert [one.id for one in page.data] == made[:2] and page.has_more and page.last_id == made[1]
    assert [one.id for one in client.chat.completions.list(metadata={"parity": "odd"}, limit=1)] == [made[1], made[3]]
    assert list(client.chat.completions.list(model="nobody")) == []

    changed = client.chat.completions.update(made[0], metadata={"parity": "neither", "é": "ü"})
    assert changed.metadata == {"parity": "neither", "é": "ü"} == client.chat.completions.retrieve(made[0]).metadata
    for wrong in ({"a": "x" * 513}, {str(number): "" for number in range(17)}, {"a": 1}):
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.update(made[0], metadata=wrong)

    assert client.chat.completions.delete(made[0]).deleted
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.retrieve(made[0])
    assert [one.id for one in client.chat.completions.list()] == made[1:]
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.list(after=made[0])
    with pytest.raises(openai.NotFoundError):  # it is no response
        client.responses.retrieve(made[1])


def test_a_stream_that_breaks_is_not_kept(stage):
    def script(request, wire):
        wire.head(content_type="text/event-stream")
        wire.event(chunk({"role": "assistant", "content": "half"}))
        wire.close()

    client = client_of(stage.weir(cloud=stage.provider(script)))
    with pytest.raises(Exception):
        list(client.chat.completions.create(model="large", messages=[{"role": "user", "content": "x"}], stream=True, store=True))
    assert list(client.chat.completions.list()) == []


# ---- Redis ----


def test_what_is_kept_is_kept_for_so_long(stage):
    client = client_of(stage.weir(cloud=stage.provider(echoes()), teams=TEAMS, store={"keep": "1s"}), "key-of-red")
    kept = client.responses.create(model="large", input="x")
    client.chat.completions.create(model="large", messages=[{"role": "user", "content": "x"}], store=True)

    def is_gone():
        try:
            return client.responses.retrieve(kept.id) is None
        except openai.NotFoundError:
            return True
    assert not is_gone()
    wait_for(is_gone, what="it to be forgotten")
    wait_for(lambda: list(client.chat.completions.list()) == [], what="its entry, too")


def test_without_redis_nothing_is_kept_and_that_is_said(stage):
    weir = stage.weir_unready(cloud=stage.provider(echoes()), redis={"url": f"redis://127.0.0.1:{free_port()}"}).wait_until_alive()
    client = client_of(weir)
    assert client.responses.create(model="large", input="x").store is False
    for use in (lambda: client.responses.retrieve("resp_1"), lambda: client.chat.completions.list(),
                lambda: client.responses.create(model="large", input="x", previous_response_id="resp_1")):
        with pytest.raises(openai.InternalServerError) as caught:
            use()
        assert caught.value.status_code == 503 and caught.value.code == "store_unavailable"


def test_what_must_stay_on_this_machine_is_not_kept_elsewhere(stage, far_redis):
    """Sealed or not: documents, what is said of them later, remembered answers, and the questions that similar ones are told by."""
    rules = {"privacy": [{"name": "home", "when": {"pii": ["payment_card"]}, "reach": "local"}],
             "routes": [{"name": "near", "ask": ["small"], "cache": {"keep": "1h"}}]}
    card = "my card is 5555 5555 5555 4444"
    weir = stage.weir(local=stage.provider(echoes()), policy=rules, redis={"url": far_redis.url().replace("127.0.0.1", "0.0.0.0")},
                      teams={**TEAMS, "home": {"keys": ["key-of-home"], "reach": "local"}})

    def keep(key, text):
        client = client_of(weir, key)
        told = client.chat.completions.with_raw_response.create(model="auto", messages=[{"role": "user", "content": text}], store=True)
        assert told.headers["x-weir-cache"] == ("off" if told.headers.get("x-weir-left-out") == "store" else "miss")
        return client.responses.create(model="auto", input=text).store, client
    assert keep("key-of-red", card)[0] is False and keep("key-of-home", "hello")[0] is False
    assert not re.findall("kept|cache:[^s]", far_redis.ask("keys", "*"))
    stored, client = keep("key-of-red", "hello")
    kept = client.chat.completions.list().data[0]
    assert stored and client.chat.completions.update(kept.id, metadata={"note": "hello"}).metadata == {"note": "hello"}
    with pytest.raises(openai.PermissionDeniedError, match='rule "home" keeps it in zone local'):
        client.chat.completions.update(kept.id, metadata={"note": card})
    assert client.chat.completions.retrieve(kept.id).metadata == {"note": "hello"}


def test_what_was_sealed_with_another_secret_is_not_there(stage):
    kept = stage.weir(cloud=stage.provider(echoes()), teams=TEAMS, secret="a secret of at least thirty-two letters")
    client = client_of(kept, "key-of-red")
    first = client.responses.create(model="large", input="x")
    client.chat.completions.create(model="large", messages=[{"role": "user", "content": "x"}], store=True)
    socket = f"unix://{stage.folder}/state/redis.sock"
    other = stage.weir(cloud=stage.provider(echoes()), teams=TEAMS, secret="another secret of thirty-two letters or more", redis={"url": socket}, name="other")
    with pytest.raises(openai.NotFoundError):
        client_of(other, "key-of-red").responses.retrieve(first.id)
    assert list(client_of(other, "key-of-red").chat.completions.list()) == []
    assert client.responses.retrieve(first.id).id == first.id
