"""weir check and weir explain: what would be done and why, before anything is sent."""
import json
import subprocess

import pytest

from actors.weir import BINARY

POLICY = {
    "privacy": [{"name": "numbers stay home", "when": {"pii": ["us_ssn"]}, "reach": "local"},
                {"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"}],
    "cost": [{"name": "pocket money", "for": {"team": "interns"}, "budget": {"usd": 20, "every": "month"}, "over": "local"}],
    "routes": [{"name": "all", "ask": ["large", "small"], "cache": {"keep": "1h"}}],
}
TEAMS = {"staff": {"keys": ["key-of-the-staff"]}, "interns": {"keys": ["key-of-the-interns"]}}
EMAIL = "ada@example.com"


@pytest.fixture
def settings(stage):
    nobody = {"url": "http://127.0.0.1:9/v1"}
    stage.write("weir.yaml", stage.settings(local=nobody, cloud=nobody, policy=POLICY, teams=TEAMS, secret="ab" * 32,
                                            prices={"large": {"input": 1, "output": 2}}))
    return stage.folder / "weir.yaml"


def run(*words):
    return subprocess.run([BINARY, *map(str, words)], capture_output=True, text=True, timeout=60)


def explain(settings, *words):
    done = run("explain", "-c", settings, "--json", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_explain_tells_facts_rules_decision_and_price(settings):
    told = explain(settings, "--team", "interns", f"write to {EMAIL}")
    assert [finding["kind"] for finding in told["facts"]["findings"]] == ["email"]
    assert told["decision"]["rules"] == ["masked", "pocket money", "all"]
    assert told["decision"]["reach"] == "cloud"
    assert [asked["model"] for asked in told["decision"]["ask"]] == ["large", "small"]
    assert EMAIL not in told["sent"] and "EMAIL_" in told["sent"]


def test_explain_tells_what_the_reach_strikes_out(settings):
    told = explain(settings, "my social security number is 536-90-4399")
    assert told["decision"]["reach"] == "local"
    assert [asked["model"] for asked in told["decision"]["ask"]] == ["small"]


def test_explain_shows_what_is_hidden_where_and_by_which_rule(settings):
    prompt = f"grüße 😀 {EMAIL}, AKIAQ3EGRZ7MWBXK2LTN, 536-90-4399"
    told = explain(settings, prompt)
    found = [(finding["kind"], prompt[finding["start"]:finding["end"]], finding["hidden_by"]) for finding in told["facts"]["findings"]]
    assert found == [("email", EMAIL, "masked"), ("api_key", "AKIAQ3EGRZ7MWBXK2LTN", "law: secrets"), ("us_ssn", "536-90-4399", None)]
    assert all(finding["source"] and 0.5 <= finding["confidence"] <= 1 for finding in told["facts"]["findings"])
    assert told["sent"] is None, "the number keeps it home"
    assert told["redacted"].startswith("grüße 😀 EMAIL_") and told["redacted"].endswith(", 536-90-4399")
    said = run("explain", "-c", settings, prompt).stdout
    assert f"hidden, it would read\n  {told['redacted']}" in said and "law: secrets" in said and "not hidden" in said


def test_explain_speaks_to_people_too(settings):
    done = run("explain", "-c", settings, f"write to {EMAIL}")
    assert done.returncode == 0
    for word in ("masked", "large", "cloud", "EMAIL_"):
        assert word in done.stdout


def test_what_explain_says_is_what_is_done(stage):
    from actors.scripted import says
    cloud, local = stage.provider(says("far")), stage.provider(says("near"))
    policy = {part: rules for part, rules in POLICY.items() if part != "cost"}
    weir = stage.weir(local=local, cloud=cloud, policy=policy)
    for words in ("hello", f"write to {EMAIL}", "my social security number is 536-90-4399"):
        told = explain(weir.settings_path, words)["decision"]
        answer = weir.chat(words)
        assert answer.told("model") == told["ask"][0]["model"]
        assert answer.told("route") == told["route"]
        assert answer.told("rule") == ", ".join(told["rules"])


def test_check_finds_all_mistakes_of_all_files_in_one_run(stage):
    stage.settings()
    stage.write("policies/test.yaml", "routes:\n  - name: all\n    ask: [larg]\nprivcy: []\n")
    stage.write("weir.yaml", "providers:\n  cloud: { api: openai, url: 'http://127.0.0.1:9/v1', zone: clowd }\n"
                             "models:\n  large: { provder: cloud, model: x }\npolicies: [ policies/test.yaml ]\nslm: { model: none }\n")
    done = run("check", "-c", stage.folder / "weir.yaml")
    said = done.stdout + done.stderr
    assert done.returncode == 1
    for place, hint in (("weir.yaml:2:", "cloud"), ("weir.yaml:4:", "provider")):
        assert any(place in line and hint in line for line in said.splitlines()), (place, said)


def test_check_finds_all_mistakes_of_a_policy(settings, stage):
    stage.write("policies/test.yaml", "routes:\n  - name: all\n    ask: [larg]\nprivcy: []\n")
    done = run("check", "-c", settings)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    for place, hint in (("test.yaml:3:", "large"), ("test.yaml:4:", "privacy")):
        assert any(place in line and hint in line for line in said.splitlines()), (place, said)


def test_a_policys_own_tests_are_run(settings, stage):
    good = {"prompt": f"write to {EMAIL}", "expect": {"route": "all", "reach": "cloud"}}
    stage.write_policy({**POLICY, "tests": [good]})
    assert run("check", "-c", settings).returncode == 0
    stage.write_policy({**POLICY, "tests": [good, {"prompt": "my ssn is 536-90-4399", "expect": {"reach": "cloud"}}]})
    done = run("check", "-c", settings)
    assert done.returncode == 1
    assert "local" in done.stdout + done.stderr, "what was found instead is told"


@pytest.mark.parametrize("words", [["dance"], ["check", "--dance"], ["serve", "-x"], []], ids=" ".join)
def test_misuse_is_told_with_status_2(words):
    done = run(*words)
    assert done.returncode == 2
    assert f"weir {words[0] if words[1:] else 'serve'}" in done.stderr, "how it is used"
