"""Texts that match a regular expression. The home of rstr."""

import re
from collections.abc import Sequence
from typing import Any

from rstr import Rstr

from deck_sim.scenario.synthesis.realistic import Draw

TRIES = 30


class _Random:
    """The part of `random.Random` that rstr uses, with draws from the world's seed."""

    def __init__(self, draw: Draw) -> None:
        self.draw, self.spread = draw, 2

    def choice(self, options: Sequence[Any]) -> Any:
        if all(isinstance(option, str) for option in options):
            # rstr takes some of them from sets, whose order differs between processes.
            options = sorted(set(options))
            options = [letter for letter in options if letter.isalnum()] or options
        return options[self.draw(len(options))]

    def randint(self, low: int, high: int) -> int:
        return low + self.draw(min(high - low, self.spread) + 1)

    def shuffle(self, letters: list[str]) -> None:
        pass  # rstr shuffles only single letters


def text_matching(pattern: str, draw: Draw, least: int, most: int) -> str:
    """A text that matches and has the right length, or another text if no try gives one."""
    text, random = "", _Random(draw)
    for _ in range(TRIES):
        random.spread += 1
        text = Rstr(random).xeger(pattern).ljust(least, "x")  # type: ignore[arg-type]
        if len(text) <= most and re.search(pattern, text):
            break
    return text
