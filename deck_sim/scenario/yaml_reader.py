"""YAML that does not lie: text -> plain data and the position of everything in it. The home of
PyYAML.

Only the parser of PyYAML is used; what its events mean is decided here. `true`, `false`, `null` and
plain decimal numbers are typed; everything else is text, so `012345`, `1:30`, `no` and `2025-01-15`
stay what was written. Duplicate keys, tags and second documents are errors. Nothing recurses, and
size, depth and aliases are bounded, so hostile text gets a plain error.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[int | str, ...]

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_VALUES = 50_000
MAX_DIGITS = 40

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")


class YamlError(Exception):
    """Text that is not YAML as we read it; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass
class Document:
    """The data of a file, and where each value and each key of it stands."""

    data: Any = None
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)

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


@dataclass
class _Open:
    """A mapping or list whose end has not come yet."""

    path: Path
    items: Any
    anchor: str | None
    first: int  # how many values had been read when it began
    key: str | None = None

    def next_path(self) -> Path:
        return (*self.path, len(self.items) if isinstance(self.items, list) else str(self.key))


def read_yaml(source: bytes | str) -> Document:
    """Read one YAML document.

    Raises:
        YamlError: at the first thing that cannot be read, with its place.

    """
    return _Reader().read(_decode(source))


def _decode(source: bytes | str) -> str:
    size = len(source)
    if size > MAX_BYTES:
        raise YamlError(f"the file is larger than {MAX_BYTES // 1024} KiB")
    try:
        text = source if isinstance(source, str) else source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1  # type: ignore[arg-type]
        raise YamlError("not UTF-8; save the file in that encoding", line) from None
    strange = _STRANGE.search(text)
    if strange:
        before = text[: strange.start()]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"the character U+{ord(strange[0]):04X} cannot stand in YAML"
        raise YamlError(message, line, column)
    return text


# What YAML calls not printable.
_STRANGE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Reader:
    """Builds a document out of the parser's events."""

    def __init__(self) -> None:
        self.document = Document()
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.count = 0

    def read(self, text: str) -> Document:
        documents = 0
        for event in _events(text):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "a second document begins; a file holds one")
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._begin(event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._end()
            elif isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
        return self.document

    def _begin(self, event: Any) -> None:
        if len(self.open) >= MAX_DEPTH:
            self._refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        path = self._place(event)
        items: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.open.append(_Open(path, items, event.anchor, self.count))

    def _end(self) -> None:
        closed = self.open.pop()
        self._remember(closed.anchor, closed.items, self.count - closed.first + 1)
        self._put(closed.items)

    def _scalar(self, event: Any) -> None:
        inside = self.open[-1] if self.open else None
        if inside and isinstance(inside.items, dict) and inside.key is None:
            self._key(event, inside)
            return
        self._place(event)
        value = self._typed(event)
        self._remember(event.anchor, value, 1)
        self._put(value)

    def _key(self, event: Any, inside: _Open) -> None:
        self._refuse_tag(event)
        path = (*inside.path, event.value)
        if event.value in inside.items:
            line, _ = self.document.keys[path]
            self._refuse(
                event, f"key {event.value!r} is written twice; it stands in line {line} too"
            )
        self.document.keys[path] = _mark(event)
        inside.key = event.value

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            self._refuse(event, f"alias {event.anchor!r} names no anchor that ends before it")
        value, size = self.anchors[event.anchor]
        self._place(event, size)
        self._put(value)

    def _place(self, event: Any, size: int = 1) -> Path:
        """Note where a value begins, and that it counts; refuse what cannot stand there."""
        self.count += size
        if self.count > MAX_VALUES:
            self._refuse(event, f"more than {MAX_VALUES} values, aliases written out")
        self._refuse_tag(event)
        inside = self.open[-1] if self.open else None
        if inside and isinstance(inside.items, dict) and inside.key is None:
            self._refuse(event, 'a key must be text; is this an expression? Quote it: "{{ … }}"')
        path = inside.next_path() if inside else ()
        self.document.values[path] = _mark(event)
        return path

    def _refuse_tag(self, event: Any) -> None:
        if getattr(event, "tag", None) is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._refuse(event, f"tag {tag!r}; tags are not allowed")

    def _put(self, value: Any) -> None:
        if not self.open:
            self.document.data = value
            return
        inside = self.open[-1]
        if isinstance(inside.items, list):
            inside.items.append(value)
        else:
            inside.items[inside.key] = value
            inside.key = None

    def _remember(self, anchor: str | None, value: Any, size: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = value, size

    def _typed(self, event: Any) -> Any:
        text = event.value
        if event.style:  # quoted or a block: text, whatever it looks like
            return text
        if text in _WORDS:
            return _WORDS[text]
        number = int if _INTEGER.fullmatch(text) else float if _DECIMAL.fullmatch(text) else None
        if number and len(text) > MAX_DIGITS:
            self._refuse(event, f"a number of more than {MAX_DIGITS} characters; quote it")
        return number(text) if number else text

    def _refuse(self, event: Any, message: str) -> None:
        raise YamlError(message, *_mark(event))


def _events(text: str) -> Iterator[Any]:
    """The parser's events; its errors as ours."""
    try:
        yield from yaml.parse(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(f"not YAML: {_say(error, text)}", line, column) from None


def _say(error: yaml.MarkedYAMLError, text: str) -> str:
    """The parser's words, or better ones for what people often write."""
    problem, mark = f"{error.problem}", error.problem_mark
    if "cannot start any token" in problem and mark:
        found = text[mark.index : mark.index + 1]
        return _TAB if found == "\t" else f"a text that begins with {found!r} must be quoted"
    if "mapping values are not allowed" in problem:
        return "a second `: ` in one line; quote the text that it belongs to, or begin a new line"
    if "did not find expected key" in problem:
        problem += "; does it begin in the column of what it belongs with?"
    if not error.context or not error.context_mark:
        return problem
    return f"{error.context} that begins in line {error.context_mark.line + 1}: {problem}"


_TAB = "a tab cannot stand here; indent with spaces"


def _mark(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
