import pytest

BROKEN = "{{ input.nights + 1 }}"


@pytest.fixture
def put(put):
    """Put a scenario into the world, in which every `{}` is an expression that fails."""
    return lambda body: put(body.replace("{}", BROKEN))


@pytest.fixture
def script_errors(sim):
    return lambda: sim.get("/world").json()["script_errors"]


@pytest.fixture
def open_broken(api, connection):
    body = {"source_id": connection["source_id"], "auth_method": "none"}
    headers = {"Deck-Sim-Scenario": "story"}
    return lambda: api.post("/connections", json=body, headers=headers).json()


STEPS = [
    ("[running, event: 'x{}', completed]", "[1]"),
    ("[running, file: '{}', completed]", "[1]"),
    ("[running, completed: {output: {nights: '{}'}}]", "[1]"),
    ("[failed: {error: task/timeout, message: '{}'}]", "[0]"),
    ("[running, interaction_required: {message: '{}'}, running, completed]", "[1]"),
]


def test_an_expression_that_fails_fails_the_run(api, put, run_task, advance, script_errors):
    for steps, place in STEPS:
        run = run_task(put(f"task_run: {steps}"))
        advance("1h")
        (error,) = api.get(f"/task-runs/{run['id']}").json()["errors"]
        assert (error["type"], error["code"]) == ("task", "task_failed")
        assert error["message"].startswith(f"scenario `story`, task_run{place}: ")
        assert "nights" in error["message"]
        assert script_errors()[-1] == f"{run['id']}: {error['message']}"


def test_a_right_answer_that_cannot_be_computed_fails_the_run(
    api, put, run_task, advance, script_errors
):
    """`accept` is computed when the answer arrives, and fails the run then."""
    put("task_run: [running, interaction_required: {accept: {code: '{}'}}, running, completed]")
    path = f"/task-runs/{run_task('story')['id']}"
    advance("1s")
    assert (api.get(path).json()["status"], script_errors()) == ("interaction_required", [])
    api.call("POST", f"{path}/interaction", {"inputs": {"code": "1"}})
    advance("1h")
    run = api.get(path).json()
    assert (run["status"], run["errors"][0]["code"]) == ("failed", "task_failed")
    assert run["interaction"] is None
    assert script_errors() == [f"{run['id']}: {run['errors'][0]['message']}"]


def test_an_expression_that_fails_makes_a_connection_invalid(
    api, put, open_broken, advance, script_errors, sim, simulation
):
    for steps in (
        "[connecting: 1s, event: 'x{}', connected]",
        "[connected: 5s, event: 'x{}', disconnected]",
        "[interaction_required, event: '{}', connected]",
    ):
        put(f"connection: {steps}")
        path = f"/connections/{open_broken()['id']}"
        advance("5s")
        if api.get(path).json()["status"] == "interaction_required":
            api.post(f"{path}/interaction", json={"inputs": {"code": "1"}})
        assert api.get(path).json()["status"] == "invalid"
        text = script_errors()[-1]
        assert text.startswith(f"{path.rpartition('/')[2]}: scenario `story`, connection[")
        assert sim.get("/events").json()["data"][-1]["type"] == "connection.invalid"
        assert simulation().world.stories == {}


def test_an_error_in_a_branch_has_the_path_of_the_file(put, run_task, advance, script_errors):
    """The path is that of `check`, at any depth of branches."""
    inner = "interaction_required: {timeout: 1s, on_timeout: [running, event: '{}']}"
    outer = f"interaction_required: {{timeout: 1s, on_timeout: [{inner}]}}"
    put(f"task_run: [running, {outer}, running, completed]")
    run = run_task("story")
    advance("1m")
    place = "task_run[1].interaction_required.on_timeout[0].interaction_required.on_timeout[1]: "
    assert script_errors()[0].startswith(f"{run['id']}: scenario `story`, {place}")
