"""Hypothesis strategies that generate legal histories of runs, for tests of a client.

`histories()` walks the edition's state machine at random, so it knows a new status or transition as
soon as the table has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, get_args

try:
    from hypothesis import strategies as st
except ImportError as missing:
    _MISSING = "deck_sim.extras.strategies needs Hypothesis: pip install 'deck-sim[hypothesis]'"
    raise ImportError(_MISSING) from missing

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS, Edition
from deck_sim.contract.error_catalog import run_errors
from deck_sim.contract.interactions import PROMPTS
from deck_sim.contract.statuses import Machine
from deck_sim.extras.history import History, Json, make_history
from deck_sim.scenario.steps.statuses import Result

_Optional = Mapping[str, st.SearchStrategy[Any]]
_Branches = Mapping[str, st.SearchStrategy[list[Any]]]

ENDINGS = ("completed", "failed")
MAX_STEPS = 20  # of at most a minute each, so that the usual task timeout does not end the run
_BRANCH_STEPS = 3  # enough for a right answer, some work and an ending
_ONWARD_WEIGHT = 3  # how much likelier a walk goes on than ends
_DURATIONS = ("1s", "2s", "30s", "1m")
_PROMPT_TIMEOUTS = ("5m", "2m", "20m")
_ANSWERS = {  # by type of interaction; the last type is in no edition's documentation
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
_SIMPLEST_ERROR = "task/task_failed"


def histories(
    *,
    edition: str = DEFAULT_EDITION,
    connection: bool = False,
    most_steps: int = 6,
    endings: Sequence[str] = ENDINGS,
    effects: bool = True,
    outputs: st.SearchStrategy[Json] | None = None,
) -> st.SearchStrategy[History]:
    """Legal histories of a run, of at most `most_steps` statuses, that end in one of `endings`.

    With `connection` each also has a script for the connection, prompts included. `effects` adds
    files, screenshots and an undocumented event. The output of a completed run is generated from
    the task's `output_schema`, unless `outputs` draws one; if the edition has a `result`, some
    completed runs have another one than `success`, and no output.

    Raises:
        ValueError: if the edition is unknown or no history has such steps and endings.

    """
    if edition not in EDITIONS:
        allowed = f"{nearest(edition, EDITIONS)}; it can be {listed(EDITIONS, last='or')}"
        raise ValueError(f"unknown edition {quote(edition)}{allowed}")
    rules = EDITIONS[edition]
    run = _run_walk(rules, outputs, tuple(endings))
    _check_arguments(run, most_steps)
    extras = st.lists(st.sampled_from(_EFFECTS).map(partial(_Step, "")), max_size=int(effects))
    opening = _openings(rules) if connection else st.none()
    script = _scripts(run, run.first_statuses(most_steps), most_steps, extras)
    return st.builds(partial(_history, edition), opening, script)


@dataclass(frozen=True, slots=True)
class _Step:
    """A step as scenario files have it, its status, and the right answer if it is a prompt."""

    status: str  # empty: an effect
    written: Any
    answer: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Walk:
    """A state machine to walk, a strategy for the step of each status, and where a walk ends."""

    machine: Machine
    steps: Mapping[str, st.SearchStrategy[_Step]]
    endings: tuple[str, ...]

    @property
    def distances(self) -> dict[str, int]:
        """How many steps each status is away from an ending; those that reach none are left out."""
        found = dict.fromkeys(self.endings, 0)
        for steps in range(1, len(self.steps)):
            nearer = {*found}
            found |= {
                status: steps
                for status in self.steps
                if status not in found and nearer & {*self.machine.follows[status]}
            }
        return found

    def next_statuses(self, status: str, room: int) -> list[str]:
        """Statuses that can follow and end within `room` steps, nearest to an ending first."""
        far = self.distances
        found = [s for s in self.machine.follows[status] if s in far and far[s] < room]
        return sorted(found, key=far.__getitem__)

    def first_statuses(self, room: int) -> list[str]:
        """The statuses that a script may begin with; it may leave out the initial one."""
        first = self.machine.initial
        initial = [first] if self.distances[first] < room else []
        return [*self.next_statuses(first, room), *initial]

    def weighted(self, statuses: Sequence[str]) -> list[str]:
        """The statuses, repeated so that a uniform draw seldom ends the walk."""
        return [s for s in statuses for _ in range(1 if s in self.endings else _ONWARD_WEIGHT)]


@st.composite
def _scripts(
    draw: st.DrawFn,
    walk: _Walk,
    statuses: Sequence[str],
    room: int,
    extras: st.SearchStrategy[list[_Step]] = st.just([]),  # noqa: B008 - immutable
) -> list[_Step]:
    """Walks that begin with one of `statuses`; `extras` draws the steps before each."""
    steps: list[_Step] = []
    while statuses:
        steps += draw(_stretches(walk, statuses, extras))
        status, room = steps[-1].status, room - 1
        statuses = [] if status in walk.endings else walk.next_statuses(status, room)
    return steps


@st.composite
def _stretches(
    draw: st.DrawFn, walk: _Walk, statuses: Sequence[str], extras: st.SearchStrategy[list[_Step]]
) -> list[_Step]:
    """A step and the effects before it. They are one draw so that shrinking drops them as one."""
    status = draw(st.sampled_from(walk.weighted(statuses)))
    return [*draw(extras), draw(walk.steps[status])]


def _run_walk(
    rules: Edition, outputs: st.SearchStrategy[Json] | None, endings: tuple[str, ...]
) -> _Walk:
    machine = rules.machine("task_run")
    done: st.SearchStrategy[Any] = st.just("completed")
    if outputs is not None:
        done = outputs.map(lambda output: {"completed": {"output": output}})
    if "result" in rules.kinds["task_run"].attributes:
        usual = machine.results["completed"]
        others = [result for result in get_args(Result) if result != usual]
        done |= st.sampled_from(others).map(lambda result: {"completed": {"result": result}})
    ends = {
        "queued": _timed("queued"),
        "running": _timed("running"),
        "completed": done.map(partial(_Step, "completed")),
        "failed": _failures(rules),
    }

    def walk(prompted: _Branches, reviewed: _Branches) -> _Walk:
        waits = {
            "interaction_required": _prompts(prompted),
            machine.approval: _approvals(machine.approval, reviewed),
        }
        return _Walk(machine, ends | waits, endings)

    short = walk({}, {})  # a branch has no branches of its own
    prompted = _branches(short, "interaction_required", "on_rejected", "on_timeout")
    return walk(prompted, _branches(short, machine.approval, "on_rejected"))


def _openings(rules: Edition) -> st.SearchStrategy[list[_Step]]:
    """Scripts of a connection that end with it connected."""
    if "connection" not in rules.kinds:
        raise ValueError(f"the edition `{rules.name}` has no connections; leave `connection` out")
    machine = rules.machine("connection")

    def walk(prompted: _Branches, *endings: str) -> _Walk:
        steps = {word: st.just(_Step(word, word)) for word in endings}
        steps["connecting"] = _timed("connecting")
        steps["interaction_required"] = _prompts(prompted)
        return _Walk(machine, steps, endings)

    short = walk({}, "invalid", "disconnected")
    prompted = _branches(short, "interaction_required", "on_rejected", "on_timeout")
    whole = walk(prompted, "connected")
    return _scripts(whole, whole.first_statuses(_BRANCH_STEPS), _BRANCH_STEPS)


def _branches(short: _Walk, status: str, *names: str) -> _Branches:
    """For each name a branch: steps that follow `status` instead of the script's next step."""
    statuses = short.next_statuses(status, _BRANCH_STEPS)
    return dict.fromkeys(names, _scripts(short, statuses, _BRANCH_STEPS).map(_written))


def _timed(word: str) -> st.SearchStrategy[_Step]:
    durations = st.sampled_from(_DURATIONS).map(lambda duration: {word: duration})
    return st.one_of(st.just(word), durations).map(partial(_Step, word))


def _prompts(branches: _Branches) -> st.SearchStrategy[_Step]:
    optional = {
        "attempts": st.integers(1, 3),
        "timeout": st.sampled_from(_PROMPT_TIMEOUTS),
        **branches,
    }
    asked = [(type_, answer) for type_, answers in _ANSWERS.items() for answer in answers]
    return st.one_of([_prompt(type_, answer, optional) for type_, answer in asked])


def _prompt(type_: str, answer: Mapping[str, str], optional: _Optional) -> st.SearchStrategy[_Step]:
    form = {} if type_ in PROMPTS else {"fields": [{"name": name} for name in answer]}
    prompt = {"type": type_, **form, "accept": dict(answer)}
    return _some_of(optional).map(
        lambda keys: _Step("interaction_required", {"interaction_required": prompt | keys}, answer)
    )


def _approvals(word: str, branches: _Branches) -> st.SearchStrategy[_Step]:
    def step(duration: str, keys: Json) -> _Step:
        return _Step(word, {word: {"for": duration, **keys} if keys else duration})

    return st.builds(step, st.sampled_from(_DURATIONS), _some_of(branches))


def _some_of(optional: _Optional) -> st.SearchStrategy[Json]:
    """Some of the keys, in the order in which they are given."""
    found = st.fixed_dictionaries({}, optional=dict(optional))
    return found.map(lambda keys: {name: keys[name] for name in optional if name in keys})


def _failures(rules: Edition) -> st.SearchStrategy[_Step]:
    """One or two of the edition's run errors; examples shrink to the simplest."""
    names = [name for name in run_errors() if rules.has_error(name)]
    names.sort(key=_SIMPLEST_ERROR.__ne__)
    several = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)
    return several.map(lambda found: found if found[1:] else found[0]).map(
        lambda errors: _Step("failed", {"failed": errors})
    )


def _written(steps: Sequence[_Step]) -> list[Any]:
    return [step.written for step in steps]


def _history(edition: str, opening: Sequence[_Step] | None, run: Sequence[_Step]) -> History:
    parts = {"connection": opening, "task_run": run} if opening else {"task_run": run}
    scripts = {kind: _written(steps) for kind, steps in parts.items()}
    answers = (step.answer for step in chain(*parts.values()))
    statuses = tuple(step.status for step in run if step.status)
    return make_history(edition, scripts, tuple(filter(None, answers)), statuses)


def _check_arguments(run: _Walk, most_steps: int) -> None:
    if not run.endings or not {*run.endings} <= {*ENDINGS}:
        allowed = f"`endings` are one or more of {listed(ENDINGS)}"
        raise ValueError(f"{allowed}, not {listed(run.endings)}")
    least = run.distances[run.machine.initial]
    if not least <= most_steps <= MAX_STEPS:
        ends = listed(run.endings, last="or")
        text = f"`most_steps` is {most_steps}; to end in {ends} it must be {least} to {MAX_STEPS}"
        raise ValueError(text)
