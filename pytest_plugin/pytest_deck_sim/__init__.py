"""The pytest plugin of deck-sim: fixtures, a marker, options, the report; nothing else.

pytest imports it in every run, so it imports next to nothing until a fixture is used. The one
exception keeps hold of the real clock before anything can freeze it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

import pytest

import deck_sim.base.real_time  # noqa: F401

if TYPE_CHECKING:
    from deck_sim import Deck, WebhookReceiver
    from pytest_deck_sim.frozen import DeckTime

TIMELINE = pytest.StashKey[Callable[[], str]]()  # of the test's world, while there is one
FAILED = pytest.StashKey[bool]()
FAIL = "fail"
LINT = (FAIL, "off")  # what mistakes found by `deck.lint` do
COVERAGE = "deck_sim_coverage"  # the plugin that counts what is played, if it is asked for

_OPTIONS = {
    "url": "drive the deck-sim server that runs at this URL instead of starting one",
    "edition": "the edition of every world: connections (the default)",
    "scenarios": "a folder of scenario files of your own; in the ini file, relative to its folder",
}
_COVERAGE: dict[str, tuple[dict[str, Any], Literal["bool", "string"], str]] = {
    "coverage": (
        {"action": "store_true"},
        "bool",
        "tell which steps and branches of scenarios no test played",
    ),
    "fail-under": (
        {"type": float, "metavar": "PERCENT"},
        "string",
        "with --deck-coverage: fail if less than so many percent of the steps were played",
    ),
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
    parser.addini(
        "deck_lint",
        "`fail`: a test fails at its end if `deck.lint` finds a mistake; `off`",
        default="off",
    )
    for name, (how, kind, text) in _COVERAGE.items():
        group.addoption(f"--deck-{name}", help=text, default=None, **how)
        parser.addini(f"deck_{name.replace('-', '_')}", text, type=kind)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and count what is played if that is asked for."""
    text = (
        "deck(scenario=None, edition=None, clock=None, seed=None, now=None, rate_limit=False,"
        " strict_fidelity=False, strict=True, lint=None): how the world of the `deck` fixture"
        " begins, and what may fail at its end."
    )
    config.addinivalue_line("markers", text)
    if config.getini("deck_lint") not in LINT:
        found = config.getini("deck_lint")
        raise pytest.UsageError(f"deck_lint is {found!r}; it can be {' or '.join(LINT)}")
    asked: float | None = config.getoption("deck_fail_under")
    if config.getoption("deck_coverage") or config.getini("deck_coverage"):
        from pytest_deck_sim.coverage import Coverage

        least = _percent(config.getini("deck_fail_under") if asked is None else asked)
        config.pluginmanager.register(Coverage(config, folder_of(config), least), COVERAGE)
    elif asked is not None:
        raise pytest.UsageError("--deck-fail-under says how much of --deck-coverage is enough")


def _percent(given: str | float) -> float:
    try:
        percent = float(given or 0)
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise pytest.UsageError(f"deck_fail_under is {given!r}; it must be from 0 to 100")
    return percent


def folder_of(config: pytest.Config) -> Path | None:
    """The folder that an option or the ini file names."""
    given: str | None = config.getoption("deck_scenarios")
    if given:
        return config.invocation_params.dir / given
    named: str = config.getini("deck_scenarios")
    return config.rootpath / named if named else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `deck_every_scenario` once with each."""
    if "deck_every_scenario" in metafunc.fixturenames:
        from pytest_deck_sim.worlds import scenario_names

        names = scenario_names(metafunc.definition, _option(metafunc.config, "edition"))
        metafunc.parametrize("deck_every_scenario", names, indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the world's timeline with a test that failed."""
    if call.excinfo is not None:  # an expected failure and a skip, too: the test broke off
        item.stash[FAILED] = True
        if not item.config.getoption("fulltrace"):
            _leave_us_out(call.excinfo)
    report = yield
    if report.failed:
        timeline = item.stash[TIMELINE]() if TIMELINE in item.stash else ""
        if timeline:
            _add_section(report, "deck timeline", timeline)
    return report


def _leave_us_out(caught: pytest.ExceptionInfo[BaseException]) -> None:
    """End a traceback where the test called us: an error of ours tells everything itself."""
    errors = sys.modules.get("deck_sim.base.errors")  # if it was not imported, it was not raised
    if errors is None or not isinstance(caught.value, errors.DeckSimError):
        return
    last = caught.tb
    while last.tb_next is not None and not _is_ours(last.tb_next):
        last = last.tb_next
    last.tb_next = None


def _is_ours(entry: TracebackType) -> bool:
    name: str = entry.tb_frame.f_globals.get("__name__", "")
    return name.partition(".")[0] == "deck_sim"


def _add_section(report: pytest.TestReport, title: str, text: str) -> None:
    """Add a section to what a failure says of itself, which every kind of report shows: the
    terminal's, JUnit's, and one that comes from another process.
    """
    add = getattr(report.longrepr, "addsection", None)
    if add is None:
        report.sections.append((title, text))
    else:
        add(title, text, "-")


@pytest.fixture(scope="session")
def deck_edition(pytestconfig: pytest.Config) -> str | None:
    """The edition of every world, unless a marker says another; None is the server's own."""
    return _option(pytestconfig, "edition")


@pytest.fixture(scope="session")
def deck_scenarios_dir(pytestconfig: pytest.Config) -> Path | None:
    """The folder of your own scenarios, if there is one."""
    return folder_of(pytestconfig)


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
def deck_every_scenario(request: pytest.FixtureRequest, deck: Deck) -> str:
    """The name of a scenario, which every connection and run of `deck` plays; one after another,
    those that ship and those of your own folder.
    """
    name: str = request.param
    deck.use(name)
    return name


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
