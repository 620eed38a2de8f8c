"""Clients and providers that mean harm, or behave as if: Weir stays up, holds what it promised, and forgets nothing and nobody."""
import json
import os
import random
import resource
import socket
import struct
import threading
import time

import pytest

from actors.scripted import chunk, completion, cuts_after, fails, hangs_up, says, stalls, stalls_after
from actors.weir import wait_for

LOOKS = {"privacy": [{"name": "addresses", "when": {"pii": ["email", "phone"]}, "redact": "placeholder"}],
         "routes": [{"name": "all", "ask": ["large"]}]}


def reset(client):
    """Hangs up as a process that was killed does."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def is_idle(weir):
    return weir.metric("weir_requests_running") == 0


def test_what_an_slm_thread_reads_outlives_the_client(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")), policy=LOOKS)
    prompt = "Write to ann@example.org or call +49 30 1234567, and then to someone else. " * 20000
    for turn in range(10):
        client = weir.send_chat(prompt)
        time.sleep(0.02 * turn)
        reset(client)
    wait_for(lambda: weir.metric("weir_clients_gone_total") > 0 and is_idle(weir), 30, "the last request to end")
    assert weir.chat("hello").text == "yes"


def test_requests_in_hand_are_counted_over_all_loops(stage):
    cloud = stage.provider(stalls)
    weir = stage.weir(cloud=cloud, loops=4)
    clients = [weir.send_chat("hello") for _ in range(12)]
    wait_for(lambda: len(cloud.requests) == 12, what="the requests")
    assert all(weir.metric("weir_requests_running") == 12 for _ in range(8)), "whichever loop is asked"
    for client in clients:
        client.close()
    wait_for(lambda: is_idle(weir), what="the requests to end")


# Providers.


def never_ends_its_error(request, wire):
    wire.head(500)
    for _ in range(100):
        wire.chunk(b"x")
        time.sleep(0.1)


@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_an_error_that_never_ends_is_followed_by_the_next_model(stage, ask):
    cloud = stage.provider(never_ends_its_error)
    weir = stage.weir(local=stage.provider(says("near")), cloud=cloud,
                      policy={"routes": [{"name": "far first", "ask": ["large", "small"]}]})
    assert getattr(weir, ask)("hello").text == "near"
    assert cloud.left.wait(5)


def test_what_trickles_in_after_the_end_of_a_stream_does_not_prolong_it(stage):
    def talks_on(request, wire):
        wire.head(content_type="text/event-stream")
        for value in (chunk({"role": "assistant", "content": "yes"}), chunk({}, finish="stop"), b"[DONE]"):
            wire.event(value)
        for _ in range(100):
            wire.chunk(b": still here\n\n")
            time.sleep(0.1)
    cloud = stage.provider(talks_on)
    weir = stage.weir(cloud=cloud)
    stream = weir.stream("hello")
    assert stream.text == "yes" and stream.is_done and stream.is_whole
    assert cloud.left.wait(5)


def test_a_provider_that_was_never_reached_is_not_paid(stage):
    nobody = stage.provider()  # it speaks no TLS, so no handshake ever ends
    weir = stage.weir(cloud={"url": nobody.url().replace("http:", "https:"), "connect": "300ms"},
                      prices={"large": {"input": 1_000_000, "output": 1_000_000}})
    assert weir.chat("hello").status == 504
    assert weir.metric("weir_cost_nanousd_total") == 0


def test_a_connection_whose_request_was_not_read_is_not_used_again(stage):
    """A provider may answer early; what it has not read by then it may never read."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kept = []

        def answers_early():
            body = json.dumps(completion("early")).encode()
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                kept.append(connection)
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        threading.Thread(target=answers_early, daemon=True).start()
        weir = stage.weir(cloud={"url": f"http://127.0.0.1:{listener.getsockname()[1]}/v1", "first_byte": "3s"}, loops=1)
        for _ in range(3):
            assert weir.chat("x" * 20_000_000).text == "early"
        assert len(kept) == 3


# Names in settings.


def test_names_in_settings_are_no_way_into_the_head_of_a_reply(stage):
    settings = stage.settings(cloud=stage.provider(says("yes")), zones=["local", "trusted\r\nx-evil: 1", "cloud"])
    name = "gr\u00f6\u00dfe\r\nx-evil: 1"
    settings["models"] = {name: settings["models"]["large"]}
    settings["audit"] = {"file": str(stage.folder / "audit.jsonl")}
    stage.write_policy({"routes": [{"name": "all\r\nx-evil: 1", "ask": [name]}],
                        "privacy": [{"name": f"rule {number} " + "x" * 1000, "when": {"tokens": {"above": 0}}, "reach": "cloud"}
                                    for number in range(16)]})
    weir = stage.weir(settings=settings)
    for answer in (weir.chat("hello"), weir.stream("hello"), weir.get("/v1/models"), weir.get("/metrics")):
        assert answer.status == 200
        assert "x-evil" not in answer.headers
    assert "x-weir-redactions" in weir.chat("hello").headers, "the head ends where it should, not before"
    wait_for(lambda: (stage.folder / "audit.jsonl").read_bytes().count(b"\n") == 3, what="a line for each chat")


def test_teams_with_long_names_are_limited_each_for_itself(stage):
    name = "a team " * 60
    weir = stage.weir(cloud=stage.provider(), teams={name + which: {"keys": [f"the-key-of-team-{which}"], "requests_a_minute": 3} for which in "ab"})
    for which in "ab":
        statuses = [weir.chat("hello", key=f"the-key-of-team-{which}").status for _ in range(2)]
        assert statuses == [200, 200]


# Clients that read slowly, or not at all.


def test_as_many_clients_may_come_as_the_system_lets(stage):
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = max(map(int, os.listdir("/proc/self/fd"))) + 200  # tests that went before may still be closing theirs
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, usual[1]))
    try:
        weir = stage.weir_unready(cloud=stage.provider())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)
    weir.wait_until_ready()
    clients = [weir.connect() for _ in range(few + 50)]
    assert weir.get("/readyz").status == 200
    for client in clients:
        client.close()


def test_a_client_that_only_asks_is_not_heard_until_it_listens(stage):
    weir = stage.weir(cloud=stage.provider(), loops=1)
    request = b"GET /nothing HTTP/1.1\r\nhost: weir\r\n\r\n" * 400
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    client.connect(("127.0.0.1", weir.port))
    client.settimeout(2)
    batches = 0
    try:
        while batches < 400:
            client.sendall(request)
            batches += 1
    except TimeoutError:
        pass
    assert batches < 400, "its answers wait in memory without bound"
    with weir.connect() as other:
        other.sendall(b"GET /nothing HTTP/1.1\r\nhost: weir\r\n\r\n")
        one = len(other.recv(65536))
    heard = 0
    while heard < batches * 400 * one:
        heard += len(client.recv(1 << 20)) or pytest.fail("what was asked is answered in the end")
    client.close()
    assert weir.get("/readyz").status == 200


@pytest.mark.parametrize("ends", ["by the client's wish", "because Weir stops"])
def test_a_slow_reader_gets_the_whole_of_a_large_answer(stage, ends):
    text = "all of it " * 1_200_000
    weir = stage.weir(cloud=stage.provider(says(text)))
    body = b'{"model":"auto","messages":[{"role":"user","content":"x"}]}'
    with weir.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: w\r\ncontent-length: %d\r\n%s\r\n%s" % (
            len(body), b"connection: close\r\n" if ends == "by the client's wish" else b"", body))
        reply = bytearray(client.recv(65536))
        stop = threading.Thread(target=weir.stop)
        if ends == "because Weir stops":
            stop.start()
        while data := client.recv(150_000):
            reply += data
            time.sleep(0.05)
        if stop.is_alive():
            stop.join()
    assert json.loads(reply.partition(b"\r\n\r\n")[2])["choices"][0]["message"]["content"] == text


# All of it at once.

STORM_SECONDS = 10
CLIENTS = 24
STORM = {
    "privacy": LOOKS["privacy"],
    "cost": [{"name": "purse", "budget": {"usd": 1000, "every": "month"}, "over": "local"}],
    "routes": [{"name": "far first", "when": {"tokens": {"above": 200}}, "ask": ["large", "middle", "small"], "cache": {"keep": "1h"}},
               {"name": "near first", "ask": ["small"], "cache": {"keep": "1s"},
                "escalate": {"to": "large", "when": {"confidence": {"below": 0.6}}}}],
}
OTHER_ROUTES = {**STORM, "routes": [{"name": "all", "ask": ["middle", "large", "small"]}]}


def storm_provider(seed):
    """Anything that a provider may do, the good more often than the bad."""
    chance, lock = random.Random(seed), threading.Lock()

    def resets(request, wire):
        wire.reset()

    def is_garbage(request, wire):
        wire.head(content_type="text/event-stream")
        for _ in range(30):
            wire.event(b"{not JSON")
        wire.last_chunk()

    def says_too_much(request, wire):
        says("more than was asked")(request, wire)
        wire.send(b"HTTP/1.1 200 OK\r\n")

    def has_two_lengths(request, wire):
        wire.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x")
        wire.close()

    good = [says("yes, surely", logprob=-0.01), says("perhaps", logprob=-3), says("a long answer " * 3000, size=400),
            says(lambda request: request.question[-300:]), says("byte by byte", bytewise=True), says("no usage", usage=None), says("")]
    bad = [stalls, stalls_after(0), stalls_after(3), cuts_after(0), cuts_after(4), hangs_up, resets, fails(400), fails(429), fails(500),
           never_ends_its_error, is_garbage, says_too_much, has_two_lengths]

    def script(request, wire):
        with lock:
            act = chance.choice(good if chance.random() < 0.6 else bad)
        act(request, wire)
    return script


def storm_client(weir, seed, until):
    """One client after another that asks and then behaves badly, or not."""
    chance = random.Random(seed)

    def request():
        words = chance.choice(["hello", "Write to ann@example.org. " * chance.choice([1, 100, 3000]), f"number {chance.randrange(5)}"])
        body = json.dumps({"model": chance.choice(["auto", "auto", "small", "middle", "large"]), "stream": chance.random() < 0.6,
                           "max_tokens": 100, "messages": [{"role": "user", "content": words}]}).encode()
        more = chance.choice([b"", b"", b"connection: close\r\n", b"expect: 100-continue\r\n"])
        head = b"POST /v1/chat/completions HTTP/1.%d\r\nhost: w\r\n%scontent-length: %d\r\n\r\n" % (
            chance.random() < 0.9, more, len(body))
        return chance.choice([head + body] * 6 + [(head + body) * 3, head + body[:-20], head[:30], b"\0" + head,
                                                  b"GET /metrics HTTP/1.1\r\nhost: w\r\n\r\n" * 20])

    while time.monotonic() < until:
        try:
            with weir.connect() as client:
                client.sendall(request())
                client.settimeout(chance.choice([0.01, 0.1, 0.3, 2]))
                leaves_after = chance.choice([0, 1, 500, 50_000, 10_000_000])
                heard = 0
                while heard < leaves_after and time.monotonic() < until:
                    data = client.recv(chance.choice([100, 65536]))
                    if not data:
                        break
                    heard += len(data)
                if chance.random() < 0.5:
                    reset(client)
        except OSError:  # told off, or left alone: both are to be expected
            pass


def ask_redis(stage, command):
    """What Weir's own Redis answers, as raw bytes."""
    [path] = (stage.folder / "state").rglob("*.sock")
    with socket.socket(socket.AF_UNIX) as redis:
        redis.connect(str(path))
        redis.sendall(command.encode() + b"\r\n")
        return redis.recv(65536)


class Storm:
    """A Weir between three bad providers, and bad clients that ask until a time."""

    def __init__(self, stage, seconds):
        seed = random.randrange(1 << 32)
        print("seed", seed)
        self.providers = [stage.provider(storm_provider(seed + number), name) for number, name in enumerate(["near", "between", "far"])]
        near, between, far = ({"url": provider.url(), "connect": "1s", "first_byte": "600ms", "idle": "600ms"} for provider in self.providers)
        self.weir = stage.weir(local=near, trusted=between, cloud=far, policy=STORM, loops=3, limits={"inspect": "50ms"},
                               prices={name: {"input": 10, "output": 100} for name in ("middle", "large")})
        self.until = time.monotonic() + seconds
        self.clients = [threading.Thread(target=storm_client, args=(self.weir, seed + 100 + number, self.until)) for number in range(CLIENTS)]
        for client in self.clients:
            client.start()

    def is_raging(self):
        return time.monotonic() < self.until

    def abate(self):
        for client in self.clients:
            client.join()


@pytest.mark.threads
def test_a_storm_leaves_nothing_behind(stage):
    storm = Storm(stage, STORM_SECONDS)
    weir, reloads = storm.weir, 0
    while storm.is_raging():
        reloads += 1
        stage.write_policy([STORM, OTHER_ROUTES, "routes: ["][reloads % 3])
        weir.reload()
        time.sleep(0.3)
    storm.abate()

    wait_for(lambda: is_idle(weir), 20, "the last request to end")
    assert weir.get("/readyz").status == 200
    assert weir.metric("weir_reloads_total") >= 1 and weir.metric("weir_reloads_refused_total") >= 1
    assert weir.metric("weir_requests_total") > 100 and weir.metric("weir_clients_gone_total") > 10
    wait_for(lambda: ask_redis(stage, "KEYS *:leases:*") == b"*0\r\n", what="every reservation to be settled")
    for provider in storm.providers:
        provider.script = says("calm again")
    assert weir.chat("Is it over?").text == "calm again"


@pytest.mark.threads
def test_a_stop_in_mid_storm_is_orderly(stage):
    storm = Storm(stage, 3)
    time.sleep(1.5)
    stage.write_policy(OTHER_ROUTES)
    storm.weir.reload()
    storm.weir.stop()
    storm.abate()


@pytest.mark.parametrize("bytewise", [True, False])
def test_a_provider_that_says_its_key_is_not_quoted(stage, bytewise):
    weir = stage.weir(cloud=stage.provider(says(lambda request: "My key is " + request.headers["authorization"].split()[1], size=1000, bytewise=bytewise)))
    assert weir.chat("hi").text == "My key is " + "*" * len("key-of-cloud")
    stream = weir.stream("hi")
    assert b"key-of-cloud" not in stream.body and stream.is_done and stream.is_whole
