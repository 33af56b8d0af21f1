import pytest

from deck_sim.cli.player import play_scenario
from deck_sim.contract.editions import EDITIONS

STORY = """\
task_run:
  connections: [queued, running: 1s, failed: connection/timeout]
  credentials: [running: 2s, interaction_required: mfa, running, failed: session/timeout]
"""
ONE = "task_run: {credentials: [running, failed: session/timeout]}"


def play(scenario, edition):
    return play_scenario(scenario, edition=edition)


@pytest.mark.parametrize(
    ("edition", "error"), [("connections", "connection"), ("credentials", "session")]
)
def test_each_edition_plays_its_own_script(read, edition, error):
    assert play(read(STORY), edition).run["errors"][0]["type"] == error


def test_an_edition_without_a_script_plays_the_default(read):
    scenario = read(ONE)
    assert scenario.editions == tuple(EDITIONS)
    assert play(scenario, "connections").run.status == "completed"
    assert play(scenario, "credentials").run.status == "failed"


def test_a_message_names_the_edition_of_the_step(read):
    steps = "[running, completed: {output: {a: '{{ input.gone }}'}}]"
    (fault,) = play(
        read(f"task_run: {{credentials: {steps}}}"), "credentials"
    ).simulation.world.script_errors
    assert "scenario `story`, task_run.credentials[1]: " in fault


MISTAKES = {
    "task_run: {credentials: [running, pending, completed]}": "task_run.credentials[1]: the edition"
    " `credentials` has no status `pending`",
    "connection: {credentials: [connected]}": "connection.credentials: the edition `credentials`"
    " has no connections; delete this script",
    "task_run: {connections: []}": "task_run.connections: the script can end in `queued`",
    "task_run: {connections: 5}": "task_run.connections: must be a list, not 5; start each",
    "task_run: {credentals: [failed: api/api_error]}": "did you mean 'credentials'?",
    "task_run: {credentials: [running, completed: {outptu: {}}]}": "did you mean 'output'?",
}


def test_a_mistake_in_the_script_of_one_edition_is_reported(mistakes):
    """The other edition could play the scenario, but the script of this one is wrong."""
    for body, mistake in MISTAKES.items():
        (line,) = mistakes(body)
        assert mistake in line
