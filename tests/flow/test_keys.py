"""API keys that Weir makes: who they are, what they may, how they end; with two proxies, and without Redis."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

from actors.scripted import says
from actors.weir import free_port, wait_for

ADMIN = {"address": "127.0.0.1:0", "key": "the-admin-api-of-a-test"}
TEAMS = {"interns": {"keys": ["key-of-the-interns"]}, "others": {}}
MILLI = {"large": {"input": 0, "output": 1000}}


def redis(stage, *words):
    """What Weir's own Redis answers."""
    return subprocess.run(["redis-cli", "-s", stage.folder / "state" / "redis.sock", *words], capture_output=True, text=True, check=True).stdout


def calls(stage, command):
    """How often Redis was given a command."""
    found = re.search(rf"cmdstat_{command}:calls=(\d+)", redis(stage, "info", "commandstats"))
    return int(found[1]) if found else 0


def made(weir, **wish):
    """A key that the admin API makes: what it answers."""
    answer = weir.admin("POST", "/keys", {"team": "interns", **wish})
    assert answer.status == 200, answer.body
    return answer.json


def change(weir, key, **wish):
    answer = weir.admin("PATCH", f"/keys/{key['id']}", wish)
    assert answer.status == 200, answer.body
    return answer.json


def asks(weir, key, **more):
    """A chat's status, and the error's message where there is one."""
    answer = weir.chat("hello", key=key["key"] if isinstance(key, dict) else key, **more)
    return answer.status, answer.error["message"] if answer.status != 200 else answer.text


def refused_soon(weir, key, words):
    """Until this proxy refuses the key, with these words."""
    wait_for(lambda: (a := asks(weir, key))[0] == 401 and words in a[1], what=f"{words!r}")


@pytest.fixture
def weir(stage):
    return stage.weir(local=stage.provider(says("near")), cloud=stage.provider(says("far")), teams=TEAMS, admin=ADMIN)


@pytest.fixture
def pair(stage, weir):
    """Two proxies of one deployment: they share a state folder, and so Redis and the master key."""
    settings = stage.settings(local=stage.provider(says("near")), teams=TEAMS)
    return weir, stage.weir(settings=settings, name="second")


def test_a_key_is_shown_once_and_opens(weir):
    key = made(weir, name="batch job", user="ann")
    assert re.fullmatch(r"weir-[0-9a-z]{12}-[0-9a-z]{40}", key["key"])
    assert key["key"].startswith(key["prefix"] + "-")
    assert asks(weir, key) == (200, "near")
    assert weir.get("/v1/models", headers={"authorization": f"Bearer {key['key']}"}).status == 200
    assert weir.post({"text": "x"}, path="/weir/redact", key=key["key"]).status == 200
    assert asks(weir, "key-of-the-interns") == (200, "near"), "those of the settings too"
    shown = weir.admin("GET", f"/keys/{key['id']}").json
    assert shown == {field: value for field, value in key.items() if field != "key"}
    listed = weir.admin("GET", "/keys").json
    assert (listed["data"], listed["has_more"]) == ([shown], False)


def test_lists_come_in_pages_and_by_team(weir):
    ids = [made(weir, team=team)["id"] for team in ("interns", "others", "interns")]
    first = weir.admin("GET", "/keys?limit=2").json
    assert first["has_more"] and len(first["data"]) == 2
    second = weir.admin("GET", f"/keys?limit=2&after={first['data'][-1]['id']}").json
    assert not second["has_more"]
    assert {key["id"] for key in first["data"] + second["data"]} == set(ids)
    assert {key["id"] for key in weir.admin("GET", "/keys?team=others").json["data"]} == {ids[1]}


def test_all_proxies_refuse_a_revoked_key_within_a_second(pair):
    key = made(pair[0])
    assert all(asks(weir, key)[0] == 200 for weir in pair for _ in range(4)), "each loop remembers it"
    assert pair[0].admin("POST", f"/keys/{key['id']}/revoke").json["state"] == "revoked"
    for weir in pair:
        refused_soon(weir, key, "revoked")
    wait_for(lambda: all(asks(weir, key)[0] == 401 for weir in pair for _ in range(6)), what="all loops to refuse it")
    again = pair[0].admin("PATCH", f"/keys/{key['id']}", {"enabled": True})
    assert (again.status, "is revoked" in again.error["message"]) == (400, True)


def test_rotation_overlaps(pair):
    old = made(pair[0], name="kept")
    assert asks(pair[1], old)[0] == 200
    new = pair[0].admin("POST", f"/keys/{old['id']}/rotate", {"overlap_seconds": 3}).json
    assert (new["id"], new["name"], len(new["secrets"])) == (old["id"], "kept", 2)
    assert new["key"] != old["key"]
    assert all(asks(weir, key)[0] == 200 for weir in pair for key in (old, new))
    refused_soon(pair[1], old, "another has taken its place")
    assert all(asks(weir, new)[0] == 200 for weir in pair)
    at_once = pair[0].admin("POST", f"/keys/{old['id']}/rotate", {"overlap_seconds": 0}).json
    for _ in range(6):  # each loop: whoever goes on with what is long over is in nobody's way
        assert asks(pair[1], old)[0] == 401
    assert [asks(pair[1], at_once)[0] for _ in range(6)] == [200] * 6
    refused_soon(pair[1], new, "another has taken its place")


def test_keys_expire_and_are_disabled(weir):
    now = int(time.time())
    past = weir.admin("POST", "/keys", {"team": "interns", "expires_at": now - 5})
    assert (past.status, past.error["param"]) == (400, "expires_at")
    key = made(weir, expires_at=now + 3600)
    assert asks(weir, key)[0] == 200
    change(weir, key, expires_at=int(time.time()) + 3)
    refused_soon(weir, key, "expired on")
    assert weir.admin("GET", f"/keys/{key['id']}").json["state"] == "expired"
    assert change(weir, key, expires_at=None)["expires_at"] is None
    wait_for(lambda: asks(weir, key)[0] == 200, what="a key that lives again")
    change(weir, key, enabled=False)
    refused_soon(weir, key, "disabled")
    change(weir, key, enabled=True)
    wait_for(lambda: asks(weir, key)[0] == 200, what="a key that is enabled again")


def test_guessing_costs_redis_nothing_and_neither_does_a_key_in_use(stage, weir):
    key = made(weir)["key"]
    gone = made(weir)
    redis(stage, "del", f"weir:{{keys}}:key:{gone['id']}")
    for one in (key, gone["key"]):
        wait_for(lambda one=one: [asks(weir, one) for _ in range(3)] and weir.metric("weir_keys_asked_total") >= 1, what="it to be looked up")
    def flip(text, at):
        return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1:]
    before = calls(stage, "mget")
    for at in (6, 20, 40, len(key) - 1):
        status, message = asks(weir, flip(key, at))
        assert (status, "no such key" in message) == (401, True)
    for guess in ("sk-123456789012345678901234567890", "weir-", key[:-1], key + "0", key.upper(), "weir-" + "0" * 53):
        assert asks(weir, guess)[0] == 401
    assert all(asks(weir, key)[0] == 200 for _ in range(10))
    assert all(asks(weir, gone)[0] == 401 for _ in range(10))
    assert calls(stage, "mget") - before <= 3, "each of two loops may have met each key for the first time"


def test_what_a_key_may_not_use_is_named_and_nothing_else_is(stage):
    policy = {"routes": [{"name": "dear", "when": {"tokens": {"above": 0}}, "ask": ["large"]}, {"name": "cheap", "ask": ["small", "large"]}]}
    weir = stage.weir(local=stage.provider(says("near")), cloud=stage.provider(says("far")), teams=TEAMS, admin=ADMIN, policy=policy)
    free, small, cheap = made(weir), made(weir, models=["small"]), made(weir, routes=["cheap"])
    near, reach = made(weir, zones=["local"]), made(weir, reach="local")
    assert asks(weir, free) == (200, "far")
    assert asks(weir, small, model="small") == (200, "near")
    assert asks(weir, small, model="large") == (403, 'this is not allowed: this API key may not use model "large"')
    assert asks(weir, small) == (403, 'this is not allowed: this API key may use no model that route "dear" asks')
    assert asks(weir, cheap) == (200, "near"), "a route that may not be taken is passed over"
    assert "may not name a model" in asks(weir, cheap, model="small")[1]
    assert asks(weir, near, model="large") == (403, 'this is not allowed: model "large" is in zone "cloud", which this API key may not use')
    assert "the API key's reach" in asks(weir, reach)[1]
    assert asks(weir, reach, model="small") == (200, "near")
    names = [model["id"] for model in weir.get("/v1/models", headers={"authorization": f"Bearer {small['key']}"}).json["data"]]
    assert "small" in names and "large" not in names
    assert "large" not in asks(weir, small, model="larg")[1], "no hint at what it may not use"
    assert all(weir.admin("POST", "/keys", {"team": "interns", **wrong}).error["param"] == next(iter(wrong))
               for wrong in ({"models": ["none"]}, {"routes": ["none"]}, {"zones": ["none"]}, {"reach": "none"}, {"tags": ["a"] * 5}, {"models": []}))
    assert weir.admin("POST", "/keys", {"team": "nobody"}).error["param"] == "team"


def test_a_team_of_the_settings_may_be_narrowed_too(stage):
    teams = {"narrow": {"keys": ["key-of-the-narrow", {"key": "key-of-the-narrower", "routes": ["in order"]}], "models": ["small"]}}
    weir = stage.weir(local=stage.provider(says("near")), cloud=stage.provider(says("far")), teams=teams)
    assert asks(weir, "key-of-the-narrow") == (200, "near")
    assert asks(weir, "key-of-the-narrow", model="large") == (403, 'this is not allowed: its team may not use model "large"')
    assert "may not name a model" in asks(weir, "key-of-the-narrower", model="small")[1]


@pytest.mark.parametrize("per", ["key", "user", "tag"])
def test_budgets_count_by_its_id_user_and_tags(stage, per):
    policy = {"cost": [{"name": "b", "budget": {"usd": 0.1, "every": "month", "per": per}}], "routes": [{"name": "all", "ask": ["large"]}]}
    weir = stage.weir(cloud=stage.provider(says("yes", usage=(5, 100))), prices=MILLI, teams=TEAMS, admin=ADMIN, policy=policy)
    one, other = made(weir, user="ann", tags=["night"]), made(weir, user="bob", tags=["day"])
    shared = made(weir, user="ann", tags=["night"])
    assert asks(weir, one, max_tokens=100)[0] == 200
    wait_for(lambda: asks(weir, one, max_tokens=100)[0] == 402, what="the budget to be spent")
    assert asks(weir, other, max_tokens=100)[0] == 200
    assert asks(weir, shared, max_tokens=100)[0] == (200 if per == "key" else 402)
    new = weir.admin("POST", f"/keys/{one['id']}/rotate").json
    assert asks(weir, new, max_tokens=100)[0] == 402, "a new secret is no new budget"


def test_without_redis_keys_in_use_go_on_for_a_while_and_others_are_told_to_wait(stage):
    weir = stage.weir(local=stage.provider(says("yes")), teams=TEAMS, admin=ADMIN, keys={"away": "4s"}, loops=1, redis={"deadline": "200ms"})
    known, unknown = made(weir), made(weir)
    assert asks(weir, known)[0] == 200
    pid = int(re.search(r"process_id:(\d+)", redis(stage, "info", "server"))[1])
    os.kill(pid, signal.SIGSTOP)
    try:
        status, message = asks(weir, unknown)
        assert (status, "cannot be looked up now" in message) == (503, True)
        assert asks(weir, "weir-000000000000-" + "0" * 40)[0] == 401, "what nobody made needs no Redis"
        for request in ("GET /v1/models", "POST /v1/chat/completions", "POST /v1/embeddings"):
            client = weir.connect()  # hangs up while its key is looked up
            client.sendall(f"{request} HTTP/1.1\r\nhost: weir\r\ncontent-length: 2\r\nauthorization: Bearer {unknown['key']}\r\n\r\n{{}}".encode())
            time.sleep(0.02)
            client.close()
        assert asks(weir, "key-of-the-interns")[0] == 200
        assert asks(weir, known)[0] == 200
        wait_for(lambda: asks(weir, known)[0] == 503, what="the time without Redis to be over")
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: asks(weir, known)[0] == 200 and asks(weir, unknown)[0] == 200, what="Redis to be back")


def test_revocation_outlives_a_redis_that_is_killed_and_an_emptied_one_knows_nobody(stage, weir):
    key, gone = made(weir), made(weir)
    assert asks(weir, key)[0] == asks(weir, gone)[0] == 200
    weir.admin("POST", f"/keys/{gone['id']}/revoke")
    os.kill(int(re.search(r"process_id:(\d+)", redis(stage, "info", "server"))[1]), signal.SIGKILL)
    wait_for(lambda: weir.admin("GET", "/keys").status == 200, seconds=20, what="Redis to be back")
    wait_for(lambda: all(asks(weir, gone)[0] == 401 for _ in range(6)), what="all loops to refuse it")
    assert asks(weir, key)[0] == 200
    redis(stage, "flushall")
    refused_soon(weir, key, "not there any more")


def test_a_replica_that_takes_over_knows_what_was_revoked(stage):
    def server(*more):
        port = free_port()
        process = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--repl-diskless-sync-delay", "0", *more], cwd=stage.folder, stdout=subprocess.DEVNULL)
        return process, port

    def ask(port, *words):
        return subprocess.run(["redis-cli", "-p", str(port), *words], capture_output=True, text=True).stdout
    master, port = server()
    replica, standby = server("--replicaof", "127.0.0.1", str(port))
    try:
        wait_for(lambda: "master_link_status:up" in ask(standby, "info", "replication"), what="the replica")
        weir = stage.weir(local=stage.provider(says("yes")), teams=TEAMS, admin=ADMIN, redis={"url": f"redis://127.0.0.1:{port}"})
        key = made(weir)
        assert weir.admin("POST", f"/keys/{key['id']}/revoke").status == 200
        master.kill()
        assert "revoked_ms" in ask(standby, "get", f"weir:{{keys}}:key:{key['id']}")
    finally:
        for process in (master, replica):
            process.kill()
            process.wait()


def test_another_master_key_is_told(stage, weir):
    made(weir)
    settings = stage.settings(local=stage.provider(says("yes")), teams=TEAMS, admin=ADMIN, secret="a" * 64)
    other = stage.weir(settings=settings, name="other")
    wait_for(lambda: "keys_other_secret" in other.log, what="the operator to be told")
    refused = other.admin("POST", "/keys", {"team": "interns"})
    assert (refused.status, "another master key" in refused.error["message"]) == (500, True)


def test_without_teams_nobody_is_asked_for_a_key(stage):
    weir = stage.weir(local=stage.provider(says("yes")), admin=ADMIN)
    assert asks(weir, "anything") == (200, "yes")
    refused = weir.admin("POST", "/keys", {"team": "default"})
    assert "nobody is asked for a key" in refused.error["message"]


def test_the_key_is_written_nowhere(stage):
    weir = stage.weir(local=stage.provider(says("yes")), teams=TEAMS, admin=ADMIN, audit={"file": str(stage.folder / "audit.log")})
    key = made(weir, name="canary")
    new = weir.admin("POST", f"/keys/{key['id']}/rotate").json
    for one in (key, new):
        assert asks(weir, one)[0] == 200
        assert asks(weir, one["key"][:-1])[0] == 401
    assert weir.admin("POST", f"/keys/{key['key'] + 'x'}/revoke").status == 200, "by whoever has found it"
    listed = weir.admin("GET", "/keys").body + weir.admin("GET", f"/keys/{key['id']}").body
    audit = wait_for(lambda: (text := (stage.folder / "audit.log").read_text()) and "revoke_key" in text and text, what="the audit")
    changes = [line for line in audit.splitlines() if '"who":"admin"' in line]
    assert [re.search(r'"change":"(\w+)"', line)[1] for line in changes] == ["create_key", "rotate_key", "revoke_key"]
    assert all(f'"which":"key {key["id"]}"' in line and '"verdict":"done"' in line for line in changes)
    weir.stop()
    kept = b"".join(path.read_bytes() for path in stage.folder.rglob("*") if path.is_file())
    for one in (key["key"], new["key"]):
        secret = one.rpartition("-")[2][:32].encode()
        assert secret not in kept + listed, "in a log, the audit, or what Redis has on its disk"
    assert key["id"].encode() in kept


def test_the_command_line_does_the_same_with_and_without_a_daemon(stage):
    settings = stage.settings(cloud=stage.provider(says("yes", usage=(5, 100))), teams=TEAMS, audit={"file": str(stage.folder / "audit.log")}, prices=MILLI,
                              policy={"cost": [{"name": "b", "budget": {"usd": 1, "every": "day", "per": "key"}}], "routes": [{"name": "all", "ask": ["large"]}]})
    stage.write("weir.yaml", settings)

    def command(*words, code=0):
        done = stage.run(*words)
        assert done.returncode == code, done.stderr
        return done.stderr if code else done.stdout

    early = json.loads(command("keys", "create", "--team", "interns", "--name", "early", "--expires", "30d", "--json"))
    assert early["expires_at"] > time.time() + 29 * 86400
    weir = stage.weir(settings=settings)
    assert asks(weir, early, max_tokens=100)[0] == 200
    text = command("keys", "create", "--team", "others", "--user", "ann", "--tags", "a,b", "--models", "large")
    late = {"key": re.search(r"^key +(\S+)", text, re.M)[1], "id": re.search(r"^id +(\S+)", text, re.M)[1]}
    assert asks(weir, late, max_tokens=100)[0] == 200
    listed = command("keys", "list")
    assert early["id"] in listed and late["id"] in listed and "early" in listed and late["key"] not in listed
    assert [key["id"] for key in json.loads(command("keys", "list", "--team", "others", "--json"))["data"]] == [late["id"]]
    assert json.loads(command("keys", "change", late["id"], "--models", "", "--user", "bob", "--json"))["models"] is None
    assert re.search(r"^user +bob$", command("keys", "show", late["id"]), re.M)
    new = json.loads(command("keys", "rotate", late["id"], "--overlap", "0s", "--json"))
    refused_soon(weir, late, "another has taken its place")
    assert asks(weir, new, max_tokens=100)[0] == 200
    command("keys", "revoke", late["key"])
    refused_soon(weir, new, "revoked")
    assert "there is no such API key" in command("keys", "show", "0" * 12, code=1)
    assert 'no team "nobody"' in command("keys", "create", "--team", "nobody", code=1)
    assert "--expires cannot be" in command("keys", "create", "--team", "interns", "--expires", "soon", code=2)
    assert "usage" in command("keys", "show", code=2) and "usage" in command("keys", code=2)
    assert re.search(r"0\.1000 +0\.0000 +0\.9000 +key " + early["id"], wait_for(lambda: (text := command("budgets")) and "0.1000" in text and text, what="money told"))
    assert json.loads(command("budgets", "--json"))["data"][0]["budget"] == "b"
    assert "interns: 1 key in the settings" in command("teams") and json.loads(command("teams", "--json"))["data"][0]["budgets"] == ["b"]
    audit = (stage.folder / "audit.log").read_text()
    assert re.findall(r'"who":"cli","change":"(\w+)"', audit) == ["create_key", "create_key", "change_key", "rotate_key", "revoke_key"]
    assert late["key"][-41:] not in audit + weir.log
