"""Canaries: things that must never be seen where they do not belong, looked for in every byte that was written there."""
import json
import subprocess

import pytest

from actors.scripted import cuts_after, echoes, fails, in_turn, says

PRIVATE = {
    "email": "canary.bird@private.example",
    "phone": "+1 415 555 2671",
    "card": "5555 5555 5555 4444",
    "iban": "GB82 WEST 1234 5698 7654 32",
    "ssn": "536-90-4399",
    "ip": "203.0.113.77",
    "key": "AKIAQ3EGRZ7MWBXK2LTN",
}
WORDS = "the canary of the prompt sings"
KINDS = ["email", "phone", "payment_card", "iban", "us_ssn", "ip_address", "api_key"]
POLICY = {"privacy": [{"name": "all is masked", "when": {"pii": KINDS}, "redact": "placeholder"}],
          "routes": [{"name": "far", "ask": ["large"], "cache": {"keep": "1h"}}]}
TEAM_KEY = "key-of-the-canary-team"
PROVIDER_KEY = "provider-key-canary-0123456789"


def redis_bytes(folder):
    """All that Weir's own Redis has written down, and all that it holds."""
    found = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for socket in folder.rglob("*.sock*"):
        ask = ["redis-cli", "-s", str(socket)]
        for key in subprocess.run([*ask, "--scan"], capture_output=True, check=True).stdout.split():
            found += key + subprocess.run([*ask, "dump", key.decode()], capture_output=True, check=True).stdout
            found += subprocess.run([*ask, "get", key.decode()], capture_output=True, check=True).stdout
    return found


def sing(weir):
    """Every kind of private thing, in every kind of request, through good answers and bad ones."""
    words = WORDS + " of " + ", ".join(f"{name}: {value}" for name, value in PRIVATE.items())
    answers = []
    for _ in range(2):  # the second time out of the cache
        answers += [weir.chat(words, key=TEAM_KEY), weir.stream(words, key=TEAM_KEY)]
    answers.append(weir.post({"model": "large", "user": PRIVATE["email"], "messages": [
        {"role": "user", "content": [{"type": "text", "text": words}]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": {
            "name": "f", "arguments": json.dumps(PRIVATE)}}]},
        {"role": "tool", "tool_call_id": "c", "content": json.dumps(PRIVATE)}]}, key=TEAM_KEY))
    return words, answers


@pytest.fixture
def sung(stage):
    cloud = stage.provider(echoes("You said: "))
    settings = stage.settings(cloud={"url": cloud.url(), "key": PROVIDER_KEY}, policy=POLICY,
                              teams={"canaries": {"keys": [TEAM_KEY]}})
    weir = stage.weir(settings=settings)
    words, answers = sing(weir)
    return stage, cloud, weir, words, answers


def assert_silent(where, data, canaries):
    data = bytes(data)
    for canary in canaries:
        for form in (canary, json.dumps(canary)[1:-1], canary.replace(" ", "")):
            assert form.encode() not in data, f"{canary!r} was seen in {where}"


def test_users_hear_their_own_words_again(sung):
    _, _, _, words, answers = sung
    for answer in answers[:4]:
        assert answer.text == "You said: " + words
    assert [answer.told("cache") for answer in answers[:4]] == ["miss", "miss", "hit", "hit"]


def test_the_cloud_saw_nothing_private(sung):
    _, cloud, _, _, _ = sung
    assert WORDS.encode() in cloud.received, "the recorder must hear something, or this test cannot fail"
    assert_silent("what the cloud received", cloud.received, [*PRIVATE.values(), TEAM_KEY])


def test_logs_at_every_level_hold_no_prompt_and_no_key(sung):
    _, _, weir, _, _ = sung
    assert '"level":"debug"' in weir.log, "the log must be at its most talkative"
    assert_silent("the log", weir.log_path.read_bytes(), [*PRIVATE.values(), WORDS, TEAM_KEY, PROVIDER_KEY])


def test_metrics_and_headers_hold_no_prompt_and_no_key(sung):
    _, _, weir, _, answers = sung
    assert_silent("metrics", weir.get("/metrics").body, [*PRIVATE.values(), WORDS, TEAM_KEY, PROVIDER_KEY])
    for answer in answers:
        heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        assert_silent("headers", heads.encode(), [*PRIVATE.values(), WORDS, TEAM_KEY, PROVIDER_KEY])


def test_redis_holds_nothing_private(sung):
    stage, _, weir, _, _ = sung
    held = redis_bytes(stage.folder / "state")
    assert b"EMAIL_" in held, "the cache must hold the redacted answer, or this test cannot fail"
    assert_silent("Redis", held, [*PRIVATE.values(), TEAM_KEY, PROVIDER_KEY])
    weir.stop()
    assert_silent("what Redis left on disk", redis_bytes(stage.folder / "state"), [*PRIVATE.values(), TEAM_KEY, PROVIDER_KEY])


@pytest.mark.parametrize("body", [
    {"error": {"message": f"bad key {PROVIDER_KEY}", "type": "t", "param": None, "code": "c"}},
    {"error": f"bad key {PROVIDER_KEY}"},
    f"<html>bad key {PROVIDER_KEY}</html>".encode(),
], ids=["OpenAI's shape", "a string", "HTML"])
@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_providers_error_never_tells_our_key(stage, body, status):
    cloud = stage.provider(fails(status, body))
    weir = stage.weir(cloud={"url": cloud.url(), "key": PROVIDER_KEY})
    answer = weir.chat("hello")
    assert answer.status >= 400
    assert set(answer.error) == {"message", "type", "param", "code"}
    assert_silent("the client's error", answer.body, [PROVIDER_KEY])
    assert_silent("the log", weir.log_path.read_bytes(), [PROVIDER_KEY])


def test_failures_on_every_leg_log_no_prompt(stage):
    bad = in_turn(fails(500), cuts_after(0), cuts_after(3), fails(429), fails(200, b"no JSON"), says(""))
    cloud, local = stage.provider(bad), stage.provider(bad)
    weir = stage.weir(local=local, cloud=cloud, policy={"routes": [
        {"name": "near", "ask": ["small", "large"], "escalate": {"to": "large", "when": {"confidence": {"below": 0.9}}}}]})
    for ask in (weir.chat, weir.stream) * 4:
        ask(WORDS + PRIVATE["email"])
    assert_silent("the log", weir.log_path.read_bytes(), [PRIVATE["email"], WORDS])


def test_checking_and_explaining_print_no_secret(stage):
    from actors.weir import BINARY
    settings = stage.settings(cloud={"url": "http://127.0.0.1:9/v1", "key": "${CANARY_KEY}", "zne": "cloud"}, policy=POLICY)
    stage.write("weir.yaml", settings)
    done = subprocess.run([BINARY, "check", "-c", stage.folder / "weir.yaml"], capture_output=True,
                          env={"CANARY_KEY": PROVIDER_KEY, "PATH": "/usr/bin:/bin"})
    assert done.returncode == 1
    assert b"zne" in done.stdout + done.stderr
    assert_silent("check", done.stdout + done.stderr, [PROVIDER_KEY])
