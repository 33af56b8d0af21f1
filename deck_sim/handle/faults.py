"""Faults: what a test lets go wrong with calls, their answers, and webhooks."""

from collections.abc import Mapping
from typing import Any

from deck_sim.handle.control import Control

Json = dict[str, Any]


class Faults:
    """The part of a handle that lets things go wrong."""

    _control: Control

    def fault(self, fault: Mapping[str, Any] | None = None, /, **names: Any) -> Json:
        """Let something go wrong; returns it with its id.

        `deck.fault(match="POST /v2/tasks/*/run", status=502, times=2)` for calls, and
        `deck.fault(event="task_run.completed", duplicate=True)` for webhooks.
        """
        return self._control.call("POST", "/faults", json={**(fault or {}), **names})

    @property
    def faults(self) -> list[Json]:
        """All that can go wrong, each with how often it was `met`, and `fired`."""
        return self._control.get("/faults")

    def clear_faults(self, *faults: str | Mapping[str, Any]) -> None:
        """Let these go wrong no more; without any, nothing."""
        ids = [fault if isinstance(fault, str) else fault["id"] for fault in faults]
        for path in [f"/faults/{fault_id}" for fault_id in ids] or ["/faults"]:
            self._control.call("DELETE", path)
