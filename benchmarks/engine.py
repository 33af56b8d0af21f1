"""How the engine scales: many runs of six steps each, played in one advance.

    python benchmarks/engine.py

Bar: ten times the runs take at most thirteen times the processor time.
"""

import gc
import resource
import subprocess
import sys
import time

from deck_sim.engine import commands
from deck_sim.engine.world import World
from deck_sim.runtime.clock import advance_until_idle, run_to_end
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.library import Library
from deck_sim.scenario.loader import read_scenario

SIZES = (10_000, 100_000)
MOST = 13
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
TASK = {"name": "Read", "input_schema": None, "output_schema": None}


def main():
    """Measure each size in a process of its own, so that its memory counts alone."""
    print(f"a fresh world: {fresh_world() * 1e6:.0f} µs")
    (few, few_seconds, few_bytes), (many, many_seconds, many_bytes) = map(measured, SIZES)
    ratio = many_seconds / few_seconds
    print(f"{many // few} times the runs: {ratio:.1f} times as long (bar: {MOST})")
    print(f"memory: {many_bytes / few_bytes:.1f} times as much")
    return 0 if ratio <= MOST else 1


def measured(size):
    """Return and print the figures of one size, the better of two."""
    command = [sys.executable, __file__, str(size)]
    outs = [subprocess.check_output(command, text=True) for _ in range(2)]
    starting, settling, used = map(
        min, zip(*(map(float, out.split()) for out in outs), strict=True)
    )
    print(
        f"{size:>7} runs: started in {starting:.2f} s, played in {settling:.2f} s,"
        f" {used / size:.0f} bytes each"
    )
    return size, settling, used


def measure(size):
    """Start and play that many runs; prints seconds for each, and bytes."""
    simulation, task, connection = prepared()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    body = {"connection_id": connection.id, "input": {}}
    for _ in range(size):
        commands.run_task(
            simulation.world,
            task,
            body,
            lambda facts: simulation.choose("task_run", "six_steps", facts),
        )
    started = time.process_time()
    run_to_end(advance_until_idle(simulation))
    settled = time.process_time()
    runs = simulation.world.all("task_run").values()
    assert all(run.status == "completed" for run in runs), "every run must complete"
    used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(started - began, settled - started, used)


def prepared():
    """Return a simulation with a task and a connection."""
    library = Library()
    library.add(read_scenario(SIX_STEPS))
    simulation = Simulation("key", Settings(), library)
    world = simulation.world
    agent = commands.seed_resource(world, "agent", {"name": "A"})
    source = commands.seed_resource(world, "source", {"name": "S"})
    fields = TASK | {"agent_id": agent.id, "settings": {"timeout_seconds": 1800}}
    task = commands.seed_resource(world, "task", fields)
    fields = {"source_id": source.id, "auth_method": "none", "external_id": None}
    return simulation, task, commands.seed_resource(world, "connection", fields, status="connected")


def fresh_world(times=1000):
    """Return the seconds that a new world takes."""
    gc.disable()
    began = time.process_time()
    for _ in range(times):
        World()
    return (time.process_time() - began) / times


if __name__ == "__main__":
    sys.exit(measure(int(sys.argv[1])) if sys.argv[1:] else main())
