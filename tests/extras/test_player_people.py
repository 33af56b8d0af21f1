"""The actions of people when a story is played: the `play` of the scenario, and its timeout."""

import pytest

from deck_sim.extras.player import play_scenario
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.loader import ScenarioError, read_scenario

ASKS = "interaction_required: {accept: {code: 1}, attempts: 1}"
TWICE = f"task_run: [running, {ASKS}, running, {ASKS}, running, completed]"
REVIEWED = "task_run: [running, approval, completed]"


def read(body, name="story"):
    return read_scenario(f"version: 1\nname: {name}\n{body}\n")


def end(scenario, *answers, **options):
    """The last status of the run, and the code of its error."""
    run = play_scenario(scenario, answers or None, **options).run
    return run.status, *(error["code"] for error in run["errors"])


@pytest.mark.parametrize(
    ("play", "expected"),
    [
        ("{answers: []}", ("failed", "interaction_timeout")),
        ("{answers: [{code: 1}]}", ("failed", "interaction_timeout")),
        ("{answers: [{code: 1}, {code: 2}]}", ("failed", "mfa_invalid")),
        ("{answers: [{code: 1}, {code: 1}]}", ("completed",)),
        ("null", ("completed",)),
    ],
)
def test_the_answers_of_a_scenario_are_given_in_order(play, expected):
    """Prompts after the last answer get none; without answers every prompt gets a right one."""
    assert end(read(f"play: {play}\n{TWICE}")) == expected


def test_given_answers_win_over_those_of_the_scenario():
    """A caller answers a story that leaves its prompts unanswered."""
    scenario = read(f"play: {{answers: []}}\n{TWICE}")
    assert end(scenario, {"code": "1"}, {"code": "1"}) == ("completed",)


@pytest.mark.parametrize(
    ("review", "expected"),
    [
        ("approve", ("completed",)),
        ("reject", ("failed", "review_rejected")),
        ("none", ("failed", "timeout")),
    ],
)
def test_the_reviewer_does_what_the_scenario_says(review, expected):
    assert end(read(f"play: {{review: {review}}}\n{REVIEWED}")) == expected


def test_a_rejection_of_the_caller_wins():
    """`reject` holds for a story that is approved otherwise."""
    assert end(read(REVIEWED), reject=True) == ("failed", "review_rejected")


def test_each_run_of_a_playlist_gets_the_answers_again():
    """The answers are those of the entry that is played, from the first."""
    library = Library(shipped())
    library.add(
        read(
            f"play: {{answers: [{{code: 2}}]}}\ntask_run: [running, {ASKS}, running, completed]",
            "wrong",
        )
    )
    played = play_scenario(read("playlist: [wrong, wrong]"), library=library)
    assert [line.detail for line in played.lines if line.who == "user"] == ["code=2"] * 2


SILENT = "task_timeout: 2h\ntask_run: [queued, running: 45m, running: stuck]"


@pytest.mark.parametrize(("minutes", "text"), [(30, "for 30 minutes"), (40, "of 40 minutes")])
def test_the_timeout_of_a_scenario_replaces_the_default_alone(api, sim, advance, minutes, text):
    """A run becomes inactive after 45 minutes; a task with a timeout of its own keeps it."""
    ids = sim.post("/seed", json=seed(minutes * 60)).json()
    sim.put("/scenarios/silent", content=f"version: 1\nname: silent\n{SILENT}")
    header = {"Deck-Sim-Scenario": "silent"}
    body = {"connection_id": "conn_1", "input": {}}
    run = api.post("/tasks/task_1/run", json=body, headers=header).json()
    advance("3h")
    (error,) = api.get(f"/task-runs/{run['id']}").json()["errors"]
    assert error["message"].endswith(f"{text}."), ids


def seed(seconds):
    """A task with that timeout, and an open connection."""
    return {
        "resources": {
            "agents": [{"id": "agt_1", "name": "A"}],
            "sources": [
                {"id": "src_1", "type": "website", "website": {"url": "https://a.example"}}
            ],
            "connections": [{"id": "conn_1", "source_id": "src_1", "auth_method": "none"}],
            "tasks": [
                {
                    "id": "task_1",
                    "name": "T",
                    "agent_id": "agt_1",
                    "settings": {"timeout_seconds": seconds},
                }
            ],
        }
    }


@pytest.mark.parametrize(
    ("play", "script", "mistake"),
    [
        (
            "{answers: [{cod: 1}]}",
            TWICE,
            "play.answers[0].cod: 'cod' is not a field of",
        ),
        ("{answers: [{pin: 1}]}", TWICE, "; they ask for `code`"),
        ("{answers: []}", REVIEWED, "play.answers: has no effect, because no step asks for input"),
        ("{review: reject}", TWICE, "play.review: has no effect, because no step waits for an app"),
        ("{review: nobody}", REVIEWED, "play.review: must be 'approve', 'reject' or 'none'"),
        ("{}", REVIEWED, "play: must not be empty"),
        ("{review: reject}", "playlist: [success]", "play: `play` has no effect in a `playlist`"),
    ],
)
def test_a_play_without_effect_is_a_mistake(play, script, mistake):
    """An answer to no prompt, an unknown verdict, and a list that only names other scenarios."""
    with pytest.raises(ScenarioError) as caught:
        read(f"play: {play}\n{script}")
    assert mistake in str(caught.value)


@pytest.mark.parametrize("timeout", ["500ms", "366d", "soon", "0s", "5"])
def test_a_timeout_that_no_task_can_have_is_a_mistake(timeout):
    """A timeout is 1s to 365d, in whole seconds."""
    with pytest.raises(ScenarioError, match="task_timeout: "):
        read(f"task_timeout: {timeout}\n{REVIEWED}")
