"""Texts that match a regular expression. The home of rstr."""

import re
from typing import Any

from deck_sim.engine.regex_limits import InvalidPattern, PatternTooSlow, search
from deck_sim.engine.work_limits import spend
from deck_sim.scenario.synthesis.realistic import Draw

TRIES = 30
MOST_REPEATS = 10_000  # in all tries: `((a{999}){999}){999}` must not be written out


class _TooLong(Exception):
    """The text repeats too much."""


class _Random:
    """The part of `random.Random` that rstr uses, with draws from the world's seed."""

    def __init__(self, draw: Draw) -> None:
        self.draw, self.spread, self.left = draw, 2, MOST_REPEATS

    def choice(self, options: Any) -> Any:
        spend(2 + len(options) // 10)
        if all(isinstance(option, str) for option in options):
            # rstr takes some of them from sets, whose order differs between processes.
            options = sorted(set(options))
            options = [letter for letter in options if letter.isalnum()] or options
        return options[self.draw(len(options))]

    def randint(self, low: int, high: int) -> int:
        number = low + self.draw(max(0, min(high - low, self.spread)) + 1)
        self.left -= number
        if self.left < 0:
            raise _TooLong
        return number

    def shuffle(self, letters: Any) -> None:
        pass  # rstr shuffles only single letters


def text_matching(pattern: str, draw: Draw, least: int = 0, most: int = 10_000) -> str:
    """A text that matches and has the right length, or another text if no try gives one."""
    # rstr writes out lookarounds as text. Every other try is without them.
    patterns = (pattern, _LOOKAROUNDS.sub("", pattern))
    text, random = "", _Random(draw)
    for number in range(TRIES):
        random.spread += 1
        text = _attempt(patterns[number % 2], random).ljust(least, "x")
        if random.left < 0 or (len(text) <= most and matches(pattern, text)):
            break
    return text


_LOOKAROUNDS = re.compile(r"\(\?<?[=!][^()]*\)")


def _attempt(pattern: str, random: Any) -> str:
    from rstr import Rstr

    spend(len(pattern) // 4)
    try:
        return Rstr(random).xeger(pattern)
    except (_TooLong, ArithmeticError, LookupError, RecursionError, ValueError, re.error):
        return ""


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern; nothing matches an invalid or slow one."""
    try:
        return search(pattern, text)
    except (InvalidPattern, PatternTooSlow):
        return False
