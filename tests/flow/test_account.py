"""What only a provider's account has is asked there, bound by what binds a chat; and conversations are measured and made shorter here."""
import json

import httpx
import openai
import pytest

from actors.scripted import echoes, fails, says
from actors.weir import ROOT, wait_for

MODEL = ROOT / "models" / "all-MiniLM-L6-v2"
MAIL = "ann@example.org"
MASK = {"privacy": [{"name": "masked", "when": {"pii": ["email"]}, "redact": "placeholder"},
                    {"name": "home", "when": {"pii": ["payment_card"]}, "reach": "local"}]}
CARD = "4111 1111 1111 1111"
PRICE = {"price": {"input": 1000, "output": 1000}, "output": 100}


def account(answer=None, status=200):
    """Says back what it was asked with, as an account might."""
    def script(request, wire):
        body = json.loads(request.body) if request.body else None
        wire.whole(answer if answer is not None else {"id": "x", "object": "thing", "asked": body, "usage": {"prompt_tokens": 10, "total_tokens": 10}}, status)
    return script


def client_of(weir, key="any"):
    return openai.OpenAI(base_url=weir.base + "/v1", api_key=key, max_retries=0)


@pytest.mark.parametrize("method, path", [
    ("GET", "/responses/resp_677efb51"), ("DELETE", "/responses/resp_677efb51"), ("POST", "/responses/resp_677efb51/cancel"),
    ("GET", "/responses/resp_677efb51/input_items?limit=2&after=msg_1"), ("GET", "/chat/completions/chatcmpl-theirs"),
    ("GET", "/chat/completions/theirs/messages"), ("GET", "/models/ft:gpt-4o-mini:acme::x"), ("DELETE", "/models/ft:gpt-4o-mini:acme::x")])
def test_what_is_not_here_is_asked_of_the_one_users_account(stage, method, path):
    cloud, local = stage.provider(account()), stage.provider(says("no"))
    weir = stage.weir(cloud=cloud, local=local)
    answer = httpx.request(method, weir.base + "/v1" + path)
    assert answer.status_code == 200 and answer.json()["id"] == "x", answer.text
    assert answer.headers["x-weir-provider"] == "cloud" and answer.headers["x-weir-zone"] == "cloud"
    asked = cloud.requests[0]
    assert (asked.method, asked.path, asked.body) == (method, "/v1" + path, b"") and asked.headers["authorization"] == "Bearer key-of-cloud"
    assert not local.requests


def test_what_is_told_to_it_is_redacted_and_given_back(stage):
    cloud = stage.provider(account())
    weir = stage.weir(cloud=cloud, policy=MASK)
    answer = httpx.post(weir.base + "/v1/chat/completions/theirs", json={"metadata": {"who": MAIL}})
    assert answer.json()["asked"]["metadata"]["who"] == MAIL
    assert MAIL.encode() not in cloud.requests[0].body and b"EMAIL_" in cloud.requests[0].body
    embedded = httpx.post(weir.base + "/v1/embeddings", json={"model": "text-embedding-3-small", "input": [f"mail {MAIL}", "x"], "dimensions": 1})
    assert embedded.json()["asked"]["input"][0] == f"mail {MAIL}" and MAIL.encode() not in cloud.requests[1].body
    assert cloud.requests[1].path == "/v1/embeddings" and cloud.requests[1].json["model"] == "text-embedding-3-small"


def test_it_is_bound_by_the_reach(stage):
    cloud = stage.provider(account())
    weir = stage.weir(cloud=cloud, policy=MASK)
    for path, body in (("/chat/completions/theirs", {"metadata": {"card": CARD}}), ("/embeddings", {"model": "text-embedding-3-small", "input": CARD})):
        refused = httpx.post(weir.base + "/v1" + path, json=body)
        assert refused.status_code == 403 and refused.json()["error"]["code"] == "out_of_reach"
    for path in ("/responses/..%2fmodels", "/models/a%20b", "/models/x?metadata=mail%20me"):
        assert httpx.get(weir.base + "/v1" + path).status_code == 404
    for path in ("/responses/resp_4111111111111111", "/responses/4111-1111-1111-1111"):
        assert weir.get("/v1" + path).status in (403, 404)
    masked = stage.weir(cloud=cloud, policy={"privacy": [{"name": "cards", "when": {"pii": ["payment_card"]}, "redact": "placeholder"}]}, name="masked",
                        state=str(stage.folder / "masked"))
    for one in (weir, masked):
        for path in ("/chat/completions/4111-1111-1111-1111", "/responses/4111-1111-1111-1111/cancel", "/chat/completions/x?after=4111-1111-1111-1111",
                     "/chat/completions/%34%31%31%31-1111-1111-1111"):
            assert httpx.post(one.base + "/v1" + path, json={"metadata": {}}).status_code == 403, path
    assert not cloud.requests


IMAGE = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}


@pytest.mark.parametrize("path, body", [
    ("/moderations", {"input": [{"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": IMAGE["image_url"]}}]}),
    ("/responses/input_tokens", {"previous_response_id": "resp_1", "input": [{"role": "user", "content": [IMAGE]}]}),
    ("/responses/compact", {"model": "x", "previous_response_id": "resp_1", "input": [{"type": "function_call_output", "call_id": "c", "output": [IMAGE]}]}),
    ("/responses/compact", {"model": "x", "previous_response_id": "resp_1", "input": [{"type": "item_reference", "id": "msg_1"}]}),
    ("/responses/compact", {"model": "x", "previous_response_id": "resp_1", "input": "x", "prompt": {"id": "p", "variables": {"a": IMAGE}}})])
def test_what_cannot_be_read_does_not_go_there_unless_a_rule_lets_it(stage, path, body):
    cloud = stage.provider(account())
    weir = stage.weir(cloud=cloud, policy=MASK)
    refused = httpx.post(weir.base + "/v1" + path, json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "out_of_reach") and not cloud.requests
    lets = {**MASK, "privacy": [*MASK["privacy"], {"name": "images may go", "unreadable": "allow"}]}
    assert httpx.post(stage.weir(cloud=cloud, policy=lets, name="second", state=str(stage.folder / "second")).base + "/v1" + path, json=body).status_code == 200


def test_it_is_paid_for(stage):
    cloud = stage.provider(account())
    budget = {"cost": [{"name": "purse", "budget": {"usd": 0.05, "every": "month"}}], "routes": [{"name": "all", "ask": ["large"]}]}
    models = {"large": {"provider": "cloud", "model": "l", **PRICE}, "embedder": {"provider": "cloud", "model": "text-embedding-3-small", **PRICE}}
    weir = stage.weir(cloud=cloud, policy=budget, models=models)

    def ask(model):
        return httpx.post(weir.base + "/v1/embeddings", json={"model": model, "input": "hello"})
    assert ask("embedder").status_code == 200 and cloud.requests[0].json["model"] == "text-embedding-3-small"
    assert ask("nobody").json()["error"]["code"] == "price_unknown"
    for _ in range(3):
        ask("embedder")
    assert ask("embedder").json()["error"]["code"] == "budget_exhausted"


def spent(stage, *by):
    sums = stage.run("spend", "-c", "weir.yaml", *by, "--format", "json")
    return json.loads(sums.stdout)


def test_what_it_costs_is_told_summed_and_limited(stage):
    cloud = stage.provider(account())
    models = {"large": {"provider": "cloud", "model": "l", **PRICE}, "embedder": {"provider": "cloud", "model": "text-embedding-3-small", **PRICE}}
    audit = stage.folder / "audit.jsonl"
    weir = stage.weir(cloud=cloud, models=models, audit={"file": str(audit)}, policy={
        "cost": [{"name": "purse", "budget": {"usd": 1, "every": "month"}}, {"name": "pace", "limit": {"tokens": 30}}], "routes": [{"name": "all", "ask": ["large"]}]})

    def ask(model="embedder"):
        return httpx.post(weir.base + "/v1/embeddings", json={"model": model, "input": "hello"})
    first = ask()
    assert (first.headers["x-weir-cost-usd"], first.headers["x-weir-budget-remaining-usd"]) == ("0.010000000", "0.990000000")
    assert (first.headers["x-weir-model"], first.headers["x-ratelimit-limit-tokens"]) == ("embedder", "30")
    wait_for(lambda: ask().status_code == 429, what="its tokens to be counted")
    refused = ask()
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0 < int(refused.headers["retry-after-ms"])
    answered = cloud.connections and len(cloud.requests)
    row = wait_for(lambda: (rows := spent(stage, "--by", "model")["rows"]) and rows[0]["calls"] == answered and rows[0], what="the sums")
    assert (row["model"], row["cost_usd"], row["input_tokens"]) == ("embedder", f"0.0{answered}0000000", 10 * answered)
    assert weir.metric("weir_cost_nanousd_total") == 10_000_000 * answered
    costs = [json.loads(line)["cost_nanousd"] for line in audit.read_text().splitlines()]
    assert sorted(set(costs)) == [0, 10_000_000] and sum(costs) == 10_000_000 * answered


@pytest.mark.parametrize("end", ["hung up", "no usage", "broken", "refused"])
def test_what_was_used_is_paid_whatever_its_end(stage, end):
    def script(request, wire):
        if end == "hung up":
            assert wire.wait_until_gone()
        elif end == "refused":
            wire.whole({"error": {"message": "no"}}, 400)
        else:
            wire.whole({"object": "list", "data": []} if end == "no usage" else b"<html>")
    cloud = stage.provider(script)
    weir = stage.weir(cloud=cloud, models={"embedder": {"provider": "cloud", "model": "e", **PRICE}}, policy={"routes": [{"name": "all", "ask": ["embedder"]}]})
    body = json.dumps({"model": "embedder", "input": "x" * 300}).encode()
    client = weir.connect()
    client.sendall(b"POST /v1/embeddings HTTP/1.1\r\nhost: w\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
    assert cloud.began.wait(10)
    if end != "hung up":
        assert client.recv(100)
    client.close()
    row = wait_for(lambda: (rows := spent(stage, "--by", "model")["rows"]) and rows[0], what="the sums")
    assert row["requests"] == 1 and row["calls"] == (end != "refused")
    assert (row["cost_nanousd"] >= 100_000_000) == (end != "refused") and row["cost_nanousd"] < 200_000_000


def test_making_a_conversation_shorter_there_is_paid_for_and_what_is_kept_there_is_not(stage):
    def script(request, wire):
        wire.whole({"id": "resp_1", "object": "response.compaction", "usage": {"input_tokens": 20, "output_tokens": 30, "total_tokens": 50}}
                   if request.path.endswith("compact") else {"id": "x", "usage": {"prompt_tokens": 10, "completion_tokens": 10}})
    weir = stage.weir(cloud=stage.provider(script), models={"large": {"provider": "cloud", "model": "l", **PRICE}},
                      policy={"cost": [{"name": "purse", "budget": {"usd": 1, "every": "month"}}], "routes": [{"name": "all", "ask": ["large"]}]})
    assert httpx.post(weir.base + "/v1/chat/completions/theirs", json={"metadata": {"a": "b"}}).status_code == 200, "nothing that costs"
    body = {"model": "large", "previous_response_id": "resp_677efb51"}
    answer = httpx.post(weir.base + "/v1/responses/compact", json=body)
    assert answer.status_code == 200 and answer.headers["x-weir-cost-usd"] == "0.050000000", answer.headers
    assert weir.metric("weir_cost_nanousd_total") == 50_000_000


def test_a_model_that_only_the_account_knows_has_the_lists_price(stage):
    weir = stage.weir(cloud=stage.provider(account()), policy={"cost": [{"name": "purse", "budget": {"usd": 1, "every": "month"}}], "routes": [{"name": "all", "ask": ["large"]}]})
    told = httpx.post(weir.base + "/v1/embeddings", json={"model": "text-embedding-3-large", "input": "hello"})
    assert told.status_code == 200 and told.headers["x-weir-cost-usd"] == "0.000001300"


def test_teams_share_no_account_unless_the_settings_say_so(stage):
    cloud = stage.provider(account())
    teams = {"red": {"keys": ["key-of-red"]}}
    with pytest.raises(openai.NotFoundError):
        client_of(stage.weir(cloud=cloud, teams=teams), "key-of-red").responses.retrieve("resp_1")
    assert not cloud.requests
    weir = stage.weir(cloud=cloud, teams=teams, store={"account": "cloud"}, name="second", state=str(stage.folder / "second"))
    assert client_of(weir, "key-of-red").responses.retrieve("resp_1").id == "x"
    with pytest.raises(openai.AuthenticationError):
        client_of(weir, "nobody").responses.retrieve("resp_1")


@pytest.mark.parametrize("narrowed", [{"routes": ["near"]}, {"models": ["small"]}, {"zones": ["local"]}, {"reach": "local"}])
def test_a_key_that_is_narrowed_does_not_reach_it(stage, narrowed):
    """Its routes lead elsewhere, and the account knows models that no route asks."""
    cloud = stage.provider(account())
    routes = {"routes": [{"name": "near", "ask": ["small"]}]}
    weir = stage.weir(cloud=cloud, local=stage.provider(says("no")), policy=routes, store={"account": "cloud"},
                      teams={"red": {"keys": [{"key": "key-of-red", **narrowed}, "key-of-all"]}})

    def ask(method, path, key, **more):
        return httpx.request(method, weir.base + "/v1" + path, headers={"authorization": f"Bearer {key}"}, **more).status_code
    asked = [("GET", "/models/ft:theirs", {}), ("DELETE", "/models/ft:theirs", {}), ("GET", "/responses/resp_1", {}),
             ("POST", "/embeddings", {"json": {"model": "theirs", "input": "x"}}), ("POST", "/moderations", {"json": {"input": "x"}}),
             ("POST", "/responses/input_tokens", {"json": {"input": "x", "previous_response_id": "resp_1"}})]
    assert [ask(method, path, "key-of-red", **more) for method, path, more in asked] == [403] * 6 and not cloud.requests
    assert [ask(method, path, "key-of-all", **more) for method, path, more in asked] == [200] * 6


@pytest.mark.parametrize("answer, status, told, code", [
    ({"error": {"message": "secret words"}}, 404, 404, "not_found"), ({"error": {"message": "secret words"}}, 500, 502, "provider_error"),
    ({"error": {"message": "secret words"}}, 400, 400, "invalid_request"), ([1], 200, 502, "provider_broken_answer"), (b"<html>", 200, 502, "provider_broken_answer")])
def test_its_errors_are_told_and_not_quoted(stage, answer, status, told, code):
    weir = stage.weir(cloud=stage.provider(account(answer, status)))
    refused = httpx.get(weir.base + "/v1/responses/resp_1")
    assert refused.status_code == told and refused.json()["error"]["code"] == code and "secret words" not in refused.text


def never_ends(request, wire):
    wire.head()
    while True:  # until Weir hangs up
        wire.chunk(b" " * 65536)


def trickles(request, wire):
    wire.head()
    while not wire.wait_until_gone(0.1):
        wire.chunk(b" ")


@pytest.mark.parametrize("script, code", [(never_ends, "provider_broken_answer"), (trickles, "provider_timeout")])
def test_an_answer_without_an_end_is_not_waited_for(stage, script, code):
    cloud = stage.provider(script)
    weir = stage.weir(cloud={"url": cloud.url(), "progress": "500ms"}, limits={"answer": "1m"})
    refused = httpx.get(weir.base + "/v1/responses/resp_1", timeout=20)
    assert refused.json()["error"]["code"] == code and cloud.left.wait(5)


def test_whoever_keeps_failing_is_left_alone_here_too(stage):
    """What visits to an account find out spares chats the same, and the other way round."""
    cloud = stage.provider(fails(500))
    weir = stage.weir(cloud={"url": cloud.url(), "breaker": {"failures": 2, "rest": "2s"}})
    told = [httpx.get(weir.base + "/v1/responses/resp_1").json()["error"]["code"] for _ in range(3)]
    assert told == ["provider_error", "provider_error", "provider_unavailable"]
    assert weir.chat("hello").error["code"] == "provider_unavailable" and len(cloud.requests) == 2
    cloud.script = account()
    wait_for(lambda: httpx.get(weir.base + "/v1/responses/resp_1").status_code == 200, what="the trial to go well")
    cloud.script = says("hello")
    assert weir.chat("hello").text == "hello"


def test_a_client_that_hangs_up_ends_the_asking(stage):
    def script(request, wire):
        assert wire.wait_until_gone()
    cloud = stage.provider(script)
    weir = stage.weir(cloud=cloud)
    for path in ("/v1/responses/resp_1", "/v1/models/theirs"):
        client = weir.connect()
        client.sendall(f"GET {path} HTTP/1.1\r\nhost: weir\r\n\r\n".encode())
        assert cloud.began.wait(10)
        client.close()
        assert cloud.left.wait(10)
        cloud.began.clear(), cloud.left.clear()
    assert weir.get("/healthz").status == 200


# ---- measured, and made shorter ----


def test_input_is_counted_here(stage):
    cloud = stage.provider(echoes())
    client = client_of(stage.weir(cloud=cloud))
    first = client.responses.create(model="large", input="one two three four")
    assert client.responses.input_tokens.count(input="x" * 400).input_tokens == 100
    assert client.responses.input_tokens.count().input_tokens == 0
    more = client.responses.input_tokens.count(input="five", previous_response_id=first.id)
    assert more.input_tokens > client.responses.input_tokens.count(input="five").input_tokens + 5
    assert len(cloud.requests) == 1


@pytest.mark.skipif(not (MODEL / "model.safetensors").exists(), reason="there is no model: deploy/model fetches it")
def test_a_conversation_is_made_shorter_and_goes_on(stage):
    cloud = stage.provider(echoes())
    teams = {"red": {"keys": ["key-of-red"]}, "blue": {"keys": ["key-of-blue"]}}
    client = client_of(stage.weir(cloud=cloud, slm={"model": str(MODEL)}, policy=MASK, teams=teams, limits={"inspect": "60s"}), "key-of-red")
    long = "Rome was founded by Romulus. The soup was cold. A cat sat there. The Tiber flows through Rome. It rained. We had tea. The bus was late. " * 3
    asked = [{"role": "user", "content": "Tell me of Rome."}, {"role": "assistant", "content": long + MAIL}, {"role": "user", "content": "What river is in Rome?"}]
    compacted = client.responses.compact(model="large", input=asked)
    assert compacted.object == "response.compaction" and [item.type for item in compacted.output] == ["message", "message", "compaction"]
    assert compacted.usage.output_tokens < compacted.usage.input_tokens and not cloud.requests

    items = [item.model_dump(exclude_none=True) for item in compacted.output]
    client.responses.create(model="large", input=[*items, {"role": "user", "content": "Go on."}])
    told = cloud.requests[0].json["messages"]
    assert [message["role"] for message in told] == ["user", "user", "assistant", "user"]
    assert "Tiber" in told[2]["content"] and len(told[2]["content"]) < len(long) / 2 and MAIL not in cloud.requests[0].body.decode()
    for wrong in ({**items[-1], "encrypted_content": items[-1]["encrypted_content"][:-8] + "AAAAAAA="}, {"type": "compaction", "id": "x", "encrypted_content": "?"}):
        with pytest.raises(openai.BadRequestError):
            client.responses.create(model="large", input=[wrong])
    with pytest.raises(openai.BadRequestError):  # another team's key opens nothing
        client_of(type("At", (), {"base": str(client.base_url).removesuffix("/v1/")}), "key-of-blue").responses.create(model="large", input=items)
