"""Commands that drive a running server: their common options, and how they print."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import click

from deck_sim.base.errors import DeckSimError
from deck_sim.cli.command import JSON, CommandError, print_json, print_text
from deck_sim.cli.option_types import ANY_KEY, KEY, URL
from deck_sim.handle.address import DEFAULT_URL
from deck_sim.handle.deck import Deck

Options = ParamSpec("Options")

_URL = click.option(
    "--url",
    envvar="DECK_BASE_URL",
    show_envvar=True,
    default=DEFAULT_URL,
    type=URL,
    help="The server's URL, with or without /v2.",
)
_KEY = click.option(
    "--key",
    envvar="DECK_API_KEY",
    show_envvar=True,
    default=ANY_KEY,
    type=KEY,
    help="The API key, which selects the world.",
)


def on_server(act: Callable[Concatenate[Deck, Options], None]) -> Callable[..., None]:
    """Add `--json`, `--url` and `--key` to a command; it is called with the `Deck` of the world."""

    @JSON
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


def warn_if_uncalled(deck: Deck) -> None:
    """Say on stderr that nothing has called the world, and which worlds were called."""
    if deck.requests:
        return
    others = [f"`{one['key']}` ({one['calls']})" for one in deck.called_worlds()]
    rest = f"; called were {', '.join(others)}" if others else ", and no other key has"
    click.echo(f"deck-sim: no call came with the key `{deck.api_key}`{rest}", err=True)


def print_result(data: Any, text: object, *, as_json: bool) -> None:
    """Print data as JSON, or else the text that says the same."""
    if as_json:
        print_json(data)
    else:
        print_text(text)
