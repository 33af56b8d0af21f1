"""docs/cli.md: its examples, and the options of servers, are those of `--help`.

`scripts/write-docs` writes them. Do not edit the text between the markers by hand.
"""

import re
from pathlib import Path

import click

from deck_sim.cli.app import COMMANDS, main

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
SERVING = ("serve", "exec")  # commands with a server of their own; the first explains its options

_GENERATED = re.compile(r"(<!-- options: (\w+) -->\n)(.*?)(<!-- /options -->)", re.DOTALL)


_SAID = re.compile(r" *\[default: (.*?)\]")
_CONTEXT = click.Context(main)


def command(name):
    return main.get_command(_CONTEXT, name)


def default(parameter):
    """The default of an option: its value, or what its help says."""
    value, said = parameter.to_info_dict().get("default"), _SAID.search(parameter.help)
    if value is None or value is False:
        return said[1] if said else ""
    return f"`{value}`"


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


def options_of(name):
    """The options of a command."""
    return [option for option in command(name).params if isinstance(option, click.Option)]


def generate(name):
    """The usage of a command, its examples, and its options if it has a server of its own."""
    arguments = [
        p.make_metavar(_CONTEXT) for p in command(name).params if isinstance(p, click.Argument)
    ]
    usage = " ".join(["deck-sim", name, "[OPTIONS]", *arguments])
    options = options_of(name) if name in SERVING else []
    if name in SERVING[1:]:
        known = {option.name: option.default for option in options_of(SERVING[0])}
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
    page.write_text("# P\n<!-- options: serve -->\nold\n<!-- /options -->\nend\n")
    record(page)
    assert "| `--seed` |" in page.read_text()
    assert page.read_text().startswith("# P\n<!-- options: serve -->\n`deck-sim serve [OPTIONS]`")
    assert page.read_text().endswith("```\n<!-- /options -->\nend\n")
