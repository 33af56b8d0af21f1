import re
from pathlib import Path

import click
import pytest

from deck_sim.cli.app import COMMANDS, main

PAGE = Path(__file__).parents[2].joinpath("docs/cli.md").read_text()
SECTIONS = dict(re.findall(r"^## deck-sim (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def command(name):
    return main.get_command(click.Context(main), name)


def spelling(parameter):
    """How the page and the help spell an option or an argument."""
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.metavar


def test_each_command_has_its_section_in_the_order_of_the_table():
    """The page has the commands that the program has."""
    assert list(SECTIONS) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_has_its_row_and_no_other_has(name):
    """The table of a command has its arguments and options, in their order."""
    rows = re.findall(r"^\| `([^`]+)` \|", SECTIONS[name], re.MULTILINE)
    assert rows == [spelling(parameter) for parameter in command(name).params]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_default_is_the_one_of_the_program(name):
    """A default in the table is the one that the program has."""
    cells = dict(re.findall(r"^\| `([^`]+)` \| ([^|]*) \|", SECTIONS[name], re.MULTILINE))
    for parameter in command(name).params:
        default = parameter.to_info_dict().get("default")
        if default is not None and default is not False:
            assert f"`{default}`" in cells[spelling(parameter)]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_example_is_one_of_the_help(name):
    """The page shows the examples that the help shows."""
    assert re.findall(r"^\$ (.*)$", SECTIONS[name], re.MULTILINE) == command(name).examples
