"""Plain data -> YAML that `yaml_reader` reads as the same data.

PyYAML decides what has to be quoted. It quotes by YAML 1.1, in which more is typed than in our
files; so what is quoted without need is text all the same, and nothing that needs it goes without.
"""

import re
from decimal import Decimal
from typing import Any

import yaml


def write_yaml(data: Any) -> str:
    """Write `data` the way scenario files are written, its keys in their order."""
    # Lines are not folded: a folded text is hard to change by hand.
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6)
    return text.removesuffix("...\n")


class _Dumper(yaml.SafeDumper):
    """Indents lists below their keys, and writes everything out."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write what stands in two places twice, as a person would."""
        return True


def _decimal(dumper: yaml.SafeDumper, number: float) -> yaml.Node:
    """A number without an exponent, since with one it would be read as text."""
    text = format(Decimal(repr(number)), "f")
    return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else f"{text}.0")


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    """A text, line by line if it has several; escaped if it has odd ends of lines."""
    style = '"' if _ODD.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_ODD = re.compile("[\r\x85\u2028\u2029]")


_Dumper.add_representer(float, _decimal)
_Dumper.add_representer(str, _text)
