import copy

import pytest
from jsonschema import Draft202012Validator

from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.world_file import is_world_file, load_world_file, world_schema
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.loader import ScenarioError
from deck_sim.scenario.yaml_files import read_yaml

WHOLE = """\
version: 1
default_scenario: slow_success
rules:
  - {when: {username: "wrong*"}, scenario: credentials_rejected, resource: connection}
  - {when: {task: Read}, scenario: source_down}
resources:
  tasks:
    - {id: task_1, name: Read, agent_id: agt_1, status: live}
  agents:
    - {id: agt_1, name: Concierge, created_at: "2024-12-24T12:00:00Z"}
  sources:
    - {id: src_1, type: website, website: {url: "https://hotel.example"}}
  connections:
    - {id: conn_1, source_id: src_1, auth_method: none}
    - {id: conn_2, source_id: src_1, auth_method: none, status: invalid}
"""


@pytest.fixture
def simulation():
    return Simulation("key", Settings(), Library(shipped()))


@pytest.fixture
def load(tmp_path):
    def load(text):
        file = tmp_path / "world.yaml"
        file.write_text(text)
        return load_world_file(file, shipped())

    return load


@pytest.fixture
def mistakes(load, tmp_path):
    """The mistakes in a text, one a line, without the folder."""

    def mistakes(text):
        with pytest.raises(ScenarioError) as caught:
            load(text)
        return f"{caught.value}".replace(f"{tmp_path}/", "").split("\n")

    return mistakes


def test_a_world_file_creates_resources_and_chooses_scenarios(load, simulation):
    load(WHOLE).prepare(simulation)
    world, selection = simulation.world, simulation.selection
    assert [*world.all("agent"), *world.all("task")] == ["agt_1", "task_1"]
    statuses = {id_: connection.status for id_, connection in world.all("connection").items()}
    assert statuses == {"conn_1": "connected", "conn_2": "invalid"}
    assert f"{world.all('agent')['agt_1'].created_at:%Y-%m-%d}" == "2024-12-24"
    assert list(world.events) == []
    assert selection.default_scenario == "slow_success"
    assert [rule.scenario for rule in selection.rules] == ["credentials_rejected", "source_down"]


def test_every_part_of_a_world_file_is_optional(load, simulation):
    before = copy.deepcopy((simulation.world, simulation.selection))
    load("version: 1").prepare(simulation)
    assert (simulation.world, simulation.selection) == before


def test_each_mistake_has_its_position(mistakes):
    for old, new, place in [
        ("slow_success", "slow_sucess", "2:19: default_scenario: "),
        ("source_down", "source_dwn", "5:36: rules[1].scenario: "),
        ("resource: connection", "resource: run", "4:76: rules[0].resource: "),
        ("agent_id: agt_1", "agent_id: agt_9", "8:42: resources.tasks[0].agent_id: "),
        ("agent_id: agt_1", "agent_id: [agt_1]", "8:42: resources.tasks[0].agent_id: must be"),
        ("agent_id: agt_1, ", "", "8:7: resources.tasks[0].agent_id: "),
        ("id: src_1", "id: agt_1", "12:12: resources.sources[0].id: `id` 'agt_1' is taken"),
        ("id: conn_2", "id: conn_1", "15:12: resources.connections[1].id: "),
        ("status: invalid", "status: lost", "15:65: resources.connections[1].status: "),
        ("https://", "", "12:49: resources.sources[0].website.url: "),
        ("  agents:", "  agent:", "9:3: resources.agent: "),
        ("version: 1", "version: 2", "1:10: version: "),
        ("rules:", "rule:", "3:1: "),
    ]:
        lines = mistakes(WHOLE.replace(old, new, 1))
        assert any(line.startswith(f"world.yaml:{place}") for line in lines), lines


STORED = """\
version: 1
resources:
  sources: [{id: src_1, type: website, website: {url: "https://hotel.example"}}]
  credentials:
    - {id: cred_1, source_id: src_1, auth_method: none}
"""


def test_the_schema_refuses_what_the_reader_refuses(mistakes):
    schema = Draft202012Validator(world_schema())
    assert all(schema.is_valid(read_yaml(text).data) for text in (WHOLE, STORED))
    for old, new in [
        ("agents:", "agent:"),
        ("resource: connection", "resource: run"),
        ("rules:", "rule:"),
        ("version: 1", "version: 2"),
        ("slow_success", "[slow_success]"),
        ("{when: {task: Read}, ", "{"),
        ("{id: conn_1, source_id: src_1, auth_method: none}", "[]"),
    ]:
        wrong = WHOLE.replace(old, new, 1)
        assert mistakes(wrong)
        assert not schema.is_valid(read_yaml(wrong).data)


def test_a_file_may_be_for_either_edition(load, mistakes, tmp_path):
    """It has no mistakes if it fits one of them, or those of the edition that it fits best. It can
    be checked for one edition.
    """
    simulation = Simulation("key", Settings("credentials"), Library(shipped()))
    load(STORED).prepare(simulation)
    assert [*simulation.world.all("credential")] == ["cred_1"]
    with pytest.raises(ScenarioError, match=r"4:3: resources\.credentials: unknown key"):
        load_world_file(tmp_path / "world.yaml", shipped(), "connections")
    other = "connection_drops_later"  # of the other edition
    rule = "version: 1\nrules: [{when: {}, scenario: sucess, resource: session}]"
    unknown = STORED.replace("id: src_1, auth", "id: src_9, auth")
    for text, place in [
        (unknown, "resources.credentials[0].source_id"),
        (STORED.replace("none", "nil"), "resources.credentials[0].auth_method"),
        (rule, "rules[0].scenario"),
        (f"{STORED}default_scenario: {other}\nrules: []", "default_scenario"),
        (f"{STORED}rules: [{{when: {{task: a}}, scenario: {other}}}]", "rules[0].scenario"),
    ]:
        (mistake,) = mistakes(text)
        assert f": {place}: " in mistake


def test_a_file_that_cannot_be_read_is_one_mistake(mistakes, tmp_path):
    assert len(mistakes("version: 1\nrules: [")) == 1
    with pytest.raises(ScenarioError) as caught:
        load_world_file(tmp_path / "none.yaml", shipped())
    assert f"{caught.value}".endswith("none.yaml:1:1: cannot be read: No such file or directory")


def test_a_world_file_is_known_by_its_keys(tmp_path):
    """A scenario has a name; a world has resources, a default scenario or rules."""
    worlds = [WHOLE, "rules: []", "default_scenario: success", "resource: {}"]
    others = ["rule: []\nname: story", "rule: []\ntask_run: []", "name: story\nrules: []"]
    others += ["version: 1", "[]", "["]
    world_texts, file = [], tmp_path / "file.yaml"
    for text in worlds + others:
        file.write_text(text)
        world_texts += [text] if is_world_file(file) else []
    assert world_texts == worlds
