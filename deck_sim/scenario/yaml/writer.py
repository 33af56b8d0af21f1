"""Writes plain data as YAML that `reader` reads as the same data.

PyYAML quotes by the rules of YAML 1.1, in which more values are typed than in our files. So it may
quote a text without need, but never omits a quote.
"""

import re
from decimal import Decimal
from typing import Any

import yaml


def write_yaml(data: Any) -> str:
    """Write `data` the way scenario files are written, its keys in their order."""
    # The width keeps lines from being folded, which makes them hard to edit.
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6)
    return text.removesuffix("...\n")


class _Dumper(yaml.SafeDumper):
    """Indents lists below their keys, and expands aliases."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        """Expand every alias."""
        return True


def _decimal(dumper: yaml.SafeDumper, number: float) -> yaml.Node:
    # With an exponent it would be read as text.
    text = format(Decimal(repr(number)), "f")
    return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else f"{text}.0")


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if _RARE_LINE_ENDS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_RARE_LINE_ENDS = re.compile("[\r\x85\u2028\u2029]")


_Dumper.add_representer(float, _decimal)
_Dumper.add_representer(str, _text)
