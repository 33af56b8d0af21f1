"""What is to come in a world: what is played, what people and sources do, and in which order."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.handle.control import Control, IdOr, Json, given, read_id
from deck_sim.handle.holds import Hold
from deck_sim.scenario.yaml.document import YamlError
from deck_sim.scenario.yaml.reader import read_yaml

UNNAMED = "scenario"


class Directing:
    """The part of a handle that says what is to come."""

    _control: Control
    _numbers: Iterator[int]
    holds: tuple[Hold, ...] = ()  # all that this handle has put, released or not

    @property
    def _edition(self) -> Edition:
        return EDITIONS[self._control.call("GET", "/world")["edition"]]

    def use(self, name: str) -> None:
        """Let every connection and run to come play this scenario, unless another is chosen."""
        self._control.call("PATCH", "/world", json={"default_scenario": name})

    def queue(self, *names: str, resource: str = "task_run") -> None:
        """Let the next runs (or connections) play these, one each."""
        self._control.call("POST", "/queue", json={"resource": resource, "scenarios": [*names]})

    def rule(self, when: Mapping[str, Any], scenario: str, resource: str | None = None) -> None:
        """Let every run and connection that matches `when` play this; earlier rules come first.

        `deck.rule({"username": "*@hotel.example"}, "mfa_then_success")`. `resource` says that it is
        for `task_run` or `connection` alone.
        """
        rule = given(when=dict(when), scenario=scenario, resource=resource)
        self._control.call("PUT", "/rules", json={"rules": [*self.rules, rule]})

    def limit_rate(self, limit: bool | Mapping[str, Any] = True) -> None:
        """Answer more calls than Deck takes with 429, or than `{"requests": 5, "per": "1s"}`.

        The window is one of the world's clock. False takes the limit back.
        """
        wanted = limit if isinstance(limit, bool) else dict(limit)
        self._control.call("PATCH", "/world", json={"rate_limit": wanted})

    def refuse_assumed(self, refuse: bool = True) -> None:
        """Answer calls of the Deck API that rest on an assumption with 501; False no more."""
        self._control.call("PATCH", "/world", json={"strict_fidelity": refuse})

    def additive_changes(
        self,
        *,
        fields: bool = False,
        event_type: str | None = None,
        interaction_type: str | None = None,
    ) -> None:
        """Show what no page documents: unknown fields, and an event or interaction of that type.

        Without arguments nothing additive_changes any more.
        """
        wanted = given(fields=fields, event_type=event_type, interaction_type=interaction_type)
        self._control.call("PATCH", "/world", json={"additive_changes": wanted})

    @property
    def rules(self) -> list[Json]:
        """The rules there are; the first that matches counts."""
        rules: list[Json] = self._control.call("GET", "/rules")["rules"]
        return rules

    def scenario(self, source: str | Mapping[str, Any]) -> str:
        """Add a scenario to this world, from YAML text or plain data; returns its name.

        Plain data may leave out `version` and `name`.
        """
        if isinstance(source, str):
            name = _usable(_name_in(source))
            self._control.call("PUT", f"/scenarios/{name}", content=source.encode())
        else:
            name = _usable(source.get("name", f"{UNNAMED}_{next(self._numbers)}"))
            self._control.call("PUT", f"/scenarios/{name}", json=dict(source))
        return name

    def stamp_webhooks(self, time: str) -> None:
        """Say which time webhooks are signed with: the `wall` clock's, or the `world`'s."""
        self._control.call("PATCH", "/world", json={"webhook_time": time})

    def approve(self, run: IdOr) -> Json:
        """Let the reviewer approve a run that waits for one."""
        return self._control.call("POST", f"/task-runs/{read_id(run)}/approve")

    def reject(self, run: IdOr) -> Json:
        """Let the reviewer reject a run that waits for one."""
        return self._control.call("POST", f"/task-runs/{read_id(run)}/reject")

    def drop(self, login: IdOr) -> Json:
        """Let the source end a connection, or a session."""
        kinds = self._edition.kinds.values()
        path = next(kind.path for kind in kinds if kind.machine and "drop" in kind.machine.commands)
        return self._control.call("POST", f"/{path}/{read_id(login)}/drop")

    def invalidate(self, login: IdOr) -> Json:
        """Let what a connection or credential logs in with change at the source."""
        path = self._edition.login_kind.path
        return self._control.call("POST", f"/{path}/{read_id(login)}/invalidate")

    def hold(
        self,
        point: str,
        id: IdOr | None = None,  # noqa: A002
    ) -> Hold:
        """Stop what is about to emit an event such as `task_run.completed`, until released.

        `with deck.hold("task_run.completed", run) as hold: ...`; or call its `release()`. A call
        like `POST /v2/tasks/*/run` is held when its work is done and its answer is to be sent.

        Raises:
            DeckSimError: if nothing emits such an event, nothing has that id, or it is no call.

        """
        self.holds += (hold := Hold(self._control, point, None if id is None else read_id(id)),)
        return hold


def _name_in(text: str) -> Any:
    """What a YAML text calls its scenario; None if it cannot be read."""
    try:
        data = read_yaml(text).data
    except YamlError:
        return None
    return data.get("name") if isinstance(data, dict) else None


def _usable(name: Any) -> str:
    """The name, if a path can hold it; if not, the server will say what is wrong, and where."""
    return name if isinstance(name, str) and re.fullmatch("[a-z0-9_]+", name) else UNNAMED
