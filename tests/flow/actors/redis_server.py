"""A redis-server of a test's own, on a port, that can be asked, frozen, killed and started again; and Sentinel."""
import signal
import socket
import subprocess
import threading
import time

from actors.weir import free_port, wait_for


class RedisServer:
    """What it is told it writes to a file in its folder. It takes what other settings are given in the words of its command line."""

    def __init__(self, folder, *words):
        self.folder, self.words, self.port, self.child = folder, words, free_port(), None
        folder.mkdir(exist_ok=True)
        self.start()

    def url(self, login=""):
        return f"redis://{login}127.0.0.1:{self.port}/0"

    def spawn(self, *more):
        self.child = subprocess.Popen(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes",
                                       "--repl-diskless-sync-delay", "0", *self.words, *more], cwd=self.folder, stdout=subprocess.DEVNULL)

    def start(self, *more):
        self.spawn(*more)
        wait_for(lambda: self.ask("ping") in ("PONG", "NOAUTH Authentication required."), 20, "Redis")

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-p", str(self.port), *map(str, words)], capture_output=True, text=True).stdout.strip()

    def role(self):
        return self.ask("role").split("\n")[0]

    def follow(self, master):
        self.ask("replicaof", "127.0.0.1", master.port)
        wait_for(lambda: "master_link_status:up" in self.ask("info", "replication"), 20, "the replica")

    def freeze(self):
        self.child.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.child.send_signal(signal.SIGCONT)

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        self.thaw()
        self.kill()


class Sentinel:
    """One Sentinel that decides alone, soon."""

    def __init__(self, folder, master, *lines):
        self.port = free_port()
        (folder / "sentinel.conf").write_text("\n".join([
            f"port {self.port}", "bind 127.0.0.1", f"sentinel monitor ours 127.0.0.1 {master.port} 1", "sentinel down-after-milliseconds ours 300",
            "sentinel failover-timeout ours 1500", *lines, ""]))
        self.child = subprocess.Popen(["redis-server", folder / "sentinel.conf", "--sentinel"], cwd=folder, stdout=subprocess.DEVNULL)
        wait_for(lambda: "num-slaves\n1\n" in self.ask("sentinel", "master", "ours") + "\n", 20, "Sentinel to know the replica")

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True, text=True).stdout.strip()

    def stop(self):
        self.child.kill()
        self.child.wait()


class Wire:
    """One address for a server behind it: whose bytes may be late, and which may be changed for another."""

    def __init__(self, port):
        self.port, self.open, self.late_s = port, [], 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self):
        return f"redis://127.0.0.1:{self.listener.getsockname()[1]}/0"

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.open += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(one, other, client), daemon=True).start()

    def be_late(self, seconds):
        """With each piece that the server answers."""
        self.late_s = seconds

    def on_piece(self, client, data, is_answer):
        """For who looks on: before it is passed on."""

    def _pass_on(self, one, other, client):
        try:
            while data := one.recv(1 << 16):
                if one is not client:
                    time.sleep(self.late_s)
                self.on_piece(client, data, one is not client)
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def turn_to(self, port):
        self.port = port
        for end in self.open:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open = []

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.turn_to(0)
