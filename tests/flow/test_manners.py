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
    weir = stage.weir(cloud=stage.provider(says("yes")), cors={"origins": [PAGE]})
    for origin in ("https://evil.example.org", PAGE + ".evil.example.org", "null"):
        asked = options(weir, "/v1/chat/completions", **{"origin": origin, "access-control-request-method": "POST"})
        assert not any(name.startswith("access-control") for name in asked.headers), origin
        assert "access-control-allow-origin" not in weir.post(BODY, headers={"origin": origin}).headers
    quiet = stage.weir(name="quiet", cloud=stage.provider(says("yes")))
    assert "access-control-allow-origin" not in quiet.post(BODY, headers={"origin": PAGE}).headers


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
