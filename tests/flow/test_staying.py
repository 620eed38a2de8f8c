"""A conversation stays with the model that answers it: in a tool loop always, else where a warm cache is worth it."""
from actors.scripted import completion, in_turn, says
from actors.weir import wait_for

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}


def calls(request, wire):
    wire.whole(completion(None, "tool_calls", message={"role": "assistant", "content": None, "tool_calls": [CALL]}))


def loop(*questions):
    """A conversation that ends in a tool's result."""
    return [*questions, {"role": "assistant", "content": None, "tool_calls": [CALL]}, {"role": "tool", "tool_call_id": "call_1", "content": "blue"}]


def test_a_tool_loop_goes_on_with_the_model_that_called(stage):
    policy = {"routes": [{"name": "near", "ask": ["small"], "escalate": {"to": "large", "when": {"malformed": True}}}]}
    local, cloud = stage.provider(says("I need no tool.")), stage.provider(in_turn(calls, says("It is blue.")))
    weir = stage.weir(local=local, cloud=cloud, policy=policy)

    first = weir.chat("what colour?", tools=[TOOL], tool_choice="required")
    assert (first.told("model"), first.told("escalated")) == ("large", "malformed")
    second = weir.chat(*loop("what colour?"), tools=[TOOL])
    assert (second.text, second.told("model")) == ("It is blue.", "large")
    assert "law: tool loop" in second.told("rule")
    assert len(local.requests) == 1
    assert weir.chat(*loop("another conversation"), tools=[TOOL]).told("model") == "small"
    assert weir.chat("what colour?", "blue", "and now?").told("model") == "small", "a person's turn is decided anew"


def test_a_conversation_stays_where_its_cache_is_warm(stage):
    def cached(request, wire):
        wire.whole({**completion("yes"), "usage": {"prompt_tokens": 100000, "completion_tokens": 500, "total_tokens": 100500,
                                                   "prompt_tokens_details": {"cached_tokens": 98000}}})
    prices = {"middle": {"input": 0.25, "cached": 0.025, "output": 2}, "large": {"input": 1.25, "cached": 0.125, "output": 10}}
    policy = {"routes": [{"name": "long", "when": {"tokens": {"above": 20}}, "ask": ["large"]}, {"name": "rest", "ask": ["middle"]}]}
    question = "word " * 40
    weir = stage.weir(trusted=stage.provider(says("cheaper")), cloud=stage.provider(cached), policy=policy, prices=prices)

    assert weir.chat(question).told("model") == "large"
    stage.write_policy({"routes": [{"name": "rest", "ask": ["middle"]}]})
    weir.reload()
    wait_for(lambda: weir.metric("weir_reloads_total") >= 1)
    stayed = weir.chat(question, "yes", "and then?")
    assert (stayed.told("model"), stayed.told("rule")) == ("large", "rest, law: warm cache")
    assert weir.chat("another").told("model") == "middle"
    assert weir.metric("weir_stayed_total") == 1
