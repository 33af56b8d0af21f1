"""docs/cli.md: its tables and examples are those of `--help`.

`scripts/write-docs` writes them. Do not edit the text between the markers by hand.
"""

import re
from pathlib import Path

import click
import pytest

from deck_sim.cli.app import COMMANDS, main

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
SHARED = ("--url", "--key")  # of every command that drives a server; explained once

_GENERATED = re.compile(r"(<!-- options: (\w+) -->\n)(.*?)(<!-- /options -->)", re.DOTALL)


def command(name):
    return main.get_command(click.Context(main), name)


def spell(parameter):
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.metavar


def default(parameter):
    """The default of a parameter, or the variable that it is read from."""
    value = parameter.to_info_dict().get("default")
    if value is None or value is False:
        return ""
    read_from = f"`{parameter.envvar}`, or " if parameter.envvar else ""
    return f"{read_from}`{value}`"


def explain(parameter):
    """The help of a parameter, and the choices that it has."""
    text = " ".join((getattr(parameter, "help", None) or "").split())
    if isinstance(parameter.type, click.Choice):
        text += f" One of {', '.join(f'`{choice}`' for choice in parameter.type.choices)}."
    return text.strip()


def make_table(parameters):
    rows = [f"| `{spell(p)}` | {default(p)} | {explain(p)} |\n" for p in parameters]
    return "".join(["| option | default | |\n|---|---|---|\n", *rows]) if rows else ""


def generate(name):
    """The table of a command, without the shared options, and its examples."""
    if name == "shared":
        return make_table(p for p in command("clock").params if spell(p) in SHARED)
    table = make_table(p for p in command(name).params if spell(p) not in SHARED)
    examples = "".join(f"$ {example}\n" for example in command(name).examples)
    return f"{table}\n```console\n{examples}```\n".lstrip("\n")


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
    """The page has the commands of the program, each with its options and examples."""
    sections = re.findall(
        r"^## deck-sim (\w+)$.*?<!-- options: (\w+) -->",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert sections == [(name, name) for name in COMMANDS]


def test_recording_replaces_what_is_between_the_markers(tmp_path):
    """The rest of the page stays."""
    page = tmp_path / "page.md"
    page.write_text("# P\n<!-- options: reset -->\nold\n<!-- /options -->\nend\n")
    record(page)
    assert "| `--seed` |" in page.read_text()
    assert page.read_text().startswith("# P\n<!-- options: reset -->\n| option |")
    assert page.read_text().endswith("```\n<!-- /options -->\nend\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_shared_options_are_the_same_everywhere(name):
    """A command has both or neither, with the texts of the page."""
    own = [p for p in command(name).params if spell(p) in SHARED]
    assert not own or make_table(own) == generate("shared")
