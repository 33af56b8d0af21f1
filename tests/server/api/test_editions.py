"""Two editions on one server, by world."""

import pytest

from deck_sim.contract.editions import EDITIONS


@pytest.mark.parametrize(
    ("edition", "path", "owner"),
    [
        ("connections", "/credentials", "credentials"),
        ("connections", "/sessions/sess_1/end", "credentials"),
        ("credentials", "/connections", "connections"),
        ("credentials", "/connections/conn_1/reopen", "connections"),
    ],
)
def test_a_path_of_the_other_edition_is_a_404_with_a_hint(edition, path, owner, api, sim):
    sim.post("/reset", json={"edition": edition})
    (error,) = api.post(path).json()["errors"]
    assert error["code"] == "endpoint_not_found"
    assert f"endpoint of the `{owner}` edition" in error["message"]
    for way in (f'deck(edition="{owner}")', f"--edition {owner}", "PATCH /_sim/world {"):
        assert way in error["message"]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("kind", ["connections", "credentials", "sessions"])
def test_the_control_api_has_the_kinds_of_the_edition(edition, kind, sim):
    sim.post("/reset", json={"edition": edition})
    answer = sim.get(f"/{kind}")
    has = kind.removesuffix("s") in EDITIONS[edition].kinds
    assert answer.status_code == (200 if has else 404)
    assert has or f"this world's edition, `{edition}`" in answer.json()["errors"][0]["message"]
