import errno
import gc
import io
import os
import runpy
import signal
import subprocess
import sys
from contextlib import redirect_stdout

import click
import pytest

import deck_sim.cli
from deck_sim import __version__
from deck_sim.cli.app import COMMANDS, main


def command(name):
    return main.get_command(click.Context(main), name)


def test_without_arguments_it_prints_its_help(cli):
    """`deck-sim` alone is the same as `deck-sim --help`, with exit code 0."""
    alone, asked = cli(), cli("--help")
    assert (alone.exit_code, asked.exit_code) == (0, 0)
    assert alone.stdout == asked.stdout
    assert all(f"  {name} " in alone.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_that_says_the_same_as_the_table(name, cli):
    """The help of a command begins with the words of the table and ends with its examples."""
    shown = cli(name, "--help")
    assert shown.exit_code == 0
    assert command(name).help.startswith(COMMANDS[name].split(",")[0].rstrip("."))
    assert f"Examples:\n  {command(name).examples[0]}\n" in shown.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_has_a_help_text(name):
    """In every command."""
    options = [p for p in command(name).params if isinstance(p, click.Option)]
    assert all(option.help for option in options)


def test_python_dash_m_is_the_command_line(monkeypatch, capsys):
    """`python -m deck_sim` is `deck-sim`."""
    monkeypatch.setattr(sys, "argv", ["somewhere/__main__.py", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("deck_sim", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"deck-sim {__version__}\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["srve"], "unknown command 'srve'; did you mean 'serve'?"),
        (["run", "--", "npm", "test"], "unknown command 'run'; did you mean 'exec'?"),
        (["xyzzy"], "unknown command 'xyzzy'; see `deck-sim --help`"),
        (["--loud"], "No such option '--loud'. Options of a command come after its name: "),
        (["serve", "-k", "a"], "No such option '-k'. Options are written in full: --keys"),
        (["serve", "-x"], "No such option '-x'."),
        (["schema", "world"], "Got unexpected extra argument (world); did you mean '--world'?"),
        (
            ["openapi", "credentials"],
            "Got unexpected extra argument (credentials); did you mean '--edition credentials'?",
        ),
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


@pytest.mark.parametrize(
    ("words", "same"), [(["help"], ["--help"]), (["help", "play"], ["play", "--help"])]
)
def test_help_is_a_command_too(words, same, cli):
    """As people expect from other programs."""
    assert cli(*words).stdout == cli(*same).stdout
    assert cli("help", "srve").stderr == cli("srve").stderr


def run_into(file, *words):
    """Run the program with its output into a file; returns its exit code."""
    with redirect_stdout(file), pytest.raises(SystemExit) as ended:
        main([*words])
    return ended.value.code


@pytest.mark.parametrize("words", [["fidelity"], ["scenarios"], ["--help"], ["schema"]])
def test_a_closed_pipe_is_no_error(words, capsys):
    """`deck-sim fidelity | head -1` ends with 0, and in silence."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as out:
        assert run_into(out, *words) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has this device")
@pytest.mark.parametrize("words", [["fidelity"], ["scenarios"], ["--help"]])
def test_a_full_disk_is_one_line(words, capsys):
    """And exit code 1."""
    with open("/dev/full", "w") as out:
        assert run_into(out, *words) == 1
    line = "deck-sim: cannot write the output: No space left on device\n"
    assert capsys.readouterr().err == line


class Full(io.StringIO):
    """An output without a file descriptor, which takes nothing."""

    def write(self, text):
        """Refuse the text."""
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_output_may_be_any_object(capsys):
    """It needs no file descriptor."""
    assert run_into(Full(), "--help") == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("error", [SystemExit(3), PermissionError(errno.EACCES, "no", "file")])
def test_other_ends_of_a_command_stay_as_they_are(error, monkeypatch):
    """They are not about the output."""

    def end(**options):
        raise error

    monkeypatch.setattr(command("check"), "callback", end)
    with pytest.raises(type(error)) as caught:
        main(["check", "."])
    assert caught.value is error


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


# Sends Ctrl-C while a class is made. Before Python 3.12, this is a RuntimeError.
_INTERRUPTED_IMPORT = """
import os, signal, sys
class Module:
    def find_spec(self, name, *_):
        if name == "deck_sim.cli.{}":
            type("Model", (), {{"field": self}})
    def __set_name__(self, *_):
        os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Module())
from deck_sim.cli import main
main(args=["check"])
"""


@pytest.mark.parametrize("module", ["app", "check"])
def test_ctrl_c_while_a_library_makes_a_class_shows_no_traceback(module):
    """The process ends by the signal; the exit code of a shell is 130."""
    words = [sys.executable, "-c", _INTERRUPTED_IMPORT.format(module)]
    ran = subprocess.run(words, capture_output=True)
    assert (ran.returncode, ran.stderr) == (-signal.SIGINT, b"")


def test_output_that_an_ascii_console_cannot_show_is_no_error(write):
    """Other characters become question marks."""
    file = write("cafe", "queued", "running", "completed", summary="Café")
    words = [sys.executable, "-m", "deck_sim", "scenarios", file]
    ran = subprocess.run(words, capture_output=True, env={"PYTHONIOENCODING": "ascii"})
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"Caf?" in ran.stdout


def test_a_stream_that_is_not_a_console_is_left_as_it_is(monkeypatch):
    """Standard output may be any object with `write`."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stdout", written)
    with pytest.raises(SystemExit):
        main(["--version"])
    assert written.getvalue() == f"deck-sim {__version__}\n"


@pytest.mark.parametrize("collects", [True, False])
def test_the_garbage_collector_is_paused_while_a_command_is_imported(
    monkeypatch, tmp_path, collects
):
    """Afterwards it is as before."""
    name = f"probe_{collects}"
    tmp_path.joinpath(f"{name}.py").write_text("import gc\ncommand = gc.isenabled()\n")
    monkeypatch.setattr(deck_sim.cli, "__path__", [*deck_sim.cli.__path__, str(tmp_path)])
    monkeypatch.setitem(COMMANDS, name, "")
    before = gc.isenabled()
    try:
        (gc.enable if collects else gc.disable)()
        assert command(name) is False
        assert gc.isenabled() == collects
    finally:
        (gc.enable if before else gc.disable)()
