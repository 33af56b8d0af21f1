"""Tasks that are ready to run, and runs that are started, answered or finished in one call."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deck_sim.base.errors import DeckSimError, listed, nearest, quote, show
from deck_sim.base.redaction import redact_body
from deck_sim.contract.editions import Edition
from deck_sim.handle.connect.control import Control, Json, drop_none
from deck_sim.scenario.selection import SCENARIO_HEADER


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
        """The part of a run's body that names the login, such as `{"connection_id": "conn_1"}`."""
        return drop_none(connection_id=self.connection_id, credential_id=self.credential_id)


_REMEDIES = {
    "answer": "`deck.answer(run, {answer})` answers the prompt",
    "review": "`deck.approve(run)` or `deck.reject(run)` decides",
    "release": "`release()` of the hold lets the run continue",
}


class Tasks:
    """Seeds tasks, and starts, answers and finishes their runs."""

    def __init__(self, control: Control, edition: Edition, numbers: Iterator[int]) -> None:
        """`numbers` are for the ids of seeded resources."""
        self._control, self._edition, self._numbers = control, edition, numbers

    def make_task(
        self, fields: Mapping[str, Any], *, opens: bool, scenario: str | None
    ) -> ReadyTask:
        """Seed a task, its agent, source and login; return their ids. With `opens`, the login is
        created through the Deck API instead, and plays `scenario`.
        """
        login = self._edition.kinds[self._edition.login]
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
        self._control("seed_world", resources=resources)
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
        """Make a task, advance until its login is ready, and start a run. With `status`, advance
        until the run has this status. Return the run.
        """
        for name in fields:
            if near := nearest(name, ("scenario", "input", "status")):
                raise DeckSimError(f"`start_run` has no argument {name!r}{near}")
        statuses = self._edition.machine("task_run").statuses
        if status is not None and status not in statuses:
            likely = nearest(status, statuses) or f"; known are {listed(statuses)}"
            raise DeckSimError(f"`status`: a run never has the status {quote(status)}{likely}")
        name = scenario or self._control("show_world")["default_scenario"]
        played = self._control("show_scenario", name=name)
        login = self._edition.login
        ready = self.make_task(fields, opens=login in played["scripts"], scenario=scenario)
        (login_id,) = ready.login.values()
        self._reach(login, login_id, self._edition.login_status)
        body = ready.login | drop_none(input=input)
        id_ = self._create(f"tasks/{ready.task_id}/run", body, scenario)["id"]
        return self._reach("task_run", id_, status)

    def answer_prompt(self, id_: str, answer: str | Mapping[str, Any]) -> Json:
        """Answer the open prompt of a resource with one value, or with a mapping of values."""
        details = self._control("show_resource", id=id_)
        prompt = details["resource"].get("interaction")
        if prompt is None:
            why = f" {details['unfinished']['why']}" if details["unfinished"] else ""
            status = details["resource"].get("status")
            text = f"`{id_}`{f' is `{status}` and' if status else ''} has no open prompt"
            raise DeckSimError(f"{text}.{why}")
        names = [field["name"] for field in prompt["fields"]]
        if isinstance(answer, str):
            if len(names) > 1:
                text = f"the prompt of `{id_}` has several fields; give a mapping with"
                raise DeckSimError(f"{text} {listed(names)}")
            answer = {names[0]: answer}
        elif not isinstance(answer, Mapping):
            text = 'takes text, such as "123456", or a mapping with'
            raise DeckSimError(f"`answer` {text} {listed(names)}, not {show(answer)}")
        path = f"{self._edition.kinds[details['kind']].path}/{id_}/interaction"
        return self._control.create(path, {self._edition.answer_key: answer})

    def finish_run(self, id_: str, limit: str | None) -> Json:
        """Advance until a run is final; return it. Raises an error if somebody must act first."""
        machine = self._edition.machine("task_run")
        events = [
            f"task_run.{machine.events[status]}"
            for status in machine.statuses
            if machine.is_final(status) or machine.asks_person(status)
        ]
        while True:
            details = self._control("show_resource", id=id_)
            if (kind := details["kind"]) != "task_run":
                raise DeckSimError(f"`finish` takes a run, but `{id_}` is of the kind `{kind}`")
            if not (wait := details["unfinished"]):
                return self._read(kind, id_)
            if remedy := _REMEDIES.get(wait["remedy"]["do"]):
                answer = json.dumps(redact_body(details["right_answer"]) or "…", ensure_ascii=False)
                remedy = remedy.format(answer=answer)
                raise DeckSimError(f"`{id_}` is `{wait['status']}`. {wait['why']} {remedy}.")
            self._control.advance(until={"event": events, "id": id_}, limit=limit)

    def _create(self, path: str, body: Json, scenario: str | None) -> Json:
        return self._control.create(path, body, **drop_none(**{SCENARIO_HEADER: scenario}))

    def _reach(self, kind: str, id_: str, status: str | None) -> Json:
        resource = self._read(kind, id_)
        if status is None or resource["status"] == status:
            return resource
        event = f"{kind}.{self._edition.machine(kind).events[status]}"
        self._control.advance(until={"event": event, "id": id_})
        return self._read(kind, id_)

    def _read(self, kind: str, id_: str) -> Json:
        for resource in self._control.data(f"show_{kind}s"):
            if resource["id"] == id_:
                return resource
        raise DeckSimError(f"`{id_}` is gone: its world was reset or restored")
