"""`deck.findings`: a row for each kind of finding, and how its sentence is put together."""

import httpx2
import pytest

from deck_sim.handle.connect.transports import server_at
from deck_sim.runtime.findings import CALLERS, FINDING_KINDS, Finding, list_findings

ECHO = {"task_run": ["running", {"completed": {"output": {"n": "{{ input.nights }}"}}}]}
SWITCH = 'to switch: @pytest.mark.deck(edition="credentials")'


def refuse_webhook(environ, start_response):
    start_response("404 ", [])
    return []


def raise_error(environ, start_response):
    raise KeyError("booking")


def deliver(deck, app):
    deck.deliver_to(app, events=["agent.created"])
    deck.create("agents", {"name": "Concierge"})
    deck.advance("1d")


def crash(deck):
    server_at(deck.url).worlds.find(deck.api_key).crashes.append("ZeroDivisionError: boom")


def finish(deck, scenario=None):
    deck.start_run(scenario)
    deck.settle()


def log_in(deck, name):
    login = {"source_id": deck.ready_task().source_id, "auth_method": "none"}
    deck.create("connections", {**login, "external_id": name})


def call(deck, path="agents", **headers):
    httpx2.get(f"{deck.base_url}/{path}", headers=headers, trust_env=False)


def call_with_key(deck, path):
    call(deck, path, Authorization=f"Bearer {deck.api_key}")


def read_often(deck, status):
    run = deck.start_run(status=status)
    for _ in range(4):
        call_with_key(deck, f"task-runs/{run['id']}")


def keep_answer(deck):
    hold = deck.hold("POST /v2/tasks/*/run")
    simulation = server_at(deck.url).worlds.find(deck.api_key)
    simulation.held_responses[hold.id] = [lambda: None]


def read_removed(deck):
    agent = deck.create("agents", {"name": "Concierge"})
    deck.reset()
    call_with_key(deck, f"agents/{agent['id']}")


ROWS = {  # how it comes about, and parts of the reason and of the remedy
    "server_error": (crash, "deck-sim itself failed:\nZeroDivisionError: boom", ""),
    "script_error": (
        lambda deck: finish(deck, deck.scenario(ECHO)),
        "a scenario failed: trun_",
        "",
    ),
    "ignored_name": (
        lambda deck: log_in(deck, "x+session_breaks_down@example.com"),
        f"edition is `connections`; {SWITCH}",
        "",
    ),
    "unused_scenario": (
        lambda deck: deck.queue("success", resource="connection"),
        "queued for a connection but never played: `success`",
        "open a connection with `deck.ready_task(login=True)`",
    ),
    "unused_fault": (
        lambda deck: deck.fault("POST /v2/agents", status=502),
        "a fault never fired: after=0, match='POST /v2/agents', status=502 (met 0 calls)",
        "",
    ),
    "unused_hold": (
        lambda deck: deck.hold("task_run.completed").release(),
        "a hold stopped nothing: `task_run.completed`",
        "",
    ),
    "unplayed_login": (
        lambda deck: deck.use("connection_drops_later"),
        "`connection_drops_later` has a script for a connection and none for a run",
        "open a connection with",
    ),
    "stray_keys": (
        lambda deck: call(deck, Authorization="Bearer sk_stray"),
        "it was called with `sk_stray`",
        "give your application `deck.api_key`",
    ),
    "keyless_calls": (
        call,
        "1 call came without a key (`GET /v2/agents`)",
        "send `Authorization: Bearer KEY`; the fixture `deck_env`",
    ),
    "no_calls": (
        lambda deck: None,
        "the Deck API was not called with this key, `sk_test_",
        "use the fixture `deck_env`",
    ),
    "refused_call": (
        lambda deck: call_with_key(deck, "agents/agt_1"),
        "GET /v2/agents/agt_1 -> 404: No agent has the id `agt_1`",
        "",
    ),
    "removed_resource": (
        read_removed,
        "a call used a resource of a reset or deleted world",
        "do two tests share this key?",
    ),
    "failed_run": (
        lambda deck: finish(deck, "source_down"),
        "source/source_not_available: ",
        "",
    ),
    "empty_output": (finish, " has an empty output", "the task an `output_schema`"),
    "raised_error": (
        lambda deck: deliver(deck, raise_error),
        "the application raised an error for 1 webhook: KeyError: 'booking'",
        "",
    ),
    "undelivered_webhook": (
        lambda deck: deliver(deck, refuse_webhook),
        "), attempt 4: 404",
        "accept POST at the path of its webhooks? The path is an argument: `deck.deliver_to",
    ),
    "unsubscribed_events": (
        lambda deck: (finish(deck), deck.deliver_to(refuse_webhook)),
        "`task_run.completed`: no destination was active and subscribed at the time",
        "set one up earlier",
    ),
    "frozen_clock": (
        lambda deck: read_often(deck, "queued"),
        "this world's clock is frozen: `trun_",
        "advance the clock (`deck.advance`",
    ),
    "client_mistake": (
        lambda deck: read_often(deck, "completed"),
        "polls_what_is_finished: `trun_",
        "stop polling at every final status",
    ),
    "held_answers": (
        keep_answer,
        "a hold keeps back 1 answer to `POST /v2/tasks/*/run`; the call has taken effect",
        "release the hold",
    ),
    "unfinished_resource": (
        lambda deck: deck.start_run(),
        " is queued. The clock is frozen; it becomes `running` in 2s",
        "move the clock with `deck.advance_until(…)`",
    ),
}


def test_each_kind_of_finding_has_a_row():
    assert [*ROWS] == [*FINDING_KINDS]


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.deck(strict=False)
def test_what_happened_is_found(deck, kind):
    cause, reason, remedy = ROWS[kind]
    assert kind == "no_calls" or kind not in [row["kind"] for row in deck.findings]
    cause(deck)
    rows = [row for row in deck.findings if row["kind"] == kind]
    assert rows, deck.findings
    assert reason in rows[-1]["reason"]
    assert remedy in rows[-1]["remedy"]
    assert bool(remedy) == bool(rows[-1]["remedy"])


def test_the_control_api_names_its_own_calls_in_remedies(deck):
    """And the handle its methods; the reasons are the same."""
    deck.start_run()
    handle, api = deck.findings, deck._control.data("show_findings")
    assert [row["reason"] for row in handle] == [row["reason"] for row in api]
    assert "`POST /_sim/clock/advance`" in api[-1]["remedy"]
    assert CALLERS["test"].keys() == CALLERS["http"].keys()


def test_a_remedy_of_several_findings_is_given_once():
    rows = [("a", "x"), ("b", ""), ("c", "x"), ("d", "y")]
    findings = [Finding("kind", "", reason, remedy, {}) for reason, remedy in rows]
    assert list_findings(findings) == ["a", "b", "c; x", "d; y"]
