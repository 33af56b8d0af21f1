"""Playlists and mixes must name existing scenarios."""

import pytest

YAML = """\
version: 1
name: turns
playlist:
  - success
  - sucess
"""


def test_a_playlist_with_unknown_names_is_refused(sim, unchanged):
    """In YAML the error has line and column; nothing changes."""
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
def test_in_json_a_playlist_error_has_its_path(body, field, message, sim, unchanged):
    """Playlists and mixes name scenarios with steps, and never themselves."""
    with unchanged():
        answer = sim.put("/scenarios/turns", json=body)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, field)
    assert error["message"].startswith(f"{field}: {message}")


def test_a_scenario_in_a_playlist_cannot_become_a_playlist(sim, unchanged):
    """A scenario in a playlist cannot become a playlist."""
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
