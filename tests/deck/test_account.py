"""The account of a world: what it tells, and how it is cut."""

from datetime import UTC, datetime, timedelta

import pytest

from deck_sim.deck.account import _rounds, _Told, give_account

START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


def told(whats):
    """How lines that say this are told, a second between each and the next."""
    moments = (START + timedelta(seconds=n) for n in range(len(whats)))
    return [
        *_rounds([_Told(at, what, (what, "")) for at, what in zip(moments, whats, strict=True)])
    ]


@pytest.mark.parametrize(
    ("whats", "shown"),
    [
        ("", []),
        ("abc", ["a", "b", "c"]),
        ("aabb", ["a", "a", "b", "b"]),
        ("aaaab", ["a", "  … 3 more times the same, until 2025-01-15T09:30:03Z", "b"]),
        ("xababab", ["x", "a", "b", "  … 2 more times the same, until 2025-01-15T09:30:06Z"]),
        ("abcdabcdabcd", [*"abcd", "  … 2 more times the same, until 2025-01-15T09:30:11Z"]),
        ("abcdeabcdeabcde", [*"abcdeabcdeabcde"]),
    ],
)
def test_what_is_done_again_and_again_is_told_once(whats, shown):
    """A round of up to four lines is told once if it comes three times or more."""
    assert told(whats) == shown


def test_an_empty_world_has_no_account(deck):
    """Nothing happened, so there is nothing to tell."""
    assert give_account(deck) == ""


def test_a_long_story_is_cut_in_its_middle(deck, api):
    """The first and the last lines stay, and how many are left out is told."""
    for number in range(60):
        api.post("/agents", json={"name": f"a{number}"})
    lines = give_account(deck).split("\n")
    assert "  … 61 lines are left out …" in lines
    assert len(lines) == 60 + len(["", "how it stands:", "it is", "nothing waits"])


def test_the_parts_tell_who_what_and_why(deck, run, api):
    """Choices with what came second, refusals, errors of runs, what waits and what is due."""
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
    account = give_account(deck)
    assert "source_down; because=queue (else mfa_then_success; because=default)" in account
    assert "\nwhat failed:\n  trun_7QWb9asDJXWKZYzR  source/source_not_available: The" in account
    assert account.count("`; `cancel` is allowed only in") == 1
    standing = f"  {waits['id']} is interaction_required, and nothing moves it on, held before task"
    assert f'{standing}_run.failed; it would take {{"code": "123456"}}\n' in account
    assert f": the task times out ({waits['id']})" in account
