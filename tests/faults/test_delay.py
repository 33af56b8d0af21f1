"""Answers that come later."""

import threading

import httpx2
import pytest

HOUR = {"match": "GET /v2/agents", "delay": "1h"}


def test_an_answer_is_held_until_the_clock_has_moved(api, sim, advance, simulation):
    """Whoever moves the clock on lets the answer go."""
    sim.post("/faults", json=HOUR)
    answers = []
    caller = threading.Thread(target=lambda: answers.append(api.get("/agents", timeout=60)))
    caller.start()
    while not simulation().journal:
        sim.get("/health")
    advance("1h")
    caller.join()
    assert answers[0].status_code == 200


def test_a_caller_who_waits_less_gives_up(api, sim):
    """A client's timeout is a real one; the clock stands still meanwhile. The work is done."""
    sim.post("/faults", json={**HOUR, "match": "POST /v2/agents"})
    with pytest.raises(httpx2.ReadTimeout):
        api.post("/agents", json={"name": "Concierge"}, timeout=0.05)
    assert len(api.get("/agents").json()["data"]) == 1


@pytest.mark.parametrize(("mode", "speed"), [("frozen", 1), ("real", 3_600_000)])
def test_nobody_waits_longer_than_it_really_takes(api, sim, mode, speed):
    """What is short in real time is over without anybody moving the clock."""
    sim.put("/clock", json={"mode": mode, "speed": min(speed, 1_000_000)})
    delay = "1ms" if mode == "frozen" else "1s"
    sim.post("/faults", json={**HOUR, "delay": delay})
    assert api.get("/agents").status_code == 200
