"""Fixtures of the tests of the plugin: pytest runs inside the tests."""

import shutil
from pathlib import Path

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


PROGRAMS = Path(__file__).parent / "programs"


class Results:
    """A plugin that compares the result of each test with its marker `result`."""

    def __init__(self):
        self.markers, self.outcomes, self.lines = {}, {}, {}

    def pytest_configure(self, config):
        config.addinivalue_line("markers", "result(outcome, *lines): lines of the report")

    def pytest_collection_finish(self, session):
        marked = [item for item in session.items if item.get_closest_marker("result")]
        self.markers = {item.nodeid: item.get_closest_marker("result") for item in marked}

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.failed:
            outcome = report.outcome if report.when == "call" else "error"
            self.outcomes.setdefault(report.nodeid, []).append(outcome)
        explored = getattr(report, "deck_explore", {"summary": "", "details": []})
        lines = [*report.longreprtext.splitlines(), explored["summary"], *explored["details"]]
        self.lines.setdefault(report.nodeid, []).extend(lines)

    def check(self):
        for name, marker in self.markers.items():
            outcome, *lines = marker.args
            assert " ".join(self.outcomes[name]) == outcome, (name, self.lines[name])
            pytest.LineMatcher(self.lines[name]).fnmatch_lines(lines)


@pytest.fixture
def run_program(pytester, client):
    """Run the tests of a file in `programs`. Each test with a marker `result` must have it."""

    def run_program(name, *options):
        shutil.copy(PROGRAMS / f"{name}.py", pytester.path / f"test_{name}.py")
        results = Results()
        result = pytester.runpytest_inprocess(*OPTIONS, *options, plugins=[results])
        results.check()
        return result

    return run_program


@pytest.fixture
def client(pytester):
    """Fixtures for the inner tests: a client of the Deck API, and a receiver of webhooks."""
    shutil.copy(PROGRAMS / "client.py", pytester.path / "conftest.py")


@pytest.fixture
def run_apart(pytester):
    """The same in a process of its own, which may be frozen."""

    def run_apart(text, *options):
        pytester.makepyfile(text)
        return pytester.runpytest_subprocess(*OPTIONS, *options, timeout=300)

    return run_apart


@pytest.fixture
def stories(pytester):
    """A folder `stories` with the scenario `mine`."""
    folder = pytester.mkdir("stories")
    mine = "version: 1\nname: mine\ntask_run: [running: 1s, completed]\n"
    folder.joinpath("mine.yaml").write_text(mine)
    return folder


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
