"""The editions of the Deck API. They differ by the rows chosen here when a world is made, and by
nothing else: no code asks which edition it is in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from deck_sim.contract import resources
from deck_sim.contract.resources import Kind
from deck_sim.contract.statuses import Machine


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many calls are taken in how long; more are refused."""

    requests: int
    per: timedelta
    retry_after: bool = False  # ours: whether a refusal says when to come back


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Which calls can be made again under their `Idempotency-Key`, and which answers are kept."""

    methods: tuple[str, ...]
    creates_only: bool
    kept: range  # HTTP statuses
    kept_for: timedelta = timedelta(hours=24)
    longest_key: int = 256

    def covers(self, method: str, *, creates: bool) -> bool:
        """Whether a call takes a key; of one that does not, the key is ignored (assumed)."""
        return method in self.methods and (creates or not self.creates_only)


@dataclass(frozen=True)
class Edition:
    """One edition: its resources and its limits."""

    name: str
    kinds: Mapping[str, Kind]
    inactivity: timedelta  # a run in which nothing happens for so long fails
    interaction_window: timedelta  # assumed: how long a prompt waits if the script does not say
    retry_delays: tuple[timedelta, ...]  # assumed: exponential is documented, the figures are not
    secret_overlap: timedelta  # how long a rotated secret goes on
    event_retention: timedelta  # how long events can be read
    idempotency: Idempotency
    rate_limit: RateLimit  # where a world is told to have one
    interaction_attempts: int  # assumed: how many answers may be wrong if the script does not say
    login: str  # the kind of resource that says who logs in where
    answer_key: str  # where an answer to an interaction stands in its body
    answer: str  # the name of that body in `bodies`
    numbers_messages: bool  # whether what destinations get has a `request_id`

    @property
    def event_types(self) -> tuple[str, ...]:
        """Every type of event that the edition documents."""
        return tuple(
            f"{kind.object}.{word}"
            for kind in self.kinds.values()
            for word in (*kind.lifecycle, *kind.more_events, *_told(kind))
        )

    def statuses(self, kind: str) -> tuple[str, ...]:
        """Every status of a kind; none if the edition does not have it."""
        return self.kinds[kind].statuses if kind in self.kinds else ()

    def machine(self, kind: str) -> Machine:
        """The state machine of a kind that has one."""
        machine = self.kinds[kind].machine
        assert machine is not None, f"a {kind} has no state machine"
        return machine


def _told(kind: Kind) -> tuple[str, ...]:
    """The statuses, as events tell them."""
    machine = kind.machine
    return tuple(map(machine.event, machine.statuses)) if machine else ()


IDEMPOTENCY = {
    "connections": Idempotency(("POST",), creates_only=True, kept=range(200, 600)),
    "credentials": Idempotency(
        ("POST", "PATCH", "DELETE"), creates_only=False, kept=range(200, 300)
    ),
}


def _edition(name: str, *kinds: Kind, **more: Any) -> Edition:
    return Edition(
        name,
        {kind.object: kind for kind in kinds},
        inactivity=timedelta(minutes=30),
        interaction_window=timedelta(minutes=5),
        interaction_attempts=3,
        retry_delays=(timedelta(seconds=5), timedelta(seconds=25), timedelta(seconds=125)),
        secret_overlap=timedelta(hours=24),
        event_retention=timedelta(days=30),
        idempotency=IDEMPOTENCY[name],
        rate_limit=RateLimit(requests=200, per=timedelta(seconds=10)),
        **more,
    )


EDITIONS = {
    edition.name: edition
    for edition in (
        _edition(
            "connections",
            resources.AGENT,
            resources.SOURCE,
            resources.TASK,
            resources.CONNECTION,
            resources.TASK_RUN,
            resources.STORAGE,
            resources.EVENT_DESTINATION,
            resources.EVENT_DELIVERY,
            login="connection",
            answer_key="inputs",
            answer="SubmitInteraction",
            numbers_messages=True,
        ),
        _edition(
            "credentials",
            resources.SUMMARY_AGENT,
            resources.SUMMARY_SOURCE,
            resources.SUMMARY_TASK,
            resources.CREDENTIAL,
            resources.SESSION,
            resources.CREDENTIAL_RUN,
            resources.RESULT_STORAGE,
            resources.TYPED_DESTINATION,
            resources.EVENT_DELIVERY,
            login="credential",
            answer_key="input",
            answer="SubmitInput",
            numbers_messages=False,
        ),
    )
}
DEFAULT_EDITION = "connections"
# Those that any edition documents.
EVENT_TYPES = (*dict.fromkeys(name for e in EDITIONS.values() for name in e.event_types),)
