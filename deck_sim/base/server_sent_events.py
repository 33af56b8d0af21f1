"""Reading of server-sent events, as `GET /_sim/stream` writes them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a stream; a stream goes on behind its `id`."""

    id: str
    type: str
    data: Any


def read_messages(lines: Iterable[str]) -> Iterator[Message]:
    """The messages in the lines of a stream, which has comments between them."""
    fields = dict[str, str]()
    for line in lines:
        name, _, value = line.partition(": ")
        fields[name] = value
        if not line:
            if "event" in fields:
                yield Message(fields["id"], fields["event"], json.loads(fields["data"]))
            fields = {}
