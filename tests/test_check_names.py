import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts/check-names"
PYTHON = """
one = [found for found in ()]
def read(kept, *, _given=1): self.shown = kept
match one:
    case [made, *left]: import sys as own
"""
JAVASCRIPT = """
const found = calls.find((one) => one.isMade); // made by one
this.known = { left: 1 };
const [made, { kept }] = shown({ given: 1 });
function read(wanted, call) {
"""


def check(file, text):
    file.write_text(text)
    return subprocess.run([sys.executable, SCRIPT, file], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("name", "text", "names"),
    [
        ("a.py", PYTHON, "one found kept given shown made left own"),
        ("a.js", JAVASCRIPT, "found one known made kept wanted"),
    ],
)
def test_vague_names_are_printed_with_their_lines(tmp_path, name, text, names):
    checked = check(tmp_path / name, text)
    lines = [line.removeprefix(f"{tmp_path / name}:") for line in checked.stdout.splitlines()]
    assert sorted(line.split("`")[1] for line in lines) == sorted(names.split())
    assert lines[0].startswith("2: ")
    assert checked.returncode == 1


def test_other_uses_of_the_words_are_allowed(tmp_path):
    assert check(tmp_path / "a.py", "'one'\nprint(call.found, f(made=1))\n").returncode == 0
    assert check(tmp_path / "a.js", "call.one({ made: 1 }, 'found'); // kept\n").returncode == 0
