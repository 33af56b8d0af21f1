"""Runs of pytest in processes of their own: over the network, under xdist, and unused."""

import shutil
import subprocess
import sys

import pytest
from inner_pytest import OPTIONS

from .conftest import PROGRAMS
from .test_clients import STORY
from .test_coverage import PLAYED


def test_tests_pass_on_a_server_in_another_process(run_apart, deck_server):
    options = ("--deck-url", deck_server, "-p", "no:xdist", "--deck-coverage")
    result = run_apart(STORY, *options)
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["*= deck coverage =*", "success * steps*"])


@pytest.fixture(scope="module")
def xdist_folder(tmp_path_factory):
    """The folder of a run with two workers of xdist, with its output and other files."""
    folder = tmp_path_factory.mktemp("xdist")
    shutil.copy(PROGRAMS / "client.py", folder / "conftest.py")
    shutil.copy(PROGRAMS / "under_xdist.py", folder / "test_it.py")
    options = ("-n", "2", "--deck-coverage", "--deck-html=new/pages", "--junitxml=junit.xml")
    with (folder / "output").open("wb") as output:
        words = [sys.executable, "-m", "pytest", *OPTIONS, *options]
        subprocess.run(words, cwd=folder, stdout=output, check=False, timeout=300)
    return folder


@pytest.fixture
def xdist_output(xdist_folder):
    return pytest.LineMatcher((xdist_folder / "output").read_text().splitlines())


def test_each_worker_of_xdist_has_a_server(xdist_output):
    """And receivers with ports of their own."""
    xdist_output.fnmatch_lines(["*= 4 failed, 2 passed in *"])


def test_coverage_of_the_workers_is_added_up(xdist_output):
    xdist_output.fnmatch_lines([PLAYED])


def test_reports_of_the_workers_are_in_the_junit_xml(xdist_folder):
    failures = (xdist_folder / "junit.xml").read_text().split("<failure")[1:]
    assert sum("created as learning" in text.partition("</failure>")[0] for text in failures) == 2


def test_the_workers_write_pages(xdist_folder):
    names = {file.name.rpartition("-")[0] for file in (xdist_folder / "new" / "pages").iterdir()}
    assert {"test-it-test-that-fails-0", "test-it-test-that-fails-1"} < names


def test_the_workers_explore(xdist_output):
    xdist_output.fnmatch_lines_random(
        [f"*::test_that_is_explored[[]{n}]: 1 trouble: 0 survived, 1 did not*" for n in range(2)]
    )


def test_what_is_not_used_is_not_imported(run_apart):
    """In a process without tests of Deck, and in one that explores nothing."""
    text = """
        import sys
        HEAVY = {"starlette", "uvicorn", "httpx2", "pydantic", "jsonschema", "jinja2", "yaml"}
        HEAVY |= {"freezegun", "time_machine"}
        def ours(): return {name for name in sys.modules if name.startswith("deck_sim.")}

        def test_the_plugin():
            assert "pytest_deck_sim" in sys.modules
            assert not HEAVY & set(sys.modules)
            assert ours() == {"deck_sim.base", "deck_sim.base.real_time", "deck_sim.base.version"}

        def test_exploration(deck):
            deck.ready_task()
            assert not [name for name in ours() if name.startswith("deck_sim.explore")]
            assert "pytest_deck_sim.exploration" not in sys.modules
    """
    run_apart(text).assert_outcomes(passed=2)
