"""`scripts/torture`: attacks a server process, and reports what did not hold."""

import argparse
import secrets
import sys

from .fuzz import fuzz
from .soak import soak

_PROGRAMS = {"fuzz": (fuzz, 1_500), "soak": (soak, 40)}  # and the length of a slice


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/torture", description=__doc__)
    parser.add_argument("program", nargs="?", choices=_PROGRAMS, help="default: both")
    parser.add_argument("--seed", type=int, default=None, help="default: a new one")
    parser.add_argument("--number", type=int, default=20_000, help="of requests, or of worlds")
    parser.add_argument("--slice", action="store_true", help="a short run of seed 1, for CI")
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else secrets.randbelow(10**6)
    for name, (program, short) in _PROGRAMS.items():
        if args.program in (None, name):
            program(1 if args.slice else seed, short if args.slice else args.number)


if __name__ == "__main__":
    sys.exit(main())
