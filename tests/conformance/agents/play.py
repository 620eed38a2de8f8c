"""Two coding agents do a small task through Weir, under the policies that ship; the last line is "N passed, N failed"."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/flow"))
from actors.scripted import Scripted, calls, says  # noqa: E402
from actors.weir import Weir  # noqa: E402

COMMAND = "echo made > proof.txt"
# What agents call their shell, and how they call it.
SHELLS = {"exec_command": {"cmd": COMMAND}, "shell_command": {"command": COMMAND}, "shell": {"command": ["bash", "-lc", COMMAND]},
          "bash": {"command": COMMAND, "description": "writes the file"}}


def chosen(request):
    """The shell; None for a request without tools, which asks for a title."""
    names = [tool.get("function", {}).get("name") for tool in request.json.get("tools", [])]
    return next(((name, SHELLS[name]) for name in names if name in SHELLS), None)


def codex(home, work, base):
    """Its settings, and the command."""
    (home / ".codex").mkdir()
    (home / ".codex/config.toml").write_text(f"""
        model = "large"
        model_provider = "weir"
        [model_providers.weir]
        name = "weir"
        base_url = "{base}/v1"
        wire_api = "responses"
        env_key = "OPENAI_API_KEY"
    """)
    return ["codex", "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "Write proof.txt"]


def opencode(home, work, base):
    provider = {"npm": "@ai-sdk/openai-compatible", "name": "Weir", "options": {"baseURL": f"{base}/v1", "apiKey": "any"},
                "models": {"large": {"name": "large", "tool_call": True}}}
    (work / "opencode.json").write_text(json.dumps({"model": "weir/large", "small_model": "weir/large", "permission": {"bash": "allow"},
                                                    "provider": {"weir": provider}}))
    return ["opencode", "run", "--model", "weir/large", "Write proof.txt"]


def play(agent, programs):
    """Why it failed, or None."""
    provider = Scripted(calls(chosen, says("Done: proof.txt is written.")))
    with tempfile.TemporaryDirectory(prefix="weir-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        home, work = pathlib.Path(folder), pathlib.Path(folder) / "work"
        work.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=work, check=True)
        weir = Weir(folder, {"listen": [{"address": "127.0.0.1:0"}], "state": "state", "slm": {"model": str(ROOT / "models/all-MiniLM-L6-v2")},
                             "providers": {"cloud": {"api": "openai", "url": provider.url(), "zone": "cloud", "key": "key-of-the-cloud"}},
                             "models": {"large": {"provider": "cloud", "model": "large-as-sent"}, "small": {"provider": "cloud", "model": "small-as-sent"}}})
        try:
            command = agent(home, work, weir.wait_until_ready().base)
            environment = {**os.environ, "HOME": folder, "PWD": str(work), "OPENAI_API_KEY": "any"}
            done = subprocess.run([programs / command[0], *command[1:]], cwd=work, env=environment, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=180)
        finally:
            weir.stop()
            provider.stop()
        made = (work / "proof.txt").read_text() if (work / "proof.txt").exists() else None
        if done.returncode or made != "made\n" or "Done: proof.txt is written." not in done.stdout:
            return f"exit status {done.returncode}, proof.txt: {made!r}\n{done.stdout}{done.stderr}"
    return None


def main(programs, *names):
    agents = {"codex": codex, "opencode": opencode}
    failed = 0
    for name in names or agents:
        why = play(agents[name], pathlib.Path(programs))
        failed += why is not None
        print(f"{name}: {'a task with a tool call is done' if why is None else why}")
    print(f"{len(names or agents) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
