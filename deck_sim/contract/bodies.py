"""The models of the request bodies that all editions share."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    create_model,
)

from deck_sim.base.validation import Whole
from deck_sim.contract.kinds import LOGIN_PARTS, METHOD_NEEDS, SOURCE, TIMEOUT_SECONDS, AuthMethod
from deck_sim.contract.shapes import ID, record

_USER = r"[!-.0-9:;<=>A-Z^-~]+@"
_HOST = r"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])"
_SPACES = r"\x00-\x20\x7f-\xa0\ufeff"  # and control characters
_REST = rf"[/?#][^{_SPACES}]*"
URL_PATTERN = rf"^https?://(?:{_USER})?{_HOST}(?::(?:0*[1-9][0-9]{{0,4}})?)?(?:{_REST})?$"


def _check_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must begin with `http://` or `https://`")
    if url.split("//")[1].startswith("@"):
        raise ValueError("has an empty user before `@`; leave out the `@`")
    if re.search(f"[{_SPACES}]", url):
        raise ValueError("must have no spaces and no control characters; write a space as `%20`")
    try:
        parts = urlsplit(url)
        # Both can raise: for a port above 65535, and for a host with an empty or too long part.
        _ = parts.port, (parts.hostname or "").encode("idna")
        is_web_url = re.fullmatch(URL_PATTERN, url)
    except ValueError:
        is_web_url = None
    if not is_web_url:
        raise ValueError(
            "must have a valid host and port: parts of 1 to 63 letters, digits, `-` or `_`, joined"
            " by `.` (write other letters as `xn--…`), or an IPv6 address in brackets; a port from"
            " 1 to 65535"
        )
    return url


WebUrl = Annotated[
    str,
    StringConstraints(min_length=1),
    AfterValidator(_check_url),
    WithJsonSchema({"type": "string", "pattern": URL_PATTERN}),
]


JsonObject = dict[str, Any]
Text = Annotated[str, StringConstraints(min_length=1)]
# Only the document has the pattern. The engine refuses a wrong prefix, with `source_invalid`.
SourceId = Annotated[
    Text,
    WithJsonSchema(
        {"type": "string", "pattern": f"^{SOURCE.prefix}_", "maxLength": ID["maxLength"]}
    ),
]

# In the OpenAPI document this title becomes a reference to a schema of the whole list, with the
# event types of the edition. Without a name, generators of clients would call an item `Event`.
EventTypes = Annotated[list[str], Field(min_length=1), WithJsonSchema({"title": "EventTypes"})]
MADE = frozenset({"id", "object", "status", "created_at", "updated_at"})  # set by the server


class Body(BaseModel):
    """A JSON object in a request. Unknown fields are refused, and types are not converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    # The fields of the resource that an update cannot change.
    fixed: ClassVar[frozenset[str]] = frozenset()
    # The fields that differ with the `type` of the resource, by type: annotation and default.
    by_type: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    @classmethod
    @cache
    def of_type(cls, type_: str) -> "type[Body]":
        """Return this model, or its variant for resources of `type_`, if there is one."""
        if type_ not in cls.by_type:
            return cls
        fields: Any = cls.by_type[type_]
        variant: type[Body] = create_model(cls.__name__, __base__=cls, **fields)
        return variant

    def sent(self) -> JsonObject:
        """Return the fields that were sent. Omitted parts inside a field have their defaults."""
        return self.model_dump(include=self.model_fields_set)


def partial(body: type[Body], *names: str, base: type[Body] = Body, **added: Any) -> type[Body]:
    """Make the model of an update, with the fields `names` of `body` and the fields `added`.

    All these fields are optional. `model_fields_set` says which were sent; defaults are never read.
    The other fields of `body`, and those that the server sets, are in `fixed`: an update cannot
    change them. `base` is the model's base class.
    """
    infos = {name: body.model_fields[name] for name in names}
    # pydantic keeps constraints apart from the type, and its older releases change the `Field` of a
    # type, so each type has its own.
    types = {name: Annotated[(i.annotation, *i.metadata, Field())] for name, i in infos.items()}
    fields: Any = {
        name: (type_, Field(default=None, validate_default=False))
        for name, type_ in {**types, **added}.items()
    }
    name = f"Update{body.__name__.removeprefix('Create')}"
    update: type[Body] = create_model(name, __base__=base, **fields)
    update.fixed = MADE.union(body.model_fields).difference(fields)
    return update


def needs_one_of(*names: str) -> ConfigDict:
    """Make a `model_config` with a rule that the engine checks: one of the fields is not null."""
    absent: JsonObject = {name: {"type": "null"} for name in names}
    return ConfigDict(json_schema_extra={"not": {"properties": absent}})


class CreateAgent(Body):
    """The body of `POST /agents`: an agent, which a task then names in `agent_id`."""

    name: Text
    description: str | None = None


class Website(Body):
    """The `website` of a source. Its `url` is an http or https URL."""

    url: WebUrl


class CreateSource(Body):
    """The body of `POST /sources`: a website that Deck logs in to."""

    name: str | None = None
    type: Literal["website"]
    website: Website


def when(field: str, value: Any, needed: str, shape: JsonObject) -> JsonObject:
    return {
        "if": {"properties": {field: {"const": value}}, "required": [field]},
        "then": {"properties": {needed: shape}, "required": [needed]},
    }


def rules(*rules: JsonObject) -> ConfigDict:
    """Make a `model_config` with rules for the schema. The engine checks them by the tables that
    they are made from, `STORAGE_NEEDS` and `METHOD_NEEDS`; pydantic does not.
    """
    return ConfigDict(json_schema_extra=rules[0] if len(rules) == 1 else {"allOf": [*rules]})


class TaskStorage(Body):
    """The `storage` of a task: whether it keeps files, extracts their data and drops duplicates."""

    enabled: bool = False
    extraction: bool = False
    extraction_schema: JsonObject | None = None
    extraction_prompt: str | None = None
    deduplication: bool = False
    deduplication_schema: JsonObject | None = None


class TaskSettings(Body):
    """The settings of a task: after how many seconds its runs time out."""

    timeout_seconds: Annotated[int, Field(ge=1, le=31_536_000), Whole] = TIMEOUT_SECONDS


class CreateTask(Body):
    """The body of `POST /tasks`: what an agent does, and the schemas of its input and output."""

    name: Text
    agent_id: Text
    description: str | None = None
    prompt: str | None = None
    input_schema: JsonObject | None = None
    output_schema: JsonObject | None = None
    storage: TaskStorage | None = None
    extraction: bool = False
    settings: TaskSettings = TaskSettings()


_SOURCE_FIELD = "[a-z][a-z0-9_]{0,63}$"


def _check_source_field(name: str) -> str:
    if name in LOGIN_PARTS:
        raise ValueError(f"is reserved; give it as `auth_credentials.{name}`")
    return name


SourceField = Annotated[
    str,
    StringConstraints(pattern=f"^{_SOURCE_FIELD}"),
    AfterValidator(_check_source_field),
    WithJsonSchema(
        {"type": "string", "pattern": f"^(?!(?:{'|'.join(LOGIN_PARTS)})$){_SOURCE_FIELD}"}
    ),
]


class AuthCredentials(Body):
    """The user's login. The method `username_password` needs both fields; neither may be empty."""

    username: str | None = None
    password: str | None = None


class CreateLogin(Body):
    """The fields that the bodies of a new connection and of a new credential have in common."""

    model_config = rules(
        *(
            when(
                "auth_method",
                method,
                "auth_credentials",
                record({part: {"type": "string", "minLength": 1} for part in parts}),
            )
            for method, parts in METHOD_NEEDS.items()
        )
    )

    source_id: SourceId
    auth_method: Annotated[AuthMethod | None, AfterValidator(lambda way: way or "none")] = "none"
    auth_credentials: AuthCredentials | None = None
    external_id: Annotated[str, StringConstraints(max_length=255)] | None = None


UpdateAgent = partial(CreateAgent, "name", "description")
UpdateSource = partial(CreateSource, "name", "website")
UpdateTask = partial(CreateTask, *(name for name in CreateTask.model_fields if name != "agent_id"))
