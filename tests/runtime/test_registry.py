import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.runtime import registry
from deck_sim.runtime.registry import WorldRegistry, read_key
from deck_sim.runtime.settings import Settings
from deck_sim.scenario.loader import read_scenario

MINE = "version: 1\nname: mine\ntask_run: [running, completed]"


@pytest.fixture
def worlds():
    return WorldRegistry(Settings(seed=3))


def test_a_key_has_its_own_world_from_first_use(worlds):
    first = worlds.select("Bearer one")
    assert worlds.select("bearer  one ") is first
    assert worlds.select("Bearer two") is not first
    assert (first.key, first.world.seed) == ("one", 3)


def test_a_call_without_a_key_is_refused(worlds):
    endings = {None: "", "": ""}
    for key in ("", " undefined", " null", " None"):
        endings[f"Bearer{key}"] = f" Found `Bearer{key}`: the client has probably read an unset"
    endings |= dict.fromkeys(("Bearer 'one'", 'Bearer "one"'), " Found a key in quotes, probably ")
    endings["Bearer Bearer one"] = " Found `Bearer` twice: the client's key"
    endings |= dict.fromkeys(("Basic one", "one", "Bearerone"), " Found a header without")
    for header, ending in endings.items():
        sent = "Send `Authorization: Bearer KEY`.*each key has its own world."
        with pytest.raises(ApiError, match=sent + ending) as caught:
            worlds.select(header)
        assert (caught.value.status, read_key(header)[0]) == (401, "")
    assert worlds.known_keys == []


def test_keys_that_are_not_allowed_are_refused():
    worlds = WorldRegistry(keys=("one",))
    with pytest.raises(ApiError, match=r"KEY is one of the server's `--keys`\."):
        worlds.select(None)
    with pytest.raises(ApiError, match="key 'three' is not one of"):
        worlds.select("Bearer three")
    assert worlds.known_keys == []


def test_the_world_of_a_key_can_be_replaced_and_dropped(worlds):
    old = worlds.select("Bearer one")
    new = worlds.create("one", mode="on_poll")
    assert worlds.select("Bearer one") is new is not old
    assert (new.mode, new.world.seed) == ("on_poll", 3)
    worlds.drop("one")
    worlds.drop("one")
    assert worlds.select("Bearer one") is not new


def test_a_scenario_added_to_a_world_is_unknown_to_others(worlds):
    first, second = worlds.select("Bearer one"), worlds.select("Bearer two")
    first.library.add(read_scenario(MINE))
    assert first.library.find("mine")
    assert second.library.find("mine") is None


def test_requests_that_reach_no_world_have_unique_ids(worlds):
    refused = [worlds.next_request_id() for _ in range(3)]
    world = worlds.select("Bearer one").world
    assert len({*refused, *(world.next_id("req") for _ in range(3))}) == 6


def test_a_call_that_needs_no_key_keeps_no_world(worlds):
    assert worlds.keyless() is not worlds.keyless()
    assert worlds.keyless().world.seed == 3
    assert worlds.known_keys == []


@pytest.mark.parametrize(
    ("keys", "stray", "calls"),
    [(None, ["two"], {"GET /v2/tasks": 2}), (("one", "two", "three"), [], {})],
)
def test_a_world_is_shown_no_call_that_others_may_not_see(keys, stray, calls):
    """If the server takes only some keys, each sees its own world alone; else what others called
    since it began, and without a key.
    """
    worlds = WorldRegistry(keys=keys)
    worlds.count_call(worlds.select("Bearer three"))
    worlds.note_refused("GET /v2/agents", None)
    simulation = worlds.select("Bearer one")
    worlds.note_control("one")
    worlds.count_call(worlds.select("Bearer two"))
    worlds.note_refused("GET /v2/tasks", None)
    worlds.note_refused("GET /v2/tasks", "sk_without_bearer")
    assert (worlds.stray_keys(simulation), worlds.keyless_calls(simulation)) == (stray, calls)


def test_the_last_hundred_calls_without_a_key_are_shown(worlds):
    simulation = worlds.select("Bearer one")
    calls = [f"GET /v2/{number}" for number in range(101)]
    for call in calls:
        worlds.note_refused(call, None)
    assert [*worlds.keyless_calls(simulation)] == calls[1:]


@pytest.fixture
def two_worlds(monkeypatch, worlds):
    """A registry that keeps two worlds, of the keys `one` and `two`."""
    monkeypatch.setattr(registry, "MOST_WORLDS", 2)
    for key in ("one", "two"):
        worlds.select(f"Bearer {key}")
    return worlds


def test_the_world_that_was_not_used_for_longest_makes_room(two_worlds, caplog):
    two_worlds.select("Bearer one")
    two_worlds.select("Bearer three")
    assert two_worlds.known_keys == ["one", "three"]
    assert [record.getMessage() for record in caplog.records] == [
        "deck-sim: the world of two is deleted: a server keeps at most 2 worlds, and this one"
        " was unused for the longest time"
    ]


def test_a_world_in_use_makes_no_room(two_worlds):
    """The next one does; if all are in use, there is one more."""
    two_worlds.find("one").uses = 1
    two_worlds.select("Bearer three")
    assert two_worlds.known_keys == ["one", "three"]
    two_worlds.find("three").attempting = ["evd_1"]
    two_worlds.select("Bearer four")
    assert two_worlds.known_keys == ["one", "three", "four"]


def test_the_ids_of_dropped_worlds_are_kept_for_the_latest_keys(worlds, monkeypatch):
    monkeypatch.setattr("deck_sim.runtime.registry._MOST_FORMER", 1)
    for key in ("one", "two"):
        agent = worlds.select(f"Bearer {key}").world.create("agent", {"name": "a"})
        worlds.drop(key)
    former = [worlds.select(f"Bearer {key}").world.former_ids for key in ("one", "two")]
    assert former == [(), {agent.id}]


def test_a_key_of_a_dropped_world_is_a_stray_one_again(worlds):
    """A later call with it comes from an old client."""
    mine = worlds.select("Bearer mine")
    worlds.count_call(worlds.select("Bearer other"))
    worlds.note_control("other")
    assert worlds.stray_keys(mine) == []
    worlds.drop("other")
    worlds.count_call(worlds.select("Bearer other"))
    assert worlds.stray_keys(mine) == ["other"]
