"""What tests of the plugin share."""

import httpx2
import pytest

# Warnings are errors, and of other plugins only xdist is there.
OPTIONS = (
    "-W",
    "error",
    "-o",
    "asyncio_default_fixture_loop_scope=function",
    "-p",
    "no:randomly",
    "-p",
    "no:hypothesispytest",
    "-p",
    "no:time_machine",
)


@pytest.fixture(autouse=True)
def _libraries_are_loaded(deck):
    """What an inner run imports is forgotten with it, so the server's libraries come before."""


@pytest.fixture
def run(pytester):
    """Run this text as a test file, in this process, and return the result."""

    def run(text, *options):
        pytester.makepyfile(text)
        return pytester.runpytest_inprocess(*OPTIONS, *options)

    return run


@pytest.fixture
def run_apart(pytester):
    """The same in a process of its own, which may be frozen."""

    def run_apart(text, *options):
        pytester.makepyfile(text)
        return pytester.runpytest_subprocess(*OPTIONS, *options, timeout=300)

    return run_apart


def _call(deck, method, path, **request):
    headers = {"Authorization": f"Bearer {deck.api_key}", **request.pop("headers", {})}
    url = f"{deck.base_url}{path}"
    return httpx2.request(
        method, url, headers=headers, trust_env=False, timeout=60, **request
    ).json()


@pytest.fixture
def start_run():
    """Start a run of a ready task, as an application does."""

    def start_run(deck, scenario="success"):
        ready, headers = deck.ready_task(), {"Deck-Sim-Scenario": scenario}
        body = {"connection_id": ready.connection_id}
        return _call(deck, "POST", f"/tasks/{ready.task_id}/run", json=body, headers=headers)

    return start_run


@pytest.fixture
def read_run():
    """Read a run, as an application does."""
    return lambda deck, run: _call(deck, "GET", f"/task-runs/{run['id']}")
