from deck_sim.contract.ledger import rows_of


def test_the_ledger_shows_the_rows_of_an_edition(sim):
    for query, edition, grade in [
        ("", "connections", None),
        ("?grade=assumed", "connections", "assumed"),
        ("?edition=credentials&grade=observed", "credentials", "observed"),
    ]:
        data = sim.get(f"/fidelity{query}").json()["data"]
        assert data == [row.as_json() for row in rows_of(edition, grade)]
