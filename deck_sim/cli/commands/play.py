"""`deck-sim play`: plays one scenario without a server, and prints its timeline."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from deck_sim.base.durations import format_duration
from deck_sim.cli.options import (
    EDITION_NAME,
    FILE,
    FOLDER,
    JSON,
    Value,
    complete_scenario,
    find_scenario,
)
from deck_sim.cli.output import echo, examples, print_json, print_text
from deck_sim.cli.player import play_scenario
from deck_sim.contract.error_catalog import ApiError
from deck_sim.scenario.library import read_folder

# A comma separates two fields only if another `name=` follows; otherwise it is part of a value.
_NEXT_FIELD = re.compile(r",(?=\s*[A-Za-z_]\w*=)")


def _read_answer(text: str) -> dict[str, str]:
    fields = [part.partition("=") for part in _NEXT_FIELD.split(text)]
    if not all(equals for _, equals, _ in fields):
        raise ValueError(f"{text!r} is not an answer; write one like `code=123456`")
    return {name.strip(): value for name, _, value in fields}


def _read_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        text = f'{text!r} is not JSON ({error}); write an object like `{{"nights": 2}}`'
        raise ValueError(text) from None
    if not isinstance(value, dict):
        raise TypeError(f'{text!r} is not a JSON object; write one like `{{"nights": 2}}`')
    return value


_OBJECT, _ANSWERS = Value("JSON", _read_object), Value("FIELD=TEXT,...", _read_answer)


@click.command(
    epilog=examples(
        "deck-sim play mfa_then_success",
        "deck-sim play mfa_then_success --answer code=000000 --answer code=123456",
        "deck-sim play tests/scenarios/invoices.yaml --input '{\"year\": 2025}'",
        "deck-sim play mfa_then_success --html timeline.html",
    ),
)
@click.argument("name", metavar="NAME-or-FILE", shell_complete=complete_scenario)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    type=_ANSWERS,
    help="An answer; repeat this option for the next try or prompt.  [default: right answers]",
)
@click.option("--no-answer", is_flag=True, help="Leave prompts unanswered.")
@click.option("--reject", is_flag=True, help="Reject the run when it waits for approval.")
@click.option("--input", "task_input", type=_OBJECT, help="Fields to add to the run's input.")
@click.option(
    "--edition",
    type=EDITION_NAME,
    help="The edition of the Deck API.  [default: the first that can play it]",
)
@click.option("--html", "page", type=FILE, help="Write the timeline as an HTML page.")
@click.option("--seed", type=int, default=0, help="The seed of ids and of random values.")
@FOLDER
@JSON
def command(
    name: str,
    answers: tuple[dict[str, str], ...],
    no_answer: bool,
    reject: bool,
    task_input: dict[str, Any] | None,
    edition: str | None,
    seed: int,
    folder: Path | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Play one scenario in virtual time and print its timeline.

    Opens a connection (or stores a credential), runs a task, answers prompts, and approves a run
    that waits for approval.
    """
    library = read_folder(folder)
    scenario = find_scenario(name, library)
    if edition is not None and edition not in scenario.editions:
        text = f"{scenario.name!r} is for {scenario.for_editions}, not `{edition}`"
        raise click.UsageError(f"--edition: {text}")
    try:
        played = play_scenario(
            scenario,
            answers if answers or no_answer else None,
            edition=edition,
            task_input=task_input,
            library=library,
            seed=seed,
            reject=reject,
        )
    except ApiError as error:
        names = {name: None for answer in answers for name in answer}
        hint = f" Fields of one prompt: --answer {'=…,'.join(names)}=…" if len(names) > 1 else ""
        raise click.UsageError(f"--answer: {error}{hint}") from None
    if page is not None:
        from deck_sim.handle.deck import Deck
        from deck_sim.runtime.registry import WorldRegistry
        from deck_sim.server.uvicorn_server import Server

        worlds = WorldRegistry()
        worlds.put(played.simulation)
        with Server(worlds) as server, Deck(server.url, played.simulation.key) as deck:
            deck.write_html(page, title=scenario.name, text=scenario.summary)
        echo(f"The timeline is in {page}: open it in a browser.")
    world, last = played.simulation.world, played.run or played.login
    if as_json:
        lines = [{**asdict(line), "at": format_duration(line.at)} for line in played.lines]
        print_json(
            {
                "scenario": scenario.name,
                "edition": world.edition,
                "status": last and last.status,
                "lines": lines,
                "script_errors": [*world.script_errors],
            }
        )
    elif page is None:
        title = f"{scenario.name}\n{scenario.summary or '(no summary)'}"
        print_text(f"{title}\n\n{played}\n{played.ending}")
    if world.script_errors:  # an expression or a step failed
        if match := re.search(r"\binput\.(\w+)", world.script_errors[0]):
            text = f"""deck-sim: give the run its input with --input '{{"{match[1]}": …}}'"""
            echo(text, err=True)
        click.get_current_context().exit(1)
