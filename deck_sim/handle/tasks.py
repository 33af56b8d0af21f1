"""Tasks that are ready to run, and runs that are started in one call."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote as quote_path

from deck_sim.base.errors import DeckSimError, listed, nearest, quote
from deck_sim.contract.editions import Edition
from deck_sim.handle.control import Control, Json, drop_none
from deck_sim.scenario.selection import HEADER


@dataclass(frozen=True, slots=True)
class ReadyTask:
    """The ids of a task that can be run, and of its agent, source and login."""

    agent_id: str
    source_id: str
    task_id: str
    connection_id: str | None = None  # in the edition that has connections
    credential_id: str | None = None  # in the one that has credentials

    @property
    def login(self) -> Json:
        """The part of a run's body that names the login."""
        return drop_none(connection_id=self.connection_id, credential_id=self.credential_id)


class TaskStarter:
    """Seeds tasks and starts runs in a world."""

    def __init__(self, control: Control, edition: Edition, numbers: Iterator[int]) -> None:
        self._control, self._edition, self._numbers = control, edition, numbers

    def make_task(
        self, fields: Mapping[str, Any], *, opens: bool, scenario: str | None
    ) -> ReadyTask:
        """Seed a task, its agent and its source; seed the login too, or open it (`opens`)."""
        login = self._edition.login_kind
        ids = {
            f"{kind}_id": f"{self._edition.kinds[kind].prefix}_{next(self._numbers):016}"
            for kind in ("agent", "source", "task", login.object)
        }
        ready = ReadyTask(**ids)
        site = {"type": "website", "website": {"url": "https://source.example"}}
        resources = {
            "agents": [{"id": ready.agent_id, "name": "Agent"}],
            "sources": [{"id": ready.source_id, **site}],
            "tasks": [{"name": "Task", **fields, "id": ready.task_id, "agent_id": ready.agent_id}],
        }
        fields_of_login = {"source_id": ready.source_id, "auth_method": "none"}
        if not opens:
            seeded = {"id": ids[f"{login.object}_id"], "status": self._edition.login_status}
            resources[login.path] = [seeded | fields_of_login]
        self._control.call("POST", "/seed", json={"resources": resources})
        if opens:
            opened = self._create(login.path, fields_of_login, scenario)
            ready = ReadyTask(**ids | {f"{login.object}_id": opened["id"]})
        return ready

    def start_run(
        self,
        scenario: str | None,
        input: Mapping[str, Any] | None,
        status: str | None,
        fields: Mapping[str, Any],
    ) -> Json:
        """Start a run of a new task, when its login is ready; advance until it has the status."""
        event = None if status is None else self._event_of(status)
        name = scenario or self._control.call("GET", "/world")["default_scenario"]
        scripts = self._scripts_of(name)
        login, ready_status = self._edition.login_kind, self._edition.login_status
        opens = login.object in scripts
        ready = self.make_task(fields, opens=opens, scenario=scenario)
        (login_id,) = ready.login.values()
        if self._read(login.path, login_id)["status"] != ready_status:
            self._advance_until(f"{login.object}.{ready_status}", login_id)
        body = ready.login | drop_none(input=input)
        id_ = self._create(f"tasks/{ready.task_id}/run", body, scenario)["id"]
        run = self._read("task-runs", id_)
        if event is not None and run["status"] != status:
            self._advance_until(event, id_)
            run = self._read("task-runs", id_)
        return run

    def _advance_until(self, event: str, id_: str) -> None:
        how = {"until": {"event": event, "id": id_}, "limit": "1d"}
        self._control.call("POST", "/clock/advance", json=how)

    def _scripts_of(self, scenario: str) -> list[str]:
        path = f"/scenarios/{quote_path(scenario, safe='')}"
        scripts: list[str] = self._control.call("GET", path)["scripts"]
        return scripts

    def _event_of(self, status: str) -> str:
        machine = self._edition.machine("task_run")
        if status not in machine.statuses:
            likely = nearest(status, machine.statuses) or f"; known are {listed(machine.statuses)}"
            raise DeckSimError(f"`status`: a run is never {quote(status)}{likely}")
        return f"task_run.{machine.event(status)}"

    def _read(self, path: str, id_: str) -> Json:
        return next(one for one in self._control.get(f"/{path}") if one["id"] == id_)

    def _create(self, path: str, body: Json, scenario: str | None) -> Json:
        headers = drop_none(**{HEADER: scenario})
        url = f"{self._control.url}/v2/{path}"
        return self._control.call("POST", url, headers=headers, json=body)
