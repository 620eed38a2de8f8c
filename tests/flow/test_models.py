"""Which models there are: the list, one of them, and what cannot be done to them."""
import anthropic
import httpx
import openai
import pytest

from actors.scripted import says

KEY = "key-of-the-sdk-team"


@pytest.fixture
def weir(stage):
    return stage.weir(local=stage.provider(says("hi")), aliases={"gpt-4o-mini": "auto", "org/tiny": "small"}, teams={"sdk": {"keys": [KEY]}})


@pytest.fixture
def client(weir):
    with openai.OpenAI(base_url=weir.base + "/v1", api_key=KEY, max_retries=0) as client:
        yield client


def test_each_model_that_is_listed_can_be_asked_about(client):
    listed = {model.id: model.owned_by for model in client.models.list()}
    ours = ["auto", "weir/auto", "weir/local", "weir/cloud", "weir/in-order", "gpt-4o-mini", "org/tiny"]
    assert listed == {**dict.fromkeys(ours, "weir"), "small": "local"}
    for name, owner in listed.items():
        model = client.models.retrieve(name)
        assert (model.id, model.object, model.owned_by) == (name, "model", owner)


def test_what_is_no_model_is_told(weir, client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("nobody")
    assert caught.value.code == "model_not_found"
    assert httpx.get(weir.base + "/v1/models/small").json()["error"]["code"] == "missing_api_key"


def test_models_are_not_deleted_by_clients(client):
    with pytest.raises(openai.PermissionDeniedError):
        client.models.delete("small")
    with pytest.raises(openai.NotFoundError):
        client.models.delete("ft:nobody")


def test_a_path_tells_all_methods_that_it_takes(weir):
    refused = httpx.put(weir.base + "/v1/models/small")
    assert refused.status_code == 405 and refused.headers["allow"] == "GET, HEAD, DELETE"
    assert httpx.head(weir.base + "/v1/models/small", headers={"authorization": f"Bearer {KEY}"}).status_code == 200
    assert httpx.get(weir.base + "/v1/models/small/x").status_code == 404


def test_anthropics_client_lists_them_in_its_own_shape(weir):
    with anthropic.Anthropic(base_url=weir.base, api_key=KEY, max_retries=0) as client:
        listed = client.models.list()
        assert {model.id for model in listed} >= {"auto", "small"}
        assert (listed.first_id, listed.last_id) == (listed.data[0].id, listed.data[-1].id)
        small = client.models.retrieve("small")
        assert (small.id, small.type, small.display_name) == ("small", "model", "small")
        with pytest.raises(anthropic.NotFoundError):
            client.models.retrieve("nobody")
    with anthropic.Anthropic(base_url=weir.base, api_key="nobody's", max_retries=0) as client, pytest.raises(anthropic.AuthenticationError) as caught:
        client.models.list()
    assert caught.value.body["error"]["type"] == "authentication_error"


def test_what_is_not_there_is_told_in_the_clients_shape(weir):
    assert weir.get("/v1/nothing").error["code"] == "unknown_url"
    assert weir.get("/v1/messages/nothing").error["type"] == "not_found_error"
    assert "there is nothing at this path" in weir.get("/api/nothing").error
