"""Webhooks while the clock is driven, and in the background: over HTTP, to a real receiver."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import standardwebhooks
from freezegun import freeze_time

from deck_sim.base.real_time import PROCESS
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.commands import create_resource
from deck_sim.engine.destinations import create_destination
from deck_sim.runtime import advance as advance_module
from deck_sim.runtime.advance import MAX_PAUSES
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.simulation import Settings, Simulation
from deck_sim.scenario.library import Library, shipped
from deck_sim.server.serve import ServerThread
from deck_sim.webhooks.sender import Outcome, Sender
from deck_sim.webhooks.signing import make_secret

WALL = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


@pytest.fixture
def event_of(receiver):
    """The arrivals of a type, in the order in which they came."""
    return lambda type_: [one for one in receiver.arrivals if one.data["type"] == type_]


def at(log):
    return [line["at"][11:19] for line in log]


# With a frozen clock


def test_an_advance_sends_signed_events_and_waits_for_the_answers(
    receiver, subscribe, agent, advance, delivery_log
):
    """What was sent when the answer comes is verified by the public library, header by header."""
    destination, made = subscribe(config={"custom_headers": '{"X-Key": "1"}'}), agent()
    advance("0s")
    (arrival,) = receiver.arrivals
    standardwebhooks.Webhook(destination["credentials"]["secret"]).verify(
        arrival.body, arrival.headers
    )
    assert arrival.data["data"]["id"] == made["id"]
    assert arrival.headers["webhook-id"] == arrival.data["id"]
    assert arrival.headers["x-key"] == "1"
    assert arrival.headers["content-type"] == "application/json"
    assert [one["status"] for one in delivery_log()] == ["success"]


def test_it_is_tried_four_times_on_the_worlds_clock(
    receiver, subscribe, agent, sim, api, delivery_log
):
    """Retries come 5, 25 and 125 seconds later; then the destination is inactive."""
    receiver.say(500)
    destination, _ = subscribe("agent.created"), agent()
    sim.post("/clock/advance", json={"until": "idle"})
    (delivery,) = delivery_log()
    assert at(delivery["log"]) == ["09:30:00", "09:30:05", "09:30:30", "09:32:35"]
    assert (delivery["status"], delivery["attempts"]) == ("failure", 4)
    assert delivery["delivered_at"] is None
    shown = api.get(f"/event-destinations/{destination['id']}").json()
    assert shown["status"] == "inactive"


def test_a_later_attempt_may_succeed(receiver, subscribe, agent, advance, delivery_log):
    """The id stays the same over the attempts, and the delivery ends with the first success."""
    receiver.say(500, 410, 200)
    subscribe("agent.created")
    agent()
    advance("1h")
    (delivery,) = delivery_log()
    assert [line["status"] for line in delivery["log"]] == [500, 410, 200]
    assert len({arrival.headers["webhook-id"] for arrival in receiver.arrivals}) == 1
    assert (delivery["status"], delivery["delivered_at"]) == ("success", "2025-01-15T09:30:30Z")


def test_the_timestamp_is_that_of_the_attempt(local):
    """Each attempt of the same body is stamped and signed anew."""
    simulation, office = local(_Refusing(), webhook_time="world")
    _agent(simulation)
    asyncio.run(office.drive(simulation, simulation.advance_by(timedelta(seconds=5))))
    first, second = next(iter(simulation.world.attempts.values()))
    stamps = [int(tried.request["webhook-timestamp"]) for tried in (first, second)]
    assert stamps[1] - stamps[0] == 5
    assert first.request["webhook-signature"] != second.request["webhook-signature"]


def test_both_secrets_sign_for_a_day(receiver, subscribe, api, agent, advance):
    """After a rotation there are two signatures for 24 hours of the world, and then one."""
    destination = subscribe("agent.created")
    old, new = destination["credentials"]["secret"], make_secret(9, "another")
    body = {"credentials": {"secret": new}}
    assert api.patch(f"/event-destinations/{destination['id']}", json=body).status_code == 200
    for wait in ("23h59m59s", "1s"):
        advance(wait)
        agent()
    advance("0s")
    during, after = receiver.arrivals
    for secret in (old, new):
        standardwebhooks.Webhook(secret).verify(during.body, during.headers)
    standardwebhooks.Webhook(new).verify(after.body, after.headers)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(old).verify(after.body, after.headers)


def test_waiting_for_an_event_waits_for_its_delivery(receiver, subscribe, run_task, sim):
    """`until` an event returns when the event has been delivered."""
    subscribe("task_run.completed")
    run_task()
    sim.post("/clock/advance", json={"until": {"event": "task_run.completed"}})
    assert receiver.types() == ["task_run.completed"]


def test_setting_the_clock_sends_on_the_way(receiver, subscribe, agent, sim):
    """A clock that is set to a later moment delivers as one that is advanced."""
    subscribe()
    agent()
    answer = sim.put("/clock", json={"mode": "frozen", "now": "2025-01-16T00:00:00Z"})
    assert answer.json()["now"] == "2025-01-16T00:00:00Z"
    assert receiver.types() == ["agent.created"]


# Receivers that call back


def test_a_receiver_may_answer_the_interaction_that_it_is_told_of(
    receiver, subscribe, api, run_task, sim
):
    """The code is given from inside the webhook's handler, and one advance settles it all."""

    def answer(arrival, line):
        run = arrival.data["data"]["id"]
        given = api.post(f"/task-runs/{run}/interaction", json={"inputs": {"code": "123456"}})
        return given.status_code

    subscribe("task_run.interaction_required", path="/ask")
    subscribe("task_run.completed")
    receiver.say(answer, path="/ask")
    run_task("mfa_then_success")
    sim.post("/clock/advance", json={"until": "idle"})
    assert receiver.types() == ["task_run.completed"]


def test_a_receiver_may_cancel_and_open_connections(
    receiver, subscribe, api, run_task, sim, connection
):
    """Whatever a handler does to the world has happened, and been told, when the advance ends."""

    def cancel(arrival, line):
        return api.post(f"/task-runs/{arrival.data['data']['id']}/cancel").status_code

    def open_another(arrival, line):
        body = {"source_id": connection["source_id"], "auth_method": "none"}
        return api.post("/connections", json=body).status_code

    subscribe("task_run.running", path="/running")
    subscribe("task_run.canceled", path="/canceled")
    subscribe("connection.connected")
    receiver.say(cancel, path="/running")
    receiver.say(open_another, path="/canceled")
    run_task()
    sim.post("/clock/advance", json={"until": "idle"})
    assert receiver.types() == ["connection.connected"]


def test_a_destination_gets_what_happens_after_it_was_made(receiver, subscribe, agent, advance):
    """Also while the clock stands still: an older event has been given away already."""
    agent("Older")
    subscribe()
    agent("Newer")
    advance("1m")
    assert [arrival.data["data"]["name"] for arrival in receiver.arrivals] == ["Newer"]


def test_a_destination_made_inside_of_a_webhook_gets_what_follows(
    receiver, subscribe, agent, advance
):
    """A receiver that makes another destination gives it nothing that was on its way."""

    def subscribe_and_go_on(arrival, line):
        subscribe(path="/second")
        agent("Newer")
        return 200

    receiver.say(subscribe_and_go_on, 200)
    subscribe()
    agent("Older")
    advance("0s")
    came = [(one.path, one.data["data"]["name"]) for one in receiver.arrivals]
    assert came[0] == ("/", "Older")
    assert sorted(came[1:]) == [("/", "Newer"), ("/second", "Newer")]


@pytest.mark.parametrize(
    ("method", "body", "why"),
    [("DELETE", None, "is deleted"), ("PATCH", {"status": "inactive"}, "is `inactive`")],
)
def test_what_its_destination_did_not_live_to_see_is_told(
    receiver, subscribe, agent, api, advance, delivery_log, method, body, why
):
    """An event before its destination ended leaves a delivery that says why it was not sent."""
    destination = subscribe("agent.created")
    agent()
    api.request(method, f"/event-destinations/{destination['id']}", json=body)
    advance("1m")
    (delivery,) = delivery_log()
    assert (delivery["status"], delivery["attempts"], receiver.arrivals) == ("failure", 0, [])
    assert why in delivery["log"][0]["error"]


def test_a_retry_goes_where_the_destination_is_now(receiver, subscribe, agent, api, advance):
    """A URL that was mended after a failure gets the retry."""
    receiver.say(500)
    destination = subscribe("agent.created")
    agent()
    advance("0s")
    config = {"url": f"{receiver.url}/mended"}
    api.patch(f"/event-destinations/{destination['id']}", json={"config": config})
    advance("5s")
    assert [arrival.path for arrival in receiver.arrivals] == ["/", "/mended"]


def test_a_second_drive_is_refused_while_one_lasts(receiver, subscribe, agent, sim, advance):
    """Neither an advance nor a set clock comes between; both are told why, and nothing moves."""
    answers = []

    def meddle(arrival, line):
        answers.append(sim.post("/clock/advance", json={"by": "1h"}))
        answers.append(sim.put("/clock", json={"mode": "real", "now": "2030-01-01T00:00:00Z"}))
        return 200

    receiver.say(meddle)
    subscribe()
    agent()
    assert advance("1m")["now"] == "2025-01-15T09:31:00Z"
    assert [answer.status_code for answer in answers] == [409, 409]
    assert "another call is moving" in answers[0].json()["errors"][0]["message"]
    assert sim.get("/clock").json()["mode"] == "frozen"


def test_webhooks_that_cause_webhooks_without_end_are_an_error(server, key, simulation):
    """A receiver that makes an event of each event stands still in time; that ends in an error."""
    world = simulation().world
    fields = {"name": "x", "type": "webhook", "config": {"url": "http://x/"}, "events": ["*"]}
    create_destination(world, fields, None, make_secret)
    create_resource(world, "agent", {"name": "a", "description": None})
    dispatcher = Dispatcher(_Echo(world))
    with pytest.raises(ApiError, match=f"{MAX_PAUSES} times webhooks were sent at one moment"):
        asyncio.run(dispatcher.drive(simulation(), simulation().advance_by(timedelta(hours=1))))
    assert not simulation().advancing


def test_webhooks_at_different_moments_are_not_limited(
    monkeypatch, receiver, subscribe, agent, sim, advance
):
    """The limit counts the pauses at one moment; it starts again when time passes."""
    monkeypatch.setattr(advance_module, "MAX_PAUSES", 2)
    subscribe("agent.created")
    for number in range(4):
        sim.post("/faults", json={"event": "*", "delay": f"{number + 1}s", "times": 1})
        agent()
    advance("1m")
    assert len(receiver.arrivals) == 4


class _Echo(Sender):
    """A sender whose receivers make another agent each time."""

    def __init__(self, world):
        super().__init__()
        self.world, self.sent = world, 0

    async def send(self, url, headers, body):
        self.sent += 1
        assert self.sent <= MAX_PAUSES, "the advance goes on after its limit"
        create_resource(self.world, "agent", {"name": "a", "description": None})
        return Outcome(200, None, 0)


# Calls that come in between


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/world"), ("POST", "/reset")])
def test_a_world_that_goes_away_sends_no_more(receiver, subscribe, agent, sim, api, method, path):
    """The advance of a world that is reset or deleted meanwhile is refused, and retries nothing."""

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


def test_seeding_meanwhile_loses_no_outcome(receiver, subscribe, agent, sim, advance, delivery_log):
    """Seeding puts another world in the place of the one that sent; the outcome is in that."""

    def seed(arrival, line):
        resources = {"agents": [{"id": "agt_1", "name": "Seeded"}]}
        return sim.post("/seed", json={"resources": resources}).status_code

    receiver.say(seed)
    subscribe()
    agent()
    assert advance("1m")["now"] == "2025-01-15T09:31:00Z"
    assert [one["status"] for one in delivery_log()] == ["success"]
    assert sim.get("/world").json()["resources"]["agent"] == 2


def test_a_caller_that_goes_away_ends_nothing(receiver, subscribe, agent, sim, simulation):
    """An advance whose caller hangs up goes on to its end."""
    told, go_on = threading.Event(), threading.Event()

    def slow(arrival, line):
        told.set()
        go_on.wait()
        return 200

    receiver.say(slow)
    subscribe()
    agent()
    with pytest.raises(httpx2.ReadTimeout):
        sim.post("/clock/advance", json={"by": "1m"}, timeout=0.1)
    told.wait()
    go_on.set()
    while simulation().advancing:
        sim.get("/health")
    assert sim.get("/clock").json()["now"] == "2025-01-15T09:31:00Z"


def test_who_is_stopped_while_driving_leaves_what_was_to_be_sent(local):
    """A drive that is cancelled can be begun again, and loses no delivery."""
    simulation, office = local(_Held())
    _agent(simulation)

    async def stop():
        driving = asyncio.ensure_future(office.drive(simulation, simulation.settle()))
        await office._sender.called.wait()
        driving.cancel()
        await asyncio.gather(driving, return_exceptions=True)

    asyncio.run(stop())
    assert (simulation.advancing, len(simulation.world.outbox)) == (False, 1)


class _Held(Sender):
    """A sender whose receivers answer when they are let go."""

    def __init__(self):
        super().__init__()
        self.called, self.let_go, self.sent = asyncio.Event(), asyncio.Event(), []

    async def send(self, url, headers, body):
        self.sent.append((url, headers, body))
        self.called.set()
        await self.let_go.wait()
        return Outcome(200, None, 0)


@pytest.fixture
def local():
    """A simulation without a server, with one destination, and the post office that serves it."""

    def local(sender, **settings):
        simulation = Simulation("k", Settings(**settings), Library(shipped()), real_ns=lambda: 0)
        fields = {"name": "x", "type": "webhook", "config": {"url": "http://x/"}, "events": ["*"]}
        create_destination(simulation.world, fields, None, make_secret)
        return simulation, Dispatcher(sender, wall=lambda: WALL)

    return local


def _agent(simulation):
    create_resource(simulation.world, "agent", {"name": "a", "description": None})


def test_a_server_can_be_stopped_while_it_delivers(receiver):
    """A receiver that never answers does not keep a server from stopping."""
    receiver.say(receiver.hang)
    thread = ServerThread(WorldRegistry(Settings(mode="real"))).start()
    headers = {"Authorization": "Bearer k"}
    with httpx2.Client(base_url=thread.server.base_url, headers=headers, trust_env=False) as api:
        body = {"name": "x", "type": "webhook", "config": {"url": receiver.url}, "events": ["*"]}
        api.post("/event-destinations", json=body)
        api.post("/agents", json={"name": "a"})
        while not receiver.arrivals:
            api.get("/test")
    thread.stop()
    assert len(receiver.arrivals) == 1


# Clocks that move by themselves


@pytest.mark.parametrize("mode", ["real", "on_poll"])
def test_no_answer_of_the_api_waits_for_a_receiver(receiver, subscribe, agent, api, sim, mode):
    """A receiver hangs, and calls are answered all the same; delivery is in the background."""
    go_on = threading.Event()

    def slow(arrival, line):
        go_on.wait()
        return 200

    receiver.say(slow)
    sim.put("/clock", json={"mode": mode})
    destination = subscribe("agent.created")
    agent()
    while not receiver.arrivals:
        api.get("/test")
    path = f"/event-destinations/{destination['id']}/event-deliveries"
    assert [one["status"] for one in api.get(path).json()["data"]] == ["pending"]
    go_on.set()
    while api.get(path).json()["data"][0]["status"] == "pending":
        pass
    assert api.get(path).json()["data"][0]["status"] == "success"


def test_with_a_real_clock_retries_come_by_themselves(receiver, subscribe, agent, sim):
    """Nobody need call for a retry to be sent: here the clock runs a thousand times as fast."""
    done = threading.Event()

    def last(arrival, line):
        done.set()
        return 200

    receiver.say(500, 500, 500, last)
    sim.put("/clock", json={"mode": "real", "speed": 1000})
    subscribe("agent.created")
    agent()
    assert done.wait(20)


def test_a_poll_loop_ends_and_counts_no_delivery_as_a_jump(receiver, subscribe, run_task, api, sim):
    """With `on_poll` a run takes as many polls with a receiver as without."""
    sim.put("/clock", json={"mode": "on_poll"})
    run = run_task()
    alone = _polls(api, run["id"])
    subscribe()
    assert _polls(api, run_task()["id"]) == alone


def _polls(api, run_id):
    count = 1
    while api.get(f"/task-runs/{run_id}").json()["status"] != "completed":
        count += 1
    return count


def test_an_advance_first_waits_for_what_is_under_way(local):
    """What was sent in the background has landed before the clock is moved."""
    simulation, office = local(_Held(), mode="real")
    _agent(simulation)

    async def play():
        office.wake(simulation)
        await office._sender.called.wait()
        driving = asyncio.ensure_future(office.drive(simulation, simulation.settle()))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not driving.done()
        office._sender.let_go.set()
        await driving
        await office.close()

    asyncio.run(play())
    (delivery,) = simulation.world.all("event_delivery").values()
    assert delivery.status == "success"


def test_a_world_that_goes_away_ends_the_wait_for_what_is_under_way(local):
    """Whoever waits is refused, as always when the world goes, instead of being stopped with it."""
    simulation, office = local(_Held(), mode="real")
    _agent(simulation)

    async def play():
        office.wake(simulation)
        await office._sender.called.wait()
        driving = asyncio.ensure_future(office.drive(simulation, simulation.settle()))
        await asyncio.sleep(0)
        simulation.dropped = True
        office.forget(simulation)
        with pytest.raises(ApiError, match="was reset or deleted while"):
            await driving

    asyncio.run(play())


def test_who_gives_up_waiting_stops_nothing_that_is_under_way(local):
    """What was sent in the background lands and is noted, whether or not somebody waits for it."""
    simulation, office = local(_Held(), mode="real")
    _agent(simulation)

    async def play():
        office.wake(simulation)
        await office._sender.called.wait()
        driving = asyncio.ensure_future(office.drive(simulation, simulation.settle()))
        await asyncio.sleep(0)
        driving.cancel()
        await asyncio.wait([driving])
        office._sender.let_go.set()
        await office.wait_for_attempts(simulation)
        await office.close()

    asyncio.run(play())
    (delivery,) = simulation.world.all("event_delivery").values()
    assert delivery.status == "success"


def test_a_frozen_clock_or_a_dropped_world_or_no_destination_wakes_nobody(local):
    """Nothing is sent in the background unless it has to be."""
    simulation, office = local(_Held(), mode="real")
    empty = Simulation("k", Settings(mode="real"), Library(shipped()), real_ns=lambda: 0)
    frozen, _ = local(_Held())
    simulation.dropped = True
    for one in (simulation, empty, frozen):
        office.wake(one)
    assert office._rounds == {}


def test_a_keeper_rests_once_the_clock_is_frozen_and_wakes_again(local):
    """A pace keeper ends with its mode, and another begins when the clock moves again."""
    simulation, office = local(_Held(), mode="real")

    async def play():
        office.wake(simulation)
        await asyncio.sleep(0)
        (round_,) = office._rounds.values()
        simulation.set_clock("frozen")
        round_.woken.set()
        await round_.keeper
        assert round_.keeper is None
        simulation.set_clock("real")
        office.wake(simulation)
        assert round_.keeper is not None
        await asyncio.sleep(0)
        office.forget(simulation)
        await office.close()

    asyncio.run(play())


def test_a_keeper_leaves_a_driven_world_alone(local):
    """While somebody drives, the pace keeper waits."""
    simulation, office = local(_Held(), mode="real")
    _agent(simulation)
    simulation.advancing = True

    async def play():
        office.wake(simulation)
        for _ in range(5):
            await asyncio.sleep(0)
        await office.close()

    asyncio.run(play())
    assert office._sender.sent == []


def test_a_failure_of_our_own_is_kept_with_the_crashes(local, caplog):
    """What breaks in the background is neither lost nor the end of delivering."""
    simulation, office = local(_Broken(), mode="real")
    _agent(simulation)

    async def play():
        office.wake(simulation)
        for _ in range(5):
            await asyncio.sleep(0)
        await office.close()

    asyncio.run(play())
    assert "ZeroDivisionError" in simulation.crashes[0]
    assert "failed while it delivered" in caplog.text


class _Broken(Sender):
    async def send(self, url, headers, body):
        return 1 / 0


def test_a_timer_wakes_the_keeper_by_itself(local):
    """A keeper naps until the next thing is due, as real time goes at the clock's speed."""
    simulation, office = local(_Held(), mode="real", speed=1_000_000)
    clock = iter(range(0, 10**15, 10**7))
    simulation.real_ns = lambda: next(clock)
    simulation.world.timers.arm("edlv_x", "attempt", simulation.world.now + timedelta(days=1))
    assert office._until_next(simulation) == timedelta(milliseconds=86.4)


# What the log says


def test_a_wrong_choice_of_the_timestamp_is_explained(local):
    """With the world's time far from the wall's, a refusal is explained in the log."""
    simulation, office = local(_Refusing(), webhook_time="world", now=WALL + timedelta(days=1))
    _agent(simulation)
    asyncio.run(office.drive(simulation, simulation.settle()))
    ((tried,),) = simulation.world.attempts.values()
    assert "the world's (2025-01-16T09:30:00Z)" in tried.error
    assert "webhook_time: wall" in tried.error
    assert tried.request["webhook-timestamp"] == f"{int(simulation.world.now.timestamp())}"


def test_a_refusal_with_the_right_time_is_left_as_it_is(local):
    """A status that the timestamp cannot have caused is not explained by it."""
    simulation, office = local(_Refusing())
    _agent(simulation)
    asyncio.run(office.drive(simulation, simulation.settle()))
    ((tried,),) = simulation.world.attempts.values()
    assert (tried.status, tried.error) == (401, None)


def test_a_success_with_the_wrong_time_is_left_as_it_is(local):
    """Who takes an event in spite of its timestamp needs no explanation."""
    simulation, office = local(_Refusing(200), webhook_time="world", now=WALL + timedelta(days=1))
    _agent(simulation)
    asyncio.run(office.drive(simulation, simulation.settle()))
    ((tried,),) = simulation.world.attempts.values()
    assert (tried.status, tried.error) == (200, None)


class _Refusing(Sender):
    def __init__(self, status=401):
        super().__init__()
        self.status = status

    async def send(self, url, headers, body):
        return Outcome(self.status, None, 0)


def test_a_public_address_is_a_recorded_failure(subscribe, agent, advance, delivery_log):
    """The log of the delivery says that the address is public, and how to allow it."""
    subscribe("agent.created", url="http://8.8.8.8/hook")
    agent()
    advance("0s")
    (delivery,) = delivery_log()
    assert "--allow-public-webhooks" in delivery["log"][0]["error"]


def test_equal_runs_are_equal_to_the_byte_whoever_answers_first(receiver):
    """Events, deliveries and the timeline do not depend on how fast receivers are."""
    receiver.say(200, path="/a")
    receiver.say(500, path="/b")
    first, second = (_story(receiver, order) for order in ("ab", "ba"))
    assert first == second


def _story(receiver, slow_first):
    """What a world tells whose receivers answer in this order."""
    gate = threading.Event()

    def first(arrival, line):
        gate.set()
        return 500

    def second(arrival, line):
        gate.wait()
        return 500

    receiver.say(first, path=f"/{slow_first[0]}")
    receiver.say(second, path=f"/{slow_first[1]}")
    thread = ServerThread(WorldRegistry()).start()
    headers = {"Authorization": "Bearer k"}
    with httpx2.Client(base_url=thread.server.url, headers=headers, trust_env=False) as http:
        for path in "ab":
            config = {"url": f"{receiver.url}/{path}"}
            body = {"name": path, "type": "webhook", "config": config, "events": ["*"]}
            http.post("/v2/event-destinations", json=body)
        http.post("/v2/agents", json={"name": "a"})
        http.post("/_sim/clock/advance", json={"by": "1h"})
        told = http.get("/v2/events").content, http.get("/_sim/timeline").content
    thread.stop()
    return told


def test_an_event_that_no_receiver_can_bring_uses_up_no_patience(
    receiver, subscribe, run_task, sim, api
):
    """All is delivered, nobody answers the prompt, and it is still open when that is told."""
    subscribe()
    run = run_task("mfa_then_success")
    until = {"event": "task_run.completed", "id": run["id"]}
    answer = sim.post("/clock/advance", json={"until": until})
    assert "an answer to `mfa` must give `code`" in answer.json()["errors"][0]["message"]
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "interaction_required"
    assert receiver.types()[-1] == "task_run.interaction_required"


def test_a_receiver_may_bring_an_event_about_another_run(
    receiver, subscribe, run_task, sim, connection, task, api
):
    """Who is told of a failure may try again, so the failure is waited for."""

    def again(arrival, line):
        body = {"connection_id": connection["id"]}
        return api.post(f"/tasks/{task['id']}/run", json=body).status_code

    receiver.say(again)
    subscribe("task_run.failed")
    run_task("mfa_never_answered")
    answer = sim.post("/clock/advance", json={"until": {"event": "task_run.completed"}})
    assert answer.status_code == 200, answer.text


def test_webhooks_go_out_on_the_way_to_an_event(receiver, subscribe, sim, run_task):
    """What happens before the event that is waited for has been delivered before it."""
    subscribe("task_run.queued", "task_run.running", "task_run.completed")
    run_task()
    sim.post("/clock/advance", json={"until": {"event": "task_run.completed"}})
    told = [arrival.data["type"] for arrival in receiver.arrivals]
    assert told == ["task_run.queued", "task_run.running", "task_run.completed"]


# A clock that follows the process


@pytest.fixture
def following(key, server):
    """A world that follows the process, which is frozen; and its freezer."""
    with freeze_time("2024-03-01 12:00") as freezer:
        server.worlds.create(key, mode="follow")
        yield freezer


def test_what_a_freezer_brought_is_delivered_before_the_next_call_is_answered(
    following, receiver, subscribe, run_task, api, delivery_log
):
    """In order, and each retry at its moment; a look at the world is call enough."""
    receiver.say(503, 200)
    run_task()
    subscribe("task_run.completed")
    following.tick(60)
    (delivery,) = delivery_log()
    assert at(delivery["log"]) == ["12:00:11", "12:00:16"]
    assert receiver.types() == ["task_run.completed"] * 2


def test_webhooks_are_signed_with_the_time_of_the_process(
    following, receiver, subscribe, agent, sim
):
    """A verifier in the frozen process takes what its own freezer's moment signed."""
    secret, _ = subscribe("agent.created")["credentials"]["secret"], agent()
    following.tick(3600)
    sim.get("/clock")
    (arrival,) = receiver.arrivals
    standardwebhooks.Webhook(secret).verify(arrival.body, arrival.headers)


def test_a_receiver_may_call_while_a_world_comes_along(
    following, receiver, subscribe, run_task, api, sim
):
    """Its call is answered at once: it does not wait for itself."""

    def answer(arrival, line):
        run = arrival.data["data"]["id"]
        given = api.post(f"/task-runs/{run}/interaction", json={"inputs": {"code": "123456"}})
        return given.status_code

    receiver.say(answer)
    subscribe("task_run.interaction_required")
    run = run_task("mfa_then_success")
    following.tick(60)
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "completed"


# The present of a caller in another process


def test_a_caller_says_what_it_takes_for_the_present(receiver, subscribe, agent, sim):
    """Webhooks are stamped with it, until that caller says otherwise. Who says nothing changes
    nothing, nor does a handle in the server's own process, whose present is known.
    """
    subscribe()
    for headers in (
        {"Deck-Sim-Present": "2031-01-01T00:00:00Z", "Deck-Sim-Process": "another"},
        {},
        {"Deck-Sim-Process": PROCESS},
        {"Deck-Sim-Process": "another"},
    ):
        agent()
        sim.post("/clock/advance", json={"by": "0s"}, headers=headers)
    years = [
        datetime.fromtimestamp(int(one.headers["webhook-timestamp"]), UTC).year
        for one in receiver.arrivals
    ]
    assert (years[:3], years[3] == 2031) == ([2031] * 3, False)


def test_a_present_that_is_no_moment_is_refused(sim):
    """The answer names the header and shows how a moment is written."""
    answer = sim.get("/clock", headers={"Deck-Sim-Present": "now"})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "Deck-Sim-Present")
    assert "must be a moment like 2025-01-15T09:30:00Z, not 'now'" in error["message"]
