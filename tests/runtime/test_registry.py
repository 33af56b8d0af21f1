"""The worlds of one server, by key."""

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.simulation import Settings
from deck_sim.scenario.loader import read_scenario

MINE = "version: 1\nname: mine\ntask_run: [running, completed]"


@pytest.fixture
def worlds():
    return WorldRegistry(Settings(seed=3))


def test_a_key_has_its_own_world_from_first_use(worlds):
    """The same key finds the same world, another key another."""
    first = worlds.select("Bearer one")
    assert worlds.select("bearer  one ") is first
    assert worlds.select("Bearer two") is not first
    assert (first.key, first.world.seed) == ("one", 3)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic one", "one", "Bearerone"])
def test_without_a_key_there_is_no_world(worlds, header):
    """The refusal shows what to send, and no world is made."""
    with pytest.raises(ApiError, match="Send `Authorization: Bearer KEY`") as caught:
        worlds.select(header)
    assert caught.value.status == 401
    assert worlds == WorldRegistry(Settings(seed=3))


@pytest.mark.parametrize("header", [None, "Bearer three"])
def test_keys_that_are_not_allowed_are_refused(header):
    """With a list of keys, every other is a 401 in Deck's words, and gets no world."""
    worlds = WorldRegistry(keys=frozenset({"one"}))
    with pytest.raises(ApiError, match=r"The API key is missing or not valid\."):
        worlds.select(header)
    assert worlds.select("Bearer one").key == "one"


def test_a_world_can_begin_anew_with_other_settings(worlds):
    """What is not said is as the server was started; the old world is gone."""
    old = worlds.select("Bearer one")
    new = worlds.make("one", mode="on_poll")
    assert worlds.select("Bearer one") is new is not old
    assert (new.mode, new.world.seed) == ("on_poll", 3)


def test_a_dropped_world_is_as_if_it_had_never_been(worlds):
    """Its key begins a new one; dropping what is not there is nothing."""
    old = worlds.select("Bearer one")
    worlds.drop("one")
    worlds.drop("one")
    assert worlds.select("Bearer one") is not old


def test_what_a_world_adds_to_its_library_stays_there(worlds):
    """A scenario that one world was given is unknown to the others."""
    one, two = worlds.select("Bearer one"), worlds.select("Bearer two")
    one.library.add(read_scenario(MINE))
    assert one.library.find("mine")
    assert two.library.find("mine") is None


def test_requests_that_reach_no_world_have_ids_of_their_own(worlds):
    """They differ from each other and from those of every world of the same seed."""
    refused = [worlds.next_request_id() for _ in range(3)]
    world = worlds.select("Bearer one").world
    assert len({*refused, *(world.next_id("req") for _ in range(3))}) == 6


def test_a_call_without_a_key_leaves_no_world_behind(worlds):
    """What needs no key is answered in a world that nobody keeps."""
    assert worlds.keyless() is not worlds.keyless()
    assert worlds.keyless().world.seed == 3
    assert worlds == WorldRegistry(Settings(seed=3))
