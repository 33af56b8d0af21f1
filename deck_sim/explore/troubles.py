"""The table of troubles: the name, places and effect of each, and advice for the client."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deck_sim.base.errors import DeckSimError, listed, nearest
from deck_sim.engine.injected_faults import TROUBLE
from deck_sim.explore import trouble_effects as effects
from deck_sim.explore.places import (
    DELIVERY,
    DIRECT,
    EARLY,
    FIRST,
    LAST,
    OVERTAKEN,
    RACE,
    RANGES,
    READ,
    SLOW,
    STEP,
    STEPS,
    WRITE,
    Place,
    is_polled,
)
from deck_sim.runtime.simulation import Simulation

LOST_RESPONSE, CLIENT_TIMEOUT = "lost_response", "client_timeout"
FAILS_AGAIN, RESTART, ENDS_FIRST = "fails_again", "restart", "ends_first"
CARRIED_OUT = (LOST_RESPONSE, CLIENT_TIMEOUT, FAILS_AGAIN)  # Deck does what the call asks for
_TIMINGS = (STEP, STEPS, RANGES, SLOW)
_AND = " and "  # between the names of a pair

_KEY = "send an `Idempotency-Key` with each create call, and repeat the call with the same key"
_STORE = (
    "before a create call, store its `Idempotency-Key`; after a restart, repeat the call with it,"
    " or look for what it created"
)
_REPEAT = "wait a moment, or as long as `Retry-After` says, then repeat the call"
_ONCE = "remember each `webhook-id`, and ignore a webhook whose id came before"
_READ = "treat an event as a hint, and read the present state of the resource"
_POLL = "also poll what a webhook should tell, until the resource is final"
_VERIFY = "verify the signature of each webhook, and answer 401 to one that is wrong or missing"
_EARLY = (
    "the webhook may come before the answer: store what it needs before the call, and nothing older"
    " after it"
)
_RACE = "a run may end just before a cancel or an answer arrives: after a 409, read the run"
_LONG = "poll until the status is final, as Deck's timeout sees to, not a fixed number of times"
_ANY = "stop polling at any final status, and wait for no other: a status may end before it is read"


@dataclass(frozen=True, slots=True)
class TroubleKind:
    """A row of the table: a kind of trouble, its places, its effect and its advice."""

    name: str
    places: tuple[str, ...]
    start: effects.Effect
    advice: str
    needs_rerun: bool = False  # tried only if the program can run again in the same worlds


# What each trouble is, for the docs.
MEANINGS = {
    "lost_response": "the call is carried out, but its answer is lost, as when a connection breaks",
    "reset": "the connection breaks before the call arrives; nothing is done",
    "unavailable": "a gateway answers 503, as during a deployment; the call has no effect. While a"
    " webhook is handled, each such call gets it",
    "rate_limited": "429 with `Retry-After: 2`, also for up to three repetitions within 2 s of the"
    " world and of real time; those of a write are findings",
    "client_timeout": "the call is carried out, but the client's timeout passes before the answer"
    " comes",
    "fails_again": "the call is carried out, but a gateway answers it 504, and the next such call"
    " 503",
    "ends_first": "the run times out just before the call arrives, so Deck answers 409; only an"
    " error that shows the 409 is a finding",
    "duplicate": "the webhook comes twice, with the same `webhook-id`",
    "late": "the webhook comes after the next webhook to its destination: Deck promises no order",
    "lost_once": "a proxy answers 502 to the webhook, and Deck sends it again after a retry delay",
    "lost": "the webhook never comes, and its log says that it came; tried only if the program then"
    " reads the resource, or its list",
    "forged": "a message with a wrong signature comes first, then one without a signature; an"
    " answer 2xx is a finding",
    "before_response": "the webhook comes before the answer of the call that caused it",
    "again_after_next": "the webhook comes again after the next webhook to its destination",
    "at_once": "no step takes time: the next read finds the run over, or waiting for a person",
    "skipped": "one status takes no time: no read sees it, but its webhook comes",
    "slow": "each step takes up to sixty times as long, as far as the task's timeout allows",
    "other_draw": "steps with a range, such as `5s..10s`, take another time within that range",
    "restart": "the call is carried out, but the command is killed before the answer arrives, and"
    " runs again; only [with `--rerun`](#other-languages)",
}

TROUBLE_KINDS = (
    TroubleKind(LOST_RESPONSE, (WRITE,), effects.call_fault(lost_response=True), _KEY),
    TroubleKind("reset", (WRITE, READ), effects.call_fault(reset=True), _REPEAT),
    TroubleKind("unavailable", (WRITE, READ), effects.be_unavailable, _REPEAT),
    TroubleKind("rate_limited", (WRITE, READ), effects.refuse_hasty_calls, _REPEAT),
    TroubleKind(CLIENT_TIMEOUT, (DIRECT,), effects.pass_timeout, _KEY),
    TroubleKind(FAILS_AGAIN, (WRITE,), effects.fail_again, _KEY),
    TroubleKind(ENDS_FIRST, (RACE,), effects.end_first, _RACE),
    TroubleKind("duplicate", (DELIVERY,), effects.webhook_fault(duplicate=True), _ONCE),
    TroubleKind("late", (OVERTAKEN,), effects.webhook_fault(reorder=True), _READ),
    TroubleKind("lost_once", (DELIVERY,), effects.webhook_fault(status=502), _READ),
    TroubleKind("lost", (LAST,), effects.webhook_fault(drop=True), _POLL),
    TroubleKind("forged", (FIRST,), effects.forge_webhook, _VERIFY),
    TroubleKind("before_response", (EARLY,), effects.webhook_fault(before_response=True), _EARLY),
    TroubleKind(
        "again_after_next", (OVERTAKEN,), effects.webhook_fault(again_after_next=True), _ONCE
    ),
    TroubleKind("at_once", (STEPS,), effects.pace(effects.no_time), _ANY),
    TroubleKind("skipped", (STEP,), effects.pace(effects.no_time), _ANY),
    TroubleKind("slow", (SLOW,), effects.stretch, _LONG),
    TroubleKind("other_draw", (RANGES,), effects.pace(effects.other_draw), _ANY),
    TroubleKind(RESTART, (WRITE,), effects.kill_program, _STORE, needs_rerun=True),
)
NAMES = tuple(kind.name for kind in TROUBLE_KINDS)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong at one place: `reset at POST /v2/tasks/*/run #1`."""

    kind: TroubleKind
    place: Place

    def __str__(self) -> str:
        between = " " if self.is_timing else " at "
        return between.join(filter(None, (self.kind.name, self.place.name)))

    @property
    def like(self) -> tuple[str, ...]:
        """The same in similar troubles, of which one is tried."""
        return (self.kind.name, *self.place.like)

    @property
    def is_timing(self) -> bool:
        return self.place.kind in _TIMINGS

    @property
    def is_of_webhook(self) -> bool:
        return self.place.kind in (DELIVERY, EARLY, OVERTAKEN, FIRST, LAST)

    def start(self, simulation: Simulation) -> None:
        """Put the trouble into a new world, before the world's first call."""
        faults = simulation.world.injected.by_owner.setdefault(TROUBLE, [])
        others = len(faults)
        self.kind.start(simulation, self.place)
        for fault in faults[others:]:
            fault.id = f"{self}"

    def occurred(self, simulation: Simulation) -> bool:
        world = simulation.world
        if self.is_timing:
            return bool(world.pace and world.pace.changed)
        if self.place.kind == EARLY and simulation.answered_before_webhooks:
            return False
        faults = world.injected.by_owner.get(TROUBLE, ())
        has_fired = any(fault.fired for fault in faults if fault.id == f"{self}")
        if self.place.kind == LAST:  # other programs rely on Deck's retries
            return has_fired and is_polled(simulation, *self.place.subject)
        return has_fired


@dataclass(frozen=True, slots=True)
class Pair:
    """Two troubles in one run: `late at task_run.queued of run 1 and slow`."""

    first: Trouble
    second: Trouble

    def __str__(self) -> str:
        return f"{self.first}{_AND}{self.second}"

    @property
    def kind(self) -> TroubleKind:
        """The one whose advice counts: a call that was carried out has the highest price, and in
        most programs a webhook is harder to handle than a pace.
        """
        ranks = (
            lambda trouble: trouble.kind.name in CARRIED_OUT,
            lambda trouble: trouble.is_of_webhook,
            lambda trouble: not trouble.is_timing,
        )
        return max((self.second, self.first), key=lambda t: [rank(t) for rank in ranks]).kind

    @property
    def place(self) -> Place:
        return self.first.place

    @property
    def is_of_webhook(self) -> bool:
        return self.first.is_of_webhook or self.second.is_of_webhook

    def start(self, simulation: Simulation) -> None:
        self.first.start(simulation)
        self.second.start(simulation)

    def occurred(self, simulation: Simulation) -> bool:
        return self.first.occurred(simulation) and self.second.occurred(simulation)


def find_troubles(places: Iterable[Place], *, can_rerun: bool = False) -> tuple[list[Trouble], int]:
    """Return the troubles of these places, and the number of similar troubles left out."""
    kinds = [kind for kind in TROUBLE_KINDS if can_rerun or not kind.needs_rerun]
    every = [
        Trouble(kind, place) for place in places for kind in kinds if place.kind in kind.places
    ]
    troubles = dict[tuple[str, ...], Trouble]()
    for trouble in every:
        troubles.setdefault(trouble.like, trouble)
    return [*troubles.values()], len(every) - len(troubles)


def find_pairs(reached: Mapping[Trouble, Iterable[Trouble]]) -> list[Pair]:
    """Return the pairs of these troubles, and those with the troubles that each made reachable.
    These come first, then the others, the nearest to each other first.
    """
    singles = [*reached]
    pairs = [Pair(first, second) for first in singles for second in reached[first]]
    for distance in range(1, len(singles)):
        pairs += map(Pair, singles, singles[distance:])
    return [
        pair
        for pair in pairs
        if pair.first.place.life == pair.second.place.life
        and pair.first.place != pair.second.place  # one fault at most fires at a place
        and not {FAILS_AGAIN, ENDS_FIRST} & {pair.first.kind.name, pair.second.kind.name}
        and not (pair.first.is_timing and pair.second.is_timing)
        and not (pair.first.kind.needs_rerun or pair.second.kind.needs_rerun)
    ]


def pair_names(names: Iterable[str]) -> list[str]:
    """Return the names that are those of pairs."""
    return [name for name in names if _AND in name]


def choose_troubles(
    troubles: Sequence[Trouble], only: Sequence[str] = (), skip: Iterable[str] = ()
) -> tuple[list[Trouble], list[str]]:
    """Return the troubles that `only` names (if empty: all), alone or in pairs, without those that
    `skip` names; then the names in `only` that fit none, each with hints at similar ones, but not
    those of pairs. Names may omit the place.
    """
    tried, skipped = {part for name in only for part in name.split(_AND)}, {*skip}
    rows = [(trouble, {f"{trouble}", trouble.kind.name}) for trouble in troubles]
    chosen = [
        trouble for trouble, names in rows if (not tried or names & tried) and not names & skipped
    ]
    every = {name for _, names in rows for name in names}
    unknown = [name for name in only if name not in every and _AND not in name]
    return chosen, [f"{name}{nearest(name, every)}" for name in unknown]


def check_names(names: Iterable[str], *, can_rerun: bool = False) -> None:
    """Raise DeckSimError if a name does not begin with a kind of trouble that can be tried."""
    for name in (part for text in names for part in text.split(_AND)):
        kind = name.partition(" ")[0]
        if kind not in NAMES:
            near = nearest(kind, NAMES) or f"; troubles are {listed(NAMES)}"
            raise DeckSimError(f"unknown trouble {kind!r}{near}")
        if kind == RESTART and not can_rerun:
            raise DeckSimError(f"{kind!r} needs a command that runs again: `explore --rerun`")
