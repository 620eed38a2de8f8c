"""Weir starts, stops and is left in the lurch, and nobody loses an answer by it."""
import os
import signal
import threading

import pytest

from actors.scripted import chunk, says, stalls_after
from actors.weir import wait_for
from test_redis import redis_of

pytestmark = pytest.mark.threads

MASKED = {"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"}],
          "routes": [{"name": "far", "ask": ["large"], "cache": {"keep": "1h"}}]}


def read_all(client):
    reply = b""
    while data := client.recv(65536):
        reply += data
    return reply


def test_a_running_answer_is_finished_before_weir_ends(stage):
    go_on = threading.Event()

    def slowly(request, wire):
        wire.head(content_type="text/event-stream")
        wire.event(chunk({"role": "assistant", "content": "one "}))
        go_on.wait(20)
        wire.event(chunk({"content": "two"}))
        wire.event(chunk({}, finish="stop"))
        wire.event(b"[DONE]")
        wire.last_chunk()
    cloud = stage.provider(slowly)
    weir = stage.weir(cloud=cloud)
    client = weir.send_chat("hello", stream=True)
    assert cloud.began.wait(10)

    weir.child.send_signal(signal.SIGTERM)
    wait_for(lambda: "stopping" in weir.log, what="the signal to be heard")
    go_on.set()
    reply = read_all(client)

    assert b"two" in reply and b"[DONE]" in reply and reply.endswith(b"0\r\n\r\n")
    assert weir.child.wait(20) == 0


def test_an_idle_connection_does_not_keep_weir_from_ending(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")))
    with weir.connect() as idle, weir.send_chat("hello") as used:
        assert b"yes" in used.recv(65536)
        weir.child.send_signal(signal.SIGTERM)
        assert weir.child.wait(5) == 0
        assert read_all(idle) == b""


def test_weir_ends_though_a_provider_never_does(stage):
    cloud = stage.provider(stalls_after(2))
    weir = stage.weir(cloud=cloud)
    client = weir.send_chat("hello", stream=True)
    assert cloud.began.wait(10)
    weir.child.send_signal(signal.SIGTERM)
    reply = read_all(client)
    assert b"[DONE]" not in reply and not reply.endswith(b"0\r\n\r\n")
    assert weir.child.wait(20) == 0


def test_clients_that_leave_while_their_prompt_is_read_do_no_harm(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy=MASKED)
    for _ in range(20):
        weir.send_chat("mail ada@example.com, or not. " * 20_000).close()
    wait_for(lambda: weir.metric("weir_requests_running") == 0, what="nothing to be left in hand")
    assert weir.chat("hello").text == "yes"


def test_clients_that_leave_while_redis_is_frozen_do_no_harm(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy=MASKED, redis={"deadline": "500ms"})
    pid = redis_of(weir)
    os.kill(pid, signal.SIGSTOP)
    try:
        for number in range(10):
            weir.send_chat(f"hello {number}").close()
        wait_for(lambda: weir.metric("weir_requests_running") == 0, what="nothing to be left in hand")
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: weir.get("/readyz").status == 200, what="Redis to be back")
    assert weir.chat("hello").text == "yes"


def test_a_second_weir_shares_the_redis_of_the_first(stage):
    """Two processes with one state folder: the socket is shared, not fought over."""
    settings = stage.settings(cloud=stage.provider(says("yes")), policy=MASKED)
    first = stage.weir(settings=settings)
    second = stage.weir(settings=settings, name="second")
    assert redis_of(first) and not redis_of(second)
    first.chat("hello")
    wait_for(lambda: second.chat("hello").told("cache") == "hit", what="the answer to be shared")
