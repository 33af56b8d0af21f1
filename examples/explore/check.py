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
SHOWN = {
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
        found = json.loads(file.read_text())
    reports = found if isinstance(found, list) else [found]
    results = [one for report in reports for one in report["results"]]
    return {one["trouble"] for one in results if one["verdict"] == "did not survive"}


def main():
    """Check each application."""
    for words in (PYTEST, NODE) if shutil.which("node") else (PYTEST,):
        kinds = {name.split(" ")[0] for name in explore(words, "bookings")}
        for mistake, trouble in SHOWN.items():
            assert trouble in kinds, f"not found: {mistake}"
        found = explore(words, "repaired")
        assert not found, f"a false alarm: {found}"


if __name__ == "__main__":
    main()
