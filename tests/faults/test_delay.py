import socket
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

HOUR = {"match": "POST /v2/agents", "delay": "1h", "times": 1}
REAL = {**HOUR, "delay": {"for": "1h", "wait": "real"}}
AGENT = {"name": "Concierge"}


@pytest.fixture
def lines(sim):
    def lines():
        entries = sim.get("/timeline").json()["data"]
        return [entry["what"] for entry in entries if entry["kind"] == "call"]

    return lines


@pytest.mark.parametrize("mode", ["frozen", "on_poll"])
def test_a_clock_that_stands_still_is_not_waited_for(api, sim, lines, mode):
    sim.put("/clock", json={"mode": mode})
    sim.post("/faults", json={"match": "POST /v2/agents", "delay": "1h"})
    assert api.post("/agents", json=AGENT).headers.get_list("deck-sim-fault") == ["delay"]
    assert sim.get("/requests").json()["data"][-1]["fault"] == "delay"
    call, note = lines()
    assert call == "POST /v2/agents -> 201 (fault: delay)"
    assert note == (
        f"answered at once, not 1h later: the clock is `{mode}`;"
        " `delay: {for: 1h, wait: real}` waits in real time"
    )


def test_a_real_clock_is_waited_for_at_its_speed(api, sim, lines):
    """An hour is a few milliseconds, and the world's clock shows it."""
    sim.put("/clock", json={"mode": "real", "speed": 1_000_000})
    sim.post("/faults", json=HOUR)
    before = sim.get("/clock").json()["now"]
    assert api.post("/agents", json=AGENT).status_code == 201
    assert sim.get("/clock").json()["now"] > before
    assert lines()[-1] == "POST /v2/agents -> 201 (fault: delay)"


def test_an_advance_of_a_real_clock_ends_a_delay(api, sim, advance, simulation):
    sim.put("/clock", json={"mode": "real"})
    sim.post("/faults", json=HOUR)
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(api.post, "/agents", json=AGENT, timeout=60)
        while not simulation().journal:
            sim.get("/health")
        advance("1h")
        assert answer.result().status_code == 201


def test_an_advance_does_not_end_a_wait_in_real_time(server, sim, key, advance):
    sim.post("/faults", json=REAL)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        lines = ("POST /v2/agents HTTP/1.1", "Host: localhost", f"Authorization: Bearer {key}")
        client.sendall("\r\n".join([*lines, "Content-Length: 15", "", '{"name": "Ada"}']).encode())
        advance("1h")
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.recv(1000)


def test_a_client_gives_up_on_a_delay_in_real_time(api, sim, lines):
    """Whatever the clock is; the work is done, and the journal says who left."""
    sim.post("/faults", json=REAL)
    with pytest.raises(httpx2.ReadTimeout):
        api.post("/agents", json=AGENT, timeout=0.05)
    while not (call := sim.get("/requests").json()["data"][-1])["unanswered"]:
        pass
    assert (call["status"], call["unanswered"]) == (201, "its client gave up")
    assert call["answered"] == {}
    assert sim.get(f"/requests/{call['request_id']}").json()["response"] is None
    assert lines()[-1] == "POST /v2/agents -> 201 (fault: delay) (its client gave up)"
    assert len(api.get("/agents").json()["data"]) == 1


def test_a_delay_in_real_time_ends(api, sim):
    sim.post("/faults", json={**REAL, "delay": {"for": "1ms", "wait": "real"}})
    assert api.post("/agents", json=AGENT).status_code == 201
    assert sim.get("/faults").json()["data"][0]["delay"] == {"for": "1ms", "wait": "real"}
