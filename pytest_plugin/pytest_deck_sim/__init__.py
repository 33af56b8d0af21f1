"""The pytest plugin of deck-sim: fixtures, markers, options, and the report of failed tests.

pytest imports this module in every run, so it imports most other modules only when they are used.
`real_time` stores the real clock before anything can freeze it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import deck_sim.base.real_time  # noqa: F401
from pytest_deck_sim.options import (
    BROKEN,
    COVERAGE,
    ENV_VARIABLES,
    EVERY,
    EXPLORED,
    FAILED,
    FOLDERS,
    INI_VALUES,
    INTERRUPTED,
    MADE_UP,
    OWN_SERVER,
    REPORT,
    check_ini_file,
    find_folder,
    read_option,
)
from pytest_deck_sim.options import pytest_addoption as pytest_addoption

if TYPE_CHECKING:
    from deck_sim import Deck, ErrorInfo, WebhookReceiver
    from pytest_deck_sim.frozen_time import DeckTime

_TOO_WIDE = re.compile(r"ScopeMismatch: .* fixture deck(_\w+)? ")
_USE_DECK_WORLD = (
    "Each test has a new `deck`, so fixtures of a wider scope cannot use it. They make a world with"
    ' the fixture `deck_world`: `deck_world("shared")` is a `Deck`.'
)


def pytest_configure(config: pytest.Config) -> None:
    """Add the markers, check the options, and register the plugin of `--deck-coverage`."""
    config.addinivalue_line(
        "markers",
        "deck(scenario, edition, clock, step, seed, now, rate_limit, strict, lint, scenarios, and"
        " the options of a world such as session_limit): the settings of the world of the `deck`"
        " fixture, the checks at the end of the test, and the scenarios of `deck_every_scenario`.",
    )
    config.addinivalue_line(
        "markers",
        "deck_explore(troubles, skip, limit, raises, report_only): run the test again for each"
        " thing that can go wrong; `deck_explore(False)`: never.",
    )
    if config.option.deck_explore or config.option.deck_trouble:
        from pytest_deck_sim.exploration import check_options

        check_options(config)
    for name in FOLDERS:
        check_ini_file(config, name)
    for name, values in INI_VALUES.items():
        if (value := config.getini(name)) not in values:
            raise pytest.UsageError(f"{name} is {value!r}; it can be {' or '.join(values)}")
    for name, (default, _) in ENV_VARIABLES.items():
        if not re.fullmatch("[^=]+", value := config.getini(f"deck_env_{name}")):
            needs = f"write the name of an environment variable, such as {default}"
            raise pytest.UsageError(f"deck_env_{name} is {value!r}; {needs}")
    if not read_option(config, "coverage"):
        if config.getoption("deck_fail_under"):
            raise pytest.UsageError("--deck-fail-under needs --deck-coverage")
        return
    from pytest_deck_sim.coverage import Coverage

    least = read_option(config, "fail_under") or "0"
    if not re.fullmatch(r"100|\d?\d(\.\d+)?", least):
        raise pytest.UsageError(f"deck_fail_under is {least!r}; it must be a number from 0 to 100")
    config.pluginmanager.register(Coverage(config, find_folder(config), float(least)), COVERAGE)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses `deck_every_scenario` or `deck_every_failure` once for each value."""
    names = [name for name in EVERY if name in metafunc.fixturenames]
    if not names:
        return
    from deck_sim.contract import DEFAULT_EDITION
    from pytest_deck_sim.world_fixture import make_failure, values_of

    if len(names) > 1:
        text = "each of them chooses what all runs play; use one of them in a test"
        raise make_failure(f"`{names[0]}` and `{names[1]}` exclude each other: {text}")
    # Only a running test knows what an override of `deck_edition` returns.
    is_known = len(metafunc._arg2fixturedefs.get("deck_edition", ())) < 2
    edition = (read_option(metafunc.config, "edition") or DEFAULT_EDITION) if is_known else None
    rows = values_of(names[0], metafunc.definition, edition)
    metafunc.parametrize(names[0], rows, indirect=True, ids=[f"{value}" for value, _ in rows])


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Check the marker of a test that does not use `deck`, too."""
    if item.get_closest_marker("deck"):
        from pytest_deck_sim.world_fixture import read_marker

        read_marker(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Explore a test that uses `deck`, if an option or a marker asks for it."""
    marker, options = item.get_closest_marker("deck_explore"), item.config.option
    is_asked = options.deck_explore or options.deck_explore_pairs or options.deck_trouble
    is_asked = is_asked if marker is None else marker.args != (False,)
    if not is_asked or "deck" not in getattr(item, "fixturenames", ()):
        return None
    from pytest_deck_sim.exploration import Explorer

    Explorer(item).explore(nextitem)
    return True


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the results of explored tests, and write the files about them."""
    reports = (report for reports in terminalreporter.stats.values() for report in reports)
    explored = [report.deck_explore for report in reports if hasattr(report, "deck_explore")]
    explored += filter(None, [config.stash.get(INTERRUPTED, None)])
    if explored:
        from pytest_deck_sim.exploration import show_reports

        show_reports(explored, terminalreporter, config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep the exception that ended a test; if the test failed, add the report on its world."""
    if call.excinfo is not None:  # also of expected failures and skips: the test stopped early
        item.stash[FAILED] = call.excinfo.value
        if not item.config.getoption("fulltrace"):
            _hide_our_frames(call.excinfo)
        error = call.excinfo.value
        if isinstance(error, pytest.fail.Exception) and _TOO_WIDE.match(f"{error.msg}"):
            error.msg = f"{error.msg}\n{_USE_DECK_WORLD}"
        elif isinstance(error, pytest.fail.Exception) and hasattr(error, "later"):
            listed_mistakes = item.config.stash.setdefault(BROKEN, set())
            if error.msg in listed_mistakes:
                error.msg = error.later
            listed_mistakes.add(error.msg)
    report = yield
    if not report.failed or REPORT not in item.stash:
        return report
    text, reason = item.stash[REPORT](report.longreprtext)
    if text:
        # A section of the failure itself is in every report: on the terminal, in JUnit XML, and
        # from xdist. A failure of plain text has no sections.
        add = getattr(report.longrepr, "addsection", lambda *row: report.sections.append(row))
        add("deck timeline", text)
    crash = getattr(report.longrepr, "reprcrash", None)
    # What an exploration compares is the error alone.
    if crash and reason and report.when == "call" and EXPLORED not in item.stash:
        crash.message = f"{reason}. {crash.message}"  # in the short summary and in JUnit XML
    return report


def _hide_our_frames(caught: pytest.ExceptionInfo[BaseException]) -> None:
    """End the traceback of a `DeckSimError` where the test or application calls deck-sim."""
    errors = sys.modules.get("deck_sim.base.errors")  # None: not imported, so nothing raised it
    if errors is None or not isinstance(caught.value, errors.DeckSimError):
        return
    entry = caught.tb
    while (below := entry.tb_next) is not None:
        if f"{below.tb_frame.f_globals.get('__name__')}".startswith("deck_sim."):
            entry.tb_next = None
            return
        entry = below


@pytest.fixture(scope="session")
def deck_edition(pytestconfig: pytest.Config) -> str | None:
    """The edition of each world whose test names no edition; None: the server's default."""
    return read_option(pytestconfig, "edition")


@pytest.fixture(scope="session")
def deck_scenarios_dir(pytestconfig: pytest.Config) -> Path | None:
    """The folder of your scenarios, from `--deck-scenarios` or the ini value; None: no folder."""
    return find_folder(pytestconfig)


@pytest.fixture(scope="session")
def deck_server(pytestconfig: pytest.Config, deck_scenarios_dir: Path | None) -> Iterator[str]:
    """The URL of the server of all tests in this process; with `--deck-url`, that URL."""
    from deck_sim.runtime.registry import WorldRegistry
    from deck_sim.server.uvicorn_server import Server
    from pytest_deck_sim.world_fixture import read_folder

    url = read_option(pytestconfig, "url")
    if url:
        yield url
        return
    with Server(WorldRegistry(library=read_folder(deck_scenarios_dir))) as server:
        pytestconfig.stash[OWN_SERVER] = server.url
        yield server.url


@pytest.fixture(scope="session")
def deck_world(
    pytestconfig: pytest.Config,
    deck_server: str,
    deck_edition: str | None,
    deck_scenarios_dir: Path | None,
) -> Iterator[Callable[..., Deck]]:
    """Makes worlds for fixtures of a wider scope: `deck_world("finished")` is a `Deck`.

    Each call makes a new world, whose key is made of the name and a number. Further arguments are
    those of `@pytest.mark.deck` that set up a world. The worlds are deleted at the end of the
    session.
    """
    from pytest_deck_sim.world_fixture import world_factory

    with world_factory(pytestconfig, deck_server, deck_edition, deck_scenarios_dir) as factory:
        yield factory


@pytest.fixture
def deck(
    request: pytest.FixtureRequest,
    deck_server: str,
    deck_edition: str | None,
    deck_scenarios_dir: Path | None,
) -> Iterator[Deck]:
    """The `Deck` of a new world with its own API key, deleted after the test."""
    from pytest_deck_sim.world_fixture import world_of

    with world_of(request.node, deck_server, deck_edition, deck_scenarios_dir) as deck:
        yield deck


@pytest.fixture
def deck_every_scenario(request: pytest.FixtureRequest, deck: Deck) -> str:
    """The name of a scenario that every connection, session and run of `deck` plays.

    The test runs once for each scenario that its edition can play: the shipped ones and your own.
    With `@pytest.mark.deck(scenarios="own")`, only your own are played.
    """
    name: str = _read_value(request, deck)
    deck.use(name)
    return name


@pytest.fixture
def deck_every_failure(request: pytest.FixtureRequest, deck: Deck) -> ErrorInfo:
    """The error with which every run of `deck` fails.

    The test runs once for each error of the test's edition that a run can end with.
    """
    error: ErrorInfo = _read_value(request, deck)
    script = [{"queued": "1s"}, {"running": "5s"}, {"failed": error.name}]
    name = MADE_UP + error.name.replace("/", "_")
    deck.use(deck.scenario({"name": name, "task_run": script}))
    return error


def _read_value(request: pytest.FixtureRequest, deck: Deck) -> Any:
    value, editions = request.param
    if (edition := deck.world["edition"]) not in editions:
        pytest.skip(f"`{value}` is not of the edition `{edition}`")
    return value


@pytest.fixture
def deck_env(deck: Deck, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Deck:
    """`deck`, after setting `DECK_BASE_URL`, `DECK_API_KEY` and `DECK_WEBHOOK_SECRET`.

    Ini values such as `deck_env_base_url` give these environment variables other names.
    """
    for name in ENV_VARIABLES:
        monkeypatch.setenv(pytestconfig.getini(f"deck_env_{name}"), getattr(deck, name))
    return deck


@pytest.fixture
def deck_client(deck: Deck, pytestconfig: pytest.Config) -> Iterator[Any]:
    """An httpx2 or httpx client for the world of `deck`.

    It calls a server in this process without a socket.
    """
    with _make_client(deck, pytestconfig, "Client") as client:
        yield client


@pytest.fixture
def deck_async_client(deck: Deck, pytestconfig: pytest.Config) -> Iterator[Any]:
    """An asynchronous client like `deck_client`, for asyncio or trio."""
    client = _make_client(deck, pytestconfig, "AsyncClient")
    yield client
    # No event loop runs here any more; closing our transport does not need one.
    with suppress(StopIteration):
        client.aclose().send(None)


@pytest.fixture
def deck_webhooks(request: pytest.FixtureRequest, deck: Deck) -> Iterator[WebhookReceiver]:
    """A webhook receiver on loopback, registered for every event of the world of `deck`.

    A wrong signature or a callback's error fails the test, unless its marker has `strict=False`.
    """
    from deck_sim import DeckSimError, WebhookReceiver
    from pytest_deck_sim.world_fixture import make_failure, read_marker

    try:
        with WebhookReceiver(deck) as receiver:
            yield receiver
    except DeckSimError as error:  # a wrong signature, or a callback that failed
        if read_marker(request.node).strict:
            raise make_failure(str(error)) from None


@pytest.fixture
def deck_time(deck: Deck) -> Iterator[DeckTime]:
    """Freezes the process at the world's time; freezegun's `tick` and `move_to` move both."""
    from pytest_deck_sim.frozen_time import bind

    with bind(deck) as frozen:
        yield frozen


def _make_client(deck: Deck, config: pytest.Config, kind: str) -> Any:
    library = import_module(config.getini("deck_client_library"))
    return getattr(library, kind)(
        transport=deck.transport,
        base_url=deck.base_url,
        headers={"Authorization": f"Bearer {deck.api_key}"},
        trust_env=False,
    )
