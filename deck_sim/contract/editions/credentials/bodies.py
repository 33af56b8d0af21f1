"""The request bodies that only the `credentials` edition has."""

from typing import Annotated

from pydantic import Field

from deck_sim.contract.bodies import (
    AuthCredentials,
    Body,
    CreateLogin,
    EventTypes,
    JsonObject,
    SourceField,
    Text,
    WantedStatus,
    WebhookConfig,
    WebhookCredentials,
    partial,
)
from deck_sim.contract.resources import DestinationType


class FullAuthCredentials(AuthCredentials):
    """A login with additional fields of the source."""

    source_fields: Annotated[dict[SourceField, str], Field(max_length=10)] | None = None


class CreateCredential(CreateLogin):
    """`POST /credentials`."""

    auth_credentials: FullAuthCredentials | None = None


UpdateCredential = partial(CreateCredential, "auth_method", "auth_credentials", "external_id")


class StartSession(Body):
    """`POST /sessions`: with a credential, or with a source without a login."""

    credential_id: Text | None = None
    source_id: Text | None = None


class RunTaskWithLogin(StartSession):
    """`POST /tasks/{id}/run`: with a credential, a source without a login, or an open session."""

    session_id: Text | None = None
    input: JsonObject = {}
    request_id: str | None = None


class WebhookObject(WebhookConfig, WebhookCredentials):
    """The `webhook` of a destination in the `credentials` edition."""


WebhookChange = partial(WebhookObject, "url", "custom_headers", "secret")


class TypedParts(Body):
    """The object of a destination, which is named after its type."""

    webhook: WebhookObject | None = None
    aws_sqs: JsonObject | None = None
    aws_kinesis: JsonObject | None = None
    aws_s3: JsonObject | None = None
    aws_eventbridge: JsonObject | None = None
    gcp_pubsub: JsonObject | None = None
    azure_servicebus: JsonObject | None = None
    rabbitmq: JsonObject | None = None
    hookdeck: JsonObject | None = None


class CreateTypedDestination(TypedParts):
    """`POST /event-destinations` in the `credentials` edition."""

    name: Text
    type: DestinationType
    events: EventTypes


UpdateTypedDestination = partial(
    CreateTypedDestination,
    *TypedParts.model_fields,
    "name",
    "events",
    status=WantedStatus,
    webhook=WebhookChange | None,
)


class SubmitInput(Body):
    """`POST …/interaction` in the `credentials` edition."""

    input: JsonObject
