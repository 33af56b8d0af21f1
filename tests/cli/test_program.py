import platform
import runpy
import subprocess
import sys
from contextlib import redirect_stderr
from pathlib import Path

import click
import pytest

import deck_sim.cli
from deck_sim import __version__
from deck_sim.cli.output import print_text
from deck_sim.cli.program import COMMANDS, main


def command(name):
    return main.get_command(click.Context(main), name)


def test_without_arguments_it_prints_its_help(cli):
    alone, helped = cli(), cli("--help")
    assert (alone.exit_code, helped.exit_code) == (0, 0)
    assert alone.stdout == helped.stdout
    assert all(f"  {name} " in alone.stdout for name in main.list_commands(None))


def test_each_command_has_a_help_with_examples(cli):
    for name, words in COMMANDS.items():
        printed = cli(name, "--help")
        assert printed.exit_code == 0
        assert command(name).help.startswith(words.split(",")[0].rstrip("."))
        assert f"  Examples:\n    deck-sim {name}" in printed.stdout.replace("NO_COLOR=1 ", "")
        options = [param for param in command(name).params if isinstance(param, click.Option)]
        assert all(option.help for option in options)


def test_python_dash_m_is_the_command_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["somewhere/__main__.py", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("deck_sim", run_name="__main__")
    versions = f"deck-sim {__version__}, Python {platform.python_version()}, {sys.platform}\n"
    assert (ended.value.code, capsys.readouterr().out) == (0, versions)


WRONG = {
    "srve": "there is no command 'srve'; did you mean 'serve'?",
    "--loud": "No such option",
    "check": "Missing argument 'PATH...'.",
    "exec": "Missing argument 'COMMAND...'.",
    "serve --port 70000": "Invalid value for '--port': 70000 is not in the range",
    "serve --speed 2 --clock frozen": "--speed needs --clock real; found --clock frozen",
    "serve --step 5s": "--step needs --clock on_poll; found --clock real",
    "serve --now 9999-12-31": "Invalid value for '--now': `MOMENT` must be in the years",
    "exec --keys=, true": "Invalid value for '--keys': ',' has no key; write keys like `sk_one,",
    "serve --state {file} --port 0": "--state: '{file}' is not a state file of deck-sim",
    "serve --reload": "--reload needs --scenarios FOLDER",
    "serve --intercept-host a.b": "--intercept-host needs --intercept",
    "serve --intercept-address 9.9.9.9": "--intercept-address needs --intercept",
    "serve --intercept-address a.b": "Invalid value for '--intercept-address': Ex",
    "serve --allow-host http://x": "Invalid value for '--allow-host': 'http://x' is not the name",
    "serve --intercept-host a/b": "Invalid value for '--intercept-host': 'a/b' is not the name",
    "exec --report no/x.xml true": "--report: the folder 'no' does not exist",
    "advance": "give exactly one of DURATION, --to and --until",
    "advance 5m --until idle": "give exactly one of DURATION, --to and --until",
    "advance soon": "Invalid value for '[DURATION]': 'soon' is not a duration",
    "clock --mode frozen --speed 2": "--step needs --mode on_poll, and --speed needs --mode real;",
    "clock --step 0s": "Invalid value for '--step': must be longer than zero, not '0s'",
    "clock --url localhost": "Invalid value for '--url'",
    "play success --answer 123456": "Invalid value for '--answer': '123456' is not an answer",
    "play mfa_twice --answer pin=1": "--answer: `inputs.code` is required",
    "play success --input [1]": "Invalid value for '--input': '[1]' is not a JSON object; write",
    "play success --input nights=2": "Invalid value for '--input': 'nights=2' is not JSON (Ex",
    "play connection_blocked --edition credentials": "--edition: 'connection_blocked' is for the",
    "play sucess": "no scenario and no file is called 'sucess'; did you mean 'success'?",
    "scenarios xyzzy": "no scenario and no file is called 'xyzzy'",
    "check nowhere/": "Invalid value for 'PATH...': Path 'nowhere/' does not exist.",
}


def test_wrong_usage_is_one_line_and_exit_code_2(cli):
    refused = {words: cli(*words.format(file=__file__).split()) for words in WRONG}
    ends = {w: (end.exit_code, end.stdout, end.stderr.count("\n")) for w, end in refused.items()}
    assert ends == dict.fromkeys(WRONG, (2, "", 1))
    texts = {words: end.stderr.removeprefix("deck-sim: ") for words, end in refused.items()}
    starts = {words: text.format(file=__file__) for words, text in WRONG.items()}
    assert [texts[words] for words in WRONG if not texts[words].startswith(starts[words])] == []


def test_a_command_whose_reader_has_left_ends_in_silence_with_its_own_exit_code(
    run_unread, tmp_path, capsys
):
    """Under `pipefail`, a failure must not look like a success."""
    (tmp_path / "a.yaml").write_text("a: [")
    for words, code in (
        ("--help", 0),
        ("--version", 0),
        ("serve --help", 0),
        ("fidelity", 0),
        (f"check {tmp_path}", 1),
    ):
        assert (run_unread(*words.split()), capsys.readouterr().err) == (code, "")
    words = ["exec", "--", "sh", "-c", "exit 3"]
    assert run_unread(*words, redirect=redirect_stderr) == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_that_cannot_be_written_is_one_line():
    """Python would complain at its end about what is still buffered."""
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "deck_sim", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (ran.returncode, ran.stderr) == (1, "deck-sim: [Errno 28] No space left on device\n")


def test_ctrl_c_ends_without_a_traceback(cli, monkeypatch, capsys):
    """The exit code is the shell's, 130; during the first imports, too."""

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(command("check"), "callback", interrupted)
    ended = cli("check", ".")
    monkeypatch.setattr("deck_sim.cli.program.main", interrupted)
    with pytest.raises(SystemExit) as early:
        deck_sim.cli.main()
    assert (ended.exit_code, early.value.code, capsys.readouterr().err) == (130, 130, "")
    assert "Traceback" not in ended.stderr


def test_output_that_a_console_cannot_show_is_no_error(write):
    file = write("cafe", "queued", "running", "completed", summary="For 5 €")
    words = [sys.executable, "-m", "deck_sim", "scenarios", file]
    ran = subprocess.run(words, capture_output=True, env={"PYTHONIOENCODING": "latin-1"})
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"For 5 ?" in ran.stdout


def test_statuses_are_colored_unless_no_color_is_set(monkeypatch):
    printed = []
    monkeypatch.setattr("deck_sim.cli.output.echo", printed.append)
    for value in ("", "1"):
        monkeypatch.setenv("NO_COLOR", value)
        print_text("running, it says")
    assert printed == ["\x1b[36mrunning\x1b[0m, it says", "running, it says"]
