"""The request bodies that only the `connections` edition has."""

from typing import Any

from deck_sim.contract.bodies import Body, CreateLogin, EventTypes, JsonObject, Text, partial
from deck_sim.contract.destination_bodies import CONFIGS, WantedStatus, WebhookCredentials, needed
from deck_sim.contract.kinds import WEBHOOK, AuthMethod, DestinationType


class CreateConnection(CreateLogin):
    """The body of `POST /connections`: `auth_method` is required."""

    auth_method: AuthMethod


UpdateConnection = partial(CreateConnection, "external_id")


class RunTask(Body):
    """The body of `POST /tasks/{id}/run`: the connection to use, and the task's input."""

    connection_id: Text
    input: JsonObject = {}


class CreateDestination(Body):
    """The body of `POST /event-destinations` in the `connections` edition."""

    name: Text
    type: DestinationType
    config: JsonObject = {}
    credentials: JsonObject | None = None
    events: EventTypes


UpdateDestination = partial(
    CreateDestination, "name", "config", "credentials", "events", status=WantedStatus
)
_WEBHOOK: Any = {"credentials": (WebhookCredentials | None, None)}
CreateDestination.by_type = {
    type_: {"config": needed(config), **(_WEBHOOK if type_ == WEBHOOK else {})}
    for type_, config in CONFIGS.items()
}
UpdateDestination.by_type = {
    type_: {"config": (config, {}), **(_WEBHOOK if type_ == WEBHOOK else {})}
    for type_, config in CONFIGS.items()
}


class SubmitInteraction(Body):
    """The body of `POST …/interaction`: the answers to a prompt, by the name of the field."""

    inputs: JsonObject
