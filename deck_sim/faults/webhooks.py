"""What can go wrong with a webhook. One fault strikes one attempt, so retries count as well."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar

from deck_sim.base.durations import format_duration
from deck_sim.engine.deliveries import hold_back, lose
from deck_sim.engine.injected import HASTE, WEBHOOK
from deck_sim.engine.records import Resource
from deck_sim.engine.world import World
from deck_sim.faults.fault import Fault, fault_field
from deck_sim.faults.outgoing import OutgoingWebhook
from deck_sim.faults.values import Delay, EventType, OnlyTrue

STALE = timedelta(minutes=10)  # verifiers allow five
OVERTAKEN_WITHIN = timedelta(seconds=30)  # or it is sent although nothing overtook it
_STRANGE = "whsec_" + base64.b64encode(b"a key that nobody was ever given").decode()


class WebhookFault(Fault):
    """A fault of webhooks."""

    family = "event"
    fires: ClassVar[str] = WEBHOOK
    event: EventType
    """The event type that it is for; a glob, like `task_run.*`."""

    def applies_to(self, *subject: str) -> bool:
        """Whether it is for events of this type."""
        (event_type,) = subject
        return fnmatchcase(event_type, self.event)

    def intercept(self, world: World, delivery: Resource) -> bool:
        """See that the attempt, which is due now, is not made now; says whether it did so."""
        return False

    def apply(self, message: OutgoingWebhook) -> OutgoingWebhook:
        """What is sent instead of a message."""
        return message


class Duplicate(WebhookFault):
    """It is sent twice, with the same id."""

    key = "duplicate"
    duplicate: OnlyTrue
    """`true`."""

    def apply(self, message: OutgoingWebhook) -> OutgoingWebhook:
        """The message, twice."""
        return replace(message, copies=2)


class Reordered(WebhookFault):
    """It is sent behind the next one to its destination; or after 30 s, if there is none."""

    key = "reorder"
    reorder: OnlyTrue
    """`true`."""

    def intercept(self, world: World, delivery: Resource) -> bool:
        """Wait for the next."""
        hold_back(world, delivery, OVERTAKEN_WITHIN, "until the next one is sent", overtaken=True)
        return True


class Dropped(WebhookFault):
    """It gets lost, although the sender believes that it was taken; so it is not sent again."""

    key = "drop"
    drop: OnlyTrue
    """`true`."""

    def intercept(self, world: World, delivery: Resource) -> bool:
        """Lose it."""
        lose(world, delivery)
        return True


class Delayed(WebhookFault):
    """It is sent later."""

    key = "delay"
    delay: Delay
    """How much later, on the world's clock."""

    def intercept(self, world: World, delivery: Resource) -> bool:
        """Wait."""
        hold_back(world, delivery, self.delay, f"for {format_duration(self.delay)}")
        return True


class StaleTimestamp(WebhookFault):
    """It is signed ten minutes in the past; verifiers allow five."""

    key = "stale_timestamp"
    stale_timestamp: OnlyTrue
    """`true`."""

    def apply(self, message: OutgoingWebhook) -> OutgoingWebhook:
        """The message, signed with an old timestamp."""
        return replace(message, stamp=message.stamp - STALE)


class BadSignature(WebhookFault):
    """It is signed with a secret that the receiver does not have."""

    key = "bad_signature"
    bad_signature: OnlyTrue
    """`true`."""

    def apply(self, message: OutgoingWebhook) -> OutgoingWebhook:
        """The message, signed by a stranger."""
        return replace(message, secrets=(_STRANGE,))


class RotatedSignature(WebhookFault):
    """It has two signatures, the first with a secret that the receiver does not have. So it is
    while a secret is rotated, and a receiver must take it.
    """

    key = "rotated_signature"
    rotated_signature: OnlyTrue
    """`true`."""

    def apply(self, message: OutgoingWebhook) -> OutgoingWebhook:
        """The message, signed by a stranger, too."""
        return replace(message, secrets=(_STRANGE, *message.secrets))


class TamperedBody(WebhookFault):
    """Its body was changed after it was signed; it is still JSON."""

    key = "tampered_body"
    tampered_body: OnlyTrue
    """`true`."""

    def apply(self, message: OutgoingWebhook) -> OutgoingWebhook:
        """The message with something added to its body."""
        return replace(message, body=message.body[:-1] + b',"tampered":true}')


class BeforeResponse(WebhookFault):
    """It arrives before the answer to the call that caused the event."""

    key = "before_response"
    fires: ClassVar[str] = HASTE
    before_response: OnlyTrue
    """`true`."""


if TYPE_CHECKING:
    AnyWebhookFault = WebhookFault
else:
    AnyWebhookFault: Any = fault_field(WebhookFault)
