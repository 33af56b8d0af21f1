"""Models of the settings of event destinations. All editions use them in request bodies."""

import json
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
)

from deck_sim.base.errors import listed
from deck_sim.contract.bodies import Body, Text, WebUrl
from deck_sim.contract.kinds import REQUIRED

WantedStatus = Literal["active", "inactive"]  # that an update can set
_HEADERS = {
    "type": "string",
    "pattern": r"^\s*\{",  # which tools check, unlike the content
    "contentMediaType": "application/json",
    "contentSchema": {"type": "object", "additionalProperties": {"type": "string"}},
}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[!-~]+( +[!-~]+)*|")
_OURS = {
    *("connection", "content-length", "content-type", "host", "transfer-encoding"),
    *("webhook-id", "webhook-signature", "webhook-timestamp"),
}


def _check_headers(text: Any) -> Any:
    try:
        headers = json.loads(text)  # a JSON object as a string (documented)
    except (RecursionError, TypeError, ValueError):
        headers = None
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        example = '"{\\"X-Key\\": \\"1\\"}"'
        raise ValueError(f"must be a JSON object of strings, written as a string: {example}")
    if bad := [
        name
        for name, value in headers.items()
        if not (_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value))
        or name.lower() in _OURS
    ]:
        raise ValueError(
            f"cannot have the header {listed(bad, last='or')}: Deck sets it, or HTTP does not allow"
            " its name or value"
        )
    return text


class WebhookConfig(Body):
    """The `config` of a webhook destination: where events are sent, with which extra headers."""

    url: WebUrl
    custom_headers: (
        Annotated[str, BeforeValidator(_check_headers), WithJsonSchema(_HEADERS)] | None
    ) = None


_FOUR, _LAST = "[A-Za-z0-9+/]{4}", "[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=)"
_BASE64 = f"(?:{_FOUR}){{8,20}}(?:{_FOUR}|{_LAST})?|(?:{_FOUR}){{21}}[A-Za-z0-9+/]{{2}}=="
SECRET = f"^whsec_(?:{_BASE64})$"


def _check_secret(secret: str) -> str:
    if not re.fullmatch(SECRET, secret):
        raise ValueError("must be `whsec_` followed by the base64 of 24 to 64 bytes")
    return secret


Secret = Annotated[
    Text, AfterValidator(_check_secret), WithJsonSchema({"type": "string", "pattern": SECRET})
]


class WebhookCredentials(Body):
    """The `credentials` of a webhook destination: the secret that signs its webhooks."""

    secret: Secret | None = None


class QueueConfig(Body):
    """The settings of a destination that is not a webhook; unknown ones are allowed (assumed)."""

    model_config = ConfigDict(extra="allow")


CONFIGS: dict[str, type[Body]] = {"webhook": WebhookConfig}
for _type, _needs in REQUIRED.items():
    _fields: Any = dict.fromkeys(_needs, (Text, ...))
    _doc = f"The settings of a destination of the type `{_type}`."
    _name = f"{_type.title().replace('_', '')}Config"
    if _type not in CONFIGS:
        CONFIGS[_type] = create_model(_name, __base__=QueueConfig, __doc__=_doc, **_fields)


def needed(model: type[Body]) -> Any:
    """Return the annotation and default of a field that holds `model`.

    A missing or null value is read as `{}`, so errors name the required fields inside it.
    """
    null_is_empty = BeforeValidator(lambda value: {} if value is None else value)
    return Annotated[(model, null_is_empty)], Field(default={}, validate_default=True)


# Not `{"type": "null"}`: openapi-fetch removes fields that can only be null, and then no body fits.
_NULL = {"not": {"type": ["array", "boolean", "number", "object", "string"]}}


def unwanted(type_: str) -> Any:
    """Return the annotation and default of a field that destinations of `type_` must not have."""

    def refuse(value: Any) -> Any:
        if value is None:
            return None
        raise ValueError(
            f"is not for a destination of the type `{type_}`; send `{type_}` instead, or create a"
            " destination of another `type`"
        )

    return Annotated[Any, BeforeValidator(refuse), WithJsonSchema(_NULL)], None
