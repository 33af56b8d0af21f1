"""The rows of `scripts/bench` can be measured; those that need other programs are left out."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_row_can_be_measured():
    words = [sys.executable, "-m", "benchmarks", "--smoke"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
