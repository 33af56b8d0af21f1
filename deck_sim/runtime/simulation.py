"""A world in use: its clock mode, its choice of scenarios, its journal of calls.

One thread at a time runs this code. No endpoint awaits between reading and writing the world.
"""

import logging
import os
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from deck_sim.base import real_time
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.engine.commands import Facts
from deck_sim.engine.script import Script
from deck_sim.engine.seeded_draws import seed_of
from deck_sim.engine.world import FROZEN_START, World
from deck_sim.engine.world_values import RecentLog
from deck_sim.runtime.call_journal import (
    MOST_CALLS,
    Journal,
    RateLimiter,
    SentResponse,
    StoredAnswer,
)
from deck_sim.runtime.moment_text import LAST_MOMENT
from deck_sim.runtime.settings import ON_POLL, REAL, Settings
from deck_sim.scenario.library import Library
from deck_sim.scenario.selection import SCENARIO_HEADER, Choice, NewResource, SelectionState, choose

log = logging.getLogger("deck_sim")

_MOST_CHOICES = 20  # that are kept
_MOST_CRASHES = 20
_MOST_RESPONSES = 1000
_MOST_WARNINGS = 100  # about ignored names
_MICROSECOND = timedelta(microseconds=1)


class RealClock:
    """A clock that moves `speed` times as fast as real time. Rounding errors do not add up."""

    def __init__(self, now: datetime, speed: float, real_ns: Callable[[], int]) -> None:
        self._speed, self._real_ns = speed.as_integer_ratio(), real_ns
        self.resume(now)

    def read(self, now: datetime) -> datetime:
        """Return the time that the clock shows, but at least `now` and at most `LAST_MOMENT`."""
        times, parts = self._speed
        elapsed = (self._real_ns() - self._from_ns) * times // (parts * 1000)
        remaining = (LAST_MOMENT - self._from) // _MICROSECOND
        return max(now, self._from + min(elapsed, remaining) * _MICROSECOND)

    def resume(self, now: datetime, ago: timedelta = timedelta()) -> None:
        """Continue from `now`, which the clock showed `ago` (in real time) before this call."""
        self._from, self._from_ns = now, self._real_ns() - ago // _MICROSECOND * 1000


@dataclass(slots=True)
class Exploration:
    """How a run of an exploration plays this world, and what it has recorded."""

    has_trouble: bool  # whether this is a run with a trouble
    finishes: Sequence[str] = ()  # moves of the clock that also finish deliveries, such as `by`
    events: int = 0  # number of events at the end of the test's last move of the clock
    # The statuses of the answers to forged webhooks, such as one "with no signature".
    forgeries: dict[str, int | None] = field(default_factory=dict)
    after_move: Callable[["Simulation"], object] = lambda simulation: None  # called after each
    kill: Callable[[], object] = lambda: None  # ends the program, for the trouble `restart`


class Refusal(ApiError):
    """The error with which the chosen scenario refuses the call that would play it."""

    def __init__(self, error: ApiError, choice: Choice) -> None:
        super().__init__(*error.problems, headers={**error.headers, SCENARIO_HEADER: str(choice)})
        self.choice = choice

    @property
    def precedes_endpoints(self) -> bool:
        """Whether Deck gives this error before a call reaches its endpoint."""
        return self.problems[0].name.startswith(("idempotency/", "rate_limit/"))


def _lazy(make: Callable[[], Any]) -> Any:
    # Made when it is first read: few of 10,000 worlds use them, and an empty dict takes 64 bytes.
    # `World` has none: a class with `__getattr__` takes 38 ns for a read, not 9 (Python 3.11).
    return field(init=False, metadata={"make": make})


@dataclass(slots=True)
class Simulation:
    """A world, and the state around it: clock, journal, stored answers, settings."""

    key: str
    settings: Settings
    library: Library
    real_ns: Callable[[], int] = real_time.monotonic_ns
    world: World = field(init=False)
    clock: RealClock | None = field(init=False)
    mode: str = field(init=False)
    speed: float = field(init=False)
    poll_step: timedelta | None = field(init=False)  # of a read; None: until the next timer
    selection: SelectionState = _lazy(SelectionState)
    journal: Journal = _lazy(lambda: Journal(MOST_CALLS))
    responses: RecentLog[SentResponse] = _lazy(lambda: RecentLog(_MOST_RESPONSES))
    choices: RecentLog[Choice] = _lazy(lambda: RecentLog(_MOST_CHOICES))
    # A name of this history of the world, new after each reset and each restart of the server.
    epoch: str = _lazy(lambda: os.urandom(4).hex())
    control_changes: int = 0  # control calls that may have changed something
    chosen: dict[str, Choice] = _lazy(dict)  # by resource that plays or played it
    ignored_names: dict[str, None] = _lazy(dict)  # each warning about ignored magic names, once
    unmet_holds: dict[str, None] = _lazy(dict)  # holds that were released and stopped nothing
    rate_limiter: RateLimiter | None = None  # None: there is no limit
    stored_answers: dict[str, StoredAnswer] = _lazy(dict)  # by idempotency key
    resumed: tuple[int, int] = (0, 0)  # how many records and calls are older than the server
    dropped_answers: int = 0  # stored answers that were dropped too early
    # Tracebacks of our own errors.
    crashes: RecentLog[str] = _lazy(lambda: RecentLog(_MOST_CRASHES))
    advancing: bool = False  # an advance is in progress; a second one is refused
    dropped: bool = False  # reset, deleted or not saved: sends no more webhooks
    saved: bool = True  # False: a change could not be saved, so the world was dropped
    slept_ns: int = 0  # by clients, on a clock that could not move
    moves: Counter[str] = _lazy(Counter)  # of the clock: `by`, `to`, `until`, events
    exploration: Exploration | None = None  # None: the world is not explored
    # A receiver did not answer an early webhook; it may wait for the answer of the call itself.
    answered_before_webhooks: bool = False
    uses: int = 0  # calls in progress; then it is not deleted to make room for another
    attempting: list[str] = _lazy(list)  # deliveries with an attempt in progress
    caller_time: datetime | None = None  # the time of a frozen process that calls from elsewhere
    began_after_call: int = 0  # the number of the last call, to any world, before this one began
    last_call: int = 0  # the number, among those of all worlds, of the last call to this one
    origin: str = "http://127.0.0.1:8765"  # the URL of the server
    # By hold id: functions that send the responses that it keeps back.
    held_responses: dict[str, list[Callable[[], object]]] = _lazy(dict)

    def __post_init__(self) -> None:
        start = real_time.now() if self.settings.mode == REAL else FROZEN_START
        now = self.settings.now or start
        seed = self.settings.seed
        seed = seed_of(self.key) if seed is None else seed
        self.world = World(self.settings.edition, seed, now)
        if self.settings.options:
            self.world.options = self.settings.options
        if self.settings.rate_limit:
            self.rate_limiter = RateLimiter(self.world.contract.rate_limit)
        self.set_clock(self.settings.mode, self.settings.speed, self.settings.step)

    def __getattr__(self, name: str) -> Any:
        row = self.__dataclass_fields__.get(name)
        if row is None or "make" not in row.metadata:
            raise AttributeError(name)
        setattr(self, name, value := row.metadata["make"]())
        return value

    def note_crash(self, where: str) -> ApiError:
        """Record the exception that is being handled; return an error for the caller."""
        self.crashes.append(traceback.format_exc())
        log.exception("deck-sim failed during %s", where)
        text = "deck-sim itself failed; its log has the traceback. Please report it."
        return refuse("api/api_error", text)

    def client_ns(self) -> int:
        """Return the present of a client: real time, and its sleeps while no time could pass."""
        return self.real_ns() + self.slept_ns

    @property
    def has_trouble(self) -> bool:
        """Whether an exploration has put a trouble into this run."""
        return self.exploration is not None and self.exploration.has_trouble

    @property
    def record_count(self) -> int:
        """How many timeline entries, calls and events were recorded, including dropped ones."""
        return self.world.timeline.total + self.world.events.total + self.journal.total

    def forget_oldest(self) -> None:
        """Drop the oldest finished runs and sessions, the ended deliveries of dropped events, and
        stored answers that are too many or too old to be replayed.
        """
        for resource_id in self.world.forget_oldest():
            self.chosen.pop(resource_id, None)
        answers = self.stored_answers
        while answers:
            key, oldest = next(iter(answers.items()))
            is_old = oldest.at + self.world.contract.idempotency.kept_for <= self.world.now
            if not is_old and len(answers) <= MOST_CALLS:
                break
            del answers[key]
            self.dropped_answers += not is_old

    def set_clock(self, mode: str, speed: float = 1, poll_step: timedelta | None = None) -> None:
        self.mode, self.speed = mode, speed
        self.poll_step = poll_step if mode == ON_POLL else None
        is_real = mode == REAL
        self.clock = RealClock(self.world.now, speed, lambda: self.real_ns()) if is_real else None

    def send_held_responses(self, *hold_ids: str) -> None:
        for hold_id in hold_ids:
            for send in self.held_responses.pop(hold_id, []):
                send()

    def choose(self, kind: str, header: str | None, facts: Facts) -> Script:
        """Choose the script of a new connection, session or run; record the reason in `choices`.

        Magic names that cannot be played are noted in the timeline and the log. Raises ApiError if
        the scenario is unknown or cannot be played, for example because its file was edited. A
        queued name is used up even then. Raises Refusal if the script refuses the call.
        """
        opening = NewResource(kind, header, facts, self.world.seed, self.world.edition)
        choice = choose(opening, self.selection, self.library)
        for text in choice.warnings if choice.ignored else ():
            self.world.note("magic_name", "", text)
            log.warning("deck-sim: %s", text)
            if len(self.ignored_names) < _MOST_WARNINGS:
                self.ignored_names[text] = None
        self.choices.append(choice)
        script = choice.script
        if script.refusal:
            refusal, scenario = Refusal(script.refusal, choice), script.scenario
            self.world.played[scenario, kind, (0,)] += 1
            reason = f"{refusal.problems[0].name}: {refusal}"
            self.world.note(kind, "", f"refused: {reason} (scenario `{scenario}`)")
            raise refusal
        return script

    def record_choice(self, resource_id: str) -> Choice:
        """Record that a resource plays the latest choice; return that choice."""
        choice: Choice = self.choices[-1]
        self.chosen[resource_id] = choice
        return choice
