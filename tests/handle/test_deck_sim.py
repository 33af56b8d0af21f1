import threading
from datetime import timedelta

import pytest

import deck_sim
from deck_sim import Deck, DeckSim, DeckSimError


def test_a_server_runs_for_the_block():
    with DeckSim(seed=3, now="2030-01-01T00:00:00Z", clock="on_poll", step="5s") as deck:
        assert isinstance(deck, Deck)
        assert deck.clock.step == timedelta(seconds=5)
        assert (deck.world["seed"], deck.clock.now.year, deck.clock.mode) == (3, 2030, "on_poll")
    with Deck(deck.url, deck.api_key) as gone, pytest.raises(DeckSimError, match="no deck-sim"):
        gone.settle()


def test_it_plays_the_scenarios_of_a_folder(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "version: 1\nname: mine\ntask_run: [running: 1s, completed]"
    )
    with DeckSim(scenarios=tmp_path) as deck:
        deck.queue("mine", "success")


def test_a_folder_with_errors_starts_no_server(tmp_path):
    (tmp_path / "mine.yaml").write_text("version: 1\nname: mine\ntask_run: [complete]")
    with pytest.raises(DeckSimError, match=r"mine\.yaml:3:12: "):
        DeckSim(scenarios=str(tmp_path)).__enter__()


def test_a_refused_setting_stops_the_server():
    before = {*threading.enumerate()}
    with pytest.raises(DeckSimError, match="`edition`: must be"):
        DeckSim(edition="none").__enter__()
    assert {*threading.enumerate()} <= before


def test_the_package_has_its_public_names_only():
    assert {name for name in deck_sim.__all__ if hasattr(deck_sim, name)} == {*deck_sim.__all__}
    with pytest.raises(AttributeError, match="no attribute 'Dekc'"):
        deck_sim.Dekc  # noqa: B018


def test_webhooks_may_be_allowed_to_go_to_public_addresses():
    """No connection to this address can be made."""
    with DeckSim(allow_public_webhooks=True) as deck:
        deck.register_webhook("http://224.0.0.1:9/hook")
        deck.create("agents", {"name": "Concierge"})
        deck.advance("1s")
        assert "neither loopback nor private" not in deck.deliveries[0]["log"][0]["error"]


def test_a_server_that_is_not_started_says_where_its_methods_are():
    with pytest.raises(AttributeError, match=r"no 'runs'; `with DeckSim\(\) as deck:` gives"):
        _ = DeckSim().runs
