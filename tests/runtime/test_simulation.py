"""A world in use: the modes of its clock, driving it, and what waits in it."""

import copy
from datetime import timedelta

import pytest
from freezegun import freeze_time

from deck_sim.base import real_time
from deck_sim.base.durations import parse_duration
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine import commands
from deck_sim.engine.destinations import create_destination
from deck_sim.engine.timers import ATTEMPT
from deck_sim.engine.world import FROZEN_START
from deck_sim.runtime import advance
from deck_sim.runtime.advance import run_to_end
from deck_sim.runtime.simulation import LAST_MOMENT, Settings, Simulation
from deck_sim.scenario.library import Library
from deck_sim.scenario.loader import read_scenario
from deck_sim.webhooks.signing import make_secret

CONNECTION = {"source_id": "src_1", "auth_method": "none", "external_id": None}
TASK = {"name": "Read", "agent_id": "agt_1", "input_schema": None, "output_schema": None}
TASK["settings"] = {"timeout_seconds": 1800}
SECOND = timedelta(seconds=1)


class HasWorld(Simulation):
    """A simulation whose wall clock the test moves, and short ways to use it."""

    def __init__(self, **settings):
        self.real = 0
        super().__init__("key", Settings(**settings), Library(), lambda: self.real)
        for kind, fields in {"agent": {"name": "A"}, "source": {}, "task": TASK}.items():
            name = {"agent": "agt_1", "source": "src_1", "task": "task_1"}[kind]
            commands.seed_resource(self.world, kind, fields, id=name)
        body = CONNECTION
        commands.seed_resource(self.world, "connection", body, id="conn_1", status="connected")

    def advance_by(self, *given):
        """Let time pass, with nobody to send webhooks."""
        return run_to_end(super().advance_by(*given))

    def advance_to(self, *given):
        """The same, to a moment."""
        return run_to_end(super().advance_to(*given))

    def advance_until_event(self, *given):
        """The same, until an event."""
        return run_to_end(super().advance_until_event(*given))

    def advance_until_idle(self):
        """The same, until nothing moves."""
        return run_to_end(super().advance_until_idle())

    def run(self, steps="[queued: 2s, running: 8s, completed]"):
        """Start a run; returns its id."""
        self.library.add(read_scenario(f"version: 1\nname: story\ntask_run: {steps}"))
        task, body = self.world.find("task", "task_1"), {"connection_id": "conn_1", "input": {}}
        choose = lambda facts: self.choose("task_run", "story", facts)  # noqa: E731
        return commands.run_task(self.world, task, body, choose).id

    def look(self, run_id):
        """The run as it is now."""
        return self.world.find("task_run", run_id)

    def pass_real(self, text):
        """Let real time pass, and the world catch up with it."""
        self.real += parse_duration(text) // timedelta(microseconds=1) * 1000
        self.catch_up()

    @property
    def elapsed(self):
        """How long the world has existed."""
        return self.world.now - FROZEN_START


ASKS = "[running: 1s, interaction_required: mfa, running, completed]"


@pytest.fixture
def driven():
    return HasWorld()


def refused(driven, name, call):
    """The text that a call is refused with; its one problem has that name."""
    with pytest.raises(ApiError) as caught:
        call()
    assert [p.name for p in caught.value.problems] == [name]
    return str(caught.value)


# The clock


def test_a_frozen_clock_does_not_follow_the_wall(driven):
    """A frozen world starts at its fixed moment, and stays there until it is told to move."""
    driven.pass_real("1h")
    assert driven.world.now == FROZEN_START


@pytest.mark.parametrize(
    ("speed", "real", "passed"),
    [
        (1, "8s", "8s"),
        (60, "1s", "1m"),
        (0.5, "3s", "1.5s"),
        (0.001, "1s", "1ms"),
        (1.1, "10s", "11s"),
    ],
)
def test_a_real_clock_follows_the_wall_at_its_speed(speed, real, passed):
    """`speed: 60` is a minute a second; fractions slow the world down."""
    driven = HasWorld(mode="real", now=FROZEN_START, speed=speed)
    driven.pass_real(real)
    assert driven.elapsed == parse_duration(passed)


def test_a_slow_clock_loses_nothing_to_frequent_calls():
    """However often it catches up, no fraction of a microsecond is dropped."""
    driven = HasWorld(mode="real", now=FROZEN_START, speed=0.001)
    for _ in range(1000):
        driven.pass_real("0.1ms")
    assert driven.elapsed == timedelta(microseconds=100)


def test_catching_up_settles_all_that_fell_due():
    """A run that should be over by now is over."""
    driven = HasWorld(mode="real", now=FROZEN_START)
    run = driven.run()
    driven.pass_real("9s")
    assert driven.look(run).status == "running"
    driven.pass_real("1s")
    assert driven.look(run).status == "completed"


def test_a_wall_that_runs_back_does_not_take_the_world_along():
    """A world's time never goes back, whatever the clock of the machine does."""
    driven = HasWorld(mode="real", now=FROZEN_START)
    driven.pass_real("10s")
    driven.real -= 5_000_000_000
    driven.catch_up()
    assert driven.elapsed == 10 * SECOND


def test_after_an_advance_a_real_clock_goes_on_from_there():
    """An hour's advance is an hour gained; the wall's next second is the world's next second."""
    driven = HasWorld(mode="real", now=FROZEN_START)
    driven.pass_real("10s")
    driven.advance_by(parse_duration("1h"))
    driven.pass_real("1s")
    assert driven.elapsed == parse_duration("1h11s")


def test_a_real_world_begins_now_and_ends_with_time_itself():
    """Without `now` it is the present; however fast, it stops at the last moment."""
    before = real_time.now()
    driven = HasWorld(mode="real", speed=10**12)
    assert before <= driven.world.now <= real_time.now()
    driven.pass_real("300d")
    assert driven.world.now == LAST_MOMENT


def test_changing_the_clock_goes_on_from_where_the_world_is(driven):
    """A world that was moved by hand goes on with the wall from there."""
    run = driven.run()
    driven.advance_to(FROZEN_START + 10 * SECOND)
    driven.set_clock("real", 2)
    assert (driven.mode, driven.speed) == ("real", 2)
    assert driven.look(run).status == "completed"
    driven.pass_real("1s")
    assert driven.elapsed == 12 * SECOND


def test_polling_something_unfinished_jumps_to_what_is_due_next():
    """In `on_poll` mode each read of a live run lets one moment pass; of a finished one none."""
    driven = HasWorld(mode="on_poll")
    run, seen = driven.run(), []
    for _ in range(4):
        driven.poll([driven.look(run)])
        seen.append((driven.elapsed // SECOND, driven.look(run).status))
    assert seen == [(2, "running"), (10, "completed"), (10, "completed"), (10, "completed")]


def test_polling_shows_a_prompt_before_its_window_runs_out():
    """A client that only polls sees that its answer was wrong, and can answer again."""
    driven = HasWorld(mode="on_poll")
    steps = "[running, interaction_required: {accept: {code: '1'}}, running, completed]"
    run = driven.run(steps)
    commands.answer_interaction(driven.world, driven.look(run), {"code": "0"})
    driven.poll([driven.look(run)])
    assert driven.look(run).status == "interaction_required"
    driven.poll([driven.look(run)])
    assert driven.look(run).status == "failed"


def test_polling_settles_the_whole_moment():
    """What falls due at the same moment happens in the same poll."""
    driven = HasWorld(mode="on_poll")
    first, second = driven.run(), driven.run()
    driven.poll([driven.look(first)])
    assert [driven.look(run).status for run in (first, second)] == ["running", "running"]


@pytest.mark.parametrize("mode", ["frozen", "real"])
def test_polling_moves_no_other_clock(mode):
    """Reading changes nothing but in `on_poll` mode."""
    driven = HasWorld(mode=mode, now=FROZEN_START)
    run = driven.run()
    was = copy.deepcopy(driven.world)
    driven.poll([driven.look(run)])
    assert driven.world == was


def test_a_poll_does_not_spend_its_jump_on_a_delivery():
    """What is due at this very moment goes out first; then the poll jumps as ever."""
    driven = HasWorld(mode="on_poll")
    fields = {"name": "q", "type": "webhook", "config": {"url": "http://x/"}, "events": ["*"]}
    create_destination(driven.world, fields, None, make_secret)
    run = driven.run()
    assert driven.world.timers.count(ATTEMPT) > 0
    driven.poll([driven.look(run)])
    assert (driven.elapsed, driven.look(run).status) == (2 * SECOND, "running")
    assert driven.world.outbox


def test_polling_nothing_moves_nothing():
    """An empty list has nothing unfinished in it."""
    driven = HasWorld(mode="on_poll")
    driven.run()
    driven.poll([])
    assert driven.elapsed == timedelta()


# Driving


def test_an_advance_reports_exactly_what_happened(driven):
    """The report names each thing with its moment, in order, and the moment that it is now."""
    run = driven.run()
    report = driven.advance_by(10 * SECOND)
    assert report.now == driven.world.now == FROZEN_START + 10 * SECOND
    assert [(e.at - FROZEN_START, e.kind, e.id, e.what) for e in report.happened] == [
        (2 * SECOND, "task_run", run, "queued -> running"),
        (10 * SECOND, "task_run", run, "running -> completed"),
    ]
    noted = driven.world.timeline[-1]
    assert (noted.kind, noted.what) == ("clock", "advanced 10s")


def test_an_advance_to_a_moment_is_one_by_the_difference(driven):
    """What is due at the very moment has happened; what is due after it has not."""
    run = driven.run()
    assert driven.advance_to(FROZEN_START + 2 * SECOND).happened[0].what == "queued -> running"
    assert driven.advance_to(FROZEN_START + 9.999 * SECOND).happened == []
    assert driven.look(run).status == "running"


def test_an_advance_by_nothing_notes_nothing(driven):
    """Time that did not move leaves no line."""
    was = copy.deepcopy(driven.world)
    assert driven.advance_by(timedelta()).happened == []
    assert driven.world == was


IMPOSSIBLE = {
    "by": lambda driven: driven.advance_by(-SECOND),
    "to": lambda driven: driven.advance_to(FROZEN_START - SECOND),
    "beyond": lambda driven: driven.advance_to(LAST_MOMENT + SECOND),
    "for ages": lambda driven: driven.advance_by(timedelta.max),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_time_goes_neither_back_nor_beyond_its_end(driven, case):
    """An impossible advance is refused, says what time it is, and changes nothing."""
    driven.run()
    was = copy.deepcopy(driven.world)
    text = refused(driven, "request/input_invalid", lambda: IMPOSSIBLE[case](driven))
    assert "it is 2025-01-15 09:30:00" in text
    assert driven.world == was


def test_an_advance_can_lead_to_the_end_of_time(driven):
    """The last moment is one that a world can reach, with all that is due before."""
    run = driven.run()
    assert driven.advance_to(LAST_MOMENT).now == LAST_MOMENT
    assert driven.look(run).status == "completed"


def test_an_advance_until_an_event_stops_right_there(driven):
    """Time stands at the event's moment; what is due later has not happened."""
    run = driven.run()
    report = driven.advance_until_event("task_run.running", None, parse_duration("1d"))
    assert report.now == FROZEN_START + 2 * SECOND
    assert [e.what for e in report.happened] == ["queued -> running"]
    assert driven.look(run).status == "running"


def test_an_advance_until_an_event_can_mean_one_resource(driven):
    """The same event of another run does not count."""
    driven.run("[running: 1s, completed]")
    second = driven.run("[running: 5s, completed]")
    report = driven.advance_until_event("task_run.completed", second, parse_duration("1d"))
    assert report.now == FROZEN_START + 5 * SECOND


def test_an_event_of_the_past_does_not_count(driven):
    """Only what comes from now on ends the advance."""
    driven.run()
    with pytest.raises(ApiError):
        driven.advance_until_event("task_run.queued", None, parse_duration("1d"))


def test_an_event_that_does_not_come_within_the_limit_is_an_error(driven):
    """The message says what is waiting; time stands at the last thing that happened."""
    run = driven.run(ASKS)
    text = refused(
        driven,
        "request/state_invalid",
        lambda: driven.advance_until_event("task_run.completed", run, parse_duration("1m")),
    )
    assert text == (
        f"no `task_run.completed` of `{run}` came within 1m, and nothing that is due by then can"
        f" bring it; waiting without a timer: `{run}` is `interaction_required` (an answer to `mfa`"
        " has to give `code`; the interaction times out in 5m)"
    )
    assert driven.elapsed == SECOND
    assert driven.world.timeline[-1].what == "advanced 1s"


OUT_OF_REACH = {
    "a prompt": (ASKS, "1s"),
    "a reviewer": ("[running: 1s, pending, completed]", "1s"),
    "stuck": ("[running: 1s, running: stuck]", "1s"),
    "over": ("[running: 2s, failed: auth/auth_invalid]", "2s"),
    "beyond the limit": ("[queued: 2s, running: 2d, completed]", "2s"),
}


@pytest.mark.parametrize("name", OUT_OF_REACH)
def test_time_passes_no_further_than_a_run_goes_on_by_itself(driven, name):
    """No patience is used up, and no other story is played, for an event that cannot come."""
    steps, elapsed = OUT_OF_REACH[name]
    wanted, _ = driven.run(steps), driven.run("[running: 10h, completed]")
    refused(
        driven,
        "request/state_invalid",
        lambda: driven.advance_until_event("task_run.completed", wanted, parse_duration("1d")),
    )
    assert driven.elapsed == parse_duration(elapsed)


LATE = (
    "[running: 1s, interaction_required: {type: mfa, timeout: 10m,"
    " on_timeout: [running: 9s, completed]}, running, completed]"
)


@pytest.mark.parametrize(
    ("steps", "status", "elapsed"),
    [(ASKS, "failed", "5m1s"), (LATE, "completed", "10m10s")],
)
def test_the_end_of_a_patience_may_bring_an_event(driven, steps, status, elapsed):
    """What somebody's giving up leads to can be waited for."""
    run = driven.run(steps)
    driven.advance_until_event(f"task_run.{status}", run, parse_duration("1d"))
    assert driven.elapsed == parse_duration(elapsed)


def test_what_is_not_about_runs_does_not_wait_for_runs(driven):
    """An event that no story brings is refused at once, with nothing played."""
    driven.run()
    was = copy.deepcopy(driven.world)
    refused(
        driven,
        "request/state_invalid",
        lambda: driven.advance_until_event("agent.created", None, parse_duration("1d")),
    )
    assert driven.world == was


def test_a_limit_beyond_the_end_of_time_is_the_end_of_time(driven):
    """A limit longer than the world has left is as good as none."""
    text = refused(
        driven,
        "request/state_invalid",
        lambda: driven.advance_until_event("task_run.completed", None, timedelta.max),
    )
    assert text.endswith("nothing is waiting")


def test_until_idle_plays_all_that_moves_by_itself(driven):
    """It ends when every story is over, at the moment of the last thing."""
    first, second = driven.run(), driven.run("[running: 3s, completed]")
    report = driven.advance_until_idle()
    assert [driven.look(run).status for run in (first, second)] == ["completed", "completed"]
    assert report.now == FROZEN_START + 10 * SECOND
    assert driven.advance_until_idle().happened == []


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        (ASKS, "interaction_required"),
        ("[running: 1s, pending, completed]", "pending"),
        ("[running: stuck]", "running"),
    ],
)
def test_until_idle_stops_where_only_patience_is_left(driven, steps, status):
    """A run that waits for a person is not pushed into its timeout."""
    run = driven.run(steps)
    driven.advance_until_idle()
    assert driven.look(run).status == status
    assert driven.elapsed <= SECOND


def test_until_idle_gives_up_at_the_end_of_time(driven):
    """What would happen only after the last moment is left alone."""
    driven.advance_to(LAST_MOMENT - SECOND)
    run = driven.run("[running: 2s, completed]")
    assert driven.advance_until_idle().happened == []
    assert driven.look(run).status == "running"


ADVANCES = {
    "by": lambda driven: driven.advance_by(parse_duration("1m")),
    "idle": lambda driven: driven.advance_until_idle(),
    "event": lambda driven: driven.advance_until_event("never", None, parse_duration("1m")),
}


@pytest.mark.parametrize("way", ADVANCES)
def test_a_story_without_end_ends_in_an_error(driven, monkeypatch, way):
    """An advance in which too much happens is stopped, and says so."""
    monkeypatch.setattr(advance, "MAX_STEPS", 2)
    for _ in range(3):
        driven.run("[running: 1s, completed]")
    text = refused(driven, "request/state_invalid", lambda: ADVANCES[way](driven))
    assert text == (
        "2 things happened in one advance, and more are due;"
        " look for a scenario or a receiver that never ends"
    )


def test_as_many_things_as_allowed_are_no_error(driven, monkeypatch):
    """The limit stops the one thing too many, not the last one allowed."""
    monkeypatch.setattr(advance, "MAX_STEPS", 2)
    runs = [driven.run("[running: 1s, completed]") for _ in range(2)]
    driven.advance_by(SECOND)
    assert [driven.look(run).status for run in runs] == ["completed", "completed"]


# What waits, and what is chosen


def test_what_is_due_comes_soonest_first(driven):
    """A run's step, and the timeout of its task."""
    run = driven.run()
    assert [(due.owner, due.name) for due in driven.world.timers.upcoming()] == [
        (run, "step"),
        (run, "task_timeout"),
    ]


def test_the_choice_of_a_scenario_is_remembered(driven):
    """The last choice tells which was chosen, why, and what it was preferred to."""
    driven.selection.default_scenario = "another"
    driven.run()
    assert str(driven.choices[-1]) == "story; because=header"
    assert driven.choices[-1].second == "another; because=default"


def test_same_seed_and_calls_give_the_same_world():
    """Two worlds that are driven alike are equal, whatever their clocks' modes."""

    def driven(seed):
        made = HasWorld(seed=seed)
        made.run("[queued: 1s..9s, running: 1s..9s, completed]")
        made.advance_until_idle()
        return made.world

    assert driven(4) == driven(4)
    assert driven(4).timeline != driven(5).timeline


# A clock that follows the process


@pytest.fixture
def following():
    """A world that follows the process, and the freezer of the process."""
    with freeze_time("2025-01-15 09:30") as freezer:
        yield HasWorld(mode="follow"), freezer


def test_a_world_that_follows_begins_with_the_process(following):
    """It has the moment at which the process is frozen, and what is due comes as that moves."""
    driven, freezer = following
    run = driven.run()
    freezer.tick(10)
    driven.catch_up()
    assert (driven.elapsed, driven.look(run).status) == (10 * SECOND, "completed")
    assert type(driven.world.now) is type(FROZEN_START)


def test_an_advance_is_gained_on_the_process(following):
    """A world that was moved ahead stays ahead."""
    driven, freezer = following
    driven.advance_by(SECOND)
    freezer.tick(1)
    driven.catch_up()
    assert driven.elapsed == 2 * SECOND


def test_a_world_does_not_go_back_with_the_process(following):
    """It stays, says so, and goes on from there."""
    driven, freezer = following
    driven.run("[queued: 1h, running, completed]")
    freezer.tick(-60)
    driven.catch_up()
    driven.catch_up()
    assert [entry.what for entry in driven.world.timeline if entry.kind == "clock"] == [
        "the process's time went back 1m; the world's stays, and goes on from here"
    ]
    freezer.tick(1)
    driven.catch_up()
    assert driven.elapsed == SECOND


def test_a_world_that_has_not_begun_goes_back_with_the_process(following):
    """A test may be frozen after its world was made, and seeded; that is where it begins."""
    driven, freezer = following
    old = FROZEN_START - 400 * SECOND
    commands.seed_resource(driven.world, "agent", {"name": "B"}, id="agt_2", created_at=old)
    freezer.tick(-60)
    driven.catch_up()
    assert driven.elapsed == -60 * SECOND
    assert {entry.at for entry in driven.world.timeline} == {driven.world.now}
    agents = driven.world.all("agent").values()
    assert [agent.created_at for agent in agents] == [driven.world.now, old]


def test_who_drives_is_not_overtaken(following):
    """While a journey is driven, no call lets the world come along."""
    driven, freezer = following
    driven.advancing = True
    freezer.tick(1)
    driven.catch_up()
    assert driven.elapsed == 0 * SECOND


def test_the_journal_keeps_the_last_ten_thousand_calls():
    """A server that runs for weeks forgets the oldest, not the newest."""
    simulation = Simulation("key", Settings(), Library())
    simulation.journal.extend(range(10_001))
    assert (len(simulation.journal), simulation.journal[0]) == (10_000, 1)
