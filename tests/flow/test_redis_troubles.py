"""What may befall a Redis, each told apart: requests that can do without it go on, budgets are closed, and it mends itself."""
import subprocess

import pytest

from actors.redis_server import RedisServer, Sentinel, Wire
from actors.scripted import says
from actors.weir import free_port, wait_for

PRICES = {"large": {"input": 0, "output": 1000}}
TEAMS = {"free": {"keys": ["key-of-the-free"], "requests_a_minute": 100000}, "paid": {"keys": ["key-of-the-paid"]}}
FREE, PAID = "key-of-the-free", "key-of-the-paid"
POLICY = {"cost": [{"name": "purse", "for": {"team": "paid"}, "budget": {"usd": 1000, "every": "month"}}],
          "routes": [{"name": "kept", "ask": ["large"], "cache": {"keep": "1h"}}]}


@pytest.fixture
def server(stage):
    server = RedisServer(stage.folder / "redis", "--busy-reply-threshold", "20")
    stage.actors.append(server)
    return server


def start(stage, url, **redis):
    return stage.weir(cloud=stage.provider(says("yes", usage=(5, 5))), prices=PRICES, teams=TEAMS, policy=POLICY,
                      redis={"url": url, "patience": "20ms", "deadline": "200ms", **redis})


def ask(weir, key, count=[0]):
    count[0] += 1
    return weir.chat(f"question {count[0]}", key=key, max_tokens=10)


def read_data_slowly(server):
    server.ask("eval", "for i = 1, 2000 do redis.call('SET', 'filler:' .. i, string.rep('x', 100)) end", 0)
    server.ask("bgrewriteaof")
    wait_for(lambda: "aof_rewrite_in_progress:0" in server.ask("info", "persistence"), 20, "the file")
    server.kill()
    server.spawn("--key-load-delay", "1500", "--loading-process-events-interval-bytes", "1024")


def spin(server):
    server.spinning = subprocess.Popen(["redis-cli", "-p", str(server.port), "eval", "while true do end", "0"], stdout=subprocess.DEVNULL)


def unspin(server):
    server.ask("script", "kill")
    server.spinning.wait(10)


TROUBLES = {
    "away": (lambda s: s.kill(), lambda s: s.start(), 503),
    "slow": (lambda s: s.freeze(), lambda s: s.thaw(), 503),
    "loading": (read_data_slowly, lambda s: None, 503),
    "busy": (spin, unspin, 503),
    "read-only": (lambda s: s.ask("replicaof", "127.0.0.1", free_port()), lambda s: s.ask("replicaof", "no", "one"), 503),
    "full": (lambda s: s.ask("config", "set", "maxmemory", 1), lambda s: s.ask("config", "set", "maxmemory", 0), 200),  # money is small
    "refusing": (lambda s: s.ask("config", "set", "min-replicas-to-write", 1), lambda s: s.ask("config", "set", "min-replicas-to-write", 0), 503),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_is_told_apart_and_mends(stage, server, trouble):
    befalls, ends, status = TROUBLES[trouble]
    weir = start(stage, server.url())
    assert [ask(weir, key).status for key in (FREE, PAID)] == [200, 200]
    assert ask(weir, FREE).told("redis") is None

    befalls(server)

    def told():
        answer = ask(weir, FREE)
        assert answer.status == 200, "what can do without Redis goes on"
        return answer.told("redis") == trouble
    wait_for(told, 20, "the header")
    assert weir.metric(rf'weir_redis_troubles_total\{{trouble="{trouble}"\}}') > 0
    answer = ask(weir, PAID)
    assert answer.status == status
    if status == 503:
        assert answer.error["code"] == "budget_unavailable" and "Redis" in answer.error["message"]

    ends(server)

    wait_for(lambda: ask(weir, PAID).status == 200, 30, "budgets")
    wait_for(lambda: ask(weir, FREE).told("redis") is None, 30, "all to be well")


def test_who_can_do_without_a_slow_redis_soon_does_not_wait_at_all(stage, server):
    """Half a second a reply is within the deadline, so budgets wait for it; what can do without is not even tried, until it is quick again."""
    wire = Wire(server.port)
    stage.actors.append(wire)
    weir = start(stage, wire.url(), deadline="10s")
    assert ask(weir, PAID).status == 200
    wire.be_late(0.25)
    wait_for(lambda: weir.log.count("redis_slow") == 2 or not ask(weir, FREE), 20, "either loop to step aside")
    before = weir.metric("weir_redis_troubles_total")
    answers = [ask(weir, FREE) for _ in range(4)]
    assert [(a.status, a.told("redis")) for a in answers] == [(200, "slow")] * 4
    assert weir.metric("weir_redis_troubles_total") >= before + 4
    assert ask(weir, PAID).status == 200, "it is slow, and there"
    wire.be_late(0)
    wait_for(lambda: weir.log.count("redis_quick") == 2, 20, "it to be quick")
    assert ask(weir, FREE).told("redis") is None


def test_an_allowance_is_spent_without_waiting_for_the_deadline(stage, server):
    weir = stage.weir(cloud=stage.provider(says("yes", usage=(5, 5))), prices=PRICES, teams=TEAMS, policy=POLICY,
                      budgets={"redis_away": {"allow": {"usd": 5}}}, redis={"url": server.url(), "patience": "20ms", "deadline": "60s"})
    assert ask(weir, PAID).told("budget") is None
    server.freeze()
    answer = ask(weir, PAID)  # which would else take a minute
    assert (answer.status, answer.told("budget")) == (200, "allowance")
    server.thaw()


@pytest.fixture
def watched(stage):
    """A master and a replica with a password, and a Sentinel with another."""
    login = ("--requirepass", "sesame", "--masterauth", "sesame", "--user", "weir", "on", ">open-sesame", "~*", "&*", "+@all")
    servers = [RedisServer(stage.folder / name, *login) for name in ("first", "second")]
    for server in servers:
        server.ask = lambda *words, port=server.port: subprocess.run(
            ["redis-cli", "-p", str(port), "-a", "sesame", "--no-auth-warning", *map(str, words)], capture_output=True, text=True).stdout.strip()
        stage.actors.append(server)
    servers[1].follow(servers[0])
    sentinel = Sentinel(stage.folder, servers[0], "sentinel auth-pass ours sesame")
    stage.actors.append(sentinel)
    return servers, sentinel


def test_the_master_that_sentinel_names_is_asked(stage, watched):
    """Also after a failover: one that was ordered, which Sentinel tells of, and one because the master died."""
    servers, sentinel = watched
    # The first Sentinel is not there.
    url = f"redis+sentinel://weir:open-sesame@127.0.0.1:{free_port()},127.0.0.1:{sentinel.port}/ours/2"
    weir = start(stage, url)
    assert ask(weir, PAID).status == 200
    assert weir.get("/readyz").status == 200
    assert f"127.0.0.1:{servers[0].port}" in weir.log

    wait_for(lambda: sentinel.ask("sentinel", "failover", "ours") == "OK", 20, "Sentinel to be willing")
    wait_for(lambda: servers[1].role() == "master", 20, "the other to be master")
    wait_for(lambda: ask(weir, PAID).status == 200 and f"127.0.0.1:{servers[1].port}" in weir.log, 20, "the budget at the new master")
    wait_for(lambda: servers[0].role() == "slave" and "master_link_status:up" in servers[0].ask("info", "replication"), 30, "the old one to follow")

    servers[1].kill()
    wait_for(lambda: servers[0].role() == "master", 30, "the first to be master again")
    wait_for(lambda: ask(weir, PAID).status == 200, 20, "the budget back at the first")
    assert int(servers[0].ask("-n", 2, "dbsize")) > 0
    assert "sesame" not in weir.log
