"""The request bodies that only the `connections` edition has."""

from deck_sim.contract.bodies import (
    Body,
    CreateLogin,
    EventTypes,
    JsonObject,
    Text,
    WantedStatus,
    WebhookConfig,
    WebhookCredentials,
    partial,
)
from deck_sim.contract.resources import AuthMethod, DestinationType


class CreateConnection(CreateLogin):
    """`POST /connections`: the method is required."""

    auth_method: AuthMethod


UpdateConnection = partial(CreateConnection, "external_id")


class RunTask(Body):
    """`POST /tasks/{id}/run`."""

    connection_id: Text
    input: JsonObject = {}


class CreateDestination(Body):
    """`POST /event-destinations` in the `connections` edition."""

    name: Text
    type: DestinationType
    config: JsonObject = {}
    credentials: JsonObject | None = None
    events: EventTypes


UpdateDestination = partial(
    CreateDestination, "name", "config", "credentials", "events", status=WantedStatus
)


class WebhookParts(Body):
    """The parts of a destination of the type `webhook`."""

    config: WebhookConfig
    credentials: WebhookCredentials


class SubmitInteraction(Body):
    """`POST …/interaction` in the `connections` edition."""

    inputs: JsonObject
