"""`deck-sim exec`: runs a command against a new server, and prints a summary."""

import re
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import click

from deck_sim.base.errors import counted, in_python
from deck_sim.cli.commands.exec_report import ExecReport, Reports, explain_refused_calls
from deck_sim.cli.environment import command_environment, environment_options
from deck_sim.cli.import_ahead import import_ahead
from deck_sim.cli.options import FILE, POSITIVE_DURATION
from deck_sim.cli.output import echo, examples
from deck_sim.cli.process_group import run_command
from deck_sim.cli.server_log import log_to_stderr
from deck_sim.cli.server_options import make_server, server_options
from deck_sim.cli.signals import STOPS, handle_signals
from deck_sim.handle.connect.address import DECK_HOST
from deck_sim.server.inspector import inspector_url

_IN_PYTHON = re.compile(r"(^|[/\s])(python|pytest)[\w.]*(\s|$)")
_OF_PYTEST = (
    "the pytest plugin starts its own server: run pytest without `deck-sim exec`, or run"
    " `deck-sim exec -- sh -c 'pytest --deck-url=${0}'`; tests without the plugin's fixtures must"
    " read {0}"
)


@click.command(
    context_settings={"allow_interspersed_args": False},
    epilog=examples(
        "deck-sim exec -- npm test",
        "deck-sim exec --edition credentials --clock on_poll -- go test ./...",
        "deck-sim exec --report deck-sim.xml --env-base-url DECK_URL -- make test",
        "deck-sim exec --timeout 10m --fail-on-problems --html pages -- bundle exec rspec",
        "deck-sim exec --intercept -- python report.py",
        "deck-sim exec --hold -- ./seed-and-run.sh",
    ),
)
@server_options(port=0)
@environment_options
@click.option(
    "--report", type=FILE, help="Write the summary as JUnit XML (.xml) or as JSON (.json)."
)
@click.option(
    "--html",
    "pages",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a page about each world into this folder; if the command succeeds, only about"
    " worlds with problems.",
)
@click.option(
    "--fail-on-problems",
    "strict",
    is_flag=True,
    help="Exit with 1 if the command succeeds but problems are found.",
)
@click.option(
    "--timeout", type=POSITIVE_DURATION, help="Stop the command after this time, and exit with 124."
)
@click.option("--hold", is_flag=True, help="Keep serving after the command ends, until Ctrl-C.")
@click.argument("words", metavar="COMMAND...", nargs=-1, required=True)
def command(
    words: tuple[str, ...],
    env_base_url: str,
    env_api_key: str,
    env_webhook_secret: str,
    report: Path | None,
    pages: Path | None,
    strict: bool,
    timeout: timedelta | None,
    hold: bool,
    log_format: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Run a command against a new server, and print a summary.

    Environment variables give the command the server's URL, an API key and the webhook secret. The
    summary lists the calls, the scenarios played, and the problems. The exit code is that of the
    command; --timeout and --fail-on-problems can change it.
    """
    if report is not None and report.suffix not in (".json", ".xml"):
        raise click.UsageError(
            f"--report: '{report}' must end in .xml (JUnit) or .json; --html writes pages"
        )
    if report is not None and not report.parent.is_dir():
        raise click.UsageError(f"--report: the folder '{report.parent}' does not exist")
    in_python.set(_IN_PYTHON.search(" ".join(words)) is not None)
    server = make_server(**options)
    reports = Reports(server.worlds, env_webhook_secret, keep=pages is not None)
    with (
        log_to_stderr(log_format, quiet=quiet) as write_log,
        server,
        command_environment(server, (env_base_url, env_api_key, env_webhook_secret)) as environment,
    ):
        # Not an Event: a signal handler that sets one can wait for ever for the lock of `wait`.
        signals = SimpleQueue[int]()
        # Few commands call sooner, and short ones are not delayed.
        server.submit(lambda app: import_ahead(server.worlds.settings.edition, 0.05))
        code = run_command(words, environment, timeout, signals)
        with server.paused():
            reports.add_present()
        refused = explain_refused_calls(server.worlds.refused_calls, env_api_key)
        how = f"does the command read {{}}? If it calls https://{DECK_HOST}, use --intercept"
        if server.interceptor is not None:
            for host, count in server.interceptor.refused.items():
                times, fix = counted(count, "time"), server.interceptor.how_to_answer(host)
                text = f"{host} was refused {times}: the proxy of --intercept refuses other hosts"
                refused.append(f"{text}; {fix}")
            how = "does the command use HTTPS_PROXY and SSL_CERT_FILE, or read {}?"
        how = _OF_PYTEST if "pytest" in " ".join(words) else how
        if not (refused or any(world.calls for world in reports.by_key.values())):
            refused.append(f"nothing called the simulated API: {how.format(env_base_url)}")
        exec_report = ExecReport([*words], code, [*reports.by_key.values()], refused)
        write_log()  # before the summary
        echo(f"deck-sim: {exec_report.summary()}", err=True)
        if report is not None:
            exec_report.write(report)
        if pages is not None:
            reports.write_pages(pages, server, every=code != 0)
        if hold and signals.empty():
            page = inspector_url(server.url, environment[env_api_key])
            with handle_signals(dict.fromkeys(STOPS, lambda number, _: signals.put(number))):
                text = f"still serving {server.base_url}; watch it at {page}; Ctrl-C stops it"
                echo(f"deck-sim: {text}", err=True)  # only now, when a signal is handled
                signals.get()
    raise click.exceptions.Exit(code or int(strict and bool(exec_report.all_problems())))
