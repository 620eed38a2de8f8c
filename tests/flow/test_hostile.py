"""Clients and providers that mean harm, or behave as if: Weir stays up, holds what it promised, and forgets nothing and nobody."""
import socket
import struct
import time

from actors.scripted import says, stalls
from actors.weir import wait_for

LOOKS = {"privacy": [{"name": "addresses", "when": {"pii": ["email", "phone"]}, "redact": "placeholder"}],
         "routes": [{"name": "all", "ask": ["large"]}]}


def reset(client):
    """Hangs up as a process that was killed does."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def is_idle(weir):
    return weir.metric("weir_requests_running") == 0


def test_what_an_slm_thread_reads_outlives_the_client(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")), policy=LOOKS)
    prompt = "Write to ann@example.org or call +49 30 1234567, and then to someone else. " * 20000
    for turn in range(10):
        client = weir.send_chat(prompt)
        time.sleep(0.02 * turn)
        reset(client)
    wait_for(lambda: weir.metric("weir_clients_gone_total") > 0 and is_idle(weir), 30, "the last request to end")
    assert weir.chat("hello").text == "yes"


def test_requests_in_hand_are_counted_over_all_loops(stage):
    cloud = stage.provider(stalls)
    weir = stage.weir(cloud=cloud, loops=4)
    clients = [weir.send_chat("hello") for _ in range(12)]
    wait_for(lambda: len(cloud.requests) == 12, what="the requests")
    assert all(weir.metric("weir_requests_running") == 12 for _ in range(8)), "whichever loop is asked"
    for client in clients:
        client.close()
    wait_for(lambda: is_idle(weir), what="the requests to end")
