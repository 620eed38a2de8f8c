"""Four providers of four dialects that do whatever a network, a proxy on the way or a bad day may do: each client gets a whole answer or a
proper error, in its own dialect, and nothing is left behind."""
import concurrent.futures
import gzip
import json
import os
import random
import time

import httpx

from actors.messages import answers, event, message, text
from actors.others import gemini_says, ollama_says
from actors.scripted import chunk, completion, cuts_after, fails, hangs_up, says, stalls, stalls_after, stream_of
from actors.weir import wait_for

REQUESTS = 160


def sends(data):
    """These bytes, as they are; then nothing more."""
    def act(request, wire):
        wire.send(data)
        time.sleep(0.05)
        wire.close()
    return act


def whole(body, status=200, content_type="application/json", extra=""):
    return lambda request, wire: wire.whole(body, status, content_type, extra)


def without_end(piece, head=b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", pause=0):
    """A head, and the same again and again until Weir hangs up."""
    def act(request, wire):
        wire.send(head)
        while not pause or not wire.wait_until_gone(pause):
            wire.send(piece)
    return act


def chunked(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def streams(*values, ends=True):
    def act(request, wire):
        wire.head(content_type="text/event-stream")
        for value in values:
            wire.event(value)
        if ends:
            wire.last_chunk()
        else:
            time.sleep(0.05)
            wire.reset()
    return act


def breaks_off(request, wire):
    """Anthropic's, in the midst of a block."""
    wire.head(content_type="text/event-stream")
    event(wire, "message_start", message=message([], None))
    event(wire, "content_block_start", index=0, content_block=text(""))
    event(wire, "content_block_delta", index=0, delta={"type": "text_delta", "text": "abc"})
    wire.close()


FULL = json.dumps(completion("full")).encode()
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
PAGE = b"<html><body>" + b"x" * 3000 + b"</body></html>"
BAD = [
    hangs_up, stalls, stalls_after(0), stalls_after(3), cuts_after(0), cuts_after(3), breaks_off, lambda request, wire: wire.reset(),
    *map(fails, (400, 418, 429, 500, 529)), *(whole(PAGE, status, "text/html") for status in (200, 400, 403, 404, 502)),
    *(whole(b"", status, extra="location: http://127.0.0.1:1/\r\n") for status in (201, 301, 304, 307)),
    # bodies that are no answer
    *map(whole, ({"error": {"message": "at 200", "code": 500}}, {"error": "at 200"}, {"detail": "x"}, b"null", b"", b'{"choices":' + b"[" * 100_000,
                 {"candidates": 3, "content": "x", "message": [], "choices": {}}, b'{"choices":[],"choices":[]}')),
    whole(gzip.compress(FULL), extra="content-encoding: gzip\r\n"),
    # framing
    sends(OK + b"content-length: %d\r\n\r\n" % (len(FULL) - 9) + FULL), sends(OK + b"content-length: %d\r\n\r\n" % (len(FULL) + 9) + FULL),
    sends(OK + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"), sends(OK + b"\r\n" + FULL[:-20]),
    sends(OK + b'transfer-encoding: chunked\r\n\r\n40\r\ndata: {"id":"x","cho'), sends(OK + b"transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx"),
    sends(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), sends(b"SSH-2.0-OpenSSH_9.2\r\n"), sends(b"\0\0\x12\x04\0\0\0\0\0"),
    sends(OK + b"x-pad: " + b"a" * 100_000 + b"\r\ncontent-length: 2\r\n\r\n{}"),
    # without end
    without_end(b"x-pad: " + b"a" * 1000 + b"\r\n", b"HTTP/1.1 200 OK\r\n"), without_end(b"HTTP/1.1 103 Early Hints\r\n\r\n", b"", 0.01),
    without_end(chunked(b" " * 65536)), without_end(chunked(b"a" * 65536), OK + b"transfer-encoding: chunked\r\n\r\n" + chunked(b"data: ")),
    without_end(chunked(b": ping\n\n"), pause=0.1), without_end(chunked(b"data: " + json.dumps(chunk({"content": ""})).encode() + b"\n\n"), pause=0.1),
    without_end(chunked(b" "), pause=0.3), without_end(b"a", b"HTTP/1.1 200 OK\r\nx-slow: ", 0.1),
    # in mid-stream
    streams(*stream_of("one two three")[:4], ends=False), streams(*stream_of("one two")[:3], {"error": {"message": "x", "code": 502}}),
]
GOOD = {"openai": [says("fine " * 60), says("bytewise", bytewise=True), says("no usage", usage=None), sends(OK + b"\r\n" + FULL),
                   lambda request, wire: (wire.send(b"HTTP/1.1 103 Early Hints\r\n\r\n"), says("after hints")(request, wire)),
                   lambda request, wire: (says("first")(request, wire), says("unasked")(request, wire))],
        "anthropic": [answers(text("fine " * 50))], "gemini": [gemini_says("fine " * 30)], "ollama": [ollama_says("fine " * 30)]}


def script_of(api, chance):
    def script(request, wire):
        chance.choice(GOOD[api] if chance.random() < 0.3 else BAD)(request, wire)
    return script


USER = [{"role": "user", "content": "hello"}]
# What a client asks with, and what tells it that a stream is whole.
CLIENTS = {
    "/v1/chat/completions": ({"messages": USER}, ["data: [DONE]"]),
    "/v1/completions": ({"prompt": "hello"}, ["data: [DONE]"]),
    "/v1/responses": ({"input": "hello"}, ["response.completed", "response.incomplete"]),
    "/v1/messages": ({"messages": USER, "max_tokens": 50}, ["event: message_stop"]),
    "/api/chat": ({"messages": USER}, ['"done":true']),
}


def fault_of(client, path, is_stream):
    """What is wrong with what a client gets; None: nothing."""
    body, seals = CLIENTS[path]
    heard, is_cut = "", False
    with client.stream("POST", path, json={"model": "any", "stream": is_stream, **body}) as response:
        try:
            for piece in response.iter_text():
                heard += piece
        except httpx.RemoteProtocolError:
            is_cut = True
    is_sealed = any(seal in heard for seal in seals)
    if response.status_code != 200 or not is_stream:
        is_error = response.status_code >= 400
        return None if not is_cut and ("error" in json.loads(heard)) >= is_error else f"{path} {response.status_code}: {heard[:500]}"
    if is_cut == is_sealed or (is_cut and "error" not in heard):
        return f"{path}, {'cut' if is_cut else 'ended'}: {heard[-500:]}"
    return None


def test_each_client_gets_an_answer_or_an_error(stage):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    root, context = stage.certificate("localhost")
    deadlines = {"connect": "1s", "first_byte": "400ms", "idle": "400ms", "progress": "800ms", "patience": "100ms", "breaker": "off"}
    providers, actors = {}, []
    for number, api in enumerate(GOOD):
        tls = {"tls": context} if number == 0 else {}
        actors.append(stage.provider(script_of(api, random.Random(seed + number)), api, **tls))
        url = actors[-1].url("localhost")
        providers[api] = {"api": api, "zone": "cloud", "key": f"key-of-{api}", **deadlines, **({"ca_file": str(root)} if tls else {}),
                          "url": url if api == "openai" else url.removesuffix("/v1")}
    settings = {**stage.settings(), "providers": providers, "limits": {"tries": "2s", "answer": "1m"}}
    settings["models"] = {**{api: {"provider": api, "model": api} for api in GOOD}, "any": {"any": list(GOOD), "choose": "least_busy"}}
    stage.write_policy({"routes": [{"name": "all", "ask": ["any"]}]})
    weir = stage.weir(settings=settings)
    files = f"/proc/{weir.child.pid}/fd"
    before, chance = len(os.listdir(files)), random.Random(seed)
    asked = [(chance.choice(list(CLIENTS)), chance.random() < 0.6) for _ in range(REQUESTS)]

    with httpx.Client(base_url=weir.base, timeout=20) as client, concurrent.futures.ThreadPoolExecutor(16) as pool:
        faults = list(filter(None, pool.map(lambda one: fault_of(client, *one), asked)))
    assert not faults, faults[:5]
    wait_for(lambda: weir.metric("weir_requests_running") == 0, what="the last request to end")
    for actor in actors:
        actor.hang_up()
    wait_for(lambda: len(os.listdir(files)) <= before + 2, what="all connections to be closed")
