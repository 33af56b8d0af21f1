import json
import re

import pytest

from deck_sim import DeckSim, __version__


@pytest.fixture
def drive(cli, server, key):
    def drive(*words):
        return cli(*words, DECK_BASE_URL=server.base_url, DECK_API_KEY=key)

    return drive


def test_the_environment_selects_the_world(drive, cli, server, key):
    assert drive("advance", "5m").stdout == "nothing happened\nnow it is 2025-01-15T09:35:00Z\n"
    printed = cli("clock", "--url", server.url, "--key", key)
    assert printed.stdout.startswith("2025-01-15T09:35:00Z  frozen\n")


def test_advance_ends_at_a_moment_an_event_or_when_idle(drive, run_task):
    run = run_task()
    times = {
        "--until task_run.running": "09:30:03Z",
        "--until task_run.completed --limit 10s": "09:30:11Z",
        "--until idle": "09:30:11Z",
        "--to 2025-01-15T11:00:00+01:00": "10:00:00Z",
    }
    printed = {words: drive("advance", *words.split()).stdout for words in times}
    first, *_ = printed.values()
    assert re.match(rf"\S+Z  task_run +{run['id']} +queued -> running\n", first)
    for words, now in times.items():
        assert printed[words].endswith(f"now it is 2025-01-15T{now}\n")


def test_the_clock_shows_what_is_due_and_what_waits(drive, run_task):
    run = run_task("mfa_then_success")
    assert f"in 2s          {run['id']}  the script continues\n" in drive("clock").stdout
    drive("advance", "--until", "idle")
    assert f"waits          {run['id']}  interaction_required\n" in drive("clock").stdout


def test_an_empty_world_has_nothing_to_show(drive, key):
    """The line names the key: it may be that of the wrong world."""
    texts = {
        "clock": "2025-01-15T09:30:00Z  frozen\n  nothing is due and nothing waits\n",
        "timeline": f"nothing has happened yet in the world of {key}\n",
        "coverage": f"no scenario was played in the world of {key}\n",
    }
    assert {name: drive(name).stdout for name in texts} == texts


def test_a_receiver_is_registered(drive, sim):
    printed = drive("register-webhook", "http://127.0.0.1:9/hook", "--event", "agent.created")
    assert re.match(r"id: evtd_\w+\nurl: http://127.0.0.1:9/hook\nsecret: whsec_", printed.stdout)
    assert sim.get("/world").json()["resources"]["event_destination"] == 1
    refused = drive("register-webhook", "https://hooks.example.com/")
    assert refused.stderr.startswith("deck-sim: webhooks to https://hooks.example.com/ are not")


def test_the_clock_can_be_set(drive, sim):
    shows = {
        "--step 5s": "2025-01-15T09:30:00Z  on_poll, 5s for each read (it was frozen)",
        "--now 2025-02-01": "2025-02-01T00:00:00Z  on_poll, 5s for each read",
        "--mode on_poll": "2025-02-01T00:00:00Z  on_poll",
        "--mode frozen --now 2025-02-02": "2025-02-02T00:00:00Z  frozen (it was on_poll)",
    }
    printed = {words: drive("clock", *words.split()).stdout.splitlines()[0] for words in shows}
    assert printed == shows
    assert (
        drive("clock", "--speed", "0.001").stdout.splitlines()[0].endswith("  real (it was frozen)")
    )
    assert sim.get("/clock").json()["speed"] == 0.001


def test_reset_replaces_the_world(drive, run_task, sim, key):
    run_task()
    assert drive("reset", "--seed", "7").stdout == (
        f"new world for {key}; its clock shows 2025-01-15T09:30:00Z\n"
    )
    world = sim.get("/world").json()
    assert (world["seed"], sum(world["resources"].values())) == (7, 0)
    assert json.loads(drive("reset", "--seed", "8", "--json").stdout)["seed"] == 8


def test_what_was_played_is_shown(drive, run_task):
    run_task()
    run = run_task("mfa_then_success")
    drive("advance", "6m")
    coverage, timeline = drive("coverage").stdout, drive("timeline").stdout
    assert "mfa_then_success  4 of 7 steps\n" in coverage
    assert "      1 x  task_run[2]\n" in coverage
    assert "    never  task_run[2].on_rejected[0]\n" in coverage
    assert re.search(rf"^\S+Z  task_run +{run['id']}  queued -> running$", timeline, re.MULTILINE)
    assert timeline.endswith("advanced 6m\n")


def test_a_key_that_no_call_came_with_is_reported(drive, cli, server, key, run_task):
    run_task()
    for words in ["advance", "5m"], ["timeline"], ["coverage"]:
        printed = cli(*words, "--url", server.url, "--key", f"{key}_misspelt")
        assert printed.exit_code == 0
        assert f"no call came with the key `{key}_misspelt`; calls came with " in printed.stderr
        assert f"`{key}` (" in printed.stderr
        assert printed.stderr.endswith(": give the right key with --key\n")
        assert drive(*words).stderr == ""
    with DeckSim() as deck:
        printed = cli("timeline", "--url", deck.url, "--key", "mine")
    assert "no call came with the key `mine`, nor with another key\n" in printed.stderr


def test_programs_get_json(drive, run_task, sim):
    run = run_task()
    moved = json.loads(drive("advance", "5s", "--json").stdout)
    assert [entry["what"] for entry in moved["happened"]] == ["queued -> running"]
    assert (moved["now"], moved["held"]) == ("2025-01-15T09:30:06Z", [])
    clock = json.loads(drive("clock", "--json").stdout)
    assert (clock["now"], clock["mode"], clock["step"]) == (moved["now"], "frozen", None)
    assert clock["due"][0]["id"] == run["id"]
    for name in ("timeline", "coverage"):
        assert json.loads(drive(name, "--json").stdout) == sim.get(f"/{name}").json()["data"]


def test_the_timeline_can_be_followed(server, key, api, monkeypatch, cli):
    api.post("/agents", json={"name": "before"})
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) % 2 == 0:
            raise KeyboardInterrupt
        api.get("/agents")

    monkeypatch.setattr("deck_sim.handle.deck.time.sleep", sleep)
    words = ["timeline", "--follow", "--url", server.url, "--key", key]
    ended, as_json = cli(*words), cli(*words, "--json")
    assert (ended.exit_code, pauses) == (130, [0.5] * 4)
    assert [line.split()[1] for line in ended.stdout.splitlines()] == ["call", "agent", "call"]
    assert [json.loads(line)["kind"] for line in as_json.stdout.splitlines()[-1:]] == ["call"]


def test_following_ends_when_its_reader_has_left(server, key, api, run_unread):
    api.post("/agents", json={"name": "before"})
    assert run_unread("timeline", "--follow", "--url", server.url, "--key", key) == 0


def test_a_negative_duration_is_no_unknown_option(cli):
    for word, why in (("-5m", "'-5m' is negative"), ("--limt", "No such option")):
        done = cli("advance", word)
        assert (done.exit_code, why in done.stderr) == (2, True)


def test_the_timeline_can_be_a_page(drive, run_task, tmp_path):
    run = run_task()
    page = tmp_path / "timeline.html"
    assert f"{run['id']}" in drive("timeline", "--html", f"{page}").stdout
    assert f"{run['id']}" in page.read_text()


def test_health_fails_if_no_server_answers(cli, server):
    printed = cli("health", "--url", server.url)
    assert (printed.exit_code, printed.stdout) == (0, f"deck-sim {__version__} at {server.url}\n")
    printed = cli("health", "--url", "http://127.0.0.1:9")
    assert (printed.exit_code, printed.stdout) == (1, "")
