"""Plays one scenario to its end in virtual time, without HTTP, and lists what happened.

`deck-sim play` prints the result, and `scripts/record-traces` writes it to the recorded traces.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deck_sim.base.durations import format_duration
from deck_sim.engine import commands
from deck_sim.engine.script import watched_kinds
from deck_sim.engine.step_context import StepContext
from deck_sim.engine.waiting import waiting
from deck_sim.engine.world_values import Resource
from deck_sim.runtime.advance import advance_by, advance_to, run_to_end
from deck_sim.runtime.seeding import seed_resources
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Refusal, Simulation
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.steps.prompts import InteractionRequired
from deck_sim.scenario.steps.step import STEP_CLASSES

_REVIEW = timedelta(minutes=1)  # until a reviewer approves a run that no script approves
_EFFECTS = sorted({word for (_, word), step in STEP_CLASSES.items() if not step.is_status})
_EFFECT = re.compile(rf"({'|'.join(_EFFECTS)}|script error|fault):? (.*)", re.DOTALL)

_USUAL_INPUT = {"guest": "Alex Green", "check_in": "2025-02-01"}
_RESERVATION = {
    "type": "object",
    "properties": {
        "hotel": {"type": "string"},
        "check_in": {"type": "string", "format": "date"},
        "nights": {"type": "integer", "minimum": 1, "maximum": 14},
    },
}
# Nothing is required, so that a scenario may give any output.
OUTPUT_SCHEMA = {
    "type": "object",
    "properties": {"reservations": {"type": "array", "maxItems": 1, "items": _RESERVATION}},
}
_STORAGE = {"enabled": True, "extraction": True, "extraction_schema": {}}
_TASK = {"agent_id": "agt", "output_schema": OUTPUT_SCHEMA, "storage": _STORAGE}
_SOURCE = {"type": "website", "website": {"url": "https://hotel.example"}}
_SEED: dict[str, list[dict[str, Any]]] = {
    "agents": [{"id": "agt", "name": "A"}],
    "sources": [{"id": "src", "name": "Hotel", **_SOURCE}],
    "tasks": [{"id": "task", "name": "Read reservations", **_TASK}],
}


@dataclass(frozen=True, slots=True)
class PlayLine:
    """One thing that happened: the time since the start, the actor, the event and its details."""

    at: timedelta
    who: str  # `user`, `reviewer`, `scenario` or a kind of resource, such as `task run`
    what: str  # the status that was entered, an effect, or what somebody did
    detail: str = ""


@dataclass
class Playthrough:
    """One play of a scenario: its simulation, and the lines about what happened."""

    scenario: Scenario
    simulation: Simulation
    answers: Iterator[Mapping[str, str]] | None
    task_input: dict[str, Any]
    reject: bool
    lines: list[PlayLine] = field(default_factory=list)
    login: Resource | None = None  # the connection or credential at the end; None if refused
    run: Resource | None = None  # the last run at the end; None if there was none

    def __str__(self) -> str:
        rows = [
            (f"+{format_duration(line.at)}", line.who, line.what, line.detail)
            for line in self.lines
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
        texts = ("  ".join([*map(str.ljust, row, widths), row[-1]]).rstrip() for row in rows)
        return "".join(f"{text}\n" for text in texts)

    @property
    def ending(self) -> str:
        """A sentence about the end: the last status and its time, or the call that was refused."""
        line, last = self.lines[-1], self.run or self.login
        if line.what == "refused" or last is None:
            return f"The call for the {line.who} is refused after {format_duration(line.at)}."
        noun = last.kind.replace("_", " ")
        # Later lines of the run's connection or session do not count.
        entered = [line.at for line in self.lines if (line.who, line.what) == (noun, last.status)]
        return f"The {noun} is {last.status} after {format_duration(entered[-1])}."

    def play(self) -> None:
        """Play the scenario, and fill `lines`, `login` and `run`. Call this method only once."""
        seed_resources(self.simulation, _SEED)
        self.world, task = self.simulation.world, self.simulation.world.resource("task")
        self.began, self.entries_read = self.world.now, self.world.timeline.total
        body: dict[str, Any] = {
            "source_id": "src",
            "auth_method": "username_password",
            "auth_credentials": {"username": "alex@example.com", "password": "-"},
            "external_id": None,
        }
        if self.world.contract.login == "connection":
            open_it = partial(commands.open_connection, self.world, body)
            login, run = self._start("connection", open_it), None
        else:
            login, run = commands.create_credential(self.world, body), None
            self._add_news()
            if self.scenario.defines("session", self.world.edition):
                body = {"credential_id": login.id}
                self._start("session", partial(commands.start_session, self.world, body))
        for _ in self.scenario.playlist or [""]:
            now = login and self.world.resource(login.id)
            if now and now.status in self.world.machine(now).commands["run"].allowed:
                body = {f"{now.kind}_id": now.id, "input": self.task_input}
                create = partial(commands.run_task, self.world, task, body)
                run = self._start("task_run", create) or run
        while self._play_next():
            pass
        self.login = login and self.world.resource(login.id)
        self.run = run and self.world.resource(run.id)

    def _start(self, kind: str, create: Callable[[commands.Choose], Resource]) -> Resource | None:
        """Create a resource; play until it is settled or nothing can happen. None if refused."""
        try:
            resource = create(lambda facts: self.simulation.choose(kind, self.scenario.name, facts))
            self.simulation.record_choice(resource.id)
        except Refusal:
            resource = None
        name = self.simulation.choices[-1].played.name
        if name != self.scenario.name:
            self._add_line("scenario", "plays", name)
        while resource and not self.world.is_settled(self.world.resource(resource.id)):
            if not self._play_next():
                break
        self._add_news()
        return resource

    def _play_next(self) -> bool:
        """Act for a person, or advance to the next timer; return False if neither is possible."""
        self._add_news()
        # With `reject`, also runs that a timer would approve.
        runs = self.world.all("task_run").values() if self.reject else ()
        if any(map(self._act_for, [*waiting(self.world), *runs])):
            return True
        due = self.world.timers.peek()
        if due is not None:
            run_to_end(advance_to(self.simulation, due.at))
        return due is not None

    def _act_for(self, resource: Resource) -> bool:
        story = self.world.stories.get(resource.id)
        if story and isinstance(story.step, InteractionRequired):
            right = story.step.right_answer(StepContext(self.world, story))
            answer = right if self.answers is None else next(self.answers, None)
            if answer is None:
                return False
            fields = resource["interaction"]["fields"]
            secret = {
                field["name"] for field in fields if "password" in (field["name"], field["type"])
            }
            texts = [f"{name}={'•••' if name in secret else text}" for name, text in answer.items()]
            self._add_line("user", "answered", ", ".join(texts))
            commands.answer_interaction(self.world, resource, answer)
            return True
        review_status = self.world.contract.machine("task_run").review_status
        if resource.kind != "task_run" or resource.status != review_status:
            return False
        if not self.reject:
            run_to_end(advance_by(self.simulation, _REVIEW))
            self._add_news()
        run = self.world.resource(resource.id)
        # Otherwise a timeout or a lost login has ended the run.
        if run.status == review_status:
            self._add_line("reviewer", "rejected" if self.reject else "approved")
            commands.review_run(self.world, run, "reject" if self.reject else "approve")
        return True

    def _add_news(self) -> None:
        timeline = self.world.timeline
        new, self.entries_read = timeline.since(self.entries_read), timeline.total
        for entry in new:
            kind, effect = self.world.contract.kinds.get(entry.kind), _EFFECT.fullmatch(entry.what)
            if entry.kind == "storage":
                name = self.world.all("storage")[entry.id]["file_name"]
                self._add_line("task run", "file", name, entry.at)
            elif kind and entry.status and entry.kind in watched_kinds(self.world.contract):
                changes, details = entry.changes or {}, list[str]()
                if prompt := changes.get("interaction"):
                    names = ", ".join(field["name"] for field in prompt["fields"])
                    details.append(f"{prompt['type']}: {prompt['message']} ({names})")
                errors = changes.get("errors") or ()
                texts = (f"{e['type']}/{e['code']}: {e['message']}" for e in errors)
                details.append("; ".join(texts))
                if entry.status == "completed" and changes.get("result") not in (None, "success"):
                    details.append(f"result {changes['result']}")
                if changes.get("output") is not None:
                    details.append(json.dumps(changes["output"], ensure_ascii=False))
                detail = " ".join(filter(None, details))
                self._add_line(kind.noun, entry.status, detail, entry.at)
            elif kind and effect:
                self._add_line(kind.noun, effect[1], effect[2], entry.at)

    def _add_line(self, who: str, what: str, detail: str = "", at: datetime | None = None) -> None:
        self.lines.append(PlayLine((at or self.world.now) - self.began, who, what, detail))


def play_scenario(
    scenario: Scenario,
    answers: Sequence[Mapping[str, str]] | None = None,
    *,
    edition: str | None = None,
    task_input: Mapping[str, Any] | None = None,
    library: Library | None = None,
    seed: int = 0,
    reject: bool = False,
) -> Playthrough:
    """Play a scenario: log in, run a task, and let time pass until nothing is due.

    The login is a connection; in editions without connections, a stored credential, and a session
    if the scenario has a script for it. A playlist plays one run for each entry, in order; a mix
    plays one at random. The default edition is the scenario's, or the first that can play it.

    Prompts get `answers` in order, and none after the last; if `answers` is None, each prompt gets
    a right one. A run that waits for approval is approved after a minute, unless its step has a
    duration; with `reject`, every such run is rejected at once. The input of each run has a guest,
    a check-in date, and the fields of `task_input`.

    Raises ApiError if an answer does not fit its prompt.
    """
    settings = Settings(edition or scenario.edition or scenario.editions[0], seed=seed)
    simulation = Simulation("player", settings, Library(library or shipped()))
    simulation.library.add(scenario)
    task_input = {**_USUAL_INPUT, **(task_input or {})}
    remaining = None if answers is None else iter(answers)
    playthrough = Playthrough(scenario, simulation, remaining, task_input, reject)
    playthrough.play()
    return playthrough
