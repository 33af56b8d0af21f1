import re
from xml.etree import ElementTree

import pytest

from deck_sim.contract.editions import EDITIONS
from deck_sim.scenario.flow import TIMES, draw_flow
from deck_sim.scenario.library import SHIPPED, read_folder
from deck_sim.scenario.loader import make_scenario, parse

SVG = "{http://www.w3.org/2000/svg}"
ASKS = """\
version: 1
name: asks
summary: "1 < 2 & \\x07"
task_run:
  - queued: 2s
  - running: 2s..8s
  - interaction_required:
      message: <b>Code?</b>
      on_rejected: [running]
      on_timeout: []
  - file: statement.csv
  - running: stuck
"""


def draw(scenario, edition="connections", counts=None):
    return ElementTree.fromstring(draw_flow(scenario, edition, counts))


def texts_of(picture):
    return [text.text for text in picture.iter(f"{SVG}text") if len(text.text) > 1]


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_shipped_scenario_has_a_picture(edition):
    library = read_folder(None)
    scenarios = [library.get(file.stem) for file in SHIPPED.glob("*.yaml")]
    wide = {
        scenario.name: width
        for scenario in scenarios
        if edition in scenario.editions
        if (width := float(draw(scenario, edition).get("width"))) > 700
    }
    assert wide == {}


def test_steps_are_bars_to_scale_and_branches_lanes_with_their_ends():
    picture = draw(read_folder(None).get("mfa_then_success"))
    bars = picture.findall(".//*[@rx]")
    queued, running = (float(bar.get("width")) for bar in bars[:2])
    assert running == pytest.approx(4 * queued, rel=0.01)
    assert texts_of(picture) == [
        *("2s", "◐ running 8s", "? mfa 5m", "3s", "completed"),
        *(
            "“Enter the 6-digit code sent to your phone”",
            "after 3 wrong answers",
            "auth/mfa_invalid",
        ),
        *("timeout", "interaction/interaction_timeout"),
    ]


def test_ranges_are_shaded_and_any_text_is_shown():
    picture = draw(make_scenario(parse(ASKS.encode(), "asks"), "asks"))
    dashed = [bar for bar in picture.findall(".//*[@rx]") if bar.get("stroke-dasharray")]
    assert len(dashed) == 3  # the range, the prompt without a timeout, and the step without an end
    assert texts_of(picture)[3:] == [
        *("file", "◐ running stuck", "“<b>Code?</b>”"),
        *("rejected", "running", "↩ goes on", "timeout", "↩ goes on"),
    ]
    titles = [title.text for title in picture.iter(f"{SVG}title")]
    assert titles[0] == "asks: 1 < 2 & �"
    assert "file statement.csv" in titles


def test_mixes_playlists_and_faults_are_lines():
    library = read_folder(None)
    assert texts_of(draw(library.get("flaky_source")))[0] == "1. source_down"
    assert texts_of(draw(library.get("mostly_success")))[0] == "90% success"
    assert texts_of(draw(library.get("webhook_twice")))[-1].startswith("fault: duplicate, for ")
    assert texts_of(draw(library.get("rate_limited"))) == ["rate_limit/rate_limit_exceeded"]


def test_a_world_shows_what_it_has_played():
    counts = {("source_down", "task_run", (0,)): 1, ("source_down", "task_run", (1,)): 2}
    svg = draw_flow(read_folder(None).get("source_down"), "connections", counts)
    assert re.findall("is-(played|missed)", svg) == ["played", "played", "missed"]
    assert f">{TIMES}2<" in svg
