import re
from collections import Counter
from pathlib import Path

from deck_sim.cli.player import play_scenario
from deck_sim.scenario.library import read_folder
from deck_sim.scenario.model import step_coverage

FOLDER = Path(__file__).parents[1] / "examples" / "scenarios"
STORIES = read_folder(FOLDER)
NAMES = sorted(file.stem for file in FOLDER.glob("*.yaml"))

YEAR, CUSTOMER = {"year": 2024}, {"customer": "C-1007"}
RIGHT = None  # the player answers
SHORT = {"password": "short", "again": "short"}
LOCKED = [{"code": "246810"}, {"code": "13579"}, {"code": "0"}]

# Story, answers, input; then the last status of the connection, that of the run, and its error.
ENDS = [
    ("bank_asks_twice", RIGHT, {}, "connected", "completed", None),
    ("bank_asks_twice", [], {}, "disconnected", None, None),
    ("bank_asks_twice", [{"code": "1"}] * 3, {}, "invalid", None, None),
    ("bank_asks_twice", [{"code": "246810"}], {}, "connected", "failed", "mfa_timeout"),
    ("bank_asks_twice", LOCKED, {}, "connected", "failed", "auth_locked"),
    ("portal_comes_back", RIGHT, {}, "connected", "completed", None),
    ("booking_over_budget", RIGHT, {}, "connected", "completed", None),
    ("hotel_asks_which_account", [{"account_id": "A-2"}], {}, "connected", "completed", None),
    ("hotel_asks_which_account", [{"account_id": "A-3"}] * 3, {}, "invalid", None, None),
    ("hotel_asks_which_account", [], {}, "disconnected", None, None),
    ("password_expired", RIGHT, {}, "connected", "completed", None),
    ("password_expired", [SHORT] * 3, {}, "invalid", None, None),
    ("password_expired", [], {}, "disconnected", None, None),
    ("captcha_then_blocked", [{"letters": "x7kq"}], {}, "connected", "completed", None),
    ("captcha_then_blocked", [{"letters": "x"}], {}, "connected", "failed", "source_error"),
    ("captcha_then_blocked", [], {}, "connected", "failed", "source_error"),
    ("statements_of_a_year", RIGHT, YEAR, "connected", "failed", "extraction_failed"),
    ("code_expires_once", RIGHT, {}, "connected", "completed", None),
    ("code_expires_once", [], {}, "connected", "failed", "interaction_timeout"),
    ("code_expires_once", [{"code": "2222"}] * 3, {}, "connected", "failed", "mfa_invalid"),
    ("logged_out_at_night", RIGHT, {}, "disconnected", "failed", "task_failed"),
    ("one_customer_fails", RIGHT, CUSTOMER, "connected", "failed", "task_failed"),
]


def test_each_story_ends_as_it_says_and_its_steps_are_played():
    """Right, wrong and missing answers lead where the story says, and no step breaks. What is left
    needs a reviewer or a late answer, or follows the end.
    """
    steps, wrong = Counter(), []
    for name, answers, task_input, *ends in ENDS:
        story = STORIES.get(name)
        played = play_scenario(story, answers, task_input=task_input, library=STORIES)
        errors = [problem["code"] for problem in played.run["errors"]] if played.run else []
        ending = [played.login.status, played.run and played.run.status, *(errors or [None])]
        wrong += [] if ending == ends else [(name, answers, ending)]
        wrong += played.simulation.world.script_errors
        steps += played.simulation.world.played
    assert wrong == []
    missed = {row["scenario"]: row["missed"] for row in step_coverage(steps, STORIES.find)}
    assert {name: missed[name] for name in NAMES if missed.get(name)} == {
        "booking_over_budget": ["task_run[3].on_rejected[0]"],
        "code_expires_once": ["task_run[2].on_timeout[0].on_rejected[0]"],
        "logged_out_at_night": ["task_run[2]"],
    }


def test_a_refused_booking_says_for_whom():
    """The branch that a reviewer leads into computes its message."""
    story, guest = STORIES.get("booking_over_budget"), {"guest": "Alex"}
    played = play_scenario(story, task_input=guest, library=STORIES, reject=True)
    assert played.run["errors"][0]["message"] == "The booking for Alex is over the budget."


def test_each_story_has_its_line():
    """The folder's page lists the stories that are there, once each."""
    page = (FOLDER / "README.md").read_text()
    rows = re.findall(r"^\| \[(\w+)\]\((\w+)\.yaml\) \|", page, re.MULTILINE)
    assert sorted(rows) == [(name, name) for name in NAMES]
    assert {name for name, *_ in ENDS} == {*NAMES}
