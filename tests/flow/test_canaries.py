"""Canaries in every flow, through every fault: things that must never be seen where they do not belong are looked for in every
byte that left, was logged, counted, audited, kept, or told to a client.

One Weir at its most talkative serves all of the table below: FLOWS are what clients do, FAULTS what providers do meanwhile.
Each pair is a case; after it all bytes are read that came to be since the case before. At the end come Redis, its disk and the
metrics. A new flow or a new fault is a line in its table.
"""
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import time

import httpx
import pytest

from actors.canaries import KEYS, MASTER_KEY, NAMES, PRIVATE, PROVIDER_KEYS, TEAM_KEYS, WORDS, all_places, assert_silent, memory_bytes, redis_bytes, seen
from actors.scripted import chunk, completion, echoes, fails, hangs_up, says
from actors.weir import BINARY, ROOT, wait_for
from conftest import Stage

KINDS = ["email", "phone", "payment_card", "iban", "us_ssn", "ip_address", "api_key", "password", "url_credentials"]
POLICY = {
    "privacy": [{"name": "all is masked", "when": {"pii": KINDS}, "redact": "placeholder"}],
    "routes": [{"name": "drafts", "for": {"team": "drafts"}, "ask": ["small"],
                "escalate": {"to": "large", "when": {"confidence": {"below": 0.99}}}},
               {"name": "far", "ask": ["large", "middle"], "cache": {"keep": "1h"}}],
}
TEAM = TEAM_KEYS["canaries"]
MODEL = ROOT / "models" / "all-MiniLM-L6-v2"


# What clients do: flow(rig) -> bytes that came back. They do not mind how it ends.


def send(rig, body, path="/v1/chat/completions", key=TEAM, **more):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}", "cookie": PRIVATE["email"],
               "x-canary": PRIVATE["ssn"], "user-agent": PRIVATE["card"], **more}
    told = b""
    try:
        with httpx.stream("POST", rig.weir.base + path, content=data, headers=headers, timeout=20) as response:
            told = str(response.headers).encode()
            for piece in response.iter_raw():
                told += piece
    except httpx.HTTPError:
        pass
    return told


def another(rig, **more):
    """A chat that was not asked before, so that no cache answers it."""
    rig.turn += 1
    return {**all_places(PRIVATE, f"{WORDS} in turn {rig.turn}"), **more}


def chat(rig, **more):
    return send(rig, another(rig, **more))


def drafts(rig, **more):
    return send(rig, another(rig, **more), key=TEAM_KEYS["drafts"])


def twice(rig, **more):
    """The second time out of the cache, where the first answer was a good one."""
    body = another(rig, **more)
    return send(rig, body) + send(rig, body)


def messages(rig, **more):
    """In Anthropic's dialect, with the key where its clients have it."""
    rig.turn += 1
    told = f"{WORDS} in turn {rig.turn}: " + "; ".join(PRIVATE.values())
    body = {"model": "auto", "max_tokens": 64, "system": [{"type": "text", "text": told}], "metadata": {"user_id": told},
            "stop_sequences": [told],
            "tools": [{"name": "send", "description": told, "input_schema": {"type": "object", "properties": {
                "to": {"type": "string", "description": told, "enum": [told]}}}}],
            "messages": [{"role": "user", "content": told},
                         {"role": "assistant", "content": [{"type": "text", "text": told},
                                                           {"type": "tool_use", "id": "t1", "name": "send", "input": {"to": PRIVATE}}]},
                         {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": told},
                                                      {"type": "text", "text": told}]}], **more}
    tried = {"anthropic-beta": PRIVATE["email"], "anthropic-version": PRIVATE["ssn"]}
    return send(rig, body, "/v1/messages", **tried) + send(rig, {**body, "system": told}, "/v1/messages", key="", **{"x-api-key": TEAM})


def responses(rig, **more):
    """In the dialect of OpenAI's Responses."""
    rig.turn += 1
    told = f"{WORDS} in turn {rig.turn}: " + "; ".join(PRIVATE.values())
    return send(rig, {"model": "auto", "instructions": told, "input": told, "metadata": {"note": PRIVATE["email"]}, "user": told,
                      **more}, "/v1/responses")


def redact_and_restore(rig):
    told = send(rig, {"request": all_places(PRIVATE)}, "/weir/redact")
    at = told.find(b'"map":"')
    sealed = told[at + 7:told.find(b'"', at + 7)].decode() if at >= 0 else ""
    return told + send(rig, {"text": "EMAIL_000000000000", "map": sealed}, "/weir/restore") + send(
        rig, {"texts": list(PRIVATE.values()), "map": PRIVATE["email"]}, "/weir/restore")


def raw(rig, data, wait=False):
    with socket.create_connection(("127.0.0.1", rig.weir.port), timeout=20) as client:
        client.sendall(data)
        told = b""
        while wait:
            try:
                piece = client.recv(65536)
            except OSError:
                break
            told += piece
            wait = bool(piece)
        return told


def request_bytes(body, path="/v1/chat/completions", length=None):
    data = json.dumps(body).encode()
    return (f"POST {path} HTTP/1.1\r\nhost: weir\r\nauthorization: Bearer {TEAM}\r\ncontent-type: application/json\r\n"
            f"content-length: {length or len(data)}\r\nconnection: close\r\n\r\n").encode() + data


def hang_up(rig):
    raw(rig, request_bytes({**all_places(PRIVATE), "stream": True}))
    time.sleep(0.02)
    return b""


def hang_up_in_the_body(rig):
    raw(rig, request_bytes(all_places(PRIVATE), length=1 << 20))
    return b""


def nonsense(rig):
    """What no request should be; the errors must not repeat it to anybody but the client."""
    told = PRIVATE["email"]
    body = json.dumps(all_places(PRIVATE)).encode()
    return b"".join([
        send(rig, body[:-2]), send(rig, b'{"model":"auto","model":"' + told.encode() + b'","messages":[]}'),
        send(rig, {"model": told, "messages": [{"role": told, "content": told}]}),
        send(rig, {"model": f"{told} {PRIVATE['card']}", "messages": [{"role": "user", "content": told}]}),
        send(rig, all_places(PRIVATE), key=told), send(rig, all_places(PRIVATE), path=f"/v1/{told}?q={told}"),
        raw(rig, f"POST /{told} HTTP/1.1\r\nhost: {told}\r\ncontent-length: {told}\r\n\r\n".encode(), wait=True),
        raw(rig, f"{told} {told} {told}\r\n\r\n".encode(), wait=True)])


FLOWS = {
    "chat": chat,
    "chat, streamed": lambda rig: chat(rig, stream=True),
    "chat with many choices": lambda rig: chat(rig, n=2, logprobs=True),
    "a model by its name": lambda rig: chat(rig, model="middle"),
    "a model that speaks Anthropic's dialect": lambda rig: chat(rig, model="claude"),
    "the same, streamed": lambda rig: chat(rig, model="claude", stream=True),
    "a model that speaks Gemini's dialect": lambda rig: chat(rig, model="gemini"),
    "a model that speaks Ollama's dialect, streamed": lambda rig: chat(rig, model="ollama", stream=True),
    "a model of Azure's": lambda rig: chat(rig, model="azure"),
    "cached": twice,
    "cached, streamed": lambda rig: twice(rig, stream=True),
    "a draft that escalates": drafts,
    "a draft that escalates, streamed": lambda rig: drafts(rig, stream=True),
    "embeddings": lambda rig: send(rig, {"model": "all-MiniLM-L6-v2", "input": list(PRIVATE.values()), "user": PRIVATE["email"]},
                                   "/v1/embeddings"),
    "redact and restore": redact_and_restore,
    "Anthropic's messages": messages,
    "Anthropic's messages, streamed": lambda rig: messages(rig, stream=True),
    "Anthropic's messages to who speaks them": lambda rig: messages(rig, model="claude"),
    "responses": responses,
    "responses, streamed": lambda rig: responses(rig, stream=True),
    "a client that hangs up": hang_up,
    "a client that hangs up in its body": hang_up_in_the_body,
    "nonsense": nonsense,
}
FAR = [name for name in FLOWS if name not in ("embeddings", "redact and restore", "a client that hangs up in its body", "nonsense")]


# What providers do: scripts. An error tells back all that was received: the prompt, and the key that it came with.


def key_of(request):
    for name in ("x-api-key", "x-goog-api-key", "api-key"):
        if name in request.headers:
            return request.headers[name]
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def all_of(request):
    return (request.head + b" " + request.body).decode(errors="replace")


def tells_back(status, shape):
    def script(request, wire):
        fails(status, *shape(all_of(request)))(request, wire)
    return script


def in_json(text):
    return ({"error": {"message": text, "type": text[:200], "param": text, "code": text}},)


def codes_the_key(status):
    """An error whose words are short enough to be told on."""
    def script(request, wire):
        key = key_of(request)
        wire.whole({"error": {"message": key, "type": key, "param": key, "code": key}}, status)
    return script


def codes_the_key_in_the_stream(request, wire):
    key = key_of(request)
    wire.head(content_type="text/event-stream")
    wire.event(chunk({"role": "assistant", "content": "well "}))
    wire.event({"error": {"message": key, "type": key, "param": None, "code": key}})
    wire.close()


def breaks_off(request, wire):
    wire.head(content_type="text/event-stream")
    wire.event(chunk({"role": "assistant", "content": "as you said: " + request.question[:200]}))
    wire.reset()


def errs_in_the_stream(request, wire):
    wire.head(content_type="text/event-stream")
    wire.event(chunk({"role": "assistant", "content": "well "}))
    wire.event({"error": {"message": all_of(request), "type": "server_error", "param": None, "code": all_of(request)}})
    wire.close()


def stalls(request, wire):
    wire.wait_until_gone(2)


def stalls_in_the_stream(request, wire):
    wire.head(content_type="text/event-stream")
    wire.event(chunk({"role": "assistant", "content": "well "}))
    wire.wait_until_gone(2)


def speaks_no_http(request, wire):
    wire.send(b"HTTP/1.1 banana " + all_of(request).encode() + b"\r\n\r\n")
    wire.close()


def lies_about_its_length(request, wire):
    wire.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999\r\n\r\n" + all_of(request).encode())
    wire.close()


def resets(request, wire):
    wire.reset()


def redirects(request, wire):
    key = key_of(request)
    wire.whole(b"", 302, extra=f"location: http://127.0.0.1:9/?q={key}\r\nset-cookie: {key}\r\nx-echo: {key}\r\n")


def with_echoing_head(request, wire):
    wire.whole(completion("a good answer"), extra=f"x-echo: {key_of(request)}\r\nx-request-id: {TEAM}\r\n")


FAULTS = {
    "none: it says back what it was asked": echoes(),
    "byte by byte": echoes(bytewise=True),
    "an answer whose head tells the key": with_echoing_head,
    "400": tells_back(400, in_json),
    "401": tells_back(401, in_json),
    "429": tells_back(429, in_json),
    "500": tells_back(500, in_json),
    "400 whose code is the key": codes_the_key(400),
    "an error whose code is the key": codes_the_key(500),
    "an error in a good answer whose code is the key": codes_the_key(200),
    "an error in the stream whose code is the key": codes_the_key_in_the_stream,
    "an error that is a word": tells_back(500, lambda text: ({"error": text},)),
    "an error in HTML": tells_back(502, lambda text: (f"<html>{text}</html>".encode(), "text/html")),
    "an error in a good answer": tells_back(200, in_json),
    "no JSON": tells_back(200, lambda text: (text.encode(), "application/json")),
    "another JSON": tells_back(200, lambda text: ({"echo": text},)),
    "a redirect": redirects,
    "no HTTP": speaks_no_http,
    "less than its length": lies_about_its_length,
    "hangs up": hangs_up,
    "resets": resets,
    "an error in the stream": errs_in_the_stream,
    "a reset in the stream": breaks_off,
    "silence": stalls,
    "silence in the stream": stalls_in_the_stream,
}


# The rig.


class Rig:
    """A Weir with a provider in each zone, and how far what they wrote has been read."""

    def __init__(self, stage, **more):
        self.stage = stage
        self.turn = 0
        # Each fault must be heard, whatever was heard before it: nothing is held against a provider.
        quick = {"first_byte": "300ms", "idle": "300ms", "breaker": "off"}
        self.providers = {zone: stage.provider(echoes(), zone) for zone in ("local", "trusted", "cloud")}
        zones = {zone: {"url": actor.url(), "key": PROVIDER_KEYS[zone], **quick} for zone, actor in self.providers.items()}
        self.audit = stage.folder / "audit.jsonl"
        settings = stage.settings(**zones, policy=more.pop("policy", POLICY), audit={"file": str(self.audit)}, secret=MASTER_KEY,
                                  teams={team: {"keys": [key]} for team, key in TEAM_KEYS.items()}, **more)
        for name, api in (("claude", "anthropic"), ("gemini", "gemini"), ("ollama", "ollama"), ("azure", "azure")):
            settings["providers"][name] = {"api": api, "zone": "cloud", "url": self.providers["cloud"].url(),
                                           "key": PROVIDER_KEYS["cloud"], **quick}
            settings["models"][name] = {"provider": name, "model": f"{name}-as-sent", "output": 1000}
        self.settings = settings
        self.weir = stage.weir(settings=settings)
        self.read = {}

    def news(self, name, data):
        """What is there that was not when it was asked last."""
        before = self.read.get(name, 0)
        self.read[name] = len(data)
        return bytes(data[before:])

    def play(self, flow, fault):
        self.providers["cloud"].script = fault
        self.providers["trusted"].script = fault if fault not in (stalls, stalls_in_the_stream) else echoes()
        self.providers["local"].script = says("a poor draft", logprob=-3.0)
        return flow(self)

    def assert_silent(self, told=b""):
        """Of all that came to be since the last time."""
        for zone, actor in self.providers.items():
            sent = self.news(zone, actor.received).replace(PROVIDER_KEYS[zone].encode(), b"")
            values = [] if zone == "local" else [*PRIVATE.values()]
            assert_silent(f"what {zone} received", sent, [*values, *KEYS])
        written = {"the log": self.weir.log_path, "the audit": self.audit}
        for name, path in written.items():
            assert_silent(name, self.news(name, path.read_bytes()), [*PRIVATE.values(), WORDS, *KEYS])
        assert_silent("what the client was told", told, KEYS)


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    folder = pathlib.Path(f"/tmp/weir-canaries-{os.getpid()}")  # a unix socket's name must be short
    folder.mkdir()
    stage = Stage(folder)
    try:
        yield Rig(stage)
    finally:
        stage.clear()
        subprocess.run(["rm", "-rf", folder], check=True)


# The plays.


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("flow", FAR)
def test_nothing_leaks(rig, flow, fault):
    told = rig.play(FLOWS[flow], FAULTS[fault])
    rig.assert_silent(told)


@pytest.mark.parametrize("flow", [name for name in FLOWS if name not in FAR])
def test_nothing_leaks_where_nobody_is_asked(rig, flow):
    told = rig.play(FLOWS[flow], echoes())
    rig.assert_silent(told)


def test_the_harness_hears(rig):
    """Or all of the above could not fail."""
    answer = rig.play(chat, echoes())
    assert WORDS.encode() in rig.providers["cloud"].received and b"EMAIL_" in rig.providers["cloud"].received
    assert PRIVATE["email"].encode() in answer, "what was hidden came back"
    wait_for(lambda: '"level":"debug"' in rig.weir.log, what="the log at its most talkative")
    assert seen(json.dumps(all_places(PRIVATE)).encode(), PRIVATE.values()) == list(PRIVATE.values())
    for flow in FAR:
        asked = len(rig.providers["cloud"].requests) + len(rig.providers["trusted"].requests)
        if not flow.startswith("a client that") and b"unknown_url" not in rig.play(FLOWS[flow], echoes()):
            assert len(rig.providers["cloud"].requests) + len(rig.providers["trusted"].requests) > asked, flow
    assert PRIVATE["email"].encode() in rig.providers["local"].received, "at home models read plain words"
    wait_for(lambda: rig.audit.stat().st_size > 1000, what="the audit")
    rig.assert_silent(answer)


def test_nothing_leaks_while_redis_is_away(rig):
    from test_redis import redis_of
    pid = redis_of(rig.weir)
    os.kill(pid, signal.SIGSTOP)
    try:
        told = b"".join(rig.play(FLOWS[flow], echoes()) for flow in ("chat", "cached", "cached, streamed", "a draft that escalates"))
    finally:
        os.kill(pid, signal.SIGCONT)
    rig.assert_silent(told)


def test_nothing_leaks_over_reloads(rig):
    """Good settings and bad ones, while requests are in hand."""
    rig.providers["cloud"].script = says("yes")
    def reloads():
        return rig.weir.metric("weir_reloads_total") + rig.weir.metric("weir_reloads_refused_total")
    for settings in ({**rig.settings, "teams": TEAM, "secret": [MASTER_KEY]}, rig.settings):
        before = reloads()
        rig.weir.settings_path.write_text(json.dumps(settings))
        told = b"".join(rig.play(FLOWS[flow], echoes()) for flow in ("chat", "cached, streamed"))
        wait_for(lambda: reloads() > before, what="a reload")
        rig.assert_silent(told)
    assert rig.weir.metric("weir_reloads_refused_total") >= 1


@pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")
def test_names_leak_no_more_than_numbers(stage):
    """The kinds that the encoder finds, in a Weir that has one."""
    rig = Rig(stage, policy={**POLICY, "privacy": [{"name": "all", "when": {"pii": "any"}, "redact": "placeholder"}]},
              slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    words = f"{WORDS}. My name is {NAMES['person']}, and I live at 14 Rosewood Avenue, Springfield."
    rig.providers["cloud"].script = echoes()
    told = [send(rig, {"model": "auto", "stream": stream, "messages": [{"role": "user", "content": words}]}) for stream in (False, True)]
    assert b"PERSON_" in rig.providers["cloud"].received and NAMES["person"].encode() in told[0]
    told.append(send(rig, {"text": words}, "/weir/redact"))
    assert NAMES["person"].encode() not in told[2]
    names = [*NAMES.values(), *NAMES["person"].split(), "Rosewood"]
    for where, data in (("the cloud", rig.providers["cloud"].received), ("the log", rig.weir.log_path.read_bytes()),
                        ("the audit", rig.audit.read_bytes()), ("Redis", redis_bytes(stage.folder / "state")),
                        ("metrics", rig.weir.get("/metrics").body)):
        assert_silent(where, data, names)
    rig.assert_silent(b"".join(told))


def test_metrics_tell_nothing(rig):
    assert_silent("metrics", rig.weir.get("/metrics").body, [*PRIVATE.values(), WORDS, *KEYS])


def test_redis_holds_nothing_private(rig):
    rig.play(twice, echoes())
    held = redis_bytes(rig.stage.folder / "state")
    assert b":cache:e:" in held, "the cache must hold the answer, or this test cannot fail"
    assert_silent("Redis", held, [*PRIVATE.values(), WORDS, *KEYS])


def test_users_hear_their_own_words_again(rig):
    """Whole, streamed, and out of the cache."""
    rig.providers["cloud"].script = echoes("You said: ")
    words = " ".join([WORDS, "again", *PRIVATE.values()])
    answers = [ask(words, key=TEAM) for ask in (rig.weir.chat, rig.weir.stream) * 2]
    assert [answer.text for answer in answers] == ["You said: " + words] * 4
    assert [answer.told("cache") for answer in answers] == ["miss", "hit", "hit", "hit"]


def test_memory_forgets(rig):
    """When all is answered, what clients said is gone: what was asked, found, hidden, mapped and sent is overwritten. What stays
    is the cache's text, which is hidden, the keys that are in use, and for a moment, on a stack, the words of a request that an
    error has quoted."""
    for flow in FLOWS:
        if flow != "nonsense":
            rig.play(FLOWS[flow], echoes())
    wait_for(lambda: rig.weir.metric("weir_requests_running") == 0, what="all to end")
    held = None

    def is_gone():  # a loop frees at the end of its turn, an SLM thread when it has read
        nonlocal held
        try:
            held = memory_bytes(rig.weir.child.pid)
        except PermissionError:
            pytest.skip("the memory of a process is root's alone to see")
        return not [value for value in PRIVATE.values() if value.encode() in held]
    try:
        wait_for(is_gone, 10, "memory to forget")
    except AssertionError:
        found = seen(held, PRIVATE.values())
        beside = [bytes(held[max(0, at - 200):at + 200]) for at in (held.find(value.encode()) for value in found) if at >= 0]
        pytest.fail(f"{found} seen in memory: {beside}", pytrace=False)
    assert PROVIDER_KEYS["cloud"].encode() in held, "the key that is in use must be seen, or this test cannot fail"


def test_what_is_left_on_disk_holds_nothing_private(rig):
    """The last: nobody serves any more."""
    rig.weir.stop()
    assert_silent("what Redis left", redis_bytes(rig.stage.folder / "state"), [*PRIVATE.values(), *KEYS])
    rig.assert_silent()


@pytest.mark.parametrize("words", [["--allow-core-dumps"], []], ids=["allowed", "by itself"])
def test_there_is_no_core(stage, words):
    """Where the machine writes cores at all."""
    stage.write("weir.yaml", stage.settings(cloud={"url": "http://127.0.0.1:9/v1", "key": PROVIDER_KEYS["cloud"]}))

    def prepare():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # a shell's background jobs ignore it
    with open(stage.folder / "log", "wb") as log:
        child = subprocess.Popen([BINARY, "serve", "-c", stage.folder / "weir.yaml", *words], cwd=stage.folder, stdout=log, stderr=log,
                                 preexec_fn=prepare, env={**os.environ, "ASAN_OPTIONS": "disable_coredump=0"})
    wait_for(lambda: b'"ready"' in (stage.folder / "log").read_bytes(), 60, "weir to be ready")
    os.kill(child.pid, signal.SIGQUIT)
    _, status = os.waitpid(child.pid, 0)
    child.returncode = -signal.SIGQUIT
    if words and not os.WCOREDUMP(status):
        pytest.skip("this machine writes no cores")
    assert os.WCOREDUMP(status) == bool(words)


def test_checking_and_explaining_print_no_secret(stage):
    settings = stage.settings(cloud={"url": "http://127.0.0.1:9/v1", "key": "${CANARY_KEY}", "zne": "cloud"}, teams=TEAM, policy=POLICY)
    stage.write("weir.yaml", settings)
    for command in (["check"], ["explain", "hello"], ["redact"]):
        done = subprocess.run([BINARY, command[0], "-c", stage.folder / "weir.yaml", *command[1:]], capture_output=True,
                              env={"CANARY_KEY": PROVIDER_KEYS["cloud"], "PATH": "/usr/bin:/bin"})
        assert done.returncode == 1 and b"zne" in done.stdout + done.stderr
        assert_silent(command[0], done.stdout + done.stderr, KEYS)
