"""One run of a test or command, with or without a trouble: its worlds and their outcomes."""

import operator
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from deck_sim.base.errors import counted
from deck_sim.engine.injected_faults import TROUBLE
from deck_sim.explore.causes import Aftermath
from deck_sim.explore.outcome import (
    Difference,
    Outcome,
    compare,
    explain_calls,
    observe,
    read_state,
)
from deck_sim.explore.places import Place, find_places, program_calls, why_no_timing
from deck_sim.explore.trouble_effects import RETRY_AFTER
from deck_sim.explore.troubles import Pair, Trouble
from deck_sim.handle.timeline import TimelineEntry
from deck_sim.operations.history import show_timeline
from deck_sim.runtime.callers import CALLERS
from deck_sim.runtime.findings import (
    NOTE,
    WEIGHTS,
    Finding,
    collect_findings,
    raised_error,
    unplayed_login,
    unused_fault,
    unused_hold,
    unused_scenario,
)
from deck_sim.runtime.lint import POLL_INTERVAL, ignores_retry_after, polls_a_frozen_clock
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.simulation import Exploration, Simulation

# The failure of an assertion or wait of the test, not of the program; and one of a number of calls.
_OF_TEST = re.compile(r"\b[Aa]ssert|^Failed: |DeckSimError: no `")
_OF_COUNT = re.compile(r" was called .+, (not|but must not) ")
_CONFLICT = re.compile(r"\b409\b|state_invalid")
# What a program that a trouble stops may leave unused.
_SET_UP = (unused_scenario, unused_fault, unused_hold, unplayed_login)
_MOST_LINES = 1000  # of a timeline
_NAMELESS = {"call": "", "event_delivery": "delivery"}  # entries without their ids


@dataclass
class Life:
    """A world from its beginning until it is reset or deleted, or the `Watch` ends."""

    name: str  # the key and a number, the same in each run
    simulation: Simulation
    worlds: WorldRegistry
    outcome: Outcome | None = None
    states: list[tuple[str, ...]] = field(default_factory=list)  # after each move of the clock

    def differs(self, other: "Life") -> bool:
        """Whether the moves of the clock, as far as both have them, led to other states. Sleeps
        are no moves: a program that sleeps and gives up has no moment to name.
        """
        ends = [life.outcome and life.outcome.state for life in (self, other)]
        has_same_moves = (
            len(self.states) == len(other.states) and not self.simulation.moves["sleep"]
        )
        differs_at_end = has_same_moves and ends[0] != ends[1]
        return differs_at_end or any(map(operator.ne, self.states, other.states))


@dataclass
class Watch:
    """The worlds of one run of the program, and the trouble that is put into one of them."""

    trouble: Trouble | Pair | None = None
    finishes: Sequence[str] = ()  # moves of the clock that also finish deliveries
    lives: list[Life] = field(default_factory=list)
    caller: str = "test"  # in whose terms the findings are
    fails_in_test: bool = False  # whether the test's own code raised the error that ended it
    checks_clock: bool = False  # whether the assertion that failed reads the world's clock
    has_restored: bool = False  # whether a snapshot put back a world, which is not watched
    kill: Callable[[], object] = lambda: None  # ends the program at once
    first_failure: str | None = None  # after which the program ran again in the same worlds
    _numbers: Counter[str] = field(default_factory=Counter)  # of worlds, by key

    @contextmanager
    def of(self, worlds: WorldRegistry, key: str | None = None) -> Iterator[None]:
        """Watch the worlds of a key (None: all); the trouble goes into the world of its place."""
        prepare, before_drop = worlds.prepare, worlds.before_drop

        def begin(new: Simulation) -> None:
            prepare(new)
            if key in (None, new.key):
                self._numbers[new.key] += 1
                life = Life(f"{new.key}/{self._numbers[new.key]}", new, worlds)
                self.lives.append(life)
                new.exploration = Exploration(
                    self.trouble is not None,
                    self.finishes,
                    after_move=lambda world: life.states.append(read_state(world)),
                    kill=lambda: self.kill(),
                )
                if self.trouble is not None and self.trouble.place.life == life.name:
                    self.trouble.start(new)

        def end(old: Simulation) -> None:
            before_drop(old)
            self._record_outcome(old)
            if key in (None, old.key) and all(life.simulation is not old for life in self.lives):
                self.has_restored = True

        worlds.prepare, worlds.before_drop = begin, end
        try:
            yield
        finally:
            worlds.prepare, worlds.before_drop = prepare, before_drop

    def _record_outcome(self, simulation: Simulation) -> None:
        for life in self.lives:
            if life.simulation is simulation and life.outcome is None:
                life.outcome = observe(simulation)

    def run_again(self, failure: str) -> None:
        """Note that the program runs again after a failure, as if a person took two seconds for it;
        no other trouble comes then.
        """
        self.first_failure = failure
        for life in self.lives:
            life.simulation.slept_ns += RETRY_AFTER.seconds * 10**9
            faults = life.simulation.world.injected.by_owner.get(TROUBLE, [])
            faults[:] = [fault for fault in faults if fault.fired]

    def finish(self) -> None:
        """Record the outcomes of the worlds that were not reset or deleted."""
        for life in self.lives:
            self._record_outcome(life.simulation)

    @property
    def called(self) -> dict[str, Life]:
        """The lives of worlds in which the program made calls, by name, oldest first."""
        return {life.name: life for life in self.lives if program_calls(life.simulation)}

    @property
    def _troubled(self) -> Simulation | None:
        """The world with the trouble."""
        name = self.trouble and self.trouble.place.life
        return next((life.simulation for life in self.lives if life.name == name), None)

    @property
    def occurred(self) -> bool:
        world = self._troubled
        return world is not None and self.trouble is not None and self.trouble.occurred(world)

    @property
    def aftermath(self) -> Aftermath:
        return Aftermath.read(self._troubled) if self._troubled else Aftermath()

    @property
    def waited(self) -> float:
        """The seconds of real time that the program waited before it repeated a refused call."""
        simulations = (life.simulation for life in self.lives if not life.simulation.slept_ns)
        worlds = (simulation.world for simulation in simulations)
        faults = (fault for world in worlds for fault in world.injected.by_owner.get(TROUBLE, ()))
        return sum(getattr(fault, "waited_ns", 0) for fault in faults) / 1e9

    @property
    def all_delivered(self) -> bool:
        return all(life.outcome.all_delivered for life in self.lives if life.outcome)

    def why_no_timing(self) -> str | None:
        if any(life.outcome and life.outcome.times_out for life in self.called.values()):
            return "a run reaches a timeout"
        reasons = (why_no_timing(life.simulation) for life in self.called.values())
        return next(filter(None, reasons), None)

    def places(self) -> list[Place]:
        called, timing = self.called, self.why_no_timing() is None
        places = list[Place]()
        for number, life in enumerate(called.values(), 1):
            suffix = f" in world {number}" if len(called) > 1 else ""
            room = life.outcome.room if life.outcome else 1
            places += find_places(life.simulation, life.name, suffix, timing=timing, room=room)
        return places

    def timeline(self) -> list[tuple[float, str]]:
        """Return the first entries of the timelines of all worlds, each with the seconds since its
        world began. The ids of calls and deliveries are left out: an additional one changes all
        later ones.
        """
        called, lines = self.called, list[tuple[float, str]]()
        for number, life in enumerate(called.values(), 1):
            suffix = f" in world {number}" if len(called) > 1 else ""
            entries = [*map(TimelineEntry.from_json, show_timeline(life.simulation)["data"])]
            for entry in entries:
                seconds = (entry.at - entries[0].at).total_seconds()
                name = _NAMELESS.get(entry.kind, entry.id or entry.kind)
                lines.append((seconds, f"{name} {entry.what}{suffix}".lstrip()))
        if len(lines) > _MOST_LINES:
            left_out = f"{counted(len(lines) - _MOST_LINES, 'more line')} left out"
            lines[_MOST_LINES:] = [(lines[_MOST_LINES][0], left_out)]
        return lines

    def differences(self, baseline: "Watch", *, may_lack: bool = False) -> list[Difference]:
        pairs = self._pair_outcomes(baseline)
        return [row for pair in pairs for row in compare(*pair, may_lack=may_lack)]

    def fails_by_assertion(self, failure: str) -> bool:
        """Whether the test found something wrong, in contrast to an error of the program."""
        return self.fails_in_test or _OF_TEST.search(failure) is not None

    def shows_conflict(self, failure: str) -> bool:
        """Whether an error of the program has the 409 of Deck in its message."""
        return bool(_CONFLICT.search(failure)) and not self.fails_by_assertion(failure)

    def is_harmless(self, failure: str, baseline: "Watch") -> bool:
        """Whether the test failed only since it counts calls or names a moment: it asserts a number
        of calls or the time, or it found other statuses than in `baseline`, since time passed in
        another way, after a move of the clock or at its end.
        """
        if _OF_COUNT.search(failure):
            return self.trouble is not None and not self.trouble.is_of_webhook
        pairs = ((life, baseline.called.get(name)) for name, life in self.called.items())
        return self.fails_by_assertion(failure) and (
            self.checks_clock or any(life.differs(other) for life, other in pairs if other)
        )

    @property
    def is_hasty(self) -> bool:
        """Whether a call was repeated before the `Retry-After` of the trouble had passed. No read
        is a repetition for certain: another part of the program may read the same.
        """
        return any(
            first.by_trouble and first.method != "GET"
            for life in self.called.values()
            for _, (first, _) in ignores_retry_after(life.simulation, POLL_INTERVAL)
        )

    @property
    def accepted_forgery(self) -> str | None:
        """Which forged webhook was answered with success, in a sentence."""
        explored = self._troubled and self._troubled.exploration
        answers = explored.forgeries.items() if explored else ()
        return next(
            (
                f"a webhook {what} was answered {status}"
                for what, status in answers
                if status and 200 <= status < 300
            ),
            None,
        )

    def findings(self) -> list[str]:
        """Describe what is wrong with the worlds of this run, besides what a trouble brings about:
        hasty calls, polls of what it keeps waiting, and leftovers.
        """
        rules = (ignores_retry_after, polls_a_frozen_clock, *_SET_UP)
        left_out = {rule.__name__ for rule in rules}
        return [row.text for row in self._rows() if not {row.kind, row.subject} & left_out]

    def crashes(self) -> list[str]:
        """Describe the errors that the program raised for webhooks, if the trouble is about one."""
        if self.trouble is None or not self.trouble.is_of_webhook:
            return []
        return [row.text for row in self._rows() if row.kind == raised_error.__name__]

    def _rows(self) -> Iterator[Finding]:
        for life in self.called.values():
            weights = WEIGHTS - {NOTE}
            yield from collect_findings(life.simulation, life.worlds, CALLERS[self.caller], weights)

    def other_calls(self, baseline: "Watch") -> list[str]:
        """Describe how this run differs from `baseline` in its worlds, or else in its calls."""
        first, second = [*baseline.called], [*self.called]
        if first != second:
            text = f"the first run called the worlds {first}, the second {second}"
            fix = "use the same API keys and resets in each run (a reset begins a key's next world)"
            return [f"{text}; {fix}"]
        return [line for pair in self._pair_outcomes(baseline) for line in explain_calls(*pair)]

    def _pair_outcomes(self, baseline: "Watch") -> list[tuple[Outcome, Outcome]]:
        called = self.called
        return [
            (life.outcome, other.outcome)
            for name, life in baseline.called.items()
            if (other := called.get(name)) and other.outcome and life.outcome
        ]
