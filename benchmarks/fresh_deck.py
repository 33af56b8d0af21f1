"""What the fixture `deck` costs a test: a fresh world, and a handle on it.

Runs tests that do nothing else, in one process, and takes the median of what setting the fixture up
takes; the first, which starts the server, is left out. Bar: a millisecond.

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
    """Times each setup of the fixture."""

    def __init__(self):
        self.took_ns = []

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        """Let the fixture be set up."""
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
