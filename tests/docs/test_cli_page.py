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
SERVING = ("serve", "exec")  # commands with a server of their own; the first explains its options

_GENERATED = re.compile(r"(<!-- options: (\w+) -->\n)(.*?)(<!-- /options -->)", re.DOTALL)


_SAID = re.compile(r" *\[default: (.*?)\]")
_CONTEXT = click.Context(main)


def command(name):
    return main.get_command(_CONTEXT, name)


def default(parameter):
    """The default of an option: its value, its variable, or what its help says."""
    value, said = parameter.to_info_dict().get("default"), _SAID.search(parameter.help)
    if value is None or value is False:
        return said[1] if said else ""
    read_from = f"`{parameter.envvar}`, or " if parameter.envvar else ""
    return f"{read_from}`{value}`"


def explain(option):
    """The help of an option, and the choices that it has."""
    text = " ".join(_SAID.sub("", option.help).split())
    if isinstance(option.type, click.Choice):
        text += f" One of {', '.join(f'`{choice}`' for choice in option.type.choices)}."
    return text


def make_table(options):
    rows = [
        f"| `{option.opts[0]}` | {default(option)} | {explain(option)} |\n" for option in options
    ]
    return "".join(["| option | default | |\n|---|---|---|\n", *rows]) if rows else ""


def options_of(name, *, shared):
    """The options of a command: those that are shared, or the others."""
    options = [p for p in command(name).params if isinstance(p, click.Option)]
    return [option for option in options if (option.opts[0] in SHARED) is shared]


def generate(name):
    """The usage of a command, its table without the shared options, and its examples."""
    if name == "shared":
        return make_table(options_of("clock", shared=True))
    arguments = [
        p.make_metavar(_CONTEXT) for p in command(name).params if isinstance(p, click.Argument)
    ]
    usage = " ".join(["deck-sim", name, "[OPTIONS]", *arguments])
    options = options_of(name, shared=False)
    if name in SERVING[1:]:
        known = {option.name: option.default for option in options_of(SERVING[0], shared=False)}
        options = [option for option in options if option.default != known.get(option.name, ...)]
    table = make_table(options)
    examples = "".join(f"$ {example}\n" for example in command(name).examples)
    return "\n".join([f"`{usage}`\n", *([table] if table else []), f"```console\n{examples}```\n"])


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
    assert page.read_text().startswith("# P\n<!-- options: reset -->\n`deck-sim reset [OPTIONS]`")
    assert page.read_text().endswith("```\n<!-- /options -->\nend\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_shared_options_are_the_same_everywhere(name):
    """A command has both or neither, with the texts of the page."""
    own = options_of(name, shared=True)
    assert not own or make_table(own) == generate("shared")
