"""docs/cli.md: its examples are those of `--help`.

`scripts/write-docs` writes them. Do not edit the text between the markers by hand.
"""

import re
from pathlib import Path

import click
import pytest

from deck_sim.cli.app import COMMANDS, main

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"

_GENERATED = re.compile(r"(<!-- usage: (\w+) -->\n)(.*?)(<!-- /usage -->)", re.DOTALL)


_CONTEXT = click.Context(main)


def command(name):
    return main.get_command(_CONTEXT, name)


def generate(name):
    """The examples of a command."""
    lines = command(name).epilog.splitlines()
    examples = "".join(f"$ {line.strip()}\n" for line in lines if line.startswith("  "))
    return f"```console\n{examples}```\n"


def written(text):
    """The page as it should be."""
    return _GENERATED.sub(lambda found: f"{found[1]}{generate(found[2])}{found[4]}", text)


def record(page=PAGE):
    """Write the page."""
    page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")


def test_the_page_is_up_to_date():
    """If this fails, run scripts/write-docs."""
    text = PAGE.read_text(encoding="utf-8")
    assert written(text) == text


def test_each_command_has_its_section_in_the_order_of_the_help():
    """The page has the commands of the program, each with its examples."""
    sections = re.findall(
        r"^## deck-sim (\w+)$.*?<!-- usage: (\w+) -->",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert sections == [(name, name) for name in COMMANDS]


@pytest.mark.parametrize("name", ["serve", "exec"])
def test_the_options_of_servers_are_named(name):
    """The page groups them by what they are for; `--help` explains them."""
    options = [p.opts[0] for p in command(name).params if isinstance(p, click.Option)]
    named = re.findall(r"`(--[\w-]+)", PAGE.read_text(encoding="utf-8"))
    assert set(options) <= set(named)


def test_recording_replaces_what_is_between_the_markers(tmp_path):
    """The rest of the page stays."""
    page = tmp_path / "page.md"
    page.write_text("# P\n<!-- usage: serve -->\nold\n<!-- /usage -->\nend\n")
    record(page)
    assert page.read_text().startswith("# P\n<!-- usage: serve -->\n```console\n$ deck-sim serve\n")
    assert page.read_text().endswith("```\n<!-- /usage -->\nend\n")
