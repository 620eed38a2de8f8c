"""Moderations are made on this machine, in OpenAI's shape, and no provider hears of the texts."""
import openai
import pytest

from actors.scripted import says
from actors.weir import ROOT

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
needs_model = pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")


@pytest.fixture
def weir(stage):
    cloud = stage.provider(says("unasked"))
    yield stage.weir(cloud=cloud, slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    assert not cloud.requests


@pytest.fixture
def client(weir):
    with openai.OpenAI(base_url=weir.base + "/v1", api_key="any", max_retries=0) as client:
        yield client


@needs_model
def test_a_threat_is_flagged_and_a_recipe_is_not(client):
    answer = client.moderations.create(input=["I want to kill them.", "How do I bake bread?"])
    threat, recipe = answer.results
    assert answer.id.startswith("modr-") and answer.model == MODEL.name
    assert threat.flagged and threat.categories.violence and threat.category_scores.harassment_threatening > .4
    assert not recipe.flagged and not any(recipe.categories.to_dict().values()) and max(recipe.category_scores.to_dict().values()) < .1
    assert len(threat.categories.to_dict()) == len(threat.category_scores.to_dict()) == 13
    assert threat.category_applied_input_types.violence == ["text"]


@needs_model
def test_one_sentence_in_a_long_text_is_seen(client):
    long = "The bakery opens at seven, and the bread is fresh by then. " * 10
    assert not client.moderations.create(input=long).results[0].flagged
    assert client.moderations.create(input=long + "I will shoot you in the head tonight. " + long).results[0].flagged


@needs_model
def test_parts_are_one_input_and_images_are_not_looked_at(weir, client):
    image = {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}}
    answer = client.moderations.with_raw_response.create(model="omni-moderation-latest", input=[
        {"type": "text", "text": "How do I bake bread?"}, image, {"type": "text", "text": "I want to kill them."}])
    assert answer.headers["x-weir-unread-parts"] == "1" and answer.headers["x-weir-model"] == MODEL.name
    assert [result.flagged for result in answer.parse().results] == [True]
    for wrong in ([image], [], [1], ["a", image], None, {"type": "text"}, [{"type": "text"}]):
        refused = weir.post({"input": wrong}, path="/v1/moderations")
        assert refused.status == 400 and refused.error["param"] == "input", wrong


def test_without_the_model_there_are_none(stage):
    weir = stage.weir(local=stage.provider(says("x")), teams={"sdk": {"keys": ["key-of-the-sdk-team"]}})
    assert weir.post({"input": "x"}, path="/v1/moderations", key="key-of-the-sdk-team").error["code"] == "model_not_found"
