"""`scripts/add-method`: writes the method of `Deck`, and the command, of a new operation.

Both pass the parameters of the operation on, and are then edited like any other.
"""

import sys
from inspect import Parameter
from pathlib import Path
from textwrap import fill

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
# The files that are changed, and the text before which the new one stands.
METHODS = ("handle/deck.py", "    # For coroutines\n")
ROWS = ("cli/program.py", "}\n# Every other command")
COMMANDS = ("cli/commands/remote_world.py", "")


def write_method(name):
    row, heads, passed = CONTROL_OPERATIONS[name], ["self"], ""
    for param, type_, optional in _parameters(row):
        head = f"{param}: {TYPES.get(type_, ANY)[0]}"
        if optional and "*" not in heads:
            heads.append("*")
        heads.append(f"{head} | None = None" if optional else head)
        passed += f", {param}={f'write_duration({param})' if type_ == 'Length' else param}"
    call = f'self._control("{name}"{passed})'
    return (
        f"    def {name}({', '.join(heads)}) -> Json:\n"
        f"{_docstring(row.words, 8 * ' ')}        return {call}\n\n"
    )


def write_command(name):
    row, options, heads, passed = CONTROL_OPERATIONS[name], "", ["deck: Deck"], []
    example = f"deck-sim {name.replace('_', '-')}"
    for param, type_, optional in _parameters(row):
        _, python, option = TYPES.get(type_, ANY)
        word = f'option("--{param.replace("_", "-")}"' if optional else f'argument("{param}"'
        words = f', help="The {param.replace("_", " ")}."' if optional else ""
        options += f"@click.{word}, type={option}{words})\n"
        example += "" if optional else f" {param.upper()}"
        heads.append(f"{param}: {python} | None" if optional else f"{param}: {python}")
        passed.append(f"{param}={param}" if optional else param)
    return (
        f'\n\n@click.command(epilog=examples("{example}"))\n{options}@on_server\n'
        f"def {name}({', '.join(heads)}) -> tuple[Any, str]:\n"
        f"{_docstring(row.words, 4 * ' ')}"
        f"    data, lines = deck.{name}({', '.join(passed)}), list[str]()\n"
        '    between = "  " if "data" in data else "\\n"\n'
        '    for row in data.get("data", [data]):\n'
        "        plain = {name: row[name] for name in row if isinstance(row[name], str | int)}\n"
        "        lines.append(between.join(f'{name}: {value}' for name, value in plain.items()))\n"
        '    return data, "\\n".join(lines)\n'
    )


def _docstring(words, indent):
    line = f'{indent}"""{words}"""\n'
    text = fill(f'"""{words}', 100, initial_indent=indent, subsequent_indent=indent)
    return line if len(line) <= 101 else f'{text}\n{indent}"""\n'


def _parameters(row):
    """The name and type of each parameter, and whether it is optional; those go last."""
    params = [
        (
            name,
            "id" if name == "id" else f"{row.signature[name].annotation}".partition(" | ")[0],
            row.signature[name].default is not Parameter.empty,
        )
        for name in row.parameters
    ]
    return sorted(params, key=lambda param: param[2])


def add_method(name, root, *, with_command=False):
    """Add the method, and the command, of the operation of a function to the package at `root`."""
    texts = {METHODS: write_method(name)}
    if with_command:
        first = CONTROL_OPERATIONS[name].words.partition(". ")[0].rstrip(".")
        texts[ROWS] = f'    "{name.replace("_", "-")}": "{first}.",\n'
        texts[COMMANDS] = write_command(name)
    changed = {}
    for (file, before), text in texts.items():
        old = (root / file).read_text("utf-8")
        assert old.count(before) == 1 or not before, f"{file} does not have {before!r} once"
        index = old.index(before) if before else len(old)
        changed[root / file] = old[:index] + text + old[index:]
    for path, text in changed.items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    add_method(sys.argv[1], Path(*deck_sim.__path__), with_command="--command" in sys.argv[2:])
