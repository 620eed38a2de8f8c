"""HTTP's own manners: zipped requests, browsers' pages, HEAD and OPTIONS, clients that wait to be asked for their body."""
import gzip
import json
import zlib

import httpx
import pytest

from actors.scripted import says

PAGE = "https://app.example.org"
BODY = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "hello " * 500}]}).encode()


@pytest.mark.parametrize("coding, zip", [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)])
def test_a_zipped_request_is_what_it_was(stage, coding, zip):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud)
    answer = weir.post(zip(BODY), headers={"content-encoding": coding})
    assert answer.text == "yes"
    assert cloud.requests[0].json["messages"][0]["content"] == "hello " * 500


def test_a_zipped_request_that_cannot_be_read_is_refused(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, limits={"body": "64k"})
    unknown = weir.post(BODY, headers={"content-encoding": "br"})
    assert (unknown.status, unknown.error["code"]) == (415, "unsupported_encoding")
    assert unknown.headers["accept-encoding"] == "gzip, deflate"
    cut = weir.post(gzip.compress(BODY)[:-9], headers={"content-encoding": "gzip"})
    assert cut.status == 400 and "ends too early" in cut.error["message"]
    bomb = weir.post(gzip.compress(bytes(10 << 20)), headers={"content-encoding": "gzip"})
    assert bomb.status == 413
    assert not cloud.requests
    assert weir.post(gzip.compress(BODY), headers={"content-encoding": "gzip"}).text == "yes"


def test_what_is_refused_early_is_told_in_the_clients_shape_and_to_pages_too(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")), limits={"body": "1k"}, cors={"origins": [PAGE]})
    large = {"content": b"x" * 2000, "headers": {"origin": PAGE}}
    for path, told in (("/v1/chat/completions", lambda body: body["error"]["code"] == "request_too_large"),
                       ("/v1/messages", lambda body: body["type"] == "error" and body["error"]["type"] == "request_too_large"),
                       ("/api/chat", lambda body: "at most 1024" in body["error"])):
        refused = httpx.post(weir.base + path, **large)
        assert refused.status_code == 413 and told(refused.json()), refused.text
        assert refused.headers["access-control-allow-origin"] == PAGE
    assert httpx.post(weir.base + "/api/chat", content=b"x" * 500, headers={"content-encoding": "br"}).json()["error"].startswith("the body's Content-Encoding")


def options(weir, path, **headers):
    return httpx.options(weir.base + path, headers=headers, timeout=20)


def test_a_page_of_ours_may_ask(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")), cors={"origins": [PAGE]})
    asked = options(weir, "/v1/completions", **{"origin": PAGE, "access-control-request-method": "POST",
                                                    "access-control-request-headers": "authorization, content-type"})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == PAGE
    assert asked.headers["access-control-allow-methods"] == "POST"
    assert asked.headers["access-control-allow-headers"] == "authorization, content-type"
    answer = weir.post(BODY, headers={"origin": PAGE})
    assert answer.text == "yes"
    assert answer.headers["access-control-allow-origin"] == PAGE and answer.headers["access-control-expose-headers"] == "*"
    assert weir.post(b"{", headers={"origin": PAGE}).headers["access-control-allow-origin"] == PAGE, "a refusal may be read too"


def test_another_page_may_not(stage):
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud, cors={"origins": [PAGE]})
    for origin in ("https://evil.example.org", PAGE + ".evil.example.org", "null"):
        asked = options(weir, "/v1/chat/completions", **{"origin": origin, "access-control-request-method": "POST"})
        assert not any(name.startswith("access-control") for name in asked.headers), origin
        asked = weir.post(BODY, headers={"origin": origin, "content-type": "text/plain"})  # asks for no leave in a browser
        assert "access-control-allow-origin" not in asked.headers
        assert (asked.status, asked.error["code"]) == (403, "not_allowed")
    quiet = stage.weir(name="quiet", cloud=cloud)
    asked = quiet.post(BODY, headers={"origin": PAGE})
    assert "access-control-allow-origin" not in asked.headers and asked.status == 403
    assert not cloud.requests, "what cannot be read may not be spent either"
    assert quiet.post(BODY, headers={"origin": quiet.base}).text == "yes", "whoever is at our own address"


def test_a_name_that_is_made_to_lead_here_does_not(stage):
    """DNS rebinding: a page is of the same origin as whatever its name means now, and needs no leave."""
    cloud = stage.provider(says("yes"))
    weir = stage.weir(cloud=cloud)
    for host in ("evil.example.org", "evil.example.org:8080", "127.0.0.1.evil.example.org", "localhost.evil.example.org", "xlocalhost.", "a.xlocalhost"):
        status = 403 if "." in host.rstrip(".") else 200
        assert weir.post(BODY, headers={"host": host}).status == status, host
        assert httpx.get(weir.base + "/metrics", headers={"host": host}).status_code == status, host
    for host in ("localhost", "LocalHost:80", "a.localhost", "127.0.0.1", "[::1]:8080", "weir", "host.docker.internal:8080"):
        assert weir.post(BODY, headers={"host": host}).text == "yes", host
    ours = stage.weir(name="ours", cloud=cloud, cors={"origins": ["https://weir.example.org:8443"]})
    assert ours.post(BODY, headers={"host": "weir.example.org"}).text == "yes"
    asked = len(cloud.requests)
    assert ours.post(BODY, headers={"host": "evil.example.org"}).status == 403 and len(cloud.requests) == asked


def test_who_has_a_key_may_come_by_any_name(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")), teams={"red": {"keys": ["key-of-red"]}})
    assert weir.post(BODY, key="key-of-red", headers={"host": "weir.example.org", "origin": PAGE}).text == "yes"


def test_a_list_of_names_that_is_none_is_not_said_back(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")), cors={"origins": ["*"]})
    asked = options(weir, "/v1/models", **{"origin": PAGE, "access-control-request-method": "GET",
                                          "access-control-request-headers": "x-a: b"})
    assert asked.headers["access-control-allow-origin"] == PAGE and "access-control-allow-headers" not in asked.headers


def test_options_and_head(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")))
    assert options(weir, "/v1/completions").headers["allow"] == "POST, OPTIONS"
    assert options(weir, "/v1/models").headers["allow"] == "GET, HEAD, OPTIONS"
    assert options(weir, "/v1/nothing").status_code == 404
    got = httpx.get(weir.base + "/v1/models")
    head = httpx.head(weir.base + "/v1/models")
    assert head.status_code == 200 and head.content == b"" and head.headers["content-length"] == str(len(got.content))
    assert httpx.head(weir.base + "/v1/completions").status_code == 405


def test_who_waits_to_be_asked_is_asked(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")))
    with weir.connect() as client:
        client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\nexpect: 100-continue\r\ncontent-length: %d\r\n\r\n" % len(BODY))
        assert client.recv(200).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        client.sendall(BODY)
        assert client.recv(2000).startswith(b"HTTP/1.1 200 OK\r\n")
