"""A real redis-server, and a wire between it and Weir that notes each flush of commands."""
import re
import selectors
import socket
import subprocess
import threading

from actors.weir import free_port, wait_for


class RecordingRedis:
    """A flush is what came from one connection before Redis answered it: a round trip. Heartbeats of the ledger, and the
    question whether sums of spending are still there, which ask nothing for a request, are not counted."""

    def __init__(self, folder):
        self.port = free_port()
        self.server = subprocess.Popen(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""], cwd=folder,
                                       stdout=subprocess.DEVNULL)
        wait_for(lambda: not socket.socket().connect_ex(("127.0.0.1", self.port)), what="Redis")
        self.told = []  # of each flush: its commands' names and first keys
        self.errors = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self.listener.getsockname()[1]}/0"
        threading.Thread(target=self._accept, daemon=True).start()

    def flushes(self):
        return len(self.told)

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_on(self, client, server):
        waiting = b""
        selector = selectors.DefaultSelector()
        selector.register(client, selectors.EVENT_READ)
        selector.register(server, selectors.EVENT_READ)
        while True:
            for ready, _ in selector.select():
                try:
                    data = ready.fileobj.recv(1 << 20)
                except OSError:
                    data = b""
                if not data:
                    client.close()
                    server.close()
                    return
                if ready.fileobj is client:
                    waiting += data
                    server.sendall(data)
                    continue
                names = re.findall(rb"weir:\{[^}]*\}:(?:money|rate|cache)[^\r]*", waiting)
                names += re.findall(rb"weir:\{team:[^}]*\}:spend:[^\r]*", waiting) if b"\r\nq1" in waiting else []  # of requests
                if names:
                    self.told.append(names)
                waiting = b""
                client.sendall(data)

    def stop(self):
        self.listener.close()
        self.server.kill()
        self.server.wait()
