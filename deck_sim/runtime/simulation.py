"""A world in use: what is around it so that it can be advancing. Its clock's mode, the ways to let
time pass, the choice of scenarios, the journal of calls.

Everything here runs on one thread. An endpoint reads and writes the world without awaiting in
between.
"""

import copy
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from deck_sim.base import real_time
from deck_sim.base.durations import format_duration
from deck_sim.base.errors import nearest_type, quote
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.facts import Facts
from deck_sim.engine.playing import release
from deck_sim.engine.records import Resource
from deck_sim.engine.story import Script
from deck_sim.engine.waiting import Wanted
from deck_sim.engine.world import FROZEN_START, World
from deck_sim.runtime.advance import Advance, AdvanceReport, pass_time_until, run_to_end, steps
from deck_sim.runtime.clock_modes import MOVING_CLOCKS, STARTS
from deck_sim.runtime.journal import MAX_CALLS, Call, StoredAnswer
from deck_sim.runtime.rate_limiter import RateLimiter
from deck_sim.scenario.library import Library
from deck_sim.scenario.selection import Choice, NewResource, choose
from deck_sim.scenario.selection_state import SelectionState

log = logging.getLogger("deck_sim")

FOLLOW = "follow"  # the one mode that only a process of its own can have
MODES = ("real", "frozen", "on_poll", FOLLOW)
WEBHOOK_TIMES = ("wall", "world")  # what the timestamp of a webhook is taken from
LAST_MOMENT = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a world begins. Without `now` it does at the frozen start, or, if the clock is to move by
    itself, now.
    """

    edition: str = "connections"
    mode: str = "frozen"
    speed: float = 1
    now: datetime | None = None
    seed: int = 0
    webhook_time: str = "wall"  # one of `WEBHOOK_TIMES`
    rate_limit: bool = False
    strict_fidelity: bool = False  # whether what rests on an assumption is refused


@dataclass
class Simulation:
    """One world and how it is advancing."""

    key: str
    settings: Settings
    library: Library
    real_ns: Callable[[], int] = real_time.monotonic_ns
    selection: SelectionState = field(default_factory=SelectionState)
    journal: deque[Call] = field(default_factory=lambda: deque(maxlen=MAX_CALLS))
    choices: deque[Choice] = field(default_factory=lambda: deque(maxlen=MAX_CALLS))
    rate_limiter: RateLimiter = field(init=False)
    strict_fidelity: bool = field(init=False)  # refuse calls that rely on strict assumptions
    stored_answers: dict[str, StoredAnswer] = field(default_factory=dict)  # by idempotency key
    crashes: list[str] = field(default_factory=list)  # tracebacks: bugs of ours, not of the caller
    answering: set[str] = field(default_factory=set)  # idempotency keys of calls that are under way
    advancing: bool = False  # somebody drives a journey, which nobody else may then do
    dropped: bool = False  # another world has its key now, or none; nothing more is sent
    caller_time: datetime | None = None  # as a caller in a frozen process elsewhere last told it
    files_url: str = "http://127.0.0.1:8765/_sim/files"  # where the bytes of files are served
    # By hold: what sends the answers that it keeps back.
    held_responses: dict[str, list[Callable[[], object]]] = field(default_factory=dict)
    _shown: dict[str, Resource] = field(default_factory=dict)  # as reads showed them, in `on_poll`

    def __post_init__(self) -> None:
        now = self.settings.now or STARTS.get(self.settings.mode, lambda: FROZEN_START)()
        self.world = World(self.settings.edition, self.settings.seed, now)
        limited = self.settings.rate_limit
        self.rate_limiter = RateLimiter(self.world.rules.rate_limit if limited else None)
        self.strict_fidelity = self.settings.strict_fidelity
        self.set_clock(self.settings.mode, self.settings.speed)

    # The clock

    def set_clock(self, mode: str, speed: float = 1) -> None:
        """Change the clock's mode."""
        self.mode, self.speed = mode, speed
        clock = MOVING_CLOCKS.get(mode)
        self._clock = clock and clock(self.world.now, speed, lambda: self.real_ns())

    def catch_up(self) -> None:
        """With a clock that moves by itself, let the world come to where it is."""
        if self._clock is not None and not self.advancing:
            run_to_end(self.catch_up_steps())

    def catch_up_steps(self) -> Advance:
        """The same as a journey, for who waits until the webhooks on the way are sent."""
        began, position = self.world.now, len(self.world.timeline)
        moment = self._clock.read(began, LAST_MOMENT) if self._clock else began
        if moment < began:
            self._stay(began - moment, moment)
        else:
            yield from pass_time_until(self, moment)
        return AdvanceReport(self.world.now, self.world.timeline[position:])

    def poll(self, resources: Iterable[Resource]) -> None:
        """In `on_poll` mode, let a read of something unfinished jump to the next due moment.

        A prompt that no read has shown is shown first, or a client that only polls would never see
        that its answer was wrong.
        """
        if self.mode != "on_poll" or self.advancing:
            return
        unfinished = [found for found in resources if not self.world.is_settled(found)]
        if unfinished and not any(map(self._is_new_prompt, unfinished)):
            run_to_end(pass_time_until(self, self.world.now))  # events go out; that is no jump
            due = self.world.timers.peek()
            if due is not None:
                run_to_end(pass_time_until(self, due.at))
        for read in unfinished:
            self._shown[read.id] = self.world.all(read.kind)[read.id]

    # Driving: each of these is a journey, see `journeys`

    def advance_by(self, length: timedelta) -> Advance:
        """Let that much time pass.

        Raises:
            ApiError: if it is negative, or leads beyond the end of time; nothing changes.

        """
        return self._advance(length, "by")

    def advance_to(self, moment: datetime, field_: str = "to") -> Advance:
        """Let time pass up to a moment, and settle all that falls due by then.

        Raises:
            ApiError: if the moment is in the past or beyond the end of time; nothing changes.

        """
        return self._advance(moment - self.world.now, field_)

    def advance_until_event(self, type_: str, resource_id: str | None, limit: timedelta) -> Advance:
        """Let time pass until an event of this type, about that resource if one is named; and let
        happen what else is due at its moment, so that the event has been delivered.

        Raises:
            ApiError: if nothing due within `limit` brings it; says what is waiting, and for whom.
                Time has passed only for as long as what could have brought it went on by itself.

        """
        likely = nearest_type(type_, self.world.event_types)
        if likely and type_ not in self.world.event_types:
            text = f"there is no event type {quote(type_)}{likely}"
            raise refuse("request/input_invalid", text, field="until.event")
        wanted = Wanted(type_, resource_id, len(self.world.events))
        until = self.world.now + min(limit, LAST_MOMENT - self.world.now)
        with self._advancing() as report:
            going, may_come = steps(self, until), self._may_come(wanted, until)
            while (may_come or wanted.moves(self.world, until)) and (
                halt := next(going, None)
            ) is not None:
                if halt:
                    yield
                if wanted.came(self.world):
                    yield from pass_time_until(self, self.world.now)
                    return report
                may_come = self._may_come(wanted, until) if halt else may_come
        text = (
            f"no {wanted} came within {format_duration(limit)}, and nothing that is due by then"
            f" can bring it; {wanted.explain(self.world)}"
        )
        raise refuse("request/state_invalid", text)

    def advance_until_idle(self) -> Advance:
        """Let time pass until nothing is due but the end of somebody's patience."""
        with self._advancing() as report:
            going = steps(self, LAST_MOMENT)
            while not self._is_idle() and (halt := next(going, None)) is not None:
                if halt:
                    yield
        return report

    def settle(self) -> Advance:
        """Let happen what is due at this very moment, and send what is to be sent."""
        with self._advancing() as report:
            yield from pass_time_until(self, self.world.now)
        return report

    # Holding

    def release(self, hold_id: str) -> list[str]:
        """Let go on what stands at a hold, stories and answers; returns which resources do."""
        released = release(self.world, hold_id)
        self.send_held_responses(hold_id)
        return released

    def send_held_responses(self, *hold_ids: str) -> None:
        """Send the answers that were kept back at these holds."""
        for hold_id in hold_ids:
            for send in self.held_responses.pop(hold_id, []):
                send()

    # Choosing

    def choose(self, kind: str, header: str | None, facts: Facts) -> Script:
        """Choose what a new connection or run plays; the last of `choices` says why.

        What is queued and was edited so that it cannot be played is dropped first, or it would
        stand in the way of every call; the timeline and the log say so.
        """
        for dropped in self.selection.drop_unplayable(kind, self.library, self.world.edition):
            self.world.note("queue", "", dropped)
            log.warning("deck-sim: %s", dropped)
        opening = NewResource(kind, header, facts, self.world.seed, self.world.edition)
        self.choices.append(choose(opening, self.selection, self.library))
        return self.choices[-1].script

    # Private

    def _is_new_prompt(self, found: Resource) -> bool:
        """Whether it asks for something that no read has shown yet."""
        return (
            found.fields.get("interaction") is not None and self._shown.get(found.id) is not found
        )

    def _advance(self, length: timedelta, field_: str) -> Advance:
        now = self.world.now
        if length < timedelta():
            text = (
                f"time cannot go back: it is {now}, and that is {format_duration(-length)} earlier"
            )
            raise refuse("request/input_invalid", text, field=field_)
        if length > LAST_MOMENT - now:
            text = f"that is too late: it is {now}, and a world's time ends at {LAST_MOMENT}"
            raise refuse("request/input_invalid", text, field=field_)
        with self._advancing() as report:
            yield from pass_time_until(self, now + length)
        return report

    @contextmanager
    def _advancing(self) -> Iterator[AdvanceReport]:
        """Report what happens, note that the clock was moved, and pace on from there."""
        began, position = self.world.now, len(self.world.timeline)
        report = AdvanceReport(began, [])
        try:
            yield report
        finally:
            report.now, report.happened = self.world.now, self.world.timeline[position:]
            if report.now > began:
                self.world.note("clock", "", f"advanced {format_duration(report.now - began)}")
                if self._clock is not None:
                    self._clock.resume(self.world.now)

    def _stay(self, back: timedelta, moment: datetime) -> None:
        """A clock that is followed went back. A world does not, unless it has not begun yet."""
        if self.world.has_begun:
            text = f"the process's time went back {format_duration(back)}; the world's stays"
            self.world.note("clock", "", f"{text}, and goes on from here")
        else:
            self.world.begin_at(moment)

    def _is_idle(self) -> bool:
        """Whether nothing moves by itself, and nothing is to be delivered."""
        return self.world.timers.is_idle() and not self.world.outbox

    def _may_come(self, wanted: Wanted, until: datetime) -> bool:
        """Whether an event comes by itself until then; or webhooks are sent while it still can,
        since nobody knows what their receivers will do. Tried on a copy of the world.
        """
        ahead, wanted = copy.copy(self), copy.copy(wanted)
        ahead.world = copy.deepcopy(self.world)
        for halt in steps(ahead, until):
            if wanted.came(ahead.world):
                return True
            if halt:
                return not wanted.is_over(ahead.world)
        return False
