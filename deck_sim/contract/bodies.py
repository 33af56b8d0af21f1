"""The request bodies of the Deck API. One model per create; its update is derived from it."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, create_model
from pydantic_core import PydanticCustomError

from deck_sim.base.validation import Whole
from deck_sim.contract.addresses import address_fault

JsonObject = dict[str, Any]
Text = Annotated[str, StringConstraints(min_length=1)]
ExternalId = Annotated[str, StringConstraints(max_length=255)]
SourceField = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]

# Plain texts, since a generator of clients would call what is more after the list: `Event`.
EventTypes = Annotated[list[str], Field(min_length=1)]


def _with_a_host(url: str) -> str:
    """See that an address can be called at all."""
    fault = address_fault(url)
    if fault:
        raise PydanticCustomError("web_url", "{fault}", {"fault": fault})
    return url


WebUrl = Annotated[str, StringConstraints(pattern=r"^https?://\S+$"), AfterValidator(_with_a_host)]


MADE = frozenset({"id", "object", "status", "created_at", "updated_at"})  # by the server


class Body(BaseModel):
    """A JSON object of known fields, each of exactly its type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    fixed: ClassVar[frozenset[str]] = frozenset()  # what a resource has, and no update changes

    def sent(self) -> JsonObject:
        """The fields that were sent, each whole: what is left out inside of one has its default."""
        return self.model_dump(include=self.model_fields_set)


def partial(body: type[Body], *names: str) -> type[Body]:
    """The update of `body`: the fields called `names`, none of them required.

    What was not sent is told apart by `model_fields_set`; the defaults are never read. The other
    fields of `body` are fixed, and so are those that the server makes.
    """
    fields: Any = {
        name: (_annotation(body, name), Field(default=None, validate_default=False))
        for name in names
    }
    made = create_model(f"Update{body.__name__.removeprefix('Create')}", __base__=Body, **fields)
    made.fixed = MADE.union(body.model_fields).difference(names)
    return made


def _annotation(body: type[Body], name: str) -> Any:
    """The field's type with its constraints, which pydantic keeps apart from the type."""
    info = body.model_fields[name]
    return Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation


class CreateAgent(Body):
    """`POST /agents`."""

    name: Text
    description: str | None = None


class Website(Body):
    """Where the source is."""

    url: WebUrl


class CreateSource(Body):
    """`POST /sources`."""

    name: str | None = None
    type: Literal["website"]
    website: Website


class TaskStorage(Body):
    """What the task keeps of the files it meets."""

    enabled: bool = False
    extraction: bool = False
    extraction_schema: JsonObject | None = None
    deduplication: bool = False


class TaskSettings(Body):
    """How the task runs."""

    timeout_seconds: Annotated[int, Field(ge=1, le=31_536_000), Whole] = 1800


class CreateTask(Body):
    """`POST /tasks`."""

    name: Text
    agent_id: Text
    description: str | None = None
    prompt: str | None = None
    input_schema: JsonObject | None = None
    output_schema: JsonObject | None = None
    storage: TaskStorage | None = None
    extraction: JsonObject | None = None
    settings: TaskSettings = TaskSettings()


class AuthCredentials(Body):
    """What logs the user in. Write-only: no answer ever shows it."""

    username: Text
    password: Text


UpdateAgent = partial(CreateAgent, "name", "description")
UpdateSource = partial(CreateSource, "name", "website")
UpdateTask = partial(CreateTask, *(name for name in CreateTask.model_fields if name != "agent_id"))
WantedStatus = Literal["active", "inactive"]  # of a destination


class WebhookConfig(Body):
    """The `config` of a destination of the type `webhook`."""

    url: WebUrl
    custom_headers: str | None = None


class WebhookCredentials(Body):
    """The `credentials` of a destination of the type `webhook`."""

    secret: Text | None = None
