import copy
from collections import Counter
from dataclasses import replace

import httpx2
import pytest

from deck_sim import DeckSim
from deck_sim.explore.outcome import LESS, MORE, OTHER, Outcome, compare, explain_calls, observe
from deck_sim.explore.trouble_effects import Pace
from deck_sim.handle.connect.transports import server_at

COUNTS = {"agent": 1, "task run": 2}
RUNS = (("completed", "{}"), ("failed", "null"))
BEFORE = Outcome(
    (), Counter(), COUNTS, COUNTS, RUNS, answers=1, all_delivered=True, times_out=False, room=1
)


@pytest.fixture
def outcome(simulation):
    return lambda: observe(simulation())


def test_a_world_is_observed_at_its_end_and_stays_as_it_is(outcome, run_task, subscribe, unchanged):
    """Without deliveries, which could cause more."""
    subscribe("*")
    run_task(), run_task("source_down")
    with unchanged():
        end = outcome()
    assert [status for status, _ in end.runs] == ["completed", "failed"]
    assert end.counts["task run"] == 2
    assert end.counts["event destination"] == 1


def test_what_is_deleted_canceled_or_terminated_does_not_count(outcome, api, agent, run_task):
    run = run_task()
    api.delete(f"/agents/{agent()['id']}")
    api.post(f"/task-runs/{run['id']}/cancel")
    api.post(f"/connections/{run['connection_id']}/terminate").raise_for_status()
    end = outcome()
    assert (end.counts["agent"], end.counts["connection"]) == (1, 0)
    assert (end.counts["task run"], end.runs) == (0, ())


def test_each_kind_that_a_program_creates_is_counted(outcome, run_task):
    """Not events and their deliveries, which depend on retries."""
    run_task()
    counts = {"agent": 1, "source": 1, "connection": 1, "task": 1, "task run": 1}
    assert outcome().counts == {**counts, "event destination": 0}


def test_answers_count_that_were_accepted(outcome, api, run_task, advance):
    """A wrong one is taken, and refused by the website."""
    run = run_task("mfa_then_success")["id"]
    advance("1m")
    for code, status, accepted in (("1", 200, 0), ("123456", 200, 1), ("123456", 409, 1)):
        answer = api.post(f"/task-runs/{run}/interaction", json={"inputs": {"code": code}})
        assert (answer.status_code, outcome().answers) == (status, accepted)


def test_an_answer_that_is_replayed_counts_once():
    with DeckSim(edition="credentials") as deck:
        run = deck.start_run("mfa_then_success", status="interaction_required")
        headers = {"Authorization": f"Bearer {deck.api_key}", "Idempotency-Key": "one"}
        for _ in range(2):
            answer = {"input": {"code": "123456"}}
            url = f"{deck.base_url}/task-runs/{run['id']}/interaction"
            assert httpx2.post(url, json=answer, headers=headers).is_success
        simulation = server_at(deck.url).worlds.find(deck.api_key)
        assert simulation.journal[-1].replayed
        assert observe(simulation).answers == 1


def test_a_run_that_will_reach_its_timeout_is_noticed(outcome, run_task, plays):
    run_task(plays({"running": "1m"}, "completed"))
    assert not outcome().times_out
    run_task(plays({"running": "2h"}, "completed"))
    assert outcome().times_out


def test_what_is_left_of_a_run_is_played_at_its_usual_pace(outcome, run_task, simulation, plays):
    """And the room for longer steps is what the whole run leaves."""
    simulation().world.pace = Pace(lambda world, story, length: 99 * length, ())
    run_task(plays({"queued": "1s"}, {"running": "9m"}, "completed"))
    assert outcome().runs == (("completed", "{}"),)
    assert outcome().room == 2


def test_no_prompt_times_out_since_a_webhook_waits_for_its_retry(
    outcome, subscribe, receiver, agent, run_task, plays, advance
):
    subscribe("agent.created")
    receiver.say(500)
    agent(), advance("30s")  # the next attempt is 125 s later
    ask = {"interaction_required": {"type": "mfa", "timeout": "1m"}}
    run_task(plays("running", ask, "running", "completed"))
    assert [status for status, _ in outcome().runs] == ["interaction_required"]


def test_dates_in_an_output_are_not_compared(outcome, run_task, plays):
    story = plays("running", {"completed": {"output": {"at": "{{ now }}", "on": "{{ today }}"}}})
    run_task(story)
    ((_, output),) = outcome().runs
    assert output == '{"at": "…", "on": "…"}'


def test_whether_all_was_delivered_is_noted(outcome, subscribe, agent, receiver, advance):
    assert outcome().all_delivered
    subscribe("agent.created")
    receiver.say(500, 200)
    agent(), advance("1m")
    assert not outcome().all_delivered


@pytest.mark.parametrize(
    ("changes", "differences"),
    [
        ({}, []),
        (
            {"counts": {"agent": 2, "task run": 1}, "totals": {"agent": 2, "task run": 2}},
            [
                (MORE, "2 agents where the baseline has 1"),
                (LESS, "1 task run where the baseline has 2"),
            ],
        ),
        (
            {"counts": {**COUNTS, "agent": 2}},
            [(OTHER, "2 agents neither canceled nor deleted, where the baseline has 1")],
        ),
        (
            {"runs": (("failed", "{}"), RUNS[1])},
            [(OTHER, "run 1 is failed, but completed in the baseline")],
        ),
        (
            {"runs": (RUNS[0], ("failed", "1"))},
            [(OTHER, "the output of run 2 is 1, but null in the baseline")],
        ),
        ({"answers": 2}, [(MORE, "2 accepted answers where the baseline has 1")]),
        ({"answers": 0}, [(LESS, "0 accepted answers where the baseline has 1")]),
        ({"calls": Counter("a"), "all_delivered": False}, []),
    ],
)
def test_each_difference_has_its_line(changes, differences):
    """Calls and deliveries may differ. Work is done twice only if more was made, not left."""
    assert compare(BEFORE, replace(BEFORE, **changes)) == differences


def test_a_program_that_reports_a_failure_may_leave_things_undone():
    """But not do what it should not."""
    less = replace(BEFORE, counts={"agent": 0, "task run": 3}, runs=(), answers=0)
    differences = compare(BEFORE, less, may_lack=True)
    text = "3 task runs neither canceled nor deleted, where the baseline has 2"
    assert differences == [(OTHER, text)]


def test_the_calls_of_two_runs_are_compared_with_their_answers(outcome, api, agent):
    agent()
    first = copy.copy(outcome())
    api.post("/agents", json={})
    other = replace(outcome(), calls=outcome().calls - first.calls)
    assert explain_calls(first, other) == [
        "only in the first run: POST /v2/agents -> 201",
        "only in the second run: POST /v2/agents -> 400",
    ]
