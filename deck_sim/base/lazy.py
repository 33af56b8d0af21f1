"""Modules that are imported when something in them is first asked for.

pydantic and what is built with it take as long to import as the whole web server. So a server
answers before it has them, and has them when the first body or scenario is read. Type checkers are
shown the plain import instead:

    if TYPE_CHECKING:
        from deck_sim.contract import bodies
    else:
        bodies = Later("deck_sim.contract.bodies")
"""

from importlib import import_module
from typing import Any


class Later:
    """A module, by its full name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)
