"""What happened in a world, and how it stands. Reading changes nothing."""

from datetime import timedelta

from deck_sim.handle.control import Control, IdOr, Json, read_id
from deck_sim.handle.journal import Calls
from deck_sim.handle.lint import LintReport
from deck_sim.handle.timeline import Timeline, read_timeline, write_length


class Looking:
    """The part of a handle that looks."""

    _control: Control
    poll_interval: str | timedelta = "1s"  # what `lint` takes for often enough

    def next(self) -> Json:
        """What is due, soonest first, and what waits without a timer."""
        return self._control.call("GET", "/next")

    @property
    def runs(self) -> list[Json]:
        """Every task run as it is now, its `input` included, oldest first."""
        return self._control.get("/task-runs")

    @property
    def connections(self) -> list[Json]:
        """Every connection as it is now, oldest first."""
        return self._control.get("/connections")

    @property
    def credentials(self) -> list[Json]:
        """Every credential as it is now, oldest first."""
        return self._control.get("/credentials")

    @property
    def sessions(self) -> list[Json]:
        """Every session as it is now, oldest first."""
        return self._control.get("/sessions")

    @property
    def events(self) -> list[Json]:
        """Every event, oldest first."""
        return self._control.get("/events")

    @property
    def deliveries(self) -> list[Json]:
        """Every delivery of an event, oldest first; its `log` has each attempt."""
        return self._control.get("/deliveries")

    def messages(self, destination: IdOr) -> list[Json]:
        """The events that a destination other than a webhook (a queue, for example) holds."""
        return self._control.get(f"/destinations/{read_id(destination)}/messages")

    @property
    def requests(self) -> Calls:
        """Every call of the Deck API and how it was answered, oldest first; see `Calls`."""
        return Calls(self._control.get("/requests"))

    @property
    def timeline(self) -> Timeline:
        """Calls, transitions, deliveries and moves of the clock, in the order they happened."""
        return read_timeline(self._control.get("/timeline"))

    @property
    def lint(self) -> LintReport:
        """What the client does wrong: `print` it, or `check()` it; see `LintReport`."""
        interval = write_length(self.poll_interval)
        answer = self._control.call("GET", "/lint", params={"poll_interval": interval})
        return LintReport(answer["data"])

    def coverage(self) -> list[Json]:
        """A row for each scenario that was played: how often each step was, and what never was."""
        return self._control.get("/coverage")

    @property
    def fidelity(self) -> list[Json]:
        """A row for each behaviour that the world imitates: what it is, and how we know of it."""
        return self._control.get("/fidelity")

    @property
    def world(self) -> Json:
        """The world as a whole: edition, seed, clock, queues, choices, counts, crashes, faults."""
        return self._control.call("GET", "/world")
