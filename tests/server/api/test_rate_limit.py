import pytest


@pytest.fixture
def limit(sim):
    return lambda limit: sim.call("PATCH", "/world", {"rate_limit": limit})["rate_limit"]


@pytest.fixture
def statuses(api):
    return lambda times: [api.get("/test").status_code for _ in range(times)]


CALLS = {
    "an error": lambda api: api.get("/agents/nobody"),
    "no endpoint": lambda api: api.get("/nothing"),
    "a path outside /v2": lambda api: api.get(f"{api.base_url}".replace("/v2/", "/other")),
    "a repeat": lambda api: api.post("/agents", json={}, headers={"Idempotency-Key": "k"}),
    "a body too large": lambda api: api.post("/agents", content=b" " * (10 * 1024**2 + 1)),
}


def test_every_answered_call_counts(api, limit):
    for name, call in CALLS.items():
        limit({"requests": 2})
        refused = [call(api).status_code == 429 for _ in range(3)]
        assert refused == [False, False, True], name


def test_a_limit_can_be_changed_and_turned_off(sim, limit, statuses):
    assert limit(True) == {"requests": 200, "per": "10s", "retry_after": False}
    limit({"requests": 1})
    assert statuses(2) == [200, 429]
    assert sim.patch("/world", json={"rate_limit": None}).json()["rate_limit"]["requests"] == 1
    assert statuses(1) == [429]
    limit({"requests": 1})
    assert statuses(2) == [200, 429]
    assert limit(False) is False
    assert statuses(2) == [200, 200]
    limit(True)
    assert sim.post("/reset").json()["rate_limit"] is False
