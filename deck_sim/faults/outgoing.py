"""A response or a webhook that is about to be sent, in the form that faults change."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from deck_sim.faults import WHOLE

FAULT_HEADER = "deck-sim-fault"  # names the fault that changed a response or webhook

NOTHING = 0  # the status if no response is sent
BODILESS = (204, 205, 304)  # statuses of responses without a body, as HTTP says

HeaderLines = tuple[tuple[str, str], ...]  # names in lower case; a name may be repeated


@dataclass(frozen=True, slots=True)
class OutgoingResponse:
    """The parts of a response that faults can change."""

    status: int  # or `NOTHING`
    headers: HeaderLines
    pieces: tuple[bytes, ...]  # of the body, each sent on its own
    length: int  # of the body, as `content-length` says
    delay: timedelta = timedelta()  # the wait before the first byte
    in_real_time: bool = False  # the delay, instead of on the world's clock
    end: str = WHOLE

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as they are sent, with `content-length` if the status allows a body."""
        length = () if self.status in BODILESS else (("content-length", f"{self.length}"),)
        return [(n.encode("latin-1"), v.encode("latin-1")) for n, v in (*self.headers, *length)]


@dataclass(frozen=True, slots=True)
class OutgoingWebhook:
    """The parts of a webhook that faults can change."""

    secrets: tuple[str, ...]
    stamp: datetime  # the timestamp that is signed
    signed: bytes  # the body that is signed
    body: bytes  # the body that is sent
    copies: int = 1
    content_type: str = "application/json"
    answered: int | None = None  # the status if a proxy answers, so that the receiver gets nothing
    forged: bytes | None = None  # the body of messages that come first, and are not from Deck
