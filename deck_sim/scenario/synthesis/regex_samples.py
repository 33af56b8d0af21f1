"""Texts that match a regular expression. The home of rstr."""

import re
from typing import Any

from deck_sim.engine.regex_limits import InvalidPattern, PatternTooSlow, search
from deck_sim.engine.work_limits import spend
from deck_sim.scenario.synthesis.realistic import Draw

TRIES = 30
MOST_REPEATS = 10_000  # in all tries: `((a{999}){999}){999}` must not be written out


class _TooLong(Exception):
    """A text that repeats more than anybody would read."""


class _Dice:
    """Chance, as rstr asks for it: drawn from the world's seed, and fond of what can be read."""

    def __init__(self, draw: Draw) -> None:
        self.draw, self.spread, self.left = draw, 2, MOST_REPEATS

    def choice(self, options: Any) -> Any:
        """One of several characters, or of several branches."""
        if all(isinstance(option, str) for option in options):
            # In an order of their own: rstr has some of them from sets, whose order is chance.
            options = sorted(set(options))
            options = [letter for letter in options if letter.isalnum()] or options
        return options[self.draw(len(options))]

    def randint(self, low: int, high: int) -> int:
        """How often something is repeated: a few times more than it must be, at the most."""
        number = low + self.draw(max(0, min(high - low, self.spread)) + 1)
        self.left -= number
        if self.left < 0:
            raise _TooLong
        return number

    def shuffle(self, letters: Any) -> None:
        """Leave a single letter as it is."""


def text_matching(pattern: str, draw: Draw, least: int = 0, most: int = 10_000) -> str:
    """A text that matches and is of the right length, if one of many tries is."""
    # rstr writes down what a look ahead asks for; every other try leaves that to the check.
    ways = (pattern, _LOOKS.sub("", pattern))
    text, dice = "", _Dice(draw)
    for number in range(TRIES):
        dice.spread += 1
        text = _attempt(ways[number % 2], dice).ljust(least, "x")
        if dice.left < 0 or (len(text) <= most and matches(pattern, text)):
            break
    return text


_LOOKS = re.compile(r"\(\?<?[=!][^()]*\)")


def _attempt(pattern: str, dice: Any) -> str:
    """What rstr makes of a pattern; nothing if it cannot follow it."""
    from rstr import Rstr

    spend(len(pattern) // 4)
    try:
        return Rstr(dice).xeger(pattern)
    except (_TooLong, ArithmeticError, LookupError, RecursionError, ValueError, re.error):
        return ""


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern, as the check will say; nothing matches what is none."""
    try:
        return search(pattern, text)
    except (InvalidPattern, PatternTooSlow):
        return False
