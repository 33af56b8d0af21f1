"""The report on a world that a failed test shows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from deck_sim import Deck
from deck_sim.handle.failure_report import _fold_rounds, _Line, write_report

START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


def test_a_repeated_round_is_shown_once():
    """A round of up to four lines is folded if it comes three times or more."""

    def fold(whats):
        moments = (START + timedelta(seconds=n) for n in range(len(whats)))
        pairs = zip(moments, whats, strict=True)
        return [*_fold_rounds([_Line(at, what, (what, "")) for at, what in pairs])]

    assert fold("aabb") == [*"aabb"]
    assert fold("aaaab") == ["a", "  … 3 more times, until 2025-01-15T09:30:03Z", "b"]
    folded = ["x", "a", "b", "  … 2 more times, until 2025-01-15T09:30:06Z"]
    assert fold("xababab") == folded
    assert fold("abcdeabcdeabcde") == [*"abcdeabcdeabcde"]


def test_polls_are_folded_and_calls_show_what_was_sent(deck, run, api):
    deck.use("mfa_then_success")
    path = f"/task-runs/{run()['id']}"
    deck.settle()
    api.post(f"{path}/interaction", json={"inputs": {"code": "000000"}})
    for _ in range(9):
        api.get(path)
        deck.sleep(2)
    report = write_report(deck)
    sent = '{"inputs": {"code": "•••"}}'
    assert f"POST /v2{path}/interaction -> 200 interaction_required  {sent}\n" in report
    assert report.count(f"GET /v2{path} -> 200 interaction_required\n") == 1
    assert "  … 8 more times, until 2025-01-15T09:30:" in report


def test_a_long_timeline_is_cut_in_the_middle(deck, api):
    """The first and the last lines stay, and a line counts the rest."""
    for number in range(60):
        api.post("/agents", json={"name": f"a{number}"})
    lines = write_report(deck).split("\n")
    assert "  … 61 lines are left out …" in lines
    assert len(lines) == 60 + len(["", "present state:", "it is", "nothing waits"])


@pytest.mark.deck(strict=False)
def test_a_login_whose_script_was_not_played_is_named(deck):
    deck.use("connection_needs_mfa")
    deck.ready_task()
    section = "scripts that nothing played:\n  `connection_needs_mfa` has a script"
    assert section in write_report(deck)


def test_the_sections_show_choices_refusals_errors_and_waits(deck, run, api):
    """A choice, a refusal once, a run's error, what waits and what is due."""
    deck.use("mfa_then_success")
    deck.queue("source_down")
    run()
    deck.settle()
    waits = run()
    deck.settle()
    for _ in range(2):
        api.post(f"/task-runs/{waits['id']}/cancel")
    deck.hold("task_run.failed", waits)
    deck.advance("6m")
    report = write_report(deck)
    assert "source_down; because=queue\n" in report
    assert "\nfailed runs:\n  trun_7QWb9asDJXWKZYzR  source/source_not_available: The" in report
    assert report.count("`; `cancel` is allowed only in") == 1
    waiting = (
        f"  {waits['id']} is interaction_required. Held before `task_run.failed` until the hold is"
    )
    assert f"{waiting} released; the task times out in " in report
    assert report.endswith('; it accepts {"code": "123456"}')  # no move of the clock helps


def test_mistakes_of_the_client_are_shown(deck, run, api):
    """A clock that nobody advances is the cause of reads that show the same."""
    started = run()
    path = f"/task-runs/{started['id']}"
    for _ in range(4):
        api.get(path)
    report = write_report(deck)
    cause = f"this world's clock is frozen: `{started['id']}` was read 3 times"
    assert f"why nothing moved:\n  polls_a_frozen_clock: {cause}" in report
    assert (
        f"  {started['id']} is queued. The clock is frozen; it becomes `running` in 2s; " in report
    )
    assert "; move the clock with `deck.advance_until(…)`" in report
    assert "mistakes of the client" not in report
    deck.settle()
    for _ in range(4):
        api.get(path)
    line = f"  polls_what_is_finished: `{path[11:]}` was read 3 times after it was `completed`"
    assert f"\nmistakes of the client:\n{line}; stop polling at every" in write_report(deck)


def test_a_timer_of_a_settled_resource_is_shown(deck):
    deck.set_options(connection_idle="10m")
    deck.finish(deck.start_run())
    assert "  nothing waits, and the next timer, of `conn_" in write_report(deck)


def test_without_calls_the_report_names_the_keys(deck):
    """Its own, and those that nobody controls; another test controls its key."""
    line = (
        f"calls that did not come:\n  the Deck API was not called with this key, `{deck.api_key}`"
    )
    with Deck(deck.url, f"{deck.api_key}_other") as other:
        other.create("agents", {"name": "Concierge"})
        assert write_report(deck).startswith(f"nothing happened in this world\n\n{line}")
        deck.ready_task()
        assert f"\n\n{line}" in write_report(deck)
        stray = {"Authorization": "Bearer sk_live_stray_0001"}
        httpx2.get(f"{deck.base_url}/agents", headers=stray, trust_env=False)
        assert f"{line}; it was called with `sk_live_…0001`; give your " in write_report(deck)
        other.delete()
    deck.create("agents", {"name": "Concierge"})
    assert line not in write_report(deck)


def refuses(status, body=""):
    """An application that answers every webhook with a status and a text."""

    def app(environ, start_response):
        start_response(f"{status} ", [])
        return [body.encode()]

    return app


def shown_webhooks(deck, start, app):
    """The part of the report about webhooks to an application."""
    deck.reset()
    deck.deliver_to(app)
    start()
    deck.advance("1m")
    report = write_report(deck)
    return report.partition("\nundelivered webhooks:\n")[2].partition("\n\n")[0]


def test_undelivered_webhooks_are_shown(deck, run):
    """With the last status and what the application said; some ask for the secret or the path."""
    secret, path = "use the secret", "accept POST at the path"
    table = [  # status, body, what is shown, which hint
        (401, "", "401", secret),
        (400, "no", "400  no", secret),
        (422, "signature is wrong", "422  signature is wrong", secret),
        (500, "<h1>Internal Server Error</h1>", "500", secret),
        (500, "the database\n is down", "500  the database is down", None),
        (503, "", "503", None),
        (404, "", "404", path),
    ]
    for status, body, result, hint in table:
        section = shown_webhooks(deck, run, refuses(status, body))
        assert section.count(f", attempt 3: {result}\n") >= 2, result
        hints = [text for text in (secret, path) if text in section]
        assert hints == ([hint] if hint else []), result


def test_another_secret_changed_bytes_and_a_clock_that_is_off_are_told_apart(deck, receiver):
    """A receiver that has taken another webhook has the right secret."""

    def hint(*answers, **how):
        deck.reset(webhook_time=how.pop("webhook_time", None))
        receiver.say(*answers)
        deck.register_webhook(receiver.url, **how)
        for name in "ab":
            deck.create("agents", {"name": name})
            deck.advance("1s")
        (*_, last) = write_report(deck).partition("\nundelivered webhooks:\n")[2].split("\n\n")[0:1]
        return last.splitlines()[-1]

    other_secret = deck.webhook_secret.replace("whsec_", "whsec_AAAA")
    late = b"HTTP/1.1 400 x\r\ncontent-length: 17\r\n\r\nMessage too old.."
    assert "use the secret in `deck.webhook_secret`, and verify the bytes" in hint(401)
    assert "has its own secret, not the one in `deck.webhook_secret`" in hint(
        401, secret=other_secret
    )
    assert "the secret is right, since another webhook was accepted" in hint(200, 401)
    assert "the application's clock differs" in hint(late)
    assert "has the time 2025-01-15T09:30:01Z" in hint(401, webhook_time="world")


@pytest.mark.deck(strict=False)
def test_an_application_that_raises_is_told_with_its_error(deck, run):
    """An error about signatures adds the hint, but not if a fault spoiled the signature."""

    def app(environ, start_response):
        raise errors[0]

    errors, hint = [ValueError("No matching signature found")], "application use the secret"
    section = shown_webhooks(deck, run, app)
    assert section.count(", attempt 3: 500  ValueError: No matching signature found") == 3
    assert hint in section
    errors[0] = KeyError("currency")
    assert hint not in shown_webhooks(deck, run, app)
    deck.fault(event="*", bad_signature=True)
    deck.deliver_to(refuses(401))
    run()
    deck.advance("1s")
    report = write_report(deck)
    assert "attempt 1: 401" in report
    assert hint not in report


def test_an_answer_delayed_by_a_hold_is_shown(deck, run):
    """A client timeout may come from the test's own hold."""
    with ThreadPoolExecutor() as threads, deck.hold("POST /v2/tasks/*/run") as hold:
        started = threads.submit(run)
        while not hold.answers:
            pass
        line = "  a hold keeps back 1 answer to `POST /v2/tasks/*/run`; the call has taken effect; "
        assert line in write_report(deck)
        hold.release()
        started.result()
    assert line not in write_report(deck)


def test_the_way_to_the_world_is_shown_to_who_has_not_called_it(deck):
    """It depends on what the test has set up already."""
    report = write_report(deck)
    assert "calls https://api.deck.co, use `deck.intercept()`\n" in report
    assert "if it reads them on import, use `monkeypatch.setattr`" in report
    with deck.intercept(), httpx2.Client(trust_env=False) as client:
        assert "; `deck.intercept()` answers for `api.deck.co`\n" in write_report(deck)
        with pytest.raises(httpx2.ConnectError):
            client.get("http://0.0.0.0:9/v2/agents")
    assert "; calls to `0.0.0.0` were not intercepted\n" in write_report(deck)


def test_an_empty_output_says_where_outputs_come_from(deck):
    deck.start_run(status="running")
    assert "empty output" not in write_report(deck)
    deck.settle()
    assert "runs with an empty output:\n  trun_" in write_report(deck)


def test_events_before_the_first_destination_are_shown(deck, run):
    """They are never sent, and a test may wait for them."""
    section = "webhooks that were never sent:\n  `task_run.queued`, `task_run.running` and"
    run()
    deck.settle()
    assert section not in write_report(deck)
    deck.deliver_to(refuses(200))
    assert section in write_report(deck)
    run()
    deck.settle()
    assert section not in write_report(deck)


def test_a_date_of_the_process_that_the_world_does_not_have_is_named(deck, api):
    """A date of the test's data is not; nor if the world has the real date."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    api.get("/task-runs?created_after=2031-05-01T00:00:00Z")
    assert "two clocks" not in write_report(deck)
    api.get(f"/task-runs?created_after={today}T00:00:00Z")
    reason = (
        f"GET /v2/task-runs sent {today}, but the world's date is 2025-01-15: the application's"
    )
    assert f"two clocks:\n  {reason} `datetime.now()` stays real; the fixture" in write_report(deck)
    deck.reset()
    api.get("/agents")
    section = "two clocks:\n  the failure shows"
    assert section not in write_report(deck, f">   sent = '{today}'\nE   assert '2031-05-01' == 1")
    for text in (f"'{today}T09:30:00'", f"{datetime.now(UTC)!r}"):
        assert f"{section} {today}, but the" in write_report(deck, f"E    assert None == {text}")
    deck.reset(now=datetime.now(UTC))
    api.post("/agents", json={"name": today})
    assert "two clocks" not in write_report(deck)
