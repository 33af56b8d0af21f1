import json
import os
import re
import signal
import sys
from contextlib import redirect_stderr
from threading import Thread
from xml.etree import ElementTree

import pytest

from deck_sim.cli.app import main
from deck_sim.cli.commands.exec_report import ExecReport, WorldReport, report_world
from deck_sim.webhooks.signing import secret_of

# A program that calls the API at the URL and with the key that it finds in its environment.
CLIENT = """
import json, os, sys, urllib.request
base, key = os.environ["DECK_BASE_URL"], os.environ["DECK_API_KEY"]
for body in sys.argv[1:]:
    headers = {"Authorization": "Bearer " + key}
    call = urllib.request.Request(base + "/agents", body.encode(), headers)
    try:
        urllib.request.urlopen(call)
    except urllib.error.HTTPError:
        pass
"""
CREATE, MISSPELT = '{"name": "a"}', '{"nam": "a"}'


def python(source, *words):
    return ["--", sys.executable, "-c", source, *words]


def test_the_exit_code_is_that_of_the_command(cli):
    assert cli("exec", *python("import sys; sys.exit(3)")).exit_code == 3
    killed = cli("exec", *python("import os; os.kill(os.getpid(), 9)"))
    assert killed.exit_code == 128 + signal.SIGKILL
    assert killed.stderr.splitlines() == [
        "deck-sim: the command was ended by the signal 9",
        "deck-sim: nothing called the simulated API: does the command read DECK_BASE_URL? One that"
        " always calls https://api.deck.co needs --intercept",
    ]


def test_the_command_finds_the_api_in_its_environment(cli, tmp_path):
    """The names can be chosen. The key is the first of `--keys`."""
    seen = tmp_path / "seen"
    source = f"import json, os; json.dump(dict(os.environ), open({str(seen)!r}, 'w'))"
    names = ["--env-base-url", "URL", "--env-api-key", "KEY", "--env-webhook-secret", "SECRET"]
    cli("exec", "--keys", "sk_b,sk_a", *names, *python(source))
    found = json.loads(seen.read_text())
    assert (found["KEY"], found["SECRET"]) == ("sk_b", secret_of("sk_b"))
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v2", found["URL"])


def test_the_summary_says_what_was_called_and_each_call_is_logged(cli):
    """The reason of refused calls is shown once, and only if the command failed."""
    reason = "sk_sim_local: refused: POST /v2/agents -> 400: `name` is required"
    first, *_, last = cli("exec", *python(CLIENT, CREATE, MISSPELT)).stderr.splitlines()
    assert first.split()[2:5] == ["POST", "/v2/agents", "201"]
    assert last == (
        "deck-sim: 2 calls in 1 world, 1 of them refused; no scenario was played; 0 problems"
    )
    failed = cli("exec", *python(f"{CLIENT}\nsys.exit(1)", MISSPELT, MISSPELT))
    assert failed.stderr.count(reason) == 1


def test_undelivered_webhooks_are_in_the_report(deck, receiver):
    """With the variable that has the secret, if the signature may be the reason. Nothing is sent
    while nobody advances a frozen clock.
    """
    receiver.say(401)
    deck.register_webhook(receiver.url)
    deck.create("agents", {"name": "Concierge"})
    deck.advance(0)
    deck.create("agents", {"name": "Porter"})
    report = report_world(deck, "SECRET")
    assert "; webhooks: pending 2x; " in ExecReport(["x"], 0, [report]).summary("")
    refused, hint, waiting = report.undelivered
    assert re.fullmatch(r"agent\.created \(edlv_\w+\), attempt 1: 401", refused)
    assert hint.startswith("does the application verify with the secret in `SECRET`, and")
    assert waiting.startswith("1 not sent yet, and only an advance of the frozen clock sends them")


def test_calls_that_reach_no_world_are_in_the_summary(cli, tmp_path):
    file = tmp_path / "r.xml"
    words = ["--report", file, "--keys", "sk_a", "--env-api-key", "KEY"]
    source = CLIENT.replace("DECK_API_", "")
    hows = {"": "without a key", "Bearer sk_b": "with a key that --keys does not allow"}
    for key, how in hows.items():
        program = source.replace('"Bearer " + key', repr(key))
        first, problem = cli("exec", *words, *python(program, "{}", "{}")).stderr.splitlines()[-2:]
        assert first == "deck-sim: no call reached a world; no scenario was played; 1 problem:"
        assert problem.startswith(f"  2 calls came {how} (`POST /v2/agents`): ")
        assert problem.endswith("the key is in `KEY`")
        assert ElementTree.parse(file).find("testsuite").get("failures") == "1"


@pytest.mark.deck(strict=False)
def test_the_report_lists_scenarios_and_problems(deck, tmp_path):
    deck.queue("source_down")
    deck.ready_task(login=True)
    report = ExecReport(["x"], 0, [report_world(deck, "SECRET")])
    assert report.summary("").startswith("1 call in 1 world; played success 1x; 1 problem:\n  ")
    for name in ("r.json", "r.xml"):
        report.write(tmp_path / name)
    (world,) = json.loads((tmp_path / "r.json").read_text())["worlds"]
    suite = ElementTree.parse(tmp_path / "r.xml").find("testsuite")
    (problem,) = world["problems"]
    assert (world["scenarios"], suite.get("failures")) == ({"success": 1}, "1")
    assert "never played" in problem
    assert [case.get("name") for case in suite] == ["played success 1 time", problem]


def test_a_report_is_xml_whatever_a_problem_says(tmp_path):
    world = WorldReport("sk_test", 1, 0, {}, {}, ["an escape \x1b and half a pair \ud800"])
    ExecReport(["x"], 0, [world]).write(tmp_path / "r.xml")
    failure = ElementTree.parse(tmp_path / "r.xml").find("*/*/failure")
    assert failure.text == "an escape � and half a pair �"


def test_of_many_notes_of_a_kind_the_middle_is_left_out():
    texts = [f"text {number}" for number in range(60)]
    world = WorldReport("w", 1, 0, {}, {}, [], undelivered=texts, refusals=texts)
    _, *lines = ExecReport(["x"], 1, [world]).summary("").splitlines()
    assert len(lines) == 10
    assert "w: refused: text 59" in lines[-1]


def test_hold_serves_on_until_a_signal():
    reading, writing = os.pipe()

    def interrupt(lines):
        held.append(next(line for line in lines if "still serving" in line))
        os.kill(os.getpid(), signal.SIGINT)

    held = []
    with open(reading) as lines, open(writing, "w", buffering=1) as error:
        reader = Thread(target=interrupt, args=(lines,))
        reader.start()
        with redirect_stderr(error), pytest.raises(SystemExit) as ended:
            main(["exec", "--hold", *python("import sys; sys.exit(4)")])
        reader.join()
    assert (ended.value.code, "Ctrl-C stops it" in held[0]) == (4, True)
    assert "/_sim/ui#key=sk_sim_local;" in held[0]


def test_a_terminated_exec_passes_the_signal_on(cli):
    source = """
import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
os.kill(os.getppid(), signal.SIGTERM)
while True:
    signal.pause()
"""
    assert cli("exec", *python(source)).exit_code == 5


def test_a_command_that_takes_too_long_is_ended(cli, monkeypatch):
    """By SIGTERM, and by SIGKILL if that does not end it. The summary is still printed."""
    monkeypatch.setattr("deck_sim.cli.commands.exec._KILL_AFTER", 0)
    for act in ("SIG_DFL", "SIG_IGN"):
        source = f"import signal; signal.signal(signal.SIGTERM, signal.{act}); signal.pause()"
        shown = cli("exec", "--timeout", "300ms", *python(source))
        first, summary = shown.stderr.splitlines()
        assert shown.exit_code == 124
        assert first == "deck-sim: the command did not end within --timeout, and was ended"
        assert summary.startswith("deck-sim: nothing called the simulated API")


def test_a_program_that_cannot_be_run_is_one_line(cli):
    missing, folder = cli("exec", "--", "no-such-program"), cli("exec", "--", "/")
    assert (missing.exit_code, folder.exit_code) == (127, 126)
    assert missing.stderr.startswith("deck-sim: cannot run 'no-such-program': No such file")
    assert folder.stderr == "deck-sim: cannot run '/': Permission denied\n"


def test_a_world_that_was_only_controlled_is_not_in_the_summary(cli):
    done = cli("exec", "--", sys.executable, "-m", "deck_sim", "reset")
    assert "nothing called the simulated API" in done.stderr
