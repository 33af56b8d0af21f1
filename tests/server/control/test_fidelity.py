"""Control calls about the fidelity ledger."""

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
def test_the_ledger_shows_the_rows_of_an_edition(sim, query, edition, grade):
    data = sim.get(f"/fidelity{query}").json()["data"]
    assert data == [row.as_json() for row in rows_of(edition, grade)]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("grade=assummed", "not 'assummed'; did you mean 'assumed'?"),
        ("edition=x", "`edition` must be `connections` or `credentials`, not 'x'"),
    ],
)
def test_an_unknown_grade_or_edition_is_refused(sim, query, message):
    answer = sim.get(f"/fidelity?{query}")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"] == query.split("=")[0]
    assert message in error["message"]
