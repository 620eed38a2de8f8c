"""Canaries: values that must never be seen where they do not belong, and the forms in which they would be."""
import base64
import json
import subprocess
import urllib.parse

PRIVATE = {
    "email": "canary.bird@private.example",
    "phone": "+1 415 555 2671",
    "card": "5555 5555 5555 4444",
    "iban": "GB82 WEST 1234 5698 7654 32",
    "ssn": "536-90-4399",
    "ip": "203.0.113.77",
    "aws key": "AKIAQ3EGRZ7MWBXK2LTN",
    "hub key": "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",
    "login": "postgres://app:Zk8vQ1pXw3Lm@db.internal:5432/prod",
    "private key": "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDJ4hFv\n" * 3 + "-----END PRIVATE KEY-----",
}
NAMES = {"person": "Annegret Kowalczyk"}  # found by the encoder alone
WORDS = "the canary of the prompt sings"  # may leave, but has no place in a log, a metric or an audit line

TEAM_KEYS = {"canaries": "team-key-canary-5hG2kq", "drafts": "team-key-canary-drafts-9Xw1"}
PROVIDER_KEYS = {zone: f"provider-key-canary-of-{zone}-83Jf2Lq" for zone in ("local", "trusted", "cloud")}
MASTER_KEY = "c0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eed0042"
KEYS = [*TEAM_KEYS.values(), *PROVIDER_KEYS.values(), MASTER_KEY]


def forms(canary):
    """As it is, and as JSON, a URL, base64 or a writer without blanks or line ends would have it."""
    plain = canary.encode()
    yield plain
    yield json.dumps(canary)[1:-1].encode()
    yield json.dumps(json.dumps(canary)[1:-1])[1:-1].encode()
    yield canary.replace(" ", "").encode()
    yield urllib.parse.quote(canary).encode()
    if len(plain) >= 12:  # the middle of it, wherever in the three bytes that base64 joins it begins
        for skip in range(3):
            yield base64.b64encode(plain[skip:len(plain) - (len(plain) - skip) % 3])
    if canary == MASTER_KEY:
        yield bytes.fromhex(canary)


def seen(data, canaries):
    """Which of them the bytes hold."""
    data = bytes(data)
    return [canary for canary in canaries if any(form in data for form in forms(canary))]


def assert_silent(where, data, canaries):
    found = seen(data, canaries)
    assert not found, f"{found} seen in {where}"


def all_places(values, words=WORDS):
    """A chat's body with the values in every place that takes a text."""
    told = words + ": " + "; ".join(f"{name} {value}" for name, value in values.items())
    schema = {"type": "object", "properties": {"to": {"type": "string", "description": told, "enum": [told], "default": told,
                                                      "examples": [told]}}}
    arguments = json.dumps({"to": values, "list": [told]})
    return {
        "model": "auto", "user": told, "safety_identifier": told, "metadata": {"note": told}, "prompt_cache_key": told,
        "stop": [told], "prediction": {"type": "content", "content": told},
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "description": told, "schema": schema}},
        "tools": [{"type": "function", "function": {"name": "send", "description": told, "parameters": schema}}],
        "an_unknown_field": {"deep": [{"deeper": told}]},
        "messages": [
            {"role": "system", "content": told},
            {"role": "developer", "content": [{"type": "text", "text": told}]},
            {"role": "user", "name": told, "content": told},
            {"role": "assistant", "content": told, "refusal": told, "reasoning_content": told, "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "send", "arguments": arguments}}]},
            {"role": "tool", "tool_call_id": "c1", "content": told},
            {"role": "user", "content": [{"type": "text", "text": told}]},
        ],
    }


def memory_bytes(pid):
    """What a process has in memory that it may write to, pages of zeros left out: what a core would hold. PermissionError where
    we may not look."""
    held, piece = bytearray(), 1 << 16
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in open(f"/proc/{pid}/maps"):
            place, rights = line.split()[:2]
            start, end = (int(address, 16) for address in place.split("-"))
            if not rights.startswith("rw") or end - start > 1 << 30:  # the sanitizer's shadow is terabytes
                continue
            for at in range(start, end, piece):
                try:
                    memory.seek(at)
                    data = memory.read(min(piece, end - at)) or b""
                except OSError:  # a page that is gone, or one of a device
                    break
                held += data if data.strip(b"\0") else b""
    return held


def redis_bytes(folder):
    """All that Weir's own Redis has written down, and all that it holds."""
    found = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "master.key")
    for socket in folder.rglob("*.sock*"):
        ask = ["redis-cli", "-s", str(socket)]
        for key in subprocess.run([*ask, "--scan"], capture_output=True, check=True).stdout.split():
            found += key + subprocess.run([*ask, "dump", key.decode()], capture_output=True, check=True).stdout
            found += subprocess.run([*ask, "get", key.decode()], capture_output=True, check=True).stdout
    return found
