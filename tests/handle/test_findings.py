from datetime import UTC, datetime

import httpx2
import pytest

from deck_sim import WebhookReceiver
from deck_sim.handle.connect.transports import server_at
from deck_sim.runtime.findings import FINDING_KINDS, Finding, list_findings

ECHO = {"task_run": ["running", {"completed": {"output": {"n": "{{ input.nights }}"}}}]}
SWITCH = 'to switch: @pytest.mark.deck(edition="credentials")'
STRAY = "Bearer sk_live_stray_0001"


def answering(status, body=""):
    def app(environ, start_response):
        start_response(f"{status} ", [])
        return [body.encode()]

    return app


def raising(error, times=99):
    """An application that raises an error at first."""
    errors = [error] * times

    def app(environ, start_response):
        if errors:
            raise errors.pop()
        return answering(204)(environ, start_response)

    return app


def deliver(deck, app):
    deck.deliver_to(app, events=["agent.created"])
    deck.create("agents", {"name": "Concierge"})
    deck.advance("1d")


def respond(deck, status):
    with WebhookReceiver(deck) as receiver:
        receiver.respond(status)
        finish(deck)


def disable(deck, method, later, **body):
    """Change the destination of an application after the first of four attempts, which failed."""
    destination = deck.deliver_to(answering(404), events=["agent.created"])
    deck.create("agents", {"name": "Concierge"})
    deck.advance("0s")
    url = f"{deck.base_url}/event-destinations/{destination.id}"
    options = {"headers": {"Authorization": f"Bearer {deck.api_key}"}, "trust_env": False}
    httpx2.request(method, url, json=body, **options)
    deck.advance(later)


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


def freeze_caller(deck):
    deck.clock.set("real")
    server_at(deck.url).worlds.find(deck.api_key).caller_time = datetime(2031, 1, 1, tzinfo=UTC)


def read_removed(deck):
    agent = deck.create("agents", {"name": "Concierge"})
    deck.reset()
    call_with_key(deck, f"agents/{agent['id']}")


ROWS = {  # how it comes about, a part of the reason, and a part of the remedy if there is one
    "server_error": (crash, "deck-sim itself failed:\nZeroDivisionError: boom"),
    "script_error": (
        lambda deck: finish(deck, deck.scenario({**ECHO, "name": "broken"})),
        "scenario `broken`, task_run[1]: `{{ input.nights }}`: unknown key 'nights'",
    ),
    "ignored_name": (
        lambda deck: log_in(deck, "x+session_breaks_down@example.com"),
        f"edition is `connections`; {SWITCH}",
    ),
    "unused_scenario": (
        lambda deck: deck.queue("success", "source_down", resource="connection"),
        "queued for a connection but never played: `success` and `source_down`",
        "open a connection with `deck.ready_task(login=True)`",
    ),
    "unused_fault": (
        lambda deck: deck.fault("POST /v2/agents", status=502),
        "a fault never fired: after=0, match='POST /v2/agents', status=502 (met 0 calls)",
    ),
    "unused_hold": (
        lambda deck: (deck.hold("task_run.failed"), deck.hold("task_run.completed").release()),
        "a hold stopped nothing: `task_run.completed`",
    ),
    "unplayed_login": (
        lambda deck: deck.use("connection_drops_later"),
        "`connection_drops_later` has a script for a connection and none for a run",
        "open a connection with",
    ),
    "stray_keys": (
        lambda deck: call(deck, Authorization=STRAY),
        "it was called with `sk_live_…0001`",
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
    ),
    "removed_resource": (
        read_removed,
        "a call used a resource of a reset or deleted world",
        "do two tests share this key?",
    ),
    "failed_run": (
        lambda deck: finish(deck, "source_down"),
        "source/source_not_available: The source is not available",
        "as the scenario `source_down` has it",
    ),
    "empty_output": (finish, " has an empty output", "the task an `output_schema`"),
    "raised_error": (
        lambda deck: deliver(deck, raising(KeyError("booking"))),
        "the application raised an error for 1 webhook: KeyError: 'booking'",
    ),
    "failed_webhook": (
        lambda deck: deliver(deck, answering(404)),
        "1 webhook failed: agent.created (edlv_",
        "accept POST at the path of its webhooks? The path is an argument: `deck.deliver_to",
    ),
    "undelivered_webhook": (
        lambda deck: (deck.fault("agent.created", status=503), deliver(deck, answering(204))),
        "), attempt 4: 503",
    ),
    "unsubscribed_events": (
        lambda deck: (finish(deck), deck.deliver_to(answering(204))),
        "`task_run.completed`: no destination was active and subscribed at the time",
        "set one up earlier",
    ),
    "frozen_caller": (
        freeze_caller,
        "is frozen at 2031-01-01T00:00:00Z, but the world's clock is real",
        "use `deck_time`, which freezes",
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


def rows_of(deck, kind):
    return [row for row in deck.findings if row["kind"] == kind]


@pytest.mark.parametrize("kind", FINDING_KINDS)
@pytest.mark.deck(strict=False)
def test_what_happened_is_found(deck, kind):
    """Once; and of holds those that were released come first."""
    cause, reason, *remedies = ROWS[kind]
    assert kind == "no_calls" or rows_of(deck, kind) == []
    cause(deck)
    row, *_ = rows_of(deck, kind)
    assert reason in row["reason"]
    assert [remedy in row["remedy"] for remedy in remedies] == [True] * bool(row["remedy"])
    reasons = [row["reason"] for row in deck.findings]
    assert len(reasons) == len({*reasons})


@pytest.mark.deck(strict=False)
def test_an_error_that_several_webhooks_raised_is_counted(deck):
    deck.deliver_to(raising(KeyError("booking")), events=["agent.created"])
    for name in ("Concierge", "Porter"):
        deck.create("agents", {"name": name})
    deck.advance("0s")
    (row,) = rows_of(deck, "raised_error")
    assert row["reason"] == "the application raised an error for 2 webhooks: KeyError: 'booking'"
    assert row["details"]["webhooks"] == 2


@pytest.mark.deck(strict=False)
def test_each_call_that_used_a_removed_resource_is_found(deck):
    agent = deck.create("agents", {"name": "Concierge"})
    deck.reset()
    for _ in range(2):
        call_with_key(deck, f"agents/{agent['id']}")
    assert len(rows_of(deck, "removed_resource")) == 2


def test_how_much_a_finding_matters():
    weights = {}
    for name, kind in FINDING_KINDS.items():
        weights[kind.weight] = f"{weights.get(kind.weight, '')} {name}".strip()
    assert weights == {
        "failure": "server_error script_error",
        "oversight": "ignored_name",
        "leftover": "unused_scenario unused_fault unused_hold unplayed_login stray_keys"
        " keyless_calls raised_error failed_webhook",
        "mistake": "removed_resource frozen_clock client_mistake",
        "note": "no_calls refused_call failed_run undelivered_webhook"
        " unsubscribed_events frozen_caller empty_output held_answers unfinished_resource",
    }


NO_LEFTOVERS = [
    lambda deck: (deck.fault("POST /v2/agents", status=502), deck.clear_faults()),
    lambda deck: (deck.hold("task_run.completed"), deck.reset()),
    lambda deck: (saved := deck.snapshot(), deck.hold("task_run.completed"), deck.restore(saved)),
    lambda deck: finish(deck, "proxy_error_page"),  # the client need not meet the script's fault
    lambda deck: (deck.use("connection_drops_later"), deck.ready_task(login=True)),
    lambda deck: (call_with_key(deck, "agents"), call(deck), call(deck, Authorization=STRAY)),
    lambda deck: deck.use("source_down"),
    lambda deck: deliver(deck, raising(KeyError("booking"), times=1)),
    lambda deck: (deck.fault("agent.created", status=503), deliver(deck, answering(204))),
    lambda deck: (deck.register_webhook("http://127.0.0.1:9/"), finish(deck)),
    lambda deck: (deck.register_webhook("http://10.0.0.1.example/"), finish(deck)),
    lambda deck: respond(deck, 503),
    lambda deck: disable(deck, "PATCH", "0s", status="inactive"),
    lambda deck: disable(deck, "PATCH", "5s", status="inactive"),
    lambda deck: disable(deck, "DELETE", "0s"),
]


@pytest.mark.filterwarnings("ignore:webhooks to http.//10.0.0.1.example/ are not sent")
@pytest.mark.parametrize("act", NO_LEFTOVERS)
def test_what_is_gone_or_was_played_is_no_leftover(deck, act):
    act(deck)
    assert [row for row in deck.findings if FINDING_KINDS[row["kind"]].weight == "leftover"] == []


def test_calls_without_a_key_are_noted_if_others_reached_the_world(deck):
    for path in ("agents", "tasks"):
        call(deck, path)
    call_with_key(deck, "agents")
    (row,) = rows_of(deck, "refused_call")
    assert row["reason"].startswith("2 calls came without a key (`GET /v2/agents`, `GET /")


def test_events_are_unsent_if_the_first_destination_comes_after_them(deck):
    counts = []
    for act in (finish, lambda deck: deck.deliver_to(answering(204)), finish):
        act(deck)
        counts.append(len(rows_of(deck, "unsubscribed_events")))
    assert counts == [0, 1, 0]


SECRET, PATH = "use the secret in", "accept POST at the path"
CRASH = "set `app.testing = True` (Flask) or `DEBUG_PROPAGATE_EXCEPTIONS = True` (Django) to"
ANSWERS = [  # an application, what its answer says, and which hint that gives
    (answering(401), "401", SECRET),
    (answering(400, "no"), "400  no", SECRET),
    (answering(422, "signature is wrong"), "422  signature is wrong", SECRET),
    (answering(500, "<h1>Internal Server Error</h1>"), "500", SECRET),
    (answering(500), "500", CRASH),
    (answering(500, "the database\n is down"), "500  the database is down", ""),
    (answering(503), "503", ""),
    (answering(404), "404", PATH),
    (raising(ValueError("No signature fits")), "500  ValueError: No signature fits", SECRET),
    (raising(KeyError("currency")), "500  KeyError: 'currency'", ""),
]


@pytest.mark.deck(strict=False)
def test_an_undelivered_webhook_has_its_last_answer_and_a_hint(deck):
    for app, answer, hint in ANSWERS:
        deck.reset()
        deliver(deck, app)
        (row,) = rows_of(deck, "failed_webhook") or rows_of(deck, "undelivered_webhook")
        assert row["reason"].endswith(f", attempt 4: {answer}")
        assert (hint in row["remedy"], bool(hint)) == (True, bool(row["remedy"])), answer
    deck.reset()
    deck.fault(event="*", bad_signature=True)
    deliver(deck, answering(401))
    assert rows_of(deck, "undelivered_webhook")[0]["remedy"] == ""
    deck.reset()
    respond(deck, 500)  # as the test asked for
    assert {row["remedy"] for row in rows_of(deck, "undelivered_webhook")} == {""}


@pytest.mark.deck(strict=False)
def test_a_receiver_is_mended_before_the_clock_moves(deck):
    """Unless the test asked for the failure."""

    def remedy(**faults):
        deck.reset()
        deck.deliver_to(answering(500), events=["agent.created"])
        if faults:
            deck.fault("agent.created", **faults)
        deck.create("agents", {"name": "Concierge"})
        deck.advance("0s")
        return rows_of(deck, "unfinished_resource")[0]["remedy"]

    assert remedy().startswith("first mend its receiver, then move the clock with")
    assert remedy(status=503).startswith("move the clock with")


@pytest.mark.deck(strict=False)
def test_another_secret_changed_bytes_and_a_clock_that_is_off_are_told_apart(deck, receiver):
    """A receiver that has taken another webhook has the right secret."""

    def hint(*answers, webhook_time=None, **destination):
        deck.reset(webhook_time=webhook_time)
        receiver.say(*answers)
        deck.register_webhook(receiver.url, **destination)
        for name in "ab":
            deck.create("agents", {"name": name})
            deck.advance("1s")
        return rows_of(deck, "failed_webhook")[-1]["remedy"]

    secret = deck.webhook_secret.replace("whsec_", "whsec_AAAA")
    late = b"HTTP/1.1 400 x\r\ncontent-length: 17\r\n\r\nMessage too old.."
    assert "use the secret in `deck.webhook_secret`, and verify the bytes" in hint(401)
    assert "2 webhooks failed, the last: agent" in rows_of(deck, "failed_webhook")[-1]["reason"]
    assert "has its own secret, not the one in `deck.webhook" in hint(401, secret=secret)
    assert "the secret is right, since another webhook was accepted" in hint(200, 401)
    assert "the application's clock differs" in hint(late)
    assert "has the time 2025-01-15T09:30:01Z" in hint(401, webhook_time="world")


def test_the_control_api_names_its_own_calls_in_remedies(deck):
    """And the handle its methods; the reasons are the same."""
    deck.start_run()
    handle, api = deck.findings, deck._control.data("show_findings")
    assert [row["reason"] for row in handle] == [row["reason"] for row in api]
    assert "`POST /_sim/clock/advance {" in api[-1]["remedy"]
    deck.start_run("needs_approval", status="pending")
    reviewed = deck.findings[-1], deck._control.data("show_findings")[-1]
    assert [row["remedy"].replace(row["subject"], "ID") for row in reviewed] == [
        '`deck.approve("ID")` approves it',
        "`POST /_sim/task-runs/ID/approve` approves it",
    ]


def test_a_remedy_of_several_findings_is_given_once():
    rows = [("a", "x"), ("b", ""), ("c", "x"), ("d", "y")]
    findings = [Finding("kind", "", reason, remedy, {}) for reason, remedy in rows]
    assert list_findings(findings) == ["a", "b", "c; x", "d; y"]


def test_the_world_of_another_fixture_is_not_stray(deck, deck_world):
    """A test may call that world alone, and without its handle."""
    other = deck_world("shared")
    headers = {"Authorization": f"Bearer {other.api_key}"}
    httpx2.get(f"{other.base_url}/agents", headers=headers, trust_env=False)
    assert [row["kind"] for row in deck.findings] == ["no_calls"]
