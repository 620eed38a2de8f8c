"""POST /weir/redact and /weir/restore: an application hides what is private itself, keeps the map, and gets all back."""
import base64
import json

import pytest

from actors.scripted import completion, says

EMAIL, CARD, OTHER = "ann@example.org", "4111 1111 1111 1111", "bob@example.org"
TEAMS = {"sdk": {"keys": ["key-of-sdk"]}, "others": {"keys": ["key-of-others"]}}


@pytest.fixture
def weir(stage):
    return stage.weir(cloud=stage.provider(says("unasked")), teams=TEAMS, secret="ab" * 32, limits={"inspect": "30s"},
                      audit={"file": str(stage.folder / "audit.jsonl")})


def redact(weir, key="key-of-sdk", **body):
    return weir.post(body, path="/weir/redact", key=key)


def restore(weir, key="key-of-sdk", **body):
    return weir.post(body, path="/weir/restore", key=key)


def test_a_text_goes_and_comes_back(weir):
    text = f"grüße 😀 {EMAIL}, card {CARD}"
    answer = redact(weir, text=text)
    told = answer.json
    assert answer.status == 200 and list(told) == ["text", "findings", "map"]
    assert EMAIL not in told["text"] and CARD not in told["text"] and told["text"].startswith("grüße 😀 EMAIL_")
    assert [text[f["start"]:f["end"]] for f in told["findings"]] == [EMAIL, CARD]
    assert [f["kind"] for f in told["findings"]] == ["email", "payment_card"]
    assert answer.told("redactions") == "2" and answer.headers["x-request-id"]
    back = restore(weir, text=f"To: {told['text']}!", map=told["map"])
    assert back.json == {"text": f"To: {text}!"}


def test_the_map_is_the_teams_alone_and_tells_nothing(weir):
    told = redact(weir, text=EMAIL).json
    assert EMAIL.encode() not in base64.b64decode(told["map"])
    for refused in (restore(weir, key="key-of-others", text=told["text"], map=told["map"]),
                    restore(weir, text=told["text"], map=told["map"][:-8] + "AAAAAAA="),
                    restore(weir, text=told["text"], map=""),
                    restore(weir, text=told["text"], map=base64.b64encode(b'{"EMAIL_000000000000":"x"}' * 3).decode())):
        assert refused.status == 400 and refused.error["param"] == "map"
        assert EMAIL not in refused.body.decode()
    assert restore(weir, text=told["text"]).status == 400


def test_many_texts_and_many_maps(weir):
    texts = [f"line {i}: user{i}@example.org" for i in range(3000)] + ["", "nothing here"]
    told = redact(weir, texts=texts).json
    assert "@example" not in json.dumps(told["texts"])
    assert [len(found) for found in told["findings"]] == [1] * 3000 + [0, 0]
    other = redact(weir, text=OTHER).json
    back = restore(weir, texts=[*told["texts"], other["text"]], map=[told["map"], other["map"]])
    assert back.json == {"texts": [*texts, OTHER]}


def test_kinds_are_chosen(weir):
    told = redact(weir, text=f"{EMAIL} {CARD}", kinds=["payment_card"]).json
    assert EMAIL in told["text"] and CARD not in told["text"]
    assert [f["kind"] for f in told["findings"]] == ["payment_card"]
    refused = redact(weir, text=EMAIL, kinds=["emaul"])
    assert refused.status == 400 and refused.error["param"] == "kinds"


def test_a_whole_request_and_its_answer(weir):
    """As an application would do it that asks a provider by itself: redact, send, restore."""
    request = {"model": "m", "temperature": 0.10, "messages": [
        {"role": "system", "content": f"You write for {EMAIL}."},
        {"role": "user", "content": [{"type": "text", "text": f"pay with {CARD}"}, {"type": "image_url", "image_url": {"url": "https://x.example/i"}}]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function", "function": {
            "name": "send", "arguments": json.dumps({"to": OTHER, "say": 'a "quoted" word'})}}]},
        {"role": "tool", "tool_call_id": "c1", "content": f"sent to {OTHER}"}]}
    answer = redact(weir, request=request)
    told = answer.json
    sent = told["request"]
    for value in (EMAIL, CARD, OTHER):
        assert value not in json.dumps(sent)
    assert told["unreadable"] == 1
    assert [(at["message"], at["place"]) for at in told["findings"]] == [
        (0, "content"), (1, "content"), (2, "tool_arguments"), (3, "content")]
    assert restore(weir, request=sent, map=told["map"]).json == {"request": request}

    placeholder = json.loads(sent["messages"][2]["tool_calls"][0]["function"]["arguments"])["to"]
    response = completion("", message={"role": "assistant", "content": f"written to {placeholder}", "refusal": None, "tool_calls": [
        {"id": "c2", "type": "function", "function": {"name": "send", "arguments": json.dumps({"to": placeholder})}}]})
    message = restore(weir, response=response, map=told["map"]).json["response"]["choices"][0]["message"]
    assert message["content"] == f"written to {OTHER}"
    assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {"to": OTHER}


REFUSED = [
    ("redact", {}, "text"), ("redact", {"text": 5}, "text"), ("redact", {"texts": "x"}, "texts"), ("redact", {"texts": ["x", 5]}, "texts"),
    ("redact", {"text": "x", "texts": ["y"]}, "texts"), ("redact", {"request": []}, "request"),
    ("redact", {"request": {"model": "m"}}, "messages"), ("redact", {"text": "x", "kinds": 5}, "kinds"), ("redact", [], None),
    ("redact", b"{", None), ("redact", {"response": {}}, "text"), ("restore", {"text": "x"}, "map"), ("restore", {"map": "x"}, "text"),
    ("restore", {"text": "x", "map": [5]}, "map"), ("restore", {"text": "x", "map": "bm8gbWFw"}, "map"),
]


def test_what_makes_no_sense_is_refused_in_openais_shape(weir):
    for path, body, param in REFUSED:
        refused = weir.post(body, path=f"/weir/{path}", key="key-of-sdk")
        assert refused.status == 400, (body, refused.body)
        assert set(refused.error) == {"message", "type", "param", "code"} and refused.error["param"] == param, body


def test_who_has_no_key_is_refused(weir):
    assert redact(weir, key=None, text=EMAIL).status == 401
    assert restore(weir, key="another", text=EMAIL, map="").status == 401
    assert weir.get("/weir/redact").status == 405


def test_a_team_may_ask_so_often(stage):
    weir = stage.weir(cloud=stage.provider(says("unasked")), teams={"sdk": {"keys": ["key-of-sdk"], "requests_a_minute": 1}})
    asked = [redact(weir, text="x") for _ in range(3)]
    assert 429 in [answer.status for answer in asked]
    assert next(answer for answer in asked if answer.status == 429).headers["retry-after"]


def test_what_is_not_inspected_in_time_is_not_given_out(stage):
    """Fail closed: no half-redacted text."""
    weir = stage.weir(cloud=stage.provider(says("unasked")), limits={"inspect": "10ms"}, slm={"model": "none", "threads": 1})
    refused = redact(weir, key=None, text=f"{EMAIL} is here " * 200_000)
    assert refused.status == 503 and EMAIL not in refused.body.decode()
    assert weir.metric("weir_redactions_total") == 0


def test_each_leaves_a_line_in_the_audit_and_no_word_of_its_texts(stage, weir):
    from actors.weir import wait_for
    told = redact(weir, text=f"canary {EMAIL}").json
    restore(weir, text=told["text"], map=told["map"])
    redact(weir, key="another", text="canary")
    audit = stage.folder / "audit.jsonl"
    wait_for(lambda: audit.read_bytes().count(b"\n") == 3, what="a line for each request")
    first, second, third = map(json.loads, audit.read_text().splitlines())
    assert (first["endpoint"], first["team"], first["texts"], first["redactions"], first["verdict"]) == ("redact", "sdk", 1, 1, "answered")
    assert (second["endpoint"], second["maps"]) == ("restore", 1) and third["verdict"] == "invalid_api_key"
    for word in ("canary", EMAIL, told["map"]):
        assert word not in audit.read_text() + weir.log
    assert weir.metric("weir_texts_redacted_total") == 1 and weir.metric("weir_restores_total") == 1


def test_placeholders_are_those_of_chats(stage):
    from actors.scripted import echoes
    policy = {"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"}]}
    cloud = stage.provider(echoes())
    weir = stage.weir(cloud=cloud, policy=policy)
    weir.chat(f"write to {EMAIL}")
    assert redact(weir, key=None, text=EMAIL).json["text"].encode() in bytes(cloud.received)
