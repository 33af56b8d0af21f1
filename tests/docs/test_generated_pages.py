"""The pages with generated parts: tables, rows, examples and messages; and pictures of scenarios.

`scripts/write-docs` writes them. Do not edit the text between the markers of a page by hand.
"""

from pathlib import Path

import pytest

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
FLOWS = DOCS / "images" / "flows"
PAGES = {
    "cli.md": test_cli_page,
    "control.md": test_control_page,
    "endpoints.md": test_endpoints_page,
    "exploration.md": test_exploration_page,
    "scenarios.md": test_scenario_page,
    "testing.md": test_testing_page,
    "webhooks.md": test_webhooks_page,
}


def record():
    for file in FLOWS.iterdir():
        file.unlink()
    for name, picture in test_scenario_page.draw_flows().items():
        (FLOWS / name).write_text(picture, encoding="utf-8")
    for name, page in PAGES.items():
        (DOCS / name).write_text(page.write_page(page.PAGE), encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_up_to_date(name):
    """If this fails, run scripts/write-docs."""
    assert PAGES[name].write_page(PAGES[name].PAGE) == PAGES[name].PAGE


def test_the_pictures_of_scenarios_are_up_to_date():
    pictures = {file.name: file.read_text(encoding="utf-8") for file in FLOWS.iterdir()}
    assert pictures == test_scenario_page.draw_flows()
