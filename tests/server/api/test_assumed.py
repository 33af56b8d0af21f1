"""Answers that rely on assumptions: they name them, and a strict world refuses the call.

The tables have a row for every mark of the ledger, so that none is a promise only.
"""

import pytest

from deck_sim.contract.assumptions import collect_assumptions, collected_assumptions, rely_on
from deck_sim.contract.error_catalog import ApiError
from deck_sim.contract.ledger import ledger, rows_of

HEADER = "Deck-Sim-Assumed"
CONFIG = {"name": "Hook", "type": "webhook", "events": ["*"]}
HOOK = {"url": "http://127.0.0.1:9/"}


@pytest.fixture
def strict(sim):
    """Make the world strict, or not."""
    return lambda on=True: sim.patch("/world", json={"strict_fidelity": on})


@pytest.fixture
def scene(api, sim, advance):
    """Seeded resources of an edition, with ids that the tables below can name."""

    def scene(edition, *before):
        sim.post("/reset", json={"edition": edition})
        status = {"connections": "connected", "credentials": "verified"}[edition]
        resources = {
            "agents": [{"id": "agt", "name": "A"}],
            "sources": [{"id": "src", "type": "website", "website": {"url": "https://a.example"}}],
            "tasks": [{"id": "task", "name": "T", "agent_id": "agt"}],
            edition: [{"id": "login", "source_id": "src", "auth_method": "none", "status": status}],
        }
        assert sim.post("/seed", json={"resources": resources}).status_code == 200
        for step in before:
            STEPS[step](api, sim, advance)
        run = (sim.get("/task-runs").json()["data"] or [{"id": "none"}])[-1]
        return run["id"]

    return scene


def _run(api, sim, advance, scenario="success"):
    edition = sim.get("/world").json()["edition"]
    name = {"connections": "connection_id", "credentials": "credential_id"}[edition]
    headers = {"Deck-Sim-Scenario": scenario}
    answer = api.post("/tasks/task/run", json={name: "login"}, headers=headers)
    assert answer.status_code == 201, answer.text


def _create(api, *_):
    kind = "config" if api.get("/connections").status_code == 200 else "webhook"
    answer = api.post("/event-destinations", json={**CONFIG, kind: HOOK})
    assert answer.status_code == 201, answer.text


def _guess(api, sim):
    run = sim.get("/task-runs").json()["data"][-1]["id"]
    assert api.post(f"/task-runs/{run}/interaction", json=WRONG).status_code == 200


def _delete(api, sim):
    assert sim.post(
        "/seed", json={"resources": {"agents": [{"id": "new", "name": "N"}]}}
    ).is_success
    assert api.delete("/agents/new").status_code == 200


STEPS = {
    "run": _run,
    "fail": lambda api, sim, advance: (_run(api, sim, advance, "account_locked"), advance("1h")),
    "ask": lambda api, sim, advance: (_run(api, sim, advance, "mfa_then_success"), advance("1m")),
    "drop": lambda api, sim, advance: sim.post("/connections/login/drop"),
    "invalidate": lambda api, sim, advance: sim.post("/credentials/login/invalidate"),
    "destination": _create,
    "guess": lambda api, sim, advance: _guess(api, sim),
    "delete": lambda api, sim, advance: _delete(api, sim),
}
C, K = "connections", "credentials"
DESTINATION = {**CONFIG, "config": HOOK}
QUEUE = {**CONFIG, "type": "aws_sqs", "config": {"queue_url": "q"}}
WRONG = {"inputs": {"code": "000000"}}
START = "2025-01-15T09:30:00Z"

# edition, calls before, the call (RUN is the run's id), its body, its assumptions
ALLOWED = [
    (C, [], "GET /agents", None, ""),
    (C, [], "POST /tasks/task/run", {"connection_id": "login"}, ""),
    (C, [], "GET /agents/none", None, ""),
    (C, [], "GET /sources/none", None, "source_not_found_type"),
    (C, ["run"], "POST /task-runs/RUN/cancel", None, ""),
    (C, ["run"], "GET /task-runs/RUN?include=input,screenshots,x", None, ""),
    (K, [], "GET /events?type=task.created", None, ""),
    (C, [], "POST /agents", {}, "input_missing_status"),
    (C, [], "POST /tasks", {}, "input_missing_status, all_problems_at_once"),
    (
        C,
        ["ask"],
        "POST /task-runs/RUN/interaction",
        {"inputs": {"code": "123456"}},
        "answer_shows_running",
    ),
    (C, ["ask"], "POST /task-runs/RUN/interaction", {"inputs": {}}, "input_missing_status"),
    (
        C,
        [],
        "POST /event-destinations",
        DESTINATION,
        "destination_active_at_once, secret_shown_at_creation",
    ),
    (C, ["fail"], "GET /task-runs/RUN", None, "auth_locked"),
    (C, ["fail"], "GET /task-runs", None, "auth_locked"),
    (C, ["run"], "GET /agents?include=artifacts", None, "unknown_parameters_ignored"),
    (C, [], "GET /task-runs?statuss=failed&limit=2", None, "unknown_parameters_ignored"),
    (K, [], "GET /task-runs?outcome[]=success", None, ""),
    (K, [], "GET /events?created_after=2025-01-15T09:30:00Z", None, ""),
    (C, ["ask"], "POST /task-runs/RUN/interaction", WRONG, "rejected_asks_the_same"),
    (C, ["ask", "guess", "guess"], "POST /task-runs/RUN/interaction", WRONG, "mfa_invalid"),
    (C, [], "PATCH /tasks/task", {"settings": {}}, "patch_replaces_objects"),
    (C, [], "PATCH /tasks/task", {}, "patch_replaces_objects"),
    (C, [], "PATCH /tasks/task", {"name": "U"}, ""),
    (C, [], "POST /event-destinations", QUEUE, "destination_active_at_once"),
    (K, ["run"], "POST /task-runs/RUN/cancel", None, "cancel_allowed_in_live_statuses"),
]

# The same, of calls that a strict world refuses.
REFUSED = [
    (C, [], "GET /nowhere", None, "endpoint_not_found"),
    (K, [], "POST /connections/login/reopen", None, "endpoint_not_found"),
    (C, [], "POST /agents", {"x": 1, "name": 2}, "input_invalid, all_problems_at_once"),
    (C, [], "PUT /agents", {}, "method_not_allowed"),
    (C, [], "GET /agents?limit=x", None, "input_invalid"),
    (C, [], "POST /agents", None, "body_invalid"),
    (C, ["drop"], "POST /tasks/task/run", {"connection_id": "login"}, "state_invalid"),
    (C, [], "POST /connections", {"source_id": "src", "auth_method": "x"}, "auth_method_invalid"),
    (C, ["drop"], "POST /connections/login/reopen", None, "reopen_path"),
    (C, [], "POST /connections/login/reopen", None, "reopen_path, state_invalid"),
    (C, [], "POST /connections/login/terminate", None, "terminate_path"),
    (
        C,
        ["drop"],
        "POST /connections/login/terminate",
        None,
        "terminate_path, terminate_in_any_status",
    ),
    (C, [], "POST /connections/none/interaction", {"inputs": {}}, "connection_interaction_path"),
    (C, ["run"], "POST /connections/login/disconnect", None, "runs_end_with_connection"),
    (C, ["ask"], "POST /task-runs/RUN/cancel", None, "state_invalid"),
    (K, ["ask"], "POST /task-runs/RUN/cancel", None, "cancel_while_asking"),
    (
        K,
        ["invalidate"],
        "POST /tasks/task/run",
        {"credential_id": "login"},
        "invalid_credential_runs",
    ),
    (K, ["run"], "DELETE /credentials/login", None, "runs_end_with_credential"),
    (C, ["run"], "GET /task-runs/RUN?include=artifacts", None, "artifacts_are_screenshots"),
    (C, [], "GET /task-runs?include=artifacts", None, "artifacts_are_screenshots"),
    (C, [], "DELETE /agents/agt", None, "delete_leaves_dependants"),
    (C, ["delete"], "GET /agents/new", None, "deleted_is_not_found"),
    (C, ["delete"], "POST /tasks", {"name": "T", "agent_id": "new"}, "deleted_is_not_found"),
    (K, [], "GET /sessions?status=idle", None, "sessions_calls, session_filters"),
    (K, [], "GET /sessions", None, "sessions_calls"),
    (K, [], "GET /credentials?status=invalid", None, "credential_filters"),
    (
        C,
        ["fail"],
        "GET /events?type=task_run.failed",
        None,
        "events_calls_in_connections, auth_locked",
    ),
    (C, [], "GET /event-types", None, "event_types_call, event_type_shape"),
    (C, [], "GET /event-destinations?type[]=webhook", None, "event_destination_filters"),
    (C, [], f"GET /agents?created_after={START}", None, "moments_filter_every_list"),
    (C, [], f"GET /connections?created_before={START}", None, "moments_filter_connections"),
    (K, [], f"GET /credentials?created_before={START}", None, "moments_filter_logins"),
]


def _call(api, call, body, run, **headers):
    method, _, path = call.partition(" ")
    more = {} if body is None else {"json": body}
    return api.request(method, path.replace("RUN", run), headers=headers, **more)


@pytest.mark.parametrize(("edition", "before", "call", "body", "names"), [*ALLOWED, *REFUSED])
def test_an_answer_names_its_assumptions(api, sim, scene, edition, before, call, body, names):
    answer = _call(api, call, body, scene(edition, *before))
    assert answer.headers.get(HEADER, "") == names
    assert answer.status_code != 501
    assert ", ".join(sim.get("/requests").json()["data"][-1]["assumed"]) == names


@pytest.mark.parametrize(("edition", "before", "call", "body", "names"), REFUSED)
def test_a_strict_world_refuses_assumptions_and_does_not_change(
    api, scene, strict, unchanged, edition, before, call, body, names
):
    run = scene(edition, *before)
    strict()
    with unchanged():
        answer = _call(api, call, body, run)
    assert answer.status_code == 501
    assert answer.headers[HEADER].split(", ")[0] == names.split(", ")[0]
    error = answer.json()["errors"][0]
    assert (error["type"], error["code"]) == ("deck_sim", "assumption_refused")
    assert f"`{names.split(', ')[0]}`" in error["message"]


@pytest.mark.parametrize(("edition", "before", "call", "body", "names"), ALLOWED)
def test_a_strict_world_allows_assumed_details(
    api, scene, strict, edition, before, call, body, names
):
    run = scene(edition, *before)
    strict()
    answer = _call(api, call, body, run)
    assert answer.status_code != 501
    assert answer.headers.get(HEADER, "") == names


# What a PATCH of a destination rests on, which replaces one object and adds to the other.
PATCHES = {(C, "config"): "patch_replaces_objects", (K, "webhook"): "destination_object_merges"}


@pytest.mark.parametrize(("edition", "part"), PATCHES)
def test_patching_the_settings_of_a_destination_is_assumed(api, scene, edition, part):
    """One edition replaces the object, the other merges it; changing the name assumes nothing."""
    scene(edition, "destination")
    path = f"/event-destinations/{api.get('/event-destinations').json()['data'][0]['id']}"
    found = [
        api.patch(path, json=body).headers.get(HEADER) for body in ({part: HOOK}, {"name": "N"})
    ]
    assert found == [PATCHES[edition, part], None]


# What a call with an idempotency key rests on: its edition, the call and the key.
KEYS = {
    (C, "PATCH /tasks/task", "k"): "idempotency_key_ignored",
    (K, "GET /agents", "k"): "idempotency_key_ignored",
    (K, "PATCH /tasks/task", ""): "idempotency_key_empty",
}


@pytest.mark.parametrize(("edition", "call", "sent"), KEYS)
def test_ignored_and_empty_keys_are_assumed(api, scene, strict, edition, call, sent):
    """Ignoring a key is assumed; a strict world allows the refusal of an empty key."""
    run = scene(edition)
    strict()
    answer = _call(api, call, {"name": "U"}, run, **{"Idempotency-Key": sent})
    assert answer.headers[HEADER] == KEYS[edition, call, sent]
    assert answer.status_code == (200 if sent else 501)


def test_every_marked_row_of_the_ledger_has_a_case():
    """Each row that promises a header has a case here, errors of scripts excepted."""
    met = {name for row in [*ALLOWED, *REFUSED] for name in row[4].split(", ")}
    errors = {row.name for row in rows_of() if row.topic == "Errors"}
    below = {*PATCHES.values(), *KEYS.values()}
    below |= {"secret_rotates", "head_like_get", "idempotency_two_at_once"}
    marked = {row.name for row in ledger().values() if row.mark != "none"}
    assert marked - errors - met == below - met, "a new row needs a line in TOLD or REFUSED"


def test_rotating_a_secret_is_assumed(api, scene):
    """Rotating a secret is assumed; sending the same secret does not rotate."""
    scene(C, "destination")
    made = api.get("/event-destinations").json()["data"][0]
    secret = {"credentials": {"secret": "whsec_" + "A" * 32}}
    answers = [api.patch(f"/event-destinations/{made['id']}", json=secret) for _ in range(2)]
    assert [answer.headers.get(HEADER) for answer in answers] == ["secret_rotates", None]


def test_deleting_again_assumes_nothing(api, scene):
    """That a repeat gives the same answer is documented."""
    scene(C)
    found = [api.delete("/agents/agt").headers.get(HEADER) for _ in range(2)]
    assert found == ["delete_leaves_dependants", None]


def test_a_refused_error_has_the_original_message(api, strict):
    strict()
    errors = api.post("/agents", json={"name": 1, "x": 2}).json()["errors"]
    assert [error["field"] for error in errors] == ["name", "x"]
    assert "request/input_invalid: `x`: unknown key 'x'" in errors[1]["message"]


def test_a_key_that_is_too_long_is_assumed_in_one_edition(api, scene):
    found = []
    for edition in (C, K):
        scene(edition)
        answer = _call(api, "POST /agents", {"name": "A"}, "", **{"Idempotency-Key": "k" * 257})
        found.append(answer.headers.get(HEADER))
    assert found == ["idempotency_key_error_in_connections", None]


def test_a_replayed_answer_names_the_same_assumptions(api, scene):
    scene(C)
    key = {"Idempotency-Key": "k"}
    found = [_call(api, "POST /agents", {}, "", **key).headers[HEADER] for _ in range(2)]
    assert found == ["input_missing_status"] * 2


def test_a_strict_world_does_not_replay_assumptions(api, scene, strict, unchanged):
    """An answer stored before the world was strict is refused, and stays stored."""
    scene(C, "drop")
    call, key = ("POST /tasks/task/run", {"connection_id": "login"}, ""), {"Idempotency-Key": "k"}
    first, found = _call(api, *call, **key), []
    for on in (True, False):
        strict(on)
        with unchanged():
            found.append(_call(api, *call, **key))
    assert (found[0].status_code, found[0].headers[HEADER]) == (501, "state_invalid")
    assert found[1].content == first.content


def test_a_strict_world_shows_assumed_failures(api, scene, strict):
    run = scene(K, "ask")
    strict()
    call = f"POST /task-runs/{run}/interaction", {"input": {"code": "000000"}}, ""
    found = [_call(api, *call, **{"Idempotency-Key": key}) for key in "abcc"]
    assert [answer.json()["status"] for answer in found[1:]] == [
        "interaction_required",
        "failed",
        "failed",
    ]
    assert "mfa_invalid" in found[3].headers[HEADER]


def test_head_is_assumed(api, strict):
    found = [api.head("/agents"), strict() and api.head("/agents")]
    assert [answer.headers[HEADER] for answer in found] == ["head_like_get"] * 2
    assert [answer.status_code for answer in found] == [200, 501]


def test_the_conflict_of_concurrent_calls_is_assumed(api, simulation, strict):
    """The conflict with a call in progress is assumed, so a strict world refuses it."""
    api.get("/test")
    simulation().answering.add("k")
    found = []
    for on in (False, True):
        strict(on)
        answer = api.post("/agents", json={"name": "A"}, headers={"Idempotency-Key": "k"})
        found.append((answer.status_code, answer.headers[HEADER]))
    assert found == [(409, "idempotency_two_at_once"), (501, "idempotency_two_at_once")]


def test_a_refused_assumption_is_not_stored(api, scene, strict):
    """The call is made again once the world is not strict."""
    scene(C, "drop")
    key, body = {"Idempotency-Key": "k"}, {"connection_id": "login"}
    found = []
    for on in (True, False):
        strict(on)
        found.append(_call(api, "POST /tasks/task/run", body, "", **key).status_code)
    assert found == [501, 409]


def test_control_calls_assume_nothing(scene, sim, strict):
    scene(C, "run")
    strict()
    answer = sim.post("/connections/login/drop")
    assert answer.status_code == 200
    assert HEADER not in answer.headers
    assert sim.get("/nowhere").status_code == 404


def test_nothing_is_collected_outside_a_call():
    subject = next(r.of[0] for r in ledger().values() if r.mark == "strict" and r in rows_of(C))
    with collect_assumptions(C, strict=True), pytest.raises(ApiError):
        rely_on(subject)
    rely_on(subject)
    assert collected_assumptions({}) == ()


@pytest.mark.parametrize("path", ["/task-runs", "/task-runs/RUN"])
def test_a_refused_read_does_not_move_the_clock(api, scene, sim, strict, unchanged, path):
    run = scene(C, "run")
    strict()
    sim.put("/clock", json={"mode": "on_poll"})
    with unchanged():
        answer = _call(api, f"GET {path}?include=artifacts", None, run)
    assert answer.status_code == 501
