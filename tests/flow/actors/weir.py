"""Weir as a process: its settings written, started, asked, and stopped; what it left behind is examined."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import httpx

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("WEIR_BINARY", ROOT / "build" / "dev" / "weir"))
if not BINARY.is_absolute():
    BINARY = ROOT / BINARY

# What a sanitizer prints when it found something. Their words never stand in a log line of ours.
ALARMS = re.compile(r"ERROR: (Address|Leak|Thread)Sanitizer|WARNING: ThreadSanitizer|runtime error:|Assertion .* failed")
START_SECONDS = 60
STOP_SECONDS = 20


def free_port():
    """A port that nobody listens on, for now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds=10, what="it"):
    """Asks until the condition holds; returns what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.02)


class Process:
    """A subcommand of weir with its stderr in a file."""

    def __init__(self, folder, name, *argv, env=None):
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        self.log_file = open(self.log_path, "wb")
        self.child = subprocess.Popen([str(BINARY), *map(str, argv)], cwd=folder, stdin=subprocess.DEVNULL,
                                      stdout=self.log_file, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def is_running(self):
        return self.child.poll() is None

    def stop(self, how=signal.SIGTERM):
        """Ends it, and sees that it ended well."""
        if self.is_running():
            self.child.send_signal(how)
        try:
            code = self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError(f"it did not stop within {STOP_SECONDS} s\n{self.log[-4000:]}") from None
        finally:
            self.log_file.close()
        alarm = ALARMS.search(self.log)
        assert not alarm, self.log[max(0, alarm.start() - 500):alarm.start() + 6000]
        assert code == 0, f"exit status {code}\n{self.log[-4000:]}"


class Answer:
    """What came back, whole."""

    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.content

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.json["choices"][0]["message"]["content"]

    @property
    def error(self):
        return self.json["error"]

    def told(self, name):
        """The header x-weir-NAME, without its parameters."""
        value = self.headers.get(f"x-weir-{name}")
        return value and value.partition(";")[0]

    def parameter(self, header, name):
        """A parameter of the header x-weir-HEADER: "hit; age=12"."""
        return dict(re.findall(r"; ([a-z]+)=?([^;]*)", self.headers.get(f"x-weir-{header}", ""))).get(name)


class Stream(Answer):
    """What came back, event by event. is_whole: did HTTP's own end come?"""

    def __init__(self, response, raw, is_whole):
        self.status = response.status_code
        self.headers = response.headers
        self.body = raw
        self.is_whole = is_whole
        self.data = [part[len(b"data: "):] for part in raw.split(b"\n\n") if part.startswith(b"data: ")]
        self.is_done = bool(self.data) and self.data[-1] == b"[DONE]"
        self.chunks = [json.loads(part) for part in self.data if part != b"[DONE]"]

    @property
    def text(self):
        return "".join(choice["delta"].get("content") or "" for chunk in self.chunks for choice in chunk.get("choices", []))

    @property
    def error(self):
        return next((chunk["error"] for chunk in self.chunks if "error" in chunk), None)

    @property
    def usage(self):
        return next((chunk["usage"] for chunk in self.chunks if chunk.get("usage")), None)


class Weir(Process):
    def __init__(self, folder, settings, env=None, name="weir"):
        self.folder = pathlib.Path(folder)
        self.settings_path = self.folder / f"{name}.yaml"
        self.settings_path.write_text(settings if isinstance(settings, str) else json.dumps(settings, indent=2))
        super().__init__(folder, name, "serve", "-c", self.settings_path, env=env)

    @property
    def base(self):
        """Where it listens, as its log says: the kernel chose the port."""
        return re.search(r'"message":"(https?://127\.0\.0\.1:\d+)"', self.log)[1]

    @property
    def port(self):
        return int(self.base.rpartition(":")[2])

    def wait_until_ready(self, path="/readyz"):
        def ready():
            assert self.is_running(), f"weir ended by itself\n{self.log[-4000:]}"
            try:
                return "listening" in self.log and httpx.get(self.base + path, timeout=5, verify=False).status_code == 200
            except httpx.TransportError:
                return False
        wait_for(ready, START_SECONDS, "weir to be ready")
        return self

    def wait_until_alive(self):
        """For a Weir that something is kept from: it answers, but is not ready."""
        return self.wait_until_ready("/healthz")

    def get(self, path, **more):
        return Answer(httpx.get(self.base + path, timeout=30, **more))

    def post(self, body, path="/v1/chat/completions", key=None, **more):
        """A POST of a value or of bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {}), **more.pop("headers", {})}
        return Answer(httpx.post(self.base + path, content=data, headers=headers, timeout=60, **more))

    def chat(self, *messages, model="auto", key=None, **more):
        return self.post({"model": model, "messages": conversation(messages), **more}, key=key)

    def stream(self, *messages, model="auto", key=None, **more):
        body = {"model": model, "messages": conversation(messages), "stream": True, **more}
        headers = {"authorization": f"Bearer {key}"} if key else {}
        raw, is_whole = b"", True
        with httpx.stream("POST", self.base + "/v1/chat/completions", json=body, headers=headers, timeout=60) as response:
            try:
                for data in response.iter_raw():
                    raw += data
            except httpx.RemoteProtocolError:
                is_whole = False
        return Stream(response, raw, is_whole)

    def admin(self, method, path, body=None, key="the-admin-api-of-a-test", **more):
        """A call of the admin API, whose settings the test has given: admin(...)."""
        base = re.search(r'"admin_listening","message":"(https?://[^"]+)"', self.log)[1]
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return Answer(httpx.request(method, base + "/admin/v1" + path, json=body, headers=headers, timeout=30, **more))

    def connect(self):
        """A bare socket, for clients that do what no library would."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def send_chat(self, *messages, stream=False, model="auto"):
        """A request sent on a bare socket, nothing read yet."""
        body = json.dumps({"model": model, "messages": conversation(messages), "stream": stream}).encode()
        client = self.connect()
        client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\ncontent-type: application/json\r\n"
                       b"content-length: %d\r\n\r\n%s" % (len(body), body))
        return client

    def metric(self, name):
        """The sum of a metric over its labels."""
        found = re.findall(rf"^{name}(?:\{{[^}}]*\}})? ([0-9.e+-]+)$", self.get("/metrics").body.decode(), re.M)
        return sum(map(float, found))

    def reload(self):
        self.child.send_signal(signal.SIGHUP)

    def redis(self, *words):
        """What the Redis that Weir started answers to a command, in lines."""
        state = json.loads(self.settings_path.read_text())["state"]
        command = ["redis-cli", "-s", f"{state}/redis.sock", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]


def conversation(messages):
    """Strings take turns, the user first; messages stay as they are."""
    turns = ["user", "assistant"]
    return [message if isinstance(message, dict) else {"role": turns[at % 2], "content": message}
            for at, message in enumerate(messages)]


class Fake(Process):
    """weir fake-provider, for what is part of the product's own demonstration."""

    def __init__(self, folder, name="fake", *argv):
        self.record_path = pathlib.Path(folder) / f"{name}.record"
        super().__init__(folder, name, "fake-provider", "--listen", "127.0.0.1:0", "--name", name,
                         "--record", self.record_path, *argv)

        def address():
            assert self.is_running(), f"the fake provider ended by itself\n{self.log[-4000:]}"
            return re.search(r"listening on (http://127\.0\.0\.1:\d+/v1)", self.log)
        self.address = wait_for(address, START_SECONDS, "the fake provider")[1]

    def url(self):
        return self.address

    @property
    def received(self):
        return self.record_path.read_bytes()
