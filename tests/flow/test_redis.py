"""Redis: Weir's own, a user's own, and one that goes away."""
import os
import pathlib
import signal
import subprocess

import pytest

from actors.canaries import memory_bytes
from actors.scripted import says
from actors.weir import free_port, wait_for

CACHED = {"routes": [{"name": "kept", "ask": ["large"], "cache": {"keep": "1h"}}]}
BUDGET = {"cost": [{"name": "pocket money", "budget": {"usd": 1000, "every": "month"}, "over": "deny"}],
          "routes": [{"name": "all", "ask": ["large"]}]}
PRICE = {"large": {"input": 1, "output": 1}}


def redis_of(weir):
    """The process id of Weir's own Redis, or None."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == weir.child.pid and b"redis-server" in (folder / "cmdline").read_bytes():
                return int(folder.name)
        except OSError:
            continue
    return None


def is_running(pid):
    try:
        return (pathlib.Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_weir_starts_a_redis_of_its_own_without_a_port_and_stops_it(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")), policy=CACHED)
    pid = redis_of(weir)
    assert pid
    command = (pathlib.Path("/proc") / str(pid) / "cmdline").read_bytes()
    assert b"127.0.0.1:" not in command and b"*:" not in command
    sockets = list((stage.folder / "state").rglob("*.sock*"))
    assert len(sockets) == 1
    assert sockets[0].parent.stat().st_mode & 0o077 == 0, "nobody else may open the folder"
    weir.chat("hello")
    assert weir.chat("hello").told("cache") == "hit"

    weir.stop()

    assert not is_running(pid)


def test_redis_is_told_no_secrets_of_the_environment(stage):
    """It keeps a copy of what it is started with, which a core of it would show."""
    weir = stage.weir(cloud={"url": stage.provider(says("yes")).url(), "key": "${KEY_OF_A_CLOUD}"}, env={"KEY_OF_A_CLOUD": "a-key-of-a-cloud"})
    try:
        held = memory_bytes(redis_of(weir))
    except PermissionError:
        pytest.skip("the memory of a process is not ours to see here")
    assert b"a-key-of-a-cloud" not in held
    assert b"redis.sock" in held, "its settings must be seen, or this test cannot fail"


def test_the_redis_of_a_weir_that_was_killed_dies_with_it_and_its_data_is_kept(stage):
    settings = stage.settings(cloud=stage.provider(says("yes")), policy=CACHED)
    weir = stage.weir(settings=settings)
    pid = redis_of(weir)
    weir.chat("hello")
    wait_for(lambda: weir.chat("hello").told("cache") == "hit", what="the answer to be kept")
    weir.child.kill()
    stage.actors.remove(weir)
    weir.child.wait()
    weir.log_file.close()
    wait_for(lambda: not is_running(pid), what="Redis to end")

    assert stage.weir(settings=settings).chat("hello").told("cache") == "hit"


@pytest.mark.threads
def test_requests_go_on_when_redis_is_killed_and_it_is_started_again(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")), policy=CACHED)
    weir.chat("hello")
    pid = redis_of(weir)
    os.kill(pid, signal.SIGKILL)

    for number in range(5):
        assert weir.chat(f"hello {number}").text == "yes"
    wait_for(lambda: redis_of(weir) not in (None, pid), 30, "another Redis")

    def hits():
        weir.chat("again")
        return weir.chat("again").told("cache") == "hit"
    wait_for(hits, 30, "the cache to work again")


def test_requests_go_on_when_redis_is_frozen(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")), policy=CACHED, redis={"deadline": "100ms"})
    weir.chat("hello")
    pid = redis_of(weir)
    os.kill(pid, signal.SIGSTOP)
    try:
        for number in range(4):
            answer = weir.chat(f"hello {number}")
            assert (answer.status, answer.told("cache")) == (200, "miss")
        assert weir.metric("weir_redis_away_total") >= 1
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("away, status", [("refuse", 503), ("allow", 200)])
def test_a_budget_that_cannot_be_read_is_closed_unless_the_operator_opens_it(stage, away, status):
    weir = stage.weir_unready(cloud=stage.provider(says("yes")), policy=BUDGET, prices=PRICE,
                              redis={"url": f"redis://127.0.0.1:{free_port()}/0", "deadline": "100ms"},
                              budgets={"redis_away": away}).wait_until_alive()
    assert weir.get("/readyz").status == 503
    answer = weir.chat("hello", max_tokens=10)
    assert answer.status == status
    if status == 503:
        assert answer.error["code"] == "budget_unavailable"


@pytest.fixture
def own_redis(stage):
    port = free_port()
    server = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", "sesame"],
                              cwd=stage.folder, stdout=subprocess.DEVNULL)
    ask = ["redis-cli", "-p", str(port), "-a", "sesame", "--no-auth-warning"]
    wait_for(lambda: subprocess.run([*ask, "ping"], capture_output=True).stdout == b"PONG\n", what="Redis")
    yield f"redis://:sesame@127.0.0.1:{port}/3", ask
    server.kill()
    server.wait()


def test_a_redis_of_the_users_own_is_used(stage, own_redis):
    url, ask = own_redis
    weir = stage.weir(cloud=stage.provider(says("yes")), policy=CACHED, redis={"url": url})
    assert redis_of(weir) is None
    weir.chat("hello")
    wait_for(lambda: weir.chat("hello").told("cache") == "hit", what="the answer to be kept")
    assert int(subprocess.run([*ask, "-n", "3", "dbsize"], capture_output=True, check=True).stdout) > 0
    assert "sesame" not in weir.log


def test_two_weirs_share_a_cache_and_a_budget_through_one_redis(stage, own_redis):
    url, _ = own_redis
    cloud = stage.provider(says("yes", usage=(600, 10)))
    shared = dict(cloud=cloud, redis={"url": url}, secret="a-secret-that-two-weirs-share", prices={"large": {"input": 1_000_000, "output": 1_000_000}}, policy={
        "cost": [{"name": "pocket money", "budget": {"usd": 700, "every": "month"}, "over": "deny"}],
        "routes": [{"name": "kept", "ask": ["large"], "cache": {"keep": "1h"}}]})
    first = stage.weir(**shared)
    second = stage.weir(name="second", **shared)

    assert first.chat("hello", max_tokens=10).status == 200
    wait_for(lambda: second.chat("hello", max_tokens=10).told("cache") == "hit", what="the answer to be shared")
    assert second.chat("something else", max_tokens=10).status == 402
