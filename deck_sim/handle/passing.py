"""Letting time pass, and webhooks be sent: each call that waits, and its twin for coroutines."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from deck_sim.base.errors import DeckSimError
from deck_sim.handle.beside import blocks_the_loop
from deck_sim.handle.control import Control, IdOr, Json, given, read_id
from deck_sim.handle.delivery import Apps
from deck_sim.handle.timeline import Report, read_timeline, write_length, write_moment


class Passing:
    """The part of a handle that moves the clock or sends. Receivers answer meanwhile, so each call
    refuses to block an event loop; its twin, `async_` and the name, does not.
    """

    _control: Control
    apps: Apps
    most_idle_sleeps: int = 1000  # of a client in a row, while nothing happens and nothing is due
    _idle_sleeps: int = 0

    @blocks_the_loop
    def advance(self, by: str | timedelta) -> Report:
        """Let that much time pass; all that falls due has happened when this returns."""
        return self.apps.during(self._moving(by=write_length(by)))

    async def async_advance(self, by: str | timedelta) -> Report:
        """The same, while the event loop goes on."""
        return await self.apps.async_during(self._moving(by=write_length(by)))

    @blocks_the_loop
    def advance_to(self, moment: str | datetime) -> Report:
        """Let time pass up to a moment."""
        return self.apps.during(self._moving(to=write_moment(moment)))

    async def async_advance_to(self, moment: str | datetime) -> Report:
        """The same, while the event loop goes on."""
        return await self.apps.async_during(self._moving(to=write_moment(moment)))

    @blocks_the_loop
    def advance_until(
        self,
        event: str,
        id: IdOr | None = None,  # noqa: A002 - what the control API calls it
        *,
        limit: str | timedelta = "1d",
    ) -> Report:
        """Let time pass until an event such as `task_run.completed`, of that resource if given.

        Raises:
            DeckSimError: if nothing that is due within `limit` brings it; says what waits instead.

        """
        return self.apps.during(self._moving(**_until(event, id, limit)))

    async def async_advance_until(
        self,
        event: str,
        id: IdOr | None = None,  # noqa: A002
        *,
        limit: str | timedelta = "1d",
    ) -> Report:
        """The same, while the event loop goes on."""
        return await self.apps.async_during(self._moving(**_until(event, id, limit)))

    @blocks_the_loop
    def settle(self) -> Report:
        """Let time pass until nothing moves by itself any more; what waits for a person stays."""
        return self.apps.during(self._moving(until="idle"))

    async def async_settle(self) -> Report:
        """The same, while the event loop goes on."""
        return await self.apps.async_during(self._moving(until="idle"))

    @blocks_the_loop
    def sleep(self, seconds: float) -> None:
        """Let so many seconds of the world pass: hand it to a client as its `sleep`.

        Raises:
            DeckSimError: if the client waits for ever: it has slept `most_idle_sleeps` times since
                anything happened, and nothing is due.

        """
        self._slept(self.advance(timedelta(seconds=seconds)))

    async def async_sleep(self, seconds: float) -> None:
        """The same for a client that awaits its `sleep`."""
        self._slept(await self.async_advance(timedelta(seconds=seconds)))

    @blocks_the_loop
    def replay(self, delivery: IdOr) -> Json:
        """Let an event be delivered once more: at once, unless the clock moves by itself."""
        return self.apps.during(self._replaying(delivery))

    async def async_replay(self, delivery: IdOr) -> Json:
        """The same, while the event loop goes on."""
        return await self.apps.async_during(self._replaying(delivery))

    def _slept(self, report: Report) -> None:
        """Count sleeps in which nothing happened, and end a loop that can have no other end."""
        is_idle = all(line.kind == "clock" for line in report.happened)
        self._idle_sleeps = self._idle_sleeps + 1 if is_idle else 0
        if self._idle_sleeps < self.most_idle_sleeps or self._control.call("GET", "/next")["due"]:
            return
        slept, self._idle_sleeps = self._idle_sleeps, 0
        raise DeckSimError(
            f"the client waits for ever: it has slept {slept} times since anything happened, and"
            " nothing is due that could; a client that gives up after more sleeps needs a higher"
            " `deck.most_idle_sleeps`"
        )

    def _replaying(self, delivery: IdOr) -> Callable[[], Json]:
        return lambda: self._control.call("POST", f"/deliveries/{read_id(delivery)}/replay")

    def _moving(self, **how: Any) -> Callable[[], Report]:
        return lambda: _report(self._control.call("POST", "/clock/advance", json=how))


def _until(event: str, resource: IdOr | None, limit: str | timedelta) -> Json:
    until = given(event=event, id=None if resource is None else read_id(resource))
    return {"until": until, "limit": write_length(limit)}


def _report(answer: Json) -> Report:
    happened, held = read_timeline(answer["happened"]), tuple(answer.get("held", ()))
    return Report(datetime.fromisoformat(answer["now"]), happened, held)
