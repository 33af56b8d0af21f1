"""`StepContext`: what a step can read and do while it is played."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from deck_sim.base.durations import Span, spell_duration
from deck_sim.base.errors import show
from deck_sim.contract import json_schema
from deck_sim.contract.error_catalog import Problem, problem
from deck_sim.engine.holds import Stopped
from deck_sim.engine.script import Story
from deck_sim.engine.seeded_draws import draw_duration
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Resource


@dataclass(slots=True)
class StepContext:
    """The world and the story of the step that is being played."""

    world: World
    story: Story

    @property
    def resource(self) -> Resource:
        """The connection, session or run that plays the script, as it is now."""
        return self.world.all(self.story.script.kind)[self.story.owner]

    @property
    def output_schema(self) -> Any:
        return self.world.all("task")[self.resource["task_id"]]["output_schema"]

    @property
    def extraction_schema(self) -> Any:
        """The schema of the data that the task extracts from files; None if extraction is off."""
        storage = self.world.all("task")[self.resource["task_id"]]["storage"]
        extracts = storage and storage["enabled"] and storage["extraction"]
        return (storage["extraction_schema"] or {}) if extracts else None

    @property
    def variables(self) -> dict[str, Any]:
        player = self.resource
        used = {player.kind: player}
        for kind in (self.world.contract.login, "session", "task"):
            if player.fields.get(f"{kind}_id"):
                used[kind] = self.world.all(kind)[player[f"{kind}_id"]]
        login, session, task = map(used.get, (self.world.contract.login, "session", "task"))
        user = login and {
            "external_id": login["external_id"],
            "username": login.hidden.get("username"),
        }
        return {
            **({login.kind: {"id": login.id, **user}} if login and user else {}),
            "user": user or {},
            "session": {"id": session.id} if session else {},
            "run": {"id": self.resource.id} if self.resource.kind == "task_run" else {},
            "task": {"id": task.id, "name": task["name"]} if task else {},
            "input": self.resource.hidden.get("input", {}),
        }

    def move(self, status: str, **fields: Any) -> None:
        """Move the resource to `status`. Raises `Stopped` if a hold stops the story first."""
        resource = self.resource
        if self.world.holds:
            self.check_holds(f"{resource.kind}.{self.world.machine(resource).events[status]}")
        self.world.move(resource, status, **fields)

    def check_holds(self, event: str) -> None:
        """Raise `Stopped` if a hold stops the story before this event."""
        names = self.world.contract.names_of(event)
        for hold in self.world.holds.values():
            if hold.event in names and hold.resource in (None, self.story.owner):
                raise Stopped(hold.id)

    def complete(self, output: Any, **fields: Any) -> None:
        """Complete the run; fail it if the output is not an object or breaks the task's schema."""
        broken = json_schema.violations(self.output_schema, output, "output")
        if not isinstance(output, dict):
            text = f"The output must be an object, not {show(output)}."
            self.fail(problem("task/output_invalid", text, field="output"))
        elif broken:
            self.reject("task/output_invalid", broken)
        else:
            self.move("completed", output=output, **fields)

    def reject(self, name: str, broken: list[Problem], why: str = "") -> None:
        """Fail the run with one error `name` per problem in `broken`; `why` begins each message."""
        for violation in broken:
            self.world.note("task_run", self.resource.id, violation.message)
        self.fail(
            *(
                problem(name, f"{why}{violation.message}", field=violation.field)
                for violation in broken
            )
        )

    def fail(self, *problems: Problem) -> None:
        self.move("failed", errors=[error.as_json() for error in problems])

    def problem(self, name: str, message: str | None, field: str | None) -> Problem:
        """Make the problem `name` of the error catalog. If `message` is None, it has the
        catalog's text, with the run's timeout in place of `{timeout}`.
        """
        timeout = spell_duration(timedelta(seconds=self.resource.hidden["timeout_seconds"]))
        return problem(name, message, field=field, timeout=timeout)

    def draw(self, span: Span) -> timedelta:
        """Draw a duration within `span` for the current step, which gets the same one each time."""
        story = self.story
        name = story.script.positions[story.path].name
        return draw_duration(span, self.world.seed, f"{story.owner}/{name}")
