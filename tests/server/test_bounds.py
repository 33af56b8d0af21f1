"""Bounds of the Deck API: what is taken, and what is one beyond."""

SEED = {
    "agents": [{"id": "agt_1", "name": "Concierge"}],
    "sources": [{"id": "src_1", "type": "website", "website": {"url": "https://a.example"}}],
}


def timeout(seconds):
    return {"name": "x", "agent_id": "agt_1", "settings": {"timeout_seconds": seconds}}


def source_fields(count):
    fields = {f"x{i}": "x" for i in range(count)}
    return {"source_id": "src_1", "auth_credentials": {"source_fields": fields}}


def task_id(length):
    return {"id": f"task_{'x' * (length - 5)}", "name": "x", "agent_id": "agt_1"}


BOUNDS = [
    ("connections", "/tasks", timeout, 31_536_000),
    ("credentials", "/credentials", source_fields, 10),
    ("credentials", "/tasks", task_id, 255),
]


def test_a_bound_is_taken_and_what_is_beyond_is_refused(api, sim):
    """A double, a half or an off-by-one of the bound fails."""
    found = []
    for edition, path, body, most in BOUNDS:
        sim.post("/reset", json={"edition": edition})
        sim.post("/seed", json={"resources": SEED})
        found += [api.post(path, json=body(most + i)).status_code for i in (0, 1)]
    assert found == [201, 400] * len(BOUNDS)
