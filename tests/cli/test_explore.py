"""`deck-sim explore`: a command, here a program in Python, runs again with each trouble."""

import io
import json
import shlex
import signal
import sys

import pytest

from deck_sim.cli.program import main
from deck_sim.cli.signals import STOPS

# A client that repeats calls that fail; `KEY` is the idempotency key of each create. A client with
# a key also waits for two seconds after a 429.
CLIENT = """
import json, os, sys, time, urllib.error, urllib.request
KEY = {key!r}
def call(method, path, body=None):
    for _ in range({tries}):
        headers = {{"Authorization": "Bearer " + os.environ["DECK_API_KEY"]}}
        headers |= {{"Idempotency-Key": KEY}} if KEY and method == "POST" else {{}}
        url, data = os.environ["DECK_BASE_URL"] + path, body and json.dumps(body).encode()
        try:
            return json.load(urllib.request.urlopen(
                urllib.request.Request(url, data, headers, method=method)))
        except OSError as error:
            last = error
            if KEY and getattr(error, "code", 0) == 429:
                clock = os.environ["DECK_BASE_URL"].replace("/v2", "/_sim/clock/advance")
                data = json.dumps({{"sleep": "2s"}}).encode()
                urllib.request.urlopen(urllib.request.Request(clock, data, headers))
    raise last
"""
# The same key if the command runs again.
STORED_KEY = """
import uuid
from pathlib import Path
file = Path(os.environ["DECK_SIM_RUN_FOLDER"], "key")
if not file.exists():
    file.write_text(f"{uuid.uuid4()}")
KEY = file.read_text()
"""
CREATE = 'call("POST", "/agents", {"name": "a"})'
LOST = "lost_response at POST /v2/agents #1"


def python(source, *words, key="", tries=9):
    return ["--", sys.executable, "-c", f"{CLIENT.format(key=key, tries=tries)}\n{source}", *words]


def test_a_mistake_is_found_and_the_exit_code_is_1(cli):
    done = cli("explore", *python(CREATE))
    assert done.exit_code == 1
    first, _, *lines = done.stdout.splitlines()
    assert first == "5 troubles: 2 survived, 3 did not, 0 not tested"
    assert lines[:2] == [
        f"{LOST}, and 1 more (lost_response 1, fails_again 1)",
        "  work done twice: 2 agents where the baseline has 1",
    ]
    assert "  repeated too early: the call is repeated before its `Retry-After` has passed" in lines
    assert done.stderr == ""


def test_a_sound_command_survives(cli):
    done = cli("explore", *python(f'{CREATE}; call("GET", "/agents")', key="one"))
    assert (done.exit_code, done.stdout) == (0, "8 troubles: 8 survived, 0 did not, 0 not tested\n")


def test_one_trouble_alone_can_be_repeated(cli, monkeypatch, tmp_path):
    words = ["explore", "--clock", "on_poll", "--trouble", LOST, "--trouble=reset", "--jobs", "2"]
    words += ["--pairs", "--time=1m", "--explore-report", tmp_path / "report.json"]
    words += ["--html", tmp_path / "page.html", *python(CREATE)]
    monkeypatch.setattr(sys, "argv", ["deck-sim", *map(str, words)])
    done = cli(*words)
    assert done.stdout.startswith("3 troubles: 2 survived, 1 did not, 0 not tested\n")
    again = f"  again:      deck-sim explore --clock on_poll --trouble '{LOST}' -- "
    assert f"\n{again}" in done.stdout


def test_two_troubles_at_once_are_tried(cli):
    source = f'{CREATE}; call("GET", "/agents")'
    done = cli("explore", "--pairs", "--trouble", "reset", *python(source, key="one"))
    assert (done.exit_code, done.stdout) == (0, "4 troubles: 4 survived, 0 did not, 0 not tested\n")


def test_a_named_place_that_never_occurs_fails(cli):
    read = "reset at GET /v2/agents #1"
    done = cli("explore", "--trouble", read, *python(CREATE))
    assert done.exit_code == 1
    assert f"they are not tested:\n  {read}; did you mean 'reset at POST " in done.stdout


def test_the_failure_of_a_command_has_its_exit_code_and_last_error(cli):
    count = "len(call('GET', '/agents')['data'])"
    failing = f"{CREATE}\nif {count} > 1: print('Error: two'); print('v1.0'); sys.exit(4)"
    done = cli("explore", "--trouble", LOST, *python(failing))
    assert "  exit code 4: Error: two\n" in done.stdout


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("sys.exit(3)", "the command fails in a run without trouble: exit code 3"),
        ("print('a'); print('b'); sys.exit(3)", "the command fails *: exit code 3: b"),
        ("pass", "nothing to explore: no call reached the server; does the command read "),
        (
            'import uuid; KEY = f"{uuid.uuid4()}"; os.environ["DECK_API_KEY"] = KEY;' + CREATE,
            "the two runs without trouble differ; make both do the same:\n"
            "  the first run called the worlds ['",
        ),
    ],
)
def test_a_command_that_cannot_be_explored_is_an_error(cli, source, text):
    done = cli("explore", *python(source))
    assert done.exit_code == 2
    assert done.stdout.startswith(text.partition("*")[0])
    assert text.rpartition("*")[2] in done.stdout


def test_a_program_that_cannot_be_run_fails_without_any_trouble(cli):
    done = cli("explore", "--", "no-such-program")
    assert done.exit_code == 2
    text = "the command fails in a run without trouble: cannot run 'no-such-program': No such file"
    assert done.stdout.startswith(text)


def test_runs_can_be_made_at_the_same_time(cli):
    """Each has a server of its own."""
    serial, parallel = (cli("explore", "--jobs", n, *python(CREATE)) for n in (1, 2))
    assert serial.exit_code == parallel.exit_code == 1
    assert serial.stdout == parallel.stdout


def test_no_run_begins_after_the_given_time(cli):
    done = cli("explore", "--time", "1ms", *python(CREATE))
    counts = "0 troubles: 0 survived, 0 did not, 0 not tested; 5 not tried (limit of runs or time)"
    assert (done.exit_code, done.stdout) == (0, f"{counts}\n")


def test_a_run_that_takes_too_long_has_failed(cli):
    done = cli("explore", "--timeout", "10ms", *python("import signal; signal.pause()"))
    assert done.exit_code == 2
    assert done.stdout.endswith("run without trouble: the command did not end within --timeout\n")


def test_a_failed_command_can_run_again_in_the_same_worlds(cli):
    done = cli("explore", "--rerun", *python(CREATE, tries=1))
    first, _, *lines = done.stdout.splitlines()
    counts = "6 troubles: 3 survived, 3 did not, 0 not tested; run again after a failure: 6"
    assert (done.exit_code, first) == (1, counts)
    assert lines[0].startswith(LOST)
    assert lines[1] == "  work done twice: 2 agents where the baseline has 1"
    assert lines[2].startswith("  it ran again after: exit code 1: http.client.RemoteDisconnected")


def test_a_command_that_stores_its_key_survives_if_it_runs_again(cli):
    done = cli("explore", "--rerun", *python(STORED_KEY + CREATE, tries=1))
    counts = "6 troubles: 6 survived, 0 did not, 0 not tested; run again after a failure: 6"
    assert (done.exit_code, done.stdout) == (0, f"{counts}\n")


def test_a_killed_command_and_its_children_run_again(cli):
    """The shell would end with 0, and starts the program anew."""
    program = shlex.join(python(CREATE)[1:])
    words = ["--rerun", "--trouble", "restart", "--", "sh", "-c", f"{program}; true"]
    lines = cli("explore", *words).stdout.splitlines()
    assert lines[2:5] == [
        "restart at POST /v2/agents #1",
        "  work done twice: 2 agents where the baseline has 1",
        "  it ran again after: exit code -9",
    ]


def test_the_second_failure_is_that_of_the_run(cli):
    failing = f"{CREATE}\nif len(call('GET', '/agents')['data']) > 1: sys.exit('Error: two')"
    done = cli("explore", "--rerun", "--trouble", LOST, *python(failing, tries=1))
    assert "  exit code 1: Error: two" in done.stdout.splitlines()


def test_no_command_runs_again_without_a_trouble(cli, tmp_path):
    count = "open(sys.argv[1], 'a').write('.'); sys.exit(3)"
    assert cli("explore", "--rerun", *python(count, tmp_path / "runs")).exit_code == 2
    assert (tmp_path / "runs").read_text() == "."


def test_the_report_can_be_a_file(cli, tmp_path):
    file = tmp_path / "report.json"
    cli("explore", "--trouble", LOST, "--explore-report", file, *python(CREATE))
    report = json.loads(file.read_text())
    assert report["name"].startswith(sys.executable)
    assert [result["verdict"] for result in report["results"]] == ["did not survive"]


def test_the_report_can_be_a_page(cli, tmp_path):
    file = tmp_path / "page.html"
    cli("explore", "--trouble", LOST, "--html", file, *python(CREATE))
    assert "<td>POST /v2/agents -&gt; 201 (fault: lost_response)</td>" in file.read_text()


def test_options_that_cannot_be_are_errors(cli):
    for words, text in {
        ("--trouble", "rest"): "--trouble: unknown trouble 'rest'; did you mean 'reset'?",
        ("--trouble", "restart"): "--trouble: 'restart' needs a command that runs again",
        ("--jobs", "0"): "Invalid value for '--jobs': 0 is not in the range x>=1",
        ("--time", "0s"): "Invalid value for '--time'",
    }.items():
        done = cli("explore", *words, *python(CREATE))
        assert done.exit_code == 2
        assert text in done.stderr


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_shows_how_many_runs_are_done(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(SystemExit) as ended:
        main(["explore", "--trouble", "reset", *python(CREATE)])
    assert ended.value.code == 0
    assert sys.stderr.getvalue() == "\r0/1 troubles \r1/1 troubles \n"


def test_the_names_of_variables_can_be_chosen(cli):
    source = CLIENT.replace("DECK_API_KEY", "KEY").replace("DECK_BASE_URL", "URL")
    words = ["--env-base-url", "URL", "--env-api-key", "KEY", "--trouble", "reset", "--"]
    program = f"{source.format(key='', tries=9)}\n{CREATE}"
    assert cli("explore", *words, sys.executable, "-c", program).exit_code == 0


INTERRUPT = """
import signal
with open(sys.argv[2], "a+") as runs:
    runs.write(".")
    runs.seek(0)
    if len(runs.read()) == 4:
        ends = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, ends)
        os.kill(os.getppid(), int(sys.argv[1]))
        sys.exit(signal.sigwait(ends))
"""


@pytest.mark.parametrize("number", STOPS)
def test_a_signal_ends_the_command_and_shows_what_was_found_before(cli, tmp_path, number):
    words = python(CREATE + INTERRUPT, f"{number:d}", tmp_path / "runs")
    done = cli("explore", *words)
    assert (done.exit_code, done.stderr) == (128 + number, "deck-sim: interrupted\n")
    assert done.stdout.startswith(
        "1 trouble: 0 survived, 1 did not, 0 not tested; 4 not tried (interrupted)\n"
    )


def test_a_signal_ends_a_command_that_runs_again(cli, tmp_path):
    words = python(INTERRUPT + CREATE, f"{signal.SIGTERM:d}", tmp_path / "runs", tries=1)
    done = cli("explore", "--rerun", *words)
    assert done.exit_code == 128 + signal.SIGTERM
    assert done.stdout.startswith("0 troubles: 0 survived, 0 did not, 0 not tested; 6 not tried (")
