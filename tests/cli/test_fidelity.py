"""`deck-sim fidelity`."""

import json

from deck_sim.contract.ledger import rows_of


def test_there_is_a_line_for_each_row(cli):
    """Grade, name, edition, text, source and date."""
    lines = cli("fidelity").stdout.splitlines()
    assert len(lines) == len(rows_of())
    found = next(line for line in lines if "lists_newest_first" in line)
    assert found.startswith("assumed     lists_newest_first: Lists are newest first. [nothing ")
    assert found.endswith("; 2026-11-25]")
    assert any(line.startswith("assumed     reopen_path (connections): A conn") for line in lines)


def test_the_rows_are_chosen_by_edition_and_grade(cli):
    """With `--edition` and `--grade`."""
    shown = cli("fidelity", "--edition", "credentials", "--grade", "observed", "--format", "json")
    wanted = [row.as_json() for row in rows_of("credentials", "observed")]
    assert json.loads(shown.stdout) == wanted
    words = ("--edition", "credentials", "--grade", "observed", "--json")
    assert cli("fidelity", *words).stdout == shown.stdout
    assert "canceling_event" in [row["name"] for row in wanted]
