import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from deck_sim import Deck


def base_url(banner):
    return re.search(r"export DECK_BASE_URL=(\S+) DECK_API_KEY=(\S+)", banner).groups()


def get(banner, path, key=None):
    url, proposed = base_url(banner)
    headers = {"Authorization": f"Bearer {key or proposed}"}
    return httpx2.get(url.removesuffix("/v2") + path, headers=headers, trust_env=False)


def test_the_banner_has_the_url_and_a_key(serving, tmp_path):
    file = tmp_path / "port.txt"

    def visit(banner):
        return banner, int(file.read_text()), get(banner, "/v2/test").json()["status"]

    code, (banner, port, status) = serving(visit, "--port-file", str(file))
    assert (code, status, base_url(banner)[0]) == (0, "ready", f"http://127.0.0.1:{port}/v2")
    assert not file.exists()
    assert "Any key works; each key has its own world." in banner


def test_the_options_are_the_settings_of_each_world(serving):
    words = ["--clock", "frozen", "--seed", "7", "--now", "2030-02-03T04:05:06Z", "--rate-limit"]
    _, answer = serving(lambda banner: get(banner, "/_sim/world"), *words)
    world = answer.json()
    assert (world["seed"], world["now"]) == (7, "2030-02-03T04:05:06Z")
    assert world["rate_limit"]["requests"] == 200


def test_a_call_that_works_when_a_signal_comes_is_dropped():
    """Here an advance waits for a receiver that never answers."""
    words = [sys.executable, "-u", "-m", "deck_sim", "serve", "--port", "0", "--quiet"]
    receiver = socket.create_server(("127.0.0.1", 0))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with receiver, subprocess.Popen([*words, "--clock", "frozen"], **pipes) as process:
        url = next(urls[0] for line in process.stdout if (urls := re.findall(r"URL=(\S+)", line)))
        with Deck(url, "k") as deck, ThreadPoolExecutor() as threads:
            deck.register_webhook(f"http://127.0.0.1:{receiver.getsockname()[1]}/")
            deck.create("agents", {"name": "Concierge"})
            advance = threads.submit(deck.advance, "1s")
            attempt, _ = receiver.accept()
            with attempt:
                process.send_signal(signal.SIGTERM)
                _, error = process.communicate()
            assert advance.exception() is not None
    assert (process.returncode, error) == (0, "")


def test_the_banner_says_how_time_moves(serving):
    texts = {
        "--speed 60": "The clock follows real time (x60).",
        "--clock frozen": "The clock is frozen.",
        "--clock on_poll": "Each read of an unfinished resource moves the clock",
        "--clock on_poll --step 5s": "unfinished resource moves the clock by 5s.",
    }
    banners = {words: serving(str, *words.split())[1] for words in texts}
    assert [words for words, text in texts.items() if text not in banners[words]] == []


def first_attempt(banner):
    with Deck(*base_url(banner)) as deck:
        fields = {"name": "Hook", "type": "webhook", "events": ["*"]}
        deck.create("event-destinations", {**fields, "config": {"url": "http://hook.invalid:9/"}})
        deck.create("agents", {"name": "Concierge"})
        deck.advance("0s")
        return deck.deliveries[0]["log"][0]


@pytest.mark.parametrize("words", [[], ["--allow-public-webhooks", "--webhook-time", "world"]])
def test_the_options_of_webhooks_allow_public_names_and_choose_the_time(serving, words):
    _, attempt = serving(first_attempt, "--clock", "frozen", *words)
    assert ("--allow-public-webhooks" in attempt["error"]) is not bool(words)
    assert (attempt["request_headers"]["webhook-timestamp"] == "1736933400") is bool(words)


def test_other_keys_than_those_given_are_refused(serving):
    def visit(banner):
        keys = [base_url(banner)[1], "sk_two", "sk_three"]
        return [get(banner, "/v2/test", key).status_code for key in keys]

    _, statuses = serving(visit, "--keys", "sk_one, sk_two")
    assert statuses == [200, 200, 401]


def test_each_world_starts_with_the_world_file(serving, tmp_path):
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


def test_an_edited_scenario_is_used_if_it_has_no_mistakes(serving, write, capsys):
    file = write("mine", "queued", "running", "completed", summary="one")
    edits = {"second": "running", "a broken third": "runing", "a mended fourth": "running"}

    def visit(banner):
        for summary, step in {"one": "running", **edits}.items():
            write("mine", "queued", step, "completed", summary=summary)
            yield get(banner, "/_sim/scenarios/mine").json()["summary"]

    words = "--scenarios", str(file.parent), "--reload"
    _, summaries = serving(lambda banner: [*visit(banner)], *words)
    assert summaries == ["one", "second", "second", "a mended fourth"]
    printed = capsys.readouterr().err.splitlines()
    assert printed[0].startswith(f"{file}:6:5: task_run[1]: unknown status 'runing'")
    assert printed[1:] == [
        "deck-sim: the previous scenarios stay in use until the mistakes are fixed",
        "deck-sim: the mistakes are fixed; the scenarios of the folder are in use again",
    ]


def test_a_server_for_other_machines_warns_and_names_an_address_to_call(serving, capsys):
    """Nothing can call 0.0.0.0 itself. With --keys the warning is needless."""
    _, banner = serving(lambda banner: (banner, get(banner, "/_sim/world"))[0], "--host", "0.0.0.0")
    assert "on http://127.0.0.1:" in banner
    assert capsys.readouterr().err.startswith("deck-sim: other machines can reach this server")
    serving(str, "--host", "0.0.0.0", "--keys", "sk_one")
    assert capsys.readouterr().err == ""


def test_worlds_outlive_their_server(serving, tmp_path):
    words = ["--state", str(tmp_path / "worlds.db"), "--clock", "frozen", "--seed"]
    serving(lambda banner: get(banner, "/v2/test", "sk_a"), *words, "1")

    def look(banner):
        return [get(banner, "/_sim/world", key).json()["seed"] for key in ("sk_a", "sk_new")]

    assert serving(look, *words, "2") == (0, [1, 2])


def test_a_port_file_that_is_a_pipe_is_left_alone(cli, tmp_path):
    """Or a device: replacing it would destroy it."""
    os.mkfifo(tmp_path / "pipe")
    refused = cli("serve", "--port", "0", "--port-file", tmp_path / "pipe")
    assert (refused.exit_code, (tmp_path / "pipe").is_fifo()) == (2, True)
    assert refused.stderr.endswith("/pipe' is not a regular file; name another\n")


def test_a_port_file_of_a_server_that_was_killed_is_removed_at_the_start(cli, tmp_path):
    """Also if this one does not start; others would call the port of the old one."""
    (tmp_path / "port").write_text("9\n")
    words = ("--port-file", tmp_path / "port", "--reload")  # without a folder
    assert (cli("serve", *words).exit_code, [*tmp_path.iterdir()]) == (2, [])


def test_what_cannot_be_used_is_one_line_and_exit_code_1(cli, tmp_path):
    world = tmp_path / "world.yaml"
    world.write_text("version: 1\ndefault_scenario: sucess\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = f"{listener.getsockname()[1]}"
        texts = {
            ("--world", world): f"{world}:2:19: default_scenario: ",
            ("--port-file", "no/such/folder"): "deck-sim: [Errno 2] No such file or directory: ",
            ("--port", port): f"deck-sim: cannot listen on 127.0.0.1:{port}: Address already in",
        }
        ran = {words: cli("serve", "--port", "0", *words) for words in texts}
    assert {(end.exit_code, end.stderr.count("\n")) for end in ran.values()} == {(1, 1)}
    assert [words for words in texts if not ran[words].stderr.startswith(texts[words])] == []


def test_only_a_process_of_its_own_changes_the_garbage_collector():
    """`serve` and `exec` run their own; `DeckSim` runs in the process of a test."""
    program = """
import asyncio, gc
from deck_sim import DeckSim
from deck_sim.cli.import_ahead import import_ahead
usual = gc.get_threshold()
with DeckSim():
    print(gc.get_freeze_count(), gc.get_threshold() == usual)
asyncio.run(import_ahead("connections"))
print(gc.get_freeze_count() > 10_000, gc.get_threshold()[0])
"""
    printed = subprocess.check_output([sys.executable, "-c", program], text=True).splitlines()
    assert printed == ["0 True", "True 50000"]
