"""What commands that drive a running server have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import click

from deck_sim.base.errors import DeckSimError
from deck_sim.cli.command import CommandError
from deck_sim.cli.drawing import colored, console
from deck_sim.cli.option_types import ANY_KEY, KEY, URL
from deck_sim.handle.address import DEFAULT_URL
from deck_sim.handle.deck import Deck

Options = ParamSpec("Options")

_URL = click.option(
    "--url",
    envvar="DECK_BASE_URL",
    show_envvar=True,
    default=DEFAULT_URL,
    show_default=True,
    metavar="URL",
    callback=URL,
    help="The server, with or without its /v2.",
)
_KEY = click.option(
    "--key",
    envvar="DECK_API_KEY",
    show_envvar=True,
    default=ANY_KEY,
    show_default=True,
    metavar="KEY",
    callback=KEY,
    help="The API key, which selects the world.",
)


def on_server(act: Callable[Concatenate[Deck, Options], None]) -> Callable[..., None]:
    """Give a command the options that say which world, and hand it that world."""

    @_URL
    @_KEY
    @wraps(act)
    def command(url: str, key: str, *rest: Options.args, **options: Options.kwargs) -> None:
        try:
            with Deck(url, key) as deck:
                act(deck, *rest, **options)
        except DeckSimError as error:
            raise CommandError(str(error)) from None

    return command


def print_lines(text: object) -> None:
    """Print lines as they are, however long: a pipe must be able to search them."""
    console().print(colored(str(text)), soft_wrap=True)
