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
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else secrets.randbelow(10**6)
    for name, (program, short) in _PROGRAMS.items():
        if given.program in (None, name):
            number = short if given.slice else given.number
            program(1 if given.slice else seed, number)


if __name__ == "__main__":
    sys.exit(main())
