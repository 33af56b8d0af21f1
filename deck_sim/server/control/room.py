"""How much may be added to one world. More is refused, so that no program fills the memory."""

from deck_sim.contract.error_catalog import refuse

_MIB = 1024**2

# Of each kind of things, the most, and how to make room for more.
LIMITS = {
    "faults that can still fire": (1_000, "`DELETE /_sim/faults` removes all"),
    "bytes of faults, as JSON": (64 * _MIB, "`DELETE /_sim/faults` removes all"),
    "holds": (1_000, "release some with `DELETE /_sim/holds/ID`"),
    "queued scenarios of a kind": (100_000, "play some first; `DELETE /_sim/queue` removes all"),
    "added scenarios": (1_000, "remove some with `DELETE /_sim/scenarios/NAME`"),
    "bytes of added scenarios, as JSON": (
        16 * _MIB,
        "remove some with `DELETE /_sim/scenarios/NAME`",
    ),
}


def has_room(what: str, count: int) -> bool:
    """Whether a world can have so many of a kind of things."""
    return count <= LIMITS[what][0]


def check_room(what: str, count: int) -> None:
    """Check that a world can have so many of a kind of things."""
    if not has_room(what, count):
        most, remedy = LIMITS[what]
        text = f"this world would have {count:,} {what}; the most is {most:,}; {remedy}"
        raise refuse("request/input_invalid", text)
