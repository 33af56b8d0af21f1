import json
import re
import shutil
import signal
import sys
from collections import Counter
from contextlib import redirect_stderr
from xml.etree import ElementTree

import pytest

from deck_sim.cli import server_log
from deck_sim.cli.commands.exec_report import ExecReport, Reports, WorldReport
from deck_sim.cli.signals import STOPS
from deck_sim.handle.connect.transports import server_at
from deck_sim.webhooks.signing import secret_of

# A program that calls the API; `call(method, path, body, key, **headers)` returns the answer.
CALLS = """
import json, os, sys, urllib.request
base = os.environ["DECK_BASE_URL"]
def call(method, path, body=None, key=os.environ["DECK_API_KEY"], **headers):
    headers = {"Authorization": "Bearer " + key, **headers}
    url = base.removesuffix("/v2") + path
    sent = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
    try:
        return json.load(urllib.request.urlopen(sent))
    except urllib.error.HTTPError as error:
        return json.load(error)
"""
CREATE, MISSPELT = (f'call("POST", "/v2/agents", {{"{name}": "a"}})\n' for name in ("name", "nam"))


def python(source, *words):
    return ["--", sys.executable, "-c", source, *words]


def report(deck):
    reports, key = Reports(server_at(deck.url).worlds, "SECRET", keep=False), deck.api_key
    reports.add(server_at(deck.url).worlds.find(key))
    return reports.by_key[key]


def test_the_exit_code_is_that_of_the_command(cli):
    assert cli("exec", *python("import sys; sys.exit(3)")).exit_code == 3
    killed = cli("exec", *python("import os; os.kill(os.getpid(), 9)"))
    assert killed.exit_code == 128 + signal.SIGKILL
    assert killed.stderr.splitlines() == [
        "deck-sim: the command was stopped by signal 9",
        "deck-sim: no call reached a world; no scenario was played; 1 problem:",
        "  nothing called the simulated API: does the command read DECK_BASE_URL? If it calls"
        " https://api.deck.co, use --intercept",
    ]


def test_the_command_finds_the_api_in_its_environment(cli, tmp_path):
    file = tmp_path / "environment"
    source = f"import json, os; json.dump(dict(os.environ), open({str(file)!r}, 'w'))"
    names = ["--env-base-url", "URL", "--env-api-key", "KEY", "--env-webhook-secret", "SECRET"]
    cli("exec", "--keys", "sk_b,sk_a", *names, *python(source))
    variables = json.loads(file.read_text())
    assert (variables["KEY"], variables["SECRET"]) == ("sk_b", secret_of("sk_b"))
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v2", variables["URL"])


@pytest.mark.parametrize("name", ["", "A=B", "--report"])
def test_a_name_of_a_variable_that_was_left_out_is_an_error(cli, name):
    done = cli("exec", "--env-base-url", name, "--", "true")
    assert done.exit_code == 2
    assert f"'{name}' is not the name of an environment variable; was it left out?" in done.stderr


def test_the_summary_says_what_was_called_after_the_log_of_each_call(cli, monkeypatch):
    """Entries are written together, some time after they were made."""
    monkeypatch.setattr(server_log, "_LOG_SECONDS", 3600)
    reason = "sk_sim_local: refused calls: POST /v2/agents -> 400: `name` is required"
    first, *_, last = cli("exec", *python(CALLS + CREATE + MISSPELT)).stderr.splitlines()
    assert first.split()[2:5] == ["POST", "/v2/agents", "201"]
    assert last == "deck-sim: 2 calls in 1 world, 1 refused; no scenario was played; 0 problems"
    failed = cli("exec", *python(CALLS + MISSPELT * 2 + "sys.exit(1)"))
    assert failed.stderr.count(reason) == 1


@pytest.mark.deck(strict=False)
def test_undelivered_webhooks_are_in_the_report(deck, receiver):
    receiver.say(401)
    deck.register_webhook(receiver.url)
    deck.create("agents", {"name": "Concierge"})
    deck.advance(0)
    deck.create("agents", {"name": "Porter"})
    world_report = report(deck)
    assert "; webhooks: pending 2x; " in ExecReport(["x"], 0, [world_report]).summary()
    (refused,), (_, waiting) = world_report.problems, world_report.notes["present state"]
    hint = r"does the application use the secret in `SECRET`, and .*"
    assert re.fullmatch(
        rf"1 webhook failed: agent\.created \(edlv_\w+\), attempt 1: 401; {hint}", refused
    )
    assert re.match(r"edlv_\w+ is pending\. The clock is frozen; a delivery is attempted ", waiting)


def test_calls_that_reach_no_world_are_in_the_summary(cli, tmp_path):
    file = tmp_path / "r.xml"
    words = ["--report", file, "--keys", "sk_a", "--env-api-key", "KEY"]
    source = CALLS.replace("DECK_API_", "") + CREATE * 2
    hows = {"": "without a key", "Bearer sk_b": "with a key that --keys does not allow"}
    for key, how in hows.items():
        program = source.replace('"Bearer " + key', repr(key))
        first, problem = cli("exec", *words, *python(program)).stderr.splitlines()[-2:]
        assert first == "deck-sim: no call reached a world; no scenario was played; 1 problem:"
        assert problem.startswith(f"  2 calls came {how} (`POST /v2/agents`); ")
        assert problem.endswith("use the key in the variable `KEY`")
        assert ElementTree.parse(file).find("testsuite").get("failures") == "1"


def test_a_call_without_a_key_is_told_once_beside_calls_of_a_world(cli):
    keyless = CREATE.replace("})", "}, Authorization='')")
    failed = cli("exec", *python(CALLS + CREATE + keyless + "sys.exit(1)"))
    assert failed.stderr.count("1 call came without a key (`POST /v2/agents`)") == 1


@pytest.mark.deck(strict=False)
def test_the_report_lists_scenarios_and_problems(deck, tmp_path):
    deck.queue("source_down")
    deck.ready_task(login=True)
    whole = ExecReport(["x"], 0, [report(deck)])
    assert whole.summary().startswith("1 call in 1 world; played success 1x; 1 problem:\n  ")
    for name in ("r.json", "r.xml"):
        whole.write(tmp_path / name)
    (world,) = json.loads((tmp_path / "r.json").read_text())["worlds"]
    _, suite = ElementTree.parse(tmp_path / "r.xml").findall("testsuite")
    (problem,) = world["problems"]
    assert (world["scenarios"], suite.get("failures")) == ({"success": 1}, "1")
    assert "never played" in problem
    assert [case.get("name") for case in suite] == ["played success 1 time", problem]


def test_a_report_is_xml_whatever_a_problem_says(tmp_path):
    world = WorldReport("sk_test", problems=Counter(["an escape \x1b and half a pair \ud800"]))
    ExecReport(["x"], 0, [world]).write(tmp_path / "r.xml")
    failure = ElementTree.parse(tmp_path / "r.xml").find("*/*/failure")
    assert failure.text == "an escape � and half a pair �"


def test_of_many_notes_of_a_kind_the_middle_is_left_out():
    texts = Counter(f"text {number}" for number in range(60))
    world = WorldReport("w", notes={"undelivered webhooks": texts, "refused calls": texts})
    _, *lines = ExecReport(["x"], 1, [world]).summary().splitlines()
    assert len(lines) == 10
    assert "w: refused calls: text 59" in lines[-1]


def test_hold_serves_on_until_a_signal(run_until_signal):
    words = ["exec", "--hold", *python("import sys; sys.exit(4)")]
    code, text = run_until_signal(str, *words, redirect=redirect_stderr)
    assert code == 4
    assert re.search(r"still serving .*/_sim/ui#key=sk_sim_local; Ctrl-C stops it", text)


@pytest.mark.parametrize("number", STOPS)
def test_a_signal_ends_the_command_and_then_exec(cli, number):
    source = f"""
import os, signal, sys
codes = {{signal.SIGTERM: 5, signal.SIGINT: 6}}
signal.pthread_sigmask(signal.SIG_BLOCK, codes)
os.kill(os.getppid(), {number:d})
sys.exit(codes[signal.sigwait(codes)])
"""
    done = cli("exec", "--hold", *python(source))
    assert done.exit_code == (6 if number == signal.SIGINT else 5)
    assert "still serving" not in done.stderr


def test_a_command_that_takes_too_long_is_ended(cli):
    done = cli("exec", "--timeout", "300ms", *python("import signal; signal.pause()"))
    assert done.exit_code == 124
    first, *_ = done.stderr.splitlines()
    assert first == "deck-sim: the command did not end within --timeout, and was stopped"


def test_pytest_without_a_call_is_told_of_its_own_server(cli):
    done = cli("exec", *python("", "pytest"))
    assert "or run `deck-sim exec -- sh -c 'pytest --deck-url=$DECK_BASE_URL'`;" in done.stderr


def test_a_program_is_looked_for_before_it_is_run(cli, capfd):
    """Otherwise Windows does not find `npm.cmd` for `npm`."""
    cli("exec", "--", "sh", "-c", "echo $0")
    assert capfd.readouterr().out.strip() == shutil.which("sh")


def test_a_program_that_cannot_be_run_is_one_line(cli):
    missing, folder = cli("exec", "--", "no-such-program"), cli("exec", "--", "/")
    assert (missing.exit_code, folder.exit_code) == (127, 126)
    assert missing.stderr.startswith("deck-sim: cannot run 'no-such-program': No such file")
    assert folder.stderr == "deck-sim: cannot run '/': Permission denied\n"
    text = "there is no such program; leave out the quotes: -- npm test"
    assert cli("exec", "--", "npm test").stderr == f"deck-sim: cannot run 'npm test': {text}\n"


def test_a_world_that_was_only_controlled_is_not_in_the_summary(cli):
    done = cli("exec", "--", sys.executable, "-m", "deck_sim", "reset")
    assert "nothing called the simulated API" in done.stderr


def test_a_command_that_calls_nothing_has_a_problem_in_each_report(cli, tmp_path):
    for file in (tmp_path / "r.json", tmp_path / "r.xml"):
        done = cli("exec", "--fail-on-problems", "--report", file, *python(""))
        assert done.exit_code == 1
        assert file.read_text().count("nothing called the simulated API: does the command") >= 1
    assert cli("exec", *python("")).exit_code == 0


SET_UP = """
call("POST", "/_sim/reset", {}, "sk_mine")
call("PATCH", "/_sim/world", {"default_scenario": "source_down"}, "sk_mine")
"""


@pytest.mark.parametrize("end", ["", 'call("DELETE", "/_sim/world", key="sk_mine")'])
def test_a_program_that_sends_another_key_than_that_of_the_world_has_a_problem(cli, end):
    done = cli("exec", "--quiet", "--fail-on-problems", *python(CALLS + SET_UP + CREATE + end))
    problem = (
        "1 problem:\n  sk_mine: the Deck API was not called with this key, `sk_mine`; it was called"
        " with `sk_sim_local`; give your application the key of this world\n"
    )
    assert done.stderr == f"deck-sim: 1 call in 1 world; no scenario was played; {problem}"
    assert done.exit_code == 1


MINE = CREATE.replace("})", '}, "sk_mine")')
OTHER_KEYS = {
    "nothing was set up": CREATE,
    "it was only read": 'call("GET", "/_sim/world", key="sk_mine")\n' + CREATE,
    "a second customer": SET_UP + CREATE + MINE,
    "a reset at the end": SET_UP + MINE + 'call("POST", "/_sim/reset", {}, "sk_mine")\n' + CREATE,
    "another test resets its world first": SET_UP + 'call("POST", "/_sim/reset", {})\n' + CREATE,
    "another test calls before its set-up": SET_UP
    + CREATE
    + 'call("DELETE", "/_sim/world", key="sk_mine")\n'
    + 'call("POST", "/_sim/clock/advance", {"by": "1s"})',
}


@pytest.mark.parametrize("source", OTHER_KEYS.values(), ids=[*OTHER_KEYS])
def test_another_key_alone_is_no_problem(cli, source):
    assert cli("exec", "--quiet", *python(CALLS + source)).stderr.endswith("; 0 problems\n")


def test_problems_are_in_the_terms_of_the_command(cli, tmp_path):
    source = """
call("PATCH", "/_sim/world", {"default_scenario": "connection_drops_later"})
call("POST", "/v2/agents", {"name": "a"})
"""
    (tmp_path / "node").symlink_to(sys.executable)
    for program, hint in (
        (sys.executable, "open a connection with `deck.ready_task(login=True)` or `POST"),
        (tmp_path / "node", "open a connection with `POST /v2/connections`"),
    ):
        assert hint in cli("exec", "--quiet", "--", program, "-c", CALLS + source).stderr


def test_a_hold_that_was_released_and_met_nothing_is_a_problem_without_a_call(cli):
    source = """
hold = call("POST", "/_sim/holds", {"call": "POST /v2/agents"})["id"]
call("DELETE", "/_sim/holds/" + hold)
"""
    done = cli("exec", "--quiet", "--fail-on-problems", *python(CALLS + source))
    assert "\n  sk_sim_local: a hold stopped nothing: `POST /v2/agents`\n" in done.stderr
    assert done.exit_code == 1


def test_all_worlds_of_a_command_have_one_secret_of_webhooks(cli):
    source = """
for key in ("sk_a", "sk_b"):
    shown = [call("GET", "/_sim/world", key=key), call("POST", "/_sim/reset", {}, key)]
    assert {one["webhook_secret"] for one in shown} == {os.environ["DECK_WEBHOOK_SECRET"]}
"""
    assert cli("exec", *python(CALLS + source)).exit_code == 0


def test_worlds_that_are_reset_or_deleted_are_in_the_summary_with_their_findings(cli, tmp_path):
    source = """
call("POST", "/_sim/queue", {"resource": "task_run", "scenarios": ["source_down"]})
agent = call("POST", "/v2/agents", {"name": "a"})["id"]
call("POST", "/_sim/reset", {"seed": 7})
call("GET", "/v2/agents/" + agent)
call("DELETE", "/_sim/world")
call("GET", "/v2/agents/" + agent)
"""
    done = cli("exec", "--quiet", "--report", tmp_path / "r.json", *python(CALLS + source))
    first, queued, gone = done.stderr.splitlines()
    assert first.startswith("deck-sim: 3 calls in 1 world, 2 refused; ")
    assert "queued for a task_run but never played: `source_down`" in queued
    assert "a call used a resource of a reset or deleted world; do two tests share" in gone
    assert gone.endswith(" (2 times)")  # each in another world
    (world,) = json.loads((tmp_path / "r.json").read_text())["worlds"]
    assert (world["calls"], len(world["problems"])) == (3, 2)


def test_a_queued_scenario_counts_in_a_world_without_a_call_between_reset_and_deletion(cli):
    source = """
call("POST", "/_sim/reset", {})
call("POST", "/_sim/queue", {"resource": "task_run", "scenarios": ["source_down"]})
call("DELETE", "/_sim/world")
call("POST", "/v2/agents", {"name": "a"})
"""
    done = cli("exec", "--quiet", "--fail-on-problems", *python(CALLS + source))
    problem = "\n  sk_sim_local: queued for a task_run but never played: `source_down`"
    assert f"; 1 problem:{problem}" in done.stderr
    assert done.exit_code == 1
    uncalled = cli("exec", "--quiet", *python(CALLS + source.rpartition("call")[0])).stderr
    assert "nothing called the simulated API: does the command read" in uncalled
    assert problem in uncalled


@pytest.mark.deck(strict=False)
def test_a_failed_command_is_told_what_its_runs_wait_for(deck, tmp_path):
    deck.start_run("success")
    failed, passed = (ExecReport(["x"], code, [report(deck)]) for code in (3, 0))
    why = r"present state: trun_\w+ is queued. The clock is frozen; it becomes `running` in 2s."
    assert re.search(why, failed.summary())
    assert "unfinished" not in passed.summary()
    failures = []
    for whole in (failed, passed):
        whole.write(tmp_path / "r.xml")
        failures.append(ElementTree.parse(tmp_path / "r.xml").find("testsuite/testcase/failure"))
    assert (failures[0].get("message"), failures[1]) == ("exit code 3", None)
    assert re.search(why, failures[0].text)


def test_problems_can_fail_a_command_that_succeeded(cli):
    source = 'call("POST", "/_sim/queue", {"resource": "task_run", "scenarios": ["success"]})'
    words, program = ("exec", "--fail-on-problems"), f"{CALLS}{CREATE}{source}"
    assert cli(*words, *python(CALLS + CREATE)).exit_code == 0
    assert cli(*words, *python(program)).exit_code == 1
    assert cli(*words, *python(f"{program}\nsys.exit(3)")).exit_code == 3
    assert cli("exec", *python(program)).exit_code == 0


def test_pages_are_written_of_worlds_with_problems_and_of_all_if_the_command_failed(cli, tmp_path):
    source = """
call("POST", "/_sim/queue", {"resource": "task_run", "scenarios": ["success"]}, "sk_a")
for _ in range(2):
    call("POST", "/v2/agents", {"name": "first"}, "sk_a")
    call("POST", "/_sim/reset", {}, "sk_a")
call("POST", "/v2/agents", {"name": "second"}, "sk_b")
"""
    for code, names in ((0, ["sk_a"]), (3, ["sk_a", "sk_a-2", "sk_b"])):
        folder = tmp_path / f"{code}"
        done = cli("exec", "--html", folder, *python(f"{CALLS}{source}sys.exit({code})"))
        assert sorted(file.stem for file in folder.iterdir()) == names
        assert done.stderr.count(f"deck-sim: wrote {folder}") == len(names)
    assert "first" in (folder / "sk_a-2.html").read_text()


def test_a_report_in_a_format_that_it_cannot_have_is_an_error(cli):
    done = cli("exec", "--report", "report.html", "--", "true")
    assert done.exit_code == 2
    assert "'report.html' must end in .xml (JUnit) or .json; --html writes pages" in done.stderr
