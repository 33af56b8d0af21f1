"""A hold that a test has on its world, until it lets go."""

from types import TracebackType
from typing import Any, Self

from deck_sim.base.errors import DeckSimError, listed
from deck_sim.handle.control import Control


class Hold:
    """A point at which stories stop, or answers wait.

    As a context manager it is released at the end of its block, if it was not before.
    """

    def __init__(self, control: Control, point: str, of: str | None) -> None:
        """Hold what is about to emit the event `point`, or the answer to such a call."""
        self.point, self.of = point, of
        wanted = {"call" if "/" in point or "*" in point else "event": point, "id": of}
        body = {name: value for name, value in wanted.items() if value is not None}
        self._control = control
        self.id: str = control.call("POST", "/holds", json=body)["id"]
        self._released: list[str] | None = None
        self._met = 0

    @property
    def held(self) -> list[str]:
        """The ids of the runs and connections that stand here, in the order of their coming."""
        return [one["id"] for one in self._look()["held"]]

    @property
    def answers(self) -> int:
        """How many answers are kept back here."""
        return int(self._look()["answers"])

    @property
    def met(self) -> int:
        """How many stories and answers it has stopped, whatever became of them."""
        return self._met if self._released is not None else int(self._look()["met"])

    def release(self) -> list[str]:
        """Let everything go on at the world's present moment; returns the ids of what was held.

        To release it again is no mistake, and does nothing.
        """
        if self._released is None:
            answer = self._control.call("DELETE", f"/holds/{self.id}")
            self._released, self._met = answer["released"], answer["met"]
        return self._released

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.release()
        except DeckSimError:  # what went wrong in the block is what its author has to see
            if error is None:
                raise

    def __repr__(self) -> str:
        return f"Hold({self.point!r})"

    def __str__(self) -> str:
        return f"`{self.point}`" + (f" of `{self.of}`" if self.of else "")

    def _look(self) -> dict[str, Any]:
        holds = {hold["id"]: hold for hold in self._control.get("/holds")}
        if self.id not in holds:
            there = listed(holds)
            raise DeckSimError(f"`{self.point}` is not held any more; held are {there}")
        return holds[self.id]
