from dataclasses import dataclass
from datetime import timedelta

import pytest
from calls import count_calls

from deck_sim.engine import playing
from deck_sim.engine.playing import pass_time
from deck_sim.engine.world import FROZEN_START
from deck_sim.engine.world_values import Options


def nothing_is_left(play):
    timers = play.world.timers
    return (timers.peek(), list(timers.upcoming()), play.world.stories) == (None, [], {})


def test_each_status_lasts_as_long_as_its_step_says(play):
    run = play.run("[queued: 2s, running: 8s, completed]")
    play.wait("1d")
    assert play.told(run) == [
        "0s created as queued",
        "2s queued -> running",
        "10s running -> completed",
    ]
    assert play.events(run) == ["task_run.queued", "task_run.running", "task_run.completed"]
    assert nothing_is_left(play)


def test_one_timer_fires_at_a_time(play):
    first, second = (play.run("[running: 2s, completed]") for _ in range(2))
    limit = FROZEN_START + timedelta(days=1)
    pass_time(play.world, limit)
    assert play.world.now == FROZEN_START + timedelta(seconds=2)
    assert [play.look(run).status for run in (first, second)] == ["completed", "running"]
    pass_time(play.world, limit)
    assert play.look(second).status == "completed"
    assert play.world.now == FROZEN_START + timedelta(seconds=2)
    pass_time(play.world, limit)
    assert play.world.now == limit


def test_time_never_runs_back(play):
    play.run("[running: 1m, completed]")
    play.wait("30s")
    pass_time(play.world, FROZEN_START)
    assert play.world.now == FROZEN_START + timedelta(seconds=30)


def test_a_run_times_out_counted_from_its_creation(play):
    run = play.run("[queued: 5m, running: 2h, completed]", timeout=3600)
    play.wait("3h")
    assert play.told(run)[-1] == "1h running -> failed"
    text = "task/timeout: Task execution exceeded the timeout of 60 minutes."
    assert play.error(run) == text
    assert play.world.runtime_ms(play.look(run), play.world.now) == 55 * 60_000
    assert nothing_is_left(play)


LONG = "interaction_required: {timeout: 1m..36500d}"
STILL = {
    "running": ("[queued: 7m, running: stuck]", "37m"),
    "queued": ("[queued: stuck]", "30m"),
    "pending": ("[running: 1m, pending, completed]", "31m"),
    "interaction_required": (f"[running: 2m, {LONG}, running, completed]", "32m"),
}


@pytest.mark.parametrize("status", STILL)
def test_half_an_hour_without_activity_ends_a_run(play, status):
    """The 30 minutes count from the last transition or answer."""
    steps, moment = STILL[status]
    run = play.run(steps, timeout=86_400)
    play.wait("1d")
    assert play.told(run)[-1] == f"{moment} {status} -> failed"
    assert play.error(run) == "task/timeout: Nothing happened in the task run for 30 minutes."
    assert nothing_is_left(play)


def test_played_steps_are_counted(play):
    prompt = "{timeout: 1m, accept: {code: '1'}, on_timeout: [failed: task/task_failed]}"
    run = play.run(f"[running, interaction_required: {prompt}, running, completed]")
    play.answer(run, code="2")
    play.wait("1m")
    counts = {path: n for (_, kind, path), n in play.world.played.items() if kind == "task_run"}
    assert counts == {(0,): 1, (1,): 2, (1, "on_timeout", 0): 1}


def test_a_step_that_breaks_off_counts_as_played(play):
    run = play.run("[running, completed: {output: {nights: '{{ input.nights }}'}}]")
    counts = {path: n for (_, kind, path), n in play.world.played.items() if kind == "task_run"}
    assert (play.look(run).status, counts) == ("failed", {(0,): 1, (1,): 1})


def test_the_same_seed_and_calls_give_the_same_world(make_play):
    def played(seed):
        play = make_play(seed)
        run = play.run("[queued: 1s..9s, running, interaction_required: mfa, running, completed]")
        play.wait("1m")
        play.answer(run, code="1")
        return play.world

    assert played(1) == played(1)
    assert played(1).timeline != played(2).timeline


def test_a_run_takes_a_limited_number_of_screenshots(play, monkeypatch):
    """A stuck run would take them for ever. Every run takes them from when the option is set."""
    monkeypatch.setattr(playing, "MOST_SCREENSHOTS", 2)
    runs = [play.run("[running: stuck]").id for _ in range(2)]
    play.wait("1m")
    assert play.world.screenshots == {}
    play.world.set_options(Options(screenshots=True))
    play.wait("1m")
    assert [len(play.world.screenshots[run]) for run in runs] == [2, 2]


def test_every_connection_that_is_idle_ends_after_the_time_of_the_option(play):
    idle = [play.connect() for _ in range(2)]
    play.world.set_options(Options(connection_idle=timedelta(minutes=1)))
    play.wait("1m")
    assert [play.look(connection).status for connection in idle] == ["disconnected"] * 2


def test_the_script_of_a_connection_that_is_idle_does_not_go_on(play):
    connection = play.open("[connected: 1h, disconnected]")
    play.world.set_options(Options(connection_idle=timedelta(minutes=1)))
    play.wait("2h")
    assert play.told(connection)[-1] == "1m connected -> disconnected"
    assert nothing_is_left(play)
    assert [*play.world.script_errors] == []


def test_each_screenshot_says_what_the_agent_saw_and_chose(play):
    """Unless the scenario says it; a stuck run waits."""
    play.world.set_options(Options(screenshots=True))
    told = play.run("[running: 15s, screenshot: {name: a.png, reasoning: Done.}, completed]")
    stuck = play.run("[running: stuck]")
    play.wait("15s")
    url, name = play.source["website"]["url"], play.world.all("task")[told["task_id"]]["name"]
    reasons = [[shot.reasoning for shot in play.world.screenshots[run.id]] for run in (told, stuck)]
    first = f"{url} is open. The agent reads all of it before it starts with the task `{name}`."
    more = f"{url} shows a part of what the task `{name}` needs, so the agent goes on from there."
    waits = f"{url} does not change. Another try could do a step twice, so the agent waits."
    assert reasons == [[first, more, "Done."], [waits, waits, waits]]


def test_a_pace_says_how_long_the_agent_works(play):
    """Windows of prompts, which are for a person, and steps without a length stay."""

    @dataclass
    class Slow:
        def length_of(self, world, story, length):
            return length * 10

    play.world.pace = Slow()
    prompt = "{timeout: 1m, on_timeout: [failed: task/task_failed]}"
    run = play.run(f"[queued: 2s, running: 3s, interaction_required: {prompt}, running, completed]")
    play.wait("1h")
    assert play.told(run)[1:] == [
        "20s queued -> running",
        "50s running -> interaction_required",
        "1m50s interaction_required -> failed",
    ]


def test_ten_times_the_runs_cost_ten_times_the_calls(make_play):
    counts = []
    for runs in (10, 100):
        play = make_play()
        connection = play.connect()
        for _ in range(runs):
            play.run("[queued: 1s..9s, running: 1s..9s, completed]", connection)
        counts.append(count_calls(play.wait, "1m"))
    assert counts[1] < 10.5 * counts[0]
    assert counts[1] < 180 * 100  # calls for a run
