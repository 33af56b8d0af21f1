"""Reads YAML into plain data, with the position of every value and key.

Only PyYAML's parser is used; this module interprets its events. `true`, `false`, `null` (or `~`, or
nothing) and plain decimal numbers are typed; everything else is text, so `012345`, `1:30`, `no` and
`2025-01-15` stay as written. Keys are always text. Duplicate keys, tags, directives and second
documents are errors. Nothing recurses, and size, depth and expanded aliases are bounded, so that
hostile text is refused quickly.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from stat import S_ISREG
from typing import Any

import yaml

from deck_sim.base.errors import quote
from deck_sim.base.limits import MAX_VALUES
from deck_sim.scenario.yaml.document import Document, Path, YamlError

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_LETTERS = 4 * MAX_BYTES
MAX_DIGITS = 40
TOO_LARGE = f"the file is larger than {MAX_BYTES // 1024} KiB"

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# PyYAML's time is quadratic in the number of directives.
_DIRECTIVE = re.compile("^%", re.MULTILINE)
_REFUSED = {
    _FORBIDDEN: "the character {code} is not allowed in YAML",
    _DIRECTIVE: "a line begins with `%`; directives are not allowed",
}


@dataclass
class _Open:
    """A mapping or list whose end is not read yet."""

    path: Path
    items: Any
    anchor: str | None
    before: tuple[int, int]  # the values and letters read before it
    key: str | None = None

    @property
    def needs_key(self) -> bool:
        return isinstance(self.items, dict) and self.key is None

    def next_path(self) -> Path:
        return (*self.path, len(self.items) if isinstance(self.items, list) else str(self.key))


def read_file(file: FilePath) -> Document:
    """Read a YAML file. `YamlError` if it cannot be opened or is too large, and as `read_yaml`."""
    try:
        if not (file.is_dir() or S_ISREG(file.stat().st_mode)):  # reading could block
            raise YamlError("cannot be read: it is a pipe or a device, not a file")
        with open(file, "rb", opener=_open_without_waiting) as opened:
            source = opened.read(MAX_BYTES + 1) or b""  # one more than allowed; or None
    except OSError as error:
        raise YamlError(f"cannot be read: {error.strerror or error}") from None
    return read_yaml(source)


def _open_without_waiting(file: str, flags: int) -> int:
    """Some regular files wait for content: /proc/kmsg. Reading then gives None."""
    return os.open(file, flags | getattr(os, "O_NONBLOCK", 0))


def read_yaml(source: bytes | str) -> Document:
    """Read one YAML document. `YamlError` has the place after which the rest cannot be read."""
    text = _decode(source).removeprefix("\ufeff")
    for pattern, message in _REFUSED.items():
        found = pattern.search(text)
        if found:
            shown = message.format(code=f"U+{ord(found[0]):04X}")
            raise YamlError(shown, *_place(text, found.start()))
    document = _Reader().read(text)
    document.text = text
    return document


def _decode(source: bytes | str) -> str:
    if len(source) > MAX_BYTES:
        raise YamlError(TOO_LARGE)
    try:
        return source if isinstance(source, str) else source.decode()
    except UnicodeDecodeError as error:
        place = _place(source[: error.start].decode(), error.start)  # type: ignore[union-attr]
        raise YamlError("the file is not UTF-8; save it in that encoding", *place) from None


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


class _Reader:
    """Builds a document from the parser's events. Counts values and letters, aliases expanded."""

    def __init__(self) -> None:
        self.document = Document()
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int, int]] = {}  # value, values, letters
        self.values = self.letters = 0

    def read(self, text: str) -> Document:
        documents = 0
        for event in _events(text):
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self._refuse(event, "a second document begins; a file holds one")
                case yaml.MappingStartEvent():
                    self._begin(event, {})
                case yaml.SequenceStartEvent():
                    self._begin(event, [])
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._end()
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.AliasEvent():
                    self._alias(event)
        return self.document

    def _begin(self, event: Any, items: Any) -> None:
        if len(self.open) >= MAX_DEPTH:
            self._refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        before = self.values, self.letters
        self.open.append(_Open(self._add(event, 1, 0), items, event.anchor, before))

    def _end(self) -> None:
        closed = self.open.pop()
        values, letters = closed.before
        if closed.anchor is not None:
            size = self.values - values, self.letters - letters
            self.anchors[closed.anchor] = closed.items, *size
        self._put(closed.items)

    def _scalar(self, event: Any) -> None:
        if _SURROGATE.search(event.value):
            self._refuse(event, "an unpaired surrogate, which is not a character")
        letters = len(event.value)
        if self.open and self.open[-1].needs_key:
            value = event.value
            self._key(event, self.open[-1])
        else:
            self._add(event, 1, letters)
            value = self._typed(event)
            self._put(value)
        if event.anchor is not None:
            self.anchors[event.anchor] = value, 1, letters

    def _key(self, event: Any, inside: _Open) -> None:
        self._count(event, 0, len(event.value))
        path = (*inside.path, event.value)
        if event.value in inside.items:
            line, _ = self.document.keys[path]
            text = f"duplicate key {quote(event.value)}; it is already in line {line}"
            self._complain(event, text)
        else:
            self.document.keys[path] = _mark(event)
        inside.key = event.value

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            self._refuse(event, f"alias {quote(event.anchor)} has no anchor before it")
        value, values, letters = self.anchors[event.anchor]
        self._add(event, values, letters)
        self._put(value)

    def _add(self, event: Any, values: int, letters: int) -> Path:
        """Record the position and the size of a value."""
        self._count(event, values, letters)
        inside = self.open[-1] if self.open else None
        if inside and inside.needs_key:
            braces = isinstance(event, yaml.MappingStartEvent) and event.flow_style
            hint = '; is this an expression? Quote it: "{{ … }}"' if braces else ""
            self._refuse(event, f"a key must be text{hint}")
        path = inside.next_path() if inside else ()
        self.document.values[path] = _mark(event)
        return path

    def _count(self, event: Any, values: int, letters: int) -> None:
        self.values += values
        self.letters += letters
        if self.values > MAX_VALUES:
            self._refuse(event, f"more than {MAX_VALUES} values, with aliases expanded")
        if self.letters > MAX_LETTERS:
            self._refuse(event, f"more than {MAX_LETTERS} letters, with aliases expanded")
        if getattr(event, "tag", None) is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._complain(event, f"tag {quote(tag)}; tags are not allowed")

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

    def _typed(self, event: Any) -> Any:
        text = event.value
        if event.style:  # quoted, or a block
            return text
        if text in _WORDS:
            return _WORDS[text]
        number = int if _INTEGER.fullmatch(text) else float if _DECIMAL.fullmatch(text) else None
        if number and len(text) > MAX_DIGITS:
            self._refuse(event, f"a number of more than {MAX_DIGITS} characters; quote it")
        return number(text) if number else text

    def _complain(self, event: Any, message: str) -> None:
        """Record a mistake and read on."""
        self.document.mistakes.append(YamlError(message, *_mark(event)))

    def _refuse(self, event: Any, message: str) -> None:
        raise YamlError(message, *_mark(event))


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(f"not YAML: {_message(error, text)}", line, column) from None
    except ValueError as error:  # from an escape beyond Unicode
        raise YamlError(f"not YAML: {error}") from None


def _message(error: yaml.MarkedYAMLError, text: str) -> str:
    """The parser's message, or a better one for a frequent mistake."""
    problem, mark = f"{error.problem}", error.problem_mark
    if "cannot start any token" in problem and mark:
        found = text[mark.index : mark.index + 1]
        return _TAB if found == "\t" else f"a text that begins with {found!r} must be quoted"
    if "mapping values are not allowed" in problem:
        return "a second `: ` in one line; quote the text, or begin a new line"
    if "did not find expected key" in problem:
        problem += "; check the indentation"
    begun = error.context_mark
    return f"{error.context} that begins in line {begun.line + 1}: {problem}" if begun else problem


_TAB = "a tab is not allowed here; indent with spaces"


def _mark(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
