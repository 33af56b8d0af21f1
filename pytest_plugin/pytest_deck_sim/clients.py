"""The clients of the `deck_client` fixtures, with the library of `deck_client_library`."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import pytest

from deck_sim import Deck
from deck_sim.base.errors import listed

_LIBRARIES = ("httpx2", "httpx")


@contextmanager
def make_client(config: pytest.Config, deck: Deck) -> Iterator[Any]:
    """A client for the world of `deck`, closed at the end of the block."""
    with _library(config).Client(transport=deck.transport, **_options(deck)) as client:
        yield client


@contextmanager
def make_async_client(config: pytest.Config, deck: Deck) -> Iterator[Any]:
    """`make_client` for coroutines."""
    client = _library(config).AsyncClient(transport=deck.async_transport, **_options(deck))
    yield client
    # No event loop runs here any more; closing our transport does not need one.
    with suppress(StopIteration):
        client.aclose().send(None)


def _options(deck: Deck) -> dict[str, Any]:
    return {
        "base_url": deck.base_url,
        "headers": {"Authorization": f"Bearer {deck.api_key}"},
        "trust_env": False,
    }


def _library(config: pytest.Config) -> Any:
    name = config.getini("deck_client_library")
    if name not in _LIBRARIES:
        allowed = listed(_LIBRARIES, last="or")
        text = f"the ini value `deck_client_library` is {name!r}; it can be {allowed}"
        raise pytest.UsageError(text)
    try:
        return import_module(name)
    except ImportError:
        text = f"`deck_client_library` is {name}, which is not installed: pip install {name}"
        raise pytest.UsageError(text) from None
