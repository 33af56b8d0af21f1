"""Playlists and mixes that are put into a world: what they name must be there."""

import pytest

YAML = """\
version: 1
name: turns
playlist:
  - success
  - sucess
"""


def test_a_playlist_that_names_what_is_not_there_is_refused(sim, unchanged):
    """In YAML the error has line and column, and the world is as it was."""
    with unchanged():
        answer = sim.put("/scenarios/turns", content=YAML)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "playlist[1]")
    assert error["message"] == (
        "turns:5:5: playlist[1]: unknown scenario 'sucess'; did you mean 'success'?"
    )


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"mix": {"sucess": 1}}, "mix.sucess", "unknown scenario 'sucess'; did you mean"),
        ({"playlist": ["flaky_source"]}, "playlist[0]", "'flaky_source' is itself a playlist"),
        ({"playlist": ["success", "turns"]}, "playlist[1]", "'turns' is itself a playlist or mix"),
    ],
)
def test_in_json_the_error_has_the_path(body, field, message, sim, unchanged):
    """Playlists and mixes name scenarios that have steps, and never themselves."""
    with unchanged():
        answer = sim.put("/scenarios/turns", json=body)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, field)
    assert error["message"].startswith(f"{field}: {message}")


def test_what_a_playlist_names_cannot_become_one(sim, unchanged):
    """Nor does a playlist that is there already come to name another."""
    steps = ["queued", "running", "completed"]
    assert sim.put("/scenarios/mine", json={"task_run": steps}).status_code == 200
    assert sim.put("/scenarios/turns", json={"playlist": ["mine"]}).status_code == 200
    with unchanged():
        answer = sim.put("/scenarios/mine", json={"playlist": ["success"]})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "name")
    assert error["message"] == (
        "name: `mine` is an entry of `turns`; it cannot be a playlist or mix"
    )


def test_a_playlist_can_be_put_again(sim):
    """It may change its entries."""
    for entries in (["success"], ["source_down", "success"]):
        assert sim.put("/scenarios/turns", json={"playlist": entries}).status_code == 200
    assert sim.get("/scenarios/turns").json()["scenario"]["playlist"] == ["source_down", "success"]


def test_what_a_broken_playlist_names_is_told_with_the_rest(sim, unchanged):
    """All mistakes come at once, in the order of the text."""
    with unchanged():
        answer = sim.put("/scenarios/turns", content=f"{YAML}  - 5\ntags: mfa\n")
    told = [error["message"].partition(": ")[0] for error in answer.json()["errors"]]
    assert told == ["turns:5:5", "turns:6:5", "turns:7:7"]
