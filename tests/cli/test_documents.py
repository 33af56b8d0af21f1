import json

from deck_sim.contract import DEFAULT_EDITION
from deck_sim.contract.ledger import rows_of
from deck_sim.runtime.world_file import world_schema
from deck_sim.scenario.model import scenario_schema
from deck_sim.server.openapi.document import document


def test_documents_are_printed_as_json(cli):
    chosen = ("--edition", "credentials", "--grade", "observed")
    rows = [row.as_json() for row in rows_of("credentials", "observed")]
    documents = {
        ("schema",): scenario_schema(),
        ("schema", "--world"): world_schema(),
        ("openapi",): document(DEFAULT_EDITION),
        ("openapi", "--edition", "credentials"): document("credentials"),
        ("fidelity", *chosen, "--format", "json"): rows,
        ("fidelity", *chosen, "--json"): rows,
    }
    printed = {words: json.loads(cli(*words).stdout) for words in documents}
    assert [words for words in documents if printed[words] != documents[words]] == []


def test_the_ledger_has_a_line_for_each_row(cli):
    lines = cli("fidelity").stdout.splitlines()
    assert len(lines) == len(rows_of())
    order = next(line for line in lines if "lists_newest_first" in line)
    assert order.startswith("assumed     lists_newest_first: Lists are newest first, except ")
    assert " [nothing public; " in order
    assert any(line.startswith("assumed     reopen_path (connections): A conn") for line in lines)
