"""`deck.clock`: shows the time of a world, and shows or sets its clock mode."""

from datetime import datetime, timedelta

from deck_sim.base.durations import parse_duration
from deck_sim.handle.connect.applications import WebhookApps
from deck_sim.handle.connect.control import Control, reads
from deck_sim.handle.connect.threads import check_no_event_loop, twin_of
from deck_sim.handle.timeline import Duration, write_duration


class Clock:
    """The time and mode of a world. Methods of `Deck`, such as `advance`, move the time."""

    def __init__(self, control: Control, apps: WebhookApps) -> None:
        self._control, self._apps = control, apps

    @property
    def now(self) -> datetime:
        """The world's present time, in UTC."""
        return datetime.fromisoformat(self._control("show_clock")["now"])

    mode: str = reads("show_clock", "`frozen`, `real` or `on_poll`.", "mode")
    speed: float = reads(
        "show_clock", "A `real` clock's speed, as a multiple of real time.", "speed"
    )

    @property
    def step(self) -> timedelta | None:
        """How long a read takes on an `on_poll` clock; None: a read jumps to the next change."""
        step: str | None = self._control("show_clock")["step"]
        return None if step is None else parse_duration(step)

    def set(
        self,
        mode: str,
        *,
        now: str | datetime | None = None,
        speed: float | None = None,
        step: Duration | None = None,
    ) -> None:
        """Set the mode: `frozen`, `real` or `on_poll`. With `now`, first advance to that moment.

        `speed` (default: 1) is for a `real` clock. `step`, such as "5s", is how long each read
        takes on an `on_poll` clock. Without `step`, each read jumps to the next moment at which the
        resource can change.
        """
        if now is not None:
            check_no_event_loop(self.set)
        settings = {"mode": mode, "now": now, "speed": speed, "step": write_duration(step)}
        self._apps.serve_during(self._control, "set_clock", **settings)

    async_set = twin_of(set)
