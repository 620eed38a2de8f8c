"""The admin API: its own listener and key, and a description of itself that is true."""
import ssl

import jsonschema
import openapi_spec_validator
import pytest

from actors.scripted import says
from actors.weir import wait_for

ADMIN = {"address": "127.0.0.1:0", "key": "the-admin-api-of-a-test"}
TEAMS = {"interns": {"keys": ["key-of-the-interns"], "requests_a_minute": 60}, "others": {"keys": ["key-of-the-others"]}}


COSTS = [{"name": "theirs", "for": {"team": "interns"}, "budget": {"usd": 20, "every": "month"}, "over": "local"},
         {"name": "each", "budget": {"usd": 1, "rolling": "24h", "per": ["user", "model"]}, "limit": {"requests": 600}}]


class Described:
    """Calls whose answers must be what openapi.json says of them: no field more, none that is needed less."""

    def __init__(self, weir):
        self.weir = weir
        self.api = weir.admin("GET", "/openapi.json").json

    def __call__(self, method, path, body=None, pattern=None):
        answer = self.weir.admin(method, path, body)
        assert answer.status == 200, answer.body
        operation = self.api["paths"]["/admin/v1" + (pattern or path.partition("?")[0])][method.lower()]
        content = operation["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(answer.json, {**content, "components": self.api["components"]})
        return answer.json


def test_it_describes_itself_and_answers_as_it_says(stage):
    policy = {"cost": COSTS, "routes": [{"name": "all", "ask": ["large"]}]}
    weir = stage.weir(cloud=stage.provider(says("yes", usage=(5, 100))), prices={"large": {"input": 0, "output": 1000}}, teams=TEAMS, admin=ADMIN, policy=policy)
    ask = Described(weir)
    openapi_spec_validator.validate(ask.api)
    assert all(set(operation) >= {"operationId", "summary", "responses"} for path in ask.api["paths"].values() for operation in path.values())
    key = ask("POST", "/keys", {"team": "interns", "name": "a", "user": "ann", "tags": ["x"], "models": ["large"], "reach": "cloud", "expires_at": 4102444800})
    ask("GET", f"/keys/{key['id']}", pattern="/keys/{id}")
    ask("PATCH", f"/keys/{key['id']}", {"name": None, "zones": ["cloud"]}, pattern="/keys/{id}")
    key = ask("POST", f"/keys/{key['id']}/rotate", {"overlap_seconds": 5}, pattern="/keys/{id}/rotate")
    assert weir.chat("x", key=key["key"], max_tokens=100).status == 200
    assert len(ask("GET", "/keys?team=interns&limit=5")["data"]) == 1
    teams = ask("GET", "/teams")["data"]
    assert [(team["name"], team["requests_a_minute"], team["budgets"], team["limits"]) for team in teams] == [
        ("interns", 60, ["theirs", "each"], ["each"]), ("others", None, ["each"], ["each"])]
    budgets = wait_for(lambda: (all_of := ask("GET", "/budgets")["data"])[0]["lines"][0]["spent_usd"] == "0.100000000" and all_of, what="the money to be told")
    assert [(budget["budget"], budget["limit_usd"], budget["window"], budget["per"], budget["over"]) for budget in budgets] == [
        ("theirs", "20.000000000", "a month", ["team"], "local"), ("each", "1.000000000", "in any 1d", ["user", "model"], "deny")]
    assert budgets[0]["lines"] == [{"of": "team interns", "team": "interns", "spent_usd": "0.100000000", "reserved_usd": "0.000000000", "remaining_usd": "19.900000000"}]
    assert budgets[0]["since"] < budgets[0]["resets_at"] and "resets_at" not in budgets[1]
    assert [(line["of"], line["remaining_usd"]) for line in budgets[1]["lines"]] == [("user ann, model large of team interns", "0.900000000")]
    assert ask("GET", "/budgets?budget=theirs&team=others")["data"][0]["line_count"] == 0
    assert ask("POST", f"/keys/{key['id']}/revoke", pattern="/keys/{id}/revoke")["state"] == "revoked"


def test_only_its_own_key_opens_it_and_clients_do_not_find_it(stage):
    weir = stage.weir(local=stage.provider(says("yes")), teams=TEAMS, admin=ADMIN)
    for key in (None, "key-of-the-interns", "the-admin-api-of-a-tesT", "the-admin-api-of-a-test1"):
        refused = weir.admin("GET", "/teams", key=key)
        assert (refused.status, refused.error["type"]) == (401, "authentication_error")
    assert weir.get("/admin/v1/teams", headers={"authorization": "Bearer the-admin-api-of-a-test"}).status == 404
    assert weir.chat("x", key="the-admin-api-of-a-test").status == 401
    assert "the-admin-api-of-a-tes" not in weir.log


@pytest.mark.parametrize("method, path, status, words", [
    ("GET", "/nothing", 404, "/admin/v1/nothing"),
    ("DELETE", "/teams", 405, "takes GET"),
    ("GET", "/teams?colour=red", 400, 'no field "colour"'),
])
def test_what_it_cannot_do_it_says(stage_admin, method, path, status, words):
    refused = stage_admin.admin(method, path)
    assert (refused.status, words in refused.error["message"]) == (status, True)


@pytest.fixture
def stage_admin(stage):
    return stage.weir(local=stage.provider(says("yes")), teams=TEAMS, admin=ADMIN)


def test_it_is_not_opened_to_others_without_tls(stage):
    def check(**admin):
        stage.write("open.yaml", stage.settings(local=stage.provider(says("yes")), teams=TEAMS, admin={**ADMIN, **admin}))
        return stage.run("check", "-c", "open.yaml")
    assert "without_tls" in check(address="0.0.0.0:0").stderr
    assert check(address="0.0.0.0:0", without_tls=True).returncode == 0
    assert "shorter than 16" in check(key="short").stderr


def test_it_speaks_tls_and_takes_a_new_key_without_a_restart(stage):
    root, _ = stage.certificate("127.0.0.1")
    trust = ssl.create_default_context(cafile=root)
    admin = {**ADMIN, "certificate": "leaf.pem", "certificate_key": "leaf.key"}
    settings = stage.settings(local=stage.provider(says("yes")), teams=TEAMS, admin=admin)
    weir = stage.weir(settings=settings)
    assert weir.admin("GET", "/teams", verify=trust).status == 200
    stage.write("weir.yaml", {**settings, "admin": {**admin, "key": "another-key-of-a-test"}})
    wait_for(lambda: weir.admin("GET", "/teams", verify=trust, key="another-key-of-a-test").status == 200, what="the new key")
    assert weir.admin("GET", "/teams", verify=trust).status == 401
