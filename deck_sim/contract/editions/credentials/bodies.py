"""The request bodies that only the `credentials` edition has."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field, create_model

from deck_sim.contract import bodies
from deck_sim.contract.bodies import (
    AuthCredentials,
    Body,
    CreateLogin,
    EventTypes,
    JsonObject,
    SourceField,
    SourceId,
    Text,
    needs_one_of,
    partial,
    rules,
    when,
)
from deck_sim.contract.destination_bodies import (
    CONFIGS,
    QueueConfig,
    WantedStatus,
    WebhookConfig,
    WebhookCredentials,
    needed,
    unwanted,
)
from deck_sim.contract.kinds import REQUIRED, STORAGE_NEEDS, WEBHOOK, DestinationType
from deck_sim.contract.shapes import ANY_OBJECT


class FullAuthCredentials(AuthCredentials):
    """A login with the additional fields that the source asks for."""

    source_fields: Annotated[dict[SourceField, str], Field(max_length=10)] | None = None


class CreateCredential(CreateLogin):
    """The body of `POST /credentials`: a login, which may have `source_fields`."""

    auth_credentials: FullAuthCredentials | None = None


UpdateCredential = partial(CreateCredential, "auth_method", "auth_credentials", "external_id")


class TaskStorage(bodies.TaskStorage):
    """The `storage` of a task: what it extracts and compares needs a schema."""

    model_config = rules(
        *(
            when(name.partition(".")[2], True, needed.partition(".")[2], ANY_OBJECT)
            for name, needed in STORAGE_NEEDS.items()
        )
    )


class CreateTask(bodies.CreateTask):
    """The body of `POST /tasks`, with an id that the client may choose."""

    id: Annotated[str, Field(max_length=255, pattern="^task_[A-Za-z0-9_-]+$")] | None = None
    storage: TaskStorage | None = None


UpdateTask = partial(CreateTask, *bodies.UpdateTask.model_fields)


class StartSession(Body):
    """The body of `POST /sessions`: the credential to use, or a source that takes no login."""

    model_config = needs_one_of("credential_id", "source_id")

    credential_id: Text | None = None
    source_id: SourceId | None = None


class RunTaskWithLogin(StartSession):
    """The body of `POST /tasks/{id}/run`: a credential, source or open session, and the input."""

    model_config = needs_one_of("credential_id", "source_id", "session_id")

    session_id: Text | None = None
    input: JsonObject = {}
    request_id: str | None = None


class WebhookObject(WebhookConfig, WebhookCredentials):
    """The `webhook` of a destination in the `credentials` edition."""


_OBJECTS: dict[str, type[Body]] = {**CONFIGS, WEBHOOK: WebhookObject}
_CHANGES = {
    type_: partial(model, *model.model_fields, base=Body if type_ == WEBHOOK else QueueConfig)
    for type_, model in _OBJECTS.items()
}
_objects: Any = {type_: (model | None, None) for type_, model in _OBJECTS.items()}
_changes: Any = {type_: model | None for type_, model in _CHANGES.items()}
CreateTypedDestination = create_model(
    "CreateTypedDestination",
    __base__=Body,
    __doc__="The body of `POST /event-destinations` in the `credentials` edition.",
    name=(Text, ...),
    type=(DestinationType, WEBHOOK),
    events=(EventTypes, ...),
    **_objects,
)
UpdateTypedDestination = partial(
    CreateTypedDestination, "name", "events", status=WantedStatus, **_changes
)


def _by_type(make_field: Callable[[str], Any]) -> dict[str, dict[str, Any]]:
    refused = {type_: dict.fromkeys(_OBJECTS, unwanted(type_)) for type_ in _OBJECTS}
    return {type_: {**refused[type_], type_: make_field(type_)} for type_ in _OBJECTS}


CreateTypedDestination.by_type = _by_type(
    lambda type_: needed(_OBJECTS[type_]) if REQUIRED[type_] else (_OBJECTS[type_], ...)
)
UpdateTypedDestination.by_type = _by_type(lambda type_: (_CHANGES[type_], {}))


class SubmitInput(Body):
    """The body of `POST …/interaction`: the answers to a prompt, by the name of the field."""

    input: JsonObject
