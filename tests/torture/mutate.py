"""Mutation of the limits: each limit of the source is changed, and a test must fail.

A limit is a number with a name such as `MAX_BODY_BYTES`, or a bound of a field (`le=600`). A mutant
doubles it, halves it, or compares it the other way (`>` as `>=`). It lives in a copy of the tree,
where the tests of its room run; a survivor is a limit that no test notices.
"""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from queue import SimpleQueue
from random import Random

ROOT = Path(__file__).parents[2]
_NAME = re.compile(
    r"(MAX|MOST|MIN|LEAST|LIMIT|LONGEST|DEPTH|KEPT|STEPS|PATIENCE)(_|$)|_(BYTES|SECONDS|SIZE|CHARS)$"
)
_NOT_TESTED = ("_SECONDS", "_INTERVAL")  # of real time, which no test measures
# Tests that repeat others, or are of no limit; and rooms whose tests guard limits of another, too.
_SLOW = ("tests/inspector", "tests/docs", "tests/torture", "tests/server/openapi", "tests/model")
_ALSO = {
    "contract": ("server",),
    "base": ("scenario", "server"),
    "engine": ("scenario", "server"),
    "runtime": ("server", "handle"),
    "faults": ("server",),
    "webhooks": ("runtime", "server"),
}
_BOUNDS_OF_BODIES = Path("tests/server/test_bounds.py")  # of any room
_PATIENCE = 300  # seconds; a mutant that makes a test hang is killed
_BOUNDS = ("ge", "le", "gt", "lt", "min_length", "max_length")
_FLIPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


@dataclass(frozen=True)
class Mutant:
    """One change of one place in a file."""

    file: str  # relative to the root
    line: int
    start: int  # where the bytes that change begin and end in the file
    end: int
    new: str

    def __str__(self) -> str:
        old = (ROOT / self.file).read_bytes()[self.start : self.end].decode()
        return f"{self.file}:{self.line}: {old} -> {self.new}"

    def apply(self, root: Path) -> bytes:
        """Change the file below a root; returns what was there."""
        file = root / self.file
        source = file.read_bytes()
        file.write_bytes(source[: self.start] + self.new.encode() + source[self.end :])
        return source


def find_mutants() -> list[Mutant]:
    """All mutants of the source."""
    files = [file for part in ("deck_sim", "pytest_plugin") for file in (ROOT / part).rglob("*.py")]
    trees = {file: ast.parse(file.read_text()) for file in sorted(files)}
    names = {name for tree in trees.values() for name, _ in _constants(tree)}
    return [
        mutant
        for file, tree in trees.items()
        for mutant in _mutants_of(str(file.relative_to(ROOT)), file.read_bytes(), tree, names)
    ]


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The numbers with the name of a limit, of a module and its classes."""
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    for statement in (statement for body in bodies for statement in body):
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name, value = statement.targets[0].id, statement.value
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, value = statement.target.id, statement.value
        else:
            continue
        if value is not None and _NAME.search(name.upper()) and _is_number(value):
            yield name, value


def _is_number(node: ast.expr) -> bool:
    """Whether an expression is a number, or a calculation with numbers."""
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) and _is_number(node.right)
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _mutants_of(file: str, source: bytes, tree: ast.Module, names: set[str]) -> Iterator[Mutant]:
    lengths = map(len, source.splitlines(keepends=True))
    starts = [*accumulate(lengths, initial=0)]  # of lines; the columns of nodes are bytes, too

    def end_of(node: ast.expr) -> int:
        return starts[node.end_lineno - 1] + node.end_col_offset

    def replace(node: ast.expr, new: str) -> Mutant:
        start, end = starts[node.lineno - 1] + node.col_offset, end_of(node)
        return Mutant(file, node.lineno, start, end, new.format(source[start:end].decode()))

    for name, value in _constants(tree):
        if not name.endswith(_NOT_TESTED) and ast.unparse(value) != "0":
            yield replace(value, "({}) * 2")
            yield replace(value, "({}) // 2")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg in _BOUNDS and _is_number(keyword.value):
                    yield replace(keyword.value, "({}) + 1")
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _SIGNS:
            sides = (node.left, node.comparators[0])
            if not any(_names_of(side) & names for side in sides):
                continue
            sign = _SIGNS[type(node.ops[0])]
            start = source.index(sign.encode(), end_of(node.left))
            yield Mutant(file, node.lineno, start, start + len(sign), _FLIPPED[sign])


def _names_of(node: ast.expr) -> set[str]:
    found = (n for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute))
    return {n.id if isinstance(n, ast.Name) else n.attr for n in found}


def find_tests(mutant: Mutant) -> list[list[str]]:
    """The test files that are about the file of a mutant, and then those of its room."""
    module = mutant.file.removesuffix(".py").replace("/", ".")
    package, _, stem = module.rpartition(".")
    uses = re.compile(rf"\b{re.escape(module)}\b|from {re.escape(package)} import .*\b{stem}\b")
    room = module.split(".")[1]
    files = [file.relative_to(ROOT) for file in sorted((ROOT / "tests").rglob("test_*.py"))]
    files = [file for file in files if not str(file).startswith(_SLOW)]
    close = [
        str(file)
        for file in files
        if stem in file.stem or file == _BOUNDS_OF_BODIES or uses.search(file.read_text())
    ]
    rooms = {room, *_ALSO.get(room, ())}
    return [
        close,
        [str(file) for file in files if file.parts[1] in rooms and str(file) not in close],
    ]


def is_killed(mutant: Mutant, root: Path, *, close: bool) -> bool:
    """Whether a test fails in a copy of the tree with the mutant; with `close`, one of its file."""
    before = mutant.apply(root)
    try:
        groups = [files for files in find_tests(mutant) if files]
        return any(not _pass(files, root) for files in groups[: 1 if close else 2])
    finally:
        (root / mutant.file).write_bytes(before)


def _pass(files: list[str], root: Path) -> bool:
    words = [sys.executable, "-m", "pytest", "-x", "-q"]
    words += ["-p", "no:cacheprovider", "-p", "no:randomly"]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{root}{os.pathsep}{root / 'pytest_plugin'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "DECK_SIM_NO_BROWSER": "1",
    }
    try:
        done = subprocess.run(
            [*words, *files], cwd=root, env=environment, capture_output=True, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def copy_tree(to: Path) -> Path:
    """Copy what the tests need."""
    ignored = shutil.ignore_patterns(".*", "node_modules", "__pycache__", "*.egg-info")
    return Path(shutil.copytree(ROOT, to, ignore=ignored))


def main(arguments: list[str]) -> int:
    """Run the tests against mutants; returns 1 if one survives."""
    parser = argparse.ArgumentParser(prog="scripts/torture mutate", description=__doc__)
    parser.add_argument(
        "paths", nargs="*", default=["deck_sim"], help="files or folders (deck_sim)"
    )
    parser.add_argument("--list", action="store_true", help="only list the mutants")
    parser.add_argument("--sample", type=int, metavar="N", help="only N of them")
    parser.add_argument("--seed", type=int, default=1, help="which N (1)")
    parser.add_argument("--close", action="store_true", help="only run the tests of the same file")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (2)")
    given = parser.parse_args(arguments)
    mutants = [one for one in find_mutants() if one.file.startswith(tuple(given.paths))]
    if given.sample is not None:
        mutants = Random(given.seed).sample(mutants, min(given.sample, len(mutants)))
    if given.list:
        print(*mutants, f"{len(mutants)} mutants", sep="\n")
        return 0
    return _run(mutants, given.jobs, close=given.close)


def _run(mutants: list[Mutant], jobs: int, *, close: bool) -> int:
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        trees = SimpleQueue[Path]()
        for number in range(jobs):
            trees.put(copy_tree(Path(folder, f"{number}")))

        def kill(mutant: Mutant) -> bool:
            tree = trees.get()
            try:
                return is_killed(mutant, tree, close=close)
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(jobs) as pool:
            for mutant, killed in zip(mutants, pool.map(kill, mutants), strict=True):
                survivors += not killed
                print("killed  " if killed else "SURVIVED", mutant, flush=True)
    print(f"mutate: {len(mutants)} mutants of limits, {survivors} survived")
    return int(survivors > 0)
