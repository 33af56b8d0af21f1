"""`scripts/bench`: measures rows, and prints, keeps and draws what it found."""

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from . import engine, fleet, lists, peers, server, suites, walk  # noqa: F401
from .harness import ROWS, measure
from .report import format_row, write_docs


def main():
    rows = "\n".join(f"  {row.name:<22} {row.text}" for row in ROWS.values())
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description=__doc__,
        epilog=f"rows:\n{rows}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help="default: all but the long ones")
    parser.add_argument("--all", action="store_true", help="with the rows that take minutes")
    parser.add_argument("--smoke", action="store_true", help="a quick try; its figures say nothing")
    parser.add_argument("--json", metavar="FILE", help="write what was found")
    text = "measure nothing: show these in docs/"
    parser.add_argument("--write-docs", metavar="FILE", nargs="+", help=text)
    options = parser.parse_args()
    if unknown := {*options.rows} - {*ROWS}:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    if options.write_docs:
        write_docs([json.loads(Path(name).read_text("utf-8")) for name in options.write_docs])
        return 0
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has bytecode
    chosen = [ROWS[name] for name in options.rows] or [
        row
        for row in ROWS.values()
        if (options.all or not row.is_long)
        and not (options.smoke and (row.downloads or not row.smoke))
    ]
    about = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "python": platform.python_version()}
    about |= {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    figures = []
    for row in chosen:
        figures.append(measure(row, smoke=options.smoke))
        print("\n".join(format_row(figures[-1])), flush=True)
        if options.json:  # after each row, so that a run can be broken off
            text = json.dumps({"about": about, "rows": figures}, indent=1)
            Path(options.json).write_text(text, "utf-8")
    missed = [row["name"] for row in figures for bar in row.get("bars", ()) if not bar["is_held"]]
    if missed and not options.smoke:
        print(f"bars not held: {', '.join(missed)}")
    return 1 if missed and not options.smoke else 0


if __name__ == "__main__":
    sys.exit(main())
