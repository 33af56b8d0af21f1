"""Worlds for the tests of the engine: built by hand, without a server and without files."""

import pytest

from deck_sim.base.durations import format_duration, parse_duration
from deck_sim.engine import commands
from deck_sim.engine.playing import pass_time
from deck_sim.engine.world import FROZEN_START, World
from deck_sim.scenario.loader import read_scenario
from deck_sim.scenario.steps.step import STEP_CLASSES

CONNECTS = "[connecting: 1s, connected]"
CREDENTIALS = {"username": "alex", "password": "hunter2"}


class Play:
    """A world and shortcuts for tests. Scripts are written in one line of YAML."""

    def __init__(self, seed=7):
        self.world = World(seed=seed)
        self.agent = self.create("agent", name="Concierge", description=None)
        self.source = self.create("source", name=None, type="website", website={"url": "http://x"})

    def create(self, kind, **fields):
        return commands.create_resource(self.world, kind, fields)

    def script(self, kind, steps):
        return read_scenario(f"version: 1\nname: story\n{kind}: {steps}").script(kind)

    def task(self, timeout=1800, **fields):
        """Create a task; `timeout` is in seconds."""
        usual = {"name": "Read", "input_schema": None, "output_schema": None}
        usual |= {"agent_id": self.agent.id, "settings": {"timeout_seconds": timeout}}
        return self.create("task", **usual | fields)

    def open(self, steps=CONNECTS, **fields):
        """Open a connection, and return it as it then is."""
        usual = {"source_id": self.source.id, "auth_method": "username_password"}
        usual |= {"auth_credentials": CREDENTIALS, "external_id": None}
        opened = commands.open_connection(
            self.world, usual | fields, lambda facts: self.script("connection", steps)
        )
        return self.look(opened)

    def connect(self):
        return self.open("[connected]")

    def run(self, steps, connection=None, input=None, **task):  # noqa: A002
        """Run a new task on a new connection, and return the run as it then is."""
        body = {"connection_id": (connection or self.connect()).id, "input": input or {}}
        run = commands.run_task(
            self.world, self.task(**task), body, lambda facts: self.script("task_run", steps)
        )
        return self.look(run)

    def look(self, resource):
        return self.world.all(resource.kind)[resource.id]

    def wait(self, length):
        end = self.world.now + parse_duration(length)
        while self.world.now < end or self.is_due(end):
            pass_time(self.world, end)

    def is_due(self, moment):
        due = self.world.timers.peek()
        return due is not None and due.at <= moment

    def answer(self, resource, **inputs):
        return commands.answer_interaction(self.world, self.look(resource), inputs)

    def command(self, resource, name):
        return commands.apply_command(self.world, self.look(resource), name)

    def review(self, run, verdict):
        return commands.review_run(self.world, self.look(run), verdict)

    def told(self, resource):
        """The timeline of a resource, each line with the time since the start."""
        entries = [e for e in self.world.timeline if e.id == resource.id]
        return [f"{format_duration(e.at - FROZEN_START)} {e.what}" for e in entries]

    def events(self, resource):
        return [e.type for e in self.world.events if e.data.id == resource.id]

    def error(self, run):
        (error,) = self.look(run)["errors"]
        return f"{error['type']}/{error['code']}: {error['message']}"


STEPS = {"interaction_required": "interaction_required: mfa", "failed": "failed: task/task_failed"}


def way_to(machine, status):
    """The statuses on the shortest way to a status."""
    ways = [[machine.initial]]
    for way in ways:
        if way[-1] == status:
            return way
        ways += [[*way, after] for after in machine.follows[way[-1]] if after not in way]
    raise AssertionError(status)


@pytest.fixture
def play():
    return Play()


@pytest.fixture
def make_play():
    return Play


@pytest.fixture
def bring(play):
    """Bring a new run or connection into a status, by playing a script that leads there."""

    def bring(kind, status):
        machine, step = play.world.contract.machine(kind), STEP_CLASSES[kind, status]
        steps = [STEPS.get(word, word) for word in way_to(machine, status)]
        steps[-1] += ": 1h" if step.lasts else ""
        if not step.ends:
            steps.append(STEPS["failed"] if machine.is_run else "invalid")
        resource = (play.run if machine.is_run else play.open)(f"[{', '.join(steps)}]")
        assert resource.status == status
        return resource

    return bring
