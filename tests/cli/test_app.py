"""The program: its help, and how it ends."""

import errno
import io
import os
import runpy
import subprocess
import sys
from contextlib import redirect_stdout, suppress

import click
import pytest

import deck_sim.cli
from deck_sim import __version__
from deck_sim.cli.app import COMMANDS, main
from deck_sim.cli.command import print_text
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.story import KINDS


def command(name):
    return main.get_command(click.Context(main), name)


def test_without_arguments_it_prints_its_help(cli):
    alone, asked = cli(), cli("--help")
    assert (alone.exit_code, asked.exit_code) == (0, 0)
    assert alone.stdout == asked.stdout
    assert all(f"  {name} " in alone.stdout for name in main.list_commands(None))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_help_with_examples(name, cli):
    """It begins with the words of the table, and explains each option."""
    shown = cli(name, "--help")
    assert shown.exit_code == 0
    assert command(name).help.startswith(COMMANDS[name].split(",")[0].rstrip("."))
    assert f"  Examples:\n    deck-sim {name}" in shown.stdout.replace("NO_COLOR=1 ", "")
    options = [one for one in command(name).params if isinstance(one, click.Option)]
    assert all(option.help for option in options)


def test_python_dash_m_is_the_command_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["somewhere/__main__.py", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("deck_sim", run_name="__main__")
    assert (ended.value.code, capsys.readouterr().out) == (0, f"deck-sim {__version__}\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["srve"], "No such command 'srve'."),
        (["--loud"], "No such option"),
        (["openapi", "pets"], "Got unexpected extra argument (pets)"),
        (["check"], "Missing argument 'PATH...'."),
        (["serve", "--port", "70000"], "Invalid value for '--port': 70000 is not in the range"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(words, message, cli):
    """The line is on stderr."""
    refused = cli(*words)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"deck-sim: {message}")
    assert refused.stderr.count("\n") == 1


def run_into(file, *words):
    """Run the program with its output into a file; returns its exit code."""
    with redirect_stdout(file), pytest.raises(SystemExit) as ended:
        main([*words])
    return ended.value.code


def test_a_closed_pipe_ends_in_silence(capsys):
    """As of `deck-sim fidelity | head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    with suppress(BrokenPipeError), open(writing, "w") as out:
        run_into(out, "fidelity")
    assert capsys.readouterr().err == ""


class Full(io.StringIO):
    """An output that takes nothing."""

    def write(self, text):
        """Refuse the text."""
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_output_is_one_line(capsys):
    """And exit code 1."""
    assert run_into(Full(), "--help") == 1
    line = "deck-sim: cannot write the output: No space left on device\n"
    assert capsys.readouterr().err == line


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has this device")
def test_nothing_else_is_printed_when_the_disk_is_full():
    """Python would complain at its end about what is still buffered."""
    with open("/dev/full", "w") as out:
        words = [sys.executable, "-m", "deck_sim", "--help"]
        ran = subprocess.run(words, stdout=out, stderr=subprocess.PIPE)
    assert (ran.returncode, ran.stderr.count(b"\n")) == (1, 1)


def test_another_error_of_the_system_is_not_about_the_output(monkeypatch):
    def end(**options):
        raise PermissionError(13, "no", "file")

    monkeypatch.setattr(command("check"), "callback", end)
    with pytest.raises(PermissionError):
        main(["check", "."])


def test_ctrl_c_ends_without_a_traceback(cli, monkeypatch):
    """The exit code is the shell's, 130."""

    def interrupted(**options):
        raise KeyboardInterrupt

    monkeypatch.setattr(command("check"), "callback", interrupted)
    ended = cli("check", ".")
    assert ended.exit_code == 130
    assert "Traceback" not in ended.stderr


def test_ctrl_c_during_the_first_imports_ends_without_a_traceback(monkeypatch, capsys):
    """Before the program can handle its errors itself."""

    class Interrupted:
        @property
        def main(self):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "deck_sim.cli.app", Interrupted())
    with pytest.raises(SystemExit) as ended:
        deck_sim.cli.main()
    assert (ended.value.code, capsys.readouterr().err) == (130, "")


def test_output_that_a_console_cannot_show_is_no_error(write):
    """Other characters become question marks."""
    file = write("cafe", "queued", "running", "completed", summary="For 5 €")
    words = [sys.executable, "-m", "deck_sim", "scenarios", file]
    ran = subprocess.run(words, capture_output=True, env={"PYTHONIOENCODING": "latin-1"})
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"For 5 ?" in ran.stdout


def colored(text, monkeypatch, no_color=""):
    """The text as a terminal gets it."""
    monkeypatch.setenv("NO_COLOR", no_color)
    printed = []
    monkeypatch.setattr(click, "echo", printed.append)
    print_text(text)
    return printed[0]


def test_every_status_of_what_plays_has_a_color(monkeypatch):
    """Unless `NO_COLOR` is set."""
    statuses = {
        status
        for edition in EDITIONS.values()
        for name in {*KINDS, edition.login} & edition.kinds.keys()
        for status in edition.kinds[name].machine.follows
    }
    assert "running" in statuses
    assert [one for one in statuses if colored(one, monkeypatch) == one] == []
    assert colored("running", monkeypatch, no_color="1") == "running"
