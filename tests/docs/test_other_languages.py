"""The test in Node of docs/tutorial.md, and the npm package."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deck_sim.base import __version__

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text()


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_test_in_node_ends_as_shown(tmp_path):
    [(name, code)] = re.findall(r"```js\n// (\S+)\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / name).write_text(code)
    [(words, summary)] = re.findall(r"\$ deck-sim (exec .*)\n…\n(.*)\n```", PAGE)
    command = [sys.executable, "-m", "deck_sim", *words.split()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, f"{summary}\n"), done.stdout


def test_the_npm_package_has_the_version_of_deck_sim():
    """It refuses a server of another version."""
    package = json.loads((ROOT / "clients/node/package.json").read_text())
    assert package["version"] == __version__
