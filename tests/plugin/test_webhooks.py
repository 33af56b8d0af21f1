"""`deck_webhooks`, the webhook receiver as a fixture."""

import pytest

FORGED = """
    import httpx2, pytest
    {mark}
    def test_forged(deck_webhooks):
        httpx2.post(deck_webhooks.url, json={{}}, trust_env=False)
"""


def test_a_test_receives_the_events_of_its_own_world(run):
    """Each test has its own receiver and secret."""
    text = """
        import pytest
        secrets = set()
        @pytest.mark.parametrize("name", ["one", "two"])
        def test_events(deck, deck_webhooks, name):
            deck.create("agents", {"name": name})
            deck.settle()
            assert deck_webhooks.wait_for("agent.created")["data"]["name"] == name
            assert len(deck_webhooks.events) == 1
            secrets.add((deck_webhooks.url, deck.api_key))
        def test_differ(): assert len(secrets) == 2
    """
    run(text).assert_outcomes(passed=3)


def test_deck_env_sets_the_secret(run):
    """`DECK_WEBHOOK_SECRET`, until the end of the test."""
    text = """
        import os
        def test_set(deck_env, deck_webhooks):
            assert os.environ["DECK_WEBHOOK_SECRET"] == deck_webhooks.secret
        def test_taken_back(deck_webhooks):
            assert "DECK_WEBHOOK_SECRET" not in os.environ
    """
    run(text).assert_outcomes(passed=2)


def test_the_variable_can_have_another_name(run, pytester):
    """By an ini value."""
    pytester.makeini("[pytest]\ndeck_env_webhook_secret = MY_SECRET")
    text = """
        import os
        def test_set(deck_webhooks, deck_env):
            assert os.environ["MY_SECRET"] == deck_webhooks.secret
    """
    run(text).assert_outcomes(passed=1)


def test_a_wrong_signature_fails_the_test(run):
    """The error says what is wrong, without a traceback."""
    result = run(FORGED.format(mark=""))
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["the signature of a webhook (without an id) is wrong: the header *"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_wrong_signature_can_be_allowed(run):
    """With `strict=False`."""
    run(FORGED.format(mark="@pytest.mark.deck(strict=False)")).assert_outcomes(passed=1)


def test_a_failed_assertion_in_a_callback_fails_the_test(run):
    """With its traceback, though it was on another thread."""
    text = """
        def test_callback(deck, deck_webhooks):
            def look(event): assert event["data"]["name"] == "other"
            deck_webhooks.on("agent.created", look)
            deck.create("agents", {"name": "Concierge"})
            deck.advance("1s")
    """
    result = run(text)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["a callback failed at agent.created:", "AssertionError*"])


@pytest.mark.parametrize("options", [("-n", "2"), ("-p", "no:xdist")])
def test_receivers_work_in_any_number_of_processes(run_apart, options):
    """Each has a free port, with and without xdist."""
    text = """
        import pytest
        @pytest.mark.parametrize("n", range(4))
        def test_use(deck, deck_webhooks, n):
            deck.create("agents", {"name": f"{n}"})
            deck.settle()
            assert [e["data"]["name"] for e in deck_webhooks.events] == [f"{n}"]
    """
    run_apart(text, *options).assert_outcomes(passed=4)
