"""How the rows of the fidelity ledger and of the error catalog are written.

A row is a line that is not indented, which may go on in indented lines, and its source:

    HEAD
        source: PAGE: what it says
        source, YYYY-MM-DD: the same, when it was not read on `CHECKED`

A line that begins with `#` is a heading.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal

Grade = Literal["documented", "observed", "assumed", "ours"]
GRADES: tuple[Grade, ...] = ("documented", "observed", "assumed")
CHECKED = "2026-11-25"  # when a source without a date was read

_SOURCE = re.compile(r"\n +source(?:, (\S+))?: ")


def read_table(text: str) -> Iterator[tuple[str, str, str]]:
    """The rows of a table in text: the head, the source and the date of each."""
    for row in re.split(r"\n(?=\S)", text.strip()):
        if not row.startswith("#"):
            parts: list[Any] = _SOURCE.split(row)
            head, date, source = parts if len(parts) > 1 else (row, None, "deck-sim")
            yield " ".join(head.split()), " ".join(source.split()), date or CHECKED
