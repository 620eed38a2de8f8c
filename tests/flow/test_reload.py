"""Settings and policies change while Weir runs; a bad file never replaces a good one."""
import json
import threading

import pytest

from actors.scripted import chunk, says
from actors.weir import wait_for

FAR = {"routes": [{"name": "far", "ask": ["large"]}]}
NEAR = {"routes": [{"name": "near", "ask": ["small"]}]}


def both(stage, **more):
    return stage.weir(local=stage.provider(says("near")), cloud=stage.provider(says("far")), **more)


@pytest.mark.threads
def test_a_policy_is_read_anew_on_a_signal(stage):
    weir = both(stage, policy=FAR)
    assert weir.chat("hello").text == "far"
    stage.write_policy(NEAR)
    weir.reload()
    wait_for(lambda: weir.chat("hello").text == "near", what="the new policy")
    assert weir.metric("weir_reloads_total") >= 1


def test_a_policy_is_read_anew_when_it_has_changed(stage):
    weir = both(stage, policy=FAR)
    stage.write_policy(NEAR)
    wait_for(lambda: weir.chat("hello").text == "near", what="the new policy")


def test_a_file_that_is_put_in_the_place_of_the_old_one_is_noticed(stage):
    """As editors and Kubernetes do: a new file is renamed over the old."""
    weir = both(stage, policy=FAR)
    stage.write("policies/new", NEAR)
    (stage.folder / "policies/new").rename(stage.folder / "policies/test.yaml")
    wait_for(lambda: weir.chat("hello").text == "near", what="the new policy")


def test_settings_are_read_anew(stage):
    far, farther = stage.provider(says("far")), stage.provider(says("farther"))
    settings = stage.settings(cloud=far)
    weir = stage.weir(settings=settings)
    settings["providers"]["cloud"]["url"] = farther.url()
    weir.settings_path.write_text(json.dumps(settings))
    weir.reload()
    wait_for(lambda: weir.chat("hello").text == "farther", what="the new settings")


def test_a_bad_policy_leaves_the_old_one_in_force_and_every_mistake_is_told(stage):
    weir = both(stage, policy=FAR)
    stage.write_policy("routes:\n  - name: near\n    ask: [smal]\n    eskalate: {}\n")
    weir.reload()
    wait_for(lambda: weir.metric("weir_reloads_refused_total") >= 1, what="the refusal")
    assert weir.chat("hello").text == "far"
    assert "test.yaml:3:" in weir.log and "test.yaml:4:" in weir.log
    assert "small" in weir.log and "escalate" in weir.log, "suggestions"

    stage.write_policy(NEAR)
    weir.reload()
    wait_for(lambda: weir.chat("hello").text == "near", what="the mended policy")


def test_bad_settings_leave_the_old_ones_in_force(stage):
    weir = both(stage, policy=FAR)
    good = weir.settings_path.read_text()
    weir.settings_path.write_text("providers: [\n")
    weir.reload()
    wait_for(lambda: weir.metric("weir_reloads_refused_total") >= 1, what="the refusal")
    assert weir.chat("hello").text == "far"
    weir.settings_path.write_text(good)


@pytest.mark.threads
def test_a_running_stream_keeps_what_it_began_with(stage):
    go_on = threading.Event()

    def slowly(request, wire):
        if not request.wants_stream:
            says("far")(request, wire)
            return
        wire.head(content_type="text/event-stream")
        wire.event(chunk({"role": "assistant", "content": "be"}))
        go_on.wait(20)
        wire.event(chunk({"content": "gun"}))
        wire.event(chunk({}, finish="stop"))
        wire.event(b"[DONE]")
        wire.last_chunk()
    cloud = stage.provider(slowly)
    weir = stage.weir(local=stage.provider(says("near")), cloud=cloud, policy=FAR)
    client = weir.send_chat("hello", stream=True)
    begun = b""
    while b"be" not in begun.partition(b"\r\n\r\n")[2]:
        begun += client.recv(65536)

    stage.write_policy(NEAR)
    weir.reload()
    wait_for(lambda: weir.chat("hello").text == "near", what="the new policy")
    go_on.set()
    while b"[DONE]" not in begun:
        data = client.recv(65536)
        assert data, "the stream must end whole"
        begun += data
    assert b"gun" in begun


def test_weir_does_not_start_with_bad_settings_and_says_where_they_are_wrong(stage):
    weir = stage.weir_unready(settings='listen: [{ address: "127.0.0.1:1" }]\nprovidrs: {}\n')
    stage.actors.remove(weir)
    assert weir.child.wait(20) != 0
    assert "weir.yaml:2:1" in weir.log and "providers" in weir.log
