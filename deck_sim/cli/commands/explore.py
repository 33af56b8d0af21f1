"""`deck-sim explore`: runs a command again for each thing that can go wrong."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click

from deck_sim.base.errors import DeckSimError
from deck_sim.cli.environment import command_variables, environment_options, intercepted_variables
from deck_sim.cli.options import FILE, POSITIVE_DURATION
from deck_sim.cli.output import examples
from deck_sim.cli.server_log import log_to_stderr
from deck_sim.cli.server_options import make_server, server_options
from deck_sim.explore.exploration import Plan, Report, explore
from deck_sim.explore.troubles import check_names
from deck_sim.explore.watch import Watch

_NOTHING = "nothing to explore: no call reached the server; does the command read {}?"


@click.command(
    context_settings={"allow_interspersed_args": False},
    epilog=examples(
        "deck-sim explore --clock on_poll -- npm test",
        "deck-sim explore --jobs 4 --time 5m -- go test ./...",
        "deck-sim explore --trouble 'reset at POST /v2/agents #1' -- npm test",
    ),
)
@server_options(port=0)
@environment_options
@click.option("--trouble", "only", multiple=True, help="Try only this trouble; can be repeated.")
@click.option("--jobs", type=click.IntRange(1), default=1, help="The number of parallel runs.")
@click.option(
    "--time", "time_limit", type=POSITIVE_DURATION, help="Start no new run after this time."
)
@click.option("--timeout", type=POSITIVE_DURATION, help="Stop a run after this time; it fails.")
@click.option("--explore-report", type=FILE, help="Write the whole report to this file, as JSON.")
@click.argument("words", metavar="COMMAND...", nargs=-1, required=True)
def command(
    words: tuple[str, ...],
    env_base_url: str,
    env_api_key: str,
    env_webhook_secret: str,
    only: tuple[str, ...],
    jobs: int,
    time_limit: timedelta | None,
    timeout: timedelta | None,
    explore_report: Path | None,
    log_format: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Run a command again for each thing that can go wrong.

    Each run has a new server and one trouble, such as a lost answer. A run survives if the command
    succeeds and its worlds end as in a run without trouble. The exit code is 1 if a run does not
    survive, and 2 if the command makes no call, or if runs without trouble fail or differ.
    """
    try:
        check_names(only)
    except DeckSimError as error:
        raise click.UsageError(f"--trouble: {error}") from None
    names = (env_base_url, env_api_key, env_webhook_secret)
    end = time.monotonic() + time_limit.total_seconds() if time_limit else float("inf")

    def run(watch: Watch) -> str | None:
        server = make_server(**options)

        async def finish(_app: object) -> None:
            watch.finish()

        with (
            server,
            intercepted_variables(server, os.environ) as intercepted,
            watch.of(server.worlds),
        ):
            variables = command_variables(server, names)
            environment = {**os.environ, **variables, **intercepted}
            failure = _run_command(words, environment, timeout)
            server.submit(finish).result()
        return failure

    report, interrupted = Report(shlex.join(words), partial(_write_repeat_command, words)), False
    baseline = Watch(caller="http")
    with log_to_stderr(log_format, quiet=True), ThreadPoolExecutor(jobs) as pool:
        if failure := run(baseline):
            report.error = f"the command fails in a run without trouble: {failure}"
        elif not baseline.called:
            report.error = _NOTHING.format(names[0])
        else:
            plan = Plan(only, may_begin=lambda: time.monotonic() < end, map=pool.map)

            def show(done: int, of: int) -> None:
                if sys.stderr.isatty():
                    click.echo(f"\r{done}/{of} troubles ", nl=done == of, err=True)

            try:
                explore(baseline, run, plan, report, show)
            except KeyboardInterrupt:  # the running commands have received it, too
                interrupted = True
                click.echo("deck-sim: interrupted", err=True)
    click.echo(report.text())
    if explore_report is not None:
        text = json.dumps(report.as_json(), indent=2, ensure_ascii=False)
        explore_report.write_text(f"{text}\n", "utf-8")
    if interrupted:
        raise click.Abort
    raise click.exceptions.Exit(2 if report.error else int(report.failed))


def _write_repeat_command(words: tuple[str, ...], trouble: str) -> str:
    arguments = [*sys.argv[1 : len(sys.argv) - len(words)], "--"]
    options = iter(arguments[: arguments.index("--")])
    options = (word for word in options if not word.startswith("--trouble="))
    without_troubles = [word for word in options if word != "--trouble" or not next(options)]
    return shlex.join(["deck-sim", *without_troubles, "--trouble", trouble, "--", *words])


def _run_command(
    words: tuple[str, ...], variables: dict[str, str], timeout: timedelta | None
) -> str | None:
    """Run the command. Return None if it succeeds, otherwise its failure and last printed error."""
    program = shutil.which(words[0]) or words[0]
    try:
        process = subprocess.run(
            [program, *words[1:]],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=None if timeout is None else timeout.total_seconds(),
            check=False,
        )
    except OSError as error:
        return f"cannot run {words[0]!r}: {error.strerror}"
    except subprocess.TimeoutExpired:
        return "the command did not end within --timeout"
    if not process.returncode:
        return None
    lines = process.stdout.decode(errors="replace").strip().splitlines()
    # The last line of a test runner may be its version.
    errors = [line.strip() for line in lines if "rror" in line] or lines
    return ": ".join([f"exit code {process.returncode}", *errors[-1:]])
