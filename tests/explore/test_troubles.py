import copy
import itertools
from dataclasses import replace
from itertools import pairwise

import httpx2
import pytest

from deck_sim.base.errors import DeckSimError
from deck_sim.explore.places import (
    DELIVERY,
    DIRECT,
    EARLY,
    FIRST,
    LAST,
    OVERTAKEN,
    RACE,
    RANGES,
    READ,
    SLOW,
    STEP,
    STEPS,
    WRITE,
    Place,
)
from deck_sim.explore.troubles import (
    NAMES,
    TROUBLE_KINDS,
    Pair,
    Trouble,
    check_names,
    choose_troubles,
    find_pairs,
    find_troubles,
)
from deck_sim.explore.watch import Life, Watch
from deck_sim.operations.history import show_timeline
from deck_sim.runtime import dispatcher
from deck_sim.runtime.simulation import Exploration

AGENT = {"name": "Concierge"}
FIRST_CREATE = Place(WRITE, "POST /v2/agents #1", ("POST /v2/agents",))
SECOND_CREATE = Place(WRITE, "POST /v2/agents #2", ("POST /v2/agents",), 2)


@pytest.fixture
def start(simulation):
    """Begin a trouble in the test's world; returns it."""

    def start(name, place):
        kind = TROUBLE_KINDS[NAMES.index(name)]
        assert place.kind in kind.places
        trouble = Trouble(kind, place)
        simulation().world.injected.by_owner.clear()
        trouble.start(simulation())
        assert not trouble.occurred(simulation())
        return trouble

    return start


@pytest.fixture
def create(api):
    """Create an agent; returns the status of the answer, or the name of the error."""

    def create():
        try:
            return api.post("/agents", json=AGENT).status_code
        except httpx2.TransportError as error:
            return type(error).__name__

    return create


@pytest.mark.parametrize(
    ("name", "answer", "agents"),
    [
        ("lost_response", "RemoteProtocolError", 2),
        ("reset", "ReadError", 1),
        ("unavailable", 503, 1),
        ("rate_limited", 429, 1),
    ],
)
def test_one_call_is_lost_refused_or_unavailable(start, create, simulation, name, answer, agents):
    trouble = start(name, SECOND_CREATE)
    assert [create(), create()] == [201, answer]
    assert trouble.occurred(simulation())
    assert len(simulation().world.all("agent")) == agents


def test_a_program_is_killed_after_its_call_was_carried_out(start, create, simulation):
    killed_with = []
    world = simulation().world
    simulation().exploration = Exploration(
        True, kill=lambda: killed_with.append(len(world.all("agent")))
    )
    trouble = start("restart", SECOND_CREATE)
    assert [create(), create(), create()] == [201, "RemoteProtocolError", 201]
    assert trouble.occurred(simulation())
    assert killed_with == [2]


def test_a_restart_is_only_for_a_program_that_runs_again():
    for can_rerun in (False, True):
        troubles, _ = find_troubles([FIRST_CREATE], can_rerun=can_rerun)
        assert ("restart at POST /v2/agents #1" in map(str, troubles)) == can_rerun
    check_names(["restart"], can_rerun=True)
    with pytest.raises(DeckSimError, match=r"'restart' needs a command that runs again: `explore"):
        check_names(["restart at POST /v2/agents #1"])


def test_a_read_is_refused_or_unavailable(start, api, simulation):
    for name, status in {"rate_limited": 429, "unavailable": 503}.items():
        trouble = start(name, Place(READ, "", ("GET /v2/agents",)))
        assert api.get("/agents").status_code == status
        assert trouble.occurred(simulation())


def test_a_read_loses_its_connection_but_never_its_answer_alone(start, api):
    start("reset", Place(READ, "", ("GET /v2/agents",)))
    with pytest.raises(httpx2.ReadError):
        api.get("/agents")
    assert READ not in TROUBLE_KINDS[NAMES.index("lost_response")].places


@pytest.fixture
def pass_real_time(simulation):
    """Moves the real clock of the world, which stands still otherwise."""
    clock = [0]
    simulation().real_ns = lambda: clock[0]

    def pass_real_time(seconds):
        clock[0] += round(seconds * 10**9)

    return pass_real_time


def test_a_call_is_refused_until_two_seconds_have_passed(start, create, advance, pass_real_time):
    """In the world, or in real time."""
    for pass_two_seconds in (lambda: advance("2s"), lambda: pass_real_time(2)):
        start("rate_limited", FIRST_CREATE)
        assert [create(), create()] == [429, 429]
        pass_two_seconds()
        assert [create(), create()] == [201, 201]


def test_a_sleep_of_a_receiver_counts_after_a_seed(start, create, sim, simulation):
    """A seed replaces the world by a copy."""
    start("rate_limited", FIRST_CREATE)
    sim.call("POST", "/seed", {"resources": {"agents": [{"id": "agt_1", "name": "a"}]}})
    assert create() == 429
    simulation().slept_ns += 2 * 10**9
    assert create() == 201


def test_the_real_time_that_a_client_waits_is_counted(
    start, create, server, simulation, pass_real_time
):
    start("rate_limited", FIRST_CREATE)
    watch = Watch(lives=[Life("life", simulation(), server.worlds)])
    for seconds, status, waited in ((0, 429, 0), (1.5, 429, 0), (2.5, 201, 2.5), (3, 201, 2.5)):
        pass_real_time(seconds)
        assert (create(), watch.waited) == (status, waited)


def test_a_call_is_refused_at_most_four_times(start, create, pass_real_time):
    start("rate_limited", SECOND_CREATE)
    assert [create() for _ in range(7)] == [201, 429, 429, 429, 429, 201, 201]


def test_a_refused_call_says_how_long_to_wait(start, api):
    start("rate_limited", FIRST_CREATE)
    assert api.post("/agents", json=AGENT).headers["Retry-After"] == "2"


def test_a_timeout_passes_before_the_answer_comes(start, direct, simulation):
    trouble = start("client_timeout", Place(DIRECT, "", ("POST /v2/agents",)))
    with pytest.raises(httpx2.ReadTimeout):
        direct.post("/agents", json=AGENT)
    assert trouble.occurred(simulation())
    assert len(simulation().world.all("agent")) == 1


def test_a_call_fails_again(start, create, simulation):
    """Only the second answer says truly that nothing was done."""
    trouble = start("fails_again", SECOND_CREATE)
    assert [create() for _ in range(4)] == [201, 504, 503, 201]
    assert trouble.occurred(simulation())
    assert len(simulation().world.all("agent")) == 3
    calls = [(call.fault, call.unanswered) for call in simulation().journal]
    assert calls[1] == ("gateway_timeout", "fault `gateway_timeout`")


@pytest.fixture
def update(api, receiver):
    """Update an agent; returns the names in the webhooks that came before the answer."""

    def update(agent, name):
        count = len(receiver.arrivals)
        api.patch(f"/agents/{agent['id']}", json={"name": name})
        return [arrival.data["data"]["name"] for arrival in receiver.arrivals[count:]]

    return update


@pytest.mark.parametrize(
    ("name", "kind", "arrivals"),
    [
        ("duplicate", DELIVERY, "first second second third"),
        ("late", OVERTAKEN, "first third second"),
        ("lost_once", DELIVERY, "first third second"),
        ("again_after_next", OVERTAKEN, "first second third second"),
    ],
)
def test_one_webhook_comes_twice_or_late(
    start, update, agent, simulation, subscribe, receiver, advance, name, kind, arrivals
):
    """The second update of an agent; another agent's second update comes once."""
    subscribe("agent.updated")
    porter, concierge = agent("Porter"), agent()
    trouble = start(name, Place(kind, "", ("agent.updated", concierge["id"]), 2))
    for number in ("first", "second", "third"):
        update(porter, f"porter's {number}"), update(concierge, number), advance("0s")
    advance("1m")
    names = [arrival.data["data"]["name"] for arrival in receiver.arrivals]
    assert " ".join(name for name in names if "porter" not in name) == arrivals
    assert len([name for name in names if "porter" in name]) == 3
    assert trouble.occurred(simulation())


def test_the_log_of_deliveries_leaves_out_what_a_trouble_lost(
    start, sim, update, agent, subscribe, receiver, advance
):
    subscribe("agent.updated")
    concierge = agent()
    start("lost_once", Place(DELIVERY, "", ("agent.updated", concierge["id"])))
    receiver.say(503, 204)
    update(concierge, "first"), advance("1m")
    (delivery,) = sim.get("/deliveries").json()["data"]
    assert [attempt["status"] for attempt in delivery["log"]] == [503, 204]
    assert delivery["attempts"] == 2


def test_a_webhook_is_lost_for_ever(start, update, agent, subscribe, receiver, advance):
    subscribe("agent.updated")
    concierge = agent()
    start("lost", Place(LAST, "", ("agent.updated", concierge["id"]), 2))
    for name in ("first", "second", "third"):
        update(concierge, name), advance("1d")
    assert [arrival.data["data"]["name"] for arrival in receiver.arrivals] == ["first", "third"]


@pytest.mark.parametrize("path", ["/task-runs/{id}", "/task-runs"])
def test_a_webhook_is_lost_only_for_a_program_that_polls(
    start, run_task, subscribe, advance, api, simulation, path
):
    """It may read the run, or the list of runs."""
    subscribe("task_run.completed")
    run_id = run_task()["id"]
    trouble = start("lost", Place(LAST, "", ("task_run.completed", run_id)))
    advance("1m"), api.get("/agents")
    assert not trouble.occurred(simulation())
    api.get(path.format(id=run_id))
    assert trouble.occurred(simulation())


def test_a_run_ends_before_its_second_cancel_arrives(start, run_task, api, simulation):
    """Deck refuses it, and the timeline has the end before the call."""
    run_id = run_task()["id"]
    trouble = start("ends_first", Place(RACE, "", (f"POST /v2/task-runs/{run_id}/cancel",)))
    api.post(f"/task-runs/{run_task()['id']}/cancel")
    assert not trouble.occurred(simulation())
    assert api.post(f"/task-runs/{run_id}/cancel").status_code == 409
    assert trouble.occurred(simulation())
    whats = [entry["what"] for entry in show_timeline(simulation())["data"]][-2:]
    assert [what.rpartition(f"{run_id}/")[2] for what in whats] == [
        "queued -> failed",
        "cancel -> 409 (request/state_invalid)",
    ]


def test_a_run_that_has_ended_cannot_end_first(start, run_task, api, simulation):
    run_id = run_task()["id"]
    trouble = start("ends_first", Place(RACE, "", (f"POST /v2/task-runs/{run_id}/cancel",), 2))
    assert [api.post(f"/task-runs/{run_id}/cancel").status_code for _ in range(2)] == [200, 409]
    assert not trouble.occurred(simulation())


def test_each_read_for_a_webhook_is_refused_until_it_comes_again(
    start, agent, subscribe, receiver, advance, api
):
    """So a program that tries a call a few times gives up."""
    subscribe("agent.created")
    start("unavailable", Place(READ, "", ("GET /v2/agents",), in_attempt=True))
    statuses = []

    def handle(*_):
        statuses.append([api.get("/agents").status_code for _ in range(3)])
        return statuses[-1][-1]

    receiver.say(handle)
    agent(), advance("1h")
    assert statuses == [[503] * 3, [200] * 3]


def test_forged_messages_come_before_a_webhook(
    start, run_task, subscribe, receiver, advance, simulation, plays
):
    """With another id and status; one with a wrong signature, one without; no log has them."""
    subscribe("task_run.completed")
    run_id = run_task(plays("running", "completed"))["id"]
    trouble = start("forged", Place(FIRST, "", ("task_run.completed", run_id)))
    advance("1m")
    forged, unsigned, real = receiver.arrivals
    statuses = [arrival.data["data"]["status"] for arrival in receiver.arrivals]
    assert statuses == ["failed", "failed", "completed"]
    assert forged.headers["webhook-id"] == unsigned.headers["webhook-id"]
    assert forged.headers["webhook-id"] != real.headers["webhook-id"]
    assert "webhook-signature" in forged.headers
    assert "webhook-signature" not in unsigned.headers
    assert [len(log) for log in simulation().world.delivery_log.values()] == [1]
    assert trouble.occurred(simulation())


def test_one_webhook_comes_before_the_answer_of_its_call(
    start, update, agent, simulation, subscribe, advance
):
    subscribe("agent.updated")
    porter, concierge = agent("Porter"), agent()
    trouble = start("before_response", Place(EARLY, "", ("agent.updated", concierge["id"]), 2))
    calls = (
        (concierge, "first"),
        (porter, "porter's"),
        (concierge, "second"),
        (concierge, "third"),
    )
    early = []
    for resource, name in calls:
        early.append(update(resource, name)), advance("0s")
    assert early == [[], [], ["second"], []]
    assert trouble.occurred(simulation())


def test_a_webhook_that_gets_no_answer_before_that_of_the_call_was_not_early(
    start, update, agent, simulation, subscribe, receiver, monkeypatch
):
    monkeypatch.setattr(dispatcher, "_EARLY_SECONDS", 0.01)
    subscribe("agent.updated")
    concierge = agent()
    trouble = start("before_response", Place(EARLY, "", ("agent.updated", concierge["id"])))
    receiver.say(receiver.hang)
    update(concierge, "other")
    assert not trouble.occurred(simulation())


STORY = ({"queued": "1s"}, {"running": "3s..9s"}, "completed")


@pytest.fixture
def lengths(run_task, simulation, advance, plays):
    """The seconds of each step of a run that plays these steps."""

    def lengths(*steps):
        begin, run_id = simulation().world.now, run_task(plays(*steps))["id"]
        advance("1d")
        timeline = simulation().world.timeline
        moments = [row.at for row in timeline if row.id == run_id and "->" in row.what]
        return [(end - start).total_seconds() for start, end in pairwise([begin, *moments])]

    return lengths


def test_all_steps_are_over_at_once_or_last_longer(start, lengths, simulation):
    usual = lengths(*STORY)
    assert 3 <= usual[1] <= 9
    for name, place, factor in [("at_once", STEPS, 0), ("slow", SLOW, 7)]:
        trouble = start(name, Place(place, number=factor))
        assert lengths({"queued": "1s"}, {"running": "5s"}, "completed") == [factor, 5 * factor]
        assert trouble.occurred(simulation())


def test_one_step_is_skipped(start, lengths, simulation):
    place = Place(STEP, "running #2", ("story", "task_run", "2"))
    trouble = start("skipped", place)
    assert lengths({"queued": "1s"}, {"running": "2s"}, {"running": "3s"}, "completed") == [1, 2]
    assert trouble.occurred(simulation())
    assert f"{trouble}" == "skipped running #2"


def test_a_range_is_drawn_otherwise_and_a_fixed_length_is_not(start, lengths, simulation):
    usual = lengths(*STORY)
    trouble = start("other_draw", Place(RANGES))
    first, second = lengths(*STORY)
    assert first == 1
    assert 3 <= second <= 9
    assert second != usual[1]
    assert trouble.occurred(simulation())


def test_a_trouble_that_changed_nothing_did_not_occur(start, lengths, simulation):
    trouble = start("skipped", Place(STEP, "", ("another", "task_run", "0")))
    lengths(*STORY)
    assert not trouble.occurred(simulation())
    trouble = start("at_once", Place(STEPS))
    lengths({"running": "0s"}, "completed")
    assert not trouble.occurred(simulation())
    simulation().world.pace = None
    assert not trouble.occurred(simulation())


def test_a_trouble_stays_when_a_world_is_copied(start, simulation):
    start("duplicate", Place(DELIVERY, "", ("agent.created", "agt_1")))
    (copied,) = copy.deepcopy(simulation().world.injected).by_owner.values()
    assert [injected.fault.key for injected in copied] == ["duplicate"]


def test_a_test_that_reads_and_clears_its_faults_leaves_the_trouble(start, create, sim):
    start("unavailable", SECOND_CREATE)
    sim.post("/faults", json={"match": "POST /v2/agents", "status": 502})
    assert [fault["status"] for fault in sim.get("/faults").json()["data"]] == [502]
    sim.delete("/faults")
    assert [create(), create()] == [201, 503]


def test_a_pair_occurs_if_both_troubles_do(start, create, simulation):
    pair = Pair(start("unavailable", FIRST_CREATE), start("reset", SECOND_CREATE))
    simulation().world.injected.by_owner.clear()
    pair.start(simulation())
    assert f"{pair}" == "unavailable at POST /v2/agents #1 and reset at POST /v2/agents #2"
    assert (create(), pair.occurred(simulation())) == (503, False)
    assert (create(), pair.occurred(simulation())) == ("ReadError", True)


def test_the_advice_of_a_pair_is_that_of_the_trouble_with_the_higher_price():
    """A call that was carried out, then a webhook, then a call, then a pace."""
    names = ("lost_response", "before_response", "reset", "at_once")
    kinds = [TROUBLE_KINDS[NAMES.index(name)] for name in names]
    troubles = [Trouble(kind, Place(kind.places[0])) for kind in kinds]
    for worse, better in itertools.combinations(troubles, 2):
        assert Pair(worse, better).kind == Pair(better, worse).kind == worse.kind


def test_pairs_that_a_first_trouble_makes_possible_come_first():
    """Then those that are near to each other. No pair has one place, two timings or two worlds;
    `fails_again` is two troubles itself.
    """
    places = [replace(FIRST_CREATE, name=f"POST #{number}", number=number) for number in (1, 2, 3)]
    names = [
        "reset",
        "lost_response",
        "at_once",
        "other_draw",
        "duplicate",
        "restart",
        "fails_again",
    ]
    reset, lost, at_once, draw, duplicate, restart, again = (
        TROUBLE_KINDS[NAMES.index(name)] for name in names
    )
    first_reset, second_reset = Trouble(reset, places[0]), Trouble(reset, places[1])
    fast, other = Trouble(at_once, Place(STEPS)), Trouble(draw, Place(RANGES))
    elsewhere = Trouble(duplicate, Place(DELIVERY, "", ("agent.created", ""), life="another"))
    new = Trouble(lost, places[2])
    pairs = find_pairs({first_reset: [new], second_reset: [], fast: [], other: [], elsewhere: []})
    assert [f"{pair}".replace(" at POST ", "") for pair in pairs] == [
        "reset#1 and lost_response#3",
        "reset#1 and reset#2",
        "reset#2 and at_once",
        "reset#1 and at_once",
        "reset#2 and other_draw",
        "reset#1 and other_draw",
    ]
    left_out = [Trouble(lost, places[0]), Trouble(restart, places[1]), Trouble(again, places[1])]
    assert find_pairs({first_reset: left_out}) == []


PLACES = [SECOND_CREATE, Place(READ, "GET /v2/agents #1", ("GET /v2/agents",), like=("read",))]


def test_troubles_are_chosen_by_name_with_or_without_their_place():
    reset, missing = "reset at POST /v2/agents #2", "reset at GET /v2/agents #9"
    troubles, _ = find_troubles(PLACES)
    only, hints = choose_troubles(troubles, [reset, "unavailable", missing])
    assert [*map(str, only)] == [
        reset,
        "unavailable at POST /v2/agents #2",
        "unavailable at GET /v2/agents #1",
    ]
    assert hints == [f"{missing}; did you mean 'reset at GET /v2/agents #1'?"]


def test_troubles_are_skipped_by_name_with_or_without_their_place():
    troubles, _ = find_troubles(PLACES)
    skip = ["reset at POST /v2/agents #2", "unavailable", "rate_limited", "fails_again"]
    rest, _ = choose_troubles(troubles, skip=skip)
    names = ["lost_response at POST /v2/agents #2", "reset at GET /v2/agents #1"]
    assert [*map(str, rest)] == names


def test_unknown_names_are_refused_with_the_nearest():
    check_names(["reset", "reset at POST /v2/agents #1", "skipped running"])
    with pytest.raises(DeckSimError, match="unknown trouble 'rest'; did you mean 'reset'"):
        check_names(["rest at POST /v2/agents #1"])
    with pytest.raises(DeckSimError, match="unknown trouble 'x'; troubles are `lost_response`, "):
        check_names(["x"])
