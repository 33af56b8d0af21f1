"""`deck-sim record`: records the calls of a program to a real Deck."""

import os
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from shlex import quote

import click

from deck_sim.base.errors import DeckSimError, counted
from deck_sim.cli.environment import intercepted_variables
from deck_sim.cli.options import EDITION_NAME, URL, VARIABLE, Value
from deck_sim.cli.output import echo, examples
from deck_sim.cli.process_group import run_command
from deck_sim.cli.signals import STOPS, handle_signals
from deck_sim.handle.connect.address import DECK_HOST
from deck_sim.real.har import read_har
from deck_sim.real.masking import mask
from deck_sim.real.recorder import Recorder, read_upstream
from deck_sim.real.recording import FILE_NAME, Recording
from deck_sim.server.intercepting_proxy import Interceptor
from deck_sim.server.uvicorn_server import serve_apps

_PORT = click.IntRange(0, 65_535)
_MOST_FAILURES = 5  # that are printed


@click.command(
    context_settings={"allow_interspersed_args": False},
    epilog=examples(
        f"deck-sim record --upstream https://{DECK_HOST} -- npm test",
        f"deck-sim record --upstream https://{DECK_HOST} --intercept -- python report.py",
        f"deck-sim record --upstream https://{DECK_HOST} --webhooks http://localhost:3000/deck",
        "deck-sim record --from calls.har",
    ),
)
@click.option(
    "--upstream",
    default=f"https://{DECK_HOST}",
    type=Value("URL", read_upstream),
    help="The Deck to record; plain http only on loopback.",
)
@click.option(
    "--from",
    "har",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the calls from a HAR file instead; it has no webhooks.",
)
@click.option(
    "--out",
    "folder",
    default="recorded",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write.",
)
@click.option("--port", type=_PORT, default=0, help="The port for calls; 0 picks a free one.")
@click.option(
    "--webhooks",
    "receiver",
    type=URL,
    help="Record Deck's webhooks, and pass them on to this URL of your application.",
)
@click.option("--webhooks-port", type=_PORT, help="Record Deck's webhooks on this port.")
@click.option("--edition", type=EDITION_NAME, help="The edition.  [default: follows from the ids]")
@click.option("--mask", "names", multiple=True, help="Mask fields of this name; can be repeated.")
@click.option("--keep-inputs", is_flag=True, help="Do not mask the inputs of runs.")
@click.option("--intercept", is_flag=True, help=f"Also record calls to https://{DECK_HOST}.")
@click.option(
    "--env-base-url",
    type=VARIABLE,
    default="DECK_BASE_URL",
    help="The environment variable for the base URL.",
)
@click.argument("words", metavar="[COMMAND...]", nargs=-1)
def command(
    words: tuple[str, ...],
    upstream: str,
    har: Path | None,
    folder: Path,
    port: int,
    receiver: str | None,
    webhooks_port: int | None,
    edition: str | None,
    names: tuple[str, ...],
    keep_inputs: bool,
    intercept: bool,
    env_base_url: str,
) -> None:
    """Record the calls of a program to a real Deck, without its secrets.

    Runs the command with the base URL of a proxy, which passes each call on with the caller's own
    key. Without a command, serves until Ctrl-C. The recording is written at the end.
    """
    if (folder / FILE_NAME).exists():
        text = f"--out: '{folder}' has a recording already; name another folder, or delete it"
        raise click.UsageError(text)
    recorder = Recorder(upstream, receiver)
    if har is not None:
        recorder.exchanges, bare = read_har(har, upstream)
        recording = mask(recorder.recording(edition), names, keep_inputs=keep_inputs)
        lines = _report(recorder, recording, recording.write(folder))
        echo("\n".join([*lines, *(f"no body in the file: {call}" for call in bare)]))
        return
    interceptor = Interceptor([DECK_HOST]) if intercept else None
    apps = [(recorder.pass_call, port)]
    if receiver is not None or webhooks_port is not None:
        apps.append((recorder.pass_webhook, webhooks_port or 0))
    code, signals = 0, SimpleQueue[int]()
    try:
        with ExitStack() as stack:
            try:
                url, *urls = stack.enter_context(serve_apps(apps, recorder.close, interceptor))
            except OSError as error:
                fix = "use another --port or --webhooks-port, or 0 for a free one"
                raise DeckSimError(f"cannot listen: {error.strerror}; {fix}") from None
            variables = {env_base_url: f"{url}/v2"}
            variables |= stack.enter_context(intercepted_variables(interceptor, url))
            for webhook_url in urls:
                text = f"webhooks come in at {webhook_url}; Deck must reach it through a tunnel"
                echo(f"deck-sim: {text}", err=bool(words))
            if words:
                code = run_command(words, {**os.environ, **variables}, None, signals)
            else:
                echo("".join(f"export {name}={quote(text)}\n" for name, text in variables.items()))
                with handle_signals(dict.fromkeys(STOPS, lambda number, _: signals.put(number))):
                    echo(f"deck-sim: recording {upstream}; Ctrl-C stops it")
                    signals.get()
    finally:
        if recorder.exchanges or recorder.webhooks:
            recording = mask(recorder.recording(edition), names, keep_inputs=keep_inputs)
            echo("\n".join(_report(recorder, recording, recording.write(folder))))
    if not recorder.exchanges:
        fix = f"does the program read {env_base_url}? If it calls https://{DECK_HOST}, use"
        raise DeckSimError(f"no call was recorded: {fix} --intercept")
    raise click.exceptions.Exit(code)


def _report(recorder: Recorder, recording: Recording, file: Path) -> list[str]:
    calls, webhooks = recording.exchanges, recording.webhooks
    number = f"{counted(len(calls), 'call')} and {counted(len(webhooks), 'webhook')}"
    lines = [f"{file}: {number}, edition {recording.edition}"]
    lines += [f"masked: {rule}" for rule in recording.masks]
    refused = [call for call in calls if call.status == 401]
    if calls and len(refused) == len(calls):
        lines.append("every call was answered with 401: does your program send a key of this Deck?")
    if recorder.receiver and not webhooks:
        lines.append(
            "no webhook came, so polls alone show the statuses: a destination of Deck must have the"
            " URL of a tunnel to --webhooks-port"
        )
    failures = recorder.failures
    lines += [f"no answer: {failure}" for failure in failures[:_MOST_FAILURES]]
    if len(failures) > _MOST_FAILURES:
        lines.append(f"no answer: {len(failures) - _MOST_FAILURES} more")
    odd = [
        f"{call.status} to {call.method} {call.path}"
        for call in calls
        if call.status is not None and (call.status >= 500 or isinstance(call.response, str))
    ]
    lines += [f"an error or no JSON: {text}" for text in odd[:_MOST_FAILURES]]
    if len(odd) > _MOST_FAILURES:
        lines.append(f"an error or no JSON: {len(odd) - _MOST_FAILURES} more")
    return lines
