"""Rows of the engine: many runs of six steps, thirty days of retries, many worlds.

Each is measured in its own process.
"""

import asyncio
import re
import subprocess
import tempfile
import time
from datetime import timedelta
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

from deck_sim import DeckSim
from deck_sim.cli.import_ahead import import_ahead
from deck_sim.engine import commands
from deck_sim.engine.deliveries import create_destination, set_destination_status
from deck_sim.handle.connect.transports import server_at
from deck_sim.runtime.advance import advance_by, advance_until_idle, run_to_end
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.loader import read_scenario
from deck_sim.server.mounts import make_app
from deck_sim.state.state_file import keep_worlds
from deck_sim.webhooks.sender import Sender, SendResult
from deck_sim.webhooks.signing import secret_of

from .harness import SERVE, Client, environment, in_own_process, in_turn, many_us, row, serving

SIX_STEPS = """
version: 1
name: six_steps
task_run:
  - queued: 1s..9s
  - running: 1s..9s
  - running: 1s..9s
  - running: 1s..9s
  - pending: 1s..9s
  - completed
"""
SIMPY = """
import random, sys, time
import simpy

def run(environment):
    for _ in range(6):
        yield environment.timeout(draw(1, 9))

def settle():
    environment = simpy.Environment()
    for _ in range(count):
        environment.process(run(environment))
    began = time.process_time()
    environment.run()
    return (time.process_time() - began) / count * 1e6

draw, count = random.Random(1).uniform, int(sys.argv[1])
print(min(settle() for _ in range(3)))
"""
BATCH = 10_000


@row("six-steps", "a run of six steps, settled among 3,000; SimPy: a process of six timeouts", "µs",
     3_000, 20, most=6, rounds=7, downloads=True)  # fmt: skip
def six_steps(stack, count):
    ours = partial(in_own_process, best_settle_us, count)
    return in_turn({"SimPy": partial(simpy_us, count), "deck-sim": ours})


def simpy_us(count):
    python = environment("simpy", "simpy>=4") / "python"
    return float(subprocess.check_output([python, "-c", SIMPY, f"{count}"]))


def growth_row(name, text, count, smoke, measure_ms, **more):
    """A row of ten times as many runs."""

    def prepare_row(stack, count):
        sizes = count // 10, count
        return in_turn({f"{size:,} runs": partial(measure_ms, size) for size in sizes})

    row(name, text, "ms", count, smoke, rounds=3, **more)(prepare_row)


def advance_ms(count):
    return count * in_own_process(settle_us, count) / 1000


ADVANCE = "an advance that settles runs of six steps; ten times as many"
growth_row("growth-10000", ADVANCE, 10_000, 200, advance_ms)
growth_row("growth-100000", ADVANCE, 100_000, 0, advance_ms)
growth_row("growth-simpy", "SimPy's processes of six timeouts; ten times as many", 10_000, 20,
           lambda count: count * simpy_us(count) / 1000, downloads=True)  # fmt: skip


@row("collector", "a run of six steps, settled among 10,000, in the process of a test and in one of"
     " `serve`", "µs", 10_000, 20, most=0.9, rounds=7)  # fmt: skip
def collector(stack, count):
    measure_us = {"of a test": settle_us, "of `serve`": settle_us_in_server}
    return in_turn({name: partial(in_own_process, us, count) for name, us in measure_us.items()})


def settle_us_in_server(count):
    asyncio.run(import_ahead("connections"))
    return settle_us(count)


def best_settle_us(count):
    return min(settle_us(count) for _ in range(3))


def settle_us(count):
    """The processor time of an advance that settles so many runs, for each."""
    simulation, start = prepare()
    for _ in range(count):
        start()
    return settle(simulation) / count * 1e6


def prepare():
    """A simulation with what a run needs, and a function that starts one."""
    library = Library()
    library.add(read_scenario(SIX_STEPS))
    simulation = Simulation("key", Settings(), library)
    return simulation, starter(simulation)


def starter(simulation):
    """A function that starts a run of six steps in a world."""
    world = simulation.world
    agent = commands.seed_resource(world, "agent", {"name": "A"})
    source = commands.seed_resource(world, "source", {"name": "S"})
    fields = {"name": "Read", "input_schema": None, "output_schema": None, "agent_id": agent.id}
    fields |= {"settings": {"timeout_seconds": 1800}}
    task = commands.seed_resource(world, "task", fields)
    fields = {"source_id": source.id, "auth_method": "none", "external_id": None}
    connection = commands.seed_resource(world, "connection", fields, status="connected")
    body = {"connection_id": connection.id, "input": {}}

    def choose(facts):
        return simulation.choose("task_run", "six_steps", facts)

    return lambda: commands.run_task(world, task, body, choose)


def settle(simulation):
    """The processor seconds of an advance until nothing is due, and of what follows it: a server
    drops the records that are too old.
    """
    began = time.process_time()
    run_to_end(advance_until_idle(simulation))
    WorldRegistry().save(simulation)
    return time.process_time() - began


def memory(process="self"):
    """The most memory that a process had, in bytes. `getrusage` would begin with its parent's."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024


@row("run-memory", "a finished run of six steps, with its events", "KB", 10_000, 500, rounds=1,
     is_ratio=False)  # fmt: skip
def run_memory(stack, count):
    return lambda: {"a run": in_own_process(run_kb, count)}


def run_kb(count):
    simulation, start = prepare()
    before = memory()
    for _ in range(count):
        start()
    settle(simulation)
    return (memory() - before) / count / 1000


@row("million", "a million runs, started and settled in batches of 10,000; each of a tenth", "µs",
     1_000_000, 1_000, rounds=1, most=1.1, is_long=True)  # fmt: skip
def million(stack, count):
    def measure():
        first, last, _ = batches(count)
        return {"first tenth": first, "last tenth": last}

    return measure


@row("million-memory", "the process of that world", "MB", 1_000_000, 1_000, rounds=1, quiet=1000,
     is_ratio=False, is_long=True)  # fmt: skip
def million_memory(stack, count):
    return lambda: {"at the end": batches(count)[-1]}


@cache
def batches(count):
    return in_own_process(play_batches, count)


def play_batches(count):
    """The microseconds of a run in the first and the last tenth, and the megabytes at the end."""
    (simulation, start), times = prepare(), []
    tenth = count // 10
    batch = min(BATCH, tenth)
    for _ in range(0, count, batch):
        began = time.process_time()
        for _ in range(batch):
            start()
        settle(simulation)
        times.append(time.process_time() - began)
    ends = times[: tenth // batch], times[-tenth // batch :]
    return *(sum(end) / tenth * 1e6 for end in ends), memory() / 1e6


STATE = "creates of an agent with a state file, in a world of so many finished runs, in process"


@row("state-10000", STATE, "µs", 10_000, 20, rounds=9)
def state_10000(stack, count):
    loop = stack.enter_context(asyncio.Runner())

    def prepare_world(size):
        worlds = WorldRegistry()
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(keep_worlds(worlds, Path(folder, "worlds.db")))
        app, simulation = make_app(worlds), worlds.select("Bearer sk_bench")
        simulation.library.add(read_scenario(SIX_STEPS))
        start = starter(simulation)
        for _ in range(size):
            start()
        settle(simulation)
        body = {"name": "A"}
        return lambda: loop.run(many_us(app, 100, "POST", "/v2/agents", body))

    return in_turn({f"{size:,} runs": prepare_world(size) for size in (count // 100, count)})


SNAPSHOT = "`deck.snapshot` of a world with finished runs; ten times as many"
growth_row(
    "snapshot", SNAPSHOT, 10_000, 100, lambda count: in_own_process(copy_ms, count)[0], most=11
)
growth_row(
    "restore", "its restore", 10_000, 0, lambda count: in_own_process(copy_ms, count)[1], most=11
)


def copy_ms(count):
    """The processor time of a snapshot and of its restore, the best of three."""
    with DeckSim() as deck:
        deck.scenario(SIX_STEPS)
        with server_at(deck.url).paused() as worlds:
            simulation = worlds.select(f"Bearer {deck.api_key}")
            start = starter(simulation)
            for _ in range(count):
                start()
            settle(simulation)

        def copy_once():
            times = [time.process_time()]
            snapshot = deck.snapshot()
            times.append(time.process_time())
            deck.restore(snapshot)
            times.append(time.process_time())
            return [(end - start) * 1000 for start, end in pairwise(times)]

        return [*map(min, *(copy_once() for _ in range(3)))]


@row("retries", "thirty virtual days of retries to a receiver that always fails", "ms", 30, 2,
     quiet=1000, is_ratio=False)  # fmt: skip
def retries(stack, days):
    return lambda: {"deck-sim": asyncio.run(fail_for(days)) * 1000}


class Failing(Sender):
    """A sender whose receivers always fail."""

    async def send(self, url, headers, body):
        """Fail at once."""
        return SendResult(500, None, 0)


def begin(urls):
    """A simulation with a destination for each URL."""
    simulation = Simulation("k", Settings(), Library(shipped()))
    for url in urls:
        fields = {"name": url, "type": "webhook", "config": {"url": url}, "events": ["*"]}
        create_destination(simulation.world, fields, secret_of("k"))
    return simulation


def happen(simulation):
    """Make an event."""
    commands.create_resource(simulation.world, "agent", {"name": "a", "description": None})


async def fail_for(days):
    """The processor seconds of days on which every delivery fails, and its destination is set to
    active again.
    """
    simulation, dispatcher = begin(["http://127.0.0.1:1/"]), Dispatcher(Failing())
    began = time.process_time()
    for _ in range(days):
        for destination in [*simulation.world.all("event_destination").values()]:
            set_destination_status(simulation.world, destination, "active")
        happen(simulation)
        await dispatcher.drive(simulation, advance_by(simulation, timedelta(days=1)))
    return time.process_time() - began


@row("worlds", "a server process with 10,000 worlds, each read once", "MB", 10_000, 100, rounds=1,
     quiet=100, is_ratio=False)  # fmt: skip
def worlds(stack, count):
    port, process = stack.enter_context(serving(SERVE))

    def read_worlds():
        client = Client(port)
        for number in range(count):
            client.headers = (f"Authorization: Bearer sk_{number}",)
            client.call("GET", "/v2/agents")
        return {"deck-sim": memory(process.pid) / 1e6}

    return read_worlds
