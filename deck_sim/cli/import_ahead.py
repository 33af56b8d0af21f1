"""Imports what the first calls need while the server waits for them."""

import gc
import threading
from importlib import import_module

# The modules that the first calls would import, in the order in which they need them.
_NEEDED = (
    "deck_sim.server.api",
    "deck_sim.contract.editions.{edition}.bodies",
    "deck_sim.scenario.loader",
    "deck_sim.server.control_api",
    "deck_sim.operations.parameters",
    "jsonschema",
    "difflib",
)
_NEW_OBJECTS = 50_000  # after which the garbage collector runs


def import_ahead(edition: str, seconds: float = 0) -> threading.Thread:
    """Start a thread that imports, after `seconds`, the modules that the first calls need.

    The process is deck-sim's own. So the garbage collector then skips what was imported, and runs
    seldom: it would take a third of the time of a long advance.
    """

    def load() -> None:
        for name in _NEEDED:
            import_module(name.format(edition=edition))
        gc.freeze()
        gc.set_threshold(_NEW_OBJECTS)

    thread = threading.Timer(seconds, load)
    thread.daemon = True
    thread.start()
    return thread
