"""Fixtures of the tests of the plugin: pytest runs inside the tests.

A run in this process costs 0.06 seconds, one in a process of its own a second, so nearly all are in
this process. When such a run ends, pytester removes from `sys.modules` what the run has imported. A
later import makes the module anew, with other classes: the httpx2 that is already loaded would not
know the errors of a second httpcore2. So everything is imported before the first run.
"""

import pkgutil
from importlib import import_module

import httpx2
import pytest

import deck_sim
import pytest_deck_sim

# Warnings are errors, and plugins that the tests do not use are not loaded: they take a second.
OPTIONS = ["-W", "error", "-o", "asyncio_default_fixture_loop_scope=function"]
for name in ("randomly", "hypothesispytest", "schemathesis", "time_machine"):
    OPTIONS += ["-p", f"no:{name}"]


@pytest.fixture(scope="session", autouse=True)
def _everything_is_imported():
    for name in ("httpcore", "httpcore2", "httpx"):
        import_module(name)
    for package in (deck_sim, pytest_deck_sim):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(".__main__"):
                import_module(module.name)


@pytest.fixture
def run(pytester):
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
