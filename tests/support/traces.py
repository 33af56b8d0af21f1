"""The commands at the head of the recorded traces."""

import shlex
from itertools import pairwise


def answers_in(command):
    """The answers that a command line gives; None if the player gives right ones."""
    if "--no-answer" in command:
        return []
    texts = [word for option, word in pairwise(shlex.split(command)) if option == "--answer"]
    return [dict(part.split("=") for part in text.split(",")) for text in texts] or None
