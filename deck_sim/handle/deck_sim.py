"""A server in a thread of this process, for tests without pytest and for scripts."""

from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

from deck_sim.base.errors import DeckSimError
from deck_sim.handle.deck import Deck
from deck_sim.handle.timeline import Duration
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.scenario.library import Library, read_folder
from deck_sim.scenario.loader import ScenarioError
from deck_sim.server.uvicorn_server import Server
from deck_sim.webhooks.sender import Sender

KEY = "sk_test_deck_sim"


class DeckSim(AbstractContextManager[Deck]):
    """A server for a `with` block, which yields the `Deck` of its world.

    `with DeckSim() as deck: ...`; or, in the `setUp` of a `unittest.TestCase`, `self.deck =
    self.enterContext(DeckSim())`.
    """

    def __init__(
        self,
        *,
        edition: str | None = None,
        scenarios: str | PathLike[str] | None = None,
        clock: str | None = None,
        step: Duration | None = None,
        now: str | datetime | None = None,
        seed: int | None = None,
        allow_public_webhooks: bool = False,
        **options: Any,
    ) -> None:
        """Set the initial state of the world; `scenarios` is a folder of your own scenario files.

        `options` are as in `Deck.set_options`. Webhooks go to loopback and private addresses only,
        unless `allow_public_webhooks` is true.
        """
        self._sender = Sender(allow_public=allow_public_webhooks)
        settings = {"edition": edition, "clock": clock, "step": step, "now": now, "seed": seed}
        self._beginning = {**settings, **options}
        self._scenarios = scenarios
        self._stack = ExitStack()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"`DeckSim` has no {name!r}; `with DeckSim() as deck:` gives a `Deck`")

    def __enter__(self) -> Deck:
        # On this thread, not the server's: these parse Python while they are imported, and in
        # Python 3.11 that fails at times, here or in pytest, if another thread parses.
        for module in ("deck_sim.operations.parameters", "deck_sim.runtime.seeding", "jsonschema"):
            import_module(module)
        library = read_scenarios(self._scenarios)
        worlds = WorldRegistry(library=library, dispatcher=Dispatcher(self._sender))
        with ExitStack() as stack:
            server = stack.enter_context(Server(worlds))
            deck = stack.enter_context(Deck(server.url, KEY))
            deck.reset(**self._beginning)
            self._stack = stack.pop_all()
        return deck

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def read_scenarios(folder: str | PathLike[str] | None) -> Library:
    """Return the shipped scenarios and those of a folder, if given. The folder takes precedence.
    Raises DeckSimError with every error of every file.
    """
    try:
        return read_folder(None if folder is None else Path(folder))
    except ScenarioError as error:
        raise DeckSimError(str(error)) from None
