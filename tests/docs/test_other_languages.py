"""The npm package."""

import json
from pathlib import Path

from deck_sim.base import __version__

ROOT = Path(__file__).parents[2]


def test_the_npm_package_has_the_version_of_deck_sim():
    """It refuses a server of another version."""
    package = json.loads((ROOT / "clients/node/package.json").read_text())
    assert package["version"] == __version__
