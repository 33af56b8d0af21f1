"""deck-sim: a local test double of the Deck API."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# `real_time` gets the real clock before anything freezes it.
from deck_sim.base import __version__, real_time  # noqa: F401

if TYPE_CHECKING:
    from deck_sim.base.errors import DeckSimError
    from deck_sim.contract.ledger import ERRORS, ErrorInfo
    from deck_sim.handle.deck import Deck
    from deck_sim.handle.deck_sim import DeckSim
    from deck_sim.handle.receiver import WebhookReceiver

__all__ = [
    "ERRORS",
    "Deck",
    "DeckSim",
    "DeckSimError",
    "ErrorInfo",
    "WebhookReceiver",
    "__version__",
]

_HOMES = {
    "ERRORS": "deck_sim.contract.ledger",
    "ErrorInfo": "deck_sim.contract.ledger",
    "Deck": "deck_sim.handle.deck",
    "DeckSim": "deck_sim.handle.deck_sim",
    "DeckSimError": "deck_sim.base.errors",
    "WebhookReceiver": "deck_sim.handle.receiver",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import deck_sim` is fast."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
