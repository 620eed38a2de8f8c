"""A provider that does what a test's script says, on a real socket, and remembers every byte that it received.

A script is called once a request, on the connection's own thread: script(request, wire). It sends what it likes, as bytes,
and may stall, cut and close. The scripts at the end cover what most tests need; a test with a nastier idea writes its own.
"""
import json
import socket
import ssl
import struct
import threading
import time


class Request:
    def __init__(self, head, body):
        self.head = head
        self.body = body
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.path, _ = lines[0].split(" ", 2)
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def question(self):
        """The words of the last user message."""
        if "contents" in self.json:  # Gemini's
            return self.json["contents"][-1]["parts"][0].get("text", "")
        words = [message["content"] for message in self.json["messages"] if message["role"] == "user"][-1]
        return words if isinstance(words, str) else "\n".join(part.get("text", "") for part in words)

    @property
    def wants_stream(self):
        return bool(self.json.get("stream"))


class Wire:
    """The way back to Weir."""

    def __init__(self, connection, provider):
        self.connection = connection
        self.provider = provider
        self.is_open = True

    def send(self, data):
        self.connection.sendall(data)

    def send_bytewise(self, data):
        for byte in data:
            self.connection.sendall(bytes([byte]))

    def close(self):
        self.is_open = False
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()

    def reset(self):
        """Closes with RST, as a process that was killed does."""
        self.is_open = False
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def wait_until_gone(self, seconds=10):
        """Waits for Weir to hang up; tells the provider when it did. False when it did not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.connection.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                if not self.connection.recv(65536):
                    break
            except (ConnectionError, ssl.SSLError):
                break
            except TimeoutError:
                return False
        self.provider.note_leaving()
        self.close()
        return True

    # What answers are made of.

    def head(self, status=200, content_type="application/json", length=None, extra=""):
        framing = f"content-length: {length}" if length is not None else "transfer-encoding: chunked"
        self.send(f"HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\n{framing}\r\n{extra}\r\n".encode())

    def whole(self, body, status=200, content_type="application/json", extra=""):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        framing = f"content-type: {content_type}\r\ncontent-length: {len(body)}"
        self.send(f"HTTP/1.1 {status} X\r\n{framing}\r\n{extra}\r\n".encode() + body)

    def chunk(self, data):
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def event(self, value):
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.chunk(b"data: " + data + b"\n\n")

    def last_chunk(self):
        self.send(b"0\r\n\r\n")


class Scripted:
    def __init__(self, script=None, name="provider", tls=None):
        self.name = name
        self.script = script or says("hello from " + name)
        self.requests = []
        self.received = bytearray()  # every byte of every connection, heads included
        self.connections = 0
        self.began = threading.Event()  # a request has arrived
        self.left = threading.Event()  # Weir hung up while a script was running
        self.left_at = None
        self.errors = []
        self.tls = tls
        self.lock = threading.Lock()
        self.open = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, host="127.0.0.1"):
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}/v1"

    def note_leaving(self):
        self.left_at = time.monotonic()
        self.left.set()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts, which else takes one of who listens next
        self.listener.close()
        self.hang_up()

    def hang_up(self):
        """On whoever is connected."""
        with self.lock:
            for connection in list(self.open):
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with self.lock:
                self.open.add(connection)
            wire, held = Wire(connection, self), bytearray()
            while wire.is_open:
                request = self._read(connection, held)
                if request is None:
                    break
                self.requests.append(request)
                self.began.set()
                self.script(request, wire)
        except (OSError, ssl.SSLError):
            self.note_leaving()  # Weir hung up: whether it should have is for the test to say
        except Exception as error:  # a mistake in a script must not pass for a provider's misbehaviour
            self.errors.append(error)
        finally:
            with self.lock:
                self.open.discard(connection)
            connection.close()

    def _more(self, connection, held):
        data = connection.recv(65536)
        self.received += data
        held += data
        return bool(data)

    def _read(self, connection, held):
        while b"\r\n\r\n" not in held:
            if not self._more(connection, held):
                return None
        head, _, _ = bytes(held).partition(b"\r\n\r\n")
        del held[:len(head) + 4]
        request = Request(head, b"")
        length = int(request.headers.get("content-length", 0))
        while len(held) < length:
            if not self._more(connection, held):
                return None
        request.body = bytes(held[:length])
        del held[:length]
        return request


# What a model says, as OpenAI's API puts it.


def completion(text, finish="stop", usage=(9, 5), model="some-model", logprob=None, message=None):
    choice = {"index": 0, "message": message or {"role": "assistant", "content": text, "refusal": None}, "finish_reason": finish}
    if logprob is not None:
        choice["logprobs"] = {"content": [{"token": word, "logprob": logprob, "bytes": None, "top_logprobs": []}
                                          for word in text.split() or [""]], "refusal": None}
    whole = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": model, "choices": [choice]}
    if usage:
        whole["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return whole


def chunk(delta=None, finish=None, usage=None, model="some-model", choices=None, logprob=None):
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    if logprob is not None:
        choice["logprobs"] = {"content": [{"token": "x", "logprob": logprob, "bytes": None, "top_logprobs": []}]}
    value = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": model,
             "choices": [choice] if choices is None else choices}
    if usage:
        value["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return value


def pieces(text, size=7):
    return [text[at:at + size] for at in range(0, len(text), size)]


def stream_of(text, finish="stop", usage=(9, 5), logprob=None, size=7):
    """The values of a whole stream's events, [DONE] not among them."""
    return [chunk({"role": "assistant", "content": ""}),
            *(chunk({"content": piece}, logprob=logprob) for piece in pieces(text, size)),
            chunk({}, finish=finish),
            *([chunk(choices=[], usage=usage)] if usage else [])]


# Scripts.


def says(text, finish="stop", usage=(9, 5), logprob=None, size=7, bytewise=False):
    """Answers whole or streamed, as asked. text may be a function of the request."""
    def script(request, wire):
        words = text(request) if callable(text) else text
        if not request.wants_stream:
            wire.whole(completion(words, finish, usage, logprob=logprob))
            return
        wire.head(content_type="text/event-stream")
        if bytewise:
            body = b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in
                            stream_of(words, finish, usage, logprob, size)) + b"data: [DONE]\n\n"
            for byte in body:
                wire.chunk(bytes([byte]))
        else:
            for value in stream_of(words, finish, usage, logprob, size):
                wire.event(value)
            wire.event(b"[DONE]")
        wire.last_chunk()
    return script


def echoes(prefix="You said: ", **more):
    return says(lambda request: prefix + request.question, **more)


def calls(choose, then):
    """Calls the tool that choose() gives for a request, as (name, arguments), in pieces where it streams; where that is None,
    and when the result has come, it is what `then` answers."""
    def script(request, wire):
        chosen = None if request.json["messages"][-1]["role"] == "tool" else choose(request)
        if chosen is None:
            then(request, wire)
            return
        name, arguments = chosen[0], json.dumps(chosen[1])
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
        if not request.wants_stream:
            wire.whole(completion("", "tool_calls", message={"role": "assistant", "content": None, "tool_calls": [call]}))
            return
        begun = {**call, "index": 0, "function": {"name": name, "arguments": ""}}
        wire.head(content_type="text/event-stream")
        wire.event(chunk({"role": "assistant", "content": None, "tool_calls": [begun]}))
        for piece in pieces(arguments, 5):
            wire.event(chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}))
        wire.event(chunk({}, finish="tool_calls"))
        wire.event(chunk(choices=[], usage=(3, 4)))
        wire.event(b"[DONE]")
        wire.last_chunk()
    return script


def fails(status, body=None, content_type="application/json", extra=""):
    body = {"error": {"message": f"made to fail with {status}", "type": "server_error", "param": None, "code": None}} if body is None else body
    return lambda request, wire: wire.whole(body, status, content_type, extra)


def stalls(request, wire):
    """Takes the request and says nothing more."""
    wire.wait_until_gone(30)


def cuts_after(count, text="one two three four five six"):
    """Streams so many events, then closes without an end."""
    def script(request, wire):
        wire.head(content_type="text/event-stream")
        for value in stream_of(text)[:count]:
            wire.event(value)
        time.sleep(0.05)  # so that what was sent is read before the end is seen
        wire.close()
    return script


def stalls_after(count, text="one two three four five six"):
    """Streams so many events, then nothing more."""
    def script(request, wire):
        wire.head(content_type="text/event-stream")
        for value in stream_of(text)[:count]:
            wire.event(value)
        wire.wait_until_gone(30)
    return script


def hangs_up(request, wire):
    """Closes without an answer."""
    wire.close()


def in_turn(*scripts):
    """The first request gets the first script, and so on; the last one stays."""
    state = {"next": 0}
    lock = threading.Lock()

    def script(request, wire):
        with lock:
            at = min(state["next"], len(scripts) - 1)
            state["next"] += 1
        scripts[at](request, wire)
    return script
