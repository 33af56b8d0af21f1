"""`deck-sim play`: plays one scenario in virtual time."""

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from deck_sim.base.durations import format_duration
from deck_sim.cli.command import JSON, Command, CommandError, print_json
from deck_sim.cli.drawing import colored, console, draw_line
from deck_sim.cli.option_types import ANSWERS, OBJECT, TASK_TIMEOUT
from deck_sim.cli.scenario_options import (
    FOLDER,
    complete_scenario,
    find_scenario,
    open_library,
)
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import ApiError
from deck_sim.extras.player import REFUSED, TIMEOUT, USUAL_INPUT, Playthrough, play_scenario
from deck_sim.extras.sample_input import sample_input


@click.command(
    cls=Command,
    examples=[
        "deck-sim play mfa_then_success",
        "deck-sim play mfa_then_success --answer code=000000 --answer code=123456",
        "deck-sim play tests/scenarios/late_code.yaml --no-answer",
        "deck-sim play needs_approval --reject",
        "deck-sim play task_timeout --timeout 2h",
        "deck-sim play tests/scenarios/invoices.yaml --input '{\"year\": 2025}'",
        "deck-sim play mfa_then_success --html timeline.html",
    ],
)
@click.argument("name", metavar="NAME-or-FILE", shell_complete=complete_scenario)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    type=ANSWERS,
    help="An answer to a prompt; repeat it for the next one. Default: what the scenario's `play`"
    " says, else an accepted answer.",
)
@click.option("--no-answer", is_flag=True, help="Leave prompts unanswered.")
@click.option("--reject", is_flag=True, help="Reject the run when it waits for approval.")
@click.option(
    "--input",
    "task_input",
    type=OBJECT,
    help="The input of the run, in addition to a `guest` and a `check_in`. Other values that the"
    " scenario's expressions read are made up.",
)
@click.option(
    "--edition",
    type=click.Choice(list(EDITIONS)),
    help="The edition of the Deck API.  [default: the first one of the scenario]",
)
@click.option(
    "--timeout",
    type=TASK_TIMEOUT,
    default=format_duration(TIMEOUT),
    help="The timeout of the task, like 2h.",
)
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the timeline as one self-contained page instead of printing it.",
)
@click.option("--seed", type=int, default=0, help="The seed of ids and random durations.")
@FOLDER
@JSON
def command(
    name: str,
    answers: tuple[dict[str, str], ...],
    no_answer: bool,
    reject: bool,
    task_input: dict[str, Any] | None,
    timeout: timedelta,
    edition: str | None,
    seed: int,
    folder: Path | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Play one scenario in virtual time and print its timeline.

    Opens a connection (or stores a credential), runs a task, answers prompts, and approves the run
    if it waits for approval, unless the scenario's `play` says otherwise.
    """
    if answers and no_answer:
        raise click.UsageError("--answer and --no-answer exclude each other")
    library = open_library(folder)
    scenario = find_scenario(name, library)
    if edition is not None and edition not in scenario.editions:
        text = f"{scenario.name!r} is for {scenario.for_editions}, not `{edition}`"
        raise click.UsageError(f"--edition: {text}")
    edition = edition or scenario.edition or scenario.editions[0]
    given = {**USUAL_INPUT, **(task_input or {})}
    made_up = sample_input(scenario, given, library, edition, seed)
    try:
        played = play_scenario(
            scenario.model_copy(update={"edition": edition}),
            answers if answers or no_answer else None,
            task_input=given | made_up,
            library=library,
            seed=seed,
            timeout=timeout,
            reject=reject,
        )
    except ApiError as error:
        of_input = f"{error.problems[0].field}".startswith("input.")
        raise click.UsageError(f"{'--input' if of_input else '--answer'}: {error}") from None
    if page is not None:
        _write_page(played, page)
    if as_json:
        print_json(_as_json(played, edition, given | made_up))
    elif page is None:
        _draw(played, made_up)
    if played.simulation.world.script_errors:  # an expression or a step failed
        click.get_current_context().exit(1)


def _as_json(played: Playthrough, edition: str, task_input: dict[str, Any]) -> dict[str, Any]:
    last = played.run or played.login
    lines = [{**asdict(line), "at": format_duration(line.at)} for line in played.lines]
    return {
        "scenario": played.scenario.name,
        "edition": edition,
        "input": task_input,
        "status": last and last.status,
        "lines": lines,
        "script_errors": [*played.simulation.world.script_errors],
    }


def _write_page(played: Playthrough, file: Path) -> None:
    from deck_sim.handle.deck import Deck
    from deck_sim.runtime.registry import WorldRegistry
    from deck_sim.server.serve import Server

    worlds = WorldRegistry()
    worlds.put(played.simulation)
    with Server(worlds) as server, Deck(server.url, played.simulation.key) as deck:
        try:
            deck.write_html(file, title=played.scenario.name, text=played.scenario.summary)
        except OSError as error:
            raise CommandError(f"cannot write {str(file)!r}: {error.strerror}") from None
    click.echo(f"The timeline is in {file}: open it in a browser.")


def _draw(played: Playthrough, made_up: dict[str, Any]) -> None:
    screen = console()
    screen.print(played.scenario.name, style="bold")
    screen.print(played.scenario.summary or "(no summary)", style="dim")
    if made_up:
        text = json.dumps(made_up, ensure_ascii=False)
        screen.print(f"Made-up input (`--input` gives your own): {text}", style="dim")
    screen.print()
    for line in played.lines:
        screen.print(draw_line(line, screen.width))
    if played.lines[-1].what == REFUSED:
        line = played.lines[-1]
        screen.print(f"\nThe call for the {line.who} is refused after {format_duration(line.at)}.")
        return
    last = played.run or played.login
    assert last is not None, "what is not refused is there"
    entered = last.kind.replace("_", " "), last.status
    # What its connection or session does afterwards is not a part of it.
    at = next(line.at for line in reversed(played.lines) if (line.who, line.what) == entered)
    screen.print(colored(f"\nThe {entered[0]} is {last.status} after {format_duration(at)}."))
