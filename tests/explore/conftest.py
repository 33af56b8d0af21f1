import httpx2
import pytest

from deck_sim.explore.outcome import observe
from deck_sim.explore.places import find_places
from deck_sim.explore.troubles import find_troubles
from deck_sim.handle.connect.transports import Transport


@pytest.fixture
def direct(server, key):
    """A client that calls without a socket."""
    headers = {"Authorization": f"Bearer {key}"}
    transport = Transport(server.url)
    with httpx2.Client(base_url=server.base_url, headers=headers, transport=transport) as client:
        yield client


@pytest.fixture
def places(simulation):
    """The places of the test's world."""

    def places(timing=True):
        world = simulation()
        return [*find_places(world, "life", "", timing=timing, room=observe(world).room)]

    return places


@pytest.fixture
def troubles(places):
    """The troubles of the test's world, by name; those that are like another one are left out."""
    return lambda: {f"{trouble}": trouble for trouble in find_troubles(places())[0]}


@pytest.fixture
def settle(sim):
    """Advance the clock until nothing is due any more."""
    return lambda: sim.call("POST", "/clock/advance", {"until": "idle"})


@pytest.fixture
def plays(sim):
    """Write a scenario with these steps of a run; returns its name."""

    def plays(*steps, name="story"):
        answer = sim.put(f"/scenarios/{name}", json={"task_run": [*steps]})
        assert answer.status_code == 200, answer.text
        return name

    return plays
