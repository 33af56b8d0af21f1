"""How many functions something calls: growth is judged by that, not by seconds."""

import sys


def count_calls(function, *arguments):
    """Call a function; returns how many functions, of Python and of C, it has called."""
    counts = {"call": 0, "c_call": 0}

    def note(frame, event, argument):
        counts[event] = counts.get(event, 0) + 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return counts["call"] + counts["c_call"]
