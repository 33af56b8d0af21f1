"""Threads that a test starts."""

import threading
from contextlib import contextmanager


@contextmanager
def no_thread_left():
    """Fail if a thread that was started inside still runs. Those of other tests may end inside."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before
