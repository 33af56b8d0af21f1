import asyncio
import gc
import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx2
import pytest
import standardwebhooks

from deck_sim.base import real_time
from deck_sim.base.real_time import process_id
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.engine.commands import create_resource
from deck_sim.engine.deliveries import create_destination
from deck_sim.runtime import advance as advance_module
from deck_sim.runtime import dispatcher as dispatcher_module
from deck_sim.runtime.advance import advance_by, do_all_due, finish_deliveries
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Exploration, Simulation
from deck_sim.scenario.library import Library, shipped
from deck_sim.webhooks.sender import Sender, SendResult
from deck_sim.webhooks.signing import secret_of

WALL = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


class Receivers(Sender):
    """A sender without sockets. Its receivers answer with `status`, once `may_answer` is set."""

    def __init__(self, status=200, *, waits=False):
        super().__init__()
        self.status, self.sent = status, []
        self.called, self.may_answer = asyncio.Event(), asyncio.Event()
        if not waits:
            self.may_answer.set()

    async def send(self, url, headers, body):
        self.sent.append(url)
        self.called.set()
        await self.may_answer.wait()
        return SendResult(self.status, None, 0)


def create_agent(simulation):
    create_resource(simulation.world, "agent", {"name": "a", "description": None})


def subscribe_to(simulation, url):
    fields = {"name": "x", "type": "webhook", "config": {"url": url}, "events": ["*"]}
    create_destination(simulation.world, fields, secret_of("k"))


def start(sender, **settings):
    """A simulation without a server, with one destination and one event, and its dispatcher."""
    simulation = Simulation("k", Settings(**settings), Library(shipped()), real_ns=lambda: 0)
    subscribe_to(simulation, "http://x/")
    create_agent(simulation)
    simulation.caller_time = WALL
    return simulation, Dispatcher(sender)


def drive(simulation, dispatcher, advance=None, has_left=lambda: False):
    """Run an advance to its end; without one, do what is due now."""
    asyncio.run(dispatcher.drive(simulation, advance or do_all_due(simulation), has_left))


def hour(simulation):
    return advance_by(simulation, timedelta(hours=1))


def run_in_background(simulation, dispatcher, story=None):
    """Deliver in the background; with a story, run it while an attempt is in progress."""

    async def whole():
        dispatcher.wake(simulation)
        if story:
            await dispatcher._sender.called.wait()
            await story()
        for _ in range(5):
            await asyncio.sleep(0)
        await dispatcher.close()

    asyncio.run(whole())


def test_others_are_answered_when_an_advance_has_worked_for_20_ms(monkeypatch):
    """Webhooks leave when all that is due at the moment is done, as in a short advance."""
    receivers, moments = Receivers(), count(step=4_000_000)  # ns: each due thing takes 4 ms
    simulation, dispatcher = start(receivers)
    for _ in range(9):
        create_agent(simulation)

    async def whole():
        driving = asyncio.ensure_future(dispatcher.drive(simulation, do_all_due(simulation)))
        await asyncio.sleep(0)  # until the first break
        assert (len(simulation.world.outbox), receivers.sent) == (5, [])
        await driving

    monkeypatch.setattr(real_time, "monotonic_ns", lambda: next(moments))
    asyncio.run(whole())
    assert len(receivers.sent) == 10


def test_an_advance_sends_signed_events_and_waits_for_the_responses(
    receiver, subscribe, agent, advance, delivery_log
):
    destination, created = subscribe(config={"custom_headers": '{"X-Key": "1"}'}), agent()
    advance("0s")
    (arrival,) = receiver.arrivals
    secret = destination["credentials"]["secret"]
    standardwebhooks.Webhook(secret).verify(arrival.body, arrival.headers)
    assert arrival.data["data"]["id"] == created["id"]
    assert arrival.headers["webhook-id"] == arrival.data["id"]
    assert arrival.headers["x-key"] == "1"
    assert [delivery["status"] for delivery in delivery_log()] == ["success"]


def test_webhooks_of_one_moment_arrive_in_the_order_of_their_events(
    receiver, subscribe, agent, advance
):
    """A failure delays its own retry and nothing else."""
    receiver.say(500, 200)
    subscribe("agent.created")
    names = [agent(f"{number}")["name"] for number in range(25)]
    advance("0s")
    came = [arrival.data["data"]["name"] for arrival in receiver.arrivals]
    advance("5s")
    assert (came, receiver.arrivals[-1].data["data"]["name"]) == (names, "0")


def test_a_retry_uses_the_present_url_of_the_destination(receiver, subscribe, agent, api, advance):
    receiver.say(500)
    destination = subscribe("agent.created")
    agent()
    advance("0s")
    config = {"url": f"{receiver.url}/correct"}
    api.patch(f"/event-destinations/{destination['id']}", json={"config": config})
    advance("5s")
    assert [arrival.path for arrival in receiver.arrivals] == ["/", "/correct"]


def test_webhooks_that_cause_webhooks_without_end_are_an_error():
    class Echo(Receivers):
        async def send(self, *request):
            assert len(self.sent) <= 1000, "the advance goes on after its limit"
            create_agent(simulation)
            return await super().send(*request)

    simulation, dispatcher = start(Echo())
    with pytest.raises(ApiError, match="at one moment, webhooks were sent 1000 times"):
        drive(simulation, dispatcher, hour(simulation))
    assert not simulation.advancing


def test_webhooks_at_different_moments_are_not_limited(
    monkeypatch, receiver, subscribe, agent, sim, advance
):
    monkeypatch.setattr(advance_module, "MAX_SENDS", 2)
    subscribe("agent.created")
    for number in range(4):
        sim.post("/faults", json={"event": "*", "delay": f"{number + 1}s", "times": 1})
        agent()
    advance("1m")
    assert len(receiver.arrivals) == 4


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/world"), ("POST", "/reset")])
def test_a_reset_or_deleted_world_sends_no_more(receiver, subscribe, agent, sim, api, method, path):
    def drop(arrival, line):
        sim.request(method, path)
        return 500

    receiver.say(drop)
    subscribe()
    agent()
    answer = sim.post("/clock/advance", json={"by": "1h"})
    assert answer.status_code == 409
    assert "reset or deleted" in answer.json()["errors"][0]["message"]
    assert len(receiver.arrivals) == 1
    assert api.get("/agents").json()["data"] == []


def test_seeding_loses_no_result_in_progress(
    receiver, subscribe, agent, sim, advance, delivery_log
):
    """Seeding replaces the world that sent; the result is recorded in the new one."""

    def seed(arrival, line):
        resources = {"agents": [{"id": "agt_1", "name": "Seeded"}]}
        return sim.post("/seed", json={"resources": resources}).status_code

    receiver.say(seed)
    subscribe()
    agent()
    assert advance("1m")["now"] == "2025-01-15T09:31:00Z"
    assert [delivery["status"] for delivery in delivery_log()] == ["success"]
    assert sim.get("/world").json()["resources"]["agent"] == 2


def test_an_advance_whose_caller_has_left_ends_at_its_next_pause(
    receiver, subscribe, agent, sim, simulation, delivery_log
):
    go_on = threading.Event()

    def slow(arrival, line):
        go_on.wait()
        return 503

    receiver.say(slow)
    subscribe()
    agent()
    with pytest.raises(httpx2.ReadTimeout):
        sim.post("/clock/advance", json={"by": "1h"}, timeout=0.1)
    sim.get("/health")  # the server has noticed before it answers
    go_on.set()
    while simulation().advancing:
        sim.get("/health")
    (delivery,) = delivery_log()
    assert [line["at"] for line in delivery["log"]] == ["2025-01-15T09:30:00Z"]


def test_an_advance_waits_for_the_end_of_one_whose_caller_has_left():
    """So Ctrl-C in a call does not refuse the next one."""
    receivers, departed = Receivers(waits=True), list[bool]()
    simulation, dispatcher = start(receivers)

    async def whole():
        advance = dispatcher.drive(simulation, hour(simulation), lambda: bool(departed))
        first = asyncio.ensure_future(advance)
        await receivers.called.wait()
        with pytest.raises(ApiError, match="another call is moving"):
            await dispatcher.drive(simulation, hour(simulation))
        departed.append(True)
        second = asyncio.ensure_future(dispatcher.drive(simulation, hour(simulation)))
        await asyncio.sleep(0)
        receivers.may_answer.set()
        with pytest.raises(ApiError, match="its caller disconnected"):
            await first
        return await second

    assert asyncio.run(whole()).now == WALL + timedelta(hours=1)


def test_an_advance_that_is_broken_off_says_how_far_it_came():
    simulation, dispatcher = start(Receivers(500))
    with pytest.raises(ApiError, match="its caller disconnected"):
        drive(simulation, dispatcher, hour(simulation), lambda: simulation.world.now > WALL)
    assert [entry.what for entry in simulation.world.timeline if entry.kind == "clock"] == [
        "advanced 5s",
        "the advance stopped, since its caller disconnected",
    ]


def test_a_real_clock_sends_retries_without_any_call(receiver, subscribe, agent, sim):
    done = threading.Event()

    def last(arrival, line):
        done.set()
        return 200

    receiver.say(500, 500, 500, last)
    sim.put("/clock", json={"mode": "real", "speed": 1000})
    subscribe("agent.created")
    agent()
    assert done.wait(60)


@pytest.mark.parametrize("is_dropped", [False, True])
def test_an_advance_first_waits_for_background_attempts(is_dropped):
    receivers = Receivers(waits=True)
    simulation, dispatcher = start(receivers, mode="real")

    async def story():
        driving = asyncio.ensure_future(dispatcher.drive(simulation, do_all_due(simulation)))
        await asyncio.sleep(0)
        assert not driving.done()
        if is_dropped:
            simulation.dropped = True
            dispatcher.forget(simulation)
        else:
            receivers.may_answer.set()
        (error,) = await asyncio.gather(driving, return_exceptions=True)
        assert ("was reset or deleted while" in f"{error}") == is_dropped

    run_in_background(simulation, dispatcher, story)
    (delivery,) = simulation.world.all("event_delivery").values()
    assert (delivery.status == "success") is not is_dropped


def test_background_delivery_starts_only_when_needed():
    simulation, dispatcher = start(Receivers(), mode="real")
    empty = Simulation("k", Settings(mode="real"), Library(shipped()), real_ns=lambda: 0)
    frozen, _ = start(Receivers())
    simulation.dropped = True
    for idle in (simulation, empty, frozen):
        dispatcher.wake(idle)
    assert dispatcher._backgrounds == {}


def test_background_delivery_ends_and_starts_with_the_clock_mode():
    simulation, dispatcher = start(Receivers(), mode="real")

    async def story():
        (background,) = dispatcher._backgrounds.values()
        simulation.set_clock("frozen")
        background.wake.set()
        await background.loop
        assert background.loop is None
        simulation.set_clock("real")
        dispatcher.wake(simulation)
        assert background.loop is not None

    run_in_background(simulation, dispatcher, story)


def test_closing_ends_attempts_in_progress():
    simulation, dispatcher = start(Receivers(waits=True), mode="real")

    async def story():
        await dispatcher.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run_in_background(simulation, dispatcher, story)


def test_background_delivery_can_end_before_it_begins():
    """A task that is canceled at once leaves no coroutine that Python warns of."""
    simulation, dispatcher = start(Receivers(waits=True), mode="real")

    async def play():
        dispatcher.wake(simulation)
        dispatcher.forget(simulation)

    asyncio.run(play())
    gc.collect()


def test_during_an_advance_nothing_is_sent_in_the_background():
    receivers = Receivers()
    simulation, dispatcher = start(receivers, mode="real")
    simulation.advancing = True
    run_in_background(simulation, dispatcher)
    assert receivers.sent == []


def test_an_error_of_ours_is_a_failed_attempt_of_its_delivery(caplog):
    class Broken(Receivers):
        async def send(self, url, headers, body):
            return await super().send(url, headers, body) if url == "http://y/" else 1 / 0

    receivers = Broken()
    simulation, dispatcher = start(receivers)
    subscribe_to(simulation, "http://y/")
    create_agent(simulation)
    drive(simulation, dispatcher)
    tries = [tried for (tried,) in simulation.world.delivery_log.values()]
    assert {tried.error for tried in tries if not tried.ok} == {
        "ZeroDivisionError('division by zero')"
    }
    assert receivers.sent == ["http://y/"] * sum(tried.ok for tried in tries) != []
    assert "ZeroDivisionError" in simulation.crashes[0]
    assert "failed during the delivery of events" in caplog.text


def test_an_error_in_the_background_is_recorded():
    simulation, dispatcher = start(Receivers(), mode="real")
    simulation.world.timers = None
    run_in_background(simulation, dispatcher)
    assert "AttributeError" in simulation.crashes[0]


def test_attempts_that_cannot_be_saved_are_not_made(caplog):
    """In the background, only the log can tell it."""
    receivers = Receivers()
    simulation, dispatcher = start(receivers, mode="real")

    def save(_):
        raise refuse("deck_sim/state_not_saved", file="worlds.db", why="the disk is full")

    dispatcher.save = save
    run_in_background(simulation, dispatcher)
    assert (receivers.sent, [*simulation.crashes]) == ([], [])
    assert "the disk is full" in caplog.text


@pytest.mark.parametrize(
    ("status", "time", "days", "explained"),
    [(401, "world", 1, True), (401, "wall", 0, False), (200, "world", 1, False)],
)
def test_a_refused_timestamp_is_explained(status, time, days, explained):
    tomorrow = WALL + timedelta(days=1)
    simulation, dispatcher = start(Receivers(status), webhook_time=time, now=tomorrow)
    drive(simulation, dispatcher)
    ((tried,),) = simulation.world.delivery_log.values()
    moment = WALL + timedelta(days=days)
    assert tried.request["webhook-timestamp"] == f"{int(moment.timestamp())}"
    assert ("the world's (2025-01-16T09:30:00Z)" in (tried.error or "")) == explained


def test_the_order_of_responses_changes_nothing():
    class Ordered(Receivers):
        async def send(self, url, headers, body):
            if url == self.first:
                self.may_answer.set()
            return await super().send(url, headers, body)

    worlds = []
    for first in ("http://x/", "http://y/"):
        receivers = Ordered(500, waits=True)
        receivers.first = first
        simulation, dispatcher = start(receivers)
        subscribe_to(simulation, "http://y/")
        create_agent(simulation)
        drive(simulation, dispatcher, hour(simulation))
        worlds.append(simulation.world)
    assert worlds[0] == worlds[1]
    logs = [[*world.delivery_log] for world in worlds]
    assert logs[0] == logs[1] == [*worlds[0].all("event_delivery")]
    assert len(logs[0]) > 2


def test_a_receiver_may_cause_the_awaited_event(
    receiver, subscribe, run_task, sim, connection, task, api
):
    """It starts another run when the first has failed, so the advance waits for the failure."""

    def again(arrival, line):
        body = {"connection_id": connection["id"]}
        return api.post(f"/tasks/{task['id']}/run", json=body).status_code

    receiver.say(again)
    subscribe("task_run.failed")
    run_task("agent_hangs")
    sim.call("POST", "/clock/advance", {"until": {"event": "task_run.completed"}})


def test_a_sleep_of_a_receiver_moves_nothing_and_is_a_wait(receiver, subscribe, agent, sim, api):
    """So a call that is refused with Retry-After is not repeated too early."""
    subscribe()
    fault = {"error": "rate_limit/rate_limit_exceeded", "retry_after": 5, "times": 2}
    sim.call("POST", "/faults", {"match": "GET /v2/sources", **fault})
    naps = []

    def nap(arrival, line):
        for seconds in (4, 5, 5):
            api.get("/sources")
            naps.append(sim.call("POST", "/clock/advance", {"sleep": f"{seconds}s"}))
        return 204

    receiver.say(nap)
    agent()
    moved = sim.call("POST", "/clock/advance", {"by": "0s"})
    assert [nap["now"] for nap in naps] == [moved["now"]] * 3
    lint = sim.call("GET", "/lint")["data"]
    assert len([row for row in lint if row["name"] == "ignores_retry_after"]) == 1


def test_a_caller_in_a_frozen_process_sets_the_timestamp(receiver, subscribe, agent, sim):
    """Until it sends no time. Calls without headers, or of the server's process, change nothing."""
    subscribe()
    for headers in (
        {"Deck-Sim-Present": "2031-01-01T00:00:00Z", "Deck-Sim-Process": "another"},
        {},
        {"Deck-Sim-Process": process_id()},
        {"Deck-Sim-Process": "another"},
    ):
        agent()
        sim.post("/clock/advance", json={"by": "0s"}, headers=headers)
    years = [
        datetime.fromtimestamp(int(arrival.headers["webhook-timestamp"]), UTC).year
        for arrival in receiver.arrivals
    ]
    assert (years[:3], years[3] == 2031) == ([2031] * 3, False)


def test_a_caller_time_that_is_not_a_moment_is_refused(sim):
    answer = sim.get("/clock", headers={"Deck-Sim-Present": "now"})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "Deck-Sim-Present")
    assert "must be a moment like 2025-01-15T09:30:00Z, not 'now'" in error["message"]


def test_a_wait_for_attempts_ends_with_the_last_of_them(monkeypatch):
    """Not with the first, so a snapshot lacks no result."""
    monkeypatch.setattr("deck_sim.runtime.dispatcher._EARLY_SECONDS", 0)
    receivers = Receivers(waits=True)
    simulation, dispatcher = start(receivers)

    async def whole():
        await dispatcher.send_early(simulation)
        await receivers.called.wait()
        first_may_answer, receivers.may_answer = receivers.may_answer, asyncio.Event()
        create_agent(simulation)
        await dispatcher.send_early(simulation)
        waiting = asyncio.ensure_future(dispatcher.wait_for_attempts(simulation))
        first_may_answer.set()
        for _ in range(9):
            await asyncio.sleep(0)
        assert (len(simulation.world.delivery_log), waiting.done()) == (1, False)
        receivers.may_answer.set()
        await waiting

    asyncio.run(whole())
    deliveries = simulation.world.all("event_delivery").values()
    assert [delivery.status for delivery in deliveries] == ["success", "success"]


def test_deliveries_are_finished_with_their_last_retry():
    receivers = Receivers(500)
    simulation, dispatcher = start(receivers)
    drive(simulation, dispatcher)
    drive(simulation, dispatcher, finish_deliveries(simulation, moves_stories=True))
    (delivery,) = simulation.world.all("event_delivery").values()
    retries = len(simulation.world.contract.retry_delays)
    assert (delivery.status, len(receivers.sent)) == ("failure", 1 + retries)


def test_early_webhooks_of_which_none_is_due_are_not_waited_for():
    simulation, dispatcher = start(Receivers())
    drive(simulation, dispatcher)
    asyncio.run(dispatcher.send_early(simulation))
    assert not simulation.attempting


@pytest.mark.parametrize(
    ("mode", "waits", "attempts"), [("on_poll", True, 2), ("on_poll", False, 1), ("real", True, 1)]
)
def test_in_exploration_an_on_poll_clock_moves_to_retries(mode, waits, attempts):
    """By itself, since no read need come that does, and no further."""
    receivers = Receivers(500)
    simulation, dispatcher = start(receivers, mode=mode)
    simulation.exploration = Exploration(True, ("until",) if waits else ())
    began = simulation.world.now

    async def recover():
        receivers.status = 200

    run_in_background(simulation, dispatcher, recover)
    (delivery,) = simulation.world.all("event_delivery").values()
    assert delivery["attempts"] == len(receivers.sent) == attempts
    passed = simulation.world.contract.retry_delays[0] * (attempts - 1)
    assert simulation.world.now - began == passed


def test_a_retry_is_counted_from_the_answer():
    """A real clock goes on while the receiver works."""
    receivers, passed = Receivers(500, waits=True), timedelta(seconds=10)
    simulation, dispatcher = start(receivers, mode="real")
    began = simulation.world.now

    async def story():
        simulation.real_ns = lambda: passed // timedelta(microseconds=1) * 1000
        receivers.may_answer.set()

    run_in_background(simulation, dispatcher, story)
    retry = simulation.world.timers.peek()
    assert retry.at == began + passed + simulation.world.contract.retry_delays[0]


def test_a_receiver_that_kept_an_answer_waiting_is_remembered(monkeypatch):
    """Even when a later one answers at once."""
    monkeypatch.setattr(dispatcher_module, "_EARLY_SECONDS", 0.01)
    receivers = Receivers(waits=True)
    simulation, dispatcher = start(receivers)

    async def whole():
        await dispatcher.send_early(simulation)
        receivers.may_answer.set()
        create_agent(simulation)
        await dispatcher.send_early(simulation)
        await dispatcher.close()

    asyncio.run(whole())
    assert len(receivers.sent) == 2
    assert simulation.answered_before_webhooks
