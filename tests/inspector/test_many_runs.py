"""A world with 5,000 runs is as usable as one with five."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def many_runs(sim, task, connection, advance):
    """5,000 runs in different states; the id of the last one."""
    scenarios = ("success", "mfa_then_success", "source_down", "slow_success")
    used = {"task_id": task["id"], "connection_id": connection["id"]}
    runs = [
        {"id": f"trun_{number}", "scenario": scenarios[number % 4], **used}
        for number in range(5_000)
    ]
    seeded = sim.post("/seed", json={"resources": {"task_runs": runs}})
    assert seeded.status_code == 200, seeded.text
    advance("20s")
    return "trun_4999"


def test_5000_runs_can_be_looked_through(page, open_tab, many_runs):
    open_tab(page)
    expect(page.get_by_role("button", name="Timeline 5,001")).to_be_visible()
    expect(page.get_by_role("region", name="What is unfinished")).to_contain_text("unfinished")
    page.get_by_role("searchbox").fill(many_runs)
    row = page.get_by_role("row", name=many_runs)
    expect(row).to_have_count(1)
    page.get_by_role("searchbox").fill("")
    page.get_by_role("grid").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("row", name=many_runs)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("queued")
