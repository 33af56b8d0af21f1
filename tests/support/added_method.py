"""`scripts/add-method`: writes the method of `Deck`, and the command, of a new operation.

Both pass the parameters of the operation on, and are then edited like any other.
"""

import sys
from inspect import Parameter
from pathlib import Path

import deck_sim
from deck_sim.operations import CONTROL_OPERATIONS

# By the type of a parameter of an operation: that of the method, of the command, and of its option.
TYPES = {
    "id": ("IdOrResource", "str", "str"),
    "Length": ("Duration", "timedelta", "DURATION"),
    "Count": ("int", "int", "int"),
    "Text": ("str", "str", "str"),
}
ANY = ("Any", "Any", "str")
ROOT = Path(*deck_sim.__path__)
METHODS, BEFORE = ROOT / "handle/deck.py", "    # For coroutines\n"
COMMANDS = ROOT / "cli/commands/world.py"
ROWS, AFTER = ROOT / "cli/app.py", "}\n# Each other command"


def write_method(name, row):
    """The text of a method that performs an operation."""
    heads, passed = ["self"], ""
    for one, type_, optional in _parameters(row):
        head = f"{one}: {TYPES.get(type_, ANY)[0]}"
        if optional and "*" not in heads:
            heads.append("*")
        heads.append(f"{head} | None = None" if optional else head)
        passed += f", {one}={f'write_duration({one})' if type_ == 'Length' else one}"
    call = f'self._control.call("{row.method}", "{row.path}"{passed})'
    return (
        f"    def {name}({', '.join(heads)}) -> Json:\n"
        f'        """{row.words}"""\n        return {call}\n\n'
    )


def write_command(name, row):
    """The text of a command that calls the method of that name."""
    options, heads, passed, example = "", ["deck: Deck"], [], f"deck-sim {name}"
    for one, type_, optional in _parameters(row):
        _, python, option = TYPES.get(type_, ANY)
        word = f'option("--{one.replace("_", "-")}"' if optional else f'argument("{one}"'
        words = f', help="The {one.replace("_", " ")}."' if optional else ""
        options += f"@click.{word}, type={option}{words})\n"
        example += "" if optional else f" {one.upper()}"
        heads.append(f"{one}: {python} | None" if optional else f"{one}: {python}")
        passed.append(f"{one}={one}" if optional else one)
    return (
        f'\n\n@click.command(epilog=examples("{example}"))\n{options}@on_server\n'
        f'def {name}({", ".join(heads)}) -> tuple[Any, str]:\n    """{row.words}"""\n'
        f"    data = deck.{name}({', '.join(passed)})\n"
        "    return data, json.dumps(data, ensure_ascii=False)\n"
    )


def _parameters(row):
    """The name and type of each parameter, and whether it is optional; those go last."""
    found = [
        (
            name,
            "id" if name == "id" else f"{row.signature[name].annotation}".partition(" | ")[0],
            row.signature[name].default is not Parameter.empty,
        )
        for name in row.parameters
    ]
    return sorted(found, key=lambda one: one[2])


def main(name, *options):
    row = next(
        one for one in CONTROL_OPERATIONS.values() if getattr(one.function, "__name__", "") == name
    )
    before, heading, after = METHODS.read_text("utf-8").partition(BEFORE)
    METHODS.write_text(before + write_method(name, row) + heading + after, "utf-8")
    if options == ("--command",):
        COMMANDS.write_text(COMMANDS.read_text("utf-8") + write_command(name, row), "utf-8")
        first = row.words.partition(". ")[0].rstrip(".")
        text = ROWS.read_text("utf-8").replace(AFTER, f'    "{name}": "{first}.",\n{AFTER}')
        ROWS.write_text(text, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
