"""The limits of what may be added to one world."""

import pytest

from deck_sim.server.control.room import LIMITS

FAULT, PAGE = ("POST", "/_sim/faults"), {"match": "GET /v2/agents", "status": 200}
TINY = {"task_run": ["queued", "running", "completed"]}

# Two of each are added if the limit is this.
ROOM = {
    "faults that can still fire": (lambda i: (*FAULT, PAGE), 2),
    "bytes of faults, as JSON": (lambda i: (*FAULT, {**PAGE, "body": "x" * 1000}), 2500),
    "holds": (lambda i: ("POST", "/_sim/holds", {"call": "GET /v2/agents"}), 2),
    "queued scenarios of a kind": (
        lambda i: ("POST", "/_sim/queue", {"resource": "task_run", "scenarios": ["success"]}),
        2,
    ),
    "added scenarios": (lambda i: ("PUT", f"/_sim/scenarios/x{i}", TINY), 2),
    "bytes of added scenarios, as JSON": (
        lambda i: ("PUT", f"/_sim/scenarios/x{i}", {"summary": "x" * 1000, **TINY}),
        2500,
    ),
}


def test_every_limit_of_what_a_world_has_is_tested():
    assert ROOM.keys() == LIMITS.keys()


@pytest.mark.parametrize("what", ROOM)
def test_a_world_has_a_limit_for_all_that_is_added(server, api, unchanged, monkeypatch, what):
    """One more is refused with the remedy, and the world stays as it is."""
    make, most = ROOM[what]
    monkeypatch.setitem(LIMITS, what, (most, "do this"))
    calls = [make(i) for i in range(3)]
    taken = [api.request(m, server.url + path, json=body) for m, path, body in calls[:2]]
    assert all(answered.is_success for answered in taken)
    method, path, body = calls[2]
    with unchanged():
        refused = api.request(method, server.url + path, json=body)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["code"]) == (400, "input_invalid")
    assert error["message"].startswith("this world would have ")
    assert error["message"].endswith(f" {what}; the most is {most:,}; do this")


def test_a_scenario_can_be_replaced_at_the_limit(sim, monkeypatch):
    monkeypatch.setitem(LIMITS, "added scenarios", (1, "do this"))
    assert [sim.put("/scenarios/x", json=TINY).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("end", [{"times": 1}, {"duration": "1s"}])
@pytest.mark.parametrize("what", [what for what in ROOM if "faults" in what])
def test_faults_that_can_fire_no_more_make_room(sim, api, advance, monkeypatch, what, end):
    """They are kept until the room is needed, as `GET /_sim/faults` shows how often each fired."""
    make, most = ROOM[what]
    monkeypatch.setitem(LIMITS, what, (most, ""))
    *_, body = make(0)
    first, second = (sim.post("/faults", json={**body, **end}).json()["id"] for _ in range(2))
    api.get("/agents")
    advance("2s")
    api.get("/agents")
    assert [fault["id"] for fault in sim.get("/faults").json()["data"]] == [first, second]
    third = sim.post("/faults", json=body).json()["id"]
    assert [fault["id"] for fault in sim.get("/faults").json()["data"]] == [third]
