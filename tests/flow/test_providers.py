"""Providers fail in every way that they have, and the client sees either a whole answer or an honest error."""
import json
import socket
import time

import httpx
import pytest

from actors.scripted import chunk, cuts_after, fails, hangs_up, says, stalls, stalls_after
from actors.weir import free_port, wait_for

BOTH = {"routes": [{"name": "far first", "ask": ["large", "small"]}]}


def resets(request, wire):
    wire.reset()


def no_json(request, wire):
    wire.whole(b"<html>busy</html>", 200, "text/html")


def half_a_head(request, wire):
    wire.send(b"HTTP/1.1 200 OK\r\ncontent-ty")
    wire.close()


def half_a_body(request, wire):
    wire.send(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"id":"x"')
    wire.close()


def two_lengths(request, wire):
    wire.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x")
    wire.close()


def error_at_once(request, wire):
    wire.head(content_type="text/event-stream")
    wire.event({"error": {"message": "overloaded", "type": "server_error", "param": None, "code": None}})
    wire.last_chunk()


EARLY = {"500": fails(500), "502 with HTML": fails(502, b"<html>", "text/html"), "503": fails(503), "429": fails(429),
         "401": fails(401), "hangs up": hangs_up, "resets": resets, "half a head": half_a_head, "two lengths": two_lengths}
WHOLE_ONLY = {"no JSON": no_json, "half a body": half_a_body}
STREAM_ONLY = {"an error event": error_at_once, "cut before the first word": cuts_after(0), "a stream of nothing": cuts_after(1)}


@pytest.mark.parametrize("ask, name", [(ask, name) for ask, scripts in (
    ("chat", {**EARLY, **WHOLE_ONLY}), ("stream", {**EARLY, **STREAM_ONLY})) for name in scripts])
def test_a_failure_before_the_first_word_is_followed_by_the_next_model(stage, ask, name):
    cloud = stage.provider({**EARLY, **WHOLE_ONLY, **STREAM_ONLY}[name])
    weir = stage.weir(local=stage.provider(says("near")), cloud=cloud, policy=BOTH)

    answer = getattr(weir, ask)("hello")

    assert answer.status == 200
    assert answer.text == "near"
    assert answer.told("model") == "small"
    assert cloud.requests
    assert weir.metric("weir_fallbacks_total") == 1


@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_nobody_at_the_door_is_followed_by_the_next_model(stage, ask):
    weir = stage.weir(local=stage.provider(says("near")), cloud={"url": f"http://127.0.0.1:{free_port()}/v1"}, policy=BOTH)
    assert getattr(weir, ask)("hello").text == "near"


@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_silence_is_followed_by_the_next_model(stage, ask):
    cloud = stage.provider(stalls)
    weir = stage.weir(local=stage.provider(says("near")), cloud={"url": cloud.url(), "first_byte": "300ms"}, policy=BOTH)
    assert getattr(weir, ask)("hello").text == "near"
    assert cloud.left.wait(5), "the silent provider's connection is closed"


@pytest.mark.parametrize("script, status, code", [
    (fails(500), 502, "provider_error"),
    (fails(429, extra="retry-after: 30\r\n"), 429, "provider_rate_limited"),
    (hangs_up, 502, "provider_broken_answer"),
], ids=["500", "429", "hangs up"])
@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_when_nobody_is_left_the_error_is_a_real_status(stage, ask, script, status, code):
    weir = stage.weir(cloud=stage.provider(script))
    answer = getattr(weir, ask)("hello")
    assert answer.status == status
    error = json.loads(answer.body)["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["code"] == code
    if status == 429:
        assert answer.headers["retry-after"] == "30"


def test_an_error_about_the_request_is_the_clients_to_see_and_is_tried_nowhere_else(stage):
    body = {"error": {"message": "max_tokens is too large", "type": "invalid_request_error", "param": "max_tokens", "code": None}}
    local = stage.provider(says("near"))
    weir = stage.weir(local=local, cloud=stage.provider(fails(400, body)), policy=BOTH)
    answer = weir.chat("hello")
    assert (answer.status, answer.json) == (400, body)
    assert not local.requests


@pytest.mark.parametrize("body", [b'{"error":"model not loaded"}', b"not JSON at all", b"", b'{"error":{"code":400,"message":"x"}}'],
                         ids=["a string", "text", "nothing", "a number as code"])
def test_any_error_is_made_whole_in_openais_shape(stage, body):
    weir = stage.weir(cloud=stage.provider(fails(400, body)))
    answer = weir.chat("hello")
    assert answer.status == 400
    assert set(answer.error) == {"message", "type", "param", "code"}
    assert isinstance(answer.error["message"], str) and isinstance(answer.error["type"], str)
    assert answer.error["code"] is None or isinstance(answer.error["code"], str)


def error_in_mid_stream(request, wire):
    wire.head(content_type="text/event-stream")
    wire.event(chunk({"role": "assistant", "content": "one two"}))
    wire.event({"error": {"message": "overloaded", "type": "server_error", "param": None, "code": None}})
    wire.event(b"[DONE]")
    wire.last_chunk()


def garbage_chunking(request, wire):
    wire.head(content_type="text/event-stream")
    wire.event(chunk({"role": "assistant", "content": "one two"}))
    time.sleep(0.05)
    wire.send(b"zz\r\nnot a chunk\r\n")
    wire.close()


def ends_without_an_end(request, wire):
    """A clean end of HTTP, but the answer never said that it is finished."""
    wire.head(content_type="text/event-stream")
    wire.event(chunk({"role": "assistant", "content": "one two"}))
    wire.last_chunk()


@pytest.mark.parametrize("script", [cuts_after(4), error_in_mid_stream, garbage_chunking, ends_without_an_end],
                         ids=["cut", "an error event", "no chunk", "no end"])
def test_a_broken_stream_never_looks_whole(stage, script):
    """Law 4: an error event, an unfinished body, no [DONE], and nobody else is asked."""
    local = stage.provider(says("near"))
    weir = stage.weir(local=local, cloud=stage.provider(script), policy=BOTH)

    stream = weir.stream("hello")

    assert stream.text.startswith("one")
    assert set(stream.error) == {"message", "type", "param", "code"}
    assert "error" in stream.chunks[-1], "nothing follows the error"
    assert not stream.is_done and not stream.is_whole
    assert b"[DONE]" not in stream.body
    assert not local.requests
    assert weir.chat("hello", model="small").text == "near"


def test_a_stream_that_falls_silent_breaks(stage):
    cloud = stage.provider(stalls_after(3))
    weir = stage.weir(cloud={"url": cloud.url(), "idle": "300ms"})
    stream = weir.stream("hello")
    assert stream.error["code"] == "provider_timeout"
    assert not stream.is_done and not stream.is_whole
    assert cloud.left.wait(5)


def one_bad_line(request, wire):
    wire.head(content_type="text/event-stream")
    wire.event(chunk({"role": "assistant", "content": "sound "}))
    wire.event(b'{"choices": [ no JSON')
    wire.chunk(b": a comment\n\n")
    wire.chunk(b"event: ping\ndata:\n\n")
    wire.event(chunk({"content": "and well"}))
    wire.event(chunk({}, finish="stop"))
    wire.event(b"[DONE]")
    wire.last_chunk()


def test_one_bad_line_does_not_kill_a_healthy_stream(stage):
    weir = stage.weir(cloud=stage.provider(one_bad_line))
    with httpx.stream("POST", weir.base + "/v1/chat/completions", json={
            "model": "auto", "stream": True, "messages": [{"role": "user", "content": "x"}]}) as response:
        body = response.read()
    assert b"sound " in body and b"and well" in body
    assert body.rstrip().endswith(b"data: [DONE]") or b"data: [DONE]\n\n" in body


def test_a_stream_may_use_any_line_end(stage):
    def crlf(request, wire):
        wire.head(content_type="text/event-stream")
        for value in (chunk({"role": "assistant", "content": "one "}), chunk({"content": "two"}), chunk({}, finish="stop")):
            wire.chunk(b"data:" + json.dumps(value).encode() + b"\r\n\r\n")
        wire.chunk(b"data: [DONE]\r\n\r\n")
        wire.last_chunk()
    weir = stage.weir(cloud=stage.provider(crlf))
    with httpx.stream("POST", weir.base + "/v1/chat/completions", json={
            "model": "auto", "stream": True, "messages": [{"role": "user", "content": "x"}]}) as response:
        body = response.read()
    assert b"one " in body and b"two" in body and b"[DONE]" in body


# A client that hangs up, at every phase.


PHASES = {"waiting for an answer": (False, stalls), "before the first event": (True, stalls_after(0)), "in mid-stream": (True, stalls_after(3))}


@pytest.mark.threads
@pytest.mark.parametrize("phase", PHASES)
def test_a_client_that_leaves_takes_the_provider_along_within_a_second(stage, phase):
    is_stream, script = PHASES[phase]
    cloud = stage.provider(script)
    weir = stage.weir(cloud=cloud)
    client = weir.send_chat("hello", stream=is_stream)
    assert cloud.began.wait(10)
    if phase == "in mid-stream":
        assert b"200" in client.recv(65536)

    left_at = time.monotonic()
    client.close()

    assert cloud.left.wait(10)
    assert cloud.left_at - left_at < 1
    wait_for(lambda: weir.metric("weir_clients_gone_total") == 1, what="the client to be counted as gone")


def test_a_client_that_leaves_while_a_draft_is_made_takes_the_provider_along(stage):
    local = stage.provider(stalls_after(3))
    weir = stage.weir(local=local, cloud=stage.provider(), policy={"routes": [
        {"name": "near", "ask": ["small"], "escalate": {"to": "large", "when": {"confidence": {"below": 0.6}}}}]})
    client = weir.send_chat("hello", stream=True)
    assert local.began.wait(10)
    left_at = time.monotonic()
    client.close()
    assert local.left.wait(10)
    assert local.left_at - left_at < 1


def test_thirty_uploads_that_are_given_up_do_no_harm(stage):
    weir = stage.weir(cloud=stage.provider())
    for _ in range(30):
        with weir.connect() as client:
            client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: w\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 5000)
    assert weir.get("/readyz").status == 200
    assert weir.chat("hello").status == 200


# Connections.


def test_a_connection_is_used_again(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, loops=1)
    for ask in (weir.chat, weir.stream) * 5:
        assert ask("hello").text == "yes"
    assert len(cloud.requests) == 10
    assert cloud.connections == 1


def test_a_kept_connection_that_has_died_is_replaced_without_a_word(stage):
    def once(request, wire):
        says("yes")(request, wire)
        wire.close()
    cloud = stage.provider(once)
    weir = stage.weir(cloud=cloud, loops=1)
    for _ in range(5):
        assert weir.chat("hello").text == "yes"
    assert len(cloud.requests) == 5


def test_a_connection_with_an_unread_rest_is_not_used_again(stage):
    """Bytes after the end of an answer would be taken for the next one's."""
    poison = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n"poison"'

    def too_much(request, wire):
        says("yes")(request, wire)
        wire.send(poison)
    cloud = stage.provider(too_much)
    weir = stage.weir(cloud=cloud, loops=1)
    for _ in range(4):
        assert weir.chat("hello").text == "yes"


# TLS.


def test_a_provider_over_tls_is_verified_by_its_own_root(stage):
    root, context = stage.certificate("localhost")
    cloud = stage.provider(says("privately"), tls=context)
    weir = stage.weir(cloud={"url": cloud.url("localhost"), "ca_file": str(root)}, loops=1)
    assert weir.chat("hello").text == "privately"
    assert weir.stream("hello").text == "privately"
    assert cloud.connections == 1


@pytest.mark.parametrize("host, trusts_root", [("127.0.0.1", True), ("localhost", False)], ids=["another name", "an unknown root"])
def test_a_certificate_that_does_not_fit_is_refused_before_a_byte_is_told(stage, host, trusts_root):
    root, context = stage.certificate("localhost")
    cloud = stage.provider(says("privately"), tls=context)
    settings = {"url": cloud.url(host), **({"ca_file": str(root)} if trusts_root else {})}
    weir = stage.weir(cloud=settings)
    answer = weir.chat("hello")
    assert (answer.status, answer.error["code"]) == (502, "provider_certificate")
    assert not cloud.received


def test_a_connection_is_opened_before_it_is_needed_and_again_when_it_was_lost(stage):
    root, context = stage.certificate("localhost")
    cloud = stage.provider(says("warm"), tls=context)
    weir = stage.weir(cloud={"url": cloud.url("localhost"), "ca_file": str(root)}, loops=1)
    wait_for(lambda: cloud.connections == 1, 10, "the first connection")
    assert weir.chat("hello").text == "warm"
    assert cloud.connections == 1
    for connection in list(cloud.open):
        connection.shutdown(socket.SHUT_RDWR)
    wait_for(lambda: cloud.connections == 2, 10, "the next one")
    assert weir.chat("hello").text == "warm"
    assert cloud.connections == 2


def test_the_name_is_told_in_the_handshake(stage):
    root, context = stage.certificate("localhost")
    names = []
    context.sni_callback = lambda connection, name, _: names.append(name)
    weir = stage.weir(cloud={"url": stage.provider(says("yes"), tls=context).url("localhost"), "ca_file": str(root)})
    assert weir.chat("hello").status == 200
    assert set(names) == {"localhost"}


def test_a_stream_that_is_cut_inside_tls_is_not_whole(stage):
    root, context = stage.certificate("localhost")

    def cut(request, wire):
        wire.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        wire.send(b"data: " + json.dumps(chunk({"role": "assistant", "content": "one"})).encode() + b"\n\n")
        time.sleep(0.05)
        wire.reset()
    weir = stage.weir(cloud={"url": stage.provider(cut, tls=context).url("localhost"), "ca_file": str(root)})
    stream = weir.stream("hello")
    assert not stream.is_whole and not stream.is_done


def test_providers_that_fail_in_turn_never_spoil_the_next_answer(stage):
    bad = [fails(500), cuts_after(3), hangs_up, no_json, half_a_body, resets, error_in_mid_stream, two_lengths]

    def play(request, wire):
        script = says("well") if request.question == "well?" else bad[int(request.question)]
        script(request, wire)
    weir = stage.weir(cloud=stage.provider(play), loops=1)
    for number in range(len(bad)):
        for ask in (weir.chat, weir.stream):
            ask(str(number))
            assert ask("well?").text == "well"
