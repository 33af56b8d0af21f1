"""`deck-sim explore`: runs a command again for each thing that can go wrong."""

from __future__ import annotations

import json
import shlex
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from deck_sim.base.errors import DeckSimError
from deck_sim.cli.environment import command_environment, environment_options
from deck_sim.cli.options import FILE, POSITIVE_DURATION
from deck_sim.cli.output import echo, examples
from deck_sim.cli.process_group import ProcessGroup
from deck_sim.cli.server_log import log_to_stderr
from deck_sim.cli.server_options import make_server, server_options
from deck_sim.cli.signals import STOPS, handle_signals
from deck_sim.explore.error_line import find_error_line
from deck_sim.explore.exploration import Plan, explore
from deck_sim.explore.exploration_report import Report, describe_progress, find_untested
from deck_sim.explore.troubles import check_names
from deck_sim.explore.watch import Watch

# Options that `again` leaves out.
_ONCE = ("--trouble", "--explore-report", "--html", "--jobs", "--time")
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
@click.option("--pairs", is_flag=True, help="Also try two troubles at once.")
@click.option("--timeout", type=POSITIVE_DURATION, help="Stop a run after this time; it fails.")
@click.option(
    "--rerun", is_flag=True, help="Run a failed command once more, in the worlds that it left."
)
@click.option("--explore-report", type=FILE, help="Write the whole report to this file, as JSON.")
@click.option("--html", "page", type=FILE, help="Write the report as an HTML page.")
@click.argument("words", metavar="COMMAND...", nargs=-1, required=True)
def command(
    words: tuple[str, ...],
    env_base_url: str,
    env_api_key: str,
    env_webhook_secret: str,
    only: tuple[str, ...],
    jobs: int,
    time_limit: timedelta | None,
    pairs: bool,
    timeout: timedelta | None,
    rerun: bool,
    explore_report: Path | None,
    page: Path | None,
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
        check_names(only, can_rerun=rerun)
    except DeckSimError as error:
        raise click.UsageError(f"--trouble: {error}") from None
    names = (env_base_url, env_api_key, env_webhook_secret)
    groups, signals = list[ProcessGroup](), list[int]()

    def receive(number: int, _frame: object) -> None:
        signals.append(number)
        for group in groups:
            group.pass_on(number)

    began = time.perf_counter()
    end = time.monotonic() + time_limit.total_seconds() if time_limit else float("inf")

    def run(watch: Watch) -> str | None:
        server = make_server(**options)
        with (
            server,
            command_environment(server, names) as environment,
            TemporaryDirectory(prefix="deck-sim-") as folder,
            watch.of(server.worlds),
        ):
            environment["DECK_SIM_RUN_FOLDER"] = folder
            failure = run_once(watch, environment)
            if failure and rerun and watch.trouble is not None:
                with server.paused():
                    watch.run_again(failure)
                failure = run_once(watch, environment)
            with server.paused():
                watch.finish()
        return failure

    def run_once(watch: Watch, environment: dict[str, str]) -> str | None:
        groups.append(group := ProcessGroup())  # now `receive` ends it, even before its start
        watch.kill = group.kill
        failure = None if signals else _run_command(group, words, environment, timeout)
        if signals:
            raise KeyboardInterrupt
        return failure

    def show(done: int, of: int) -> None:
        if sys.stderr.isatty():
            echo(f"\r{describe_progress(done, of, began)} ", nl=done == of, err=True)

    report = Report(shlex.join(words), partial(_write_repeat_command, words))
    baseline = Watch(caller="http")
    with (
        log_to_stderr(log_format, quiet=True),
        handle_signals(dict.fromkeys(STOPS, receive)),
        ThreadPoolExecutor(jobs) as pool,
    ):
        try:
            if failure := run(baseline):
                report.error = f"the command fails in a run without trouble: {failure}"
            elif not baseline.called:
                report.error = _NOTHING.format(names[0])
            else:
                plan = Plan(
                    only,
                    pairs=pairs,
                    can_rerun=rerun,
                    keeps_timelines=page is not None,
                    may_begin=lambda: time.monotonic() < end,
                    map=pool.map,
                )
                explore(baseline, run, plan, report, show)
        except KeyboardInterrupt:
            report.interrupted = True
            echo("deck-sim: interrupted", err=True)
    echo(report.text())
    results = report.as_json()
    if explore_report is not None:
        text = json.dumps(results, indent=2, ensure_ascii=False)
        explore_report.write_text(f"{text}\n", "utf-8")
    if page is not None:
        from deck_sim.explore.exploration_page import write_page

        page.write_text(write_page([results]), "utf-8")
    if signals:
        raise click.exceptions.Exit(128 + signals[0])
    has_failed = report.failed or bool(find_untested(only, [results]))
    raise click.exceptions.Exit(2 if report.error else int(has_failed))


def _write_repeat_command(words: tuple[str, ...], trouble: str) -> str:
    arguments = [*sys.argv[1 : len(sys.argv) - len(words)], "--"]
    options = iter(arguments[: arguments.index("--")])
    left_out = ("--pairs", *(f"{name}=" for name in _ONCE))
    options = (word for word in options if not word.startswith(left_out))
    repeated = [word for word in options if word not in _ONCE or not next(options)]
    return shlex.join(["deck-sim", *repeated, "--trouble", trouble, "--", *words])


def _run_command(
    group: ProcessGroup,
    words: tuple[str, ...],
    variables: dict[str, str],
    timeout: timedelta | None,
) -> str | None:
    """Run the command. Return None if it succeeds, otherwise its failure and last printed error."""
    try:
        code = group.run(words, variables, timeout, captured=True)
    except OSError as error:
        return f"cannot run {words[0]!r}: {error.strerror}"
    if group.has_timed_out:
        return "the command did not end within --timeout"
    if not code:
        return None
    line = find_error_line(group.output.decode(errors="replace"))
    return ": ".join(filter(None, [f"exit code {code}", line]))
