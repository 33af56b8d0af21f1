"""Delayed responses."""

import threading

import httpx2
import pytest

HOUR = {"match": "GET /v2/agents", "delay": "1h"}


def test_a_delayed_response_waits_for_the_clock(api, sim, advance, simulation):
    """An advance releases it."""
    sim.post("/faults", json=HOUR)
    answers = []
    caller = threading.Thread(target=lambda: answers.append(api.get("/agents", timeout=60)))
    caller.start()
    while not simulation().journal:
        sim.get("/health")
    advance("1h")
    caller.join()
    assert answers[0].status_code == 200


def test_a_client_times_out_before_a_delayed_response(api, sim):
    """The clock stands still, and the work is done."""
    sim.post("/faults", json={**HOUR, "match": "POST /v2/agents"})
    with pytest.raises(httpx2.ReadTimeout):
        api.post("/agents", json={"name": "Concierge"}, timeout=0.05)
    assert len(api.get("/agents").json()["data"]) == 1


@pytest.mark.parametrize(("mode", "speed"), [("frozen", 1), ("real", 3_600_000)])
def test_a_delay_takes_no_longer_than_in_real_time(api, sim, mode, speed):
    """A short delay ends without an advance."""
    sim.put("/clock", json={"mode": mode, "speed": min(speed, 1_000_000)})
    delay = "1ms" if mode == "frozen" else "1s"
    sim.post("/faults", json={**HOUR, "delay": delay})
    assert api.get("/agents").status_code == 200
