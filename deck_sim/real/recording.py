"""A recording: the calls of a program to a real Deck, and the webhooks that Deck sent.

It is written as `recording.json`, which has the fields of the classes below: `version`, `upstream`,
`edition`, `masks`, `exchanges` and `webhooks`. Moments are ISO 8601 with a zone. Secrets are masked
before it is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from deck_sim.base.errors import DeckSimError, counted, format_path

FILE_NAME = "recording.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call and its answer. Headers have lower-case names. A body is parsed JSON, or text if it
    is not JSON, or None if it is empty.
    """

    started: AwareDatetime
    ended: AwareDatetime
    method: str
    path: str  # as sent, `/v2` and the query included
    request_headers: Mapping[str, str]
    request: Any
    status: int | None  # None: there was no answer
    response_headers: Mapping[str, str]
    response: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedWebhook:
    """One delivery of an event, and the status with which the application answered."""

    at: AwareDatetime
    headers: Mapping[str, str]
    body: Any
    status: int | None  # None: the application was not reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Calls in the order in which they started, webhooks in the order in which they came."""

    version: Literal[1] = 1
    upstream: str  # the base URL of the real Deck, without `/v2`
    edition: str
    masks: tuple[str, ...] = ()  # the applied rules, in words
    exchanges: tuple[Exchange, ...] = ()
    webhooks: tuple[ReceivedWebhook, ...] = ()

    def write(self, folder: Path) -> Path:
        """Write the recording into a folder, which is created if needed, and return its file. The
        recording must have been masked before.
        """
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / FILE_NAME
        file.write_bytes(_FORM.dump_json(self, indent=2) + b"\n")
        return file


_FORM = TypeAdapter(Recording)


def read_recording(folder: Path) -> Recording:
    """Read the recording in a folder, or raise DeckSimError."""
    file = folder / FILE_NAME
    try:
        text = file.read_bytes()
    except OSError as error:
        fix = "name a folder that `deck-sim record --out` wrote"
        raise DeckSimError(f"cannot read {file}: {error.strerror}; {fix}") from None
    try:
        return _FORM.validate_json(text)
    except ValidationError as error:
        first, more = error.errors()[0], error.error_count() - 1
        place = f"{file}: {format_path(first['loc'])}".removesuffix(": ")
        others = f" (and {counted(more, 'more mistake')})" if more else ""
        fix = "record again, or repair the file"
        raise DeckSimError(f"{place}: {first['msg']}{others}; {fix}") from None
