import re

import pytest

from deck_sim.cli.demo import STORIES


@pytest.fixture(scope="module")
def shown(cli):
    """The result of `deck-sim demo` without a terminal."""
    return cli("demo")


def test_it_plays_every_story(shown):
    """Each has a heading; the exit code is 0."""
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert len(STORIES) >= 4
    for number, story in enumerate(STORIES, 1):
        assert f"\n{number}. {story.scenario}\n" in shown.stdout


def test_calls_are_shown_but_not_polls(shown):
    """A call that changes something has a line."""
    assert re.search(
        r"^\+1s\s+client\s+POST -> 201\s+/tasks/task_…/run$", shown.stdout, re.MULTILINE
    )
    assert "GET" not in shown.stdout


def test_the_client_corrects_a_wrong_code(shown):
    """Asked, answered incorrectly, asked again, answered, completed."""
    story = shown.stdout.partition("2. mfa_then_success")[2].partition("3. ")[0]
    error = re.findall(r"interaction_required|code=\d+|completed", story)
    assert error[:5] == [
        "interaction_required",
        "code=000000",
        "interaction_required",
        "code=123456",
        "completed",
    ]


def test_a_webhook_that_is_answered_with_503_arrives_again(shown):
    """Five seconds later. The signature of each attempt is verified."""
    story = shown.stdout.partition("5. slow_success")[2].partition("The client reads")[0]
    webhooks = [" ".join(line.split()) for line in story.splitlines() if "  webhook  " in line]
    assert webhooks[-2:] == [
        "+26m webhook POST -> 503 task_run.completed, attempt 1, signature verified",
        "+26m5s webhook POST -> 200 task_run.completed, attempt 2, signature verified",
    ]


def test_half_an_hour_of_virtual_time_passes_in_seconds_of_real_time(shown):
    """The hanging agent times out after 30 minutes; the last line compares the times."""
    assert re.search(r"^\+30m\S*\s+task run\s+failed\s+task/timeout", shown.stdout, re.MULTILINE)
    last = shown.stdout.splitlines()[-1]
    assert re.fullmatch(r"5 stories: 56m\d+s of virtual time in \S+ of real time\.", last)


def test_two_demonstrations_differ_only_in_port_and_real_time(shown, cli):
    """The same seed and the same calls give the same output."""

    def story(result):
        return re.sub(r":\d+/v2|in \S+ of real", "", result.stdout)

    assert story(cli("demo")) == story(shown)
