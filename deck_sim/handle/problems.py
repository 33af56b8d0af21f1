"""The problems of a world that a client cannot notice."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress

from deck_sim.base.errors import DeckSimError, counted, listed
from deck_sim.handle.connect.control import Json
from deck_sim.handle.deck import Deck
from deck_sim.runtime.why import STARTS
from deck_sim.webhooks.sender import RAISED_HEADER

_MOST_CALLS = 3  # that a message names
_CHANCE = "give the fault a higher probability, or give the world another seed"
_NOT_WRITTEN = ("id", "owner", "met", "fired")  # keys of a fault that its author did not write


def find_failures(world: Json) -> list[str]:
    """Describe the errors of deck-sim itself and of scenarios; `world` is as in `Deck.world`."""
    failures = [f"deck-sim itself failed:\n{crash}" for crash in world["crashes"]]
    return failures + [f"a scenario failed: {error}" for error in world["script_errors"]]


def find_leftovers(deck: Deck, world: Json) -> list[str]:
    """Describe a passed test's problems: scenarios, faults and holds that had no effect, calls that
    reached no world, and errors that the application raised for webhooks.
    """
    strays = [] if world["calls"] else find_keyless_calls(world)
    if world["stray_keys"] and not world["calls"]:
        strays.insert(0, explain_no_calls(deck, world))
    deliveries = deck.deliveries if world["resources"]["event_delivery"] else []
    made = [[one for one in row["log"] if one["attempt"]] for row in deliveries]
    last = [attempts[-1]["response_headers"] for attempts in made if attempts]
    raised = Counter(headers[RAISED_HEADER] for headers in last if RAISED_HEADER in headers)
    unmet = list[str]()
    for hold in deck.holds:
        with suppress(DeckSimError):  # it was released through the control API
            if not hold.met:
                unmet.append(f"{hold}")
    return [
        *find_unused(world, deck.faults if world["faults"] else (), unmet),
        *strays,
        *(
            f"the application raised an error for {counted(count, 'webhook')}: {error}"
            for error, count in raised.items()
        ),
    ]


def find_keyless_calls(world: Json) -> list[str]:
    """Describe the calls that had no key, and so reached no world, since this world began."""
    fix = "send `Authorization: Bearer KEY`; the fixture `deck_env` sets `DECK_API_KEY`"
    return explain_refused(world["keyless_calls"], "without a key", fix)


def explain_refused(calls: Mapping[str, int], how: str, fix: str) -> list[str]:
    """Describe the calls that reached no world, if any; `calls` has how often each was made."""
    if not calls:
        return []
    named = [*calls][:_MOST_CALLS]
    more = [f"{len(calls) - len(named)} more"] if len(calls) > len(named) else []
    shown = ", ".join([*(f"`{call}`" for call in named), *more])
    return [f"{counted(sum(calls.values()), 'call')} came {how} ({shown}): {fix}"]


def explain_no_calls(deck: Deck, world: Json) -> str:
    """Explain that no call had the world's key; name keys that clients sent and no `Deck` uses."""
    text = f"the Deck API was not called with this key, `{deck.api_key}`"
    keys = world["stray_keys"]
    fix = "give your application `deck.api_key` in each test, or use the fixture `deck_env`"
    return f"{text}; it was called with {listed(keys)}: {fix}" if keys else text


def find_unused(world: Json, faults: Iterable[Json], unmet: Iterable[str]) -> list[str]:
    """Describe queued scenarios, faults and holds that had no effect; `unmet` are the holds."""
    unused = [
        f"queued for a {kind} but never played: {listed(names)}"
        + (f"; {STARTS[kind]}" if kind in STARTS else "")
        for kind, names in world["queues"].items()
        if names
    ]
    for fault in faults:
        if not (fault["fired"] or fault["owner"]):
            rows = [f"{name}={fault[name]!r}" for name in fault if name not in _NOT_WRITTEN]
            had_chances = "probability" in fault and fault["met"] > fault["after"]
            by_chance = f", by chance: {_CHANCE}" if had_chances else ""
            met = counted(fault["met"], "call" if "match" in fault else "webhook")
            unused.append(f"a fault never fired: {', '.join(rows)} (met {met}){by_chance}")
    return unused + [f"a hold stopped nothing: {hold}" for hold in unmet]
