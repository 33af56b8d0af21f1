import faulthandler
import os
import signal
from contextlib import redirect_stdout
from inspect import signature
from itertools import takewhile
from threading import Thread

import pytest
from click.testing import CliRunner

from deck_sim.cli.program import main
from deck_sim.cli.signals import STOPS

# Before click 8.2 this has to be asked for.
_SEPARATE = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}


@pytest.fixture(scope="session")
def cli():
    """Call `deck-sim` with these words; its result has `exit_code`, `stdout` and `stderr`."""

    def cli(*words, **variables):
        return CliRunner(**_SEPARATE).invoke(main, [str(word) for word in words], env=variables)

    return cli


@pytest.fixture
def on_terminal(monkeypatch):
    """Call `deck-sim` on a terminal of 80 columns; the result is what it shows."""

    def on_terminal(*words):
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setenv("NO_COLOR", "1")
        reading, writing = os.openpty()
        screen_lines = list[str]()
        with open(reading, newline="\r\n") as screen:
            reader = Thread(target=lambda: screen_lines.extend(takewhile("END\r\n".__ne__, screen)))
            reader.start()
            with open(writing, "w") as out, redirect_stdout(out):
                with pytest.raises(SystemExit):
                    main([str(word) for word in words])
                print("END", flush=True)
                reader.join()
        return [line.removesuffix("\r\n") for line in screen_lines]

    return on_terminal


@pytest.fixture
def write(tmp_path):
    """Write a scenario file into the test's folder, from the steps of its run."""

    def write(name, *steps, file=None, **keys):
        lines = [f"version: 1\nname: {name}\n", *(f"{k}: {v}\n" for k, v in keys.items())]
        lines += ["task_run:\n", *(f"  - {step}\n" for step in steps)]
        path = tmp_path / (file or f"{name}.yaml")
        path.write_text("".join(lines))
        return path

    return write


@pytest.fixture
def run_unread():
    """Call `deck-sim` when the reader of its output has left, as that of `| head` soon has; return
    its exit code. For `2>&1`, redirect stderr.
    """

    def run_unread(*words, redirect=redirect_stdout):
        reading, writing = os.pipe()
        os.close(reading)
        with open(writing, "w") as out, redirect(out), pytest.raises(SystemExit) as ended:
            main([*words])
        return ended.value.code

    return run_unread


@pytest.fixture
def signal_handlers():
    """Restores the handlers, and stops the watch over the end of `deck-sim serve`."""
    handlers = {number: signal.getsignal(number) for number in STOPS}
    yield
    faulthandler.cancel_dump_traceback_later()
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def run_until_signal(signal_handlers):
    """Run `deck-sim` on this thread. When a line of its output says that Ctrl-C stops it, `visit`
    gets the output so far on another thread, and then a signal comes. Returns the exit code and the
    result of `visit`.
    """

    def run_until_signal(visit, *words, redirect=redirect_stdout):
        results = []
        reading, writing = os.pipe()

        def read_output(lines):
            text = ""
            while "Ctrl-C stops it" not in text:
                text += next(lines)
            try:
                results.append(visit(text))
            finally:
                os.kill(os.getpid(), signal.SIGTERM)

        with open(reading) as lines, open(writing, "w", buffering=1) as out:
            visitor = Thread(target=read_output, args=(lines,))
            visitor.start()
            with redirect(out), pytest.raises(SystemExit) as ended:
                main([*words])
            visitor.join()
        return ended.value.code, results[0]

    return run_until_signal


@pytest.fixture
def serving(run_until_signal):
    """Run `deck-sim serve` until a signal; `visit` gets its banner."""
    return lambda visit, *words: run_until_signal(visit, "serve", "--port", "0", *words)
