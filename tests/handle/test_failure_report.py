from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from deck_sim.handle.failure_report import _show_history, write_report
from deck_sim.handle.timeline import TimelineEntry

START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


def report_on(deck, failure=""):
    """The report with its lines joined."""
    return " ".join(write_report(deck, failure).text.split())


def test_a_repeated_round_is_shown_once():
    def fold(whats):
        entries = [
            TimelineEntry(START + timedelta(seconds=n), "task_run", "trun_1", what)
            for n, what in enumerate(whats)
        ]
        return [line.partition("trun_1")[2].strip() or line for line in _show_history([], entries)]

    assert fold("aabb") == [*"aabb"]
    assert fold("aaaab") == ["a", "  … 3 more times, until 09:30:03", "b"]
    folded = ["x", "a", "b", "  … 2 more times, until 09:30:06"]
    assert fold("xababab") == folded
    assert fold("abcdeabcdeabcde") == [*"abcdeabcdeabcde"]


def test_polls_are_folded_and_calls_show_what_was_sent(deck, run, api):
    """With the time of the day, and ids as short as on the page."""
    deck.use("mfa_then_success")
    id_ = run()["id"]
    deck.settle()
    api.post(f"/task-runs/{id_}/interaction", json={"inputs": {"code": "000000"}})
    for _ in range(9):
        api.get(f"/task-runs/{id_}")
        deck.sleep(2)
    report, path = report_on(deck), f"/v2/task-runs/{id_[:8]}…{id_[-4:]}"
    sent = '{"inputs": {"code": "•••"}}'
    assert "timeline of 2025-01-15: 09:30:00 agt_000…0001 created 09:30:00 " in report
    assert f"call POST {path}/interaction -> 200 interaction_required {sent} " in report
    assert report.count(f"GET {path} -> 200 interaction_required") == 1
    assert " … 8 more times, until 09:30:" in report
    deck.advance("1d")
    assert " 2025-01-16T09:30:28Z clock advanced 1d" in report_on(deck)


def test_a_long_timeline_is_cut_in_the_middle(deck, api):
    for number in range(60):
        api.post("/agents", json={"name": f"a{number}"})
    lines = write_report(deck).text.split("\n")
    assert "  … 61 lines are left out …" in lines
    assert len(lines) == 60 + len(["present state:", "nothing waits", "it is", "", "timeline of"])


def test_the_sections_show_waits_refusals_errors_and_choices(deck, run, api):
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
    report = report_on(deck)
    assert "source_down; because=queue" in report
    assert "failed runs: trun_7QWb9asDJXWKZYzR source/source_not_available: The" in report
    assert report.count("`; `cancel` is allowed only in") == 1
    waiting = (
        f" {waits['id']} is interaction_required. Held before `task_run.failed` until the hold is"
    )
    assert f"{waiting} released; the task times out in " in report
    right = f'`deck.answer("{waits["id"]}", {{"code": "123456"}})` answers it'
    assert f"; {right} the time is " in report  # no move of the clock helps


def test_a_report_begins_with_what_is_wrong_in_lines_of_100_columns(deck, run, api):
    run()
    api.post("/agents", json={"nmae": "Concierge"})
    lines = write_report(deck).text.split("\n")
    assert lines[0] == "refused calls:"
    assert " ".join(lines[1:3]).endswith("`nmae`: unknown key 'nmae'; did     you mean 'name'?")
    assert max(map(len, lines)) <= 100


def test_the_only_finding_is_the_reason(deck, run, api):
    def reason(failure=""):
        return write_report(deck, failure).reason

    assert reason().startswith("the Deck API was not called with this key, `")
    assert reason("E  deck_sim.base.errors.DeckSimError: unknown scenario 'sucess'") == ""
    id_ = run()["id"]
    assert reason().startswith("The clock is frozen; it becomes `running` in 2s; move the clock")
    for _ in range(9):
        api.get(f"/task-runs/{id_}")
    assert reason().startswith("polls_a_frozen_clock: this world's clock is frozen: `trun_")
    api.post("/agents", json={"nmae": "Concierge"})
    assert reason() == ""
    deck.reset()
    deck.finish(run())  # which has no output
    assert reason() == ""


def test_a_timer_of_a_settled_resource_is_shown(deck):
    deck.set_options(connection_idle="10m")
    deck.finish(deck.start_run())
    assert " nothing waits, and the next timer, of `conn_" in report_on(deck)


def test_the_way_to_the_world_is_shown_to_who_has_not_called_it(deck):
    """It depends on what the test has set up already."""
    report = report_on(deck)
    assert report.startswith("calls that did not come: ")
    assert report.endswith("nothing happened in this world")
    assert "calls https://api.deck.co, use `deck.intercept()` " in report
    assert "if it reads them on import, use `monkeypatch.setattr`" in report
    with deck.intercept(), httpx2.Client(trust_env=False) as client:
        assert "; `deck.intercept()` answers for `api.deck.co` " in report_on(deck)
        for host in ("0.0.0.0", "127.0.0.1"):
            with pytest.raises(httpx2.ConnectError):
                client.get(f"http://{host}:9/v2/agents")
    with deck.intercept("a.example"):
        hosts = "`api.deck.co` and `a.example`; calls to `0.0.0.0` were not intercepted "
        assert f"; `deck.intercept()` answers for {hosts}" in report_on(deck)


def test_a_date_of_the_process_that_the_world_does_not_have_is_named(deck, api):
    """A date of the test's data is not; nor if the world has the real date."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    api.get("/task-runs?created_after=2031-05-01T00:00:00Z")
    assert "two clocks" not in report_on(deck)
    api.get(f"/task-runs?created_after={today}T00:00:00Z")
    reason = (
        f"GET /v2/task-runs sent {today}, but the world's date is 2025-01-15: the application's"
    )
    assert f"two clocks: {reason} `datetime.now()` stays real; the fixture" in report_on(deck)
    deck.reset()
    api.get("/agents")
    section = "two clocks: the failure shows"
    assert section not in report_on(deck, f">   sent = '{today}'\nE   assert '2031-05-01' == 1")
    for text in (f"'{today}T09:30:00'", f"{datetime.now(UTC)!r}"):
        assert f"{section} {today}, but the" in report_on(deck, f"E    assert None == {text}")
    for days in (0, 1):  # two clocks may be in two time zones
        deck.reset(now=datetime.now(UTC) + timedelta(days=days))
        api.post("/agents", json={"name": today})
        assert "two clocks" not in report_on(deck)
