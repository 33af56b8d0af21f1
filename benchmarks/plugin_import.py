"""The time that the plugin adds to a pytest run that does not use it.

Runs pytest on an empty test, in turn with and without the plugin, and compares the fastest runs.

    python benchmarks/plugin_import.py [rounds]
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WAYS = {"bare pytest": [], "with deck-sim": ["-p", "pytest_deck_sim"]}


def main(rounds):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing(): pass\n")
        for options in WAYS.values():  # writes the bytecode, which an installed plugin has
            _time(folder, options)
        times = {way: [] for way in WAYS}
        for _ in range(rounds):
            for way, options in WAYS.items():
                times[way].append(_time(folder, options))
    bare, used = (min(found) / 1_000_000 for found in times.values())
    for way, found in (("bare pytest", bare), ("with deck-sim", used)):
        print(f"{way:<14} {found:7.1f} ms")
    print(f"{'difference':<14} {used - bare:7.1f} ms, a factor of {used / bare:.3f}")


def _time(folder, options):
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, folder]
    began = time.perf_counter_ns()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter_ns() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
