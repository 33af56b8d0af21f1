from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from deck_sim.handle.failure_report import _show_history, write_report
from deck_sim.handle.timeline import TimelineEntry

START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


def test_a_repeated_round_is_shown_once():
    def fold(whats):
        entries = [
            TimelineEntry(START + timedelta(seconds=n), "task_run", "trun_1", what)
            for n, what in enumerate(whats)
        ]
        return [line.partition("trun_1")[2].strip() or line for line in _show_history([], entries)]

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
    for number in range(60):
        api.post("/agents", json={"name": f"a{number}"})
    lines = write_report(deck).split("\n")
    assert "  … 61 lines are left out …" in lines
    assert len(lines) == 60 + len(["", "present state:", "it is", "nothing waits"])


def test_the_sections_show_choices_refusals_errors_and_waits(deck, run, api):
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


def test_a_timer_of_a_settled_resource_is_shown(deck):
    deck.set_options(connection_idle="10m")
    deck.finish(deck.start_run())
    assert "  nothing waits, and the next timer, of `conn_" in write_report(deck)


def test_the_way_to_the_world_is_shown_to_who_has_not_called_it(deck):
    """It depends on what the test has set up already."""
    report = write_report(deck)
    assert report.startswith("nothing happened in this world\n\ncalls that did not come:\n")
    assert "calls https://api.deck.co, use `deck.intercept()`\n" in report
    assert "if it reads them on import, use `monkeypatch.setattr`" in report
    with deck.intercept(), httpx2.Client(trust_env=False) as client:
        assert "; `deck.intercept()` answers for `api.deck.co`\n" in write_report(deck)
        for host in ("0.0.0.0", "127.0.0.1"):
            with pytest.raises(httpx2.ConnectError):
                client.get(f"http://{host}:9/v2/agents")
    with deck.intercept("a.example"):
        hosts = "`api.deck.co` and `a.example`; calls to `0.0.0.0` were not intercepted\n"
        assert f"; `deck.intercept()` answers for {hosts}" in write_report(deck)


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
    for days in (0, 1):  # two clocks may be in two time zones
        deck.reset(now=datetime.now(UTC) + timedelta(days=days))
        api.post("/agents", json={"name": today})
        assert "two clocks" not in write_report(deck)
