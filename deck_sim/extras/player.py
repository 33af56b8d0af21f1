"""Plays one scenario to its end in virtual time, without HTTP, and lists what happened.

`deck-sim play` prints the result, and the traces of the shipped scenarios are made with it.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import BaseModel

from deck_sim.base.durations import format_duration
from deck_sim.contract import bodies
from deck_sim.engine import commands, logins
from deck_sim.engine.records import Resource, TimelineEntry
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import KINDS
from deck_sim.engine.waiting import waiting
from deck_sim.engine.world import World
from deck_sim.runtime.clock import advance_by, advance_to, run_to_end
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Refusal, Simulation
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.steps.prompts import InteractionRequired
from deck_sim.scenario.steps.step import REGISTRY

Answers = Sequence[Mapping[str, str]]

REVIEW = timedelta(minutes=1)  # until a reviewer approves a run that no script approves
REFUSED = "refused"  # a line's `what` if the call was refused
_SECRET = "password"
_EFFECTS = sorted({word for (_, word), step in REGISTRY.items() if not step.is_status})
_EFFECT = re.compile(rf"({'|'.join(_EFFECTS)}|script error|fault):? (.*)", re.DOTALL)

# The task that a run is of: it reads reservations.
_USUAL_INPUT = {"guest": "Alex Green", "check_in": "2025-02-01"}
_TEXT, _DATE = {"type": "string"}, {"type": "string", "format": "date"}
_INPUT_SCHEMA = {
    "type": "object",
    "properties": {"guest": _TEXT, "check_in": _DATE},
    "required": ["guest"],
}
_NIGHTS = {"type": "integer", "minimum": 1, "maximum": 14}
_RESERVATION = {
    "type": "object",
    "properties": {"hotel": _TEXT, "check_in": _DATE, "nights": _NIGHTS},
}
# Nothing is required, so that a scenario may give any output.
OUTPUT_SCHEMA = {
    "type": "object",
    "properties": {"reservations": {"type": "array", "maxItems": 1, "items": _RESERVATION}},
}


@dataclass(frozen=True, slots=True)
class PlayLine:
    """One thing that happened: when (since the start), who did it, what, and details.

    `who` is `connection`, `credential`, `session`, `task run`, `user`, `reviewer` or `scenario`.
    `what` is the status that a resource entered; an effect (`screenshot`, `file`, `event`);
    `refused`, if the call that would create it is; a `fault` that was set up; a person who
    (`answered`, `approved`, `rejected`); or `plays`, with the chosen entry of a playlist or mix.
    """

    at: timedelta
    who: str
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Playthrough:
    """A scenario that was played: the simulation, and what happened in it."""

    scenario: Scenario
    simulation: Simulation
    login: Resource | None  # the connection or credential at the end; None if it was refused
    run: Resource | None  # the last run at the end; None if there was none
    lines: list[PlayLine]

    def __str__(self) -> str:
        return format_lines(self.lines)


def play_scenario(
    scenario: Scenario,
    answers: Answers | None = None,
    *,
    edition: str | None = None,
    task_input: Mapping[str, Any] | None = None,
    library: Library | None = None,
    seed: int = 0,
    reject: bool = False,
) -> Playthrough:
    """Log in, run a task, and let time pass until nothing is due.

    The login is a connection that plays `scenario`; or a stored credential, with a session if the
    scenario has one. A playlist has one run for each entry, one after the other; of a mix one entry
    is drawn. Without `edition`, it is that of the scenario, or else the first that can play it.

    Given `answers` are used in order; later prompts get none and time out. Without them, every
    prompt gets a right answer. A run that waits for an approval without a duration is approved
    after a minute; with `reject`, every run that waits for an approval is rejected at once.
    `task_input` is added to a guest and a check-in date.

    Raises:
        ApiError: if an answer does not fit its prompt, or the input does not fit the task.

    """
    settings = Settings(edition or scenario.edition or scenario.editions[0], seed=seed)
    simulation = Simulation("player", settings, Library(library or shipped()))
    simulation.library.add(scenario)
    task_input = {**_USUAL_INPUT, **(task_input or {})}
    return _Player(scenario, simulation, answers, task_input, reject).play()


def format_lines(lines: Iterable[PlayLine]) -> str:
    """The lines as text in columns."""
    rows = [(f"+{format_duration(line.at)}", line.who, line.what, line.detail) for line in lines]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    return "".join(
        "  ".join([*map(str.ljust, row, widths), row[-1]]).rstrip() + "\n" for row in rows
    )


def describe_resource(shown: Mapping[str, Any]) -> str:
    """The prompt, the errors, or the result and output of a connection or run, as text."""
    if shown.get("interaction"):
        names = ", ".join(asked["name"] for asked in shown["interaction"]["fields"])
        return f"{shown['interaction']['type']}: {shown['interaction']['message']} ({names})"
    if shown.get("errors"):
        return "; ".join(f"{e['type']}/{e['code']}: {e['message']}" for e in shown["errors"])
    usual = shown.get("status") != "completed" or shown.get("result") in (None, "success")
    result = "" if usual else f"result {shown['result']}"
    output = shown.get("output")
    text = "" if output is None else json.dumps(output, ensure_ascii=False)
    return " ".join(filter(None, [result, text]))


class _Player:
    def __init__(
        self,
        scenario: Scenario,
        simulation: Simulation,
        answers: Answers | None,
        task_input: dict[str, Any],
        reject: bool,
    ) -> None:
        self.scenario, self.simulation, self.world = scenario, simulation, simulation.world
        self.answers = None if answers is None else iter(answers)
        self.task_input, self.reject = task_input, reject
        self.approval = self.world.rules.machine("task_run").approval
        self.source, self.task = _create_task(self.world)
        self.began, self.entries_read = self.world.now, self.world.timeline.total
        self.lines: list[PlayLine] = []

    def play(self) -> Playthrough:
        body = {
            "source_id": self.source.id,
            "auth_method": "username_password",
            "auth_credentials": {"username": "alex@example.com", "password": "-"},
            "external_id": None,
        }
        login = self._start(
            "connection", partial(_CREATE_LOGIN[self.world.rules.login], self.world, body)
        )
        if (
            login
            and "session" in self.world.rules.kinds
            and self.scenario.defines("session", self.world.edition)
        ):
            body = {"credential_id": login.id}
            self._start("session", partial(logins.start_session, self.world, body))
        run = None
        for _ in self.scenario.playlist or [""]:
            run = (login and self._run(login)) or run
        while self._play_next():
            pass
        login, run = (one and self._read(one) for one in (login, run))
        return Playthrough(self.scenario, self.simulation, login, run, self.lines)

    def _run(self, login: Resource) -> Resource | None:
        """Run the task; None if the login cannot run it, or the run is refused."""
        if self._read(login).status not in self.world.machine(login).commands["run"].allowed:
            return None
        body = {f"{login.kind}_id": login.id, "input": self.task_input}
        return self._start("task_run", partial(commands.run_task, self.world, self.task, body))

    def _start(self, kind: str, create: Callable[[commands.Choose], Resource]) -> Resource | None:
        """Create a resource and play its script until it is settled; None if it is refused."""
        try:
            resource = create(lambda facts: self.simulation.choose(kind, self.scenario.name, facts))
        except Refusal:
            resource = None
        if resource and resource.kind in KINDS:  # a credential plays nothing
            self.simulation.record_choice(resource.id)
        if kind == "task_run":
            name = self.simulation.choices[-1].played.name
            if name != self.scenario.name:
                self._add_line("scenario", "plays", name)
        while resource and not self.world.is_settled(self._read(resource)) and self._play_next():
            pass
        self._add_news()
        return resource

    def _read(self, resource: Resource) -> Resource:
        return self.world.all(resource.kind)[resource.id]

    def _play_next(self) -> bool:
        """Act for a person, or else advance to what is due next; False if neither is possible."""
        self._add_news()
        if any(map(self._act_for, [*waiting(self.world), *self._in_review()])):
            return True
        due = self.world.timers.peek()
        if due is not None:
            run_to_end(advance_to(self.simulation, due.at))
        self._add_news()
        return due is not None

    def _in_review(self) -> list[Resource]:
        """The runs to reject. A run that a timer approves is among them."""
        runs = self.world.all("task_run").values() if self.reject else ()
        return [run for run in runs if run.status == self.approval]

    def _act_for(self, resource: Resource) -> bool:
        """Answer or review what a resource waits for; False if it waits for neither."""
        if resource.status == "interaction_required":
            return self._answer(resource)
        if resource.kind != "task_run" or resource.status != self.approval:
            return False
        if not self.reject:
            run_to_end(advance_by(self.simulation, REVIEW))
            self._add_news()
            if self._read(resource).status != self.approval:  # a timeout or a lost login ended it
                return True
        self._add_line("reviewer", "rejected" if self.reject else "approved")
        verdict = "reject" if self.reject else "approve"
        commands.review_run(self.world, self._read(resource), verdict)
        return True

    def _answer(self, resource: Resource) -> bool:
        story = self.world.stories[resource.id]
        assert isinstance(story.step, InteractionRequired)
        right = story.step.right_answer(Stage(self.world, story))
        answer = right if self.answers is None else next(self.answers, None)
        if answer is None:
            return False
        asked = {field["name"]: field["type"] for field in resource["interaction"]["fields"]}
        secret = {name for name, type_ in asked.items() if _SECRET in (name, type_)}
        shown = [f"{name}={'•••' if name in secret else text}" for name, text in answer.items()]
        self._add_line("user", "answered", ", ".join(shown))
        commands.answer_interaction(self.world, resource, answer)
        return True

    def _add_news(self) -> None:
        """Add a line for each new entry of the world's timeline that is part of the story."""
        timeline = self.world.timeline
        new, self.entries_read = timeline.since(self.entries_read), timeline.total
        for entry in new:
            if found := self._read_entry(entry):
                self.lines.append(PlayLine(entry.at - self.began, *found))

    def _read_entry(self, entry: TimelineEntry) -> tuple[str, str, str] | None:
        """Who, what and details; None for an entry that is no part of the story."""
        if entry.kind == "storage":
            return "task run", "file", self.world.all("storage")[entry.id]["file_name"]
        kind = self.world.rules.kinds.get(entry.kind)
        if kind and entry.status and kind.machine and kind.machine.ends:
            shown = {"status": entry.status, **(entry.changes or {})}
            return kind.noun, entry.status, describe_resource(shown)
        effect = _EFFECT.fullmatch(entry.what)
        return (kind.noun, effect[1], effect[2]) if kind and effect else None

    def _add_line(self, who: str, what: str, detail: str = "") -> None:
        self.lines.append(PlayLine(self.world.now - self.began, who, what, detail))


def _create_task(world: World) -> tuple[Resource, Resource]:
    def seed(kind: str, body: BaseModel) -> Resource:
        return commands.seed_resource(world, kind, body.model_dump())

    agent = seed("agent", bodies.CreateAgent(name="Concierge"))
    website = bodies.Website(url="https://hotel.example")
    source = seed("source", bodies.CreateSource(name="Hotel", type="website", website=website))
    task = bodies.CreateTask(
        name="Read reservations",
        agent_id=agent.id,
        input_schema=_INPUT_SCHEMA,
        output_schema=OUTPUT_SCHEMA,
        storage=bodies.TaskStorage(enabled=True, extraction=True, extraction_schema={}),
    )
    return source, seed("task", task)


# By kind of login. A credential has no script.
_CREATE_LOGIN: dict[str, Callable[..., Resource]] = {
    "connection": commands.open_connection,
    "credential": lambda world, body, _choose: logins.create_credential(world, body),
}
