"""`deck-sim init`: writes the files of a first test. Existing files are not changed."""

import json
import shlex
from pathlib import Path

import click

from deck_sim.cli.options import EDITION
from deck_sim.cli.output import echo, examples
from deck_sim.contract import DEFAULT_EDITION
from deck_sim.contract.editions import EDITIONS
from deck_sim.scenario.model import scenario_schema

_STORY = """\
# yaml-language-server: $schema=scenario.schema.json
# The line above gives your editor completion and checks. `deck-sim check scenarios` checks more.
version: 1
name: first_story          # a test says: deck.use("first_story")
summary: The source asks for a code; the right one lets the run complete.

task_run:                  # the statuses of a run, in order
  - queued: 2s             # how long each lasts, on a clock that only your test moves
  - running: 5s..10s       # a range is drawn from the seed of the world
  - interaction_required:
      type: mfa
      message: Enter the 6-digit code sent to your phone
      fields: [{name: code, type: string, label: Verification code}]
      accept: {code: "123456"}
      attempts: 3          # after three wrong answers the run fails, or plays `on_rejected:`
      timeout: 5m          # without an answer the run fails, or plays `on_timeout:`
  - running: 3s
  - completed:
      output:              # if omitted, it is generated from the task's output_schema
        nights: "{{ input.nights }}"

# A scenario may also have a script for `connection:` or `session:`, and faults of calls (`http:`)
# and of `webhooks:`.
# `deck-sim play scenarios/first_story.yaml` plays this story, `deck-sim scenarios` lists others.
"""
_CONFTEST = '''\
"""Fixtures of all tests in this folder. The fixtures of deck-sim need no import."""

import os

import pytest


@pytest.fixture
def settings(deck_env):
    """The settings of your application, for the simulated Deck of one test.

    `deck_env` sets the variables below, and DECK_WEBHOOK_SECRET. For other names, set
    deck_env_base_url, deck_env_api_key and deck_env_webhook_secret in the ini file of pytest.
    """
    return {"base_url": os.environ["DECK_BASE_URL"], "api_key": os.environ["DECK_API_KEY"]}
'''
_TEST = '''\
"""A first test: it plays scenarios/first_story.yaml."""


def test_the_right_code_completes_the_run(deck, deck_client):
    run = deck.start_run("first_story", input={"nights": 2}, status="interaction_required")

    # Your application asks its user now. Replace the next three lines with its code.
    answer = {"ANSWER_KEY": {"code": "123456"}}
    response = deck_client.post(f"/task-runs/{run['id']}/interaction", json=answer)
    assert response.is_success

    deck.advance_until("task_run.completed", run)
    assert deck.runs[0]["output"] == {"nights": 2}


def test_without_an_answer_the_run_fails(deck):
    run = deck.start_run("first_story", input={"nights": 2}, status="interaction_required")
    deck.advance("5m")
    assert deck.runs[0]["errors"][0]["code"] == "interaction_timeout"


def test_the_application_finds_the_simulated_deck(deck, settings):
    assert settings == {"base_url": deck.base_url, "api_key": deck.api_key}
'''
# Files that may have options of pytest, each with the text that it contains if it has them.
_INI_FILES = {
    "pytest.ini": "",
    "pyproject.toml": "[tool.pytest",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
}


@click.command(epilog=examples("deck-sim init", "deck-sim init ~/bookings --edition credentials"))
@click.argument(
    "folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path)
)
@EDITION
def command(folder: Path, edition: str) -> None:
    """Write a scenarios folder and a first test, which passes, into a project.

    DIR is the project's folder, by default the current folder. Existing files are not changed.
    """
    options = {"deck_scenarios": "scenarios"}
    if edition != DEFAULT_EDITION:
        options["deck_edition"] = edition
    schema = json.dumps(scenario_schema(), indent=2, ensure_ascii=False)
    files = {
        "scenarios/first_story.yaml": _STORY,
        "scenarios/scenario.schema.json": f"{schema}\n",
        "tests/conftest.py": _CONFTEST,
        "tests/test_first_story.py": _TEST.replace("ANSWER_KEY", EDITIONS[edition].answer_key),
    }
    ini_files = {name: folder / name for name in _INI_FILES if (folder / name).is_file()}
    texts = {name: file.read_text("utf-8", "replace") for name, file in ini_files.items()}
    ini = next((name for name, text in texts.items() if _INI_FILES[name] in text), None)
    if ini is None:
        lines = [f"{name} = {value}" for name, value in options.items()]
        files["pytest.ini"] = "\n".join(["[pytest]", "pythonpath = .", *lines, ""])
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with file.open("x", encoding="utf-8") as opened:
                opened.write(text)
            echo(f"wrote       {name}")
        except FileExistsError:
            echo(f"unchanged   {name}: it exists already")
    if ini is not None:
        echo(f"unchanged   {ini}; add these lines to its pytest section:")
        quotes = '"' * ini.endswith(".toml")
        for name, value in options.items():
            echo(f"              {name} = {quotes}{value}{quotes}")
    inside = "" if folder == Path() else f"cd {shlex.quote(str(folder))} && "
    check = f"`{inside}deck-sim check scenarios`"
    echo(f"\nNext: `{inside}pytest`. After each edit of a scenario: {check}.")
