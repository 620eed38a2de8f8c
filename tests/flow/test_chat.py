"""A client asks, a provider answers, and what is between them is seen by neither; what is wrong is told in OpenAI's words."""
import json
import re
import ssl

import httpx
import pytest

from actors.scripted import echoes, says
from actors.weir import wait_for


def assert_openai_error(error):
    assert set(error) == {"message", "type", "param", "code"}, error
    assert error["message"] and error["type"]


def test_a_whole_answer_comes_back_byte_for_byte(stage):
    body = (b'{ "id":"x1","object":"chat.completion", "created":1700000000,"vendor": {"pi":3.10, "n": 12345678901234567890},'
            b'"model":"m", "choices":[{"index":0,"message":{"role":"assistant","content":"caf\\u00e9 \\ud83d\\ude00 \\/"},'
            b'"finish_reason":"stop"}],\n "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}')
    cloud = stage.provider(lambda request, wire: wire.whole(body))
    weir = stage.weir(cloud=cloud)

    answer = weir.chat("hello")

    assert answer.status == 200
    assert answer.body == body
    assert answer.headers["content-type"].startswith("application/json")


def test_a_request_goes_on_with_only_the_models_name_changed(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud)
    sent = (b'{"model": "large", "temperature": 0.10, "seed": 12345678901234567890, "messages": [ {"role":"user",'
            b'"content":"caf\\u00e9", "cache_control": {"type":"ephemeral"}} ], "x_unknown": [1.50, null, true]}')

    assert weir.post(sent).status == 200

    assert cloud.requests[0].body == sent.replace(b'"large"', b'"large-as-sent"')
    assert cloud.requests[0].path == "/v1/chat/completions"
    assert cloud.requests[0].headers["authorization"] == "Bearer key-of-cloud"


def test_a_stream_comes_back_whole(stage):
    cloud = stage.provider(says("A weir holds a river back."))
    weir = stage.weir(cloud=cloud)

    stream = weir.stream("What is a weir?")

    assert stream.status == 200
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.text == "A weir holds a river back."
    assert stream.is_done and stream.is_whole


@pytest.mark.parametrize("is_wanted", [True, False])
def test_usage_is_asked_for_and_given_only_to_who_wants_it(stage, is_wanted):
    cloud = stage.provider(says("yes", usage=(11, 3)))
    weir = stage.weir(cloud=cloud)
    more = {"stream_options": {"include_usage": True}} if is_wanted else {}

    stream = weir.stream("hello", **more)

    assert cloud.requests[0].json["stream_options"]["include_usage"] is True
    assert stream.is_done
    if is_wanted:
        assert stream.usage["prompt_tokens"] == 11
    else:
        assert stream.usage is None
        assert all(chunk["choices"] for chunk in stream.chunks)


def test_headers_tell_the_answers_story(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy={"routes": [{"name": "everything", "ask": ["large"]}]})

    for answer in (weir.chat("hello"), weir.stream("hello")):
        assert answer.headers["x-request-id"]
        assert answer.told("route") == "everything"
        assert answer.told("model") == "large"
        assert answer.told("zone") == "cloud"
        assert answer.told("redactions") == "0"
    assert weir.chat("a").headers["x-request-id"] != weir.chat("a").headers["x-request-id"]


def test_models_are_listed(stage):
    weir = stage.weir(local=stage.provider(), cloud=stage.provider())

    listed = weir.get("/v1/models").json

    assert listed["object"] == "list"
    assert {"small", "large"} <= {model["id"] for model in listed["data"]}
    assert all(model["object"] == "model" for model in listed["data"])


def test_a_model_that_the_client_names_is_honoured(stage):
    local, cloud = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=local, cloud=cloud)

    assert weir.chat("hello").text == "near"
    assert weir.chat("hello", model="large").text == "far"
    assert weir.chat("hello", model="small").text == "near"


def test_names_of_our_own_choose_by_zone_and_by_route(stage):
    policy = {"privacy": [{"name": "numbers stay home", "when": {"pii": ["us_ssn"]}, "reach": "local"}],
              "routes": [{"name": "far first", "ask": ["large", "small"]}, {"name": "near only", "ask": ["small"]}]}
    weir = stage.weir(local=stage.provider(says("near")), cloud=stage.provider(says("far")), policy=policy, aliases={"gpt-4o-mini": "weir/near-only"})
    names = ["auto", "weir/local", "weir/cloud", "weir/far-first", "weir/near-only", "gpt-4o-mini"]

    assert [weir.chat("hello", model=name).text for name in names] == ["far", "near", "far", "far", "near", "near"]
    assert set(names) <= {model["id"] for model in weir.get("/v1/models").json["data"]}

    private = "is 536-90-4399 my number?"
    assert weir.chat(private, model="weir/local").text == "near"
    refused = weir.chat(private, model="weir/cloud")
    assert refused.status == 403
    assert "numbers stay home" in refused.error["message"]


def test_health_readiness_and_metrics(stage):
    weir = stage.weir(cloud=stage.provider())
    assert weir.get("/healthz").status == 200
    assert weir.get("/readyz").status == 200

    assert weir.chat("hello").status == 200

    metrics = weir.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    wait_for(lambda: weir.metric("weir_requests_total") >= 1, what="the request to be counted")
    for line in metrics.body.decode().splitlines():
        assert line.startswith("#") or re.fullmatch(r'[a-z_]+(\{[^}]*\})? [0-9.e+-]+|[a-z_]+\{.*le="\+Inf"\} \d+', line), line


@pytest.mark.parametrize("path, method, status, code", [
    ("/v1/nothing", "GET", 404, "unknown_url"),
    ("/nothing", "POST", 404, "unknown_url"),
    ("/", "POST", 405, "method_not_allowed"),
    ("/v1/completions", "GET", 405, "method_not_allowed"),
    ("/v1/models", "DELETE", 405, "method_not_allowed"),
])
def test_a_wrong_door_is_told_so(stage, path, method, status, code):
    weir = stage.weir(cloud=stage.provider())
    response = httpx.request(method, weir.base + path)
    assert response.status_code == status
    assert_openai_error(response.json()["error"])
    assert response.json()["error"]["code"] == code


@pytest.mark.parametrize("body, status, code", [
    (b'{"model": "auto", "messages": [', 400, "invalid_request"),
    (b'[]', 400, "invalid_request"),
    (b'', 400, "invalid_request"),
    (b'{"model": "auto"}', 400, "invalid_request"),
    (b'{"messages": [{"role": "user", "content": "x"}], "model": 7}', 400, "invalid_request"),
    (b'{"model": "small", "model": "large", "messages": [{"role": "user", "content": "x"}]}', 400, "duplicate_key"),
    (b'{"model": "auto", "messages": [{"role": "user", "content": "x", "c\\u006fntent": "y"}]}', 400, "duplicate_key"),
    (b'{"model": "nobody", "messages": [{"role": "user", "content": "x"}]}', 404, "model_not_found"),
])
def test_a_request_that_cannot_be_understood_is_refused_and_never_sent_on(stage, body, status, code):
    cloud = stage.provider()
    weir = stage.weir(cloud=cloud)

    answer = weir.post(body)

    assert (answer.status, answer.error["code"]) == (status, code)
    assert_openai_error(answer.error)
    assert answer.headers["x-request-id"]
    assert not cloud.requests


def test_a_body_over_the_ceiling_is_refused(stage):
    cloud = stage.provider()
    weir = stage.weir(cloud=cloud, limits={"body": "64k"})
    assert weir.chat("x" * 60_000).status == 200

    with weir.connect() as client:
        client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\ncontent-length: 70000\r\n\r\n")
        reply = client.recv(65536)

    assert reply.startswith(b"HTTP/1.1 413 ")
    assert b"request_too_large" in reply
    assert len(cloud.requests) == 1


MALFORMED = {
    "a bare LF": b"GET /healthz HTTP/1.1\nhost: weir\n\n",
    "two lengths": b"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    "a length and chunks": b"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a blank before the colon": b"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\ncontent-length : 2\r\n\r\n{}",
    "a folded header": b"GET /healthz HTTP/1.1\r\nhost: weir\r\n folded\r\n\r\n",
    "a control byte in a coding": b"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\ntransfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a signed length": b"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\ncontent-length: +2\r\n\r\n{}",
    "an unknown version": b"GET /healthz HTTP/3.0\r\nhost: weir\r\n\r\n",
    "TLS on a plain port": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_two_readers_could_read_differently_is_refused_and_the_rest_not_read(stage, name):
    weir = stage.weir(cloud=stage.provider())
    with weir.connect() as client:
        client.sendall(MALFORMED[name] + b"GET /healthz HTTP/1.1\r\nhost: smuggled\r\n\r\n")
        reply = b""
        while data := client.recv(65536):
            reply += data
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert reply.count(b"HTTP/1.1 ") == 1
    assert_openai_error(json.loads(reply.partition(b"\r\n\r\n")[2])["error"])
    assert weir.get("/healthz").status == 200


def test_requests_on_one_connection_are_answered_in_turn(stage):
    weir = stage.weir(cloud=stage.provider(echoes("")))
    request = b"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\ncontent-length: %d\r\n\r\n%s"
    bodies = [b'{"model":"large","messages":[{"role":"user","content":"number %d"}]}' % n for n in range(5)]
    with weir.connect() as client:
        client.sendall(b"".join(request % (len(body), body) for body in bodies))
        reply = b""
        while reply.count(b"HTTP/1.1 200") < 5 or not reply.endswith(b"}"):
            reply += client.recv(65536)
    assert re.findall(rb"number \d", reply) == [b"number %d" % n for n in range(5)]


def test_a_body_may_come_byte_by_byte_and_in_chunks(stage):
    weir = stage.weir(cloud=stage.provider(echoes("")))
    body = b'{"model":"large","messages":[{"role":"user","content":"slowly"}]}'
    with weir.connect() as client:
        head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\nexpect: 100-continue\r\ntransfer-encoding: chunked\r\n\r\n"
        for at in range(len(head)):
            client.sendall(head[at:at + 1])
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        for at in range(len(body)):
            client.sendall(b"1\r\n%s\r\n" % body[at:at + 1])
        client.sendall(b"0\r\n\r\n")
        assert b"slowly" in client.recv(65536)


def test_an_old_client_gets_a_body_that_ends_with_the_connection(stage):
    weir = stage.weir(cloud=stage.provider(says("for an old client")))
    body = b'{"model":"large","stream":true,"messages":[{"role":"user","content":"x"}]}'
    with weir.connect() as client:
        client.sendall(b"POST /v1/chat/completions HTTP/1.0\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        reply = b""
        while data := client.recv(65536):
            reply += data
    head, _, rest = reply.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert rest.startswith(b"data: ") and b"data: [DONE]\n\n" in rest


def test_a_large_prompt_does_no_harm(stage):
    cloud = stage.provider(says("read"))
    weir = stage.weir(cloud=cloud)
    prompt = "lorem ipsum dolor " * 60_000
    assert weir.chat(prompt).text == "read"
    assert cloud.requests[0].question == prompt


def test_a_large_stream_reaches_a_slow_client_unharmed(stage):
    text = "all of it " * 60_000
    weir = stage.weir(cloud=stage.provider(says(text, size=500)))
    with httpx.stream("POST", weir.base + "/v1/chat/completions", timeout=60, json={
            "model": "large", "stream": True, "messages": [{"role": "user", "content": "x"}]}) as response:
        import time
        time.sleep(1)  # the provider is far ahead by now
        body = response.read()
    words = "".join(json.loads(line[6:])["choices"][0]["delta"].get("content", "") for line in body.decode().split("\n\n")
                    if line.startswith("data: {"))
    assert words == text
    assert b"data: [DONE]\n\n" in body


TEAMS = {"red": {"keys": ["key-of-the-red-team"]}, "blue": {"keys": ["key-of-the-blue-team"]}}


def test_keys_are_asked_for_where_there_are_teams(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, teams=TEAMS)

    for key, status, code in ((None, 401, "missing_api_key"), ("wrong", 401, "invalid_api_key")):
        answer = weir.chat("hello", key=key)
        assert (answer.status, answer.error["code"]) == (status, code)
        assert_openai_error(answer.error)
    assert not cloud.requests

    assert weir.chat("hello", key="key-of-the-red-team").status == 200
    assert b"key-of-the-red-team" not in cloud.received


def test_rules_may_be_for_one_team(stage):
    local, cloud = stage.provider(says("near")), stage.provider(says("far"))
    weir = stage.weir(local=local, cloud=cloud, teams=TEAMS, policy={"routes": [
        {"name": "red goes far", "for": {"team": "red"}, "ask": ["large"]}, {"name": "the rest", "ask": ["small"]}]})
    assert weir.chat("hello", key="key-of-the-red-team").text == "far"
    assert weir.chat("hello", key="key-of-the-blue-team").text == "near"


def test_clients_may_come_over_tls(stage):
    root, _ = stage.certificate("127.0.0.1")
    settings = stage.settings(cloud=stage.provider(says("privately")))
    settings["listen"][0] |= {"certificate": str(stage.folder / "leaf.pem"), "key": str(stage.folder / "leaf.key")}
    weir = stage.weir(settings=settings)
    trust = ssl.create_default_context(cafile=root)
    assert weir.post({"model": "auto", "messages": [{"role": "user", "content": "hello"}]}, verify=trust).text == "privately"


@pytest.mark.threads
def test_many_clients_at_once_get_each_their_own_answer(stage):
    import concurrent.futures
    weir = stage.weir(local=stage.provider(echoes("near: ")), cloud=stage.provider(echoes("far: ")), loops=4,
                      policy={"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"}],
                              "routes": [{"name": "cached", "ask": ["large"], "cache": {"keep": "1h"}}]})

    def ask(number):
        words = f"I am user{number % 20}@example.com, turn {number % 20}"
        answer = (weir.stream if number % 2 else weir.chat)(words)
        return answer.text == "far: " + words

    with concurrent.futures.ThreadPoolExecutor(8) as clients:
        for round_of_reloads in range(3):
            answers = [clients.submit(ask, number) for number in range(40)]
            weir.reload()
            assert all(answer.result() for answer in answers)
