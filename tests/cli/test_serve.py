import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from deck_sim import Deck, DeckSimError
from deck_sim.contract.editions import how_to_switch


def base_url(banner):
    return re.search(r"export DECK_BASE_URL=(\S+) DECK_API_KEY=(\S+)", banner).groups()


def get(banner, path, key=None):
    url, proposed = base_url(banner)
    headers = {"Authorization": f"Bearer {key or proposed}"}
    return httpx2.get(url.removesuffix("/v2") + path, headers=headers, trust_env=False)


def test_the_banner_has_the_url_and_a_key(serving):
    """The API answers at them. A signal ends the server with exit code 0."""
    code, (banner, answer) = serving(lambda banner: (banner, get(banner, "/v2/test")))
    assert (code, answer.json()["status"]) == (0, "ready")
    assert "Any key works; each key has its own world." in banner


def test_the_banner_has_the_address_of_the_inspector_on_that_key(serving):
    """A key is written as it can stand in an address."""

    def follow(banner):
        (address,) = re.findall(r"http://\S+/_sim/ui\S*", banner)
        return address, httpx2.get(address, trust_env=False).text

    _, (address, page) = serving(follow, "--keys", "sk_a+b&c,sk_two")
    assert parse_qs(urlsplit(address).fragment) == {"key": ["sk_a+b&c"]}
    assert page.startswith("<!doctype html>")


def test_the_options_are_the_settings_of_each_world(serving):
    """Seed, time and rate limit."""
    words = ["--clock", "frozen", "--seed", "7", "--now", "2030-02-03T04:05:06Z"]
    words += ["--rate-limit"]
    _, answer = serving(lambda banner: get(banner, "/_sim/world"), *words)
    world = answer.json()
    assert (world["seed"], world["now"]) == (7, "2030-02-03T04:05:06Z")
    assert world["rate_limit"]["requests"] == 200


def test_the_server_keeps_as_much_as_asked(serving):
    """Of each kind of records."""
    words = ["--keep", "calls=5", "--keep", "runs = 7", "--max-worlds", "1"]

    def act(banner):
        world = get(banner, "/_sim/world").json()
        get(banner, "/_sim/world", "sk_other")
        return world, get(banner, "/_sim/worlds").json()

    _, (world, worlds) = serving(act, *words)
    assert (world["keep_calls"], world["keep_runs"], world["keep_keys"]) == (5, 7, 2_000_000)
    assert ([one["key"] for one in worlds["data"]], worlds["forgotten"]) == (["sk_other"], 1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("call=5", "'call=5' names none of `calls`,"),
        ("calls=0", "'calls=0' must have a number from 1 to 1000000000, like `calls=1000`"),
        ("calls=1000000001", "must have a number from 1 to"),
        ("calls=10000000000", "must have a number from 1 to"),
        ("calls", "must have a number"),
        ("headers=5", "names none of"),
    ],
)
def test_a_wrong_limit_is_a_usage_error(cli, given, said):
    """It says what is allowed."""
    result = cli("serve", "--keep", given)
    assert (result.exit_code, said in result.stderr) == (2, True)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_its_process_without_a_traceback(by):
    """Nothing is on stderr."""
    words = [sys.executable, "-u", "-m", "deck_sim", "serve", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.send_signal(by)
        _, error = process.communicate()
    assert (process.returncode, error) == (0, b"")


# Sends a signal when Python ends, after it has undone its handlers of signals.
_LATE_SIGNAL = """
import os, signal, sys
class Late:
    def __del__(self, kill=os.kill, process=os.getpid(), number=signal.{}):
        kill(process, number)
sys.late = Late()
from deck_sim.cli import main
main()
"""


@pytest.mark.parametrize("late", ["SIGINT", "SIGTERM"])
def test_another_signal_while_the_process_ends_changes_nothing(late):
    """The exit code is 0, as after one signal."""
    words = [sys.executable, "-u", "-c", _LATE_SIGNAL.format(late), "serve", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate()
    assert (process.returncode, error) == (0, b"")


def test_a_call_that_works_when_a_signal_comes_is_dropped_and_counted():
    """Two signals are as one. Here an advance waits for a receiver that never answers."""
    words = [sys.executable, "-u", "-m", "deck_sim", "serve", "--port", "0", "--quiet"]
    receiver = socket.create_server(("127.0.0.1", 0))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with receiver, subprocess.Popen([*words, "--clock", "frozen"], **pipes) as process:
        url = next(found[0] for line in process.stdout if (found := re.findall(r"URL=(\S+)", line)))
        with Deck(url, "k") as deck, ThreadPoolExecutor() as threads:
            deck.register_webhook(f"http://127.0.0.1:{receiver.getsockname()[1]}/")
            deck.create("agents", {"name": "Concierge"})
            advance = threads.submit(deck.advance, "1s")
            attempt, _ = receiver.accept()
            with attempt:
                process.send_signal(signal.SIGINT)
                process.send_signal(signal.SIGTERM)
                _, error = process.communicate()
            assert advance.exception() is not None
    assert (process.returncode, error) == (0, "deck-sim: stopped; calls that were cut: 1\n")


def test_calls_that_a_stop_has_cut_are_counted(serving, capsys):
    """Here a clock is moved, and a receiver never answers."""
    receiver = socket.create_server(("127.0.0.1", 0))

    def act(banner):
        deck = Deck(re.findall(r"URL=(\S+)", banner)[0], "k")
        deck.register_webhook(f"http://127.0.0.1:{receiver.getsockname()[1]}/")
        deck.create("agents", {"name": "Concierge"})
        advance = ThreadPoolExecutor(1).submit(deck.advance, "1s")
        return deck, advance, receiver.accept()[0]

    with receiver:
        _, (deck, advance, attempt) = serving(act, "--quiet", "--clock", "frozen")
        with deck, attempt:
            assert advance.exception() is not None
    assert capsys.readouterr().err == "deck-sim: stopped; calls that were cut: 1\n"


def test_the_port_file_holds_the_port(serving, tmp_path):
    """It is written before the banner is printed."""
    file = tmp_path / "port.txt"
    code, (banner, port) = serving(
        lambda banner: (banner, file.read_text()), "--port-file", str(file)
    )
    assert (code, base_url(banner)[0]) == (0, f"http://127.0.0.1:{int(port)}/v2")


def test_a_port_file_that_cannot_be_written_is_exit_code_1(cli, tmp_path):
    """Here a folder has the name of the file that is written first."""
    part = tmp_path / "port.txt.part"
    part.mkdir()
    refused = cli("serve", "--port", "0", "--port-file", tmp_path / "port.txt")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"deck-sim: --port-file: cannot write {str(part)!r}: Is a directory;"
        " give a file in a folder in which files can be written\n"
    )


@pytest.mark.parametrize(
    ("words", "text", "clock"),
    [
        ([], "The clock follows real time.", "real"),
        (["--speed", "60"], "The clock follows real time (x60).", "real"),
        (["--clock", "frozen"], "The clock is frozen.", "frozen"),
        (["--clock", "on_poll"], "Each read of something unfinished moves the clock", "on_poll"),
        (["--clock", "on_poll", "--step", "5s"], "unfinished takes 5s.", "on_poll"),
    ],
)
def test_the_banner_says_how_time_moves(words, text, clock, serving):
    """In the words of each clock mode."""
    _, (banner, world) = serving(lambda b: (b, get(b, "/_sim/world").json()), *words)
    assert text in banner
    assert world["clock"] == clock
    assert max(map(len, banner.splitlines())) <= 80


def first_attempt(banner, hook):
    """The log entry of the first attempt to deliver an event to that URL."""
    url, key = base_url(banner)
    with Deck(url, key) as deck:
        hook = {"name": "Hook", "type": "webhook", "config": {"url": hook}, "events": ["*"]}
        deck.create("event-destinations", hook)
        deck.create("agents", {"name": "Concierge"})
        deck.advance("0s")
        return deck.deliveries[0]["log"][0]


@pytest.mark.parametrize(
    ("words", "error"),
    [([], "use 127.0.0.1"), (["--allow-public-webhooks"], "no server listens")],
)
def test_webhooks_go_to_public_addresses_only_if_allowed(words, error, serving):
    """The log has the refusal. `0.0.0.0` counts as public and leads nowhere."""
    words = ["--clock", "frozen", *words]
    _, attempt = serving(lambda banner: first_attempt(banner, "http://0.0.0.0:9/"), *words)
    assert error in attempt["error"]


@pytest.mark.parametrize(
    ("words", "of_the_world"), [([], False), (["--webhook-time", "world"], True)]
)
def test_webhooks_are_signed_with_the_chosen_time(words, of_the_world, serving):
    """The wall clock's or the world's, also if nothing is sent."""
    words = ["--clock", "frozen", *words]
    _, attempt = serving(lambda banner: first_attempt(banner, "http://0.0.0.0:9/"), *words)
    assert (attempt["request_headers"]["webhook-timestamp"] == "1736933400") is of_the_world


@pytest.mark.parametrize(("words", "ids"), [([], 2), (["--seed", "7"], 1)])
def test_each_key_has_other_ids_unless_a_seed_is_given(words, ids, serving):
    """The same in each run of the server, and after a reset."""

    def create(banner):
        url, _ = base_url(banner)
        for key in ("sk_one", "sk_two", "sk_one"):
            with Deck(url, key) as deck:
                deck.reset()
                yield deck.create("agents", {"name": "Concierge"})["id"]

    _, first = serving(lambda banner: [*create(banner)], *words)
    _, second = serving(lambda banner: [*create(banner)], "--keys", "sk_one,sk_two", *words)
    assert first == second
    assert first[0] == first[2]
    assert len({*first}) == ids


def test_other_keys_than_those_given_are_refused(serving):
    """With `--keys`; the banner proposes the first."""

    def visit(banner):
        keys = [base_url(banner)[1], "sk_two", "sk_three"]
        return [get(banner, "/v2/test", key).status_code for key in keys]

    _, statuses = serving(visit, "--keys", "sk_one, sk_two")
    assert statuses == [200, 200, 401]


def test_it_serves_scenarios_of_a_folder(serving, write, tmp_path):
    """`--scenarios` adds a folder to the shipped ones."""
    write("mine", "queued", "running", "completed")
    _, answer = serving(lambda banner: get(banner, "/_sim/scenarios"), "--scenarios", str(tmp_path))
    names = [scenario["name"] for scenario in answer.json()["data"]]
    assert {"mine", "success"} <= set(names)


def test_a_scenario_with_a_mistake_is_exit_code_1(cli, write, tmp_path):
    """The line has its position."""
    file = write("mine", "queued", "runing: 2s")
    refused = cli("serve", "--scenarios", tmp_path)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"{file}:5:5: task_run[1]: unknown status 'runing'")


def test_each_world_starts_with_the_world_file(serving, tmp_path):
    """Resources with fixed ids, a default scenario and rules; again after a reset."""
    file = tmp_path / "world.yaml"
    file.write_text(
        "version: 1\ndefault_scenario: source_down\n"
        "rules: [{when: {username: a*}, scenario: success}]\n"
        "resources: {agents: [{id: agt_1, name: Concierge}]}\n"
    )

    def visit(banner):
        url, key = base_url(banner)
        with Deck(url, key) as deck:
            deck.reset()
            world, rules = deck.world, deck.rules
        return world, rules, get(banner, "/v2/agents/agt_1", "sk_another").status_code

    _, (world, rules, status) = serving(visit, "--world", str(file))
    assert (world["default_scenario"], world["resources"]["agent"]) == ("source_down", 1)
    assert (rules, status) == ([{"when": {"username": "a*"}, "scenario": "success"}], 200)


def test_a_world_file_with_a_mistake_is_exit_code_1(cli, tmp_path):
    """The line has its position."""
    file = tmp_path / "world.yaml"
    file.write_text("version: 1\ndefault_scenario: sucess\n")
    refused = cli("serve", "--world", file)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"{file}:2:19: default_scenario: ")


def test_a_world_file_must_be_for_the_edition_that_is_served(cli, tmp_path):
    """A file for the other edition is refused, although `check` accepts it."""
    file = tmp_path / "world.yaml"
    file.write_text("version: 1\nresources: {credentials: []}\n")
    assert cli("check", file).exit_code == 0
    refused = cli("serve", "--world", file)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "resources.credentials: unknown key 'credentials'" in refused.stderr


def test_an_edited_scenario_is_used_if_it_has_no_mistakes(serving, write, capsys):
    """With `--reload`. Mistakes and their correction are printed."""
    file = write("mine", "queued", "running", "completed", summary="one")

    def summary(banner):
        return get(banner, "/_sim/scenarios/mine").json()["summary"]

    def visit(banner):
        found = [summary(banner)]
        write("mine", "queued", "running", "completed", summary="second")
        found.append(summary(banner))
        write("mine", "queued", "runing", summary="a broken third")
        found.append(summary(banner))
        write("mine", "queued", "running", "completed", summary="a mended fourth")
        found.append(summary(banner))
        return found

    _, found = serving(visit, "--scenarios", str(file.parent), "--reload")
    assert found == ["one", "second", "second", "a mended fourth"]
    printed = capsys.readouterr().err.splitlines()
    assert printed[0].startswith(f"{file}:6:5: task_run[1]: unknown status 'runing'")
    assert printed[1:] == [
        "deck-sim: the scenarios stay as they were until this is fixed",
        "deck-sim: fixed; the scenarios of the folder are in use again",
    ]


def test_an_edit_can_make_a_queued_scenario_unplayable(serving, write, caplog):
    """The call that would play it is refused, once; log and timeline say why."""
    file = write("mine", "queued", "running", "completed")

    def visit(banner):
        with Deck(base_url(banner)[0], "sk_test") as deck:
            made = deck.ready_task()
            deck.queue("mine", "source_down", "mine")
            write("mine", "queued", "running", "completed", edition="credentials")
            with pytest.raises(DeckSimError) as refused:
                deck.create(f"tasks/{made.task_id}/run", made.login)
            deck.create(f"tasks/{made.task_id}/run", made.login)
            left = deck.world["queues"]["task_run"]
            return refused.value.errors, deck.requests[-1]["scenario"], left, deck.timeline

    printed = serving(visit, "--scenarios", str(file.parent), "--reload")[1]
    (error,), chosen, left, timeline = printed
    assert (chosen, left) == ("source_down; because=queue", ["mine"])
    text = (
        "'mine' is dropped from the queue for `task_run`: the scenario 'mine' is for the edition"
        f" `credentials`, and this world's is `connections`; {how_to_switch('credentials')}"
    )
    assert (error["field"], error["message"]) == ("queue", text)
    assert [line.what for line in timeline if line.kind == "queue"] == [text]
    warnings = [one.message for one in caplog.records if one.levelname == "WARNING"]
    assert warnings == [f"deck-sim: {text}"]


def test_a_port_in_use_is_exit_code_1(cli):
    """The line says how to get a free port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = cli("serve", "--port", port)
    assert refused.exit_code == 1
    assert refused.stderr == (
        f"deck-sim: cannot listen on 127.0.0.1:{port}: Address already in use;"
        " `--port 0` picks a free port\n"
    )


def test_a_server_for_other_machines_warns_and_names_an_address_to_call(serving, capsys):
    """Nothing can call 0.0.0.0 itself. With --keys the warning is needless."""
    _, banner = serving(lambda banner: (banner, get(banner, "/_sim/world"))[0], "--host", "0.0.0.0")
    assert "on http://127.0.0.1:" in banner
    assert capsys.readouterr().err.startswith("deck-sim: other machines can reach this server")
    serving(str, "--host", "0.0.0.0", "--keys", "sk_one")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_a_host_that_is_not_of_this_machine_is_exit_code_1(cli, host):
    """The line says which hosts are. Another port would not help."""
    refused = cli("serve", "--host", host, "--port", "0")
    assert refused.exit_code == 1
    assert f"{host} is no address of this machine; --host 127.0.0.1 is" in refused.stderr
    assert "--port 0" not in refused.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--clock", "frozen", "--speed", "2"], "--speed needs --clock real"),
        (["--step", "5s"], "--step needs --clock on_poll; found --clock real"),
        (["--clock", "onpoll"], "Invalid value for '--clock': 'onpoll' is not one of"),
        (["--speed", "0"], "Invalid value for '--speed'"),
        (["--speed", "nan"], "Invalid value for '--speed': nan is not in the range 0<x<=1000000."),
        (
            ["--now", "9999-12-31"],
            "Invalid value for '--now': `MOMENT` must be in the years 1000 to 8999, not 9999-12-31",
        ),
        (["--now", "soon"], "Invalid value for '--now': `MOMENT` must be a moment like"),
        (["--host", ""], "Invalid value for '--host': it is empty, perhaps a variable that is not"),
        (["--allow-host", " "], "Invalid value for '--allow-host': it is empty, perhaps a"),
        (["--webhook-time", "noon"], "Invalid value for '--webhook-time': 'noon' is not one of"),
        (["--keys", " , "], "Invalid value for '--keys': no key found in ' , '"),
        (["--scenarios", "nowhere"], "Invalid value for '--scenarios'"),
        (
            ["--scenarios", __file__],
            f"Invalid value for '--scenarios': {__file__!r}: this is a file; give the folder that"
            f" it is in, {str(Path(__file__).parent)!r}",
        ),
        (["--reload"], "--reload needs --scenarios FOLDER"),
        (["--world", "nowhere.yaml"], "Invalid value for '--world'"),
        (["--port-file", "nowhere/port"], "--port-file: the folder 'nowhere' does not exist"),
        (
            ["--port-file", "/dev/null"],
            "--port-file: '/dev/null' is a device or a pipe, not a file",
        ),
    ],
)
def test_wrong_options_are_refused(words, message, cli):
    """In one line, with exit code 2."""
    refused = cli("serve", "--port", "0", *words)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert refused.stderr.startswith(f"deck-sim: {message}")


def test_worlds_outlive_their_server(serving, tmp_path):
    """`--state FILE` keeps them; the options of the next start are for new worlds."""
    words = ["--state", str(tmp_path / "worlds.db"), "--clock", "frozen", "--seed"]
    _, first = serving(lambda banner: get(banner, "/v2/test", "sk_a").json(), *words, "1")

    def look(banner):
        calls = get(banner, "/_sim/requests", "sk_a").json()["data"]
        seeds = [get(banner, "/_sim/world", key).json()["seed"] for key in ("sk_a", "sk_new")]
        return [call["request_id"] for call in calls], seeds

    code, (calls, seeds) = serving(look, *words, "2")
    assert (code, calls, seeds) == (0, [first["request_id"]], [1, 2])


# Sends a signal when the state file is opened.
_SIGNAL_AT_FILE = """
import os, signal, sys
send = lambda event, _: event == "sqlite3.connect" and os.kill(os.getpid(), signal.{})
sys.addaudithook(send)
from deck_sim.cli import main
main()
"""


@pytest.mark.parametrize("by", ["SIGINT", "SIGTERM"])
def test_a_signal_while_worlds_are_loaded_ends_the_process_at_once(by, tmp_path):
    """Nothing is printed, and no server starts."""
    words = [sys.executable, "-c", _SIGNAL_AT_FILE.format(by), "serve", "--port", "0", "--state"]
    ran = subprocess.run([*words, tmp_path / "worlds.db"], capture_output=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def test_a_file_that_holds_no_worlds_is_an_error_in_one_line(cli, tmp_path):
    """It ends the program as other wrong usage does."""
    (tmp_path / "notes.txt").write_text("This is not a database at all.")
    ran = cli("serve", "--port", "0", "--state", tmp_path / "notes.txt")
    assert (ran.exit_code, ran.stderr.count("\n")) == (2, 1)
    assert f"--state: '{tmp_path}/notes.txt' is not a state file of deck-sim" in ran.stderr
