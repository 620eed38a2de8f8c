"""A local answer that will not do is followed by a better model's, where the reach allows."""
import pytest

from actors.scripted import fails, says

POLICY = {"privacy": [{"name": "numbers stay home", "when": {"pii": ["us_ssn"]}, "reach": "local"}],
          "routes": [{"name": "near", "ask": ["small"], "escalate": {"to": "large", "when": {"confidence": {"below": 0.6}}}}]}
REFUSAL = "I'm sorry, but I can't help with that."
DOUBTFUL = {
    "unsure": says("perhaps this", logprob=-2.5),
    "a refusal": says(REFUSAL, logprob=-0.01),
    "nothing": says(""),
    "cut by length": says("and then", finish="length", logprob=-0.01),
}


@pytest.mark.parametrize("ask", ["chat", "stream"])
@pytest.mark.parametrize("name", DOUBTFUL)
def test_a_doubtful_draft_is_followed_by_a_better_answer(stage, name, ask):
    local, cloud = stage.provider(DOUBTFUL[name]), stage.provider(says("surely"))
    weir = stage.weir(local=local, cloud=cloud, policy=POLICY)

    answer = getattr(weir, ask)("hello")

    assert answer.text == "surely"
    assert answer.told("model") == "large"
    assert len(local.requests) == len(cloud.requests) == 1
    assert local.requests[0].json["logprobs"] is True
    assert "logprobs" not in cloud.requests[0].json
    assert weir.metric("weir_escalations_total") == 1


@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_a_sure_draft_is_the_answer(stage, ask):
    local, cloud = stage.provider(says("for certain", logprob=-0.01)), stage.provider()
    weir = stage.weir(local=local, cloud=cloud, policy=POLICY)
    answer = getattr(weir, ask)("hello")
    assert answer.text == "for certain"
    assert answer.told("model") == "small"
    assert b'"logprob":' not in answer.body, "the client did not ask for them"
    assert not cloud.requests


def test_logprobs_that_were_asked_for_are_given(stage):
    weir = stage.weir(local=stage.provider(says("for certain", logprob=-0.01)), cloud=stage.provider(), policy=POLICY)
    assert weir.chat("hello", logprobs=True).json["choices"][0]["logprobs"]["content"]


def test_a_doubtful_draft_that_must_stay_here_is_all_there_is(stage):
    local, cloud = stage.provider(says("perhaps", logprob=-2.5)), stage.provider()
    weir = stage.weir(local=local, cloud=cloud, policy=POLICY)
    answer = weir.chat("my social security number is 536-90-4399")
    assert (answer.text, answer.told("zone")) == ("perhaps", "local")
    assert not cloud.requests


@pytest.mark.parametrize("status", [500, 400, 413])
@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_a_doubtful_draft_is_better_than_an_error(stage, ask, status):
    local, cloud = stage.provider(says("perhaps", logprob=-2.5)), stage.provider(fails(status))
    weir = stage.weir(local=local, cloud=cloud, policy=POLICY)
    answer = getattr(weir, ask)("hello")
    assert (answer.status, answer.text, answer.told("model")) == (200, "perhaps", "small")
    assert (answer.told("doubted"), answer.told("escalated")) == ("confidence", None)
    assert len(cloud.requests) == 1


@pytest.mark.parametrize("ask", ["chat", "stream"])
def test_a_local_model_that_is_down_is_followed_too(stage, ask):
    weir = stage.weir(local=stage.provider(fails(503)), cloud=stage.provider(says("far")), policy=POLICY)
    assert getattr(weir, ask)("hello").text == "far"


def test_both_answers_are_paid_for(stage):
    weir = stage.weir(local=stage.provider(says("perhaps", logprob=-2.5, usage=(100, 10))), policy=POLICY,
                      cloud=stage.provider(says("surely", usage=(100, 10))),
                      prices={"small": {"input": 1, "output": 1}, "large": {"input": 10, "output": 10}})
    assert weir.chat("hello").told("cost-usd") == "0.001210000"
