"""Checks that exploration finds the six mistakes of `bookings`, and none in `repaired`.

The application in JavaScript is checked if Node is installed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# A trouble that shows each mistake: one without a key, one that a run was never seen running, …
TROUBLES = {
    "a run is started twice": "lost_response",
    "a 429 is not repeated": "rate_limited",
    "a status is expected": "skipped",
    "a webhook is taken twice": "duplicate",
    "an older webhook wins": "late",
    "an early webhook is lost": "before_response",
}
PYTEST = (sys.executable, "-m", "pytest", "-q", "--deck-explore", "--deck-explore-report={}")
NODE = ("deck-sim", "explore", "--quiet", "--clock", "on_poll", "--world", "world.yaml")
NODE += ("--explore-report", "{}", "--", "node", "bookings.mjs")


def explore(words, which):
    """Explore an application; return the troubles that it does not survive."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.json")
        words = [word.format(file) for word in words]
        subprocess.run(words, env={**os.environ, "BOOKINGS": which}, check=False)
        data = json.loads(file.read_text())
    reports = data if isinstance(data, list) else [data]
    results = [result for report in reports for result in report["results"]]
    return {result["trouble"] for result in results if result["verdict"] == "did not survive"}


def main():
    """Check each application."""
    for words in (PYTEST, NODE) if shutil.which("node") else (PYTEST,):
        kinds = {name.split(" ")[0] for name in explore(words, "bookings")}
        for mistake, trouble in TROUBLES.items():
            assert trouble in kinds, f"not found: {mistake}"
        alarms = explore(words, "repaired")
        assert not alarms, f"a false alarm: {alarms}"


if __name__ == "__main__":
    main()
