"""The time that `deck` adds to a test: a fresh world, its end, and the checks at the end.

Runs pytest with many empty tests that use `deck`, and with as many that do not, and takes the best
of a few runs. The time of a run with one test is subtracted from each, so that imports and the
start of the server do not count. Bar: 1 ms.

    python benchmarks/fresh_deck.py [TESTS]
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

BAR_MS = 1.0
RUNS = 3
TEXT = """
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_nothing({fixtures}number):
    pass
"""
WORDS = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pytest_deck_sim"]


def measure(fixtures, count):
    """The seconds of a run with so many tests."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text(TEXT.format(fixtures=fixtures, count=count))
        began = time.perf_counter()
        environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        words = [sys.executable, *WORDS, "--rootdir", folder, folder]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=environment)
        return time.perf_counter() - began


def measure_test(fixtures, tests):
    """The milliseconds of one of the tests."""
    one, many = (min(measure(fixtures, count) for _ in range(RUNS)) for count in (1, tests + 1))
    return 1000 * (many - one) / tests


def main(tests):
    plain, fresh = measure_test("", tests), measure_test("deck, ", tests)
    added = fresh - plain
    print(f"an empty test            {plain:.2f} ms")
    print(f"an empty test with deck  {fresh:.2f} ms, {fresh / plain:.1f} times as long")
    print(f"a fresh deck adds        {added:.2f} ms  (bar: {BAR_MS})")
    return 0 if added <= BAR_MS else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2] or ["500"])))
