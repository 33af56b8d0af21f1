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


def test_on_a_terminal_the_ledger_is_wrapped_grouped_and_counted(on_terminal):
    lines = on_terminal("fidelity", "--edition", "credentials")
    grades = ("documented", "observed", "assumed")
    counts = [f"{len(rows_of('credentials', grade))} {grade}" for grade in grades]
    assert lines[-1] == ", ".join(counts)
    assert [line for line in lines if line in grades] == [*grades]
    assert max(map(len, lines)) <= 80
    place = next(n for n, line in enumerate(lines) if line.startswith("lists_newest_first: "))
    assert lines.index("assumed") < place
    assert lines[place + 1].startswith("    ")
    observed = on_terminal("fidelity", "--edition", "credentials", "--grade", "observed")
    assert observed[-1] == counts[1]


def test_the_ledger_has_a_line_for_each_row(cli):
    lines = cli("fidelity").stdout.splitlines()
    assert len(lines) == len(rows_of())
    order = next(line for line in lines if "lists_newest_first" in line)
    assert order.startswith("assumed     lists_newest_first: Lists are newest first, except ")
    assert " [nothing public; " in order
    assert any(line.startswith("assumed     reopen_path (connections): A conn") for line in lines)
