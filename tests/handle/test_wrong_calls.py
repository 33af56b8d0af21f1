from datetime import datetime

import pytest

from deck_sim import DeckSimError
from deck_sim.contract.editions import EDITIONS

START = datetime(2025, 1, 16)  # without a zone
WRONG = {
    "a misspelt argument": (lambda deck, _: deck.start_run(inputs={}), "'inputs'; .* 'input'"),
    "a number": (lambda deck, run: deck.answer(run, 123456), 'takes text, such as "123456", or'),
    "a list of names": (lambda deck, _: deck.queue(["success"]), r"write `deck\.queue\(\"success"),
    "a run": (
        lambda deck, run: deck.drop(run),
        "give its `(connection|session)_id`, `(conn|sess)_",
    ),
    "a property": (lambda deck, _: deck.runs(), r"write it without `\(\)`, as `deck\.runs`"),
    "another edition": (
        lambda deck, _: (deck.connections, deck.sessions),
        r"has no \w+; to switch: @pytest\.mark\.deck\(edition=",
    ),
}


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_wrong_call_is_told_the_remedy(deck, edition):
    deck.reset(edition=edition)
    run = deck.start_run("mfa_then_success", status="interaction_required")
    for call, remedy in WRONG.values():
        with pytest.raises(DeckSimError, match=remedy):
            call(deck, run)


@pytest.mark.parametrize("moment", [START, START.isoformat()])
def test_a_moment_without_a_zone_is_utc_with_a_warning(deck, moment):
    with pytest.warns(UserWarning, match="2025-01-16.* is taken as UTC; add `Z`") as warnings:
        assert deck.advance_to(moment).now.isoformat() == "2025-01-16T00:00:00+00:00"
    assert warnings[0].filename == __file__


def test_a_webhook_that_is_never_sent_is_a_warning_at_once(deck):
    """A name that may be local is not looked up for this."""
    deck.register_webhook("http://app/hook")
    for host, why in (("example.com", "not a local name"), ("8.8.8.8", "neither loopback nor")):
        with pytest.warns(
            UserWarning, match=f"not sent: {host}.* {why}.*--allow-public"
        ) as warnings:
            deck.register_webhook(f"https://{host}/hook")
        assert warnings[0].filename == __file__
    deck.deliver_to(lambda environ, start_response: [], host="hooks.example.com")
