"""Imports what the first calls need while the server waits for them."""

import asyncio
import gc
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


async def import_ahead(edition: str, seconds: float = 0) -> None:
    """Import, after `seconds`, the modules that the first calls need.

    This runs on the server's loop, since these parse Python while they are imported, and in Python
    3.11 that fails at times if two threads parse (`AST constructor recursion depth mismatch`).

    The process is deck-sim's own. So the garbage collector then skips what was imported, and runs
    seldom: it would take a third of the time of a long advance.
    """
    await asyncio.sleep(seconds)
    for name in _NEEDED:
        import_module(name.format(edition=edition))
        await asyncio.sleep(0)  # calls that came are answered
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
