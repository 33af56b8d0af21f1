"""The problems of a world that its client cannot have noticed."""

from collections import Counter
from collections.abc import Mapping

from deck_sim.base.errors import DeckSimError, counted, listed
from deck_sim.handle.deck import Deck
from deck_sim.handle.hold import Hold
from deck_sim.handle.webhook_apps import RAISED_HEADER
from deck_sim.runtime.why import STARTS

_MOST_CALLS = 3  # that a message names
_CHANCE = "make it more probable, or give the world another seed"
_NOT_WRITTEN = ("id", "owner", "met", "fired")  # keys of a fault that its author did not write


def find_failures(deck: Deck) -> list[str]:
    """Errors inside deck-sim, and scripts that broke off."""
    world = deck.world
    failures = [f"deck-sim itself failed:\n{crash}" for crash in world["crashes"]]
    return failures + [f"a scenario failed: {error}" for error in world["script_errors"]]


def find_ignored_names(deck: Deck) -> list[str]:
    """Magic names that could not be played."""
    return [*deck.world["ignored_names"]]


def find_stray_calls(deck: Deck) -> list[str]:
    """Calls without a key, and with keys that nobody controls, if there was none with the key of
    this world.
    """
    if deck.requests:
        return []
    strays = [explain_no_calls(deck)] if deck.world["stray_keys"] else []
    return strays + find_keyless_calls(deck)


def find_keyless_calls(deck: Deck) -> list[str]:
    """Calls without a key since the world began. They reached no world."""
    fix = "send `Authorization: Bearer KEY`; the fixture `deck_env` sets `DECK_API_KEY`"
    return explain_refused(deck.world["keyless_calls"], "without a key", fix)


def explain_refused(calls: Mapping[str, int], how: str, fix: str) -> list[str]:
    """A sentence about calls, each with its count, that reached no world; none without calls."""
    if not calls:
        return []
    named = [*calls][:_MOST_CALLS]
    more = [f"{len(calls) - len(named)} more"] if len(calls) > len(named) else []
    shown = ", ".join([*(f"`{call}`" for call in named), *more])
    return [f"{counted(sum(calls.values()), 'call')} came {how} ({shown}): {fix}"]


def explain_no_calls(deck: Deck) -> str:
    """That there was no call with the key of a world, and the keys that nobody controls."""
    text = f"the Deck API was not called with this key, `{deck.api_key}`"
    keys = deck.world["stray_keys"]
    fix = "give your application `deck.api_key` in each test, or use the fixture `deck_env`"
    return f"{text}; it was called with {listed(keys)}: {fix}" if keys else text


def find_unused(deck: Deck) -> list[str]:
    """Queued scenarios, faults and holds that had no effect."""
    unused = [
        f"queued for a {kind} but never played: {listed(names)}"
        + (f"; {STARTS[kind]}" if kind in STARTS else "")
        for kind, names in deck.world["queues"].items()
        if names
    ]
    for fault in deck.faults:
        if not (fault["fired"] or fault["owner"]):
            rows = [f"{name}={fault[name]!r}" for name in fault if name not in _NOT_WRITTEN]
            had_chances = "probability" in fault and fault["met"] > fault["after"]
            by_chance = f", by chance: {_CHANCE}" if had_chances else ""
            met = f"(met {fault['met']}){by_chance}"
            unused.append(f"a fault never fired: {', '.join(rows)} {met}")
    return unused + [f"a hold stopped nothing: {hold}" for hold in deck.holds if _is_unmet(hold)]


def find_failed_applications(deck: Deck) -> list[str]:
    """The errors that an application raised at webhooks which it has not taken since."""
    made = [[one for one in row["log"] if one["attempt"]] for row in deck.deliveries]
    last = [attempts[-1]["response_headers"] for attempts in made if attempts]
    errors = Counter(headers[RAISED_HEADER] for headers in last if RAISED_HEADER in headers)
    return [
        f"the application raised at {counted(count, 'webhook')}: {error}"
        for error, count in errors.items()
    ]


def find_unplayed_logins(deck: Deck) -> list[str]:
    """The scenario to play, if it has a script for logins only, which no login has played."""
    return [*deck.world["unplayed_login"]]


def _is_unmet(hold: Hold) -> bool:
    try:
        return not hold.met
    except DeckSimError:  # it was released through the control API, so this is unknown
        return False
