"""An inspection that fails, hangs, dies or finds no place keeps the request here, whichever of its scans it is."""
import pathlib
import re
import subprocess

import pytest

from actors.scripted import says
from actors.weir import BINARY

POLICY = {"privacy": [{"name": "numbers stay home", "when": {"pii": ["us_ssn"]}, "reach": "local"}],
          "routes": [{"name": "far first", "ask": ["large", "small"]}]}
ANSWERS = {"privacy": [{"name": "no numbers", "answers": {"pii": ["us_ssn"], "do": "redact"}}],
           "routes": [{"name": "far", "ask": ["large"]}]}
SECRET = "my social security number is 536-90-4399"
SCANS_MOST = 40
QUEUE = 1024  # places in the queue to the threads


class Sabotage:
    """Hyperscan in the daemon's process does as it is told."""

    def __init__(self, stage):
        library = stage.folder / "sabotage.so"
        source = pathlib.Path(__file__).parent / "actors" / "sabotage.c"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
        self.orders = stage.folder / "orders"
        linked = subprocess.run(["ldd", BINARY], capture_output=True, text=True).stdout
        sanitizers = re.findall(r"=> (\S*lib[at]san\S*)", linked)  # they want to be first
        self.env = {"LD_PRELOAD": ":".join([*sanitizers, str(library)]), "WEIR_SABOTAGE": str(self.orders),
                    "ASAN_OPTIONS": "detect_leaks=0"}  # a thread that is shot keeps what it had

    def order(self, deed, first=1):
        self.orders.write_text(f"{deed} {first}\n")


@pytest.fixture
def actors(stage):
    sabotage = Sabotage(stage)
    local, cloud = stage.provider(says("near")), stage.provider(says(f"It is 078-05-1121 {'x ' * 200}"))
    def begin(policy, **limits):
        return stage.weir(env=sabotage.env, local=local, cloud=cloud, policy=policy, limits=limits)
    return sabotage, cloud, begin


def talk(weir):
    """Many texts, so many scans: turns, a tool's result and its arguments."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": "536-90-4399", "b": 7}'}}
    return weir.post({"model": "auto", "user": "someone", "messages": [
        {"role": "system", "content": "You know numbers. " * 50}, {"role": "user", "content": "hello"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "done"}, {"role": "user", "content": "and now?"}]})


def test_whichever_scan_fails_the_request_stays(actors):
    sabotage, cloud, begin = actors
    weir = begin({**POLICY, "privacy": [{"name": "cards stay", "when": {"pii": ["payment_card"]}, "reach": "local"}]})
    kept = 0
    for first in range(1, SCANS_MOST):
        sabotage.order("fail", first)
        answer = talk(weir)
        assert answer.status == 200
        if answer.told("zone") != "local":
            break
        kept += 1
        assert not cloud.requests and weir.metric("weir_inspections_failed_total") == kept
    assert 3 <= kept < SCANS_MOST - 1, "no scan that failed was reached, or all were"
    assert b"536-90-4399" in cloud.received  # of no kind that this policy asks about


@pytest.mark.parametrize("deed", ["hang", "exit"])
def test_an_inspection_that_does_not_come_back_keeps_the_request_here(actors, deed):
    sabotage, cloud, begin = actors
    weir = begin(POLICY, inspect="200ms")
    sabotage.order(deed)
    for _ in range(3):  # at "exit" soon no thread is left that could answer
        answer = weir.chat(SECRET)
        assert (answer.status, answer.text, answer.told("zone")) == (200, "near", "local")
    assert weir.chat("hello").told("zone") == "local"
    assert not cloud.requests


def test_what_finds_no_place_in_the_queue_stays(actors):
    sabotage, cloud, begin = actors
    weir = begin(POLICY, inspect="2s")
    sabotage.order("hang")
    waiting = [weir.send_chat(SECRET) for _ in range(QUEUE + 100)]
    assert weir.chat(SECRET).told("zone") == "local"
    for connection in waiting:
        answer = b""
        connection.settimeout(20)
        while b"near" not in answer:
            got = connection.recv(65536)
            assert got, answer
            answer += got
        connection.close()
    assert not cloud.requests


@pytest.mark.parametrize("deed", ["fail", "hang", "exit"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_an_answer_that_cannot_be_looked_through_does_not_go_on(actors, deed, stream):
    sabotage, cloud, begin = actors
    weir = begin(ANSWERS, inspect="200ms")
    sabotage.order(deed)
    answer = (weir.stream if stream else weir.chat)("hello")
    told = answer.body if stream else str(answer.json).encode()
    assert answer.status == 403 and b"denied_by_policy" in told
    assert b"078-05-1121" not in told
