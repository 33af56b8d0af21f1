"""What the tests of scenarios share: a short way to write one, and all that is wrong with it."""

from textwrap import dedent

import pytest

from deck_sim.scenario.loader import ScenarioError, read_scenario

HEAD = "version: 1\nname: story\n"  # so a body begins in line 3


@pytest.fixture
def read():
    """Read a scenario of which only the rest is given."""
    return lambda body: read_scenario(HEAD + dedent(body).lstrip("\n"), "story.yaml")


@pytest.fixture
def mistakes(read):
    """All that is wrong with the body of a scenario, as lines."""

    def mistakes(body):
        with pytest.raises(ScenarioError) as caught:
            read(body)
        return str(caught.value).split("\n")

    return mistakes
