import ast
import re
import shutil
import subprocess
import sys
from inspect import Parameter, signature
from pathlib import Path

import click
from added_method import add_method, write_command, write_method

import deck_sim.handle
from deck_sim import Deck
from deck_sim.base.durations import parse_duration
from deck_sim.cli import program
from deck_sim.cli.commands import remote_world
from deck_sim.contract.editions import EDITIONS
from deck_sim.operations import CONTROL_OPERATIONS
from deck_sim.operations.parameters import NewWorld

SAME = "an application's own calls do the same, or a new world"
KINDS = {kind for edition in EDITIONS.values() for kind in edition.kinds}
PAGE = "`write_html` reads it for its page, and a list has the same"
# Operations that no method performs, and parameters that none has.
WITHOUT = {
    "clear_queue": SAME,
    "delete_scenario": SAME,
    "delete_snapshot": SAME,
    "delete_file": SAME,
    "answer_connection": "`answer` calls the Deck API",
    "answer_task_run": "`answer` calls the Deck API",
    "activate_event_destination": SAME,
    "cancel_task_run": SAME,
    "show_delivery": PAGE,
    "show_event": PAGE,
    "show_request": PAGE,
    "show_schemas": PAGE,
    "show_flow": "`deck-sim scenarios NAME --svg` prints it",
    "start_run": "`start_run` makes the calls of an application, which the journal keeps",
    "show_queue": "`world` has the queues",
    "show_requests match": "`requests` is a property; its methods filter",
    "list_scenarios": "`deck-sim scenarios` lists them",
    "show_fidelity edition": "a property; `deck-sim fidelity --edition` has it",
    "show_fidelity grade": "a property; `deck-sim fidelity --grade` has it",
}

DEFAULTS = {name: {None} for name in NewWorld.model_fields}  # by parameter; none has None
for row in CONTROL_OPERATIONS.values():
    for name, parameter in row.signature.items():
        DEFAULTS.setdefault(name, {None}).add(parameter.default)


def calls_of(source):
    """Each call of an operation in a module: the names it may have, and its keywords."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            function, *words = map(ast.unparse, (node.func, *node.args))
            if function.endswith("serve_during"):
                function, *words = words
            if function.endswith(("control.advance", "self._advance")):
                words = ["'advance_clock'"]
            elif not function.endswith(("control", "control.data", "reads")):
                continue
            pattern = re.sub(r"\{.*?\}", f"({'|'.join(KINDS)})", words[0].removeprefix("f")[1:-1])
            names = [name for name in CONTROL_OPERATIONS if re.fullmatch(pattern, name)]
            assert names, f"no operation {words[0]}"
            yield names, {keyword.arg for keyword in node.keywords}


CALLS = [
    call
    for file in Path(*deck_sim.handle.__path__).glob("*.py")
    for call in calls_of(file.read_text(encoding="utf-8"))
]


def test_each_call_has_the_parameters_of_its_operation():
    for names, keywords in CALLS:
        for row in map(CONTROL_OPERATIONS.get, names):
            assert keywords - {None} <= {*row.parameters}, names
            needed = {n for n in row.parameters if row.signature[n].default is Parameter.empty}
            assert None in keywords or needed <= keywords, names


def test_each_operation_and_each_of_its_parameters_has_a_method():
    performed = {name: set() for name in CONTROL_OPERATIONS}
    for names, keywords in CALLS:
        for name in names:
            performed[name] |= {"", *keywords}
    missing = set()
    for name, keywords in performed.items():
        if not keywords:
            missing.add(name)
        elif None not in keywords:  # otherwise `**` passes what the method was given
            unused = {*CONTROL_OPERATIONS[name].parameters} - keywords
            missing |= {f"{name} {parameter}" for parameter in unused}
    assert missing == {*WITHOUT}


def test_the_method_and_the_command_of_a_new_operation_can_be_written():
    """As `scripts/add-method` writes them."""
    assert write_method("delete_fault") == (
        "    def delete_fault(self, id: IdOrResource) -> Json:\n"
        f'        """{CONTROL_OPERATIONS["delete_fault"].words}"""\n'
        '        return self._control("delete_fault", id=id)\n\n'
    )
    lines = [*write_method("show_lint").split("\n"), *write_command("show_lint").split("\n")]
    assert "    def show_lint(self, *, poll_interval: Duration | None = None) -> Json:" in lines
    assert '@click.option("--poll-interval", type=DURATION, help="The poll interval.")' in lines
    assert "    data, lines = deck.show_lint(poll_interval=poll_interval), list[str]()" in lines


def test_a_method_and_a_command_that_are_added_can_be_called(deck, tmp_path):
    for folder in ("deck_sim", "scenarios"):
        shutil.copytree(Path(__file__).parents[2] / folder, tmp_path / folder)
    add_method("show_clock", tmp_path / "deck_sim", with_command=True)
    words = ["show-clock", "--url", deck.url, "--key", deck.api_key]
    ran = subprocess.run(
        [sys.executable, "-m", "deck_sim", *words], cwd=tmp_path, capture_output=True, text=True
    )
    lines = [f"now: {deck.clock.now:%Y-%m-%dT%H:%M:%SZ}", "mode: frozen", "speed: 1"]
    assert (ran.stdout.splitlines(), ran.stderr) == (lines, "")
    assert "def show_clock(" in (tmp_path / "deck_sim/handle/deck.py").read_text("utf-8")


def test_every_command_of_a_world_is_listed():
    names = [
        value.name for value in vars(remote_world).values() if isinstance(value, click.Command)
    ]
    assert {*names} <= {*program.COMMANDS}


def test_a_method_that_waits_has_a_twin_for_coroutines():
    """Its error in a coroutine names the twin; so does the page."""
    page = (Path(__file__).parents[2] / "docs/async.md").read_text("utf-8")
    waits = {name for name, method in vars(Deck).items() if hasattr(method, "__wrapped__")}
    twins = {name for name in waits if name.startswith("async_")}
    assert twins == {f"async_{name}" for name in waits - twins}
    assert [name for name in twins if name not in page] == []


def test_defaults_are_those_of_the_operation():
    limit = signature(Deck.advance_until).parameters["limit"].default
    assert parse_duration(limit) in DEFAULTS["limit"]
    assert parse_duration(Deck.poll_interval) in DEFAULTS["poll_interval"]


def test_the_options_of_commands_are_parameters_of_operations():
    no_parameters = {"url", "key", "as_json", "follow", "page", "resource_id", "receiver", "events"}
    strange = dict[str, object]()
    for name, command in vars(remote_world).items():
        if isinstance(command, click.Command):
            for option, default in command.make_context(
                name, [], resilient_parsing=True
            ).params.items():
                if option not in no_parameters and default not in DEFAULTS.get(option, ()):
                    strange[f"{name} {option}"] = default
    assert strange == {}
