"""The admin API: its own listener and key, and a description of itself that is true."""
import jsonschema
import openapi_spec_validator
import pytest

from actors.scripted import says
from actors.weir import wait_for

ADMIN = {"address": "127.0.0.1:0", "key": "the-admin-api-of-a-test"}
TEAMS = {"interns": {"keys": ["key-of-the-interns"], "requests_a_minute": 60}, "others": {"keys": ["key-of-the-others"]}}


def as_described(api, call, path, method):
    """Is the answer what openapi.json says of it? No field more, none less."""
    content = api["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(call.json, {**content, "components": api["components"]})
    return call.json


def test_it_describes_itself_and_answers_as_it_says(stage):
    weir = stage.weir(local=stage.provider(says("yes")), teams=TEAMS, admin=ADMIN)
    api = weir.admin("GET", "/openapi.json").json
    openapi_spec_validator.validate(api)
    assert all(set(operation) >= {"operationId", "summary", "responses"} for path in api["paths"].values() for operation in path.values())
    teams = as_described(api, weir.admin("GET", "/teams"), "/admin/v1/teams", "get")
    assert [(team["name"], team["requests_a_minute"]) for team in teams["data"]] == [("interns", 60), ("others", None)]


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
    admin = {**ADMIN, "certificate": "leaf.pem", "certificate_key": "leaf.key"}
    settings = stage.settings(local=stage.provider(says("yes")), teams=TEAMS, admin=admin)
    weir = stage.weir(settings=settings)
    assert weir.admin("GET", "/teams", verify=str(root)).status == 200
    stage.write("weir.yaml", {**settings, "admin": {**admin, "key": "another-key-of-a-test"}})
    wait_for(lambda: weir.admin("GET", "/teams", verify=str(root), key="another-key-of-a-test").status == 200, what="the new key")
    assert weir.admin("GET", "/teams", verify=str(root)).status == 401
