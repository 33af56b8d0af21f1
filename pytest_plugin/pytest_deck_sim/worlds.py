"""The world of one test, from its marker to its end. Imported when a fixture is first used."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deck_sim import Deck, DeckSimError, WebhookReceiver
from deck_sim.base.errors import listed, nearest
from deck_sim.contract.editions import DEFAULT_EDITION
from deck_sim.handle.deck_sim import read_scenarios
from deck_sim.handle.failure_report import write_report
from deck_sim.handle.hold import Hold
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.scenario.library import Library, shipped
from deck_sim.server.serve import ServerThread
from pytest_deck_sim import COVERAGE, FAIL, FAILED, LINT, TIMELINE, folder_of

if TYPE_CHECKING:
    from pytest_deck_sim.frozen import DeckTime

OWN_SERVER = pytest.StashKey[str]()
OWN_WORLDS = pytest.StashKey[WorldRegistry]()

# Two runs of the same tests may drive one server at the same time.
THIS_RUN = uuid.uuid4().hex[:8]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `@pytest.mark.deck(...)` can say."""

    scenario: str | None = None
    edition: str | None = None
    clock: str = "frozen"
    seed: int = 0
    now: str | datetime | None = None
    rate_limit: bool | Mapping[str, Any] = False
    strict_fidelity: bool = False
    strict: bool = True
    lint: str | None = None  # None: as the ini file says


@contextmanager
def serve(config: pytest.Config, folder: Path | None) -> Iterator[str]:
    """A server in a thread, which knows the scenarios of the folder; gives its URL."""
    library = shipped() if folder is None else _read(folder, shipped())
    thread = ServerThread(WorldRegistry(library=library)).start()
    config.stash[OWN_SERVER] = thread.server.url
    config.stash[OWN_WORLDS] = thread.server.worlds
    yield thread.server.url
    thread.stop()


@contextmanager
def world_of(
    item: pytest.Item, server: str, edition: str | None, folder: Path | None
) -> Iterator[Deck]:
    """The world of one test, as its marker wants it."""
    wanted = read_marker(item)
    own = item.config.stash.get(OWN_SERVER, None) == server
    counting = item.config.pluginmanager.get_plugin(COVERAGE)
    handle = Deck if counting is None else partial(_Counted, counting.add)
    with _beginning():
        deck = handle(server, make_key(item.nodeid, own=own))
    with deck:
        with _beginning():
            _begin(deck, wanted, edition, None if own else folder)
        item.stash[TIMELINE] = lambda: _show_timeline(deck)
        yield deck
        failed = item.stash.get(FAILED, False)
        complaints = [] if not wanted.strict else _complaints(deck, failed)
        if (wanted.lint or item.config.getini("deck_lint")) == FAIL and not failed:
            found = deck.lint
            complaints += [f"{found}"] if found else []
        shown = _show_timeline(deck) if complaints else ""
        item.stash[TIMELINE] = lambda: shown
        deck.delete()
    if complaints:
        raise _failure("\n".join(complaints))


@contextmanager
def _beginning() -> Iterator[None]:
    """Let what keeps a world from beginning be a failure without a traceback."""
    try:
        yield
    except DeckSimError as error:
        raise _failure(f"the world of this test cannot begin: {error}") from None


class _Counted(Deck):
    """A handle that lets be counted what was played before its world is no more."""

    def __init__(self, count: Callable[[Deck], None], url: str, api_key: str) -> None:
        super().__init__(url, api_key)
        self._count = count

    def reset(self, **how: Any) -> None:
        """Begin the world anew, as `Deck.reset` does."""
        self._count(self)
        super().reset(**how)

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Let the world be another one, as `Deck.restore` does."""
        self._count(self)
        super().restore(snapshot)

    def delete(self) -> None:
        """Forget the world, as `Deck.delete` does."""
        self._count(self)
        super().delete()


@contextmanager
def receive(item: pytest.Item, deck: Deck) -> Iterator[WebhookReceiver]:
    """The receiver of one test; what it has to complain of fails the test at its end."""
    receiver = WebhookReceiver(deck)
    try:
        with receiver:
            yield receiver
    except DeckSimError as error:
        if read_marker(item).strict:
            raise _failure(str(error)) from None


@contextmanager
def freeze(item: pytest.Item, deck: Deck) -> Iterator[DeckTime]:
    """The time of one test, frozen with its world."""
    own = item.config.stash.get(OWN_SERVER, None) == deck.url
    worlds = item.config.stash[OWN_WORLDS] if own else None
    try:
        from pytest_deck_sim.frozen import bind

        with bind(deck, worlds) as time:
            yield time
    except ModuleNotFoundError as error:
        raise _failure(f"`deck_time` freezes the process: pip install {error.name}") from None
    except DeckSimError as error:
        raise _failure(str(error)) from None


def read_marker(item: pytest.Item) -> Wanted:
    """What the markers of a test say together; the nearest to it wins."""
    allowed, said = [field.name for field in fields(Wanted)], dict[str, Any]()
    for mark in reversed([*item.iter_markers("deck")]):
        wrong = [f"takes no positional argument, and {arg!r} is one" for arg in mark.args]
        wrong += [
            f"has no argument {name!r}{nearest(name, allowed)}"
            for name in mark.kwargs
            if name not in allowed
        ]
        if wrong:
            text = f"@pytest.mark.deck {'; it '.join(wrong)}; allowed are {listed(allowed)}"
            raise _failure(text)
        said.update(mark.kwargs)
    _check_lint(said.get("lint"))
    return Wanted(**said)


def _check_lint(said: Any) -> None:
    if said not in (None, *LINT):
        allowed = listed(LINT, last="or")
        raise _failure(f"@pytest.mark.deck: `lint` is {said!r}; it can be {allowed}")


def scenario_names(item: pytest.Item, edition: str | None) -> list[str]:
    """Every scenario that a world of this test can play: those that ship, those of the folder."""
    folder = folder_of(item.config)
    library = shipped() if folder is None else _read(folder, shipped())
    wanted = read_marker(item).edition or edition or DEFAULT_EDITION
    return [name for name in library.names() if wanted in library.get(name).editions]


def make_key(node_id: str, *, own: bool) -> str:
    """The key of a test: always the same, but on a shared server another one in each run."""
    name = re.sub(r"\W+", "_", node_id.rpartition("::")[2])[:40]
    digest = hashlib.sha256(node_id.encode()).hexdigest()[:12]
    return f"sk_test_{name}_{digest}" if own else f"sk_test_{name}_{digest}_{THIS_RUN}"


def _begin(deck: Deck, wanted: Wanted, edition: str | None, folder: Path | None) -> None:
    deck.reset(
        edition=wanted.edition or edition, clock=wanted.clock, seed=wanted.seed, now=wanted.now
    )
    if wanted.rate_limit:
        deck.limit_rate(wanted.rate_limit)
    if wanted.strict_fidelity:
        deck.refuse_assumed(wanted.strict_fidelity)
    if folder is not None:
        for scenario in _read(folder, shipped()).own():
            deck.scenario(scenario.source)
    if wanted.scenario is not None:
        deck.use(wanted.scenario)


def _read(folder: Path, below: Library) -> Library:
    try:
        return read_scenarios(folder, below)
    except DeckSimError as error:
        raise _failure(str(error)) from None


def _complaints(deck: Deck, failed: bool) -> list[str]:
    """What went wrong in the world that the test itself cannot have noticed."""
    world = deck.world
    complaints = [f"deck-sim itself failed:\n{crash}" for crash in world["crashes"]]
    complaints += [
        f"a scenario could not be played on: {error}" for error in world["script_errors"]
    ]
    left = {kind: names for kind, names in world["queues"].items() if names and not failed}
    for kind, names in left.items():
        complaints.append(f"queued for a {kind}, but never played: {listed(names)}; {_MEANT}")
    quiet = [fault for fault in deck.faults if not (fault["fired"] or fault["owner"] or failed)]
    complaints += [f"a fault never struck: {_spell_fault(fault)}; {_MEANT}" for fault in quiet]
    idle = [hold for hold in deck.holds if not failed and _held_nothing(hold)]
    complaints += [f"a hold held nothing: {hold}; {_MEANT}" for hold in idle]
    return complaints


def _held_nothing(hold: Hold) -> bool:
    try:
        return not hold.met
    except DeckSimError:  # it ended by another way than ours, and nobody knows any more
        return False


def _spell_fault(fault: Mapping[str, Any]) -> str:
    """A fault as it was put, and how many it was for."""
    said = {name: value for name, value in fault.items() if name not in _COUNTED}
    return f"{', '.join(f'{name}={value!r}' for name, value in said.items())} (met {fault['met']})"


_COUNTED = ("id", "owner", "met", "fired")
_MEANT = "if this is meant, mark the test with @pytest.mark.deck(strict=False)"


def _show_timeline(deck: Deck) -> str:
    try:
        return write_report(deck)
    except DeckSimError as error:
        return str(error)


def _failure(text: str) -> BaseException:
    """A failure that is told by its text alone: our own frames say nothing to a test's author."""
    return pytest.fail.Exception(text, pytrace=False)
