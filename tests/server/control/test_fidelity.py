"""The ledger and the strictness of a world, over the control API."""

import pytest

from deck_sim.contract.ledger import rows_of


@pytest.mark.parametrize(
    ("query", "edition", "grade"),
    [
        ("", "connections", None),
        ("?grade=assumed", "connections", "assumed"),
        ("?edition=credentials&grade=observed", "credentials", "observed"),
    ],
)
def test_the_ledger_can_be_read(sim, query, edition, grade):
    """The rows are those of the world's edition, unless another is asked for."""
    data = sim.get(f"/fidelity{query}").json()["data"]
    assert data == [row.as_json() for row in rows_of(edition, grade)]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("grade=assummed", "not 'assummed'; did you mean 'assumed'?"),
        ("edition=x", "`edition` must be `connections` or `credentials`, not 'x'"),
    ],
)
def test_an_unknown_word_is_told_those_that_there_are(sim, query, message):
    """A grade or an edition that there is not is a 400 that names the parameter."""
    answer = sim.get(f"/fidelity?{query}")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"] == query.split("=")[0]
    assert message in error["message"]


def test_a_world_can_be_strict_and_not(sim):
    """`strict_fidelity` is set by itself, is shown, and ends with the world."""
    assert sim.patch("/world", json={"strict_fidelity": True}).json()["strict_fidelity"] is True
    assert sim.patch("/world", json={"seed": 3}).json()["strict_fidelity"] is True
    assert sim.patch("/world", json={"strict_fidelity": False}).json()["strict_fidelity"] is False
    sim.patch("/world", json={"strict_fidelity": True})
    assert sim.post("/reset").json()["strict_fidelity"] is False
