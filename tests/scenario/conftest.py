from textwrap import dedent

import pytest

from deck_sim.scenario.loader import ScenarioError, read_scenario

HEAD = "version: 1\nname: story\n"  # so a body begins in line 3


@pytest.fixture
def read():
    """Read a scenario from its body; the head is added."""
    return lambda body: read_scenario(HEAD + dedent(body).lstrip("\n"), "story.yaml")


@pytest.fixture
def mistakes(read):
    """The mistakes in the body of a scenario, as lines."""

    def mistakes(body):
        with pytest.raises(ScenarioError) as caught:
            read(body)
        return str(caught.value).split("\n")

    return mistakes


@pytest.fixture
def put(sim):
    """Put a scenario into the world, given by its body; returns its name."""

    def put(body, name="story"):
        sim.call("PUT", f"/scenarios/{name}", content=f"version: 1\nname: {name}\n{body}")
        return name

    return put
