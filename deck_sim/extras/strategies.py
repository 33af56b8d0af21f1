"""Hypothesis strategies: legal histories of runs, to try a client of your own with.

`histories()` walks the edition's state machine at random. So a new status or way between two is
known here as soon as it is a row, and every history is one that the scenario reader takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

try:
    from hypothesis import strategies as st
except ImportError as missing:
    _TEXT = "deck_sim.extras.strategies needs Hypothesis: pip install 'deck-sim[hypothesis]'"
    raise ImportError(_TEXT) from missing

from deck_sim.base.errors import CATALOG, RUN_ERRORS, listed, nearest, quote
from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS, Edition
from deck_sim.contract.interactions import PROMPTS
from deck_sim.contract.statuses import Machine
from deck_sim.extras.history import Answer, History, Json, tell_history

_Optional = Mapping[str, st.SearchStrategy[Any]]
_Branches = Mapping[str, st.SearchStrategy[list[Any]]]

ENDINGS = ("completed", "failed")
MAX_STEPS = 20  # of a minute each at the most, which no task's usual timeout cuts short
_BRANCH_STEPS = 3  # enough for a right answer, some work and an ending
_ONWARD = 3  # times as likely as an ending
_LENGTHS = ("1s", "2s", "30s", "1m")
_PATIENCE = ("5m", "2m", "20m")
_ANSWERS = {  # to each type of interaction, one that no edition documents included
    "mfa": ({"code": "123456"}, {"code": "012345"}),
    "security_question": ({"answer": "Rover"}, {"answer": "Saint-Rémy, 1967"}),
    "account_selection": ({"account_id": "acct_1"}, {"account_id": "2"}),
    "device_approval": ({"device": "phone", "number": "07"},),
}
_EFFECTS: tuple[Any, ...] = (
    "screenshot",
    {"event": "task_run.progressed"},
    {"file": {"name": "statement.csv", "type": "text/csv", "content": "date,amount\n"}},
)


def histories(
    *,
    edition: str = DEFAULT_EDITION,
    connection: bool = False,
    most_steps: int = 6,
    endings: Sequence[str] = ENDINGS,
    effects: bool = True,
    outputs: st.SearchStrategy[Json] | None = None,
) -> st.SearchStrategy[History]:
    """Legal histories of a run, of at most so many statuses, that end in one of `endings`.

    With `connection` each also says how the connection is opened, prompts included. `effects` are
    files, screenshots and an event that no page documents. A completed run's output is made from
    the task's `output_schema`, unless `outputs` draws one.

    Raises:
        ValueError: if there are no such histories; says why.

    """
    rules = _edition(edition)
    run = _runs(rules, outputs, tuple(endings))
    _check(run, most_steps)
    extras = st.lists(st.sampled_from(_EFFECTS).map(_effect), max_size=int(effects))
    opening = _openings(rules) if connection else st.none()
    told = _scripts(run, run.ways_in(most_steps), most_steps, extras)
    return st.builds(partial(_history, edition), opening, told)


@dataclass(frozen=True, slots=True)
class _Told:
    """One step as files write it, the status that it is, and the right answer if it asks."""

    status: str  # empty: it is an effect
    step: Any
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where a walk can go, what it tells of each status, and where it is over."""

    machine: Machine
    steps: Mapping[str, st.SearchStrategy[_Told]]
    endings: tuple[str, ...]

    @property
    def distances(self) -> dict[str, int]:
        """How many steps it takes to an ending, from each status from which there is a way."""
        found = dict.fromkeys(self.endings, 0)
        for steps in range(1, len(self.steps)):
            nearer = {*found}
            found |= {
                status: steps
                for status in self.steps
                if status not in found and nearer & {*self.machine.follows[status]}
            }
        return found

    def ways_on(self, status: str, room: int) -> list[str]:
        """What may follow if there is room for so many steps; the nearest to an ending first."""
        far = self.distances
        ways = [s for s in self.machine.follows[status] if s in far and far[s] < room]
        return sorted(ways, key=far.__getitem__)

    def weighed(self, ways: Sequence[str]) -> list[str]:
        """The same, so that a draw seldom ends the walk."""
        return [way for way in ways for _ in range(1 if way in self.endings else _ONWARD)]

    def ways_in(self, room: int) -> list[str]:
        """What a script may begin with: its first status need not be told."""
        first = self.machine.initial
        told = [first] if self.distances[first] < room else []
        return [*self.ways_on(first, room), *told]


@st.composite
def _scripts(
    draw: st.DrawFn,
    walk: _Walk,
    ways: Sequence[str],
    room: int,
    extras: st.SearchStrategy[list[_Told]] = st.just([]),  # noqa: B008 - it cannot be changed
) -> list[_Told]:
    """Walks that begin with one of `ways`; before each step may be some of the `extras`."""
    told: list[_Told] = []
    while ways:
        told += draw(_stretches(walk, ways, extras))
        status, room = told[-1].status, room - 1
        ways = [] if status in walk.endings else walk.ways_on(status, room)
    return told


@st.composite
def _stretches(
    draw: st.DrawFn, walk: _Walk, ways: Sequence[str], extras: st.SearchStrategy[list[_Told]]
) -> list[_Told]:
    """One step, and what comes before it: drawn as one, Hypothesis can leave it out as one."""
    status = draw(st.sampled_from(walk.weighed(ways)))
    return [*draw(extras), draw(walk.steps[status])]


def _runs(
    rules: Edition, outputs: st.SearchStrategy[Json] | None, endings: tuple[str, ...]
) -> _Walk:
    """The walks of a run. In a branch are no further branches."""
    machine = rules.machine("task_run")
    ends = {
        "queued": _lasting("queued"),
        "running": _lasting("running"),
        "completed": _completions(outputs),
        "failed": _failures(rules),
    }

    def walk(asked: _Branches, reviewed: _Branches) -> _Walk:
        waits = {
            "interaction_required": _prompts(asked),
            machine.approval: _approvals(machine.approval, reviewed),
        }
        return _Walk(machine, ends | waits, endings)

    short = walk({}, {})
    asked = _branches(short, "interaction_required", "on_rejected", "on_timeout")
    return walk(asked, _branches(short, machine.approval, "on_rejected"))


def _openings(rules: Edition) -> st.SearchStrategy[list[_Told]]:
    """How a connection is opened, so that in the end it can run a task."""
    if "connection" not in rules.kinds:
        raise ValueError(f"the edition `{rules.name}` has no connections; leave `connection` out")
    machine = rules.machine("connection")

    def walk(asked: _Branches, *endings: str) -> _Walk:
        steps = {word: st.just(_Told(word, word)) for word in endings}
        steps["connecting"] = _lasting("connecting")
        steps["interaction_required"] = _prompts(asked)
        return _Walk(machine, steps, endings)

    short = walk({}, "invalid", "disconnected")
    asked = _branches(short, "interaction_required", "on_rejected", "on_timeout")
    whole = walk(asked, "connected")
    return _scripts(whole, whole.ways_in(_BRANCH_STEPS), _BRANCH_STEPS)


def _branches(short: _Walk, status: str, *names: str) -> _Branches:
    """What may come instead of the next step of a script that is in `status`."""
    ways = short.ways_on(status, _BRANCH_STEPS)
    return dict.fromkeys(names, _scripts(short, ways, _BRANCH_STEPS).map(_written))


def _lasting(word: str) -> st.SearchStrategy[_Told]:
    lengths = st.sampled_from(_LENGTHS)
    return st.one_of(st.just(word), lengths.map(lambda length: {word: length})).map(
        partial(_Told, word)
    )


def _prompts(branches: _Branches) -> st.SearchStrategy[_Told]:
    more = {
        "attempts": st.integers(1, 3),
        "timeout": st.sampled_from(_PATIENCE),
        **branches,
    }
    asked = [(type_, answer) for type_, answers in _ANSWERS.items() for answer in answers]
    return st.one_of([_prompt(type_, answer, more) for type_, answer in asked])


def _prompt(type_: str, answer: Answer, more: _Optional) -> st.SearchStrategy[_Told]:
    form = {} if type_ in PROMPTS else {"fields": [{"name": name} for name in answer]}
    asks = {"type": type_, **form, "accept": dict(answer)}
    return _some_of(more).map(
        lambda keys: _Told("interaction_required", {"interaction_required": asks | keys}, answer)
    )


def _approvals(word: str, branches: _Branches) -> st.SearchStrategy[_Told]:
    def told(length: str, keys: Json) -> _Told:
        return _Told(word, {word: {"for": length, **keys} if keys else length})

    return st.builds(told, st.sampled_from(_LENGTHS), _some_of(branches))


def _some_of(more: _Optional) -> st.SearchStrategy[Json]:
    """Some of the keys, in the order in which they are given."""
    found = st.fixed_dictionaries({}, optional=dict(more))
    return found.map(lambda keys: {name: keys[name] for name in more if name in keys})


def _completions(outputs: st.SearchStrategy[Json] | None) -> st.SearchStrategy[_Told]:
    done = st.just("completed") if outputs is None else outputs.map(_completed)
    return done.map(partial(_Told, "completed"))


def _completed(output: Json) -> Json:
    return {"completed": {"output": output}}


def _failures(rules: Edition) -> st.SearchStrategy[_Told]:
    """What the edition lets a run fail with, once or twice over; the plainest first."""
    names = [name for name in RUN_ERRORS if CATALOG[name].is_of(rules.name)]
    names.sort(key=_PLAINEST.__ne__)
    several = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)
    return several.map(lambda found: found if found[1:] else found[0]).map(
        lambda errors: _Told("failed", {"failed": errors})
    )


_PLAINEST = "task/task_failed"


def _effect(step: Any) -> _Told:
    return _Told("", step)


def _written(told: Sequence[_Told]) -> list[Any]:
    return [one.step for one in told]


def _history(edition: str, opening: Sequence[_Told] | None, run: Sequence[_Told]) -> History:
    told = {"connection": opening, "task_run": run} if opening else {"task_run": run}
    scripts = {kind: _written(steps) for kind, steps in told.items()}
    answers = (one.answer for one in chain(*told.values()))
    statuses = tuple(one.status for one in run if one.status)
    return tell_history(edition, scripts, tuple(filter(None, answers)), statuses)


def _edition(name: str) -> Edition:
    if name not in EDITIONS:
        known = f"{nearest(name, EDITIONS)}; it can be {listed(EDITIONS, last='or')}"
        raise ValueError(f"unknown edition {quote(name)}{known}")
    return EDITIONS[name]


def _check(run: _Walk, most_steps: int) -> None:
    """See that there are histories that end so, and no longer ones than a task has time for."""
    wrong = [ending for ending in run.endings if ending not in ENDINGS]
    if wrong or not run.endings:
        allowed = f"`endings` are one or more of {listed(ENDINGS)}"
        raise ValueError(f"{allowed}, not {listed(run.endings)}")
    least = run.distances[run.machine.initial]
    if not least <= most_steps <= MAX_STEPS:
        ends = listed(run.endings, last="or")
        text = f"`most_steps` is {most_steps}; to end in {ends} it must be {least} to {MAX_STEPS}"
        raise ValueError(text)
