"""Clients of the Deck API, made by the library that the user has chosen."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import pytest

from deck_sim import Deck
from deck_sim.base.errors import listed

LIBRARIES = ("httpx2", "httpx")


@contextmanager
def make_client(config: pytest.Config, deck: Deck) -> Iterator[Any]:
    """A client for the world of `deck`, while the block lasts."""
    with _library(config).Client(transport=deck.transport, **_for(deck)) as client:
        yield client


@contextmanager
def make_async_client(config: pytest.Config, deck: Deck) -> Iterator[Any]:
    """The same for coroutines. Its transport waits for nothing when it is closed, and so the client
    can be closed here, where no event loop runs any more.
    """
    client = _library(config).AsyncClient(transport=deck.async_transport, **_for(deck))
    yield client
    with suppress(StopIteration):
        client.aclose().send(None)


def _for(deck: Deck) -> dict[str, Any]:
    return {
        "base_url": deck.base_url,
        "headers": {"Authorization": f"Bearer {deck.api_key}"},
        "trust_env": False,
    }


def _library(config: pytest.Config) -> Any:
    name = config.getini("deck_client_library")
    if name not in LIBRARIES:
        allowed = listed(LIBRARIES, last="or")
        text = f"the ini value `deck_client_library` must be {allowed}, not {name!r}"
        raise pytest.UsageError(text)
    try:
        return import_module(name)
    except ImportError:
        text = f"`deck_client_library` is {name}, which is not installed: pip install {name}"
        raise pytest.UsageError(text) from None
