"""Mutation of the limits: each limit of the source is changed, and a test must fail.

A limit is a number with a name such as `MAX_BODY_BYTES`, or a bound of a field (`le=600`). A mutant
doubles it, halves it, or compares it the other way (`>` as `>=`). It lives in a copy of the tree,
where the tests of its room run; a survivor is a limit that no test notices. Left out are limits
whose exact value is promised to nobody (`_NOT_PROMISED`).
"""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from queue import SimpleQueue
from random import Random

ROOT = Path(__file__).parents[2]
_NAME = re.compile(
    r"(MAX|MOST|MIN|LEAST|LIMIT|LONGEST|DEPTH|KEPT|STEPS|PATIENCE)(_|$)|_(BYTES|SECONDS|SIZE|CHARS)$"
)
_NOT_TESTED = ("_SECONDS", "_INTERVAL")  # of real time, which no test measures
# Limits whose exact value is promised to nobody: a module has all of its limits, a package those of
# its modules. Not for a limit that the docs, the contract or a message states.
_NOT_PROMISED = {
    "lengths of texts in messages, and numbers of items that a message shows": (
        "base.errors",
        "cli.exec_report._MOST_NOTES",
        "engine.json_schema._LONGEST",
        "engine.regex_limits._LONGEST",
        "engine.waiting._MOST_NAMED",
        "handle.control._MOST_MESSAGES",
        "handle.expected_call",
        "handle.failure_report",
        "handle.journal",
        "handle.lint",
        "handle.problems",
        "handle.webhook_apps._LONGEST",
        "scenario.output_checks.MOST_SHOWN",
    ),
    "sizes of batches": (
        "server.control.stream._MOST_MESSAGES",
        "state.state_file",
    ),
    "limits of caches": ("engine.json_schema._MOST_CACHED",),
    "tuning of generated values": (
        "extras.sample_input",
        "scenario.expressions.reads",
        "scenario.synthesis",
    ),
    "estimates of memory": ("server.request._CALL_BYTES",),
    "the backlog of a socket": ("handle.loopback_server.request_queue_size",),
    "a test would take minutes": ("runtime.advance.MAX_STEPS",),
}
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
_PATIENCE = 600  # seconds; a mutant that makes a test hang is killed
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
    limit: str  # its module and name, such as `base.limits.MAX_VALUES`; of a bound, the module

    def __str__(self) -> str:
        old = (ROOT / self.file).read_bytes()[self.start : self.end].decode()
        return f"{self.file}:{self.line}: {old} -> {self.new}"

    def is_at(self, paths: Collection[str]) -> bool:
        """Whether its file begins with one of the paths, or one is its `file:line`."""
        return f"{self.file}:{self.line}" in paths or self.file.startswith((*paths,))

    def apply(self, root: Path) -> bytes:
        """Change the file below a root; returns what was there."""
        file = root / self.file
        source = file.read_bytes()
        file.write_bytes(source[: self.start] + self.new.encode() + source[self.end :])
        return source


def find_mutants() -> list[Mutant]:
    """The mutants of all limits except those of `_NOT_PROMISED`.

    Raises `ValueError` if an entry of that table names no limit.
    """
    found = _find_all()
    for entry in (entry for entries in _NOT_PROMISED.values() for entry in entries):
        others = [one for one in found if not f"{one.limit}.".startswith(f"{entry}.")]
        if len(others) == len(found):
            raise ValueError(f"`_NOT_PROMISED` has {entry!r}, which is no limit")
        found = others
    return found


@cache
def _find_all() -> list[Mutant]:
    files = [file for part in ("deck_sim", "pytest_plugin") for file in (ROOT / part).rglob("*.py")]
    trees = {file: ast.parse(file.read_text()) for file in sorted(files)}
    limits = defaultdict[str, list[str]](list)
    for file, tree in trees.items():
        for name, _ in _constants(tree):
            limits[name].append(_module(str(file.relative_to(ROOT))))
    return [
        mutant
        for file, tree in trees.items()
        for mutant in _mutants_of(str(file.relative_to(ROOT)), file.read_bytes(), tree, limits)
    ]


def _module(file: str) -> str:
    """`deck_sim/base/limits.py` as `base.limits`."""
    return file.removesuffix(".py").partition("/")[2].replace("/", ".")


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The numbers with the name of a limit, of a module and its classes."""
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    for statement in (statement for body in bodies for statement in body):
        for name, value in _assigned(statement):
            is_tested = _NAME.search(name.upper()) and not name.endswith(_NOT_TESTED)
            if is_tested and _is_number(value):
                yield name, value


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement sets, also `A, B = 1, 2`, and their values."""
    target = value = None
    if isinstance(statement, ast.Assign):
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AnnAssign):
        target, value = statement.target, statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = [*zip(target.elts, value.elts, strict=True)]
    else:
        pairs = [(target, value)]
    for name, one in pairs:
        if isinstance(name, ast.Name) and one is not None:
            yield name.id, one


def _is_number(node: ast.expr) -> bool:
    """Whether an expression is a number, or a calculation with numbers."""
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) and _is_number(node.right)
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _mutants_of(
    file: str, source: bytes, tree: ast.Module, limits: Mapping[str, list[str]]
) -> Iterator[Mutant]:
    module = _module(file)
    lengths = map(len, source.splitlines(keepends=True))
    starts = [*accumulate(lengths, initial=0)]  # of lines; the columns of nodes are bytes, too

    def end_of(node: ast.expr) -> int:
        return starts[node.end_lineno - 1] + node.end_col_offset

    def replace(node: ast.expr, new: str, limit: str) -> Mutant:
        start, end = starts[node.lineno - 1] + node.col_offset, end_of(node)
        return Mutant(file, node.lineno, start, end, new.format(source[start:end].decode()), limit)

    for name, value in _constants(tree):
        if ast.unparse(value) != "0":
            yield replace(value, "({}) * 2", f"{module}.{name}")
            yield replace(value, "({}) // 2", f"{module}.{name}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg in _BOUNDS and _is_number(keyword.value):
                    yield replace(keyword.value, "({}) + 1", module)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _SIGNS:
            names = _names_of(node) & limits.keys()
            if not names:
                continue
            name = min(names)
            home = module if module in limits[name] else limits[name][0]
            sign = _SIGNS[type(node.ops[0])]
            start = source.index(sign.encode(), end_of(node.left))
            yield Mutant(
                file, node.lineno, start, start + len(sign), _FLIPPED[sign], f"{home}.{name}"
            )


def _names_of(node: ast.expr) -> set[str]:
    """The attributes and constants in an expression. A name in lower case is a local variable."""
    found = (n for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute))
    names = {n.id if isinstance(n, ast.Name) else f".{n.attr}" for n in found}
    return {name.removeprefix(".") for name in names if name.startswith(".") or name.isupper()}


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
        return any(not _pass(files, root) for files in _groups(mutant, close=close))
    finally:
        (root / mutant.file).write_bytes(before)


def _groups(mutant: Mutant, *, close: bool) -> list[list[str]]:
    return [files for files in find_tests(mutant) if files][: 1 if close else 2]


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
        "paths", nargs="*", default=["deck_sim"], help="folders, files or `file:line` (deck_sim)"
    )
    parser.add_argument("--list", action="store_true", help="only list the mutants")
    parser.add_argument("--sample", type=int, metavar="N", help="only N of them")
    parser.add_argument("--seed", type=int, default=1, help="which N (1)")
    parser.add_argument("--close", action="store_true", help="only run the tests of the same file")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (2)")
    given = parser.parse_args(arguments)
    mutants = [one for one in find_mutants() if one.is_at(given.paths)]
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
        groups = [files for mutant in mutants for files in _groups(mutant, close=close)]
        if not _pass(sorted({file for files in groups for file in files}), Path(folder, "0")):
            print("mutate: the tests fail without a mutant, too")
            return 1

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
