"""The bounds of what a body may have: the last value is taken, and the next one is refused."""

import pytest


def fault(**given):
    return {"match": "GET /v2/agents", **given}


def answer(**given):
    return fault(status=200, **given)


def script(step):
    return {"task_run": ["running", step, "running", "completed"]}


def prompt(attempts):
    return script({"interaction_required": {"accept": {"code": "1"}, "attempts": attempts}})


def rate_limit(requests):
    return {"rate_limit": {"requests": requests}}


def rule(glob):
    return {"rules": [{"when": {"username": glob}, "scenario": "success"}]}


FAULTS, WORLD = ("POST", "/_sim/faults"), ("PATCH", "/_sim/world")
SCENARIO, CLOCK = ("PUT", "/_sim/scenarios/x"), ("PUT", "/_sim/clock")
SEED = {
    "agents": [{"id": "agt_1", "name": "Concierge"}],
    "sources": [{"id": "src_1", "type": "website", "website": {"url": "https://a.example"}}],
}
BOUNDS = {
    "body of a fault": (FAULTS, lambda n: answer(body="x" * n), 1024 * 1024),
    "pattern": (FAULTS, lambda n: fault(match=f"/v2/**{'x' * (n - 6)}", reset=True), 500),
    "stars of a pattern": (FAULTS, lambda n: fault(match=f"/v2/{'**' * n}", reset=True), 10),
    "event": (FAULTS, lambda n: {"event": "*" * n, "drop": True}, 200),
    "held event": (("POST", "/_sim/holds"), lambda n: {"event": "x" * n}, 200),
    "value of a header": (FAULTS, lambda n: answer(headers={"X": "x" * n}), 8000),
    "headers": (FAULTS, lambda n: answer(headers={f"X-{i}": "x" for i in range(n)}), 50),
    "content type": (FAULTS, lambda n: answer(content_type="x" * n), 200),
    "Retry-After": (FAULTS, lambda n: answer(retry_after=n), 86_400),
    "times": (FAULTS, lambda n: fault(reset=True, times=n), 1_000_000),
    "after": (FAULTS, lambda n: fault(reset=True, after=n), 1_000_000),
    "message": (FAULTS, lambda n: fault(error="api/api_error", message="x" * n), 10_000),
    "field": (FAULTS, lambda n: fault(error="api/api_error", field="x" * n), 200),
    "kept headers": (WORLD, lambda n: {"keep_headers": [f"x{i}" for i in range(n)]}, 50),
    "name of a kept header": (WORLD, lambda n: {"keep_headers": ["x" * n]}, 100),
    "status of a webhook": (FAULTS, lambda n: {"event": "*", "status": n}, 599),
    "kept calls": (WORLD, lambda n: {"keep_calls": n}, 1_000_000_000),
    "requests": (WORLD, rate_limit, 1_000_000),
    "timeout cap": (WORLD, lambda n: {"timeout_cap": n}, 1_000_000_000),
    "speed": (CLOCK, lambda n: {"mode": "real", "speed": n}, 1_000_000),
    "attempts": (SCENARIO, prompt, 1000),
    "glob": (("PUT", "/_sim/rules"), lambda n: rule("*" * n), 1000),
    "weight": (SCENARIO, lambda n: {"mix": {"success": n, "source_down": 1}}, 1000),
    "id of a seeded resource": (
        ("POST", "/_sim/seed"),
        lambda n: {"resources": {"agents": [{"id": "x" * n, "name": "x"}]}},
        255,
    ),
    "timeout": (
        ("POST", "/v2/tasks"),
        lambda n: {"name": "x", "agent_id": "agt_1", "settings": {"timeout_seconds": n}},
        31_536_000,
    ),
}
BOUNDS_OF_CREDENTIALS = {
    "source fields": (
        ("POST", "/v2/credentials"),
        lambda n: {
            "source_id": "src_1",
            "auth_credentials": {"source_fields": {f"x{i}": "x" for i in range(n)}},
        },
        10,
    ),
    "id of a task": (
        ("POST", "/v2/tasks"),
        lambda n: {"id": f"task_{'x' * (n - 5)}", "name": "x", "agent_id": "agt_1"},
        255,
    ),
}
EDITIONS = {"connections": BOUNDS, "credentials": BOUNDS_OF_CREDENTIALS}


@pytest.mark.parametrize(
    ("edition", "bound"), [(name, bound) for name, bounds in EDITIONS.items() for bound in bounds]
)
def test_a_bound_is_taken_and_what_is_beyond_is_refused(server, api, sim, edition, bound):
    """A double, a half or an off-by-one of the bound fails."""
    (method, path), body, most = EDITIONS[edition][bound]
    sim.post("/reset", json={"edition": edition})
    sim.post("/seed", json={"resources": SEED})
    taken, refused = (api.request(method, server.url + path, json=body(most + i)) for i in (0, 1))
    assert taken.is_success, taken.text
    assert refused.status_code == 400


LEAST = {
    "content type": (FAULTS, lambda n: answer(content_type="x" * n), 1),
    "Retry-After": (FAULTS, lambda n: answer(retry_after=n), 0),
    "message": (FAULTS, lambda n: fault(error="api/api_error", message="x" * n), 1),
    "field": (FAULTS, lambda n: fault(error="api/api_error", field="x" * n), 1),
    "times": (FAULTS, lambda n: fault(reset=True, times=n), 1),
    "every": (FAULTS, lambda n: fault(reset=True, every=n), 1),
    "status of a webhook": (FAULTS, lambda n: {"event": "*", "status": n}, 300),
    "requests": (WORLD, rate_limit, 1),
    "thousandths of a speed": (CLOCK, lambda n: {"mode": "real", "speed": n / 1000}, 1),
    "queued scenarios": (
        ("POST", "/_sim/queue"),
        lambda n: {"resource": "task_run", "scenarios": ["success"] * n},
        1,
    ),
    "attempts": (SCENARIO, prompt, 1),
    "type of an event": (SCENARIO, lambda n: script({"event": "x" * n}), 1),
    "name of a file": (SCENARIO, lambda n: script({"file": "x" * n}), 1),
    "type of a prompt": (
        SCENARIO,
        lambda n: script({"interaction_required": {"type": "x" * n, "fields": [{"name": "a"}]}}),
        1,
    ),
    "name of a field": (
        SCENARIO,
        lambda n: script({"interaction_required": {"type": "x", "fields": [{"name": "x" * n}]}}),
        1,
    ),
}


@pytest.mark.parametrize("bound", LEAST)
def test_a_least_value_is_taken_and_what_is_below_is_refused(server, api, bound):
    """A text of no characters, for example."""
    (method, path), body, least = LEAST[bound]
    taken, refused = (
        api.request(method, server.url + path, json=body(least - less)) for less in (0, 1)
    )
    assert (taken.is_success, refused.status_code) == (True, 400)


def test_a_number_has_at_most_a_thousand_digits(api):
    """Python itself would refuse 4,301 with an error of its own."""
    found = [
        api.post("/agents", content=b'{"name": %s}' % (b"1" * digits)) for digits in (1000, 1001)
    ]
    assert ["1000 digits" in answered.text for answered in found] == [False, True]


SEED_CALL = ("POST", "/_sim/seed")
PROBLEMS = {
    "kinds": (SEED_CALL, lambda n: {"resources": {f"x{i}": [] for i in range(n)}}),
    "resources": (
        SEED_CALL,
        lambda n: {"resources": {"agents": [{"id": f"x{i}"} for i in range(n)]}},
    ),
    "rules": (
        ("PUT", "/_sim/rules"),
        lambda n: {"rules": [{"when": {"username": "x"}, "scenario": "x"}] * n},
    ),
}


@pytest.mark.parametrize("of", PROBLEMS)
def test_a_hundred_problems_of_a_body_are_shown(server, api, of):
    """The message in place of the others says so."""
    (method, path), body = PROBLEMS[of]
    errors = api.request(method, server.url + path, json=body(101)).json()["errors"]
    assert len(errors) == 101
    assert errors[-1]["message"] == "more problems are not shown; fix these first"
