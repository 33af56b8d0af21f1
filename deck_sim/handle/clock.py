"""The clock of a world: its time and its mode."""

from collections.abc import Callable
from datetime import datetime

from deck_sim.handle.control import Control, Json, drop_none
from deck_sim.handle.threads import check_no_event_loop
from deck_sim.handle.timeline import write_moment
from deck_sim.handle.webhook_apps import WebhookApps


class Clock:
    """The clock of a world."""

    def __init__(self, control: Control, apps: WebhookApps) -> None:
        self._control, self._apps = control, apps

    @property
    def now(self) -> datetime:
        """The world's present time, in UTC."""
        return datetime.fromisoformat(self._control.call("GET", "/clock")["now"])

    @property
    def mode(self) -> str:
        """`frozen`, `real`, `on_poll` or `follow`."""
        return str(self._control.call("GET", "/clock")["mode"])

    def set(
        self, mode: str, *, now: str | datetime | None = None, speed: float | None = None
    ) -> None:
        """Change the mode of the clock; with `now`, first advance to that moment."""
        if now is not None:
            check_no_event_loop(self.set)
        self._apps.serve_during(self._setting(mode, now, speed))

    async def async_set(
        self, mode: str, *, now: str | datetime | None = None, speed: float | None = None
    ) -> None:
        """`set` for coroutines."""
        await self._apps.async_serve_during(self._setting(mode, now, speed))

    def _setting(
        self, mode: str, now: str | datetime | None, speed: float | None
    ) -> Callable[[], Json]:
        moment = None if now is None else write_moment(now)
        body = drop_none(mode=mode, now=moment, speed=speed)
        return lambda: self._control.call("PUT", "/clock", json=body)
