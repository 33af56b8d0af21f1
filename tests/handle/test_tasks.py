import asyncio

import pytest

from deck_sim import DeckSimError
from deck_sim.contract.editions import EDITIONS


def test_the_ids_of_a_ready_task_are_its_own(deck, api):
    first, second = deck.ready_task(), deck.ready_task(name="Read", input_schema={"type": "object"})
    assert first.task_id != second.task_id
    assert first.login == {"connection_id": first.connection_id}
    assert api.get(f"/tasks/{second.task_id}").json()["name"] == "Read"


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_run_is_started_and_played_up_to_a_status(deck, edition):
    deck.reset(edition=edition, clock="frozen")
    now = deck.clock.now
    runs = [deck.start_run("source_down"), deck.start_run("source_down", status="queued")]
    assert [run["status"] for run in runs] == ["queued", "queued"]
    assert deck.clock.now == now
    schema = {"const": {"rooms": 3}}
    run = deck.start_run(input={"nights": 2}, output_schema=schema, status="completed")
    assert (run["input"], run["output"]) == ({"nights": 2}, {"rooms": 3})
    assert run == deck.runs[-1]


def test_the_login_is_opened_if_the_scenario_has_a_script_for_it(deck):
    login = {"connection": [{"connecting": "1m"}, "connected"]}
    deck.use(deck.scenario({**login, "name": "slow_login"}))
    run = deck.start_run(status="completed")
    assert run["created_at"] == "2025-01-15T09:31:00Z"
    assert [row["scenario"] for row in deck.coverage()] == ["slow_login"]
    deck.scenario({"connection": ["connected"], "name": "fast_login"})
    assert deck.start_run("fast_login")["created_at"] == "2025-01-15T09:31:10Z"


REFUSED = [
    (
        {"scenario": "mfa_then_success", "status": "completed"},
        "no `task_run.completed` of `trun_.*an answer to `mfa` must give `code`",
    ),
    ({"scenario": "source_down", "status": "completed"}, "`failed` .source/source_not_available"),
    ({"scenario": "credentials_rejected"}, "no `connection.connected` of `conn_.*is `invalid`"),
    ({"status": "complete"}, "a run never has the status 'complete'; did you mean 'completed'"),
    ({"scenario": "sucess"}, "names an unknown scenario: 'sucess'; did you mean"),
]


def test_a_status_that_is_not_reached_is_an_error(deck):
    for how, text in REFUSED:
        with pytest.raises(DeckSimError, match=text):
            deck.start_run(**how)


@pytest.mark.asyncio
async def test_coroutines_start_runs_too(deck):
    run = await deck.async_start_run("source_down", status="failed")
    assert (run["status"], deck.runs) == ("failed", [run])
    with pytest.raises(DeckSimError, match="async_start_run"):
        deck.start_run(status="completed")


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_prompt_is_answered_and_a_run_finished(deck, edition):
    deck.reset(edition=edition, clock="frozen")
    run = deck.start_run("mfa_then_success")
    with pytest.raises(DeckSimError, match=r"give `code`; .* in 5m\. `deck\.answer\(run, {\"code"):
        deck.finish(run)
    deck.answer(run, "1")
    with pytest.raises(DeckSimError, match=r"\(1 wrong answer so far\); .* {\"code\": \"123456\"}"):
        deck.finish(run)
    assert deck.answer(run, "123456")["status"] == "running"
    assert deck.finish(run) == deck.finish(run["id"]) == deck.runs[0]
    assert deck.runs[0]["status"] == "completed"
    asks = deck.start_run("needs_approval")
    with pytest.raises(DeckSimError, match=r"`deck\.approve\(run\)` or `deck\.reject"):
        deck.finish(asks)
    deck.approve(asks)
    assert asyncio.run(deck.async_finish(asks))["status"] == "completed"


def test_a_connection_is_answered_as_its_user_would(deck):
    deck.use("connection_needs_mfa")
    opened = deck.ready_task(login=True).connection_id
    deck.advance_until("connection.interaction_required", opened)
    assert deck.answer(opened, {"code": "000000"})["id"] == opened
    assert deck.requests[-1]["path"] == f"/v2/connections/{opened}/interaction"


def test_what_cannot_be_answered_or_finished_is_an_error(deck):
    fields = [{"name": name, "type": "string", "label": name} for name in ("a", "b")]
    asks = {"interaction_required": {"type": "kba", "message": "Who?", "fields": fields}}
    name = deck.scenario({"task_run": ["running", asks, "running", "completed"]})
    both, done = deck.start_run(name, status="interaction_required"), deck.start_run()
    for call, message in (
        (lambda: deck.answer(both, "x"), "has several fields; give a mapping with `a` and `b`"),
        (
            lambda: deck.answer(done, "x"),
            r"is `queued` and has no open prompt\. The clock is frozen",
        ),
        (lambda: deck.answer(deck.finish(done), "x"), r"`completed` and has no open prompt\.$"),
        (lambda: deck.answer(deck.ready_task().agent_id, "x"), r"^`\w+` has no open prompt\.$"),
        (lambda: deck.finish(deck.start_run(), limit="1s"), "nothing that is due within 1s can"),
        (lambda: deck.finish(done["task_id"]), "takes a run, but `task_.*` is of the kind `task`"),
        (
            lambda: deck.finish(deck.ready_task(login=True).connection_id),
            "of the kind `connection`",
        ),
    ):
        with pytest.raises(DeckSimError, match=message):
            call()
