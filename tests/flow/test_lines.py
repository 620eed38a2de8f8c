"""weir embed and weir classify: each line of stdin is answered with one, as the daemon would judge and embed it."""
import json
import subprocess

import pytest

from actors.scripted import says
from actors.weir import BINARY, ROOT

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
needs_model = pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")
LINES = ["What does an HbA1c of 9.1 mean for a patient with diabetes?", "", "Write a C function that reverses a linked list"]


@pytest.fixture
def settings(stage):
    stage.write("weir.yaml", stage.settings(local={"url": "http://127.0.0.1:9/v1"}, slm={"model": str(MODEL)}))
    return stage.folder / "weir.yaml"


def run(settings, *words, stdin="\n".join(LINES)):
    done = subprocess.run([BINARY, words[0], "-c", settings, *words[1:]], input=stdin, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@needs_model
def test_embed_gives_what_the_endpoint_gives(stage, settings):
    weir = stage.weir(cloud=stage.provider(says("unasked")), slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    answer = weir.post({"model": MODEL.name, "input": [LINES[0], LINES[2]]}, path="/v1/embeddings").json
    first, empty, third = map(json.loads, run(settings, "embed"))
    assert [first["embedding"], third["embedding"]] == [item["embedding"] for item in answer["data"]]
    assert len(empty["embedding"]) == 384, "an empty line is answered too: line n is about line n"


@needs_model
def test_classify_tells_what_explain_tells(settings):
    told = list(map(json.loads, run(settings, "classify", "--json")))
    assert [line["topic"] for line in told] == ["medical", None, "code"]
    for words, line in zip(LINES, told):
        if words:
            facts = json.loads(run(settings, "explain", "--json", stdin=words)[0])["facts"]
            assert (line["difficulty"], line["topic"], line["topics"]) == (facts["difficulty"], facts["topic"], facts["topics"])
            assert sum(line["topics"].values()) == pytest.approx(1, abs=1e-4)


@needs_model
def test_classify_knows_the_policys_own_classes(stage):
    stage.write("weir.yaml", stage.settings(local={"url": "http://127.0.0.1:9/v1"}, slm={"model": str(MODEL)}, policy={
        "classes": {'the "red" team': {"examples": ["our striker scored twice", "the coach changed the goalkeeper", "we won the match"]},
                    "kitchen": {"examples": ["the oven is too hot", "knead the dough", "a soup of beans"]}}}))
    settings, words = stage.folder / "weir.yaml", "the goalkeeper saved the match"
    told = json.loads(run(settings, "classify", "--json", stdin=words)[0])
    facts = json.loads(run(settings, "explain", "--json", stdin=words)[0])["facts"]
    assert told["class"] == 'the "red" team' == facts["class"]
    assert told["classes"] == facts["classes"] and set(told["classes"]) == {'the "red" team', "kitchen"}
    assert 'the "red" team' in run(settings, "classify", stdin=words)[0]


@needs_model
def test_classify_speaks_to_people_too(settings):
    first, second, third = run(settings, "classify")
    assert "medical" in first and LINES[0] in first
    assert "not judged" in second
    assert "code" in third


@pytest.mark.parametrize("command", ["embed", "classify"])
def test_without_a_model_it_is_told_where_to_get_one(stage, command):
    stage.write("weir.yaml", stage.settings(local={"url": "http://127.0.0.1:9/v1"}))
    done = subprocess.run([BINARY, command, "-c", stage.folder / "weir.yaml"], input="x\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stdout == ""
    assert "deploy/model" in done.stderr


@pytest.mark.parametrize("command", ["embed", "classify"])
def test_misuse_is_told_with_status_2(command):
    done = subprocess.run([BINARY, command, "word"], input="", capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and f"weir {command}" in done.stderr


HEADS = ROOT / "tests" / "reference" / "heads"


def classify_with(folder, *words, stdin="The weir holds.\n\nAda telephones London\n"):
    return subprocess.run([BINARY, "classify", "--model", folder, *words], input=stdin, capture_output=True, text=True, timeout=60)


def test_a_folders_own_head_answers():
    told = [json.loads(line) for line in classify_with(HEADS / "bert_text", "--json").stdout.splitlines()]
    assert len(told) == 3
    for line in told:
        assert set(line["labels"]) == {"river", "sea", "none of them"} and sum(line["labels"].values()) == pytest.approx(1, abs=1e-4)
        assert line["label"] == max(line["labels"], key=line["labels"].get)
    assert told[0]["label"] in classify_with(HEADS / "bert_text").stdout.splitlines()[0]


def test_a_head_of_tokens_tells_where_they_stand():
    told = [json.loads(line)["tokens"] for line in classify_with(HEADS / "bert_tokens_cased", "--json").stdout.splitlines()]
    assert [token["text"] for token in told[2]] == ["Ada", "tele", "phone", "s", "London"] and told[1] == []
    assert [(token["from"], token["to"]) for token in told[2]] == [(0, 3), (4, 8), (8, 13), (13, 14), (15, 21)]
    assert {token["label"] for token in told[2]} <= {"O", "B-PER", "I-PER", "B-LOC"}


def test_a_folder_that_cannot_answer_is_refused_with_the_reason():
    for folder, reason in (HEADS / "bert", "no head of its own"), (HEADS, "config.json"):
        done = classify_with(folder)
        assert done.returncode == 1 and done.stdout == "" and reason in done.stderr
