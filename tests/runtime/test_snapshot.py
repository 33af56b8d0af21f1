"""Snapshots: a whole world as JSON, and back."""

import copy
import json
from dataclasses import fields
from functools import reduce

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deck_sim.engine.story import Script
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.snapshot import (
    KEPT,
    LEFT_OUT,
    _digest,
    adopt_content,
    copy_content,
    read_snapshot,
    write_snapshot,
)
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.loader import read_scenario
from deck_sim.server.serve import Server

SHOWN = ("/timeline", "/requests", "/events", "/deliveries", "/task-runs", "/next", "/clock")
SHOWN += ("/world", "/coverage", "/queue", "/rules", "/holds", "/connections", "/scenarios")
MINE = """\
version: 1
name: mine
connection: [connecting: 1s..9s, connected: 1h, disconnected]
task_run:
  - running: 2s..90s
  - interaction_required: {accept: {code: "012*"}, attempts: 2, on_rejected: [screenshot, failed:
      auth/mfa_invalid]}
  - file: {name: "{{ run.id }}.txt", content: "{{ input }}"}
  - running: 5s
  - completed: {output: {at: "{{ now }}", n: 1.5}}
"""


def take_snapshot(simulation):
    """The snapshot of a simulation."""
    return write_snapshot(*copy_content(simulation))


def restore_snapshot(worlds, key, document):
    """The world of a key, replaced by that of a snapshot."""
    return adopt_content(worlds, key, read_snapshot(document, worlds.library), lambda new: new)


class Client:
    """A world on one server, and the calls that change it."""

    def __init__(self, server, key, http):
        self.key, self.worlds, self._http, self.url = key, server.worlds, http, server.url
        self.headers = {"Authorization": f"Bearer {key}"}

    def call(self, method, path, headers=None, **request):
        """Make a call; returns its answer as data."""
        headers = {**self.headers, **(headers or {})}
        answer = self._http.request(method, f"{self.url}{path}", headers=headers, **request)
        assert answer.status_code < 500, answer.text
        return answer.json()

    def begin(self):
        """Reset the world and put something of each kind into it."""
        self.call("POST", "/_sim/reset", json={})
        self.call("PUT", "/_sim/scenarios/mine", content=MINE.encode())
        source = {"id": "src", "type": "website", "website": {"url": "https://a.example"}}
        task = {"id": "task", "name": "t", "agent_id": "agt", "storage": {"enabled": True}}
        seed = {"agents": [{"id": "agt", "name": "a"}], "sources": [source], "tasks": [task]}
        self.call("POST", "/_sim/seed", json={"resources": seed})
        rule = {"when": {"input": {"a": 1}}, "scenario": "needs_approval"}
        self.call("PUT", "/_sim/rules", json={"rules": [rule]})
        self.call("POST", "/_sim/queue", json={"resource": "connection", "scenarios": ["mine"]})
        queue = {"name": "q", "type": "aws_sqs", "config": {}, "events": ["*"]}
        self.call("POST", "/v2/event-destinations", json=queue)
        body = {"source_id": "src", "auth_method": "none"}
        self.connection = self.call("POST", "/v2/connections", json=body)["id"]
        self.runs = []
        self.step(("wait", "10s"))

    def step(self, step):
        """Take one step of a history."""
        what, how = step
        getattr(self, f"_{what}")(how)

    def _run(self, scenario):
        headers = {"Deck-Sim-Scenario": scenario} if scenario else {}
        body = {"connection_id": self.connection, "input": {"a": len(self.runs)}}
        run = self.call("POST", "/v2/tasks/task/run", json=body, headers=headers)
        self.runs += [run["id"]] if "id" in run else []

    def _wait(self, length):
        self.call("POST", "/_sim/clock/advance", json={"by": length})

    def _answer(self, code):
        for run in self.runs:
            path = f"/v2/task-runs/{run}/interaction"
            self.call("POST", path, json={"inputs": {"code": code}})

    def _cancel(self, number):
        for run in self.runs[number : number + 1]:
            self.call("POST", f"/v2/task-runs/{run}/cancel")

    def _poll(self, _):
        self.call("PUT", "/_sim/clock", json={"mode": "on_poll"})
        for run in self.runs:
            self.call("GET", f"/v2/task-runs/{run}")
        self.call("PUT", "/_sim/clock", json={"mode": "frozen"})

    def _hold(self, event):
        self.call("POST", "/_sim/holds", json={"event": event})

    def _release(self, _):
        for hold in self.call("GET", "/_sim/holds")["data"]:
            self.call("DELETE", f"/_sim/holds/{hold['id']}")

    def look(self):
        """Everything that the control API shows of the world."""
        shown = {path: self.call("GET", f"/_sim{path}") for path in SHOWN}
        for answer in shown.values():
            del answer["request_id"]
        return dump_json(shown)

    @property
    def simulation(self):
        """The simulation of this world."""
        return self.worlds.select(f"Bearer {self.key}")


@pytest.fixture(scope="module")
def servers():
    """Two servers that share nothing but the snapshot."""
    with Server(WorldRegistry()) as one, Server(WorldRegistry()) as other:
        yield [one, other]


@pytest.fixture(scope="module")
def http():
    """One HTTP client for both servers."""
    with httpx2.Client(trust_env=False) as http:
        yield http


@pytest.fixture
def client(servers, key, http):
    """A world with something of each kind in it."""
    client = Client(servers[0], key, http)
    client.begin()
    return client


STEP = st.one_of(
    st.tuples(st.just("run"), st.sampled_from(["mine", "mfa_then_success", "", "source_down"])),
    st.tuples(st.just("wait"), st.sampled_from(["0s", "1s", "7s", "1m", "6m"])),
    st.tuples(st.just("answer"), st.sampled_from(["0123", "123456", "9"])),
    st.tuples(st.just("cancel"), st.integers(0, 3)),
    st.tuples(st.just("poll"), st.none()),
    st.tuples(st.just("hold"), st.sampled_from(["task_run.completed", "task_run.failed"])),
    st.tuples(st.just("release"), st.none()),
)
HISTORY = st.lists(STEP, max_size=6)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=HISTORY, after=HISTORY)
def test_a_restored_world_continues_byte_for_byte(servers, http, before, after):
    """On another server the same steps give the same bytes."""
    one, other = (Client(server, "sk_test_same", http) for server in servers)
    one.begin()
    for step in before:
        one.step(step)
    taken = json.loads(json.dumps(one.call("GET", "/_sim/snapshot")))
    other.call("PUT", "/_sim/snapshot", json=taken)
    other.connection, other.runs = one.connection, [*one.runs]
    files = [client.simulation.files_url for client in (one, other)]
    assert one.simulation.world.timers == other.simulation.world.timers
    for step in after:
        one.step(step)
        other.step(step)
    seen = [client.look() for client in (one, other)]
    assert seen[0].replace(files[0].encode(), b"") == seen[1].replace(files[1].encode(), b"")


def test_a_restored_world_equals_the_original(client):
    """Taking a snapshot changes nothing."""
    client.step(("run", "mine"))
    client.step(("wait", "1m"))
    before = copy.deepcopy(client.simulation.world)
    taken = take_snapshot(client.simulation)
    assert client.simulation.world == before
    worlds = WorldRegistry(origin=client.worlds.origin)
    restored = restore_snapshot(worlds, client.key, json.loads(dump_json(taken)))
    assert restored.world == before
    assert restored.selection == client.simulation.selection
    assert restored.journal == client.simulation.journal
    assert restored.choices == client.simulation.choices
    assert take_snapshot(restored) == taken


def test_every_field_of_a_simulation_is_kept_or_left_out():
    """A new field is kept without further work; each field in `LEFT_OUT` exists."""
    assert {*LEFT_OUT, *KEPT} == {row.name for row in fields(Simulation)}


def test_shared_values_are_shared_after_a_restore(client):
    """An event shares the resource that it is about, so a restored world needs no more memory."""
    client.step(("run", "mfa_then_success"))
    client.step(("wait", "1m"))
    twin = restore_snapshot(WorldRegistry(), "k", client.call("GET", "/_sim/snapshot"))
    asked = twin.world.events[-1]
    assert asked.type == "task_run.interaction_required"
    assert asked.data is twin.world.all("task_run")[asked.data.id]


def test_tags_contain_no_module_paths(client):
    """A snapshot can be read after a module has moved."""
    client.step(("run", "mine"))
    rows = take_snapshot(client.simulation)["values"]
    tags = {row["$fields"][0] for row in rows if "$fields" in row}
    assert {"world", "resource", "event", "story"} < tags
    assert not [tag for tag in tags if "." in tag or tag != tag.lower()]


def test_settings_and_clock_are_restored(client):
    """Seed, mode, speed and step are those of the snapshot."""
    client.call("POST", "/_sim/reset", json={"seed": 9, "mode": "real", "speed": 1000})
    taken = client.call("GET", "/_sim/snapshot")
    client.call("POST", "/_sim/reset", json={})
    world = client.call("PUT", "/_sim/snapshot", json=taken)
    clock = client.call("GET", "/_sim/clock")
    assert (world["seed"], clock["mode"], clock["speed"]) == (9, "real", 1000)
    assert client.simulation.settings.seed == 9
    client.call("PUT", "/_sim/clock", json={"mode": "on_poll", "step": "7s"})
    taken = client.call("GET", "/_sim/snapshot")
    client.call("POST", "/_sim/reset", json={})
    client.call("PUT", "/_sim/snapshot", json=taken)
    assert client.call("GET", "/_sim/clock")["step"] == "7s"


def test_a_snapshot_holds_the_scenarios_that_the_world_needs(client):
    """Those that do not ship and those that are set to be played; shipped ones are not added."""
    client.call("PATCH", "/_sim/world", json={"default_scenario": "slow_success"})
    listed = b"version: 1\nname: a_list\nplaylist: [mine, source_down]"
    client.call("PUT", "/_sim/scenarios/a_list", content=listed)
    taken = client.call("GET", "/_sim/snapshot")
    twin = restore_snapshot(WorldRegistry(), "k", taken)
    assert sorted(scenario.name for scenario in twin.library.own()) == ["a_list", "mine"]
    assert twin.library.find("slow_success") is shipped().find("slow_success")
    names = {row["$source"]["name"] for row in taken["values"] if "$source" in row}
    assert names >= {"a_list", "mine", "source_down", "slow_success", "needs_approval"}


def test_scenarios_of_the_snapshot_replace_those_of_the_server(client):
    """Running stories keep their script, and new ones play the version of the snapshot."""
    client.step(("run", "mine"))
    library = Library(shipped())
    library.add(read_scenario("version: 1\nname: mine\ntask_run: [queued, running, completed]"))
    twin = restore_snapshot(
        WorldRegistry(library=library), "k", client.call("GET", "/_sim/snapshot")
    )
    assert twin.world.stories == client.simulation.world.stories
    assert twin.library.find("mine") == client.simulation.library.find("mine")


@pytest.mark.parametrize("value", [object(), Script("x", "task_run", ()), 1j])
def test_a_value_of_an_unknown_type_is_an_error(client, value):
    """It is not left out silently."""
    client.simulation.world.screenshots["x"] = value
    with pytest.raises(TypeError, match=r"cannot be written|has no source"):
        take_snapshot(client.simulation)


def test_a_snapshot_does_not_hold_the_api_key(client):
    """Its readers cannot call the world."""
    client.step(("run", "mine"))
    assert client.key not in json.dumps(client.call("GET", "/_sim/snapshot"))


@pytest.mark.parametrize(
    "odd",
    [
        reduce(lambda inner, _: {"a": inner}, range(97), {}),  # deeper inside the snapshot
        {"$value": 1, "$": {"$moment": "x"}, "n": 1e300, "": [None, True, "é"]},
    ],
    ids=["deep", "keys that look like forms"],
)
def test_an_odd_input_is_restored(client, odd):
    """Of the greatest depth, or with keys that start with a dollar."""
    body = {"connection_id": client.connection, "input": odd}
    client.call("POST", "/v2/tasks/task/run", json=body)
    client.call("PUT", "/_sim/snapshot", json=client.call("GET", "/_sim/snapshot"))
    assert client.call("GET", "/_sim/task-runs")["data"][0]["input"] == odd


@pytest.mark.parametrize(
    ("levels", "text"),
    [(900, "`digest` does not match"), (1001, "nested more than 1000 levels deep")],
)
def test_a_snapshot_has_up_to_a_thousand_levels(client, levels, text):
    """Some versions of Python cannot read quite as many."""
    values = "[" * (levels - 1) + "]" * (levels - 1)
    body = f'{{"version": 2, "deck_sim": "1", "digest": "x", "values": {values}}}'
    (error,) = client.call("PUT", "/_sim/snapshot", content=body.encode())["errors"]
    assert text in error["message"]


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"version": None}, "version", "`version` must be 2, not None"),
        ({"version": 1}, "version", "`version` must be 2, not 1; send what `GET /_sim/snapshot`"),
        ({"values": {}}, "digest", "`digest` does not match `values`; send what"),
        ({"values": []}, "digest", "`digest` does not match `values`; send what"),
    ],
)
def test_a_document_that_is_not_a_snapshot_is_refused(client, changes, field, text):
    """The world stays as it was."""
    before = client.look()
    taken = client.call("GET", "/_sim/snapshot")
    (error,) = client.call("PUT", "/_sim/snapshot", json=taken | changes)["errors"]
    assert error["field"] == field
    assert text in error["message"]
    assert client.look() == before


ROWS = {
    "a field that is missing": {"$fields": ["timeline_entry", {"at": 1}]},
    "an unknown class": {"$fields": ["nothing", {}]},
    "an unknown tag": {"$fields": ["datetime", {}]},
    "an unknown form": {"$strange": 1},
    "a scenario with mistakes": {"$source": {"version": 1, "name": "x", "task_run": ["nope"]}},
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_that_cannot_be_read_is_named(client, row):
    """Another version may have written a row that has the right digest."""
    taken = client.call("GET", "/_sim/snapshot")
    values = [*taken["values"][:3], row]
    taken |= {"values": values, "digest": _digest(values)}
    (error,) = client.call("PUT", "/_sim/snapshot", json=taken)["errors"]
    assert error["message"].startswith("`values`: row 3: ")


LAST_ROWS = {
    "no rows": lambda last: [],
    "no object": lambda last: [{"$value": 0}],
    "no state": lambda last: [{"scenarios": []}],
    "a world of another type": lambda last: [{**last, "state": {**last["state"], "world": 7}}],
    "the key of another world": lambda last: [{**last, "state": {**last["state"], "key": "sk_b"}}],
    "calls of another type": lambda last: [{**last, "state": {**last["state"], "journal": 7}}],
}


@pytest.mark.parametrize("change", LAST_ROWS.values(), ids=LAST_ROWS)
def test_a_world_that_cannot_be_shown_is_refused(client, change):
    """The old one stays; anybody can make the digest of a snapshot with mistakes."""
    before = client.look()
    taken = client.call("GET", "/_sim/snapshot")
    *rows, last = taken["values"]
    values = [*rows, *changed] if (changed := change(last)) else []
    taken |= {"values": values, "digest": _digest(values)}
    (error,) = client.call("PUT", "/_sim/snapshot", json=taken)["errors"]
    assert error["code"] == "input_invalid"
    assert client.look() == before


def forge(values):
    """A snapshot of these values: anybody can make its digest."""
    return {"version": 2, "values": values, "digest": _digest(values)}


def rows_of(values, tag):
    """The fields of the dataclasses with a tag."""
    return [row["$fields"][1] for row in values if "$fields" in row and row["$fields"][0] == tag]


@pytest.mark.parametrize(
    ("tag", "field", "value", "text"),
    [
        ("world", "edition", "newest", "KeyError: 'newest'"),
        ("world", "edition", None, "TypeError: `edition` of World must be str, not None"),
        (
            "world",
            "events",
            [{"$moment": "2025-01-15"}],
            "`events` of World must be deck_sim.engine.bounded_log.BoundedLog[deck",
        ),
        (
            "story",
            "path",
            {"$tuple": [{}]},
            "`path` of Story must be tuple[int | str, ...], not ({},)",
        ),
        ("options", "mask", None, "`mask` of Options must be tuple[str, ...], not None"),
    ],
)
def test_a_forged_snapshot_of_wrong_types_is_refused(client, tag, field, value, text):
    """The world stays as it was."""
    client.step(("run", "mine"))
    before, values = client.look(), client.call("GET", "/_sim/snapshot")["values"]
    rows_of(values, tag)[0][field] = value
    (error,) = client.call("PUT", "/_sim/snapshot", json=forge(values))["errors"]
    assert text in error["message"]
    assert client.look() == before


def test_a_failure_of_a_forged_world_says_what_to_do(client, http, caplog):
    """The traceback is in `crashes`, not in the log."""
    values = client.call("GET", "/_sim/snapshot")["values"]
    for resource in rows_of(values, "resource"):
        resource["fields"] |= {"name": {"$set": []}}
    client.call("PUT", "/_sim/snapshot", json=forge(values))
    answer = http.get(f"{client.url}/v2/tasks", headers=client.headers)
    assert answer.json()["errors"][0]["code"] == "api_error"
    assert "restore one that `GET /_sim/snapshot` returned, or reset" in answer.text
    assert [record.exc_info for record in caplog.records] == [None]
    assert "Traceback" in client.call("GET", "/_sim/world")["crashes"][0]
    assert client.call("POST", "/_sim/reset", json={})["crashes"] == []


def test_no_snapshot_is_taken_during_an_advance(client):
    """Attempts in progress cannot be kept."""
    client.simulation.advancing = True
    (error,) = client.call("GET", "/_sim/snapshot")["errors"]
    assert (error["code"], "is moving" in error["message"]) == ("state_invalid", True)
