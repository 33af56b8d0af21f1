"""The worlds of tests: the marker, the start of a world, the checks at its end, and the values of
the fixtures that run a test several times.

This module is imported when a test first needs it.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from deck_sim import ERRORS, Deck, DeckSimError
from deck_sim.base.errors import listed, nearest
from deck_sim.base.real_time import process_id
from deck_sim.contract import EDITION_NAMES
from deck_sim.engine.world_values import OPTION_TYPES, Options
from deck_sim.handle.connect.transports import server_at
from deck_sim.handle.deck_sim import read_scenarios
from deck_sim.handle.failure_report import Report, write_report
from deck_sim.runtime.callers import CALLERS
from deck_sim.runtime.findings import (
    FAILURE,
    LEFTOVER,
    OVERSIGHT,
    Finding,
    collect_findings,
)
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import MODES
from deck_sim.scenario.library import Library
from pytest_deck_sim.options import (
    COVERAGE,
    EXPLORED,
    FAIL,
    FAILED,
    LINT_MODES,
    OWN_SERVER,
    REPORT,
    VARIANT,
    find_folder,
)

_IF_INTENDED = "if this is intended, mark the test with @pytest.mark.deck(strict=False)"

_LATER = "cannot read your scenarios; the first test that failed lists the mistakes"

# The values that arguments of the marker can have; the other arguments are read with the world.
_ALLOWED = {
    "clock": MODES,
    "edition": EDITION_NAMES,
    "lint": LINT_MODES,
    "scenarios": ("all", "own"),
    "strict": (True, False),
}

# Part of the keys on a shared server, where two runs of the same tests may meet.
RUN_ID = uuid.uuid4().hex[:8]


@dataclass(frozen=True, slots=True)
class MarkerOptions(Options):
    """The arguments of `@pytest.mark.deck(...)`, with the options of a world."""

    scenario: str | None = None
    edition: str | None = None
    clock: str = "frozen"
    step: str | timedelta | None = None
    seed: int = 0
    now: str | datetime | None = None
    rate_limit: bool | Mapping[str, Any] = False
    strict: bool = True
    lint: str | None = None  # None: the ini value `deck_lint`
    scenarios: str = "all"  # the values of `deck_every_scenario`


@contextmanager
def world_of(
    item: pytest.Item, server: str, edition: str | None, folder: Path | None
) -> Iterator[Deck]:
    """Yield the `Deck` of a new world with the marker's options; finally check and delete it."""
    options, is_own_server = read_marker(item), item.config.stash.get(OWN_SERVER, None) == server
    with ExitStack() as stack:
        try:
            if EXPLORED in item.stash:
                stack.enter_context(item.stash[EXPLORED](server))
            deck = _open_world(stack, item.config, server, edition, folder, item.nodeid, options)
        except DeckSimError as error:
            raise make_failure(f"cannot start the world of this test: {error}") from None
        item.stash[REPORT] = lambda failure: _write_report(item, deck, failure)
        process = process_id()
        yield deck
        if process != process_id():  # a forked child; the parent still uses the world
            return
        # A test with a trouble may pass without using all that it set up.
        failed, deviates = FAILED in item.stash, VARIANT in item.stash
        problems = list[str]()
        if options.strict:  # problems that the test may not notice itself
            # A failed test may have stopped before it used all that it set up.
            weights = (FAILURE, OVERSIGHT) if failed or deviates else (FAILURE, OVERSIGHT, LEFTOVER)
            if is_own_server:
                with _paused(deck) as worlds:
                    simulation = worlds.select(f"Bearer {deck.api_key}")
                    findings = collect_findings(simulation, worlds, CALLERS["test"], weights)
            else:
                findings = [Finding(**row) for row in deck.findings]
            plays_all = "deck_every_scenario" in getattr(item, "fixturenames", ())
            for finding in findings:
                if finding.weight in weights and not (
                    plays_all and finding.kind == "unplayed_login"
                ):
                    intended = "" if finding.weight == FAILURE else f"; {_IF_INTENDED}"
                    problems.append(f"{finding.text}{intended}")
        if (options.lint or item.config.getini("deck_lint")) == FAIL and not (failed or deviates):
            problems += deck.lint.lines()
        # If the test failed earlier, its page is already written.
        failure = None if failed else "\n".join(problems)
        report = _write_report(item, deck, failure) if problems or deviates else Report("", "")
        item.stash[REPORT] = lambda failure: report
        if type(deck) is Deck and is_own_server:
            with _paused(deck) as worlds:
                worlds.drop(deck.api_key)
        else:
            deck.delete()
    if problems:
        raise make_failure("\n".join(problems))


@contextmanager
def world_factory(
    config: pytest.Config, server: str, edition: str | None, folder: Path | None
) -> Iterator[Callable[..., Deck]]:
    """Yield a function that makes a world and returns its `Deck`; finally delete the worlds."""
    with ExitStack() as stack:
        numbers = count(1)

        def make_world(name: str, **options: Any) -> Deck:
            node_id = f"deck_world::{name}_{next(numbers)}"
            settings = MarkerOptions(**options)
            deck = _open_world(stack, config, server, edition, folder, node_id, settings)
            stack.callback(deck.delete)
            return deck

        yield make_world


def _open_world(
    stack: ExitStack,
    config: pytest.Config,
    server: str,
    edition: str | None,
    folder: Path | None,
    node_id: str,
    options: MarkerOptions,
) -> Deck:
    is_own_server = config.stash.get(OWN_SERVER, None) == server
    counting = config.pluginmanager.get_plugin(COVERAGE)
    make_deck = Deck if counting is None else partial(_CountedDeck, counting.add)
    deck: Deck = stack.enter_context(
        make_deck(server, make_key(node_id, is_own_server=is_own_server))
    )
    settings = _read_settings(options, edition)
    if is_own_server and settings == _read_settings(MarkerOptions(), None):
        with _paused(deck) as worlds:
            worlds.select(f"Bearer {deck.api_key}")  # makes the world
            worlds.note_control(deck.api_key)
    else:
        deck.reset(**settings)
    if options.rate_limit:
        deck.limit_rate(options.rate_limit)
    if folder is not None and not is_own_server:
        for scenario in read_folder(folder).own():
            deck.scenario(scenario.source)
    if options.scenario is not None:
        deck.use(options.scenario)
    return deck


class _CountedDeck(Deck):
    """A `Deck` that reports scenario coverage before its world is emptied, replaced or deleted."""

    def __init__(self, count: Callable[[Deck], None], url: str, api_key: str) -> None:
        super().__init__(url, api_key)
        self._count = count

    def reset(self, **settings: Any) -> None:
        self._count(self)
        super().reset(**settings)

    def restore(self, snapshot: str) -> None:
        self._count(self)
        super().restore(snapshot)

    def delete(self) -> None:
        self._count(self)
        super().delete()


def read_marker(item: pytest.Item) -> MarkerOptions:
    """Return the options of all `deck` markers of a test; the closest marker wins."""
    names = [field.name for field in fields(MarkerOptions)]
    allowed, options = sorted(names, key=OPTION_TYPES.__contains__), dict[str, Any]()
    for mark in reversed([*item.iter_markers("deck")]):
        unknown = [*mark.args, *(name for name in mark.kwargs if name not in allowed)]
        if unknown:
            name = unknown[0]
            fix = f"; write `scenario={name!r}`" if mark.args else nearest(name, allowed)
            text = f"has no argument {name!r}{fix}; allowed are {listed(allowed)}"
            raise make_failure(f"@pytest.mark.deck {text}")
        options.update(mark.kwargs)
    for name, values in _ALLOWED.items():
        if (value := options.get(name)) not in (None, *values):
            text = f"`{name}` is {value!r}; it can be {' or '.join(map(repr, values))}"
            raise make_failure(f"@pytest.mark.deck: {text}")
    return MarkerOptions(**options)


def make_key(node_id: str, *, is_own_server: bool) -> str:
    """Return the API key of a test. On a shared server each run of the tests gets another."""
    name = re.sub("[^A-Za-z0-9]+", "_", node_id.rpartition("::")[2])[:40]
    digest = hashlib.sha256(node_id.encode()).hexdigest()[:12]
    return f"sk_test_{name}_{digest}" + ("" if is_own_server else f"_{RUN_ID}")


def _paused(deck: Deck) -> AbstractContextManager[WorldRegistry]:
    """Return a context manager that pauses our own server: this thread can then use its worlds."""
    server = server_at(deck.url)
    assert server is not None, "the server must run in this process"
    return server.paused()


def _read_settings(options: MarkerOptions, edition: str | None) -> dict[str, Any]:
    names = ("clock", "step", "seed", "now", *OPTION_TYPES)
    return {
        "edition": options.edition or edition,
        **{name: getattr(options, name) for name in names},
    }


def read_folder(folder: Path | None) -> Library:
    """Read the shipped scenarios and those of a folder; a broken file fails the test."""
    try:
        return read_scenarios(folder)
    except DeckSimError as error:
        failure: Any = make_failure(f"{error}")
        failure.later = _LATER  # for tests after the first one that fails with these mistakes
        raise failure from None


def _write_report(item: pytest.Item, deck: Deck, failure: str | None) -> Report:
    """Return the report on a test's world; with `--deck-html` and `failure`, also write a page."""
    folder = find_folder(item.config, "html")
    try:
        report = write_report(deck, failure or "")
        if failure is None or folder is None:
            return report
        folder.mkdir(parents=True, exist_ok=True)
        title = f"{item.nodeid} {item.stash.get(VARIANT, '')}".strip()
        file = folder / page_name(title)
        deck.write_html(file, title=title, text=f"{failure}\n\n{report.text}")
        end = f"this report as a page: {file}"
    except DeckSimError as error:
        return Report(str(error), "")
    except OSError as error:
        end = f"cannot write this report as a page: {error}"
    return report._replace(text=f"{report.text}\n\n{end}")


def page_name(node_id: str) -> str:
    """Return a file name for the page of a test. A digest makes it unique."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", node_id.replace(".py", "")).strip("-")[:80]
    return f"{name}-{hashlib.sha256(node_id.encode()).hexdigest()[:8]}.html"


def make_failure(text: str) -> BaseException:
    """Make a failure without a traceback, which would show only frames of this plugin."""
    return pytest.fail.Exception(text, pytrace=False)


def values_of(
    fixture: str, item: pytest.Item, edition: str | None
) -> list[tuple[Any, Collection[str]]]:
    """Return the values of `fixture` in an edition, None for any: names of scenarios, or the errors
    that can end a task run. Each has its editions.
    """
    folder, options = find_folder(item.config), read_marker(item)
    chosen = options.edition or edition
    if fixture == "deck_every_failure":
        errors = (error for error in ERRORS if error.ends_run)
        return [(row, row.editions) for row in errors if chosen in (None, *row.editions)]
    only_own = options.scenarios == "own"
    if only_own and folder is None:
        raise make_failure("`scenarios='own'` needs your scenarios: add --deck-scenarios=DIR")
    library = read_folder(folder)
    names = sorted(scenario.name for scenario in library.own()) if only_own else library.names()
    rows = ((name, library.get(name).editions) for name in names)
    return [row for row in rows if chosen in (None, *row[1])]
