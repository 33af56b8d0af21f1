"""The models of event destinations in request bodies, made from the table of types."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from deck_sim.base.validation import value_error
from deck_sim.contract.bodies import Body, Text
from deck_sim.contract.resources import REQUIRED
from deck_sim.contract.web_url import WebUrl

_HEADERS = {
    "type": "string",
    "contentMediaType": "application/json",
    "contentSchema": {"type": "object", "additionalProperties": {"type": "string"}},
}


class WebhookConfig(Body):
    """The `config` of a destination of the type `webhook`."""

    url: WebUrl
    custom_headers: Annotated[str, WithJsonSchema(_HEADERS)] | None = None


_FOUR, _LAST = "[A-Za-z0-9+/]{4}", "[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=)"
_BASE64 = f"(?:{_FOUR}){{8,20}}(?:{_FOUR}|{_LAST})?|(?:{_FOUR}){{21}}[A-Za-z0-9+/]{{2}}=="
SECRET = f"^whsec_(?:{_BASE64})$"  # 24 to 64 bytes, as `webhooks.signing` checks them


class WebhookCredentials(Body):
    """The `credentials` of a destination of the type `webhook`."""

    secret: Annotated[Text, WithJsonSchema({"type": "string", "pattern": SECRET})] | None = None


class QueueConfig(Body):
    """The fields of a destination of another type, which may have more than it needs (assumed)."""

    model_config = ConfigDict(extra="allow")


CONFIGS: dict[str, type[Body]] = {"webhook": WebhookConfig}
for _type, _needs in REQUIRED.items():
    _fields: Any = dict.fromkeys(_needs, (Text, ...))
    _doc = f"The fields of a destination of the type `{_type}`."
    _name = f"{_type.title().replace('_', '')}Config"
    if _type not in CONFIGS:
        CONFIGS[_type] = create_model(_name, __base__=QueueConfig, __doc__=_doc, **_fields)


def needed(model: type[Body]) -> Any:
    """The annotation and default of an object that counts as `{}` if it is absent or null."""
    null_is_empty = BeforeValidator(lambda value: {} if value is None else value)
    return Annotated[(model, null_is_empty)], Field(default={}, validate_default=True)


# Not `{"type": "null"}`: openapi-fetch removes fields that can only be null, and then no body fits.
_NULL = {"not": {"type": ["array", "boolean", "number", "object", "string"]}}


def unwanted(type_: str) -> Any:
    """The annotation and default of an object that a destination of this type does not have."""

    def refuse(value: Any) -> Any:
        if value is None:
            return None
        raise value_error(f"is not for a destination of the type `{type_}`, which takes `{type_}`")

    return Annotated[Any, BeforeValidator(refuse), WithJsonSchema(_NULL)], None
