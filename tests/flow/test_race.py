"""Two proxies, one Redis, and everything that goes wrong at once: the budget holds, and the books agree with the provider's."""
import json
import os
import random
import re
import shutil
import signal
import socket
import threading
import time

import pytest

from actors.redis_server import RedisServer, Wire
from actors.scripted import chunk, completion
from actors.weir import wait_for

DIME = 100_000_000  # nano-dollars: a hundred tokens of output at a thousandth of a dollar; input costs nothing
PRICE = {"large": {"input": 0, "output": 1000}}
SEEDS = int(os.environ.get("WEIR_RACE_SEEDS", 3))  # 20 for the whole of it
NEMESIS_SECONDS = float(os.environ.get("WEIR_NEMESIS_SECONDS", 6))  # 600 for the whole of it


class Ledger(RedisServer):
    """A Redis whose file can be put back to what it was, and whose books are looked into."""

    def copy(self):
        kept = self.folder / "kept"
        shutil.rmtree(kept, ignore_errors=True)
        return shutil.copytree(self.folder / "appendonlydir", kept)

    def put_back(self, kept):
        shutil.rmtree(self.folder / "appendonlydir")
        kept.rename(self.folder / "appendonlydir")

    def books(self, rule):
        """(spent, running) of a rule's one line, in nano-dollars."""
        line = next((key for key in self.ask("keys", f"weir:*:money:{rule}:*").split("\n") if key.endswith("total")), "none")
        held, running = (int(value or 0) for value in (self.ask("hget", line, "held"), self.ask("hget", line, "running")))
        return held - running, running


class Till:
    """A provider that charges each call exactly a dime, streamed or not, and counts what it charged. Who was cancelled before is
    not charged."""

    def __init__(self):
        self.charged = 0
        self.lock = threading.Lock()
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, request, wire):
        self.gate.wait(20)
        wire.connection.setblocking(False)
        try:
            is_gone = wire.connection.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            is_gone = False
        wire.connection.setblocking(True)
        with self.lock:
            self.charged += 0 if is_gone else DIME
        if is_gone:
            return
        if not request.wants_stream:
            wire.whole(completion("yes", usage=(0, 100)))
            return
        wire.head(content_type="text/event-stream")
        for value in (chunk({"role": "assistant", "content": "yes"}), chunk({}, finish="stop"), chunk(choices=[], usage=(0, 100))):
            wire.event(value)
        wire.event(b"[DONE]")
        wire.last_chunk()


def policy(usd):
    return {"cost": [{"name": "purse", "budget": {"usd": usd, "total": True, "per": "all"}}], "routes": [{"name": "all", "ask": ["large"]}]}


@pytest.fixture
def server(stage):
    server = Ledger(stage.folder / "redis")
    stage.actors.insert(0, server)
    return server


def send(weir, stream):
    body = json.dumps({"model": "auto", "stream": stream, "max_tokens": 100, "messages": [{"role": "user", "content": "x"}]}).encode()
    client = weir.connect()
    client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: w\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
    return client


def status_of(client):
    data = b""
    with client:
        while part := client.recv(65536):
            data += part
    return int(data.split(b" ", 2)[1])


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_hundred_calls_of_a_dime_on_five_dollars(stage, server, seed, stream):
    """Fifty pass, through two proxies, whatever the order. A third of those who are served hang up before their answer, and pay nothing."""
    till = Till()
    till.gate.clear()
    cloud = stage.provider(till)
    shared = dict(cloud=cloud, prices=PRICE, policy=policy(5), redis={"url": server.url(), "deadline": "10s"}, secret="a-secret-that-two-weirs-share")
    weirs = [stage.weir(name=name, **shared) for name in ("one", "two")]
    dice = random.Random(seed)
    clients = [send(dice.choice(weirs), stream) for _ in range(100)]
    wait_for(lambda: len(cloud.requests) == 50, 30, "fifty to pass")
    wait_for(lambda: sum(w.metric("weir_faults_total") for w in weirs) == 50, 30, "fifty to be refused")
    refused = []

    def look():
        for client in set(clients) - set(refused):
            client.settimeout(0.01)
            try:
                if client.recv(4096, socket.MSG_PEEK).startswith(b"HTTP/1.1 402"):
                    refused.append(client)
            except TimeoutError:
                pass
        return len(refused) == 50
    wait_for(look, 10, "fifty to hear of it")
    served = [client for client in clients if client not in refused]
    leaving = dice.sample(served, len(served) // 3)
    for client in leaving:
        client.close()
    wait_for(lambda: sum(w.metric("weir_clients_gone_total") for w in weirs) == len(leaving), 10, "them to be gone")
    till.gate.set()
    for client in served:
        if client not in leaving:
            client.settimeout(30)
            assert status_of(client) == 200
    assert len(cloud.requests) == 50
    wait_for(lambda: server.books("purse")[1] == 0, 20, "all to be settled")
    assert server.books("purse")[0] == till.charged == (50 - len(leaving)) * DIME
    assert sum(w.metric("weir_cost_nanousd_total") for w in weirs) == till.charged


class Shopper(threading.Thread):
    """Asks one call after another of whichever proxy is there; some hang up as soon as there is an answer."""

    def __init__(self, weirs, seed, over):
        super().__init__(daemon=True)
        self.weirs, self.dice, self.over = weirs, random.Random(seed), over
        self.statuses = []

    def run(self):
        while not self.over.is_set():
            try:
                stream = self.dice.random() < 0.5
                client = send(self.dice.choice(self.weirs), stream)
                client.settimeout(15)
                if not stream and self.dice.random() < 0.3:
                    client.recv(1)
                    client.close()
                else:
                    self.statuses.append(status_of(client))
            except (OSError, IndexError, ValueError, TypeError, AttributeError):
                time.sleep(0.05)


class Nemesis:
    """Two proxies with a Redis and its replica, and all that can befall them."""

    def __init__(self, stage, servers, shared, dice):
        self.stage, self.servers, self.dice, self.blows, self.dead = stage, servers, dice, [], []
        self.wire = Wire(servers[0].port)  # what a failover behind one address looks like
        stage.actors.append(self.wire)
        shared["redis"]["url"] = self.wire.url()
        self.settings = [{**stage.settings(**shared), "state": str(stage.folder / f"state-{n}")} for n in range(2)]
        self.weirs = [stage.weir(settings=settings, name=f"weir{n}") for n, settings in enumerate(self.settings)]
        servers[1].follow(servers[0])

    @property
    def master(self):
        return self.servers[0]

    def a_moment(self, most=0.6):
        time.sleep(self.dice.uniform(0, most))

    def freeze(self):
        self.master.freeze()
        self.a_moment()
        self.master.thaw()

    def kill(self):
        self.master.kill()
        self.a_moment()
        self.master.start()

    def flush(self):
        self.master.ask("flushall")

    def forget(self):
        """It comes back without what it was told last."""
        kept = self.master.copy()
        self.a_moment(1)
        self.master.kill()
        self.master.put_back(kept)
        self.master.start()

    def fail_over(self):
        """To a replica that has not heard of what was told last."""
        new = self.servers[1]
        new.ask("replicaof", "no", "one")
        self.a_moment(1)
        self.wire.turn_to(new.port)
        self.servers.reverse()
        self.servers[1].kill()
        self.servers[1].start()
        self.servers[1].follow(new)

    def crash(self):
        which = self.dice.randrange(2)
        old = self.weirs[which]
        old.child.kill()
        old.child.wait()
        old.log_file.close()
        self.stage.actors.remove(old)
        self.dead.append(old)
        self.a_moment()
        self.weirs[which] = self.stage.weir_unready(settings=self.settings[which], name=f"weir{len(self.dead) + 1}")
        self.weirs[which].wait_until_alive()

    def pause(self):
        weir = self.dice.choice(self.weirs)
        weir.child.send_signal(signal.SIGSTOP)
        self.a_moment(1.5)
        weir.child.send_signal(signal.SIGCONT)

    def strike(self):
        blow = self.dice.choice(os.environ.get("WEIR_NEMESIS_BLOWS", "freeze kill flush forget fail_over crash pause").split())
        self.blows.append(blow)
        getattr(self, blow)()

    def count_calls_cut_off(self):
        """How many calls proxies had running when they were killed, as their heirs say."""
        logs = "".join(weir.log for weir in self.dead + self.weirs)
        return sum(map(int, re.findall(r'journal_calls_cut_off","message":"(\d+)', logs)))


@pytest.mark.timeout(NEMESIS_SECONDS + 180)
@pytest.mark.parametrize("usd_a_second", [1, 100], ids=["tight", "ample"])
def test_a_nemesis(stage, usd_a_second):
    """Redis is frozen, killed, emptied, loses its last second, fails over to a replica that lags; proxies are killed and paused; all at
    random, under load. No more is spent than the budget and the allowances; the books know of every call that the provider charged, and of
    none twice; and nobody is locked out when it is over."""
    till = Till()
    usd, allowance = NEMESIS_SECONDS * usd_a_second, 0.5
    shared = dict(cloud=stage.provider(till), prices=PRICE, policy=policy(usd), secret="a-secret-that-two-weirs-share", log="info",
                  redis={"deadline": "200ms"}, budgets={"redis_away": {"allow": {"usd": allowance}}, "lease": "10s", "recovery": "10s"})
    servers = [Ledger(stage.folder / name) for name in ("first", "second")]
    for server in servers:
        stage.actors.insert(0, server)
    dice = random.Random(int(os.environ.get("WEIR_NEMESIS_SEED", 1)))
    nemesis = Nemesis(stage, servers, shared, dice)
    over = threading.Event()
    shoppers = [Shopper(nemesis.weirs, seed, over) for seed in range(4)]
    for shopper in shoppers:
        shopper.start()
    end = time.monotonic() + NEMESIS_SECONDS
    while time.monotonic() < end:
        time.sleep(dice.uniform(0.1, 0.8))
        nemesis.strike()
    over.set()
    for shopper in shoppers:
        shopper.join(30)
    statuses = [status for shopper in shoppers for status in shopper.statuses]
    wait_for(lambda: all(weir.get("/readyz").status == 200 for weir in nemesis.weirs), 30, "all to be well")
    wait_for(lambda: all(weir.chat("x", max_tokens=100).status in (200, 402) for weir in nemesis.weirs), 20, "a lease to be over")
    wait_for(lambda: nemesis.master.books("purse")[1] == 0, 20, "all to be settled")
    spent, cut_off = nemesis.master.books("purse")[0], nemesis.count_calls_cut_off()
    story = (nemesis.blows, {status: statuses.count(status) for status in set(statuses)}, till.charged / 1e9, spent / 1e9, cut_off)
    print(story)
    assert statuses.count(200) > 0, story
    assert till.charged <= (usd + len(nemesis.weirs) * allowance) * 1e9, story
    # What a killed proxy had running is counted, whether the provider charged it or not.
    assert till.charged <= spent <= till.charged + cut_off * DIME, story
    for weir in nemesis.weirs:
        fits = nemesis.master.books("purse")[0] + DIME <= usd * 1e9
        assert weir.chat("x", max_tokens=100).status == (200 if fits else 402), story
