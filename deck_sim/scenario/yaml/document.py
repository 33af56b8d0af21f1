"""What was read of a file: its data, where each thing of it stands, and what is wrong with it."""

from dataclasses import dataclass, field
from typing import Any

Path = tuple[int | str, ...]


class YamlError(Exception):
    """Text that is not YAML as we read it; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass
class Document:
    """The data of a file, where each value and each key of it stands, and what is wrong with it
    although it could be read on.
    """

    data: Any = None
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    mistakes: list[YamlError] = field(default_factory=list)
    untold: int = 0
    """How many more mistakes there are than these."""

    def position(self, path: Path, *, of_key: bool = False) -> tuple[int, int]:
        """Line and column of the value at `path`, of its key, or of the nearest thing around it."""
        for end in range(len(path), -1, -1):
            places = (self.keys, self.values) if of_key else (self.values, self.keys)
            for place in places:
                if path[:end] in place:
                    return place[path[:end]]
        return 1, 1

    def written(self, path: Path) -> Path:
        """`path` without the names and numbers that a short way to write it leaves out: where a
        list may be a single value, or a mapping a duration.
        """
        found, value = [], self.data
        for part in path:
            if _holds(value, part):
                value = value[part]
                found.append(part)
        return tuple(found)


def _holds(value: Any, part: int | str) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value
