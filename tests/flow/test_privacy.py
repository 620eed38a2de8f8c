"""What is private stays here or goes out hidden, and the user notices neither."""
import json
import re

import pytest

from actors.scripted import chunk, completion, echoes, fails, says
from actors.weir import wait_for

MASKED = {"privacy": [{"name": "contacts are masked", "when": {"pii": ["email", "phone"]}, "redact": "placeholder"}],
          "routes": [{"name": "far", "ask": ["large"]}]}
KEPT = {"privacy": [{"name": "numbers stay home", "when": {"pii": ["us_ssn"]}, "reach": "local"}],
        "routes": [{"name": "far first", "ask": ["large", "small"]}]}
EMAIL = "ada.lovelace@example.com"
PLACEHOLDER = re.compile(rb"EMAIL_[0-9A-HJKMNP-TV-Z]{12}")
SSN = "my social security number is 536-90-4399"


def test_the_cloud_sees_a_placeholder_and_the_user_the_value(stage):
    cloud = stage.provider(echoes("You wrote: "))
    weir = stage.weir(cloud=cloud, policy=MASKED)

    answer = weir.chat(f"Write to {EMAIL}, please.")

    assert answer.text == f"You wrote: Write to {EMAIL}, please."
    assert answer.told("redactions") == "1"
    assert "contacts are masked" in answer.told("rule")
    assert EMAIL.encode() not in cloud.received
    assert len(PLACEHOLDER.findall(cloud.requests[0].body)) == 1


@pytest.mark.parametrize("script", [echoes("", size=1), echoes("", size=5), echoes("", size=4, bytewise=True)],
                         ids=["a letter an event", "five letters an event", "a byte a chunk"])
def test_a_stream_is_restored_wherever_it_is_cut(stage, script):
    cloud = stage.provider(script)
    weir = stage.weir(cloud=cloud, policy=MASKED)
    words = f"From {EMAIL} to bob@example.org: EMAIL_ is no placeholder, nor is EMAIL_0000. Bye, {EMAIL}"

    stream = weir.stream(words)

    assert stream.text == words
    assert stream.is_done and stream.is_whole
    assert EMAIL.encode() not in cloud.received


def test_placeholders_are_the_same_on_every_turn_and_after_a_restart(stage):
    cloud = stage.provider(says("yes"))
    settings = stage.settings(cloud=cloud, policy=MASKED)
    first = stage.weir(settings=settings)
    first.chat(f"I am {EMAIL}")
    first.chat(f"I am {EMAIL}", "hello", f"as I said, {EMAIL}, not eve@example.com")
    first.stop()
    stage.weir(settings=settings).chat(f"again {EMAIL}")

    bodies = [PLACEHOLDER.findall(request.body) for request in cloud.requests]
    assert [len(found) for found in bodies] == [1, 3, 1]
    mine = bodies[0][0]
    assert bodies[1][:2] == [mine, mine] and bodies[1][2] != mine
    assert bodies[2] == [mine]


def test_teams_have_placeholders_of_their_own(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy=MASKED, teams={"red": {"keys": ["key-of-red"]}, "blue": {"keys": ["key-of-blue"]}})
    for key in ("key-of-red", "key-of-blue"):
        assert weir.chat(f"I am {EMAIL}", key=key).status == 200
    red, blue = (PLACEHOLDER.findall(request.body)[0] for request in cloud.requests)
    assert red != blue


def test_another_users_placeholder_is_not_restored(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy=MASKED)
    weir.chat(f"I am {EMAIL}")
    stolen = PLACEHOLDER.findall(cloud.requests[0].body)[0].decode()

    cloud.script = echoes("")
    answer = weir.chat(f"I am eve@example.com; who is {stolen}?")

    assert answer.text == f"I am eve@example.com; who is {stolen}?"


def test_no_field_is_forgotten(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy=MASKED)
    secret = [f"person{number}@example.com" for number in range(12)]
    answer = weir.post({
        "model": "large", "user": secret[0], "metadata": {"from": secret[1]},
        "tools": [{"type": "function", "function": {"name": "send", "description": f"sends to {secret[2]}", "parameters": {
            "type": "object", "properties": {"to": {"type": "string", "description": secret[3], "enum": [secret[4]]}}}}}],
        "messages": [
            {"role": "system", "content": f"You work for {secret[5]}"},
            {"role": "user", "name": "someone", "content": [{"type": "text", "text": f"I am {secret[6]}"}]},
            {"role": "assistant", "content": f"Hello {secret[7]}", "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "send", "arguments": json.dumps({"to": secret[8]})}}]},
            {"role": "tool", "tool_call_id": "c1", "content": json.dumps({"sent": secret[9]})},
            {"role": "assistant", "content": None, "refusal": f"not to {secret[10]}"},
            {"role": "user", "content": f"{secret[11]}?"}]})
    assert answer.status == 200
    seen = [value for value in secret if value.encode() in cloud.received]
    assert not seen
    arguments = cloud.requests[0].json["messages"][2]["tool_calls"][0]["function"]["arguments"]
    assert PLACEHOLDER.fullmatch(json.loads(arguments)["to"].encode())


def tool_call(request, wire):
    """Calls a tool with what the user wrote."""
    call_tool(json.dumps({"to": request.question.split()[-1], "say": 'he said "hi"'}), request, wire)


def call_tool(arguments, request, wire):
    """Calls a tool as a model does: JSON within a string, in pieces."""
    call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "send", "arguments": ""}}
    if not request.wants_stream:
        whole = {key: value for key, value in call.items() if key != "index"}
        whole["function"] = {"name": "send", "arguments": arguments}
        wire.whole(completion("", "tool_calls", message={"role": "assistant", "content": None, "tool_calls": [whole]}))
        return
    wire.head(content_type="text/event-stream")
    wire.event(chunk({"role": "assistant", "content": None, "tool_calls": [call]}))
    for letter in arguments:
        wire.event(chunk({"tool_calls": [{"index": 0, "function": {"arguments": letter}}]}))
    wire.event(chunk({}, finish="tool_calls"))
    wire.event(chunk(choices=[], usage=(3, 4)))
    wire.event(b"[DONE]")
    wire.last_chunk()


def test_tools_are_called_with_the_value(stage):
    weir = stage.weir(cloud=stage.provider(tool_call), policy=MASKED)
    wanted = {"to": EMAIL, "say": 'he said "hi"'}

    whole = weir.chat(f"Write to {EMAIL}")
    assert json.loads(whole.json["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]) == wanted

    stream = weir.stream(f"Write to {EMAIL}")
    calls = [call for part in stream.chunks for choice in part["choices"] for call in choice["delta"].get("tool_calls", [])]
    assert json.loads("".join(call["function"]["arguments"] for call in calls)) == wanted
    assert all(call["index"] == 0 for call in calls)
    assert stream.is_done


def test_a_model_on_this_machine_is_told_the_plain_words(stage):
    local, cloud = stage.provider(echoes("near: ")), stage.provider(echoes("far: "))
    weir = stage.weir(local=local, cloud=cloud, policy={**MASKED, "routes": [{"name": "near", "ask": ["small"]}]})
    assert weir.chat(f"I am {EMAIL}").text == f"near: I am {EMAIL}"
    assert EMAIL.encode() in local.received
    assert not cloud.requests


@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_what_must_stay_here_is_answered_here(stage, ask):
    local, cloud = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=local, cloud=cloud, policy=KEPT)

    assert getattr(weir, ask)("hello").text == "far"
    answer = getattr(weir, ask)(SSN)

    assert answer.text == "near"
    assert answer.told("zone") == "local"
    assert "numbers stay home" in answer.told("rule")
    assert b"536-90-4399" not in cloud.received


def test_naming_a_model_is_no_way_round_a_policy(stage):
    local, cloud = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=local, cloud=cloud, policy=KEPT)

    answer = weir.chat(SSN, model="large")

    assert (answer.status, answer.error["code"]) == (403, "out_of_reach")
    assert "536" not in answer.body.decode()
    assert not cloud.requests and not local.requests


@pytest.mark.parametrize("script", [fails(500), fails(429), fails(400)], ids=["500", "429", "400"])
def test_what_must_stay_here_is_not_rescued_by_the_cloud(stage, script):
    local, cloud = stage.provider(script), stage.provider(says("far"))
    weir = stage.weir(local=local, cloud=cloud, policy=KEPT)
    answer = weir.chat(SSN)
    assert answer.status >= 400
    assert set(answer.error) == {"message", "type", "param", "code"}
    assert not cloud.requests


def test_what_was_said_in_an_earlier_turn_still_counts(stage):
    local, cloud = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=local, cloud=cloud, policy=KEPT)
    assert weir.chat(SSN, "noted", "and what is the weather?").text == "near"
    assert not cloud.requests


def test_a_zone_between_is_neither_near_nor_far(stage):
    local, trusted, cloud = (stage.provider(says(words)) for words in ("near", "between", "far"))
    weir = stage.weir(local=local, trusted=trusted, cloud=cloud, policy={
        "privacy": [{"name": "not far", "when": {"pii": ["us_ssn"]}, "reach": "trusted"}],
        "routes": [{"name": "all", "ask": ["large", "middle", "small"]}]})
    assert weir.chat("hello").text == "far"
    assert weir.chat(SSN).text == "between"


@pytest.mark.threads
def test_what_could_not_be_inspected_is_private(stage):
    """Law 2: an inspection that comes too late closes the way to the cloud."""
    local, cloud = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=local, cloud=cloud, policy=KEPT, limits={"inspect": "50ms"})
    long = "write to a@b.cc or 10.1.2.3, then " * 600_000

    answer = weir.chat(long)

    assert answer.status == 200
    if answer.text == "far":
        pytest.skip("this machine reads 20 MB in 50 ms")
    assert answer.told("zone") == "local"
    assert not cloud.requests
    assert weir.metric("weir_inspections_failed_total") == 1
    wait_for(lambda: weir.chat("hello").text == "far", 20, "a short one to be read in time")


def test_a_rule_may_forbid(stage):
    cloud = stage.provider()
    weir = stage.weir(cloud=cloud, policy={
        "privacy": [{"name": "no cards", "when": {"pii": ["payment_card"]}, "deny": True}],
        "routes": [{"name": "far", "ask": ["large"]}]})
    answer = weir.chat("pay with 4111 1111 1111 1111")
    assert (answer.status, answer.error["code"]) == (403, "denied_by_policy")
    assert "no cards" in answer.error["message"]
    assert not cloud.requests


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_tool_is_called_again_as_it_was_called(stage, stream):
    """The cloud repeats a call that the client made: numbers are numbers again, and escapes are undone once."""
    pem = "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAZk3vP0wq8RtY5uLm2XcB7nHa4Dg9\n-----END PRIVATE KEY-----\n"
    wanted = {"card": 4111111111111111, "to": "jürgen@example.com", "key": pem, "say": 'he said "hi"\n', "n": 1.5}

    def repeats(request, wire):
        arguments = request.json["messages"][1]["tool_calls"][0]["function"]["arguments"]
        json.loads(arguments)
        call_tool(arguments, request, wire)

    cloud = stage.provider(repeats)
    weir = stage.weir(cloud=cloud, policy={**MASKED, "privacy": [
        {"name": "masked", "when": {"pii": ["email", "payment_card", "api_key"]}, "redact": "placeholder"}]})
    body = {"model": "large", "stream": stream, "messages": [
        {"role": "user", "content": "pay"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "c0", "type": "function", "function": {"name": "pay", "arguments": json.dumps(wanted)}}]},
        {"role": "tool", "tool_call_id": "c0", "content": "failed"}, {"role": "user", "content": "again"}]}

    answer = weir.post(body)

    assert answer.status == 200
    assert all(word not in cloud.received for word in (b"41111111", b"rgen", b"MIIE"))
    parts = ([choice["delta"] for line in answer.body.decode().splitlines() if line.startswith("data: {")
              for choice in json.loads(line[6:])["choices"]] if stream else [answer.json["choices"][0]["message"]])
    calls = [call for part in parts for call in part.get("tool_calls", [])]
    assert json.loads("".join(call["function"]["arguments"] for call in calls)) == wanted


def test_a_long_conversation_is_inspected_once(stage):
    weir = stage.weir(cloud=stage.provider(echoes("You wrote: ")), policy=MASKED)
    told = [f"turn {i}: {EMAIL}" for i in range(20)]

    for turns in (10, 19, 20):
        assert weir.chat(*told[:turns]).text

    assert weir.metric("weir_inspection_memo_misses_total") == 20, "each message once"
    assert weir.metric("weir_inspection_memo_hits_total") == 10 + 19


def test_a_bare_number_is_hidden_like_its_digits_in_words(stage):
    cloud = stage.provider(says("yes"))
    policy = {"privacy": [{"name": "cards", "when": {"pii": "payment_card"}, "redact": "placeholder"}], "routes": [{"name": "all", "ask": ["large"]}]}
    weir = stage.weir(cloud=cloud, policy=policy)
    body = {"model": "auto", "messages": [{"role": "user", "content": "hi"}], "seed": 12345678901234567890, "customer": {"card": 4111111111111111},
            "tools": [{"type": "function", "function": {"name": "pay", "parameters": {"type": "object", "properties": {
                "card": {"type": "integer", "default": 5500005555555559, "maximum": 9999999999999999}}}}}]}

    assert weir.post(body).status == 200

    asked = cloud.requests[0].json
    assert b"4111111111111111" not in cloud.received and b"5500005555555559" not in cloud.received
    assert asked["customer"]["card"].startswith("CARD_") and asked["seed"] == 12345678901234567890
    assert asked["tools"][0]["function"]["parameters"]["properties"]["card"]["maximum"] == 9999999999999999
