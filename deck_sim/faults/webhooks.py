"""Faults of webhooks. A fault affects one attempt to deliver; each retry is another attempt."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from deck_sim.base.durations import format_duration
from deck_sim.base.validation import Whole
from deck_sim.engine.deliveries import lose, postpone, replay
from deck_sim.engine.injected_faults import HASTE, WEBHOOK
from deck_sim.engine.world import World, listens
from deck_sim.engine.world_values import Resource
from deck_sim.faults.fault import Fault, fault_field
from deck_sim.faults.fault_fields import ContentType, EventType, FaultDuration, OnlyTrue
from deck_sim.faults.outgoing import OutgoingWebhook

STALE = timedelta(minutes=10)  # verifiers allow five minutes
MAX_WAIT = timedelta(seconds=30)
_UNTIL_NEXT = "until the destination's next webhook is sent"
UNKNOWN_SECRET = "whsec_" + base64.b64encode(b"a key that nobody was ever given").decode()


class WebhookFault(Fault):
    """The base class of faults of attempts to deliver a webhook, selected by the event's type."""

    family = "event"
    fires: ClassVar[str] = WEBHOOK
    event: EventType
    """The event type that the fault applies to, or a glob such as `task_run.*`."""

    def applies_to(self, *subject: str) -> bool:
        """Whether the fault is for an event; `subject` is a resource id, a type and any alias."""
        _, *names = subject
        return any(fnmatchcase(name, self.event) for name in names)

    def intercept(self, world: World, delivery: Resource) -> bool:
        """Delay or drop the webhook if the fault does so; return whether this was done."""
        return False

    def apply(self, webhook: OutgoingWebhook) -> OutgoingWebhook:
        return webhook

    def follow(self, world: World, delivery: Resource) -> None:
        """Apply the effect after a successful attempt; most faults have none then."""


class Duplicate(WebhookFault):
    """The webhook is sent twice, with the same `webhook-id`."""

    duplicate: OnlyTrue

    def apply(self, webhook: OutgoingWebhook) -> OutgoingWebhook:
        return replace(webhook, copies=2)


class Reordered(WebhookFault):
    """The webhook is sent after the destination's next webhook, at the latest after 30 seconds."""

    reorder: OnlyTrue

    def intercept(self, world: World, delivery: Resource) -> bool:
        postpone(world, delivery, MAX_WAIT, _UNTIL_NEXT, until_next=True)
        return True


class Repeated(WebhookFault):
    """The webhook comes again after the destination's next one, at the latest after 30 seconds."""

    again_after_next: OnlyTrue

    def follow(self, world: World, delivery: Resource) -> None:
        destination = world.all("event_destination")[delivery["event_destination_id"]]
        if listens(destination) and not delivery.hidden["replayed_after"]:
            again = replay(world, delivery)
            postpone(world, again, MAX_WAIT, _UNTIL_NEXT, until_next=True)


class Delayed(WebhookFault):
    """The webhook is sent later, so it may arrive after a webhook of a later event."""

    delay: FaultDuration
    """The delay on the world's clock, like `30s`."""

    def intercept(self, world: World, delivery: Resource) -> bool:
        postpone(world, delivery, self.delay, f"for {format_duration(self.delay)}")
        return True


class Dropped(WebhookFault):
    """The webhook is lost, but recorded as delivered, so there is no retry."""

    drop: OnlyTrue

    def intercept(self, world: World, delivery: Resource) -> bool:
        lose(world, delivery)
        return True


class Answered(WebhookFault):
    """A proxy in front of the receiver answers with an error or a redirect. The receiver gets
    nothing, and the attempt fails, since Deck does not follow redirects.
    """

    status: Annotated[int, Field(ge=300, le=599), Whole]
    """The HTTP status of the answer, like `502`."""

    def apply(self, webhook: OutgoingWebhook) -> OutgoingWebhook:
        return replace(webhook, answered=self.status)


class OtherContentType(WebhookFault):
    """The webhook has another content type; its body is still JSON."""

    content_type: ContentType
    """The header `Content-Type` that is sent, like `text/plain`."""

    def apply(self, webhook: OutgoingWebhook) -> OutgoingWebhook:
        return replace(webhook, content_type=self.content_type)


class StaleTimestamp(WebhookFault):
    """The timestamp is ten minutes old; verifiers allow five minutes. The signature is right."""

    stale_timestamp: OnlyTrue

    def apply(self, webhook: OutgoingWebhook) -> OutgoingWebhook:
        return replace(webhook, stamp=webhook.stamp - STALE)


class BadSignature(WebhookFault):
    """The webhook is signed with a secret that the receiver does not have."""

    bad_signature: OnlyTrue

    def apply(self, webhook: OutgoingWebhook) -> OutgoingWebhook:
        return replace(webhook, secrets=(UNKNOWN_SECRET,))


class RotatedSignature(WebhookFault):
    """The webhook has two signatures, as while a secret is replaced: one made with a secret that
    the receiver does not have, then the right one. A receiver must accept the webhook.
    """

    rotated_signature: OnlyTrue

    def apply(self, webhook: OutgoingWebhook) -> OutgoingWebhook:
        return replace(webhook, secrets=(UNKNOWN_SECRET, *webhook.secrets))


class TamperedBody(WebhookFault):
    """The body is changed after signing; it is still JSON."""

    tampered_body: OnlyTrue

    def apply(self, webhook: OutgoingWebhook) -> OutgoingWebhook:
        return replace(webhook, body=webhook.body[:-1] + b',"tampered":true}')


class BeforeResponse(WebhookFault):
    """The webhook is sent before the response to the call that caused its event."""

    fires: ClassVar[str] = HASTE
    before_response: OnlyTrue


if TYPE_CHECKING:
    AnyWebhookFault = WebhookFault
else:
    AnyWebhookFault: Any = fault_field(WebhookFault)
