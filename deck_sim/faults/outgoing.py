"""What goes out in the end, as values: an answer on its way to a caller, a webhook on its way to a
receiver. A fault makes another of it; whoever sends it does as it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

FAULT_HEADER = "deck-sim-fault"  # names the fault that something was sent by

WHOLE = "whole"  # it ends as HTTP says
CLOSED = "closed"  # the line is closed behind the last piece
RESET = "reset"  # the line is reset

NOTHING = 0  # the status of what has none, for not even a status line is sent


@dataclass(frozen=True, slots=True)
class OutgoingResponse:
    """An answer on its way."""

    status: int  # or `NOTHING`
    headers: Mapping[str, str]
    pieces: tuple[bytes, ...]  # of its body, each sent on its own
    length: int  # of the body, as the headers promise it
    held: timedelta = timedelta()  # of the world's clock, before the first byte
    end: str = WHOLE

    @property
    def body(self) -> bytes:
        """What is sent of the body."""
        return b"".join(self.pieces)


@dataclass(frozen=True, slots=True)
class OutgoingWebhook:
    """A webhook on its way: what its signature is made of, and what is sent in the end."""

    secrets: tuple[str, ...]
    stamp: datetime
    signed: bytes  # the body that is signed
    body: bytes
    copies: int = 1
