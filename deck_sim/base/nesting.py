"""How many objects and lists may be inside one another. Functions that call themselves for each
level, here and in libraries, would fail on deeper data.
"""

from typing import Any

MOST_LEVELS = 100


def is_too_deep(data: Any) -> bool:
    """Whether plain data has more than `MOST_LEVELS` levels."""
    level = [data]
    for _ in range(MOST_LEVELS):
        if not level:
            return False
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
    return any(isinstance(value, dict | list) for value in level)
