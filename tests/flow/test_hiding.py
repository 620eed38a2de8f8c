"""Values are hidden as a policy says, or stay where they are what is asked about."""
import json

import pytest

from actors.scripted import echoes, says
from test_privacy import call_tool

CARD, EMAIL = "4539 1488 0343 6467", "ada.lovelace@corp.test"
FAR = [{"name": "far", "ask": ["large", "small"]}]
WAYS = {"privacy": [{"name": "ways", "redact": {"email": "surrogate", "payment_card": "surrogate", "us_ssn": "remove",
                                                "phone": "placeholder"}}]}


def question_of(request):
    return request.json["messages"][-1]["content"]


@pytest.mark.parametrize("size", [1, 6, 400])
def test_a_surrogate_goes_out_and_the_value_comes_back(stage, size):
    cloud = stage.provider(echoes("", size=size))
    weir = stage.weir(cloud=cloud, policy=WAYS)
    words = f"Charge {CARD} and tell {EMAIL}, or call +1 415 555 2671. {EMAIL}'s card is {CARD}."

    assert weir.chat(words).text == words
    assert weir.stream(words).text == words

    first, second = map(question_of, cloud.requests)
    assert first == second and "4000 00" in first and "@example." in first and "PHONE_" in first
    assert EMAIL.encode() not in cloud.received and CARD.encode() not in cloud.received


def test_a_surrogate_keeps_a_tools_call_valid(stage):
    """The cloud calls a tool with the number that it was told, as a number, without its blanks."""
    def call(request, wire):
        number = int("".join(filter(str.isdigit, question_of(request))))
        call_tool(json.dumps({"card": number}), request, wire)
    weir = stage.weir(cloud=stage.provider(call), policy=WAYS)
    arguments = weir.chat(f"pay with {CARD}").json["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments) == {"card": 4539148803436467}


def test_what_is_removed_does_not_come_back(stage):
    cloud, local = stage.provider(echoes("")), stage.provider(echoes(""))
    weir = stage.weir(cloud=cloud, local=local, policy=WAYS)
    assert weir.chat("My SSN is 536-90-4399.", model="large").text == "My SSN is [removed]."
    assert weir.chat("My SSN is 536-90-4399.", model="small").text == "My SSN is 536-90-4399."  # it has not left


def test_what_is_asked_about_stays(stage):
    cloud, local = stage.provider(says("far")), stage.provider(says("near"))
    rule = {"name": "numbers", "redact": {"payment_card": "placeholder"}, "if_needed": "local"}
    weir = stage.weir(cloud=cloud, local=local, policy={"privacy": [rule], "routes": FAR})
    assert weir.chat(f"Is {CARD} a valid Luhn number?").text == "near"
    assert weir.chat(f"Why was my card {CARD} declined?").text == "far"


@pytest.mark.parametrize("word, status, text", [(None, 200, "near"), ("local", 200, "near"), ("allow", 200, "far"),
                                                ("deny", 403, None)])
def test_pictures_go_where_the_strictest_rule_lets_them(stage, word, status, text):
    rules = [{"name": "pictures", "unreadable": word}] if word else []
    if word == "deny":
        rules.append({"name": "others", "unreadable": "allow"})
    cloud, local = stage.provider(says("far")), stage.provider(says("near"))
    weir = stage.weir(cloud=cloud, local=local, policy={"privacy": rules, "routes": FAR})
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    answer = weir.post({"model": "auto", "messages": [{"role": "user", "content": [picture]}]})
    assert answer.status == status
    assert text is None or answer.text == text
