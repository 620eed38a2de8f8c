"""A real redis-server, and a wire between it and Weir that notes each flush of commands."""
import collections
import re
import threading

from actors.redis_server import RedisServer, Wire


class RecordingRedis(Wire):
    """A flush is what came from one connection before Redis answered it: a round trip. Heartbeats of the ledger, and the
    question whether sums of spending are still there, which ask nothing for a request, are not counted."""

    def __init__(self, folder):
        self.server = RedisServer(folder)
        self.told = []  # of each flush: its commands' names and first keys
        self.waiting, self.lock = collections.defaultdict(bytes), threading.Lock()  # of each client: what is not answered yet
        super().__init__(self.server.port)

    def flushes(self):
        return len(self.told)

    def on_piece(self, client, data, is_answer):
        with self.lock:
            if not is_answer:
                self.waiting[client] += data
                return
            asked = self.waiting.pop(client, b"")
        names = re.findall(rb"weir:\{[^}]*\}:(?:money|rate|cache)[^\r]*", asked)
        names += re.findall(rb"weir:\{team:[^}]*\}:spend:[^\r]*", asked) if b"\r\nq1" in asked else []  # of requests
        if names:
            self.told.append(names)

    def stop(self):
        super().stop()
        self.server.stop()
