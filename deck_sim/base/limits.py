"""How much one document may hold, and how many problems are told of it, whatever way it comes: as a
file, as YAML or JSON in a request, or as data of a test.
"""

MAX_VALUES = 100_000  # each object, list and scalar is one; aliases count as often as they are used
MOST_PROBLEMS = 100  # messages take time to make


def say_untold(count: int, noun: str) -> str:
    """The message in place of those that are not shown."""
    return f"{count} more {noun}{'s are' if count > 1 else ' is'} not shown; fix these first"
