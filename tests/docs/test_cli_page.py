import re
from itertools import pairwise
from pathlib import Path

import click

from deck_sim.cli.program import COMMANDS, main

PAGE = Path(__file__).parents[2].joinpath("docs/cli.md").read_text(encoding="utf-8")

_GENERATED = re.compile(r"(<!-- usage: ([\w-]+) -->\n)(.*?)(<!-- /usage -->)", re.DOTALL)


def command(name):
    return main.get_command(click.Context(main), name)


def fill_usage(match):
    lines = command(match[2]).epilog.splitlines()
    examples = "".join(f"$ {line.strip()}\n" for line in lines if line.startswith("  "))
    return f"{match[1]}```console\n{examples}```\n{match[4]}"


def write_page(text):
    """The examples of `--help`, and a section for each new command."""
    for before, name in pairwise(["", *COMMANDS]):
        if f"<!-- usage: {name} -->" not in text:
            words = f"\n## deck-sim {name}\n\n{command(name).help.strip()}\n\n"
            after = text.partition(f"<!-- usage: {before} -->")[2].partition("\n## ")[1:]
            place = len(text) - len("".join(after))
            added = f"{words}<!-- usage: {name} -->\n<!-- /usage -->\n"
            text = text[:place] + added + text[place:]
    return _GENERATED.sub(fill_usage, text)


def test_each_command_has_its_section_in_the_order_of_the_help():
    section = r"^## deck-sim ([\w-]+)$.*?<!-- usage: ([\w-]+) -->"
    sections = re.findall(section, PAGE, re.MULTILINE | re.DOTALL)
    assert sections == [(name, name) for name in COMMANDS]


def test_the_options_of_servers_are_named():
    """The page groups them by what they are for; `--help` explains them."""
    params = [*command("serve").params, *command("exec").params]
    options = {param.opts[0] for param in params if isinstance(param, click.Option)}
    assert options <= {*re.findall(r"`(--[\w-]+)", PAGE)}
