"""Embeddings are made on this machine, in OpenAI's shape, and no provider hears of the texts."""
import base64
import json
import math
import struct
import time

import openai
import pytest

from actors.scripted import says
from actors.weir import ROOT, wait_for

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
NAME = MODEL.name
DIM = 384
KEY = "key-of-the-sdk-team"
needs_model = pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")


@pytest.fixture
def weir(stage):
    cloud = stage.provider(says("unasked"))
    yield stage.weir(cloud=cloud, slm={"model": str(MODEL)}, teams={"sdk": {"keys": [KEY]}}, limits={"inspect": "60s"})
    assert not cloud.requests


def ask(weir, texts, key=KEY, **more):
    return weir.post({"model": NAME, "input": texts, **more}, path="/v1/embeddings", key=key)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def floats(numbers):
    """As 32 bits hold them."""
    return struct.pack(f"{len(numbers)}f", *numbers)


@needs_model
def test_openais_client_gets_embeddings(weir):
    texts = ["How do I bake bread?", "A recipe for a loaf", "The stock exchange closed early"]
    with openai.OpenAI(base_url=weir.base + "/v1", api_key=KEY, max_retries=0) as client:
        answer = client.embeddings.create(model=NAME, input=texts)
        assert client.embeddings.with_raw_response.create(model=NAME, input="x").headers["x-request-id"].startswith("req_")
        alone = client.embeddings.create(model=NAME, input=texts[0], encoding_format="float", dimensions=DIM)
        assert NAME in {model.id for model in client.models.list()}
    assert answer.object == "list" and answer.model == NAME
    assert [item.index for item in answer.data] == [0, 1, 2]
    bread, loaf, stocks = (item.embedding for item in answer.data)
    assert len(bread) == DIM and math.isclose(dot(bread, bread), 1, rel_tol=1e-5)
    assert dot(bread, loaf) > dot(bread, stocks) + 0.2
    assert floats(alone.data[0].embedding) == floats(bread), "what comes in base64 is what comes in numbers"
    assert alone.usage.prompt_tokens == alone.usage.total_tokens == 9, "how do i ba ##ke bread ? and both ends"
    assert answer.usage.prompt_tokens > alone.usage.prompt_tokens
    assert weir.metric("weir_embeddings_total") == 5


@needs_model
@pytest.mark.threads
@needs_model
def test_a_name_that_clients_have_already(stage):
    weir = stage.weir(cloud=stage.provider(says("unasked")), slm={"model": str(MODEL)}, aliases={"text-embedding-3-small": NAME}, limits={"inspect": "60s"})
    by_alias = weir.post({"model": "text-embedding-3-small", "input": "one"}, path="/v1/embeddings")
    assert by_alias.json == weir.post({"model": NAME, "input": "one"}, path="/v1/embeddings").json
    assert "text-embedding-3-small" in {model["id"] for model in weir.get("/v1/models").json["data"]}
    assert weir.post({"model": "text-embedding-3-small"}, path="/api/show").json["capabilities"] == ["embedding"]
    assert weir.chat("hi", model="text-embedding-3-small").status == 404


def test_more_texts_than_one_piece_come_in_their_order(weir):
    texts = [f"the number {n}" for n in range(130)]
    whole = ask(weir, texts).json["data"]
    assert [item["index"] for item in whole] == list(range(130))
    for at in (0, 63, 64, 129):
        assert ask(weir, texts[at]).json["data"][0]["embedding"] == whole[at]["embedding"]


@needs_model
def test_base64_is_little_endian_floats(weir):
    packed = base64.b64decode(ask(weir, "bread", encoding_format="base64").json["data"][0]["embedding"])
    numbers = ask(weir, "bread").json["data"][0]["embedding"]
    assert packed == struct.pack(f"<{DIM}f", *numbers)


@needs_model
def test_a_long_text_is_read_to_its_end(weir):
    story, end = "a long story " * 400, "of a weir that holds a river back"
    answer = ask(weir, ["short", story, story + end])
    assert (answer.told("cut-texts"), answer.told("model"), answer.told("zone")) == (None, NAME, "local")
    assert answer.json["usage"]["prompt_tokens"] == 3 + 1202 + 1210
    short, without, whole = (item["embedding"] for item in answer.json["data"])
    assert without != whole
    assert sum(x * x for x in whole) == pytest.approx(1, abs=1e-4)


@needs_model
def test_a_text_longer_than_any_is_read_is_told(weir):
    answer = ask(weir, ["short", "story " * 9000])
    assert answer.told("cut-texts") == "1"
    assert answer.json["usage"]["prompt_tokens"] == 3 + 8192


@needs_model
@pytest.mark.parametrize("more, status, param", [
    ({"texts": [[101, 7592, 102]]}, 400, "input"),
    ({"texts": [101, 7592, 102]}, 400, "input"),
    ({"texts": ["x"] * 2049}, 400, "input"),
    ({"texts": ""}, 400, "input"),
    ({"texts": "x", "dimensions": 256}, 400, "dimensions"),
    ({"texts": "x", "encoding_format": "int8"}, 400, "encoding_format"),
    ({"texts": "x", "model": "text-embedding-3-small"}, 404, "model"),
], ids=["ids of several", "ids", "too many", "empty", "dimensions", "format", "model"])
def test_what_cannot_be_is_refused_with_the_field(weir, more, status, param):
    refused = ask(weir, more.pop("texts"), **more)
    assert refused.status == status
    assert set(refused.error) == {"message", "type", "param", "code"}
    assert refused.error["param"] == param


@needs_model
def test_who_has_no_key_gets_none(weir):
    assert ask(weir, "x", key=None).error["code"] == "missing_api_key"
    refused = weir.post({"model": NAME, "input": "x"}, path="/v1/embeddings", key="another", headers={"x-request-id": "mine-1"})
    assert refused.error["code"] == "invalid_api_key" and refused.headers["x-request-id"] == "mine-1"


@needs_model
def test_a_teams_limit_counts_embeddings_too(stage):
    weir = stage.weir(cloud=stage.provider(says("unasked")), slm={"model": str(MODEL)},
                      teams={"sdk": {"keys": [KEY], "requests_a_minute": 2}}, limits={"inspect": "60s"})
    while time.time() % 60 > 50:  # so that the minute does not end within the test
        time.sleep(0.5)
    answers = [ask(weir, "x") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60


@needs_model
@pytest.mark.threads
def test_a_client_that_hangs_up_ends_its_request(weir):
    body = json.dumps({"model": NAME, "input": ["a story that goes on and on " * 60] * 2000}).encode()
    client = weir.connect()
    client.sendall(b"POST /v1/embeddings HTTP/1.1\r\nhost: weir\r\nauthorization: Bearer %s\r\ncontent-length: %d\r\n\r\n%s"
                   % (KEY.encode(), len(body), body))
    wait_for(lambda: weir.metric("weir_requests_running") == 1, what="the request to be in hand")
    client.close()
    wait_for(lambda: weir.metric("weir_requests_running") == 0, 5, "it to be given up")
    assert weir.metric("weir_clients_gone_total") == 1
    assert ask(weir, "the next one").status == 200, "the threads are free again"


@needs_model
def test_pieces_that_come_too_late_end_in_503(stage):
    weir = stage.weir(cloud=stage.provider(says("unasked")), slm={"model": str(MODEL)}, limits={"inspect": "10ms"})
    refused = ask(weir, ["a story that goes on and on " * 60] * 50, key=None)
    assert refused.status == 503 and refused.error["code"] == "overloaded"


def test_without_a_model_there_are_none(stage):
    weir = stage.weir(cloud=stage.provider(says("unasked")), teams={"sdk": {"keys": [KEY]}})
    refused = ask(weir, "x")
    assert refused.status == 404 and refused.error["code"] == "model_not_found"
    assert "deploy/model" in refused.error["message"]


@needs_model
def test_names_in_settings_are_no_way_into_the_head_of_a_reply(stage):
    settings = stage.settings(local=stage.provider(), slm={"model": str(MODEL)}, zones=["near\r\nx-evil: 1" + "e" * 600, "cloud"])
    settings["providers"]["local"]["zone"] = settings["zones"][0]
    answer = ask(stage.weir(settings=settings), ["hello"], key=None)
    assert answer.status == 200 and len(answer.json["data"]) == 1
    assert "x-evil" not in answer.headers and answer.told("zone").startswith("near")


@needs_model
def test_each_request_leaves_one_line_in_the_audit_and_no_word_of_its_texts(stage):
    audit = stage.folder / "audit.jsonl"
    weir = stage.weir(cloud=stage.provider(says("unasked")), slm={"model": str(MODEL)}, teams={"sdk": {"keys": [KEY]}},
                      limits={"inspect": "60s"}, audit={"file": str(audit)})
    assert ask(weir, ["a canary sings", "two words"]).status == 200
    assert ask(weir, "a canary sings", key="some-other-key").status == 401
    wait_for(lambda: audit.read_bytes().count(b"\n") == 2, what="a line for each request")
    told, refused = map(json.loads, audit.read_text().splitlines())
    assert (told["endpoint"], told["team"], told["model"], told["zone"], told["verdict"]) == ("embeddings", "sdk", NAME, "local", "answered")
    assert (told["embeddings"], told["prompt_tokens"], told["cost_nanousd"]) == (2, 9, 0)
    assert refused["verdict"] == "invalid_api_key" and "team" not in refused
    assert "canary" not in audit.read_text()
