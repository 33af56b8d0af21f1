import pytest

from deck_sim import DeckSimError


@pytest.fixture
def started(deck, run, api):
    """A run that its client has read ten times a second."""
    started = run()
    assert str(deck.lint) == "no findings"
    deck.lint.check()
    for _ in range(8):
        api.get(f"/task-runs/{started['id']}")
        deck.sleep(0.1)
    return started


def test_a_finding_says_what_why_and_how_to_fix_it(deck, started):
    report = str(deck.lint).split("\n")
    what = f"`{started['id']}` was read again less than 1s after the last read, 7 times"
    assert report[0] == f"polls_too_often: {what}"
    assert [line.partition(":")[0] for line in report[1:3]] == [
        "  why it matters",
        "  how to fix it",
    ]
    assert report[3].endswith(f"GET /v2/task-runs/{started['id']}")
    assert report[-1] == "    and 2 more"
    with pytest.raises(AssertionError) as caught:
        deck.lint.check()
    assert str(caught.value).split("\n") == report


def test_the_poll_interval_can_be_set(deck, started):
    deck.poll_interval = "0s"
    assert deck.lint == ()
    deck.poll_interval = "soon"
    with pytest.raises(DeckSimError, match="`poll_interval`: "):
        _ = deck.lint


def test_a_rule_can_be_ignored_by_its_name(deck, started):
    deck.lint.check("polls_too_often")
