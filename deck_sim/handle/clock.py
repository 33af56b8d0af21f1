"""The clock of a world, as its handle has it."""

from collections.abc import Callable
from datetime import datetime

from deck_sim.handle.beside import refuse_on_a_loop
from deck_sim.handle.control import Control, Json, given
from deck_sim.handle.delivery import Apps
from deck_sim.handle.timeline import write_moment


class Clock:
    """The clock of a world."""

    def __init__(self, control: Control, apps: Apps) -> None:
        self._control, self._apps = control, apps

    @property
    def now(self) -> datetime:
        """The world's present moment, in UTC."""
        return datetime.fromisoformat(self._control.call("GET", "/clock")["now"])

    @property
    def mode(self) -> str:
        """`frozen`, `real`, `on_poll` or `follow`."""
        return str(self._control.call("GET", "/clock")["mode"])

    def set(
        self, mode: str, *, now: str | datetime | None = None, speed: float | None = None
    ) -> None:
        """Change how time moves, and first go on to `now` if it is given."""
        if now is not None:
            refuse_on_a_loop(self.set)
        self._apps.during(self._setting(mode, now, speed))

    async def async_set(
        self, mode: str, *, now: str | datetime | None = None, speed: float | None = None
    ) -> None:
        """The same, while the event loop goes on."""
        await self._apps.async_during(self._setting(mode, now, speed))

    def _setting(
        self, mode: str, now: str | datetime | None, speed: float | None
    ) -> Callable[[], Json]:
        moment = None if now is None else write_moment(now)
        body = given(mode=mode, now=moment, speed=speed)
        return lambda: self._control.call("PUT", "/clock", json=body)
