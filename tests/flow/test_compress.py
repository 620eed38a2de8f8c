"""A long context is shortened for the question asked; what must stay stays, byte for byte."""
import json

import pytest

from actors.scripted import says
from actors.weir import ROOT

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
pytestmark = pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")

POLICY = {"routes": [{"name": "shortened", "ask": ["large"], "compress": {"above_tokens": 500, "to": 0.3}}]}
ABOUT = {
    "bread": "Bread number {n} rises in a warm kitchen until its crust is brown. ",
    "stars": "Star number {n} shines in the northern sky and is very far away. ",
    "boats": "Boat number {n} lies in the harbour and waits for the evening tide. ",
}
HISTORY = "".join(sentence.format(n=n) for n in range(20) for sentence in ABOUT.values())
NEEDLE = "The harbour master's telephone is kept in the red drawer of the customs house."
CODE = "```c\nint main(void)\n{\n    return 42; /* never cut */\n}\n```"
SYSTEM = "You are a careful librarian. " * 10


def conversation():
    return [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": HISTORY + NEEDLE + " " + HISTORY},
        {"role": "assistant", "content": "I have read it.\n\n" + CODE},
        {"role": "user", "content": "Look it up.", "name": "reader"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": '{"what":  "harbour"}'}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": '{"found":  [1, 2, 3.10]}'},
        {"role": "assistant", "content": "Found."},
        {"role": "user", "content": "Where does the harbour master keep the telephone?"},
    ]


def test_what_matters_stays_and_the_rest_is_dropped(stage):
    cloud = stage.provider(says("in the red drawer"))
    weir = stage.weir(cloud=cloud, policy=POLICY, slm={"model": str(MODEL)}, limits={"inspect": "60s"})
    sent = conversation()

    answer = weir.chat(*sent)

    got = cloud.requests[0].json["messages"]
    assert answer.status == 200
    assert NEEDLE in got[1]["content"]
    assert len(got[1]["content"]) < 0.6 * len(sent[1]["content"])
    assert int(answer.told("dropped-sentences")) > 20
    assert weir.metric("weir_sentences_dropped_total") == int(answer.told("dropped-sentences"))
    kept = got[1]["content"]
    position = 0
    for sentence in (part.strip() for part in kept.split(". ")):  # nothing invented, all in order
        position = sent[1]["content"].index(sentence.rstrip("."), position)
    for at in (0, 4, 5, 7):
        assert got[at] == sent[at]
    assert CODE in got[2]["content"]
    assert b'{\\"found\\":  [1, 2, 3.10]}' in cloud.requests[0].body


def test_a_short_context_is_left_alone(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy=POLICY, slm={"model": str(MODEL)})
    answer = weir.chat("a short one.", "fine.", "and the question?")
    assert answer.told("dropped-sentences") is None
    assert json.loads(cloud.requests[0].body)["messages"][0]["content"] == "a short one."


def test_without_a_model_the_request_goes_on_at_its_full_length(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, policy=POLICY)
    assert weir.chat(*conversation()).status == 200
    assert cloud.requests[0].json["messages"] == conversation()
