"""`scripts/torture`: attacks a running server, and reports what did not hold."""

import sys
from importlib import import_module

COMMANDS = {
    "fuzz": "broken and odd requests over sockets",
    "soak": "many clients in many worlds, for long",
    "kills": "`kill -9` under load; nothing acknowledged is lost",
    "waits": "how long others wait while one call works",
    "mutate": "wrong limits in the source, which a test must notice",
}
SLICES = ("fuzz", "soak", "kills", "waits")


def main(arguments: list[str]) -> int:
    """Run one command, or `--slice`: a short run of each, for continuous integration."""
    if arguments == ["--slice"]:
        return max(run(name, ["--slice"]) for name in SLICES)
    if not arguments or arguments[0] not in COMMANDS:
        lines = [f"  {name:8} {what}" for name, what in COMMANDS.items()]
        print("usage: scripts/torture COMMAND [--help] | --slice", *lines, sep="\n")
        return 0 if arguments in (["--help"], ["-h"]) else 2
    return run(arguments[0], arguments[1:])


def run(name: str, arguments: list[str]) -> int:
    """Run a command: its module has a function `main`."""
    module = import_module(f"{__package__}.{name}")
    found: int = module.main(arguments)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
