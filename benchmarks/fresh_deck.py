"""The time that the fixture `deck` takes: a fresh world and its handle.

Runs empty tests in one process, and takes the median of the fixture's setup. The first setup, which
starts the server, is left out. Bar: a millisecond.

    python benchmarks/fresh_deck.py [TESTS]
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pytest

BAR_MS = 1.0
TESTS = """
import pytest

@pytest.mark.parametrize("number", range({}))
def test_nothing(deck, number):
    pass
"""


class Stopwatch:
    """Measures each setup of the fixture."""

    def __init__(self):
        self.took_ns = []

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        """Measure one setup."""
        began = time.perf_counter_ns()
        made = yield
        if fixturedef.argname == "deck":
            self.took_ns.append(time.perf_counter_ns() - began)
        return made


def main(tests):
    watch = Stopwatch()
    options = ["-q", "--no-summary", "-p", "no:cacheprovider", "-p", "pytest_deck_sim"]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text(TESTS.format(tests))
        pytest.main([*options, "--rootdir", folder, folder], [watch])
    took = median(watch.took_ns[1:]) / 1_000_000
    print(f"a fresh deck  {took:.2f} ms  (bar: {BAR_MS})")
    return 0 if took <= BAR_MS else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2] or ["500"])))
