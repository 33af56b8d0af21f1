"""`deck-sim init`: writes the files of a first test. Existing files are not changed."""

import json
import shlex
from pathlib import Path

import click

from deck_sim.cli.options import EDITION
from deck_sim.cli.output import echo, examples
from deck_sim.contract import DEFAULT_EDITION
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.scenario.model import scenario_schema

_STORY = """\
# yaml-language-server: $schema=scenario.schema.json
# The line above gives your editor completion and checks. `deck-sim check scenarios` checks more.
version: 1
name: first_story          # by which tests choose it
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
_RUN_VITEST = "deck-sim exec --scenarios scenarios -- npx vitest run"
_PACKAGE = """
The test needs vitest and deck-sim-client, which is on no registry yet. Pack it in a checkout of
deck-sim, and install it here:
  (cd CHECKOUT/clients/node && npm ci && npm pack)
  npm install --save-dev vitest CHECKOUT/clients/node/deck-sim-client-*.tgz
"""
_VITEST = """\
// A first test: it plays scenarios/first_story.yaml. To run it:
// deck-sim exec --scenarios scenarios -- npx vitest run
import { expect } from "vitest";
import { test } from "deck-sim-client/vitest"; // the npm package of deck-sim, on no registry yet

test.override({ deck: { scenario: "first_story", edition: "EDITION" } });

// The next two functions stand for your application. Give it the URL and the key of its world.
async function call(world, path, body) {
  const headers = { authorization: `Bearer ${world.apiKey}`, "content-type": "application/json" };
  const options = { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await fetch(`${world.baseUrl}${path}`, options);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function startRun(world) {
  const { taskId, login } = await world.readyTask();
  const run = await call(world, `/tasks/${taskId}/run`, { ...login, input: { nights: 2 } });
  await world.advanceUntil("task_run.interaction_required", run);
  return run;
}

test("the right code completes the run", async ({ world }) => {
  const { id } = await startRun(world);
  await call(world, `/task-runs/${id}/interaction`, { ANSWER_KEY: { code: "123456" } });
  await world.settle();
  const [run] = await world.runs();
  expect(run.output).toEqual({ nights: 2 });
});

test("without an answer the run fails", async ({ world }) => {
  await startRun(world);
  await world.advance("5m");
  const [run] = await world.runs();
  expect(run.errors[0].code).toBe("interaction_timeout");
});
"""
# Files that may have options of pytest, each with the text that it contains if it has them.
_INI_FILES = {
    "pytest.ini": "",
    "pyproject.toml": "[tool.pytest",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
}


def _fill_in(text: str, edition: Edition) -> str:
    return text.replace("EDITION", edition.name).replace("ANSWER_KEY", edition.answer_key)


@click.command(epilog=examples("deck-sim init", "deck-sim init ~/bookings --for node"))
@click.argument(
    "folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path)
)
@EDITION
@click.option(
    "--for",
    "language",
    type=click.Choice(["node", "python"]),
    help="The language of the test.  [default: node beside a package.json, otherwise python]",
)
def command(folder: Path, edition: str, language: str | None) -> None:
    """Write a scenarios folder and a first test, which passes, into a project.

    DIR is the project's folder, by default the current folder. Existing files are not changed.
    """
    options = {"deck_scenarios": "scenarios"}
    if edition != DEFAULT_EDITION:
        options["deck_edition"] = edition
    schema = json.dumps(scenario_schema(), indent=2, ensure_ascii=False)
    files = {"scenarios/first_story.yaml": _STORY, "scenarios/scenario.schema.json": f"{schema}\n"}
    ini_files = {name: folder / name for name in _INI_FILES if (folder / name).is_file()}
    texts = {name: file.read_text("utf-8", "replace") for name, file in ini_files.items()}
    ini = next((name for name, text in texts.items() if _INI_FILES[name] in text), None)
    is_node = (folder / "package.json").is_file() and not texts
    if language == "node" or (language is None and is_node):
        files["tests/first_story.test.js"] = _fill_in(_VITEST, EDITIONS[edition])
        ini, run, needs = None, _RUN_VITEST, _PACKAGE
    else:
        files["tests/conftest.py"] = _CONFTEST
        files["tests/test_first_story.py"] = _fill_in(_TEST, EDITIONS[edition])
        run, needs = "pytest", ""
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
    echo(f"{needs}\nNext: `{inside}{run}`. After each edit of a scenario: {check}.")
