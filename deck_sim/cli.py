"""The command line: `deck-sim`."""


def main() -> None:
    """Run the command line."""
