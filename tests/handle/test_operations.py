"""`Deck` offers what the control API does, with the same parameters and defaults."""

import ast
import re
import shutil
import subprocess
import sys
from inspect import signature
from itertools import pairwise
from pathlib import Path

import click
from added_method import add_method, write_command, write_method

import deck_sim.handle
from deck_sim import Deck
from deck_sim.base.durations import parse_duration
from deck_sim.cli import program
from deck_sim.cli.commands import remote_world
from deck_sim.operations import CONTROL_OPERATIONS
from deck_sim.operations.parameters import NewWorld

SAME = "an application's own calls do the same, or a new world"
PAGE = "`write_html` reads it for its page, and a list has the same"
# Operations that no method performs, and parameters that none has.
WITHOUT = {
    "DELETE /queue": SAME,
    "DELETE /scenarios/{name}": SAME,
    "DELETE /snapshots/{id}": SAME,
    "DELETE /storage/{id}": SAME,
    "POST /{path}/{id}/answer": "`answer` calls the Deck API",
    "POST /event-destinations/{id}/activate": SAME,
    "POST /task-runs/{id}/answer": "`answer` calls the Deck API",
    "POST /task-runs/{id}/cancel": SAME,
    "GET /deliveries/{id}": PAGE,
    "GET /events/{id}": PAGE,
    "GET /requests/{id}": PAGE,
    "GET /schemas": PAGE,
    "GET /queue": "`world` has the queues",
    "GET /scenarios": "`deck-sim scenarios` lists them",
    "GET /fidelity edition": "a property; `deck-sim fidelity --edition` has it",
    "GET /fidelity grade": "a property; `deck-sim fidelity --grade` has it",
}

DEFAULTS = {name: {None} for name in NewWorld.model_fields}  # by parameter; none has None
for row in CONTROL_OPERATIONS.values():
    for name, parameter in row.signature.items():
        DEFAULTS.setdefault(name, {None}).add(parameter.default)


def calls_of(source):
    """Each call of an operation in a module: its method, its path, and its parameters."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            texts = [re.sub("^f?[\"'](.*)[\"']$", r"\1", ast.unparse(one)) for one in node.args]
            if ast.unparse(node.func).endswith(("control.get", "shown")):
                texts.insert(0, "GET")
            for method, path in pairwise(texts):
                if path.startswith("/"):
                    yield method, path.replace("{{id}}", "{id}"), {k.arg for k in node.keywords}


def test_each_operation_and_each_of_its_parameters_has_a_method():
    performed = dict[str, set[str]]()
    for file in Path(*deck_sim.handle.__path__).glob("*.py"):
        for method, path, names in calls_of(file.read_text(encoding="utf-8")):
            performed.setdefault(f"{method} {path}", set()).update(names)
    missing = set()
    for (method, path), row in CONTROL_OPERATIONS.items():
        name = f"{method} {re.sub('^/(connections|credentials|sessions)/', '/{path}/', path)}"
        names = performed.get(name)
        if names is None:
            missing.add(name)
        elif None not in names:  # otherwise `**` passes what the method was given
            missing |= {f"{name} {parameter}" for parameter in {*row.parameters} - names}
    assert missing == {*WITHOUT}


def test_the_method_and_the_command_of_a_new_operation_can_be_written():
    """As `scripts/add-method` writes them."""
    drop, lint = CONTROL_OPERATIONS["DELETE", "/faults/{id}"], CONTROL_OPERATIONS["GET", "/lint"]
    assert write_method("drop", drop) == (
        "    def drop(self, id: IdOrResource) -> Json:\n"
        f'        """{drop.words}"""\n'
        '        return self._control.call("DELETE", "/faults/{id}", id=id)\n\n'
    )
    lines = [*write_method("lint", lint).split("\n"), *write_command("lint", lint).split("\n")]
    assert "    def lint(self, *, poll_interval: Duration | None = None) -> Json:" in lines
    assert '@click.option("--poll-interval", type=DURATION, help="The poll interval.")' in lines
    assert "    data = deck.lint(poll_interval=poll_interval)" in lines


def test_a_method_and_a_command_that_are_added_can_be_called(tmp_path):
    for folder in ("deck_sim", "scenarios"):
        shutil.copytree(Path(__file__).parents[2] / folder, tmp_path / folder)
    add_method("show_lint", tmp_path / "deck_sim", with_command=True)
    words = [sys.executable, "-m", "deck_sim", "show-lint", "--help"]
    shown = subprocess.run(words, cwd=tmp_path, capture_output=True, check=True, text=True)
    assert "--poll-interval" in shown.stdout
    assert "def show_lint(" in (tmp_path / "deck_sim/handle/deck.py").read_text("utf-8")


def test_every_command_of_a_world_is_listed():
    names = [one.name for one in vars(remote_world).values() if isinstance(one, click.Command)]
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
    """With their defaults, but for those that choose the world and the output."""
    strange, own = dict[str, object](), {"url", "key", "as_json", "follow", "resource_id"}
    for name, command in vars(remote_world).items():
        if isinstance(command, click.Command):
            for option, default in command.make_context(
                name, [], resilient_parsing=True
            ).params.items():
                if option not in own and default not in DEFAULTS.get(option, ()):
                    strange[f"{name} {option}"] = default
    assert strange == {}
