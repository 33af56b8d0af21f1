"""Fixtures of the tests of the plugin: pytest runs inside the tests."""

import httpx2
import pytest
from inner_pytest import OPTIONS


@pytest.fixture(autouse=True)
def _everything_is_imported(everything_imported):
    pass


@pytest.fixture
def run(pytester, run_pytest):
    def run(text, *options):
        pytester.makepyfile(text)
        return run_pytest(*options)

    return run


@pytest.fixture
def run_apart(pytester):
    """The same in a process of its own, which may be frozen."""

    def run_apart(text, *options):
        pytester.makepyfile(text)
        return pytester.runpytest_subprocess(*OPTIONS, *options, timeout=300)

    return run_apart


@pytest.fixture
def start_run():
    def start_run(deck, scenario="success"):
        ready = deck.ready_task()
        deck.use(scenario)
        return deck.create(f"tasks/{ready.task_id}/run", ready.login)

    return start_run


@pytest.fixture
def read_run():
    def read_run(deck, run):
        headers = {"Authorization": f"Bearer {deck.api_key}"}
        url = f"{deck.base_url}/task-runs/{run['id']}"
        return httpx2.get(url, headers=headers, trust_env=False).json()

    return read_run
