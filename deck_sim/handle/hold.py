"""A hold: a point at which runs, connections, sessions or answers stop until their release."""

from contextlib import AbstractContextManager

from deck_sim.base.errors import DeckSimError, listed
from deck_sim.handle.connect.control import Control, Json


def point_field(point: str, for_calls: str) -> str:
    """Return the field that `point` has in the body of a new hold or fault: "event", or `for_calls`
    if `point` is a pattern of calls.
    """
    return for_calls if "/" in point or point.endswith("**") else "event"


class Hold(AbstractContextManager["Hold"]):
    """A point at which resources or answers stop until the end of a `with` block or `release`.

    `point` is an event such as `task_run.completed`, which is held before it is emitted, or a call
    such as `POST /v2/tasks/*/run`, whose answer is held. `of` limits the hold to one resource.
    """

    def __init__(self, control: Control, point: str, of: str | None) -> None:
        self.point, self.of = point, of
        self._control = control
        self.id: str = control("make_hold", **{point_field(point, "call"): point}, id=of)["id"]
        self._release_answer: Json = {}  # the answer to the call that released this hold

    @property
    def held(self) -> list[str]:
        """The ids of the resources that are stopped now, in the order of their arrival."""
        return [resource["id"] for resource in self._read()["held"]]

    @property
    def answers(self) -> int:
        """The number of answers that this hold keeps back now."""
        return int(self._read()["answers"])

    @property
    def met(self) -> int:
        """How many resources and answers this hold has stopped so far."""
        return int((self._release_answer or self._read())["met"])

    def release(self) -> list[str]:
        """Let everything that is stopped continue now; return the ids of the resources.

        A second call only returns the same ids.
        """
        self._release_answer = self._release_answer or self._control("release_hold", id=self.id)
        return [*self._release_answer["released"]]

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self.release()
        except DeckSimError:
            if error is None:  # an error of the block itself is more useful
                raise

    def __repr__(self) -> str:
        return f"Hold({self.point!r})"

    def _read(self) -> Json:
        holds = {hold["id"]: hold for hold in self._control.data("list_holds")}
        if self.id not in holds:
            remaining = listed(holds) if holds else "none"
            text = f"the hold on `{self.point}` was released, or its world was reset"
            raise DeckSimError(f"{text}; holds that remain: {remaining}")
        return holds[self.id]
