"""Fixtures for tests of the server."""

import logging
from logging.handlers import QueueHandler
from queue import SimpleQueue

import pytest


@pytest.fixture
def logged():
    """The warnings of the server's thread, to wait for."""
    queue, log = SimpleQueue(), logging.getLogger("deck_sim")
    handler = QueueHandler(queue)
    handler.setLevel(logging.WARNING)
    log.addHandler(handler)
    yield lambda: queue.get(timeout=20).getMessage()
    log.removeHandler(handler)
