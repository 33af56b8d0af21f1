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


@pytest.fixture
def refused(client, unchanged):
    """Send a request that must be refused and must change nothing; return its answer."""

    def refused(method, path, status, **request):
        with unchanged():
            answer = client.request(method, path, **request)
        assert answer.status_code == status, answer.text
        return answer

    return refused


@pytest.fixture
def errors(refused):
    """The same; return pairs of code and field, in the order of the answer."""

    def errors(method, path, status, **request):
        problems = refused(method, path, status, **request).json()["errors"]
        return [(error["code"], error.get("field")) for error in problems]

    return errors
