"""A YAML file after reading: its data, and the position of everything in it."""

from dataclasses import dataclass, field
from typing import Any

Path = tuple[int | str, ...]


class YamlError(Exception):
    """A mistake in YAML; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass
class Document:
    """The data of a file, and the positions of its values and keys."""

    data: Any = None
    text: str = ""  # empty if the data was never in a file
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def position(self, path: Path, *, of_key: bool = False) -> tuple[int, int]:
        """Line and column of the value or key at `path`, or of the nearest parent that has one."""
        for end in range(len(path), -1, -1):
            places = (self.keys, self.values) if of_key else (self.values, self.keys)
            for place in places:
                if path[:end] in place:
                    return place[path[:end]]
        return 1, 1

    def written(self, path: Path) -> Path:
        """`path` without the parts that are not in the file, since a single value stands for a list
        or a mapping there.
        """
        found, value = list[int | str](), self.data
        for part in path:
            is_list = isinstance(value, list) and isinstance(part, int) and part < len(value)
            if is_list or (isinstance(value, dict) and part in value):
                value = value[part]
                found.append(part)
        return tuple(found)
