"""A scenario as a test gives it: YAML text, a file with YAML, or plain data."""

import re
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from deck_sim.base.errors import DeckSimError, quote
from deck_sim.handle.connect.control import Json
from deck_sim.scenario.yaml_files import YamlError, read_yaml

_FILE_NAME = re.compile(r"\S+\.ya?ml")
_NAME = re.compile("[a-z0-9_]+")


def read_source(
    source: str | PathLike[str] | Mapping[str, Any], numbers: Iterator[int]
) -> tuple[str, str | Json]:
    """Return the name of a scenario, and its YAML or its data.

    Data without a name is named `scenario_N`, with the next of `numbers`.
    """
    if isinstance(source, PathLike):
        try:
            source = Path(source).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DeckSimError(f"cannot read {str(source)!r}: {error}") from None
    elif isinstance(source, str) and _FILE_NAME.fullmatch(source):
        raise DeckSimError(f"{quote(source)} is not YAML text; for a file pass `Path({source!r})`")
    if isinstance(source, str):
        try:
            data = read_yaml(source).data
        except YamlError:
            data = None
    else:
        data = source = {"name": f"scenario_{next(numbers)}", **source}
    name = data.get("name") if isinstance(data, Mapping) else None
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        name = "scenario"  # for the path; the server says what is wrong, and where
    return name, source
