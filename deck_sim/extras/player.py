"""A scenario played from beginning to end in virtual time, without HTTP, and told as a story.

The command line draws it, and the recorded traces of the scenarios that ship are made with it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from deck_sim.base.durations import format_duration
from deck_sim.contract import bodies
from deck_sim.engine import commands, logins
from deck_sim.engine.records import Event, Resource, TimelineEntry
from deck_sim.engine.stage import Stage
from deck_sim.engine.waiting import waiting
from deck_sim.engine.world import World
from deck_sim.extras.props import INPUT, put_on_stage
from deck_sim.runtime.advance import run_to_end
from deck_sim.runtime.simulation import Settings, Simulation
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.steps.prompts import InteractionRequired

Answers = Sequence[Mapping[str, str]]

TIMEOUT = timedelta(minutes=30)  # of the task
REVIEW = timedelta(minutes=1)  # how long the reviewer takes when a script does not say
_SECRET = "password"
# What lines of the timeline tell: a move to a status, and what else a script does.
_MOVED = re.compile(r"(?:[a-z_]+ ->|created as) ([a-z_]+)")
_EFFECT = re.compile(r"(screenshot|file|event|scenario fault|fault):? (.*)", re.DOTALL)
_WHO = {"storage": "task run"}  # who is said to do it, if not the resource itself


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story: that long after its beginning, who did what, and more about it.

    `who` is `connection`, `credential`, `session`, `task run`, `user`, `reviewer` or `scenario`.
    `what` is the status that one of the first four entered, or what else it did: `screenshot`,
    `file`, `event`; a `fault` that waits for it; what a person did: `answered`, `approved`,
    `rejected`; or `plays`, with the entry of a playlist or mix.
    """

    at: timedelta
    who: str
    what: str
    detail: str = ""


@dataclass
class Rehearsal:
    """A scenario that was played: the world in which it was, who was in it, and the story."""

    scenario: Scenario
    simulation: Simulation
    agent_id: str
    source_id: str
    task_id: str
    login_id: str  # of the connection or credential
    run_id: str | None = None  # of the last run; none if the connection did not come about
    lines: list[Line] = field(default_factory=list)

    @property
    def login(self) -> Resource:
        """The connection or credential as it is in the end."""
        return self.simulation.world.resource(self.login_id)

    @property
    def run(self) -> Resource | None:
        """The run as it is in the end, if there was one."""
        return self.simulation.world.all("task_run")[self.run_id] if self.run_id else None

    def __str__(self) -> str:
        return plain_text(self.lines)


def rehearse(
    scenario: Scenario,
    answers: Answers | None = None,
    *,
    task_input: Mapping[str, Any] | None = None,
    library: Library | None = None,
    timeout: timedelta = TIMEOUT,
    seed: int = 0,
    reject: bool = False,
) -> Rehearsal:
    """Open a connection that plays `scenario`, or store a credential and start a session if the
    scenario says how; run a task with it, and let time pass to the end. A playlist has as many runs
    as entries, one after the other; of a mix one entry is drawn. It is played in its own edition,
    or else in the first that can play it.

    Without `answers` every prompt gets a right answer. Given ones are used up in order; after the
    last nobody answers, and time passes until the limits have run out. A run that waits for a
    person without end is approved after a minute; with `reject`, one that waits for a person is
    rejected at once. `task_input` comes beside a guest and a check-in; `timeout` is the task's.

    Raises:
        ApiError: if an answer does not fit what the prompt asks for, or the input not the task.

    """
    given = {**INPUT, **(task_input or {})}
    player = _Player(scenario, answers, given, library or shipped(), timeout, seed, reject)
    player.play()
    return player.rehearsal


def plain_text(lines: Iterable[Line]) -> str:
    """The story as text: a line each, in columns, without colours."""
    rows = [(f"+{format_duration(line.at)}", line.who, line.what, line.detail) for line in lines]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    return "".join(
        "  ".join([*map(str.ljust, row, widths), row[-1]]).rstrip() + "\n" for row in rows
    )


class _Player:
    """Plays one scenario, and does what its users would do."""

    def __init__(
        self,
        scenario: Scenario,
        answers: Answers | None,
        task_input: dict[str, Any],
        library: Library,
        timeout: timedelta,
        seed: int,
        reject: bool,
    ) -> None:
        edition = scenario.edition or scenario.editions[0]
        settings = Settings(edition, seed=seed)
        self.open, self.run = _WAYS[edition]
        self.scenario, self.task_input, self.timeout = scenario, task_input, timeout
        self.reject = reject
        self.simulation = Simulation("rehearsal", settings, Library(library))
        self.simulation.library.add(scenario)
        self.world = self.simulation.world
        self.began, self.events, self.entries = self.world.now, 0, 0
        self.given: Iterator[Mapping[str, str]] | None = None if answers is None else iter(answers)

    def play(self) -> None:
        """Open the connection, run the task if it comes about, and see everything through."""
        agent, source, task = put_on_stage(self.world, self.timeout)
        login = self._open(source)
        self.rehearsal = Rehearsal(
            self.scenario, self.simulation, agent.id, source.id, task.id, login.id
        )
        self._until_settled(login)
        if self.scenario.session:
            self._until_settled(self._start_session(login))
        for _ in self.scenario.playlist or [""]:
            if self.rehearsal.login.status in self.world.machine(login).commands["run"].allowed:
                run = self._run(task, login)
                self.rehearsal.run_id = run.id
                self._until_settled(run)
        self._until_nothing_is_due()

    def _open(self, source: Resource) -> Resource:
        body = bodies.CreateConnection(
            source_id=source.id,
            auth_method="username_password",
            auth_credentials=bodies.AuthCredentials(username="alex@example.com", password="-"),
        )
        return self.open(self.world, body.model_dump(), self._choose("connection"))

    def _start_session(self, login: Resource) -> Resource:
        body = {"credential_id": login.id}
        return logins.start_session(self.world, body, self._choose("session"))

    def _run(self, task: Resource, login: Resource) -> Resource:
        body = {f"{login.kind}_id": login.id, "input": self.task_input}
        run = self.run(self.world, task, body, self._choose("task_run"))
        plays = self.simulation.choices[-1].played.name
        if plays != self.scenario.name:
            self._tell("scenario", "plays", plays)
        return run

    def _choose(self, kind: str) -> commands.Choose:
        return lambda facts: self.simulation.choose(kind, self.scenario.name, facts)

    def _until_settled(self, resource: Resource) -> None:
        """Let a connection or run come to where nothing more is waited for."""
        while not self.world.is_settled(self._now(resource)) and self._go_on():
            pass

    def _now(self, resource: Resource) -> Resource:
        return self.world.all(resource.kind)[resource.id]

    def _until_nothing_is_due(self) -> None:
        while self._go_on():
            pass

    def _go_on(self) -> bool:
        """Answer whoever waits for an answer, or else go to what is due next; False at the end."""
        self._tell_news()
        if any(self._attend(resource) for resource in self._waiting()):
            return True
        due = self.world.timers.peek()
        if due is not None:
            run_to_end(self.simulation.advance_to(due.at))
        self._tell_news()
        return due is not None

    def _waiting(self) -> list[Resource]:
        """Whoever waits for a person; what is to be rejected may have a time of its own."""
        runs = self.world.all("task_run").values() if self.reject else ()
        return [*waiting(self.world), *(run for run in runs if run.status == self._approval)]

    def _attend(self, resource: Resource) -> bool:
        """Do what a person would do now; say whether there was something."""
        if resource.status == "interaction_required":
            return self._answer(resource)
        if resource.kind == "task_run" and resource.status == self._approval:
            return self._review(resource)
        return False

    @property
    def _approval(self) -> str:
        return self.world.rules.machine("task_run").approval

    def _answer(self, resource: Resource) -> bool:
        story = self.world.stories[resource.id]
        assert isinstance(story.step, InteractionRequired)
        right = story.step.right_answer(Stage(self.world, story))
        answer = right if self.given is None else next(self.given, None)
        if answer is None:
            return False
        fields = {field["name"]: field for field in resource["interaction"]["fields"]}
        self._tell("user", "answered", _spell_answer(answer, fields))
        commands.answer_interaction(self.world, resource, answer)
        return True

    def _review(self, resource: Resource) -> bool:
        if self.reject:
            self._tell("reviewer", "rejected")
            commands.review_run(self.world, resource, "reject")
            return True
        run_to_end(self.simulation.advance_by(REVIEW))
        self._tell_news()
        run = self.world.all("task_run")[resource.id]
        if run.status == self._approval:  # its connection or its time may have ended meanwhile
            self._tell("reviewer", "approved")
            commands.review_run(self.world, run, "approve")
        return True

    def _tell_news(self) -> None:
        """Tell what the timeline has beyond what was told."""
        new, self.entries = self.world.timeline[self.entries :], len(self.world.timeline)
        for entry in new:
            moved, effect = _MOVED.fullmatch(entry.what), _EFFECT.fullmatch(entry.what)
            if moved and self.world.kind(entry.kind).machine:
                self._tell_of(entry, moved[1], describe(self._event(entry, moved[1]).data.fields))
            elif effect:
                self._tell_of(entry, effect[1], effect[2])
            elif entry.kind == "storage":
                file = self.world.all("storage")[entry.id]
                self._tell_of(entry, "file", file["file_name"])

    def _event(self, entry: TimelineEntry, status: str) -> Event:
        """The event that came with a move; events and moves are in the same order."""
        while True:
            event = self.world.events[self.events]
            self.events += 1
            if (event.data.id, event.data.status) == (entry.id, status):
                return event

    def _tell_of(self, entry: TimelineEntry, what: str, detail: str) -> None:
        who = _WHO.get(entry.kind) or self.world.kind(entry.kind).noun
        self.rehearsal.lines.append(Line(entry.at - self.began, who, what, detail))

    def _tell(self, who: str, what: str, detail: str = "") -> None:
        self.rehearsal.lines.append(Line(self.world.now - self.began, who, what, detail))


def _store(world: World, fields: Mapping[str, Any], choose: commands.Choose) -> Resource:
    """Storing a credential plays nothing."""
    return logins.create_credential(world, fields)


# How each edition logs in, and runs.
_WAYS: dict[str, tuple[Callable[..., Resource], Callable[..., Resource]]] = {
    "connections": (commands.open_connection, commands.run_task),
    "credentials": (_store, logins.run_task),
}


def describe(shown: Mapping[str, Any]) -> str:
    """What is new in a connection or run that has just entered its status."""
    if shown.get("interaction"):
        asked = ", ".join(asked["name"] for asked in shown["interaction"]["fields"])
        return f"{shown['interaction']['type']}: {shown['interaction']['message']} ({asked})"
    if shown.get("errors"):
        return "; ".join(f"{e['type']}/{e['code']}: {e['message']}" for e in shown["errors"])
    return "" if shown.get("output") is None else json.dumps(shown["output"], ensure_ascii=False)


def _spell_answer(answer: Mapping[str, str], fields: Mapping[str, Mapping[str, Any]]) -> str:
    """The answer, with dots for what the prompt asks for as a password."""
    secret = {name for name, asked in fields.items() if _SECRET in (name, asked["type"])}
    words = [f"{name}={'•••' if name in secret else text}" for name, text in answer.items()]
    return ", ".join(words)
