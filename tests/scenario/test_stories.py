import re
from pathlib import Path

from deck_sim.cli.player import play_scenario
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.scenario.library import SHIPPED, shipped
from deck_sim.scenario.loader import read_scenario
from deck_sim.scenario.steps.step import STEP_CLASSES

TRACES = Path(__file__).parents[1] / "traces"
SCENARIOS = [shipped().get(name) for name in shipped().names()]
BY_A_RUN = ("session", "idle", "running")
NO_TRACE = {("task_run", "approval")}  # it enters another status in each edition


def trace_entries():
    """The entries of the recorded traces: kind, status before or None, status, detail."""
    for file in TRACES.rglob("*.txt"):
        before = {}
        for line in file.read_text().splitlines()[2:]:
            _, who, status, *detail = re.split(r"  +", line)
            kind = who.replace(" ", "_")
            if kind in SCRIPT_KINDS:
                yield kind, before.get(kind), status, "".join(detail)
                before[kind] = status


ENTRIES = list(trace_entries())
MOVES = {(kind, before, status) for kind, before, status, _ in ENTRIES}
ENTERED = {(kind, status) for kind, _, status, _ in ENTRIES}
FAILURES = [detail for _, _, status, detail in ENTRIES if status in ("failed", "refused")]
ERRORS = {name for detail in FAILURES for name in re.findall(r"(\w+/\w+): ", detail)}


def moves(kind):
    """The moves of a machine that a script can make: there is a step for where they lead."""
    all_moves = [
        (kind, status, after)
        for edition in EDITIONS.values()
        if kind in edition.kinds
        for status, row in edition.machine(kind).follows.items()
        for after in row
        if (kind, after) in STEP_CLASSES and (kind, status) in STEP_CLASSES
        if not STEP_CLASSES[kind, status].ends and (kind, status, after) != BY_A_RUN
        if after not in ("canceled", "failed", "terminated")  # they have stories of their own
    ]
    return [*dict.fromkeys(all_moves)]


def test_every_transition_of_a_script_is_in_a_trace():
    """If not, add a scenario that plays it, and run scripts/record-traces."""
    assert {move for kind in SCRIPT_KINDS for move in moves(kind)} - MOVES == set()


def test_every_status_of_a_script_is_in_a_trace():
    scripted = {key for key, step in STEP_CLASSES.items() if step.is_status and key not in NO_TRACE}
    assert scripted - ENTERED == set()


def test_every_error_is_in_a_trace():
    """But `request/…`, of a wrong call, which a client makes itself, and those of deck-sim."""
    ends = {name for name in CATALOG if not name.startswith(("request/", "deck_sim/"))}
    assert ends - ERRORS == set()


def test_a_file_is_named_after_its_scenario():
    files = [file.name for file in SHIPPED.glob("*")]
    assert sorted(files) == sorted(f"{read_scenario(SHIPPED / file).name}.yaml" for file in files)


def test_a_scenario_has_a_summary_tags_and_a_script():
    summaries = [scenario.summary for scenario in SCENARIOS]
    assert [text for text in summaries if not (text.endswith(".") and 20 < len(text) <= 100)] == []
    for scenario in SCENARIOS:
        assert scenario.tags, scenario.name
        assert any(map(scenario.defines, SCRIPT_KINDS)), scenario.name


def test_no_two_scenarios_are_the_same():
    assert len({scenario.summary for scenario in SCENARIOS}) == len(SCENARIOS)
    steps = [[scenario.script(kind).steps for kind in SCRIPT_KINDS] for scenario in SCENARIOS]
    rest = [(scenario.entries, scenario.faults) for scenario in SCENARIOS]
    assert len({*map(repr, zip(steps, rest, strict=True))}) == len(SCENARIOS)


def end(scenario, edition):
    """How the last run ends in an edition, or why there is none."""
    played = play_scenario(scenario, edition=edition)
    run = played.run
    return (run.status, run["errors"], run["output"]) if run else played.lines[-1].detail


def test_a_scenario_ends_the_same_in_each_of_its_editions():
    """Unless the story is about the login, which is not alike."""
    for scenario in SCENARIOS:
        if "login" not in scenario.tags:
            first, *others = (end(scenario, edition) for edition in scenario.editions)
            assert others == [first] * len(others), scenario.name


NAMES_ITS_EDITION = {
    "connection_drops_later": "an edition keeps no login open",
    "connection_drops_mid_run": "an edition keeps no login open",
    "connection_terminated": "an edition keeps no login open",
    "session_breaks_down": "an edition has no sessions",
}


def test_a_story_that_every_edition_can_play_names_none():
    """Unless it makes sense in one alone."""
    needless = set()
    for scenario in SCENARIOS:
        bare = re.sub(r"(?m)^edition: .*\n", "", (SHIPPED / f"{scenario.name}.yaml").read_text())
        if read_scenario(bare).editions != scenario.editions:
            needless.add(scenario.name)
    assert needless == NAMES_ITS_EDITION.keys()
