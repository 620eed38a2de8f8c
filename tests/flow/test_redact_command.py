"""weir redact and weir restore: stdin to stdout, what is private hidden, and given back. Neither settings nor Redis are there."""
import json
import os
import subprocess

import pytest

from actors.weir import BINARY

EMAIL, CARD = "ann@example.org", "4111 1111 1111 1111"
PEM = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDJ4hFv\n" * 40 + "-----END PRIVATE KEY-----"


@pytest.fixture
def shell(tmp_path):
    """Runs a command in an empty folder of its own, with a state folder of its own."""
    def run(*words, stdin="", status=0):
        done = subprocess.run([BINARY, *map(str, words)], input=stdin.encode(), capture_output=True, cwd=tmp_path, timeout=60,
                              env={"PATH": os.environ["PATH"], "STATE_DIRECTORY": str(tmp_path / "state")})
        assert done.returncode == status, done.stderr.decode()
        return done.stdout.decode()
    return run


def test_a_text_goes_and_comes_back(shell, tmp_path):
    text = f"Dear Ann,\nwrite to {EMAIL} about {CARD}.\n{PEM}\nagain: {EMAIL}"
    redacted = shell("redact", "--map", "map", stdin=text)
    for value in (EMAIL, CARD, "MIIEvQ"):
        assert value not in redacted
    assert redacted.startswith("Dear Ann,\nwrite to EMAIL_") and redacted.count("EMAIL_") == 2
    assert (tmp_path / "map").stat().st_mode & 0o777 == 0o600
    assert shell("restore", "--map", "map", stdin=redacted) == text
    assert shell("restore", "--map", "map", stdin="EMAIL_000000000000") == "EMAIL_000000000000", "never issued"


def test_maps_of_several_runs_add_up(shell):
    first, second = (shell("redact", "--map", "map", stdin=text) for text in (f"a {EMAIL}", "b bob@example.org"))
    assert shell("restore", "--map", "map", stdin=first + second) == f"a {EMAIL}b bob@example.org"


def test_kinds_are_chosen(shell):
    redacted = shell("redact", "--kinds", "email, iban", stdin=f"{EMAIL} {CARD}")
    assert EMAIL not in redacted and CARD in redacted
    assert shell("redact", "--kinds", "emaul", status=2) == ""


def test_the_policies_patterns_and_allowances_hold(shell, stage):
    policy = {"patterns": [{"name": "staff_number", "regex": r"\bE-[0-9]{6}\b"}], "allow": [{"domains": ["example.org"]}]}
    stage.write("weir.yaml", stage.settings(local={"url": "http://127.0.0.1:9/v1"}, policy=policy))
    text = f"E-123456 wrote to {EMAIL} and to carol@example.net"
    redacted = shell("redact", "-c", stage.folder / "weir.yaml", "--map", "map", stdin=text)
    assert redacted.startswith("STAFFNUMBER_") and EMAIL in redacted and "carol@" not in redacted
    assert shell("restore", "--map", "map", stdin=redacted) == text, "no settings are needed for that"
    assert shell("redact", "-c", stage.folder / "weir.yaml", "--kinds", "staff_number", stdin=text).endswith(text[8:])


def test_a_document_tells_what_was_found(shell):
    told = json.loads(shell("redact", "--json", stdin=f"grüße 😀 {EMAIL}"))
    assert told["text"].startswith("grüße 😀 EMAIL_")
    assert [(f["start"], f["end"], f["kind"]) for f in told["findings"]] == [(8, 8 + len(EMAIL), "email")]
    assert 0.5 <= told["findings"][0]["confidence"] <= 1 and told["findings"][0]["source"]


def test_lines_of_json_keep_their_places_and_members(shell):
    rows = [json.dumps({"id": "doc-7", "text": f"grüße an {EMAIL}", "more": {"mail": "bob@example.org", "n": 0.10}}, ensure_ascii=False),
            f'{{"text": "cut at {EMAIL}', "", json.dumps({"text": f"\\ud83d\\ude00 {EMAIL}", "findings": "old"}), json.dumps({"txt": EMAIL}),
            json.dumps({"text": ""})]
    lines = shell("redact", "--jsonl", "--map", "map", stdin="\n".join(rows), status=3).split("\n")
    assert len(lines) == len(rows) + 1 and lines[-1] == ""
    assert EMAIL not in "".join(lines) and "bob@" not in "".join(lines)
    first, broken, blank, second, other, empty = lines[:-1]
    first = json.loads(first)
    assert list(first) == ["id", "text", "more", "findings"] and first["id"] == "doc-7"
    text = json.loads(rows[0])["text"]
    assert [text[f["start"]:f["end"]] for f in first["findings"]] == [EMAIL]
    assert "error" in json.loads(broken) and blank == "" and "error" in json.loads(other)
    assert [f["kind"] for f in json.loads(second)["findings"]] == ["email"]
    assert json.loads(empty) == {"text": "", "findings": []}
    back = shell("restore", "--map", "map", "--json", stdin="\n".join(lines)).split("\n")
    assert {**json.loads(back[0]), "findings": None} == {**json.loads(rows[0]), "findings": None}


def test_it_is_told_that_names_are_not_found_without_a_model(tmp_path):
    for kinds, told in (("person,email", True), ("email", False)):
        done = subprocess.run([BINARY, "redact", "--kinds", kinds], input=b"x", capture_output=True, cwd=tmp_path)
        assert done.returncode == 0 and (b"no model" in done.stderr) == told


def test_broken_lines_are_told_by_their_number(shell, tmp_path):
    done = subprocess.run([BINARY, "redact", "--jsonl"], input=b'{"text":"a"}\nnonsense of canary\n', capture_output=True, cwd=tmp_path)
    assert done.returncode == 3
    assert b"line 2:" in done.stderr and b"canary" not in done.stderr + done.stdout


def test_each_line_is_answered_at_once(tmp_path):
    with subprocess.Popen([BINARY, "redact", "--lines"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path) as child:
        for name in ("ann", "bob"):
            child.stdin.write(f"{name}@example.org\n".encode())
            child.stdin.flush()
            assert child.stdout.readline().startswith(b"EMAIL_")
        child.stdin.close()
        assert child.wait(20) == 0


def test_a_long_text_is_cut_through_no_value(shell):
    """Three windows' worth: lines, then one line without an end, and keys of many lines all over."""
    text = "".join(f"line {i}: user{i}@example.org\n{PEM if i % 7 == 0 else ''}\n" for i in range(4000))
    text += "x" * 700_000 + " " + "word " * 50_000 + f"at the end {EMAIL}"
    redacted = shell("redact", "--map", "map", stdin=text)
    assert "@example" not in redacted and "MIIEvQ" not in redacted
    assert shell("restore", "--map", "map", stdin=redacted) == text


def test_memory_is_bounded(tmp_path):
    """Forty windows go through what holds one."""
    line = f"a line with {EMAIL} and many more words that say nothing of anybody at all, to be read through\n".encode()
    # What is freed counts as freed: AddressSanitizer keeps a quarter of a gigabyte of it to watch.
    environment = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=8"}
    with subprocess.Popen([BINARY, "redact"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=tmp_path,
                          env=environment) as child:
        held = []
        for _ in range(20):
            child.stdin.write(line * (2_000_000 // len(line)))
            status = open(f"/proc/{child.pid}/status").read()
            held.append(int(status.split("VmRSS:")[1].split()[0]))
        child.stdin.close()
        assert child.wait(60) == 0
    assert held[-1] < held[5] * 1.5, held


def test_placeholders_are_those_of_the_daemon(stage):
    from actors.scripted import echoes
    policy = {"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"}]}
    cloud = stage.provider(echoes())
    weir = stage.weir(cloud=cloud, policy=policy)
    weir.chat(f"write to {EMAIL}")
    done = subprocess.run([BINARY, "redact", "-c", weir.settings_path], input=EMAIL.encode(), capture_output=True)
    assert done.returncode == 0 and done.stdout in bytes(cloud.received)
