import pytest

EDITIONS = ("connections", "credentials")


@pytest.fixture
def play(sim):
    def play(scenario=None, status=200):
        answer = sim.post("/runs", json={"scenario": scenario} if scenario else {})
        assert answer.status_code == status, answer.text
        return answer.json()

    return play


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_scenario_can_be_played_without_an_application(sim, play, edition):
    sim.post("/reset", json={"edition": edition}).raise_for_status()
    rows = sim.get("/scenarios").json()["data"]
    refused = dict[str, str]()
    for name in [row["name"] for row in rows if edition in row["editions"]]:
        answer = sim.post("/runs", json={"scenario": name})
        if answer.status_code >= 400:
            refused[name] = answer.json()["errors"][0]["code"]
    usual = {"endpoint_deprecated", "idempotency_error", "rate_limited", "idempotency_key_error"}
    assert usual <= {*refused} <= usual | {"session_limit_reached"}  # as their scripts say


def test_what_is_missing_is_made_and_used_again(sim, play):
    first, second = play("mfa_then_success"), play("source_down")
    assert (first["kind"], first["resource"]["status"]) == ("task_run", "queued")
    for field in ("task_id", "connection_id"):
        assert first["resource"][field] == second["resource"][field]
    details = sim.get(f"/resources/{first['resource']['id']}").json()
    assert details["scenario"] == "mfa_then_success"
    assert len(sim.get("/connections").json()["data"]) == 1


def test_the_latest_task_and_login_of_an_application_are_used(play, task, connection):
    run = play("mfa_then_success")["resource"]
    assert (run["task_id"], run["connection_id"]) == (task["id"], connection["id"])


def test_a_script_for_the_login_is_played_first(sim, play):
    asks = play("connection_needs_mfa")
    assert (asks["kind"], asks["resource"]["status"]) == ("connection", "connecting")
    before = sim.get("/clock").json()["now"]
    slow = play("slow_success")
    assert (slow["kind"], slow["resource"]["status"]) == ("task_run", "queued")
    assert sim.get("/clock").json()["now"] > before
    assert play("instant_success")["kind"] == "task_run"
    rejected = play("credentials_rejected")  # so there is no run
    assert (rejected["kind"], rejected["resource"]["status"]) == ("connection", "invalid")


def test_a_session_is_opened_if_only_it_has_a_script(sim, play):
    sim.post("/reset", json={"edition": "credentials"})
    assert play("session_breaks_down")["kind"] == "session"


def test_a_wrong_scenario_starts_nothing(sim, play):
    assert "did you mean 'success'?" in play("sucess", status=400)["errors"][0]["message"]
    wrong = play("session_breaks_down", status=400)["errors"][0]["message"]
    assert "for the edition `credentials`" in wrong
    assert sim.get("/task-runs").json()["data"] == []
