"""The pytest plugin of deck-sim: fixtures, a marker, options, the report; nothing else.

pytest imports it in every run, so it imports next to nothing until a fixture is used. The one
exception keeps hold of the real clock before anything can freeze it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import deck_sim.realtime  # noqa: F401

if TYPE_CHECKING:
    from deck_sim import Deck, WebhookReceiver
    from pytest_deck_sim.frozen import DeckTime

TIMELINE = pytest.StashKey[Callable[[], str]]()  # of the test's world, while there is one
FAILED = pytest.StashKey[bool]()

_OPTIONS = {
    "url": "drive the deck-sim server that runs at this URL instead of starting one",
    "edition": "the edition of every world: connections (the default)",
    "scenarios": "a folder of scenario files of your own; in the ini file, relative to its folder",
}
_VARIABLES = {
    "deck_env_base_url": ("DECK_BASE_URL", "the variable in which `deck_env` sets the base URL"),
    "deck_env_api_key": ("DECK_API_KEY", "the variable in which `deck_env` sets the API key"),
    "deck_env_webhook_secret": (
        "DECK_WEBHOOK_SECRET",
        "the variable in which `deck_env` sets the secret that webhooks are signed with",
    ),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options, and the same in the ini file."""
    group = parser.getgroup("deck-sim")
    for name, text in _OPTIONS.items():
        group.addoption(f"--deck-{name}", help=text)
        parser.addini(f"deck_{name}", text)
    for name, (default, text) in _VARIABLES.items():
        parser.addini(name, text, default=default)
    text = "the library of `deck_client` and `deck_async_client`: httpx2 (the default) or httpx"
    parser.addini("deck_client_library", text, default="httpx2")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    text = (
        "deck(scenario=None, edition=None, clock=None, seed=None, now=None, strict=True):"
        " how the world of the `deck` fixture begins, and whether its teardown may fail the test."
    )
    config.addinivalue_line("markers", text)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the world's timeline with a test that failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
        timeline = item.stash[TIMELINE]() if TIMELINE in item.stash else ""
        if timeline:
            report.sections.append(("deck timeline", timeline))
    return report


@pytest.fixture(scope="session")
def deck_edition(pytestconfig: pytest.Config) -> str | None:
    """The edition of every world, unless a marker says another; None is the server's own."""
    return _option(pytestconfig, "edition")


@pytest.fixture(scope="session")
def deck_scenarios_dir(pytestconfig: pytest.Config) -> Path | None:
    """The folder of your own scenarios, if there is one."""
    given: str | None = pytestconfig.getoption("deck_scenarios")
    if given:
        return pytestconfig.invocation_params.dir / given
    named: str = pytestconfig.getini("deck_scenarios")
    return pytestconfig.rootpath / named if named else None


@pytest.fixture(scope="session")
def deck_server(pytestconfig: pytest.Config, deck_scenarios_dir: Path | None) -> Iterator[str]:
    """The URL of the one server that all tests use; started here unless `--deck-url` is given."""
    from pytest_deck_sim.worlds import serve

    url = _option(pytestconfig, "url")
    if url:
        yield url
    else:
        with serve(pytestconfig, deck_scenarios_dir) as own:
            yield own


@pytest.fixture
def deck(
    request: pytest.FixtureRequest,
    deck_server: str,
    deck_edition: str | None,
    deck_scenarios_dir: Path | None,
) -> Iterator[Deck]:
    """A fresh world with a key of its own, forgotten after the test."""
    from pytest_deck_sim.worlds import world_of

    with world_of(request.node, deck_server, deck_edition, deck_scenarios_dir) as deck:
        yield deck


@pytest.fixture
def deck_env(deck: Deck, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Deck:
    """The same as `deck`, with the variables set from which your application reads where to go."""
    monkeypatch.setenv(pytestconfig.getini("deck_env_base_url"), deck.base_url)
    monkeypatch.setenv(pytestconfig.getini("deck_env_api_key"), deck.api_key)
    monkeypatch.setenv(pytestconfig.getini("deck_env_webhook_secret"), deck.webhook_secret)
    return deck


@pytest.fixture
def deck_client(deck: Deck, pytestconfig: pytest.Config) -> Iterator[Any]:
    """An httpx client of the Deck API, as your application has one, which needs no socket."""
    from pytest_deck_sim.clients import make_client

    with make_client(pytestconfig, deck) as client:
        yield client


@pytest.fixture
def deck_async_client(deck: Deck, pytestconfig: pytest.Config) -> Iterator[Any]:
    """The same for coroutines, whichever library runs them."""
    from pytest_deck_sim.clients import make_async_client

    with make_async_client(pytestconfig, deck) as client:
        yield client


@pytest.fixture
def deck_webhooks(request: pytest.FixtureRequest, deck: Deck) -> Iterator[WebhookReceiver]:
    """A receiver of webhooks on loopback, which the world of `deck` sends every event to."""
    from pytest_deck_sim.worlds import receive

    with receive(request.node, deck) as receiver:
        yield receiver


@pytest.fixture
def deck_time(request: pytest.FixtureRequest, deck: Deck) -> Iterator[DeckTime]:
    """The process's time and that of the world of `deck` as one, whichever of them is moved."""
    from pytest_deck_sim.worlds import freeze

    with freeze(request.node, deck) as frozen:
        yield frozen


def _option(config: pytest.Config, name: str) -> str | None:
    found: str = config.getoption(f"deck_{name}") or config.getini(f"deck_{name}")
    return found or None
