"""A simulation without a server."""

from datetime import timedelta

from deck_sim.base.durations import parse_duration
from deck_sim.engine import commands
from deck_sim.engine.world import FROZEN_START
from deck_sim.runtime import advance
from deck_sim.runtime.advance import poll, run_to_end
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.library import Library
from deck_sim.scenario.loader import read_scenario

CONNECTION = {"source_id": "src_1", "auth_method": "none", "external_id": None}
TASK = {"name": "Read", "agent_id": "agt_1", "input_schema": None, "output_schema": None}
TASK["settings"] = {"timeout_seconds": 1800}
SECOND = timedelta(seconds=1)


class OfflineSimulation(Simulation):
    """A simulation whose real time a test moves, and which sends no webhooks."""

    def __init__(self, **settings):
        self.real = 0
        super().__init__("key", Settings(**settings), Library(), lambda: self.real)
        source = {"website": {"url": "https://hotel.example"}}
        for kind, fields in {"agent": {"name": "A"}, "source": source, "task": TASK}.items():
            name = {"agent": "agt_1", "source": "src_1", "task": "task_1"}[kind]
            commands.seed_resource(self.world, kind, fields, id=name)
        body = CONNECTION
        commands.seed_resource(self.world, "connection", body, id="conn_1", status="connected")

    def advance_by(self, length):
        return run_to_end(advance.advance_by(self, length))

    def advance_to(self, moment):
        return run_to_end(advance.advance_to(self, moment))

    def advance_until_event(self, type_, run=None, limit=timedelta(days=1)):
        return run_to_end(advance.advance_until_event(self, [type_], run, limit))

    def advance_until_idle(self):
        return run_to_end(advance.advance_until_idle(self))

    def catch_up(self):
        advance.catch_up(self)

    def run(self, steps="[queued: 2s, running: 8s, completed]", connection="conn_1"):
        self.library.add(read_scenario(f"version: 1\nname: story\ntask_run: {steps}"))
        task, body = self.world.find("task", "task_1"), {"connection_id": connection, "input": {}}
        choose = lambda facts: self.choose("task_run", "story", facts)  # noqa: E731
        return commands.run_task(self.world, task, body, choose).id

    def connect(self, steps):
        self.library.add(read_scenario(f"version: 1\nname: login\nconnection: {steps}"))
        body = {**CONNECTION, "auth_credentials": None}
        choose = lambda facts: self.choose("connection", "login", facts)  # noqa: E731
        return commands.open_connection(self.world, body, choose).id

    def read(self, *ids):
        """Poll these resources; returns the statuses that the reader then sees."""
        poll(self, [*map(self.world.resource, ids)])
        return [self.world.resource(id_).status for id_ in ids]

    def look(self, run_id):
        return self.world.find("task_run", run_id)

    def pass_real(self, text):
        self.real += parse_duration(text) // timedelta(microseconds=1) * 1000
        self.catch_up()

    @property
    def elapsed(self):
        return self.world.now - FROZEN_START
