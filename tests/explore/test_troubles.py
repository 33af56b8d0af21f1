"""Troubles: what each sets, that it comes at its place alone, and their names."""

import copy
from datetime import timedelta

import httpx2
import pytest

from deck_sim.base.errors import DeckSimError
from deck_sim.explore.places import (
    DELIVERY,
    EARLY,
    OVERTAKEN,
    RANGES,
    READ,
    SLOW,
    STEP,
    STEPS,
    WRITE,
    Place,
)
from deck_sim.explore.trouble_effects import Pace, no_time
from deck_sim.explore.troubles import (
    NAMES,
    TROUBLE_KINDS,
    Trouble,
    check_names,
    choose_troubles,
    find_troubles,
)
from deck_sim.explore.watch import Life, Watch
from deck_sim.runtime import dispatcher

AGENT = {"name": "Concierge"}
CREATE = Place(WRITE, "POST /v2/agents #2", ("POST /v2/agents",), 2)


@pytest.fixture
def start(simulation):
    """Begin a trouble in the test's world; returns it."""

    def start(name, place):
        (kind,) = [one for one in TROUBLE_KINDS if one.name == name and place.kind in one.places]
        trouble = Trouble(kind, place)
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
    ("name", "answer", "made"),
    [
        ("lost_response", "RemoteProtocolError", 2),
        ("reset", "ReadError", 1),
        ("unavailable", 503, 1),
        ("rate_limited", 429, 1),
    ],
)
def test_one_call_is_lost_refused_or_unavailable(start, create, simulation, name, answer, made):
    trouble = start(name, CREATE)
    assert [create(), create()] == [201, answer]
    assert trouble.occurred(simulation())
    assert len(simulation().world.all("agent")) == made


@pytest.mark.parametrize("name", ["reset", "unavailable", "rate_limited"])
def test_a_read_can_fail_and_its_answer_cannot_be_lost(start, api, simulation, name):
    trouble = start(name, Place(READ, "", ("GET /v2/agents",)))
    try:
        assert api.get("/agents").status_code in (429, 503)
    except httpx2.ReadError:
        assert name == "reset"
    assert trouble.occurred(simulation())
    assert READ not in TROUBLE_KINDS[NAMES.index("lost_response")].places


def test_a_call_is_refused_again_if_it_is_repeated_within_a_second(start, create, simulation, sim):
    """Four times in all. Reading the clock of the world or of the process ends it."""
    real = [0]
    simulation().real_ns = lambda: real[-1]
    for pass_a_second in (
        lambda: sim.post("/clock/advance", json={"by": "1s"}),
        lambda: real.append(10**9),
    ):
        start("rate_limited", Place(WRITE, "", ("POST /v2/agents",)))
        assert [create(), create()] == [429, 429]
        pass_a_second()
        assert [create(), create()] == [201, 201]


def test_the_real_time_that_a_client_waits_is_counted(start, create, simulation):
    real = [0]
    simulation().real_ns = lambda: real[-1]
    start("rate_limited", Place(WRITE, "", ("POST /v2/agents",)))
    watch = Watch(lives=[Life("life", simulation())])
    waited = []
    for seconds in (0.5, 1.5, 3):
        create()
        waited.append(watch.waited)
        real.append(real[-1] + round(seconds * 10**9))
    assert (create(), [*waited, watch.waited]) == (201, [0, 0, 1.5, 1.5])


def test_a_call_is_refused_at_most_four_times(start, create, simulation):
    simulation().real_ns = lambda: 0
    start("rate_limited", CREATE)
    assert [create() for _ in range(7)] == [201, 429, 429, 429, 429, 201, 201]


def test_a_refused_call_says_how_long_to_wait(start, api):
    start("rate_limited", Place(WRITE, "", ("POST /v2/agents",)))
    assert api.post("/agents", json=AGENT).headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("name", "kind", "arrivals"),
    [
        ("duplicate", DELIVERY, "created updated updated deleted"),
        ("late", OVERTAKEN, "created deleted updated"),
        ("lost_once", DELIVERY, "created deleted updated"),
        ("before_response", EARLY, "created updated deleted"),
        ("again_after_next", OVERTAKEN, "created updated deleted updated"),
    ],
)
def test_one_webhook_comes_twice_late_or_early(
    start, api, agent, simulation, subscribe, receiver, advance, name, kind, arrivals
):
    """That of one resource and number: those before it, of another one, and later ones do not."""
    subscribe("agent.created", "agent.updated", "agent.deleted")
    other, one = agent("Porter")["id"], agent()["id"]
    trouble = start(name, Place(kind, "", ("agent.updated", one), 2))
    api.patch(f"/agents/{one}", json={"name": "first"})
    advance("0s"), receiver.arrivals.clear()
    api.patch(f"/agents/{other}", json={"name": "other one"})
    api.patch(f"/agents/{one}", json={"name": "second"})
    early = receiver.types()
    advance("0s")
    api.delete(f"/agents/{one}")
    advance("1m")
    types = [a.data["type"] for a in receiver.arrivals if a.data["data"]["id"] == one]
    assert (trouble.occurred(simulation()), len(early)) == (True, 2 * (kind == EARLY))
    assert f"created {' '.join(types).replace('agent.', '')}" == arrivals


def test_a_webhook_that_gets_no_answer_before_that_of_the_call_was_not_early(
    start, api, agent, simulation, subscribe, receiver, monkeypatch
):
    monkeypatch.setattr(dispatcher, "_EARLY_SECONDS", 0.01)
    subscribe("agent.updated")
    one = agent()["id"]
    trouble = start("before_response", Place(EARLY, "", ("agent.updated", one)))
    receiver.say(receiver.hang)
    api.patch(f"/agents/{one}", json={"name": "other"})
    assert not trouble.occurred(simulation())


STORY = ({"queued": "1s"}, {"running": "3s..9s"}, "completed")


@pytest.fixture
def lengths(run_task, simulation, advance, plays):
    """The seconds of each step of a run that plays these steps."""

    def lengths(*steps):
        begin, run = simulation().world.now, run_task(plays(*steps))["id"]
        advance("1d")
        moments = [e.at for e in simulation().world.timeline if e.id == run and "->" in e.what]
        pairs = zip([begin, *moments], moments, strict=False)
        return [(after - before) / timedelta(seconds=1) for before, after in pairs]

    return lengths


def test_all_steps_are_over_at_once_or_last_longer(start, lengths, simulation):
    usual = lengths(*STORY)
    assert 3 <= usual[1] <= 9
    for name, place, factor in [("at_once", STEPS, 0), ("tenfold", SLOW, 7)]:
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
    simulation().world.pace = None
    assert not trouble.occurred(simulation())


def test_a_trouble_stays_when_a_world_is_copied(start, create, simulation):
    start("duplicate", Place(DELIVERY, "", ("agent.created", "agt_1")))
    (copied,) = copy.deepcopy(simulation().world.injected).by_owner.values()
    assert [one.fault.key for one in copied] == ["duplicate"]
    assert Pace(no_time, ()).changed == 0


def test_a_program_neither_sees_nor_removes_a_trouble(start, create, sim):
    """A test may look at its own faults, and clear them."""
    start("unavailable", CREATE)
    sim.post("/faults", json={"match": "POST /v2/agents", "status": 502})
    assert [one["status"] for one in sim.get("/faults").json()["data"]] == [502]
    sim.delete("/faults")
    assert [create(), create()] == [201, 503]


def test_troubles_are_chosen_by_name_with_or_without_their_place():
    places = [CREATE, Place(READ, "GET /v2/agents #1", ("GET /v2/agents",), like=("read",))]
    found, _ = find_troubles(places)
    reset = "reset at POST /v2/agents #2"
    chosen, missing = choose_troubles(found, [reset, "unavailable", "reset at GET /v2/agents #9"])
    assert [f"{one}" for one in chosen] == [
        reset,
        "unavailable at POST /v2/agents #2",
        "unavailable at GET /v2/agents #1",
    ]
    assert missing == ["reset at GET /v2/agents #9; did you mean 'reset at GET /v2/agents #1'?"]
    rest, _ = choose_troubles(found, skip=[reset, "unavailable", "rate_limited"])
    assert [f"{one}" for one in rest] == [
        "lost_response at POST /v2/agents #2",
        "reset at GET /v2/agents #1",
    ]


def test_unknown_names_are_refused_with_the_nearest():
    check_names(["reset", "reset at POST /v2/agents #1", "skipped running"])
    with pytest.raises(DeckSimError, match="unknown trouble 'rest'; did you mean 'reset'"):
        check_names(["rest at POST /v2/agents #1"])
    with pytest.raises(DeckSimError, match="unknown trouble 'x'; troubles are `lost_response`, "):
        check_names(["x"])
