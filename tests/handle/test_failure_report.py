"""The account of a world: what it tells, and how it is cut."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from deck_sim.handle.failure_report import _rounds, _Told, give_account

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


def refuses(status):
    """An application that answers every webhook so."""

    def app(environ, start_response):
        start_response(f"{status} ", [])
        return []

    return app


@pytest.mark.parametrize(("status", "asked"), [(401, True), (400, True), (500, False)])
def test_what_was_not_delivered_is_told(deck, run, status, asked):
    """With the last answer; one that a forgery would get raises the question of the secret."""
    deck.deliver_to(refuses(status))
    run()
    deck.advance("1m")
    told = give_account(deck).partition("\nwhat was not delivered:\n")[2].partition("\n\n")[0]
    assert told.count(f", attempt 3: {status}") == 3
    assert ("does the application verify with the secret" in told) is asked


def test_a_webhook_spoiled_on_purpose_raises_no_question(deck, run, api):
    """It was refused as it should be."""
    deck.fault(event="*", bad_signature=True)
    deck.deliver_to(refuses(401))
    run()
    deck.advance("1s")
    account = give_account(deck)
    assert "attempt 1: 401" in account
    assert "verify with" not in account


def test_what_was_delivered_in_the_end_is_not_told(deck, run, api):
    """Nor what was never attempted."""
    path = api.post("/event-destinations", json=QUEUE).json()["id"]
    run()
    deck.settle()
    assert deck.messages(path)
    assert "what was not delivered" not in give_account(deck)


QUEUE = {
    "name": "queue",
    "type": "aws_sqs",
    "events": ["*"],
    "config": {"queue_url": "https://sqs.us-east-1.amazonaws.com/123456789012/deck"},
}


def test_lint_findings_are_told_in_a_line(deck, run, api):
    """They may be the very cause, whether they may fail a test or not."""
    path = f"/task-runs/{run()['id']}"
    deck.settle()
    for _ in range(5):
        api.get(path)
    line = f"  polls_what_is_finished: `{path[11:]}` was read 4 times after it was `completed`"
    assert f"\nwhat the client does wrong:\n{line}\n" in give_account(deck)


def test_a_world_that_nobody_calls_says_with_which_key(deck, run):
    """The application's calls went to another world, or it made none."""
    line = f"no call of the Deck API came with its key, `{deck.api_key}`"
    assert give_account(deck) == f"nothing happened in this world:\n  {line}"
    deck.ready_task()
    assert give_account(deck).endswith(f"nothing waits, and nothing is due\n  {line}")
    run()
    assert line not in give_account(deck)


def test_an_answer_that_is_kept_back_is_told(deck, run):
    """A client that got no answer in time may be held by the test itself."""
    with ThreadPoolExecutor() as threads, deck.hold("POST /v2/tasks/*/run") as hold:
        started = threads.submit(run)
        while not hold.answers:
            pass
        told = "  1 x `POST /v2/tasks/*/run` is done, its answer kept back by a hold\n"
        assert told in give_account(deck)
        hold.release()
        started.result()
    assert told not in give_account(deck)
