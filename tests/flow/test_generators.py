"""Generators that Weir runs: waited for, started again, ended with it; and what they hold, listed, pulled and removed."""
import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from actors.scripted import Scripted, says
from actors.weir import BINARY, free_port, wait_for

# A generator in a few lines: it comes up after a while, answers chats, and has a child of its own.
GENERATOR = textwrap.dedent("""
    import http.server, json, os, subprocess, sys, time
    port, wait, notes = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    grandchild = subprocess.Popen(["sleep", "600"])
    with open(notes, "a") as file:
        print(json.dumps({"pid": os.getpid(), "grandchild": grandchild.pid, "environment": sorted(os.environ)}), file=file)
    print("a prompt in its log", flush=True)
    time.sleep(wait)
    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self, value):
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        def do_GET(self):
            self.answer({"status": "ok"})
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.answer({"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0, "finish_reason": "stop",
                         "message": {"role": "assistant", "content": "from a child", "refusal": None}}],
                         "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})
        def log_message(self, *words):
            pass
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
""")


class Runs:
    """What generators noted of themselves, run by run."""

    def __init__(self, path):
        self.path = path

    def __getitem__(self, index):
        wait_for(lambda: self.path.exists() and len(self.path.read_text().splitlines()) > index, 20, "the generator to run")
        return json.loads(self.path.read_text().splitlines()[index])


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def with_generator(stage, wait=0.0, policy=None, cloud=None, ready=True, **more):
    stage.write("generator.py", GENERATOR)
    port, notes = free_port(), stage.folder / "notes"
    local = {"url": f"http://127.0.0.1:{port}/v1", "start": [sys.executable, str(stage.folder / "generator.py"), str(port), str(wait), str(notes)], **more}
    weir = stage.weir(local=local, cloud=cloud, policy=policy, env={"SECRET_OF_A_CLOUD": "sk-1234", "OLLAMA_MODELS": "/models"})
    return weir, Runs(notes)


def test_a_generator_is_started_waited_for_and_stopped(stage):
    weir, runs = with_generator(stage, wait=1.0)
    began = time.monotonic()
    assert weir.chat("hello").text == "from a child"  # which came while it was not up
    assert weir.get("/readyz").json["providers"]["local"] == "up"
    run = runs[0]
    assert "OLLAMA_MODELS" in run["environment"] and "SECRET_OF_A_CLOUD" not in run["environment"]
    assert "a prompt in its log" not in weir.log
    weir.stop()
    assert not is_alive(run["pid"]) and not is_alive(run["grandchild"])


def test_while_it_starts_others_are_asked(stage):
    cloud = stage.provider(says("cloud"))
    weir, runs = with_generator(stage, wait=3.0, cloud=cloud)
    answer = weir.chat("hello")
    assert (answer.text, answer.told("passed-over")) == ("cloud", "small starting")
    wait_for(lambda: weir.chat("hello").text == "from a child", 20, "the generator")


def test_one_that_ends_is_started_again(stage):
    weir, runs = with_generator(stage)
    assert weir.chat("hello").text == "from a child"
    first = runs[0]
    os.kill(first["pid"], signal.SIGKILL)
    second = runs[1]
    assert weir.chat("hello").text == "from a child"
    assert not is_alive(first["grandchild"]), "what it left behind went with it"
    assert is_alive(second["pid"])
    assert "generator_ended" in weir.log


def test_nothing_is_left_of_it_when_weir_is_killed(stage):
    weir, runs = with_generator(stage)
    assert weir.chat("hello").text == "from a child"
    run = runs[0]
    weir.child.kill()
    weir.child.wait()
    wait_for(lambda: not is_alive(run["pid"]) and not is_alive(run["grandchild"]), 15, "the generator to be gone")
    stage.actors.remove(weir)


def test_one_that_never_comes_up_is_not_waited_for_without_end(stage):
    began = time.monotonic()
    weir, runs = with_generator(stage, wait=600, startup="1s")
    answer = weir.chat("hello")
    assert (answer.status, answer.error["code"]) == (503, "provider_unavailable")
    assert time.monotonic() - began < 20


def test_a_program_that_is_not_there_is_told(stage):
    weir = stage.weir(local={"url": f"http://127.0.0.1:{free_port()}/v1", "start": ["no-such-generator"], "startup": "500ms"},
                      cloud=stage.provider(says("cloud")))
    assert weir.chat("hello").text == "cloud"
    assert "there is no no-such-generator in PATH" in weir.log


def test_what_it_writes_goes_to_the_file_that_is_named(stage):
    weir, runs = with_generator(stage, output=str(stage.folder / "output.log"))
    assert weir.chat("hello").status == 200
    wait_for(lambda: "a prompt in its log" in (stage.folder / "output.log").read_text(), 10, "its words")
    assert (stage.folder / "output.log").stat().st_mode & 0o777 == 0o600


# Health.


class Ollama:
    """Ollama's API, as far as it is about models."""

    def __init__(self):
        self.loaded, self.held, self.is_well = [], ["qwen3:1.7b", "phi4:latest"], True
        self.removed = []

    def __call__(self, request, wire):
        if not self.is_well:
            wire.whole({"error": "busy"}, 503)
        elif request.path == "/api/ps":
            wire.whole({"models": [{"name": name} for name in self.loaded]})
        elif request.path == "/api/tags":
            wire.whole({"models": [{"name": name, "size": 1359293444, "details": {"parameter_size": "2.0B", "quantization_level": "Q4_K_M"}}
                                   for name in self.held]})
        elif request.path == "/api/pull":
            self.pull(request, wire)
        elif request.path == "/api/delete" and request.method == "DELETE":
            self.removed.append(request.json["model"])
            wire.whole(b"") if request.json["model"] in self.held else wire.whole({"error": "model not found"}, 404)
        else:
            says(f"by {request.json['model']}")(request, wire)

    def pull(self, request, wire):
        wire.head(content_type="application/x-ndjson")
        lines = [{"status": "pulling manifest"}] + [{"status": "pulling 8f68", "total": 200, "completed": done} for done in (0, 100, 200)]
        lines += [{"status": "verifying sha256 digest"}, {"status": "success"}]
        if request.json["model"] == "no-such":
            lines = [{"status": "pulling manifest"}, {"error": "pull model manifest: file does not exist"}]
        if request.json["model"] == "cut":
            lines = lines[:3]
        body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        for at in range(0, len(body), 7):  # cut anywhere
            wire.chunk(body[at:at + 7])
        wire.last_chunk()


def with_ollama(stage, **more):
    ollama = Ollama()
    actor = stage.provider(ollama, "ollama")
    return ollama, actor, stage.settings(local={"url": actor.url(), **more})


def test_who_is_not_well_is_left_alone_until_it_is(stage):
    ollama, actor, settings = with_ollama(stage, health="/api/ps")
    ollama.is_well = False
    weir = stage.weir(settings=settings)
    wait_for(lambda: weir.get("/readyz").json["providers"]["local"] == "unwell", 10, "it to be unwell")
    assert weir.chat("hello").error["code"] == "provider_unavailable"
    ollama.is_well = True
    wait_for(lambda: weir.chat("hello").status == 200, 10, "it to be well")


def test_of_two_models_the_loaded_one_is_asked(stage):
    ollama, actor, settings = with_ollama(stage, health="/api/ps")
    ollama.loaded = ["phi4:latest"]
    settings["models"] = {"a": {"provider": "local", "model": "qwen3:1.7b"}, "b": {"provider": "local", "model": "phi4"},
                          "small": {"any": ["a", "b"], "choose": "least_busy"}}
    weir = stage.weir(settings=settings)
    wait_for(lambda: any(request.path == "/api/ps" for request in actor.requests), 10, "it to be asked")
    wait_for(lambda: weir.chat("hello").text == "by phi4", 10, "the loaded one to be chosen")


# weir models.


def models(stage, settings, *argv):
    stage.write("models.yaml", settings)
    return subprocess.run([str(BINARY), "models", "-c", "models.yaml", *argv], cwd=stage.folder, capture_output=True, text=True, timeout=30)


def test_models_are_listed_with_what_is_loaded(stage):
    ollama, actor, settings = with_ollama(stage)
    ollama.loaded = ["phi4:latest"]
    ollama.held.append("evil\x1b[2J")
    llama = stage.provider(lambda request, wire: wire.whole({"data": [{"id": "m.gguf", "meta": {"n_ctx_train": 4096, "size": 4912898304}}]})
                           if request.path == "/v1/models" else wire.whole({"error": "no"}, 404), "llama")
    settings["providers"]["llama"] = {"api": "openai", "zone": "local", "url": llama.url()}
    settings["providers"]["gone"] = {"api": "ollama", "zone": "local", "url": f"http://127.0.0.1:{free_port()}"}
    settings["providers"]["far"] = {"api": "openai", "zone": "cloud", "url": f"http://127.0.0.1:{free_port()}"}
    told = models(stage, settings)
    assert told.returncode == 0, told.stderr
    assert "evil?[2J" in told.stdout, "no terminal obeys a name"
    lines = [line.split() for line in told.stdout.splitlines()]
    assert ["qwen3:1.7b", "1.4", "GB", "2.0B", "Q4_K_M"] in lines
    assert ["phi4:latest", "1.4", "GB", "2.0B", "Q4_K_M", "loaded"] in lines
    assert ["m.gguf", "4.9", "GB", "loaded"] in lines
    assert "gone, which does not answer" in told.stdout
    assert "far" not in told.stdout
    by_name = {entry["provider"]: entry for entry in json.loads(models(stage, settings, "--json").stdout)}
    assert by_name["local"]["models"][1] == {"name": "phi4:latest", "bytes": 1359293444, "context": 0, "about": "2.0B Q4_K_M", "loaded": True}
    assert by_name["gone"] == {"provider": "gone", "answers": False, "models": []}


@pytest.mark.parametrize("name, status, words", [
    ("qwen3:1.7b", 0, "success"), ("no-such", 1, "file does not exist"), ("cut", 1, "broke off")])
def test_a_model_is_pulled(stage, name, status, words):
    ollama, actor, settings = with_ollama(stage)
    told = models(stage, settings, "pull", name)
    assert told.returncode == status
    assert words in told.stdout + told.stderr
    if status == 0:
        assert told.stdout.splitlines() == ["pulling manifest", "pulling 8f68", "verifying sha256 digest", "success"]
    assert actor.requests[-1].json["model"] == name


def test_on_a_terminal_a_bar_is_drawn(stage):
    import pty
    ollama, actor, settings = with_ollama(stage)
    stage.write("models.yaml", settings)
    ours, theirs = pty.openpty()
    child = subprocess.Popen([str(BINARY), "models", "-c", "models.yaml", "pull", "qwen3:1.7b"], cwd=stage.folder, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    try:
        while data := os.read(ours, 4096):
            seen += data
    except OSError:  # the other end has gone
        pass
    assert child.wait(20) == 0
    assert b"[" + b"#" * 15 + b"." * 15 + b"]  50 %" in seen and b"100 %" in seen


def test_a_model_is_removed(stage):
    ollama, actor, settings = with_ollama(stage)
    assert models(stage, settings, "remove", "phi4:latest").stdout == "phi4:latest is removed from local\n"
    assert ollama.removed == ["phi4:latest"]
    told = models(stage, settings, "remove", "nobody")
    assert told.returncode == 1 and "there is no such model" in told.stderr


def test_without_an_ollama_the_command_says_so(stage):
    settings = stage.settings(local={"url": f"http://127.0.0.1:{free_port()}/v1"})
    told = models(stage, settings, "pull", "x")
    assert told.returncode == 1 and "no Ollama answers" in told.stderr
