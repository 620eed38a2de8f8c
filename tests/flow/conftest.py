"""The stage: a test asks it for providers and for Weir between them, and it clears up and looks at what was left behind."""
import json
import pathlib
import ssl
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from actors.scripted import Scripted  # noqa: E402
from actors.weir import BINARY, Fake, Process, Weir  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "threads: where threads meet; tests/run tries it with ThreadSanitizer too")


class Stage:
    def __init__(self, folder):
        self.folder = folder
        self.actors = []

    def _enter(self, actor):
        self.actors.append(actor)
        return actor

    def provider(self, script=None, name="provider", tls=None):
        """A provider that does what a script says (actors/scripted.py)."""
        return self._enter(Scripted(script, name, tls))

    def fake(self, name="fake", *argv):
        """Weir's own fake provider."""
        return self._enter(Fake(self.folder, name, *argv))

    def settings(self, local=None, cloud=None, trusted=None, policy=None, prices=None, **more):
        """Settings for `small` (local), `middle` (trusted) and `large` (cloud), those that are given a provider. A provider
        is an actor, or a mapping of settings. Without a policy every model is asked in this order; a policy is a mapping, or
        a file's text. Prices are by model, in US dollars a million tokens. What else is given stands in the settings as it
        is."""
        providers, models = {}, {}
        for model, zone, actor in (("small", "local", local), ("middle", "trusted", trusted), ("large", "cloud", cloud)):
            if actor is None:
                continue
            own = dict(actor) if isinstance(actor, dict) else {"url": actor.url()}
            providers[zone] = {"api": "openai", "zone": zone, "key": f"key-of-{zone}", **own}
            models[model] = {"provider": zone, "model": f"{model}-as-sent"}
            if prices and model in prices:
                models[model]["price"] = prices[model]
        (self.folder / "policies").mkdir(exist_ok=True)
        self.write_policy(policy or {"routes": [{"name": "in order", "ask": list(models)}]})
        settings = {
            "listen": [{"address": "127.0.0.1:0"}],
            "providers": providers,
            "models": models,
            "policies": ["policies/test.yaml"],
            "state": str(self.folder / "state"),
            "loops": 2,
            "slm": {"model": "none"},
            "log": "debug",
        }
        # Tests are not about how long a busy machine's Redis takes, unless they say so.
        return {**settings, **more, "redis": {"patience": "10s", **more.get("redis", {})}}

    def write(self, name, content):
        """A file in the test's folder: text, or a mapping as JSON, which is YAML."""
        (self.folder / name).write_text(content if isinstance(content, str) else json.dumps(content, indent=2))

    def write_policy(self, policy):
        self.write("policies/test.yaml", policy)

    def weir(self, env=None, settings=None, name="weir", **wanted):
        """Weir, ready. `wanted` is what settings() takes; a second Weir needs a name of its own."""
        return self.weir_unready(env, settings, name, **wanted).wait_until_ready()

    def weir_unready(self, env=None, settings=None, name="weir", **wanted):
        return self._enter(Weir(self.folder, settings or self.settings(**wanted), env, name))

    def run(self, *argv, **more):
        """A subcommand of weir from beginning to end, in the test's folder."""
        return subprocess.run([str(BINARY), *map(str, argv)], cwd=self.folder, capture_output=True, text=True, timeout=60, **more)

    def certificate(self, name="localhost"):
        """A root of our own and a certificate of its for a name: (root's file, server's TLS context)."""
        return make_certificate(self.folder, name)

    def clear(self):
        """Ends all, the last that entered first; the first complaint is the test's."""
        complaints = []
        for actor in reversed(self.actors):
            try:
                actor.stop()
                if isinstance(actor, Scripted) and actor.errors:
                    raise actor.errors[0]
            except Exception as complaint:
                complaints.append(complaint)
        if complaints:
            raise complaints[0]


def make_certificate(folder, name):
    root, key, leaf = folder / "root.pem", folder / "leaf.key", folder / "leaf.pem"
    request, root_key, extra = folder / "leaf.csr", folder / "root.key", folder / "leaf.ext"
    extra.write_text(f"subjectAltName={'IP' if name[0].isdigit() else 'DNS'}:{name}\n")
    for command in (
            ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", root_key, "-out", root, "-days", "2", "-subj", "/CN=Weir's test root"],
            ["req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={name}"],
            ["x509", "-req", "-in", request, "-CA", root, "-CAkey", root_key, "-CAcreateserial", "-out", leaf, "-days", "2", "-extfile", extra]):
        subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf, key)
    return root, context


@pytest.fixture
def stage():
    # A unix socket's name must be short, and pytest's own folders are not.
    with tempfile.TemporaryDirectory(prefix="weir-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        stage = Stage(pathlib.Path(folder))
        try:
            yield stage
        finally:
            stage.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the end of each process's log."""
    report = yield
    stage = item.funcargs.get("stage") if hasattr(item, "funcargs") else None
    if report.when == "call" and report.failed and stage:
        for actor in stage.actors:
            if isinstance(actor, Process):
                report.sections.append((f"log of {actor.log_path.name}", actor.log[-6000:]))
    return report
