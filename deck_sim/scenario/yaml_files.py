"""Reads YAML into plain data, with the position of every value and key in a `Document`; writes
YAML.

`true`, `false`, `null` (or `~`, or nothing) and plain decimal numbers get their type. Every other
single value is text, so `012345`, `1:30`, `no` and `2025-01-15` stay as written. Keys are always
text. Duplicate keys, merge keys, tags that change a type, and second documents are errors.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from deck_sim.base import MOST_LEVELS
from deck_sim.base.errors import quote

YamlPath = tuple[int | str, ...]


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
    values: dict[YamlPath, tuple[int, int]] = field(default_factory=dict)
    keys: dict[YamlPath, tuple[int, int]] = field(default_factory=dict)

    def position(self, path: YamlPath, *, of_key: bool = False) -> tuple[int, int]:
        """Return line and column of the value or key at `path`, or of its nearest parent."""
        for end in range(len(path), -1, -1):
            places = (self.keys, self.values) if of_key else (self.values, self.keys)
            for place in places:
                if path[:end] in place:
                    return place[path[:end]]
        return 1, 1

    def written(self, path: YamlPath) -> YamlPath:
        """Return `path` without parts that the file omits, such as the index of a lone value."""
        written, value = list[int | str](), self.data
        for part in path:
            is_list = isinstance(value, list) and isinstance(part, int) and part < len(value)
            if is_list or (isinstance(value, dict) and part in value):
                value = value[part]
                written.append(part)
        return tuple(written)


MAX_BYTES = 1024 * 1024
_MOST_VALUES = 100_000  # a file of 300 bytes could take up gigabytes of memory by its aliases
_TOO_DEEP = f"more than {MOST_LEVELS} levels of nesting, or an alias inside its own anchor"

_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,39})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,39})\.[0-9]+")
_RARE_LINE_ENDS = re.compile("[\r\x85\u2028\u2029]")
_CONTROL = yaml.SafeLoader.NON_PRINTABLE
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map")}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The parser. It leaves every plain scalar as text; `_build` gives the scalar its type."""


_Loader.yaml_implicit_resolvers = {}


def read_file(file: Path) -> Document:
    """Read a YAML file. Raises `YamlError`, also if the file cannot be read or is too large."""
    try:
        with file.open("rb") as opened:
            source = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise YamlError(f"cannot be read: {error.strerror or error}") from None
    return read_yaml(source)


def read_yaml(source: bytes | str) -> Document:
    """Read one YAML document; raise `YamlError` with the place of the first mistake."""
    if len(source) > MAX_BYTES:
        raise YamlError(f"the file is larger than {MAX_BYTES // 1024} KiB")
    try:
        # Without the BOM: the marks of libyaml do not count it.
        text = (source if isinstance(source, str) else source.decode()).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise YamlError("the file is not UTF-8; save it as UTF-8") from None
    document = Document(text=text)
    if match := _CONTROL.search(text):
        *before, last = f"{text[: match.start()]}.".splitlines()
        escape = repr(match[0])[1:-1]
        why = f"the control character `{escape}`; delete it, or write `{escape}` in double quotes"
        raise YamlError(f"not YAML: {why}", len(before) + 1, len(last))
    try:
        root = yaml.compose(text, Loader=_Loader)
        document.data = None if root is None else _build(document, root, ())
    except (yaml.YAMLError, ValueError) as error:  # the latter from an escape beyond Unicode
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(f"not YAML: {_message(error, text)}", line, column) from None
    return document


def _build(document: Document, node: Any, path: YamlPath) -> Any:
    """Return the data of a node, and note the positions of its keys and values in `document`."""
    document.values[path] = _mark(node)
    _check_tag(node)
    if len(document.values) > _MOST_VALUES:
        text = f"more than {_MOST_VALUES:,} values, counted again for each alias; use fewer aliases"
        raise YamlError(text, *_mark(node))
    match node:
        case yaml.ScalarNode(value=text) if node.style:  # quoted, or a block
            return text
        case yaml.ScalarNode(value=text) if text in _WORDS:
            return _WORDS[text]
        case yaml.ScalarNode(value=text) if _INTEGER.fullmatch(text):
            return int(text)
        case yaml.ScalarNode(value=text):
            return float(text) if _DECIMAL.fullmatch(text) else text
        case _ if len(path) >= MOST_LEVELS:
            raise YamlError(_TOO_DEEP, *_mark(node))
        case yaml.SequenceNode():
            return [_build(document, item, (*path, i)) for i, item in enumerate(node.value)]
    data: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            braces = isinstance(key, yaml.MappingNode) and key.flow_style
            hint = '; is this an expression? Quote it: "{{ … }}"' if braces else ""
            raise YamlError(f"a key must be text{hint}", *_mark(key))
        if key.value == "<<" and not key.style:
            raise YamlError("merge keys (`<<`) are not supported; repeat the keys", *_mark(key))
        _check_tag(key)
        here = (*path, key.value)
        if key.value in data:
            line, _ = document.keys[here]
            text = f"duplicate key {quote(key.value)}; it is already in line {line}"
            raise YamlError(text, *_mark(key))
        document.keys[here] = _mark(key)
        data[key.value] = _build(document, value, here)
    return data


def _check_tag(node: Any) -> None:
    if node.tag not in _TAGS:
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        raise YamlError(f"the tag {quote(tag)} is not allowed; leave it out", *_mark(node))


def _mark(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _message(error: Exception, text: str) -> str:
    problem, mark = f"{getattr(error, 'problem', error)}", getattr(error, "problem_mark", None)
    if "cannot start any token" in problem and mark:
        character = text[mark.index : mark.index + 1]
        tab = "a tab is not allowed here; indent with spaces"
        return tab if character == "\t" else f"a text that begins with {character!r} must be quoted"
    if "mapping values are not allowed" in problem and mark:
        if ": " in text[: mark.index].rpartition("\n")[2]:
            return "a second `: ` in one line; quote the text, or begin a new line"
        return "a key is not allowed here; check the indentation, and the `:` of the line before"
    context = getattr(error, "context", None)
    if "undefined alias" in problem or context == "while scanning an alias":
        return "unknown alias; quote a text that begins with `*`, such as a glob"
    if "found another document" in problem:
        return "a second document begins; a file can have only one"
    if "did not find expected key" in problem:
        problem += "; check the indentation and the quotes"
    if "unexpected end of stream" in problem:
        problem += "; close the quotes"
    is_flow = f"{context}".startswith("while parsing a flow")
    if is_flow and mark and not text[mark.index :].strip():
        problem += "; close the `[` or `{`"
    begun = getattr(error, "context_mark", None)
    return f"{context} that begins in line {begun.line + 1}: {problem}" if begun else problem


# Writing


def write_yaml(data: Any) -> str:
    """Return `data` as YAML in the style of scenario files, with its keys in their order. PyYAML
    quotes by the rules of YAML 1.1, so some quotes are not needed, but none is missing.
    """
    # The width keeps lines from being folded, which makes them hard to edit.
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6)
    return text.removesuffix("...\n")


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_float(self, data: float) -> yaml.ScalarNode:
        # A number with an exponent would be read as text.
        text = format(Decimal(repr(data)), "f")
        text = text if "." in text else f"{text}.0"
        return self.represent_scalar("tag:yaml.org,2002:float", text)

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = '"' if _RARE_LINE_ENDS.search(data) else "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(float, _Dumper.represent_float)
_Dumper.add_representer(str, _Dumper.represent_str)
