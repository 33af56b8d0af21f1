"""The pages with generated parts: tables, rows, examples and messages.

`scripts/write-docs` writes them. Do not edit the text between the markers of a page by hand.
"""

from pathlib import Path

import pytest

from deck_sim.scenario.flow import draw_flow
from deck_sim.scenario.library import read_folder

from . import (
    test_cli_page,
    test_control_page,
    test_endpoints_page,
    test_exploration_page,
    test_scenario_page,
    test_testing_page,
    test_webhooks_page,
)

DOCS = Path(__file__).parents[2] / "docs"
PICTURE = DOCS / "images" / "mfa_then_success.svg"
PAGES = {
    "cli.md": test_cli_page,
    "control.md": test_control_page,
    "endpoints.md": test_endpoints_page,
    "exploration.md": test_exploration_page,
    "scenarios.md": test_scenario_page,
    "testing.md": test_testing_page,
    "webhooks.md": test_webhooks_page,
}


def draw_picture():
    return draw_flow(read_folder(None).get(PICTURE.stem), "connections")


def record():
    PICTURE.write_text(draw_picture(), encoding="utf-8")
    for name, page in PAGES.items():
        (DOCS / name).write_text(page.write_page(page.PAGE), encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_up_to_date(name):
    """If this fails, run scripts/write-docs."""
    assert PAGES[name].write_page(PAGES[name].PAGE) == PAGES[name].PAGE


def test_the_picture_of_a_scenario_is_up_to_date():
    assert PICTURE.read_text(encoding="utf-8") == draw_picture()
